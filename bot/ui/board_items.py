"""The buttons under a leaderboard, its list of people, and the box for a pseudonym."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Final, Self, cast

import discord
from discord import ui

from bot.study.board import LONGEST, Period
from bot.ui.items import AnyButton, AnyItem, AnySelect, StatelessModal, guarded, some

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.leaderboard import Leaderboard

PERIOD: Final = r"(?P<period>week|month|season|all)"
JOINED: Final = "board:joined:"
NAME: Final = "name"


def leaderboard_of(interaction: discord.Interaction[Any]) -> Leaderboard:
    """The cog that serves leaderboards."""
    return cast("Leaderboard", cast("TutorBot", interaction.client).get_cog("Leaderboard"))


class BoardButton(ui.DynamicItem[AnyButton], template=rf"board:(?P<does>join|leave|rank|last):{PERIOD}"):
    """*Join* opens a box for a pseudonym, *Leave* takes whoever presses it off every leaderboard, *My rank* tells them
    alone where they stand, and *Last season* who won then. All but the last are about the period that is shown."""

    def __init__(self, does: str, period: Period) -> None:
        super().__init__(
            ui.Button(
                label={"join": "Join", "leave": "Leave", "rank": "My rank", "last": "Last season"}[does],
                style=discord.ButtonStyle.success if does == "join" else discord.ButtonStyle.secondary,
                custom_id=f"board:{does}:{period}",
            )
        )
        self.does = does
        self.period = period

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["does"], cast(Period, match["period"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        board = leaderboard_of(interaction)
        pressed: Awaitable[object]
        match self.does:
            case "join":
                pressed = interaction.response.send_modal(name_box(self.period))
            case "leave":
                pressed = board.leave(interaction, self.period)
            case "rank":
                pressed = board.rank(interaction, self.period)
            case _:
                pressed = board.last_season(interaction)
        await guarded(interaction, pressed)


class SeeSelect(ui.DynamicItem[AnySelect], template=r"board:see"):
    """Shows the progress of somebody on the leaderboard to whoever chooses them.

    An option stands for an account by its id, and for a pseudonym by what it looks like, so that it gives nobody away.
    """

    def __init__(self, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            ui.Select(
                placeholder="See somebody's progress",
                options=some(options),
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


BOARD_ITEMS = (BoardButton, SeeSelect)


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
