"""CSV and TSV, as spreadsheets write them, without letting a spreadsheet run what is in them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from knowledge.deck_formats.cells import COLUMNS, cells_of, column, raw_of
from knowledge.deck_formats.draft import Draft
from knowledge.deck_formats.encodings import decode
from knowledge.deck_formats.parsed import Parsed, Reading, Unreadable

SEPARATORS = ",;\t"
NO_HEADER = (
    "The first line must name the columns, at least `question` and `answer`, between commas, semicolons or tabs."
)
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
# A spreadsheet takes a cell that begins so for a formula, and an apostrophe before it for "this is text".
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def read(data: bytes) -> Parsed:
    """Read a table whose first line names the columns. Raises Unreadable."""
    text, guessed = decode(data)
    reading = Reading()
    if guessed:
        reading.note(guessed)
    told = _SEPARATOR_LINE.match(text)
    skipped = 1 if told else 0
    rows = csv.reader(
        io.StringIO(text[told.end() :] if told else text, newline=""),
        delimiter=told[1] if told else _separator(text),
        strict=True,
    )
    line = 0
    try:
        header = [column(name) for name in next(rows, [])]
        if not {"question", "answer"} <= {*header}:
            raise Unreadable(NO_HEADER)
        reading.ignore(name for name in header if name not in COLUMNS)
        line = rows.line_num
        for row in rows:
            at = f"line {line + 1 + skipped}"
            line = rows.line_num
            if reading.closed():
                break
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
                reading.fault(at, f"{len(row)} cells, but {len(header)} columns: put quotes round what has a separator")
                continue
            cells = {name: _bare(cell) for name, cell in zip(header, row, strict=False) if name in COLUMNS}
            reading.add(raw_of(cells), lambda _, at=at: at)  # type: ignore[misc]
    except csv.Error as error:
        reading.fault(f"line {line + 1 + skipped}", f"{_in_words(error)}; what comes after it was not read")
    return reading.done()


def write(drafts: Iterable[Draft]) -> bytes:
    """The drafts as CSV in UTF-8, with the mark by which Excel knows that it is."""
    table = io.StringIO(newline="")
    rows = csv.DictWriter(table, COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    rows.writerows({name: _guarded(cell) for name, cell in cells_of(draft).items()} for draft in drafts)
    return table.getvalue().encode("utf-8-sig")


def _separator(text: str) -> str:
    """The one by which the first line has the columns that it must have; a comma where none does."""
    first = text[:4000].lstrip("\r\n").splitlines()[:1]
    for separator in SEPARATORS:
        try:
            header = {column(name) for name in next(csv.reader(first, delimiter=separator), [])}
        except csv.Error:
            continue
        if {"question", "answer"} <= header:
            return separator
    return SEPARATORS[0]


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _bare(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end" in said:
        return "a quote is opened here and never closed"
    if "field larger" in said:
        return "a cell is far too large"
    if "expected after" in said:
        return "a closing quote stands in the middle of a cell"
    return "this is not CSV"
