"""Show by running it that an interview block is what it says: faults that are faults, solutions that solve."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.front_matter import Fault
from knowledge.interview_blocks import AnyBlock, Checked, Coding, Debugging, Design, passed
from knowledge.proofs import RunSnippet, check_proofs

_ASSERTION = re.compile(r"AssertionError: \S+ \S+")


def check_block(block: AnyBlock, run: RunSnippet) -> Iterator[Fault]:
    """Run what a block claims; yield a fault for each claim that is not so.

    The check of a broken program fails as long as any of its faults is left in, and passes on the fixed program. The
    check of a task fails on its starter and passes on its solution. The proofs of a design print what they claim.
    """
    match block:
        case Debugging():
            yield from _check_debugging(block, run)
        case Coding():
            yield from _check_coding(block, run)
        case Design():
            yield from check_proofs([block], run)


def _check_debugging(block: Debugging, run: RunSnippet) -> Iterator[Fault]:
    wrong = _what_is_wrong(block, block.fixed, run)
    if wrong:
        yield Fault(block.path, block.check_line, f"the check fails on the fixed program: {wrong}")
        return
    programs = [(block.check_line, "the broken program", block.broken)]
    if len(block.faults) > 1:
        for left in block.faults:
            mended = block.mended([fault for fault in block.faults if fault is not left])
            programs.append((left.line, "the program with only this fault left in", mended))
    for line, name, program in programs:
        missed = _what_is_missed(block, program, run)
        if missed:
            yield Fault(block.path, line, f"{missed} {name}")


def _what_is_missed(block: Debugging, program: str, run: RunSnippet) -> str | None:
    """Why the check does not see a fault as it should: by an assertion that says what is wrong.

    A program that stops by itself, with or without the check, needs no assertion: everyone sees that fault.
    """
    wrong = _what_is_wrong(block, program, run)
    if not wrong:
        return "the check passes on"
    if not _ASSERTION.search(wrong.splitlines()[-1]) and not run(program).error:
        return f"the check stops with {wrong!r} instead of an AssertionError with a sentence on"
    return None


def _check_coding(block: Coding, run: RunSnippet) -> Iterator[Fault]:
    wrong = _what_is_wrong(block, block.solution, run)
    if wrong:
        yield Fault(block.path, block.check_line, f"the check fails on the solution: {wrong}")
    if not _what_is_wrong(block, block.starter, run):
        yield Fault(block.path, block.check_line, "the check passes on the starter")


def _what_is_wrong(block: Checked, program: str, run: RunSnippet) -> str | None:
    printed = run(block.checked(program))
    if printed.error:
        return printed.error
    return None if passed(printed.stdout) else "it ends before the check does"
