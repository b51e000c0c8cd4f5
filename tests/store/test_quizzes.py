"""Quizzes in the database: every answer counts once, one process at a time moves a quiz on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Standing, Store
from bot.store.quizzes import KEPT
from bot.study import quiz as rules
from bot.study.exercise import Exercise
from bot.study.marks import Mark
from bot.study.memory import Rating, Review
from bot.study.quiz import Answer, Plan, Player, Quiz

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
EXERCISES = [Exercise(f"q{number}", "choice", "?", ("A",), ("h",), options=("a", "b", "c", "d")) for number in range(3)]
RIGHT = Mark(1.0, "right", "A is right.")
HOST = 3


async def running(store: Store, quiz_id: str = "00000001", *, group: bool = True) -> Quiz:
    quiz = Quiz(quiz_id, 1, 2, HOST, Plan(group=group), ("choice",) * 3, NOW)
    await store.quizzes.create(rules.opened(quiz, NOW), EXERCISES, [HOST], NOW)
    if group:
        lobby = await store.quizzes.get(quiz_id)
        assert lobby is not None
        await store.quizzes.change(lobby, rules.ask(lobby, 0, NOW))
    stored = await store.quizzes.get(quiz_id)
    assert stored is not None
    return stored


async def test_a_quiz_comes_back_as_it_was_kept(store: Store) -> None:
    quiz = await running(store)
    assert (quiz.phase, quiz.position, quiz.plan.group, quiz.version) == ("asking", 0, True, 1)
    assert quiz.deadline == NOW + timedelta(seconds=30)
    assert await store.quizzes.exercises(quiz.id) == EXERCISES
    assert await store.quizzes.exercise(quiz.id, 9) is None
    assert await store.quizzes.get("ffffffff") is None
    assert await store.quizzes.running_in(2) == quiz
    assert await store.quizzes.running_in(3) is None
    assert await store.quizzes.alone(HOST) is None


async def test_a_hundred_answers_at_once_are_all_kept_and_each_counts_once(store: Store) -> None:
    quiz = await running(store)

    async def press(user: int, letter: str) -> Standing | str:
        return await store.quizzes.answer(quiz.id, 0, user, [letter], RIGHT, NOW)

    outcomes = await asyncio.gather(*(press(user, letter) for user in range(100, 200) for letter in "AB"))
    assert sum(isinstance(outcome, Standing) for outcome in outcomes) == 100
    assert outcomes.count("double") == 100
    answers = await store.quizzes.answers(quiz.id, 0)
    assert sorted(answer.user_id for answer in answers) == list(range(100, 200))
    assert max(outcome.done for outcome in outcomes if isinstance(outcome, Standing)) == 100
    assert len(await store.quizzes.players(quiz.id)) == 101, "who answers plays, and the host was in"


async def test_answers_that_do_not_count_are_refused(store: Store) -> None:
    quiz = await running(store)
    assert await store.quizzes.answer("ffffffff", 0, 1, ["A"], RIGHT, NOW) == "over"
    assert await store.quizzes.answer(quiz.id, 1, 1, ["A"], RIGHT, NOW) == "other"
    assert await store.quizzes.answer(quiz.id, 0, 1, ["A"], RIGHT, NOW + timedelta(minutes=1)) == "late"
    alone = await running(store, "00000002", group=False)
    assert await store.quizzes.answer(alone.id, 0, 1, ["A"], RIGHT, NOW) == "not yours"
    assert await store.quizzes.alone(HOST) == alone
    assert await store.quizzes.answers(quiz.id) == []


async def test_hints_are_counted_before_the_answer_and_not_after_it(store: Store) -> None:
    quiz = await running(store)
    assert [await store.quizzes.hint(quiz.id, 0, 7, 2, NOW) for _ in range(3)] == [1, 2, 2]
    assert await store.quizzes.answer(quiz.id, 0, 7, ["A"], RIGHT, NOW) == Standing(players=2, done=1)
    assert await store.quizzes.hint(quiz.id, 0, 7, 2, NOW) == "double"
    answer = await store.quizzes.answer_of(quiz.id, 0, 7)
    assert answer == Answer(7, 0, ("A",), hints=2, mark=RIGHT, seconds=0.0)


async def test_passing_is_an_answer_and_unprintable_ones_are_kept(store: Store) -> None:
    quiz = await running(store)
    await store.quizzes.answer(quiz.id, 0, 7, None, None, NOW)
    assert await store.quizzes.answer(quiz.id, 0, 7, ["A"], RIGHT, NOW) == "double"
    await store.quizzes.answer(quiz.id, 0, 8, ["\0\ud800 " + "x" * 4000], None, NOW)
    passed, odd = await store.quizzes.answers(quiz.id, 0)
    assert (passed.passed, passed.given) == (True, None)
    assert odd.given is not None
    assert odd.given[0].endswith("x" * 4000)
    await store.quizzes.mark(quiz.id, 0, 8, RIGHT)
    await store.quizzes.mark(quiz.id, 0, 8, Mark(0.0, "wrong"))
    marked = await store.quizzes.answer_of(quiz.id, 0, 8)
    assert marked is not None
    assert marked.mark == RIGHT, "the first mark stays"


async def test_one_of_two_processes_moves_a_quiz_on(store: Store, url: str) -> None:
    other = await Store.open(url)
    quiz = await running(store)
    moved = await asyncio.gather(
        *(each.quizzes.change(quiz, rules.close(quiz, NOW)) for each in (store, other, store, other))
    )
    assert [each is not None for each in moved].count(True) == 1
    await other.aclose()


async def test_settling_is_all_or_nothing_and_once(store: Store) -> None:
    quiz = await running(store)
    await store.quizzes.answer(quiz.id, 0, 7, ["A"], RIGHT, NOW)
    closed = await store.quizzes.change(quiz, rules.close(quiz, NOW))
    assert closed is not None
    entry = Review("quiz:x", 7, "q0", "choice", "quiz", Rating.GOOD, 1.0, NOW, points=150)
    player, answer = Player(7, points=150, streak=1, right=1, answered=1), Answer(7, 0, ("A",), mark=RIGHT, points=150)
    for _ in range(2):
        await store.quizzes.settle(closed, rules.reveal(closed, NOW), [player], [answer], [entry])
    assert (await store.quizzes.players(quiz.id))[1] == player
    kept = await store.quizzes.answer_of(quiz.id, 0, 7)
    assert kept is not None
    assert kept.points == 150
    card = await store.reviews.card(7, "q0")
    assert card is not None
    assert card.reviews == 1


async def test_the_clock_of_a_quiz_is_a_timer_that_goes_with_it(store: Store) -> None:
    quiz = await running(store)
    assert quiz.deadline is not None
    assert await store.timers.next_due() == quiz.deadline
    (timer,) = await store.timers.claim(quiz.deadline, 10, timedelta(minutes=1))
    assert (timer.kind, timer.key) == ("quiz", quiz.id)
    await store.quizzes.change(quiz, rules.finish(quiz))
    assert await store.timers.next_due() is None


async def test_what_a_stopped_process_did_not_show_is_found(store: Store) -> None:
    quiz = await running(store)
    assert [each.id for each in await store.quizzes.unshown()] == [quiz.id]
    await store.quizzes.shown(quiz, 99)
    assert await store.quizzes.unshown() == []
    kept = await store.quizzes.get(quiz.id)
    assert kept is not None
    assert kept.message_id == 99
    await store.quizzes.change(kept, rules.close(kept, NOW))
    assert [each.message_id for each in await store.quizzes.unshown()] == [99]


async def test_who_leaves_is_out_and_may_come_back(store: Store) -> None:
    quiz = await running(store)
    assert await store.quizzes.enter(quiz.id, 7, NOW)
    assert not await store.quizzes.enter(quiz.id, 7, NOW)
    assert await store.quizzes.leave(quiz.id, 7)
    assert not await store.quizzes.leave(quiz.id, 7)


async def test_old_quizzes_are_forgotten_with_their_answers(store: Store) -> None:
    quiz = await running(store)
    await store.quizzes.answer(quiz.id, 0, 7, ["A"], RIGHT, NOW)
    await store.quizzes.change(quiz, rules.finish(quiz))
    later = NOW + KEPT + timedelta(days=1)
    fresh = replace(quiz, id="00000002", created_at=later, version=0)
    await store.quizzes.create(fresh, EXERCISES, [HOST], later)
    assert await store.quizzes.get(quiz.id) is None
    assert await store.quizzes.answers(quiz.id) == []
    assert await store.quizzes.get(fresh.id) is not None


@pytest.mark.parametrize("hidden", [True, False])
async def test_reports_hide_a_question_in_their_server_until_moderators_decide(store: Store, hidden: bool) -> None:
    for user in (1, 1, 2):
        await store.reports.add(5, "q0", user, "wrong", NOW)
    assert await store.reports.hidden(5) == set()
    assert await store.reports.add(5, "q0", 3, "", NOW) == 3
    await store.reports.add(5, "q1", 3, "typo", NOW)
    assert await store.reports.hidden(5) == {"q0"}
    assert await store.reports.hidden(6) == set()
    first, second = await store.reports.open(5, 10)
    assert (first.question_id, first.count, first.hidden, first.reasons) == ("q0", 3, True, ("wrong", "wrong"))
    assert (second.question_id, second.hidden) == ("q1", False)
    await store.reports.rule(5, "q0", hidden=hidden, now=NOW)
    assert await store.reports.hidden(5) == ({"q0"} if hidden else set())
    assert [each.question_id for each in await store.reports.open(5, 10)] == ["q1"]
    for user in range(10):
        await store.reports.add(5, "q0", user, "again", NOW)
    assert await store.reports.hidden(5) == ({"q0"} if hidden else set()), "what moderators decided stands"
