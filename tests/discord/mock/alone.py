"""Somebody alone with the bot: in a thread, in direct messages, or by replies only."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, UserHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.study.interview.material import Material
from bot.study.interview.state import Interview, Stage, Talk
from knowledge.interviews import AXES
from tests.discord.mock.room import Hours, select_id
from tests.discord.world import Seen, World, button, labels, message_of

Where = Literal["thread", "dm", "replies"]
Shown = discord.Message | ResponseMessage


class Alone:
    """Alice, or somebody without a server, practising."""

    def __init__(self, world: World, hours: Hours, where: Where) -> None:
        self.world, self.hours, self.where = world, hours, where
        self.who: MemberActor | UserHandle = world.alice
        self.channel: ChannelHandle = world.general
        if where == "dm":
            # Without a server in common the bot may not write to anybody.
            dora = world.env.create_user("dora")
            world.guild.add_member(dora)
            self.who, self.channel = dora, dora.dm_channel
        elif where == "replies":
            closed = discord.PermissionOverwrite(create_private_threads=False)
            self.channel = world.guild.create_text_channel("no-threads", overwrites={world.guild.default_role: closed})
        self._shown: dict[int, Shown] = {}

    async def slash(self, name: str, **options: object) -> InteractionResult:
        """A command, from where they are."""
        if isinstance(self.who, UserHandle):
            return self._note(await self.who.slash(name, **options))
        return self._note(await self.who.slash(self.channel, name, **options))

    async def begin(self, **options: object) -> InteractionResult:
        """`/mock solo`."""
        return await self.slash("mock solo", **options)

    def _note(self, result: InteractionResult) -> InteractionResult:
        self._shown |= {each.id: each for each in (result.response, *result.followups) if each is not None}
        return result

    @property
    def said(self) -> list[Shown]:
        """The messages of the interview, in their order."""
        if self.where == "replies":
            return [self._shown[id] for id in sorted(self._shown)]
        place = self.channel.threads[-1] if self.where == "thread" else self.channel
        return [*place.history()]

    @property
    def card(self) -> Shown:
        """The last message with buttons."""
        return next(message for message in reversed(self.said) if labels(message))

    @property
    def interview(self) -> Interview:
        """As it was last loaded."""
        return self._interview

    @property
    def talk(self) -> Talk:
        assert self.interview.talk is not None
        return self.interview.talk

    def is_at(self, stage: Stage) -> bool:
        return self.interview.stage == stage

    async def load(self) -> Interview:
        """Read it again."""
        ((self._interview, _),) = await self.world.store.interviews.latest_of(self.who.id, 1)
        return self._interview

    async def material(self) -> Material:
        found = await self.world.tutor_bot.interviewing.room.current(await self.load())
        assert found is not None
        return found

    async def press(self, label: str, seen: Seen | None = None) -> InteractionResult:
        seen = seen or self.card
        result = self._note(await self.who.click(message_of(seen), custom_id=button(seen, label)))
        await self.load()
        return result

    async def fill(self, box: InteractionResult, **fields: str) -> InteractionResult:
        result = self._note(await self.who.submit_modal(box, fields))
        await self.load()
        return result

    async def answer(self, words: str, seen: Seen | None = None) -> InteractionResult:
        """Type an answer."""
        return await self.fill(await self.press("Answer", seen), text=words)

    async def judge(self, *values: str) -> InteractionResult:
        """Say which points were made."""
        card = self.card
        result = self._note(await self.who.select(message_of(card), values, custom_id=select_id(card, "judge")))
        await self.load()
        return result

    async def until(self, stage: Stage) -> None:
        """On to a stage."""
        await self.load()
        while not self.is_at(stage):
            await self.press("Pass" if "Pass" in labels(self.card) else "Go on")

    async def score(self) -> InteractionResult:
        """Score oneself, which ends it."""
        return await self.fill(await self.press("Score myself"), **dict.fromkeys(AXES, "3"))

    async def wait(self, **amount: float) -> None:
        """Let time pass."""
        self.hours.ahead += timedelta(**amount)
        await self.world.env.advance_time(1.1)
        await self.load()
