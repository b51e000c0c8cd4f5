"""The door to mock interviews: whoever plans one needs its lobby opened at the time, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.errors import TutorError
from bot.study.meeting import Kind, Level


class LobbyError(TutorError):
    """A lobby cannot be opened."""


@dataclass(frozen=True, slots=True)
class LobbyOptions:
    """What the interview is to be like. `topic` is empty for any."""

    kind: Kind
    level: Level
    minutes: int
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Lobby:
    """A lobby to open in a channel: `key` names it, and those who are `invited` have seats without pressing *Join*."""

    key: str
    guild_id: int
    channel_id: int
    host_id: int
    options: LobbyOptions
    invited: tuple[int, ...]


class LobbyOpener(Protocol):
    """Whatever holds mock interviews."""

    async def open(self, lobby: Lobby) -> None:
        """Open a lobby. Called again with the same key it opens none, but lets in who is invited by then.

        Raises TutorError, in words for the channel, when there can be none.
        """
