"""Reporting a question, and what a server's moderators see of the reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord
from discord import ui

from bot.store import Reported
from bot.study.hits import key_of
from bot.ui import text
from bot.ui.cards import PANEL, Item, layout, small
from bot.ui.items import StatelessModal
from bot.ui.quiz_items import RulingButton

MOST_REPORTS = 5
REASON = "reason"


def report_modal(custom_id: str) -> StatelessModal:
    """Asks what is wrong with a question."""
    modal = StatelessModal("Report this question", custom_id)
    modal.add_item(
        ui.Label(
            text="What is wrong with it?",
            description="Moderators of this server read it.",
            component=ui.TextInput(custom_id=REASON, style=discord.TextStyle.paragraph, max_length=500, required=False),
        )
    )
    return modal


def reports(reported: Sequence[Reported], titles: Mapping[str, str]) -> ui.LayoutView:
    """The reported questions that nobody has decided on, each with both decisions."""
    if not reported:
        return layout(PANEL, ui.TextDisplay("### No reports\nNobody has reported a question here."))
    items: list[Item] = [ui.TextDisplay("### Reported questions")]
    for one in reported:
        reasons = "".join(f"\n> {text.quote(reason, 150)}" for reason in one.reasons[:2])
        state = "hidden until you decide" if one.hidden else "still asked"
        counted = small(f"{one.count} reports · {state} · {discord.utils.format_dt(one.latest, 'R')}")
        items.append(ui.TextDisplay(f"**{text.title(text.cut(titles[one.question_id], 200))}**{reasons}\n{counted}"))
        key = key_of(one.question_id)
        items.append(ui.ActionRow(RulingButton(key, hide=True), RulingButton(key, hide=False)))
    return layout(PANEL, *items)
