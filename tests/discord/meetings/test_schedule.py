"""/mock schedule and /mock meetings."""

from __future__ import annotations

import discord
import pytest
from discord import app_commands

from bot.store.meetings import MOST_OF_ONE
from tests.discord.meetings.helpers import Meetup
from tests.discord.world import labels, text_of


async def test_a_meeting_is_planned_in_ones_own_time(meetup: Meetup) -> None:
    await meetup.live_in("Europe/Berlin")
    result = await meetup.schedule(kind="coding", level="senior", length=60, topic="autograd", seats=3)
    assert result.ephemeral
    assert "Planned for Fri 2 Jan, 19:30 Europe/Berlin" in text_of(result)
    (meeting,) = await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)
    card = await meetup.card(meeting)
    assert card.jump_url in text_of(result)
    seen = text_of(card)
    assert "Mock interview: coding" in seen
    assert "<t:1767378600:F>" in seen
    assert "senior · 60 minutes · autograd" in seen
    assert f"**In (1 of 3)**\n1. {meetup.alice.mention} · host" in seen
    assert labels(card) == ["Join", "Leave", "Add to calendar", "Move", "Cancel"]


async def test_it_is_an_event_in_discord_too(meetup: Meetup) -> None:
    meeting = await meetup.planned(kind="design", length=20)
    ((event_id, event),) = meetup.events().items()
    assert meeting.event_id == event_id
    assert (event.name, event.entity_type, event.entity_metadata) == (
        "Mock interview: design", 3, {"location": "#general"},
    )  # fmt: skip
    assert event.scheduled_start_time == "2026-01-02T18:30:00+00:00"
    assert event.scheduled_end_time == "2026-01-02T18:50:00+00:00"
    assert (await meetup.card(meeting)).jump_url in event.description
    assert f"https://discord.com/events/{meetup.world.guild.id}/{event_id}" in text_of(await meetup.card(meeting))


async def test_in_a_voice_channel_the_event_is_there(meetup: Meetup) -> None:
    voice = meetup.world.guild.create_voice_channel("Practice room")
    meeting = await meetup.planned(channel=voice)
    ((_, event),) = meetup.events().items()
    assert (event.entity_type, event.channel_id) == (2, voice.id)
    assert voice.history()[-1].id == meeting.message_id


async def test_without_the_permission_it_works_without_an_event(meetup: Meetup) -> None:
    meetup.take_away(manage_events=True, create_events=True)
    await meetup.live_in("UTC")
    result = await meetup.schedule()
    assert "I may not make events in this server" in text_of(result)
    (meeting,) = await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)
    assert "I may not make events in this server" in text_of(await meetup.card(meeting))
    assert not meetup.events()
    await meetup.press(meetup.bob, "Join", meeting)
    assert "In (2 of 4)" in text_of(await meetup.card(meeting))


async def test_a_server_with_too_many_events_is_like_one_without(meetup: Meetup) -> None:
    meetup.env.inject_error("POST", "/guilds/*/scheduled-events", status=400, code=30038, message="Maximum reached")
    meeting = await meetup.planned()
    assert not meeting.may_make_event
    assert meeting.event_id is None


async def test_who_has_no_time_zone_is_asked_for_it_once(meetup: Meetup) -> None:
    result = await meetup.schedule()
    assert "I do not know your time zone yet" in text_of(result)
    assert not await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)
    result = await meetup.schedule(timezone="atlantis")
    assert "I know no place of that name" in text_of(result)
    result = await meetup.schedule(timezone="san francisco")
    assert "19:30 America/Los_Angeles" in text_of(result)
    assert "America/Los_Angeles" in text_of(await meetup.schedule(when="sat 10:00"))


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("whenever", "I did not understand that time"),
        ("tomorrow", "At what time?"),
        ("2025-06-01 10:00", "That is over"),
        ("12/1 10:00", "Days with slashes"),
        ("@everyone **now**", "I did not understand that time"),
    ],
)
async def test_an_unclear_time_is_answered_with_one_sentence(meetup: Meetup, when: str, said: str) -> None:
    await meetup.live_in("Europe/Berlin")
    result = await meetup.schedule(when=when)
    assert said in text_of(result)
    assert "@everyone" not in text_of(result)
    assert not await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)
    assert meetup.general.last_message is None


async def test_a_topic_must_be_one_of_the_corpus(meetup: Meetup) -> None:
    await meetup.live_in("Europe/Berlin")
    assert "I have no such topic" in text_of(await meetup.schedule(topic="@everyone"))
    assert not await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)


async def test_the_bot_must_be_allowed_to_write_there_and_so_must_the_person(meetup: Meetup) -> None:
    await meetup.live_in("Europe/Berlin")
    silent = discord.PermissionOverwrite(send_messages=False)
    assert meetup.world.guild.me
    no_bot = meetup.world.guild.create_text_channel("no-bot", overwrites={meetup.world.guild.me: silent})
    no_alice = meetup.world.guild.create_text_channel("no-alice", overwrites={meetup.alice: silent})
    assert f"I may not write in {no_bot.mention}" in text_of(await meetup.schedule(channel=no_bot))
    assert f"You may not write in {no_alice.mention}" in text_of(await meetup.schedule(channel=no_alice))
    result = await meetup.alice.slash(no_bot, "mock schedule", when="tomorrow 19:30")
    assert f"I may not write in {no_bot.mention}" in text_of(result)
    assert not await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)


async def test_nothing_is_planned_that_nobody_can_see(meetup: Meetup) -> None:
    await meetup.live_in("Europe/Berlin")
    meetup.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")
    assert "so nothing was planned" in text_of(await meetup.schedule())
    assert not await meetup.store.meetings.upcoming(meetup.world.guild.id, 10)
    assert not meetup.events()


async def test_one_person_cannot_fill_the_server(meetup: Meetup) -> None:
    await meetup.live_in("Europe/Berlin")
    for _ in range(MOST_OF_ONE):
        await meetup.schedule()
    assert "as many meetings here as one person may" in text_of(await meetup.schedule())
    assert "Planned" in text_of(await meetup.schedule(meetup.bob))


async def test_it_is_for_servers_only(meetup: Meetup) -> None:
    for command, options in (("schedule", {"when": "tomorrow 19:30"}), ("meetings", {}), ("match", {})):
        refused = await meetup.alice.user.slash(f"mock {command}", **options)
        assert "works in a server only" in text_of(refused)
    assert all(isinstance(error, app_commands.NoPrivateMessage) for error in meetup.env.errors)


# ------------------------------------------------------------------------------------ lists while typing


async def names(meetup: Meetup, option: str, typed: str, **filled: object) -> list[str]:
    choices = await meetup.alice.autocomplete(meetup.general, "mock schedule", option, typed, **filled)
    return [choice["name"] for choice in choices]


async def test_while_typing_one_sees_how_a_time_is_understood(meetup: Meetup) -> None:
    await meetup.live_in("Europe/Berlin")
    (choice,) = await meetup.alice.autocomplete(meetup.general, "mock schedule", "when", "fri 6pm")
    assert choice["name"] == "Fri 2 Jan, 18:00 Europe/Berlin"
    assert "Planned for Fri 2 Jan, 18:00 Europe/Berlin" in text_of(await meetup.schedule(when=choice["value"]))
    assert await names(meetup, "when", "sat") == [
        f"Sat 3 Jan, {hour} Europe/Berlin" for hour in ("10:00", "18:00", "19:30", "20:00")
    ]
    assert len(await names(meetup, "when", "")) == 4


async def test_without_a_time_zone_the_list_asks_for_one(meetup: Meetup) -> None:
    assert await names(meetup, "when", "fri 6pm") == ["Name a city in timezone: first, such as Berlin"]
    assert await names(meetup, "when", "fri 6pm", timezone="Asia/Tokyo") == ["Fri 2 Jan, 18:00 Asia/Tokyo"]
    assert await names(meetup, "when", "fri 6pm", timezone="tokyo") == ["Fri 2 Jan, 18:00 Asia/Tokyo"]


async def test_places_and_topics_are_offered(meetup: Meetup) -> None:
    assert "Asia/Kolkata, 05:30 now" in await names(meetup, "timezone", "bangalore")
    assert await names(meetup, "topic", "autog") == ["autograd"]
    assert 1 < len(await names(meetup, "topic", "")) <= 25


# ------------------------------------------------------------------------------------------ what is to come


async def test_what_is_to_come_is_listed_with_ones_own_place(meetup: Meetup) -> None:
    nothing = await meetup.bob.slash(meetup.general, "mock meetings")
    assert nothing.ephemeral
    assert "There are no meetings to come" in text_of(nothing)
    later = await meetup.planned(when="sat 10:00", seats=3, weekly=True)
    sooner = await meetup.planned(meetup.bob, when="fri 10:00")
    listed = text_of(await meetup.bob.slash(meetup.general, "mock meetings"))
    assert listed.index((await meetup.card(sooner)).jump_url) < listed.index((await meetup.card(later)).jump_url)
    assert "2 of 4 seats taken · you are in" in listed
    assert "1 of 3 seats taken · every Saturday at 10:00 (Europe/Berlin)" in listed


async def test_meetings_in_channels_that_one_cannot_see_are_not_listed(meetup: Meetup) -> None:
    hidden = discord.PermissionOverwrite(view_channel=False)
    secret = meetup.world.guild.create_text_channel("secret", overwrites={meetup.bob: hidden})
    await meetup.planned(channel=secret)
    assert "no meetings to come" in text_of(await meetup.bob.slash(meetup.general, "mock meetings"))
    assert secret.mention in text_of(await meetup.alice.slash(meetup.general, "mock meetings"))
