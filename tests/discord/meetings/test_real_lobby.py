"""A planned meeting becomes a real interview: the lobby opens, people come late, and what can go wrong is said."""

from __future__ import annotations

from collections.abc import Callable

import discord
import pytest

from bot.client import TutorBot
from bot.lobby import Lobby, LobbyError, LobbyOptions
from bot.settings import Settings
from bot.store import Store
from bot.study.interview.state import Interview, Options
from knowledge.tutor import Tutor
from tests.discord.meetings.helpers import Meetup, Stepwise
from tests.discord.world import labels, text_of


@pytest.fixture
def make_bot(settings: Settings, store: Store, tutor: Tutor) -> Callable[[], TutorBot]:
    """With the lobby that people get, and not one that only notes who comes."""
    return lambda: Stepwise(settings, store, tutor, now=discord.utils.utcnow)


def asked(meetup: Meetup, *people: int, key: str = "aaaaaaaaaaaa") -> Lobby:
    options = LobbyOptions("coding", "senior", 60, "autograd")
    return Lobby(key, meetup.world.guild.id, meetup.general.id, people[0], options, people)


async def live(meetup: Meetup, user_id: int) -> Interview:
    found = await meetup.store.interviews.live_of(user_id)
    assert found is not None
    return found.interview


async def test_at_the_time_there_is_a_lobby_with_those_in_the_seats(meetup: Meetup) -> None:
    meeting = await meetup.planned(meetup.bob, kind="coding", level="senior", length=60)
    await meetup.reach(meeting.starts_at)
    interview = await live(meetup, meetup.alice.id)
    assert interview.stage == "lobby"
    assert {person.user_id for person in interview.people} == {meetup.alice.id, meetup.bob.id}
    assert (interview.options.kind, interview.options.level, interview.options.minutes) == ("coding", "senior", 60)
    lobby = next(
        message for message in meetup.general.history() if "Join" in labels(message) and "Start" in labels(message)
    )
    assert f"<@{meetup.bob.id}>" in text_of(lobby)


async def test_who_gets_a_seat_later_is_let_in(meetup: Meetup) -> None:
    await meetup.bot.lobby.open(asked(meetup, meetup.alice.id, meetup.bob.id))
    before = await live(meetup, meetup.alice.id)
    await meetup.bot.lobby.open(asked(meetup, meetup.alice.id, meetup.bob.id, meetup.carol.id))
    after = await live(meetup, meetup.carol.id)
    assert after.id == before.id, "a second call opens no second lobby"
    assert len(after.people) == 3


async def test_a_host_who_is_busy_elsewhere_leaves_the_lobby_to_the_others(meetup: Meetup) -> None:
    help_channel = meetup.world.help.id
    await meetup.bot.interviewing.open_lobby(meetup.world.guild.id, help_channel, Options(), meetup.alice.id)
    await meetup.bot.lobby.open(asked(meetup, meetup.alice.id, meetup.bob.id))
    hosted = await live(meetup, meetup.bob.id)
    assert {person.user_id for person in hosted.people} == {meetup.bob.id}
    assert (await live(meetup, meetup.alice.id)).id != hosted.id
    with pytest.raises(LobbyError, match="Everybody with a seat is in another interview"):
        await meetup.bot.lobby.open(asked(meetup, meetup.alice.id, key="bbbbbbbbbbbb"))


async def test_a_channel_that_is_closed_to_the_bot_is_said(meetup: Meetup) -> None:
    meetup.take_away(send_messages=True)
    with pytest.raises(LobbyError, match="Let me view that channel"):
        await meetup.bot.lobby.open(asked(meetup, meetup.alice.id, meetup.bob.id))
    assert await meetup.store.interviews.live_of(meetup.alice.id) is None, "nobody is held by a lobby that is not there"
