"""What people do to find a partner: say whom they look for, and answer what is proposed to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord

from bot.cogs.meeting_desk import MeetingDesk
from bot.store import Wish
from bot.store.meetings import CARD, EVENT
from bot.store.partners import RUN
from bot.study import meeting as meetings
from bot.study import proposal as proposals
from bot.study.free_hours import UnclearHours, from_parts, parse_hours
from bot.study.matching import could_meet
from bot.study.meeting import LEVELS, Meeting, Plan
from bot.study.proposal import Proposal, Step
from bot.study.zones import zone_of
from bot.ui import cards, partner_cards
from bot.ui.partner_items import LANGUAGES, Answer, Field, OwnAction, hours_box, zone_box

if TYPE_CHECKING:
    from bot.client import TutorBot

Used = discord.Interaction[Any]


class PartnerDesk:
    """Serves `/mock match`, its panel, and the buttons under proposals."""

    def __init__(self, bot: TutorBot, meeting_desk: MeetingDesk) -> None:
        self._bot = bot
        self._store = bot.store
        self._partners = bot.store.partners
        self._clock = bot.clock
        self._meeting_desk = meeting_desk

    # ------------------------------------------------------------------------------------------- the panel

    async def open(self, used: Used, time_zone: str) -> None:
        """Show somebody their panel."""
        await used.response.defer(ephemeral=True, thinking=True)
        zone = await self._meeting_desk.zone(used.user.id, time_zone)
        note = partner_cards.NO_SUCH_ZONE if time_zone and not zone else ""
        await self._show(used, await self._wish(used), note)

    async def choose(self, pressed: Used, field: Field, values: Sequence[str]) -> None:
        """Keep what somebody chose in one of the selects."""
        await pressed.response.defer()
        changed: dict[str, Any] = {}
        if field == "level":
            changed["level"] = next(level for level in LEVELS if level in values)
        elif field == "topics":
            changed["topics"] = tuple(topic for topic in self._topics() if topic in values)
        elif field == "hours":
            changed["spans"] = from_parts(values)
        else:
            changed["language"] = next((code for code in LANGUAGES if code in values), "")
        await self._change(pressed, **changed)

    async def avoid(self, pressed: Used, avoided: Sequence[int]) -> None:
        """Keep whom somebody does not want to meet. A proposal with one of them is over."""
        await pressed.response.defer()
        wish = await self._wish(pressed)
        proposal = await self._partners.proposal(wish.proposal) if wish.proposal else None
        if proposal and proposal.partner_of(pressed.user.id) in avoided:
            await self._act(proposal, lambda each: proposals.decline(each, pressed.user.id))
        await self._change(pressed, avoids=tuple(avoided))

    async def press(self, pressed: Used, action: OwnAction) -> None:
        """Do what a button of the panel says."""
        if action == "exact":
            # The box opens empty: what was typed before is in the panel behind it.
            await pressed.response.send_modal(hours_box(""))
        elif action == "zone":
            await pressed.response.send_modal(zone_box(""))
        else:
            await pressed.response.defer()
            if action in ("again", "fresh"):
                await self._change(pressed, again=action == "again")
            elif action == "look":
                await self._look(pressed)
            else:
                await self._stop(pressed.guild_id or 0, pressed.user.id)
                await self._show(pressed, await self._wish(pressed), partner_cards.STOPPED)

    async def typed_hours(self, submitted: Used, typed: str) -> None:
        """Keep free hours that were typed into the box."""
        await submitted.response.defer()
        try:
            spans = parse_hours(typed)
        except UnclearHours as unclear:
            await self._show(submitted, await self._wish(submitted), str(unclear))
            return
        await self._change(submitted, spans=spans)

    async def typed_zone(self, submitted: Used, typed: str) -> None:
        """Keep the time zone that was typed into the box."""
        await submitted.response.defer()
        found = await self._meeting_desk.zone(submitted.user.id, typed)
        await self._show(submitted, await self._wish(submitted), "" if found else partner_cards.NO_SUCH_ZONE)

    async def _look(self, pressed: Used) -> None:
        wish = await self._wish(pressed)
        zone = await self._meeting_desk.zone(pressed.user.id, "")
        if not zone or not wish.spans:
            await self._show(pressed, wish, partner_cards.NO_HOURS if zone else partner_cards.NO_ZONE)
            return
        # What was never changed is kept too, from now on.
        await self._partners.set(wish, channel_id=pressed.channel_id or 0)
        await self._partners.look(wish.guild_id, wish.user_id, pressed.channel_id or 0, self._clock.now())
        await self._clock.hurry(RUN, str(wish.guild_id))
        wish = await self._wish(pressed)
        await self._show(pressed, wish, partner_cards.FOUND if wish.proposal else partner_cards.SEARCHING)

    async def _stop(self, guild_id: int, user_id: int) -> None:
        """Look no longer, and let an open proposal go."""
        await self._partners.stop(guild_id, user_id)
        wish = await self._partners.wish(guild_id, user_id)
        proposal = await self._partners.proposal(wish.proposal) if wish and wish.proposal else None
        if proposal:
            await self._act(proposal, lambda each: proposals.decline(each, user_id))

    async def _change(self, used: Used, **changed: Any) -> None:  # noqa: ANN401
        wish = await self._partners.set(await self._wish(used), **changed)
        if wish.looking:
            # It may fit somebody now.
            await self._partners.run(wish.guild_id, self._clock.now())
        await self._show(used, wish)

    async def _wish(self, used: Used) -> Wish:
        guild_id = used.guild_id or 0
        known = await self._partners.wish(guild_id, used.user.id)
        return known or Wish(guild_id, used.user.id, used.channel_id or 0, self._clock.now())

    async def _show(self, used: Used, wish: Wish, note: str = "") -> None:
        zone = await self._meeting_desk.zone(used.user.id, "")
        looking = await self._partners.looking(wish.guild_id)
        view = partner_cards.panel(wish, zone=zone, topics=self._topics(), looking=looking, note=note)
        await used.edit_original_response(view=view)

    def _topics(self) -> tuple[str, ...]:
        return self._bot.desk.asking.corpus.topics()

    # ------------------------------------------------------------------------------------------- proposals

    async def answer(self, pressed: Used, answer: Answer, proposal_id: str) -> None:
        """Do what a button under a proposal says."""
        public = pressed.guild_id is not None and not (pressed.message and pressed.message.flags.ephemeral)
        apart = public or answer == "other"
        await (pressed.response.defer(ephemeral=True, thinking=True) if apart else pressed.response.defer())
        proposal = await self._partners.proposal(proposal_id)
        if proposal is None:
            await pressed.edit_original_response(view=cards.told(partner_cards.GONE))
        elif pressed.user.id not in proposal.people:
            await pressed.edit_original_response(view=partner_cards.answered(proposal, "not yours"))
        elif answer == "other":
            await self._offer_times(pressed, proposal)
        elif answer == "quit":
            await self._stop(proposal.guild_id, pressed.user.id)
            await pressed.edit_original_response(view=cards.told(partner_cards.STOPPED))
        else:
            act = proposals.accept if answer == "accept" else proposals.decline
            await self._answered(pressed, proposal, lambda each: act(each, pressed.user.id))

    async def other_time(self, pressed: Used, proposal_id: str, chosen: int) -> None:
        """Ask the other for the time that one of them chose."""
        await pressed.response.defer()
        proposal, now = await self._partners.proposal(proposal_id), self._clock.now()
        if proposal is None:
            await pressed.edit_original_response(view=cards.told(partner_cards.GONE))
            return
        starts_at = datetime.fromtimestamp(chosen, UTC)
        # The list may have been open for long: by now it may be too late for that time, or one of them is not free.
        if proposal.status == "open" and starts_at not in await self._other_times(proposal):
            await self._offer_times(pressed, proposal)
            return
        await self._answered(pressed, proposal, lambda each: proposals.ask_for(each, pressed.user.id, starts_at, now))

    async def _answered(self, pressed: Used, proposal: Proposal, act: Callable[[Proposal], Step]) -> None:
        step = await self._act(proposal, act)
        if step is None:
            await pressed.edit_original_response(view=cards.told(partner_cards.GONE))
            return
        await pressed.edit_original_response(view=partner_cards.answered(step.proposal, step.outcome))

    async def _offer_times(self, pressed: Used, proposal: Proposal) -> None:
        if proposal.status != "open":
            await pressed.edit_original_response(view=partner_cards.answered(proposal, "over"))
            return
        starts = await self._other_times(proposal)
        if not starts:
            await pressed.edit_original_response(view=cards.told(partner_cards.NO_OTHER_TIME))
            return
        zone = await self._meeting_desk.zone(pressed.user.id, "") or "UTC"
        view = partner_cards.times(proposal, starts, zone, self._clock.now())
        await pressed.edit_original_response(view=view)

    async def _other_times(self, proposal: Proposal) -> list[datetime]:
        now = self._clock.now()
        both = await self._partners.seekers(proposal.guild_id, proposal.people, now)
        # They were matched already: only their hours count now.
        one, other = (replace(seeker, avoids=frozenset(), last_partner=None, language="") for seeker in both)
        pair = could_meet(one, other, now)
        return proposals.other_times(pair.starts, proposal, now) if pair else []

    async def _act(self, proposal: Proposal, act: Callable[[Proposal], Step]) -> Step | None:
        now = self._clock.now()
        zone = (await self._store.people.get(proposal.one)).time_zone or "UTC"
        step = await self._partners.change(proposal.id, now, act, lambda each: _meeting(each, zone, now))
        if step and step.outcome == "agreed":
            await self._clock.hurry(CARD, proposal.id)
            await self._clock.hurry(EVENT, proposal.id)
        return step


def _meeting(proposal: Proposal, zone: str, now: datetime) -> Meeting:
    """The meeting that two have agreed to; it has the proposal's id."""
    fresh = Meeting(
        id=proposal.id,
        guild_id=proposal.guild_id,
        channel_id=proposal.channel_id,
        host_id=proposal.one,
        plan=Plan("mixed", proposal.level, proposal.minutes, next(iter(proposal.topics), ""), 2),
        starts_at=proposal.starts_at,
        wall=proposal.starts_at.astimezone(zone_of(zone)).replace(tzinfo=None),
        zone=zone,
        pair=True,
    )
    return meetings.plan(fresh, proposal.people, now)
