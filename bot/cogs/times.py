"""What is offered while somebody types a time, a time zone or weekdays into a command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from discord import app_commands

from bot.study import zones
from bot.study.local_time import clock_face, parse_time
from bot.study.reminders import EXAMPLES, in_words, parse_days
from bot.ui import text
from bot.ui.progress_cards import zone_option

if TYPE_CHECKING:
    from bot.client import TutorBot

Choice = app_commands.Choice[str]
USUAL = ("07:30", "08:30", "12:30", "17:30", "20:00", "off")


async def offer_times(interaction: discord.Interaction[Any], typed: str) -> list[Choice]:
    """What was typed, as a time; else the usual times."""
    minute = parse_time(typed)
    times = [clock_face(minute)] if minute is not None else [time for time in USUAL if time.startswith(typed.strip())]
    return [Choice(name=time, value=time) for time in times or USUAL]


async def offer_zones(interaction: discord.Interaction[Any], typed: str) -> list[Choice]:
    """Zones by their own names and by those of cities, each with what its clocks show now."""
    now = cast("TutorBot", interaction.client).clock.now()
    return [Choice(name=zone_option(zone, now), value=zone) for zone in zones.offer(typed)]


async def offer_days(interaction: discord.Interaction[Any], typed: str) -> list[Choice]:
    """What was typed, as weekdays; else some examples."""
    days = parse_days(typed)
    found = EXAMPLES if days is None else (in_words(days),)
    return [Choice(name=text.cut(each, 100), value=each) for each in found]
