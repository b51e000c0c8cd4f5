"""Every way to ask gets an answer card, as quickly as Discord wants and only for who should see it."""

from __future__ import annotations

import pytest

from tests.discord.world import World, accent, labels, text_of

pytestmark = pytest.mark.asyncio

ZERO_GRAD = "Why do I have to call optimizer.zero_grad() in every iteration?"


async def test_ask_answers_with_the_question_the_proof_the_sources_and_how_sure_it_is(world: World) -> None:
    result = await world.ask(world.alice, ZERO_GRAD)
    seen = text_of(result)
    assert seen.startswith("### Why must gradients be cleared between steps")
    assert "very sure · " in seen and " % · autograd · junior" in seen
    assert "**adds** to each parameter's `.grad`" in seen
    assert "```py\nimport torch" in seen and "```\naccumulated: 2.0" in seen
    assert "Sources: [torch.optim.Optimizer.zero\\_grad](https://docs.pytorch.org/" in seen or "Sources: [" in seen
    assert labels(result) == ["Not this one", "Sources", "👍", "👎"]
    assert accent(result) == 0x2EA44F
    assert not result.ephemeral
