"""From the bytes of a text file to its text, in whatever encoding a spreadsheet or an editor wrote it."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # Before UTF-16, with whose mark this one begins.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSED = (
    "This is not UTF-8, so it was read as Latin-1: look whether its accents and quotes are right, or save it as UTF-8."
)


def decode(data: bytes) -> tuple[str, str]:
    """The text, and a sentence about its encoding where that was a guess.

    A mark at the start decides; without one the text is UTF-8, or UTF-16 where every other byte is zero, and at last
    Latin-1 as Windows writes it, in which everything means something.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data[:4000]:
        encoding = "utf-16-le" if data[1:4000:2].count(0) >= data[:4000:2].count(0) else "utf-16-be"
    try:
        return data.decode(encoding or "utf-8"), ""
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), GUESSED
    except UnicodeDecodeError:
        return data.decode("latin-1"), GUESSED
