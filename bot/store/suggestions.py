"""Questions that people suggest for their server's decks, and what its moderators make of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.decks import Deck, Decks, Outcome, add, touch, unchanged
from bot.store.tables.decks import DeckSuggestionRow
from bot.store.timers import set_timer
from bot.study.decks import (
    CROWDED,
    MOST_OWN_PENDING,
    MOST_PENDING,
    STATES,
    SUGGESTIONS_KEPT,
    WAITS,
    Kept,
    Refused,
    State,
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that somebody suggests; `draft` is as `Draft.to_json` gives it."""

    number: int
    draft: dict[str, Any]
    state: State
    suggested_at: datetime


DECIDED = "deck-suggestion"
"""The kind of the timer that forgets a suggestion some time after the decision; its key is the suggestion's number."""

_SUGGESTION = (DeckSuggestionRow.id, DeckSuggestionRow.draft, DeckSuggestionRow.state, DeckSuggestionRow.suggested_at)
_PENDING = DeckSuggestionRow.state == "pending"


class Suggestions:
    def __init__(self, database: Database, decks: Decks) -> None:
        self._database = database
        self._decks = decks

    async def room(self, guild_id: int, user_id: int) -> None:
        """Raises Refused when a person cannot suggest one more question in a server for now."""
        async with self._database.read() as connection:
            await _room(connection, guild_id, user_id)

    async def add(self, guild_id: int, user_id: int, draft: Mapping[str, Any], now: datetime) -> int:
        """Keep a suggestion until moderators decide. Its number. Raises Refused."""
        row = {
            "guild_id": guild_id,
            "user_id": user_id,
            "draft": dict(draft),
            "state": "pending",
            "suggested_at": now,
            "decided_at": None,
        }
        async with self._database.write() as connection:
            await _room(connection, guild_id, user_id)
            kept = await connection.execute(sa.insert(DeckSuggestionRow).values(row).returning(DeckSuggestionRow.id))
            return kept.scalar_one()

    async def of(self, guild_id: int, user_id: int, limit: int) -> list[Suggestion]:
        """What somebody suggested in a server, newest first."""
        statement = (
            sa.select(*_SUGGESTION)
            .where(DeckSuggestionRow.guild_id == guild_id, DeckSuggestionRow.user_id == user_id)
            .order_by(DeckSuggestionRow.id.desc())
            .limit(limit)
        )
        async with self._database.read() as connection:
            return [_suggestion(row) for row in await connection.execute(statement)]

    async def first(self, guild_id: int, after: int = 0) -> tuple[Suggestion | None, int]:
        """The oldest suggestion that waits in a server and came `after` one, and how many wait there in all."""
        waiting = sa.and_(DeckSuggestionRow.guild_id == guild_id, _PENDING)
        oldest = (
            sa.select(*_SUGGESTION).where(waiting, DeckSuggestionRow.id > after).order_by(DeckSuggestionRow.id).limit(1)
        )
        async with self._database.read() as connection:
            count = (await connection.execute(sa.select(sa.func.count()).where(waiting))).scalar_one()
            row = (await connection.execute(oldest)).one_or_none()
        return None if row is None else _suggestion(row), count

    async def get(self, guild_id: int, number: int) -> Suggestion | None:
        """A suggestion that waits in a server; None when it was decided, or is gone."""
        async with self._database.read() as connection:
            row = await _waiting(connection, guild_id, number)
        return None if row is None else _suggestion(row)

    async def rewrite(self, guild_id: int, number: int, before: Mapping[str, Any], draft: Mapping[str, Any]) -> Outcome:
        """Put a draft in the place of the one that a waiting suggestion had `before`."""
        async with self._database.write() as connection:
            row = await _waiting(connection, guild_id, number, lock=True)
            if row is None or row.draft != before:
                return "gone" if row is None else "changed"
            await connection.execute(
                sa.update(DeckSuggestionRow).where(DeckSuggestionRow.id == number).values(draft=dict(draft))
            )
            return "done"

    async def decline(self, guild_id: int, number: int, now: datetime) -> bool:
        """Decline a suggestion that waits. False when it was decided already, or is gone."""
        async with self._database.write() as connection:
            decided = await connection.execute(
                sa.update(DeckSuggestionRow)
                .where(DeckSuggestionRow.guild_id == guild_id, DeckSuggestionRow.id == number, _PENDING)
                .values(state="declined", decided_at=now)
                .returning(DeckSuggestionRow.id)
            )
            if decided.one_or_none() is None:
                return False
            await self._forget_later(connection, number, now)
            return True

    async def approve(
        self, guild_id: int, number: int, before: Mapping[str, Any], kept: Kept, deck: int | str, now: datetime
    ) -> Deck | Outcome:
        """Put a suggestion that waits with the draft `before` into a deck, which is returned. Raises Refused.

        The deck is named by its id, or by its name and then made where there is none.
        """
        async with self._database.write() as connection:
            await touch(connection, self._database, guild_id)
            row = await _waiting(connection, guild_id, number, lock=True)
            if row is None or row.draft != before:
                return await unchanged(connection, "gone" if row is None else "changed")
            into, new = await add(connection, guild_id, deck, [kept], row.user_id, now)
            if not new:
                return await unchanged(connection, "double")
            await connection.execute(
                sa.update(DeckSuggestionRow)
                .where(DeckSuggestionRow.id == number)
                .values(state="approved", decided_at=now)
            )
            await self._forget_later(connection, number, now)
        self._decks.changed()
        return into

    async def forget_decided(self, now: datetime) -> None:
        """Forget what was decided so long ago that nobody has to see it any more."""
        async with self._database.write() as connection:
            await connection.execute(
                sa.delete(DeckSuggestionRow).where(DeckSuggestionRow.decided_at <= now - SUGGESTIONS_KEPT)
            )

    async def _forget_later(self, connection: AsyncConnection, number: int, now: datetime) -> None:
        await set_timer(connection, self._database, DECIDED, str(number), now + SUGGESTIONS_KEPT)


async def _room(connection: AsyncConnection, guild_id: int, user_id: int) -> None:
    waiting = sa.and_(DeckSuggestionRow.guild_id == guild_id, _PENDING)
    own = sa.select(sa.func.count()).where(waiting, DeckSuggestionRow.user_id == user_id)
    every = sa.select(sa.func.count()).where(waiting)
    if (await connection.execute(own)).scalar_one() >= MOST_OWN_PENDING:
        raise Refused(WAITS.format(count=MOST_OWN_PENDING))
    if (await connection.execute(every)).scalar_one() >= MOST_PENDING:
        raise Refused(CROWDED)


async def _waiting(
    connection: AsyncConnection, guild_id: int, number: int, *, lock: bool = False
) -> sa.Row[Any] | None:
    statement = sa.select(*_SUGGESTION, DeckSuggestionRow.user_id).where(
        DeckSuggestionRow.guild_id == guild_id, DeckSuggestionRow.id == number, _PENDING
    )
    return (await connection.execute(statement.with_for_update() if lock else statement)).one_or_none()


def _suggestion(row: sa.Row[Any]) -> Suggestion:
    return Suggestion(row.id, row.draft, STATES[row.state], row.suggested_at)
