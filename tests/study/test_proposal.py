"""A partner and a time, proposed to two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.study.free_hours import Free, parse_hours
from bot.study.matching import Seeker, could_meet
from bot.study.proposal import (
    ANSWER_BEFORE,
    ANSWER_WITHIN,
    APART,
    MOST_TIMES,
    Proposal,
    Step,
    accept,
    ask_for,
    decline,
    lapse,
    other_times,
    propose,
)

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
ALICE, BOB, CAROL = 1, 2, 3
FREE = Free(parse_hours("daily 18-21"), "UTC")
PAIR = could_meet(
    Seeker(ALICE, "senior", FREE, NOW, frozenset(["cuda", "autograd"])),
    Seeker(BOB, "mid", FREE, NOW, frozenset(["cuda"])),
    NOW,
)


def proposed(now: datetime = NOW) -> Proposal:
    assert PAIR
    return propose(PAIR, "p0", 10, now).proposal


def tells(step: Step) -> dict[int, str]:
    return {news.user_id: news.what for news in step.news}


def test_both_are_proposed_the_earliest_time() -> None:
    assert PAIR
    step = propose(PAIR, "p0", 10, NOW)
    made = step.proposal
    assert tells(step) == {ALICE: "proposed", BOB: "proposed"}
    assert (made.starts_at, made.level, made.topics) == (NOW + timedelta(hours=6), "mid", ("cuda",))
    assert made.until == made.starts_at - ANSWER_BEFORE
    assert (made.partner_of(ALICE), made.partner_of(BOB)) == (BOB, ALICE)


def test_there_is_a_day_to_answer_where_the_time_is_far() -> None:
    far = replace(proposed(), starts_at=NOW + timedelta(days=3))
    assert ask_for(far, ALICE, NOW + timedelta(days=4), NOW).proposal.until == NOW + ANSWER_WITHIN


def test_it_is_agreed_once_both_accept() -> None:
    first = accept(proposed(), BOB)
    assert (first.outcome, first.news, first.proposal.status) == ("waits", (), "open")
    assert accept(first.proposal, BOB).outcome == "already"
    both = accept(first.proposal, ALICE)
    assert (both.outcome, both.proposal.status) == ("agreed", "agreed")
    assert tells(both) == {ALICE: "agreed", BOB: "agreed"}
    for late in (accept(both.proposal, ALICE), decline(both.proposal, ALICE), lapse(both.proposal, NOW + APART * 99)):
        assert late == Step(both.proposal, "over")


def test_another_time_needs_the_others_yes() -> None:
    later = NOW + timedelta(days=1, hours=6)
    step = ask_for(accept(proposed(), ALICE).proposal, BOB, later, NOW)
    assert (step.proposal.starts_at, step.proposal.accepted, step.proposal.asked_by) == (later, frozenset([BOB]), BOB)
    assert tells(step) == {ALICE: "other time"}
    assert accept(step.proposal, ALICE).outcome == "agreed"
    assert ask_for(step.proposal, ALICE, later, NOW).outcome == "agreed", "the same time is a yes"


def test_who_declines_is_not_named() -> None:
    step = decline(accept(proposed(), ALICE).proposal, BOB)
    assert (step.outcome, step.proposal.status, tells(step)) == ("declined", "declined", {ALICE: "declined"})


def test_without_answers_it_lapses_at_its_time() -> None:
    made = proposed()
    assert lapse(made, made.until - timedelta(seconds=1)) == Step(made)
    step = lapse(made, made.until)
    assert (step.proposal.status, tells(step)) == ("lapsed", {ALICE: "lapsed", BOB: "lapsed"})


def test_it_is_nobody_elses() -> None:
    made = proposed()
    for step in (accept(made, CAROL), decline(made, CAROL), ask_for(made, CAROL, NOW, NOW)):
        assert step == Step(made, "not yours")


def test_other_times_are_spread_over_the_week_where_there_are_many() -> None:
    assert PAIR
    made = proposed()
    times = other_times(PAIR.starts, made, NOW)
    assert len(times) == 20
    assert {time.date() for time in times} == {start.date() for start in PAIR.starts}
    assert made.starts_at not in times
    starts = [NOW + timedelta(hours=4, minutes=30 * step) for step in range(100)]
    many = other_times(starts, made, NOW)
    assert len(many) <= MOST_TIMES
    assert many[-1] > starts[-5]
    assert all(later - sooner >= APART for sooner, later in pairwise(many))
    few = other_times(PAIR.starts[:4], made, NOW)
    assert few == list(PAIR.starts[1:4])


def test_a_time_that_leaves_no_time_to_answer_is_not_offered() -> None:
    assert PAIR
    made = replace(proposed(), starts_at=PAIR.starts[4])
    assert PAIR.starts[0] not in other_times(PAIR.starts, made, PAIR.starts[0] - ANSWER_BEFORE)
