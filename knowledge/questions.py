"""Read and validate corpus questions: one Markdown file with YAML front matter a question.

The format is described in docs/adding-a-question.md. Whatever is wrong with a file is
collected as a `Fault` that names file and line; a faulty file never hides the others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import yaml

Level = Literal["junior", "mid", "senior"]

CORPUS_DIR = Path(__file__).parent / "corpus"
ANSWER_WORDS = (60, 200)
QUESTION_CHARACTERS = 150
ASK_CHARACTERS = 200

_FENCE = re.compile(r"^(`{3,})(\w*)[ \t]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SOURCE = re.compile(r"https://\S+")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a file; prints as `file:line: what`."""

    path: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Misconception:
    """What people wrongly say, and what is right instead."""

    wrong: str
    right: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A snippet and exactly what it prints. `line` is where its fence opens in the file."""

    code: str
    output: str
    line: int


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the corpus with its model answer and the code that proves it."""

    id: str
    question: str
    topic: str
    level: Level
    asks: tuple[str, ...]
    key_points: tuple[str, ...]
    misconceptions: tuple[Misconception, ...]
    follow_ups: tuple[str, ...]
    sources: tuple[str, ...]
    torch: str
    answer: str
    proofs: tuple[Proof, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Corpus:
    """All valid questions, sorted by id, and the faults of the rest."""

    questions: tuple[Question, ...]
    faults: tuple[Fault, ...]

    def by_id(self) -> dict[str, Question]:
        """The questions keyed by their id."""
        return {question.id: question for question in self.questions}

    def topics(self) -> tuple[str, ...]:
        """The topics that have at least one question, sorted."""
        return tuple(sorted({question.topic for question in self.questions}))


def load_corpus(folder: Path = CORPUS_DIR) -> Corpus:
    """Read every `<topic>/<id>.md` under `folder`.

    Faulty files are left out of `questions` and named in `faults`. References between
    files (follow-ups, repeated ids and phrasings) are checked once all are read; such a
    fault does not remove the question.

    Raises:
        OSError: the folder cannot be listed.
    """
    questions: dict[str, Question] = {}
    faults: list[Fault] = []
    paths = sorted(path for path in folder.glob("*/*.md"))
    for path in paths:
        question, file_faults = read_question(path)
        faults += file_faults
        if question is None:
            continue
        if question.id in questions:
            faults.append(Fault(path, 1, f"id {question.id!r} is already used by {questions[question.id].path}"))
            continue
        questions[question.id] = question
    found = tuple(questions[key] for key in sorted(questions))
    return Corpus(found, tuple(faults) + tuple(_reference_faults(found)))


def read_question(path: Path) -> tuple[Question | None, list[Fault]]:
    """Read one file; the question is None when any fault was found."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return None, [Fault(path, line, "is not UTF-8 text")]
    except OSError as error:
        return None, [Fault(path, 1, f"cannot be read: {error.strerror}")]
    return parse_question(text, path)


def parse_question(text: str, path: Path) -> tuple[Question | None, list[Fault]]:
    """Parse the text of one question file. `path` gives its topic, its id and its name in faults."""
    if not text.startswith("---\n") or "\n---\n" not in text[4:]:
        return None, [Fault(path, 1, "must start with YAML front matter between two lines of ---")]
    front_end = text.index("\n---\n", 3)
    body_start = front_end + len("\n---\n")
    front = _FrontMatter(path, text[4 : front_end + 1])
    body_line = text.count("\n", 0, body_start) + 1

    question_id = front.text("id")
    topic = front.text("topic")
    level = front.text("level")
    asked = front.text("question", longest=QUESTION_CHARACTERS)
    asks = front.texts("asks", at_least=2, longest=ASK_CHARACTERS)
    key_points = front.texts("key_points", at_least=2)
    misconceptions = front.misconceptions(at_least=2)
    follow_ups = front.texts("follow_ups", at_least=0)
    sources = front.texts("sources", at_least=1)
    torch_version = front.text("torch")
    front.forbid_others()
    if question_id and not _ID.fullmatch(question_id):
        front.fault("id", "id must be lower-case words joined by hyphens")
    if question_id and question_id != path.stem:
        front.fault("id", f"id {question_id!r} must be the file's name, {path.stem!r}")
    if topic and topic != path.parent.name:
        front.fault("topic", f"topic {topic!r} must be the folder's name, {path.parent.name!r}")
    if level and level not in get_args(Level):
        front.fault("level", f"level must be one of {', '.join(get_args(Level))}, not {level!r}")
    for source in sources:
        if not _SOURCE.fullmatch(source):
            front.fault("sources", f"a source must be one https:// link, not {source!r}")

    answer, proofs, body_faults = _parse_body(text[body_start:], body_line, path)
    faults = front.faults + body_faults
    if faults:
        return None, sorted(faults, key=lambda fault: fault.line)
    return (
        Question(
            id=question_id,
            question=asked,
            topic=topic,
            level=cast(Level, level),
            asks=asks,
            key_points=key_points,
            misconceptions=misconceptions,
            follow_ups=follow_ups,
            sources=sources,
            torch=torch_version,
            answer=answer,
            proofs=proofs,
            path=path,
        ),
        [],
    )


def _parse_body(body: str, first_line: int, path: Path) -> tuple[str, tuple[Proof, ...], list[Fault]]:
    faults: list[Fault] = []
    fences = list(_FENCE.finditer(body))
    proofs_start = next((fence.start() for fence in fences if fence[2] == "python"), len(body))
    answer = body[:proofs_start].strip()
    words = len(answer.split())
    if not ANSWER_WORDS[0] <= words <= ANSWER_WORDS[1]:
        shortest, longest = ANSWER_WORDS
        faults.append(Fault(path, first_line, f"the answer has {words} words; {shortest} to {longest} are wanted"))

    def line_of(position: int) -> int:
        return first_line + body.count("\n", 0, position)

    proofs: list[Proof] = []
    end = proofs_start
    proof_fences = [fence for fence in fences if fence.start() >= proofs_start]
    for code_fence, output_fence in zip(proof_fences[::2], [*proof_fences[1::2], None], strict=False):
        line = line_of(code_fence.start())
        between = body[code_fence.end() : output_fence.start()] if output_fence else ""
        if code_fence[2] != "python" or output_fence is None or output_fence[2] != "output" or between.strip():
            faults.append(Fault(path, line, "a proof is a ```python block directly followed by an ```output block"))
            continue
        try:
            ast.parse(code_fence[3])
        except (SyntaxError, ValueError) as error:
            at = line + (getattr(error, "lineno", None) or 0)
            faults.append(Fault(path, at, f"the proof is not Python: {getattr(error, 'msg', error)}"))
            continue
        if not output_fence[3].strip():
            faults.append(Fault(path, line_of(output_fence.start()), "the proof prints nothing, so it shows nothing"))
            continue
        if body[end : code_fence.start()].strip():
            faults.append(Fault(path, line_of(end) + 1, "text between proofs belongs into the answer above them"))
        end = output_fence.end()
        proofs.append(Proof(code_fence[3], output_fence[3], line))
    if not proofs and not faults:
        faults.append(Fault(path, first_line, "has no proof: a ```python block followed by an ```output block"))
    elif not faults and body[end:].strip():
        faults.append(Fault(path, line_of(end) + 1, "text after the last proof belongs into the answer above them"))
    return answer, tuple(proofs), faults


def _reference_faults(questions: Iterable[Question]) -> Iterable[Fault]:
    questions = tuple(questions)
    known = {question.id for question in questions}
    phrasings: dict[str, Question] = {}
    for question in questions:
        for follow_up in question.follow_ups:
            if follow_up not in known or follow_up == question.id:
                yield Fault(
                    question.path, _line_of(question, follow_up), f"follow-up {follow_up!r} is no other question"
                )
        for phrasing in (question.question, *question.asks):
            key = " ".join(re.findall(r"\w+", phrasing.lower()))
            first = phrasings.setdefault(key, question)
            if first is not question:
                line = _line_of(question, phrasing)
                yield Fault(question.path, line, f"{phrasing!r} is asked by {first.id!r} already")


def _line_of(question: Question, needle: str) -> int:
    text = question.path.read_text(encoding="utf-8") if question.path.exists() else ""
    return text.count("\n", 0, max(text.find(needle), 0)) + 1


class _FrontMatter:
    """Typed access to a YAML mapping that remembers on which line each key stands."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.faults: list[Fault] = []
        self._values: Mapping[str, object] = {}
        self._lines: dict[str, int] = {}
        self._read: set[str] = set()
        try:
            node = yaml.compose(text, Loader=yaml.CSafeLoader)
            values = yaml.load(text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line if error.problem_mark else 0
            self.faults.append(Fault(path, line + 2, f"is not YAML: {error.problem}"))
            return
        except (yaml.YAMLError, ValueError) as error:
            self.faults.append(Fault(path, 2, f"is not YAML: {error}"))
            return
        if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
            self.faults.append(Fault(path, 2, "the front matter must be a mapping of names to values"))
            return
        self._values = {str(key): value for key, value in values.items()}
        for key, _ in node.value:
            if key.value in self._lines:
                self.faults.append(Fault(path, key.start_mark.line + 2, f"{key.value} is given twice"))
            self._lines[str(key.value)] = key.start_mark.line + 2

    def fault(self, key: str, what: str) -> None:
        self.faults.append(Fault(self.path, self._lines.get(key, 1), what))

    def _get(self, key: str) -> object:
        self._read.add(key)
        if key not in self._values and self._values:
            self.fault(key, f"{key} is missing")
        return self._values.get(key)

    def text(self, key: str, longest: int | None = None) -> str:
        value = self._get(key)
        if value is None:
            if key in self._values:
                self.fault(key, f"{key} is empty")
            return ""
        if not isinstance(value, str) or not value.strip():
            self.fault(key, f"{key} must be text (quote it), not {value!r}")
            return ""
        if longest and len(value) > longest:
            self.fault(key, f"{key} has {len(value)} characters; {longest} fit on a Discord button row")
        return value.strip()

    def texts(self, key: str, at_least: int, longest: int | None = None) -> tuple[str, ...]:
        value = self._get(key)
        if key not in self._values:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.fault(key, f"{key} must be a list of texts (quote those with a colon)")
            return ()
        if len(value) < at_least:
            self.fault(key, f"{key} has {len(value)} entries; at least {at_least} are wanted")
        if longest and any(len(item) > longest for item in value):
            self.fault(key, f"{key} has an entry of more than {longest} characters")
        return tuple(item.strip() for item in value)

    def misconceptions(self, at_least: int) -> tuple[Misconception, ...]:
        key = "misconceptions"
        value = self._get(key)
        if key not in self._values:
            return ()
        if not isinstance(value, list) or not all(
            isinstance(item, dict)
            and set(item) == {"wrong", "right"}
            and all(isinstance(side, str) and side.strip() for side in item.values())
            for item in value
        ):
            self.fault(key, "misconceptions must be a list of pairs of texts, wrong: and right:")
            return ()
        if len(value) < at_least:
            self.fault(key, f"misconceptions has {len(value)} entries; at least {at_least} are wanted")
        return tuple(Misconception(item["wrong"].strip(), item["right"].strip()) for item in value)

    def forbid_others(self) -> None:
        for key in self._values:
            if key not in self._read:
                self.fault(key, f"{key} is no field of a question")
