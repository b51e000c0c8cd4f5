"""What people have set for themselves."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from bot.store.database import Database, storable
from bot.store.tables.reviews import PersonRow

_UNSET = {"quiet_days": [], "on_leaderboard": False}


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

    async def set_time_zone(self, user_id: int, time_zone: str) -> None:
        """Keep a person's time zone, an IANA name, and leave their other settings as they are."""
        async with self._database.write() as connection:
            await connection.execute(
                self._database.upsert(PersonRow, {"user_id": user_id}, {"time_zone": time_zone}, _UNSET)
            )

    async def join_leaderboard(self, user_id: int, *, pseudonym: str | None, account: str, looks: str) -> bool:
        """Show a person on leaderboards, under a pseudonym or else under the name of their account.

        `looks` is what the shown name looks like. False when it is a pseudonym and looks like the name of somebody else
        there: then nothing is changed. Whoever uses their own account's name may have it in any case.
        """
        namesake = sa.select(PersonRow.user_id).where(
            PersonRow.looks == looks, PersonRow.on_leaderboard, PersonRow.user_id != user_id
        )
        shown = {
            "on_leaderboard": True,
            "pseudonym": None if pseudonym is None else storable(pseudonym),
            "account": storable(account) if pseudonym is None else None,
            "looks": looks,
        }
        async with self._database.write() as connection:
            if not self._database.is_sqlite:
                # Of two people who choose the same name at once, the second waits here for the first.
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(looks, 1))))
            if pseudonym is not None and (await connection.execute(namesake.limit(1))).first() is not None:
                return False
            await connection.execute(
                self._database.upsert(PersonRow, {"user_id": user_id}, shown, {"quiet_days": _UNSET["quiet_days"]})
            )
        return True

    async def leave_leaderboard(self, user_id: int) -> bool:
        """Show a person on no leaderboard any more, and forget the name. False when they were on none."""
        gone = {"on_leaderboard": False, "pseudonym": None, "account": None, "looks": None}
        async with self._database.write() as connection:
            changed = await connection.execute(
                sa.update(PersonRow)
                .where(PersonRow.user_id == user_id, PersonRow.on_leaderboard)
                .values(gone)
                .returning(PersonRow.user_id)
            )
            return changed.one_or_none() is not None

    async def with_pseudonym(self, looks: str) -> int | None:
        """Who is on leaderboards under a pseudonym that looks like that."""
        statement = sa.select(PersonRow.user_id).where(
            PersonRow.looks == looks, PersonRow.on_leaderboard, PersonRow.pseudonym.is_not(None)
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()
