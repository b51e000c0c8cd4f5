"""A place that opens lobbies for tests: notes who was let in, or refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import TutorError
from bot.lobby import LobbyOptions


@dataclass(frozen=True, slots=True)
class Opened:
    """A lobby that was opened."""

    guild_id: int
    channel_id: int
    host_id: int
    options: LobbyOptions


class FakeLobby:
    """Opens every lobby once; `invited` are those who were ever let in, in the order in which that happened."""

    def __init__(self, error: TutorError | None = None) -> None:
        self.error = error
        self.opened: dict[str, Opened] = {}
        self.invited: dict[str, list[int]] = {}

    async def open(
        self,
        *,
        key: str,
        guild_id: int,
        channel_id: int,
        host_id: int,
        options: LobbyOptions,
        invited: Sequence[int],
    ) -> None:
        if self.error:
            raise self.error
        self.opened.setdefault(key, Opened(guild_id, channel_id, host_id, options))
        here = self.invited.setdefault(key, [])
        here += [user_id for user_id in invited if user_id not in here]
