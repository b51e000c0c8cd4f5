"""The buttons under a leaderboard, its list of people, and the box for a pseudonym."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self, cast

import discord
from discord import ui

from bot.study.board import LONGEST, Period
from bot.ui.items import AnyButton, AnyItem, AnySelect, StatelessModal, guarded

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.leaderboard import Leaderboard

PERIOD: Final = r"(?P<period>week|month|season|all)"
JOINED: Final = "board:joined:"
NAME: Final = "name"


def leaderboard_of(interaction: discord.Interaction[Any]) -> Leaderboard:
    """The cog that serves leaderboards."""
    return cast("Leaderboard", cast("TutorBot", interaction.client).get_cog("Leaderboard"))


class JoinButton(ui.DynamicItem[AnyButton], template=rf"board:join:{PERIOD}"):
    """Opens a box for a pseudonym, with which somebody joins."""

    def __init__(self, period: Period) -> None:
        style = discord.ButtonStyle.success
        super().__init__(ui.Button(label="Join", style=style, custom_id=f"board:join:{period}"))
        self.period = period

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(cast(Period, match["period"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, interaction.response.send_modal(name_box(self.period)))


class LeaveButton(ui.DynamicItem[AnyButton], template=rf"board:leave:{PERIOD}"):
    """Takes whoever presses it off every leaderboard."""

    def __init__(self, period: Period) -> None:
        super().__init__(ui.Button(label="Leave", custom_id=f"board:leave:{period}"))
        self.period = period

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(cast(Period, match["period"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, leaderboard_of(interaction).leave(interaction, self.period))


class RankButton(ui.DynamicItem[AnyButton], template=rf"board:rank:{PERIOD}"):
    """Tells whoever presses it, alone, where they stand."""

    def __init__(self, period: Period) -> None:
        super().__init__(ui.Button(label="My rank", custom_id=f"board:rank:{period}"))
        self.period = period

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(cast(Period, match["period"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, leaderboard_of(interaction).rank(interaction, self.period))


class LastSeasonButton(ui.DynamicItem[AnyButton], template=r"board:last"):
    """Shows who won the season before this one."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Last season", custom_id="board:last"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, leaderboard_of(interaction).last_season(interaction))


class SeeSelect(ui.DynamicItem[AnySelect], template=r"board:see"):
    """Shows the progress of somebody on the leaderboard to whoever chooses them.

    An option stands for an account by its id, and for a pseudonym by what it looks like, so that it gives nobody away.
    """

    def __init__(self, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            ui.Select(
                placeholder="See somebody's progress",
                # Discord echoes the options of the message; a select made from a custom_id alone has none.
                options=options or [discord.SelectOption(label="none", value="none")],
                custom_id="board:see",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, leaderboard_of(interaction).see(interaction, self.item.values[0]))


BOARD_ITEMS = (JoinButton, LeaveButton, RankButton, LastSeasonButton, SeeSelect)


def name_box(period: Period) -> StatelessModal:
    """Asks for a pseudonym, which may be left out."""
    modal = StatelessModal("Join the leaderboard", f"{JOINED}{period}")
    modal.add_item(
        ui.Label(
            text="Pseudonym (optional)",
            description="Shown instead of your Discord name. Others will see your points and your progress.",
            component=ui.TextInput(
                custom_id=NAME, required=False, max_length=LONGEST, placeholder="Leave it empty to use your own name"
            ),
        )
    )
    return modal
