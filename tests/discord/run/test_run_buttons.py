"""The buttons under results: for the owner, for others, after a restart, and when the code is no longer kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import discord
import pytest

from bot.store.snippets import KEPT, KEPT_EACH
from bot.study.running import USER_PACE
from bot.worker import Worker
from tests.discord.run.helpers import attached, boxed, edit, run
from tests.discord.world import World, components, labels, message_of, text_of
from tests.fakes.store import WatchedSnippets
from tests.fakes.worker import SlowWorker

RestartWith = Callable[[Worker], Awaitable[None]]
READS = "name = input('Who? ')\nprint('hello', name)"


def kept(folder: Path) -> list[str]:
    """The code that is in the database."""
    with sqlite3.connect(folder / "tutor.db") as database:
        return [code for (code,) in database.execute("SELECT code FROM snippets ORDER BY message_id")]


async def test_the_owner_edits_and_runs_again_in_place_after_a_restart(world: World) -> None:
    result = await run(world, world.alice, "open('a.txt', 'w').write('a')\n'first'")
    assert len(attached(result)) == 1
    await world.restart()
    shown = await world.press(world.alice, result, "Edit and run again")
    assert boxed(shown) == "open('a.txt', 'w').write('a')\n'first'"
    await world.restart()
    await world.alice.submit_modal(shown, {"code": "'second'"})
    seen = text_of(result)
    assert "**Value**\n```py\n'second'\n```" in seen
    assert "first" not in seen
    assert attached(result) == [], "the files of the run before are gone with it"
    assert len(world.general.history()) == 1
    assert boxed(await world.press(world.alice, result, "Edit and run again")) == "'second'"


@pytest.mark.parametrize("code", ["1", READS], ids=["result", "warning"])
@pytest.mark.parametrize("way", ["command", "message"])
async def test_code_is_kept_before_its_button_can_be_pressed(world: World, way: str, code: str) -> None:
    def button_shown() -> bool:
        return any("run:edit:" in str(request.json) for request in world.env.http_requests)

    world.store.snippets = watched = WatchedSnippets(button_shown)
    if way == "command":
        await run(world, world.alice, code, private=True)
    else:
        await world.alice.send(world.general, f"{world.me} ```py\n{code}\n```")
    assert button_shown()
    assert watched.seen == [False]


async def test_somebody_elses_edit_is_a_card_of_their_own(world: World) -> None:
    result = await run(world, world.alice, "'hers'")
    theirs = await edit(world, world.bob, result, "'his'")
    assert theirs.ephemeral
    assert "'his'" in text_of(theirs)
    assert "'hers'" in text_of(result)
    await edit(world, world.bob, theirs, "'his again'")
    assert "'his again'" in text_of(theirs), "their card is theirs to change"


async def test_the_result_under_a_message_can_be_edited_and_deleted(world: World) -> None:
    asked = await world.alice.send(world.general, f"{world.me} ```py\n1 + 1\n```")
    said = world.said()
    await edit(world, world.alice, said, "2 + 2")
    assert "**Value**\n```py\n4\n```" in text_of(world.said())
    await world.press(world.alice, world.said(), "Delete")
    assert world.last_id(world.general) == asked.id


async def test_only_the_owner_or_who_may_manage_messages_deletes(world: World, tmp_path: Path) -> None:
    first = await run(world, world.alice, "'first'")
    second = await run(world, world.alice, "'second'")
    refused = await world.press(world.bob, first, "Delete")
    assert refused.ephemeral
    assert "Only who ran this" in text_of(refused)
    assert kept(tmp_path) == ["'first'", "'second'"]
    await world.restart()
    await world.press(world.alice, first, "Delete")
    assert kept(tmp_path) == ["'second'"], "its code goes with it"
    keepers = world.guild.create_role("Keepers", permissions=discord.Permissions(manage_messages=True))
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[keepers])
    await world.press(keeper, second, "Delete")
    assert world.general.history() == []
    assert kept(tmp_path) == []


async def test_a_private_result_can_be_deleted(world: World) -> None:
    result = await run(world, world.alice, "1", private=True)
    await world.press(world.alice, result, "Delete")
    assert result.response is None


async def test_code_is_forgotten_with_its_message(world: World, tmp_path: Path) -> None:
    await world.alice.send(world.general, f"{world.me} ```py\n'one'\n```")
    said = world.said()
    assert kept(tmp_path) == ["'one'"]
    await world.env.bot.get_channel(world.general.id).get_partial_message(said.id).delete()  # type: ignore[union-attr]
    await world.env.settle()
    assert kept(tmp_path) == []


async def test_a_deleted_message_without_code_writes_nothing(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sent = await world.alice.send(world.general, "a word")
    # What was said before a start is in nobody's memory.
    await world.restart()
    with closing(sqlite3.connect(tmp_path / "tutor.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        await world.env.bot.get_channel(world.general.id).get_partial_message(sent.id).delete()  # type: ignore[union-attr]
        await world.env.settle()
    assert "stays until it is too old" not in caplog.text, "a write would have waited for the lock in vain"


async def test_code_is_forgotten_with_time_and_number(world: World, tmp_path: Path) -> None:
    result = await run(world, world.alice, "'old'")
    now = world.env.now()
    await world.store.snippets.keep(1, world.bob.id, "'of bob'", now)
    for number in range(KEPT_EACH):
        await world.store.snippets.keep(2**62 + number, world.alice.id, f"{number}", now)
    assert "'old'" not in kept(tmp_path)
    assert len(kept(tmp_path)) == KEPT_EACH + 1
    seen = await world.press(world.alice, result, "Edit and run again")
    assert "I no longer have that code" in text_of(seen)
    assert seen.ephemeral
    await world.store.snippets.keep(3, world.bob.id, "'later'", now + KEPT + timedelta(minutes=1))
    assert kept(tmp_path) == ["'later'"]


async def test_code_that_waits_for_the_keyboard_is_told_before_it_runs(world: World) -> None:
    result = await run(world, world.alice, READS)
    seen = text_of(result)
    assert "This waits for the keyboard" in seen
    assert "Put the values into the code instead." in seen
    assert labels(result) == ["Edit and run again", "Run anyway", "Delete"]
    await world.restart()
    await world.press(world.alice, result, "Run anyway")
    seen = text_of(result)
    assert "EOFError" in seen
    assert "nobody can type here" in seen


async def test_a_warning_leads_to_the_box_too(world: World) -> None:
    result = await run(world, world.alice, READS)
    shown = await world.press(world.alice, result, "Edit and run again")
    assert boxed(shown) == READS
    await world.alice.submit_modal(shown, {"code": READS.replace("input('Who? ')", "'Ada'")})
    assert "hello Ada" in text_of(result)


async def test_somebody_elses_run_anyway_is_theirs(world: World) -> None:
    result = await run(world, world.alice, READS)
    assert (await world.press(world.bob, result, "Run anyway")).ephemeral
    assert "This waits for the keyboard" in text_of(result)


async def test_a_long_file_that_waits_for_the_keyboard_is_told_while_it_runs(
    world: World, restart_with: RestartWith
) -> None:
    code = READS + "\n# long" * 2000
    result = await world.alice.slash(world.general, "run", attachment=("a.py", code.encode()))
    assert "It reads the keyboard, but nobody can type here" in text_of(result)
    assert "EOFError" in text_of(result)
    bodies = [str(request.json) for request in world.env.http_requests if request.method == "PATCH"]
    assert "Running it" in bodies[0], "before it runs"
    assert "EOFError" in bodies[1]


@pytest.mark.parametrize("code", ["def input(x): return x\ninput(3)", "model = str\nmodel(input := 5)", "# input()\n3"])
async def test_an_input_of_ones_own_is_none_of_the_keyboards(world: World, code: str) -> None:
    assert "### ✅ Ran" in text_of(await run(world, world.alice, code))


async def test_who_runs_too_fast_is_told_when_to_try_again(world: World, restart_with: RestartWith) -> None:
    worker = SlowWorker(world.env)
    worker.finish.set()
    await restart_with(worker)
    for _ in range(USER_PACE.burst):
        assert "ran 1" in text_of(await run(world, world.alice, "1"))
    refused = await run(world, world.alice, "1")
    assert refused.ephemeral
    assert "You run code faster than I can keep up. Try again in 5 seconds." in text_of(refused)
    assert "ran 1" in text_of(await run(world, world.bob, "1")), "others are not held up"
    await world.alice.send(world.general, f"{world.me} ```py\n1\n```")
    await world.alice.send(world.general, f"{world.me} ```py\n1\n```")
    refusals = [message for message in world.general.history() if "faster" in text_of(message)]
    assert len(refusals) <= 1, "nobody can make the bot fill a channel with refusals"


async def test_every_label_is_pressed_in_these_tests(world: World) -> None:
    seen = {*labels(await run(world, world.alice, READS)), *labels(await run(world, world.alice, "1"))}
    assert seen == {"Edit and run again", "Run anyway", "Delete"}
    assert message_of(await run(world, world.alice, "1")).id
    assert all(len(part.get("custom_id", "")) <= 100 for part in components(await run(world, world.alice, "1")))
