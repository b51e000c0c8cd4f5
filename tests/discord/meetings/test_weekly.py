"""Meetings that repeat every week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.study.meeting import IDLE_WEEKS, SHOW_UP, Meeting
from bot.study.zones import zone_of
from tests.discord.meetings.helpers import DAY, HOUR, MINUTE, Meetup, event_of
from tests.discord.world import labels, text_of

WEEK = timedelta(weeks=1)


async def next_of(meetup: Meetup, meeting: Meeting) -> Meeting:
    """The next meeting of the series."""
    (following,) = [
        each
        for each in await meetup.store.meetings.upcoming(meetup.world.guild.id, 50)
        if each.series == meeting.series and each.id != meeting.id
    ]
    return following


async def test_next_weeks_meeting_is_set_up_by_itself_with_the_regulars(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, weekly=True)
    own = await meetup.press(meetup.carol, "Join", meeting)
    assert labels(own) == ["No reminders", "Every week", "Add to calendar"]
    assert "signed up for this one only" in text_of(own)
    await meetup.world.press(meetup.carol, own, "Every week")
    await meetup.run()
    card = text_of(await meetup.card(meeting))
    assert "Repeats every Friday at 19:30 (Europe/Berlin)" in card
    assert f"{meetup.carol.mention} · every week" in card
    await meetup.reach(meeting.starts_at)
    for person in (meetup.alice, meetup.bob, meetup.carol):
        await meetup.press(person, "I'm here", meeting)
    await meetup.wait(SHOW_UP)
    following = await next_of(meetup, meeting)
    assert following.starts_at == meeting.starts_at + WEEK
    assert [sign_up.user_id for sign_up in following.sign_ups] == [meetup.alice.id, meetup.carol.id]
    assert "In (2 of 4)" in text_of(await meetup.card(following))
    assert following.message_id != meeting.message_id
    assert following.event_id in meetup.events()
    await meetup.world.restart()
    await meetup.reach(following.starts_at - HOUR)
    assert "In about an hour" in meetup.told(meetup.carol)
    await meetup.reach(following.starts_at)
    assert list(meetup.lobby.opened) == [meeting.id, following.id]


async def test_it_is_as_late_on_the_clocks_when_those_change(meetup: Meetup) -> None:
    # In Berlin clocks go forward on 29 March 2026, in the night before the second of these Sundays.
    await meetup.reach(datetime(2026, 3, 20, 12, tzinfo=UTC))
    meeting = await meetup.planned(meetup.bob, when="2026-03-22 19:30", weekly=True)
    await meetup.reach(meeting.starts_at)
    for person in (meetup.alice, meetup.bob):
        await meetup.press(person, "I'm here", meeting)
    await meetup.wait(SHOW_UP)
    following = await next_of(meetup, meeting)
    assert following.starts_at - meeting.starts_at == WEEK - HOUR
    assert f"{following.starts_at.astimezone(zone_of('Europe/Berlin')):%a %d %H:%M}" == "Sun 29 19:30"
    event = meetup.events()[event_of(following)]
    assert event.scheduled_start_time == "2026-03-29T17:30:00+00:00"
    assert "<t:1774805400:F>" in text_of(await meetup.card(following))


async def test_one_week_is_cancelled_and_the_next_takes_place(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, weekly=True)
    how = await meetup.press(meetup.alice, "Cancel", meeting)
    assert "What should be cancelled?" in text_of(how)
    assert labels(how) == ["This one only", "This and all after it"]
    assert (await meetup.again(meeting)).status == "planned"
    await meetup.world.press(meetup.alice, how, "This one only")
    await meetup.run()
    assert "next week's stays as it is" in meetup.told(meetup.bob)
    assert labels(await meetup.card(meeting)) == ["Restore", "Stop repeating"]
    await meetup.reach(meeting.starts_at)
    following = await next_of(meetup, meeting)
    assert following.starts_at == meeting.starts_at + WEEK
    assert labels(await meetup.card(meeting)) == []


async def test_all_weeks_are_cancelled(meetup: Meetup) -> None:
    meeting = await meetup.planned(weekly=True)
    how = await meetup.press(meetup.alice, "Cancel", meeting)
    await meetup.world.press(meetup.alice, how, "This and all after it")
    await meetup.reach(meeting.starts_at + DAY)
    assert await meetup.store.meetings.upcoming(meetup.world.guild.id, 10) == []


async def test_a_cancelled_week_can_still_end_the_series(meetup: Meetup) -> None:
    meeting = await meetup.planned(weekly=True)
    meetup.env.backend.delete_scheduled_event(meetup.world.guild.id, event_of(meeting))
    await meetup.env.settle()
    await meetup.run()
    assert "does not repeat any more" in text_of(await meetup.press(meetup.alice, "Stop repeating", meeting))
    await meetup.reach(meeting.starts_at + DAY)
    assert await meetup.store.meetings.upcoming(meetup.world.guild.id, 10) == []


async def test_one_week_that_was_moved_leaves_the_next_at_its_time(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, weekly=True)
    box = await meetup.press(meetup.alice, "Move", meeting)
    await meetup.alice.submit_modal(box, {"when": "sat 10:00"})
    await meetup.run()
    moved = await meetup.again(meeting)
    assert "the next is at the usual time again" in text_of(await meetup.card(meeting))
    await meetup.reach(moved.starts_at)
    await meetup.wait(SHOW_UP + MINUTE)
    assert (await next_of(meetup, meeting)).starts_at == meeting.starts_at + WEEK


async def test_a_series_that_nobody_comes_to_ends_by_itself(meetup: Meetup) -> None:
    meeting = await meetup.planned(weekly=True)
    first = meeting.starts_at
    for week in range(IDLE_WEEKS):
        await meetup.reach(first + week * WEEK)
        if week < IDLE_WEEKS - 1:
            meeting = await next_of(meetup, meeting)
    assert f"for {IDLE_WEEKS} weeks in a row, so I have stopped repeating it" in text_of(await meetup.card(meeting))
    assert await meetup.store.meetings.upcoming(meetup.world.guild.id, 10) == []
