"""Every button under a meeting, before and after a restart."""

from __future__ import annotations

import discord
import pytest

from tests.discord.meetings.helpers import DAY, HOUR, Meetup
from tests.discord.world import labels, text_of


async def test_joining_and_leaving_shows_on_the_card(meetup: Meetup) -> None:
    meeting = await meetup.planned(seats=3)
    joined = await meetup.press(meetup.bob, "Join", meeting)
    assert joined.ephemeral
    assert "You are in." in text_of(joined)
    assert f"**In (2 of 3)**\n1. {meetup.alice.mention} · host\n2. {meetup.bob.mention}" in text_of(
        await meetup.card(meeting)
    )
    assert "You have signed up already" in text_of(await meetup.press(meetup.bob, "Join", meeting))
    assert "no longer signed up" in text_of(await meetup.press(meetup.bob, "Leave", meeting))
    assert "In (1 of 3)" in text_of(await meetup.card(meeting))
    assert "You are not signed up" in text_of(await meetup.press(meetup.bob, "Leave", meeting))


async def test_a_full_meeting_has_a_waiting_list_that_moves_up(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, meetup.mod, seats=3)
    waits = await meetup.press(meetup.carol, "Join", meeting)
    assert "You are number 1 on the waiting list" in text_of(waits)
    assert f"**Waiting list**\n1. {meetup.carol.mention}" in text_of(await meetup.card(meeting))
    await meetup.press(meetup.bob, "Leave", meeting)
    assert "Waiting list" not in text_of(await meetup.card(meeting))
    assert "A seat became free, and you were next" in meetup.told(meetup.carol)
    await meetup.answer(meetup.carol, "Leave")
    assert meetup.carol.mention not in text_of(await meetup.card(meeting))


async def test_every_button_works_after_a_restart(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, weekly=True)
    await meetup.world.restart()
    own = await meetup.press(meetup.carol, "Join", meeting)
    await meetup.world.restart()
    await meetup.world.press(meetup.carol, own, "No reminders")
    assert "only if something changes" in text_of(own)
    await meetup.world.restart()
    await meetup.world.press(meetup.carol, own, "Every week")
    assert "signed up every week" in text_of(own)
    kept = (await meetup.again(meeting)).sign_up(meetup.carol.id)
    assert kept
    assert (kept.reminders, kept.every_week) == (False, True)
    await meetup.world.restart()
    await meetup.world.press(meetup.carol, own, "Remind me")
    await meetup.world.press(meetup.carol, own, "This one only")
    kept = (await meetup.again(meeting)).sign_up(meetup.carol.id)
    assert kept
    assert (kept.reminders, kept.every_week) == (True, False)
    await meetup.world.restart()
    how = await meetup.press(meetup.alice, "Cancel", meeting)
    await meetup.world.restart()
    await meetup.world.press(meetup.alice, how, "This one only")
    await meetup.world.restart()
    await meetup.press(meetup.alice, "Restore", meeting)
    assert (await meetup.again(meeting)).status == "planned"


async def test_the_calendar_file_comes_privately(meetup: Meetup) -> None:
    meeting = await meetup.planned(weekly=True)
    for result in (
        await meetup.press(meetup.bob, "Add to calendar", meeting),
        await meetup.world.press(meetup.bob, await meetup.press(meetup.bob, "Join", meeting), "Add to calendar"),
    ):
        message = result.followups[0] if result.followups else result.response
        assert message
        assert message.ephemeral
        (file,) = message.attachments
        assert file.filename == "mock-interview.ics"
        content = (await file.read()).decode()
        assert "RRULE:FREQ=WEEKLY" in content
        assert "DTSTART;TZID=Europe/Berlin:20260102T193000" in content
        assert (await meetup.card(meeting)).jump_url in content.replace("\r\n ", "")


async def test_the_host_cancels_and_everybody_is_told(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, meetup.carol)
    assert "Everybody who had signed up is told" in text_of(await meetup.press(meetup.alice, "Cancel", meeting))
    card = await meetup.card(meeting)
    assert "Cancelled · Mock interview" in text_of(card)
    assert f"by {meetup.alice.mention}" in text_of(card)
    assert labels(card) == ["Restore"]
    for person in (meetup.bob, meetup.carol):
        assert "It is cancelled" in meetup.told(person)
    assert meetup.told(meetup.alice) == ""
    assert not meetup.events()
    await meetup.press(meetup.alice, "Restore", meeting)
    assert "It takes place after all" in meetup.told(meetup.bob)
    assert "In (3 of 4)" in text_of(await meetup.card(meeting))
    assert list(meetup.events()) == [(await meetup.again(meeting)).event_id]


async def test_only_the_host_and_moderators_move_and_cancel(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    refusals = [
        await meetup.press(meetup.bob, "Cancel", meeting),
        await meetup.press(meetup.bob, "Move", meeting),
    ]
    for refused in refusals:
        assert refused.ephemeral
        assert "Only who planned it, or people who may manage events here" in text_of(refused)
    box = await meetup.press(meetup.alice, "Move", meeting)
    await meetup.press(meetup.alice, "Leave", meeting)
    sent = await meetup.alice.submit_modal(box, {"when": "sat 10:00"})
    assert "Only who planned it" in text_of(sent), "who has left meanwhile is host no longer"
    assert (await meetup.again(meeting)).host_id == meetup.bob.id
    assert "You host it now" in meetup.told(meetup.bob)
    await meetup.press(meetup.mod, "Cancel", meeting)
    assert (await meetup.again(meeting)).status == "cancelled"
    assert "Only who planned it" in text_of(await meetup.press(meetup.alice, "Restore", meeting))


async def test_the_host_moves_it(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    box = await meetup.press(meetup.alice, "Move", meeting)
    assert box.modal
    assert box.modal["title"] == "Move the meeting"
    await meetup.world.restart()
    sent = await meetup.alice.submit_modal(box, {"when": "sat 10:00"})
    assert "Moved to Sat 3 Jan, 10:00 Europe/Berlin" in text_of(sent)
    await meetup.run()
    assert "<t:1767430800:F>" in text_of(await meetup.card(meeting))
    assert "It was moved" in meetup.told(meetup.bob)
    assert "<t:1767430800:F>" in meetup.told(meetup.bob)
    ((_, event),) = meetup.events().items()
    assert event.scheduled_start_time == "2026-01-03T09:00:00+00:00"
    assert event.scheduled_end_time == "2026-01-03T09:45:00+00:00"
    again = await meetup.alice.submit_modal(await meetup.press(meetup.alice, "Move", meeting), {"when": "sat 10:00"})
    assert "at that time already" in text_of(again)


@pytest.mark.parametrize(("typed", "said"), [("someday", "I did not understand"), ("2025-01-01 10:00", "That is over")])
async def test_an_unclear_move_changes_nothing(meetup: Meetup, typed: str, said: str) -> None:
    meeting = await meetup.planned()
    sent = await meetup.alice.submit_modal(await meetup.press(meetup.alice, "Move", meeting), {"when": typed})
    assert said in text_of(sent)
    assert (await meetup.again(meeting)).starts_at == meeting.starts_at


async def test_when_everybody_leaves_anybody_may_still_join(meetup: Meetup) -> None:
    meeting = await meetup.planned()
    await meetup.press(meetup.alice, "Leave", meeting)
    assert "**In (0 of 4)**\nNobody yet" in text_of(await meetup.card(meeting))
    await meetup.press(meetup.bob, "Join", meeting)
    assert "In (1 of 4)" in text_of(await meetup.card(meeting))


async def test_a_card_that_is_deleted_is_shown_again(meetup: Meetup) -> None:
    meeting = await meetup.planned()
    own = await meetup.press(meetup.bob, "Join", meeting)
    await (await meetup.card(meeting)).delete()
    await meetup.env.settle()
    await meetup.world.press(meetup.bob, own, "No reminders")
    await meetup.run()
    kept = await meetup.again(meeting)
    assert kept.message_id != meeting.message_id
    assert "In (2 of 4)" in text_of(await meetup.card(meeting))


async def test_buttons_of_a_meeting_that_is_forgotten_say_so(meetup: Meetup) -> None:
    meeting = await meetup.planned()
    card = await meetup.card(meeting)
    await meetup.store.meetings.drop(meeting.id)
    for label in ("Join", "Leave", "Add to calendar", "Move", "Cancel"):
        result = await meetup.world.press(meetup.alice, card, label)
        assert "I no longer have it" in text_of(result), label


async def test_it_is_too_late_once_it_has_been(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    await meetup.reach(meeting.starts_at - HOUR)
    await meetup.wait(DAY)
    assert "It is too late" in text_of(await meetup.answer(meetup.bob, "Leave"))


async def test_a_channel_that_is_deleted_takes_its_meetings_along(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, channel=meetup.world.help)
    own = await meetup.press(meetup.carol, "Join", meeting)
    channel = meetup.bot.get_channel(meetup.world.help.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete()
    await meetup.env.settle()
    meetup.env.backend.advance_clock(HOUR.total_seconds())
    await meetup.world.store.timers.set("meeting-card", meeting.id, meetup.now())
    await meetup.run()
    assert own
    assert (await meetup.again(meeting)).status == "cancelled"
    assert "It is cancelled" in meetup.told(meetup.bob)
    assert not meetup.events()
