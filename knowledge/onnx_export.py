"""Export the packaged sentence-transformer to ONNX, checked against the original."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import tempfile
import warnings
from pathlib import Path
from typing import cast

import numpy as np

from knowledge.encoder import Model, load_sentence_transformer
from knowledge.errors import ModelError

VERSION = "2"
"""Part of the exported file's name: raise it when the export changes."""

LARGEST_DIFFERENCE = 1e-5

_SAMPLES = ("What does zero_grad() do?", "view vs reshape", "Why is my loss NaN after the first epoch? " * 8)


def export(model: Model, path: Path) -> None:
    """Write the model as one optimised ONNX file: `ids`, `mask` (n, tokens) to `sentence_embedding` (n, 384).

    Its second output, `token_embeddings` (n, tokens, 384), holds the last hidden states. ONNX Runtime computes only
    the outputs that are asked for, and the pooling is next to nothing beside the states it needs anyway.

    Raises:
        ModelError: the export gives other vectors than sentence-transformers.
    """
    import onnxruntime
    import torch

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    transformer = load_sentence_transformer(model, "cpu")
    body = cast(torch.nn.Module, transformer[0].auto_model).eval()

    class MeanPooled(torch.nn.Module):
        """Mean of the token states under the mask, normalised: what the model's own pooling does."""

        def __init__(self) -> None:
            super().__init__()
            self.body = body

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            states = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1).to(states.dtype)
            mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1), states

    ids = torch.randint(1000, 5000, (2, 12))
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=256)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        raw, optimised = Path(folder) / "raw.onnx", Path(folder) / "optimised.onnx"
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                MeanPooled(),
                (ids, torch.ones_like(ids)),
                input_names=["ids", "mask"],
                output_names=["sentence_embedding", "token_embeddings"],
                dynamic_shapes=({0: batch, 1: tokens}, {0: batch, 1: tokens}),
                dynamo=True,
                verbose=False,
            )
        if program is None:
            raise ModelError("The embedding model could not be exported to ONNX. Set TUTOR_EMBEDDING_MODEL instead.")
        program.save(str(raw))
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(optimised)
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(raw), options, providers=["CPUExecutionProvider"])
        for sample in _SAMPLES:
            encoded = transformer.tokenizer([sample], truncation=True, max_length=256, return_tensors="np")
            feeds = {"ids": encoded["input_ids"].astype(np.int64), "mask": encoded["attention_mask"].astype(np.int64)}
            ours, _ = session.run(["sentence_embedding", "token_embeddings"], feeds)
            theirs = transformer.encode([sample], normalize_embeddings=True)
            if np.abs(ours - theirs).max() > LARGEST_DIFFERENCE:
                raise ModelError("The exported embedding model gives other vectors than the original. Report this.")
        os.replace(optimised, path)
