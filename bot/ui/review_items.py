"""The buttons of reviews and reminders. What they stand for is in their custom_id, so any process can serve them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self, cast

import discord
from discord import ui

from bot.study.review_session import STEP, Step
from bot.ui.items import KEY, AnyButton, AnyItem, guarded

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.reminding import Reminding
    from bot.cogs.reviewing import Reviewing

ACTION: Final = r"(?P<action>show|type|skip|bury|suspend|pick[0-3]|rate[1-4]|mark[1-4])"
TYPED: Final = "review:typed:"
SESSION: Final = r"(?P<session>\d{1,12})"
PLAIN: Final = {
    "begin": ("Review now", discord.ButtonStyle.primary),
    "back": ("Bring them back", discord.ButtonStyle.secondary),
    "off": ("Turn off", discord.ButtonStyle.secondary),
}


def reviewing_of(interaction: discord.Interaction[Any]) -> Reviewing:
    """The reviews of the bot that received the interaction."""
    return cast("TutorBot", interaction.client).reviewing


def reminding_of(interaction: discord.Interaction[Any]) -> Reminding:
    """The reminders of the bot that received the interaction."""
    return cast("TutorBot", interaction.client).reminding


class StepButton(ui.DynamicItem[AnyButton], template=rf"review:{ACTION}:(?P<step>{STEP})"):
    """Does something with the question of a step: shows its answer, picks an option, rates it, puts it aside.

    *rate* is for what the person answered by themselves, *mark* for what the bot has rated already.
    """

    def __init__(
        self,
        action: str,
        step: Step,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        super().__init__(ui.Button(label=label or action, style=style, custom_id=f"review:{action}:{step}"))
        self.action = action
        self.step = step

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["action"], Step.parse(match["step"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, reviewing_of(interaction).press(interaction, self.action, self.step))


class PlainButton(ui.DynamicItem[AnyButton], template=r"review:(?P<action>begin|back|off)"):
    """Something that is the same for everybody: begin to review, take back what was suspended, reminders off."""

    def __init__(self, action: str) -> None:
        label, style = PLAIN[action]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"review:{action}"))
        self.action = action

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["action"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        if self.action == "begin":
            await guarded(interaction, reviewing_of(interaction).begin(interaction))
        elif self.action == "back":
            await guarded(interaction, reviewing_of(interaction).bring_back(interaction))
        else:
            await guarded(interaction, reminding_of(interaction).turn_off(interaction))


class MoreButton(ui.DynamicItem[AnyButton], template=rf"review:more:{SESSION}"):
    """Goes on with a few questions that are weak or were never met."""

    def __init__(self, session: int, label: str = "More") -> None:
        super().__init__(ui.Button(label=label, style=discord.ButtonStyle.primary, custom_id=f"review:more:{session}"))
        self.session = session

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["session"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, reviewing_of(interaction).more(interaction, self.session))


class LookUpButton(ui.DynamicItem[AnyButton], template=rf"review:look:(?P<key>{KEY})"):
    """Shows the whole answer to a question, with its proof and its sources, to whoever pressed."""

    def __init__(self, key: str) -> None:
        super().__init__(ui.Button(label="Look it up", custom_id=f"review:look:{key}"))
        self.key = key

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, reviewing_of(interaction).look_up(interaction, self.key))


REVIEW_ITEMS = (StepButton, PlainButton, MoreButton, LookUpButton)
