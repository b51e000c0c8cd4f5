"""What the bot says as an interviewer: it probes without giving away, deepens, and owns up to what it cannot tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.study.interview import solo
from bot.study.interview.events import Deeper, Judge, Move, Onward, Probe
from bot.study.interview.material import Material
from bot.study.interview.state import MAIN, Talk
from knowledge.grading import Graded, GradedPoint, Guard, State, Verdict
from knowledge.interview_blocks import Area, Clarification, FollowUp

PLENTY = timedelta(minutes=5)
POINTS = (
    "backward() adds to .grad instead of replacing it.",
    "Without zero_grad the step follows the sum of all gradients so far.",
    "Accumulating on purpose gives a larger effective batch.",
)
ASKS = ("why does my gradient grow with each batch", "how do I get a larger effective batch with little memory")
QUESTION = Material(
    "question",
    "Why do you call zero_grad?",
    question_id="zero-grad",
    points=POINTS,
    asks=ASKS,
    follow_ups=(
        FollowUp(1, "What does set_to_none change?", ("It makes .grad None.", "It saves memory."), "set-to-none"),
        FollowUp(2, "And across several GPUs?", ("no_sync() leaves out the all-reduce.",), "no-sync"),
    ),
)
DESIGN = Material(
    "design",
    "A service",
    points=("Memory is counted.", "Latency is measured."),
    areas=(
        Area("Memory", ("Memory is counted.",), "weak", "strong"),
        Area("Latency", ("Latency is measured.",), "weak", "strong"),
    ),
    clarify=(Clarification("How many requests arrive a second at the peak?", "About 500."),),
)


def graded(
    verdict: Verdict, *states: State, guard: Guard | None = None, said: str = "", texts: tuple[str, ...] = POINTS
) -> Graded:
    missing: State = "missing"
    points = tuple(
        GradedPoint(text, state, 0.9 if state == "covered" else 0.1, said if state != "missing" else "")
        for text, state in zip(texts, states or (missing,) * len(texts), strict=True)
    )
    return Graded(sum(state == "covered" for state in states) / max(1, len(states)), verdict, points, (), guard)


def respond(result: Graded, talk: Talk | None = None, left: timedelta = PLENTY, material: Material = QUESTION) -> Move:
    talk = talk or Talk()
    reading = solo.reading_of(talk.ask, result, narrow=material.is_narrow(talk.ask))
    return solo.respond(material, result, reading, talk, left, seed=3)


def test_a_good_answer_is_taken_deeper_and_the_last_follow_up_leads_on() -> None:
    first = respond(graded("correct", "covered", "covered", "covered"))
    assert isinstance(first, Deeper)
    assert (first.ask, first.line) == (0, QUESTION.follow_ups[0].say)
    assert first.remark in solo.GOOD
    told = graded("correct", "covered", texts=("no_sync() leaves out the all-reduce.",))
    assert isinstance(respond(told, Talk(ask=1)), Onward)


def test_what_was_left_out_is_asked_about_without_being_said() -> None:
    probe = respond(graded("partial", "covered", "covered", "missing"))
    assert isinstance(probe, Probe)
    assert probe.line == ASKS[1], "the phrasing that leads to the missing point"
    assert "2 of the 3 points" in probe.remark
    assert not any(point in probe.line + probe.remark for point in POINTS)
    again = respond(graded("partial", "covered", "covered", "missing"), Talk(tries=1, used=probe.used))
    assert isinstance(again, Probe)
    assert again.line in solo.FURTHER
    last = respond(graded("partial", "covered", "covered", "missing"), Talk(tries=solo.MOST_PROBES))
    assert isinstance(last, Deeper), "a follow-up that clarifies still comes"
    assert isinstance(respond(graded("wrong"), Talk(tries=solo.MOST_PROBES)), Onward)


def test_a_right_answer_in_one_sentence_is_asked_for_its_rest_once() -> None:
    short = graded("correct", "covered", "missing", "missing")
    probe = respond(short)
    assert isinstance(probe, Probe)
    assert "1 of the 3 points" in probe.remark
    assert isinstance(respond(short, Talk(tries=1, used=probe.used)), Deeper), "it was right all the same"


def test_a_contradiction_is_quoted_once() -> None:
    said = "backward() overwrites .grad " + "and so on " * 40
    probe = respond(graded("wrong", "contradicted", "missing", "missing", said=said))
    assert isinstance(probe, Probe)
    assert "backward() overwrites" in probe.remark
    assert len(probe.remark) < 200
    again = respond(graded("wrong", "contradicted", "missing", "missing", said=said), Talk(tries=1, used=probe.used))
    assert isinstance(again, Probe)
    assert again.line != probe.line


def test_what_cannot_be_told_is_never_taken_for_understood() -> None:
    first = respond(graded("unsure", "covered", "missing", "missing"))
    assert isinstance(first, Probe)
    assert first.line in solo.UNCLEAR
    second = respond(graded("unsure", "covered", "missing", "missing"), Talk(tries=1))
    assert isinstance(second, Judge)
    assert "I leave it to you" in second.line


def test_one_point_answers_a_narrow_follow_up_and_none_is_for_the_person_to_judge() -> None:
    texts = QUESTION.follow_ups[0].listen_for
    good = graded("partial", "covered", "missing", texts=texts)
    assert solo.reading_of(0, good, narrow=True).verdict == "correct"
    assert isinstance(respond(good, Talk(ask=0)), Deeper)
    none = graded("wrong", "missing", "missing", texts=texts)
    assert solo.reading_of(0, none, narrow=True).verdict == "unsure"
    assert isinstance(respond(none, Talk(ask=0, tries=1)), Judge)
    empty = graded("wrong", "missing", "missing", guard="empty", texts=texts)
    assert solo.reading_of(0, empty, narrow=True).verdict == "wrong"


@pytest.mark.parametrize("guard", ["empty", "keywords", "no sentences", "repeats the question"])
def test_no_honest_answer_is_asked_for_again_in_sentences(guard: Guard) -> None:
    assert respond(graded("wrong", guard=guard)) == Probe(solo.IN_SENTENCES, ())
    assert isinstance(respond(graded("wrong", guard=guard), Talk(tries=solo.MOST_PROBES)), Onward)


def test_when_time_is_short_it_goes_on() -> None:
    short = timedelta(seconds=30)
    assert respond(graded("correct", "covered", "covered", "covered"), left=short) == Onward(solo.TIME)
    assert isinstance(respond(graded("unsure", "covered", "missing", "missing"), left=short), Judge)


def test_who_judges_themselves_is_believed() -> None:
    full = solo.judged(MAIN, [2, 0, 1], 3)
    assert (full.verdict, full.covered, full.score) == ("own", (0, 1, 2), 1.0)
    assert isinstance(solo.after_judging(QUESTION, full, Talk(), PLENTY), Deeper)
    assert isinstance(solo.after_judging(QUESTION, solo.judged(MAIN, [0], 3), Talk(), PLENTY), Onward)
    assert isinstance(solo.after_judging(QUESTION, solo.judged(0, [1], 2), Talk(ask=0), PLENTY), Deeper)


def test_a_design_is_walked_through_area_by_area() -> None:
    texts = DESIGN.points
    first = respond(graded("partial", "covered", "missing", texts=texts), material=DESIGN)
    assert isinstance(first, Probe)
    assert first.line.startswith("Latency")
    done = respond(graded("correct", "covered", "covered", texts=texts), Talk(used=first.used), material=DESIGN)
    assert isinstance(done, Onward), "there is no follow-up"
    unsure = respond(graded("unsure", "covered", "missing", texts=texts), Talk(used=("Latency",)), material=DESIGN)
    assert isinstance(unsure, Judge)


def test_questions_about_the_task_are_answered_where_they_were_foreseen() -> None:
    assert solo.clarification(DESIGN, "how many requests a second at peak time?") == "About 500."
    assert solo.clarification(DESIGN, "what colour is the logo") == solo.NOT_PREPARED
    assert solo.clarification(QUESTION, "anything") == solo.NOT_PREPARED


def test_after_the_check_has_passed_the_follow_ups_come() -> None:
    solved = solo.after_solving(replace(QUESTION, kind="coding"), Talk(), PLENTY)
    assert isinstance(solved, Deeper)
    assert solved.remark == solo.SOLVED
