"""Files made to harm whoever reads them: each is refused in words, or read without what is harmful in it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.deck_formats import apart
from knowledge.deck_formats.anki_reading import DAMAGED as DAMAGED_COLLECTION
from knowledge.deck_formats.anki_reading import LARGEST_COLLECTION, NOT_ANKI
from knowledge.deck_formats.apart import TOO_MUCH, Apart
from knowledge.deck_formats.archive import BOMB, DAMAGED
from knowledge.deck_formats.draft import check
from knowledge.deck_formats.formats import LARGEST, SUFFIXES, TOO_LARGE, UNKNOWN, Format, read, write
from knowledge.deck_formats.parsed import Unreadable
from tests.knowledge.deck_formats.test_reading import collection, drafts, old_collection, package, said

ROOT = Path(__file__).parents[3]
PAGE = "---\nquestion: What?\n---\nThis.\n"


def refused(name: str, data: bytes) -> str:
    with pytest.raises(Unreadable) as error:
        read(name, data)
    return str(error.value)


def zipped(*members: tuple[zipfile.ZipInfo | str, bytes], squeeze: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", squeeze) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


# -------------------------------------------------------------------------------------------------- any file


@pytest.mark.parametrize("name", ["deck.exe", "deck", "deck.csv.gz", ".csv", "", "deck.sqlite", "../../x.anki2"])
def test_other_kinds_of_files_are_named_with_what_is_taken(name: str) -> None:
    assert refused(name, b"x") == UNKNOWN
    assert ".apkg" in UNKNOWN


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.apkg", "x.md", "x.zip"])
def test_what_is_too_large_is_not_read(name: str) -> None:
    assert refused(name, bytes(LARGEST + 1)) == TOO_LARGE


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.json", "x.apkg", "x.md", "x.zip"])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        bytes(3000),
        b"\xff\xfe",
        b"\xff\xfe\x00",
        b"\x00\xd8" * 10,
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        b"SQLite format 3\0",
        b"\x89PNG\r\n\x1a\n",
        random.Random(1).randbytes(5000),
    ],
)
def test_rubbish_is_refused_in_words_or_has_faults(name: str, data: bytes) -> None:
    with suppress(Unreadable):
        parsed = read(name, data)
        assert parsed.faults
        assert not parsed.drafts


@pytest.mark.parametrize("format", ["csv", "json", "apkg", "markdown"])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_never_ends_in_anything_but_words(format: Format, data: st.DataObject) -> None:
    draft, _ = check({"question": "What?", "answer": "This.", "asks": ["é"], "sources": ["https://a.example"]}, str)
    assert draft is not None
    whole = bytearray(write(format, "x", [draft] * 2))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for damaged in (bytes(whole), cut):
        with suppress(Unreadable):
            for placed in read(f"x{SUFFIXES[format]}", damaged).drafts:
                placed.draft.answer.encode()


# ------------------------------------------------------------------------------------------------------- CSV


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''=1", "'"])
@pytest.mark.parametrize("field", ["question", "answer", "key_points"])
def test_no_cell_that_is_written_is_a_formula(formula: str, field: str) -> None:
    draft, _ = check({"question": "What?", "answer": "This.", field: formula}, str)
    assert draft is not None
    table = write("csv", "x", [draft])
    for cell in table.decode("utf-8-sig").splitlines()[1].split(","):
        assert not cell.lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert drafts(read("x.csv", table)) == [draft]


def test_a_formula_in_a_table_is_a_text_like_any_other() -> None:
    (draft,) = drafts(read("x.csv", b'question,answer\n"=HYPERLINK(""http://x"")",\'=cmd|\' /C calc\'!A0\n'))
    assert draft.question == '=HYPERLINK("http://x")'
    assert draft.answer == "=cmd|' /C calc'!A0"


def test_a_table_of_one_endless_line_is_refused() -> None:
    assert "far too large" in said(read("x.csv", b"a" * (4 << 20)))[0]
    assert "far too large" in said(read("x.csv", b"question,answer\nx," + b"a" * (4 << 20)))[0]
    assert "never closed" in said(read("x.csv", b'question,answer\nx,"' + b"a\n" * 1000))[0]


def test_a_table_of_separators_alone_is_refused() -> None:
    assert refused("x.csv", b"," * (2 << 20))


# ------------------------------------------------------------------------------------------------------ JSON


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"questions": [' + '{"question": ' * 50_000,
        '[{"question": "a?", "answer": ' + "[" * 100_000 + "]" * 100_000 + "}]",
        "[" + "9" * 100_000 + "]",
        '[{"question": NaN, "answer": Infinity}]',
        '[{"question": "\\ud800", "answer": "\\udfff"}]',
        '[{"question": "a?", "answer": "b", "level": ' + "1" * 5000 + "}]",
    ],
)
def test_json_that_nobody_would_write_is_refused_or_faulty(text: str) -> None:
    with suppress(Unreadable):
        parsed = read("x.json", text.encode())
        assert parsed.faults
        assert not parsed.drafts


def test_the_same_name_twice_and_foreign_values_do_no_harm() -> None:
    text = '[{"question": "a?", "question": "b?", "answer": "c", "__class__": "x", "asks": {"0": 1}}]'
    assert said(read("x.json", text.encode())) == ["line 1: the other phrasings must be a list of texts, not a dict"]


# -------------------------------------------------------------------------------------------------- archives


def test_a_zip_bomb_is_not_opened() -> None:
    bomb = zipped(("collection.anki2", bytes(64 << 20)))
    assert len(bomb) < 100_000
    assert refused("x.apkg", bomb) == BOMB
    parsed = read("x.zip", zipped(("a/bomb.md", bytes(200 << 20)), ("a/good.md", PAGE.encode())))
    assert said(parsed) == [f"a/bomb.md: {BOMB}"]
    assert len(parsed.drafts) == 1


def test_many_files_that_are_bombs_together_are_not_all_read() -> None:
    # Each of them is of an honest size and shrinks to nothing, because they are the same.
    page = (PAGE + "word " * 50_000).encode()
    parsed = read("x.zip", zipped(*((f"a/{number}.md", page) for number in range(160))))
    assert any("larger than 32 MiB" in note for note in parsed.notes)
    assert len(parsed.faults) < 140


def test_an_archive_in_an_archive_stays_closed() -> None:
    inner = zipped(("a.md", PAGE.encode()))
    parsed = read("x.zip", zipped(("inner.zip", inner), ("inner.md", inner), ("good.md", PAGE.encode())))
    assert len(parsed.drafts) == 1
    assert [fault.place for fault in parsed.faults] == ["inner.md, line 1"]
    assert parsed.notes[-1] == "Files in the archive that are not Markdown, and not used: 1."
    assert refused("x.apkg", zipped(("deck.apkg", inner))) == NOT_ANKI


@pytest.mark.parametrize("name", ["/etc/passwd.md", "../../x.md", "a/../../x.md", "C:/x.md", "..\\..\\x.md", "\\x.md"])
def test_paths_that_lead_out_of_the_archive_are_not_followed(name: str) -> None:
    before = sorted(os.listdir())
    parsed = read("x.zip", zipped((name, PAGE.encode()), ("good.md", PAGE.replace("What", "Why").encode())))
    assert [draft.question for draft in drafts(parsed)] == ["Why?"]
    (fault,) = said(parsed)
    assert "leads out of the archive" in fault
    assert sorted(os.listdir()) == before


def test_a_link_in_an_archive_is_no_way_out() -> None:
    link = zipfile.ZipInfo("passwd.md")
    link.external_attr = 0o120777 << 16
    parsed = read("x.zip", zipped((link, b"/etc/passwd")))
    assert said(parsed) == ["passwd.md, line 1: must start with YAML front matter between two lines of ---"]


def test_names_in_archives_cannot_break_a_report() -> None:
    name = "a\n@everyone\x1b[31m" + "x" * 500 + ".md"
    (fault,) = said(read("x.zip", zipped((name, b"nothing"))))
    assert "\n" not in fault
    assert "\x1b" not in fault
    assert len(fault) < 200


def test_claimed_sizes_are_not_believed() -> None:
    honest = zipped(("collection.anki2", random.Random(2).randbytes(5000)))

    def claiming(size: int) -> bytes:
        # The size without compression stands in the local header and in the directory.
        return honest.replace(struct.pack("<I", 5000), struct.pack("<I", size))

    assert refused("x.apkg", claiming(100 << 20)) == BOMB
    assert refused("x.apkg", claiming(10)) == DAMAGED
    large = zipped(("collection.anki2", random.Random(3).randbytes(4 << 20)), squeeze=zipfile.ZIP_STORED)
    assert refused("x.apkg", large[: len(large) // 2]) == DAMAGED


def test_an_archive_of_too_many_files_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}", b"")
    assert "more than 20,000 files" in refused("x.zip", made.getvalue())


def test_archives_with_a_password_or_of_rare_methods_are_refused_in_words() -> None:
    plain = zipped(("collection.anki2", b"x" * 100), squeeze=zipfile.ZIP_STORED)
    directory = plain.rindex(b"PK\x01\x02")
    locked = bytearray(plain)
    locked[6] |= 1
    locked[directory + 8] |= 1
    assert "password" in refused("x.apkg", bytes(locked))
    assert "unusual way" in refused("x.apkg", zipped(("collection.anki2", b"x" * 100), squeeze=zipfile.ZIP_LZMA))


# --------------------------------------------------------------------------------------------------- Markdown


def test_yaml_that_grows_is_not_expanded() -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    lines += [f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]" for before, name in pairwise("abcdefghi")]
    parsed = read("x.md", ("---\nquestion: What?\n" + "\n".join(lines) + "\n---\nThis.\n").encode())
    assert said(parsed) == ["line 1: YAML aliases (*name) are not read here"]


@pytest.mark.parametrize(
    "front",
    [
        "question: !!python/object/apply:os.system [true]",
        "question: !!python/name:os.system",
        "question: !!binary aGVsbG8=",
        "? [a, b]\n: c",
        "question: 2026-01-01",
        "[" * 5000,
        "{a: " * 2000,
        "question: 1__" + "0" * 5000,
        "answer: other\nquestion: [What?]",
        "- a",
        "",
    ],
)
def test_yaml_makes_nothing_but_plain_values(front: str) -> None:
    parsed = read("x.md", f"---\n{front}\n---\nThis.\n".encode())
    assert not parsed.drafts
    assert parsed.faults


# ------------------------------------------------------------------------------------------------------- Anki

ENDLESS = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n id, 1 mid, 'x' || n flds FROM c"
COL = ("CREATE TABLE col (models text, decks text)", "INSERT INTO col VALUES ('{}', '{}')")


@pytest.mark.parametrize(
    "statements",
    [
        (*COL, f"CREATE VIEW notes AS {ENDLESS}"),
        (*COL, "CREATE VIEW notes AS SELECT 1 id, 1 mid, hex(zeroblob(1000000000)) flds"),
        (f"CREATE VIEW col AS {ENDLESS}", "CREATE TABLE notes (id, mid, flds)", "INSERT INTO notes VALUES (1, 1, 'x')"),
        (*COL, "CREATE VIRTUAL TABLE notes USING fts5(id, mid, flds)"),
        (
            *COL,
            "CREATE TABLE notes (id, mid, raw, flds AS (hex(zeroblob(100000000))))",
            "INSERT INTO notes (id, mid) VALUES (1, 1)",
        ),
        (*COL, "CREATE TABLE other (id, mid, flds)", "CREATE VIEW Notes AS SELECT * FROM other"),
        (*COL, "CREATE TABLE notes (id, mid)", "INSERT INTO notes VALUES (1, 1)"),
        COL,
    ],
)
def test_a_collection_that_computes_is_refused(statements: tuple[str, ...]) -> None:
    assert refused("x.apkg", package("collection.anki2", collection(*statements))) == DAMAGED_COLLECTION


def test_triggers_do_not_fire_and_nothing_is_written() -> None:
    database = collection(
        *COL,
        "CREATE TABLE notes (id integer primary key, mid, flds)",
        "CREATE TABLE copies (flds)",
        "CREATE TRIGGER more AFTER INSERT ON notes BEGIN INSERT INTO copies VALUES (new.flds); END",
        "INSERT INTO notes VALUES (1, 1, 'What?' || char(31) || 'This.')",
        "CREATE VIEW harmless AS SELECT load_extension('x')",
    )
    (draft,) = drafts(read("x.apkg", package("collection.anki2", database)))
    assert draft.answer == "This."


def test_values_of_other_types_and_endless_notes_are_faults() -> None:
    database = collection(
        *COL,
        "CREATE TABLE notes (id integer primary key, mid, flds)",
        "INSERT INTO notes VALUES (1, 1, x'00ff'), (2, 1, 5), (3, 1, NULL)",
        "INSERT INTO notes VALUES (4, 1, 'a' || char(31) || replace(hex(zeroblob(150000)), '0', 'x'))",
        "INSERT INTO notes VALUES (5, 'none', 'What?' || char(31) || 'This.')",
    )
    parsed = read("x.apkg", package("collection.anki2", database))
    assert [fault.place for fault in parsed.faults] == ["note 1", "note 2", "note 3", "note 4"]
    assert len(parsed.drafts) == 1


def test_models_that_are_no_json_are_no_trouble() -> None:
    for models in ("[[[[", "[" * 50_000, "5", '{"1": {"flds": 5}}', '{"1": {"flds": [5, {"name": null}]}}'):
        database = collection(
            "CREATE TABLE col (models text, decks text)",
            f"INSERT INTO col VALUES ('{models}', '{models}')",  # noqa: S608
            "CREATE TABLE notes (id integer primary key, mid, flds)",
            "INSERT INTO notes VALUES (1, 1, 'What?' || char(31) || 'This.')",
        )
        assert len(drafts(read("x.apkg", package("collection.anki2", database)))) == 1


@pytest.mark.parametrize("harm", [lambda data: data[:2000], lambda data: data[:100] + bytes(len(data) - 100)])
def test_a_truncated_or_emptied_collection_is_refused(harm: Callable[[bytes], bytes]) -> None:
    whole = old_collection(*[(1, f"What is {number}?\x1f{'x' * 500}") for number in range(50)])
    assert refused("x.apkg", package("collection.anki2", harm(whole))) == DAMAGED_COLLECTION


def test_a_compressed_collection_is_no_bomb() -> None:
    squeezed = zstandard.ZstdCompressor().compress(bytes(LARGEST_COLLECTION + 1))
    assert refused("x.apkg", package("collection.anki21b", squeezed)) == BOMB
    endless = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(LARGEST_COLLECTION + 1))
    assert refused("x.apkg", package("collection.anki21b", endless)) == BOMB
    assert refused("x.apkg", package("collection.anki21b", squeezed[:100])) == DAMAGED_COLLECTION
    assert refused("x.apkg", package("collection.anki21b", b"nothing")) == DAMAGED_COLLECTION


@pytest.mark.parametrize(
    "field",
    [
        "<script>alert(1)</script>Safe",
        "Safe<style>*{}</style><iframe src=x></iframe>",
        "<svg><script>x</script></svg>Safe<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>Safe</a>",
    ],
)
def test_html_leaves_nothing_but_its_text(field: str) -> None:
    (draft,) = drafts(
        read("x.apkg", package("collection.anki2", old_collection((1, f"Q?\x1f{field.replace(chr(39), '')}"))))
    )
    assert draft.answer == "Safe"


@pytest.mark.parametrize("field", ["<b>" * 30_000, "<div>" * 18_000, "&#" * 45_000, "<!--" * 24_000, "{{c1::" * 15_000])
def test_html_that_is_all_marks_takes_no_time_to_speak_of(field: str) -> None:
    # No assertion on time: a reading that is quadratic in these would run into the time limit of the tests.
    assert read("x.apkg", package("collection.anki2", old_collection((1, f"Q?\x1f{field}")))) is not None


# ----------------------------------------------------------------------------------------- the process apart


async def test_a_file_is_read_in_a_process_of_its_own() -> None:
    parsed = await Apart().read("../../x.csv", b"question,answer\nWhat?,This.\n,x\n")
    assert parsed == read("x.csv", b"question,answer\nWhat?,This.\n,x\n")
    with pytest.raises(Unreadable, match="I cannot read that kind of file"):
        await Apart().read("x.exe", b"")
    with pytest.raises(Unreadable, match="larger than 5 MiB"):
        await Apart().read("x.json", bytes(LARGEST + 1))


async def test_what_takes_too_long_is_stopped() -> None:
    with pytest.raises(Unreadable) as error:
        await Apart(timeout_s=0.001).read("x.csv", b"question,answer\nWhat?,This.\n")
    assert str(error.value) == TOO_MUCH


async def test_the_process_has_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    process = await apart._start(".json")
    try:
        environment = await asyncio.to_thread(Path(f"/proc/{process.pid}/environ").read_bytes)
    finally:
        process.kill()
        await process.wait()
    assert b"PATH" in environment
    assert b"secret" not in environment


@pytest.mark.parametrize(
    "greed", ["bytearray(2 << 30)", "open('x', 'wb', 0).write(b'x')", "[open('/dev/null') for _ in range(99)]"]
)
def test_the_process_has_little_memory_no_files_and_no_disk(greed: str, tmp_path: Path) -> None:
    program = f"from knowledge.deck_formats.__main__ import limit\nlimit()\nprint('limited', flush=True)\n{greed}"
    ran = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert ran.stdout == b"limited\n"
    assert ran.returncode != 0


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.text(max_size=10), st.recursive(st.none() | st.text(), st.lists, max_leaves=5), max_size=4))
def test_any_values_make_a_draft_or_faults(raw: dict[str, object]) -> None:
    draft, faults = check({"question": "What?", "answer": "This.", **raw}, str)
    assert (draft is None) == bool(faults)
    if draft:
        json.dumps(draft.to_json())
