"""People who play a group quiz over the wire: they press what they see, and again where no answer came."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord_server import DiscordServer

Json = Any
PATIENCE_S = 5.0
_OPTION = re.compile(r"quiz:(?P<quiz>[0-9a-f]{8}):option:(?P<position>\d+):(?P<choice>\d)")


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An answer that the bot has said is in."""

    quiz: str
    position: int
    user_id: int
    letter: str


@dataclass
class Players:
    """`count` people in front of one channel. `acknowledged` are the answers that they were told are in."""

    server: DiscordServer
    count: int
    options: dict[str, Any]
    acknowledged: list[Acknowledged] = field(default_factory=list)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a quiz was played to its end."""

    async def play(self) -> None:
        """Start quizzes and play them, one after the other, until cancelled."""
        card: Json = None
        while True:
            card = await self._latest(card)
            if card is None or "The quiz is over" in texts(card):
                if card is not None:
                    self.finished.set()
                card = await self._start()
            elif begin := button(card, "begin"):
                await self._pressed(begin, card, 0)
            elif options(card):
                await asyncio.gather(*(self._answer(card, person) for person in range(self.count)))
            elif ahead := button(card, "next"):
                await self._pressed(ahead, card, 0)

    async def _latest(self, card: Json) -> Json:
        """The newest card; the same one once nothing new has come for a moment."""
        try:
            async with asyncio.timeout(0.5):
                card = await self.server.posted.get()
        except TimeoutError:
            return card
        while not self.server.posted.empty():
            card = self.server.posted.get_nowait()
        return card

    async def _start(self) -> Json:
        used = await self.server.slash("quiz start", person=0, players="everybody here", **self.options)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await used.edited.get()
        except TimeoutError:
            return None

    async def _answer(self, card: Json, person: int) -> None:
        # Not a secret.
        found = random.choice(options(card))
        said = await self._pressed(found[0], card, person)
        if said and (letter := re.search(r"Your answer: \*\*(\w+)\*\*", said)):
            user_id = self.server.person(person)
            self.acknowledged.append(Acknowledged(found["quiz"], int(found["position"]), user_id, letter[1]))

    async def _pressed(self, custom_id: str, card: Json, person: int) -> str | None:
        """What the bot answers to a press; None when it does not: it may have died over it."""
        used = await self.server.press(custom_id, card, person=person)
        try:
            async with asyncio.timeout(PATIENCE_S):
                first = await used.callback
        except TimeoutError:
            return None
        return texts(first.get("data") or {})


def parts(card: Json) -> Iterator[Json]:
    """Every component of a message, nested ones too."""
    for part in card.get("components") or ():
        yield part
        yield from parts(part)


def texts(card: Json) -> str:
    """All that can be read in a message."""
    return "\n".join(part["content"] for part in parts(card) if part["type"] == 10)


def options(card: Json) -> list[re.Match[str]]:
    """The options of a question."""
    return [found for part in parts(card) if (found := _OPTION.fullmatch(str(part.get("custom_id"))))]


def button(card: Json, action: str) -> str | None:
    """The custom_id of a quiz's button that does `action`."""
    ids = (str(part.get("custom_id")) for part in parts(card))
    return next((custom_id for custom_id in ids if re.match(rf"quiz:[0-9a-f]{{8}}:{action}:", custom_id)), None)
