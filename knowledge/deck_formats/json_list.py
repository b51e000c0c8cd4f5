"""JSON: a list of questions, or an object with a name and that list."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.encodings import decode
from knowledge.deck_formats.parsed import Parsed, Reading, Unreadable

SHAPE = 'It must be a list of objects with "question" and "answer", or {"name": …, "questions": [such a list]}.'
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def read(data: bytes) -> Parsed:
    """Read a list of objects. Raises Unreadable."""
    text, guessed = decode(data)
    reading = Reading()
    if guessed:
        reading.note(guessed)
    lines = _Lines(text)
    try:
        for entry in _entries(text):
            if reading.closed():
                break
            if entry.key is None and isinstance(entry.value, dict):
                reading.add(entry.value, entry.place(text, lines))
            elif entry.key is None:
                at = lines.at(entry.start)
                reading.fault(at + reading.beside(at), "must be an object with a question and an answer")
            elif entry.key == "name" and isinstance(entry.value, str):
                reading.name = entry.value
            elif entry.key == "questions":
                raise Unreadable(SHAPE)
            else:
                reading.ignore([entry.key])
    except json.JSONDecodeError as error:
        reading.fault(f"line {error.lineno}", f"is not JSON: {error.msg}; what comes after it was not read")
    except (RecursionError, ValueError) as error:
        raise Unreadable(f"That file is not JSON that anybody would write. {SHAPE}") from error
    return reading.done()


def write(drafts: Iterable[Draft], name: str) -> bytes:
    """The drafts as a JSON object."""
    whole = {"name": name, "questions": [draft.to_json() for draft in drafts]}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


class _Lines:
    """On which line each character of a text stands."""

    def __init__(self, text: str) -> None:
        self._ends = [found.start() for found in re.finditer("\n", text)]

    def at(self, position: int) -> str:
        """The line of a position, in words."""
        return f"line {bisect_left(self._ends, position) + 1}"


@dataclass(frozen=True, slots=True)
class _Entry:
    """Something in the file: a question of its list, or what an object round that list says under a `key`."""

    value: object
    start: int
    end: int
    key: str | None = None

    def place(self, text: str, lines: _Lines) -> Callable[[str], str]:
        """Where the fields of a question stand."""

        def place(field: str) -> str:
            at = text.find(json.dumps(field), self.start, self.end) if field else -1
            return lines.at(at if at >= 0 else self.start)

        return place


def _entries(text: str) -> Iterator[_Entry]:
    """Everything in the file, one by one, because only so it is known where each stands. Raises JSONDecodeError."""
    position = _skip(text, 0)
    opening = text[position : position + 1]
    if opening == "[":
        position = yield from _list(text, position)
    elif opening == "{":
        position = yield from _object(text, position)
    else:
        raise Unreadable(SHAPE)
    if position < len(text):
        raise json.JSONDecodeError("nothing may follow the last bracket", text, position)


def _object(text: str, position: int) -> Generator[_Entry, None, int]:
    position = _skip(text, position + 1)
    while text[position : position + 1] != "}":
        key, position = _DECODER.raw_decode(text, position)
        if not isinstance(key, str):
            raise json.JSONDecodeError("a name in quotes is expected", text, position)
        position = _expect(text, position, ":")
        if key == "questions" and text[position : position + 1] == "[":
            position = yield from _list(text, position)
        else:
            value, end = _DECODER.raw_decode(text, position)
            yield _Entry(value, position, end, key)
            position = end
        position = _next(text, position, "}")
    return _skip(text, position + 1)


def _list(text: str, position: int) -> Generator[_Entry, None, int]:
    position = _skip(text, position + 1)
    while text[position : position + 1] != "]":
        value, end = _DECODER.raw_decode(text, position)
        yield _Entry(value, position, end)
        position = _next(text, end, "]")
    return _skip(text, position + 1)


def _next(text: str, position: int, closing: str) -> int:
    """Past a comma, or at the closing bracket."""
    position = _skip(text, position)
    if text[position : position + 1] == closing:
        return position
    after = _expect(text, position, ",")
    if text[after : after + 1] == closing:
        raise json.JSONDecodeError("nothing follows the last comma", text, after)
    return after


def _expect(text: str, position: int, mark: str) -> int:
    position = _skip(text, position)
    if text[position : position + 1] != mark:
        raise json.JSONDecodeError(f"“{mark}” is expected", text, position)
    return _skip(text, position + 1)


def _skip(text: str, position: int) -> int:
    space = _SPACE.match(text, position)
    return space.end() if space else position
