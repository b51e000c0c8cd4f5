"""What there is to know about one mock interview at one moment. It goes into the database whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Self

from pydantic import TypeAdapter

# As `knowledge` has them, which the database does not know about.
Kind = Literal["concepts", "coding", "debugging", "design", "mixed"]
Level = Literal["junior", "mid", "senior"]
Stage = Literal["lobby", "ready", "warm-up", "question", "block", "closing", "feedback", "between", "ended"]
TALKING: frozenset[Stage] = frozenset({"warm-up", "question", "block", "closing"})
"""The stages in which the candidate is being interviewed."""

Verdict = Literal["correct", "partial", "wrong", "unsure", "own"]
"""What the bot made of an answer; *own* is what the person judged themselves, where the bot could not tell."""

MAIN = -1
"""The question or the block itself, where the other numbers count its follow-ups."""
BOT = 0
"""Stands among scorers for the bot's own reading; no person has this id."""


@dataclass(frozen=True, slots=True)
class Options:
    """What was chosen when the interview was opened."""

    kind: Kind = "mixed"
    level: Level = "mid"
    minutes: int = 45
    topic: str | None = None
    voice_id: int | None = None
    private: bool = False
    solo: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the room. Who `observes` only never has to answer or to ask.

    `last_candidate` is when they were candidate in an earlier interview, as far as the database knows.
    """

    user_id: int
    observes: bool = False
    last_candidate: datetime | None = None
    candidate_rounds: int = 0
    interviewer_rounds: int = 0
    absences: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What the bot made of what was typed for a question (`ask` is MAIN) or for one of its follow-ups.

    `score` is 0…1; `covered` and `contradicted` are indices of key points, of which there are `points`.
    """

    ask: int
    verdict: Verdict
    score: float
    covered: tuple[int, ...] = ()
    contradicted: tuple[int, ...] = ()
    points: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a round's agenda, and what happened in it.

    `ref` is the id of a corpus question or of a block. `ticked` are the key points that the interviewer heard, which
    says something only where `noted` is set; `deepened` the follow-ups that were answered well. `check` is what the
    hidden check said about the last run: None before any, empty when it passed. A part is `passed` when who is alone
    went on without an answer.
    """

    stage: Stage
    minutes: int
    ref: str = ""
    title: str = ""
    hints: int = 0
    extensions: int = 0
    noted: bool = False
    ticked: tuple[int, ...] = ()
    deepened: tuple[int, ...] = ()
    readings: tuple[Reading, ...] = ()
    runs: int = 0
    check: str | None = None
    left_out: bool = False
    passed: bool = False

    def reading(self, ask: int) -> Reading | None:
        """The reading of one ask."""
        return next((reading for reading in self.readings if reading.ask == ask), None)

    def read(self, reading: Reading) -> Part:
        """The part with a reading in place of an earlier one of the same ask."""
        others = tuple(other for other in self.readings if other.ask != reading.ask)
        return replace(self, readings=(*others, reading))


@dataclass(frozen=True, slots=True)
class Script:
    """What a round asks: chosen outside, from packs and the library. `spares` are (id, title) to ask instead."""

    pack: str
    parts: tuple[Part, ...]
    spares: tuple[tuple[str, str], ...] = ()
    again: bool = False
    """Whether somebody in the room met some of it lately, because nothing else was left."""


@dataclass(frozen=True, slots=True)
class Round:
    """One candidate's turn. `interviewer` is None when the bot asks.

    Nothing is in `script` until it has been chosen. `here` are those who have said that they are there, `tried` those
    who did not when the round should have begun, `scored` those whose scores are in.
    """

    number: int
    candidate: int
    interviewer: int | None
    script: Script | None = None
    here: tuple[int, ...] = ()
    tried: tuple[int, ...] = ()
    observers: tuple[int, ...] = ()
    """Who could score as an observer when the talk was over."""
    done: bool = False
    """Whether it was talked through, so that it can be scored."""
    scored: tuple[int, ...] = ()
    shared: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """The agenda."""
        return self.script.parts if self.script else ()

    def with_part(self, index: int, part: Part) -> Round:
        """The round with one part changed."""
        if self.script is None:
            return self
        parts = (*self.parts[:index], part, *self.parts[index + 1 :])
        return replace(self, script=replace(self.script, parts=parts))


@dataclass(frozen=True, slots=True)
class Pause:
    """A stopped clock: how many seconds of the part were left, and when it goes on by itself."""

    left_s: float
    until: datetime


@dataclass(frozen=True, slots=True)
class Talk:
    """Where the bot stands with a part in which it is the interviewer.

    `ask` is MAIN or a follow-up; `turn` counts what the bot has said, so that an answer to something earlier is known
    as such; `line` is what it said last, empty for the question itself; `waits` for an answer, for the bot's reading of
    one, or for the person's own judgement.
    """

    ask: int = MAIN
    turn: int = 0
    line: str = ""
    remark: str = ""
    """A word about what came before, to be shown above."""
    tries: int = 0
    used: tuple[str, ...] = ()
    waits: Literal["answer", "reading", "judgement"] = "answer"


@dataclass(frozen=True, slots=True)
class Interview:
    """A mock interview.

    `channel_id` is where it was opened, `thread_id` its own thread, None where it lives in the channel itself, for the
    reason in `note`. The clock: a part or stage that began at `since` ends at `ends_at`, which is None while paused.
    """

    id: str
    options: Options
    guild_id: int | None
    channel_id: int
    host: int
    since: datetime
    seed: int = 0
    people: tuple[Person, ...] = ()
    stage: Stage = "lobby"
    thread_id: int | None = None
    note: str = ""
    replies_only: bool = False
    """Whether the bot may only answer there, and write nothing by itself."""
    part: int = 0
    round: Round | None = None
    past: tuple[Round, ...] = ()
    """Earlier rounds, without what was asked in them."""
    used: tuple[str, ...] = ()
    """Ids of the questions and blocks of all rounds so far."""
    ends_at: datetime | None = None
    warned: bool = False
    pause: Pause | None = None
    talk: Talk | None = None
    ended: str = ""
    """Why it ended, in a sentence."""

    @property
    def place_id(self) -> int:
        """The channel or thread in which it is held."""
        return self.thread_id or self.channel_id

    @property
    def running(self) -> Round:
        """The round, in stages that have one. Raises ValueError in the others."""
        if self.round is None:
            raise ValueError("no round has begun")
        return self.round

    @property
    def current(self) -> Part | None:
        """The part that is on, or that would be."""
        return self.round.parts[self.part] if self.round and self.part < len(self.round.parts) else None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.stage == "ended"

    def person(self, user_id: int) -> Person | None:
        """Somebody in the room."""
        return next((person for person in self.people if person.user_id == user_id), None)

    def role(self, user_id: int) -> str | None:
        """*candidate*, *interviewer* or *observer* of the round; None for who is not in the room."""
        if self.round and user_id == self.round.candidate:
            return "candidate"
        if self.round and user_id == self.round.interviewer:
            return "interviewer"
        return "observer" if self.person(user_id) else None

    def steers(self, user_id: int) -> bool:
        """Whether this person moves the interview on: the interviewer, or who practises alone."""
        if self.round is None:
            return False
        return user_id == (self.round.candidate if self.options.solo else self.round.interviewer)

    def find_round(self, number: int) -> Round | None:
        """A round by its number, the present one or an earlier one."""
        rounds = (*self.past, *((self.round,) if self.round else ()))
        return next((each for each in rounds if each.number == number), None)

    def left(self, now: datetime) -> timedelta:
        """How long the part or stage still takes; never negative, and zero where no clock runs."""
        if self.pause is not None:
            return timedelta(seconds=max(0.0, self.pause.left_s))
        return max(timedelta(), self.ends_at - now) if self.ends_at is not None else timedelta()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what `to_json` gave."""
        return _ADAPTER.validate_python(kept)  # type: ignore[return-value]


_ADAPTER: TypeAdapter[Interview] = TypeAdapter(Interview)
