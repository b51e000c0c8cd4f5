"""Fenced blocks of code in Markdown: finding the proofs under an answer, and writing them there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.questions import Proof

FENCE = re.compile(
    r"^(?P<fence>`{3,})(?P<language>\w*)[ \t]*\n(?P<code>.*?)^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL
)
_RUN = re.compile(r"`{3,}")
_BARE = re.compile(r"(`{3,})[ \t]*")


def take_proofs(text: str, *, whole: bool = False) -> tuple[str, tuple[Proof, ...]]:
    """Part a text from the proofs at its end: `python` blocks, each directly followed by an `output` block.

    What would leave no text stays in it, unless the text is `whole` one of proofs. Blocks are looked for from the end,
    where one that was never closed further up cannot swallow them.
    """
    lines = text.rstrip().split("\n")
    proofs: list[Proof] = []
    while True:
        output = _last_block(lines, "output")
        code = _last_block(lines[: output.opens], "python") if output else None
        if output is None or code is None or not (whole or any(line.strip() for line in lines[: code.opens])):
            return "\n".join(lines).rstrip(), tuple(proofs)
        proofs.insert(0, Proof(code.inside, output.inside, 0))
        del lines[code.opens :]


@dataclass(frozen=True, slots=True)
class _Block:
    """A fenced block: the number of the line that opens it, and what is in it."""

    opens: int
    inside: str


def _last_block(lines: Sequence[str], language: str) -> _Block | None:
    """The block of that language with which the lines end; blank lines may follow it, and blank it may not be."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    closing = _BARE.fullmatch(lines[end - 1]) if end else None
    if closing is None:
        return None
    same = re.compile(rf"{closing[1]}(\w*)[ \t]*")
    for opens in range(end - 2, -1, -1):
        if found := same.fullmatch(lines[opens]):
            inside = "\n".join(lines[opens + 1 : end - 1]).strip("\n") + "\n"
            return _Block(opens, inside) if found[1] == language and inside.strip() else None
    return None


def write_proofs(proofs: Iterable[Proof], beside: str = "") -> str:
    """The proofs in fences that nothing in them, nor in the text `beside` them, can close."""
    proofs = tuple(proofs)
    inside = "\n".join((beside, *(part for proof in proofs for part in (proof.code, proof.output))))
    longest = max(map(len, _RUN.findall(inside)), default=2)
    fence = "`" * (longest + 1)
    return "\n\n".join(f"{fence}python\n{proof.code}{fence}\n{fence}output\n{proof.output}{fence}" for proof in proofs)
