"""Running code for the command line: `tutor run`, and what the files claim, for `tutor check`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from bot.errors import TutorError
from bot.sandbox.errors import BadRun, SandboxError, WorkerBusy, WorkerUnavailable
from bot.sandbox.wire import RunRequest, RunResult
from bot.settings import Settings
from bot.study import snippets
from bot.worker import Worker, open_worker
from knowledge.proofs import Printed, RunSnippet
from knowledge.questions import Fault
from knowledge.subprocess_runner import ForkingRunner

Result = TypeVar("Result")

Check = Callable[[RunSnippet], Iterable[Fault]]
"""Runs what one file claims, and yields what is not so."""


def _quiet(settings: Settings) -> Settings:
    """A worker for one command says nothing of its coming and going."""
    return settings if settings.log_level == "debug" else settings.model_copy(update={"log_level": "warning"})


def run_file(settings: Settings, file: Path, *, as_json: bool) -> int:
    """Run one file and show its result; the exit code is 0 when the snippet ended well."""
    try:
        code = snippets.decoded(file.read_bytes())
    except UnicodeDecodeError as error:
        raise TutorError(f"{file} is not UTF-8 text; save it as UTF-8 and try again.") from error

    async def run() -> RunResult:
        async with open_worker(_quiet(settings)) as worker:
            return await worker.run(RunRequest(code))

    result = _told(run())
    if as_json:
        print(json.dumps(result.to_json()))
    else:
        _show(result)
    return 0 if result.status == "ok" else 1


def run_lines(settings: Settings) -> int:
    """Run what each JSON line of standard input says, one answer a line, in order, until it ends."""

    async def serve() -> int:
        async with open_worker(_quiet(settings)) as worker:
            while line := await asyncio.to_thread(sys.stdin.buffer.readline):
                if line.strip():
                    print(json.dumps(await _answer(worker, line)), flush=True)
        return 0

    return _told(serve())


async def _answer(worker: Worker, line: bytes) -> dict[str, object]:
    try:
        return (await worker.run(RunRequest.from_json(json.loads(line)))).to_json()
    except SandboxError as error:
        return {"error": str(error)}
    except (ValueError, RecursionError):
        return {"error": 'The line is not JSON such as {"code": "print(1)"}.'}


def _show(result: RunResult) -> None:
    print(result.stdout, end="")
    print(result.stderr, end="", file=sys.stderr)
    if result.value is not None:
        print(result.value)
    for file in result.files:
        print(f"[{file.path}, {file.size} bytes]", file=sys.stderr)
    if result.status != "ok":
        print(f"[{result.status} after {result.ms:.0f} ms]", file=sys.stderr)
    if result.explanation:
        print(result.explanation, file=sys.stderr)


def check_in_jail(settings: Settings, checks: Sequence[Check]) -> list[Fault]:
    """Let the checks run their snippets in the jail; without one, in plain processes, saying so."""

    async def check() -> list[Fault]:
        async with open_worker(_quiet(settings)) as worker:
            # Only a machine that cannot run anything in a jail may do without one.
            await worker.run(RunRequest(""))
            return await _check(worker, settings.worker_slots, checks)

    try:
        return _told(check())
    except TutorError as error:
        print(f"{error}\nWhat the files claim is run in plain processes instead.", file=sys.stderr)
        run = ForkingRunner()
        return [fault for check_one in checks for fault in check_one(run)]


async def _check(worker: Worker, at_once: int, checks: Sequence[Check]) -> list[Fault]:
    slots = asyncio.Semaphore(at_once)
    loop = asyncio.get_running_loop()

    async def run(code: str) -> Printed:
        async with slots:
            while True:
                try:
                    return _printed(await worker.run(RunRequest(code)))
                except WorkerBusy as busy:
                    await asyncio.sleep(busy.retry_after_s)
                except SandboxError as error:
                    return Printed("", str(error))

    def run_from_thread(code: str) -> Printed:
        return asyncio.run_coroutine_threadsafe(run(code), loop).result()

    checked = (asyncio.to_thread(lambda one: list(one(run_from_thread)), check) for check in checks)
    return [fault for faults in await asyncio.gather(*checked) for fault in faults]


def _printed(result: RunResult) -> Printed:
    if result.status == "ok":
        return Printed(result.stdout, None)
    last = result.stderr.strip().splitlines()[-1:] or [""]
    return Printed(result.stdout, f"{result.status}: {last[0]}" if last[0] else result.status)


def _told(work: Coroutine[object, object, Result]) -> Result:
    """Run to the end; what the sandbox refuses becomes a sentence of the command line."""
    try:
        return asyncio.run(work)
    except (WorkerUnavailable, WorkerBusy, BadRun) as error:
        raise TutorError(str(error)) from error
