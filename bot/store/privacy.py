"""Whose each row is: declared once for every table, and what exporting and forgetting somebody goes by.

A new table takes one line in `DECLARED` and one row a column in docs/privacy.md; tests fail until it has both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from bot.store.database import Database
from bot.store.scorecards import forget_within
from bot.store.tables import Base


class Declaration(Protocol):
    """What rows of a table have to do with a person."""

    @property
    def people(self) -> tuple[str, ...]:
        """The places that name somebody: columns, or `column.key` inside a JSON column."""

    def theirs(self, table: sa.Table, user_id: int) -> sa.ColumnElement[bool]:
        """Which rows are about a person, or from them."""

    def forget(self, table: sa.Table, user_id: int) -> sa.Delete | sa.Update:
        """Makes those rows not be about them any more."""


@dataclass(frozen=True, slots=True, init=False)
class Rows:
    """Rows that are about a person and go with them. Any of these places names them."""

    people: tuple[str, ...]

    def __init__(self, *places: str) -> None:
        object.__setattr__(self, "people", places)

    def theirs(self, table: sa.Table, user_id: int) -> sa.ColumnElement[bool]:
        return sa.or_(*(_names(table, place, user_id) for place in self.people))

    def forget(self, table: sa.Table, user_id: int) -> sa.Delete | sa.Update:
        return sa.delete(table).where(self.theirs(table, user_id))


@dataclass(frozen=True, slots=True, init=False)
class Blanks:
    """Rows that others need too: they stay, without the column that names a person and without these others.

    A blank is NULL, or where that is not allowed 0 or an empty text.
    """

    people: tuple[str, ...]
    others: tuple[str, ...]

    def __init__(self, column: str, *others: str) -> None:
        object.__setattr__(self, "people", (column,))
        object.__setattr__(self, "others", others)

    def theirs(self, table: sa.Table, user_id: int) -> sa.ColumnElement[bool]:
        return _names(table, self.people[0], user_id)

    def forget(self, table: sa.Table, user_id: int) -> sa.Delete | sa.Update:
        blanks = {name: _blank(table.c[name]) for name in (*self.people, *self.others)}
        return sa.update(table).where(self.theirs(table, user_id)).values(blanks)


@dataclass(frozen=True, slots=True)
class Under:
    """Rows that belong to a row of another table, by its key, and share its fate: a turn of an interview."""

    column: str
    table: str
    people: tuple[str, ...] = ()

    def theirs(self, table: sa.Table, user_id: int) -> sa.ColumnElement[bool]:
        above = Base.metadata.tables[self.table]
        (key,) = above.primary_key.columns
        return table.c[self.column].in_(sa.select(key).where(theirs(above, user_id)))

    def forget(self, table: sa.Table, user_id: int) -> sa.Delete | sa.Update:
        return sa.delete(table).where(self.theirs(table, user_id))


Declared = tuple[Declaration, ...]
NOBODY: Declared = ()
"""Rows that are about nobody."""

DECLARED: dict[str, Declared] = {
    "cards": (Rows("user_id"),),
    "conversations": (Rows("user_id"),),
    "daily": NOBODY,
    "daily_answers": (Rows("user_id"),),
    "daily_posts": NOBODY,
    # A server's questions stay when whoever brought them in is forgotten; what is not in its decks yet goes.
    "deck_imports": (Rows("user_id"),),
    "deck_questions": (Blanks("added_by"),),
    "deck_revisions": NOBODY,
    "deck_suggestions": (Rows("user_id"),),
    "deck_vectors": NOBODY,
    "decks": (Blanks("created_by"),),
    "guilds": NOBODY,
    "interview_events": (Rows("user_id"),),
    "interview_people": (Rows("user_id"),),
    "interview_ratings": (Rows("candidate_id"), Blanks("interviewer_id")),
    "interview_rounds": (Rows("candidate_id"), Blanks("interviewer_id")),
    "interview_scores": (Rows("scorer_id"),),
    "interview_seen": (Rows("user_id"),),
    # Who takes part stands inside the state, which `forget_within` sees to.
    "interviews": NOBODY,
    # The others' meeting goes on without its host.
    "meetings": (Blanks("host_id"), Blanks("cancelled_by")),
    "meeting_sign_ups": (Rows("user_id"),),
    "people": (Rows("user_id"),),
    "proposals": (Rows("one", "other", "asked_by"),),
    "question_reports": (Rows("user_id"),),
    "question_rulings": NOBODY,
    "quiz_answers": (Rows("user_id"),),
    "quiz_exercises": NOBODY,
    "quiz_players": (Rows("user_id"),),
    # The other players' quiz goes on without its host.
    "quizzes": (Blanks("host_id"),),
    "refused_reminders": (Rows("user_id"),),
    "reviews": (Rows("user_id"),),
    # `avoids` of others stays: it is theirs, and whoever is avoided must not be able to undo that.
    "seekers": (Rows("user_id"), Blanks("last_partner")),
    "set_aside": (Rows("user_id"),),
    "snippets": (Rows("user_id"),),
    "store_values": NOBODY,
    # A timer for one person has their id as its key, or as "user_id" in its payload.
    "timers": (Rows("key", "payload.user_id"),),
    "unanswered": NOBODY,
    "votes": (Rows("user_id"),),
}


def theirs(table: sa.Table, user_id: int) -> sa.ColumnElement[bool]:
    """Which rows of a table are about a person, or from them."""
    return sa.or_(sa.false(), *(one.theirs(table, user_id) for one in DECLARED[table.name]))


class Privacy:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, user_id: int) -> dict[str, list[dict[str, Any]]]:
        """Every row about a person, by table, with all its columns. Tables that are about nobody are left out."""
        async with self._database.read() as connection:
            return {
                table.name: [
                    dict(row)
                    for row in (
                        await connection.execute(
                            sa.select(table).where(theirs(table, user_id)).order_by(*table.primary_key.columns)
                        )
                    ).mappings()
                ]
                for table in Base.metadata.sorted_tables
                if DECLARED[table.name]
            }

    async def forget(self, user_id: int) -> int:
        """Delete or blank every row about a person, in one transaction. How many rows that were."""
        async with self._database.write() as connection:
            await forget_within(connection, user_id)
            changed = 0
            for table in _lowest_first(Base.metadata.sorted_tables):
                for one in DECLARED[table.name]:
                    changed += (await connection.execute(one.forget(table, user_id))).rowcount
            return changed


def _lowest_first(tables: Sequence[sa.Table]) -> list[sa.Table]:
    """Rows are found by the ones above them, so that those go last; `tables` are sorted, the highest first."""
    order = {table: number for number, table in enumerate(tables)}
    return sorted(tables, key=lambda table: (-_depth(table.name), -order[table]))


def _depth(table: str) -> int:
    return max((1 + _depth(one.table) for one in DECLARED[table] if isinstance(one, Under)), default=0)


def _names(table: sa.Table, place: str, user_id: int) -> sa.ColumnElement[bool]:
    name, _, key = place.partition(".")
    column = table.c[name]
    if key:
        return sa.cast(column[key].as_string(), sa.Text) == str(user_id)
    return column == (str(user_id) if isinstance(column.type, sa.Text) else user_id)


def _blank(column: sa.Column[Any]) -> object:
    if column.nullable:
        return sa.null()
    return "" if isinstance(column.type, sa.Text) else 0
