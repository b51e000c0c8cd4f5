"""The progress card, in words and with its picture, and the answers of /timezone."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime

import discord
from discord import ui

from bot.study.local_time import DAY
from bot.study.progress import Progress
from bot.study.zones import zone_of
from bot.ui import text
from bot.ui.cards import PANEL, UNKNOWN, Item, layout, small

PICTURE = "progress.png"
MOST_TOPICS = 25
ALTERNATIVE = 1024
"""Characters that Discord takes as the description of a picture."""

NOTHING_YET = (
    "### Nothing to show yet\n"
    "Answer a first question, and your progress begins: a streak of days, your topics, and when each question comes "
    "back. `/help` lists the ways to practise."
)
NOT_PUBLIC = (
    "### Not shown\n"
    "They have not put their progress on show under their own name. It is seen of people who join the leaderboard: "
    "pick one of them under `/leaderboard`."
)


def card(heading: str, progress: Progress, *, own: bool, picture: bool) -> ui.LayoutView:
    """The picture, and all that it shows in words. `heading` is safe to show."""
    items: list[Item] = [ui.TextDisplay(f"### {heading}")]
    if picture:
        shown = discord.MediaGalleryItem(f"attachment://{PICTURE}", description=alternative(progress))
        items.append(ui.MediaGallery(shown))
    lines = in_words(progress)
    if own:
        lines.append(f"Days begin at midnight in `{progress.zone}`; `/timezone` changes that.")
    items.append(ui.TextDisplay("\n".join(map(small, lines))))
    return layout(PANEL, *items)


def file(progress: Progress, png: bytes) -> discord.File:
    """The picture as an attachment."""
    return discord.File(io.BytesIO(png), PICTURE, description=alternative(progress))


def nothing_yet(*, own: bool) -> ui.LayoutView:
    """For who has not answered anything."""
    line = NOTHING_YET if own else "### Nothing to show yet\nThey have not answered any question so far."
    return layout(UNKNOWN, ui.TextDisplay(line))


def not_public() -> ui.LayoutView:
    """For somebody else who is not on the leaderboard, or does not want to be recognised there."""
    return layout(UNKNOWN, ui.TextDisplay(NOT_PUBLIC))


def in_words(progress: Progress) -> list[str]:
    """Everything that the picture shows, one line each."""
    return [
        f"**Streak** {_streak(progress)}",
        f"**Reviews** {progress.reviews:,} in all, {progress.this_week:,} this week, on "
        f"{_count(sum(count > 0 for count in progress.year), 'day')} of the last year",
        f"**Questions** {progress.met:,} of {progress.questions:,} met, {progress.mastered:,} mastered "
        "(they stay with you for three weeks or longer)",
        f"**Coming back** {progress.due:,} due now; {_forecast(progress)}",
        f"**Topics** what you would get right today, and what you have met: {_topics(progress)}",
        f"**Reviews a month** {_months(progress)}",
    ]


def alternative(progress: Progress) -> str:
    """The same for a screen reader that reads the picture's description."""
    bare = (re.sub(r"\*\*(.+?)\*\*", r"\1:", line).replace("\\", "") for line in in_words(progress))
    return text.cut(". ".join(bare), ALTERNATIVE)


def _streak(progress: Progress) -> str:
    best = f"the longest of the last year has {_count(progress.best_streak, 'day')}"
    if not progress.streak:
        return f"none right now; {best}"
    more = "" if progress.practised_today else "; it goes on when you practise today"
    return f"{_count(progress.streak, 'day')} in a row, {best}{more}"


def _forecast(progress: Progress) -> str:
    days = [
        f"{count:,} {'today' if number == 0 else f'on {progress.today + DAY * number:%a %d}'}"
        for number, count in enumerate(progress.forecast)
        if count
    ]
    return f"in the next {len(progress.forecast)} days: {', '.join(days) or 'none'}"


def _topics(progress: Progress) -> str:
    shown = [
        f"{text.quote(text.topic_name(topic.name), 40)} {topic.share:.0%} ({topic.met} of {topic.questions})"
        for topic in progress.topics[:MOST_TOPICS]
    ]
    more = len(progress.topics) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "") if shown else "none"


def _months(progress: Progress) -> str:
    return ", ".join(f"{count:,} in {month:%b %Y}" for month, count in progress.months() if count) or "none"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


# ------------------------------------------------------------------------------------------------ /timezone


def zone_set(name: str, now: datetime) -> ui.LayoutView:
    """Confirms a time zone with the time there, by which people see whether it is theirs."""
    line = f"Your time zone is now `{name}`, where it is {clock(name, now)}. Your days begin at midnight there."
    return layout(PANEL, ui.TextDisplay(line))


def zone_unknown(typed: str, offered: Sequence[str]) -> ui.LayoutView:
    """For a name that stands for no zone, or for several."""
    line = f"I do not know which time zone “{text.quote(typed, 60)}” is."
    if offered:
        line += f" Did you mean {', '.join(f'`{name}`' for name in offered[:5])}?"
    return layout(UNKNOWN, ui.TextDisplay(f"{line}\nType `/timezone` and a city, then pick from the list."))


def zone_option(name: str, now: datetime) -> str:
    """A zone as a line of the list that comes up while typing."""
    return f"{name} · {clock(name, now)} now"


def clock(name: str, now: datetime) -> str:
    """The time of day in a zone."""
    return f"{now.astimezone(zone_of(name)):%H:%M}"
