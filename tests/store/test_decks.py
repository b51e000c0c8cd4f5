"""Decks in the database: a server sees its own alone, an import is whole and happens once, no number comes twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.store import KeptRun, Store
from bot.store.decks import EXPIRY, touch
from bot.store.suggestions import DECIDED
from bot.store.tables.decks import DeckQuestionRow, DeckRow
from bot.study import decks as rules
from bot.study.decks import MOST_DECKS, MOST_OWN_PENDING, MOST_PENDING, RUN_KEPT, SUGGESTIONS_KEPT, Kept, Refused
from knowledge.deck_formats.draft import Draft
from tests.store.postgres import Postgres

HERE, THERE = 1 << 60, 2 << 60
MOD, PERSON = 3 << 60, 4 << 60
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def kept(*questions: str) -> list[Kept]:
    return [Kept.of(Draft(question, f"Answer to {question}")) for question in questions]


async def imported(store: Store, deck: str, *questions: str, guild_id: int = HERE) -> int:
    """Import questions; the deck's number."""
    run_id = f"{deck}{len(questions)}{guild_id}"
    await store.decks.keep_run(run_id, guild_id, MOD, deck, {"drafts": []}, [], NOW)
    run = await store.decks.run(guild_id, run_id)
    assert run is not None
    done = await store.decks.import_run(run, kept(*questions), MOD, NOW)
    assert done is not None
    return done[0].id


async def asked(store: Store, guild_id: int = HERE, **which: int | bool) -> list[str]:
    found = await store.decks.questions(guild_id, **which)  # type: ignore[arg-type]
    return [one.draft["question"] for one in found]


async def test_a_server_sees_its_own_decks_alone(store: Store) -> None:
    ours = await imported(store, "Ours", "What is a?", "What is b?")
    theirs = await imported(store, "Ours", "What is c?", guild_id=THERE)
    assert [(deck.id, deck.name, deck.questions, deck.enabled) for deck in await store.decks.all(HERE)] == [
        (ours, "Ours", 2, True)
    ]
    (a, _) = await store.decks.questions(HERE)
    assert await store.decks.question(HERE, a.number) == a
    assert a.deck == "Ours"
    assert await store.decks.server_of(a.number) == HERE
    assert await store.decks.question(THERE, a.number) is None
    assert await store.decks.questions(HERE, deck_id=theirs) == []
    assert not await store.decks.set_enabled(HERE, theirs, False)
    assert not await store.decks.delete(HERE, theirs)
    assert not await store.decks.delete_question(THERE, a.number)
    assert await store.decks.rewrite(THERE, a.number, a.draft, kept("What is d?")[0]) == "gone"
    assert (await asked(store), await asked(store, THERE)) == (["What is a?", "What is b?"], ["What is c?"])


async def test_importing_again_adds_what_is_new_to_the_deck_of_that_name(store: Store) -> None:
    first = await imported(store, "Über uns", "What is a?", "What is b?")
    assert await imported(store, "über UNS", "what is B", "What is c?", "What is c!") == first
    assert await asked(store) == ["What is a?", "What is b?", "What is c?"]
    assert await store.decks.words(HERE, "ÜBER uns") == {"what is a", "what is b", "what is c"}
    assert await store.decks.words(HERE, "none") == set()
    assert await store.decks.words(THERE, "Über uns") == set()


async def test_a_run_is_imported_once_whoever_presses(store: Store) -> None:
    await store.decks.keep_run("run", HERE, MOD, "Ours", {}, [], NOW)
    run = await store.decks.run(HERE, "run")
    assert run == KeptRun("run", HERE, "Ours", {}, [])
    assert await store.decks.run(THERE, "run") is None
    results = await asyncio.gather(*(store.decks.import_run(run, kept("What is a?"), MOD, NOW) for _ in range(4)))
    assert [result is not None for result in results].count(True) == 1
    assert await asked(store) == ["What is a?"]
    assert await store.decks.run(HERE, "run") is None


async def test_what_does_not_fit_is_not_imported_by_half(store: Store) -> None:
    await store.decks.keep_run("run", HERE, MOD, "Ours", {}, [], NOW)
    run = await store.decks.run(HERE, "run")
    assert run is not None
    (one,) = kept("What is a?")
    before = await store.decks.revisions()
    with pytest.raises(Refused, match="5,000 questions"):
        await store.decks.import_run(run, [replace(one, words=str(number)) for number in range(5001)], MOD, NOW)
    with pytest.raises(Refused, match="by all that they say"):
        await store.decks.import_run(run, [replace(one, texts=60_001)], MOD, NOW)
    assert await store.decks.all(HERE) == []
    assert await store.decks.revisions() == before
    assert await store.decks.run(HERE, "run") == run, "so that they can make room and try again"
    done = await store.decks.import_run(run, [replace(one, texts=60_000)], MOD, NOW)
    assert done is not None
    (question,) = await store.decks.questions(HERE)
    assert await store.decks.rewrite(HERE, question.number, question.draft, replace(one, texts=60_000)) == "done"
    with pytest.raises(Refused):
        await store.decks.rewrite(HERE, question.number, question.draft, replace(one, texts=60_001))


async def test_a_server_has_so_many_decks_and_no_more(store: Store) -> None:
    for number in range(MOST_DECKS):
        await imported(store, f"Deck {number}", "What is a?")
    with pytest.raises(Refused, match="50 decks"):
        await imported(store, "One more", "What is a?")
    await imported(store, "Deck 7", "What is b?")
    await imported(store, "One more", "What is a?", guild_id=THERE)


async def test_a_new_dry_run_takes_the_place_of_the_older_one(store: Store) -> None:
    for run_id, user_id, guild_id in (("a", MOD, HERE), ("b", MOD, THERE), ("c", PERSON, HERE), ("d", MOD, HERE)):
        await store.decks.keep_run(run_id, guild_id, user_id, "Ours", {}, [], NOW)
    there = [run_id for run_id in "abcd" if await store.decks.run(THERE if run_id == "b" else HERE, run_id)]
    assert there == ["b", "c", "d"]
    timers = await store.timers.claim(NOW + RUN_KEPT, 10, timedelta(minutes=1))
    assert {(timer.kind, timer.key) for timer in timers} == {(EXPIRY, "b"), (EXPIRY, "c"), (EXPIRY, "d")}
    assert await store.decks.forget_run("c")
    assert not await store.decks.forget_run("c")
    assert await store.timers.claim(NOW + 2 * RUN_KEPT, 10, timedelta(minutes=1)) != []


async def test_numbers_of_what_was_deleted_never_come_again(store: Store) -> None:
    deck = await imported(store, "Ours", "What is a?")
    (question,) = await store.decks.questions(HERE)
    await store.decks.delete_question(HERE, question.number)
    await imported(store, "Ours", "What is b?")
    (second,) = await store.decks.questions(HERE)
    assert second.number > question.number
    await store.decks.delete(HERE, deck)
    assert await store.decks.questions(HERE) == []
    assert await imported(store, "Ours", "What is a?") > deck
    (third,) = await store.decks.questions(HERE)
    assert third.number > second.number
    first = await store.suggestions.add(HERE, PERSON, {"question": "What?"}, NOW)
    await store.privacy.forget(PERSON)
    assert await store.suggestions.add(HERE, PERSON, {"question": "What?"}, NOW) > first


async def test_every_change_is_noticed_here_and_elsewhere(store: Store) -> None:
    noticed: list[str] = []
    store.decks.after_change.append(lambda: noticed.append("changed"))

    async def changed() -> bool:
        after = await store.decks.revisions()
        differs = after != revisions[-1] and len(noticed) == len(revisions)
        revisions.append(after)
        return differs

    revisions = [await store.decks.revisions()]
    deck = await imported(store, "Ours", "What is a?", "What is b?")
    assert await changed()
    a, b = await store.decks.questions(HERE)
    assert await store.decks.set_enabled(HERE, deck, False)
    assert await changed()
    assert await store.decks.rewrite(HERE, a.number, a.draft, kept("What is c?")[0]) == "done"
    assert await changed()
    assert await store.decks.delete_question(HERE, b.number)
    assert await changed()
    number = await store.suggestions.add(HERE, PERSON, {"question": "What?"}, NOW)
    assert await store.suggestions.approve(HERE, number, {"question": "What?"}, kept("What is e?")[0], deck, NOW)
    assert await changed()
    assert await store.decks.delete(HERE, deck)
    assert await changed()
    assert set(revisions[-1]) == {HERE}


async def test_what_changes_nothing_is_not_noticed(store: Store) -> None:
    deck = await imported(store, "Ours", "What is a?", "What is b?")
    a, b = await store.decks.questions(HERE)
    (row,) = kept("What is b?")
    number = await store.suggestions.add(HERE, PERSON, row.draft, NOW)
    before = await store.decks.revisions()
    noticed: list[str] = []
    store.decks.after_change.append(lambda: noticed.append("changed"))
    assert await store.decks.rewrite(HERE, 999, a.draft, row) == "gone"
    assert await store.decks.rewrite(HERE, a.number, b.draft, row) == "changed"
    assert await store.decks.rewrite(HERE, a.number, a.draft, row) == "double"
    assert await store.decks.rewrite(HERE, b.number, b.draft, row) == "done", "it is like that already"
    assert await store.suggestions.approve(HERE, 999, row.draft, row, deck, NOW) == "gone"
    assert await store.suggestions.approve(HERE, number, a.draft, row, deck, NOW) == "changed"
    assert await store.suggestions.approve(HERE, number, row.draft, row, deck, NOW) == "double"
    assert not await store.decks.set_enabled(HERE, 999, False)
    assert not await store.decks.delete(THERE, deck)
    assert not await store.decks.delete_question(THERE, a.number)
    assert await store.decks.revisions() == before
    assert noticed == []


@pytest.mark.parametrize("does", ["delete", "delete_question", "set_enabled"])
async def test_two_changes_never_wait_for_each_other(postgres_server: Postgres, does: str) -> None:
    store = await Store.open(postgres_server.create(f"waiting_{does}"))
    deck = await imported(store, "Ours", "What is a?")
    (a,) = await store.decks.questions(HERE)
    arguments = {"delete": (deck,), "delete_question": (a.number,), "set_enabled": (deck, False)}[does]
    async with store._database.write() as connection:
        await touch(connection, store._database, HERE)
        waiting = asyncio.create_task(getattr(store.decks, does)(HERE, *arguments))
        async with asyncio.timeout(20):
            while not (await connection.execute(sa.text("SELECT 1 FROM pg_locks WHERE NOT granted"))).first():
                pass
        # What the other one wants to change is still free.
        await connection.execute(sa.update(DeckRow).values(created_at=NOW))
        await connection.execute(sa.update(DeckQuestionRow).values(added_at=NOW))
    assert await waiting
    await store.aclose()


async def test_only_enabled_decks_are_read_where_that_is_wanted(store: Store) -> None:
    on, off = await imported(store, "On", "What is a?"), await imported(store, "Off", "What is b?")
    assert await store.decks.set_enabled(HERE, off, False)
    assert await asked(store, enabled_only=True) == ["What is a?"]
    assert await asked(store, deck_id=on) == ["What is a?"]
    assert await asked(store) == ["What is a?", "What is b?"]


async def test_of_two_changes_to_a_question_the_second_is_told(store: Store) -> None:
    await imported(store, "Ours", "What is a?", "What is b?")
    a, b = await store.decks.questions(HERE)
    new, other = kept("What is c?", "what is B")
    results = await asyncio.gather(*(store.decks.rewrite(HERE, a.number, a.draft, new) for _ in range(2)))
    assert sorted(results) == ["changed", "done"]
    assert await store.decks.rewrite(HERE, a.number, new.draft, other) == "double"
    assert await store.decks.rewrite(HERE, b.number, b.draft, other) == "done", "its own words are no other question's"
    assert await store.decks.rewrite(HERE, 999, a.draft, new) == "gone"


async def test_embeddings_are_kept_as_long_as_their_question(store: Store) -> None:
    await imported(store, "Ours", "What is a?", "What is b?")
    await imported(store, "Ours", "What is c?", guild_id=THERE)
    a, b = await store.decks.questions(HERE)
    await store.decks.keep_vectors({a.number: ("x", b"\x00\x01"), b.number: ("x", b"2"), 999: ("x", b"3")})
    await store.decks.keep_vectors({b.number: ("y", b"4")})
    await store.decks.keep_vectors({})
    assert await store.decks.vectors(HERE) == {a.number: ("x", b"\x00\x01"), b.number: ("y", b"4")}
    assert await store.decks.vectors(THERE) == {}
    await store.decks.delete_question(HERE, a.number)
    assert await store.decks.vectors(HERE) == {b.number: ("y", b"4")}


# ------------------------------------------------------------------------------------------------ suggestions


async def suggested(store: Store, *questions: str, user_id: int = PERSON, guild_id: int = HERE) -> list[int]:
    return [await store.suggestions.add(guild_id, user_id, one.draft, NOW) for one in kept(*questions)]


async def test_suggestions_are_looked_at_in_turn(store: Store) -> None:
    a, b = await suggested(store, "What is a?", "What is b?")
    await suggested(store, "What is c?", guild_id=THERE)
    first, waiting = await store.suggestions.first(HERE)
    assert (first and first.number, waiting) == (a, 2)
    second, _ = await store.suggestions.first(HERE, after=a)
    assert second is not None
    assert second.draft["question"] == "What is b?"
    assert await store.suggestions.first(HERE, after=b) == (None, 2)
    assert await store.suggestions.decline(HERE, a, NOW)
    assert not await store.suggestions.decline(HERE, a, NOW)
    assert not await store.suggestions.decline(THERE, b, NOW)
    assert await store.suggestions.get(HERE, a) is None
    assert await store.suggestions.get(THERE, b) is None
    assert [(one.number, one.state) for one in await store.suggestions.of(HERE, PERSON, 10)] == [
        (b, "pending"),
        (a, "declined"),
    ]
    assert await store.suggestions.of(HERE, MOD, 10) == []


async def test_a_suggestion_is_approved_once_into_a_deck_that_is_made_if_need_be(store: Store) -> None:
    (number,) = await suggested(store, "What is a?")
    (row,) = kept("What is a?")
    approve = store.suggestions.approve
    results = await asyncio.gather(*(approve(HERE, number, row.draft, row, "Suggestions", NOW) for _ in range(3)))
    assert [result == "gone" for result in results].count(True) == 2
    assert [(deck.name, deck.questions) for deck in await store.decks.all(HERE)] == [("Suggestions", 1)]
    (again,) = await suggested(store, "what is A")
    (row,) = kept("what is A")
    assert await approve(HERE, again, {"question": "other"}, row, "Suggestions", NOW) == "changed"
    assert await approve(HERE, again, row.draft, row, "suggestions", NOW) == "double"
    assert (await store.suggestions.first(HERE))[1] == 1, "it waits on"
    with pytest.raises(Refused, match="no such deck"):
        await approve(HERE, again, row.draft, row, 999, NOW)
    other = await imported(store, "Other", "What is z?")
    into = await approve(HERE, again, row.draft, row, other, NOW)
    assert not isinstance(into, str)
    assert (into.name, into.questions) == ("Other", 2)


async def test_a_waiting_suggestion_can_be_put_right(store: Store) -> None:
    (number,) = await suggested(store, "What is a?")
    old, new = kept("What is a?", "What is b?")
    assert await store.suggestions.rewrite(HERE, number, old.draft, new.draft) == "done"
    assert await store.suggestions.rewrite(HERE, number, old.draft, new.draft) == "changed"
    assert await store.suggestions.rewrite(THERE, number, new.draft, old.draft) == "gone"
    found = await store.suggestions.get(HERE, number)
    assert found is not None
    assert found.draft == new.draft


async def test_nobody_floods_the_moderators(store: Store) -> None:
    await suggested(store, *(f"What is {number}?" for number in range(MOST_OWN_PENDING)))
    with pytest.raises(Refused, match="5 suggestions waiting"):
        await suggested(store, "What is more?")
    with pytest.raises(Refused, match="5 suggestions waiting"):
        await store.suggestions.room(HERE, PERSON)
    await store.suggestions.room(HERE, MOD)
    await store.suggestions.room(THERE, PERSON)
    for number in range(MOST_PENDING - MOST_OWN_PENDING):
        await suggested(store, "What?", user_id=number)
    with pytest.raises(Refused, match="Tell one of them"):
        await store.suggestions.room(HERE, MOD)


async def test_what_was_decided_long_ago_is_forgotten(store: Store) -> None:
    a, b, c, d = await suggested(store, "What is a?", "What is b?", "What is c?", "What is d?")
    (row,) = kept("What is b?")
    await store.suggestions.decline(HERE, a, NOW)
    await store.suggestions.approve(HERE, b, row.draft, row, "Suggestions", NOW)
    await store.suggestions.decline(HERE, c, NOW + timedelta(days=1))
    later = NOW + SUGGESTIONS_KEPT
    timers = await store.timers.claim(later, 10, timedelta(minutes=1))
    assert [(timer.kind, timer.key) for timer in sorted(timers, key=lambda timer: timer.key)] == [
        (DECIDED, str(a)),
        (DECIDED, str(b)),
    ], "also where nobody suggests anything any more"
    await store.suggestions.forget_decided(later - timedelta(seconds=1))
    assert len(await store.suggestions.of(HERE, PERSON, 10)) == 4
    await store.suggestions.forget_decided(later)
    assert [one.number for one in await store.suggestions.of(HERE, PERSON, 10)] == [d, c]
    assert await asked(store) == ["What is b?"]


async def test_who_is_forgotten_leaves_questions_that_name_nobody(store: Store) -> None:
    number, waiting = await suggested(store, "What is a?", "What is b?")
    (row,) = kept("What is a?")
    await store.suggestions.approve(HERE, number, row.draft, row, "Suggestions", NOW)
    await store.decks.keep_run("run", HERE, PERSON, "Ours", {}, [], NOW)
    await store.privacy.forget(PERSON)
    assert await asked(store) == ["What is a?"]
    assert await store.suggestions.get(HERE, waiting) is None
    assert await store.suggestions.of(HERE, PERSON, 10) == []
    assert await store.decks.run(HERE, "run") is None
    assert not any((await store.privacy.export(PERSON)).values())


def test_ids_of_questions_are_read_back() -> None:
    assert rules.number_of(rules.question_id(12)) == 12
    for other in ("deck-", "deck-x", "deck-1-2", "zero-grad", "deck-12\n", "DECK-1", f"deck-{'1' * 19}"):
        assert rules.number_of(other) is None
