"""The selects and buttons for finding a partner and for proposals. Served by any process, from their custom_ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast, get_args

import discord
from discord import ui

from bot.study.free_hours import PARTS
from bot.study.meeting import LEVELS
from bot.study.when import WEEKDAYS
from bot.ui import text
from bot.ui.items import AnyButton, AnyItem, AnySelect, StatelessModal, guarded, some
from bot.ui.meeting_items import ID

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.meetings import Meetings
    from bot.cogs.partner_desk import PartnerDesk

AnyUserSelect = ui.UserSelect[ui.LayoutView]
Field = Literal["level", "topics", "hours", "language"]
FIELDS: tuple[Field, ...] = get_args(Field)
OwnAction = Literal["look", "stop", "exact", "zone", "again", "fresh"]
Answer = Literal["accept", "other", "decline", "quit"]

HOURS: Final = "match:typed-hours"
ZONE: Final = "match:typed-zone"
TYPED: Final = "typed"
ANY: Final = "any"
MOST_AVOIDED = 25
LANGUAGES = {
    "en": "English", "de": "Deutsch", "es": "Español", "fr": "Français", "pt": "Português", "it": "Italiano",
    "nl": "Nederlands", "pl": "Polski", "cs": "Čeština", "ro": "Română", "sv": "Svenska", "el": "Ελληνικά",
    "tr": "Türkçe", "uk": "Українська", "ru": "Русский", "ar": "العربية", "fa": "فارسی", "hi": "हिन्दी",
    "bn": "বাংলা", "id": "Bahasa Indonesia", "vi": "Tiếng Việt", "zh": "中文", "ja": "日本語", "ko": "한국어",
}  # fmt: skip

_BUTTONS: dict[str, tuple[str, discord.ButtonStyle]] = {
    "look": ("Look for a partner", discord.ButtonStyle.success),
    "stop": ("Stop looking", discord.ButtonStyle.danger),
    "exact": ("Exact hours", discord.ButtonStyle.secondary),
    "zone": ("Time zone", discord.ButtonStyle.secondary),
    "again": ("Same partner again: no", discord.ButtonStyle.secondary),
    "fresh": ("Same partner again: yes", discord.ButtonStyle.secondary),
    "accept": ("Accept", discord.ButtonStyle.success),
    "other": ("Other time", discord.ButtonStyle.secondary),
    "decline": ("Decline", discord.ButtonStyle.secondary),
    "quit": ("Stop looking", discord.ButtonStyle.secondary),
}


def desk_of(interaction: discord.Interaction[Any]) -> PartnerDesk:
    """The desk that serves all of this."""
    return cast("Meetings", cast("TutorBot", interaction.client).get_cog("Meetings")).partners


class WishSelect(ui.DynamicItem[AnySelect], template=rf"match:set:(?P<field>{'|'.join(FIELDS)})"):
    """Changes one thing about the partner that somebody looks for."""

    def __init__(
        self, field: Field, options: list[discord.SelectOption] | None = None, placeholder: str = "", most: int = 1
    ) -> None:
        super().__init__(
            ui.Select(
                custom_id=f"match:set:{field}",
                placeholder=placeholder or None,
                options=some(options),
                min_values=0 if most > 1 else 1,
                max_values=most,
            )
        )
        self.field: Field = field

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(cast("Field", match["field"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk_of(interaction).choose(interaction, self.field, self.item.values))


class AvoidSelect(ui.DynamicItem[AnyUserSelect], template="match:avoid"):
    """The people whom somebody does not want to meet; nobody else ever sees them."""

    def __init__(self, avoided: Sequence[int] = ()) -> None:
        super().__init__(
            ui.UserSelect(
                custom_id="match:avoid",
                placeholder="Not with… (nobody else sees this)",
                min_values=0,
                max_values=MOST_AVOIDED,
                default_values=[
                    discord.SelectDefaultValue(id=user_id, type=discord.SelectDefaultValueType.user)
                    for user_id in avoided[:MOST_AVOIDED]
                ],
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        avoided = [user.id for user in self.item.values]
        await guarded(interaction, desk_of(interaction).avoid(interaction, avoided))


class WishButton(ui.DynamicItem[AnyButton], template=rf"match:do:(?P<action>{'|'.join(get_args(OwnAction))})"):
    """Begins or ends the search, or opens a box."""

    def __init__(self, action: OwnAction) -> None:
        label, style = _BUTTONS[action]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"match:do:{action}"))
        self.action: OwnAction = action

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(cast("OwnAction", match["action"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk_of(interaction).press(interaction, self.action))


class AnswerButton(ui.DynamicItem[AnyButton], template=rf"match:(?P<answer>{'|'.join(get_args(Answer))}):{ID}"):
    """Answers a proposal."""

    def __init__(self, answer: Answer, proposal_id: str) -> None:
        label, style = _BUTTONS[answer]
        super().__init__(ui.Button(label=label, style=style, custom_id=f"match:{answer}:{proposal_id}"))
        self.answer: Answer = answer
        self.proposal_id = proposal_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(cast("Answer", match["answer"]), match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk_of(interaction).answer(interaction, self.answer, self.proposal_id))


class TimeSelect(ui.DynamicItem[AnySelect], template=rf"match:time:{ID}"):
    """The other times at which both can."""

    def __init__(self, proposal_id: str, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            ui.Select(
                custom_id=f"match:time:{proposal_id}",
                placeholder="When would you rather?",
                options=some(options),
            )
        )
        self.proposal_id = proposal_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["id"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        chosen = int(self.item.values[0])
        await guarded(interaction, desk_of(interaction).other_time(interaction, self.proposal_id, chosen))


PARTNER_ITEMS = (WishSelect, AvoidSelect, WishButton, AnswerButton, TimeSelect)


def level_options(chosen: str) -> list[discord.SelectOption]:
    """The levels."""
    return [discord.SelectOption(label=f"Level: {level}", value=level, default=level == chosen) for level in LEVELS]


def topic_options(topics: Sequence[str], chosen: Sequence[str]) -> list[discord.SelectOption]:
    """The topics of the corpus, at most 25."""
    return [
        discord.SelectOption(label=text.label(text.topic_name(topic), 100), value=topic, default=topic in chosen)
        for topic in topics[:25]
    ]


def hour_options(chosen: Sequence[str]) -> list[discord.SelectOption]:
    """The parts of all days: 21 of them."""
    return [
        discord.SelectOption(
            label=f"{WEEKDAYS[day]} {part}",
            description=f"{start // 60:02d}:00–{end // 60:02d}:00",
            value=f"{day}-{part}",
            default=f"{day}-{part}" in chosen,
        )
        for day in range(7)
        for part, (start, end) in PARTS.items()
    ]


def language_options(chosen: str) -> list[discord.SelectOption]:
    """Languages in their own names, and any of them."""
    names = {ANY: "Any language", **LANGUAGES}
    return [
        discord.SelectOption(label=name, value=code, default=code == (chosen or ANY)) for code, name in names.items()
    ]


def hours_box(typed: str) -> StatelessModal:
    """Asks for free hours as text."""
    return _box(
        "Your free hours", HOURS, "Days and hours", "In your own time zone.", "mon-fri 18-21, sat 10-12:30", typed
    )


def zone_box(known: str) -> StatelessModal:
    """Asks for the time zone."""
    return _box("Your time zone", ZONE, "City or time zone", "I remember it.", "Berlin", known)


def _box(title: str, custom_id: str, label: str, about: str, example: str, known: str) -> StatelessModal:
    modal = StatelessModal(title, custom_id)
    modal.add_item(
        ui.Label(
            text=label,
            description=about,
            component=ui.TextInput(custom_id=TYPED, max_length=300, placeholder=example, default=known[:300] or None),
        )
    )
    return modal
