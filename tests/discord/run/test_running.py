"""Every way to run code gets a result card."""

from __future__ import annotations

from simcord.actors import MemberActor
from simcord.results import InteractionResult

from tests.discord.world import World, accent, labels, text_of

GREEN, RED, AMBER = 0x2EA44F, 0xD1242F, 0xE3A008


async def run(world: World, who: MemberActor, code: str, **options: object) -> InteractionResult:
    """`/run`, and the code typed into its box."""
    shown = await who.slash(world.general, "run", **options)
    return await who.submit_modal(shown, {"code": code})


async def test_run_opens_a_box_and_shows_what_its_code_does(world: World) -> None:
    result = await run(world, world.alice, "import torch\nprint('hello')\ntorch.ones(2) + 1")
    seen = text_of(result)
    assert seen.startswith("### ✅ Ran\n-# 0.")
    assert "of 4 s · " in seen
    assert "of 512 MB" in seen
    assert "```py\nimport torch\nprint('hello')\ntorch.ones(2) + 1\n```" in seen, "others see what ran"
    assert "**Output**\n```\nhello\n```" in seen
    assert "**Value**\n```py\ntensor([2., 2.])\n```" in seen
    assert labels(result) == ["Edit and run again", "Delete"]
    assert accent(result) == GREEN
    assert not result.ephemeral
