"""The log: readable, parseable, and without secrets."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest

from bot import log

# Of the shape of Discord's tokens, and of nobody.
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture(autouse=True)
def _untouched_root() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def written(form: Literal["text", "json"], *, level: str = "info", secrets: tuple[str, ...] = ()) -> io.StringIO:
    stream = io.StringIO()
    log.configure(level, form, secrets, stream)
    return stream


def test_text_is_one_line_a_record() -> None:
    stream = written("text")
    logging.getLogger("bot.app").info("ready\n2026-01-01 00:00:00 ERROR forged")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith("INFO    bot.app: ready\\n2026-01-01 00:00:00 ERROR forged")


def test_json_is_one_object_a_line_with_what_was_given_extra() -> None:
    stream = written("json")
    logging.getLogger("bot.app").error("failed: %s", "naïve\nline", extra={"reference": "ab12", "shard": 3})
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "level": "error",
        "logger": "bot.app",
        "message": "failed: naïve\nline",
        "reference": "ab12",
        "shard": 3,
    }


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("the token is open-sesame", "open-sesame"),
        (f"Bot {TOKEN}", TOKEN),
        ("POST /webhooks/123456/aW50ZXJhY3Rpb246MTIzNDU2Nzg5 failed", "aW50ZXJhY3Rpb246MTIzNDU2Nzg5"),
        ("POST /interactions/123456/aW50ZXJhY3Rpb246MTIzNDU2Nzg5/callback", "aW50ZXJhY3Rpb246MTIzNDU2Nzg5"),
        ("connecting to postgresql://tutor:hunter2@db/tutor", "hunter2"),
    ],
)
def test_secrets_are_hidden_in_messages_tracebacks_and_extras(
    form: Literal["text", "json"], said: str, hidden: str
) -> None:
    stream = written(form, secrets=("open-sesame",))
    try:
        raise RuntimeError(said)
    except RuntimeError:
        logging.getLogger("bot").exception("it said %s", said, extra={"also": said})
    assert "RuntimeError" in stream.getvalue()
    assert log.HIDDEN in stream.getvalue()
    assert hidden not in stream.getvalue()


def test_a_secret_too_short_to_be_one_does_not_blot_out_words() -> None:
    stream = written("text", secrets=("a", ""))
    logging.getLogger("bot").info("a banana")
    assert "a banana" in stream.getvalue()


def test_the_level_is_what_was_set_and_bodies_of_requests_never_show() -> None:
    stream = written("text", level="debug")
    logging.getLogger("bot").debug("shown")
    logging.getLogger("discord.http").debug("a whole request")
    assert "shown" in stream.getvalue()
    assert "a whole request" not in stream.getvalue()
    stream = written("text", level="warning")
    logging.getLogger("bot").info("not shown")
    logging.getLogger("bot").warning("shown")
    assert "not shown" not in stream.getvalue()
    assert "shown" in stream.getvalue()
