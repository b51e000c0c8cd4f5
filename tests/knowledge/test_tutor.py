"""The tutor answers, suggests or says that it does not know: real model, real index, the shipped corpus."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.tutor import Tutor


@pytest.fixture(scope="module")
def opened(data_dir: Path) -> Tutor:
    return Tutor.open(data_dir=data_dir, device="cpu")


@pytest.fixture
async def tutor(opened: Tutor) -> Tutor:
    return opened


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Why do I have to zero the gradients before each step?", "gradient-accumulation"),
        ("wat hapens if i forgett zero_grad in the traning lop", "gradient-accumulation"),
        ("how is a torch tensor not the same thing as a numpy array", "tensors-vs-numpy"),
        ("When should I subclass nn.Module rather than use nn.Sequential?", "module-vs-sequential"),
        ("How does the autograd engine compute derivatives?", "what-is-autograd"),
    ],
)
async def test_questions_find_their_answers(tutor: Tutor, asked: str, answer: str) -> None:
    found = await tutor.ask(asked)
    assert found.hits[0].question.id == answer
    assert found.verdict == "answer"


@pytest.mark.parametrize(
    "asked",
    ["How do I cook rice?", "Who won the world cup in 2018?", "How do I centre a div?", "model.fit in Keras"],
)
async def test_questions_from_elsewhere_are_not_answered(tutor: Tutor, asked: str) -> None:
    assert (await tutor.ask(asked)).verdict != "answer"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "   \n\t",
        "?",
        "🎉🎉🎉",
        "12345 67890",
        "\x00\x01\x02\xff",
        "<@123456789012345678> <#42>",
        "\ud800 half a character",
        "Как дела?",
        "```",
        "@everyone @here",
    ],
)
async def test_what_is_no_question_here_gets_no_answer(tutor: Tutor, asked: str) -> None:
    assert (await tutor.ask(asked)).verdict != "answer"


async def test_the_longest_message_is_read(tutor: Tutor) -> None:
    found = await tutor.ask("Why do I have to call zero_grad before backward? " * 82)
    assert found.hits[0].question.id == "gradient-accumulation"


async def test_markdown_and_mentions_do_not_disturb(tutor: Tutor) -> None:
    found = await tutor.ask("<@!80351110224678912> **why** do I need `optimizer.zero_grad()`? ||spoiler|| @everyone")
    assert found.hits[0].question.id == "gradient-accumulation"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(opened: Tutor, text: str) -> None:
    found = opened.ask_now(text)
    scores = [hit.score for hit in found.hits]
    assert found.verdict in {"answer", "suggest", "unknown"}
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len(scores) <= 5


async def test_a_follow_up_leans_on_what_was_asked_before(tutor: Tutor) -> None:
    before = "What does dropout do while training?"
    alone = await tutor.ask("and in eval mode?")
    together = await tutor.ask("and in eval mode?", context=[before])
    assert "dropout" in together.hits[0].question.id
    assert "dropout" not in alone.hits[0].question.id


async def test_a_question_that_stands_by_itself_ignores_the_conversation(tutor: Tutor) -> None:
    asked = "What is the difference between view and reshape?"
    alone = await tutor.ask(asked)
    later = await tutor.ask(asked, context=["How does DistributedDataParallel work?"])
    assert [hit.question.id for hit in later.hits] == [hit.question.id for hit in alone.hits]


async def test_many_at_once_get_what_each_would_get_alone(tutor: Tutor) -> None:
    asked = [question.question for question in tutor.corpus.questions]
    random.Random(1).shuffle(asked)
    together = await asyncio.gather(*(tutor.ask(question) for question in asked[:100]))
    for question, found in zip(asked[:100], together, strict=True):
        alone = tutor.ask_now(question)
        assert [hit.question.id for hit in found.hits] == [hit.question.id for hit in alone.hits]


async def test_one_who_goes_away_does_not_take_the_others_along(tutor: Tutor) -> None:
    gone = asyncio.create_task(tutor.ask("What is a leaf tensor?"))
    stays = asyncio.create_task(tutor.ask("Why do I need zero_grad?"))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).hits[0].question.id == "gradient-accumulation"


async def test_a_crowd_that_goes_away_leaves_the_tutor_at_work(tutor: Tutor) -> None:
    crowd = [asyncio.create_task(tutor.ask(f"What is a leaf tensor? {number}")) for number in range(200)]
    await asyncio.sleep(0)
    for gone in crowd:
        gone.cancel()
    await asyncio.wait(crowd)
    assert (await tutor.ask("Why do I need zero_grad?")).hits[0].question.id == "gradient-accumulation"


def test_every_question_of_the_corpus_finds_itself(opened: Tutor) -> None:
    for question in opened.corpus.questions:
        found = opened.ask_now(question.question)
        assert found.hits[0].question.id == question.id
        assert found.verdict == "answer", question.id


def test_completion_knows_words_by_their_beginnings(opened: Tutor) -> None:
    completed = opened.complete("zero_gr")
    assert "gradient-accumulation" in [question.id for question in completed]
    assert len(opened.complete("a")) <= 25
    assert len(opened.complete("")) == 25
    assert opened.complete("qqqqqq") == []
