"""Run the proofs of the corpus and compare what they print with what they claim to print."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from knowledge.questions import Fault, Proof, Question

_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(frozen=True, slots=True)
class Printed:
    """What a snippet printed; `error` is the last line of its traceback, or None."""

    stdout: str
    error: str | None


RunSnippet = Callable[[str], Printed]
"""Runs Python source in a process of its own."""


def check_proofs(questions: Iterable[Question], run: RunSnippet) -> Iterator[Fault]:
    """Run every proof; yield a fault for each that fails or prints something else."""
    for question in questions:
        for proof in question.proofs:
            what = _what_differs(proof, run(proof.code))
            if what:
                yield Fault(question.path, proof.line, what)


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
