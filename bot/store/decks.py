"""A server's decks and their questions, dry runs of imports, and the embeddings by which questions are found."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database, storable
from bot.store.tables.decks import DeckImportRow, DeckQuestionRow, DeckRevisionRow, DeckRow, DeckVectorsRow
from bot.store.timers import cancel_timer, set_timer
from bot.study.decks import NO_DECK, RUN_KEPT, Kept, Refused, Room, key_of_name

EXPIRY = "deck-import"
"""The kind of the timer that forgets a dry run; its key is the run's id."""

Outcome = Literal["done", "gone", "changed", "double"]
"""What became of a change: `changed` when somebody else was faster, `double` when the deck has such a question."""

Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck of a server, with how many questions it has."""

    id: int
    name: str
    enabled: bool
    questions: int = 0


@dataclass(frozen=True, slots=True)
class DeckQuestion:
    """A question of a deck; `draft` is as `Draft.to_json` gives it."""

    number: int
    deck_id: int
    deck: str
    draft: dict[str, Any]


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A dry run; `parsed` and `alike` are as they were given."""

    id: str
    guild_id: int
    deck: str
    parsed: dict[str, Any]
    alike: list[dict[str, Any]]


_DECK = (DeckRow.id, DeckRow.name, DeckRow.enabled)
_QUESTION = (DeckQuestionRow.id, DeckQuestionRow.deck_id, DeckRow.name, DeckQuestionRow.draft)
_RUN = (DeckImportRow.id, DeckImportRow.guild_id, DeckImportRow.deck, DeckImportRow.parsed, DeckImportRow.alike)


class Decks:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.after_change: list[Callable[[], None]] = []
        """Called after every change of a deck here; those of other processes show in `revisions` alone."""

    # ------------------------------------------------------------------------------------------------ reading

    async def revisions(self) -> dict[int, str]:
        """The servers that have or had decks, each with what changes whenever something in its decks does."""
        async with self._database.read() as connection:
            rows = await connection.execute(sa.select(DeckRevisionRow.guild_id, DeckRevisionRow.revision))
            return {row.guild_id: row.revision for row in rows}

    async def all(self, guild_id: int) -> list[Deck]:
        """The decks of a server, by name."""
        count = sa.func.count(DeckQuestionRow.id)
        statement = (
            sa.select(*_DECK, count)
            .outerjoin(DeckQuestionRow, DeckQuestionRow.deck_id == DeckRow.id)
            .where(DeckRow.guild_id == guild_id)
            .group_by(DeckRow.id)
            .order_by(DeckRow.key)
        )
        async with self._database.read() as connection:
            return [Deck(*row) for row in await connection.execute(statement)]

    async def questions(
        self, guild_id: int, *, deck_id: int | None = None, enabled_only: bool = False
    ) -> list[DeckQuestion]:
        """The questions of a server, or of one of its decks, in the order in which they came."""
        statement = _questions(guild_id).order_by(DeckQuestionRow.id)
        if deck_id is not None:
            statement = statement.where(DeckRow.id == deck_id)
        if enabled_only:
            statement = statement.where(DeckRow.enabled)
        async with self._database.read() as connection:
            return [DeckQuestion(*row) for row in await connection.execute(statement)]

    async def question(self, guild_id: int, number: int) -> DeckQuestion | None:
        """A question of a server by its number."""
        async with self._database.read() as connection:
            row = (await connection.execute(_questions(guild_id).where(DeckQuestionRow.id == number))).one_or_none()
        return None if row is None else DeckQuestion(*row)

    async def matching(self, guild_id: int, words: Sequence[str], limit: int) -> list[DeckQuestion]:
        """Questions of a server in which each of these occurs, in the order in which they came."""
        statement = _questions(guild_id).order_by(DeckQuestionRow.id).limit(limit)
        for word in words:
            statement = statement.where(DeckQuestionRow.words.contains(word, autoescape=True))
        async with self._database.read() as connection:
            return [DeckQuestion(*row) for row in await connection.execute(statement)]

    async def server_of(self, number: int) -> int | None:
        """The server whose deck has the question of that number."""
        statement = (
            sa.select(DeckRow.guild_id)
            .join(DeckQuestionRow, DeckQuestionRow.deck_id == DeckRow.id)
            .where(DeckQuestionRow.id == number)
        )
        async with self._database.read() as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def words(self, guild_id: int, deck: str) -> set[str]:
        """What the questions of the deck of that name ask; nothing where there is no such deck."""
        statement = (
            sa.select(DeckQuestionRow.words)
            .join(DeckRow, DeckRow.id == DeckQuestionRow.deck_id)
            .where(DeckRow.guild_id == guild_id, DeckRow.key == key_of_name(deck))
        )
        async with self._database.read() as connection:
            return {*(await connection.execute(statement)).scalars()}

    async def room(self, guild_id: int) -> Room:
        """What the decks of a server hold."""
        async with self._database.read() as connection:
            return await _room(connection, guild_id)

    # ------------------------------------------------------------------------------------------------ changes

    async def set_enabled(self, guild_id: int, deck_id: int, enabled: bool) -> bool:
        """Search a deck from now on, or no longer. False when the server has no such deck."""
        async with self._database.write() as connection:
            await touch(connection, self._database, guild_id)
            changed = await connection.execute(
                sa.update(DeckRow)
                .where(DeckRow.guild_id == guild_id, DeckRow.id == deck_id)
                .values(enabled=enabled)
                .returning(DeckRow.id)
            )
            if changed.one_or_none() is None:
                return await unchanged(connection, False)
        self.changed()
        return True

    async def delete(self, guild_id: int, deck_id: int) -> bool:
        """Delete a deck with its questions. False when the server has no such deck."""
        async with self._database.write() as connection:
            await touch(connection, self._database, guild_id)
            gone = await connection.execute(
                sa.delete(DeckRow).where(DeckRow.guild_id == guild_id, DeckRow.id == deck_id).returning(DeckRow.id)
            )
            if gone.one_or_none() is None:
                return await unchanged(connection, False)
        self.changed()
        return True

    async def rewrite(self, guild_id: int, number: int, before: Mapping[str, Any], kept: Kept) -> Outcome:
        """Put a draft in the place of the one that a question had `before`. Raises Refused."""
        async with self._database.write() as connection:
            await touch(connection, self._database, guild_id)
            with_size = _questions(guild_id).add_columns(DeckQuestionRow.texts, DeckQuestionRow.characters)
            row = (await connection.execute(with_size.where(DeckQuestionRow.id == number))).one_or_none()
            if row is None or row.draft != before:
                return await unchanged(connection, "gone" if row is None else "changed")
            twin = sa.select(DeckQuestionRow.id).where(
                DeckQuestionRow.deck_id == row.deck_id,
                DeckQuestionRow.words == kept.words,
                DeckQuestionRow.id != number,
            )
            if (await connection.execute(twin)).first() is not None:
                return await unchanged(connection, "double")
            held = await _room(connection, guild_id)
            held.without(1, row.texts, row.characters).take([kept])
            if (row.draft, row.texts, row.characters) == (kept.draft, kept.texts, kept.characters):
                return await unchanged(connection, "done")
            await connection.execute(
                sa.update(DeckQuestionRow).where(DeckQuestionRow.id == number).values(_values(kept))
            )
        self.changed()
        return "done"

    async def delete_question(self, guild_id: int, number: int) -> bool:
        """Delete a question. False when the server has no such question."""
        ours = sa.select(DeckRow.id).where(DeckRow.guild_id == guild_id)
        async with self._database.write() as connection:
            await touch(connection, self._database, guild_id)
            gone = await connection.execute(
                sa.delete(DeckQuestionRow)
                .where(DeckQuestionRow.id == number, DeckQuestionRow.deck_id.in_(ours))
                .returning(DeckQuestionRow.id)
            )
            if gone.one_or_none() is None:
                return await unchanged(connection, False)
        self.changed()
        return True

    def changed(self) -> None:
        """Tell whoever remembers decks that something in them has changed."""
        for notice in self.after_change:
            notice()

    # ------------------------------------------------------------------------------------------------ imports

    async def keep_run(
        self,
        run_id: str,
        guild_id: int,
        user_id: int,
        deck: str,
        parsed: Mapping[str, Any],
        alike: Sequence[Mapping[str, Any]],
        now: datetime,
    ) -> None:
        """Keep a dry run for a day, in place of an earlier one of the same person in the same server."""
        same = sa.and_(DeckImportRow.guild_id == guild_id, DeckImportRow.user_id == user_id)
        row = {
            "id": run_id,
            "guild_id": guild_id,
            "user_id": user_id,
            "deck": storable(deck),
            "parsed": dict(parsed),
            "alike": [dict(one) for one in alike],
            "created_at": now,
        }
        async with self._database.write() as connection:
            earlier = await connection.execute(sa.delete(DeckImportRow).where(same).returning(DeckImportRow.id))
            for old in earlier.scalars().all():
                await cancel_timer(connection, EXPIRY, old)
            await connection.execute(sa.insert(DeckImportRow).values(row))
            await set_timer(connection, self._database, EXPIRY, run_id, now + RUN_KEPT)

    async def run(self, guild_id: int, run_id: str) -> KeptRun | None:
        """A dry run of a server; None when it was imported, cancelled or is too old."""
        statement = sa.select(*_RUN).where(DeckImportRow.id == run_id, DeckImportRow.guild_id == guild_id)
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return None if row is None else KeptRun(*row)

    async def forget_run(self, run_id: str) -> bool:
        """Forget a dry run. False when there is none any more."""
        async with self._database.write() as connection:
            return await _take_run(connection, run_id)

    async def import_run(
        self, run: KeptRun, rows: Sequence[Kept], user_id: int, now: datetime
    ) -> tuple[Deck, int] | None:
        """Do what a dry run said, all of it or nothing: the deck, and how many questions are new in it.

        What the deck has meanwhile is left out. None when the run was imported or cancelled already. Raises Refused.
        """
        async with self._database.write() as connection:
            if not await _take_run(connection, run.id):
                return None
            await touch(connection, self._database, run.guild_id)
            deck, count = await add(connection, run.guild_id, run.deck, rows, user_id, now)
        self.changed()
        return deck, count

    # ---------------------------------------------------------------------------------------------- embeddings

    async def vectors(self, guild_id: int) -> dict[int, tuple[str, bytes]]:
        """The embeddings of a server's questions by their numbers, each with what it was made from."""
        statement = (
            sa.select(DeckVectorsRow.question_id, DeckVectorsRow.made_from, DeckVectorsRow.vectors)
            .join(DeckQuestionRow, DeckQuestionRow.id == DeckVectorsRow.question_id)
            .join(DeckRow, DeckRow.id == DeckQuestionRow.deck_id)
            .where(DeckRow.guild_id == guild_id)
        )
        async with self._database.read() as connection:
            return {number: (made_from, vectors) for number, made_from, vectors in await connection.execute(statement)}

    async def keep_vectors(self, rows: Mapping[int, tuple[str, bytes]]) -> None:
        """Keep embeddings in place of earlier ones; those of questions that are gone are not kept."""
        there = sa.select(DeckQuestionRow.id).where(DeckQuestionRow.id.in_([*rows])).with_for_update(read=True)
        async with self._database.write() as connection:
            numbers = [*(await connection.execute(there)).scalars()]
            if not numbers:
                return
            await connection.execute(sa.delete(DeckVectorsRow).where(DeckVectorsRow.question_id.in_(numbers)))
            fresh = [
                {"question_id": number, "made_from": rows[number][0], "vectors": rows[number][1]} for number in numbers
            ]
            await connection.execute(sa.insert(DeckVectorsRow), fresh)


# --------------------------------------------------------------------- within a transaction of the caller's


async def touch(connection: AsyncConnection, database: Database, guild_id: int) -> None:
    """Note that something in a server's decks changes. Whoever else is about to change something there waits here.

    It comes before everything else that is locked there, or two changes could wait for each other.
    """
    await connection.execute(
        database.upsert(DeckRevisionRow, {"guild_id": guild_id}, {"revision": secrets.token_hex(8)})
    )


async def unchanged(connection: AsyncConnection, outcome: Said) -> Said:
    """Take `touch` back, because nothing in the decks has changed after all; `outcome` is what became of it."""
    await connection.rollback()
    return outcome


async def add(
    connection: AsyncConnection,
    guild_id: int,
    deck: int | str,
    rows: Iterable[Kept],
    user_id: int | None,
    now: datetime,
) -> tuple[Deck, int]:
    """Put questions into a deck, given by its id or by its name; of that name it is made where there is none.

    Returns the deck and how many of the questions it did not have. Raises Refused. Needs `touch` before it.
    """
    which = DeckRow.id == deck if isinstance(deck, int) else DeckRow.key == key_of_name(deck)
    found = (await connection.execute(sa.select(*_DECK).where(DeckRow.guild_id == guild_id, which))).one_or_none()
    had: set[str] = set()
    if found is not None:
        asked = sa.select(DeckQuestionRow.words).where(DeckQuestionRow.deck_id == found.id)
        had = {*(await connection.execute(asked)).scalars()}
    fresh: dict[str, Kept] = {}
    for kept in rows:
        if kept.words not in had:
            fresh.setdefault(kept.words, kept)
    new = [*fresh.values()]
    (await _room(connection, guild_id)).take(new, decks=found is None)
    if found is None:
        if isinstance(deck, int):
            raise Refused(NO_DECK)
        values = {
            "guild_id": guild_id,
            "name": storable(deck),
            "key": key_of_name(deck),
            "enabled": True,
            "created_by": user_id,
            "created_at": now,
        }
        found = (await connection.execute(sa.insert(DeckRow).values(values).returning(*_DECK))).one()
    if new:
        beside = {"deck_id": found.id, "added_by": user_id, "added_at": now}
        await connection.execute(sa.insert(DeckQuestionRow), [_values(kept) | beside for kept in new])
    return Deck(*found, questions=len(had) + len(new)), len(new)


async def _take_run(connection: AsyncConnection, run_id: str) -> bool:
    await cancel_timer(connection, EXPIRY, run_id)
    gone = await connection.execute(
        sa.delete(DeckImportRow).where(DeckImportRow.id == run_id).returning(DeckImportRow.id)
    )
    return gone.one_or_none() is not None


async def _room(connection: AsyncConnection, guild_id: int) -> Room:
    decks = sa.select(sa.func.count()).where(DeckRow.guild_id == guild_id)
    held = (
        sa.select(
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(DeckQuestionRow.texts), 0),
            sa.func.coalesce(sa.func.sum(DeckQuestionRow.characters), 0),
        )
        .join(DeckRow, DeckRow.id == DeckQuestionRow.deck_id)
        .where(DeckRow.guild_id == guild_id)
    )
    count = (await connection.execute(decks)).scalar_one()
    return Room(count, *map(int, (await connection.execute(held)).one()))


def _questions(guild_id: int) -> sa.Select[Any]:
    return (
        sa.select(*_QUESTION).join(DeckRow, DeckRow.id == DeckQuestionRow.deck_id).where(DeckRow.guild_id == guild_id)
    )


def _values(kept: Kept) -> dict[str, Any]:
    return {"words": kept.words, "draft": kept.draft, "texts": kept.texts, "characters": kept.characters}
