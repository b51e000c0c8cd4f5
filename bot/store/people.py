"""What people have set for themselves."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.store.database import Database, storable
from bot.store.tables.reviews import PersonRow


@dataclass(frozen=True, slots=True)
class Person:
    """`time_zone` is an IANA name. `reminder_minute` counts from midnight there; None is no reminder. `quiet_days` are
    weekdays, Monday is 0, on which nothing is expected: they neither remind nor break a streak."""

    user_id: int
    time_zone: str | None = None
    reminder_minute: int | None = None
    quiet_days: tuple[int, ...] = ()
    on_leaderboard: bool = False
    pseudonym: str | None = None


class People:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, user_id: int) -> Person:
        """A person's settings; the defaults when they set nothing."""
        statement = sa.select(
            PersonRow.time_zone,
            PersonRow.reminder_minute,
            PersonRow.quiet_days,
            PersonRow.on_leaderboard,
            PersonRow.pseudonym,
        ).where(PersonRow.user_id == user_id)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return Person(user_id) if row is None else Person(user_id, row[0], row[1], tuple(row[2]), row[3], row[4])

    async def keep(self, person: Person) -> None:
        """Keep a person's settings in place of earlier ones."""
        async with self._database.write() as connection:
            await connection.execute(
                self._database.upsert(
                    PersonRow,
                    {"user_id": person.user_id},
                    {
                        "time_zone": person.time_zone,
                        "reminder_minute": person.reminder_minute,
                        "quiet_days": list(person.quiet_days),
                        "on_leaderboard": person.on_leaderboard,
                        "pseudonym": None if person.pseudonym is None else storable(person.pseudonym),
                    },
                )
            )
