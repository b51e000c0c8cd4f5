"""What every press in an interview has in common: acknowledge, act, and tell who pressed what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.cogs.interview_stage import Via
from bot.cogs.interviewing import GONE, Acted, Decide, Interviewing, NoInterview
from bot.store import HeldInterview
from bot.store.interviews import Elsewhere
from bot.study.interview.events import Event
from bot.study.interview.state import Interview
from bot.ui import mock_solo
from bot.ui.cards import told
from bot.ui.mock_cards import Card

Pressed = discord.Interaction[Any]
Numbers = tuple[int, ...]
OnButton = Callable[[Pressed, str, Numbers], Awaitable[None]]
OnSelect = Callable[[Pressed, str, Numbers, tuple[str, ...]], Awaitable[None]]
OnBox = Callable[[Pressed, str, Numbers, dict[str, str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Served:
    """What one part of the desk serves, by action."""

    buttons: dict[str, OnButton] = field(default_factory=dict)
    selects: dict[str, OnSelect] = field(default_factory=dict)
    boxes: dict[str, OnBox] = field(default_factory=dict)


async def tell(pressed: Pressed, line: str) -> None:
    """A word for who pressed, alone, wherever the interaction stands by now."""
    view = told(line)
    if not pressed.response.is_done():
        await pressed.response.send_message(view=view, ephemeral=True)
    elif pressed.response.type is discord.InteractionResponseType.deferred_channel_message:
        await pressed.edit_original_response(view=view)
    else:
        await pressed.followup.send(view=view, ephemeral=True)


async def held(interviewing: Interviewing, id: str) -> HeldInterview:
    """The interview that a button belongs to. Raises NoInterview when it is no longer kept."""
    found = await interviewing.store.interviews.get(id)
    if found is None:
        raise NoInterview(GONE)
    return found


def via_of(pressed: Pressed, interview: Interview) -> Via | None:
    """How to answer who is alone; a group is answered in its thread."""
    return Via(pressed, private=interview.replies_only) if interview.options.solo else None


async def act(interviewing: Interviewing, pressed: Pressed, id: str, event: Event | Decide) -> Acted | None:
    """Let an event happen and store it. Who pressed is told where nothing came of it, and then this is None.

    What is to be shown is not shown yet.
    """
    try:
        acted = await interviewing.act(id, event if callable(event) else lambda _: event)
    except (NoInterview, Elsewhere) as refused:
        await tell(pressed, str(refused))
        return None
    if not acted.outcome.refusal:
        return acted
    # Time may have had its due nevertheless.
    await interviewing.show(acted)
    await tell(pressed, acted.outcome.refusal)
    return None


async def act_and_show(interviewing: Interviewing, pressed: Pressed, id: str, event: Event | Decide) -> Acted | None:
    """Let an event happen, store it and show what comes of it; as `act` does, None where nothing does."""
    acted = await act(interviewing, pressed, id, event)
    if acted is not None:
        await interviewing.show(acted, via_of(pressed, acted.interview))
        if acted.outcome.notice:
            await tell(pressed, acted.outcome.notice)
    return acted


async def show_where_it_stands(interviewing: Interviewing, via: Via, interview: Interview) -> None:
    """Show who is alone the card that is on, below whatever else there is."""
    material = await interviewing.room.current(interview)
    await via.send(Card(mock_solo.card(interview, material)))
