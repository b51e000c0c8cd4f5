"""Sessions: the form a question comes in, what a button carries, what it all came to; and the forecast."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.exercise import FORMS
from bot.study.exercises import compose, forms_of
from bot.study.forecast import DAYS, WIDTH, bars, forecast
from bot.study.memory import Card, Rating, Review, review
from bot.study.review_session import (
    LEECH_FORMS,
    MOST_NEW,
    STEP,
    Step,
    began,
    exercise_for,
    interval,
    next_due,
    print_of,
    summary,
)
from knowledge.questions import load_corpus

POOL = load_corpus().by_id()
QUESTION = next(question for question in POOL.values() if len(forms_of(question)) == len(FORMS))
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
LEECH = Card(2, None, 3.0, 8.0, NOW, NOW, reviews=12, lapses=4)
FRESH = review(None, Rating.GOOD, NOW)

steps = st.builds(
    Step,
    key=st.from_regex(r"[a-z2-7]{7}", fullmatch=True),
    reviews=st.integers(0, 36**4),
    session=st.integers(0, 2**40),
    new=st.integers(0, MOST_NEW),
    form=st.sampled_from(FORMS),
    print=st.from_regex(r"[a-z2-7]{3}", fullmatch=True),
)


@given(steps)
def test_a_button_carries_its_step(step: Step) -> None:
    assert Step.parse(str(step)) == step
    assert re.fullmatch(STEP, str(step))
    assert len(f"review:rate:1:{step}:x") <= 100


@pytest.mark.parametrize(
    "text", ["", "abc", "aaaaaaa.0.0.9.0aaa", "aaaaaaa.0.0.0.7aaa", "AAAAAAA.0.0.0.0aaa", "aaaaaaa.0.0.0.0aaa\n"]
)
def test_anything_else_is_no_step(text: str) -> None:
    with pytest.raises(ValueError, match="not a step"):
        Step.parse(text)


def test_a_step_names_one_review_of_one_person() -> None:
    exercise = exercise_for(QUESTION, FRESH, "text", POOL)
    step = Step.of(exercise, FRESH, 1000)
    assert step.reviews == 1
    names = {
        step.event(1, "a"),
        step.event(2, "a"),
        step.event(1, "b"),
        dataclasses.replace(step, reviews=2).event(1, "a"),
    }
    assert len(names) == 4
    later = dataclasses.replace(step, session=2000, new=3)
    assert later.event(1, "a") == step.event(1, "a"), "in whichever session it is pressed"
    assert later.session_id != step.session_id
    assert began(NOW + timedelta(seconds=0.9)) == began(NOW)


def test_what_is_not_a_leech_is_asked_in_plain_words() -> None:
    for card in (None, FRESH, dataclasses.replace(LEECH, lapses=3)):
        assert exercise_for(QUESTION, card, "choice", POOL).form == "text"


@pytest.mark.parametrize("last", [*FORMS, "interview"])
def test_a_leech_comes_in_another_form_each_time(last: str) -> None:
    forms = []
    for reviews in range(12, 24):
        card = dataclasses.replace(LEECH, reviews=reviews)
        exercise = exercise_for(QUESTION, card, last, POOL)
        assert exercise == exercise_for(QUESTION, card, last, POOL)
        forms.append(exercise.form)
    assert set(forms) == set(LEECH_FORMS) - {last}


def test_a_leech_that_has_no_other_form_stays_as_it_is() -> None:
    bare = dataclasses.replace(QUESTION, misconceptions=(), proofs=())
    assert exercise_for(bare, LEECH, "text", {}).form == "text"


def test_the_print_changes_with_what_is_asked() -> None:
    exercise = compose(QUESTION, "choice", 1, POOL)
    assert print_of(exercise) == print_of(compose(QUESTION, "choice", 1, POOL))
    others = [
        dataclasses.replace(exercise, prompt="another"),
        dataclasses.replace(exercise, options=tuple(reversed(exercise.options))),
        dataclasses.replace(exercise, expected=("Z",)),
        dataclasses.replace(exercise, code="x = 1"),
    ]
    assert print_of(exercise) not in [print_of(other) for other in others]
    assert print_of(dataclasses.replace(exercise, hints=())) == print_of(exercise)


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [
        (0.1, "1 min"), (10, "10 min"), (59.4, "59 min"), (59.9, "1 h"), (90, "2 h"), (23.4 * 60, "23 h"),
        (23.9 * 60, "1 d"), (4 * 1440, "4 d"), (59 * 1440, "59 d"), (61 * 1440, "2 mo"), (400 * 1440, "13 mo"),
        (800 * 1440, "2.2 y"), (36500 * 1440, "99.9 y"),
    ],
)  # fmt: skip
def test_intervals_fit_on_a_button(minutes: float, shown: str) -> None:
    assert interval(timedelta(minutes=minutes)) == shown


@given(st.integers(1, 10**9))
def test_intervals_are_short(seconds: int) -> None:
    assert re.fullmatch(r"(?!0 )[\d.]{1,4} (min|h|d|mo|y)", interval(timedelta(seconds=seconds)))


def logged(question: str, rating: Rating, minute: int) -> Review:
    return Review(f"{minute}", 1, question, "text", "review", rating, 1.0, NOW + timedelta(minutes=minute))


def test_a_question_counts_by_its_first_rating() -> None:
    came = [
        logged("a", Rating.GOOD, 0), logged("b", Rating.AGAIN, 1), logged("c", Rating.HARD, 2),
        logged("b", Rating.EASY, 12), logged("d", Rating.EASY, 13),
    ]  # fmt: skip
    total = summary(came)
    assert (total.questions, total.known) == (4, 2)
    assert summary([]).questions == 0


def test_what_is_due_now_is_not_what_comes_next() -> None:
    cards = [dataclasses.replace(FRESH, due=NOW + timedelta(hours=hours)) for hours in (-1, 0, 5, 2)]
    assert next_due(cards, NOW) == NOW + timedelta(hours=2)
    assert next_due(cards[:2], NOW) is None


# ---------------------------------------------------------------------------------------------------- forecast


def due(*days: float) -> list[Card]:
    return [dataclasses.replace(FRESH, due=NOW + timedelta(days=number)) for number in days]


def test_what_is_overdue_comes_today_and_days_are_those_where_the_person_lives() -> None:
    cards = due(-30, -1, 0, 0.4, 0.6, 13, 13.6, 50)
    utc = forecast(cards, NOW, ZoneInfo("UTC"))
    assert [count for _, count in utc.days] == [4, 1, *[0] * 11, 1]
    assert utc.days[0][0].isoformat() == "2026-08-01"
    tokyo = forecast(cards, NOW, ZoneInfo("Asia/Tokyo"))
    assert [count for _, count in tokyo.days] == [3, 2, *[0] * 11, 1], "it is 21:00 there"


def test_cards_are_learning_young_or_mature_and_some_are_leeches() -> None:
    mature = dataclasses.replace(FRESH, stability=30.0)
    found = forecast([review(None, Rating.AGAIN, NOW), FRESH, FRESH, mature, LEECH], NOW, UTC)
    assert (found.learning, found.young, found.mature, found.leeches) == (1, 3, 1, 1)


def test_golden_bars() -> None:
    shown = bars(forecast(due(0, 0, 0, 0, 1, 1, 4), NOW, UTC).days)
    assert shown.splitlines()[:6] == [
        f"Today  {'█' * WIDTH} 4", f"Sun  2 {'█' * (WIDTH // 2)} 2", "Mon  3 ·", "Tue  4 ·",
        f"Wed  5 {'█' * (WIDTH // 4)} 1", "Thu  6 ·",
    ]  # fmt: skip
    assert len(shown.splitlines()) == DAYS
    assert set(bars(forecast([], NOW, UTC).days).splitlines()[1:]) >= {"Sun  2 ·"}


@given(st.lists(st.integers(0, 10**5), min_size=DAYS, max_size=DAYS))
def test_bars_are_as_long_as_their_part(counts: list[int]) -> None:
    days = [(day, count) for (day, _), count in zip(forecast([], NOW, UTC).days, counts, strict=True)]
    lines = bars(days).splitlines()
    for line, count in zip(lines, counts, strict=True):
        assert line.endswith(f" {count}" if count else "·")
        assert len(line) <= WIDTH + 14
        assert bool(count) == any(0x2580 <= ord(letter) <= 0x2595 for letter in line)
