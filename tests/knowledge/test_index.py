"""The index is built once, opened after that, and rebuilt when anything changed or broke."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.encoder import Encoder, Vectors
from knowledge.index import Index, open_or_build
from tests.knowledge.conftest import write_question


class CountingEncoder(Encoder):
    """The real encoder, counting the texts that it embeds."""

    def __init__(self, encoder: Encoder, fingerprint: str | None = None) -> None:
        self.fingerprint = fingerprint or encoder.fingerprint
        self.embedded = 0
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.embedded += len(texts)
        return self._encoder.encode(texts)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for name in ("sum-of-ones", "sum-of-twos", "mean-of-ones"):
        write_question(tmp_path / "corpus", name)
    return tmp_path / "corpus"


def opened(corpus: Path, encoder: CountingEncoder) -> tuple[Index, list[str]]:
    return open_or_build(corpus, corpus.parent / "index", encoder)


def test_a_second_start_embeds_nothing_and_finds_the_same(corpus: Path, encoder: Encoder) -> None:
    first = CountingEncoder(encoder)
    built, notices = opened(corpus, first)
    assert first.embedded > 0
    assert notices == []

    second = CountingEncoder(encoder)
    loaded, notices = opened(corpus, second)

    assert second.embedded == 0
    assert notices == []
    assert loaded.corpus == built.corpus
    query = encoder.encode(["how much is sum of ones"])
    assert loaded.vectors.search(query, 3)[1].tolist() == built.vectors.search(query, 3)[1].tolist()
    before, after = built.words.match("sum of ones"), loaded.words.match("sum of ones")
    assert after.head.tolist() == pytest.approx(before.head.tolist(), abs=1e-3)
    assert after.phrasing.tolist() == pytest.approx(before.phrasing.tolist(), abs=1e-3)


def test_a_changed_corpus_is_indexed_anew_and_the_old_index_goes(corpus: Path, encoder: Encoder) -> None:
    opened(corpus, CountingEncoder(encoder))
    write_question(corpus, "sum-of-threes")

    counting = CountingEncoder(encoder)
    index, _ = opened(corpus, counting)

    assert counting.embedded > 0
    assert "sum-of-threes" in index.corpus.by_id()
    assert len(list((corpus.parent / "index").iterdir())) == 1


def test_another_model_is_indexed_anew(corpus: Path, encoder: Encoder) -> None:
    opened(corpus, CountingEncoder(encoder))
    counting = CountingEncoder(encoder, "another-model")
    opened(corpus, counting)
    assert counting.embedded > 0


@pytest.mark.parametrize("file", ["vectors.faiss", "words.json", "corpus.json", "sums.json"])
@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_index_is_rebuilt_and_said_so(
    corpus: Path, encoder: Encoder, file: str, damage: bytes | None
) -> None:
    opened(corpus, CountingEncoder(encoder))
    (place,) = (corpus.parent / "index").iterdir()
    if damage is None:
        (place / file).unlink()
    else:
        (place / file).write_bytes(damage)

    index, notices = opened(corpus, CountingEncoder(encoder))

    assert len(index.corpus.questions) == 3
    assert len(notices) == 1
    assert "damaged" in notices[0]
    assert "rebuilt" in notices[0]
    assert opened(corpus, CountingEncoder(encoder))[1] == []


def test_a_corrupt_corpus_file_is_named_and_the_rest_served(corpus: Path, encoder: Encoder) -> None:
    write_question(corpus, "broken", level="level: expert")

    for _ in range(2):  # built, and loaded
        index, notices = opened(corpus, CountingEncoder(encoder))
        assert len(index.corpus.questions) == 3
        assert len(notices) == 1
        assert "broken.md:5: level must be one of" in notices[0]


def test_a_place_that_cannot_be_written_still_gives_an_index(corpus: Path, encoder: Encoder) -> None:
    (corpus.parent / "index").write_text("a file where the folder should be")
    index, notices = opened(corpus, CountingEncoder(encoder))
    assert len(index.corpus.questions) == 3
    assert "could not be kept" in notices[0]


def test_a_build_that_was_killed_leaves_nothing_in_the_way(corpus: Path, encoder: Encoder) -> None:
    draft = corpus.parent / "index" / ".draft-killed"
    draft.mkdir(parents=True)
    (draft / "vectors.faiss").write_bytes(os.urandom(100))
    index, notices = opened(corpus, CountingEncoder(encoder))
    assert len(index.corpus.questions) == 3
    assert notices == []


def test_an_empty_corpus_is_an_index_without_hits(tmp_path: Path, encoder: Encoder) -> None:
    (tmp_path / "corpus").mkdir()
    index, _ = opened(tmp_path / "corpus", CountingEncoder(encoder))
    assert index.corpus.questions == ()
