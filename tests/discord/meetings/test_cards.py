"""The fullest cards still fit into a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast, get_args

import pytest
from discord import ui

from bot.store import Wish
from bot.study.free_hours import Span
from bot.study.meeting import MOST, MOST_SIGN_UPS, Meeting, Plan, SignUp, Status, What
from bot.study.proposal import Outcome, Proposal
from bot.study.proposal import What as Proposed
from bot.ui import meeting_cards, partner_cards
from tests.discord import wire

GREATEST = 2**63 - 1
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
FULL = Meeting(
    id="f" * 12,
    guild_id=GREATEST,
    channel_id=GREATEST,
    host_id=GREATEST,
    plan=Plan("debugging", "junior", 60, "t" * 80, MOST),
    starts_at=NOW,
    wall=NOW.replace(tzinfo=None),
    zone="America/Argentina/ComodRivadavia",
    weekly=True,
    series="f" * 12,
    sign_ups=tuple(
        SignUp(
            GREATEST - number,
            "seat" if number < 3 else "offered" if number < MOST else "absent" if number < 12 else "waiting",
            until=NOW if 3 <= number < MOST else None,
            every_week=True,
        )
        for number in range(MOST_SIGN_UPS)
    ),
    message_id=GREATEST,
    event_id=GREATEST,
    cancelled_by=GREATEST,
    idle=3,
)
PROPOSAL = Proposal(
    "f" * 12, GREATEST, GREATEST, GREATEST, GREATEST - 1, "junior", ("t" * 80,) * 20, NOW, NOW, accepted=frozenset([1])
)


def checked(card: ui.LayoutView) -> None:
    """Discord would take the card."""
    components = cast(Any, card).to_components()  # discord.py has not annotated it
    wire.check(
        "POST",
        "/channels/1/messages",
        {"flags": wire.V2, "components": components, "allowed_mentions": {"parse": []}},
    )


@pytest.mark.parametrize("status", get_args(Status))
async def test_a_full_meeting_fits_in_every_state(status: Status) -> None:
    meeting = replace(FULL, status=status)
    checked(meeting_cards.card(meeting))
    checked(meeting_cards.mine(meeting, GREATEST - 20, "said"))
    checked(meeting_cards.cancel_how(meeting))
    for what in get_args(What):
        for user_id in (GREATEST, GREATEST - 4, GREATEST - 20, 1):
            checked(meeting_cards.news(meeting, what, user_id))
        checked(meeting_cards.call(meeting, what, [sign_up.user_id for sign_up in meeting.sign_ups]))


async def test_a_full_list_fits() -> None:
    checked(meeting_cards.listing([FULL] * 50, GREATEST))
    checked(meeting_cards.listing([], GREATEST))


async def test_the_fullest_panel_and_proposal_fit() -> None:
    spans = tuple(Span(day, start * 60, start * 60 + 31) for day in range(7) for start in range(0, 24, 4))
    wish = Wish(
        GREATEST,
        GREATEST,
        GREATEST,
        NOW,
        spans=spans,
        avoids=tuple(range(GREATEST - 40, GREATEST)),
        language="zh",
        looking=True,
        again=True,
    )
    topics = [f"{'t' * 98}{number:02d}" for number in range(40)]
    checked(partner_cards.panel(wish, zone=FULL.zone, topics=topics, looking=10**6, note="n" * 200))
    for proposed in get_args(Proposed):
        for user_id in PROPOSAL.people:
            checked(partner_cards.news(PROPOSAL, proposed, user_id, mention=True))
    for outcome in get_args(Outcome):
        checked(partner_cards.answered(PROPOSAL, outcome))
    checked(partner_cards.times(PROPOSAL, [NOW.replace(minute=minute) for minute in range(25)], FULL.zone, NOW))
