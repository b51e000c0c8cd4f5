"""What came of the candidate's program, in words: what it printed, and what the hidden check says."""

from __future__ import annotations

import re

from bot.sandbox.wire import RunResult
from knowledge.interview_blocks import passed

PRINTED = 6000
"""Characters of output that are kept of one run."""
_ASSERTION = re.compile(r"^AssertionError:?\s*", re.MULTILINE)
_LAST = 400


def printed(result: RunResult) -> str:
    """All that a run has to show, its end where it is too long: an error stands last."""
    parts = [result.stdout.rstrip("\n"), result.value or "", result.stderr.rstrip("\n")]
    shown = "\n".join(part for part in parts if part)
    return shown if len(shown) <= PRINTED else f"…\n{shown[-PRINTED:]}"


def what_is_wrong(result: RunResult) -> str:
    """Why a checked program is not right; empty when it is."""
    if result.status == "ok":
        return "" if passed(result.stdout) else "The program ends before it could be checked."
    if result.status != "error":
        return f"It was stopped before it could be checked: {result.status}."
    found = [*_ASSERTION.finditer(result.stderr)]
    said = result.stderr[found[-1].end() :] if found else (result.stderr.strip().splitlines() or ["an error"])[-1]
    return " ".join(said.split())[:_LAST] or "An assertion fails."
