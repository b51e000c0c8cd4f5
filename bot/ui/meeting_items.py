"""The buttons of planned meetings, and the box for another time. Served by any process, from their custom_ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast, get_args

import discord
from discord import ui

from bot.ui.items import AnyButton, AnyItem, StatelessModal, guarded

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.meetings import Meetings

Action = Literal[
    "join", "leave", "calendar", "move", "cancel", "cancel-one", "cancel-all", "restore", "here", "quiet", "remind",
    "weekly", "once",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = get_args(Action)
ID: Final = "(?P<id>[0-9a-f]{12})"
MOVED: Final = "meeting:moved:"
WHEN: Final = "when"

_PRIMARY, _GREEN, _RED, _GREY = (
    discord.ButtonStyle.primary,
    discord.ButtonStyle.success,
    discord.ButtonStyle.danger,
    discord.ButtonStyle.secondary,
)
LABELS: dict[Action, tuple[str, discord.ButtonStyle]] = {
    "join": ("Join", _PRIMARY),
    "leave": ("Leave", _GREY),
    "calendar": ("Add to calendar", _GREY),
    "move": ("Move", _GREY),
    "cancel": ("Cancel", _RED),
    "cancel-one": ("This one only", _RED),
    "cancel-all": ("This and all after it", _RED),
    "restore": ("Restore", _GREEN),
    "here": ("I'm here", _GREEN),
    "quiet": ("No reminders", _GREY),
    "remind": ("Remind me", _GREY),
    "weekly": ("Every week", _GREY),
    "once": ("This one only", _GREY),
}


def meetings_of(interaction: discord.Interaction[Any]) -> Meetings:
    """The cog that serves the buttons."""
    return cast("Meetings", cast("TutorBot", interaction.client).get_cog("Meetings"))


class MeetingButton(ui.DynamicItem[AnyButton], template=rf"meeting:(?P<action>{'|'.join(ACTIONS)}):{ID}"):
    """Does one thing to a meeting, or to the place of whoever presses it."""

    def __init__(self, action: Action, meeting_id: str, label: str = "") -> None:
        usual, style = LABELS[action]
        super().__init__(ui.Button(label=label or usual, style=style, custom_id=f"meeting:{action}:{meeting_id}"))
        self.action: Action = action
        self.meeting_id = meeting_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(cast("Action", match["action"]), match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, meetings_of(interaction).desk.press(interaction, self.action, self.meeting_id))


MEETING_ITEMS = (MeetingButton,)


def move_box(meeting_id: str, zone: str) -> StatelessModal:
    """Asks for another time."""
    modal = StatelessModal("Move the meeting", f"{MOVED}{meeting_id}")
    modal.add_item(
        ui.Label(
            text="When instead?",
            description=f"Such as: tomorrow 19:30, fri 6pm, in 2 hours. Time zone: {zone}",
            component=ui.TextInput(custom_id=WHEN, max_length=60, placeholder="tomorrow 19:30"),
        )
    )
    return modal
