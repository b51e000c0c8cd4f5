"""Opens the lobby of a planned interview at its time, and lets in who gets a seat later."""

from __future__ import annotations

import hashlib
import logging

import discord

from bot.cogs.interviewing import Interviewing
from bot.lobby import Lobby, LobbyError
from bot.store.interviews import Elsewhere
from bot.study.interview import events as happened
from bot.study.interview.state import Options

log = logging.getLogger(__name__)

MAY_NOT_WRITE = (
    "I could not open the lobby in <#{channel}>. Let me view that channel and send messages there, then begin with "
    "`/mock start`."
)
ALL_ELSEWHERE = "Everybody with a seat is in another interview right now. Begin with `/mock start` when that is over."


class MeetingLobby:
    """The lobbies of planned interviews. A `LobbyOpener`."""

    def __init__(self, interviewing: Interviewing) -> None:
        self._interviewing = interviewing

    async def open(self, lobby: Lobby) -> None:
        """See `LobbyOpener.open`."""
        # Named by its key, so that a second call finds what the first one opened.
        id = hashlib.blake2b(lobby.key.encode(), digest_size=5).hexdigest()
        found = await self._interviewing.store.interviews.get(id)
        if found is None:
            await self._open(id, lobby)
            return
        for user_id in lobby.invited:
            if found.interview.person(user_id) is None:
                await self._let_in(id, user_id)

    async def _let_in(self, id: str, user_id: int) -> None:
        try:
            await self._interviewing.act_and_show(id, lambda _: happened.Join(user_id))
        except Elsewhere as error:
            log.info("User %s cannot be let in: %s", user_id, error)

    async def _open(self, id: str, lobby: Lobby) -> None:
        chosen = lobby.options
        options = Options(chosen.kind, chosen.level, chosen.minutes, chosen.topic or None)
        # Whoever planned it may be in another interview; then the next one hosts it.
        for host_id in dict.fromkeys((lobby.host_id, *lobby.invited)):
            try:
                await self._interviewing.open_lobby(
                    lobby.guild_id, lobby.channel_id, options, host_id, lobby.invited, id=id
                )
                return
            except Elsewhere as error:
                log.info("User %s cannot host a lobby: %s", host_id, error)
            except discord.HTTPException as error:
                raise LobbyError(MAY_NOT_WRITE.format(channel=lobby.channel_id)) from error
        raise LobbyError(ALL_ELSEWHERE)
