"""The worker of an ordinary user, as in a container: no control groups, so that memory is watched from outside."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.client import WorkerClient
from bot.sandbox.wire import RunRequest
from tests.sandbox.cases import Case, differences
from tests.sandbox.test_abuse import CANARY, CASES
from tests.sandbox.test_refusal import LAUNCHER
from tests.sandbox.worker_process import WorkerProcess, run_once

LIMITED = [case for case in CASES if case.category in ("memory", "disk", "processes", "descriptors")]


@pytest.fixture(scope="module")
def ordinary(jail: None) -> Iterator[WorkerProcess]:
    """A worker that an ordinary user has started."""
    if os.geteuid() != 0:
        pytest.skip("these tests run as an ordinary user already")
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        os.chmod(folder, 0o777)  # noqa: S103
        process = WorkerProcess(Path(folder), prefix=[part.format(folder=folder) for part in LAUNCHER])
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.stop()


async def test_readiness_says_what_limits_memory_and_pids(ordinary: WorkerProcess) -> None:
    client = WorkerClient([ordinary.url])
    readiness = await client.ready()
    await client.aclose()
    assert readiness.limits == {"memory": "watch", "pids": "rlimit"}
    assert readiness.isolation == "full"


@pytest.mark.parametrize("case", LIMITED, ids=str)
async def test_attack_is_contained_without_groups(case: Case, ordinary: WorkerProcess) -> None:
    began = time.monotonic()
    result = await run_once(ordinary.url, case.request)
    took = time.monotonic() - began
    canary = await run_once(ordinary.url, CANARY)
    assert not (wrong := differences(case, result, took)), "\n".join(wrong)
    assert (canary.status, canary.value) == ("ok", "42")


async def test_memory_of_children_and_files_counts_together(ordinary: WorkerProcess) -> None:
    code = (
        "import os, time\nprint('begun')\n"
        "for _ in range(3):\n"
        "    if os.fork() == 0:\n"
        "        kept = bytearray(b'1') * (80 << 20)\n        time.sleep(9)\n        os._exit(0)\n"
        "open('/dev/shm/f', 'wb').write(b'x' * (50 << 20))\ntime.sleep(9)\nprint('NOT STOPPED')"
    )
    result = await run_once(ordinary.url, RunRequest(code, memory_mb=200))
    assert (result.status, result.stdout) == ("memory", "begun\n")
    assert result.memory_mb > 200


async def test_many_workers_of_a_data_loader_are_no_memory_problem(ordinary: WorkerProcess) -> None:
    code = (
        "import torch\nfrom torch.utils.data import DataLoader\n"
        "loader = DataLoader(torch.arange(64.), batch_size=8, num_workers=6)\nsum(b.sum() for b in loader)"
    )
    result = await run_once(ordinary.url, RunRequest(code, memory_mb=512))
    assert (result.status, result.value) == ("ok", "tensor(2016.)"), result.stderr
