"""What happens to runs when clients leave, the queue fills, the zygote dies and the worker is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox.client import CLIENT_HEADER, WorkerClient
from bot.sandbox.errors import WorkerBusy, WorkerUnavailable
from bot.sandbox.wire import RunRequest, RunResult
from tests.sandbox.conftest import StartWorker
from tests.sandbox.worker_process import WorkerProcess, descendants, run_once

ONE_SLOT = {"TUTOR_WORKER_SLOTS": "1", "TUTOR_RUN_TIMEOUT_S": "30"}
SLEEP = "import time\nprint('begun')\ntime.sleep(%s)\n'slept'"


async def until_running(worker: WorkerProcess, running: int, waiting: int = 0) -> None:
    """Wait until the worker has this many runs."""
    client = WorkerClient([worker.url])
    async with asyncio.timeout(20):
        while True:
            readiness = await client.ready()
            if (readiness.running, readiness.waiting) == (running, waiting):
                break
            await asyncio.sleep(0.02)
    await client.aclose()


def jail_process(worker: WorkerProcess) -> int:
    """The outermost process of the worker's jail."""
    return next(pid for pid, line in sorted(worker.processes().items()) if "bot.sandbox.cells" in line)


async def test_a_client_that_goes_away_frees_its_slot(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    leaving = asyncio.create_task(run_once(worker.url, RunRequest(SLEEP % 25)))
    await until_running(worker, 1)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    began = time.monotonic()
    assert (await run_once(worker.url, RunRequest("1 + 1"))).value == "2"
    assert time.monotonic() - began < 20


async def test_a_client_that_goes_away_leaves_the_queue(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    first = asyncio.create_task(run_once(worker.url, RunRequest(SLEEP % 2)))
    await until_running(worker, 1)
    second = asyncio.create_task(run_once(worker.url, RunRequest(SLEEP % 25)))
    await until_running(worker, 1, 1)
    second.cancel()
    await until_running(worker, 1, 0)
    assert (await first).value == "'slept'"


async def test_a_full_queue_answers_429_with_retry_after(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    runs = [asyncio.create_task(run_once(worker.url, RunRequest(SLEEP % 2, client="busy")))]
    await until_running(worker, 1)
    runs += [asyncio.create_task(run_once(worker.url, RunRequest("1", client="busy"))) for _ in range(64)]
    await until_running(worker, 1, 64)
    connector = aiohttp.UnixConnector(path=worker.url.removeprefix("unix:"))
    async with aiohttp.ClientSession(connector=connector) as session:
        headers = {CLIENT_HEADER: "busy"}
        async with session.post("http://worker/run", json={"code": "1"}, headers=headers) as answer:
            assert answer.status == 429
            assert int(answer.headers["Retry-After"]) >= 1
    with pytest.raises(WorkerBusy):
        await run_once(worker.url, RunRequest("1", client="busy"))
    other = asyncio.create_task(run_once(worker.url, RunRequest("'other'", client="other")))
    assert (await other).value == "'other'"
    assert sum(not run.done() for run in runs) > 30, "the other client had to wait for the busy one"
    assert all(result.status == "ok" for result in await asyncio.gather(*runs))


async def test_sigterm_lets_runs_finish_and_takes_no_more(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    running = asyncio.create_task(run_once(worker.url, RunRequest(SLEEP % 2)))
    await until_running(worker, 1)
    inside = descendants(worker.process.pid)
    worker.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.5)
    with pytest.raises(WorkerUnavailable):
        await run_once(worker.url, RunRequest("1"))
    assert (await running).value == "'slept'"
    assert await asyncio.to_thread(worker.process.wait, 15) == 0
    await gone(inside)


async def gone(pids: list[int]) -> None:
    """Wait until none of these processes is left."""
    await asyncio.to_thread(wait_until_gone, pids)


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while left := [pid for pid in pids if os.path.exists(f"/proc/{pid}")]:
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.02)


async def test_nothing_outlives_a_worker_that_is_killed(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    running = asyncio.create_task(run_once(worker.url, RunRequest(SLEEP % 25)))
    await until_running(worker, 1)
    inside = descendants(worker.process.pid)
    assert len(inside) >= 4
    worker.process.kill()
    await gone(inside)
    with pytest.raises(WorkerUnavailable):
        await running


async def test_a_dead_zygote_is_replaced_and_its_run_gets_a_clear_answer(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    running = asyncio.create_task(run_once(worker.url, RunRequest(SLEEP % 25)))
    await until_running(worker, 1)
    os.kill(jail_process(worker), signal.SIGKILL)
    lost = await running
    assert lost.status == "killed"
    assert "run it again" in lost.stderr
    assert (await after_rebuild(worker)).value == "'new'"


async def test_a_zygote_that_dies_idle_costs_no_run(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    inside = descendants(jail_process(worker))
    os.kill(jail_process(worker), signal.SIGKILL)
    # A runner that is about to die may still begin with a run, which is then lost: nobody can tell how far it came.
    await gone(inside)
    assert (await after_rebuild(worker)).value == "'new'"
    assert "the jail has been rebuilt" in worker.log()


async def after_rebuild(worker: WorkerProcess) -> RunResult:
    """The first run that the worker takes once it is warm again."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await run_once(worker.url, RunRequest("'new'"))
            except WorkerUnavailable as problem:
                assert "try again" in str(problem)  # noqa: PT017
                await asyncio.sleep(0.1)


async def test_a_socket_left_behind_is_taken_over_and_a_living_one_is_not(start_worker: StartWorker) -> None:
    worker = start_worker(ONE_SLOT)
    second = WorkerProcess(Path(worker.url.removeprefix("unix:")).parent)
    assert await asyncio.to_thread(second.process.wait, 30) == 2
    assert "another worker listens there" in second.log()
    second.stop()
    worker.process.kill()
    await asyncio.to_thread(worker.process.wait)
    third = WorkerProcess(Path(worker.url.removeprefix("unix:")).parent)
    try:
        await asyncio.to_thread(third.wait_until_ready)
        assert (await run_once(third.url, RunRequest("3"))).value == "3"
    finally:
        third.stop()
