"""What is read off a text without a model."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.grading_fluency import Fluency, grammar_share
from knowledge.grading_text import content_keys, rivals_in, sentences, word_key, words
from knowledge.questions import load_corpus


def denied(sentence: str) -> set[str]:
    return {word.text for word in words(sentence) if word.negated and word.content}


def test_sentences_end_at_stops_lines_and_semicolons_but_not_inside_names_and_numbers() -> None:
    assert sentences("Use x.view(-1, 400); it is 1.5 times faster.\n- nn.Linear: no copy!") == [
        "Use x.view(-1, 400);",
        "it is 1.5 times faster.",
        "- nn.Linear",
        "no copy!",
    ]


@given(st.text(max_size=600))
def test_sentences_lose_no_word_and_make_none_up(text: str) -> None:
    kept = "".join("".join(sentences(text)).split())
    assert kept in "".join(text.split()) or set(kept) <= set(text)
    assert all(len(sentence.split()) <= 60 for sentence in sentences(text))


@pytest.mark.parametrize(
    ("sentence", "what"),
    [
        ("eval does not change dropout", {"eval", "change", "dropout"}),
        ("clone copies the data, but detach doesn't copy it", {"detach", "copy"}),
        ("It copies the data and does not share memory", {"share", "memory"}),
        ("This isn’t a view", {"view"}),
        ("It not only copies, it also moves", set()),
        ("It is a view of the same memory", set()),
    ],
)
def test_what_a_clause_denies(sentence: str, what: set[str]) -> None:
    assert denied(sentence) == what


@pytest.mark.parametrize(
    ("one", "other"),
    [("nn.Dropout", "dropout"), ("copies", "copy"), ("lr", "LR"), ("model.eval", "evaluation"), ("DDP's", "ddp")],
)
def test_words_that_are_the_same(one: str, other: str) -> None:
    assert word_key(one) == word_key(other)


def test_what_a_question_sets_against_each_other() -> None:
    rivals = rivals_in("What is the difference between torch.cat and torch.stack?")
    assert rivals == {"cat": {"stack"}, "stack": {"cat"}}
    assert rivals_in("How do you write a custom loss function, and what breaks its gradient?") == {}


def test_content_is_what_is_spoken_of() -> None:
    assert content_keys(["It is not that."]) == frozenset()
    assert content_keys(["The optimizer updates it."]) == {word_key("optimizer"), word_key("updates")}


def test_sentences_gain_from_their_order_and_shuffled_words_do_not() -> None:
    questions = load_corpus().questions
    fluency = Fluency(question.answer for question in questions[::2])
    shuffler = random.Random(1)
    for question in questions[1::40]:
        said = " ".join(question.key_points)
        words_of_it = said.split()
        shuffler.shuffle(words_of_it)
        assert fluency.order(said) > 0.65
        assert fluency.order(said) > fluency.order(" ".join(words_of_it)) + 0.3
    assert fluency.order("") == 0.0


def test_keywords_have_no_grammar() -> None:
    assert grammar_share("Adam AdamW weight decay gradient moment") == 0.0
    assert grammar_share("It is added to the gradient, so it is divided by the rest.") > 0.5
