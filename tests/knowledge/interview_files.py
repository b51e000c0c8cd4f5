"""Valid interview files, for tests to write and to break."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from knowledge.interview_blocks import BlockKind
from knowledge.interviews import INTERVIEWS_DIR, Interviews, load_interviews
from knowledge.questions import Corpus, load_corpus
from tests.knowledge.conftest import write_question

QUESTIONS = tuple(f"sum-of-{number}" for number in ("ones", "twos", "threes", "fours", "fives"))
TOPICS = ("sums",)

_COMMON = {
    "title": "title: Adding up",
    "level": "level: mid",
    "minutes": "minutes: 15",
    "hints": "hints: [Look closer., Look at the loop., Start at zero.]",
    "follow_ups": "follow_ups:\n  - {depth: 1, say: And if it is empty?, listen_for: [Then the sum is zero.]}",
    "red_flags": "red_flags: [Guesses.]",
    "sources": "sources: [https://docs.pytorch.org/docs/2.13/generated/torch.sum.html]",
    "torch": 'torch: "2.13.0"',
}
_STATEMENT = "The function adds up a list of numbers, one after the other, and gives their total. " * 5
BROKEN = "def total(values):\n    result = 1\n    for value in values[1:]:\n        result += value\n    return result"
CHECK = (
    'assert total([]) == 0, "The sum of nothing is zero."\nassert total([2, 3]) == 5, "Two and three should give five."'
)
SOLUTION = "def total(values):\n    return sum(values)"


def code(label: str, program: str) -> str:
    """A labelled block of code."""
    return f"```python {label}\n{program}\n```\n"


_BODIES: Mapping[BlockKind, str] = {
    "debugging": f"{_STATEMENT}\n\n{code('broken', BROKEN)}\n{code('check', CHECK)}",
    "coding": f"{_STATEMENT}\n\n{code('starter', 'def total(values):' + chr(10) + '    ...')}\n"
    f"{code('solution', SOLUTION)}\n{code('check', CHECK)}",
    "design": f"{_STATEMENT}\n\n```python\nprint(4 * 1000, 'bytes')\n```\n```output\n4000 bytes\n```\n",
}
_AREA = "{area: Memory, key_points: [Four bytes a number.], weak: No idea., strong: Multiplies.}"
_FIELDS: Mapping[BlockKind, dict[str, str]] = {
    "debugging": {
        "topic": "topic: sums",
        "key_points": "key_points: [It starts at one., It leaves out the first value.]",
        "faults": "faults:\n"
        "  - {was: result = 1, now: result = 0, what: It starts at one., why: One is not neutral.}\n"
        '  - {was: "values[1:]", now: values, what: It skips the first., why: The slice begins at one.}',
    },
    "coding": {"topic": "topic: sums", "key_points": "key_points: [It starts at zero., It adds every value.]"},
    "design": {
        "topics": "topics: [sums]",
        "clarify": "clarify:\n  - {ask: How many?, answer: A thousand.}\n  - {ask: Which dtype?, answer: float32.}",
        "areas": "areas:\n" + "\n".join(f"  - {_AREA}" for _ in range(4)),
    },
}


def block_text(kind: BlockKind, block_id: str = "adding-up", **replaced: str) -> str:
    """A valid block; each keyword replaces a whole field or the body by what is given."""
    body = replaced.pop("body", _BODIES[kind])
    fields = {"id": f"id: {block_id}"} | _COMMON | _FIELDS[kind] | replaced
    return "---\n" + "\n".join(field for field in fields.values() if field) + "\n---\n" + body


def asked(question_id: str, follow_up: str | None = None) -> str:
    """One question of a pack."""
    leads_to = follow_up or question_id
    return (
        f"  - ask: {question_id}\n"
        "    follow_ups:\n"
        f"      - {{depth: 1, say: How so?, question: {leads_to}}}\n"
        f"      - {{depth: 3, say: And then?, question: {leads_to}}}\n"
        "    red_flags: [Guesses.]"
    )


def pack_text(pack_id: str = "all-the-sums", **replaced: str) -> str:
    """A valid pack of concepts; each keyword replaces a whole field by what is given."""
    axes = ("correctness", "depth", "fluency", "debugging", "communication")
    fields = {
        "id": f"id: {pack_id}",
        "title": "title: All the sums",
        "kind": "kind: concepts",
        "level": "level: junior",
        "topics": "topics: [sums]",
        "warm_up": "warm_up: What did you last add up?",
        "questions": "questions:\n" + "\n".join(asked(question_id) for question_id in QUESTIONS[:4]),
        "notes": "notes:\n" + "\n".join(f"  {axis}: Listen for it." for axis in axes),
    } | replaced
    return "\n".join(field for field in fields.values() if field) + "\n"


def write_corpus(folder: Path) -> Corpus:
    """A small corpus of one topic."""
    for question_id in QUESTIONS:
        write_question(folder, question_id)
    return load_corpus(folder)


def write_interviews(folder: Path, files: Mapping[str, str]) -> None:
    """Interview files under their paths, with the rubric that ships."""
    for name, text in {"rubric.yaml": (INTERVIEWS_DIR / "rubric.yaml").read_text(encoding="utf-8"), **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def interviews_of(folder: Path, files: Mapping[str, str]) -> Interviews:
    """What the loader makes of these files and a small corpus."""
    write_interviews(folder / "interviews", files)
    return load_interviews(write_corpus(folder / "corpus"), folder / "interviews")
