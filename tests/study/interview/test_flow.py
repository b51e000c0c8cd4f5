"""Interviews as they go: turns, no-shows, people who leave, the clock, and what comes too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.study.interview import effects, seats, steering, talking
from bot.study.interview import events as happened
from bot.study.interview.agenda import LENGTHS, LOBBY_WAIT, LONGEST_PAUSE, READY_WAIT, heading, plan, template
from bot.study.interview.effects import Finish, Say, Tell
from bot.study.interview.machine import OVER, STOPPED
from bot.study.interview.state import MAIN, Options, Reading
from bot.study.interview.steps import TOO_FEW
from knowledge.interviews import Kind
from tests.study.interview.rooms import ANNA, BEN, CLEO, DAN, NOW, Room, alone, lobby, script, started, until

AXES = (4, 3, 5, 2, 4)
KINDS: tuple[Kind, ...] = ("concepts", "coding", "debugging", "design", "mixed")


def lines(room: Room) -> list[str]:
    return [effect.text for effect in room.effects if isinstance(effect, Say)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("minutes", LENGTHS)
@pytest.mark.parametrize("block", [True, False])
@pytest.mark.parametrize("solo", [True, False])
def test_every_agenda_takes_exactly_its_length(kind: Kind, minutes: int, block: bool, solo: bool) -> None:
    parts = plan(kind, minutes, block=block, solo=solo)
    assert template(kind, minutes).minutes == sum(length for _, length in parts) == minutes
    assert [stage for stage, _ in parts if stage == "closing"] == ([] if solo else ["closing"])
    assert parts[0][0] == "warm-up"
    assert parts[-1][0] == "feedback"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("minutes", LENGTHS)
def test_the_agendas_are_documented(kind: Kind, minutes: int) -> None:
    page = (Path(__file__).parents[3] / "docs" / "mock-interviews.md").read_text()
    named = kind if kind in ("concepts", "mixed") else "coding, debugging, design"
    each = template(kind, minutes)
    questions = f"{len(each.questions)} × {each.questions[0]}"
    block = each.block or ""
    assert (
        f"| {minutes} {named} | {each.warm_up} | {questions} | {block} | {each.closing} |".replace("|  |", "| |")
        in page
    )
    assert set(each.questions) == {each.questions[0]}


def test_everybody_has_each_role_in_turn() -> None:
    room = started((ANNA, BEN, CLEO))
    seen = []
    for _ in range(3):
        seen.append((room.candidate, room.interviewer))
        until(room, "feedback")
        for person in (ANNA, BEN, CLEO):
            room.do(happened.Score(person, room.interview.running.number, AXES))
        assert room.is_at("between")
        room.do(happened.NextRound(ANNA))
        for person in (ANNA, BEN, CLEO):
            room.do(happened.Here(person))
    assert {candidate for candidate, _ in seen} == {interviewer for _, interviewer in seen} == {ANNA, BEN, CLEO}
    assert room.candidate == seen[0][0], "a fourth round begins again with the first"


def test_who_was_candidate_lately_comes_after_who_was_not() -> None:
    room = lobby((ANNA, BEN, CLEO))
    last = ((ANNA, NOW - timedelta(days=1)), (BEN, NOW - timedelta(days=9)), (CLEO, NOW - timedelta(days=2)))
    room.do(happened.Start(ANNA, last=last))
    assert room.candidate == BEN
    never = lobby((ANNA, BEN, CLEO))
    never.do(happened.Start(ANNA, last=last[:2]))
    assert never.candidate == CLEO


def test_one_person_cannot_start_and_seven_cannot_join() -> None:
    room = lobby((ANNA,))
    assert room.do(happened.Start(ANNA)).refusal == seats.ALONE
    room.do(happened.Join(BEN, observe=True))
    assert room.do(happened.Start(ANNA)).refusal == seats.ALONE, "an observer neither answers nor asks"
    for person in range(1, 5):
        room.do(happened.Join(person))
    assert room.do(happened.Join(7)).refusal == seats.FULL


def test_a_lobby_that_nobody_starts_closes() -> None:
    room = lobby()
    room.wait(seconds=LOBBY_WAIT.total_seconds() - 1)
    assert not room.interview.over
    room.wait(seconds=1)
    assert room.interview.ended == steering.LEFT_OPEN
    assert room.do(happened.Join(DAN)).refusal == OVER


def test_the_host_leaves_the_lobby_and_somebody_else_is_host() -> None:
    room = lobby()
    room.do(happened.Leave(ANNA))
    assert room.interview.host == BEN
    room.do(happened.Leave(BEN))
    room.do(happened.Leave(CLEO))
    assert room.interview.ended == seats.EMPTY


def test_a_candidate_who_does_not_come_is_skipped_and_the_second_time_taken_out() -> None:
    room = lobby((ANNA, BEN, CLEO))
    room.do(happened.Start(BEN, last=((BEN, NOW), (CLEO, NOW))))
    assert room.candidate == ANNA
    interviewer = room.interviewer
    room.do(happened.Here(interviewer))
    room.wait(seconds=READY_WAIT.total_seconds())
    assert room.candidate not in (ANNA, interviewer)
    assert room.interviewer == interviewer
    room.do(happened.Here(room.candidate))
    assert room.is_at("warm-up")
    until(room, "between")
    room.do(happened.NextRound(interviewer))
    while room.stage == "ready" and ANNA not in (room.candidate, room.interviewer):
        room.do(happened.Here(BEN))
        room.do(happened.Here(CLEO))
        until(room, "between")
        room.do(happened.NextRound(interviewer))
    room.do(happened.Here(room.candidate if room.candidate != ANNA else room.interviewer))
    room.wait(seconds=READY_WAIT.total_seconds())
    assert room.interview.person(ANNA) is None


def test_when_nobody_comes_it_ends() -> None:
    room = lobby((ANNA, BEN))
    room.do(happened.Start(ANNA))
    room.interview = replace(room.interview, round=replace(room.interview.running, here=()))
    room.wait(seconds=READY_WAIT.total_seconds())
    assert room.interview.ended == seats.NOBODY_CAME


def test_two_people_of_whom_one_does_not_come_are_too_few() -> None:
    room = lobby((ANNA, BEN))
    room.do(happened.Start(ANNA))
    room.wait(seconds=READY_WAIT.total_seconds())
    assert room.interview.ended == TOO_FEW


def test_an_interviewer_who_leaves_is_replaced_in_the_middle_of_a_question() -> None:
    room = until(started((ANNA, BEN, CLEO)), "question")
    gone, part, left = room.interviewer, room.interview.part, room.interview.left(room.now)
    room.do(happened.Leave(gone))
    assert room.interviewer not in (gone, room.candidate)
    assert (room.interview.part, room.interview.left(room.now)) == (part, left)
    assert not room.interview.steers(gone)
    room.do(happened.Leave(room.interviewer))
    assert room.interview.ended == TOO_FEW


def test_a_candidate_who_leaves_breaks_the_round_off_and_the_next_one_begins() -> None:
    room = until(started((ANNA, BEN, CLEO)), "question")
    gone = room.candidate
    room.do(happened.Leave(gone))
    assert (room.stage, room.interview.running.number) == ("ready", 2)
    assert gone not in (room.candidate, room.interviewer)
    assert seats.BROKEN_OFF in lines(room)
    assert not any(isinstance(effect, Finish) for effect in room.effects)
    assert room.do(happened.Score(room.interviewer, 1, AXES)).refusal, "there is nothing to score"


def test_who_joins_late_observes_and_takes_turns_from_the_next_round_on() -> None:
    room = started((ANNA, BEN))
    room.do(happened.Join(CLEO))
    assert room.interview.role(CLEO) == "observer"
    until(room, "feedback")
    assert room.interview.running.observers == (CLEO,)
    turns = []
    for _ in range(2):
        until(room, "between")
        room.do(happened.NextRound(CLEO))
        turns += [room.candidate, room.interviewer]
        for person in (ANNA, BEN, CLEO):
            room.do(happened.Here(person))
    assert CLEO in turns


def test_only_the_interviewer_moves_it_on_and_only_from_the_part_that_is_on() -> None:
    room = started()
    observer = next(person for person in (ANNA, BEN, CLEO) if room.interview.role(person) == "observer")
    for person in (room.candidate, observer, DAN):
        assert room.do(happened.Next(person, 0)).refusal == steering.NOT_YOURS
    room.do(happened.Next(room.interviewer, 0))
    assert room.do(happened.Next(room.interviewer, 0)).refusal == talking.PAST, "pressed twice"
    assert room.interview.part == 1


def test_the_interviewer_is_warned_and_the_candidate_is_not() -> None:
    room = until(started(), "question")
    room.wait(minutes=5)
    warnings = [effect for effect in room.effects if isinstance(effect, Tell)]
    assert [effect.user_id for effect in warnings] == [room.interviewer]
    assert "five more minutes" in warnings[0].text
    room.wait(seconds=30)
    assert len([effect for effect in room.effects if isinstance(effect, Tell)]) == 1, "once"


def test_extending_pausing_and_going_on() -> None:
    room = until(started(), "question")
    room.wait(minutes=6)
    room.do(happened.Extend(room.interviewer, room.interview.part))
    assert room.interview.left(room.now) == timedelta(minutes=6)
    room.do(happened.PauseClock(room.interviewer))
    room.wait(minutes=10)
    assert room.interview.left(room.now) == timedelta(minutes=6)
    room.do(happened.Extend(room.interviewer, room.interview.part))
    room.do(happened.ResumeClock(room.interviewer))
    assert room.interview.left(room.now) == timedelta(minutes=11)
    room.do(happened.Extend(room.interviewer, room.interview.part))
    assert "three" not in room.do(happened.Extend(room.interviewer, room.interview.part)).refusal
    assert "3 times" in room.outcomes[-1].refusal


def test_a_pause_that_everybody_forgets_ends_by_itself() -> None:
    room = until(started(), "question")
    room.do(happened.PauseClock(room.interviewer))
    room.wait(seconds=LONGEST_PAUSE.total_seconds())
    assert room.interview.pause is None
    assert room.interview.left(room.now) == timedelta(minutes=7)


def test_a_standstill_costs_nobody_their_turn() -> None:
    room = until(started(), "question")
    room.wait(hours=5)
    assert room.is_at("question")
    assert room.interview.left(room.now) == timedelta(minutes=7)


def test_what_is_left_out_makes_room_for_a_spare_and_a_block_for_what_comes_after() -> None:
    room = until(started(), "question")
    ends, out = room.interview.ends_at, room.interview.running.parts[1].ref
    room.do(happened.Skip(room.interviewer, 1))
    part = room.interview.current
    assert part is not None
    assert (part.ref, room.interview.ends_at) == ("spare-1", ends)
    assert out in room.interview.used
    room.do(happened.Skip(room.interviewer, 1))
    assert room.interview.part == 2, "no further spare"
    until(room, "block")
    room.do(happened.Skip(room.interviewer, room.interview.part))
    assert room.is_at("closing")


def test_an_answer_after_its_part_is_kept_and_counts_until_the_scorecard_is_made() -> None:
    room = until(started(), "question")
    number, candidate = room.interview.running.number, room.candidate
    room.do(happened.Next(room.interviewer, 1))
    late = room.do(happened.Answer(candidate, number, 1, MAIN, 0, "It accumulates."))
    assert late.notice == talking.LATE
    assert [entry.late for entry in late.entries] == [True]
    assert effects.Read(number, 1, MAIN, 0) in late.effects
    until(room, "between")
    too_late = room.do(happened.Answer(candidate, number, 1, MAIN, 0, "And more."))
    assert too_late.notice == talking.TOO_LATE
    assert too_late.entries
    assert not any(isinstance(effect, effects.Read) for effect in too_late.effects)
    assert room.do(happened.Answer(room.interviewer, number, 1, MAIN, 0, "Me too")).refusal == talking.NOT_CANDIDATE


def test_a_scorer_who_never_answers_holds_nobody_up_and_may_still_come_late() -> None:
    room = until(started(), "feedback")
    number, candidate, interviewer = room.interview.running.number, room.candidate, room.interviewer
    (observer,) = room.interview.running.observers
    room.do(happened.Score(candidate, number, AXES))
    room.do(happened.Score(interviewer, number, AXES))
    assert room.is_at("feedback")
    room.wait(minutes=5)
    assert f"<@{observer}>" in lines(room)[-1]
    room.wait(minutes=1)
    assert room.is_at("between")
    room.do(happened.NextRound(candidate))
    late = room.do(happened.Score(observer, number, AXES))
    assert late.effects == (Finish(number),)
    assert [(each.scorer, each.role) for each in late.scored] == [(observer, "observer")]


@pytest.mark.parametrize("ending", [happened.Stop(ANNA, may=True), happened.PlaceGone("The thread was deleted.")])
def test_scores_that_are_in_make_a_scorecard_however_it_ends(ending: happened.Event) -> None:
    room = until(started(), "feedback")
    assert not any(isinstance(effect, Finish) for effect in room.do(happened.Tick()).effects)
    room.do(happened.Score(room.interviewer, 1, AXES))
    assert Finish(1) in room.do(ending).effects
    assert room.interview.over


def test_scores_before_the_end_of_the_talk_and_wrong_ones_are_refused() -> None:
    room = until(started(), "question")
    assert room.do(happened.Score(room.interviewer, 1, AXES)).refusal
    until(room, "feedback")
    assert "1 to 5" in room.do(happened.Score(room.interviewer, 1, (0, 1, 1, 1, 1))).refusal
    assert room.do(happened.Score(DAN, 1, AXES)).refusal


def test_sharing_is_the_candidates_and_happens_once() -> None:
    room = until(started(), "between")
    assert room.do(happened.Share(room.interviewer, 1)).refusal == talking.NOT_CANDIDATE
    assert room.do(happened.Share(room.candidate, 1)).effects == (effects.ShareCard(1),)
    assert room.do(happened.Share(room.candidate, 1)).refusal
    candidate = room.candidate
    room.run_out()
    assert room.do(happened.Rate(candidate, 1, 5, 4, "kind")).rated[0].interviewer == 5


def test_stopping_is_for_the_host_the_interviewer_and_moderators() -> None:
    room = started((ANNA, BEN, CLEO, DAN))
    other = next(p for p in (BEN, CLEO, DAN) if room.interview.role(p) != "interviewer")
    assert room.do(happened.Stop(other)).refusal
    assert not room.interview.over
    room.do(happened.Stop(other, may=True))
    assert room.interview.ended == STOPPED


def test_alone_the_bot_asks_probes_deepens_and_goes_on() -> None:
    room = alone(Options("concepts", minutes=20, solo=True))
    reading = Reading(MAIN, "partial", 0.5, (0,), (), 3)
    room.do(happened.Next(ANNA, 0))
    asked = room.do(happened.Answer(ANNA, 1, 1, MAIN, 0, "It adds up."))
    assert asked.effects == (effects.Read(1, 1, MAIN, 0),)
    assert room.do(happened.Answer(ANNA, 1, 1, MAIN, 0, "Again")).refusal == talking.ANSWERED
    room.do(happened.Heard(1, 1, MAIN, 0, reading, happened.Probe("Why?", ("Why?",))))
    assert room.interview.talk is not None
    assert (room.interview.talk.line, room.interview.talk.turn, room.interview.talk.tries) == ("Why?", 1, 1)
    room.do(happened.Answer(ANNA, 1, 1, MAIN, 1, "Because."))
    room.do(
        happened.Heard(1, 1, MAIN, 1, replace(reading, score=0.9, verdict="correct"), happened.Deeper(0, "And then?"))
    )
    assert room.interview.talk.ask == 0
    late = room.do(happened.Answer(ANNA, 1, 1, MAIN, 1, "One more thing"))
    assert late.notice == talking.LATE
    room.do(happened.Answer(ANNA, 1, 1, 0, 2, "Then it steps."))
    room.do(happened.Heard(1, 1, 0, 2, Reading(0, "unsure", 0.5, (), (), 2), happened.Judge("Judge yourself.")))
    room.do(happened.Judged(ANNA, 1, Reading(0, "own", 0.5, (0,), (), 2), happened.Onward("Thank you.")))
    assert room.interview.part == 2
    assert room.interview.talk.remark == "Thank you."
    part = room.interview.running.parts[1]
    assert [(each.ask, each.verdict) for each in part.readings] == [(MAIN, "correct"), (0, "own")]


def test_who_stops_alone_still_has_a_scorecard_of_what_was_read() -> None:
    room = alone()
    room.do(happened.Heard(1, 1, MAIN, 0, Reading(MAIN, "correct", 1.0, (0,), (), 1)))
    assert Finish(1) in room.do(happened.Stop(ANNA)).effects


def test_parts_are_called_by_their_number() -> None:
    parts = script(Options()).parts
    assert [heading(parts, index) for index in range(len(parts))] == [
        "Warm-up",
        "Question 1 of 2",
        "Question 2 of 2",
        "Block",
        "The candidate's questions",
        "Feedback",
    ]
