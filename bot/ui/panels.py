"""The moderators' panels, /settings and /unanswered, and /help."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from discord import ui

from bot.store import GuildSettings, Unanswered
from bot.ui import text
from bot.ui.cards import PANEL, Item, layout, small
from bot.ui.items import AnyButton, AnyItem, guarded

if TYPE_CHECKING:
    from bot.client import TutorBot
    from bot.cogs.moderation import Moderation

PAGE = 5
MOST_CHANNELS = 25
ASKABLE = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.public_thread,
    discord.ChannelType.voice,
]
AnyChannelSelect = ui.ChannelSelect[ui.LayoutView]
VERDICTS = {"unknown": "no answer", "turned down": "answers turned down"}

NO_INTENT = (
    "⚠️ **I cannot read messages here yet.** Discord shows a bot the words of every message only with the "
    "*Message Content Intent*. Whoever runs this bot has to switch it on in the Discord developer portal and set "
    "`TUTOR_MESSAGE_CONTENT=true`. Until then I answer `/ask`, mentions and direct messages."
)


def moderation_of(interaction: discord.Interaction[Any]) -> Moderation:
    """The cog that serves the panels."""
    return cast("Moderation", cast("TutorBot", interaction.client).get_cog("Moderation"))


class ChannelsSelect(ui.DynamicItem[AnyChannelSelect], template=r"settings:channels"):
    """The channels in which every question is answered."""

    def __init__(self, chosen: Sequence[int] = ()) -> None:
        super().__init__(
            ui.ChannelSelect(
                custom_id="settings:channels",
                placeholder="No channels: I answer commands and mentions",
                channel_types=ASKABLE,
                min_values=0,
                max_values=MOST_CHANNELS,
                default_values=[
                    discord.SelectDefaultValue(id=channel, type=discord.SelectDefaultValueType.channel)
                    for channel in chosen[:MOST_CHANNELS]
                ],
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        chosen = tuple(channel.id for channel in self.item.values)
        await guarded(interaction, moderation_of(interaction).set_channels(interaction, chosen))


class ConsentButton(ui.DynamicItem[AnyButton], template=r"settings:keep-text:(?P<to>on|off)"):
    """Allows or forbids to keep the text of unanswered questions."""

    def __init__(self, to: bool) -> None:
        super().__init__(
            ui.Button(
                label="Turn on" if to else "Turn off",
                style=discord.ButtonStyle.success if to else discord.ButtonStyle.danger,
                custom_id=f"settings:keep-text:{'on' if to else 'off'}",
            )
        )
        self.to = to

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(match["to"] == "on")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, moderation_of(interaction).set_consent(interaction, self.to))


class PageButton(ui.DynamicItem[AnyButton], template=r"unanswered:page:(?P<before>\d{1,18})"):
    """Turns to the questions before a number; 0 is the newest page."""

    def __init__(self, before: int, label: str = "Older") -> None:
        super().__init__(ui.Button(label=label, custom_id=f"unanswered:page:{before}"))
        self.before = before

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["before"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, moderation_of(interaction).turn_to(interaction, self.before))


class CloseButton(ui.DynamicItem[AnyButton], template=r"unanswered:close:(?P<id>\d{1,18}):(?P<before>\d{1,18})"):
    """Takes a question off the list and stays on the page."""

    def __init__(self, id: int, before: int) -> None:
        super().__init__(ui.Button(label="Close", custom_id=f"unanswered:close:{id}:{before}"))
        self.id_closed = id
        self.before = before

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: AnyItem, match: re.Match[str], /
    ) -> Self:
        return cls(int(match["id"]), int(match["before"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, moderation_of(interaction).close(interaction, self.id_closed, self.before))


MODERATION_ITEMS = (ChannelsSelect, ConsentButton, PageButton, CloseButton)


def settings(current: GuildSettings, *, reads_messages: bool) -> ui.LayoutView:
    """What this server has set, with the means to change it."""
    items: list[Item] = [
        ui.TextDisplay("### Settings of this server"),
        ui.TextDisplay(
            "**Ask channels**\nIn these channels I answer every message that is a question, without being mentioned."
        ),
        ui.ActionRow(ChannelsSelect(current.ask_channels)),
    ]
    if not reads_messages:
        items.append(ui.TextDisplay(NO_INTENT))
    kept = current.keep_unanswered_text
    items += [
        ui.Separator(),
        ui.Section(
            ui.TextDisplay(
                f"**Keep the text of unanswered questions: {'on' if kept else 'off'}**\n"
                + small("Moderators read it with `/unanswered`. Off keeps only when a question had no answer.")
            ),
            accessory=ConsentButton(not kept),
        ),
    ]
    return layout(PANEL, *items)


def unanswered(page: Sequence[Unanswered], *, total: int, before: int, older: bool, keeps_text: bool) -> ui.LayoutView:
    """One page of open questions, newest first, each with a button to close it."""
    if not total:
        return layout(PANEL, ui.TextDisplay("### No open questions\nEverything that was asked here had an answer."))
    items: list[Item] = [ui.TextDisplay(f"### Unanswered questions\n{small(f'{total} open, newest first')}")]
    for row in page:
        asked = text.quote(row.text, 300) if row.text else "*text not kept*"
        line = f"{asked}\n" + small(
            f"{VERDICTS.get(row.verdict, row.verdict)} · {discord.utils.format_dt(row.when, 'R')} · no. {row.id}"
        )
        items.append(ui.Section(ui.TextDisplay(line), accessory=CloseButton(row.id, before)))
    if not page:
        items.append(ui.TextDisplay("Nothing on this page any more."))
    turns: list[Item] = []
    if before:
        turns.append(PageButton(0, "Newest"))
    if older:
        turns.append(PageButton(page[-1].id))
    if turns:
        items.append(ui.ActionRow(*turns))
    if not keeps_text:
        items.append(ui.TextDisplay(small("`/settings` can allow me to keep the text of questions.")))
    return layout(PANEL, *items)


def help_card(questions: int, topics: int) -> ui.LayoutView:
    """What the bot does, how to ask it, and what it keeps."""
    return layout(
        PANEL,
        ui.TextDisplay(
            "### Torch Tutor\n"
            f"I answer PyTorch interview questions: {questions} of them, over {topics} topics. "
            "Each answer comes with code that ran and what it printed. What I don't know I say."
        ),
        ui.Separator(),
        ui.TextDisplay(
            "**Ask**\n"
            "- `/ask` with your question, or pick one from the list\n"
            "- Mention me, reply to me, or send me a direct message\n"
            "- Hold or right-click a message, then *Apps* and *Answer this*\n"
            "- Go on with *and in eval mode?* in a reply"
        ),
        ui.TextDisplay(
            "**Run**\n"
            "- `/run` with a box for your code, or a `.py` file\n"
            "- Mention me with a code block, or *Apps* and *Run code* on a message with one\n"
            "- *Run it* under the proof of an answer"
        ),
        ui.TextDisplay(
            "**Practise**\n"
            "- `/quiz start`: alone in two minutes, or with everybody in a channel\n"
            "- `/review start`: what you answered comes back just before you would forget it\n"
            "- `/review reminder`: a direct message at your own time when something is due\n"
            "- `/daily leaderboard`: who knew this server's questions of the day\n"
            "- `/deck suggest`: a question of your own for this server\n"
            "- `/progress`, `/leaderboard`, `/timezone`: how far you are, and when your days begin"
        ),
        ui.TextDisplay(
            "**Mock interviews**\n"
            "- `/mock start` with your study group: roles that rotate, a clock, a scorecard\n"
            "- `/mock solo`: I interview you\n"
            "- `/mock schedule` plans one, `/mock match` finds a partner\n"
            "- `/mock history` and `/mock replay`: how you did, and what was said"
        ),
        ui.TextDisplay(
            "**Under an answer**\n"
            "- *Not this one* shows the next best answer\n"
            "- *Sources* has the documentation and what is commonly misstated\n"
            "- *Follow-ups* are what an interviewer asks next\n"
            "- 👍 and 👎 tell me whether it helped"
        ),
        ui.TextDisplay(
            "**For moderators**\n"
            "- `/settings`: channels in which I answer every question\n"
            "- `/daily set`: a question of the day\n"
            "- `/deck import`: this server's own questions, from a file\n"
            "- `/unanswered`: what I did not know"
        ),
        ui.TextDisplay(
            small(
                "I keep votes and which answer I gave; your words only where a server allows it; and the code you ran, "
                "for *Edit and run again* alone, for 30 days or until its message is deleted. `/privacy` has all of "
                "it: what and why, an export, and how to delete it."
            )
        ),
    )
