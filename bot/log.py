"""The log: one line a record, as text for people or JSON for machines, and no secret in either."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal, TextIO

HIDDEN = "***"
# Shorter ones would blot out ordinary words.
SHORTEST_SECRET = 6
SHAPES = (
    # A Discord token: the bot's id in base64, a time, a signature.
    (re.compile(r"[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), HIDDEN),
    # The token of an interaction or a webhook, in the address of a request.
    (re.compile(r"(/(?:webhooks|interactions)/\d+)/[\w-]{20,}"), rf"\1/{HIDDEN}"),
    (re.compile(r"(://[^\s:/@]*):[^\s/]+@"), rf"\1:{HIDDEN}@"),
)
# What every record has; anything else was given with `extra` and belongs in the JSON.
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def configure(
    level: str, form: Literal["text", "json"], secrets: Iterable[str] = (), stream: TextIO | None = None
) -> None:
    """Send the log of the whole process to `stream`, standard error by default; `secrets` never show in it."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(secrets) if form == "json" else TextFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # These write whole requests at debug level; the others every statement, with people's words in it, at info level.
    for name in ("discord.http", "discord.gateway", "asyncio"):
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    for name in ("sqlalchemy", "aiosqlite", "alembic", "aiohttp.access"):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class MaskingFormatter(logging.Formatter):
    """Hides the given secrets, and whatever has a secret's shape, in messages and tracebacks alike."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = sorted((each for each in secrets if len(each) >= SHORTEST_SECRET), key=len, reverse=True)

    def mask(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        for shape, instead in SHAPES:
            text = shape.sub(instead, text)
        return text

    def traceback(self, record: logging.LogRecord) -> str:
        """The record's traceback, masked; empty when it has none."""
        return self.mask(self.formatException(record.exc_info)) if record.exc_info and record.exc_info[0] else ""


class TextFormatter(MaskingFormatter):
    def format(self, record: logging.LogRecord) -> str:
        # Line breaks inside a message could forge a line of the log.
        message = self.mask(record.getMessage()).replace("\r", "\\r").replace("\n", "\\n")
        line = f"{_moment(record):%Y-%m-%d %H:%M:%S} {record.levelname:<7} {record.name}: {message}"
        traceback = self.traceback(record)
        return f"{line}\n{traceback}" if traceback else line


class JsonFormatter(MaskingFormatter):
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": _moment(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.mask(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in USUAL:
                entry[name] = value if isinstance(value, int | float | bool) else self.mask(str(value))
        if traceback := self.traceback(record):
            entry["exception"] = traceback
        return json.dumps(entry, ensure_ascii=True)


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
