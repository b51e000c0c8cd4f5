"""The index on disk: vectors in a FAISS file, words and questions beside it, immutable and named by content.

A bundle is a folder `<key>/` whose key is a hash of everything that it was built from: the corpus files, the
embedding model and the code that makes vectors and words. A bundle is never changed: other contents have
another key. It is written beside its place and moved there whole, so a killed build leaves nothing half done.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from knowledge import front_matter, lexical, questions, words
from knowledge.encoder import Encoder, Vectors
from knowledge.errors import IndexDamaged
from knowledge.lexical import LexicalIndex, phrasings
from knowledge.questions import Corpus, Fault, Misconception, Proof, Question, load_corpus

KINDS = ("question", "ask", "content", "together", "whole", "misconception")
"""What the text of a vector is: `content` is a key point or a paragraph of the answer, `together` all phrasings
in one text, `whole` question and answer in one text, `misconception` either side of one."""

_CODE = tuple(
    Path(file or "") for file in (front_matter.__file__, questions.__file__, lexical.__file__, words.__file__, __file__)
)
_VECTORS, _WORDS, _CORPUS, _SUMS = "vectors.faiss", "words.json", "corpus.json", "sums.json"


@dataclass(frozen=True, slots=True)
class Rows:
    """Which question each vector belongs to, and what its text is (an index into KINDS); shapes (vectors,)."""

    owners: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Index:
    """A corpus ready to be searched."""

    corpus: Corpus
    vectors: faiss.Index
    rows: Rows
    words: LexicalIndex
    word_counts: dict[str, int]


def texts_of(question: Question) -> list[tuple[int, str]]:
    """The texts that get a vector each, with their kind, an index into KINDS."""
    paragraphs = [part for part in question.answer.split("\n\n") if part.strip() and not part.startswith("```")]
    return [
        (0, question.question),
        *((1, ask) for ask in question.asks),
        *((2, text) for text in (*question.key_points, *paragraphs)),
        (3, " ".join(phrasings(question))),
        (4, f"{question.question} {question.answer}"),
        *((5, side) for pair in question.misconceptions for side in (pair.wrong, pair.right)),
    ]


def rows_of(questions: Sequence[Question]) -> Rows:
    """The rows in the order in which `build` embeds the texts."""
    pairs = [(owner, kind) for owner, question in enumerate(questions) for kind, _ in texts_of(question)]
    table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Rows(table[:, 0].copy(), table[:, 1].astype(np.int8))


def build(corpus: Corpus, encoder: Encoder) -> Index:
    """Embed and index a corpus in memory."""
    texts = [text for question in corpus.questions for _, text in texts_of(question)]
    return assemble(corpus, encoder.encode(texts) if texts else np.zeros((0, 1), dtype=np.float32))


def assemble(corpus: Corpus, vectors: Vectors, beside: LexicalIndex | None = None) -> Index:
    """Index a corpus whose texts (as `texts_of` orders them) have been embedded; shape (texts, dimensions).

    `beside` are the words of another index that it will be searched together with.
    """
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    counts = words.count_words(
        text for question in corpus.questions for text in (*phrasings(question), lexical.body_text(question))
    )
    return Index(corpus, flat, rows_of(corpus.questions), LexicalIndex.build(corpus.questions, beside), counts)


def key_of(corpus_dir: Path, fingerprint: str) -> str:
    """The name of the bundle for these corpus files, this model and this code."""
    digest = hashlib.sha256(fingerprint.encode())
    for path in (*_CODE, *sorted(corpus_dir.glob("*/*.md"))):
        digest.update(f"\0{path.parent.name}/{path.name}\0".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:20]


def open_or_build(corpus_dir: Path, folder: Path, encoder: Encoder) -> tuple[Index, list[str]]:
    """The index of the corpus: from `folder` when it is there and whole, else built and kept there.

    Returns the index and sentences on what a host should know: that a damaged index was rebuilt, that it could
    not be kept, which corpus files are faulty.
    """
    place = folder / key_of(corpus_dir, encoder.fingerprint)
    notices: list[str] = []
    index = None
    if place.exists():
        try:
            index = load(place, corpus_dir)
        except IndexDamaged as damage:
            notices.append(f"The search index was damaged ({damage}) and has been rebuilt.")
            shutil.rmtree(place, ignore_errors=True)
    if index is None:
        index = build(load_corpus(corpus_dir), encoder)
        try:
            save(index, place, corpus_dir)
        except OSError as error:
            notices.append(
                f"The search index could not be kept in {folder} ({error.strerror}): it works, "
                "but the next start builds it again. Free some space or make the folder writable."
            )
    notices += [f"The corpus has a fault: {fault}" for fault in index.corpus.faults]
    return index, notices


def save(index: Index, place: Path, corpus_dir: Path) -> None:
    """Write a bundle and remove the older ones beside it.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=place.parent, prefix=".draft-"))
    try:
        (draft / _VECTORS).write_bytes(faiss.serialize_index(index.vectors).tobytes())
        (draft / _WORDS).write_text(json.dumps({"index": index.words.to_json(), "counts": index.word_counts}))
        (draft / _CORPUS).write_text(json.dumps(_corpus_to_json(index.corpus, corpus_dir)))
        (draft / _SUMS).write_text(json.dumps({name: _sum(draft / name) for name in (_VECTORS, _WORDS, _CORPUS)}))
        older = [path for path in place.parent.iterdir() if path.is_dir() and not path.name.startswith(".draft-")]
        try:
            os.replace(draft, place)
        except OSError:
            # Another process built the same contents at the same time: its bundle is as good as ours.
            if not place.exists():
                raise
        for path in older:
            if path != place:
                shutil.rmtree(path, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def load(place: Path, corpus_dir: Path) -> Index:
    """Open a bundle; the vectors stay on disk, mapped into memory.

    Raises:
        IndexDamaged: a file is missing or is not what was written.
    """
    try:
        for name, expected in json.loads((place / _SUMS).read_text()).items():
            if _sum(place / name) != expected:
                raise IndexDamaged(f"{name} has changed")
        stored = json.loads((place / _WORDS).read_text())
        corpus = _corpus_from_json(json.loads((place / _CORPUS).read_text()), corpus_dir)
        vectors = faiss.read_index(str(place / _VECTORS), faiss.IO_FLAG_MMAP_IFC)
        rows = rows_of(corpus.questions)
        return Index(corpus, vectors, rows, LexicalIndex.from_json(stored["index"]), stored["counts"])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise IndexDamaged(str(error).splitlines()[0] if str(error) else type(error).__name__) from error


def _corpus_to_json(corpus: Corpus, corpus_dir: Path) -> dict[str, object]:
    def plain(item: Question | Fault) -> dict[str, object]:
        return dataclasses.asdict(item) | {"path": str(item.path.relative_to(corpus_dir))}

    return {"questions": list(map(plain, corpus.questions)), "faults": list(map(plain, corpus.faults))}


def _corpus_from_json(stored: dict[str, list[dict[str, object]]], corpus_dir: Path) -> Corpus:
    def question(fields: dict[str, object]) -> Question:
        for name in ("asks", "key_points", "follow_ups", "sources"):
            fields[name] = tuple(fields[name])  # type: ignore[arg-type]
        fields["misconceptions"] = tuple(Misconception(**pair) for pair in fields["misconceptions"])  # type: ignore[attr-defined]
        fields["proofs"] = tuple(Proof(**proof) for proof in fields["proofs"])  # type: ignore[attr-defined]
        fields["path"] = corpus_dir / str(fields["path"])
        return Question(**fields)  # type: ignore[arg-type]

    def fault(fields: dict[str, object]) -> Fault:
        return Fault(**(fields | {"path": corpus_dir / str(fields["path"])}))  # type: ignore[arg-type]

    return Corpus(tuple(map(question, stored["questions"])), tuple(map(fault, stored["faults"])))


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
