"""Measure the search on questions that it has never seen; write docs/evaluation/retrieval.md and its picture."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

from bot.settings import load_settings
from knowledge.encoder import choose_device, find_model, language_words, open_encoder
from knowledge.evaluation import (
    DEPTH,
    REPORT,
    Asked,
    Measured,
    auroc,
    best_score,
    calibration,
    measure,
    measure_abstention,
    read_set,
)
from knowledge.features import FIT_NAMES, Table
from knowledge.index import open_or_build
from knowledge.questions import CORPUS_DIR
from knowledge.ranking import Ranking
from knowledge.search import Found, Hit, Searcher

mpl.use("Agg")
from matplotlib import pyplot as plt

FOLDER = Path(__file__).parents[1] / "docs" / "evaluation"
KINDS = ("paraphrase", "forum", "typo", "keyword")


def main() -> int:
    """Print the table; exit code 1 when a promised figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="also print every question that went wrong")
    parser.add_argument("--set", type=Path, default=REPORT, help="another set of questions")
    arguments = parser.parse_args()
    settings = load_settings()
    model = find_model(settings.embedding_model)
    encoder = open_encoder(model, choose_device(settings.device), settings.data_dir / "models")
    index, _ = open_or_build(CORPUS_DIR, settings.data_dir / "index", encoder)
    searcher = Searcher(index, encoder, Ranking.load(), language_words())
    asked = read_set(arguments.set)
    known = {question.id for question in index.corpus.questions}
    unknown_ids = {id_ for one in asked for id_ in one.ids} - known
    if unknown_ids:
        print(f"{arguments.set.name} names questions that the corpus lacks: {', '.join(sorted(unknown_ids))}")
        return 1

    found = searcher.search([one.q for one in asked], hits=DEPTH)
    answerable = [row for row, one in enumerate(asked) if one.ids]
    unanswerable = [row for row, one in enumerate(asked) if not one.ids]
    if arguments.misses:
        _print_misses(asked, found)
    report, kept = _report(searcher, asked, found, answerable, unanswerable)
    print(report)
    if arguments.set == REPORT:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "retrieval.md").write_text(report, encoding="utf-8")
        _draw(asked, found, answerable, unanswerable, FOLDER / "retrieval.png")
    return 0 if kept else 1


def _report(
    searcher: Searcher,
    asked: Sequence[Asked],
    found: Sequence[Found],
    answerable: Sequence[int],
    unanswerable: Sequence[int],
) -> tuple[str, bool]:
    def measured(rows: Sequence[int], results: Sequence[Found]) -> Measured:
        return measure([asked[row] for row in rows], [results[row] for row in rows])

    lines = [
        "# How good the search is",
        "",
        "Written by `scripts/evaluate`. The questions (`knowledge/evaluation_sets/report.jsonl`) stand nowhere in the "
        "corpus, were written by others than the corpus, and nothing was tuned on them.",
        "",
        f"Corpus: {len(searcher.index.corpus.questions)} questions, {searcher.index.vectors.ntotal} vectors.",
        "",
        "| questions | n | recall@1 | recall@3 | MRR@10 | told *unknown* |",
        "|---|---|---|---|---|---|",
    ]
    for kind in (*KINDS, "all"):
        rows = [row for row in answerable if kind in (asked[row].kind, "all")]
        if rows:
            lines.append(_line(kind, measured(rows, found)))
    lines += ["", "The same questions by other recipes, side by side:", ""]
    lines += ["| recipe | n | recall@1 | recall@3 | MRR@10 | AUROC |", "|---|---|---|---|---|---|"]
    fits = searcher.fit([one.q for one in asked])
    for name, weights in _RECIPES.items():
        results = [
            _ranked(searcher, one.q, None if fitted is None else fitted.table @ weights)
            for one, fitted in zip(asked, fits, strict=True)
        ]
        scores = [best_score(one) for one in results]
        area = auroc([scores[row] for row in answerable], [scores[row] for row in unanswerable])
        lines.append(_line(name, measured(answerable, results), f"{area:.3f}"))
    all_ = measured(answerable, found)
    abstained = measure_abstention([found[row] for row in answerable], [found[row] for row in unanswerable])
    lines.append(_line("**shipped**", all_, f"**{abstained.auroc:.3f}**"))
    lines += ["", "| unanswerable questions | n | AUROC | got an answer | got suggestions |", "|---|---|---|---|---|"]
    for kind in ("foreign", "near", "all"):
        rows = [row for row in unanswerable if kind in (asked[row].kind, "all")]
        if rows:
            part = measure_abstention([found[row] for row in answerable], [found[row] for row in rows])
            lines.append(
                f"| {kind} | {part.count} | {part.auroc:.3f} | {part.false_answers:.1%} | {part.suggested:.1%} |"
            )
    rows_, error = calibration(asked, found)
    lines += [
        "",
        f"Calibration over all questions: expected calibration error {error:.3f}.",
        "",
        "| score | said | right | n |",
        "|---|---|---|---|",
        *(f"| {said:.1f} | {said:.2f} | {right:.2f} | {count} |" for said, right, count in rows_),
        "",
        "![How sure the search says it is, against how often it is right](retrieval.png)",
        "",
    ]
    promises = {
        "recall@1 ≥ 0.90": all_.recall_at_1 >= 0.90,
        "recall@3 ≥ 0.97": all_.recall_at_3 >= 0.97,
        "false answers ≤ 3%": abstained.false_answers <= 0.03,
        "answerable told unknown ≤ 8%": all_.unknown <= 0.08,
    }
    lines += ["| promised | kept |", "|---|---|"]
    lines += [f"| {promise} | {'yes' if kept else '**no**'} |" for promise, kept in promises.items()]
    return "\n".join(lines) + "\n", all(promises.values())


def _line(name: str, part: Measured, last: str | None = None) -> str:
    last = f"{part.unknown:.1%}" if last is None else last
    return (
        f"| {name} | {part.count} | {part.recall_at_1:.3f} | {part.recall_at_3:.3f} | {part.mrr_at_10:.3f} | {last} |"
    )


def _weights(**named: float) -> Table:
    return np.array([named.get(name, 0.0) for name in FIT_NAMES], dtype=np.float32)


_RECIPES = {
    "embedding of the question only": _weights(question=1.0),
    "closest of several embeddings": _weights(phrasing=0.5, content=0.5),
    "words only (BM25 coverage)": _weights(head_words=0.5, body_words=0.5),
    "fixed fusion: 0.5 question + 0.5 closest + 0.8 words": _weights(
        question=0.5, phrasing=0.25, content=0.25, head_words=0.4, body_words=0.4
    ),
}


def _ranked(searcher: Searcher, query: str, scores: Table | None) -> Found:
    if scores is None:
        return Found(query, "unknown", ())
    order = np.argsort(-scores, kind="stable")[:DEPTH]
    hits = tuple(Hit(searcher.index.corpus.questions[row], float(scores[row])) for row in order)
    return Found(query, "answer", hits)


def _print_misses(asked: Sequence[Asked], found: Sequence[Found]) -> None:
    for one, hits in zip(asked, found, strict=True):
        best = [f"{hit.question.id} {hit.score:.2f}" for hit in hits.hits[:3]]
        missed = one.ids and (not hits.hits or hits.hits[0].question.id not in one.ids)
        if missed or (one.ids and hits.verdict == "unknown") or (not one.ids and hits.verdict == "answer"):
            print(f"{one.kind:10} {hits.verdict:8} {one.q!r} wanted {', '.join(one.ids) or 'nothing'}, got {best}")


def _draw(
    asked: Sequence[Asked],
    found: Sequence[Found],
    answerable: Sequence[int],
    unanswerable: Sequence[int],
    file: Path,
) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    rows, error = calibration(asked, found)
    left.plot([0, 1], [0, 1], color="0.7", linestyle="--", linewidth=1)
    left.plot([said for said, _, _ in rows], [share for _, share, _ in rows], marker="o", color="#ee4c2c")
    left.set(xlabel="score of the best hit", ylabel="share of them right", title=f"Calibration (error {error:.3f})")
    bins = np.linspace(0, 1, 21).tolist()
    right.hist([best_score(found[row]) for row in answerable], bins, label="answerable", color="#ee4c2c", alpha=0.7)
    right.hist([best_score(found[row]) for row in unanswerable], bins, label="unanswerable", color="#555555", alpha=0.7)
    ranking = Ranking.load()
    for threshold, name in ((ranking.answer_from, "answer"), (ranking.suggest_from, "suggest")):
        right.axvline(threshold, color="black", linewidth=1, linestyle=":")
        right.text(threshold, right.get_ylim()[1] * 0.95, f" {name}", fontsize=8)
    right.set(xlabel="score of the best hit", ylabel="questions", title="What is known and what is not")
    right.legend()
    figure.savefig(file, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
