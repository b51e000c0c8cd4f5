"""The quiz as a state machine: it always ends, its clock is never negative, points follow from answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study import quiz as rules
from bot.study.exercise import FORMS
from bot.study.marks import PASSED, Mark
from bot.study.quiz import Answer, Plan, Player, Quiz

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RIGHT, WRONG = Mark(1.0, "right"), Mark(0.0, "wrong")


def new(*, group: bool = True, timing: rules.Timing = "normal", questions: int = 3) -> Quiz:
    forms = tuple(FORMS[number % len(FORMS)] for number in range(questions))
    quiz = Quiz("00000001", 1, 2, 3, Plan(timing=timing, group=group), forms, NOW)
    return rules.opened(quiz, NOW)


def test_a_group_gathers_first_and_who_plays_alone_begins_at_once() -> None:
    assert new().phase == "lobby"
    assert new(group=False).phase == "asking"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ask", "close", "reveal", "go on", "pause", "resume", "wait", "overdue"]),
            st.floats(-100, 100_000),
        ),
        max_size=60,
    ),
    st.booleans(),
    st.sampled_from(rules.TIMINGS),
)
def test_whatever_happens_it_ends_by_time_alone_and_its_clock_is_never_negative(
    events: list[tuple[str, float]], group: bool, timing: rules.Timing
) -> None:
    quiz, now = new(group=group, timing=timing), NOW
    for event, seconds in events:
        match event:
            case "ask" if quiz.phase == "lobby":
                quiz = rules.ask(quiz, 0, now)
            case "close" if quiz.phase == "asking":
                quiz = rules.close(quiz, now)
            case "reveal" if quiz.phase == "closing":
                quiz = rules.reveal(quiz, now)
            case "go on" if quiz.phase == "revealed":
                quiz = rules.go_on(quiz, now)
            case "pause":
                quiz = rules.pause(quiz, now)
            case "resume":
                quiz = rules.resume(quiz, now)
            case "wait":
                now += timedelta(seconds=seconds)
            case "overdue":
                quiz = rules.overdue(quiz, now, players=1)
        assert quiz.phase == "done" or quiz.deadline is not None
        assert quiz.left_s is None or quiz.left_s >= 0
        assert 0 <= quiz.position < quiz.total
    for _ in range(4 * quiz.total + 4):
        if quiz.phase == "done":
            break
        assert quiz.deadline is not None
        now = max(now, quiz.deadline)
        after = rules.overdue(quiz, now, players=1)
        # Closing is followed by marking, which leads to the answer.
        quiz = rules.reveal(after, now) if after.phase == "closing" else after
    assert quiz.phase == "done"


def test_a_lobby_that_nobody_joined_is_over() -> None:
    quiz = new()
    assert quiz.deadline is not None
    assert rules.overdue(quiz, quiz.deadline, players=0).phase == "done"


def test_before_its_deadline_nothing_is_overdue() -> None:
    quiz = new()
    assert rules.overdue(quiz, NOW, players=3) is quiz


@pytest.mark.parametrize("jump", [timedelta(hours=-5), timedelta(0), timedelta(seconds=10)])
def test_a_pause_keeps_what_is_left_of_the_clock_even_when_the_clock_jumps(jump: timedelta) -> None:
    asking = rules.ask(new(), 0, NOW)
    limit = rules.time_for(asking.form, "normal")
    assert limit is not None
    paused = rules.pause(asking, NOW + jump)
    assert paused.left_s is not None
    assert 0 <= paused.left_s <= limit.total_seconds()
    later = NOW + timedelta(hours=3)
    resumed = rules.resume(paused, later)
    assert (resumed.phase, resumed.position) == ("asking", 0)
    assert resumed.deadline is not None
    assert later + timedelta(seconds=5) <= resumed.deadline <= later + limit


def test_a_pause_that_nobody_ends_ends_the_quiz() -> None:
    paused = rules.pause(rules.ask(new(), 0, NOW), NOW)
    assert paused.deadline is not None
    assert rules.overdue(paused, paused.deadline, 1).phase == "done"


def test_only_answers_to_the_question_that_is_asked_count() -> None:
    quiz = rules.ask(new(), 1, NOW)
    assert rules.may_answer(quiz, 3, 1, NOW) is None
    assert rules.may_answer(quiz, 3, 0, NOW) == "other"
    assert quiz.deadline is not None
    assert rules.may_answer(quiz, 3, 1, quiz.deadline + timedelta(seconds=1)) == "late"
    assert rules.may_answer(rules.close(quiz, NOW), 3, 1, NOW) == "late"
    assert rules.may_answer(rules.pause(quiz, NOW), 3, 1, NOW) == "paused"
    assert rules.may_answer(new(), 3, 0, NOW) == "early"
    assert rules.may_answer(rules.finish(quiz), 3, 1, NOW) == "over"
    assert rules.may_answer(quiz, 99, 1, NOW) is None, "in a group everybody may"
    assert rules.may_answer(new(group=False), 99, 0, NOW) == "not yours"
    assert set(rules.REFUSALS) >= {"other", "late", "paused", "early", "over", "double", "not yours"}


def asked() -> Quiz:
    return rules.ask(new(), 0, NOW)


def test_a_right_answer_earns_for_being_right_quick_and_in_a_row() -> None:
    limit = rules.time_for(asked().form, "normal")
    assert limit is not None
    at_once = Answer(1, 0, ("A",), mark=RIGHT, seconds=0.0)
    at_the_end = replace(at_once, seconds=limit.total_seconds())
    assert rules.points_for(asked(), at_once, 0) == 150
    assert rules.points_for(asked(), at_the_end, 0) == 100
    assert rules.points_for(asked(), at_the_end, 3) == 130
    assert rules.points_for(asked(), at_the_end, 99) == 150
    assert rules.points_for(asked(), replace(at_the_end, hints=2), 0) == 60
    assert rules.points_for(asked(), replace(at_once, mark=Mark(0.5, "partly")), 3) == 50
    assert rules.points_for(asked(), replace(at_once, mark=WRONG), 3) == 0
    assert rules.points_for(asked(), replace(at_once, seconds=-50.0), 0) == 150, (
        "a clock that jumped back earns no more"
    )


@given(st.floats(0, 1), st.integers(0, 3), st.floats(-1e6, 1e6), st.integers(0, 1000))
def test_points_are_never_negative_and_never_beyond_all_bonuses(
    score: float, hints: int, seconds: float, streak: int
) -> None:
    answer = Answer(1, 0, ("A",), hints=hints, mark=Mark(score, "partly"), seconds=seconds)
    assert 0 <= rules.points_for(asked(), answer, streak) <= rules.FULL + rules.SPEED + rules.MOST_STREAK


def test_standings_follow_from_answers() -> None:
    player = Player(1, points=10, streak=2, right=2, answered=2)
    after, answer = rules.settle(asked(), player, Answer(1, 0, ("A",), mark=RIGHT, seconds=1e9))
    assert answer is not None
    assert (after.streak, after.right, after.answered, after.points) == (3, 3, 3, 10 + answer.points)
    missed, _ = rules.settle(asked(), player, None)
    assert (missed.streak, missed.answered, missed.points) == (0, 2, 10)
    passed, _ = rules.settle(asked(), player, Answer(1, 0, None, passed=True, mark=PASSED))
    assert (passed.streak, passed.answered, passed.points) == (0, 3, 10)
    only_hints, _ = rules.settle(asked(), player, Answer(1, 0, None, hints=2))
    assert only_hints.answered == 2
