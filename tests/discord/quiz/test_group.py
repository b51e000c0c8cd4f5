"""A quiz for everybody in a channel."""

from __future__ import annotations

import discord

from bot.study import quiz as rules
from tests.discord.quiz.helpers import begun, channel, lobby, question, quiz_id, right, shown, state, type_in, wrong
from tests.discord.world import World, text_of

OPTIONS = {"format": "multiple choice", "count": 2}


async def test_from_the_lobby_to_the_winner(world: World) -> None:
    card = await lobby(world, world.alice, **OPTIONS)
    assert f"<@{world.alice.id}>" in text_of(shown(world, card))
    joined = await world.press(world.bob, shown(world, card), "Join")
    assert joined.ephemeral
    await world.env.advance_time(2)
    assert f"<@{world.bob.id}>" in text_of(shown(world, card)), "the card shows who is in"
    await world.press(world.alice, shown(world, card), "Start now")
    first = world.said()
    assert first.id != card.id
    assert "Question 1 of 2" in text_of(shown(world, first))
    noted = await world.press(world.alice, shown(world, first), await right(world, first))
    assert noted.ephemeral
    assert "Your answer" in text_of(noted)
    assert "is right" not in text_of(noted), "nobody learns the answer before the others"
    await world.env.advance_time(2)
    assert "1 of 2 have answered" in text_of(shown(world, first))
    await world.press(world.bob, shown(world, first), await wrong(world, first))
    assert f"✅ <@{world.alice.id}>" in text_of(shown(world, first))
    assert f"❌ <@{world.bob.id}>" in text_of(shown(world, first))
    assert "prints" in text_of(shown(world, first)), "the proof is shown"
    await world.press(world.alice, shown(world, first), "Next question")
    second = world.said()
    assert second.id != first.id, "every question has a message of its own"
    await world.press(world.alice, second, await right(world, second))
    await world.press(world.bob, second, await right(world, second))
    await world.press(world.alice, shown(world, second), "To the result")
    end = world.said()
    assert "The quiz is over" in text_of(end)
    assert text_of(end).index(f"🥇 <@{world.alice.id}>") < text_of(end).index(f"🥈 <@{world.bob.id}>")
    assert len(await world.store.reviews.cards(world.bob.id)) == 2


async def test_it_goes_on_by_itself_when_nobody_does_anything(world: World) -> None:
    card = await lobby(world, world.alice, **OPTIONS)
    await world.env.advance_time(62)
    first = world.said()
    assert "Question 1 of 2" in text_of(shown(world, first))
    await world.env.advance_time(32)
    assert (await state(world, first)).phase == "revealed"
    assert "no answer" in text_of(shown(world, first))
    await world.env.advance_time(14)
    second = world.said()
    assert "Question 2 of 2" in text_of(second)
    await world.env.advance_time(50)
    assert "Nobody answered anything" in text_of(world.said())
    assert (await state(world, second)).phase == "done"
    assert quiz_id(card) == quiz_id(second)


async def test_late_double_and_early_presses_get_a_friendly_word(world: World) -> None:
    first = await begun(world, world.alice, world.bob, **OPTIONS)
    await world.press(world.bob, first, "A")
    twice = await world.press(world.bob, first, "B")
    assert twice.ephemeral
    assert "answered this one already" in text_of(twice)
    quiz = await state(world, first)
    # The card is told a moment after the quiz has moved on; its old buttons may be pressed until then.
    closed = await world.store.quizzes.change(quiz, rules.close(quiz, world.env.now()))
    assert closed is not None
    assert "Time is up" in text_of(await world.press(world.alice, first, "A"))
    await world.store.quizzes.change(closed, rules.ask(quiz, 1, world.env.now()))
    assert "over already" in text_of(await world.press(world.alice, first, "A"))
    assert "over already" in text_of(await world.press(world.alice, first, "Hint"))


async def test_answers_are_private_until_shown_and_ones_own_is_shown_to_oneself(world: World) -> None:
    first = await begun(world, world.alice, world.bob, format="free text", count=1)
    exercise = await question(world, first)
    await type_in(world, world.alice, first, [" ".join(exercise.expected)])
    await type_in(world, world.bob, first, ["I have no idea at all."])
    assert "A full answer says" in text_of(shown(world, first))
    assert "no idea" not in text_of(shown(world, first))
    own = await world.press(world.bob, shown(world, first), "My answer")
    assert own.ephemeral
    assert "I have no idea at all" in text_of(own)
    watched = await world.press(world.mod, shown(world, first), "My answer")
    assert "You did not answer" in text_of(watched)


async def test_passing_counts_as_an_answer(world: World) -> None:
    first = await begun(world, world.alice, world.bob, **OPTIONS)
    await world.press(world.bob, shown(world, first), "Pass")
    await world.press(world.alice, shown(world, first), "Pass")
    assert (await state(world, first)).phase == "revealed"


async def test_only_host_and_moderators_decide(world: World) -> None:
    first = await begun(world, world.alice, world.bob, **OPTIONS)
    for label in ("Pause", "Stop"):
        refused = await world.press(world.bob, shown(world, first), label)
        assert refused.ephemeral
        assert "Only the host" in text_of(refused)
    assert (await state(world, first)).phase == "asking"
    await world.press(world.mod, shown(world, first), "Pause")
    assert "Paused at question 1 of 2" in text_of(shown(world, first))
    await world.env.advance_time(120)
    assert (await state(world, first)).phase == "paused"
    await world.press(world.alice, shown(world, first), "Go on")
    assert (await state(world, first)).phase == "asking"


async def test_commands_pause_resume_and_stop_it(world: World) -> None:
    first = await begun(world, world.alice, world.bob, **OPTIONS)
    assert "Only the host" in text_of(await world.bob.slash(world.general, "quiz stop"))
    await world.alice.slash(world.general, "quiz pause")
    assert "Paused" in text_of(shown(world, first))
    assert "Only the host" in text_of(await world.bob.slash(world.general, "quiz resume"))
    await world.alice.slash(world.general, "quiz resume")
    anew = world.said()
    assert "Question 1 of 2" in text_of(anew)
    await world.mod.slash(world.general, "quiz stop")
    assert (await state(world, anew)).phase == "done"


async def test_one_quiz_a_channel(world: World) -> None:
    first = await begun(world, world.alice, **OPTIONS)
    second = await world.bob.slash(world.general, "quiz start", players="everybody here")
    assert "running in this channel already" in text_of(second)
    await world.press(world.bob, second, "Join")
    assert {player.user_id for player in await world.store.quizzes.players(quiz_id(first))} == {
        world.alice.id, world.bob.id,
    }  # fmt: skip


async def test_a_restart_goes_on_where_it_was_clock_included(world: World) -> None:
    first = await begun(world, world.alice, world.bob, **OPTIONS)
    await world.press(world.alice, shown(world, first), await right(world, first))
    await world.restart()
    twice = await world.press(world.alice, shown(world, first), "A")
    assert "answered this one already" in text_of(twice)
    await world.env.advance_time(32)
    assert (await state(world, first)).phase == "revealed"
    assert f"✅ <@{world.alice.id}>" in text_of(shown(world, first))
    await world.env.advance_time(14)
    assert "Question 2 of 2" in text_of(world.said())


async def test_a_stop_between_storing_and_showing_is_mended_by_the_next_start(world: World) -> None:
    first = await begun(world, world.alice, world.bob, **OPTIONS)
    quiz = await state(world, first)
    await world.store.quizzes.change(quiz, rules.ask(quiz, 1, world.env.now()))
    assert world.said().id == first.id
    await world.restart()
    assert "Question 2 of 2" in text_of(world.said())


async def test_a_deleted_card_comes_back_and_a_deleted_channel_ends_the_quiz(world: World) -> None:
    first = await begun(world, world.alice, world.bob, **OPTIONS)
    await message_in(world, first.id).delete()
    await world.env.advance_time(32)
    again = world.said()
    assert again.id != first.id
    assert "is right" in text_of(again)
    kept = await state(world, again)
    await channel(world).delete()
    await world.env.advance_time(14)
    ended = await world.store.quizzes.get(kept.id)
    assert ended is not None
    assert ended.phase == "done"


async def test_a_report_reaches_moderators_who_hide_the_question(world: World) -> None:
    first = await begun(world, world.alice, **OPTIONS)
    exercise = await question(world, first)
    await world.press(world.alice, shown(world, first), "Pass")
    box = await world.press(world.bob, shown(world, first), "Report")
    thanks = await world.bob.submit_modal(box, {"reason": "B is right as well @everyone"})
    assert "moderators see it" in text_of(thanks)
    assert "people who may manage" in text_of(await world.bob.slash(world.general, "quiz reports"))
    seen = await world.mod.slash(world.general, "quiz reports")
    assert seen.ephemeral
    assert "B is right as well" in text_of(seen)
    await world.press(world.mod, seen, "Hide here")
    assert "No reports" in text_of(seen)
    assert await world.store.reports.hidden(world.guild.id) == {exercise.question_id}


async def test_who_watched_takes_the_questions_along(world: World) -> None:
    first = await begun(world, world.alice, format="multiple choice", count=1)
    await world.press(world.alice, shown(world, first), await right(world, first))
    await world.press(world.alice, shown(world, first), "To the result")
    assert await world.store.reviews.cards(world.bob.id) == []
    saved = await world.press(world.bob, world.said(), "Add to my reviews")
    assert "Saved" in text_of(saved)
    (held,) = await world.store.reviews.cards(world.bob.id)
    assert held.question_id == (await world.store.quizzes.exercises(quiz_id(first)))[0].question_id
    assert "did not play" in text_of(await world.press(world.bob, world.said(), "As a table"))


async def test_where_the_bot_may_not_write_it_says_so(world: World) -> None:
    me = world.guild.me
    assert me is not None
    quiet = world.guild.create_text_channel("quiet", overwrites={me: discord.PermissionOverwrite(send_messages=False)})
    refused = await world.alice.slash(quiet, "quiz start", players="everybody here")
    assert refused.ephemeral
    assert "I may not write in this channel" in text_of(refused)
    assert (await world.alice.slash(quiet, "quiz start", count=1)).ephemeral, "alone it works there"


def message_in(world: World, message_id: int) -> discord.PartialMessage:
    """A message in *general*, as the bot sees it."""
    return channel(world).get_partial_message(message_id)
