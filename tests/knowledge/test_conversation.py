"""Which questions lean on the one before them, and which stand by themselves."""

from __future__ import annotations

import pytest

from knowledge.conversation import needs_context, with_context


@pytest.mark.parametrize(
    "asked",
    ["and in eval mode?", "why?", "what about the bias?", "does it copy the data?", "how so?", "same for Adam?"],
)
def test_what_leans_on_the_question_before(asked: str) -> None:
    assert needs_context(asked)
    assert with_context(asked, ["What is dropout?"]) == f"What is dropout {asked}"


@pytest.mark.parametrize(
    "asked",
    [
        "how does dropout work",
        "why is my loss nan",
        "when should I use detach?",
        "what is autograd",
        "how do i freeze layers",
        "can I train on two GPUs",
        "🎉",
    ],
)
def test_a_short_question_after_another_stands_by_itself(asked: str) -> None:
    assert with_context(asked, ["What is autograd?"]) == asked
