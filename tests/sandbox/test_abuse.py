"""Every attack of the abuse corpus, in the real jail over HTTP: contained as it says, and the next run unaffected."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.sandbox.wire import RunRequest
from tests.sandbox.cases import Case, differences, load
from tests.sandbox.worker_process import WorkerProcess, run_once

CASES = load(Path(__file__).parent / "abuse")
CANARY = RunRequest("import torch, os\nprint(sorted(os.listdir('.')), torch.arange(3).sum().item())\n6 * 7")


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CASES) >= 80
    assert len({case.category for case in CASES}) >= 15
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_attack_is_contained(case: Case, worker: WorkerProcess) -> None:
    began = time.monotonic()
    result = await run_once(worker.url, case.request)
    took = time.monotonic() - began
    canary = await run_once(worker.url, CANARY)
    assert not (wrong := differences(case, result, took)), "\n".join(wrong)
    assert (canary.status, canary.stdout, canary.value, canary.files) == ("ok", "[] 3\n", "42", ())
