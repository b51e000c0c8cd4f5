"""The buttons under results and proofs, and the boxes for code. Served by any process, from their custom_ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self, cast

import discord
from discord import ui

from bot.study.hits import KEY_LENGTH, base36
from bot.study.snippets import BOX
from bot.ui.items import AnyButton, AnyItem, StatelessModal, guarded

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.runs import Runs

OWNER: Final = r"(?P<owner>[0-9a-z]{1,13})"
KEY: Final = rf"(?P<key>[a-z2-7]{{{KEY_LENGTH}}})"
CODE: Final = "code"
NEW: Final = "run:new:"
EDITED: Final = "run:edited:"


def runs_of(interaction: discord.Interaction[Any]) -> Runs:
    """What runs code for the bot that received the interaction."""
    return cast("TutorBot", interaction.client).runs


class EditButton(ui.DynamicItem[AnyButton], template=rf"run:edit:{OWNER}"):
    """Opens a box with the code, to change it and run it again."""

    def __init__(self, owner: int) -> None:
        style = discord.ButtonStyle.primary
        super().__init__(ui.Button(label="Edit and run again", style=style, custom_id=f"run:edit:{base36(owner)}"))
        self.owner = owner

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["owner"], 36))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, runs_of(interaction).edit(interaction, self.owner))


class AgainButton(ui.DynamicItem[AnyButton], template=rf"run:again:{OWNER}"):
    """Runs the kept code as it is: *Run anyway* after a warning, *Try again* when the worker was away."""

    def __init__(self, owner: int, label: str = "Try again") -> None:
        super().__init__(ui.Button(label=label, custom_id=f"run:again:{base36(owner)}"))
        self.owner = owner

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["owner"], 36))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, runs_of(interaction).again(interaction, self.owner))


class DeleteButton(ui.DynamicItem[AnyButton], template=rf"run:delete:{OWNER}"):
    """Takes a result away, with the code that was kept for it."""

    def __init__(self, owner: int) -> None:
        super().__init__(ui.Button(label="Delete", custom_id=f"run:delete:{base36(owner)}"))
        self.owner = owner

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["owner"], 36))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, runs_of(interaction).delete(interaction, self.owner))


class AboutButton(ui.DynamicItem[AnyButton], template=rf"run:about:{KEY}"):
    """Opens the question of the corpus that treats an error."""

    def __init__(self, key: str) -> None:
        super().__init__(ui.Button(label="About this error", custom_id=f"run:about:{key}"))
        self.key = key

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, runs_of(interaction).about(interaction, self.key))


class ProofButton(ui.DynamicItem[AnyButton], template=rf"run:proof:{KEY}:(?P<index>\d{{1,3}})"):
    """Runs a proof, for whoever pressed alone."""

    def __init__(self, key: str, index: int) -> None:
        super().__init__(ui.Button(label="Run it", emoji="▶️", custom_id=f"run:proof:{key}:{index}"))
        self.key = key
        self.index = index

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["key"], int(match["index"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, runs_of(interaction).proof(interaction, self.key, self.index))


RUN_ITEMS = (EditButton, AgainButton, DeleteButton, AboutButton, ProofButton)


def new_box(*, private: bool) -> StatelessModal:
    """An empty box for code."""
    return _box("Run PyTorch code", f"{NEW}{'private' if private else 'public'}", None)


def edit_box(owner: int, code: str) -> StatelessModal:
    """A box with the code of a result that belongs to `owner`; the code must fit (`snippets.fits_box`)."""
    return _box("Edit and run again", f"{EDITED}{base36(owner)}", code or None)


def _box(title: str, custom_id: str, code: str | None) -> StatelessModal:
    modal = StatelessModal(title, custom_id)
    modal.add_item(
        ui.Label(
            text="Your code",
            description="The value of the last line is shown, as in a Python session. Plots are shown too.",
            component=ui.TextInput(
                custom_id=CODE,
                style=discord.TextStyle.paragraph,
                max_length=BOX,
                default=code,
                placeholder="import torch\nx = torch.ones(2, requires_grad=True)\n(x ** 2).sum().backward()\nx.grad",
            ),
        )
    )
    return modal
