"""People who look for a partner, and proposals, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Person, Store, Wish
from bot.store.meetings import CARD, EVENT, STEP
from bot.store.partners import APART, KEPT, LAPSE, RUN, TELL
from bot.store.timers import Timer
from bot.study import meeting as meetings
from bot.study.free_hours import parse_hours
from bot.study.matching import Pair, match
from bot.study.meeting import Meeting, Plan
from bot.study.proposal import Proposal, accept, ask_for, decline, lapse, propose

pytestmark = pytest.mark.asyncio

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
GUILD, ALICE, BOB, CAROL = 2**63 - 1, 2**62, 2, 3
HOURS = parse_hours("daily 18-21")


def wish(user_id: int, guild_id: int = GUILD) -> Wish:
    return Wish(guild_id, user_id, 20, NOW, spans=HOURS)


async def looking(store: Store, *user_ids: int, since: datetime = NOW) -> None:
    for user_id in user_ids:
        await store.partners.set(wish(user_id), channel_id=20)
        await store.partners.look(GUILD, user_id, 20, since)


async def timers(store: Store) -> dict[tuple[str, str], Timer]:
    """All timers, taken away."""
    claimed = await store.timers.claim(NOW + timedelta(days=30), 100, timedelta(seconds=1))
    for timer in claimed:
        await store.timers.complete(timer)
    return {(timer.kind, timer.key): timer for timer in claimed}


def agreed(proposal: Proposal) -> Meeting:
    fresh = Meeting(
        id="m0",
        guild_id=proposal.guild_id,
        channel_id=proposal.channel_id,
        host_id=proposal.one,
        plan=Plan(level=proposal.level, minutes=proposal.minutes, seats=2),
        starts_at=proposal.starts_at,
        wall=proposal.starts_at.replace(tzinfo=None),
        zone="UTC",
        pair=True,
    )
    return meetings.plan(fresh, proposal.people, NOW)


async def pairs(store: Store) -> list[Pair]:
    return match(await store.partners.pool(GUILD, NOW), NOW, 1)


async def proposed(store: Store, id: str = "p0") -> Proposal:
    (pair,) = await pairs(store)
    (made,) = await store.partners.propose([propose(pair, id, GUILD, NOW)], NOW)
    return made


async def test_what_was_said_is_kept_part_by_part(store: Store) -> None:
    assert await store.partners.wish(GUILD, ALICE) is None
    first = await store.partners.set(wish(ALICE), topics=("autograd", "cuda"), avoids=(BOB, 2**63 - 1))
    assert first == replace(wish(ALICE), topics=("autograd", "cuda"), avoids=(BOB, 2**63 - 1))
    second = await store.partners.set(wish(ALICE), level="senior", language="de", again=True)
    assert second == replace(first, level="senior", language="de", again=True)
    assert await store.partners.wish(GUILD, ALICE) == second
    night = parse_hours("fri 22-1")
    assert (await store.partners.set(wish(ALICE), spans=night)).spans == night
    assert await store.partners.wish(GUILD - 1, ALICE) is None


async def test_who_looks_is_in_the_pool_since_then(store: Store) -> None:
    assert await store.partners.look(GUILD, ALICE, 20, NOW) is None
    await store.people.keep(Person(ALICE, time_zone="Europe/Berlin"))
    await looking(store, ALICE)
    assert (RUN, str(GUILD)) in await timers(store)
    await store.partners.look(GUILD, ALICE, 21, NOW + timedelta(hours=1))
    await store.partners.set(wish(BOB), channel_id=20)
    (alone,) = await store.partners.pool(GUILD, NOW)
    assert (alone.user_id, alone.since, alone.free.zone) == (ALICE, NOW, "Europe/Berlin")
    assert (await store.partners.look(GUILD, ALICE, 21, NOW)) is not None
    assert await store.partners.looking(GUILD) == 1
    await store.partners.stop(GUILD, ALICE)
    assert await store.partners.pool(GUILD, NOW) == []
    again = await store.partners.look(GUILD, ALICE, 21, NOW + timedelta(hours=2))
    assert again
    assert (again.since, again.channel_id) == (NOW + timedelta(hours=2), 21)


async def test_a_proposal_takes_both_out_of_the_pool(store: Store) -> None:
    await looking(store, ALICE, BOB, CAROL)
    await timers(store)
    made = await proposed(store)
    assert await store.partners.proposal("p0") == made
    assert len(await store.partners.pool(GUILD, NOW)) == 1
    due = await timers(store)
    assert set(due) == {(LAPSE, "p0"), *((TELL, f"p0:{user_id}") for user_id in made.people)}
    assert due[LAPSE, "p0"].due_at == made.until


async def test_both_accept_and_there_is_a_meeting(store: Store) -> None:
    await looking(store, ALICE, BOB)
    made = await proposed(store)
    await timers(store)
    step = await store.partners.change("p0", NOW, lambda each: accept(each, ALICE), agreed)
    assert step
    assert step.outcome == "waits"
    assert await store.meetings.get("m0") is None
    step = await store.partners.change("p0", NOW, lambda each: accept(each, BOB), agreed)
    assert step
    assert step.outcome == "agreed"
    assert await store.meetings.get("m0") == agreed(made)
    due = await timers(store)
    assert {(CARD, "m0"), (EVENT, "m0"), (STEP, "m0"), (TELL, f"p0:{ALICE}"), (TELL, f"p0:{BOB}")} == set(due)
    for user_id, partner in ((ALICE, BOB), (BOB, ALICE)):
        kept = await store.partners.wish(GUILD, user_id)
        assert kept
        assert (kept.looking, kept.last_partner, kept.proposal) == (False, partner, None)
    (one, _) = await store.partners.seekers(GUILD, [ALICE, BOB], NOW)
    assert one.free.busy == ((made.starts_at, made.starts_at + timedelta(minutes=60)),)


async def test_another_time_asks_the_other_again(store: Store) -> None:
    await looking(store, ALICE, BOB)
    made = await proposed(store)
    later = made.starts_at + timedelta(days=1)
    await store.partners.change("p0", NOW, lambda each: ask_for(each, BOB, later, NOW), agreed)
    kept = await store.partners.proposal("p0")
    assert kept
    assert (kept.starts_at, kept.accepted, kept.asked_by) == (later, frozenset([BOB]), BOB)
    assert (await timers(store))[TELL, f"p0:{ALICE}"].payload["what"] == "other time"


async def test_who_was_turned_down_looks_on_and_meets_somebody_else(store: Store) -> None:
    await looking(store, ALICE, BOB)
    await proposed(store)
    await timers(store)
    await store.partners.change("p0", NOW, lambda each: decline(each, ALICE), agreed)
    due = await timers(store)
    assert set(due) == {(RUN, str(GUILD)), (TELL, f"p0:{BOB}")}
    assert {seeker.user_id for seeker in await store.partners.pool(GUILD, NOW)} == {ALICE, BOB}
    assert await pairs(store) == [], "not the same two at once"
    await looking(store, CAROL)
    assert len(await pairs(store)) == 1
    later = NOW + APART + timedelta(days=2)
    assert not any(seeker.avoids for seeker in await store.partners.pool(GUILD, later))


async def test_who_did_not_answer_looks_no_longer(store: Store) -> None:
    await looking(store, ALICE, BOB)
    made = await proposed(store)
    await store.partners.change("p0", NOW, lambda each: accept(each, ALICE), agreed)
    step = await store.partners.change("p0", made.until, lambda each: lapse(each, made.until), agreed)
    assert step
    assert step.proposal.status == "lapsed"
    assert [seeker.user_id for seeker in await store.partners.pool(GUILD, NOW)] == [ALICE]
    assert await store.partners.change("gone", NOW, lambda each: accept(each, ALICE), agreed) is None


async def test_when_a_proposal_is_gone_its_people_are_free_again(store: Store) -> None:
    await looking(store, ALICE, BOB)
    made = await proposed(store)
    # As when somebody has everything about them deleted.
    await store.partners.propose([], made.until + KEPT + timedelta(days=1))
    assert await store.partners.proposal("p0") is None
    assert await store.partners.pool(GUILD, NOW) == []
    assert await store.partners.change("p0", NOW, lambda each: lapse(each, NOW), agreed) is None
    assert len(await store.partners.pool(GUILD, NOW)) == 2


async def test_two_processes_propose_nobody_twice(url: str) -> None:
    processes = [await Store.open(url), await Store.open(url)]
    await looking(processes[0], *range(10, 20))
    found = [await pairs(process) for process in processes]
    assert found[0] == found[1]
    made = await asyncio.gather(
        *(
            process.partners.propose(
                [propose(pair, f"p{number}-{index}", GUILD, NOW) for index, pair in enumerate(found[number])], NOW
            )
            for number, process in enumerate(processes)
        )
    )
    people = [member for proposals in made for proposal in proposals for member in proposal.people]
    assert sorted(people) == list(range(10, 20))
    for process in processes:
        await process.aclose()


async def test_two_answers_at_once_make_one_meeting(url: str) -> None:
    processes = [await Store.open(url), await Store.open(url)]
    await looking(processes[0], ALICE, BOB)
    await proposed(processes[0])
    steps = await asyncio.gather(
        *(
            process.partners.change("p0", NOW, lambda each, who=who: accept(each, who), agreed)  # type: ignore[misc]
            for process, who in zip(processes, (ALICE, BOB), strict=True)
        )
    )
    assert sorted(step.outcome for step in steps if step) == ["agreed", "waits"]
    assert await processes[0].meetings.get("m0") is not None
    for process in processes:
        await process.aclose()
