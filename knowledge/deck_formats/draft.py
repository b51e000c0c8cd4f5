"""A question as its author writes it, in whatever format: cleaned, checked, and no more than a card can hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, cast, get_args
from urllib.parse import urlsplit

from knowledge.deck_formats.fences import take_proofs
from knowledge.grading_text import statements
from knowledge.questions import Level, Misconception, Proof, Question

QUESTION, ANSWER, ITEM, LINK, CODE, TOPIC = 300, 4000, 300, 400, 4000, 40
"""The most characters of a question, an answer, a line of a list, a source, a proof's code or output, a topic."""
ASKS, POINTS, MISCONCEPTIONS, SOURCES, PROOFS = 20, 12, 10, 10, 5
"""The most entries of each list."""
PARAGRAPHS = 30
"""The most paragraphs of an answer, each of which is searched by itself."""
LEVELS: tuple[str, ...] = get_args(Level)
USUAL_LEVEL: Level = "mid"
USUAL_TOPIC = "questions"
FIELDS = ("question", "answer", "asks", "key_points", "misconceptions", "topic", "level", "sources", "proofs")
OF_CORPUS = ("id", "follow_ups", "torch")
"""What the corpus's files have beside these; of no use in a deck."""

_LONGEST_RAW = ANSWER + PROOFS * 2 * CODE
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_JOINERS = "\u200c\u200d"
_SOURCE = re.compile(r"https://[^\s<>`]+")

PlaceOf = Callable[[str], str]
"""Where the value of a field stands, such as `line 7`; for "" the question itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file; prints as `line 7: what`."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass(frozen=True, slots=True)
class Draft:
    """One question. Only `check` makes one, so that every draft is clean and within the limits."""

    question: str
    answer: str
    asks: tuple[str, ...] = ()
    key_points: tuple[str, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    topic: str = ""
    level: Level | None = None
    sources: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As plain values, without what is empty."""
        plain = {name: value for name, value in asdict(self).items() if value}
        if self.proofs:
            plain["proofs"] = [{"code": proof.code, "output": proof.output} for proof in self.proofs]
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Read back what `to_json` gave. Raises ValueError for anything else."""
        draft, faults = check(kept, lambda field: field or "question")
        if draft is None:
            raise ValueError("; ".join(map(str, faults)))
        return cast(Self, draft)

    @property
    def key(self) -> str:
        """What two drafts have in common that ask the same in the same words."""
        return same_words(self.question)

    @property
    def texts(self) -> int:
        """How many of its texts are searched, at most: `index.texts_of` leaves some out."""
        lists = (self.asks, self.key_points or statements(self.answer), self.misconceptions, self.misconceptions)
        return 3 + sum(map(len, lists)) + self.answer.count("\n\n") + 1

    def as_question(self, question_id: str, topic: str) -> Question:
        """What quizzes, reviews, searches and cards take. `topic` is for a draft that names none.

        Where no key points were written, the sentences of the answer stand for them. `torch` is empty: nobody has run
        the proofs.
        """
        return Question(
            id=question_id,
            question=self.question,
            topic=self.topic or topic_of(topic) or USUAL_TOPIC,
            level=self.level or USUAL_LEVEL,
            asks=self.asks,
            key_points=self.key_points or tuple(one[:ITEM] for one in statements(self.answer)),
            misconceptions=self.misconceptions,
            follow_ups=(),
            sources=self.sources,
            torch="",
            answer=self.answer,
            proofs=self.proofs,
            path=Path("decks", f"{question_id}.md"),
        )


def check(raw: Mapping[str, object], place: PlaceOf) -> tuple[Draft | None, list[Fault]]:
    """Make a draft of the values of a file; None when anything is wrong with them.

    Lists may be given as one text with an entry a line. A text may hold what no format should: it is cleaned first.
    """
    fields = _Fields(raw, place)
    asked = fields.line("question", QUESTION, required=True)
    answer, proofs = fields.answer()
    draft = Draft(
        question=asked,
        answer=answer,
        asks=fields.lines("asks", ASKS, ITEM),
        key_points=fields.lines("key_points", POINTS, ITEM),
        misconceptions=fields.misconceptions(),
        topic=topic_of(fields.line("topic", ITEM)),
        level=fields.level(),
        sources=fields.sources(),
        proofs=proofs,
    )
    return (None if fields.faults else draft), fields.faults


def clean(text: str) -> str:
    """The text without control, direction-changing and unassigned characters, and without white space around it."""
    text = _LINE_ENDS.sub("\n", text).replace("\u00a0", " ")
    kept = (c for c in text if c in "\n\t" or c in _JOINERS or unicodedata.category(c) not in _NOT_TEXT)
    return "\n".join(line.rstrip() for line in "".join(kept).split("\n"))


_NOT_TEXT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def clean_line(text: str) -> str:
    """The text on one line."""
    return " ".join(clean(text).split())


def shows(text: str) -> bool:
    """Whether anything of the text is seen where backticks are left out, as in buttons and lists to choose from."""
    return any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK for c in text)


# Backticks, and letters and symbols that look like nothing.
_BLANK = frozenset("`\u115f\u1160\u2800\u3164\uffa0")


def same_words(question: str) -> str:
    """The words of a question, by which a repeated one is known."""
    return " ".join(re.findall(r"\w+", question.lower())) or question


def topic_of(name: str) -> str:
    """A topic as the corpus writes it: lower case, words joined by hyphens."""
    return "-".join(re.findall(r"\w+", name.lower()))[:TOPIC].strip("-")


class _Fields:
    """Typed access to the values of one question; what is wrong with them is noted, and reading goes on."""

    def __init__(self, raw: Mapping[str, object], place: PlaceOf) -> None:
        self.faults: list[Fault] = []
        self._faulty: set[str] = set()
        self._raw = raw
        self._place = place

    def fault(self, field: str, what: str) -> None:
        """Note that something is wrong with a field."""
        self._faulty.add(field)
        self.faults.append(Fault(self._place(field), what))

    def line(self, field: str, longest: int, *, required: bool = False) -> str:
        """A text on one line; "" where there is none."""
        return self._fitting(field, clean_line(self._text(field)), longest, required=required)

    def answer(self) -> tuple[str, tuple[Proof, ...]]:
        """The answer and the proofs: those at its end, as in the corpus, and those of a field of their own."""
        answer = clean(self._text("answer")).strip()
        if len(answer) > _LONGEST_RAW:
            self.fault("answer", f"the answer has {len(answer):,} characters; {ANSWER:,} fit")
            return "", ()
        answer, own = take_proofs(answer)
        proofs = (*own, *self._given_proofs())
        if len(proofs) > PROOFS:
            self.fault("proofs", f"{len(proofs)} pieces of code; at most {PROOFS} fit")
        if any(len(part) > CODE for proof in proofs for part in (proof.code, proof.output)):
            self.fault("proofs", f"code or an output of more than {CODE:,} characters")
        if (parts := answer.count("\n\n") + 1) > PARAGRAPHS:
            self.fault("answer", f"the answer has {parts} paragraphs; {PARAGRAPHS} fit")
        return self._fitting("answer", answer, ANSWER, required=True), proofs

    def lines(self, field: str, most: int, longest: int) -> tuple[str, ...]:
        """A list of texts of one line each; the same one is taken once."""
        found = tuple(dict.fromkeys(filter(shows, map(clean_line, self._texts(field)))))
        if len(found) > most:
            self.fault(field, f"{_name(field)} have {len(found)} entries; at most {most} fit")
        if any(len(line) > longest for line in found):
            self.fault(field, f"{_name(field)} have an entry of more than {longest} characters")
        return found

    def misconceptions(self) -> tuple[Misconception, ...]:
        """Pairs of what is wrongly said and what is right."""
        given = self._raw.get("misconceptions") or ()
        if not isinstance(given, Sequence) or isinstance(given, str):
            given = (given,)
        pairs = []
        for pair in given:
            sides = [pair.get(side) for side in ("wrong", "right")] if isinstance(pair, Mapping) else []
            texts = [clean_line(side) for side in sides if isinstance(side, str)]
            if len(texts) != 2 or not all(map(shows, texts)):
                self.fault("misconceptions", "a misconception needs both sides, wrong and right")
                return ()
            pairs.append(Misconception(*texts))
        if len(pairs) > MISCONCEPTIONS:
            self.fault("misconceptions", f"{len(pairs)} misconceptions; at most {MISCONCEPTIONS} fit")
        if any(len(side) > ITEM for pair in pairs for side in (pair.wrong, pair.right)):
            self.fault("misconceptions", f"a misconception of more than {ITEM} characters")
        return tuple(dict.fromkeys(pairs))

    def level(self) -> Level | None:
        """One of the levels, in any case."""
        level = self.line("level", ITEM).lower()
        if level and level not in LEVELS:
            self.fault("level", f"the level must be {', '.join(LEVELS[:-1])} or {LEVELS[-1]}, not {_shown(level)}")
        return cast(Level, level) if level in LEVELS else None

    def sources(self) -> tuple[str, ...]:
        """Links."""
        links = self.lines("sources", SOURCES, LINK)
        for link in links:
            if not _is_link(link):
                self.fault("sources", f"a source must be one https:// link, not {_shown(link)}")
        return links

    def _given_proofs(self) -> tuple[Proof, ...]:
        given = self._raw.get("proofs") or ()
        if isinstance(given, str):
            rest, taken = take_proofs(clean(given).strip()[: _LONGEST_RAW + 1], whole=True)
            if rest:
                self.fault("proofs", "code is a ```python block directly followed by an ```output block")
            return taken
        proofs: list[Proof] = []
        for one in given if isinstance(given, Sequence) else (given,):
            code, output = (one.get("code"), one.get("output")) if isinstance(one, Mapping) else (None, None)
            parts = [_block(part) for part in (code, output) if isinstance(part, str)]
            if len(parts) != 2 or not all(part.strip() for part in parts):
                self.fault("proofs", "a proof needs its code and its output")
                return ()
            proofs.append(Proof(parts[0], parts[1], line=0))
        return tuple(proofs)

    def _text(self, field: str) -> str:
        value = self._raw.get(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.fault(field, f"{_name(field)} must be text, not {_shown(value)}")
            return ""
        return value

    def _texts(self, field: str) -> Sequence[str]:
        value = self._raw.get(field)
        if value is None:
            return ()
        if isinstance(value, str):
            return clean(value).split("\n")
        if not isinstance(value, Sequence) or not all(isinstance(entry, str) for entry in value):
            self.fault(field, f"{_name(field)} must be a list of texts, not {_shown(value)}")
            return ()
        return value

    def _fitting(self, field: str, text: str, longest: int, *, required: bool) -> str:
        if required and not shows(text) and field not in self._faulty:
            self.fault(field, f"{_name(field)} is missing")
        if len(text) > longest:
            self.fault(field, f"{_name(field)} has {len(text):,} characters; {longest:,} fit")
        return text


def _is_link(link: str) -> bool:
    try:
        return _SOURCE.fullmatch(link) is not None and bool(urlsplit(link).hostname)
    except ValueError:
        return False


def _block(text: str) -> str:
    return clean(text).strip("\n") + "\n"


def _name(field: str) -> str:
    return {
        "asks": "the other phrasings",
        "key_points": "the key points",
        "sources": "the sources",
    }.get(field, f"the {field}")


def _shown(value: object) -> str:
    """A value in a sentence about it; it may be anything, and endless."""
    if not isinstance(value, str | int | float | bool):
        return f"a {type(value).__name__}"
    line = clean_line(str(value))
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"
