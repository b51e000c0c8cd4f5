"""One warm worker for all tests that need no special one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.sandbox.worker_process import WorkerProcess

StartWorker = Callable[..., WorkerProcess]


@cache
def why_no_jail() -> str | None:
    """Why this machine cannot jail code, or None if it can: asked of the kernel, once."""
    if not sys.platform.startswith("linux"):
        return "the jail needs Linux"
    probe = subprocess.run(["unshare", "--user", "--pid", "--fork", "--mount-proc", "true"], capture_output=True)
    return None if probe.returncode == 0 else "this machine refuses user namespaces or a private /proc"


@pytest.fixture(scope="session")
def jail() -> None:
    """Skips where the machine refuses what the jail needs, saying so."""
    reason = why_no_jail()
    if reason is not None:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def worker(jail: None) -> Iterator[WorkerProcess]:
    """A worker with the limits of production."""
    with tempfile.TemporaryDirectory(prefix="worker-") as folder:
        process = WorkerProcess(Path(folder))
        try:
            process.wait_until_ready()
            yield process
        finally:
            process.stop()


@pytest.fixture
def start_worker(jail: None) -> Iterator[StartWorker]:
    """Starts workers with settings of their own, ready unless told otherwise, and stops them after the test.

    `{folder}` in the prefix stands for the folder of the worker's socket.
    """
    started: list[tuple[WorkerProcess, str]] = []

    def start(environ: Mapping[str, str] | None = None, prefix: Sequence[str] = (), wait: bool = True) -> WorkerProcess:
        folder = tempfile.mkdtemp(prefix="worker-")
        os.chmod(folder, 0o777)  # noqa: S103
        prefix = [part.format(folder=folder) for part in prefix]
        process = WorkerProcess(Path(folder), environ, prefix)
        started.append((process, folder))
        if wait:
            process.wait_until_ready()
        return process

    yield start
    for process, folder in started:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)
