"""What happens to planned meetings by itself: cards, reminders, the lobby, seats that go on, the next week."""

from __future__ import annotations

import logging
from datetime import timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from bot.cogs.post import ChannelGone, direct, post, rewrite
from bot.errors import TutorError
from bot.lobby import Lobby, LobbyOptions
from bot.store import Timer
from bot.store.meetings import CALL, CARD, LOBBY, OPEN, STEP, TELL
from bot.study import meeting as meetings
from bot.study import meeting_clock
from bot.study.meeting import Meeting, News, What
from bot.ui import meeting_cards
from bot.ui.failure import notice

if TYPE_CHECKING:
    from bot.client import TutorBot

log = logging.getLogger(__name__)

CALLED: tuple[What, ...] = ("soon", "now", "offer", "short")
"""What is worth a word in the channel to somebody who takes no direct messages."""
TOGETHER = timedelta(seconds=3)
"""So long others whom nothing reaches are waited for, to call all of them at once."""


def new_id() -> str:
    """An id for a meeting, short enough for every button."""
    return token_hex(6)


class MeetingTimers:
    """The handlers of everything that is due. Each may run twice."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._meetings = bot.store.meetings
        for kind, handler in (
            (CARD, self.card),
            (STEP, self.step),
            (LOBBY, self.lobby),
            (TELL, self.tell),
            (CALL, self.call),
        ):
            bot.clock.on(kind, handler)

    async def card(self, timer: Timer) -> None:
        """Show the meeting in its channel as it is now, and as it is then, should it change meanwhile.

        Whichever process edits last looks last, so that no older card stays.
        """
        meeting = await self._meetings.get(timer.key)
        while meeting is not None:
            shown = meeting.revision
            try:
                await self._show(meeting)
            except ChannelGone:
                log.warning("Meeting %s lost its channel, so it is cancelled.", meeting.id)
                await self._meetings.change(
                    meeting.id, self._bot.clock.now(), lambda each: meetings.cancel(each, None, series=True), show=False
                )
                return
            meeting = await self._meetings.get(timer.key)
            if meeting is not None and meeting.revision == shown:
                return

    async def _show(self, meeting: Meeting) -> None:
        card, known = meeting_cards.card(meeting), meeting.message_id
        if known and await rewrite(self._bot, meeting.channel_id, known, card):
            return
        if meeting.status in OPEN:
            # A card that somebody deleted is shown again: the meeting is still on, and has its own way to end it.
            nonce = None if known else f"meeting-{meeting.id}"
            sent = await post(self._bot, meeting.channel_id, card, nonce=nonce)
            if sent:
                await self._meetings.posted(meeting.id, sent)

    async def step(self, timer: Timer) -> None:
        """Do what is due: remind, begin, give seats on, plan the next week."""
        now = self._bot.clock.now()
        await self._meetings.change(timer.key, now, lambda meeting: meeting_clock.tick(meeting, now, new_id()))

    async def lobby(self, timer: Timer) -> None:
        """Open the lobby for those with seats, or let in who got one since."""
        meeting = await self._meetings.get(timer.key)
        invited = tuple(sign_up.user_id for sign_up in meeting.at("seat")) if meeting else ()
        if meeting is None or meeting.status not in ("gathering", "started") or not invited:
            return
        plan = meeting.plan
        lobby = Lobby(
            key=meeting.id,
            guild_id=meeting.guild_id,
            channel_id=meeting.channel_id,
            host_id=meeting.host_id if meeting.host_id in invited else invited[0],
            options=LobbyOptions(plan.kind, plan.level, plan.minutes, plan.topic),
            invited=invited,
        )
        try:
            await self._bot.lobby.open(lobby)
        except TutorError as error:
            log.warning("Meeting %s has no lobby: %s", meeting.id, error)
            try:
                await post(self._bot, meeting.channel_id, notice(str(error)), nonce=f"lobby-{meeting.id}")
            except ChannelGone:
                log.warning("Meeting %s lost its channel", meeting.id)

    async def tell(self, timer: Timer) -> None:
        """Tell one person what is new, directly or else in the channel, unless it is no longer so."""
        news = News(timer.payload["user_id"], timer.payload["what"])
        meeting, now = await self._meetings.get(timer.payload["meeting"]), self._bot.clock.now()
        if meeting is None or not meeting_clock.still_true(meeting, news, now):
            return
        known = meeting.sign_up(news.user_id)
        if known is not None and known.reachable:
            if await direct(self._bot, news.user_id, meeting_cards.news(meeting, news.what, news.user_id)):
                return
            await self._meetings.change(
                meeting.id, now, lambda each: meetings.unreachable(each, news.user_id), show=False
            )
        if news.what in CALLED:
            payload = {"meeting": meeting.id, "what": news.what}
            await self._bot.store.timers.set(CALL, f"{meeting.id}:{news.what}", now + TOGETHER, payload)

    async def call(self, timer: Timer) -> None:
        """Tell those in the channel whom nothing else reaches."""
        meeting, what = await self._meetings.get(timer.payload["meeting"]), timer.payload["what"]
        now = self._bot.clock.now()
        people = meeting_clock.to_call(meeting, what, now) if meeting else ()
        if meeting is None or not people:
            return
        try:
            await post(self._bot, meeting.channel_id, meeting_cards.call(meeting, what, people), mention=people)
        except ChannelGone:
            log.warning("Nobody can be called for meeting %s: its channel is gone", meeting.id)
        await self._meetings.change(meeting.id, now, lambda each: meetings.called(each, people, what), show=False)
