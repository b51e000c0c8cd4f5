"""What can happen to an interview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.study.interview.state import Reading, Script


@dataclass(frozen=True, slots=True)
class Join:
    """Somebody takes a seat, as a player or to observe; who has one may change between the two."""

    by: int
    observe: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody goes; `how` completes the sentence that begins with their name."""

    by: int
    how: str = "has left"


@dataclass(frozen=True, slots=True)
class Start:
    """The lobby is full enough. `last` says when people were candidate before; `note` why there is no thread."""

    by: int
    thread_id: int | None = None
    note: str = ""
    last: tuple[tuple[int, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a round asks was chosen."""

    round: int
    script: Script


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody says that they are there and ready."""

    by: int


@dataclass(frozen=True, slots=True)
class Next:
    """On to the next part."""

    by: int
    part: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave this question or block out: it does not count, and another takes its place where there is one."""

    by: int
    part: int


@dataclass(frozen=True, slots=True)
class Hint:
    """Give the candidate the next hint of a part: `text`, which was the hint number `number`, counted from 0.

    `shown` is the text made safe to show.
    """

    by: int
    part: int
    number: int
    text: str
    shown: str


@dataclass(frozen=True, slots=True)
class Extend:
    """Five more minutes for a part."""

    by: int
    part: int


@dataclass(frozen=True, slots=True)
class PauseClock:
    """Stop the clock."""

    by: int


@dataclass(frozen=True, slots=True)
class ResumeClock:
    """Let it go on."""

    by: int


@dataclass(frozen=True, slots=True)
class TickPoints:
    """The interviewer's checklist: the key points that were heard."""

    by: int
    part: int
    ticked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TickFollowUps:
    """The follow-ups that the candidate answered well."""

    by: int
    part: int
    answered: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidate typed an answer to a question, a block or a follow-up."""

    by: int
    round: int
    part: int
    ask: int
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class AskBack:
    """Who is alone asks the bot something about the task; `reply` is what it says."""

    by: int
    part: int
    text: str
    reply: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody in the room wrote a message in the thread."""

    by: int
    text: str


@dataclass(frozen=True, slots=True)
class Edited:
    """The candidate changed the code and wants to run it."""

    by: int
    round: int
    part: int
    code: str


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask about what the answer left out; `remark` goes before. `used` are the phrasings that have been spent."""

    line: str
    used: tuple[str, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Deeper:
    """Ask a follow-up, with a remark on what came before."""

    ask: int
    line: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Judge:
    """Ask the person to judge by the points."""

    line: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Onward:
    """This question is done; the remark introduces the next one."""

    remark: str


Move = Probe | Deeper | Judge | Onward


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run: `status` in words, `printed`, and what the hidden check said (None: it was not asked).

    `move` is what the bot does next where it is the interviewer and the check passed.
    """

    by: int
    round: int
    part: int
    status: str
    printed: str
    check: str | None
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The bot has read what was typed for an ask, or listened to what it does not judge (`reading` is None).

    `move` is what it does next where it is the interviewer.
    """

    round: int
    part: int
    ask: int
    turn: int
    reading: Reading | None = None
    move: Move | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The person said themselves which points they had made."""

    by: int
    part: int
    reading: Reading
    move: Move


@dataclass(frozen=True, slots=True)
class Score:
    """Somebody's scores for a round, 1…5 in the order of the rubric's axes."""

    by: int
    round: int
    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """Somebody's words beside their scores."""

    by: int
    round: int
    strong: str
    work: str


@dataclass(frozen=True, slots=True)
class Rate:
    """The candidate's own marks, 1…5, for the interviewer (None when that was the bot) and for the questions."""

    by: int
    round: int
    interviewer: int | None
    questions: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class NextRound:
    """The next candidate's turn."""

    by: int


@dataclass(frozen=True, slots=True)
class Share:
    """The candidate shows the scorecard to the group."""

    by: int
    round: int


@dataclass(frozen=True, slots=True)
class Stop:
    """End it now; `may` says that the person may do so as a moderator."""

    by: int
    may: bool = False


@dataclass(frozen=True, slots=True)
class PlaceGone:
    """The interview cannot go on where it is held: `why` is the sentence that people are told."""

    why: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Event = (
    Join
    | Leave
    | Start
    | Prepared
    | Here
    | Next
    | Skip
    | Hint
    | Extend
    | PauseClock
    | ResumeClock
    | TickPoints
    | TickFollowUps
    | Answer
    | AskBack
    | Said
    | Edited
    | Ran
    | Heard
    | Judged
    | Score
    | Remark
    | Rate
    | NextRound
    | Share
    | Stop
    | PlaceGone
    | Tick
)
