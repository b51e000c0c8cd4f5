"""Scorecards: means and spread, how far scorers agree, the bot's own reading, what was missed and what is reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.interview.cards import BLANK, Scorecard, Sheet
from bot.study.interview.material import Material
from bot.study.interview.scoring import ACCEPTABLE, bot_sheet, deviation, reviews, scorecard
from bot.study.interview.state import MAIN, Interview, Options, Part, Reading, Round, Script
from bot.study.memory import Rating
from knowledge.interview_blocks import FollowUp
from tests.study.interview.rooms import ANNA, BEN, CLEO, NOW

QUESTION = Material(
    "question",
    "Why zero_grad?",
    question_id="zero-grad",
    points=("It adds.", "It must be cleared.", "It can be meant."),
    follow_ups=(FollowUp(1, "What does set_to_none change?", ("None.", "Memory."), "set-to-none"),),
)
TASK = Material(
    "coding",
    "A ring buffer",
    points=("No copy.",),
    follow_ups=(FollowUp(1, "And when it is full?", ("It overwrites.", "Or it refuses.")),),
)


def round_of(*parts: Part) -> Round:
    return Round(1, ANNA, BEN, Script("", parts), done=True)


def sheet(role: str, *axes: int | None, scorer: int = BEN) -> Sheet:
    return Sheet(scorer, role, axes)


def test_means_ranges_and_what_is_said_beside_them() -> None:
    sheets = [
        sheet("interviewer", 4, 2, 3, 5, 4),
        sheet("observer", 2, 3, 3, 5, 4, scorer=CLEO),
        sheet("self", 5, 3, 4, 5, 3, scorer=ANNA),
        Sheet(9, "observer", BLANK, strong="Calm", work="Numerics"),
    ]
    card = scorecard(round_of(), sheets, [])
    first = card.axes[0]
    assert (first.mean, first.low, first.high, first.own, first.bot) == (3.0, 2, 4, 5, None)
    assert card.apart == 0
    assert card.calibration == pytest.approx((2 + 0.5 + 1 + 0 - 1) / 5)
    assert card.deviation == pytest.approx((1 + 0.5) / 5)
    assert (card.strong, card.work) == (("Calm",), ("Numerics",))
    assert card.overall == pytest.approx((3 + 2.5 + 3 + 5 + 4) / 5)
    assert Scorecard.from_json(card.to_json()) == card


def test_without_any_scores_there_is_nothing_to_say() -> None:
    card = scorecard(round_of(), [], [])
    assert (card.overall, card.deviation, card.apart, card.calibration) == (None, None, None, None)


def test_one_scorer_agrees_with_nobody() -> None:
    assert deviation([(1, 2, 3, 4, 5)]) is None
    assert deviation([BLANK, BLANK]) is None


scores = st.lists(st.integers(1, 5), min_size=5, max_size=5)


@given(st.lists(scores, min_size=2, max_size=5))
def test_agreement_is_zero_for_equals_symmetric_and_at_most_two(given_scores: list[list[int]]) -> None:
    value = deviation(given_scores)
    assert value is not None
    assert 0 <= value <= 2
    assert value == pytest.approx(deviation(given_scores[::-1]))
    assert deviation([given_scores[0]] * 3) == 0


def test_random_scores_do_not_count_as_agreement() -> None:
    everything = [(score,) * 5 for score in range(1, 6)]
    value = deviation(everything)
    assert value is not None
    assert value > ACCEPTABLE


def reading(
    ask: int, score: float, verdict: str = "correct", covered: tuple[int, ...] = (), points: int = 3
) -> Reading:
    return Reading(ask, verdict, score, covered, (), points)  # type: ignore[arg-type]


def test_the_bot_scores_only_what_it_read_and_was_sure_of() -> None:
    assert bot_sheet([Part("question", 5)]).axes == BLANK
    unsure = Part("question", 5, readings=(reading(MAIN, 0.9, "unsure"), reading(0, 0.9, "own")))
    assert bot_sheet([unsure]).axes == BLANK
    good = Part("question", 5, readings=(reading(MAIN, 1.0),))
    assert bot_sheet([good]).axes == (5, None, None, None, None), "nothing went deeper"
    deep = Part("question", 5, readings=(reading(MAIN, 1.0), reading(0, 1.0), reading(1, 0.0, "wrong")))
    assert bot_sheet([deep]).axes[1] == 4
    poor = Part("question", 5, readings=(reading(MAIN, 0.1, "wrong"),))
    assert bot_sheet([poor]).axes[:2] == (1, 1)
    assert bot_sheet([replace(poor, left_out=True)]).axes == BLANK
    assert bot_sheet([good, Part("question", 5, passed=True)]).axes[0] == 3


@pytest.mark.parametrize(("check", "hints", "score"), [("", 0, 5), ("", 1, 4), ("", 3, 3), ("It is wrong.", 0, 2)])
def test_a_program_is_scored_by_its_check_and_the_hints(check: str, hints: int, score: int) -> None:
    assert bot_sheet([Part("block", 20, check=check, hints=hints)]).axes == (None, None, None, score, None)


def test_points_are_missed_only_where_somebody_could_tell() -> None:
    silent = Part("question", 5, "zero-grad")
    assert scorecard(round_of(silent), [], [QUESTION]).missed == ()
    ticked = replace(silent, noted=True, ticked=(0,), readings=(reading(MAIN, 0.3, "partial", (1,)),))
    (missed,) = scorecard(round_of(ticked), [], [QUESTION]).missed
    assert (missed.question_id, missed.points) == ("zero-grad", ("It can be meant.",))
    none_said = replace(silent, noted=True)
    assert scorecard(round_of(none_said), [], [QUESTION]).missed[0].points == QUESTION.points
    assert scorecard(round_of(replace(none_said, left_out=True)), [], [QUESTION]).missed == ()


def test_a_narrow_follow_up_is_missed_as_a_whole_and_a_blocks_own_by_its_points() -> None:
    narrow = Part("question", 5, "zero-grad", readings=(reading(0, 0.0, "own", (), 2),))
    (missed,) = scorecard(round_of(narrow), [], [QUESTION]).missed
    assert (missed.title, missed.points, missed.question_id) == ("What does set_to_none change?", (), "set-to-none")
    own = Part("block", 20, "ring", readings=(reading(0, 0.5, "partial", (0,), 2),))
    (missed,) = scorecard(round_of(own), [], [TASK]).missed
    assert (missed.points, missed.question_id) == (("Or it refuses.",), None)


@pytest.mark.parametrize(
    ("part", "rating"),
    [
        (Part("question", 5, noted=True, ticked=(0, 1, 2)), Rating.GOOD),
        (Part("question", 5, noted=True, ticked=(0, 1, 2), hints=1), Rating.HARD),
        (Part("question", 5, noted=True, ticked=(0, 2)), Rating.HARD),
        (Part("question", 5, noted=True, ticked=(0,)), Rating.AGAIN),
        (Part("question", 5, noted=True), Rating.AGAIN),
        (Part("question", 5, readings=(reading(MAIN, 0.2, "wrong", (0, 1)),)), Rating.AGAIN),
        (Part("question", 5, readings=(reading(MAIN, 0.5, "unsure", (0, 1)),)), None),
        (Part("question", 5), None),
        (Part("question", 5, passed=True), Rating.AGAIN),
        (Part("question", 5, passed=True, readings=(reading(MAIN, 1.0, "correct", (0, 1, 2)),)), Rating.GOOD),
    ],
)
def test_what_was_missed_comes_back_in_the_reviews(part: Part, rating: Rating | None) -> None:
    round = round_of(replace(part, ref="zero-grad"))
    interview = Interview("abc", Options(), 1, 2, ANNA, NOW, round=round)
    found = reviews(interview, round, [QUESTION], NOW)
    assert [each.rating for each in found] == ([rating] if rating else [])
    for each in found:
        assert (each.user_id, each.question_id, each.source) == (ANNA, "zero-grad", "interview")
        assert each.key == "interview:abc:1:zero-grad"
        assert each.answered_at - NOW == timedelta()


def test_a_follow_up_that_was_answered_well_is_remembered_too() -> None:
    round = round_of(Part("question", 5, "zero-grad", noted=True, ticked=(0, 1, 2), deepened=(0,)))
    interview = Interview("abc", Options(), 1, 2, ANNA, NOW, round=round)
    assert {each.question_id: each.rating for each in reviews(interview, round, [QUESTION], NOW)} == {
        "zero-grad": Rating.GOOD,
        "set-to-none": Rating.GOOD,
    }
