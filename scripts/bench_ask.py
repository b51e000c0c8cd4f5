"""How fast a question becomes an answer, beside sentence-transformers with FAISS by hand in the same run."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from bot.settings import CHECKOUT, load_settings
from knowledge import index as indexing
from knowledge.encoder import (
    Device,
    Encoder,
    SentenceTransformerEncoder,
    choose_device,
    find_model,
    language_words,
    open_encoder,
)
from knowledge.evaluation import REPORT, read_set
from knowledge.questions import Corpus, load_corpus
from knowledge.ranking import Ranking
from knowledge.search import Searcher

VECTORS = 5000
ROUNDS = 400
STARTS = 5
BY_HAND = """
import faiss, sys
import numpy as np
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu")
index = faiss.IndexFlatIP(384)
index.add(np.load(sys.argv[2]))
index.search(model.encode(["why zero_grad"], normalize_embeddings=True), 5)
print("ready", flush=True)
sys.stdin.read()
"""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="questions asked one at a time")
    arguments = parser.parse_args()
    settings = load_settings()
    model = find_model(settings.embedding_model)
    device = choose_device(settings.device)
    encoder = open_encoder(model, "cpu", settings.data_dir / "models")
    by_hand = SentenceTransformerEncoder(model, "cpu")
    unseen = read_set(REPORT)
    queries = [one.q for one in unseen[:: max(1, len(unseen) // 100)]]
    corpus = _grown(load_corpus(), VECTORS)
    index = indexing.build(corpus, encoder)
    searcher = Searcher(index, encoder, Ranking.load(), language_words())
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, device {device}")
    print(f"{len(corpus.questions)} questions, {index.vectors.ntotal} vectors\n")

    print("| one question at a time, question to hits | p50 ms | p95 ms |\n|---|---|---|")
    ours = _times(lambda query: searcher.search([query]), queries, arguments.rounds)
    _row("torch tutor: embeddings, words, calibrated verdict", ours)
    theirs = _times(lambda query: index.vectors.search(by_hand.encode([query]), 5), queries, arguments.rounds)
    _row("sentence-transformers + FAISS by hand", theirs)

    print("\n| process start to first answer, index on disk | s (median) | peak memory MB |\n|---|---|---|")
    tutor = [str(Path(sys.executable).with_name("tutor")), "ask", "--json", "-"]
    _start_row("torch tutor (`tutor ask`)", [_start(tutor) for _ in range(STARTS)])
    vectors = settings.data_dir / "bench-vectors.npy"
    _save_vectors(vectors, index)
    hand = [sys.executable, "-c", BY_HAND, model.source, str(vectors)]
    _start_row("sentence-transformers + FAISS by hand", [_start(hand) for _ in range(2)])
    vectors.unlink()

    print("\n| texts embedded a second, batches of 64 | texts/s |\n|---|---|")
    texts = [text for question in load_corpus().questions for _, text in indexing.texts_of(question)][:1500]
    for name, one in _encoders(encoder, by_hand, device):
        begun = time.perf_counter()
        one.encode(texts)
        print(f"| {name} | {len(texts) / (time.perf_counter() - begun):.0f} |")
    print(f"\nMemory of this process, models and peers together: {_peak()} MB")
    return 0


def _encoders(encoder: Encoder, by_hand: Encoder, device: Device) -> Iterator[tuple[str, Encoder]]:
    yield "ONNX Runtime, CPU", encoder
    yield "sentence-transformers, CPU", by_hand
    if device != "cpu":
        accelerated = SentenceTransformerEncoder(find_model(None), device)
        accelerated.encode(["warm"] * 64)
        yield f"sentence-transformers, {device}", accelerated


def _grown(corpus: Corpus, vectors: int) -> Corpus:
    """The corpus, repeated under other ids until it has that many vectors."""
    questions = list(corpus.questions)
    count = sum(len(indexing.texts_of(question)) for question in questions)
    copies = -(-vectors // count)
    grown = [
        dataclasses.replace(question, id=f"{question.id}-{copy}", question=f"{question.question} ({copy})")
        for copy in range(copies)
        for question in questions
    ]
    kept: list[int] = []
    total = 0
    for row, question in enumerate(grown):
        total += len(indexing.texts_of(question))
        kept.append(row)
        if total >= vectors:
            break
    return Corpus(tuple(grown[row] for row in kept), ())


def _times(ask: Callable[[str], object], queries: Sequence[str], rounds: int) -> list[float]:
    for query in queries[:20]:
        ask(query)
    times = []
    for turn in range(rounds):
        begun = time.perf_counter()
        ask(queries[turn % len(queries)])
        times.append((time.perf_counter() - begun) * 1000)
    return times


def _row(name: str, times: Sequence[float]) -> None:
    cuts = statistics.quantiles(times, n=20)
    print(f"| {name} | {statistics.median(times):.2f} | {cuts[18]:.2f} |", flush=True)


def _start(command: Sequence[str]) -> tuple[float, int]:
    """Seconds from the start of a process to its first line of output, and its peak memory in MB."""
    begun = time.perf_counter()
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=CHECKOUT, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        process.stdin.write(json.dumps({"q": "why zero_grad"}) + "\n")
        process.stdin.flush()
        process.stdout.readline()
        seconds = time.perf_counter() - begun
        # The kernel's own high-water mark: what `wait4` reports counts this process, from before the exec, too.
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.stdin.close()
        return seconds, int(status.split("VmHWM:")[1].split()[0]) // 1024


def _start_row(name: str, starts: Sequence[tuple[float, int]]) -> None:
    seconds, memory = statistics.median(one for one, _ in starts), max(one for _, one in starts)
    print(f"| {name} | {seconds:.2f} | {memory} |", flush=True)


def _save_vectors(file: Path, index: indexing.Index) -> None:
    np.save(file, index.vectors.reconstruct_n(0, index.vectors.ntotal))


def _peak() -> int:
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    sys.exit(main())
