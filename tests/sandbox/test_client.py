"""The client: every answer of a worker becomes a result or one friendly sentence, and code is never run twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest
from aiohttp import web

from bot.sandbox.client import CLIENT_HEADER, WorkerClient
from bot.sandbox.errors import BadRun, SandboxError, WorkerBusy, WorkerUnavailable
from bot.sandbox.wire import Readiness, RunRequest, RunResult

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
OK = RunResult("ok", stdout="1\n", value="2")


class Worker:
    """Something that answers `/run` as it is told; `requests` are the bodies that reached it."""

    def __init__(self, path: Path) -> None:
        self.url = f"unix:{path}"
        self.path = path
        self.requests: list[tuple[object, str | None]] = []
        self.answer: Answer = ok
        self.readiness = Readiness(True, slots=2)

    async def start(self) -> web.AppRunner:
        application = web.Application()
        application.router.add_post("/run", self._run)
        application.router.add_get("/readyz", self._readyz)
        runner = web.AppRunner(application, handler_cancellation=True)
        await runner.setup()
        await web.UnixSite(runner, str(self.path)).start()
        return runner

    async def _run(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((await request.json(), request.headers.get(CLIENT_HEADER)))
        return await self.answer(request)

    async def _readyz(self, request: web.Request) -> web.Response:
        return web.json_response(self.readiness.to_json(), status=200 if self.readiness.ready else 503)


async def ok(request: web.Request) -> web.StreamResponse:
    return web.json_response(OK.to_json())


async def warming_up(request: web.Request) -> web.StreamResponse:
    return web.json_response({"error": "The worker is warming up; try again in a few seconds."}, status=503)


async def busy(request: web.Request) -> web.StreamResponse:
    return web.json_response({"error": "busy"}, status=429, headers={"Retry-After": "7"})


async def break_off(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def bad(request: web.Request) -> web.StreamResponse:
    return web.json_response({"error": "The field 'code' is wrong."}, status=400)


async def nonsense(request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>")


@pytest.fixture
async def workers(tmp_path: Path) -> AsyncIterator[list[Worker]]:
    """Two workers that answer."""
    made = [Worker(tmp_path / name) for name in ("a", "b")]
    runners = [await worker.start() for worker in made]
    yield made
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def client(workers: list[Worker]) -> AsyncIterator[WorkerClient]:
    made = WorkerClient([worker.url for worker in workers])
    yield made
    await made.aclose()


async def test_the_request_reaches_the_worker_whole(workers: list[Worker], client: WorkerClient) -> None:
    request = RunRequest("print(1)", {"a.txt": b"\x00"}, 2.5, 64, client="user-7")
    assert await client.run(request) == OK
    assert workers[0].requests == [
        ({"code": "print(1)", "files": {"a.txt": "AA=="}, "timeout_s": 2.5, "memory_mb": 64}, "user-7")
    ]


async def test_workers_take_turns(workers: list[Worker], client: WorkerClient) -> None:
    for _ in range(4):
        await client.run(RunRequest("1"))
    assert [len(worker.requests) for worker in workers] == [2, 2]


async def test_a_worker_that_is_away_or_warming_up_is_passed_over_once(tmp_path: Path, workers: list[Worker]) -> None:
    away = f"unix:{tmp_path}/nobody"
    client = WorkerClient([away, workers[0].url])
    assert await client.run(RunRequest("1")) == OK
    workers[0].answer = warming_up
    with pytest.raises(WorkerUnavailable, match="again in a"):
        await client.run(RunRequest("1"))
    await client.aclose()


async def test_code_that_may_have_run_is_not_sent_again(workers: list[Worker], client: WorkerClient) -> None:
    workers[0].answer = break_off
    with pytest.raises(WorkerUnavailable, match="stopped while it ran this"):
        await client.run(RunRequest("1"))
    assert [len(worker.requests) for worker in workers] == [1, 0]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (busy, WorkerBusy, "about 7 s"),
        (bad, BadRun, "'code' is wrong"),
        (nonsense, WorkerUnavailable, "makes no sense"),
    ],
)
async def test_refusals_are_one_sentence(
    answer: Answer, error: type[SandboxError], words: str, workers: list[Worker], client: WorkerClient
) -> None:
    workers[0].answer = answer
    with pytest.raises(error, match=words) as caught:
        await client.run(RunRequest("1"))
    assert str(caught.value).endswith(".")
    assert len(workers[1].requests) == 0


async def test_too_much_is_refused_before_it_is_sent(workers: list[Worker], client: WorkerClient) -> None:
    with pytest.raises(BadRun, match="1 MiB"):
        await client.run(RunRequest("x" * (1 << 20)))
    assert workers[0].requests == []


async def test_nobody_there(tmp_path: Path) -> None:
    client = WorkerClient([f"unix:{tmp_path}/nobody"])
    with pytest.raises(WorkerUnavailable, match="cannot be reached"):
        await client.run(RunRequest("1"))
    readiness = await client.ready()
    assert not readiness.ready
    assert "cannot be reached" in (readiness.reason or "")
    await client.aclose()


async def test_ready_if_one_worker_is(workers: list[Worker], client: WorkerClient) -> None:
    workers[0].readiness = Readiness(False, reason="The worker is warming up.")
    assert (await client.ready()).ready
    workers[1].readiness = Readiness(False, reason="This machine has no user namespaces.")
    assert await client.ready() == workers[1].readiness


async def test_leaving_while_it_runs_closes_the_connection(workers: list[Worker], client: WorkerClient) -> None:
    arrived, left = asyncio.Event(), asyncio.Event()

    async def wait_for_ever(request: web.Request) -> web.StreamResponse:
        arrived.set()
        try:
            await asyncio.Event().wait()
        finally:
            left.set()
        return web.Response()

    workers[0].answer = wait_for_ever
    run = asyncio.create_task(client.run(RunRequest("1")))
    await asyncio.wait_for(arrived.wait(), 5)
    run.cancel()
    with suppress(asyncio.CancelledError):
        await run
    await asyncio.wait_for(left.wait(), 5)
