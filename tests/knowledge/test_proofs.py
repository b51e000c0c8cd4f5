"""Proofs are run, and what they print is compared with what they claim."""

from __future__ import annotations

import pytest

from knowledge.proofs import check_proofs
from knowledge.subprocess_runner import ForkingRunner
from tests.knowledge.conftest import ANSWER, PROOF, make_question

RUN = ForkingRunner()


def what_is_wrong(code: str, output: str) -> list[str]:
    proof = f"```python\n{code}\n```\n```output\n{output}\n```\n"
    return [fault.what for fault in check_proofs([make_question(body=f"{ANSWER}\n\n{proof}")], RUN)]


def test_a_proof_that_prints_its_claim_has_no_fault() -> None:
    assert list(check_proofs([make_question()], RUN)) == []


@pytest.mark.parametrize(
    ("code", "output", "expected"),
    [
        ("print(1 + 1)", "3", "the proof prints something else:\n    --- claimed\n    +++ printed"),
        ("print(1)\nraise ValueError('no')", "1", "the proof fails: ValueError: no"),
        ("print(object())", "something", "the proof prints a memory address"),
        ("import os\nprint(1, flush=True)\nos._exit(3)", "1", "the process ended with exit code 3"),
        ("import sys\nprint(1)\nsys.exit(2)", "1", "the proof fails: SystemExit: 2"),
    ],
)
def test_a_proof_that_does_otherwise_is_a_fault(code: str, output: str, expected: str) -> None:
    faults = what_is_wrong(code, output)
    assert len(faults) == 1
    assert expected in faults[0]


def test_one_proof_leaves_nothing_to_the_next() -> None:
    plant = "import torch\ntorch.manual_seed(0)\nplanted = 1\ntorch.set_default_dtype(torch.float64)\nprint('planted')"
    find = "import torch\nprint('planted' in globals(), torch.get_default_dtype())"
    assert what_is_wrong(plant, "planted") == []
    assert what_is_wrong(find, "False torch.float32") == []


def test_the_line_of_a_fault_is_the_line_of_the_proof() -> None:
    question = make_question(body=f"{ANSWER}\n\n{PROOF}\n{PROOF.replace('sum: 3.0', 'sum: 4.0')}")
    faults = list(check_proofs([question], RUN))
    assert [fault.line for fault in faults] == [question.proofs[1].line]
