"""What a leaderboard looks like."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import discord
from discord import ui

from bot.study.board import Entry, Period, Place, Span, looks
from bot.study.hits import base36
from bot.ui import text
from bot.ui.board_items import BoardButton, SeeSelect
from bot.ui.cards import ANSWER, PANEL, Item, layout, small

SHOWN = 10
WINNERS = 3
PSEUDONYM = "~"
"""Before the looks of a pseudonym, as the value of an option; an account's id has none."""
TITLES: dict[Period, str] = {
    "week": "This week", "month": "This month", "season": "This season", "all": "All time",
}  # fmt: skip

NOT_JOINED = (
    "You are not on the leaderboard: nobody sees your points. Press *Join* under it to be listed, under a pseudonym if "
    "you like."
)
NOT_THERE = "They are no longer on the leaderboard. Open it again with `/leaderboard`."
LEFT = "You are off every leaderboard, and your name there is forgotten. Your points are still yours if you come back."
NEVER_JOINED = "You were not on the leaderboard."


def board(places: Sequence[Place], period: Period, span: Span) -> ui.LayoutView:
    """The first ten, and the buttons."""
    head = f"### Leaderboard: {TITLES[period].lower()}"
    if span.begin and span.end:
        head += "\n" + small(f"{dates(span)} · ends {discord.utils.format_dt(span.end, 'R')}")
    listed = [line(place) for place in places[:SHOWN]]
    if len(places) > SHOWN:
        listed.append(small(f"and {len(places) - SHOWN} more"))
    items: list[Item] = [
        ui.TextDisplay(head),
        ui.TextDisplay("\n".join(listed) or "Nobody here has points yet. Join, then answer questions in this server."),
        ui.TextDisplay(small("Only people who joined are listed. A name that is no mention is a pseudonym.")),
        ui.ActionRow(*(BoardButton(does, period) for does in ("join", "leave", "rank", "last"))),
    ]
    if places:
        items.append(ui.ActionRow(SeeSelect([option(place) for place in places[:SHOWN]])))
    return layout(PANEL, *items)


def line(place: Place) -> str:
    """One place of the leaderboard."""
    return f"**{place.rank}.** {name(place.entry)} · {points(place.entry.points)}"


def name(entry: Entry) -> str:
    """Whoever it is, as they want to be shown."""
    return f"<@{entry.user_id}>" if entry.pseudonym is None else text.quote(entry.pseudonym)


def points(number: int) -> str:
    """A number of points in words."""
    return f"{number:,} point{'' if number == 1 else 's'}"


def option(place: Place) -> discord.SelectOption:
    """A place as a line of the select."""
    entry = place.entry
    if entry.pseudonym is None:
        return discord.SelectOption(label=_plain(entry.account or "somebody"), value=base36(entry.user_id))
    return discord.SelectOption(label=_plain(entry.pseudonym), value=f"{PSEUDONYM}{looks(entry.pseudonym)}")


def rank(places: Sequence[Place], user_id: int, period: Period) -> ui.LayoutView:
    """Where somebody on the leaderboard stands, for their eyes only."""
    mine = next((place for place in places if place.entry.user_id == user_id), None)
    if mine is None:
        return layout(PANEL, ui.TextDisplay(f"**{TITLES[period]}** you have no points in this server yet."))
    others = sum(place.rank == mine.rank for place in places) - 1
    said = f"**{TITLES[period]}** you are number {mine.rank} of {len(places)}, with {points(mine.entry.points)}"
    if others:
        said += f", together with {others} other{'s' if others > 1 else ''}"
    above = [place for place in places if place.rank < mine.rank]
    if above:
        said += f". {points(above[-1].entry.points - mine.entry.points)} more, and you catch up with the place above"
    return layout(ANSWER, ui.TextDisplay(f"{said}."))


def winners(places: Sequence[Place], span: Span) -> ui.LayoutView:
    """Who won a season that is over: the first three ranks, however many people share them."""
    first = [line(place) for place in places if place.rank <= WINNERS][:SHOWN]
    return layout(
        ANSWER,
        ui.TextDisplay(f"### Last season\n{small(dates(span))}"),
        ui.TextDisplay("\n".join(first) or "Nobody who is on the leaderboard had points then."),
    )


def joined(pseudonym: str | None) -> str:
    """Confirms that somebody joined."""
    shown = "your Discord name" if pseudonym is None else f"the name “{text.quote(pseudonym)}”"
    return f"You are on the leaderboard, under {shown}. *Leave* takes you off it at any time."


def dates(span: Span) -> str:
    """From its first day to its last."""
    if span.begin is None or span.end is None:
        return "all time"
    return f"{_day(span.begin)} to {_day(span.end - timedelta(days=1))}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _plain(words: str) -> str:
    return text.cut(text.visible(words).strip(), 100) or "somebody"
