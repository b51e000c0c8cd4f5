"""Draws the questions of a quiz for the people who play it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.library import Library
from bot.store import Store
from bot.study.exercise import Exercise, Form
from bot.study.memory import Card
from bot.study.quiz import Plan
from bot.study.selection import choose, matching, put_into_form
from knowledge.questions import Question

RECENT = timedelta(days=7)
"""What somebody met within this time is asked again only when everything else was."""


async def draw(
    store: Store, library: Library, guild_id: int | None, people: Sequence[int], plan: Plan, count: int, now: datetime
) -> list[Exercise]:
    """Up to `count` exercises by the plan; none when nothing fits it. Raises StoreError."""
    pool = await library.pool(guild_id)
    hidden = await store.reports.hidden(guild_id) if guild_id else set()
    held = await store.reviews.held_by(people)
    cards = [{each.question_id: each.card for each in held[person]} for person in people]
    recent = await store.reviews.recent(people, now - RECENT)
    asked = {question_id: question for question_id, question in pool.items() if question_id not in hidden}
    # Reading every proof for its gaps takes a moment.
    return await asyncio.to_thread(_deal, asked, cards, recent, plan, count, now)


def _deal(
    pool: Mapping[str, Question],
    cards: Sequence[Mapping[str, Card]],
    recent: set[str],
    plan: Plan,
    count: int,
    now: datetime,
) -> list[Exercise]:
    found = matching(pool.values(), plan.topic, plan.level, plan.form)
    chosen = choose(found, cards, recent, count, secrets.randbits(32), now)
    return put_into_form(chosen, plan.form, secrets.randbits(32), pool)


async def draw_again(library: Library, guild_id: int | None, missed: Mapping[str, Form]) -> list[Exercise]:
    """The questions that were missed, in another form than before where they have one."""
    pool = await library.pool(guild_id)
    again = [pool[question_id] for question_id in missed if question_id in pool]
    return await asyncio.to_thread(put_into_form, again, None, secrets.randbits(32), pool, missed)
