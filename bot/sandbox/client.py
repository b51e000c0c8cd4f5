"""The house's side of the worker: send a snippet to one of several workers and wait for its result."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Sequence
from typing import Final

import aiohttp

from bot.sandbox.errors import BadRun, WorkerBusy, WorkerUnavailable
from bot.sandbox.wire import MAX_BODY_BYTES, Readiness, RunRequest, RunResult

CLIENT_HEADER: Final = "X-Tutor-Client"
CONNECT_S: Final = 3.0
# Longer than a full queue of slow snippets takes, shorter than Discord waits for an answer.
LONGEST_WAIT_S: Final = 840.0

TOO_LONG: Final = "The worker has not answered for a quarter of an hour; try again when fewer people run code."
LOST: Final = "The worker stopped while it ran this; run it again if that does no harm."
AWAY: Final = "The worker that runs code cannot be reached right now; try again in a minute."
PUZZLED: Final = "The worker gave an answer that makes no sense; tell whoever runs this bot."


class WorkerClient:
    """Runs snippets on the workers at `urls` (`http://host:port` or `unix:PATH`), in turn.

    A run is sent to a second worker only when the first could not be reached or was not ready, that is before the
    code can have started. Once it may have, a lost answer is an error: code is never run twice.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        if not urls:
            raise ValueError("at least one worker is needed")
        self._workers = [_Worker(url) for url in urls]
        self._turn = itertools.count()

    async def run(self, request: RunRequest) -> RunResult:
        """Run a snippet; raises BadRun, WorkerBusy or WorkerUnavailable."""
        first = next(self._turn) % len(self._workers)
        try:
            return await self._workers[first].run(request)
        except NotBegun as problem:
            if len(self._workers) == 1:
                raise WorkerUnavailable(str(problem)) from None
        try:
            return await self._workers[(first + 1) % len(self._workers)].run(request)
        except NotBegun as problem:
            raise WorkerUnavailable(str(problem)) from None

    async def ready(self) -> Readiness:
        """How ready the workers are: the first ready one, else the last one's reason; never raises."""
        answer = Readiness(ready=False, reason=AWAY)
        for worker in self._workers:
            answer = await worker.ready()
            if answer.ready:
                break
        return answer

    async def aclose(self) -> None:
        """Close all connections."""
        for worker in self._workers:
            await worker.aclose()


class NotBegun(WorkerUnavailable):
    """The worker cannot have started the code: another one may."""


class _Worker:
    """One worker; its session is made at first use, inside the running loop."""

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix("unix:") if url.startswith("unix:") else None
        self._base = "http://worker" if self._path else url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A fresh connection for every request: a kept one that the worker has just closed looks the same as
            # one that broke after the code began, and such a run could not be retried.
            connector: aiohttp.BaseConnector = (
                aiohttp.UnixConnector(path=self._path, force_close=True, limit=0)
                if self._path
                else aiohttp.TCPConnector(force_close=True, limit=0)
            )
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
            )
        return self._session

    async def run(self, request: RunRequest) -> RunResult:
        body = json.dumps(request.to_json()).encode()
        if len(body) > MAX_BODY_BYTES:
            raise BadRun("The snippet and its files are larger than 1 MiB together; send less.")
        headers = {"Content-Type": "application/json", CLIENT_HEADER: request.client}
        try:
            async with asyncio.timeout(LONGEST_WAIT_S):
                async with self._http().post(f"{self._base}/run", data=body, headers=headers) as answer:
                    text = await answer.text()
                    return _result(answer.status, answer.headers.get("Retry-After", ""), text)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotBegun(AWAY) from None
        except TimeoutError:
            raise WorkerUnavailable(TOO_LONG) from None
        except (aiohttp.ClientError, OSError):
            raise WorkerUnavailable(LOST) from None

    async def ready(self) -> Readiness:
        try:
            async with asyncio.timeout(CONNECT_S):
                async with self._http().get(f"{self._base}/readyz") as answer:
                    return Readiness.from_json(await answer.json())
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Readiness(ready=False, reason=AWAY)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Readiness(ready=False, reason=PUZZLED)

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def _result(status: int, retry_after: str, text: str) -> RunResult:
    """Turn an HTTP answer into a result or the exception that it stands for."""
    if status == 429:
        raise WorkerBusy(float(retry_after) if retry_after.isdigit() else 5.0)
    try:
        body = json.loads(text)
        if status == 200:
            return RunResult.from_json(body)
        sentence = str(body["error"])
    except (ValueError, KeyError, TypeError):
        raise WorkerUnavailable(PUZZLED) from None
    if status in (400, 413):
        raise BadRun(sentence)
    if status == 503:
        raise NotBegun(sentence)
    raise WorkerUnavailable(sentence)
