"""What was read from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from knowledge.deck_formats.draft import FIELDS, OF_CORPUS, Draft, Fault, check, clean_line

MOST_DRAFTS = 5000
MOST_FAULTS = 1000
LONGEST_NAME = 50
"""Characters of a deck's name."""


class Unreadable(Exception):
    """The file as a whole cannot be read; the message is a sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A draft and where it stands. No two drafts of a file have the same place."""

    place: str
    draft: Draft


@dataclass(frozen=True, slots=True)
class Parsed:
    """The drafts of a file in their order, what is wrong with the others, and sentences about the file as a whole."""

    name: str
    """What the file calls itself; "" where it does not say."""
    drafts: tuple[Placed, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "name": self.name,
            "drafts": [{"place": placed.place, "draft": placed.draft.to_json()} for placed in self.drafts],
            "faults": [[fault.place, fault.what] for fault in self.faults],
            "notes": list(self.notes),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what `to_json` gave. Raises ValueError, KeyError or TypeError for anything else."""
        return cls(
            str(kept["name"]),
            tuple(Placed(str(one["place"]), Draft.from_json(one["draft"])) for one in kept["drafts"]),
            tuple(Fault(str(place), str(what)) for place, what in kept["faults"]),
            tuple(map(str, kept["notes"])),
        )


class Reading:
    """Collects what is found in a file."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._drafts: list[Placed] = []
        self._faults: list[Fault] = []
        self._notes: list[str] = []
        self._first: dict[str, str] = {}
        self._places: set[str] = set()
        self._entries = 0
        self._unknown: dict[str, None] = {}
        self._cut = False

    def closed(self) -> bool:
        """Whether one more question is too many; then it is said that not all were read."""
        self._cut = self._cut or len(self._drafts) + len(self._faults) >= MOST_DRAFTS
        return self._cut

    def add(self, raw: Mapping[str, object], place: Callable[[str], str]) -> None:
        """Take one question's values."""
        self.ignore(name for name in raw if name not in FIELDS and name not in OF_CORPUS)
        beside = self.beside(place(""))
        draft, faults = check(raw, lambda field: place(field) + beside)
        self._faults += faults
        if draft is None:
            return
        if draft.key in self._first:
            self._faults.append(Fault(place("question") + beside, f"asks the same as {self._first[draft.key]}"))
            return
        self._first[draft.key] = place("") + beside
        self._drafts.append(Placed(place("") + beside, draft))

    def beside(self, place: str) -> str:
        """Count one more entry: what tells it from an earlier one at the same place, such as `, question 7`, or ""."""
        self._entries += 1
        beside = f", question {self._entries}" if place in self._places else ""
        self._places.add(place)
        return beside

    def fault(self, place: str, what: str) -> None:
        """Note something wrong that is not a question's."""
        self._faults.append(Fault(place, what))

    def note(self, sentence: str) -> None:
        """Note something about the file, once."""
        if sentence not in self._notes:
            self._notes.append(sentence)

    def ignore(self, names: Iterable[str]) -> None:
        """Note names of fields that mean nothing here."""
        self._unknown.update(dict.fromkeys(clean_line(name)[:40] or "(no name)" for name in names))

    def done(self) -> Parsed:
        """What was found. Raises Unreadable when that is nothing at all."""
        if self._cut:
            self.note(f"Only the first {MOST_DRAFTS:,} entries were read: split the file.")
        if self._unknown:
            names = list(self._unknown)
            more = f" and {len(names) - 8} more" if len(names) > 8 else ""
            self.note(f"Not used: {', '.join(names[:8])}{more}.")
        if not self._drafts and not self._faults:
            raise Unreadable("There are no questions in that file.")
        faults = self._faults[:MOST_FAULTS]
        if len(self._faults) > MOST_FAULTS:
            self.note(f"{len(self._faults) - MOST_FAULTS:,} more faults are not listed.")
        name = clean_line(self.name)[:LONGEST_NAME].strip()
        return Parsed(name, tuple(self._drafts), tuple(faults), tuple(self._notes))
