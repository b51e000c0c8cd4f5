"""Which questions come up."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from bot.study.memory import Card, Rating, review
from bot.study.selection import choose, matching, put_into_form
from knowledge.questions import load_corpus

POOL = load_corpus().by_id()
QUESTIONS = list(POOL.values())
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_the_same_seed_draws_the_same_and_never_twice() -> None:
    drawn = choose(QUESTIONS, [], (), 20, 5, NOW)
    assert drawn == choose(QUESTIONS, [], (), 20, 5, NOW)
    assert drawn != choose(QUESTIONS, [], (), 20, 6, NOW)
    assert len({question.id for question in drawn}) == 20


def test_nothing_comes_again_before_the_pool_is_used_up() -> None:
    some = QUESTIONS[:10]
    recent = {question.id for question in some[:7]}
    drawn = [question.id for question in choose(some, [], recent, 10, 1, NOW)]
    assert set(drawn[:3]) == {question.id for question in some[7:]}
    assert len(drawn) == 10


def test_weak_questions_come_more_often_than_unseen_ones_and_those_more_often_than_known_ones() -> None:
    weak, known, unseen = QUESTIONS[:40], QUESTIONS[40:80], QUESTIONS[80:120]
    good: Card | None = None
    when = NOW - timedelta(days=30)
    for _ in range(4):
        good = review(good, Rating.EASY, when)
        when += timedelta(days=5)
    assert good is not None
    forgotten = review(None, Rating.AGAIN, NOW - timedelta(days=20))
    cards = {question.id: forgotten for question in weak} | {question.id: good for question in known}
    count: Counter[str] = Counter()
    for seed in range(60):
        count.update(question.id for question in choose(weak + known + unseen, [cards], (), 12, seed, NOW))
    met = [sum(count[question.id] for question in group) for group in (weak, unseen, known)]
    assert met[0] > 1.3 * met[1] > 1.3 * 1.5 * met[2]


def test_filters_narrow_the_pool() -> None:
    found = matching(QUESTIONS, "autograd", "junior", "code")
    assert found
    assert all((question.topic, question.level) == ("autograd", "junior") for question in found)


def test_a_mix_has_every_form_and_a_chosen_form_is_kept_where_it_can_be() -> None:
    drawn = choose(QUESTIONS, [], (), 120, 3, NOW)
    assert {exercise.form for exercise in put_into_form(drawn, None, 3, POOL)} == {
        "choice", "true-false", "output", "code", "text",
    }  # fmt: skip
    assert {exercise.form for exercise in put_into_form(drawn, "choice", 3, POOL)} == {"choice"}
