"""The panel for finding a partner, proposals, and what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import discord
from discord import ui

from bot.store import Wish
from bot.study.free_hours import describe, to_parts
from bot.study.proposal import Outcome, Proposal, What
from bot.study.when import Understood, echo
from bot.ui import text
from bot.ui.cards import ANSWER, PANEL, Item, layout, small
from bot.ui.meeting_items import MeetingButton
from bot.ui.partner_items import (
    AnswerButton,
    AvoidSelect,
    TimeSelect,
    WishButton,
    WishSelect,
    hour_options,
    language_options,
    level_options,
    topic_options,
)

GONE = "That proposal is over, and I no longer have it. `/mock match` finds you another partner."
NO_ZONE = "First tell me your time zone, with the button below."
NO_HOURS = "First pick the hours at which you have time."
NO_SUCH_ZONE = "I know no place of that name, or several. Try a big city near you, such as Berlin."
NO_OTHER_TIME = (
    "There is no other time in the next seven days at which both of you can. Accept, decline, or give more free hours "
    "with `/mock match`."
)
FOUND = "I have found somebody for you and write to you both now."
SEARCHING = "I look for somebody, and write to you as soon as I have found them."
STOPPED = "I look no longer. What you have set stays as it is."
OUTCOMES: dict[Outcome, str] = {
    "waits": "Thank you. I tell you as soon as your partner has answered.",
    "agreed": "It is settled. I remind you both.",
    "declined": "That is fine. I keep looking for you; your partner learns only that it did not come about.",
    "over": "This proposal is over already.",
    "not yours": "This was proposed to somebody else. `/mock match` finds a partner for you too.",
    "already": "You have accepted already. I tell you as soon as your partner has answered.",
}


def panel(wish: Wish, *, zone: str, topics: Sequence[str], looking: int, note: str = "") -> ui.LayoutView:
    """What somebody looks for, with the means to change it; for their eyes only."""
    if wish.proposal:
        state = "I have proposed a partner to you: answer that first."
    elif wish.looking:
        state = f"Looking for a partner since {discord.utils.format_dt(wish.since, 'R')}."
    else:
        state = "You are not looking for a partner yet."
    others = looking - 1 if wish.looking else looking
    crowd = "Nobody else looks" if not others else "One other looks" if others == 1 else f"{others} others look"
    hours = text.cut(describe(wish.spans), 600) if wish.spans else "none yet"
    lines = [
        "### Find a partner",
        state,
        f"**Free hours** ({zone or 'time zone not known'}): {hours}",
        small(f"{crowd} for a partner in this server. I propose a time at which you both can, in the next seven days."),
    ]
    if note:
        lines.insert(1, f"**{note}**")
    shown = topics[:25]
    items: list[Item] = [
        ui.TextDisplay("\n".join(lines)),
        ui.ActionRow(WishSelect("level", level_options(wish.level))),
        ui.ActionRow(WishSelect("topics", topic_options(shown, wish.topics), "Topics: any", len(shown))),
        ui.ActionRow(WishSelect("hours", hour_options(to_parts(wish.spans)), "When you have time", 21)),
        ui.ActionRow(WishSelect("language", language_options(wish.language))),
        ui.ActionRow(AvoidSelect(wish.avoids)),
        ui.ActionRow(
            WishButton("stop" if wish.looking else "look"),
            WishButton("exact"),
            WishButton("zone"),
            WishButton("fresh" if wish.again else "again"),
        ),
    ]
    return layout(ANSWER if wish.looking else PANEL, *items)


def news(proposal: Proposal, what: What, user_id: int, *, mention: bool = False) -> ui.LayoutView:
    """What one of the two is told; `mention` when that is in a channel."""
    partner = f"<@{proposal.partner_of(user_id)}>"
    lines, buttons = _told(proposal, what, user_id, partner)
    if mention:
        lines.insert(0, f"<@{user_id}>")
        lines.append(small("I cannot write to you directly."))
    items: list[Item] = [ui.TextDisplay("\n".join(lines))]
    return layout(ANSWER if what == "agreed" else PANEL, *items, *([ui.ActionRow(*buttons)] if buttons else []))


def _told(proposal: Proposal, what: What, user_id: int, partner: str) -> tuple[list[str], list[Item]]:
    stop: list[Item] = [AnswerButton("quit", proposal.id)]
    if what in ("proposed", "other time"):
        heading = (
            "### A partner for you" if what == "proposed" else "### Your partner would rather meet at another time"
        )
        until = discord.utils.format_dt(proposal.until, "f")
        answers: list[Item] = [
            AnswerButton("accept", proposal.id),
            AnswerButton("other", proposal.id),
            AnswerButton("decline", proposal.id),
        ]
        return [heading, f"{partner} · {about(proposal)}", _when(proposal), small(f"Answer until {until}.")], answers
    if what == "agreed":
        lines = [
            f"### You meet {partner}",
            f"{_when(proposal)}, in <#{proposal.channel_id}>",
            about(proposal),
            small("I remind you an hour and ten minutes before."),
        ]
        return lines, [MeetingButton("calendar", proposal.id), MeetingButton("leave", proposal.id)]
    if what == "declined":
        return ["### This one did not come about", "That happens. I keep looking for you."], stop
    if user_id in proposal.accepted:
        return ["### No answer came", f"{partner} has not answered in time. I keep looking for you."], stop
    said = "I have not heard from you, so I look no longer. Begin again with `/mock match` whenever you like."
    return ["### The proposal is over", said], []


def answered(proposal: Proposal, outcome: Outcome) -> ui.LayoutView:
    """What an answer led to, in place of the question."""
    lines = [OUTCOMES[outcome]]
    buttons: list[Item] = []
    if proposal.status in ("open", "agreed") and outcome != "not yours":
        lines.append(_when(proposal))
    if outcome in ("waits", "already") and proposal.status == "open":
        buttons = [AnswerButton("other", proposal.id), AnswerButton("decline", proposal.id)]
    if outcome == "declined":
        buttons = [AnswerButton("quit", proposal.id)]
    items: list[Item] = [ui.TextDisplay("\n".join(lines))]
    return layout(PANEL, *items, *([ui.ActionRow(*buttons)] if buttons else []))


def times(proposal: Proposal, starts: Sequence[datetime], zone: str, now: datetime) -> ui.LayoutView:
    """Other times to choose from, as clocks in `zone` show them."""
    options = [
        discord.SelectOption(
            label=echo(Understood(start, start, zone), now)[:100],
            value=str(int(start.timestamp())),
        )
        for start in starts
    ]
    return layout(
        PANEL,
        ui.TextDisplay(f"Proposed so far: {_when(proposal)}\nAt these times both of you can as well:"),
        ui.ActionRow(TimeSelect(proposal.id, options)),
    )


def about(proposal: Proposal) -> str:
    """Level, length and topics."""
    topics = ", ".join(text.topic_name(topic) for topic in proposal.topics[:5])
    return f"{proposal.level} · {proposal.minutes} minutes{f' · {topics}' if topics else ''}"


def _when(proposal: Proposal) -> str:
    return (
        f"**{discord.utils.format_dt(proposal.starts_at, 'F')}** ({discord.utils.format_dt(proposal.starts_at, 'R')})"
    )
