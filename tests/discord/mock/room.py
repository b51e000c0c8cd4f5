"""A study group in a simulated Discord, and what each of them sees."""

from __future__ import annotations

from datetime import datetime, timedelta

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.clock import utc_now
from bot.study.interview.material import Material
from bot.study.interview.state import Interview, Stage
from knowledge.interviews import AXES
from tests.discord.world import Seen, World, components, labels, message_of, text_of


class Hours:
    """A time that can be put forward without waiting, by which the bot's timers run."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return utc_now() + self.ahead


class Group:
    """People of a server who interview each other. Alice opens it, Bob and others join."""

    def __init__(self, world: World, hours: Hours, size: int) -> None:
        self.world = world
        self.hours = hours
        names = ("cleo", "dan", "eve", "fay")[: max(0, size - 2)]
        more = [world.guild.add_member(world.env.create_user(name)) for name in names]
        self.people: list[MemberActor] = [world.alice, world.bob, *more][:size]
        self.private: dict[int, list[str]] = {person.id: [] for person in self.people}
        """What each has been shown alone."""
        self._interview: Interview | None = None

    # ----------------------------------------------------------------------------------------------- the state

    @property
    def interview(self) -> Interview:
        """As it was stored after the last press."""
        assert self._interview is not None
        return self._interview

    def is_at(self, stage: Stage) -> bool:
        return self.interview.stage == stage

    async def load(self) -> Interview:
        """Read it again."""
        latest = await self.world.store.interviews.latest_of(self.people[0].id, 1)
        if latest:
            self._interview = latest[0][0]
        return self.interview

    async def material(self) -> Material:
        """What belongs to the part that is on."""
        found = await self.world.tutor_bot.interviewing.room.current(self.interview)
        assert found is not None
        return found

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

    # ------------------------------------------------------------------------------------------- what they see

    @property
    def lobby(self) -> discord.Message:
        """The lobby's card as it is now."""
        return next(message for message in self.world.general.history() if "Mock interview" in text_of(message))

    @property
    def place(self) -> ChannelHandle:
        """Where it is held."""
        threads = self.world.general.threads
        return threads[-1] if threads else self.world.general

    @property
    def card(self) -> discord.Message:
        """The last card with buttons where it is held."""
        return next(message for message in reversed(self.place.history()) if labels(message))

    def said(self, viewer: MemberActor | None = None) -> str:
        """All that can be read where it is held, by everybody or by one person."""
        return "\n".join(f"{message.content}\n{text_of(message)}" for message in self.place.history(viewer=viewer))

    def seen_by(self, who: MemberActor) -> str:
        """Everything that somebody has seen: what was said to all, what was shown to them, and direct messages."""
        direct = self.world.env.backend.dm_channels.get(who.id)
        letters = self.world.env.backend.messages.get(direct, {}).values() if direct else ()
        alone = "\n".join([*self.private[who.id], *(str(letter.components) for letter in letters)])
        return f"{self.said(who)}\n{alone}"

    # --------------------------------------------------------------------------------------------- what they do

    async def _note(self, who: MemberActor, result: InteractionResult) -> InteractionResult:
        for shown in (result.response, *result.followups):
            if shown is not None and shown.ephemeral:
                self.private[who.id].append(text_of(shown))
        if result.modal:
            self.private[who.id].append(str(result.modal))
        latest = await self.world.store.interviews.latest_of(self.people[0].id, 1)
        if latest:
            self._interview = latest[0][0]
        return result

    async def press(self, who: MemberActor, label: str, seen: Seen | None = None) -> InteractionResult:
        """Press a button of the card that is on, or of another."""
        return await self._note(who, await self.world.press(who, seen or self.card, label))

    async def choose(self, who: MemberActor, seen: Seen, action: str, *values: str) -> InteractionResult:
        """Choose from the select of an action."""
        chosen = await who.select(message_of(seen), values, custom_id=select_id(seen, action))
        return await self._note(who, chosen)

    async def fill(self, who: MemberActor, box: InteractionResult, **fields: str) -> InteractionResult:
        """Send a box."""
        return await self._note(who, await who.submit_modal(box, fields))

    async def open(self, **options: object) -> discord.Message:
        """`/mock start`, and everybody joins. The lobby's card."""
        await self._note(self.people[0], await self.people[0].slash(self.world.general, "mock start", **options))
        for person in self.people[1:]:
            await self.press(person, "Join", self.lobby)
        return self.lobby

    async def all_here(self) -> None:
        """Everybody says that they are there."""
        for person in self.people:
            if "I am here" in labels(self.card):
                await self.press(person, "I am here")

    async def start(self, **options: object) -> None:
        """Out of the lobby, and everybody is there."""
        await self.open(**options)
        await self.press(self.people[0], "Start", self.lobby)
        await self.all_here()

    async def notes(self, who: MemberActor | None = None) -> InteractionResult:
        """Open *My notes*."""
        return await self.press(who or self.interviewer, "My notes")

    async def answer(self, who: MemberActor, words: str, seen: Seen | None = None) -> InteractionResult:
        """Type an answer into its box."""
        return await self.fill(who, await self.press(who, "Answer in text", seen), text=words)

    async def run(self, who: MemberActor, code: str, seen: Seen | None = None) -> InteractionResult:
        """Change the program and run it."""
        return await self.fill(who, await self.press(who, "Run code", seen), code=code)

    async def score(
        self, who: MemberActor, *axes: int, seen: Seen | None = None, label: str = "Score"
    ) -> InteractionResult:
        """Give scores."""
        given = axes or (4, 3, 4, 3, 5)
        fields = {name: str(score) for name, score in zip(AXES, given, strict=True)}
        return await self.fill(who, await self.press(who, label, seen), **fields)

    async def wait(self, **amount: float) -> None:
        """Let time pass."""
        self.hours.ahead += timedelta(**amount)
        # The clock looks once a second; what it then finds is done and shown.
        await self.world.env.advance_time(1.1)
        await self.load()

    async def until(self, stage: str) -> None:
        """On to a stage, by the interviewer's notes."""
        while self.interview.stage != stage:
            await self.press(self.interviewer, "Next", await self.notes())

    async def finish(self) -> None:
        """Through the talk, with everybody's scores."""
        await self.until("feedback")
        for person in self.people:
            await self.score(person)


def select_id(seen: Seen, action: str) -> str:
    """The custom_id of the select of an action."""
    return next(
        str(part["custom_id"])
        for part in components(seen)
        if part["type"] == 3 and part["custom_id"].startswith(f"mock-select:{action}:")
    )


def select_options(seen: Seen, action: str) -> list[dict[str, object]]:
    """The options of the select of an action."""
    name = select_id(seen, action)
    return next(part["options"] for part in components(seen) if part.get("custom_id") == name)
