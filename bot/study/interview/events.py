"""What can happen to an interview, and what has to be done about it once that is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from bot.study.interview.state import Interview, Reading, Script

# ---------------------------------------------------------------------------------------------------- events


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
    """Give the candidate the next hint of a part: `text`, which was the hint number `number`, counted from 0."""

    by: int
    part: int
    number: int
    text: str


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

# --------------------------------------------------------------------------------------------------- effects


@dataclass(frozen=True, slots=True)
class Prepare:
    """Choose what a round asks."""

    round: int
    kind: Literal["prepare"] = "prepare"


@dataclass(frozen=True, slots=True)
class Post:
    """Show the card of the stage that has begun, below what was said; the card before loses its buttons."""

    kind: Literal["post"] = "post"


@dataclass(frozen=True, slots=True)
class Redraw:
    """Bring the card that is on up to date."""

    kind: Literal["redraw"] = "redraw"


@dataclass(frozen=True, slots=True)
class Say:
    """A small line for everybody in the room."""

    text: str
    kind: Literal["say"] = "say"


@dataclass(frozen=True, slots=True)
class Quote:
    """Show what somebody typed, or what their code did, for everybody in the room. `entry` is its kind."""

    by: int
    entry: Literal["answer", "run"]
    text: str
    printed: str = ""
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Invite:
    """Bring somebody into the thread."""

    user_id: int
    kind: Literal["invite"] = "invite"


@dataclass(frozen=True, slots=True)
class Tell:
    """A line for one person alone."""

    user_id: int
    text: str
    kind: Literal["tell"] = "tell"


@dataclass(frozen=True, slots=True)
class Read:
    """Grade what was typed for a part."""

    round: int
    part: int
    ask: int
    turn: int
    kind: Literal["read"] = "read"


@dataclass(frozen=True, slots=True)
class Finish:
    """Make the scorecard of a round, from all that is in."""

    round: int
    kind: Literal["finish"] = "finish"


@dataclass(frozen=True, slots=True)
class ShareCard:
    """Show the scorecard of a round to everybody in the room."""

    round: int
    kind: Literal["share"] = "share"


@dataclass(frozen=True, slots=True)
class Farewell:
    """Tell everybody that it is over, and why."""

    text: str
    kind: Literal["farewell"] = "farewell"


Effect = Annotated[
    Prepare | Post | Redraw | Say | Quote | Invite | Tell | Read | Finish | ShareCard | Farewell,
    Field(discriminator="kind"),
]
_EFFECT: TypeAdapter[Any] = TypeAdapter(Effect)


def effect_to_json(effect: Effect) -> dict[str, Any]:
    """An effect as plain values."""
    plain: dict[str, Any] = _EFFECT.dump_python(effect, mode="json")
    return plain


def effect_from_json(kept: dict[str, Any]) -> Effect:
    """Read back what `effect_to_json` gave. Raises ValueError for what is no effect."""
    effect: Effect = _EFFECT.validate_python(kept)
    return effect


# --------------------------------------------------------------------------------------------------- outcome

EntryKind = Literal["people", "phase", "answer", "said", "hint", "code", "run", "clock", "bot", "judged"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the transcript. `part` and `ask` say what it belongs to; `user_id` is None for the bot."""

    kind: EntryKind
    text: str
    user_id: int | None = None
    round: int = 0
    part: int | None = None
    ask: int | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores or words to be kept. What is None stays as it was."""

    round: int
    scorer: int
    role: str
    axes: tuple[int | None, ...] | None = None
    strong: str | None = None
    work: str | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """The candidate's marks, to be kept."""

    round: int
    candidate_id: int
    interviewer_id: int | None
    interviewer: int | None
    questions: int
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The interview after an event, and what follows from it.

    `refusal` says why nothing came of the event; `notice` is for who caused it, although something did.
    """

    interview: Interview
    effects: tuple[Effect, ...] = ()
    entries: tuple[Entry, ...] = ()
    scored: tuple[Scored, ...] = ()
    rated: tuple[Rated, ...] = field(default=())
    refusal: str = ""
    notice: str = ""
