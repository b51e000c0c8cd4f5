"""What tests of meetings do again and again: let time pass, plan a meeting, read what people were told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import discord
from simcord import Env
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.client import TutorBot
from bot.store import Person, Store
from bot.study.meeting import Meeting
from tests.discord.world import World, button, text_of
from tests.fakes.lobby import FakeLobby

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Stepwise(TutorBot):
    """Runs timers when a test lets time pass, and not by itself."""

    async def on_ready(self) -> None:
        """The clock stands still."""


class Meetup:
    """The world with a fourth person, carol, a time that passes at will, and a lobby that notes who comes."""

    def __init__(self, world: World, lobby: FakeLobby) -> None:
        self.world = world
        self.lobby = lobby
        self.alice, self.bob, self.mod = world.alice, world.bob, world.mod
        self.carol = world.guild.add_member(world.env.create_user("carol"))
        self.general = world.general

    @property
    def env(self) -> Env:
        return self.world.env

    @property
    def store(self) -> Store:
        return self.world.store

    @property
    def bot(self) -> TutorBot:
        bot = self.env.bot
        assert isinstance(bot, TutorBot)
        return bot

    def take_away(self, **permissions: bool) -> None:
        """Nobody in the server may do this any more, the bot least of all."""
        guild = self.env.backend.get_guild(self.world.guild.id)
        taken = discord.Permissions(**permissions).value
        for role in list(guild.roles.values()):
            self.env.backend.edit_role(guild.id, role.id, {"permissions": role.permissions & ~taken})

    # ---------------------------------------------------------------------------------------------- time

    def now(self) -> datetime:
        return self.env.now()

    async def run(self) -> None:
        """Everything that is due happens."""
        while await self.bot.clock.run_due():
            await self.env.settle()

    async def wait(self, span: timedelta) -> None:
        """Let time pass at once, without every second between, and what is due then happen."""
        self.env.backend.advance_clock(span.total_seconds())
        await self.env.advance_time(0)
        await self.run()

    async def reach(self, when: datetime) -> None:
        """Let time pass until then."""
        await self.wait(when - self.now())

    # ------------------------------------------------------------------------------------------- meetings

    async def live_in(self, zone: str, *people: MemberActor) -> None:
        """These people have set their time zone."""
        for person in people or (self.alice, self.bob, self.carol):
            await self.store.people.keep(Person(person.id, time_zone=zone))

    async def schedule(
        self,
        who: MemberActor | None = None,
        when: str = "tomorrow 19:30",
        **options: Any,  # noqa: ANN401
    ) -> InteractionResult:
        """`/mock schedule` in *general*."""
        result = await (who or self.alice).slash(self.general, "mock schedule", when=when, **options)
        await self.run()
        return result

    async def planned(self, *others: MemberActor, **options: Any) -> Meeting:  # noqa: ANN401
        """A meeting of alice's that these have joined."""
        if not (await self.store.people.get(self.alice.id)).time_zone:
            await self.live_in("Europe/Berlin")
        before = {meeting.id for meeting in await self.store.meetings.upcoming(self.world.guild.id, 50)}
        said = await self.schedule(**options)
        made = [each for each in await self.store.meetings.upcoming(self.world.guild.id, 50) if each.id not in before]
        assert made, text_of(said)
        (meeting,) = made
        for person in others:
            await self.press(person, "Join", meeting)
        return await self.again(meeting)

    async def again(self, meeting: Meeting) -> Meeting:
        """The meeting as it is now."""
        kept = await self.store.meetings.get(meeting.id)
        assert kept
        return kept

    async def card(self, meeting: Meeting) -> discord.Message:
        """The message that shows it."""
        kept = await self.again(meeting)
        channel = next(each for each in self.world.guild.channels.values() if each.id == kept.channel_id)
        return next(message for message in channel.history() if message.id == kept.message_id)

    async def press(self, who: MemberActor, label: str, meeting: Meeting) -> InteractionResult:
        """Press a button of the card, and let follow what follows."""
        result = await self.world.press(who, await self.card(meeting), label)
        await self.run()
        return result

    # ----------------------------------------------------------------------------------------------- words

    def letters(self, who: MemberActor) -> list[discord.Message]:
        """The direct messages somebody got from the bot, oldest first."""
        return sorted(dm_of(who).history(), key=lambda message: message.id)

    def told(self, who: MemberActor) -> str:
        """The last of them."""
        letters = self.letters(who)
        return text_of(letters[-1]) if letters else ""

    async def answer(self, who: MemberActor, label: str) -> InteractionResult:
        """Press a button of the last direct message, and let follow what follows."""
        letter = self.letters(who)[-1]
        result: InteractionResult = await who.user.click(letter, custom_id=button(letter, label))
        await self.run()
        return result

    def pinged(self) -> list[int]:
        """Whom the bot's last message in *general* may ping."""
        path = f"/channels/{self.general.id}/messages"
        posted = [each.json or {} for each in self.env.http_requests if each.method == "POST" and each.path == path]
        return [int(user_id) for user_id in posted[-1]["allowed_mentions"].get("users", [])]

    def close_letters(self, *people: MemberActor) -> None:
        """These people take no direct messages."""
        for person in people:
            path = f"/channels/{dm_of(person).id}/messages"
            self.env.inject_error("POST", path, status=403, code=50007, message="Cannot send", times=None)

    def events(self) -> dict[int, Any]:
        """The events of the server, as Discord has them."""
        events: dict[int, Any] = self.env.backend.get_guild(self.world.guild.id).scheduled_events
        return events


def dm_of(who: MemberActor) -> ChannelHandle:
    return who.user.dm_channel


def event_of(meeting: Meeting) -> int:
    """The id of its event in Discord, which it must have."""
    assert meeting.event_id is not None
    return meeting.event_id
