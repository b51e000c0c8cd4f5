"""What happens by itself while people look for a partner: pairs are found, told, and let go without an answer."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.cogs.meeting_timers import new_id
from bot.cogs.post import ChannelGone, direct, post
from bot.store import Timer
from bot.store.partners import LAPSE, RUN, TELL
from bot.study import proposal as proposals
from bot.study.matching import match
from bot.study.meeting import Meeting
from bot.study.proposal import News, Proposal
from bot.ui import partner_cards

if TYPE_CHECKING:
    from bot.client import TutorBot

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)


class PartnerTimers:
    """The handlers of everything that is due. Each may run twice."""

    def __init__(self, bot: TutorBot) -> None:
        self._bot = bot
        self._partners = bot.store.partners
        for kind, handler in ((RUN, self.run), (TELL, self.tell), (LAPSE, self.lapse)):
            bot.clock.on(kind, handler)

    async def run(self, timer: Timer) -> None:
        """Pair off those of a server who look for a partner, and again in an hour while anybody does."""
        guild_id, now = int(timer.key), self._bot.clock.now()
        pool = await self._partners.pool(guild_id, now)
        if len(pool) > 1:
            seed = guild_id ^ int(now.timestamp() // EVERY.total_seconds())
            pairs = await asyncio.to_thread(match, pool, now, seed)
            await self._partners.propose([proposals.propose(pair, new_id(), guild_id, now) for pair in pairs], now)
        if await self._partners.looking(guild_id):
            await self._bot.store.timers.again(timer, now + EVERY)

    async def tell(self, timer: Timer) -> None:
        """Tell one of the two what is new, directly or else in the channel, unless it is no longer so."""
        news = News(timer.payload["user_id"], timer.payload["what"])
        proposal = await self._partners.proposal(timer.payload["proposal"])
        if proposal is None or not proposals.still_true(proposal, news):
            return
        if await direct(self._bot, news.user_id, partner_cards.news(proposal, news.what, news.user_id)):
            return
        card = partner_cards.news(proposal, news.what, news.user_id, mention=True)
        try:
            await post(self._bot, proposal.channel_id, card, mention=[news.user_id])
        except ChannelGone:
            log.warning("Nothing reaches %s about proposal %s: its channel is gone", news.user_id, proposal.id)

    async def lapse(self, timer: Timer) -> None:
        """Let a proposal go that was not answered in time."""
        now = self._bot.clock.now()
        await self._partners.change(timer.key, now, lambda each: proposals.lapse(each, now), _never)


def _never(proposal: Proposal) -> Meeting:
    raise AssertionError(f"proposal {proposal.id} cannot be agreed to by waiting")
