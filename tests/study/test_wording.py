"""What counts as a question, and what of a message is the question."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study.wording import LONGEST, clean, has_words, is_question

QUESTIONS = [
    "What is autograd?",
    "how do I freeze a layer",
    "why does my loss go to nan",
    "ok so what is a leaf tensor",
    "hi, can somebody explain broadcasting",
    "Explain BatchNorm in eval mode",
    "difference between view and reshape",
    "My model returns nan after ten steps. Any idea?",
    "tell me about gradient checkpointing",
    "```py\nx.view(-1)\n``` why does this fail",
    "なぜ毎回勾配をゼロにする必要がありますか？",
    "لماذا نستخدم zero_grad؟",
    "what's a buffer",
]
OTHERS = [
    "",
    "?",
    "???",
    "thanks!",
    "Thanks, that solved it.",
    "what a nice answer",
    "I use torch.compile for that",
    "why",
    "https://example.org/search?q=torch",
    "```py\nx = 1 if y else 2 # why?\n```",
    "lol",
    "🔥🔥🔥",
    "the answer is 42",
    "whatever works for you",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_questions(text: str) -> None:
    assert is_question(clean(text))


@pytest.mark.parametrize("text", OTHERS)
def test_no_questions(text: str) -> None:
    assert not is_question(clean(text))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("<@42> what is autograd?", "what is autograd?"),
        ("what is <@!42> autograd?", "what is autograd?"),
        ("<@7> <@&8> <#9> why?", "why?"),
        ("@everyone @here why @everyoneelse?", "why @everyoneelse?"),
        ("<:torch:123> why <a:b:4>", "why"),
        ("a\u200bb\x00c\u202e", "abc"),
        ("one\n\n\n\ntwo", "one\n\ntwo"),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_clean_keeps_the_question(said: str, meant: str) -> None:
    assert clean(said, 42) == meant


@given(st.text(alphabet=st.characters(codec=None), max_size=500))
def test_clean_text_is_clean(said: str) -> None:
    kept = clean(said, 42)
    assert clean(kept, 42) == kept
    assert not [c for c in kept if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Cn", "Co"} and c not in "\n\t"]
    kept.encode()


def test_clean_text_has_an_end() -> None:
    assert len(clean("x" * 10_000)) == LONGEST


@pytest.mark.parametrize(
    ("text", "there"), [("ab", True), ("a", False), ("なぜ", True), ("?!", False), ("🔥🔥", False)]
)
def test_has_words(text: str, there: bool) -> None:
    assert has_words(text) is there
