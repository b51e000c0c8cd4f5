"""The buttons and selects under answers. What they stand for is in their custom_id, so any process can serve them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from bot.study.hits import KEY_LENGTH, PATTERN, Hand, base36
from bot.ui.failure import explain

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.desk import Desk

KEY = rf"[a-z2-7]{{{KEY_LENGTH}}}"

AnyButton = ui.Button[ui.LayoutView]
AnySelect = ui.Select[ui.LayoutView]
AnyItem = ui.Item[Any]
Submitted = dict[str, Any]


async def guarded(interaction: discord.Interaction[Any], press: Awaitable[object]) -> None:
    """Await `press`; whatever it raises reaches the person as a sentence.

    discord.py only logs what a dynamic item raises, which leaves the person with "This interaction failed".
    """
    try:
        await press
    except Exception as error:
        await explain(interaction, error)


def some(options: Sequence[discord.SelectOption] | None) -> list[discord.SelectOption]:
    """The options of a select, of which there has to be one.

    Discord echoes the options of the message; a select made from a custom_id alone has none.
    """
    return list(options or ()) or [discord.SelectOption(label="none", value="none")]


def desk_of(interaction: discord.Interaction[Any]) -> Desk:
    """The desk of the bot that received the interaction."""
    return cast("TutorBot", interaction.client).desk


class ShowButton(ui.DynamicItem[AnyButton], template=rf"ask:show:(?P<hand>{PATTERN})"):
    """Shows the top of a hand: *Not this one*, a suggestion, *None of these*."""

    def __init__(self, hand: Hand, label: str = "Show", *, primary: bool = False) -> None:
        style = discord.ButtonStyle.primary if primary else discord.ButtonStyle.secondary
        super().__init__(ui.Button(label=label, style=style, custom_id=f"ask:show:{hand}"))
        self.hand = hand

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(Hand.parse(match["hand"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk_of(interaction).show(interaction, self.hand))


class SourcesButton(ui.DynamicItem[AnyButton], template=rf"ask:sources:(?P<key>{KEY})"):
    """Shows where an answer comes from, what is commonly misstated, and the proofs that did not fit."""

    def __init__(self, key: str) -> None:
        super().__init__(ui.Button(label="Sources", custom_id=f"ask:sources:{key}"))
        self.key = key

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk_of(interaction).sources(interaction, self.key))


class VoteButton(ui.DynamicItem[AnyButton], template=rf"ask:vote:(?P<way>up|down):(?P<key>{KEY})"):
    """Thumbs up or down; the last press of a person counts."""

    def __init__(self, key: str, up: bool) -> None:
        way = "up" if up else "down"
        super().__init__(
            ui.Button(emoji="👍" if up else "👎", custom_id=f"ask:vote:{way}:{key}"),
        )
        self.key = key
        self.up = up

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["key"], match["way"] == "up")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk_of(interaction).vote(interaction, self.key, self.up))


class FollowUpSelect(ui.DynamicItem[AnySelect], template=rf"ask:follow:(?P<asker>[0-9a-z]{{1,13}}):(?P<key>{KEY})"):
    """The questions that an interviewer would ask next, and the near hits; choosing one answers it."""

    def __init__(self, asker: int, key: str, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            ui.Select(
                placeholder="Follow-ups",
                options=some(options),
                custom_id=f"ask:follow:{base36(asker)}:{key}",
            )
        )
        self.asker = asker

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["asker"], 36), match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk_of(interaction).follow_up(interaction, self.asker, self.item.values[0]))


class RephraseButton(ui.DynamicItem[AnyButton], template=r"ask:rephrase"):
    """Opens a box to put the question in other words."""

    def __init__(self) -> None:
        super().__init__(
            ui.Button(label="Ask in other words", style=discord.ButtonStyle.primary, custom_id="ask:rephrase")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, interaction.response.send_modal(rephrase_modal()))


REPHRASE_MODAL = "ask:rephrased"
REPHRASE_TEXT = "text"


class StatelessModal(ui.Modal):
    """A modal that no process remembers: whichever receives the submission serves it by the modal's custom_id."""

    def __init__(self, title: str, custom_id: str) -> None:
        super().__init__(title=title, custom_id=custom_id, timeout=None)
        # A finished modal is sent like any other but not kept waiting in this process's memory.
        self.stop()


def typed_text(component: Submitted) -> str:
    """The value of the only text input in a submitted modal."""
    if "value" in component:
        return str(component["value"])
    inner = [*component.get("components", ()), *([component["component"]] if "component" in component else ())]
    return next((value for part in inner if (value := typed_text(part))), "")


def typed_values(submitted: Submitted) -> dict[str, str]:
    """What was typed into the inputs of a submitted modal, by their custom_ids."""
    found: dict[str, str] = {}

    def look(component: Submitted) -> None:
        if "value" in component:
            found[str(component.get("custom_id"))] = str(component["value"] or "")
        for inner in (*component.get("components", ()), component.get("component")):
            if inner:
                look(inner)

    look(submitted)
    return found


def rephrase_modal() -> StatelessModal:
    """Asks for the question in other words."""
    modal = StatelessModal("Ask in other words", REPHRASE_MODAL)
    modal.add_item(
        ui.Label(
            text="Your question",
            description="The API's name or the error message helps most.",
            component=ui.TextInput(
                custom_id=REPHRASE_TEXT,
                style=discord.TextStyle.paragraph,
                max_length=1000,
                placeholder="Why does BatchNorm behave differently in eval mode?",
            ),
        )
    )
    return modal


ASK_ITEMS = (ShowButton, SourcesButton, VoteButton, FollowUpSelect, RephraseButton)
