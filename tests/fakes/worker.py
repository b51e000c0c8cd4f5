"""Workers that do what a real one does only now and then: refuse, keep people waiting, or return something rare."""

from __future__ import annotations

import asyncio

from simcord import Env

from bot.sandbox.errors import SandboxError
from bot.sandbox.wire import Readiness, RunRequest, RunResult
from knowledge.interview_blocks import PASSED


class RefusingWorker:
    """Refuses every run with `error` until that is taken away."""

    def __init__(self, error: SandboxError) -> None:
        self.error: SandboxError | None = error

    async def run(self, request: RunRequest) -> RunResult:
        if self.error:
            raise self.error
        return RunResult("ok", stdout=f"ran {request.code}")

    async def ready(self) -> Readiness:
        return Readiness(ready=self.error is None)


class SlowWorker:
    """Has one slot, and finishes a run only when `finish` is set; later ones wait.

    `env` is told that the wait is meant, so that its clock goes on.
    """

    def __init__(self, env: Env, readiness: Readiness | None = None) -> None:
        self.finish = asyncio.Event()
        self._env = env
        self.runs: list[RunRequest] = []
        self._readiness = readiness

    async def run(self, request: RunRequest) -> RunResult:
        self.runs.append(request)
        try:
            await self._env.external_wait(self.finish.wait(), reason="a slow worker")
        finally:
            self.runs.remove(request)
        return RunResult("ok", stdout=f"ran {request.code}")

    async def ready(self) -> Readiness:
        count = len(self.runs)
        return self._readiness or Readiness(ready=True, slots=1, running=min(count, 1), waiting=max(0, count - 1))


class FixedWorker:
    """Returns the same result for every run, whatever its code, and remembers what it was asked."""

    def __init__(self, result: RunResult) -> None:
        self.result = result
        self.requests: list[RunRequest] = []

    async def run(self, request: RunRequest) -> RunResult:
        self.requests.append(request)
        return self.result

    async def ready(self) -> Readiness:
        return Readiness(ready=True, slots=1)


class CheckingWorker(FixedWorker):
    """Returns `result` for a program as it is, and `checked` for one with a hidden check behind it."""

    def __init__(self, result: RunResult, checked: RunResult) -> None:
        super().__init__(result)
        self.checked = checked

    async def run(self, request: RunRequest) -> RunResult:
        result = await super().run(request)
        return self.checked if PASSED in request.code else result
