"""Quotas, and what a run is called."""

from __future__ import annotations

import pytest

from bot.sandbox.wire import Readiness, RunResult
from bot.study.cooldown import Pace
from bot.study.running import Limits, Quota, Ticket, headline, standing, usage

LIMITS = Limits(10, 1024, 65536)
TRACEBACK = 'Traceback (most recent call last):\n  File "main.py", line 1, in <module>\n'


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (RunResult("ok"), "Ran"),
        (RunResult("error", stderr=f"{TRACEBACK}ValueError: a\nb: c d\n", returncode=1), "Stopped by `ValueError`"),
        (RunResult("error", stderr=f"{TRACEBACK}A: b\n\nDuring …\n\n{TRACEBACK}C: d", returncode=1), "Stopped by `C`"),
        (RunResult("error", stderr=f"{TRACEBACK}torch.OutOfMemoryError: x", returncode=1), "`OutOfMemoryError`"),
        (RunResult("error", stderr=f"{TRACEBACK}KeyboardInterrupt", returncode=1), "Stopped by `KeyboardInterrupt`"),
        (RunResult("error", stderr='  File "main.py", line 1\n    (\nSyntaxError: x', returncode=1), "`SyntaxError`"),
        (RunResult("error", stderr="no: traceback", returncode=3), "Ended with exit code 3"),
        (RunResult("error", stderr=f"{TRACEBACK}**bold**: x", returncode=1), "Ended with exit code 1"),
        (RunResult("timeout", returncode=137), "Stopped: still running after 10 s"),
        (RunResult("memory", returncode=137), "Stopped: it needs more than 1024 MB of memory"),
        (RunResult("output", returncode=137), "Stopped: it printed more than 64 KiB"),
        (RunResult("killed", returncode=139), "Stopped: its process was ended by SIGSEGV"),
        (RunResult("killed", returncode=1000), "Stopped: its process was ended"),
    ],
)
def test_the_status_in_words(result: RunResult, words: str) -> None:
    assert headline(result, LIMITS).endswith(words)


@pytest.mark.parametrize(
    ("ms", "mb", "words"),
    [
        (4.2, 0.2, "0.004 of 10 s · 1 of 1024 MB"),
        (123, 17.6, "0.12 of 10 s · 18 of 1024 MB"),
        (10_004, 1024, "10.0 of 10 s · 1024 of 1024 MB"),
    ],
)
def test_what_was_used(ms: float, mb: float, words: str) -> None:
    assert usage(RunResult("ok", ms=ms, memory_mb=mb), LIMITS) == words


def test_a_person_has_a_burst_and_then_a_pace() -> None:
    quota = Quota(Pace(2, 5.0), Pace(100, 1.0))
    assert quota.take(1, 9, 0.0) is None
    assert quota.take(1, 9, 0.0) is None
    first, second = quota.take(1, 9, 1.0), quota.take(1, 9, 1.0)
    assert first is not None
    assert second is not None
    assert first.sentence == "You run code faster than I can keep up. Try again in 4 seconds."
    assert (first.repeated, second.repeated) == (False, True)
    assert quota.take(2, 9, 1.0) is None
    assert quota.take(1, 9, 5.0) is None


def test_a_server_has_one_too_and_direct_messages_have_none() -> None:
    quota = Quota(Pace(100, 1.0), Pace(2, 1.0))
    assert quota.take(1, 9, 0.0) is None
    assert quota.take(2, 9, 0.0) is None
    refused = quota.take(3, 9, 0.0)
    assert refused is not None
    assert refused.sentence == "This server has run a lot of code within the last minute. Try again in 1 second."
    assert quota.take(3, 8, 0.0) is None
    assert quota.take(3, None, 0.0) is None


def test_where_a_run_stands() -> None:
    line = [Ticket() for _ in range(5)]

    def said(number: int, waiting: int = 3) -> str:
        return standing(line, line[number], Readiness(ready=True, slots=2, running=2, waiting=waiting))

    assert said(0) == said(1) == said(4, waiting=0) == "Running…"
    assert said(2) == "Waiting for a free place: you are next."
    assert said(4) == "Waiting for a free place: 2 ahead of you."
    assert "warming up" in standing(line, line[0], Readiness(ready=False))
