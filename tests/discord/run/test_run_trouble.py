"""When there is no worker, a busy one, a slow one, a broken database, or no permission."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import discord
import pytest

from bot.client import TutorBot
from bot.cogs.patience import LOOK_UP_S
from bot.sandbox.client import WorkerClient
from bot.sandbox.errors import BadRun, SandboxError, WorkerBusy, WorkerUnavailable
from bot.sandbox.wire import Readiness, RunFile, RunResult
from bot.settings import Settings
from bot.store import Store
from bot.worker import Worker
from knowledge.tutor import Tutor
from tests.discord.run.helpers import AMBER, attached, boxed, edit, run
from tests.discord.world import World, accent, labels, message_of, text_of
from tests.fakes.store import SlowSnippets
from tests.fakes.worker import FixedWorker, RefusingWorker, SlowWorker

# Longer than the simulation waits for what the bot does by itself: such a time passes only when a test lets it.
TICK_S = 60.0
RestartWith = Callable[[Worker], Awaitable[None]]


def be_patient(world: World) -> None:
    bot = world.env.bot
    assert isinstance(bot, TutorBot)
    bot.runs.tick_s = TICK_S


def me(world: World) -> discord.Member:
    assert world.guild.me is not None
    return world.guild.me


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (WorkerBusy(7.2), "The worker is busy right now; try again in about 7 s."),
        (WorkerUnavailable("The worker stopped while it ran this; run it again."), "The worker stopped while it ran"),
        (BadRun("The code holds half a character."), "The code holds half a character."),
        (WorkerUnavailable("The layer 'user' cannot be made. Start it with *Docker*."), "Start it with \\*Docker\\*."),
    ],
)
async def test_a_refusal_is_a_sentence_and_loses_no_code(
    world: World, restart_with: RestartWith, error: SandboxError, words: str
) -> None:
    worker = RefusingWorker(error)
    await restart_with(worker)
    result = await run(world, world.alice, "'mine'")
    assert text_of(result).startswith("### It did not run\n")
    assert words in text_of(result)
    assert accent(result) == AMBER
    assert labels(result) == ["Try again", "Edit and run again", "Delete"]
    assert boxed(await world.press(world.alice, result, "Edit and run again")) == "'mine'"
    worker.error = None
    await world.press(world.alice, result, "Try again")
    assert "ran 'mine'" in text_of(result)


async def test_a_worker_that_is_not_there_is_told(world: World, restart_with: RestartWith, tmp_path: Path) -> None:
    client = WorkerClient([f"unix:{tmp_path}/nobody.sock"])
    await restart_with(client)
    assert "cannot be reached right now; try again" in text_of(await run(world, world.alice, "1"))
    await world.alice.send(world.general, f"{world.me} ```py\n1\n```")
    assert "cannot be reached" in text_of(world.said())
    await client.aclose()


async def test_a_bot_without_a_worker_answers_questions_and_says_why_it_runs_nothing(
    world: World, settings: Settings, store: Store, tutor: Tutor
) -> None:
    await world.env.restart_bot(TutorBot(settings, store, tutor))
    assert "started without a worker" in text_of(await run(world, world.alice, "1"))
    question = tutor.corpus.questions[0]
    assert question.answer[:100] in text_of(await world.ask(world.alice, f"#{question.id}"))


async def test_waiting_people_are_told_where_they_stand(world: World, restart_with: RestartWith) -> None:
    worker = SlowWorker(world.env)
    await restart_with(worker)
    be_patient(world)
    alices, bobs, mods = [await run(world, who, "1") for who in (world.alice, world.bob, world.mod)]
    await world.env.advance_time(TICK_S + 1)
    assert text_of(alices) == "⏳ Running…"
    assert text_of(bobs) == "⏳ Waiting for a free place: you are next."
    assert text_of(mods) == "⏳ Waiting for a free place: 1 ahead of you."
    await world.alice.send(world.general, f"{world.me} ```py\n2\n```")
    await world.env.advance_time(TICK_S + 1)
    said = world.said()
    assert text_of(said) == "⏳ Waiting for a free place: 2 ahead of you."
    worker.finish.set()
    await world.env.settle()
    for result in (alices, bobs, mods):
        assert "ran 1" in text_of(result)
    assert world.said().id == said.id
    assert "ran 2" in text_of(world.said())


async def test_a_cold_worker_is_waited_for(world: World, restart_with: RestartWith) -> None:
    worker = SlowWorker(world.env, Readiness(ready=False, reason="warming up"))
    await restart_with(worker)
    be_patient(world)
    result = await run(world, world.alice, "1")
    await world.env.advance_time(TICK_S + 1)
    assert "The worker that runs code is warming up." in text_of(result)
    await world.env.advance_time(5 * TICK_S)
    worker.finish.set()
    await world.env.settle()
    assert "ran 1" in text_of(result)
    edits = [request for request in world.env.http_requests if request.method == "PATCH"]
    assert len(edits) == 2, "the same words are not sent twice"


async def test_a_bot_that_stops_cancels_what_waits_and_says_so(world: World, restart_with: RestartWith) -> None:
    worker = SlowWorker(world.env)
    await restart_with(worker)
    be_patient(world)
    result = await run(world, world.alice, "1")
    await world.bob.send(world.general, f"{world.me} ```py\n2\n```")
    assert len(worker.runs) == 2
    bot = world.env.bot
    assert isinstance(bot, TutorBot)
    # What closing a bot does before it closes its connection.
    await bot.unload_extension("bot.cogs.run")
    assert worker.runs == []
    for seen in (result, world.said()):
        assert text_of(seen) == "### It did not finish\nI was restarted while this ran; run it again."
        assert labels(seen) == ["Try again", "Edit and run again", "Delete"]
    worker = SlowWorker(world.env)
    worker.finish.set()
    await restart_with(worker)
    await world.press(world.alice, result, "Try again")
    assert "ran 1" in text_of(result), "the code was kept"


async def test_a_result_does_not_need_the_database(world: World, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "tutor.db") as database:
        database.execute("DROP TABLE snippets")
    result = await run(world, world.alice, "1 + 1")
    assert "**Value**\n```py\n2\n```" in text_of(result)
    refused = await world.press(world.alice, result, "Edit and run again")
    assert "I cannot look that up, because my database has a problem" in text_of(refused)
    assert world.env.errors == []


async def test_a_box_whose_code_takes_too_long_is_not_opened_and_that_is_told(
    world: World, restart_with: RestartWith
) -> None:
    await restart_with(RefusingWorker(WorkerBusy(2)))
    result = await run(world, world.alice, "1")
    world.store.snippets = SlowSnippets(10 * LOOK_UP_S)
    pressed = await world.press(world.alice, result, "Edit and run again")
    await world.env.advance_time(LOOK_UP_S + 0.5)
    assert pressed.ephemeral
    assert "My database is slow right now" in text_of(pressed)


@pytest.mark.parametrize("name", ["alice", "bob"])
async def test_running_again_is_acknowledged_before_the_code_is_looked_up(
    world: World, restart_with: RestartWith, name: str
) -> None:
    await restart_with(RefusingWorker(WorkerBusy(2)))
    result = await run(world, world.alice, "1")
    world.store.snippets = SlowSnippets(10 * LOOK_UP_S)
    who = {"alice": world.alice, "bob": world.bob}[name]
    pressed = await world.press(who, result, "Try again")
    assert pressed.deferred, "there is time to look"
    await world.env.advance_time(10 * LOOK_UP_S + 0.5)
    said = pressed.followups[0] if pressed.followups else pressed
    assert "I no longer have that code" in text_of(said)
    assert "It did not run" in text_of(result), "the owner's card stays"


async def test_discord_failing_on_the_result_is_told_in_the_same_place(world: World) -> None:
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=500)
    assert text_of(await run(world, world.alice, "1")).startswith("Something went wrong on my side.")


@pytest.mark.parametrize(("status", "code"), [(413, 40005), (400, 50035)])
@pytest.mark.parametrize("way", ["command", "message"])
async def test_a_result_whose_files_discord_refuses_is_shown_without_them(
    world: World, restart_with: RestartWith, way: str, status: int, code: int
) -> None:
    files = (RunFile("a.txt", b"x"),)
    await restart_with(FixedWorker(RunResult("ok", stdout="first\n" + "y\n" * 3000, files=files)))
    if way == "command":
        world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=status, code=code)
        result = message_of(await run(world, world.alice, "1"))
    else:
        world.env.inject_error("PATCH", "/channels/*/messages/*", status=status, code=code)
        await world.alice.send(world.general, f"{world.me} ```py\n1\n```")
        result = world.said()
    seen = text_of(result)
    assert "first" in seen
    assert "a.txt \\(Discord did not take the files of this run\\)" in seen
    assert "Discord did not take the files of this run, so the rest of the output is not shown." in seen
    assert labels(result) == ["Edit and run again", "Delete"]


async def test_without_permission_to_attach_files_it_says_so(world: World) -> None:
    quiet = world.guild.create_text_channel(
        "no-files", overwrites={me(world): discord.PermissionOverwrite(attach_files=False)}
    )
    code = "open('a.txt', 'w').write('x')\nprint('y\\n' * 3000)"
    await world.alice.send(quiet, f"{world.me} ```py\n{code}\n```")
    said = world.said(quiet)
    assert attached(said) == []
    assert "a.txt \\(I may not attach files in this channel\\)" in text_of(said)
    assert "the rest of the output is not shown" in text_of(said)


async def test_a_channel_that_may_not_be_written_to_leads_to_a_direct_message(world: World) -> None:
    silent = world.guild.create_text_channel(
        "silent", overwrites={me(world): discord.PermissionOverwrite(send_messages=False)}
    )
    sent = await world.alice.send(silent, f"{world.me} ```py\n1\n```")
    assert world.last_id(silent) == sent.id
    assert "I may not write in" in text_of(world.said(world.alice.user.dm_channel))


async def test_a_thread_whose_channel_is_unknown_gets_its_result(world: World) -> None:
    channel = world.env.bot.get_channel(world.general.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="code", type=discord.ChannelType.public_thread)
    thread = world.general.threads[0]
    # As after a gap in what Discord tells: the thread is known, its channel is not.
    del channel.guild._channels[channel.id]
    await world.alice.send(thread, f"{world.me} ```py\n1 + 1\n```")
    assert "**Value**\n```py\n2\n```" in text_of(world.said(thread))


async def test_a_card_that_was_deleted_while_its_code_ran_bothers_nobody(
    world: World, restart_with: RestartWith
) -> None:
    result = await run(world, world.alice, "1")
    shown = await world.press(world.alice, result, "Edit and run again")
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=404, code=10008, message="Unknown Message")
    submitted = await world.alice.submit_modal(shown, {"code": "2"})
    assert submitted.followups == []


async def test_edits_pass_the_worker_and_the_quota_like_any_run(world: World, restart_with: RestartWith) -> None:
    result = await run(world, world.alice, "1")
    await restart_with(RefusingWorker(WorkerBusy(2)))
    await edit(world, world.alice, result, "2")
    assert "The worker is busy right now" in text_of(result)
