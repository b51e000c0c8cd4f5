"""Questions of the corpus, and the longest that the format allows, fit into the cards of reviews and of the day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from discord import ui

from bot.store import Daily, Post
from bot.study.daily import Standing, exercise_of
from bot.study.exercises import compose, forms_of
from bot.study.forecast import forecast
from bot.study.marks import Mark
from bot.study.memory import Rating, previews
from bot.study.review_session import Step, Summary
from bot.ui import daily_cards, review_cards
from knowledge.questions import Misconception, Proof, Question, load_corpus
from tests.discord import wire

POOL = load_corpus().by_id()
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
WAITS = previews(None, NOW)
FULL = Mark(0.5, "partly", "It printed: " + "x" * 290)
LONG = "note " * 30


def checked(card: ui.LayoutView) -> str:
    """The text of a card that Discord would take."""
    components = cast(Any, card).to_components()
    wire.check(
        "POST",
        "/channels/1/messages",
        {"flags": wire.V2, "components": components, "allowed_mentions": {"parse": []}},
    )
    return "\n".join(part["content"] for part in wire.walk(components) if part["type"] == 10)


def check_review(question: Question, pool: dict[str, Question]) -> None:
    for form in forms_of(question):
        exercise = compose(question, form, 1, pool)
        step = Step.of(exercise, None, 2**40, 5)
        shown = review_cards.Front(question, exercise, step, "999 of 999 due", LONG)
        checked(review_cards.front(shown))
        checked(review_cards.back(shown, WAITS))
        for rating in (None, Rating.HARD):
            checked(review_cards.marked(shown, "y" * 2000, FULL, rating, WAITS))


def check_daily(question: Question, pool: dict[str, Question]) -> None:
    exercise = exercise_of(question, 1, pool)
    post = Post(1, date(2026, 9, 30), question.id, question.topic, exercise.to_json(), 1, NOW, 2)
    given = {"A": 10**6, "True": 10**6, exercise.expected[0]: 10**6}
    shown = daily_cards.Shown(post, exercise, question, given)
    checked(daily_cards.asked(shown))
    checked(daily_cards.revealed(shown))
    over = dataclasses.replace(shown, post=dataclasses.replace(post, revealed=True))
    checked(daily_cards.told(over, FULL, 99, None))
    checked(daily_cards.told(shown, FULL, 99, "A"))
    checked(daily_cards.asked(dataclasses.replace(shown, question=None, given={})))


def test_questions_of_the_corpus_fit() -> None:
    for question in list(POOL.values())[::24]:
        check_review(question, POOL)
        check_daily(question, POOL)


@pytest.mark.parametrize("wrong", [1, 4])
def test_the_longest_question_fits(wrong: int) -> None:
    giant = dataclasses.replace(
        next(iter(POOL.values())),
        id="x" * 200,
        question="_" * 300,
        topic="t" * 120,
        answer="interminable`__x__ " * 400,
        key_points=("k_" * 400,) * 5,
        misconceptions=tuple(Misconception("w_" * 400 + str(n), "r_" * 400 + str(n)) for n in range(wrong)),
        sources=("https://example.org/" + "a" * 900,) * 9,
        proofs=(Proof("x = '```'\n" * 180, "\n".join(f"line {n}\nvalue: {n}" for n in range(400)), 1),),
    )
    check_review(giant, {})
    check_daily(giant, {})


def test_the_other_cards_fit() -> None:
    days = forecast([], NOW, UTC)
    full = dataclasses.replace(days, days=tuple((day, 10**5) for day, _ in days.days))
    assert "Bring them back" not in checked(review_cards.forecast(days, 0, 0, None, "UTC"))
    assert "100000 questions suspended" in checked(review_cards.forecast(full, 10**5, 10**5, NOW, "America/New_York"))
    checked(review_cards.done(Summary(1000, 999), 1, 400, NOW, LONG))
    checked(review_cards.welcome(1, LONG))
    checked(review_cards.reminder(510, "America/Argentina/ComodRivadavia", (0, 1, 2, 3, 4, 5, 6), NOW))
    assert "### 1 question due" in checked(review_cards.due_reminder(1, 0))
    trouble = Daily(1, 2**60, 510, "UTC", "t" * 100, False, "Because. " * 20, NOW - timedelta(days=7))
    assert "given up" in checked(daily_cards.settings(trouble, NOW, 9999, 9999))
    crowd = [Standing(2**60 + number, 9999, 9999, 999) for number in range(200)]
    names = {each.user_id: "*" * 100 for each in crowd}
    board = checked(daily_cards.leaderboard(crowd, names, "September", crowd[-1].user_id))
    assert "\n200. " in board
