"""The largest and the smallest question that a deck takes fit into every card, and so do the longest lists."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.store import Deck, Reported, Suggestion
from bot.study.daily import form_of
from bot.study.decks import Alike, DryRun, box_of, print_of, question_id
from bot.study.exercises import compose, forms_of
from bot.study.hits import Hand
from bot.study.marks import Mark
from bot.study.quiz import MOST_QUESTIONS, Answer, Plan, Player, Quiz
from bot.ui import cards, deck_cards, deck_items, quiz_cards, report_cards
from bot.ui.quiz_cards import Scene
from knowledge.deck_formats.draft import (
    ANSWER,
    ASKS,
    CODE,
    ITEM,
    LINK,
    MISCONCEPTIONS,
    POINTS,
    PROOFS,
    QUESTION,
    SOURCES,
    Draft,
    Fault,
    check,
)
from knowledge.deck_formats.parsed import LONGEST_NAME, Parsed, Placed
from knowledge.index import texts_of
from knowledge.questions import Question
from tests.discord.review.test_sizes import POOL, check_daily, check_review, checked

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
NAME = "*" * LONGEST_NAME
FULL = Hand.deal(2**64 - 1, [(f"question-{number}", 0.99) for number in range(5)])


def filled(length: int, number: int = 0, unit: str = "_`*|~<>") -> str:
    """Text of a length that needs much escaping, without white space that would be cleaned away."""
    return (str(number) + unit * length)[:length]


def made(raw: dict[str, object]) -> Draft:
    draft, faults = check(raw, str)
    assert draft is not None, faults
    return draft


def giant(unit: str) -> Draft:
    """The largest draft, of letters or of marks."""
    return made(
        {
            "question": filled(QUESTION, 0, unit),
            "answer": filled(ANSWER, 0, unit),
            "asks": [filled(ITEM, number, unit) for number in range(ASKS)],
            "key_points": [filled(ITEM, number, unit) for number in range(POINTS)],
            "misconceptions": [
                {"wrong": filled(ITEM, number, unit), "right": filled(ITEM, number + 50, unit)}
                for number in range(MISCONCEPTIONS)
            ],
            "topic": "t" * 40,
            "level": "senior",
            "sources": [f"https://example.org/{number}" + "a" * (LINK - 25) for number in range(SOURCES)],
            "proofs": [
                {"code": "x = 1  # ```\n" * (CODE // 14), "output": "value: 7 ```\n" * (CODE // 14)}
            ] * PROOFS,
        }
    )  # fmt: skip


DRAFTS = {
    "marks": giant("_`*|~<>#"),
    "stars": giant("*"),
    "letters": giant("x"),
    "words": giant("word "),
    "mentions": giant("@everyone <@1>"),
    "tiny": made({"question": "?", "answer": "!"}),
    "code": made({"question": "What?", "answer": "```python\n" + "x\n" * 1900 + "```"}),
    "paragraphs": made({"question": "What?", "answer": "\n\n".join(["a"] * 30)}),
}


@pytest.fixture(params=[*DRAFTS])
def draft(request: pytest.FixtureRequest) -> Draft:
    return DRAFTS[request.param]


@pytest.fixture
def question(draft: Draft) -> Question:
    return draft.as_question(question_id(10**17), NAME)


def test_answers_fit(question: Question) -> None:
    near = [replace(question, id=f"deck-{number}") for number in range(30)]
    for deck in ("", NAME):
        seen = checked(cards.answer(cards.Shown(question, 0.5, deck), FULL, near, note="n" * 200))
        assert "not proved by code" in seen
        checked(cards.suggest("*" * 4000, [cards.Shown(question, 0.9, deck)] * 5, FULL))
        seen = checked(cards.answer(cards.Shown(question, None, deck), Hand.deal(1, ()), []))
        assert not seen.endswith("Sources: ")
    checked(cards.sources(question))


def test_reviews_and_the_question_of_the_day_fit(question: Question) -> None:
    for pool in ({}, POOL, {question.id: question}):
        check_review(question, pool)
        if form_of(question):
            check_daily(question, pool)


def test_quizzes_fit(question: Question) -> None:
    for group in (False, True):
        for form in forms_of(question):
            exercise = compose(question, form, 1, {question.id: question})
            forms = (form,) * MOST_QUESTIONS
            quiz = Quiz("0123abcd", 1, 2, 3, Plan(question.topic, "senior", form, "normal", group), forms, NOW)
            answer = Answer(3, 0, ("y" * 2000,), mark=Mark(0.0, "wrong", "z" * 3000))
            players = [Player(user_id) for user_id in range(3, 40)]
            for phase in ("asking", "closing", "revealed"):
                at = replace(quiz, phase=phase, began_at=NOW, deadline=NOW)
                checked(quiz_cards.card(Scene(at, players, [answer], exercise, question)))
            checked(quiz_cards.hints(exercise, len(exercise.hints)))
            answers = [replace(answer, position=place) for place in range(len(forms))]
            over = replace(quiz, phase="done")
            checked(quiz_cards.card(Scene(over, players, answers, titles=[question.question] * len(forms))))


def test_reports_of_questions_fit(question: Question) -> None:
    reported = [Reported(f"deck-{number}", 9, ("r" * 500,) * 3, NOW, True) for number in range(5)]
    checked(report_cards.reports(reported, {one.question_id: question.question for one in reported}))


def test_a_question_and_a_suggestion_fit_with_all_that_is_said_about_them(draft: Draft) -> None:
    suggestion = Suggestion(10**17, draft.to_json(), "pending", NOW)
    alike = [Alike("", draft.question, draft.question, f"deck “{NAME}”", 1.0)]
    deck = Deck(10**17, NAME, True, 5000)
    for sure in (False, True):
        checked(deck_cards.question(10**17, NAME, draft, sure=sure, note="n" * 300))
    checked(deck_cards.review(suggestion, draft, 200, deck, alike, "n" * 300))
    checked(deck_cards.own_suggestions([suggestion] * 20, "n" * 300))
    assert draft.texts >= len(texts_of(draft.as_question("deck-1", "x")))
    json.dumps(draft.to_json())


def test_a_box_is_filled_with_what_fits(draft: Draft) -> None:
    values = box_of(draft)
    assert deck_items.fits(values)
    box = deck_items.edit_box(10**17, print_of(draft.to_json()), values).to_dict()
    assert len(box["title"]) <= 45
    for label in box["components"]:
        assert len(label["label"]) <= 45
        assert len(label["component"].get("value") or "") <= label["component"]["max_length"] <= 4000
    found = deck_items.box_of(str(box["custom_id"]))
    assert found == ("deck-edited", 10**17, 0, print_of(draft.to_json()))


@pytest.mark.parametrize("unit", ["_`*|", "x", "word "])
@pytest.mark.parametrize("attach", [True, False])
def test_the_longest_report_fits(unit: str, attach: bool) -> None:
    text = filled(300, 0, unit)
    placed = tuple(Placed(f"{text} {number}", DRAFTS["letters"]) for number in range(50))
    faults = tuple(Fault(f"{text} {number}", text) for number in range(1000))
    alike = tuple(Alike(one.place, text, text, text, 0.987) for one in placed)
    run = DryRun("0" * 16, NAME, Parsed(NAME, placed, faults, (text,) * 20), alike)
    view, file = deck_cards.report(run, "", run.in_full() if attach else "")
    assert "more" in checked(view)
    assert (file is not None) == attach
    checked(deck_cards.report(run, "n" * 300)[0])
    whole = run.in_full()
    assert whole.count(f"{text}") >= 1000


def test_a_report_looks_at_no_more_lines_than_it_shows() -> None:
    """All of thousands, made harmless one by one, would hold up everybody else."""
    unread = cast(Any, None)
    faults = [Fault(f"line {number}", "the answer is missing") for number in range(deck_cards.LINES)]
    parsed = Parsed(NAME, (), (*faults, *[unread] * 5000))
    seen = checked(deck_cards.report(DryRun("0" * 16, NAME, parsed))[0])
    assert "line 7: the answer is missing" in seen
    assert "and 5,000 more" in seen


def test_the_longest_list_fits() -> None:
    decks = [Deck(10**17 + number, NAME, bool(number % 2), 5000) for number in range(50)]
    for page in range(8):
        for moderator in (True, False):
            checked(deck_cards.decks(decks, page, 200, moderator=moderator, note="n" * 200))
    assert "“" in checked(deck_cards.sure_about(decks[0], 6))
    checked(deck_cards.imported(decks[0], 5000))
    checked(deck_cards.file(decks[0], "x.csv", 5000, importable=False, note="n" * 100))
    view, _ = deck_cards.faulty([Fault("question", "w" * 500)] * 30, "text")
    checked(view)
