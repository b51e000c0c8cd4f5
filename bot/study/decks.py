"""A server's own questions: what they are called, how many of them fit, what an import does, what is suggested."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import PurePath
from typing import Any, Literal, Self, get_args

from bot.study.hits import key_of
from knowledge.deck_formats.cells import cells_of, raw_of
from knowledge.deck_formats.draft import Draft, Fault, check, clean_line, same_words, shows
from knowledge.deck_formats.parsed import LONGEST_NAME, Parsed

MOST_DECKS, MOST_QUESTIONS = 50, 5_000
MOST_TEXTS, MOST_CHARACTERS = 60_000, 20_000_000
"""What the decks of one server may hold together: searched texts (each with an embedding), and characters kept."""
MOST_PENDING, MOST_OWN_PENDING = 200, 5
"""Suggestions that wait for the moderators of a server, of everybody and of one person."""
RUN_KEPT = timedelta(days=1)
"""How long a dry run can be imported."""
SUGGESTIONS_KEPT = timedelta(days=90)
"""How long somebody can see what became of a suggestion."""
SUGGESTIONS = "Suggestions"
"""The deck into which suggestions go where moderators choose none."""
IN_DECK = "this deck has that question already"
NO_DECK = "This server has no such deck any more. `/deck list` shows what it has."
WAITS = "You have {count} suggestions waiting for a moderator. Suggest more when they have looked at those."
CROWDED = "So many suggestions wait for the moderators here that I take no more for now. Tell one of them."

State = Literal["pending", "approved", "declined"]
STATES: dict[str, State] = {state: state for state in get_args(State)}

_ID = re.compile(r"deck-(\d{1,18})")


class Refused(Exception):
    """That cannot be done with the decks of a server; the message is a sentence for whoever wants it."""


def question_id(number: int) -> str:
    """The id of a server's question, which no other question has."""
    return f"deck-{number}"


def number_of(question_id: str) -> int | None:
    """The number of a server's question; None for a question of the corpus."""
    found = _ID.fullmatch(question_id)
    return int(found[1]) if found else None


def name_of(typed: str) -> str:
    """A deck's name as somebody wrote it, on one line and no longer than lists have room for; "" where none is seen."""
    name = clean_line(typed)[:LONGEST_NAME].strip()
    return name if shows(name) else ""


def key_of_name(name: str) -> str:
    """What two names of decks have in common that people take for the same."""
    return name_of(name).casefold()


def name_for(typed: str, parsed: Parsed, file: str) -> str:
    """The name of the deck into which a file goes: the chosen one, else the file's own, else that of the file."""
    stem = re.sub(r"[_\s]+", " ", PurePath(file).stem)
    return name_of(typed) or name_of(parsed.name) or name_of(stem) or "Questions"


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft as it is kept. `words` is what it shares with others that ask the same in the same words."""

    words: str
    draft: dict[str, Any]
    texts: int
    characters: int

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """A draft with what it takes of a server's room."""
        plain = draft.to_json()
        return cls(draft.key, plain, draft.texts, len(json.dumps(plain, ensure_ascii=False)))


@dataclass(frozen=True, slots=True)
class Room:
    """What the decks of a server hold already."""

    decks: int = 0
    questions: int = 0
    texts: int = 0
    characters: int = 0

    def without(self, questions: int, texts: int, characters: int) -> Room:
        """What they hold without questions of that size."""
        return Room(self.decks, self.questions - questions, self.texts - texts, self.characters - characters)

    def take(self, more: Iterable[Kept], decks: int = 0) -> Room:
        """What they hold with these as well. Raises Refused when that is too much."""
        more = tuple(more)
        then = Room(
            self.decks + decks,
            self.questions + len(more),
            self.texts + sum(kept.texts for kept in more),
            self.characters + sum(kept.characters for kept in more),
        )
        if decks and then.decks > MOST_DECKS:
            raise Refused(
                f"A server can have {MOST_DECKS} decks. Choose one that you have, or delete one with `/deck list`."
            )
        if then.questions > MOST_QUESTIONS:
            left = max(0, MOST_QUESTIONS - self.questions)
            raise Refused(
                f"The decks of a server hold {MOST_QUESTIONS:,} questions together; here is room for {left:,} more, "
                f"and this would be {len(more):,}. Split the file, or delete a deck with `/deck list`."
            )
        if then.texts > MOST_TEXTS or then.characters > MOST_CHARACTERS:
            raise Refused(
                "That is more than the decks of a server have room for: not by the number of questions, but by all "
                "that they say. Split the file, shorten the answers, or delete a deck with `/deck list`."
            )
        return then


# --------------------------------------------------------------------------------------------------- imports


@dataclass(frozen=True, slots=True)
class Alike:
    """A question of a file that asks nearly what another one asks. `origin` says where that one is from."""

    place: str
    asked: str
    known: str
    origin: str
    likeness: float

    def __str__(self) -> str:
        return f"{self.place}: “{self.asked}” is {self.likeness:.0%} like “{self.known}” ({self.origin})"

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DryRun:
    """What an import would do. Nothing faulty is among the drafts."""

    id: str
    deck: str
    parsed: Parsed
    alike: tuple[Alike, ...] = ()

    @property
    def rows(self) -> list[Kept]:
        """What would be imported."""
        return [Kept.of(placed.draft) for placed in self.parsed.drafts]

    @property
    def new_rows(self) -> list[Kept]:
        """What would be imported without the questions that are like others."""
        like = {one.place for one in self.alike}
        return [Kept.of(placed.draft) for placed in self.parsed.drafts if placed.place not in like]

    @property
    def counts(self) -> tuple[int, int]:
        """How many questions would be imported, and how many of them without those that are like others."""
        return len(self.parsed.drafts), len(self.parsed.drafts) - len({one.place for one in self.alike})

    def in_full(self) -> str:
        """The whole report as a text file."""
        every, new = self.counts
        parts = [f"Import into the deck “{self.deck}”: {every:,} questions", *self.parsed.notes]
        if self.parsed.faults:
            parts += ["", f"Faults, which are left out ({len(self.parsed.faults):,})", *map(str, self.parsed.faults)]
        if self.alike:
            parts += ["", f"Nearly the same as others ({every - new:,})", *map(str, self.alike)]
        if self.parsed.drafts:
            parts += ["", f"What would be imported ({every:,})"]
            parts += [f"{placed.place}: {placed.draft.question}" for placed in self.parsed.drafts]
        return "\n".join(parts) + "\n"


def without_known(parsed: Parsed, words: Iterable[str]) -> Parsed:
    """What was read, with every draft a fault whose words the deck has already."""
    known = {*words}
    new = tuple(placed for placed in parsed.drafts if placed.draft.key not in known)
    again = tuple(Fault(placed.place, IN_DECK) for placed in parsed.drafts if placed.draft.key in known)
    return replace(parsed, drafts=new, faults=(*parsed.faults, *again))


# --------------------------------------------------------------------------------- boxes that people write in

TYPED: Mapping[str, str] = {
    "question": "Question",
    "answer": "Answer, as you would give it",
    "key_points": "Key points, one a line (optional)",
    "wrong": "Common mistakes, one a line (optional)",
    "right": "What is right instead, a line each (optional)",
}
"""What is asked for in a box, by the names that `typed` takes."""


def typed(values: Mapping[str, str], before: Draft | None = None) -> tuple[Draft | None, list[Fault]]:
    """The draft that was typed into a box; what a box has no room for stays as it was `before`.

    Faults stand at the names of fields.
    """
    written = raw_of(values)
    del written["proofs"]  # those of a box stand at the end of its answer
    return check({**(before.to_json() if before else {}), **written}, str)


def box_of(draft: Draft) -> dict[str, str]:
    """What a box for a draft is filled with."""
    cells = cells_of(draft)
    return {name: cells[name] for name in TYPED}


def in_a_file(values: Mapping[str, str]) -> str:
    """What was typed into a box, to be copied from."""
    return "\n\n".join(f"{label}\n{values.get(name, '')}" for name, label in TYPED.items()) + "\n"


def words_of(typed: str) -> list[str]:
    """The words by which somebody looks for a question."""
    return same_words(typed).split()[:10] if typed.strip() else []


def print_of(draft: Mapping[str, Any]) -> str:
    """A few letters that change with a kept draft: it may be rewritten while somebody's box is open."""
    return key_of(json.dumps(draft, sort_keys=True))
