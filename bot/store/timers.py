"""Things to do at a time, which no restart forgets and no two processes do at once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.tables.reviews import TimerRow


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer that this process has claimed. `lease` proves the claim; `attempts` counts this one too."""

    kind: str
    key: str
    due_at: datetime
    payload: dict[str, Any]
    lease: str
    attempts: int


class Timers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(self, kind: str, key: str, due_at: datetime, payload: Mapping[str, Any] | None = None) -> None:
        """Have something done at a time, in place of what was set under this kind and key."""
        async with self._database.write() as connection:
            await set_timer(connection, self._database, kind, key, due_at, payload)

    async def cancel(self, kind: str, key: str) -> None:
        """Forget a timer, if there is one."""
        async with self._database.write() as connection:
            await cancel_timer(connection, kind, key)

    def watch(self, notice: Callable[[], None]) -> None:
        """Have `notice` called whenever this process has changed the database, and with it perhaps a timer."""
        self._database.after_write.append(notice)

    def unwatch(self, notice: Callable[[], None]) -> None:
        """Stop calling `notice`."""
        if notice in self._database.after_write:
            self._database.after_write.remove(notice)

    async def next_due(self) -> datetime | None:
        """When the next timer that nobody holds is due."""
        free = sa.func.coalesce(TimerRow.leased_until, TimerRow.due_at)
        later = sa.case((free > TimerRow.due_at, free), else_=TimerRow.due_at)
        async with self._database.read() as connection:
            found = (await connection.execute(sa.select(later).order_by(later).limit(1))).scalar_one_or_none()
        return found

    async def claim(
        self, now: datetime, limit: int, lease: timedelta, only: tuple[str, str] | None = None
    ) -> list[Timer]:
        """Take up to `limit` due timers for the length of a lease; no other process gets them until it runs out.

        `only` is the kind and the key of the one that is wanted.
        """
        mine = secrets.token_hex(8)
        due = (
            sa.select(TimerRow.kind, TimerRow.key)
            .where(TimerRow.due_at <= now, sa.or_(TimerRow.leased_until.is_(None), TimerRow.leased_until <= now))
            .order_by(TimerRow.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if only is not None:
            due = due.where(TimerRow.kind == only[0], TimerRow.key == only[1])
        async with self._database.write() as connection:
            keys = [(kind, key) for kind, key in await connection.execute(due)]
            if not keys:
                return []
            taken = await connection.execute(
                sa.update(TimerRow)
                .where(sa.tuple_(TimerRow.kind, TimerRow.key).in_(keys))
                .values(lease=mine, leased_until=now + lease, attempts=TimerRow.attempts + 1)
                .returning(TimerRow.kind, TimerRow.key, TimerRow.due_at, TimerRow.payload, TimerRow.attempts)
            )
            claimed = [Timer(kind, key, due_at, payload, mine, tries) for kind, key, due_at, payload, tries in taken]
        return sorted(claimed, key=lambda timer: timer.due_at)

    async def complete(self, timer: Timer) -> None:
        """Take a claimed timer away, unless it was set anew or claimed by another process meanwhile."""
        async with self._database.write() as connection:
            await connection.execute(sa.delete(TimerRow).where(_is(timer)))

    async def retry(self, timer: Timer, at: datetime) -> None:
        """Give a claimed timer back, to be claimed again from `at` on."""
        async with self._database.write() as connection:
            await connection.execute(sa.update(TimerRow).where(_is(timer)).values(leased_until=at))

    async def again(self, timer: Timer, at: datetime) -> None:
        """Have a claimed timer run once more at a time, unless it was set anew meanwhile."""
        fresh = {"due_at": at, "lease": None, "leased_until": None, "attempts": 0}
        async with self._database.write() as connection:
            await connection.execute(sa.update(TimerRow).where(_is(timer)).values(fresh))


async def set_timer(
    connection: AsyncConnection,
    database: Database,
    kind: str,
    key: str,
    due_at: datetime,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Set a timer within a transaction of the caller's, so that it is there exactly when the rest is."""
    fresh = {"due_at": due_at, "payload": dict(payload or {}), "lease": None, "leased_until": None, "attempts": 0}
    await connection.execute(database.upsert(TimerRow, {"kind": kind, "key": key}, fresh))


async def set_at_latest(connection: AsyncConnection, database: Database, kind: str, key: str, due_at: datetime) -> None:
    """Have something done by a time, within a transaction of the caller's: what was set for sooner stays.

    Unless that has begun already and may have missed what this is about; then it is done once more.
    """
    insert = sqlite.insert if database.is_sqlite else postgresql.insert
    fresh = {"due_at": due_at, "payload": {}, "lease": None, "leased_until": None, "attempts": 0}
    statement = insert(TimerRow).values(kind=kind, key=key, **fresh)
    waits = sa.and_(TimerRow.lease.is_(None), TimerRow.due_at < due_at)
    later = sa.case((waits, TimerRow.due_at), else_=statement.excluded.due_at)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["kind", "key"], set_={**fresh, "due_at": later})
    )


async def cancel_timer(connection: AsyncConnection, kind: str, key: str) -> None:
    """Forget a timer within a transaction of the caller's."""
    await connection.execute(sa.delete(TimerRow).where(TimerRow.kind == kind, TimerRow.key == key))


def _is(timer: Timer) -> sa.ColumnElement[bool]:
    """Setting a timer anew takes its lease away, so that the lease alone tells."""
    return sa.and_(TimerRow.kind == timer.kind, TimerRow.key == timer.key, TimerRow.lease == timer.lease)
