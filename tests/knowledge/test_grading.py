"""The grader as the bot uses it, with the real model, corpus and numbers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from knowledge.grading import Grader, Rubric
from knowledge.questions import Misconception

GOOD = (
    "model.eval() switches dropout and batch norm to how they behave at inference, but gradients are still tracked. "
    "torch.no_grad() stops recording the graph, which saves memory and time, and changes no layer. In train mode the "
    "validation data would leak into the running statistics. Afterwards call model.train() again."
)
WRONG = (
    "Both calls do the same job, so one of them is enough. model.eval() turns off gradient computation and saves the "
    "memory of the graph, and inside torch.no_grad() dropout and batch norm act as in evaluation. Running statistics "
    "never change during validation, and training mode comes back by itself at the next step."
)


@pytest.fixture(scope="module")
def grader(data_dir: Path) -> Grader:
    return Grader.open(data_dir=data_dir, device="cpu")


@pytest.fixture(scope="module")
def rubric(grader: Grader) -> Rubric:
    return Rubric.of(grader.questions["evaluation-loop"])


def test_a_good_answer_covers_the_points_and_a_wrong_one_of_its_length_does_not(grader: Grader, rubric: Rubric) -> None:
    good, wrong = grader.grade(rubric, GOOD), grader.grade(rubric, WRONG)

    assert abs(len(GOOD) - len(WRONG)) < 0.15 * len(GOOD)
    assert good.verdict == "correct"
    assert [point.text for point in good.points] == list(rubric.points)
    assert sum(point.state == "covered" for point in good.points) >= 3
    assert not good.misconceptions
    assert good.in_words().startswith("Correct.")
    assert wrong.verdict in ("wrong", "unsure")
    assert wrong.score < good.score / 2


def test_a_misconception_is_named_with_what_is_right(grader: Grader, rubric: Rubric) -> None:
    graded = grader.grade(rubric, "model.eval() turns off the computation of gradients, so no_grad is not needed.")

    assert [each.wrong for each in graded.misconceptions] == ["model.eval() turns off gradient computation."]
    assert "no_grad or inference_mode turns off gradient computation" in graded.in_words()
    assert graded.verdict in ("wrong", "unsure")


def test_half_an_answer_is_worth_less_and_the_missing_points_are_named(grader: Grader, rubric: Rubric) -> None:
    half = grader.grade(
        rubric, "model.eval() puts layers such as dropout and batch norm into their inference behaviour."
    )

    assert 0.15 < half.score < grader.grade(rubric, GOOD).score
    assert f"Not mentioned: {rubric.points[3]}" in half.in_words()


def test_denying_every_point_is_told_apart_from_making_them(grader: Grader, rubric: Rubric) -> None:
    graded = grader.grade(
        rubric,
        "model.eval() does not switch Dropout and BatchNorm to their inference behaviour, and torch.no_grad() does not "
        "stop graph recording and does not save memory.",
    )

    assert graded.guard == "denies"
    assert graded.verdict in ("wrong", "unsure")
    assert any(point.state == "contradicted" for point in graded.points)
    assert not any(point.state == "covered" for point in graded.points)


def test_swapped_roles_are_noticed(grader: Grader) -> None:
    rubric = Rubric.of(grader.questions["adam-vs-adamw"])
    straight = grader.grade(
        rubric,
        "Adam adds the decay to the gradient, so it is divided by the second moment, while AdamW multiplies the weight "
        "by 1 - lr * weight_decay separately from the adaptive step.",
    )
    swapped = grader.grade(
        rubric,
        "AdamW adds the decay to the gradient, so it is divided by the second moment, while Adam multiplies the weight "
        "by 1 - lr * weight_decay separately from the adaptive step.",
    )

    assert straight.guard is None
    assert swapped.verdict in ("wrong", "unsure")
    assert swapped.score < straight.score / 2


def test_what_is_said_of_the_wrong_one_without_key_points_of_the_corpus(grader: Grader) -> None:
    rubric = Rubric.from_reference(
        "What is the difference between Adam and SGD in memory?",
        "Adam needs more memory than SGD, because Adam keeps two moments for each parameter.",
    )
    right = grader.grade(rubric, "Adam needs more memory than SGD since it stores two moments for every parameter.")
    wrong = grader.grade(rubric, "Adam needs less memory than SGD since it stores no moments for any parameter.")

    assert right.verdict == "correct"
    assert wrong.verdict != "correct"
    assert wrong.score < right.score


@pytest.mark.parametrize(
    ("answer", "guard"),
    [
        ("", "empty"),
        (" \n\t", "empty"),
        ("🤷 ...", "empty"),
        ("Why does an evaluation loop need both model.eval() and torch.no_grad()?", "repeats the question"),
        (
            "eval no_grad dropout batchnorm inference gradient graph recording memory running statistics train mode",
            "keywords",
        ),
    ],
)
def test_what_is_no_answer_is_told_why(grader: Grader, rubric: Rubric, answer: str, guard: str) -> None:
    graded = grader.grade(rubric, answer)

    assert (graded.guard, graded.verdict) == (guard, "wrong")
    assert graded.score <= 0.1
    assert [point.state for point in graded.points] == ["missing"] * len(rubric.points)
    assert len(graded.in_words().splitlines()) == 1


def test_pasting_every_phrasing_of_the_question_earns_nothing(grader: Grader) -> None:
    for question in list(grader.questions.values())[::40]:
        pasted = " ".join(f"{ask.rstrip('?.')}." for ask in (question.question, *question.asks))
        assert grader.grade(Rubric.of(question), pasted).verdict == "wrong"


def test_shuffled_words_are_no_sentences(grader: Grader, rubric: Rubric) -> None:
    caught = 0
    for seed in range(20):
        words = GOOD.split()
        random.Random(seed).shuffle(words)
        caught += grader.grade(rubric, " ".join(words)).guard == "no sentences"
    assert caught >= 12


def test_off_topic_answers_score_nothing_however_long(grader: Grader, rubric: Rubric) -> None:
    short = "The treaty of 1648 ended a long war, and many states in Europe signed it after years of talks. "
    for answer in (short, short * 40, "z" * 4000, "((((" * 2000):
        graded = grader.grade(rubric, answer)
        assert graded.verdict == "wrong"
        assert graded.score < 0.2


def test_length_alone_earns_nothing(grader: Grader, rubric: Rubric) -> None:
    filler = " I have thought about this for long, and it is a matter that many people discuss with their colleagues."
    plain = grader.grade(rubric, "model.eval() puts dropout and batch norm into inference behaviour.")
    padded = grader.grade(rubric, "model.eval() puts dropout and batch norm into inference behaviour." + filler * 8)
    assert padded.score <= plain.score + 0.02


def test_a_good_answer_stays_good_when_it_is_written_at_length(grader: Grader, rubric: Rubric) -> None:
    assert grader.grade(rubric, f"{GOOD} " * 12).verdict == "correct"


def test_the_same_answer_gets_the_same_result(grader: Grader, rubric: Rubric) -> None:
    assert grader.grade(rubric, GOOD) == grader.grade(rubric, GOOD)


def test_a_rubric_without_misconceptions_or_points_is_no_trouble(grader: Grader) -> None:
    bare = Rubric("What is a tensor?", (), ("A tensor is an n-dimensional array.",), ())
    assert grader.grade(bare, "It is an array with any number of dimensions.").points[0].score > 0.3
    assert grader.grade(Rubric("What?", (), (), ()), "It is something.").verdict == "wrong"
    same = (Misconception("A tensor is a matrix.", "A tensor may have any number of dimensions."),)
    assert grader.grade(Rubric("What is a tensor?", (), bare.points, same), "A tensor is a matrix.").misconceptions


def test_a_comparison_the_other_way_round_is_wrong_and_one_turned_twice_is_not(grader: Grader) -> None:
    rubric = Rubric.from_reference(
        "How does the memory of Adam compare with SGD?",
        "Adam needs more memory than SGD because it keeps two moments per parameter. Plain SGD keeps no state.",
    )
    turned = "SGD needs more memory than Adam because it keeps two moments per parameter. Plain Adam keeps no state."
    twice = "SGD needs less memory than Adam, which keeps two moments per parameter. Plain SGD keeps no state."

    assert grader.grade(rubric, turned).guard == "turns round"
    assert grader.grade(rubric, twice).guard is None
    assert grader.grade(rubric, twice).score > 2 * grader.grade(rubric, turned).score
