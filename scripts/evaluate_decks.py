"""Measure the search where a server's own questions stand beside the corpus; write docs/evaluation/decks.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.settings import load_settings
from knowledge.encoder import choose_device, find_model, language_words, open_encoder
from knowledge.evaluation import DEPTH, REPORT, Asked, calibration, measure, measure_abstention, read_set
from knowledge.questions import load_corpus
from knowledge.ranking import Judge, Ranking
from knowledge.search import Found
from knowledge.training import CachedEncoder
from knowledge.training_lean import Deck, decks

FILE = Path(__file__).parents[1] / "docs" / "evaluation" / "decks.md"
Results = list[tuple[Asked, Found]]


def main() -> int:
    """Print the table; exit code 1 when a promised figure is missed."""
    settings = load_settings()
    model = find_model(settings.embedding_model)
    encoder = CachedEncoder(open_encoder(model, choose_device(settings.device), settings.data_dir / "models"))
    corpus, ranking, language = load_corpus(), Ranking.load(), language_words()
    asked = read_set(REPORT)
    lines = [
        "# How good the search is beside a server's own questions",
        "",
        "Written by `scripts/evaluate decks`. A quarter of the corpus, stripped of everything but question and answer, "
        "is made a server's deck and searched beside the rest; four times, so that each question was in the deck once. "
        "The questions asked are those of [retrieval.md](retrieval.md): nothing was tuned on them.",
        "",
        "| deck judged | asked for | n | recall@1 | recall@3 | answered | told *unknown* |",
        "|---|---|---|---|---|---|---|",
    ]
    notes: list[str] = []
    kept = True
    for name, lean in (("like the corpus", None), ("as shipped", Judge.load())):
        own: Results = []
        others: Results = []
        foreign: Results = []
        for deck in decks(corpus, encoder, ranking, language, lean, hidden=False):
            in_deck = {question.id for question in deck.stripped.questions}
            for one, found in _ask(deck, asked):
                (own if in_deck & {*one.ids} else others if one.ids else foreign).append((one, found))
        lines += [_line(name, "the deck", own), _line(name, "the corpus", others)]
        every = [*own, *others, *foreign]
        _, error = calibration([one for one, _ in every], [found for _, found in every])
        false = measure_abstention([found for _, found in own], [found for _, found in foreign]).false_answers
        notes.append(f"- {name}: expected calibration error {error:.3f}; {false:.1%} of the unanswerable got an answer")
        kept = false <= 0.03 and error <= 0.06
    lines += ["", *notes]
    report = "\n".join(lines) + "\n"
    print(report)
    FILE.write_text(report, encoding="utf-8")
    return 0 if kept else 1


def _ask(deck: Deck, asked: Sequence[Asked]) -> Iterator[tuple[Asked, Found]]:
    found = deck.searcher.search([one.q for one in asked], hits=DEPTH, beside=[deck.stripped] * len(asked))
    return zip(asked, found, strict=True)


def _line(name: str, wanted: str, results: Results) -> str:
    part = measure([one for one, _ in results], [found for _, found in results])
    answered = sum(found.verdict == "answer" and found.hits[0].question.id in one.ids for one, found in results)
    return (
        f"| {name} | {wanted} | {part.count} | {part.recall_at_1:.3f} | {part.recall_at_3:.3f} | "
        f"{answered / part.count:.1%} | {part.unknown:.1%} |"
    )


if __name__ == "__main__":
    sys.exit(main())
