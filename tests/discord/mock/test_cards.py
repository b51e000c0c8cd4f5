"""Whatever an interview asks, and however long people write, its cards are ones that Discord takes."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any, Literal, cast

import pytest
from discord import ui

from bot.store.scorecards import KeptCard, Marks
from bot.study.interview.cards import AxisResult, Missed, Scorecard
from bot.study.interview.material import Material, material_of, pack_of
from bot.study.interview.state import MAIN, Interview, Options, Part, Person, Round, Script, Stage, Talk
from bot.ui import mock_cards, mock_items, mock_notes, mock_solo, scorecard_cards, scorecard_picture, text
from knowledge.deck_formats.draft import Draft
from knowledge.interview_blocks import FollowUp
from knowledge.interviews import Interviews, Rubric
from knowledge.questions import Misconception
from knowledge.tutor import Tutor
from tests.discord import wire
from tests.discord.test_cards import checked
from tests.study.interview.rooms import NOW

ID = "0123456789"
WAITS: tuple[Literal["answer", "judgement"], ...] = ("answer", "judgement")
LONG = "interminable **words** @everyone ``` # " * 120
PEOPLE = tuple(Person(2**62 + number) for number in range(6))


@pytest.fixture
async def interviews(tutor: Tutor) -> Interviews:
    return await tutor.interviews()


def interview(part: Part, stage: Stage, pack: str = "", **changes: object) -> Interview:
    round = Round(9, PEOPLE[0].user_id, PEOPLE[1].user_id, Script(pack, (part, Part("feedback", 6))))
    made = Interview(ID, Options("mixed", "senior", 60, "autograd", 3), 1, 2, PEOPLE[0].user_id, NOW)
    return dataclasses.replace(made, people=PEOPLE, stage=stage, round=round, ends_at=NOW, **changes)  # type: ignore[arg-type]


def within(card: ui.LayoutView) -> str:
    """The text of a card that is within Discord's limits; its form is checked elsewhere, which takes much longer."""
    components = cast(Any, card).to_components()
    body = {"flags": wire.V2, "components": components, "allowed_mentions": {"parse": []}}
    wire.check_limits("POST", "/channels/1/messages", body)
    return "\n".join(part["content"] for part in wire.walk(components) if part["type"] == 10)


async def test_everything_that_can_be_asked_fits_the_notes_of_the_interviewer(
    tutor: Tutor, interviews: Interviews
) -> None:
    questions = tutor.corpus.by_id()
    parts = [(Part("question", 8, q.id, q.question), "") for q in questions.values()]
    parts += [
        (Part("question", 8, asked.ask, questions[asked.ask].question), pack.id)
        for pack in interviews.packs
        for asked in pack.questions
    ]
    parts += [(Part("block", 30, block.id, block.title, check="x" * 400), "") for block in interviews.blocks]
    for part, pack in parts:
        material = material_of(part, pack_of(interviews, pack), interviews, questions)
        assert material.kind != "talk", part
        on = interview(part, part.stage, pack)
        for page in range(9):
            seen = within(mock_notes.notes(on, material, pack_of(interviews, pack), interviews.rubric, page))
            assert part.title.split("`")[0][:20] in seen.replace("\\", "")
        for point in material.points if not material.areas else ():
            first = within(mock_notes.notes(on, material, None, interviews.rubric, 0))
            assert text.title(point) in first, f"{part.ref}: {point}"
        within(mock_cards.stage(on, material))
        if part.stage == "block":
            task = mock_cards.task(material)
            seen = within(task.view)
            assert material.statement.split("\n")[0][:60] in seen
            assert not task.files, "the whole program is on the card"
        for ask in (MAIN, *range(len(material.follow_ups))):
            for waits in WAITS:
                talk = Talk(ask, 3, "A further question" * 10, "A remark. " * 20, waits=waits)
                alone = dataclasses.replace(on, talk=talk, options=dataclasses.replace(on.options, solo=True))
                within(mock_solo.card(alone, material))


async def test_the_longest_material_is_cut_to_size(interviews: Interviews) -> None:
    material = Material(
        "debugging",
        "T" * 150,
        statement=LONG,
        code="x = 1\n" * 900,
        answer=LONG,
        solution="y = 2\n" * 900,
        points=(LONG,) * 24,
        follow_ups=tuple(FollowUp(3, f"{number} {LONG}", (LONG,)) for number in range(9)),
        hints=(LONG,) * 3,
        red_flags=(LONG,) * 9,
    )
    part = Part("block", 30, "x", "T" * 150, hints=2, check=LONG[:400])
    on = interview(part, "block", warned=True, note="n" * 200)
    for page in range(4):
        checked(mock_notes.notes(on, material, interviews.packs[0], interviews.rubric, page))
    task = mock_cards.task(material)
    checked(task.view)
    assert task.files[0][1] == material.code.encode(), "what is cut is in a file"


@pytest.mark.parametrize("stage", ["lobby", "ready", "warm-up", "closing", "feedback", "between", "ended"])
async def test_every_stage_has_a_card_for_six_people(stage: Stage) -> None:
    part = Part("warm-up" if stage not in ("closing",) else "closing", 4, title="T" * 300)
    on = interview(part, stage, ended="It is over. " * 20 if stage == "ended" else "", note="n" * 200)
    checked(mock_cards.stage(on, Material("talk", "T" * 300)))
    checked(mock_cards.lobby(on))


@pytest.mark.parametrize("words", [LONG[:4000], "\n" * 3999 + "x", "`" * 4000, "\ud800" * 50, "- 1. # > " * 440])
def test_whatever_is_typed_or_printed_is_shown_as_text(words: str) -> None:
    for card in (mock_cards.answered(2**62, words), mock_cards.ran(2**62, words[:200], words)):
        seen = checked(card.view)
        assert "@everyone" not in seen or "@\u200beveryone" in seen or "```" in seen
    assert all(line.startswith("> ") for line in checked(mock_cards.answered(1, "a\n# b\n- c").view).split("\n")[1:])


async def test_what_the_bot_quotes_from_an_answer_works_as_nothing() -> None:
    talk = Talk(MAIN, 1, "Would you stand by that?", "You said: “@everyone **b** ``` # <@1>”")
    part = Part("question", 8, "q", "Why?")
    alone = interview(part, "question", talk=talk, options=Options(solo=True))
    seen = checked(mock_solo.card(alone, Material("question", "Why?")))
    assert "@everyone" not in seen
    assert "<@1>" not in seen
    assert "```" not in seen


async def test_words_of_a_deck_work_as_nothing_and_are_said_to_be_unproved(interviews: Interviews) -> None:
    evil = "[Free Nitro](https://evil.example) @everyone"
    pair = Misconception(evil, evil)
    draft = Draft(f"Is it {evil}?", "It is.", key_points=(f"A {evil}", f"B {evil}"), misconceptions=(pair,))
    question = draft.as_question("deck-1", "ours")
    part = Part("question", 8, question.id, question.question, hints=2)
    material = material_of(part, None, interviews, {question.id: question})
    talk = Talk(MAIN, 1, "", "", waits="judgement")
    alone = interview(part, "question", talk=talk, options=Options(solo=True))
    seen = [checked(mock_solo.card(alone, material))]
    seen += [
        checked(mock_notes.notes(interview(part, "question"), material, None, interviews.rubric, page))
        for page in range(2)
    ]
    axis = AxisResult(3.4, 2, 5, 4, 3)
    missed = Missed(question.question, question.key_points, question.id)
    scored = Scorecard((axis,) * 5, 4, 0.9, 0, -1.2, (), (), (missed,), 9, 3)
    kept = KeptCard(ID, Round(1, 2**62, 5), Options(), scored, NOW)
    picture = scorecard_picture.scorecard(scored, [axis.title for axis in interviews.rubric.axes], "mixed · mid")
    seen.append(checked(scorecard_cards.private(kept, picture, interviews.rubric, []).view))
    for shown in seen:
        assert "](https://evil" not in shown
        assert "@everyone" not in shown
    for shown in (seen[1], seen[3]):
        assert "written by people there, not proved by code" in shown


def full_card() -> Scorecard:
    axis = AxisResult(3.4, 2, 5, 4, 3)
    missed = tuple(Missed(f"{number} {LONG[:150]}", (LONG[:300],) * 5, f"q{number}") for number in range(30))
    return Scorecard((axis,) * 5, 4, 0.9, 0, -1.2, (LONG[:500],) * 5, (LONG[:500],) * 5, missed, 9, 3)


async def test_scorecards_of_any_size(tutor: Tutor, interviews: Interviews) -> None:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    kept = KeptCard(ID, Round(1, 2**62, 5), Options(), full_card(), when)
    rubric = interviews.rubric
    picture = scorecard_picture.scorecard(kept.card, [axis.title for axis in rubric.axes], "mixed · mid")
    assert picture.startswith(b"\x89PNG")
    seen = checked(scorecard_cards.private(kept, picture, rubric, tutor.corpus.questions[:40]).view)
    assert "they do not agree, so talk about it" in seen
    checked(scorecard_cards.shared(kept, picture, rubric).view)
    empty = dataclasses.replace(kept, card=Scorecard((AxisResult(None, None, None, None, None),) * 5, 0))
    assert "not scored" in checked(scorecard_cards.private(empty, picture, rubric, []).view)
    trend = scorecard_picture.trend([(when, kept.card, False), (when, empty.card, True)], ["a"] * 5)
    assert trend.startswith(b"\x89PNG")
    history = checked(
        scorecard_cards.history(
            [dataclasses.replace(kept, interview_id=f"{number:010}") for number in range(50)], trend, Marks(4.0, 3)
        ).view
    )
    assert "given 4.0 of 5 by 3 candidates" in history
    assert "of 5 by" not in checked(scorecard_cards.history([kept], trend, Marks(4.0, 2)).view)


async def test_the_boxes_are_ones_that_discord_takes(interviews: Interviews) -> None:
    boxes = [
        mock_items.answer_box(ID, 9, 9, -1, 99),
        mock_items.ask_box(ID, 9),
        mock_items.code_box(ID, 9, 9, code="x" * 4000),
        mock_items.code_box(ID, 9, 9, code=""),
        mock_items.score_box(ID, 9, interviews.rubric),
        mock_items.score_box(ID, 9, interviews.rubric, (1, 2, 3, 4, 5)),
        mock_items.remark_box(ID, 9, "s" * 500, "w" * 500),
        mock_items.rate_box(ID, 9, solo=False),
        mock_items.rate_box(ID, 9, solo=True),
    ]
    for box in boxes:
        wire.check("POST", "/interactions/1/token/callback", {"type": 9, "data": box.to_dict()})
        kind, id, numbers = mock_items.read_box(box.custom_id)
        assert (id, numbers[0]) == (ID, 9)
        assert kind in box.custom_id


async def test_the_rubric_is_shown_in_full(interviews: Interviews) -> None:
    rubric: Rubric = interviews.rubric
    seen = checked(mock_notes.anchors(rubric))
    for axis in rubric.axes:
        assert axis.about in seen
        assert all(anchor.looks in seen for anchor in axis.anchors)
