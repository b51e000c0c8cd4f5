"""/privacy: what is kept, in plain words, with the buttons to have it and to be rid of it."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from bot.ui.cards import ANSWER, PANEL, layout, small
from bot.ui.failure import FAILED
from bot.ui.items import AnyButton, AnyItem, guarded

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.privacy import PrivacyCog

EXPORT = "torch-tutor-data.zip"
LARGEST = 10 << 20
TOO_LARGE = (
    "There is so much about you that Discord does not take the file. Ask whoever runs this bot for it: "
    "`tutor export` writes the same."
)
NOT_ATTACHED = (
    "Discord does not let me attach the file here. Try again in a direct message to me, or ask whoever runs this bot: "
    "`tutor export` writes the same."
)

KEPT = """\
**What I keep, and why**
- *Your answers* to questions and how they were graded, for your reviews, your progress and your points: until you \
delete them
- *Your settings*, such as time zone, reminders and leaderboard: until you delete them
- *Your votes* 👍 👎, so that each counts once: until you delete them
- *Code that you ran*, for *Edit and run again* alone: 30 days, or until its message is deleted
- *Questions that you suggest* for a server's decks: 90 days after its moderators decided; what they took stays there, \
without your name
- *Which answer I gave you*, so that follow-ups work: 90 days; your words only where a server's moderators allow it
- *What I have to do at a time*, such as your reminder: until it is done"""
SEEN = """\
**Who sees it**
You, and whoever runs this bot. Others see your points and your progress only if you join the leaderboard, under a \
pseudonym if you like. Nothing is sent anywhere, and nothing trains a model."""
SURE = """\
### Delete everything about you?
Your answers, review schedule, streak, points, settings, votes and kept code go at once and cannot be brought back. \
*Export my data* first if you want to keep them."""
REMAINS = """\
What remains names nobody: how many questions went unanswered in a server, and what its decks have. Messages in \
Discord are Discord's: delete yours there. If you go on, I begin anew."""


def privacy_of(interaction: discord.Interaction[Any]) -> PrivacyCog:
    """The cog that serves the buttons."""
    return cast("PrivacyCog", cast("TutorBot", interaction.client).get_cog("Privacy"))


class ExportButton(ui.DynamicItem[AnyButton], template=r"privacy:export"):
    """Hands out everything about whoever presses it."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(label="Export my data", style=discord.ButtonStyle.primary, custom_id="privacy:export")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, privacy_of(interaction).export(interaction))


class DeleteButton(ui.DynamicItem[AnyButton], template=r"privacy:delete:(?P<step>ask|do|keep)"):
    """Asks first, then deletes everything about whoever presses it."""

    def __init__(self, step: str) -> None:
        label, style = {
            "ask": ("Delete everything about me", discord.ButtonStyle.danger),
            "do": ("Yes, delete everything", discord.ButtonStyle.danger),
            "keep": ("Keep it", discord.ButtonStyle.secondary),
        }[step]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"privacy:delete:{step}"))
        self.step = step

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["step"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        serve = {"ask": (cog := privacy_of(interaction)).ask, "do": cog.delete, "keep": cog.keep}
        await guarded(interaction, serve[self.step](interaction))


PRIVACY_ITEMS = (ExportButton, DeleteButton)


def card() -> ui.LayoutView:
    """What is kept, and the buttons."""
    return layout(
        PANEL,
        ui.TextDisplay("### Your data"),
        ui.TextDisplay(KEPT),
        ui.TextDisplay(SEEN),
        ui.TextDisplay(small("The export lists every single field, and says what each is for.")),
        ui.ActionRow(ExportButton(), DeleteButton("ask")),
    )


def handed_out(packed: bytes) -> tuple[ui.LayoutView, discord.File]:
    """The export, and the card that it comes with."""
    view = layout(
        ANSWER,
        ui.TextDisplay("### Everything about you\nOne file a table; README.txt says what each field is."),
        ui.File(f"attachment://{EXPORT}"),
    )
    return view, discord.File(io.BytesIO(packed), EXPORT)


def sure() -> ui.LayoutView:
    """Asks whether everything is to be deleted."""
    return layout(FAILED, ui.TextDisplay(SURE), ui.ActionRow(DeleteButton("do"), DeleteButton("keep"), ExportButton()))


def deleted(entries: int) -> ui.LayoutView:
    """Says that everything is gone, and what remains."""
    gone = f"{entries:,} entr{'y' if entries == 1 else 'ies'} deleted." if entries else "There was nothing about you."
    return layout(ANSWER, ui.TextDisplay(f"### Done\n{gone} {REMAINS}"))
