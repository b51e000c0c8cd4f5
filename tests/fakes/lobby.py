"""A place that opens lobbies for tests: notes who was let in, or refuses."""

from __future__ import annotations

from bot.errors import TutorError
from bot.lobby import Lobby


class FakeLobby:
    """Opens every lobby once; `invited` are those who were ever let in, in the order in which that happened."""

    def __init__(self, error: TutorError | None = None) -> None:
        self.error = error
        self.opened: dict[str, Lobby] = {}
        self.invited: dict[str, list[int]] = {}

    async def open(self, lobby: Lobby) -> None:
        if self.error:
            raise self.error
        self.opened.setdefault(lobby.key, lobby)
        here = self.invited.setdefault(lobby.key, [])
        here += [user_id for user_id in lobby.invited if user_id not in here]
