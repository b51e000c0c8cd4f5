"""Reminders: set by their person, sent by the clock as direct messages, ended when Discord keeps refusing them."""

from __future__ import annotations

import logging
from typing import Any

import discord

from bot.clock import Clock
from bot.cogs.reviewing import Reviewing
from bot.cogs.shelf import Shelf
from bot.store import Person, Store, Timer
from bot.study import zones
from bot.study.local_time import last_at, next_at, parse_time
from bot.study.reminders import MOST_REFUSED, parse_days, wanted
from bot.ui import cards, review_cards
from bot.ui.failure import notice

log = logging.getLogger(__name__)

NO_TIME = "I cannot read that time. Write it like `08:30`, or `off`."
NO_ZONE = "I know no such time zone. Type the name of a large city near you and pick from the list."
NO_DAYS = "I cannot read those days. Write them like `Saturday, Sunday`, or `none`."
WHICH_ZONE = (
    "### Which time zone are you in?\nUse `/review reminder` again, with `timezone` as well: type the name of a large "
    "city near you and pick from the list. I keep it, so this is asked once."
)
WHICH_TIME = (
    "You have no reminder. `/review reminder time:08:30` has me write to you every day at that time, "
    "but only when something is due."
)
OFF = "Reminders are off. `/review reminder` turns them on again."

Used = discord.Interaction[Any]


class Reminding:
    """Serves `/review reminder`, and sends what it promised."""

    def __init__(self, client: discord.Client, store: Store, shelf: Shelf, reviewing: Reviewing, clock: Clock) -> None:
        self._client = client
        self._store = store
        self._shelf = shelf
        self._reviewing = reviewing
        self._clock = clock

    async def set_up(self, used: Used, time: str | None, quiet_days: str | None, time_zone: str | None) -> None:
        """Turn reminders on, off or otherwise, as far as something was given; show how they are."""
        await used.response.defer(ephemeral=True, thinking=True)
        person = await self._store.people.get(used.user.id)
        if time is not None and time.strip().casefold() in {"off", "none", "never"}:
            await self._store.reminders.turn_off(person.user_id)
            await used.edit_original_response(view=cards.told(OFF))
            return
        minute = person.reminder_minute if time is None else parse_time(time)
        zone = zones.named(time_zone or "") if time_zone else person.time_zone and zones.zone_of(person.time_zone)
        days = person.quiet_days if quiet_days is None else parse_days(quiet_days)
        if minute is None:
            view = cards.told(WHICH_TIME) if time is None else notice(NO_TIME)
        elif not zone:
            view = notice(NO_ZONE) if time_zone else cards.told(WHICH_ZONE)
        elif days is None:
            view = notice(NO_DAYS)
        else:
            first_at = next_at(minute, zone, self._clock.now())
            await self._store.reminders.set(person.user_id, minute, str(zone), days, first_at)
            view = review_cards.reminder(minute, str(zone), days, first_at)
        await used.edit_original_response(view=view)

    async def turn_off(self, pressed: Used) -> None:
        """Remind no longer; said in the place of the card whose button was pressed."""
        await pressed.response.defer()
        await self._store.reminders.turn_off(pressed.user.id)
        await pressed.edit_original_response(view=cards.told(OFF))

    async def fire(self, timer: Timer) -> None:
        """Send a reminder, if it is still wanted and something is due; see to the next one."""
        person = await self._store.people.get(int(timer.key))
        minute, zone, now = person.reminder_minute, zones.zone_of(person.time_zone), self._clock.now()
        if minute is None:
            return
        following = next_at(minute, zone, now)
        due = 0
        # After a long absence only the last time that was missed may still be made up for.
        planned = max(timer.due_at, last_at(minute, zone, now))
        if wanted(planned, now, minute, zone, person.quiet_days):
            due = len(await self._shelf.due(None, person.user_id, now))
        if not due:
            await self._store.timers.set(timer.kind, timer.key, following)
        elif await self._sent(person, due, timer):
            await self._store.reminders.sent(person.user_id, following)
        elif not await self._store.reminders.refused(person.user_id, following, MOST_REFUSED):
            log.info("Reminders of user %s are off: their direct messages are closed", person.user_id)

    async def _sent(self, person: Person, due: int, timer: Timer) -> bool:
        """Write to somebody. False when their settings refuse that; what else goes wrong is raised, to be retried."""
        view = review_cards.due_reminder(due, await self._reviewing.streak(person))
        try:
            channel = await self._client.create_dm(discord.Object(person.user_id))
            # A number that Discord knows again: a process that dies before it has noted the message sends it once.
            await channel.send(view=view, nonce=f"r{int(timer.due_at.timestamp())}")
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("A reminder for user %s was refused: %s", person.user_id, error)
            return False
        return True
