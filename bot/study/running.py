"""Running snippets: who may run one now, what a result is called, and where one stands in the queue."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox.wire import Readiness, RunResult
from bot.study.cooldown import Cooldown, Pace

USER_PACE = Pace(burst=10, every_s=5.0)
SERVER_PACE = Pace(burst=60, every_s=1.0)

_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(r"^([A-Za-z_][A-Za-z0-9_.]{0,80})(?::|$)")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use."""

    seconds: float = 10.0
    memory_mb: int = 1024
    output_bytes: int = 65536


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody may not run anything now. `repeated`: they were told already, in a place where that is a bother."""

    sentence: str
    repeated: bool


class Quota:
    """How often one person, and one server together, may run something. Kept in memory only."""

    def __init__(self, user: Pace = USER_PACE, server: Pace = SERVER_PACE) -> None:
        self._users = Cooldown(user)
        self._servers = Cooldown(server)

    def take(self, user_id: int, guild_id: int | None, now: float) -> Refusal | None:
        """Count one run; why not, when it may not be. `now` is in seconds of a steady clock."""
        decision, wait = self._users.take(user_id, now)
        if decision != "go":
            return Refusal(f"You run code faster than I can keep up. {_again(wait)}", decision == "hush")
        if guild_id is not None:
            decision, wait = self._servers.take(guild_id, now)
            if decision != "go":
                sentence = f"This server has run a lot of code within the last minute. {_again(wait)}"
                return Refusal(sentence, decision == "hush")
        return None


def _again(wait: float) -> str:
    seconds = max(1, round(wait))
    return f"Try again in {seconds} second{'s' if seconds > 1 else ''}."


def headline(result: RunResult, limits: Limits) -> str:
    """The status of a run in words."""
    match result.status:
        case "ok":
            return "Ran"
        case "timeout":
            return f"Stopped: still running after {limits.seconds:g} s"
        case "memory":
            return f"Stopped: it needs more than {limits.memory_mb} MB of memory"
        case "output":
            return f"Stopped: it printed more than {_kilobytes(limits.output_bytes)}"
        case "killed":
            return f"Stopped: its process was ended{_signal(result.returncode)}"
        case "error":
            raised = _raised(result.stderr)
            return f"Stopped by `{raised}`" if raised else f"Ended with exit code {result.returncode}"


def usage(result: RunResult, limits: Limits) -> str:
    """Time and memory used, against what was allowed."""
    seconds = result.ms / 1000
    used = f"{seconds:.3f}" if seconds < 0.1 else f"{seconds:.1f}" if seconds >= 1 else f"{seconds:.2f}"
    return f"{used} of {limits.seconds:g} s · {max(1, round(result.memory_mb))} of {limits.memory_mb} MB"


def _raised(stderr: str) -> str | None:
    """The exception's name: the first line that is not indented after the last traceback began.

    The lines after it may be the rest of its message. A syntax error has no traceback, only its place.
    """
    lines = stderr.splitlines()
    begun = [number for number, line in enumerate(lines) if line.startswith(_TRACEBACK)]
    if not begun and not stderr.startswith("  File "):
        return None
    named = next((line for line in lines[begun[-1] + 1 if begun else 0 :] if not line.startswith(" ")), "")
    found = _RAISED.match(named)
    return found[1].rsplit(".", 1)[-1] if found else None


def _signal(returncode: int) -> str:
    try:
        return f" by {signal.Signals(returncode - 128).name}"
    except ValueError:
        return ""


def _kilobytes(count: int) -> str:
    return f"{count // 1024} KiB" if count >= 1024 else f"{count} bytes"


@dataclass(slots=True, eq=False)
class Ticket:
    """One run that has been handed to the worker and has not come back."""


def standing(line: Sequence[Ticket], mine: Ticket, readiness: Readiness) -> str:
    """Where a run stands that takes longer than people wait without a word.

    `line` are this bot's runs in the order of their start. The worker serves people in turn, so the number is the
    most that can be ahead among them.
    """
    if not readiness.ready:
        return "The worker that runs code is warming up. Your code runs as soon as it is ready."
    earlier = next(index for index, ticket in enumerate(line) if ticket is mine)
    ahead = earlier - readiness.running
    if not readiness.waiting or ahead < 0:
        return "Running…"
    return (
        "Waiting for a free place: you are next." if ahead == 0 else f"Waiting for a free place: {ahead} ahead of you."
    )
