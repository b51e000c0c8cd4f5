"""Read the Markdown file of an interview block; docs/adding-an-interview.md describes the formats."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, cast, get_args

from knowledge.front_matter import Document, Fault, Fields, read_text, split_document
from knowledge.interview_blocks import (
    AnyBlock,
    Area,
    BlockKind,
    Clarification,
    Coding,
    Debugging,
    Design,
    FollowUp,
    Planted,
)
from knowledge.questions import Level, Question, read_proved

TITLE_CHARACTERS = 80
SAY_CHARACTERS = 300
REMARK_CHARACTERS = 300
CODE_CHARACTERS = 3000
MINUTES = (5, 45)
DEEPEST = 3
STATEMENT_WORDS: Mapping[BlockKind, tuple[int, int]] = {
    "coding": (60, 250),
    "debugging": (30, 120),
    "design": (60, 200),
}

_FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)


def read_block(path: Path, kind: BlockKind, topics: Collection[str]) -> tuple[AnyBlock | None, list[Fault]]:
    """Read one file; the block is None when any fault was found. `topics` are those that the corpus has."""
    text = read_text(path)
    return (None, [text]) if isinstance(text, Fault) else parse_block(text, path, kind, topics)


def parse_block(text: str, path: Path, kind: BlockKind, topics: Collection[str]) -> tuple[AnyBlock | None, list[Fault]]:
    """Parse the text of one block file. `path` gives its id and its name in faults."""
    document = split_document(text, path, f"a {kind} block")
    if isinstance(document, Fault):
        return None, [document]
    front = document.front
    common = {
        "id": front.identifier("id", path.stem),
        "title": front.text("title", longest=TITLE_CHARACTERS),
        "topics": read_topics(front, topics) if kind == "design" else _topic(front, topics),
        "level": cast(Level, front.choice("level", get_args(Level))),
        "minutes": front.number("minutes", *MINUTES),
        "hints": front.texts("hints", at_least=3, at_most=3, longest=REMARK_CHARACTERS),
        "follow_ups": read_follow_ups(front, at_least=1),
        "red_flags": front.texts("red_flags", at_least=1, longest=REMARK_CHARACTERS),
        "sources": front.sources(),
        "torch": front.text("torch"),
        "path": path,
    }
    parsers: Mapping[BlockKind, Callable[[Document, dict[str, Any]], AnyBlock]]
    parsers = {"debugging": _debugging, "coding": _coding, "design": _design}
    block = parsers[kind](document, common)
    front.forbid_others()
    return (None if front.faults else block), sorted(front.faults, key=lambda fault: fault.line)


def read_topics(front: Fields, topics: Collection[str]) -> tuple[str, ...]:
    """The topics that a file names, each one of the corpus."""
    named = front.texts("topics", at_least=1)
    for topic in named:
        if topic not in topics:
            front.fault("topics", f"the corpus has no topic {topic!r}")
    return named


def _topic(front: Fields, topics: Collection[str]) -> tuple[str, ...]:
    topic = front.text("topic")
    if topic and topic not in topics:
        front.fault("topic", f"the corpus has no topic {topic!r}")
    return (topic,)


def read_follow_ups(
    front: Fields, at_least: int, at_most: int | None = None, corpus: Mapping[str, Question] | None = None
) -> tuple[FollowUp, ...]:
    """Follow-ups, deeper and deeper: answered by a question of the corpus where it is given, else by `listen_for`."""
    answer = "listen_for" if corpus is None else "question"
    items = front.items("follow_ups", "a follow-up", f"follow-ups: depth, say and {answer}", at_least, at_most)
    follow_ups = tuple(_follow_up(item, corpus) for item in items)
    for item, before, after in zip(items[1:], follow_ups, follow_ups[1:], strict=False):
        if after.depth < before.depth:
            item.fault("depth", f"follow-ups go deeper and deeper, but depth {after.depth} follows {before.depth}")
    return follow_ups


def _follow_up(item: Fields, corpus: Mapping[str, Question] | None) -> FollowUp:
    depth = item.number("depth", 1, DEEPEST)
    say = item.text("say", longest=SAY_CHARACTERS)
    if corpus is None:
        listen_for, question_id = item.texts("listen_for", at_least=1, longest=REMARK_CHARACTERS), None
    else:
        question_id = item.text("question")
        question = corpus.get(question_id)
        if question_id and question is None:
            item.fault("question", f"the corpus has no question {question_id!r}")
        listen_for = question.key_points if question else ()
    item.forbid_others()
    return FollowUp(depth, say, listen_for, question_id)


@dataclass(frozen=True, slots=True)
class _Snippet:
    code: str
    line: int


def _snippets(document: Document, labels: tuple[str, ...], words: tuple[int, int]) -> tuple[str, dict[str, _Snippet]]:
    """The statement above the first labelled block of code, and each block by its label; empty where it is missing."""
    front, body = document.front, document.body
    found: dict[str, _Snippet] = {}
    end = 0
    statement = body
    for fence in _FENCE.finditer(body):
        language, _, label = fence[2].strip().partition(" ")
        if not found and (language != "python" or label not in labels):
            continue
        line = document.body_line + body.count("\n", 0, fence.start())
        if not found:
            statement = body[: fence.start()]
        elif body[end : fence.start()].strip():
            front.faults.append(Fault(front.path, line, "text between blocks of code belongs above the first of them"))
        end = fence.end()
        if language != "python" or label not in labels:
            front.faults.append(Fault(front.path, line, f"a block of code is ```python {' or '.join(labels)}"))
        elif label in found:
            front.faults.append(Fault(front.path, line, f"```python {label} is given twice"))
        else:
            found[label] = _Snippet(fence[3], line)
            _expect_python(front, label, found[label])
    if found and body[end:].strip():
        line = document.body_line + body.count("\n")
        front.faults.append(
            Fault(front.path, line, "text after the last block of code belongs above the first of them")
        )
    for label in labels:
        if label not in found:
            front.faults.append(Fault(front.path, document.body_line, f"has no block of code ```python {label}"))
    count = len(statement.split())
    if not words[0] <= count <= words[1]:
        what = f"the statement has {count} words; {words[0]} to {words[1]} are wanted"
        front.faults.append(Fault(front.path, document.body_line, what))
    return statement.strip(), found | {label: _Snippet("", 1) for label in labels if label not in found}


def _expect_python(front: Fields, label: str, snippet: _Snippet) -> None:
    if label != "check" and len(snippet.code) > CODE_CHARACTERS:
        what = f"{label} has {len(snippet.code)} characters; {CODE_CHARACTERS} fit where Discord shows it"
        front.faults.append(Fault(front.path, snippet.line, what))
    try:
        ast.parse(snippet.code)
    except (SyntaxError, ValueError) as error:
        line = snippet.line + (getattr(error, "lineno", None) or 0)
        front.faults.append(Fault(front.path, line, f"{label} is not Python: {getattr(error, 'msg', error)}"))


def _debugging(document: Document, common: dict[str, Any]) -> Debugging:
    front = document.front
    statement, snippets = _snippets(document, ("broken", "check"), STATEMENT_WORDS["debugging"])
    broken = snippets["broken"].code
    items = front.items("faults", "a planted fault", "planted faults: was, now, what and why", at_least=1)
    block = Debugging(
        **common,
        statement=statement,
        key_points=front.texts("key_points", at_least=2, longest=REMARK_CHARACTERS),
        faults=tuple(_planted(item, broken) for item in items),
        broken=broken,
        check=snippets["check"].code,
        check_line=snippets["check"].line,
    )
    if front.faults:
        return block
    in_order = sorted(block.faults, key=lambda fault: broken.index(fault.was))
    for before, after in pairwise(in_order):
        if broken.index(before.was) + len(before.was) > broken.index(after.was):
            front.faults.append(Fault(front.path, after.line, f"was shares text with the fault in line {before.line}"))
            return block
    try:
        ast.parse(block.fixed)
    except (SyntaxError, ValueError) as error:
        front.fault("faults", f"the program with its faults mended is not Python: {getattr(error, 'msg', error)}")
    return block


def _planted(item: Fields, broken: str) -> Planted:
    planted = Planted(
        was=item.exact_text("was"),
        now=item.exact_text("now", may_be_empty=True),
        what=item.text("what", longest=REMARK_CHARACTERS),
        why=item.text("why", longest=REMARK_CHARACTERS),
        line=item.line_of("was"),
    )
    item.forbid_others()
    times = broken.count(planted.was)
    if broken and planted.was and times != 1:
        item.fault("was", f"was stands in the broken program {times} times; it must stand there exactly once")
    if planted.was and planted.was == planted.now:
        item.fault("now", "now is the same as was, so nothing is wrong")
    return planted


def _coding(document: Document, common: dict[str, Any]) -> Coding:
    statement, snippets = _snippets(document, ("starter", "solution", "check"), STATEMENT_WORDS["coding"])
    return Coding(
        **common,
        statement=statement,
        key_points=document.front.texts("key_points", at_least=2, longest=REMARK_CHARACTERS),
        starter=snippets["starter"].code,
        solution=snippets["solution"].code,
        check=snippets["check"].code,
        check_line=snippets["check"].line,
    )


def _design(document: Document, common: dict[str, Any]) -> Design:
    front = document.front
    words = STATEMENT_WORDS["design"]
    prompt, proofs, faults = read_proved(document.body, document.body_line, front.path, "the prompt", words)
    front.faults += faults
    questions = front.items("clarify", "a question to clarify", "questions: ask and answer", at_least=2)
    areas = front.items("areas", "an area", "areas: area, key_points, weak and strong", at_least=4, at_most=7)
    design = Design(
        **common,
        statement=prompt,
        clarify=tuple(Clarification(_remark(one, "ask"), _remark(one, "answer")) for one in questions),
        areas=tuple(
            Area(
                one.text("area", longest=TITLE_CHARACTERS),
                one.texts("key_points", at_least=1, longest=REMARK_CHARACTERS),
                _remark(one, "weak"),
                _remark(one, "strong"),
            )
            for one in areas
        ),
        proofs=proofs,
    )
    for one in (*questions, *areas):
        one.forbid_others()
    return design


def _remark(fields: Fields, key: str) -> str:
    return fields.text(key, longest=REMARK_CHARACTERS)
