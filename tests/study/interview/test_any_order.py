"""Whatever happens in whatever order: no dead end, no lost score, no clock below zero, no exception."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.study.interview import effects
from bot.study.interview import events as happened
from bot.study.interview.events import Event
from bot.study.interview.machine import apply
from bot.study.interview.seats import MOST_PEOPLE
from bot.study.interview.state import MAIN, TALKING, Interview, Options, Reading
from bot.study.interview.steering import next_point
from tests.study.interview.rooms import ANNA, BEN, CLEO, DAN, EVE, FAY, GUS, NOW, Room, alone, lobby, script, until

people = st.sampled_from((ANNA, BEN, CLEO, DAN, EVE, FAY, GUS))
parts = st.integers(0, 7)
rounds = st.integers(1, 4)
words = st.text(max_size=20)
marks = st.integers(0, 6)
readings = st.builds(
    Reading,
    st.integers(MAIN, 2),
    st.sampled_from(("correct", "partial", "wrong", "unsure", "own")),
    st.floats(0, 1),
    st.just((0,)),
    st.just(()),
    st.just(3),
)
moves = st.one_of(
    st.builds(happened.Probe, words, st.just(())),
    st.builds(happened.Deeper, st.integers(0, 2), words, words),
    st.builds(happened.Judge, words),
    st.builds(happened.Onward, words),
)
anything: st.SearchStrategy[Event] = st.one_of(
    st.builds(happened.Join, people, st.booleans()),
    st.builds(happened.Leave, people),
    st.builds(happened.Start, people),
    st.builds(happened.Here, people),
    st.builds(happened.Next, people, parts),
    st.builds(happened.Skip, people, parts),
    st.builds(happened.Hint, people, parts, st.integers(0, 2), words),
    st.builds(happened.Extend, people, parts),
    st.builds(happened.PauseClock, people),
    st.builds(happened.ResumeClock, people),
    st.builds(happened.TickPoints, people, parts, st.just((0, 2))),
    st.builds(happened.TickFollowUps, people, parts, st.just((1,))),
    st.builds(happened.Answer, people, rounds, parts, st.integers(MAIN, 2), st.integers(0, 3), words),
    st.builds(happened.AskBack, people, parts, words, words),
    st.builds(happened.Said, people, words),
    st.builds(happened.Edited, people, rounds, parts, words),
    st.builds(happened.Ran, people, rounds, parts, words, words, st.none() | words, st.none() | moves),
    st.builds(
        happened.Heard, rounds, parts, st.integers(MAIN, 2), st.integers(0, 3), st.none() | readings, st.none() | moves
    ),
    st.builds(happened.Judged, people, parts, readings, moves),
    st.builds(happened.Score, people, rounds, st.lists(marks, min_size=4, max_size=6).map(tuple)),
    st.builds(happened.Remark, people, rounds, words, words),
    st.builds(happened.Rate, people, rounds, st.none() | marks, marks),
    st.builds(happened.NextRound, people),
    st.builds(happened.Share, people, rounds),
    st.builds(happened.Prepared, rounds, st.just(script(Options()))),
)
endings: st.SearchStrategy[Event] = st.builds(happened.Stop, people, st.booleans()) | st.just(
    happened.PlaceGone("It is gone.")
)


@st.composite
def likely(draw: st.DrawFn, interview: Interview) -> Event:
    """What the people of this stage would do, more often than not."""
    round = interview.round
    by = draw(st.sampled_from([person.user_id for person in interview.people] or [ANNA]))
    part, number = interview.part, round.number if round else 1
    steering = (round and (round.candidate if interview.options.solo else round.interviewer)) or by
    axes = draw(st.tuples(*[st.integers(1, 5)] * 5))
    choices: dict[str, list[Event]] = {
        "lobby": [happened.Start(by), happened.Join(draw(people))],
        "ready": [happened.Here(by)],
        "feedback": [happened.Score(by, number, axes)],
        "between": [happened.NextRound(by), happened.Score(by, number, axes)],
    }
    talking: list[Event] = [
        *[happened.Next(steering, part)] * 6,
        happened.Skip(steering, part),
        happened.Extend(steering, part),
        happened.PauseClock(steering),
        happened.Answer(round.candidate if round else by, number, part, MAIN, 0, "words"),
        happened.Heard(number, part, MAIN, 0, draw(readings), draw(moves)),
    ]
    return draw(st.sampled_from(choices.get(interview.stage, talking)))


def check(room: Room, before: Interview, event: Event) -> None:
    interview, outcome = room.interview, room.outcomes[-1]
    round = interview.round
    assert interview.left(room.now) >= timedelta()
    assert interview.left(room.now + timedelta(days=1)) >= timedelta()
    assert Interview.from_json(interview.to_json()) == interview
    assert [effects.effect_from_json(effects.effect_to_json(each)) for each in outcome.effects] == [*outcome.effects]
    assert (next_point(interview) is None) == interview.over == bool(interview.ended)
    assert len(interview.people) <= MOST_PEOPLE
    assert len({person.user_id for person in interview.people}) == len(interview.people)
    if round is not None and not interview.options.solo:
        assert round.candidate != round.interviewer
    if interview.stage in TALKING and not interview.options.solo:
        inside = {person.user_id for person in interview.people}
        assert {round.candidate, round.interviewer} <= inside if round else False
    if isinstance(event, happened.Score) and not outcome.refusal:
        assert [(scored.scorer, scored.axes) for scored in outcome.scored] == [(event.by, event.axes)]
    if isinstance(event, happened.Answer | happened.Edited | happened.Ran) and not outcome.refusal:
        assert event.by in {entry.user_id for entry in outcome.entries}
    if before.over:
        assert interview.over


def go_through(data: st.DataObject, room: Room) -> None:
    """Do a mixture of the likely and of anything, with time passing; then let time alone end it."""
    scored: set[int] = set()
    room.outcomes.clear()
    for turn in range(data.draw(st.integers(5, 30), "events")):
        before = room.interview
        ends = turn > 3 and data.draw(st.integers(0, 9)) == 9
        event = data.draw(endings if ends else st.one_of(likely(before), anything), "event")
        room.do(event)
        check(room, before, event)
        if isinstance(event, happened.Score) and not room.outcomes[-1].refusal:
            scored.add(event.round)
        if data.draw(st.booleans()):
            room.wait(seconds=data.draw(st.integers(0, 300), "seconds"))
            check(room, before, happened.Tick())
    room.run_out()
    made = {effect.round for effect in room.effects if isinstance(effect, effects.Finish)}
    assert scored <= made, "whatever was scored has a scorecard"


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_group_always_gets_to_an_end(data: st.DataObject) -> None:
    crowd = (ANNA, BEN, CLEO, DAN, EVE, FAY)[: data.draw(st.integers(2, 6), "people")]
    stage = data.draw(st.sampled_from(("lobby", "ready", "warm-up", "question", "block", "feedback", "between")))
    room = lobby(crowd)
    if stage != "lobby":
        room.do(happened.Start(ANNA, thread_id=3))
    if stage not in ("lobby", "ready"):
        for person in crowd:
            room.do(happened.Here(person))
        until(room, stage)
    go_through(data, room)


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_so_does_somebody_alone(data: st.DataObject) -> None:
    room = alone()
    for _ in range(data.draw(st.integers(0, 4), "parts")):
        room.do(happened.Next(ANNA, room.interview.part))
    go_through(data, room)


def test_time_alone_leads_through_a_whole_interview() -> None:
    room = lobby()
    room.do(happened.Start(ANNA, thread_id=3))
    for person in (ANNA, BEN, CLEO):
        room.do(happened.Here(person))
    begun = room.now
    room.run_out()
    assert room.now - begun == timedelta(minutes=45 + 15), "the round, and the wait for another one"
    assert apply(room.interview, happened.Tick(), NOW).interview is room.interview
