"""Writing Anki packages that every version of Anki since 2.0 opens."""

from __future__ import annotations

import io
import itertools
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import closing
from hashlib import blake2b

import genanki

from knowledge.deck_formats.cells import COLUMNS, cells_of
from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.markup import to_html

KIND = 1_726_350_811
"""The number by which Anki knows our kind of note again."""
MADE_AT = 1_700_000_000.0
"""The same drafts make the same package, whenever it is written."""
TITLES = {
    "question": "Question",
    "answer": "Answer",
    "asks": "Other phrasings",
    "key_points": "Key points",
    "wrong": "Common mistakes",
    "right": "In fact",
    "topic": "Topic",
    "level": "Level",
    "sources": "Sources",
    "code": "Code",
}
FRONT = '<div class="small">{{Topic}} {{Level}}</div><div class="question">{{Question}}</div>'
BACK = "{{FrontSide}}<hr id=answer>{{Answer}}" + "".join(
    f"{{{{#{title}}}}}<h4>{title}</h4>{{{{{title}}}}}{{{{/{title}}}}}"
    for title in ("Key points", "Common mistakes", "In fact", "Code", "Sources")
)
LOOK = """\
.card { font-family: sans-serif; font-size: 18px; text-align: left; max-width: 45em; margin: auto; }
.question { font-size: 22px; font-weight: bold; }
.small, h4 { font-size: 14px; color: #777; margin: 1em 0 0.2em; }
code, pre { font-family: monospace; font-size: 15px; }
pre { background: rgba(128, 128, 128, 0.15); padding: 0.6em; overflow-x: auto; }
"""


def write(drafts: Iterable[Draft], name: str) -> bytes:
    """The drafts as a package with one deck. A later package updates the notes of an earlier one."""
    model = genanki.Model(
        KIND,
        "Torch Tutor",
        fields=[{"name": TITLES[column]} for column in COLUMNS],
        templates=[{"name": "Question", "qfmt": FRONT, "afmt": BACK}],
        css=LOOK,
    )
    deck = genanki.Deck(_number(name), name)
    for draft in drafts:
        cells = cells_of(draft)
        fields = [to_html(cells[column]) for column in COLUMNS]
        deck.add_note(genanki.Note(model, fields, guid=genanki.guid_for(name, draft.question)))
    with closing(sqlite3.connect(":memory:")) as database:
        cursor = database.cursor()
        genanki.Package(deck).write_to_db(cursor, MADE_AT, itertools.count(int(MADE_AT * 1000)))
        database.commit()
        collection = database.serialize()
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("collection.anki2", collection)
        files.writestr("media", "{}")
    return package.getvalue()


def _number(name: str) -> int:
    """A number of the size that Anki gives decks."""
    return (1 << 30) + int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "big") % (1 << 30)
