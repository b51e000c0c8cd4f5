"""Run the proofs of questions and designs, and compare what they print with what they claim to print."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from knowledge.questions import Fault, Proof

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a snippet printed; `error` is the last line of its traceback, or None."""

    stdout: str
    error: str | None


RunSnippet = Callable[[str], Printed]
"""Runs Python source in a process of its own."""


class Proved(Protocol):
    """Something whose claims are proved by code: a question, or a system to design."""

    @property
    def path(self) -> Path: ...

    @property
    def proofs(self) -> tuple[Proof, ...]: ...


def check_proofs(proved: Iterable[Proved], run: RunSnippet) -> Iterator[Fault]:
    """Run every proof; yield a fault for each that fails or prints something else."""
    for one in proved:
        for proof in one.proofs:
            what = _what_differs(proof, run(proof.code))
            if what:
                yield Fault(one.path, proof.line, what)


def _what_differs(proof: Proof, printed: Printed) -> str | None:
    if printed.error:
        return f"the proof fails: {printed.error}"
    if _ADDRESS.search(printed.stdout):
        return "the proof prints a memory address, which changes from run to run"
    if printed.stdout.rstrip() == proof.output.rstrip():
        return None
    diff = difflib.unified_diff(
        proof.output.splitlines(), printed.stdout.splitlines(), "claimed", "printed", lineterm="", n=0
    )
    return "the proof prints something else:\n" + "\n".join(f"    {line}" for line in diff)
