"""Every question of the corpus in every form that it can be asked in."""

from __future__ import annotations

import json

import pytest

from bot.study.exercise import FORMS, LETTERS, Exercise
from bot.study.exercises import compose, forms_of
from knowledge.deck_formats.draft import Draft
from knowledge.questions import Proof, Question, load_corpus

QUESTIONS = load_corpus().by_id()
SEEDS = range(5)


@pytest.fixture(params=sorted({question.topic for question in QUESTIONS.values()}))
def topic(request: pytest.FixtureRequest) -> list[Question]:
    return [question for question in QUESTIONS.values() if question.topic == request.param]


def test_choices_have_one_right_option_among_four_different_ones(topic: list[Question]) -> None:
    for question in topic:
        rights = {each.right for each in question.misconceptions} | set(question.key_points)
        for seed in SEEDS:
            exercise = compose(question, "choice", seed, QUESTIONS)
            assert len(set(exercise.options)) == 4, exercise
            assert [option for option in exercise.options if option in rights] == [exercise.options[exercise.right]]
            assert exercise.expected == (LETTERS[exercise.right],)
            assert LETTERS[exercise.right] not in exercise.hints[1] + exercise.hints[2].removeprefix("It is neither")


def test_gaps_in_outputs_give_nothing_away_and_can_be_filled(topic: list[Question]) -> None:
    for question in topic:
        if "output" not in forms_of(question):
            continue
        for seed in SEEDS:
            exercise = compose(question, "output", seed, QUESTIONS)
            assert 1 <= len(exercise.expected) <= 3
            filled = exercise.shown_output
            for mark, value in zip("①②③", exercise.expected, strict=False):
                assert filled.count(mark) == 1
                filled = filled.replace(mark, value)
            assert filled.split() == question.proofs[0].output.split()


def test_a_gap_in_code_can_be_filled_with_what_stood_there(topic: list[Question]) -> None:
    for question in topic:
        if "code" in forms_of(question):
            exercise = compose(question, "code", 1, QUESTIONS)
            assert exercise.shown_code.count("____") == 1
            assert exercise.shown_code.replace("____", exercise.expected[0]) == question.proofs[0].code
            assert exercise.expected[0] not in exercise.shown_code


@pytest.mark.parametrize(
    "code",
    ["%%bash\nls runs\n", "$ ls runs\n", ">>> runs = 1\n", "print 'runs'\n", "(" * 900 + ")" * 900 + "\n", "x\0\n"],
)
def test_what_is_no_python_can_be_asked_but_not_completed(code: str) -> None:
    draft = Draft("What does `ls` print?", "The runs.", proofs=(Proof(code, "runs 1\n", line=0),))
    assert forms_of(draft.as_question("deck-1", "ours")) == ("output", "text")


def test_an_exercise_is_the_same_for_the_same_seed_and_survives_the_database(topic: list[Question]) -> None:
    question = topic[0]
    for form in forms_of(question):
        exercise = compose(question, form, 7, QUESTIONS)
        assert exercise == compose(question, form, 7, QUESTIONS)
        assert Exercise.from_json(json.loads(json.dumps(exercise.to_json()))) == exercise
        assert 1 <= len(exercise.hints) <= 3


def test_seeds_change_what_is_asked() -> None:
    question = next(iter(QUESTIONS.values()))
    assert len({compose(question, "choice", seed, QUESTIONS).options for seed in range(10)}) > 3


def test_the_right_option_is_not_given_away_by_its_length() -> None:
    exercises = [compose(question, "choice", 3, QUESTIONS) for question in QUESTIONS.values()]
    longest = [max(range(4), key=lambda index: len(each.options[index])) == each.right for each in exercises]
    assert sum(longest) / len(longest) < 0.4


def test_true_or_false_is_either() -> None:
    rights = [compose(question, "true-false", 1, QUESTIONS).right for question in QUESTIONS.values()]
    assert 0.35 < sum(rights) / len(rights) < 0.65


def test_a_question_with_nothing_but_an_answer_can_still_be_asked() -> None:
    bare = Question(
        "x", "What?", "t", "mid", (), (), (), (), (), "", "It is so.", (), next(iter(QUESTIONS.values())).path
    )
    assert forms_of(bare) == ("text",)
    assert compose(bare, "text", 0, {}).expected == ("It is so.",)


def test_most_questions_can_be_asked_in_most_forms() -> None:
    able = {form: sum(form in forms_of(question) for question in QUESTIONS.values()) for form in FORMS}
    assert all(count > 0.6 * len(QUESTIONS) for count in able.values()), able
