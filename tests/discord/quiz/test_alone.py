"""A quiz that somebody plays alone: seen by nobody else, at their own pace, and never lost."""

from __future__ import annotations

import csv
import io

import pytest

from bot.study.memory import Rating
from bot.study.quiz_results import event_key
from tests.discord.quiz.helpers import alone, question, quiz_id, right, state, type_in, wrong
from tests.discord.world import World, button, labels, message_of, text_of


async def test_from_the_first_question_to_the_end(world: World) -> None:
    shown = await world.alice.slash(world.general, "quiz start", format="multiple choice", count=2, level="junior")
    assert shown.ephemeral
    card = message_of(shown)
    assert "Question 1 of 2" in text_of(card)
    assert "junior · multiple choice" in text_of(card)
    first = await question(world, card)
    await world.press(world.alice, card, await right(world, card))
    assert "**Right.**" in text_of(card)
    assert first.because in text_of(card).replace("\\", "")
    await world.press(world.alice, card, "Next question")
    assert "Question 2 of 2" in text_of(card)
    await world.press(world.alice, card, await wrong(world, card))
    assert "**Not right.**" in text_of(card)
    await world.press(world.alice, card, "To the result")
    assert "**1 of 2 right**" in text_of(card)
    assert "To repeat" in text_of(card)
    assert world.general.history() == [], "nobody else sees any of it"


async def test_what_was_answered_drives_reviews(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=2)
    known = await question(world, card)
    await world.press(world.alice, card, await right(world, card))
    await world.press(world.alice, card, "Next question")
    unknown = await question(world, card)
    await world.press(world.alice, card, "Pass")
    held = {each.question_id: each for each in await world.store.reviews.cards(world.alice.id)}
    assert set(held) == {known.question_id, unknown.question_id}
    assert held[known.question_id].card.due > held[unknown.question_id].card.due
    review = await world.store.reviews.find(event_key(quiz_id(card), 0, world.alice.id))
    assert review is not None
    assert (review.rating, review.source, review.guild_id) == (Rating.GOOD, "quiz", world.guild.id)


async def test_ones_own_rating_counts(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=1)
    await world.press(world.alice, card, await right(world, card))
    own = await world.press(world.alice, card, "Change my rating")
    assert own.ephemeral
    assert "comes back" in text_of(await world.press(world.alice, own, "Again"))
    key = event_key(quiz_id(card), 0, world.alice.id)
    review = await world.store.reviews.find(key)
    assert review is not None
    assert review.rating is Rating.AGAIN
    await world.press(world.alice, own, "Easy")
    again = await world.store.reviews.find(key)
    assert again is not None
    assert again.rating is Rating.EASY
    (held,) = await world.store.reviews.cards(world.alice.id)
    assert held.card.reviews == 1, "corrected, not counted twice"


async def test_hints_cost_points_and_are_shown_again_with_the_next_one(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=1)
    exercise = await question(world, card)
    for number in range(1, 5):
        shown = text_of(await world.press(world.alice, card, "Hint")).replace("\\", "")
        assert [hint in shown for hint in exercise.hints] == [index < number for index in range(3)]
    assert "last hint" in shown
    await world.press(world.alice, card, await right(world, card))
    answer = await world.store.quizzes.answer_of(quiz_id(card), 0, world.alice.id)
    assert answer is not None
    assert (answer.hints, answer.points) == (3, 40)


async def test_free_text_is_typed_into_a_box_and_graded_by_its_points(world: World) -> None:
    card = await alone(world, world.alice, format="free text", count=1)
    exercise = await question(world, card)
    await type_in(world, world.alice, card, [" ".join(exercise.expected)])
    assert "You said" in text_of(card)
    answer = await world.store.quizzes.answer_of(quiz_id(card), 0, world.alice.id)
    assert answer is not None
    assert answer.mark is not None
    assert answer.mark.verdict == "right"


async def test_outputs_are_filled_in_gap_by_gap(world: World) -> None:
    card = await alone(world, world.alice, format="what does it print", count=1)
    exercise = await question(world, card)
    assert "①" in text_of(card)
    await type_in(world, world.alice, card, exercise.expected)
    assert "**Right.**" in text_of(card)
    for value in exercise.expected:
        assert value in text_of(card).replace("\\", "")


async def test_true_or_false_has_two_buttons(world: World) -> None:
    card = await alone(world, world.alice, format="true or false", count=1)
    assert labels(card)[:2] == ["True", "False"]
    await world.press(world.alice, card, await right(world, card))
    assert "**Right.**" in text_of(card)


@pytest.mark.parametrize("topic", ["autograd", "losses"])
async def test_a_topic_keeps_to_itself(world: World, topic: str) -> None:
    card = await alone(world, world.alice, topic=topic, count=5)
    pool = await world.env.bot.library.pool(None)  # type: ignore[attr-defined]
    exercises = await world.store.quizzes.exercises(quiz_id(card))
    assert {pool[exercise.question_id].topic for exercise in exercises} == {topic}


async def test_topics_are_offered_while_typing(world: World) -> None:
    offered = await world.alice.autocomplete(world.general, "quiz start", "topic", "los")
    assert [choice["value"] for choice in offered] == ["losses"]


async def test_a_topic_that_nobody_knows_is_said(world: World) -> None:
    shown = await world.alice.slash(world.general, "quiz start", topic="knitting")
    assert "no question like that" in text_of(shown)


async def test_a_lost_card_is_shown_again_and_the_old_one_works_too(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=2)
    await world.restart()
    again = await world.alice.slash(world.general, "quiz resume")
    assert again.ephemeral
    assert "Question 1 of 2" in text_of(again)
    await world.press(world.alice, card, await right(world, card))
    assert "**Right.**" in text_of(card)
    late = await world.press(world.alice, again, await wrong(world, again))
    assert "Time is up" in text_of(late) or "coming" in text_of(late)


async def test_a_clock_that_runs_out_shows_the_answer(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=1, timing="fast")
    assert "ends <t:" in text_of(card)
    await world.env.advance_time(20)
    assert (await state(world, card)).phase == "revealed"
    assert "Time is up" in text_of(card)


async def test_pause_stops_the_clock(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=1, timing="fast")
    await world.alice.slash(world.general, "quiz pause")
    await world.env.advance_time(120)
    assert (await state(world, card)).phase == "paused"
    assert "Paused" in text_of(card)
    await world.press(world.alice, card, "Go on")
    assert (await state(world, card)).phase == "asking"
    await world.press(world.alice, card, await right(world, card))
    assert "**Right.**" in text_of(card)


async def test_stop_ends_it_and_keeps_what_was_answered(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=3)
    await world.press(world.alice, card, await right(world, card))
    await world.press(world.alice, card, "Next question")
    before = text_of(card)
    await world.alice.slash(world.general, "quiz stop")
    assert text_of(card) != before
    assert "**1 of 1 right**" in text_of(card)
    assert len(await world.store.reviews.cards(world.alice.id)) == 1
    refused = await world.alice.slash(world.general, "quiz stop")
    assert "No quiz is waiting" in text_of(refused)


async def test_retaking_asks_what_was_missed_in_another_form(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=2)
    await world.press(world.alice, card, await right(world, card))
    await world.press(world.alice, card, "Next question")
    missed = await question(world, card)
    await world.press(world.alice, card, await wrong(world, card))
    await world.press(world.alice, card, "To the result")
    retake = await world.press(world.alice, card, "Retake what I missed")
    assert retake.ephemeral
    (again,) = await world.store.quizzes.exercises(quiz_id(retake))
    assert again.question_id == missed.question_id
    assert again.form != missed.form


async def test_the_table_holds_the_session(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=1)
    letter = await right(world, card)
    await world.press(world.alice, card, letter)
    await world.press(world.alice, card, "To the result")
    shown = await world.press(world.alice, card, "As a table")
    (file,) = message_of(shown).attachments
    (row,) = csv.DictReader(io.StringIO((await file.read()).decode("utf-8-sig")))
    assert (row["answer"], row["score"], row["points"]) == (letter, "1.0", "100")
    assert row["player"] == "alice"


async def test_the_end_leads_to_another_quiz_and_to_nothing_missed(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=1)
    await world.press(world.alice, card, await right(world, card))
    await world.press(world.alice, card, "To the result")
    assert "You missed nothing" in text_of(await world.press(world.alice, card, "Retake what I missed"))
    other = await world.press(world.alice, card, "Another quiz")
    assert "Question 1 of 1" in text_of(other)
    assert quiz_id(other) != quiz_id(card)


async def test_look_it_up_shows_the_whole_answer(world: World) -> None:
    card = await alone(world, world.alice, format="multiple choice", count=1)
    exercise = await question(world, card)
    await world.press(world.alice, card, "Pass")
    shown = await world.press(world.alice, card, "Look it up")
    assert shown.ephemeral
    asked = await world.env.bot.library.find(exercise.question_id)  # type: ignore[attr-defined]
    assert asked.answer[:60] in text_of(shown)


async def test_in_a_direct_message(world: World) -> None:
    dm = await world.alice.user.slash("quiz start", format="multiple choice", count=1)
    assert not dm.ephemeral, "in a direct message nobody else can see it anyway"
    card = message_of(dm)
    await world.alice.user.click(card, custom_id=button(card, await right(world, card)))
    assert "**Right.**" in text_of(card)
    await world.restart()
    await world.alice.user.click(card, custom_id=button(card, "To the result"))
    assert "**1 of 1 right**" in text_of(card)
