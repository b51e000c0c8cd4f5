"""Markdown as the corpus has it: a file with YAML front matter a question, alone or many in a zip archive.

The corpus demands more than a deck does: here only question and answer must be there.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath

import yaml

from knowledge.deck_formats.archive import Archive, leaves
from knowledge.deck_formats.draft import USUAL_TOPIC, Draft, topic_of
from knowledge.deck_formats.encodings import decode
from knowledge.deck_formats.fences import write_proofs
from knowledge.deck_formats.parsed import Parsed, Reading, Unreadable

LARGEST_PAGE = 256 << 10
LARGEST_TOGETHER = 32 << 20
NO_FRONT = "must start with YAML front matter between two lines of ---"
_FRONT = re.compile(r"---[ \t]*\n(?P<front>.*?)^---[ \t]*(?:\n|\Z)", re.MULTILINE | re.DOTALL)


def read_page(data: bytes) -> Parsed:
    """Read one file. Raises Unreadable."""
    reading = Reading()
    _read(reading, data, "")
    return reading.done()


def read_archive(data: bytes) -> Parsed:
    """Read every Markdown file of a zip archive. Raises Unreadable."""
    archive = Archive(data)
    reading = Reading()
    others = 0
    room = LARGEST_TOGETHER
    for name in archive.names():
        # Some programs of Windows write backslashes.
        path = PurePosixPath(name.replace("\\", "/"))
        if path.suffix.lower() not in {".md", ".markdown"} or path.name.startswith(".") or "__MACOSX" in path.parts:
            others += 1
        elif reading.closed():
            break
        elif leaves(name):
            reading.fault(_shown(name), "its path leads out of the archive, so it was not read")
        elif room <= 0:
            reading.note(f"Not every file was read: together they are larger than {LARGEST_TOGETHER >> 20} MiB.")
            break
        else:
            try:
                page = archive.read(name, LARGEST_PAGE)
            except Unreadable as error:
                reading.fault(_shown(name), str(error))
                continue
            room -= len(page)
            _read(reading, page, str(path))
    if others:
        reading.note(f"Files in the archive that are not Markdown, and not used: {others}.")
    return reading.done()


def write(drafts: Iterable[Draft]) -> bytes:
    """The drafts as a zip archive of `<topic>/<id>.md` files."""
    archive = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as pages:
        for draft in drafts:
            folder = draft.topic or USUAL_TOPIC
            stem = topic_of(draft.question) or "question"
            name, number = f"{folder}/{stem}.md", 1
            while name in taken:
                number += 1
                name = f"{folder}/{stem}-{number}.md"
            taken.add(name)
            pages.writestr(name, page(draft, PurePosixPath(name).stem))
    return archive.getvalue()


def page(draft: Draft, page_id: str) -> str:
    """One file."""
    front = {"id": page_id, **draft.to_json()}
    answer = front.pop("answer")
    front.pop("proofs", None)
    head = yaml.safe_dump(front, allow_unicode=True, sort_keys=False, width=110)
    proofs = write_proofs(draft.proofs, answer)
    return f"---\n{head}---\n{answer}\n" + (f"\n{proofs}\n" if proofs else "")


def _read(reading: Reading, data: bytes, name: str) -> None:
    text, guessed = decode(data)
    if guessed:
        reading.note(guessed if not name else f"{_shown(name)}: {guessed}")
    text = text.replace("\r\n", "\n")
    found = _FRONT.match(text)
    if found is None:
        reading.fault(_place(name, 1), NO_FRONT)
        return
    values, lines = _front(reading, found["front"], name)
    if values is None:
        return
    body = text[found.end() :]
    first = text.count("\n", 0, found.end() + len(body) - len(body.lstrip())) + 1
    if not values.get("topic"):
        folder = PurePosixPath(name).parent.name
        values["topic"] = "" if folder == USUAL_TOPIC else folder
    values["answer"] = body

    def place(field: str) -> str:
        return _place(name, first if field in {"answer", "proofs"} else lines.get(field, 1))

    reading.add(values, place)


def _front(reading: Reading, text: str, name: str) -> tuple[dict[str, object] | None, dict[str, int]]:
    """The values of the front matter and the line of each; None where there are none."""
    try:
        # An alias may stand for a list of aliases, and so on, until a few lines fill all memory.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            reading.fault(_place(name, 1), "YAML aliases (*name) are not read here")
            return None, {}
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        values = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        reading.fault(_place(name, line + 2), f"is not YAML: {error.problem}")
        return None, {}
    except (yaml.YAMLError, ValueError, RecursionError):
        reading.fault(_place(name, 2), "is not YAML that anybody would write")
        return None, {}
    if not isinstance(values, dict) or not isinstance(node, yaml.MappingNode):
        reading.fault(_place(name, 2), "the front matter must be a mapping of names to values")
        return None, {}
    lines = {str(key.value): key.start_mark.line + 2 for key, _ in node.value}
    return {str(key): value for key, value in values.items()}, lines


def _place(name: str, line: int) -> str:
    return f"{_shown(name)}, line {line}" if name else f"line {line}"


def _shown(name: str) -> str:
    """A file's name in a sentence: its end says most."""
    line = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return line if len(line) <= 80 else f"…{line[-79:]}"
