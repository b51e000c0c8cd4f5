"""What goes wrong around an interview: each thing has an end that is told in a sentence, and what was stored stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.cogs.mock import THREAD_CLOSED, THREAD_GONE
from bot.sandbox.errors import WorkerUnavailable
from bot.store import Store
from bot.study.interview import talking
from bot.study.interview.machine import OVER, STOPPED
from bot.study.interview.state import MAIN, TALKING, Stage
from bot.study.interview.steering import LEFT_OPEN
from knowledge.interviews import AXES
from tests.discord.mock.alone import Alone
from tests.discord.mock.room import Group, Hours
from tests.discord.world import World, labels, message_of, text_of
from tests.fakes.worker import CheckingWorker, RefusingWorker

Gather = Callable[[int], Group]
STAGES: tuple[Stage, ...] = ("ready", "warm-up", "question", "block", "closing", "feedback", "between")


async def at(group: Group, stage: Stage) -> None:
    """An interview at a stage."""
    await group.open(kind="debugging", length=20)
    await group.press(group.people[0], "Start", group.lobby)
    if stage == "ready":
        return
    await group.all_here()
    if stage != "between":
        await group.until(stage)
    else:
        await group.finish()


async def test_everybody_leaves(group: Group) -> None:
    await at(group, "question")
    for person in group.people:
        if not (await group.load()).over:
            await group.press(person, "Leave")
    assert group.interview.over
    assert "no longer two people" in group.said()
    assert "no longer two people" in text_of(group.lobby)


async def test_a_host_who_is_banned(group: Group, world: World) -> None:
    await at(group, "question")
    world.env.backend.apply_ban(world.guild.id, world.alice.id, None)
    await world.env.settle()
    interview = await group.world.store.interviews.live_of(world.bob.id)
    assert interview is not None
    assert interview.interview.host != world.alice.id
    assert interview.interview.person(world.alice.id) is None
    assert "is no longer in this server" in group.said()


@pytest.mark.parametrize("way", ["archived", "locked", "deleted"])
@pytest.mark.parametrize("stage", ["question", "feedback"])
async def test_a_thread_that_goes(group: Group, world: World, store: Store, way: str, stage: Stage) -> None:
    await at(group, stage)
    await group.load()
    number = group.interview.running.number
    if stage == "feedback":
        await group.score(group.interviewer)
    thread = group.place.id
    if way == "deleted":
        world.env.backend.delete_channel(thread)
    else:
        world.env.backend.edit_channel(thread, {}, thread_metadata={way: True})
    await world.env.settle()
    assert (await group.load()).ended == (THREAD_GONE if way == "deleted" else THREAD_CLOSED)
    assert group.interview.ended in text_of(group.lobby)
    assert await store.interviews.live_of(world.alice.id) is None
    assert len(await store.interviews.transcript(group.interview.id)) > 3, "what was stored stays"
    card = await store.scorecards.get(group.interview.id, number)
    assert (card is not None) == (stage == "feedback"), "a score that was in makes a scorecard"


async def test_a_thread_that_went_while_nobody_was_told(group: Group, world: World) -> None:
    await at(group, "question")
    world.env.inject_error("POST", "/channels/*/messages", status=404, code=10003, message="Unknown Channel")
    await group.press(group.interviewer, "Next", await group.notes())
    assert group.interview.over
    assert "was deleted" in group.interview.ended
    assert group.interview.ended in text_of(group.lobby)


async def test_permissions_that_vanish(group: Group, world: World) -> None:
    await at(group, "question")
    me = world.env.backend.bot_user.id
    deny = discord.Permissions(send_messages_in_threads=True, send_messages=True).value
    world.env.backend.set_overwrite(world.general.id, Overwrite(me, OverwriteType.MEMBER, 0, deny))
    await group.press(group.interviewer, "Next", await group.notes())
    assert group.interview.over
    assert "may no longer write" in group.interview.ended
    assert group.interview.ended in text_of(group.lobby), "its own card may still be changed"


async def test_nobody_is_in_two_interviews(world: World, group: Group) -> None:
    await at(group, "question")
    dan = world.guild.add_member(world.env.create_user("dan"))
    await dan.slash(world.help, "mock start")
    other = world.said(world.help)
    refused = await world.press(world.bob, other, "Join")
    assert f"<#{group.place.id}>" in text_of(refused.followups[0])
    again = await world.alice.slash(world.help, "mock start")
    assert "another interview already" in text_of(again)
    alone = await world.bob.slash(world.help, "mock solo")
    assert "another interview already" in text_of(alone)
    assert not world.help.threads
    await group.press(world.bob, "Leave")
    await world.press(world.bob, other, "Join")
    assert f"<@{world.bob.id}>" in text_of(world.said(world.help))


async def test_a_box_that_is_sent_after_its_part(group: Group) -> None:
    await at(group, "question")
    box = await group.press(group.candidate, "Answer in text")
    await group.press(group.interviewer, "Next", await group.notes())
    late = await group.fill(group.candidate, box, text="It still accumulates, of course, in the grad attribute.")
    assert talking.LATE in text_of(late.followups[0])
    assert group.interview.running.parts[1].reading(MAIN) is not None
    assert "It still accumulates" in group.said()
    again = await group.press(group.candidate, "Answer in text")
    await group.until("feedback")
    for person in group.people:
        await group.score(person)
    too_late = await group.fill(group.candidate, again, text="And one more thing that I remember now, much too late.")
    assert talking.TOO_LATE in text_of(too_late.followups[0])
    transcript = await group.world.store.interviews.transcript(group.interview.id)
    assert any("much too late" in line.entry.text and line.entry.late for line in transcript)


async def test_scores_and_words_after_the_end(group: Group) -> None:
    await at(group, "feedback")
    box = await group.press(group.observers[0], "Score")
    await group.score(group.interviewer)
    await group.world.alice.slash(group.place, "mock stop")
    assert (await group.load()).over
    await group.fill(group.observers[0], box, **dict.fromkeys(AXES, "5"))
    kept = await group.world.store.scorecards.get(group.interview.id, 1)
    assert kept is not None
    assert kept.card.scorers == 2


async def test_four_thousand_characters_and_markup(group: Group) -> None:
    await at(group, "block")
    await group.answer(group.candidate, ("``` <@1> @everyone # [x](http://y) ||z|| " * 110)[:4000])
    await group.run(group.candidate, "print('```')\n" + "# " + "x" * 3980)
    await group.until("feedback")
    for person in group.people:
        kept = await group.score(person)
        box = await group.press(person, "Add words", kept.followups[0])
        await group.fill(person, box, strong="# Big\n- @here ```" * 29, work="[link](https://example.com) " * 16)
    card = await group.press(group.candidate, "My scorecard")
    await group.press(group.candidate, "Share with the group", card)
    assert "@here" not in group.said()
    assert "@here" not in text_of(card)
    transcript = await group.press(group.candidate, "Transcript", card)
    text = (await message_of(transcript).attachments[0].read()).decode()
    assert text.count("````") >= 2, "a longer fence"


async def test_it_can_be_stopped_by_who_opened_it_and_by_moderators(group: Group, world: World) -> None:
    await at(group, "question")
    other = next(person for person in group.people[1:] if person is not group.interviewer)
    refused = await other.slash(world.general, "mock stop")
    assert "Only who opened it" in text_of(refused)
    keepers = world.guild.create_role("Keepers", permissions=discord.Permissions(manage_messages=True))
    keeper = world.guild.add_member(world.env.create_user("keeper"), roles=[keepers])
    elsewhere = await keeper.slash(world.general, "mock stop")
    assert "You are in no interview" in text_of(elsewhere)
    await keeper.slash(group.place, "mock stop")
    assert (await group.load()).ended == STOPPED
    assert STOPPED in group.said()
    assert labels(group.lobby) == []


async def test_an_old_button_is_told_that_it_is_over(group: Group, world: World) -> None:
    await at(group, "question")
    notes = await group.notes()
    await group.world.alice.slash(world.general, "mock stop")
    await group.load()
    assert group.interview.over
    pressed = await group.press(group.interviewer, "Next", notes)
    assert text_of(pressed.followups[0]) == OVER


async def test_a_lobby_that_nobody_starts(group: Group) -> None:
    await group.open()
    await group.wait(minutes=31)
    assert group.interview.ended == LEFT_OPEN
    assert LEFT_OPEN in text_of(group.lobby)


async def test_where_the_bot_may_make_no_threads(gather: Gather, world: World) -> None:
    deny = discord.Permissions(create_public_threads=True, create_private_threads=True).value
    world.env.backend.set_overwrite(
        world.general.id, Overwrite(world.env.backend.bot_user.id, OverwriteType.MEMBER, 0, deny)
    )
    group = gather(2)
    await group.open(kind="concepts", length=20, private=True)
    assert "I may not make private threads" in text_of(group.lobby), "told before anybody starts"
    await group.press(world.alice, "Start", group.lobby)
    await group.all_here()
    assert group.interview.thread_id is None
    assert group.place is world.general
    assert "I may not make private threads" in group.said()
    await group.finish()
    assert group.is_at("between")


async def test_where_the_bot_may_not_write(world: World) -> None:
    deny = discord.Permissions(send_messages=True).value
    world.env.backend.set_overwrite(
        world.general.id, Overwrite(world.env.backend.bot_user.id, OverwriteType.MEMBER, 0, deny)
    )
    refused = await world.alice.slash(world.general, "mock start")
    assert "I may not write in this channel" in text_of(refused)
    assert await world.store.interviews.live_of(world.alice.id) is None


async def test_what_discord_does_not_take_is_shown_later(group: Group, world: World) -> None:
    await at(group, "question")
    notes = await group.notes()
    world.env.inject_error("POST", "/channels/*/messages", status=500)
    await group.press(group.interviewer, "Next", notes)
    assert "Block" in text_of(notes), "who pressed sees that it went on"
    assert group.interview.part == 2, "it is stored all the same"
    assert "The task is above" not in group.said()
    await group.wait(seconds=10)
    assert "The task is above" in group.said()


async def test_no_worker_to_run_code(group: Group, worker: CheckingWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    await at(group, "block")
    refusing = RefusingWorker(WorkerUnavailable("The worker is away; try again in a minute."))
    monkeypatch.setattr(worker, "run", refusing.run)
    await group.run(group.candidate, "print(1)")
    assert "It did not run" in group.said()
    assert "The worker is away" in group.said()
    assert group.interview.running.parts[group.interview.part].check is None


@pytest.mark.parametrize("stage", STAGES)
async def test_a_restart_at_every_stage(group: Group, world: World, stage: Stage) -> None:
    await at(group, stage)
    await group.load()
    part, seen = group.interview.part, len(group.place.history())
    notes = await group.notes() if stage in TALKING else None
    await world.restart()
    assert (await group.load()).part == part
    assert len(group.place.history()) == seen, "nothing is said twice"
    match stage:
        case "ready":
            await group.all_here()
            assert group.is_at("warm-up")
        case "between":
            await group.press(world.alice, "Next round")
            assert group.is_at("ready")
        case "feedback":
            for person in group.people:
                await group.score(person)
            assert group.is_at("between")
        case _:
            assert notes is not None
            await group.press(group.interviewer, "Next", notes)
            assert group.interview.part == part + 1


async def test_time_that_passed_while_nobody_ran(group: Group, world: World, hours: Hours) -> None:
    await at(group, "question")
    hours.ahead = timedelta(minutes=10)
    await world.restart()
    await group.wait(seconds=0)
    assert group.interview.part == 2
    assert group.interview.left(hours.now()).total_seconds() > 600, "with all of its time"


async def test_a_lobby_survives_a_restart(group: Group, world: World) -> None:
    await group.open(kind="concepts", length=20)
    await world.restart()
    await group.press(world.alice, "Start", group.lobby)
    assert group.is_at("ready")


async def test_alone_it_survives_a_restart(world: World, hours: Hours) -> None:
    alone = Alone(world, hours, "replies")
    await alone.begin(kind="concepts", length=20)
    await alone.until("question")
    box = await alone.press("Answer")
    await world.restart()
    await alone.fill(box, text="It accumulates in the grad attribute until somebody clears it.")
    assert alone.interview.running.parts[1].reading(MAIN) is not None
