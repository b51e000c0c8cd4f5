"""The question of the day: every question once, every topic in its turn, and fair standings."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.study.daily import Standing, exercise_of, form_of, next_question, row_of, standings
from bot.study.exercises import forms_of
from knowledge.questions import Question, load_corpus

POOL = load_corpus().by_id()
TOPICS = {question.topic for question in POOL.values()}
FIRST = next(iter(POOL.values()))
DAYS = [date(2026, 8, 1) + timedelta(days=number) for number in range(40)]


def run(pool: dict[str, Question], days: int, topic: str | None = None, seed: int = 0) -> list[tuple[str, str]]:
    """What a server gets on so many days."""
    history: list[tuple[str, str]] = []
    for day in range(days):
        question = next_question(pool, history, topic, seed + day)
        assert question is not None
        history.append((question.id, question.topic))
    return history


def test_nothing_comes_again_before_all_were_there() -> None:
    history = run(POOL, 2 * len(POOL))
    assert len({question for question, _ in history[: len(POOL)]}) == len(POOL)
    assert set(Counter(question for question, _ in history).values()) == {2}


def test_no_topic_comes_again_before_the_others_that_have_fresh_questions() -> None:
    history = run(POOL, len(POOL))
    left = Counter(question.topic for question in POOL.values())
    last: dict[str, int] = {}
    for number, (_, topic) in enumerate(history):
        waiting = [last.get(other, -1) for other in left if left[other] and other != topic]
        assert all(last.get(topic, -1) < other or other == -1 == last.get(topic, -1) for other in waiting)
        last[topic] = number
        left[topic] -= 1
    assert len({topic for _, topic in history[: len(TOPICS)]}) == len(TOPICS)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_any_pool_is_used_up_evenly(topics: list[str], seed: int) -> None:
    pool = {f"{n}": dataclasses.replace(FIRST, id=f"{n}", topic=topic) for n, topic in enumerate(topics)}
    for days in (len(pool) - 1, len(pool), 2 * len(pool) + 1):
        used = Counter(question for question, _ in run(pool, days, seed=seed))
        assert max(used[question] for question in pool) - min(used[question] for question in pool) <= 1


def test_servers_do_not_all_get_the_same() -> None:
    assert len({run(POOL, 1, seed=seed)[0] for seed in range(20)}) > 5


def test_a_topic_narrows_the_choice_while_it_has_questions() -> None:
    assert {topic for _, topic in run(POOL, 30, "autograd")} == {"autograd"}
    assert len({question for question, _ in run(POOL, 25, "autograd")}) == 25
    assert next_question(POOL, [], "a topic that was deleted", 1) is not None
    assert next_question({}, [], None, 1) is None


def test_questions_that_were_deleted_do_not_stop_the_others() -> None:
    history = [(f"gone {number}", "gone") for number in range(10)]
    assert next_question(POOL, history, None, 1) is not None


def test_only_what_has_options_can_be_put_to_a_channel() -> None:
    single = dataclasses.replace(FIRST, misconceptions=FIRST.misconceptions[:1])
    bare = dataclasses.replace(FIRST, id="bare", misconceptions=())
    assert (form_of(FIRST), form_of(single), form_of(bare)) == ("choice", "true-false", None)
    for question in (FIRST, single, *list(POOL.values())[:20]):
        assert form_of(question) in forms_of(question)
    assert next_question({"bare": bare}, [], None, 1) is None
    assert exercise_of(FIRST, 7, POOL).form == "choice"
    assert exercise_of(FIRST, 7, POOL) == exercise_of(FIRST, 7, POOL)
    assert exercise_of(single, 7, {}).options == ("True", "False")


def test_golden_standings() -> None:
    days = DAYS[:4]
    given = {
        1: {days[0]: True, days[1]: True, days[2]: False, days[3]: True},
        2: {days[0]: True, days[2]: True, days[3]: True},
        3: {days[1]: False},
        4: {days[0]: True, days[1]: True, days[2]: True},
        5: {days[2]: True, days[3]: True},
    }
    assert standings(days, given) == [
        Standing(4, 3, 3, 3),  # the newest is still open to them
        Standing(2, 3, 3, 2),
        Standing(1, 3, 4, 1),
        Standing(5, 2, 2, 2),
        Standing(3, 0, 1, 0),
    ]
    month = standings(days, given, since=days[2])
    assert [(each.user_id, each.right, each.row) for each in month] == [(2, 2, 2), (5, 2, 2), (4, 1, 3), (1, 1, 1)]
    assert standings([], {}) == []


@given(st.lists(st.sampled_from([True, False, None]), max_size=40))
def test_a_row_ends_at_what_was_wrong_or_missed(answers: list[bool | None]) -> None:
    days = DAYS[: len(answers)]
    given = {day: right for day, right in zip(days, answers, strict=True) if right is not None}
    row = row_of(days, given)
    counted = answers[:-1] if answers and answers[-1] is None else answers
    assert counted[len(counted) - row :] == [True] * row
    assert row == len(counted) or counted[-row - 1] is not True
