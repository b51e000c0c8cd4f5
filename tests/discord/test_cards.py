"""Every question of the corpus fits into its cards, whole, and so does the longest that the format allows."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_plus

import pytest
from discord import ui

from bot.study.hits import Hand
from bot.ui import cards
from knowledge.questions import Misconception, Proof, Question
from knowledge.tutor import Tutor
from tests.discord import wire

FULL = Hand.deal(2**64 - 1, [(f"question-{number}", 0.99) for number in range(5)])


def checked(card: ui.LayoutView) -> str:
    """The text of a card that Discord would take."""
    components = cast(Any, card).to_components()  # discord.py has not annotated it
    body = {"flags": wire.V2, "components": components, "allowed_mentions": {"parse": []}}
    wire.check("POST", "/channels/1/messages", body)
    return "\n".join(part["content"] for part in wire.walk(body["components"]) if part["type"] == 10)


async def test_every_answer_is_shown_whole_with_its_first_proof(tutor: Tutor) -> None:
    questions = tutor.corpus.questions
    for question in questions:
        seen = checked(cards.answer(cards.Shown(question, 0.5), FULL, questions))
        assert question.answer in seen, question.id
        for line in question.proofs[0].code.strip().splitlines():
            assert line.rstrip() in seen, f"{question.id} cuts its proof"
        assert question.sources[0].replace("(", "%28").replace(")", "%29") in seen, question.id
        checked(cards.sources(question))
        checked(cards.suggest(question.question, [cards.Shown(other, 0.3) for other in questions[:5]], FULL))


@pytest.fixture
def giant(tutor: Tutor) -> Question:
    words, url = "interminable`__x__ " * 200, "https://example.org/" + "a" * 400
    return dataclasses.replace(
        tutor.corpus.questions[0],
        id="x" * 200,
        question="_" * 150,
        topic="t" * 120,
        answer=words,
        misconceptions=tuple(Misconception(words, words) for _ in range(20)),
        sources=(url,) * 30,
        proofs=(Proof("x = '```'\n" * 900, "y" * 9000, 1),) * 12,
        path=Path("giant.md"),
    )


async def test_the_longest_question_is_cut_to_size(giant: Question) -> None:
    near = [dataclasses.replace(giant, id=f"{number}") for number in range(60)]
    seen = checked(cards.answer(cards.Shown(giant, None), FULL, near, note="n" * 200))
    assert "more lines" in seen
    checked(cards.sources(giant))
    checked(cards.suggest("*" * 4000, [cards.Shown(giant, 0.9)] * 9, FULL))
    checked(cards.unknown("`" * 4000, "k" * 100))


@pytest.mark.parametrize(
    "asked", ["why does 损失 become NaN? " * 9, "为什么我的损失函数不下降" * 20, "🦊" * 80, "short", "\ud800"]
)
async def test_searches_elsewhere_are_whole_addresses(asked: str) -> None:
    card = cast(Any, cards.unknown(asked, "")).to_components()
    urls = [part["url"] for part in wire.walk(card) if "url" in part]
    assert len(urls) == 2
    for url in urls:
        assert len(url) <= 512
        words = unquote_plus(url.partition("q=")[2], errors="strict")
        assert asked.encode("utf-8", "replace").decode().startswith(words.rstrip("…")), "nothing is cut in two"
        assert words
