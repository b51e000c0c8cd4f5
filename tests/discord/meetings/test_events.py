"""What people do to the event in Discord happens to the meeting."""

from __future__ import annotations

from dataclasses import replace

from bot.store.meetings import EVENT
from bot.study.meeting import Step
from tests.discord.meetings.helpers import DAY, Meetup, event_of
from tests.discord.world import labels, text_of


async def test_an_event_that_is_deleted_cancels_the_meeting_until_it_is_restored(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    meetup.env.backend.delete_scheduled_event(meetup.world.guild.id, event_of(meeting))
    await meetup.env.settle()
    await meetup.run()
    card = await meetup.card(meeting)
    assert "It was cancelled with its event or channel in Discord" in text_of(card)
    assert labels(card) == ["Restore"]
    for person in (meetup.alice, meetup.bob):
        assert "It is cancelled" in meetup.told(person)
    await meetup.press(meetup.alice, "Restore", meeting)
    again = await meetup.again(meeting)
    assert again.status == "planned"
    assert list(meetup.events()) == [again.event_id]
    assert again.event_id != meeting.event_id
    assert "It takes place after all" in meetup.told(meetup.bob)


async def test_an_event_that_is_cancelled_is_like_one_that_is_deleted(meetup: Meetup) -> None:
    meeting = await meetup.planned()
    meetup.env.backend.edit_scheduled_event(meetup.world.guild.id, event_of(meeting), {"status": 4})
    await meetup.env.settle()
    await meetup.run()
    assert (await meetup.again(meeting)).status == "cancelled"


async def test_an_event_that_is_moved_takes_the_meeting_along(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    there = meeting.starts_at + DAY
    await move_event(meetup, event_of(meeting), there.isoformat())
    again = await meetup.again(meeting)
    assert again.starts_at == there
    assert "It was moved" in meetup.told(meetup.bob)
    assert f"<t:{int(there.timestamp())}:F>" in text_of(await meetup.card(meeting))
    patched = [
        request for request in meetup.env.http_requests if request.method == "PATCH" and "events" in request.path
    ]
    assert not patched, "what people set is left as it is"
    await meetup.reach(there)
    assert again.id in meetup.lobby.opened


async def test_an_event_that_is_moved_into_the_past_is_not_followed(meetup: Meetup) -> None:
    meeting = await meetup.planned()
    await move_event(meetup, event_of(meeting), (meetup.now() - DAY).isoformat())
    assert (await meetup.again(meeting)).starts_at == meeting.starts_at


async def test_events_of_others_are_none_of_its_business(meetup: Meetup) -> None:
    meeting = await meetup.planned()
    other = meetup.world.guild.create_scheduled_event(
        "Party", start_time=meeting.starts_at.isoformat(), entity_type=3, location="x", end_time="2026-02-01T00:00:00Z"
    )
    meetup.env.backend.delete_scheduled_event(meetup.world.guild.id, other.id)
    await meetup.env.settle()
    assert (await meetup.again(meeting)).status == "planned"


async def test_what_happened_while_the_bot_was_away_is_followed_at_its_start(meetup: Meetup) -> None:
    deleted = await meetup.planned()
    moved = await meetup.planned(when="sat 10:00")
    kept = await meetup.planned(when="sat 11:00")
    there = (moved.starts_at + DAY).isoformat()
    # No word of it reaches the bot, as while it is not connected.
    guild = meetup.env.backend.get_guild(meetup.world.guild.id)
    del guild.scheduled_events[event_of(deleted)]
    guild.scheduled_events[event_of(moved)].scheduled_start_time = there
    await meetup.world.restart()
    await meetup.run()
    assert (await meetup.again(deleted)).status == "cancelled"
    assert (await meetup.again(moved)).starts_at == moved.starts_at + DAY
    assert (await meetup.again(kept)) == kept


async def test_a_bot_that_may_not_delete_the_event_any_more_cancels_all_the_same(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    meetup.take_away(manage_events=True, create_events=True)
    await meetup.press(meetup.alice, "Cancel", meeting)
    assert (await meetup.again(meeting)).status == "cancelled"
    assert "It is cancelled" in meetup.told(meetup.bob)


async def test_an_event_is_made_once_though_the_first_try_was_cut_off(meetup: Meetup) -> None:
    await meetup.live_in("Europe/Berlin")
    made = await meetup.planned()
    # As a process leaves it that made the event and died before that was kept.
    await meetup.store.meetings.change(
        made.id, meetup.now(), lambda each: Step(replace(each, event_id=None), event=True), show=False
    )
    (timer,) = await meetup.store.timers.claim(meetup.now(), 1, DAY, (EVENT, made.id))
    await meetup.store.timers.retry(timer, meetup.now())
    await meetup.run()
    assert list(meetup.events()) == [made.event_id]
    assert (await meetup.again(made)).event_id == made.event_id


async def move_event(meetup: Meetup, event_id: int, start: str) -> None:
    meetup.env.backend.edit_scheduled_event(meetup.world.guild.id, event_id, {"scheduled_start_time": start})
    await meetup.env.settle()
    await meetup.run()
