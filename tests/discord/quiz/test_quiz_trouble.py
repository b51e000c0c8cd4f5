"""Quizzes when something is wrong: buttons of what is gone, boxes sent twice, a database that does not save."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from discord.ui import ActionRow

from bot.store import Store
from bot.study import quiz as rules
from bot.ui.cards import PANEL, layout
from bot.ui.quiz_items import QuizButton
from tests.discord.quiz.helpers import alone, begun, channel, question, quiz_id, right, state, type_in
from tests.discord.world import World, text_of


@pytest.fixture
def locked(store: Store, tmp_path: Path) -> sqlite3.Connection:
    """Another program's connection to the database, which may keep it to itself."""
    if "sqlite" not in store.name:
        pytest.skip("PostgreSQL has no such lock")
    return sqlite3.connect(tmp_path / "tutor.db", isolation_level=None)


async def test_an_answer_that_is_not_saved_is_said_and_counts_at_the_next_press(
    world: World, locked: sqlite3.Connection
) -> None:
    card = await begun(world, world.alice, world.bob, format="multiple choice", count=1)
    label = await right(world, card)
    with closing(locked):
        locked.execute("BEGIN IMMEDIATE")
        pressed = await world.press(world.alice, card, label)
        assert "I could not save that" in text_of(pressed)
        assert "Your answer" not in text_of(pressed)
        locked.execute("ROLLBACK")
    assert await world.store.quizzes.answers(quiz_id(card)) == []
    assert "Your answer" in text_of(await world.press(world.alice, card, label))


async def test_a_quiz_waits_for_its_database(world: World, locked: sqlite3.Connection) -> None:
    card = await begun(world, world.alice, world.bob, format="multiple choice", count=2, timing="fast")
    before = (await state(world, card)).version
    with closing(locked):
        locked.execute("BEGIN IMMEDIATE")
        await world.env.advance_time(30)
        assert (await state(world, card)).version == before
        locked.execute("ROLLBACK")
    await world.env.advance_time(30)
    assert (await state(world, card)).version > before


async def test_a_box_that_is_sent_twice_counts_once(world: World) -> None:
    card = await alone(world, world.alice, format="free text", count=2)
    first, second = [await world.press(world.alice, card, "Answer") for _ in range(2)]
    await world.alice.submit_modal(first, {"given:0": "The first answer."})
    again = await world.alice.submit_modal(second, {"given:0": "The second answer."})
    (told,) = again.followups
    assert told.ephemeral
    assert "Time is up for this question" in text_of(told)
    (answer,) = await world.store.quizzes.answers(quiz_id(card))
    assert answer.given == ("The first answer.",)


async def test_an_answer_of_every_letter_that_discord_takes_is_kept_and_graded(world: World) -> None:
    card = await alone(world, world.alice, format="free text", count=1)
    words = "@everyone ``` **||~~ <@1> \u202e 🦊 " * 60
    await type_in(world, world.alice, card, [words[:2000]])
    assert (await state(world, card)).phase == "revealed"
    (answer,) = await world.store.quizzes.answers(quiz_id(card))
    assert answer.given == (words[:2000],)


async def test_buttons_of_a_finished_quiz_and_of_one_that_is_gone_say_so(world: World) -> None:
    card = await begun(world, world.alice, world.bob, format="multiple choice", count=1)
    quiz = await state(world, card)
    # As between the end and the moment in which the card shows it.
    await world.store.quizzes.change(quiz, rules.finish(quiz))
    over = await world.press(world.alice, card, "A")
    assert "This quiz is over" in text_of(over)
    assert "This quiz is over" in text_of(await world.press(world.bob, card, "Hint"))
    await world.store.privacy.forget(world.alice.id)
    kept = await world.store.quizzes.get(quiz_id(card))
    assert kept is not None
    assert kept.host_id == 0


async def test_an_option_out_of_range_is_refused(world: World) -> None:
    card = await alone(world, world.alice, format="true or false", count=1)
    exercise = await question(world, card)
    assert len(exercise.options) == 2
    # A client that was tampered with can send any of the ids that the template takes.
    forged = [
        QuizButton(quiz_id(card), "option", "far", position=0, choice=7),
        QuizButton(quiz_id(card), "option", "further", position=29),
        QuizButton(quiz_id(card), "explode", "unknown"),
        QuizButton("ffffffff", "option", "nothing"),
    ]
    sent = await channel(world).send(view=layout(PANEL, ActionRow(*forged)))
    for label in ("far", "further", "unknown", "nothing"):
        assert "no longer have that quiz" in text_of(await world.press(world.alice, world.said(), label))
    assert sent.id == world.said().id


async def test_a_host_who_left_ends_nothing(world: World) -> None:
    card = await begun(world, world.alice, world.bob, format="multiple choice", count=2)
    world.guild.remove_member(world.alice)
    await world.press(world.bob, card, await right(world, card))
    await world.env.advance_time(32)
    assert (await state(world, card)).phase == "revealed"
    await world.env.advance_time(14)
    assert "Question 2 of 2" in text_of(world.said())
