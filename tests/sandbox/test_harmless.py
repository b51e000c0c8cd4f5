"""Ordinary teaching snippets, in the real jail over HTTP: no defence may break them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.sandbox.cases import Case, differences, load
from tests.sandbox.worker_process import WorkerProcess, run_once

CASES = load(Path(__file__).parent / "harmless")


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_snippet_gives_what_it_should(case: Case, worker: WorkerProcess) -> None:
    began = time.monotonic()
    result = await run_once(worker.url, case.request)
    assert not (wrong := differences(case, result, time.monotonic() - began)), "\n".join(wrong)
