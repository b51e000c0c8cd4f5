"""What tests of running code do again and again."""

from __future__ import annotations

import discord
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from tests.discord.world import Seen, World, message_of

GREEN, RED, AMBER = 0x2EA44F, 0xD1242F, 0xE3A008


async def run(world: World, who: MemberActor, code: str, **options: object) -> InteractionResult:
    """`/run` in *general*, and the code typed into its box."""
    shown = await who.slash(world.general, "run", **options)
    return await who.submit_modal(shown, {"code": code})


async def edit(world: World, who: MemberActor, seen: Seen, code: str) -> InteractionResult:
    """Press *Edit and run again* and send other code."""
    return await who.submit_modal(await world.press(who, seen, "Edit and run again"), {"code": code})


def attached(seen: Seen) -> list[discord.Attachment]:
    """The files of a card, in their order."""
    return list(message_of(seen).attachments)


def boxed(shown: InteractionResult) -> str:
    """The code that an opened box is filled with."""
    assert shown.modal, shown
    return str(shown.modal["components"][0]["component"].get("value", ""))
