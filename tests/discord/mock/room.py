"""A study group in a simulated Discord, and what each of them sees."""

from __future__ import annotations

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.study.interview.state import Interview
from knowledge.interviews import AXES
from tests.discord.world import Seen, World, button, labels, message_of, text_of


class Group:
    """People of a server who interview each other, Alice being the one who opens it."""

    def __init__(self, world: World, size: int = 3) -> None:
        self.world = world
        names = ("cleo", "dan", "eve", "fay")[: max(0, size - 2)]
        more = [world.guild.add_member(world.env.create_user(name)) for name in names]
        self.people = [world.alice, world.bob, *more][:size]
        self.lobby_id = 0

    @property
    def interview(self) -> Interview:
        """As it is stored; filled by `load`."""
        return self._interview

    async def load(self) -> Interview:
        (self._interview,) = [each for each in [await self._latest()] if each]
        return self._interview

    async def _latest(self) -> Interview | None:
        found = await self.world.store.interviews.latest_of(self.people[0].id, 1)
        return found[0][0] if found else None

    async def open(self, **options: object) -> discord.Message:
        """`/mock start`, and everybody joins. The lobby's card."""
        await self.people[0].slash(self.world.general, "mock start", **options)
        lobby = self.world.said()
        for person in self.people[1:]:
            await self.world.press(person, self.lobby, "Join")
        assert lobby.id == self.lobby.id
        return self.lobby

    @property
    def lobby(self) -> discord.Message:
        """The lobby's card as it is now."""
        return next(message for message in self.world.general.history() if message.author == self.world.env.bot.user)

    async def start(self, **options: object) -> None:
        """Out of the lobby, and everybody is there."""
        await self.open(**options)
        await self.world.press(self.people[0], self.lobby, "Start")
        for person in self.people:
            if "I am here" in labels(self.card):
                await self.world.press(person, self.card, "I am here")
        await self.load()

    @property
    def place(self) -> ChannelHandle:
        """Where it is held."""
        threads = self.world.general.threads
        return threads[-1] if threads else self.world.general

    @property
    def card(self) -> discord.Message:
        """The last card with buttons where it is held."""
        return next(message for message in reversed(self.place.history()) if labels(message))

    def said(self) -> str:
        """All that everybody can read where it is held."""
        return "\n".join(f"{message.content}\n{text_of(message)}" for message in self.place.history())

    def actor(self, user_id: int | None) -> MemberActor:
        return next(person for person in self.people if person.id == user_id)

    @property
    def candidate(self) -> MemberActor:
        return self.actor(self.interview.running.candidate)

    @property
    def interviewer(self) -> MemberActor:
        return self.actor(self.interview.running.interviewer)

    @property
    def observers(self) -> list[MemberActor]:
        return [person for person in self.people if person not in (self.candidate, self.interviewer)]

    async def press(self, who: MemberActor, label: str, seen: Seen | None = None) -> InteractionResult:
        """Press a button of the card that is on, or of another."""
        result = await self.world.press(who, seen or self.card, label)
        if await self._latest():
            await self.load()
        return result

    async def notes(self, who: MemberActor | None = None) -> InteractionResult:
        """Open *My notes*."""
        return await self.press(who or self.interviewer, "My notes")

    async def choose(self, who: MemberActor, seen: Seen, action: str, *values: str) -> InteractionResult:
        """Choose from the select of an action."""
        result = await who.select(message_of(seen), values, custom_id=select_id(seen, action))
        await self.load()
        return result

    async def answer(self, who: MemberActor, words: str, seen: Seen | None = None) -> InteractionResult:
        """Type an answer into its box."""
        box = await self.world.press(who, seen or self.card, "Answer in text")
        result = await who.submit_modal(box, {"text": words})
        await self.load()
        return result

    async def score(self, who: MemberActor, *axes: int, seen: Seen | None = None) -> InteractionResult:
        """Give scores."""
        box = await self.world.press(who, seen or self.card, "Score")
        given = axes or (4, 3, 4, 3, 5)
        result = await who.submit_modal(box, {name: str(score) for name, score in zip(AXES, given, strict=True)})
        await self.load()
        return result

    async def until(self, stage: str) -> None:
        """On to a stage, by the interviewer's notes."""
        while (await self.load()).stage != stage:
            await self.press(self.interviewer, "Next", await self.notes())


def select_id(seen: Seen, action: str) -> str:
    """The custom_id of the select of an action."""
    from tests.discord.world import components

    return next(
        str(part["custom_id"])
        for part in components(seen)
        if part["type"] == 3 and part["custom_id"].startswith(f"mock-select:{action}:")
    )


__all__ = ["Group", "button"]
