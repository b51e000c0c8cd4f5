"""/privacy: what is kept, the export, and being forgotten."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.discord.practice.conftest import NOW
from tests.discord.practice.helpers import Practise
from tests.discord.probes import Probes
from tests.discord.world import Seen, World, button, labels, message_of, text_of


async def exported(seen: Seen) -> dict[str, str]:
    """The files of the only attachment, which must be a zip."""
    (file,) = message_of(seen).attachments
    assert file.filename == "torch-tutor-data.zip"
    with zipfile.ZipFile(io.BytesIO(await file.read())) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


async def test_it_says_in_plain_words_what_is_kept(world: World) -> None:
    seen = await world.alice.slash(world.general, "privacy")
    assert seen.ephemeral
    for words in ("Your answers", "Your votes", "30 days", "90 days", "trains a model", "leaderboard"):
        assert words in text_of(seen)
    assert labels(seen) == ["Export my data", "Delete everything about me"]


async def test_the_export_has_what_they_did_and_is_for_them_alone(
    world: World, practise: Practise, probes: Probes
) -> None:
    await practise(world.alice.id, NOW, guild_id=world.guild.id)
    await practise(world.bob.id, NOW, NOW, guild_id=world.guild.id)
    await world.press(world.alice, await world.ask(world.alice, probes.answered.question), "👍")
    card = await world.alice.slash(world.general, "privacy")
    await world.restart()
    seen = await world.press(world.alice, card, "Export my data")
    assert seen.ephemeral
    files = await exported(seen)
    (review,) = json.loads(files["reviews.json"])
    assert review["user_id"] == world.alice.id
    assert review["answered_at"] == NOW.isoformat()
    (vote,) = json.loads(files["votes.json"])
    assert vote["question_id"] == probes.answered.id
    assert json.loads(files["snippets.json"]) == []
    assert str(world.bob.id) not in "".join(files.values())
    assert "stability: days after which the chance to remember is 90 %" in files["README.txt"]


async def test_deleting_asks_first_and_then_leaves_nothing(
    world: World, practise: Practise, probes: Probes, tmp_path: Path
) -> None:
    await practise(world.alice.id, NOW, guild_id=world.guild.id)
    await practise(world.bob.id, NOW, guild_id=world.guild.id)
    await world.store.people.set_time_zone(world.alice.id, "Asia/Tokyo")
    await world.press(world.alice, await world.ask(world.alice, probes.answered.question), "👍")
    card = await world.alice.slash(world.general, "privacy")
    await world.restart()

    await world.press(world.alice, card, "Delete everything about me")
    assert "cannot be brought back" in text_of(card)
    assert labels(card) == ["Yes, delete everything", "Keep it", "Export my data"]
    await world.press(world.alice, card, "Keep it")
    assert "What I keep, and why" in text_of(card)
    assert (await world.store.people.get(world.alice.id)).time_zone == "Asia/Tokyo"

    await world.press(world.alice, card, "Delete everything about me")
    await world.restart()
    await world.press(world.alice, card, "Yes, delete everything")
    # A review and its card, a vote, a conversation, the settings.
    assert text_of(card).startswith("### Done\n5 entries deleted. What remains names nobody")
    assert labels(card) == []
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as database:
        whole = "\n".join(database.iterdump())
    assert str(world.alice.id) not in whole
    assert str(world.bob.id) in whole
    assert "Nothing to show yet" in text_of(await world.alice.slash(world.general, "progress"))
    assert "1 in all" in text_of(await world.bob.slash(world.general, "progress"))


async def test_whoever_is_unknown_is_told_that_there_was_nothing(world: World) -> None:
    card = await world.alice.slash(world.general, "privacy")
    await world.press(world.alice, card, "Delete everything about me")
    await world.press(world.alice, card, "Yes, delete everything")
    assert "There was nothing about you." in text_of(card)


@pytest.mark.parametrize("status", [400, 403, 413])
async def test_where_the_file_is_refused_the_way_to_it_is_said(world: World, status: int) -> None:
    card = await world.alice.slash(world.general, "privacy")
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=status, code=40005)
    seen = await world.press(world.alice, card, "Export my data")
    assert "Discord does not let me attach the file here" in text_of(seen)


async def test_nothing_is_said_to_be_deleted_while_the_database_is_locked(
    world: World, practise: Practise, tmp_path: Path
) -> None:
    await practise(world.alice.id, NOW)
    card = await world.alice.slash(world.general, "privacy")
    await world.press(world.alice, card, "Delete everything about me")
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        seen = await world.press(world.alice, card, "Yes, delete everything")
        other.rollback()
    assert "Nothing was changed" in text_of(seen.followups[0])
    assert labels(card) == ["Yes, delete everything", "Keep it", "Export my data"], "so that they can try again"
    assert world.env.errors == []


async def test_it_works_in_direct_messages(world: World) -> None:
    card = await world.alice.user.slash("privacy")
    seen = await world.alice.user.click(message_of(card), custom_id=button(card, "Export my data"))
    assert "README.txt" in await exported(seen)
