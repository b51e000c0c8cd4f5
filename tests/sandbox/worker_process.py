"""Starts a real worker for tests, as root or as an ordinary user, and looks at its processes from outside."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.sandbox.client import WorkerClient
from bot.sandbox.wire import RunRequest, RunResult

ROOT = Path(__file__).parents[2]
READY_S = 60


class WorkerProcess:
    """`python -m bot.sandbox` on a Unix socket in `folder`; `prefix` is put before the command line."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None, prefix: Sequence[str] = ()) -> None:
        self.url = f"unix:{folder}/w.sock"
        self._log = (folder / "worker.log").open("w+")
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "bot.sandbox"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "TUTOR_WORKER_LISTEN": self.url, **(environ or {})},
            stderr=self._log,
            stdin=subprocess.DEVNULL,
        )

    def log(self) -> str:
        """Everything that the worker has written to standard error so far."""
        self._log.seek(0)
        return self._log.read()

    def wait_until_ready(self) -> None:
        """Wait for the first warm cell; fails with the worker's log if it stops or takes too long."""

        deadline = time.monotonic() + READY_S
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the worker is not ready, exit status {self.process.poll()}:\n{self.log()}")
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(self.url.removeprefix("unix:"))
                connection.sendall(b"GET /readyz HTTP/1.0\r\n\r\n")
                return b" 200 " in connection.recv(4096).split(b"\r\n")[0]
            except OSError:
                return False

    def stop(self) -> int:
        """Ask the worker to stop; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self._log.close()

    def processes(self) -> dict[int, str]:
        """Every living process below the worker, by id, with its command line."""
        return {pid: _command_line(pid) for pid in descendants(self.process.pid)}


def descendants(pid: int) -> list[int]:
    """All processes below one, without it."""
    found: list[int] = []
    pending = [pid]
    while pending:
        children = _children(pending.pop())
        found += children
        pending += children
    return found


def _children(pid: int) -> list[int]:
    try:
        lists = [Path(task, "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []
    return [int(child) for text in lists for child in text.split()]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except OSError:
        return ""


async def run_once(url: str, request: RunRequest) -> RunResult:
    """Run one snippet on the worker at `url`."""
    client = WorkerClient([url])
    try:
        return await client.run(request)
    finally:
        await client.aclose()
