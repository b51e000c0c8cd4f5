"""What has to be done about an event once it is stored, and what of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from bot.study.interview.state import Interview


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
    rated: tuple[Rated, ...] = ()
    refusal: str = ""
    notice: str = ""
