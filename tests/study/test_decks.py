"""Rules of decks: names, room, what a dry run says, and what comes out of a box."""

from __future__ import annotations

import pytest

from bot.study import decks
from bot.study.decks import MOST_CHARACTERS, MOST_DECKS, MOST_QUESTIONS, MOST_TEXTS, Alike, DryRun, Kept, Refused, Room
from knowledge.deck_formats.draft import Draft, Fault
from knowledge.deck_formats.parsed import Parsed, Placed
from knowledge.questions import Misconception, Proof

WHAT = Draft("What is it?", "It.", asks=("What?",), sources=("https://a.example",), proofs=(Proof("p\n", "q\n", 0),))


def parsed(*questions: str, name: str = "") -> Parsed:
    drafts = tuple(Placed(f"line {number}", Draft(asked, "It.")) for number, asked in enumerate(questions, 2))
    return Parsed(name, drafts, (Fault("line 99", "the answer is missing"),), ("A note.",))


@pytest.mark.parametrize(
    ("typed", "inside", "file", "name"),
    [
        (" My\ndeck ", "Inside", "file.csv", "My deck"),
        ("\u202e", "Inside", "file.csv", "Inside"),
        ("", "", "some_long  file.tar.csv", "some long file.tar"),
        ("", "", ".csv", ".csv"),
        ("", "", "\u200b.csv", "Questions"),
        ("x" * 80, "", "a.csv", "x" * 50),
        ("```", "\u200d", "` `.csv", "Questions"),
        ("`" * 60 + "x", "`ours`", "a.csv", "`ours`"),
    ],
)
def test_a_deck_gets_the_first_name_that_there_is(typed: str, inside: str, file: str, name: str) -> None:
    assert decks.name_for(typed, parsed(name=inside), file) == name


def test_names_that_people_take_for_the_same_are_the_same() -> None:
    assert decks.key_of_name(" STRASSE  1") == decks.key_of_name("straße 1")


def test_room_ends_where_it_is_said_to() -> None:
    one = Kept("w", {}, texts=3, characters=10)
    full = Room(MOST_DECKS, MOST_QUESTIONS - 1, MOST_TEXTS - 3, MOST_CHARACTERS - 10)
    assert full.take([one]) == Room(MOST_DECKS, MOST_QUESTIONS, MOST_TEXTS, MOST_CHARACTERS)
    assert full.without(1, 3, 10).take([one]) == full
    for room, more, new, said in (
        (full, [one], 1, "A server can have 50 decks."),
        (full, [one, one], 0, "here is room for 1 more, and this would be 2."),
        (full, [Kept("w", {}, texts=4, characters=1)], 0, "by all that they say"),
        (full, [Kept("w", {}, texts=1, characters=11)], 0, "by all that they say"),
    ):
        with pytest.raises(Refused, match=said):
            room.take(more, decks=new)


def test_a_dry_run_counts_and_leaves_out_what_is_like_others() -> None:
    alike = tuple(Alike("line 3", "What is b?", known, "my own collection", 0.91) for known in ("B?", "What's b?"))
    run = DryRun("0", "Ours", parsed("What is a?", "What is b?", "What is c?"), alike)
    assert run.counts == (3, 2)
    assert [row.words for row in run.rows] == ["what is a", "what is b", "what is c"]
    assert [row.words for row in run.new_rows] == ["what is a", "what is c"]
    assert run.in_full().splitlines() == [
        "Import into the deck “Ours”: 3 questions",
        "A note.",
        "",
        "Faults, which are left out (1)",
        "line 99: the answer is missing",
        "",
        "Nearly the same as others (1)",
        "line 3: “What is b?” is 91% like “B?” (my own collection)",
        "line 3: “What is b?” is 91% like “What's b?” (my own collection)",
        "",
        "What would be imported (3)",
        "line 2: What is a?",
        "line 3: What is b?",
        "line 4: What is c?",
    ]


def test_what_a_deck_has_is_a_fault() -> None:
    found = decks.without_known(parsed("What is a?", "What is b?"), ["what is b", "other"])
    assert [placed.draft.question for placed in found.drafts] == ["What is a?"]
    assert [str(fault) for fault in found.faults] == [
        "line 99: the answer is missing",
        "line 3: this deck has that question already",
    ]


def test_a_box_keeps_what_it_has_no_room_for() -> None:
    values = decks.box_of(WHAT)
    assert values == {"question": "What is it?", "answer": "It.", "key_points": "", "wrong": "", "right": ""}
    assert decks.typed(values, WHAT) == (WHAT, [])
    draft, _ = decks.typed({**values, "wrong": "a\n\nb", "right": "A\nB", "key_points": "one\n\ntwo"}, WHAT)
    assert draft is not None
    assert (draft.asks, draft.sources, draft.proofs) == (WHAT.asks, WHAT.sources, WHAT.proofs)
    assert draft.misconceptions == (Misconception("a", "A"), Misconception("b", "B"))
    assert draft.key_points == ("one", "two")
    again, _ = decks.typed({**decks.box_of(draft), "wrong": "", "right": "", "key_points": ""}, draft)
    assert again == WHAT, "and what is emptied is gone"


def test_code_under_an_answer_that_is_typed_is_code() -> None:
    draft, faults = decks.typed({"question": "What?", "answer": "It.\n```python\nx\n```\n```output\n1\n```"})
    assert faults == []
    assert draft is not None
    assert (draft.answer, draft.proofs) == ("It.", (Proof("x\n", "1\n", 0),))


def test_a_print_changes_with_every_word_and_with_nothing_else() -> None:
    plain = WHAT.to_json()
    assert decks.print_of(dict(reversed(plain.items()))) == decks.print_of(plain)
    assert decks.print_of({**plain, "answer": "It!"}) != decks.print_of(plain)


@pytest.mark.parametrize(("typed", "words"), [("", []), ("  ", []), ("Zero_grad, WHY?", ["zero_grad", "why"])])
def test_questions_are_looked_for_by_words(typed: str, words: list[str]) -> None:
    assert decks.words_of(typed) == words
