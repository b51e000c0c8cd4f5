"""Rooms full of people for tests of the state machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.study.interview import effects
from bot.study.interview import events as happened
from bot.study.interview.agenda import plan
from bot.study.interview.effects import Effect, Outcome
from bot.study.interview.events import Event
from bot.study.interview.machine import apply, open_lobby, open_solo
from bot.study.interview.state import Interview, Options, Part, Script, Stage
from bot.study.interview.steering import next_point

NOW = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
ANNA, BEN, CLEO, DAN, EVE, FAY, GUS = range(101, 108)


def script(options: Options, number: int = 1) -> Script:
    """Something to ask, different in each round."""
    parts = [
        Part(stage, minutes, f"{stage}-{number}-{index}" if stage in ("question", "block") else "", f"Part {index}")
        for index, (stage, minutes) in enumerate(plan(options.kind, options.minutes, block=True, solo=options.solo))
    ]
    return Script("a-pack", tuple(parts), ((f"spare-{number}", "A spare one"),))


@dataclass
class Room:
    """An interview that events are done to, with a clock of its own."""

    interview: Interview
    now: datetime = NOW
    effects: list[Effect] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def do(self, event: Event) -> Outcome:
        """Apply an event now; what has to be prepared is, at once."""
        outcome = apply(self.interview, event, self.now)
        self.interview = outcome.interview
        self.outcomes.append(outcome)
        self.effects += outcome.effects
        for effect in outcome.effects:
            if isinstance(effect, effects.Prepare):
                self.do(happened.Prepared(effect.round, script(self.interview.options, effect.round)))
        return outcome

    def wait(self, **amount: float) -> Outcome:
        """Let time pass."""
        self.now += timedelta(**amount)
        return self.do(happened.Tick())

    def run_out(self, steps: int = 200) -> int:
        """Let nothing but time act, until the end. How many steps that took."""
        for step in range(steps):
            point = next_point(self.interview)
            if point is None:
                return step
            self.now = max(self.now, point)
            self.do(happened.Tick())
        raise AssertionError(f"time alone does not end this: {self.interview}")

    @property
    def stage(self) -> Stage:
        return self.interview.stage

    def is_at(self, stage: Stage) -> bool:
        return self.interview.stage == stage

    @property
    def candidate(self) -> int:
        return self.interview.running.candidate

    @property
    def interviewer(self) -> int:
        interviewer = self.interview.running.interviewer
        assert interviewer is not None
        return interviewer


def lobby(people: Sequence[int] = (ANNA, BEN, CLEO), options: Options | None = None) -> Room:
    """A lobby with these people in it, the first of whom opened it."""
    room = Room(open_lobby("abc", options or Options(), 1, 2, people[0], NOW, 7))
    for person in people[1:]:
        room.do(happened.Join(person))
    return room


def started(people: Sequence[int] = (ANNA, BEN, CLEO), options: Options | None = None) -> Room:
    """An interview in its first part."""
    room = lobby(people, options)
    room.do(happened.Start(people[0], thread_id=3))
    for person in people:
        room.do(happened.Here(person))
    assert room.interview.stage == "warm-up"
    return room


def until(room: Room, stage: str) -> Room:
    """On to a stage, by the interviewer's *Next*."""
    while room.interview.stage != stage:
        room.do(happened.Next(room.interviewer, room.interview.part))
    return room


def alone(options: Options | None = None) -> Room:
    """Somebody alone with the bot."""
    options = options or Options(solo=True)
    outcome = open_solo("solo", options, None, 2, ANNA, script(options), NOW, 7)
    return Room(outcome.interview, effects=list(outcome.effects))
