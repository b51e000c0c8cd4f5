"""When something fails: a sentence with a reference, the rest in the log, and the bot goes on."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import discord
import pytest

from bot.client import TutorBot
from bot.cogs.asking import CONTEXT_S, PATIENCE_S
from bot.settings import Settings
from bot.store import Store
from bot.study.cooldown import Pace
from knowledge.tutor import Tutor
from tests.discord.probes import Probes
from tests.discord.world import World, text_of
from tests.fakes.store import SlowConversations
from tests.fakes.tutor import TroubledTutor


def reference(seen: str) -> str:
    """The reference id in an explanation."""
    found = re.search(r"Reference `([0-9a-f]{8})`", seen)
    assert found, seen
    return found[1]


@pytest.fixture
def broken(settings: Settings, store: Store, tutor: Tutor) -> TutorBot:
    return TutorBot(settings, store, TroubledTutor(tutor, error=RuntimeError("the model fell over")))


async def test_a_failing_command_says_a_sentence_whose_reference_is_in_the_log(
    world: World, broken: TutorBot, caplog: pytest.LogCaptureFixture
) -> None:
    await world.env.restart_bot(broken)
    seen = text_of(await world.ask(world.alice, "what is autograd?"))
    assert seen.startswith("Something went wrong on my side. Try again in a moment")
    assert "fell over" not in seen
    (record,) = [record for record in caplog.records if reference(seen) in record.getMessage()]
    assert record.exc_info
    assert "the model fell over" in str(record.exc_info[1])
    assert world.env.errors


async def test_a_failing_message_gets_the_sentence_as_a_reply(world: World, broken: TutorBot) -> None:
    await world.env.restart_bot(broken)
    await world.alice.send(world.general, f"{world.me} what is autograd?")
    assert reference(text_of(world.said()))


async def test_failing_autocomplete_offers_nothing(world: World, broken: TutorBot) -> None:
    await world.env.restart_bot(broken)
    assert await world.alice.autocomplete(world.general, "ask", "question", "grad") == []


async def test_a_vote_that_cannot_be_saved_is_not_thanked_for(world: World, probes: Probes, tmp_path: Path) -> None:
    result = await world.ask(world.alice, probes.answered.question)
    with sqlite3.connect(tmp_path / "tutor.db") as database:
        database.execute("DROP TABLE votes")
    seen = text_of(await world.press(world.alice, result, "👍"))
    assert "I could not save that" in seen
    assert "Noted" not in seen
    assert reference(seen)


async def test_an_answer_does_not_need_the_database(world: World, probes: Probes, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "tutor.db") as database:
        for table in ("conversations", "guilds", "unanswered"):
            database.execute(f"DROP TABLE {table}")
    result = await world.ask(world.alice, probes.answered.question)
    assert probes.answered.answer[:100] in text_of(result)
    await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    assert probes.answered.answer[:100] in text_of(world.said())
    assert "I don't know that one" in text_of(await world.ask(world.alice, probes.foreign))
    await world.press(world.alice, result, "Not this one")
    assert probes.answered.answer[:100] not in text_of(result)


async def test_an_answer_does_not_wait_for_a_database_that_hangs(world: World, probes: Probes) -> None:
    world.store.conversations = SlowConversations(10 * PATIENCE_S)
    await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    await world.env.advance_time(CONTEXT_S + 1)
    assert probes.answered.answer[:100] in text_of(world.said())


async def test_discord_failing_once_is_told_in_the_same_place(world: World, probes: Probes) -> None:
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=500)
    result = await world.ask(world.alice, probes.answered.question)
    assert reference(text_of(result))
    assert any(isinstance(error, discord.app_commands.CommandInvokeError) for error in world.env.errors)


async def test_a_button_of_a_deleted_message_is_explained(world: World, probes: Probes) -> None:
    result = await world.ask(world.alice, probes.answered.question)
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=404, code=10008)
    pressed = await world.press(world.alice, result, "Not this one")
    assert reference(text_of(pressed.followups[0]))
    assert pressed.followups[0].ephemeral


async def test_a_slow_answer_shows_typing_and_gives_up_with_a_sentence(
    world: World, settings: Settings, store: Store, tutor: Tutor
) -> None:
    await world.env.restart_bot(TutorBot(settings, store, TroubledTutor(tutor, delay_s=10 * PATIENCE_S)))
    await world.alice.send(world.general, f"{world.me} what is autograd?")
    await world.env.advance_time(PATIENCE_S + 1)
    assert "took too long" in text_of(world.said())
    assert [request for request in world.env.http_requests if request.path.endswith("/typing")]


async def test_where_it_may_not_write_it_tells_the_asker_in_private(world: World, probes: Probes) -> None:
    me = world.guild.me
    assert me is not None
    rules = world.guild.create_text_channel("rules", overwrites={me: discord.PermissionOverwrite(send_messages=False)})
    await world.alice.send(rules, f"{world.me} {probes.answered.question}")
    assert "I may not write in" in text_of(world.said(world.alice.user.dm_channel))


async def test_where_it_may_not_read_back_it_answers_without_a_reply(world: World, probes: Probes) -> None:
    me = world.guild.me
    assert me is not None
    blind = world.guild.create_text_channel(
        "blind", overwrites={me: discord.PermissionOverwrite(read_message_history=False)}
    )
    await world.alice.send(blind, f"{world.me} {probes.answered.question}")
    said = blind.history(viewer=world.alice)[-1]
    assert probes.answered.answer[:100] in text_of(said)
    assert said.reference is None


async def test_asking_too_fast_is_told_once_and_forgiven_later(world: World, probes: Probes) -> None:
    for _ in range(Pace().burst):
        await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    assert probes.answered.answer[:100] in text_of(world.said())
    await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    assert "you ask faster than I can keep up" in text_of(world.said())
    ignored = await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    assert world.last_id(world.general) == ignored.id
    told = await world.ask(world.alice, probes.answered.question)
    assert told.ephemeral
    assert "you ask faster" in text_of(told)
    assert probes.answered.answer[:100] in text_of(await world.ask(world.bob, probes.answered.question))
    await world.env.advance_time(Pace().every_s + 1)
    assert probes.answered.answer[:100] in text_of(await world.ask(world.alice, probes.answered.question))
