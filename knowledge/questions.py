"""Read and validate corpus questions: one Markdown file with YAML front matter a question.

The format is described in docs/adding-a-question.md. Whatever is wrong with a file is
collected as a `Fault` that names file and line; a faulty file never hides the others.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from knowledge.front_matter import Fault as Fault  # what readers of questions find in `Corpus.faults`
from knowledge.front_matter import Fields, read_text, split_document

Level = Literal["junior", "mid", "senior"]

CORPUS_DIR = Path(__file__).parent / "corpus"
ANSWER_WORDS = (60, 200)
QUESTION_CHARACTERS = 150
ASK_CHARACTERS = 200

_FENCE = re.compile(r"^(`{3,})(\w*)[ \t]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


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
    text = read_text(path)
    return (None, [text]) if isinstance(text, Fault) else parse_question(text, path)


def parse_question(text: str, path: Path) -> tuple[Question | None, list[Fault]]:
    """Parse the text of one question file. `path` gives its topic, its id and its name in faults."""
    document = split_document(text, path, "a question")
    if isinstance(document, Fault):
        return None, [document]
    front = document.front
    question_id = front.identifier("id", path.stem)
    topic = front.text("topic")
    level = front.choice("level", get_args(Level))
    asked = front.text("question", longest=QUESTION_CHARACTERS)
    asks = front.texts("asks", at_least=2, longest=ASK_CHARACTERS)
    key_points = front.texts("key_points", at_least=2)
    misconceptions = _misconceptions(front)
    follow_ups = front.texts("follow_ups", at_least=0)
    sources = front.sources()
    torch_version = front.text("torch")
    front.forbid_others()
    if topic and topic != path.parent.name:
        front.fault("topic", f"topic {topic!r} must be the folder's name, {path.parent.name!r}")

    answer, proofs, body_faults = read_proved(document.body, document.body_line, path, "the answer", ANSWER_WORDS)
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


def _misconceptions(front: Fields) -> tuple[Misconception, ...]:
    pairs = front.items("misconceptions", "a misconception", "pairs of texts, wrong: and right:", at_least=2)
    misconceptions = tuple(Misconception(pair.text("wrong"), pair.text("right")) for pair in pairs)
    for pair in pairs:
        pair.forbid_others()
    return misconceptions


def read_proved(
    body: str, first_line: int, path: Path, says: str, words_wanted: tuple[int, int]
) -> tuple[str, tuple[Proof, ...], list[Fault]]:
    """Read a text followed by its proofs, as under the front matter of a question.

    `says` names the text in faults; `words_wanted` are the fewest and the most words that it may have.
    """
    faults: list[Fault] = []
    fences = list(_FENCE.finditer(body))
    proofs_start = next((fence.start() for fence in fences if fence[2] == "python"), len(body))
    answer = body[:proofs_start].strip()
    words = len(answer.split())
    shortest, longest = words_wanted
    if not shortest <= words <= longest:
        faults.append(Fault(path, first_line, f"{says} has {words} words; {shortest} to {longest} are wanted"))

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
            faults.append(Fault(path, line_of(end) + 1, f"text between proofs belongs into {says} above them"))
        end = output_fence.end()
        proofs.append(Proof(code_fence[3], output_fence[3], line))
    if not proofs and not faults:
        faults.append(Fault(path, first_line, "has no proof: a ```python block followed by an ```output block"))
    elif not faults and body[end:].strip():
        faults.append(Fault(path, line_of(end) + 1, f"text after the last proof belongs into {says} above them"))
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
