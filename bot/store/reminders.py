"""Daily reminders: what a person set, the timer that goes with it, and how often Discord refused one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.tables.daily import RefusedReminderRow
from bot.store.tables.reviews import PersonRow
from bot.store.timers import cancel_timer, set_timer

REMINDER = "reminder"
"""The kind of the timer; its key is the person's id."""


class Reminders:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def set(
        self, user_id: int, minute: int, time_zone: str, quiet_days: tuple[int, ...], first_at: datetime
    ) -> None:
        """Remind somebody every day from `first_at` on; what else they have set stays."""
        wanted = {"time_zone": time_zone, "reminder_minute": minute, "quiet_days": list(quiet_days)}
        fresh = {"on_leaderboard": False, "pseudonym": None}
        async with self._database.write() as connection:
            await connection.execute(self._database.upsert(PersonRow, {"user_id": user_id}, wanted, fresh))
            await connection.execute(sa.delete(RefusedReminderRow).where(RefusedReminderRow.user_id == user_id))
            await set_timer(connection, self._database, REMINDER, str(user_id), first_at)

    async def turn_off(self, user_id: int) -> None:
        """Remind somebody no longer."""
        async with self._database.write() as connection:
            await connection.execute(
                sa.update(PersonRow).where(PersonRow.user_id == user_id).values(reminder_minute=None)
            )
            await cancel_timer(connection, REMINDER, str(user_id))

    async def sent(self, user_id: int, next_at: datetime) -> None:
        """A reminder arrived; the next one comes at a moment."""
        async with self._database.write() as connection:
            await connection.execute(sa.delete(RefusedReminderRow).where(RefusedReminderRow.user_id == user_id))
            await set_timer(connection, self._database, REMINDER, str(user_id), next_at)

    async def refused(self, user_id: int, next_at: datetime, most: int) -> bool:
        """A reminder was refused: the next one comes at a moment, or none after `most` in a row. Whether one comes."""
        async with self._database.write() as connection:
            known = sa.select(RefusedReminderRow.times).where(RefusedReminderRow.user_id == user_id)
            times = ((await connection.execute(known)).scalar_one_or_none() or 0) + 1
            await connection.execute(self._database.upsert(RefusedReminderRow, {"user_id": user_id}, {"times": times}))
            if times < most:
                await set_timer(connection, self._database, REMINDER, str(user_id), next_at)
                return True
            await connection.execute(
                sa.update(PersonRow).where(PersonRow.user_id == user_id).values(reminder_minute=None)
            )
            await cancel_timer(connection, REMINDER, str(user_id))
            return False

    async def tell_once(self, user_id: int, most: int) -> bool:
        """Whether reminders were turned off because they were refused, and the person has not been told yet."""
        refused = sa.and_(RefusedReminderRow.user_id == user_id, RefusedReminderRow.times >= most)
        async with self._database.read() as connection:
            if (await connection.execute(sa.select(RefusedReminderRow.times).where(refused))).first() is None:
                return False
        async with self._database.write() as connection:
            gone = await connection.execute(
                sa.delete(RefusedReminderRow).where(refused).returning(RefusedReminderRow.user_id)
            )
            return gone.first() is not None
