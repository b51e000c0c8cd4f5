"""Every question of the corpus in every form fits into a card and into a box that Discord takes."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest
from discord import ui

from bot.study.blanks import MARKS, askable_values
from bot.study.exercise import Exercise
from bot.study.exercises import compose, forms_of
from bot.study.marks import Mark, PointMark
from bot.ui.cards import PANEL, layout
from bot.ui.exercise_cards import EXPLAINED_LIMIT, answer_modal, exercise_items, explained, typed_answers
from knowledge.questions import Misconception, Proof, Question, load_corpus
from tests.discord import wire

POOL = load_corpus().by_id()
EXERCISES = [(question, compose(question, form, 3, POOL)) for question in POOL.values() for form in forms_of(question)]
FIRST = next(iter(POOL.values()))
RIGHT = Mark(1.0, "right", "C is right.")


def shown(*items: ui.Item[Any]) -> str:
    """The text of a card that Discord would take."""
    components = cast(Any, layout(PANEL, *items)).to_components()
    body = {"flags": wire.V2, "components": components, "allowed_mentions": {"parse": []}}
    wire.check("POST", "/channels/1/messages", body)
    return "\n".join(part["content"] for part in wire.walk(components) if part["type"] == 10)


def boxed(exercise: Exercise) -> list[dict[str, Any]]:
    """The inputs of a box that Discord would take."""
    modal = answer_modal(exercise, "test:box").to_dict()
    wire.check("POST", "/interactions/1/token/callback", {"type": 9, "data": modal})
    return [label["component"] for label in modal["components"]]


def of(form: str) -> tuple[Question, Exercise]:
    """The first exercise in a form."""
    return next((question, exercise) for question, exercise in EXERCISES if exercise.form == form)


def test_every_exercise_is_shown_whole_beside_its_explanation() -> None:
    for question, exercise in EXERCISES:
        mark = Mark(0.0, "wrong", "It printed: " + "x" * 290)
        seen = shown(*exercise_items(exercise), *explained(exercise, mark, question))
        for line in (*exercise.shown_code.strip().splitlines(), *exercise.shown_output.strip().splitlines()):
            assert line.rstrip() in seen, question.id
        plain = seen.replace("\\", "")
        for option in exercise.options if exercise.form == "choice" else ():
            assert option.replace("\\", "") in plain, question.id
        assert question.sources[0].replace("(", "%28").replace(")", "%29") in seen


def test_a_box_has_an_input_for_each_thing_to_type_in() -> None:
    for question, exercise in EXERCISES:
        if exercise.form in {"output", "code", "text"}:
            inputs = boxed(exercise)
            assert len(inputs) == (1 if exercise.form == "text" else len(exercise.expected)), question.id
            assert all(
                len(expected) <= each["max_length"] for expected, each in zip(exercise.expected, inputs, strict=False)
            )


def test_a_box_says_what_is_missing_where() -> None:
    _, output = of("output")
    labels = answer_modal(output, "test:box").to_dict()["components"]
    for mark, label in zip(MARKS, labels, strict=False):
        assert mark in label["label"]
        assert mark in label["description"]
    question, words = of("text")
    (label,) = answer_modal(words, "test:box").to_dict()["components"]
    assert label["description"].startswith(question.question.replace("`", "")[:60])


def test_what_was_typed_comes_back_in_the_order_of_the_gaps() -> None:
    parts = [{"type": 18, "component": {"type": 4, "custom_id": f"given:{n}", "value": f"v{n}"}} for n in (2, 0, 1)]
    assert typed_answers({"custom_id": "any", "components": parts}) == ("v0", "v1", "v2")


def test_an_explanation_says_why() -> None:
    question, choice = of("choice")
    told = shown(*explained(choice, RIGHT, question))
    assert told.startswith("✅ **Right.** C is right.")
    assert choice.because.replace("_", "") in told.replace("\\", "").replace("_", "")
    question, output = of("output")
    told = shown(*explained(output, Mark(0.5, "partly", "It printed: ① is 7."), question))
    assert told.startswith("**Partly right.**"), "neither right nor wrong"
    assert question.key_points[0][:20].replace("_", "") in told.replace("\\", "").replace("_", "")
    _, words = of("text")
    mark = Mark(0.0, "wrong", "Not right.\nNot mentioned: a point", (PointMark("a point", "missing"),))
    assert shown(*explained(words, mark, None)) == "❌ **Not right.**\n- Not mentioned: a point"


def test_words_of_strangers_neither_format_nor_ping() -> None:
    _, code = of("code")
    mark = Mark(0.0, "wrong", "It printed: **@everyone** <@1> [x](https://evil.example)\nOne way: `x`")
    told = shown(*explained(code, mark, None))
    for token in ("**@", "@everyone", "<@1>", "[x](", "`x`"):
        assert token not in told
    choice = dataclasses.replace(
        of("choice")[1], prompt="**Is `a_b` or __init__ <@1>?**\nWhich?", options=("*a*", "|b|")
    )
    seen = shown(*exercise_items(choice))
    assert "`a_b`" in seen
    assert "\\_\\_init\\_\\_" in seen
    assert "<@1>" not in seen.replace("\\<", "")
    assert "\\*a\\*" in seen


@pytest.fixture
def giant() -> Question:
    return dataclasses.replace(
        FIRST,
        question="_" * 300,
        key_points=("k_" * 400,) * 5,
        misconceptions=tuple(Misconception("w_" * 400 + str(n), "r_" * 400 + str(n)) for n in range(4)),
        sources=("https://example.org/" + "a" * 900,),
        proofs=(Proof("x = '```'\n" * 180, "\n".join(f"line {n}\nvalue: {n}" for n in range(400)), 1),),
    )


def test_the_longest_question_is_cut_to_size_with_its_gaps_in_sight(giant: Question) -> None:
    for form in forms_of(giant):
        exercise = compose(giant, form, 1, {})
        told = explained(exercise, Mark(0.0, "wrong", "y" * 5000), giant)
        seen = shown(*exercise_items(exercise), *told)
        assert len(shown(*told)) <= EXPLAINED_LIMIT
        if form == "output":
            assert all(mark in seen for mark in MARKS[: len(exercise.values)])
            boxed(exercise)
    assert len(askable_values(giant.proofs[0].output)) > 3
