"""Export the packaged sentence-transformer to ONNX, checked against the original."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from knowledge.encoder import Model, Vectors, load_sentence_transformer
from knowledge.errors import ModelError
from knowledge.onnx_graph import Floats, Graph

if TYPE_CHECKING:
    from transformers import BertModel

VERSION = "3"
"""Part of the exported file's name: raise it when the export changes."""

LEAST_COSINE = 0.99
"""Between an exported embedding and the original one."""

_SAMPLES = (
    "What does zero_grad() do?",
    "view vs reshape",
    "Why is my loss NaN after the first epoch? " * 8,
    "The weather was fine on Tuesday, so they walked to the harbour.",
)


def export(model: Model, path: Path) -> None:
    """Write the model as one ONNX file; see `onnx_graph` for what goes in and comes out.

    Raises:
        ModelError: the export gives other vectors than sentence-transformers.
    """
    import onnxruntime
    import torch

    transformer = load_sentence_transformer(model, "cpu")
    body = cast("BertModel", transformer[0].auto_model)
    sizes: dict[str, Floats] = {}

    def note(name: str, states: torch.Tensor) -> None:
        seen = states.abs().amax(dim=(0, 1)).numpy()
        sizes[name] = np.maximum(seen, sizes.get(name, 0))

    for name, part in body.named_modules():
        if isinstance(part, torch.nn.LayerNorm):
            part.register_forward_hook(lambda _, __, states, name=name: note(name, states))
    original: Vectors = transformer.encode(list(_SAMPLES), batch_size=1, normalize_embeddings=True)

    weights = {name: weight.numpy() for name, weight in body.state_dict().items()}
    graph = Graph(weights, sizes, body.config.num_attention_heads, body.config.layer_norm_eps).model()
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        written = Path(folder) / path.name
        written.write_bytes(graph.SerializeToString())
        session = onnxruntime.InferenceSession(str(written), providers=["CPUExecutionProvider"])
        for sample, theirs in zip(_SAMPLES, original, strict=True):
            encoded = transformer.tokenizer([sample], truncation=True, max_length=256, return_tensors="np")
            feeds = {"ids": encoded["input_ids"].astype(np.int64), "mask": encoded["attention_mask"].astype(np.int64)}
            (ours,) = session.run(["sentence_embedding"], feeds)
            if float(ours[0] @ theirs) < LEAST_COSINE:
                raise ModelError("The exported embedding model gives other vectors than the original. Report this.")
        os.replace(written, path)
