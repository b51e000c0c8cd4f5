"""The question of the day in its channel, what its readers are told alone, and what moderators see of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from bot.store import Daily, Post
from bot.study.daily import Standing
from bot.study.exercise import Exercise, letter_of
from bot.study.hits import key_of
from bot.study.local_time import clock_face
from bot.study.marks import Mark
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, SUGGEST, Item, layout, small
from bot.ui.exercise_cards import exercise_items, explained
from bot.ui.items import AnyButton, AnyItem, guarded
from bot.ui.review_items import LookUpButton
from knowledge.questions import Question

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.dailies import Dailies

TITLE = "Question of the day"
PLACES = 10


def dailies_of(interaction: discord.Interaction[Any]) -> Dailies:
    """The daily questions of the bot that received the interaction."""
    return cast("TutorBot", interaction.client).dailies


def picks_of(day: date) -> str:
    """How the custom_ids of a day's answers begin."""
    return f"daily:pick:{day.isoformat()}:"


class PickButton(ui.DynamicItem[AnyButton], template=r"daily:pick:(?P<day>\d{4}-\d\d-\d\d):(?P<index>[0-3])"):
    """Answers the question of a day; the first answer of a person counts."""

    def __init__(self, day: date, index: int, label: str = "") -> None:
        style = discord.ButtonStyle.primary
        super().__init__(ui.Button(label=label or f"{index}", style=style, custom_id=f"{picks_of(day)}{index}"))
        self.day = day
        self.index = index

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(date.fromisoformat(match["day"]), int(match["index"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, dailies_of(interaction).pick(interaction, self.day, self.index))


DAILY_ITEMS = (PickButton,)


@dataclass(frozen=True, slots=True)
class Shown:
    """A post with the question that it was made from, None when that is gone, and how many gave each answer."""

    post: Post
    exercise: Exercise
    question: Question | None
    given: Mapping[str, int]

    @property
    def answered(self) -> int:
        """How many people answered."""
        return sum(self.given.values())

    @property
    def right(self) -> int:
        """How many of them were right."""
        return self.given.get(self.exercise.expected[0], 0)


def asked(shown: Shown) -> ui.LayoutView:
    """The question while it can be answered."""
    buttons = [
        PickButton(shown.post.day, index, letter_of(shown.exercise, index))
        for index in range(len(shown.exercise.options))
    ]
    counted = f"{shown.answered} answered, {shown.right} right" if shown.answered else "Nobody has answered yet"
    return layout(
        PANEL,
        ui.TextDisplay(_head(shown)),
        *exercise_items(shown.exercise),
        ui.ActionRow(*buttons),
        ui.TextDisplay(small(f"{counted} · only you see your answer, and the first one counts")),
    )


def revealed(shown: Shown) -> ui.LayoutView:
    """The question with its answer, and how people answered."""
    exercise = shown.exercise
    answers = " · ".join(
        f"{'✅ ' if name == exercise.expected[0] else ''}{name} {shown.given.get(name, 0)}"
        for name in (letter_of(exercise, index) for index in range(len(exercise.options)))
    )
    counted = f"{shown.right} of {shown.answered} were right" if shown.answered else "Nobody answered"
    return layout(
        ANSWER,
        ui.TextDisplay(_head(shown)),
        *exercise_items(exercise),
        ui.Separator(),
        *_explained(shown, Mark(1.0, "right", "")),
        ui.TextDisplay(f"**{counted}**\n{small(answers)}"),
        ui.ActionRow(LookUpButton(key_of(shown.post.question_id))),
    )


def told(shown: Shown, mark: Mark, row: int, before: str | None) -> ui.LayoutView:
    """What somebody is told alone about their answer; `before` is the earlier one that counts instead."""
    lines = []
    if shown.post.revealed:
        lines.append("This question is over, so that your answer does not count.")
    elif before is not None:
        lines.append(f"You answered {before} before, and that counts.")
    if row > 1:
        lines.append(f"{row} right in a row in this server.")
    items: list[Item] = _explained(shown, mark)
    if lines:
        items.append(ui.TextDisplay(small(" ".join(lines))))
    items.append(ui.ActionRow(LookUpButton(key_of(shown.post.question_id))))
    return layout(ANSWER if mark.verdict == "right" else SUGGEST, *items)


def settings(daily: Daily, next_at: datetime, had: int, pool: int, warning: str = "") -> ui.LayoutView:
    """What a server has set, and whether it works."""
    topic = text.quote(text.topic_name(daily.topic)) if daily.topic else "every topic in turn"
    when = f"{clock_face(daily.minute)} in {daily.time_zone}"
    lines = [f"In <#{daily.channel_id}>, every day at {when}: {topic}."]
    if daily.active:
        lines.append(f"Next {discord.utils.format_dt(next_at, 'R')}; `/daily now` does not wait.")
    if daily.trouble:
        since = discord.utils.format_dt(daily.trouble_since, "R") if daily.trouble_since else ""
        lines.append(f"⚠️ **It could not be posted.** {daily.trouble} The trouble began {since}.")
        if not daily.active:
            lines.append("I have given up trying: `/daily set` or `/daily now` begin again.")
    elif warning:
        lines.append(f"⚠️ {warning}")
    lines.append(small(f"{had} questions so far, of {pool}; none comes again before all were there."))
    return layout(PANEL, ui.TextDisplay(f"### {TITLE}\n" + "\n".join(lines)))


def leaderboard(
    standings: Sequence[Standing], names: Mapping[int, str], month: str | None, reader: int
) -> ui.LayoutView:
    """Who was right how often. `names` are those by which people want to be shown, others by their mention."""
    head = f"### {TITLE}: {month or 'all time'}"
    if not standings:
        return layout(PANEL, ui.TextDisplay(f"{head}\nNobody has answered yet."))
    lines = [_place(number, each, names) for number, each in enumerate(standings[:PLACES], start=1)]
    own = next((number for number, each in enumerate(standings, start=1) if each.user_id == reader), 0)
    if own > PLACES:
        lines += ["…", _place(own, standings[own - 1], names)]
    return layout(PANEL, ui.TextDisplay(head), ui.TextDisplay("\n".join(lines)))


def _place(number: int, standing: Standing, names: Mapping[int, str]) -> str:
    chosen = names.get(standing.user_id)
    name = text.quote(chosen, 40) if chosen else f"<@{standing.user_id}>"
    row = f" · {standing.row} in a row" if standing.row > 1 else ""
    return f"{number}. {name} · **{standing.right}** right of {standing.answered}{row}"


def _head(shown: Shown) -> str:
    day = shown.post.day
    level = f" · {shown.question.level}" if shown.question else ""
    return f"### {TITLE}\n{small(f'{day.day} {day:%B} · {text.quote(text.topic_name(shown.post.topic))}{level}')}"


def _explained(shown: Shown, mark: Mark) -> list[Item]:
    return explained(shown.exercise, mark, shown.question)
