"""The fast encoder gives the vectors of sentence-transformers; damaged weights are noticed."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from knowledge import encoder as encoding
from knowledge.encoder import Encoder, choose_device, find_model, open_encoder, pick_device
from knowledge.errors import ModelError

TEXTS = [
    "What does zero_grad() do?",
    "",
    "ключ 🔑 鍵",
    "Why is my loss NaN after the first epoch? " * 40,
    *(f"question number {number} about tensors" for number in range(70)),
]


def test_onnx_gives_nearly_the_vectors_of_sentence_transformers(encoder: Encoder) -> None:
    original = encoding.SentenceTransformerEncoder(find_model(None), "cpu")

    ours, theirs = encoder.encode(TEXTS), original.encode(TEXTS)

    assert ours.shape == theirs.shape == (len(TEXTS), 384)
    assert ours.dtype == np.float32
    assert np.sum(ours * theirs, axis=1).min() > 0.99
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1.0, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_beside_others(encoder: Encoder) -> None:
    one_by_one = np.concatenate([encoder.encode([text]) for text in TEXTS[:8]])
    np.testing.assert_allclose(encoder.encode(TEXTS[:8]), one_by_one, atol=2e-6)


def test_a_damaged_export_is_made_again(data_dir: Path, tmp_path: Path) -> None:
    model = find_model(None)
    for file in (data_dir / "models").iterdir():
        shutil.copy(file, tmp_path)
    (export,) = tmp_path.glob("*.onnx")
    whole = export.read_bytes()
    export.write_bytes(whole[:1000] + b"x" + whole[1001:])

    assert open_encoder(model, "cpu", tmp_path).encode(["hello"]).shape == (1, 384)
    assert export.read_bytes()[1000:1001] == whole[1000:1001]


def test_another_model_is_taken_from_its_folder_and_has_another_fingerprint(tmp_path: Path) -> None:
    folder = tmp_path / "my-model"
    shutil.copytree(find_model(None).source, folder)
    (folder / "README.md").write_text("not part of the model")

    other = find_model(str(folder))

    assert other.fingerprint != find_model(None).fingerprint
    assert open_encoder(other, "cpu", tmp_path).encode(["hello"]).shape == (1, 384)


def test_a_model_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="TUTOR_EMBEDDING_MODEL"):
        open_encoder(find_model(str(tmp_path / "empty")), "cpu", tmp_path)


def test_a_device_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(ModelError, match="TUTOR_DEVICE=mps"):
        choose_device("mps")


@pytest.mark.parametrize(
    ("wanted", "expected"), [("auto", "cuda"), ("cuda", "cuda"), ("cuda:1", "cuda:1"), ("cpu", "cpu"), ("mps", None)]
)
def test_a_device_may_be_named_by_its_number(wanted: str, expected: str | None) -> None:
    two_gpus = {"cuda": 2, "mps": 0, "cpu": 1}
    if expected:
        assert pick_device(wanted, two_gpus) == expected
    else:
        with pytest.raises(ModelError, match=f"TUTOR_DEVICE={wanted}"):
            pick_device(wanted, two_gpus)


def test_a_device_beyond_the_last_is_told_in_a_sentence() -> None:
    with pytest.raises(ModelError, match="TUTOR_DEVICE=cuda:2"):
        pick_device("cuda:2", {"cuda": 2, "mps": 0, "cpu": 1})
