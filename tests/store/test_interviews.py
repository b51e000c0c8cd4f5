"""Interviews in the database: one change at a time, nobody in two of them, and nothing shown that is not kept."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from bot.clock import Clock
from bot.store import HeldInterview, Store, Timer
from bot.store.interviews import CLOCK, KEPT, SHOW, Elsewhere
from bot.study.interview import effects, state
from bot.study.interview import events as happened
from bot.study.interview.cards import BLANK, Scorecard
from bot.study.interview.effects import Outcome
from bot.study.interview.events import Event
from bot.study.interview.machine import apply, open_lobby
from bot.study.interview.material import Material
from bot.study.interview.scoring import scorecard
from bot.study.interview.state import MAIN, Options, Person
from bot.study.memory import Rating, Review
from knowledge.interviews import AXES, Kind
from knowledge.questions import Level
from tests.study.interview.rooms import ANNA, BEN, CLEO, DAN, NOW, script

AXES_GIVEN = (4, 3, 5, 2, 4)


def lobby(id: str = "abc", host: int = ANNA, others: tuple[int, ...] = ()) -> Outcome:
    interview = open_lobby(id, Options(), 1, 2, host, NOW, 7)
    people = (*interview.people, *(Person(other) for other in others))
    return Outcome(replace(interview, people=people), (effects.Post(),))


async def do(store: Store, held: HeldInterview, event: Event) -> HeldInterview:
    outcome = apply(held.interview, event, NOW)
    saved = await store.interviews.save(held, outcome, NOW)
    assert saved is not None
    return saved[0]


async def begun(store: Store) -> HeldInterview:
    """An interview of Anna, Ben and Cleo at its first question."""
    held, _ = await store.interviews.open(lobby(), NOW)
    for event in (happened.Join(BEN), happened.Join(CLEO), happened.Start(ANNA, 3)):
        held = await do(store, held, event)
    held = await do(store, held, happened.Prepared(1, script(Options())))
    for person in (ANNA, BEN, CLEO):
        held = await do(store, held, happened.Here(person))
    interviewer = held.interview.running.interviewer
    assert interviewer is not None
    return await do(store, held, happened.Next(interviewer, 0))


def test_what_the_database_calls_things_is_what_knowledge_calls_them() -> None:
    assert get_args(state.Kind) == get_args(Kind)
    assert get_args(state.Level) == get_args(Level)
    assert len(BLANK) == len(AXES)


async def test_what_was_kept_is_there_again(store: Store) -> None:
    held = await begun(store)
    again = await store.interviews.get("abc")
    assert again == held
    assert await store.interviews.live_in(3) == held
    assert await store.interviews.live_of(CLEO) == held
    assert await store.interviews.live() == [held.interview]
    assert await store.interviews.live_of(DAN) is None
    assert [line.entry.kind for line in await store.interviews.transcript("abc")] == [
        "people",
        "phase",
        "phase",
    ]


async def test_of_two_changes_to_one_version_the_second_is_refused(store: Store) -> None:
    held, _ = await store.interviews.open(lobby(), NOW)
    first = apply(held.interview, happened.Join(BEN), NOW)
    second = apply(held.interview, happened.Join(CLEO), NOW)
    saved = await asyncio.gather(store.interviews.save(held, first, NOW), store.interviews.save(held, second, NOW))
    assert [each is None for each in saved].count(True) == 1
    kept = await store.interviews.get("abc")
    assert kept is not None
    assert len(kept.interview.people) == 2


async def test_nobody_is_in_two_interviews(store: Store) -> None:
    held, _ = await store.interviews.open(lobby(), NOW)
    with pytest.raises(Elsewhere, match="<#2>"):
        await store.interviews.open(lobby("def"), NOW)
    assert await store.interviews.get("def") is None
    other, _ = await store.interviews.open(lobby("ghi", BEN, (ANNA, CLEO)), NOW)
    assert [person.user_id for person in other.interview.people] == [BEN, CLEO], "who is taken is left out"
    joins = apply(held.interview, happened.Join(CLEO), NOW)
    with pytest.raises(Elsewhere):
        await store.interviews.save(held, joins, NOW)
    assert await store.interviews.get("abc") == held
    await do(store, other, happened.Leave(CLEO))
    assert await store.interviews.save(held, joins, NOW) is not None


async def test_two_lobbies_at_the_same_moment_seat_a_person_once(store: Store) -> None:
    one, _ = await store.interviews.open(lobby("one", ANNA), NOW)
    two, _ = await store.interviews.open(lobby("two", BEN), NOW)
    both = await asyncio.gather(
        *(store.interviews.save(held, apply(held.interview, happened.Join(CLEO), NOW), NOW) for held in (one, two)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Elsewhere) for each in both) == 1
    assert sum(isinstance(each, tuple) for each in both) == 1


async def test_its_end_sets_everybody_free(store: Store) -> None:
    held = await begun(store)
    await do(store, held, happened.Stop(ANNA, may=True))
    assert await store.interviews.live() == []
    assert await store.interviews.live_in(3) is None
    await store.interviews.open(lobby("def"), NOW)
    assert await store.interviews.was_in("abc", CLEO)
    assert [interview.id for interview, _ in await store.interviews.latest_of(CLEO)] == ["abc"]


async def test_the_clock_and_what_is_to_be_shown_are_kept_with_the_change(store: Store) -> None:
    fired: list[tuple[str, str]] = []
    clock = Clock(store.timers, lambda: NOW + timedelta(minutes=31))

    async def note(timer: Timer) -> None:
        fired.append((timer.kind, timer.key))

    clock.on(CLOCK, note)
    clock.on(SHOW, note)
    held, key = await store.interviews.open(lobby(), NOW)
    saved = await store.interviews.save(held, apply(held.interview, happened.Join(BEN), NOW), NOW)
    assert saved is not None
    assert key is not None
    await store.interviews.shown(key)
    await store.interviews.keep_card("abc", 77, "lobby")
    await store.interviews.keep_lobby("abc", 78)
    await clock.run_due()
    assert sorted(fired) == [(CLOCK, "abc"), (SHOW, "abc:2")], "the first was shown, the second not yet"
    kept = await store.interviews.get("abc")
    assert kept is not None
    assert (kept.card_message_id, kept.card_shows, kept.lobby_message_id) == (77, "lobby", 78)
    assert kept.version == 2


async def test_answers_code_and_what_was_heard(store: Store) -> None:
    held = await begun(store)
    candidate = held.interview.running.candidate
    held = await do(store, held, happened.Answer(candidate, 1, 1, MAIN, 0, "One\0"))
    held = await do(store, held, happened.Answer(candidate, 1, 1, MAIN, 0, "Two"))
    held = await do(store, held, happened.Answer(candidate, 1, 2, MAIN, 0, "For another one"))
    for code in ("1", "2"):
        held = await do(store, held, happened.Edited(candidate, 1, 3, code))
    assert await store.interviews.typed("abc", 1, 1, MAIN) == ["One", "Two"]
    assert await store.interviews.last_code("abc", 1, 3) == "2"
    assert await store.interviews.last_code("abc", 1, 1) is None
    assert await store.interviews.seen([CLEO, DAN], NOW) == {"question-1-1"}, "everybody in the room heard it"
    assert await store.interviews.seen([DAN], NOW) == set()
    assert await store.interviews.seen([CLEO], NOW + timedelta(seconds=1)) == set()


async def test_transcripts_are_kept_for_ninety_days(store: Store) -> None:
    held = await begun(store)
    await do(store, held, happened.Stop(ANNA, may=True))
    await store.interviews.open(lobby("new"), NOW + KEPT)
    assert await store.interviews.transcript("abc")
    await store.interviews.open(lobby("newer", DAN), NOW + KEPT + timedelta(seconds=1))
    assert await store.interviews.transcript("abc") == []
    assert await store.interviews.get("abc") is None
    assert await store.interviews.seen([ANNA], NOW) == set()


async def in_feedback(store: Store) -> HeldInterview:
    held = await begun(store)
    while held.interview.stage != "feedback":
        interviewer = held.interview.running.interviewer
        assert interviewer is not None
        held = await do(store, held, happened.Next(interviewer, held.interview.part))
    return held


async def test_scores_and_words_are_kept_in_either_order(store: Store) -> None:
    held = await in_feedback(store)
    interviewer = held.interview.running.interviewer
    assert interviewer is not None
    held = await do(store, held, happened.Remark(interviewer, 1, "Clear", "Numerics"))
    assert [(sheet.axes, sheet.strong) for sheet in await store.scorecards.sheets("abc", 1)] == [(BLANK, "Clear")]
    held = await do(store, held, happened.Score(interviewer, 1, (1, 1, 1, 1, 1)))
    held = await do(store, held, happened.Score(interviewer, 1, AXES_GIVEN))
    (sheet,) = await store.scorecards.sheets("abc", 1)
    assert (sheet.role, sheet.axes, sheet.work) == ("interviewer", AXES_GIVEN, "Numerics")


async def test_scorecards_belong_to_their_candidate(store: Store) -> None:
    held = await in_feedback(store)
    round = held.interview.running
    interviewer = round.interviewer
    assert interviewer is not None
    held = await do(store, held, happened.Score(interviewer, 1, AXES_GIVEN))
    held = await do(store, held, happened.Rate(round.candidate, 1, 4, 5, "patient"))
    card = await made(store, held)
    review = Review("interview:abc:1:q", round.candidate, "q", "text", "interview", Rating.HARD, 0.5, NOW)
    for _ in range(2):
        await store.scorecards.keep(held.interview, round, card, [review], NOW)
    kept = await store.scorecards.get("abc", 1)
    assert kept is not None
    assert (kept.card, kept.round, kept.options) == (card, round, held.interview.options)
    assert [each.interview_id for each in await store.scorecards.of(round.candidate)] == ["abc"]
    assert await store.scorecards.of(interviewer) == []
    assert await store.reviews.find("interview:abc:1:q") == review
    assert await store.scorecards.last_candidate([ANNA, BEN, CLEO]) == {round.candidate: NOW}
    marks = await store.scorecards.marks(interviewer)
    assert (marks.mean, marks.count) == (4.0, 1)
    assert not await store.scorecards.delete(interviewer, "abc", 1)
    assert await store.scorecards.delete(round.candidate, "abc", 1)
    assert await store.scorecards.get("abc", 1) is None
    assert await store.scorecards.sheets("abc", 1) == []


async def made(store: Store, held: HeldInterview) -> Scorecard:
    materials = [Material("talk", part.title) for part in held.interview.running.parts]
    return scorecard(held.interview.running, await store.scorecards.sheets("abc", 1), materials)


async def test_who_wants_to_be_forgotten_is(store: Store) -> None:
    held = await in_feedback(store)
    round = held.interview.running
    assert round.interviewer is not None
    held = await do(store, held, happened.Answer(round.candidate, 1, 1, MAIN, 0, "Mine"))
    held = await do(store, held, happened.Score(round.interviewer, 1, AXES_GIVEN))
    held = await do(store, held, happened.Rate(round.candidate, 1, 4, 5))
    await store.scorecards.keep(held.interview, round, await made(store, held), [], NOW)
    held = await do(store, held, happened.Stop(ANNA, may=True))
    await store.privacy.forget(round.candidate)
    assert await store.scorecards.of(round.candidate) == []
    assert await store.scorecards.sheets("abc", 1) == []
    assert "Mine" not in [line.entry.text for line in await store.interviews.transcript("abc")]
    assert (await store.scorecards.marks(round.interviewer)).count == 0
    kept = await store.interviews.get("abc")
    assert kept is not None
    assert str(round.candidate) not in str(kept.interview.to_json())
    assert not any(f"<@{round.candidate}>" in line.entry.text for line in await store.interviews.transcript("abc"))
    assert kept.interview.person(round.interviewer), "the others are still there"
    assert await store.interviews.latest_of(round.candidate) == []
