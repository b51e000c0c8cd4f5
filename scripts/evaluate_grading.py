"""Measure the grader on written answers that it has never seen; write docs/evaluation/grading.md and its picture."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np

from bot.settings import load_settings
from knowledge.encoder import TokenEncoder, choose_device, find_model, open_encoder
from knowledge.evaluation import auroc
from knowledge.grading import Graded, Grader, Rubric
from knowledge.grading_benchmark import Agreement, agreement, leave_one_question_out, read_mohler
from knowledge.grading_evaluation import HONEST, REPORT, Written, read_written
from knowledge.grading_model import GradingModel
from knowledge.questions import load_corpus

mpl.use("Agg")
from matplotlib import pyplot as plt

FOLDER = Path(__file__).parents[1] / "docs" / "evaluation"
VERDICTS = ("correct", "partial", "wrong", "unsure")
WANTED = {"good": "correct", "partial": "partial", "wrong": "wrong"}


@dataclass(frozen=True, slots=True)
class Result:
    """One written answer, what the grader says of it, and how long that took."""

    written: Written
    graded: Graded
    cosine: float
    """Of the whole answer with the key points in one text: the baseline."""
    milliseconds: float


def main() -> int:
    """Print the report; exit code 1 when a figure that is promised is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="also print every answer that went wrong")
    parser.add_argument("--set", type=Path, default=REPORT, help="another set of written answers")
    parser.add_argument("--mohler", type=Path, metavar="DIR", help="the folder with raw/ and scores/ of Mohler 2011")
    arguments = parser.parse_args()
    settings = load_settings()
    encoder = open_encoder(
        find_model(settings.embedding_model), choose_device(settings.device), settings.data_dir / "models"
    )
    grader = Grader(load_corpus(), encoder, GradingModel.load())
    written = read_written(arguments.set)
    unknown = sorted({one.id for one in written} - grader.questions.keys())
    if unknown:
        print(f"{arguments.set.name} names questions that the corpus lacks: {', '.join(unknown)}")
        return 1
    results = [_grade(grader, encoder, one) for one in written]
    if arguments.misses:
        _print_misses(results)
    report, kept = _report(results, _milliseconds_of_longest(grader, written))
    print(report)
    if arguments.set == REPORT:
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "grading.md").write_text(report, encoding="utf-8")
        _draw(results, FOLDER / "grading.png")
    if arguments.mohler:
        benchmark = _benchmark(grader, encoder, arguments.mohler)
        print(benchmark)
        (FOLDER / "grading-benchmark.md").write_text(benchmark, encoding="utf-8")
    return 0 if kept else 1


def _grade(grader: Grader, encoder: TokenEncoder, one: Written) -> Result:
    rubric = Rubric.of(grader.questions[one.id])
    begun = time.perf_counter()
    graded = grader.grade(rubric, one.answer)
    spent = (time.perf_counter() - begun) * 1000
    answer, points = encoder.encode([one.answer, " ".join(rubric.points)])
    return Result(one, graded, float(answer @ points), spent)


def _milliseconds_of_longest(grader: Grader, written: Sequence[Written]) -> float:
    rubric = Rubric.of(grader.questions[written[0].id])
    long = " ".join(one.answer for one in written)[:4000]
    begun = time.perf_counter()
    grader.grade(rubric, long)
    return (time.perf_counter() - begun) * 1000


def _report(results: Sequence[Result], longest: float) -> tuple[str, bool]:
    by_kind = {
        kind: [result for result in results if result.written.kind == kind]
        for kind in dict.fromkeys([*HONEST, *sorted({result.written.kind for result in results})])
    }
    honest = [result for kind in HONEST for result in by_kind[kind]]
    attacks = [result for result in results if result.written.kind not in HONEST]
    measures: dict[str, Callable[[Result], float]] = {
        "the grader": lambda result: result.graded.score,
        "cosine with the key points": lambda result: result.cosine,
        "length alone": lambda result: float(len(result.written.answer)),
    }
    lines = [
        "# How good the grading is",
        "",
        "Written by `scripts/evaluate grading`. The answers (`knowledge/evaluation_sets/grading_report.jsonl`) were "
        "written for half of 102 questions of the corpus. The numbers were learned from the other half "
        "(`grading_tune.jsonl`), the guards set on it and on the corpus's own answers; of these here only the totals "
        "were looked at meanwhile. Good and wrong answers have the same length within 15%.",
        "",
        f"{len(honest)} honest answers and {len(attacks)} attacks to {len({r.written.id for r in results})} questions.",
        "",
        "| by | good against wrong | good against partial | partial against wrong | correlation with the mark |",
        "|---|---|---|---|---|",
    ]
    for name, measure in measures.items():
        good, partial, wrong = ([measure(result) for result in by_kind[kind]] for kind in HONEST)
        marks = np.corrcoef([measure(result) for result in honest], [result.written.mark for result in honest])
        lines.append(
            f"| {name} | {auroc(good, wrong):.3f} | {auroc(good, partial):.3f} | {auroc(partial, wrong):.3f} | "
            f"{marks[0, 1]:.3f} |"
        )
    sure = [result for result in honest if result.graded.verdict != "unsure"]
    accuracy = np.mean([result.graded.verdict == WANTED[result.written.kind] for result in sure])
    by_two = np.mean([{result.graded.verdict, WANTED[result.written.kind]} == {"correct", "wrong"} for result in sure])
    lines += [
        "",
        "The first three columns are AUROC: how often the better of two answers gets the higher score.",
        "",
        f"Three bands: {accuracy:.1%} of the verdicts are right, {by_two:.1%} are off by two bands, "
        f"{1 - len(sure) / len(honest):.1%} of the honest answers are told *unsure*.",
        "",
        "| answers | n | correct | partial | wrong | unsure | mean score |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, part in by_kind.items():
        counts = " | ".join(str(sum(result.graded.verdict == verdict for result in part)) for verdict in VERDICTS)
        lines.append(f"| {kind} | {len(part)} | {counts} | {np.mean([r.graded.score for r in part]):.2f} |")
    caught = np.mean([result.graded.verdict in ("wrong", "unsure") for result in attacks])
    points = [
        (point.score, place in result.written.covers)
        for result in results
        for place, point in enumerate(result.graded.points)
    ]
    by_point = auroc([score for score, made in points if made], [score for score, made in points if not made])
    lines += [
        "",
        f"Attacks that earn nothing (wrong or unsure): {caught:.1%}. AUROC of single points: {by_point:.3f}.",
        "",
        "| told | good | partial | wrong |",
        "|---|---|---|---|",
    ]
    told: dict[str, Callable[[Result], bool]] = {
        "a misconception that they hold": lambda result: bool(result.graded.misconceptions),
        "that a point is contradicted": lambda result: any(p.state == "contradicted" for p in result.graded.points),
        "that it is no answer, or the opposite": lambda result: result.graded.guard is not None,
    }
    for name, holds in told.items():
        shares = " | ".join(f"{np.mean([holds(result) for result in by_kind[kind]]):.1%}" for kind in HONEST)
        lines.append(f"| {name} | {shares} |")
    times = [result.milliseconds for result in results]
    area = auroc(*([result.graded.score for result in by_kind[kind]] for kind in ("good", "wrong")))
    promises = {"good against wrong ≥ 0.90": area >= 0.90, "attacks that earn nothing ≥ 90%": caught >= 0.90}
    lines += [
        "",
        f"An answer takes {np.median(times):.0f} ms, 95% take at most {np.quantile(times, 0.95):.0f} ms, and one of "
        f"4,000 characters {longest:.0f} ms.",
        "",
        "![Scores of good, partial and wrong answers](grading.png)",
        "",
        "Against marks that people gave: [grading-benchmark.md](grading-benchmark.md).",
        "",
        "| expected | kept |",
        "|---|---|",
        *(f"| {promise} | {'yes' if kept else '**no**'} |" for promise, kept in promises.items()),
        "",
    ]
    return "\n".join(lines), all(promises.values())


def _print_misses(results: Sequence[Result]) -> None:
    for result in results:
        wanted = WANTED.get(result.written.kind, "wrong")
        if result.graded.verdict not in (wanted, "unsure"):
            print(f"{result.written.kind:9} {result.graded.verdict:8} {result.graded.score:.2f} {result.written.id}")
            print(f"    {result.written.answer}")


def _draw(results: Sequence[Result], file: Path) -> None:
    figure, axis = plt.subplots(figsize=(8, 4), layout="constrained")
    kinds = [*HONEST, *sorted({result.written.kind for result in results} - HONEST.keys())]
    rng = np.random.default_rng(0)
    for row, kind in enumerate(kinds):
        scores = [result.graded.score for result in results if result.written.kind == kind]
        axis.scatter(scores, row + rng.uniform(-0.25, 0.25, len(scores)), s=10, alpha=0.6)
    model = GradingModel.load()
    for edge in (model.partial_from, model.correct_from):
        axis.axvline(edge, color="black", linewidth=1, linestyle=":")
    axis.set_yticks(range(len(kinds)), kinds)
    axis.invert_yaxis()
    axis.set(xlabel="score", title="What each kind of answer gets", xlim=(0, 1))
    figure.savefig(file, dpi=110)
    plt.close(figure)


def _benchmark(grader: Grader, encoder: TokenEncoder, folder: Path) -> str:
    answers = read_mohler(folder)
    lines = [
        "# The grading against human marks",
        "",
        "Written by `scripts/evaluate grading --mohler DIR`, with the files of Mohler, Bunescu, Mihalcea 2011 (they "
        f"are not part of this repository): {len(answers)} answers to {len({one.question_id for one in answers})} "
        "questions on computer science, marked by two people. Only a question, a model answer and the student's answer "
        "are given; the sentences of the model answer serve as key points. Whole questions are held out. The marks of "
        "one person correlate with those of the other at 0.59, as its authors report; their best system reached 0.518.",
        "",
        "| method | Pearson r | median r within a question | RMSE |",
        "|---|---|---|---|",
    ]
    vectors = encoder.encode([one.answer for one in answers])
    references = encoder.encode([one.reference for one in answers])
    measured: dict[str, Agreement] = {
        "length alone": agreement(answers, leave_one_question_out(answers, [[len(one.answer)] for one in answers])),
        "cosine": agreement(answers, leave_one_question_out(answers, (vectors * references).sum(1, keepdims=True))),
    }
    looks = [grader.look(Rubric.from_reference(one.question, one.reference), one.answer) for one in answers]
    scores = [[grader.model.score(look)] for look in looks]
    measured["the grader as it is shipped, rescaled"] = agreement(answers, leave_one_question_out(answers, scores))
    rows = [
        [
            *np.mean([[*each.match, *each.conflict] for each in look.points], axis=0),
            *grader.model.features(look),
            look.precision,
            np.log1p(len(one.answer)),
        ]
        for one, look in zip(answers, looks, strict=True)
    ]
    measured["ridge on its features"] = agreement(answers, leave_one_question_out(answers, rows))
    lines += [f"| {name} | {one.pearson:.3f} | {one.within:.3f} | {one.rmse:.3f} |" for name, one in measured.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
