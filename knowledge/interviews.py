"""What mock interviews are made of: packs of questions, the blocks that they name, and the rubric to score with.

`load_interviews` reads all of it; docs/adding-an-interview.md describes the formats. Whatever is wrong with a file is
collected as a `Fault` that names file and line; a faulty file never hides the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from knowledge.front_matter import Fault, Fields, read_text, read_yaml
from knowledge.interview_blocks import AnyBlock, BlockKind, FollowUp
from knowledge.interview_parsing import (
    REMARK_CHARACTERS,
    SAY_CHARACTERS,
    TITLE_CHARACTERS,
    read_block,
    read_follow_ups,
    read_topics,
)
from knowledge.questions import Corpus, Level, Question

Kind = Literal["concepts", "coding", "debugging", "design", "mixed"]
AxisName = Literal["correctness", "depth", "fluency", "debugging", "communication"]
AXES: tuple[AxisName, ...] = get_args(AxisName)

INTERVIEWS_DIR = Path(__file__).parent / "interview_packs"
ANCHORED = (1, 3, 5)
ABOUT_CHARACTERS = 100
ANCHOR_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A corpus question that a pack asks. `ask` is its id: model answer, key points and misconceptions are there."""

    ask: str
    follow_ups: tuple[FollowUp, ...]
    red_flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """One prepared interview. `notes` say what to look for on each axis of the rubric, in the order of `AXES`."""

    id: str
    title: str
    kind: Kind
    level: Level
    topics: tuple[str, ...]
    warm_up: str
    questions: tuple[Asked, ...]
    block: str | None
    notes: tuple[str, ...]
    path: Path

    def note(self, axis: AxisName) -> str:
        """What to look for on one axis of the rubric."""
        return self.notes[AXES.index(axis)]


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a candidate who deserves this score looks and sounds like."""

    score: int
    looks: str


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of the rubric, scored from 1 to 5, with anchors for 1, 3 and 5."""

    name: AxisName
    title: str
    about: str
    anchors: tuple[Anchor, ...]


@dataclass(frozen=True, slots=True)
class Rubric:
    """What every interview is scored with; its axes stand in the order of `AXES`."""

    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True)
class Interviews:
    """All valid packs and blocks, sorted by id, the rubric, and the faults of the rest."""

    packs: tuple[Pack, ...]
    blocks: tuple[AnyBlock, ...]
    rubric: Rubric
    faults: tuple[Fault, ...]

    def block_of(self, pack: Pack) -> AnyBlock | None:
        """The block that a pack names; None when it names none."""
        return next((block for block in self.blocks if block.id == pack.block), None)


def load_interviews(corpus: Corpus, folder: Path = INTERVIEWS_DIR) -> Interviews:
    """Read the rubric, every block and every pack under `folder`.

    Faulty files are left out and named in `faults`; so are packs that ask what `corpus` does not have, or name a
    block that is not there.

    Raises:
        OSError: the folder cannot be listed.
    """
    rubric, faults = _read_rubric(folder / "rubric.yaml")
    blocks: dict[str, AnyBlock] = {}
    for kind in get_args(BlockKind):
        for path in _files(folder / kind, ".md", faults):
            block, found = read_block(path, kind, corpus.topics())
            faults += found
            if block is None:
                continue
            if block.id in blocks:
                faults.append(Fault(path, 1, f"id {block.id!r} is already used by {blocks[block.id].path}"))
                continue
            blocks[block.id] = block
    packs: list[Pack] = []
    questions = corpus.by_id()
    for path in _files(folder / "packs", ".yaml", faults):
        pack, found = _read_pack(path, questions, blocks)
        faults += found
        packs += [pack] if pack else []
    return Interviews(tuple(packs), tuple(blocks[key] for key in sorted(blocks)), rubric, tuple(faults))


def _files(folder: Path, suffix: str, faults: list[Fault]) -> Iterator[Path]:
    """The files of a folder by name; whatever else lies there would be overlooked without a word, so it is a fault."""
    for path in sorted(folder.iterdir() if folder.is_dir() else ()):
        if path.suffix == suffix:
            yield path
        elif not path.name.startswith("."):
            faults.append(Fault(path, 1, f"is overlooked: files here end in {suffix}"))


def _read_rubric(path: Path) -> tuple[Rubric, list[Fault]]:
    text = read_text(path)
    if isinstance(text, Fault):
        return Rubric(()), [text]
    fields = read_yaml(path, text, "the rubric")
    axes = []
    for name in AXES:
        axis = fields.mapping(name, "an axis")
        anchors = axis.mapping("anchors", "the anchors of an axis")
        axes.append(
            Axis(
                name=name,
                title=axis.text("title", longest=TITLE_CHARACTERS),
                about=axis.text("about", longest=ABOUT_CHARACTERS),
                anchors=tuple(Anchor(score, anchors.text(str(score), longest=ANCHOR_CHARACTERS)) for score in ANCHORED),
            )
        )
        axis.forbid_others()
        anchors.forbid_others()
    fields.forbid_others()
    return Rubric(() if fields.faults else tuple(axes)), fields.faults


def _read_pack(
    path: Path, corpus: Mapping[str, Question], blocks: Mapping[str, AnyBlock]
) -> tuple[Pack | None, list[Fault]]:
    text = read_text(path)
    return (None, [text]) if isinstance(text, Fault) else parse_pack(text, path, corpus, blocks)


def parse_pack(
    text: str, path: Path, corpus: Mapping[str, Question], blocks: Mapping[str, AnyBlock]
) -> tuple[Pack | None, list[Fault]]:
    """Parse the text of one pack; it is None when any fault was found. `path` gives its id and its name in faults."""
    fields = read_yaml(path, text, "a pack")
    kind = cast(Kind, fields.choice("kind", get_args(Kind)))
    items = fields.items(
        "questions",
        "a question of a pack",
        "questions: ask, follow_ups and red_flags",
        at_least=4 if kind == "concepts" else 2,
    )
    notes = fields.mapping("notes", "the notes of a pack")
    pack = Pack(
        id=fields.identifier("id", path.stem),
        title=fields.text("title", longest=TITLE_CHARACTERS),
        kind=kind,
        level=cast(Level, fields.choice("level", get_args(Level))),
        topics=read_topics(fields, {question.topic for question in corpus.values()}),
        warm_up=fields.text("warm_up", longest=SAY_CHARACTERS),
        questions=tuple(_asked(item, corpus) for item in items),
        block=_block(fields, kind, blocks),
        notes=tuple(notes.text(axis, longest=REMARK_CHARACTERS) for axis in AXES),
        path=path,
    )
    notes.forbid_others()
    fields.forbid_others()
    if not fields.faults:
        _compare(fields, items, pack, corpus, blocks)
    return (None if fields.faults else pack), sorted(fields.faults, key=lambda fault: fault.line)


def _asked(item: Fields, corpus: Mapping[str, Question]) -> Asked:
    ask = item.text("ask")
    if ask and ask not in corpus:
        item.fault("ask", f"the corpus has no question {ask!r}")
    asked = Asked(
        ask,
        read_follow_ups(item, at_least=2, at_most=4, corpus=corpus),
        item.texts("red_flags", at_least=1, longest=REMARK_CHARACTERS),
    )
    item.forbid_others()
    return asked


def _block(fields: Fields, kind: Kind, blocks: Mapping[str, AnyBlock]) -> str | None:
    """The id of the block of a pack: none for concepts, one of its kind for the other kinds, any for mixed."""
    if kind == "concepts":
        if fields.has("block"):
            fields.fault("block", "a pack of concepts has no block")
        return None
    named = fields.text("block")
    block = blocks.get(named)
    if named and block is None:
        fields.fault("block", f"block {named!r} is not there, or has faults")
    if block is not None and kind in get_args(BlockKind) and block.kind != kind:
        fields.fault("block", f"a pack of kind {kind} needs a block of that kind, and {named!r} is {block.kind}")
    return named


def _compare(
    fields: Fields,
    items: tuple[Fields, ...],
    pack: Pack,
    corpus: Mapping[str, Question],
    blocks: Mapping[str, AnyBlock],
) -> None:
    """What a pack names and what it asks must agree, for people choose packs by topic; and nothing is asked twice."""
    asks = [question.ask for question in pack.questions]
    touched = set(blocks[pack.block].topics if pack.block else ())
    for place, (item, question) in enumerate(zip(items, pack.questions, strict=True)):
        topic = corpus[question.ask].topic
        touched.add(topic)
        if topic not in pack.topics:
            item.fault("ask", f"{question.ask!r} is of the topic {topic!r}, which topics does not name")
        if question.ask in asks[:place]:
            item.fault("ask", f"{question.ask!r} is asked already")
        for follow_up in question.follow_ups:
            if follow_up.question in asks and follow_up.question != question.ask:
                item.fault("follow_ups", f"a follow-up leads to {follow_up.question!r}, which the pack asks itself")
    for topic in pack.topics:
        if topic not in touched:
            fields.fault("topics", f"topics names {topic!r}, of which nothing is asked")
