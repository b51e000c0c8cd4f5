"""The worker as the bot has it: its own, somebody else's, or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from bot.sandbox.errors import WorkerUnavailable
from bot.sandbox.wire import RunRequest
from bot.settings import CHECKOUT, Settings
from bot.worker import OwnWorker, open_worker
from tests.sandbox.conftest import why_no_jail
from tests.sandbox.worker_process import descendants

needs_jail = pytest.mark.skipif(why_no_jail() is not None, reason=str(why_no_jail()))
OPEN_AND_WAIT = """
import asyncio, sys
from pathlib import Path
from bot.settings import Settings
from bot.worker import open_worker

async def main():
    async with open_worker(Settings.model_validate({"data_dir": Path(sys.argv[1]), "worker_slots": 1})) as worker:
        while not (await worker.ready()).ready:
            await asyncio.sleep(0.1)
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def sandboxes(pids: list[int]) -> list[int]:
    """Those of the processes that are a worker's and still there."""

    def is_sandbox(pid: int) -> bool:
        try:
            return b"bot.sandbox" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    return [pid for pid in pids if is_sandbox(pid)]


def settings_in(folder: Path, **others: object) -> Settings:
    return Settings.model_validate({"data_dir": folder, "worker_slots": 1, "log_level": "warning", **others})


@needs_jail
async def test_a_run_waits_for_the_worker_that_was_just_started() -> None:
    # The worker's socket is in this folder only if the name of it is short.
    with tempfile.TemporaryDirectory() as name:
        folder = f"{name}/worker"
        async with open_worker(settings_in(Path(name))) as worker:
            assert not (await worker.ready()).ready, "opening does not wait"
            result = await worker.run(RunRequest("import torch\ntorch.ones(2).sum().item()"))
            assert (result.status, result.value) == ("ok", "2.0")
            assert (await worker.ready()).ready
            assert os.listdir(folder)
        assert os.listdir(folder) == [], "nothing of it is left"


@needs_jail
async def test_the_settings_reach_the_worker(tmp_path: Path) -> None:
    async with open_worker(settings_in(tmp_path, run_timeout_s=0.5)) as worker:
        assert (await worker.run(RunRequest("while True: pass"))).status == "timeout"


async def test_a_machine_that_cannot_jail_code_says_so_and_costs_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "worker").write_text("a file where the worker's folder should be")
    async with open_worker(settings_in(tmp_path)) as worker:
        with pytest.raises(WorkerUnavailable, match="worker"):
            await worker.run(RunRequest("1"))
        readiness = await worker.ready()
        assert not readiness.ready
        assert readiness.reason


async def test_a_worker_elsewhere_is_asked_there(tmp_path: Path) -> None:
    async with open_worker(settings_in(tmp_path, worker_url=f"unix:{tmp_path}/nobody.sock")) as worker:
        with pytest.raises(WorkerUnavailable, match="cannot be reached"):
            await worker.run(RunRequest("1"))
    assert os.listdir(tmp_path) == [], "none is started here"


@needs_jail
async def test_a_worker_that_died_is_started_again(tmp_path: Path) -> None:
    own = OwnWorker(settings_in(tmp_path), retry_s=0)
    own.start()
    try:
        assert (await own.run(RunRequest("1"))).value == "1"
        for pid in sandboxes(descendants(os.getpid())):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with pytest.raises(WorkerUnavailable):
            await own.run(RunRequest("2"))
        assert (await own.run(RunRequest("3"))).value == "3"
    finally:
        await own.aclose()


@needs_jail
def test_the_worker_ends_with_a_bot_that_was_killed(tmp_path: Path) -> None:
    bot = subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_WAIT, str(tmp_path)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert bot.stdout is not None
        assert bot.stdout.readline() == b"ready\n"
        workers = sandboxes(descendants(bot.pid))
        assert workers
    finally:
        bot.kill()
        bot.wait()
    # The worker holds the other end of this pipe too: it closes when the last of them is gone.
    assert bot.stdout.read() == b""
    bot.stdout.close()
    assert not sandboxes(workers)
