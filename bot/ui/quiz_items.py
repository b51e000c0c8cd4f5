"""The buttons of quizzes, all of one class: the custom_id says which quiz, what to do, and under which question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from bot.ui.items import AnyButton, AnyItem, guarded

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.quiz import QuizCog
    from bot.cogs.quizzing import Quizzing

ID = r"[0-9a-f]{8}"
TYPED = "quiz-typed"
"""A box with an answer is `quiz-typed:ID:POSITION`."""
REPORT = "quiz-report"
"""A box with a report is `quiz-report:ID:POSITION`."""
_BOX = re.compile(rf"(?P<kind>{TYPED}|{REPORT}):(?P<quiz>{ID}):(?P<position>\d{{1,2}})")


def quizzing_of(interaction: discord.Interaction[Any]) -> Quizzing:
    """What runs quizzes for the bot that received the interaction."""
    return cog_of(interaction).quizzing


def cog_of(interaction: discord.Interaction[Any]) -> QuizCog:
    """The cog of the bot that received the interaction."""
    return cast("QuizCog", cast("TutorBot", interaction.client).get_cog("Quiz"))


class QuizButton(
    ui.DynamicItem[AnyButton],
    template=rf"quiz:(?P<quiz>{ID}):(?P<action>[a-z-]+):(?P<position>\d{{1,2}}):(?P<choice>\d)",
):
    """Does `action` in a quiz. `position` is the question that it stands under, `choice` an option or a rating."""

    def __init__(
        self,
        quiz: str,
        action: str,
        label: str = "",
        *,
        position: int = 0,
        choice: int = 0,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        disabled: bool = False,
    ) -> None:
        custom_id = f"quiz:{quiz}:{action}:{position}:{choice}"
        super().__init__(ui.Button(label=label or action, custom_id=custom_id, style=style, disabled=disabled))
        self.quiz = quiz
        self.action = action
        self.position = position
        self.choice = choice

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["quiz"], match["action"], position=int(match["position"]), choice=int(match["choice"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        press = quizzing_of(interaction).press(interaction, self.quiz, self.action, self.position, self.choice)
        await guarded(interaction, press)


class RulingButton(ui.DynamicItem[AnyButton], template=r"reports:(?P<to>hide|show):(?P<key>[a-z2-7]{7})"):
    """A moderator's decision about a reported question."""

    def __init__(self, key: str, *, hide: bool) -> None:
        label, to = ("Hide here", "hide") if hide else ("It is fine", "show")
        super().__init__(ui.Button(label=label, custom_id=f"reports:{to}:{key}"))
        self.key = key
        self.hide = hide

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["key"], hide=match["to"] == "hide")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, cog_of(interaction).flagged.rule(interaction, self.key, hide=self.hide))


QUIZ_ITEMS = (QuizButton, RulingButton)


def box_of(custom_id: str) -> tuple[str, str, int] | None:
    """Which box was submitted: its kind, the quiz and the question; None when it is none of a quiz's."""
    found = _BOX.fullmatch(custom_id)
    return (found["kind"], found["quiz"], int(found["position"])) if found else None
