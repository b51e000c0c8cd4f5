"""Planned meetings on both databases: kept whole, changed by one at a time, with the timers that follow."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.store import Store
from bot.store.meetings import CARD, EVENT, KEPT, LOBBY, MOST_IN_SERVER, MOST_OF_ONE, STEP, TELL
from bot.store.timers import Timer
from bot.study import meeting as meetings
from bot.study.meeting import Meeting, Plan, cancel, every_week, here, join, leave, move
from bot.study.meeting_clock import tick

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
START = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)
SNOWFLAKE = 2**63 - 1
HOST, BOB = 2**62, 2


def planned(meeting_id: str = "m0", **changes: Any) -> Meeting:  # noqa: ANN401
    fresh = Meeting(
        id=meeting_id,
        guild_id=SNOWFLAKE,
        channel_id=20,
        host_id=HOST,
        plan=Plan("coding", "senior", 60, "autograd", 3),
        starts_at=START,
        wall=datetime.fromisoformat("2026-11-27 19:30"),
        zone="Europe/Berlin",
    )
    return meetings.plan(replace(fresh, **changes), [HOST], NOW)


async def timers(store: Store, at: datetime = START + timedelta(days=30)) -> dict[tuple[str, str], Timer]:
    """All timers, taken away."""
    claimed = await store.timers.claim(at, 100, timedelta(seconds=1))
    for timer in claimed:
        await store.timers.complete(timer)
    return {(timer.kind, timer.key): timer for timer in claimed}


async def test_a_meeting_comes_back_as_it_was_kept(store: Store) -> None:
    made = planned(weekly=True, may_make_event=False, idle=1, pair=True, event_id=SNOWFLAKE)
    assert await store.meetings.make(made, NOW) == ""
    assert await store.meetings.get("m0") == made
    assert await store.meetings.get("m1") is None
    assert set(await timers(store)) == {(CARD, "m0"), (EVENT, "m0"), (STEP, "m0")}


async def test_a_change_is_kept_with_what_follows_from_it(store: Store) -> None:
    await store.meetings.make(planned(), NOW)
    await timers(store)
    step = await store.meetings.change("m0", NOW, lambda meeting: join(meeting, BOB))
    assert step
    assert step.outcome == "in"
    assert step.meeting.revision == 1
    assert await store.meetings.get("m0") == step.meeting
    due = await timers(store)
    assert {key: timer.due_at for key, timer in due.items()} == {
        (CARD, "m0"): NOW,
        (STEP, "m0"): START - timedelta(hours=1),
    }
    await store.meetings.change("m0", NOW, lambda meeting: move(meeting, START + timedelta(hours=5), HOST, NOW))
    due = await timers(store)
    assert due[STEP, "m0"].due_at == START + timedelta(hours=4)
    assert due[TELL, f"m0:{BOB}"].payload == {"meeting": "m0", "user_id": BOB, "what": "moved"}
    assert (EVENT, "m0") in due
    await store.meetings.change("m0", NOW, lambda meeting: cancel(meeting, HOST))
    due = await timers(store)
    assert due[TELL, f"m0:{BOB}"].payload["what"] == "cancelled"
    assert (STEP, "m0") not in due


async def test_nothing_that_changes_nothing_leaves_a_trace(store: Store) -> None:
    await store.meetings.make(planned(), NOW)
    await timers(store)
    step = await store.meetings.change("m0", NOW, lambda meeting: join(meeting, HOST))
    assert step
    assert (step.outcome, step.meeting.revision) == ("already", 0)
    assert not await timers(store)
    assert await store.meetings.change("gone", NOW, lambda meeting: join(meeting, HOST)) is None


async def test_next_weeks_meeting_is_kept_in_the_same_transaction(store: Store) -> None:
    await store.meetings.make(planned(weekly=True, reminded=2), NOW)
    for act in (
        lambda meeting: join(meeting, BOB),
        lambda meeting: every_week(meeting, BOB, True),
        lambda meeting: tick(replace(meeting, reminded=2), START, "m1"),
        lambda meeting: here(meeting, BOB),
        lambda meeting: here(meeting, HOST),
    ):
        await store.meetings.change("m0", START, act)
    due = await timers(store)
    assert (LOBBY, "m0") in due
    assert due[TELL, f"m0:{BOB}"].payload["what"] == "now"
    after = START + timedelta(minutes=5)
    step = await store.meetings.change("m0", after, lambda meeting: tick(meeting, after, "m1"))
    assert step
    assert step.following
    assert await store.meetings.get("m1") == step.following
    due = await timers(store)
    assert {(CARD, "m1"), (EVENT, "m1"), (STEP, "m1")} <= set(due)
    assert [meeting.id for meeting in await store.meetings.upcoming(SNOWFLAKE, 10)] == ["m1"]


async def test_the_place_of_the_card_outlives_a_change_that_did_not_know_it(store: Store) -> None:
    await store.meetings.make(planned(), NOW)
    old = await store.meetings.get("m0")
    assert old
    await store.meetings.posted("m0", SNOWFLAKE)
    await store.meetings.change("m0", NOW, lambda _: join(old, BOB))
    kept = await store.meetings.get("m0")
    assert kept
    assert (kept.message_id, len(kept.sign_ups)) == (SNOWFLAKE, 2)


async def test_meetings_are_found_by_server_and_by_event(store: Store) -> None:
    await store.meetings.make(planned("late", starts_at=START + timedelta(days=1), event_id=7), NOW)
    await store.meetings.make(planned("soon"), NOW)
    await store.meetings.make(planned("elsewhere", guild_id=5, event_id=8), NOW)
    await store.meetings.make(planned("off", event_id=9), NOW)
    await store.meetings.change("off", NOW, lambda meeting: cancel(meeting, HOST))
    assert [meeting.id for meeting in await store.meetings.upcoming(SNOWFLAKE, 10)] == ["soon", "late"]
    assert [meeting.id for meeting in await store.meetings.upcoming(SNOWFLAKE, 1)] == ["soon"]
    assert await store.meetings.of_event(7) == "late"
    assert await store.meetings.of_event(77) is None
    assert [meeting.id for meeting in await store.meetings.with_events([SNOWFLAKE, 6])] == ["late"]


async def test_nobody_fills_a_server_with_meetings(store: Store) -> None:
    for number in range(MOST_OF_ONE):
        assert await store.meetings.make(planned(f"m{number}"), NOW) == ""
    assert await store.meetings.make(planned("more"), NOW) == "person"
    await store.meetings.change("m0", NOW, lambda meeting: cancel(meeting, HOST))
    assert await store.meetings.make(planned("more"), NOW) == ""
    for number in range(MOST_IN_SERVER - MOST_OF_ONE):
        assert await store.meetings.make(planned(f"other{number}", host_id=100 + number), NOW) == ""
    assert await store.meetings.make(planned("last", host_id=99), NOW) == "server"


async def test_old_meetings_and_dropped_ones_are_forgotten(store: Store) -> None:
    await store.meetings.make(planned("old"), NOW)
    await store.meetings.make(planned("new", starts_at=START + KEPT), NOW)
    assert await store.meetings.make(planned("newest", starts_at=START + KEPT), START + KEPT + timedelta(hours=1)) == ""
    assert await store.meetings.get("old") is None
    assert await store.meetings.get("new") is not None
    await timers(store)
    await store.meetings.make(planned("unseen"), NOW)
    await store.meetings.drop("unseen")
    assert await store.meetings.get("unseen") is None
    assert not await timers(store)


async def test_two_processes_give_the_last_seat_to_one_person(url: str) -> None:
    processes = [await Store.open(url), await Store.open(url)]
    await processes[0].meetings.make(planned(), NOW)
    steps = await asyncio.gather(
        *(
            processes[number % 2].meetings.change("m0", NOW, lambda meeting, who=number: join(meeting, 100 + who))  # type: ignore[misc]
            for number in range(8)
        )
    )
    outcomes = sorted(step.outcome for step in steps if step)
    assert outcomes == ["in"] * 2 + ["waiting"] * 6
    kept = await processes[1].meetings.get("m0")
    assert kept
    assert len(kept.at("seat")) == 3
    assert len(kept.at("waiting")) == 6
    assert kept.revision == 8
    for process in processes:
        await process.aclose()


async def test_two_processes_make_next_weeks_meeting_once(url: str) -> None:
    processes = [await Store.open(url), await Store.open(url)]
    await processes[0].meetings.make(planned(weekly=True, reminded=2), NOW)
    steps = await asyncio.gather(
        *(
            process.meetings.change("m0", START, lambda meeting, new=f"m{number}": tick(meeting, START, new))  # type: ignore[misc]
            for number, process in enumerate(processes, start=1)
        )
    )
    assert [step.following is not None for step in steps if step].count(True) == 1
    assert len(await processes[0].meetings.upcoming(SNOWFLAKE, 10)) == 1
    for process in processes:
        await process.aclose()


async def test_leaving_and_joining_again_puts_people_at_the_end(store: Store) -> None:
    await store.meetings.make(planned(), NOW)
    for act in (
        lambda meeting: join(meeting, 3),
        lambda meeting: join(meeting, 4),
        lambda meeting: join(meeting, 5),
        lambda meeting: leave(meeting, 3, NOW),
        lambda meeting: join(meeting, 3),
    ):
        await store.meetings.change("m0", NOW, act)
    kept = await store.meetings.get("m0")
    assert kept
    assert [sign_up.user_id for sign_up in kept.sign_ups] == [HOST, 4, 5, 3]
