"""The worker over HTTP: /run, /eval (as snekbox has it), /healthz, /readyz, /metrics."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.sandbox import eval_api
from bot.sandbox.cgroup import Cgroups
from bot.sandbox.client import CLIENT_HEADER
from bot.sandbox.config import Config
from bot.sandbox.errors import BadRun, WorkerBusy, WorkerUnavailable
from bot.sandbox.metrics import Metrics
from bot.sandbox.supervisor import Supervisor
from bot.sandbox.wire import MAX_BODY_BYTES, RunRequest, RunResult

log = logging.getLogger(__name__)

_DRAIN_EXTRA_S: Final = 5.0
_STOPPING: Final = "The worker is stopping; try again in a minute."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def serve(config: Config, listener: socket.socket, groups: Cgroups | None = None) -> None:
    """Serve on a listening socket until SIGTERM or SIGINT, then finish what runs. Raises SandboxError at the start
    when the machine does not give what the jail needs."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    worker = Worker(config, groups)
    runner = web.AppRunner(worker.application(), handler_cancellation=True, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    warm_up = asyncio.create_task(worker.supervisor.start())
    try:
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([warm_up, stopped], return_when=asyncio.FIRST_COMPLETED)
        if not stopped.done():
            await warm_up
            log.info("ready: %d slots, isolation %s", config.slots, config.isolation)
            await stopped
            await worker.drain()
    finally:
        warm_up.cancel()
        await runner.cleanup()
        await worker.supervisor.close()


class Worker:
    """The HTTP face of a supervisor."""

    def __init__(self, config: Config, groups: Cgroups | None) -> None:
        self._config = config
        self._stopping = False
        self.supervisor = Supervisor(config, groups)
        self._metrics = Metrics(self.supervisor)

    def application(self) -> web.Application:
        """The routes; every error is a JSON object with one sentence under `error`."""
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[_errors_as_json])
        application.router.add_post("/run", self._run)
        application.router.add_post("/eval", self._eval)
        application.router.add_get("/healthz", self._healthz)
        application.router.add_get("/readyz", self._readyz)
        application.router.add_get("/metrics", self._show_metrics)
        return application

    async def drain(self) -> None:
        """Refuse new runs, and wait for those that run or wait, at most as long as they may take."""
        self._stopping = True
        queue = self.supervisor.queue
        log.info("stopping: %d run, %d wait", queue.running, queue.waiting)
        try:
            async with asyncio.timeout(self._config.limits.timeout_s + _DRAIN_EXTRA_S):
                await queue.idle()
        except TimeoutError:
            log.warning("stopping although runs are left")

    async def _run(self, request: web.Request) -> web.Response:
        wanted = RunRequest.from_json(await _body(request), _client(request))
        began = time.perf_counter()
        result = await self._result(wanted)
        # What it took from here to the result, without HTTP and JSON: what the benchmark reads.
        timing = {"Server-Timing": f"supervisor;dur={(time.perf_counter() - began) * 1000:.2f}"}
        return web.json_response(result.to_json(), headers=timing)

    async def _eval(self, request: web.Request) -> web.Response:
        result = await self._result(eval_api.read_request(await _body(request), _client(request)))
        return web.json_response(eval_api.answer(result))

    async def _result(self, wanted: RunRequest) -> RunResult:
        if self._stopping:
            raise WorkerUnavailable(_STOPPING)
        with self._metrics.refusals():
            result = await self.supervisor.run(wanted)
        self._metrics.count(result)
        return result

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, request: web.Request) -> web.Response:
        readiness = self.supervisor.readiness()
        return web.json_response(readiness.to_json(), status=200 if readiness.ready and not self._stopping else 503)

    async def _show_metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.exposition(), headers={"Content-Type": Metrics.CONTENT_TYPE})


async def _body(request: web.Request) -> object:
    raw = await request.read()
    try:
        body: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRun("The body is not JSON in UTF-8.") from None
    return body


def _client(request: web.Request) -> str:
    return request.headers.get(CLIENT_HEADER) or request.remote or ""


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BadRun as problem:
        return _error(400, str(problem))
    except WorkerBusy as problem:
        return _error(429, str(problem), {"Retry-After": str(max(1, round(problem.retry_after_s)))})
    except WorkerUnavailable as problem:
        return _error(503, str(problem), {"Retry-After": "2"})
    except web.HTTPRequestEntityTooLarge:
        return _error(413, "The snippet and its files are larger than 1 MiB together; send less.")
    except web.HTTPNotFound:
        return _error(404, "There is nothing at this address; the worker has /run, /eval, /healthz, /readyz, /metrics.")
    except web.HTTPMethodNotAllowed as problem:
        return _error(405, f"Use {' or '.join(sorted(problem.allowed_methods))} here.")


def _error(status: int, sentence: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": sentence}, status=status, headers=headers)
