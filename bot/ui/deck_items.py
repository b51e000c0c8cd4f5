"""The buttons of decks, and the boxes in which questions are written. Served by any process, from their custom_ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Self, cast

import discord
from discord import ui

from bot.study.decks import TYPED
from bot.study.snippets import BOX
from bot.ui.items import AnyButton, AnyItem, AnySelect, StatelessModal, guarded, some
from knowledge.deck_formats.draft import ANSWER, ITEM, MISCONCEPTIONS, POINTS, QUESTION

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.decks import DecksCog

NUMBER: Final = r"\d{1,18}"
PRINT: Final = r"[a-z2-7]{7}"
SUGGESTED: Final = "deck-suggested"
_BOX: Final = re.compile(
    rf"(?P<kind>deck-edited|deck-improved):(?P<number>{NUMBER}):(?P<deck>{NUMBER}):(?P<print>{PRINT})"
)
_LONGEST: Final[Mapping[str, int]] = {
    "question": QUESTION,
    "answer": ANSWER,
    "key_points": min(BOX, POINTS * (ITEM + 1)),
    "wrong": min(BOX, MISCONCEPTIONS * (ITEM + 1)),
    "right": min(BOX, MISCONCEPTIONS * (ITEM + 1)),
}
_STYLES: Final = {
    "all": discord.ButtonStyle.success,
    "new": discord.ButtonStyle.primary,
    "on": discord.ButtonStyle.success,
    "really": discord.ButtonStyle.danger,
    "edit": discord.ButtonStyle.primary,
    "delete": discord.ButtonStyle.danger,
    "approve": discord.ButtonStyle.success,
    "decline": discord.ButtonStyle.danger,
}


def decks_of(interaction: discord.Interaction[Any]) -> DecksCog:
    """The cog that serves decks."""
    return cast("DecksCog", cast("TutorBot", interaction.client).get_cog("Decks"))


def _button(label: str, does: str, custom_id: str) -> AnyButton:
    return ui.Button(label=label, style=_STYLES.get(does, discord.ButtonStyle.secondary), custom_id=custom_id)


class RunButton(ui.DynamicItem[AnyButton], template=r"deck:run:(?P<does>all|new|cancel):(?P<run>[0-9a-f]{16})"):
    """Imports what a dry run read, or only what is new of it, or forgets it."""

    def __init__(self, does: str, run: str, label: str = "") -> None:
        super().__init__(_button(label or does, does, f"deck:run:{does}:{run}"))
        self.does = does
        self.run = run

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["does"], match["run"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, decks_of(interaction).imports.press(interaction, self.does, self.run))


class ListButton(
    ui.DynamicItem[AnyButton],
    template=rf"deck:list:(?P<does>on|off|page|really):(?P<deck>{NUMBER}):(?P<page>\d{{1,3}})",
):
    """Under the list of decks: turns one on or off, turns the page, or deletes a deck after all."""

    def __init__(self, does: str, deck: int, page: int, label: str = "") -> None:
        super().__init__(_button(label or does, does, f"deck:list:{does}:{deck}:{page}"))
        self.does = does
        self.deck = deck
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["does"], int(match["deck"]), int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        press = decks_of(interaction).keeping.press(interaction, self.does, self.deck, self.page)
        await guarded(interaction, press)


class DeleteSelect(ui.DynamicItem[AnySelect], template=r"deck:choose:(?P<page>\d{1,3})"):
    """Chooses a deck to delete; then it is asked whether that is meant."""

    def __init__(self, page: int, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            ui.Select(
                placeholder="Delete a deck",
                options=some(options),
                custom_id=f"deck:choose:{page}",
            )
        )
        self.page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        chosen = self.item.values[0]
        press = decks_of(interaction).keeping.ask(interaction, int(chosen), self.page)
        await guarded(interaction, press)


class QuestionButton(
    ui.DynamicItem[AnyButton], template=rf"deck:question:(?P<does>edit|delete|really|keep):(?P<number>{NUMBER})"
):
    """Under a question of a deck: opens it in a box, or deletes it after asking."""

    def __init__(self, does: str, number: int, label: str = "") -> None:
        super().__init__(_button(label or does, does, f"deck:question:{does}:{number}"))
        self.does = does
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["does"], int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, decks_of(interaction).editing.press(interaction, self.does, self.number))


class ReviewButton(
    ui.DynamicItem[AnyButton],
    template=(
        rf"deck:review:(?P<does>approve|edit|decline|later):(?P<number>{NUMBER}):(?P<deck>{NUMBER}):(?P<print>{PRINT})"
    ),
):
    """What a moderator makes of a suggestion. `deck` is where it goes, 0 the usual one; `print` is of what they saw."""

    def __init__(self, does: str, number: int, deck: int, print: str, label: str = "") -> None:
        super().__init__(_button(label or does, does, f"deck:review:{does}:{number}:{deck}:{print}"))
        self.does = does
        self.number = number
        self.deck = deck
        self.print = print

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["does"], int(match["number"]), int(match["deck"]), match["print"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        press = decks_of(interaction).suggesting.press(interaction, self.does, self.number, self.deck, self.print)
        await guarded(interaction, press)


class SuggestButton(ui.DynamicItem[AnyButton], template=r"deck:suggest"):
    """Opens the box for a question that somebody suggests."""

    def __init__(self) -> None:
        super().__init__(_button("Suggest another", "new", "deck:suggest"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, decks_of(interaction).suggesting.open(interaction))


DECK_ITEMS = (RunButton, ListButton, DeleteSelect, QuestionButton, ReviewButton, SuggestButton)


def suggest_box() -> StatelessModal:
    """Asks for a question that somebody suggests."""
    return _question_box("Suggest a question", SUGGESTED, {})


def edit_box(number: int, print: str, values: Mapping[str, str]) -> StatelessModal:
    """A question of a deck, to be changed."""
    return _question_box("Change this question", f"deck-edited:{number}:0:{print}", values)


def improve_box(number: int, deck: int, print: str, values: Mapping[str, str]) -> StatelessModal:
    """A suggestion, to be changed before it is approved."""
    return _question_box("Change this suggestion", f"deck-improved:{number}:{deck}:{print}", values)


def box_of(custom_id: str) -> tuple[str, int, int, str] | None:
    """Which box with a question was submitted: its kind, the question's number, the deck, and what it showed."""
    found = _BOX.fullmatch(custom_id)
    return (found["kind"], int(found["number"]), int(found["deck"]), found["print"]) if found else None


def fits(values: Mapping[str, str]) -> bool:
    """Whether a box has room for a question; Discord counts in UTF-16 units."""
    return all(len(text.encode("utf-16-le")) // 2 <= _LONGEST[name] for name, text in values.items())


def _question_box(title: str, custom_id: str, values: Mapping[str, str]) -> StatelessModal:
    modal = StatelessModal(title, custom_id)
    for name, label in TYPED.items():
        short = name == "question"
        modal.add_item(
            ui.Label(
                text=label,
                component=ui.TextInput(
                    custom_id=name,
                    style=discord.TextStyle.short if short else discord.TextStyle.paragraph,
                    max_length=_LONGEST[name],
                    required=name in {"question", "answer"},
                    default=values.get(name) or None,
                ),
            )
        )
    return modal
