"""Reminders, the lobby at the time, seats that go on, and too few people."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import TutorError
from bot.lobby import Lobby, LobbyOptions
from bot.study.meeting import OFFER, SHOW_UP, TOO_LATE, Meeting
from tests.discord.meetings.helpers import HOUR, MINUTE, Meetup
from tests.discord.world import labels, text_of


async def at_the_time(meetup: Meetup, *others: object, **options: object) -> Meeting:
    meeting = await meetup.planned(*others, **options)  # type: ignore[arg-type]
    await meetup.reach(meeting.starts_at)
    return await meetup.again(meeting)


async def test_people_are_reminded_an_hour_and_ten_minutes_before(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, meetup.carol)
    await meetup.reach(meeting.starts_at - HOUR - MINUTE)
    assert meetup.letters(meetup.bob) == []
    await meetup.wait(MINUTE)
    assert "In about an hour" in meetup.told(meetup.bob)
    assert (await meetup.card(meeting)).jump_url in meetup.told(meetup.bob)
    quiet = await meetup.answer(meetup.carol, "No reminders")
    assert "only if something changes" in text_of(quiet)
    await meetup.world.restart()
    await meetup.reach(meeting.starts_at - 10 * MINUTE)
    assert "In a few minutes" in meetup.told(meetup.bob)
    assert "In a few minutes" in meetup.told(meetup.alice)
    assert len(meetup.letters(meetup.bob)) == 2
    assert len(meetup.letters(meetup.carol)) == 1


async def test_who_takes_no_letters_is_called_in_the_channel_ten_minutes_before(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, meetup.carol)
    meetup.close_letters(meetup.bob, meetup.carol)
    await meetup.reach(meeting.starts_at - HOUR)
    assert meetup.general.last_message
    assert meetup.general.last_message.id == meeting.message_id, "nobody is called for the first reminder"
    await meetup.reach(meeting.starts_at - 10 * MINUTE)
    await meetup.wait(timedelta(seconds=3))
    said = meetup.world.said()
    assert f"{meetup.bob.mention}, {meetup.carol.mention}: your mock interview begins" in text_of(said)
    assert set(meetup.pinged()) == {meetup.bob.id, meetup.carol.id}, "these are pinged, nobody else"
    assert "In a few minutes" in meetup.told(meetup.alice)
    await meetup.wait(MINUTE)
    assert meetup.world.said().id == said.id, "once"


async def test_at_the_time_the_lobby_opens_for_those_in_the_seats(meetup: Meetup) -> None:
    meeting = await at_the_time(meetup, meetup.bob, kind="coding", level="senior", length=60, topic="autograd")
    assert meetup.lobby.opened == {
        meeting.id: Lobby(
            key=meeting.id,
            guild_id=meetup.world.guild.id,
            channel_id=meetup.general.id,
            host_id=meetup.alice.id,
            options=LobbyOptions("coding", "senior", 60, "autograd"),
            invited=(meetup.alice.id, meetup.bob.id),
        )
    }
    card = await meetup.card(meeting)
    assert "It is time" in text_of(card)
    assert f"{meetup.bob.mention} · not here yet" in text_of(card)
    assert labels(card) == ["I'm here", "Join", "Leave"]
    assert "It is time" in meetup.told(meetup.bob)


async def test_those_who_say_they_are_there_keep_their_seats(meetup: Meetup) -> None:
    meeting = await at_the_time(meetup, meetup.bob)
    assert "Good that you are here" in text_of(await meetup.answer(meetup.bob, "I'm here"))
    assert f"{meetup.bob.mention} · here" in text_of(await meetup.card(meeting))
    await meetup.world.restart()
    await meetup.press(meetup.alice, "I'm here", meeting)
    await meetup.wait(SHOW_UP)
    card = await meetup.card(meeting)
    assert "Under way" in text_of(card)
    assert labels(card) == []
    assert list(meetup.lobby.opened) == [meeting.id]


async def test_a_seat_whose_holder_does_not_come_goes_along_the_waiting_list(meetup: Meetup) -> None:
    dave = meetup.world.guild.add_member(meetup.env.create_user("dave"))
    meeting = await at_the_time(meetup, meetup.bob, meetup.mod, meetup.carol, dave, seats=3)
    await meetup.press(meetup.alice, "I'm here", meeting)
    await meetup.press(meetup.bob, "I'm here", meeting)
    assert "You are on the waiting list" in text_of(await meetup.press(meetup.carol, "I'm here", meeting))
    await meetup.wait(SHOW_UP)
    assert "A seat is free for you" in meetup.told(meetup.carol)
    card = text_of(await meetup.card(meeting))
    assert f"**A seat is kept for**\n- {meetup.carol.mention}" in card
    assert f"**Did not come**\n{meetup.mod.mention}" in card
    assert "Your seat went to somebody" in text_of(await meetup.press(meetup.mod, "I'm here", meeting))
    await meetup.world.restart()
    await meetup.wait(OFFER)
    assert "A seat is free for you" in meetup.told(dave)
    assert "Good that you are here" in text_of(await meetup.answer(dave, "Take the seat"))
    await meetup.wait(OFFER)
    assert "Under way" in text_of(await meetup.card(meeting))
    assert meetup.lobby.invited[meeting.id] == [meetup.alice.id, meetup.bob.id, meetup.mod.id, dave.id]


async def test_an_offer_reaches_who_takes_no_letters(meetup: Meetup) -> None:
    meeting = await at_the_time(meetup, meetup.bob, meetup.mod, meetup.carol, seats=3)
    meetup.close_letters(meetup.carol)
    await meetup.press(meetup.mod, "Leave", meeting)
    await meetup.wait(timedelta(seconds=3))
    said = meetup.world.said()
    assert f"{meetup.carol.mention}: a seat is free for you" in text_of(said)
    assert meetup.pinged() == [meetup.carol.id]
    await meetup.press(meetup.carol, "I'm here", meeting)
    assert meetup.carol.id in meetup.lobby.invited[meeting.id]


async def test_somebody_who_comes_by_takes_a_free_seat(meetup: Meetup) -> None:
    meeting = await at_the_time(meetup, meetup.bob)
    await meetup.press(meetup.carol, "Join", meeting)
    assert meetup.carol.id in meetup.lobby.invited[meeting.id]
    assert f"{meetup.carol.mention} · here" in text_of(await meetup.card(meeting))


async def test_one_alone_is_told_what_else_there_is(meetup: Meetup) -> None:
    meeting = await at_the_time(meetup)
    card = await meetup.card(meeting)
    assert "Only one person came" in text_of(card)
    assert "`/mock solo`" in text_of(card)
    assert labels(card) == ["Move"]
    assert "Nobody else came" in meetup.told(meetup.alice)
    assert not meetup.lobby.opened
    assert not meetup.events()
    letter = meetup.letters(meetup.alice)[-1]
    box = await meetup.answer(meetup.alice, "Move")
    assert letter
    await meetup.alice.user.submit_modal(box, {"when": "in 2 hours"})
    await meetup.run()
    again = await meetup.again(meeting)
    assert (again.status, again.starts_at - meeting.starts_at) == ("planned", 2 * HOUR)
    assert labels(await meetup.card(meeting)) == ["Join", "Leave", "Add to calendar", "Move", "Cancel"]
    assert len(meetup.events()) == 1


async def test_nobody_is_told_when_nobody_signed_up(meetup: Meetup) -> None:
    meeting = await meetup.planned()
    await meetup.press(meetup.alice, "Leave", meeting)
    await meetup.reach(meeting.starts_at)
    assert "Nobody came" in text_of(await meetup.card(meeting))
    assert meetup.letters(meetup.alice) == []


async def test_when_all_but_one_go_while_they_gather_that_one_is_told(meetup: Meetup) -> None:
    meeting = await at_the_time(meetup, meetup.bob)
    await meetup.press(meetup.bob, "I'm here", meeting)
    await meetup.press(meetup.alice, "Leave", meeting)
    await meetup.wait(SHOW_UP)
    assert "Nobody else came" in meetup.told(meetup.bob)
    assert (await meetup.again(meeting)).host_id == meetup.bob.id


async def test_a_lobby_that_cannot_be_opened_is_said_in_the_channel(meetup: Meetup) -> None:
    meetup.lobby.error = TutorError("There is an interview here already. Use another channel.")
    meeting = await at_the_time(meetup, meetup.bob)
    assert "There is an interview here already" in text_of(meetup.world.said())
    assert (await meetup.again(meeting)).status == "gathering"


async def test_a_bot_that_was_away_at_the_time_says_so(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    meetup.env.backend.advance_clock((meeting.starts_at - meetup.now() + TOO_LATE + MINUTE).total_seconds())
    await meetup.world.restart()
    await meetup.run()
    assert "I was away at the time" in text_of(await meetup.card(meeting))
    assert meetup.letters(meetup.bob) == [], "what is over is not reminded of"
    assert not meetup.lobby.opened


async def test_a_bot_that_was_away_shortly_opens_the_lobby_late(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob)
    await meetup.reach(meeting.starts_at + 4 * MINUTE)
    assert list(meetup.lobby.opened) == [meeting.id]
    assert [text_of(letter).splitlines()[0] for letter in meetup.letters(meetup.bob)] == ["### It is time"]
