"""What tests of decks do again and again: files, imports, boxes."""

from __future__ import annotations

import json

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from tests.discord.world import Seen, World, labels, message_of

BRONTOSAURUS = "Which partition do we use for short jobs on Brontosaurus?"
ZENOBIA = "Who approves a merge into the zenobia repository?"
OURS = {
    BRONTOSAURUS: "The partition is called quickdraw; a job there may take two hours.",
    ZENOBIA: "Two people of the platform group approve it.",
}


def csv(questions: dict[str, str]) -> bytes:
    """Questions and answers as a table."""
    lines = ["question,answer", *(f'"{question}","{answer}"' for question, answer in questions.items())]
    return "\n".join(lines).encode()


def rich(question: str = BRONTOSAURUS) -> bytes:
    """A question with everything that one can have, as JSON."""
    whole = {
        "question": question,
        "answer": OURS.get(question, "So it is."),
        "asks": ["Where do short jobs go on Brontosaurus?"],
        "key_points": ["The partition is quickdraw.", "A job may take two hours there."],
        "misconceptions": [
            {"wrong": "Short jobs go to longneck.", "right": "They go to quickdraw."},
            {"wrong": "A job may take a day there.", "right": "It may take two hours."},
        ],
        "topic": "Our cluster",
        "level": "junior",
        "sources": ["https://cluster.example/partitions"],
        "proofs": [{"code": "print(2 + 2)\n", "output": "4\n"}],
    }
    return json.dumps([whole]).encode()


async def dry_run(
    world: World, data: bytes = b"", name: str = "ours.csv", who: MemberActor | None = None, **options: str
) -> InteractionResult:
    """`/deck import` in *general*; its report."""
    return await (who or world.mod).slash(world.general, "deck import", file=(name, data or csv(OURS)), **options)


async def imported(world: World, data: bytes = b"", name: str = "ours.csv", **options: str) -> None:
    """Import a file, all of it."""
    report = await dry_run(world, data, name, None, **options)
    (label,) = [label for label in labels(report) if label.startswith("Import ")]
    await world.press(world.mod, report, label)


async def numbers(world: World) -> list[int]:
    """The numbers of the server's questions."""
    return [row.number for row in await world.store.decks.questions(world.guild.id)]


async def attached(seen: Seen) -> tuple[str, bytes]:
    """The name and the content of a card's only file."""
    (file,) = message_of(seen).attachments
    return file.filename, await file.read()


def values_of(shown: InteractionResult) -> dict[str, str]:
    """What an opened box is filled with."""
    assert shown.modal, shown
    inputs = [part["component"] for part in shown.modal["components"]]
    return {part["custom_id"]: part.get("value", "") for part in inputs}


async def suggest(
    world: World, who: MemberActor, question: str, answer: str = "So it is.", **more: str
) -> InteractionResult:
    """`/deck suggest`, and its box sent."""
    box = await who.slash(world.general, "deck suggest")
    return await who.submit_modal(box, {"question": question, "answer": answer, **more})


def elsewhere(world: World) -> tuple[ChannelHandle, MemberActor]:
    """Another server with the bot in it; its channel, and a moderator there."""
    guild = world.env.create_guild("Elsewhere")
    channel = guild.create_text_channel("general")
    role = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
    return channel, guild.add_member(world.env.create_user("stranger"), roles=[role])
