"""/deck import: nothing happens before somebody presses, everything wrong is told, and what is imported is there."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import discord
import pytest
from simcord import SetupError

from bot.client import TutorBot
from bot.settings import Settings
from bot.store import Store
from bot.study.decks import MOST_DECKS, Kept
from knowledge.deck_formats.archive import BOMB
from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.formats import LARGEST, read
from knowledge.tutor import Tutor
from tests.discord.decks.helpers import (
    OURS,
    ZENOBIA,
    attached,
    csv,
    dry_run,
    elsewhere,
    imported,
    rich,
)
from tests.discord.probes import Probes
from tests.discord.world import World, accent, button, labels, message_of, text_of
from tests.fakes.tutor import CountingTutor, DawdlingTutor

RED, AMBER, GREEN = 0xD1242F, 0xE3A008, 0x2EA44F


async def asked(world: World) -> list[str]:
    """The questions of the server's decks."""
    return [row.draft["question"] for row in await world.store.decks.questions(world.guild.id)]


async def test_a_dry_run_changes_nothing_and_works_after_a_restart(world: World) -> None:
    report = await dry_run(world)
    assert report.ephemeral
    assert text_of(report).startswith(
        "### Import into “ours”\n2 questions can be imported. Nothing is wrong with them."
    )
    assert labels(report) == ["Import 2", "Cancel"]
    assert await asked(world) == []
    await world.restart()
    await world.press(world.mod, report, "Import 2")
    assert text_of(report).startswith("### 2 questions imported\n“ours” has 2 questions now.")
    assert accent(report) == GREEN
    assert await asked(world) == [*OURS]
    (deck,) = await world.store.decks.all(world.guild.id)
    assert deck.enabled


async def test_every_fault_is_told_with_its_line_and_left_out(world: World) -> None:
    report = await dry_run(
        world, b'question,answer,level\nWhat is x?,This.,\n,Nobody asked.,\n"Who?\n",,expert\nwhat is X,Again.,\n'
    )
    seen = text_of(report)
    assert "1 question can be imported. 4 faults found; what is faulty is left out." in seen
    for line in (
        "line 3: the question is missing",
        "line 4: the answer is missing",
        "line 4: the level must be junior, mid or senior, not “expert”",
        "line 6: asks the same as line 2",
    ):
        assert f"- {line}" in seen
    assert accent(report) == AMBER
    await world.press(world.mod, report, "Import 1")
    assert await asked(world) == ["What is x?"]


async def test_places_are_told_to_their_end(world: World) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for folder in "abc":
            archive.writestr(f"{folder}/{'x' * 90}.md", f"---\nquestion: What is {folder}?\n---\n")
    seen = text_of(await dry_run(world, made.getvalue(), "new.zip"))
    assert "xxx.md, line 4: the answer is missing" in seen
    assert "xxx.md, line 4, question 3: the answer is missing" in seen


async def test_a_long_report_comes_as_a_file_too(world: World) -> None:
    rows = [f"What is thing number {number}?," for number in range(40)]
    report = await dry_run(world, "\n".join(["question,answer", "Where is it?,There.", *rows]).encode())
    assert "and 32 more" in text_of(report)
    name, content = await attached(report)
    assert name == "report.txt"
    lines = content.decode().splitlines()
    assert [line for line in lines if line.endswith("the answer is missing")] == [
        f"line {number}: the answer is missing" for number in range(3, 43)
    ]
    assert lines[-1] == "line 2: Where is it?"
    await world.press(world.mod, report, "Import 1")
    assert message_of(report).attachments == []


async def test_where_discord_takes_no_file_the_report_is_shown_without_it(world: World) -> None:
    rows = "\n".join(["question,answer", *(f"What is {number}?," for number in range(40))])
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=403, code=50013)
    report = await dry_run(world, rows.encode())
    assert "and 32 more" in text_of(report)
    assert message_of(report).attachments == []


async def test_questions_that_i_know_are_named_with_their_likeness(world: World, probes: Probes) -> None:
    await imported(world)
    known = probes.answered.question
    file = csv({known: "So.", "who approves merges to the zenobia repository": "We do.", "What is our lunch?": "Soup."})
    report = await dry_run(world, file, "new.csv")
    seen = text_of(report)
    assert "2 of them ask nearly the same as another one." in seen
    assert "line 2: " in seen
    assert "100% like" in seen
    assert "(my own collection)" in seen
    assert "line 3: who approves merges to the zenobia repository · 9" in seen
    assert f"% like {ZENOBIA} (deck “ours”)" in seen
    assert "line 4" not in seen
    assert labels(report) == ["Import 3", "Only the new one", "Cancel"]
    await world.restart()
    await world.press(world.mod, report, "Only the new one")
    assert await asked(world) == [*OURS, "What is our lunch?"]


async def test_of_questions_on_one_line_those_that_i_know_are_left_out(world: World, probes: Probes) -> None:
    asked_there = ["What is our lunch?", probes.answered.question, "Who feeds the brontosaurus?"]
    rows = [{"question": question, "answer": "So."} for question in asked_there]
    report = await dry_run(world, json.dumps(rows).encode(), "new.json")
    assert "line 1, question 2: " in text_of(report)
    assert labels(report) == ["Import 3", "Only the 2 new ones", "Cancel"]
    await world.press(world.mod, report, "Only the 2 new ones")
    assert text_of(report).startswith("### 2 questions imported\n")
    assert await asked(world) == [asked_there[0], asked_there[2]]


async def test_questions_alike_within_a_file_are_named_too(world: World) -> None:
    file = csv({"Which partition do we use for short jobs?": "A.", "For short jobs, which partition do we use?": "B."})
    seen = text_of(await dry_run(world, file))
    assert "line 3: For short jobs, which partition do we use? · 9" in seen
    assert "(line 2)" in seen


async def test_a_second_import_goes_into_the_deck_that_is_named(world: World) -> None:
    await imported(world)
    report = await dry_run(world, csv({**OURS, "What is our lunch?": "Soup."}), "other.csv", deck="OURS")
    assert "line 2: this deck has that question already" in text_of(report)
    assert labels(report) == ["Import 1", "Cancel"]
    assert text_of(report).startswith("### Import into “ours”")
    # Somebody else imports the same meanwhile.
    other = world.guild.add_member(
        world.env.create_user("other"),
        roles=[world.guild.create_role("More moderators", permissions=discord.Permissions(manage_guild=True))],
    )
    theirs = await dry_run(world, csv({"what is our lunch": "Soup."}), deck="ours", who=other)
    await world.press(other, theirs, "Import 1")
    await world.press(world.mod, report, "Import 1")
    assert text_of(report) == "Nothing new: “ours” has all of these questions by now."
    assert await asked(world) == [*OURS, "what is our lunch"]
    assert [deck.name for deck in await world.store.decks.all(world.guild.id)] == ["ours"]


@pytest.mark.parametrize(
    ("name", "data", "options", "deck"),
    [
        ("my_own  deck.csv", csv(OURS), {}, "my own deck"),
        ("x.json", json.dumps({"name": "From inside", "questions": json.loads(rich())}).encode(), {}, "From inside"),
        ("x.csv", csv(OURS), {"deck": "  Chosen\u200b one "}, "Chosen one"),
        ("\u200b.csv", csv(OURS), {}, "Questions"),
    ],
)
async def test_a_deck_is_named_by_whoever_names_it_first(
    world: World, name: str, data: bytes, options: dict[str, str], deck: str
) -> None:
    await imported(world, data, name, **options)
    assert [each.name for each in await world.store.decks.all(world.guild.id)] == [deck]


async def test_a_cancelled_or_replaced_report_is_over(world: World) -> None:
    first = await dry_run(world)
    second = await dry_run(world, name="more.csv")
    await world.press(world.mod, first, "Import 2")
    assert "That report is over" in text_of(first), "one report of a person at a time"
    await world.press(world.mod, second, "Cancel")
    assert text_of(second) == "Nothing was imported."
    assert await asked(world) == []


async def test_a_report_is_good_for_a_day(world: World) -> None:
    report = await dry_run(world)
    world.env.backend.advance_clock(timedelta(hours=25).total_seconds())
    await world.env.advance_time(2)
    assert await world.store.decks.run(world.guild.id, button(report, "Import 2").rsplit(":", 1)[1]) is None
    await world.press(world.mod, report, "Import 2")
    assert "That report is over" in text_of(report)
    assert await asked(world) == []


async def test_who_may_not_manage_the_server_imports_nothing(world: World) -> None:
    refused = await dry_run(world, who=world.alice)
    assert refused.ephemeral
    assert "people who may manage this server" in text_of(refused)
    report = await dry_run(world)
    world.env.backend.get_guild(world.guild.id).members[world.mod.id].role_ids.clear()
    refused = await world.press(world.mod, report, "Import 2")
    assert "people who may manage this server" in text_of(refused)
    assert await asked(world) == []


async def test_a_report_of_one_server_imports_nothing_into_another(world: World) -> None:
    channel, stranger = elsewhere(world)
    theirs = await stranger.slash(channel, "deck import", file=("ours.csv", csv(OURS)))
    run_id = button(theirs, "Import 2").rsplit(":", 1)[1]
    assert await world.store.decks.run(world.guild.id, run_id) is None
    await stranger.click(message_of(theirs), custom_id=button(theirs, "Import 2"))
    assert await asked(world) == []


async def test_it_is_no_command_outside_of_servers(world: World) -> None:
    with pytest.raises(SetupError):
        await world.mod.user.slash("deck import", file=("a.csv", csv(OURS)))


async def fill(world: World) -> None:
    """Make as many decks as a server can have."""
    for number in range(MOST_DECKS):
        await world.store.decks.keep_run(f"run{number}", world.guild.id, 1, f"Deck {number}", {}, [], world.env.now())
        run = await world.store.decks.run(world.guild.id, f"run{number}")
        assert run is not None
        await world.store.decks.import_run(run, [Kept.of(Draft("What?", "This."))], 1, world.env.now())


async def test_one_file_of_a_server_is_read_at_a_time(
    world: World, settings: Settings, store: Store, tutor: Tutor
) -> None:
    await world.env.restart_bot(TutorBot(settings, store, DawdlingTutor(tutor, 30)))
    first = await dry_run(world)
    second = await dry_run(world, name="more.csv")
    assert "I am still reading another file for this server." in text_of(second)
    assert labels(second) == []
    channel, stranger = elsewhere(world)
    theirs = await stranger.slash(channel, "deck import", file=("ours.csv", csv(OURS)))
    await world.env.advance_time(31)
    assert labels(first) == labels(theirs) == ["Import 2", "Cancel"]
    assert "The first line must name the columns" in text_of(await dry_run(world, b"just words", "words.csv"))
    third = await dry_run(world, name="more.csv")
    await world.env.advance_time(31)
    assert labels(third) == ["Import 2", "Cancel"]


async def test_what_there_is_no_room_for_is_not_compared(
    world: World, settings: Settings, store: Store, tutor: Tutor
) -> None:
    await fill(world)
    counting = CountingTutor(tutor)
    await world.env.restart_bot(TutorBot(settings, store, counting))
    refused = text_of(await dry_run(world))
    assert "**This cannot be imported.** A server can have 50 decks." in refused
    assert "Nothing is wrong" not in refused
    assert counting.embedded == []


async def test_too_many_decks_are_refused_before_and_after_the_report(world: World) -> None:
    report = await dry_run(world)
    await fill(world)
    pressed = await world.press(world.mod, report, "Import 2")
    assert "A server can have 50 decks" in text_of(pressed.followups[0])
    assert labels(report) == ["Import 2", "Cancel"], "so that they can make room and press again"
    refused = await dry_run(world, name="another.csv")
    assert "**This cannot be imported.** A server can have 50 decks." in text_of(refused)
    assert labels(refused) == []
    assert accent(refused) == RED


# ------------------------------------------------------------------------------------------------- bad files


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("collection.anki2", bytes(50 << 20))
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("deck.exe", b"MZ", "I cannot read that kind of file. I take `.csv`"),
        ("deck", b"x", "I cannot read that kind of file"),
        ("large.csv", bytes(LARGEST + 1), "larger than 5 MiB"),
        ("bomb.apkg", bomb(), BOMB),
        ("rubbish.zip", b"PK\x03\x04rubbish", "That archive is damaged"),
        ("words.csv", b"just words", "The first line must name the columns"),
        ("empty.json", b"[]", "There are no questions in that file."),
    ],
)
async def test_bad_files_are_refused_in_words(world: World, name: str, data: bytes, words: str) -> None:
    refused = await dry_run(world, data, name)
    assert words in text_of(refused)
    assert labels(refused) == []
    assert accent(refused) == RED
    assert not world.env.errors


async def test_what_claims_to_be_too_large_is_not_even_loaded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cdn, loaded = world.env.backend.cdn, []
    store = cdn.store_attachment
    monkeypatch.setattr(cdn, "store_attachment", lambda *args, **more: store(*args, **more) | {"size": 100 << 20})
    monkeypatch.setattr(cdn, "get", lambda url: loaded.append(url))
    assert "larger than 5 MiB" in text_of(await dry_run(world))
    assert loaded == []


async def test_a_file_that_cannot_be_loaded_is_asked_for_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.env.backend.cdn, "get", lambda url: None)
    assert "I could not get that file from Discord. Send it again." in text_of(await dry_run(world))
    assert not world.env.errors


async def test_a_file_of_faults_alone_cannot_be_imported(world: World) -> None:
    report = await dry_run(world, b"question,answer\nWhat?,\n")
    assert "0 questions can be imported. 1 fault found" in text_of(report)
    assert labels(report) == []


async def test_words_of_a_file_can_neither_ping_nor_break_the_report(world: World) -> None:
    nasty = "@everyone **look** <@1> [x](https://evil.example) ```"
    rows = [{"question": f"{nasty} {number}", "answer": "a", "level": nasty} for number in range(3)]
    seen = text_of(await dry_run(world, json.dumps({"name": nasty, "questions": rows, nasty: 1}).encode(), "x.json"))
    for token in ("@everyone", "**look", "<@1>", "[x](", "```"):
        assert token not in seen


async def test_nothing_is_said_to_be_imported_while_the_database_is_locked(world: World, tmp_path: Path) -> None:
    report = await dry_run(world)
    with closing(sqlite3.connect(tmp_path / "tutor.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        pressed = await world.press(world.mod, report, "Import 2")
        other.rollback()
    assert "Nothing was changed" in text_of(pressed.followups[0])
    await world.press(world.mod, report, "Import 2")
    assert await asked(world) == [*OURS]


# ---------------------------------------------------------------------------------------------------- export


@pytest.mark.parametrize(
    ("format", "suffix"), [("csv", ".csv"), ("json", ".json"), ("apkg", ".apkg"), ("markdown", ".zip")]
)
async def test_what_is_exported_can_be_imported_again(world: World, format: str, suffix: str) -> None:
    await imported(world, rich(), "x.json", deck="Our Own")
    exported = await world.mod.slash(world.general, "deck export", deck="our own", format=format)
    assert exported.ephemeral
    name, data = await attached(exported)
    assert name == f"our-own{suffix}"
    (row,) = await world.store.decks.questions(world.guild.id)
    (placed,) = read(name, data).drafts
    assert placed.draft.to_json() == row.draft
    report = await dry_run(world, data, name, deck="Another")
    assert "1 question can be imported. It asks nearly the same as another one." in text_of(report)
    assert labels(report) == ["Import 1", "Cancel"]


async def test_only_moderators_export_and_only_what_there_is(world: World) -> None:
    await imported(world)
    refused = await world.alice.slash(world.general, "deck export", deck="ours", format="csv")
    assert "people who may manage this server" in text_of(refused)
    gone = await world.mod.slash(world.general, "deck export", deck="none", format="csv")
    assert "no such deck" in text_of(gone)
    channel, stranger = elsewhere(world)
    assert "no such deck" in text_of(await stranger.slash(channel, "deck export", deck="ours", format="csv"))
    offered = await world.mod.autocomplete(world.general, "deck export", "deck", "OU", format="csv")
    assert await world.alice.autocomplete(world.general, "deck export", "deck", "OU", format="csv") == []
    assert [choice["value"] for choice in offered] == ["ours"]
    assert await stranger.autocomplete(channel, "deck export", "deck", "", format="csv") == []
    world.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=413, code=40005)
    seen = await world.mod.slash(world.general, "deck export", deck="ours", format="csv")
    assert "does not let me attach the file" in text_of(seen)
