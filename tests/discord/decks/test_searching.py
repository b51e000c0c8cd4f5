"""What is made ready for the search is made once, kept, and made again only where something changed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from bot.client import TutorBot
from bot.errors import StoreError
from bot.own_questions import OwnQuestions
from bot.own_search import PATIENCE_S, OwnSearch
from bot.settings import Settings
from bot.store import Store
from bot.study.decks import Kept, number_of
from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.parsed import Placed
from knowledge.supplement import Supplement
from knowledge.tutor import Tutor
from tests.discord.probes import Probes
from tests.discord.world import World, text_of
from tests.fakes.store import SlowDecks
from tests.fakes.tutor import CountingTutor, HeldTutor
from tests.store.test_decks import HERE, THERE, imported


@pytest.fixture
def counting(tutor: Tutor) -> CountingTutor:
    return CountingTutor(tutor)


@pytest.fixture
def opened(store: Store, counting: CountingTutor) -> Callable[[], OwnSearch]:
    """What a process has after its start."""
    return lambda: OwnSearch(counting, store, OwnQuestions(store))


def asked(found: Supplement | None) -> list[str]:
    return [question.question for question in found.questions] if found else []


async def test_embeddings_survive_a_restart(
    store: Store, counting: CountingTutor, opened: Callable[[], OwnSearch]
) -> None:
    await imported(store, "Ours", *(f"What is thing {number}?" for number in range(40)))
    first = await opened().beside(HERE)
    made = len(counting.embedded)
    assert made > 40
    second = await opened().beside(HERE)
    assert len(counting.embedded) == made, "nothing is embedded twice"
    assert asked(first) == asked(second)
    assert first is not None
    assert second is not None
    one, other = (each.index.vectors.reconstruct_n(0, made) for each in (first, second))
    np.testing.assert_allclose(one, other, atol=1e-3)


async def test_only_what_changed_is_embedded_again(
    store: Store, counting: CountingTutor, opened: Callable[[], OwnSearch]
) -> None:
    await imported(store, "Ours", "What is a?", "What is b?")
    search = opened()
    await search.beside(HERE)
    counting.embedded.clear()
    a, _ = await store.decks.questions(HERE)
    await store.decks.rewrite(HERE, a.number, a.draft, Kept.of(Draft("What is c?", "It is c.")))
    assert asked(await search.beside(HERE)) == ["What is c?", "What is b?"]
    assert set(counting.embedded) == {"What is c?", "It is c.", "What is c? It is c."}
    counting.embedded.clear()
    assert asked(await opened().beside(HERE)) == ["What is c?", "What is b?"]
    assert counting.embedded == [], "the kept ones of the old words were replaced"


async def test_everybody_who_asks_at_once_waits_for_the_same(
    store: Store, counting: CountingTutor, opened: Callable[[], OwnSearch]
) -> None:
    await imported(store, "Ours", "What is a?")
    await imported(store, "Theirs", "What is b?", guild_id=THERE)
    search = opened()
    found = await asyncio.gather(*(search.beside(guild_id) for guild_id in (HERE, THERE, HERE, 77, None, HERE)))
    assert [asked(each) for each in found] == [["What is a?"], ["What is b?"], ["What is a?"], [], [], ["What is a?"]]
    assert counting.embedded.count("What is a?") == 2, "as a question and as all of its phrasings"
    await search.aclose()


async def test_what_is_gone_is_not_found_while_the_rest_is_made_ready(store: Store, tutor: Tutor) -> None:
    await imported(store, "Ours", "Who feeds Brontosaurus?", "Who feeds Stegosaurus?", "Who feeds Triceratops?")
    off = await imported(store, "Off", "Who feeds Diplodocus?")
    held = HeldTutor(tutor)
    search = OwnSearch(held, store, OwnQuestions(store))
    gone, changed, *_ = await store.decks.questions(HERE)

    async def found() -> set[str]:
        hits = (await tutor.ask("Who feeds them?", beside=await search.beside(HERE))).hits
        return {hit.question.question for hit in hits if number_of(hit.question.id)}

    feeds = {f"Who feeds {one}?" for one in ("Brontosaurus", "Stegosaurus", "Triceratops", "Diplodocus")}
    assert await found() == feeds
    held.go.clear()
    await store.decks.delete_question(HERE, gone.number)
    await store.decks.set_enabled(HERE, off, False)
    await store.decks.rewrite(HERE, changed.number, changed.draft, Kept.of(Draft("What is new?", "It is.")))
    assert await found() == {"Who feeds Triceratops?"}
    await store.decks.set_enabled(HERE, off, True)
    assert await found() == {"Who feeds Triceratops?", "Who feeds Diplodocus?"}, "that one was ready before"
    await store.decks.delete(HERE, changed.deck_id)
    await store.decks.delete(HERE, off)
    assert await search.beside(HERE) is None
    await search.aclose()


async def test_what_changes_while_questions_are_made_ready_is_made_ready_next(store: Store, tutor: Tutor) -> None:
    await imported(store, "Ours", "What is a?")
    held = HeldTutor(tutor)
    held.go.clear()
    search = OwnSearch(held, store, OwnQuestions(store))
    preparing = search.prepare(HERE)
    await held.wanted.get()
    await imported(store, "Ours", "What is b?", "What is c?")
    assert search.prepare(HERE) is preparing
    held.go.set()
    async with asyncio.timeout(20):
        assert {"What is b?", "What is c?"} <= {*await held.wanted.get()}, "though nobody asks for it"
    await search.aclose()


async def test_embeddings_that_cannot_be_kept_are_used_all_the_same(
    store: Store, opened: Callable[[], OwnSearch], tmp_path: Path
) -> None:
    await imported(store, "Ours", "What is a?")
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as other:
        other.execute("CREATE TRIGGER full BEFORE INSERT ON deck_vectors BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        other.commit()
    assert asked(await opened().beside(HERE)) == ["What is a?"]
    assert await store.decks.vectors(HERE) == {}


async def test_little_of_many_servers_stays_in_memory(store: Store, tutor: Tutor) -> None:
    own = OwnQuestions(store, most=3)
    search = OwnSearch(tutor, store, own, most=10)
    await imported(store, "Ours", "What is a?", "What is b?")
    await imported(store, "Theirs", "What is c?", "What is d?", guild_id=THERE)
    for guild_id, questions in ((HERE, ["What is a?", "What is b?"]), (THERE, ["What is c?", "What is d?"])) * 2:
        assert asked(await search.beside(guild_id)) == questions
        assert len(own.at_hand(guild_id).questions) == 2
    assert own.at_hand(HERE).questions == {}, "the one that was used least lately"
    own.close()


async def test_a_question_kept_by_other_rules_is_left_out(
    store: Store, opened: Callable[[], OwnSearch], tmp_path: Path
) -> None:
    await imported(store, "Ours", "What is a?", "What is b?")
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as other:
        other.execute("""UPDATE deck_questions SET draft = '{"question": "What?"}' WHERE id = 1""")
        other.commit()
    search = opened()
    assert asked(await search.beside(HERE)) == ["What is b?"]
    (one,) = await search.alike(HERE, [Placed("line 1", Draft("What is b, please?", "x"))])
    assert one.known == "What is b?"


async def test_what_is_like_a_deck_that_is_off_is_named_too(
    store: Store, counting: CountingTutor, opened: Callable[[], OwnSearch]
) -> None:
    deck = await imported(store, "Off", "Which partition takes short jobs on Brontosaurus?")
    await store.decks.set_enabled(HERE, deck, False)
    search = opened()
    (one,) = await search.alike(HERE, [Placed("line 9", Draft("Which Brontosaurus partition takes short jobs?", "x"))])
    assert (one.place, one.origin) == ("line 9", "deck “Off”")
    assert 0.8 <= one.likeness <= 1
    assert await search.alike(THERE, [Placed("line 9", Draft("Which Brontosaurus partition takes jobs?", "x"))]) == ()
    assert await search.alike(HERE, []) == ()


async def test_a_server_is_compared_with_again_only_as_far_as_it_has_changed(
    store: Store, counting: CountingTutor, opened: Callable[[], OwnSearch]
) -> None:
    await imported(store, "Ours", "What is a?", "What is b?")
    off = await imported(store, "Off", "What is c?")
    await store.decks.set_enabled(HERE, off, False)
    search = opened()

    async def known(question: str) -> tuple[list[str], set[str]]:
        counting.embedded.clear()
        alike = await search.alike(HERE, [Placed("line 1", Draft(question, "x"))])
        return [one.known for one in alike], {*counting.embedded}

    assert await known("What is c?") == (["What is c?"], {"What is a?", "What is b?", "What is c?"})
    assert await known("What is b?") == (["What is b?"], {"What is b?"}), "nothing but what is asked about"
    a, *_ = await store.decks.questions(HERE)
    await store.decks.rewrite(HERE, a.number, a.draft, Kept.of(Draft("Who is d?", "It is d.", ("Who may d be?",))))
    assert await known("Who may d be?") == (["Who is d?"], {"Who may d be?", "Who is d?"})
    await store.decks.delete(HERE, off)
    await store.decks.delete_question(HERE, a.number)
    assert await known("Who is d?") == ([], {"Who is d?"})


# ------------------------------------------------------------------------------------------- when it fails


async def test_where_nobody_can_say_what_is_left_no_question_is_answered_that_may_be_gone(
    store: Store, opened: Callable[[], OwnSearch], tmp_path: Path
) -> None:
    deck = await imported(store, "Ours", "What is a?")
    search = opened()
    assert asked(await search.beside(HERE)) == ["What is a?"]
    await store.decks.set_enabled(HERE, deck, False)
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as other:
        other.execute("ALTER TABLE deck_questions RENAME TO away")
        other.commit()
    assert await search.beside(HERE) is None


async def test_who_waits_for_questions_hears_of_a_broken_database_and_an_answer_does_not_need_it(
    store: Store, tutor: Tutor, tmp_path: Path
) -> None:
    await imported(store, "Ours", "What is a?")
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as other:
        other.execute("DROP TABLE deck_vectors")
        other.execute("DROP TABLE deck_questions")
        other.commit()
    own = OwnQuestions(store)
    search = OwnSearch(tutor, store, own)
    assert await search.beside(HERE) is None
    with pytest.raises(StoreError):
        await own.of(HERE)
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as other:
        other.execute("DROP TABLE deck_revisions")
        other.commit()
    own = OwnQuestions(store)
    assert await OwnSearch(tutor, store, own).beside(HERE) is None
    with pytest.raises(StoreError):
        await own.of(HERE)
    with pytest.raises(StoreError):
        await own.find("deck-1")
    assert await own.find("zero-grad") is None


async def test_an_answer_does_not_wait_for_a_database_that_hangs(
    world: World, settings: Settings, store: Store, tutor: Tutor, probes: Probes
) -> None:
    store.decks = SlowDecks(10 * PATIENCE_S)
    await world.env.restart_bot(TutorBot(settings, store, tutor))
    await world.alice.send(world.general, f"{world.me} {probes.answered.question}")
    await world.env.advance_time(2)
    assert probes.answered.answer[:100] in text_of(world.said())


async def test_what_is_under_way_ends_with_the_bot(store: Store, opened: Callable[[], OwnSearch]) -> None:
    await imported(store, "Ours", *(f"What is {number}?" for number in range(30)))
    search = opened()
    preparing = search.prepare(HERE)
    await asyncio.sleep(0)
    await search.aclose()
    assert preparing.cancelled()
