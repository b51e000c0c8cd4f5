"""The supervisor's side of the jail: its process, the cells made in it, and the runners forked into them."""

from __future__ import annotations

import asyncio
import base64
import itertools
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bot.sandbox import channel
from bot.sandbox.aio import readable, receive_async
from bot.sandbox.cgroup import Cgroups, Group
from bot.sandbox.channel import Message
from bot.sandbox.config import Config
from bot.sandbox.errors import LayerMissing, SandboxError, raise_if_missing
from bot.sandbox.seccomp import compile_filter
from bot.sandbox.watch import pid_of

log = logging.getLogger(__name__)

_BIRTH_S: Final = 20.0
_EMPTY_S: Final = 10.0
_PACKAGE: Final = Path(__file__).parents[2]
# Everything that the zygote, and so a snippet, has in its environment.
_ENVIRONMENT: Final = {
    "HOME": "/tmp",  # noqa: S108
    "USER": "snippet",
    "LOGNAME": "snippet",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",  # noqa: S108
    "TORCHINDUCTOR_CACHE_DIR": "/tmp/inductor",  # noqa: S108
    "PYTHONDONTWRITEBYTECODE": "1",
}


class JailGone(SandboxError):
    """The zygote, and with it every cell, has ended."""


@dataclass(eq=False)
class Cell:
    """One cell with a warm runner in it.

    `holder` and `runner` are pidfds, `holder_pid` is the first one's process id, `folders` are the working folder, /tmp
    and /dev/shm, `control` is the runner's channel, `output` the read ends of its standard output and error. `exited`
    gets the runner's wait status, `gone` is resolved when the whole jail has ended, and `abort` ends it.
    """

    number: int
    control: socket.socket
    output: tuple[int, int]
    holder: int = -1
    runner: int = -1
    holder_pid: int = 0
    folders: tuple[int, ...] = ()
    group: Group | None = None
    gone: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    abort: Callable[[], None] = lambda: None
    exited: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def dead(self) -> bool:
        """Whether nothing can run in it any more."""
        return self.exited.done() or self.gone.done()

    async def end(self) -> int:
        """Wait for the runner's end; its wait status. Raises JailGone if the whole jail ends first."""
        waiting: list[asyncio.Future[Any]] = [self.exited, self.gone]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not self.exited.done():
            raise JailGone("The zygote has ended.")
        return self.exited.result()

    def kill(self) -> None:
        """Kill every process of the cell; what it printed and wrote stays."""
        for pidfd in (self.holder, self.runner):
            if pidfd >= 0:
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)

    def deserted(self) -> bool:
        """Whether, now that its runner has ended, nothing is left in the cell but its holder, which is ours.

        Every process that outlives its parent in there becomes a child of the holder. Without this look each run would
        wait for the holder's end too, which the kernel takes up to 10 ms for when it is busy.
        """
        try:
            return (
                self.exited.done() and not Path(f"/proc/{self.holder_pid}/task/{self.holder_pid}/children").read_text()
            )
        except OSError:
            return False

    async def emptied(self) -> None:
        """Kill the cell and wait until the kernel says that nothing of it is left."""
        self.kill()
        try:
            async with asyncio.timeout(_EMPTY_S):
                for pidfd in (self.runner, self.holder):
                    if pidfd >= 0:
                        await readable(pidfd)
        except TimeoutError:
            log.error("cell %d cannot be emptied: the jail is thrown away", self.number)
            self.abort()

    async def close(self) -> None:
        """Let go of everything; the scratch folders vanish with their last descriptor."""
        await self.emptied()
        self.control.close()
        if self.group is not None:
            self.group.remove()
        channel.close_all([fd for fd in (*self.output, self.holder, self.runner, *self.folders) if fd >= 0])


class Nursery:
    """The jail's processes from start to end; cells are born in it.

    `gone` is resolved when it has ended, asked to or not.
    """

    def __init__(self, config: Config, groups: Cgroups | None) -> None:
        self._config = config
        self._groups = groups
        self._process: asyncio.subprocess.Process | None = None
        self._cells, self._cells_far = channel.pair()
        self._zygote, self._zygote_far = channel.pair()
        self._numbers = itertools.count(1)
        self._forked: dict[int, asyncio.Future[int]] = {}
        self._living: dict[int, Cell] = {}
        self._listener: asyncio.Task[None] | None = None
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def pid(self) -> int:
        """The process id of the jail's outermost process."""
        return self._process.pid if self._process is not None else 0

    async def start(self) -> None:
        """Build the jail and warm the zygote; raises LayerMissing or JailGone."""
        far = (self._cells_far, self._zygote_far)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.sandbox.cells",
            *(str(end.fileno()) for end in far),
            pass_fds=[end.fileno() for end in far],
            env={**_ENVIRONMENT, "PYTHONPATH": str(_PACKAGE), **_library_path()},
            cwd="/",
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        for end in far:
            end.close()
        self._cells.setblocking(False)
        self._zygote.setblocking(False)
        limits = self._config.limits
        layers = self._config.layers
        settings = {
            "layers": sorted(layers),
            "disk_mb": limits.disk_mb,
            "pids": limits.pids,
            "filter": base64.b64encode(compile_filter() if "seccomp" in layers else b"").decode(),
        }
        try:
            channel.send(self._cells, settings)
            await self._first_word()
        except (OSError, EOFError):
            raise JailGone("The jail's process ended at its start; the worker's log may say why.") from None
        self._listener = asyncio.create_task(self._listen())

    async def _first_word(self) -> None:
        """Wait for the zygote to be warm, or for whoever failed on the way there to say why."""
        message, _ = await receive_async(self._zygote)
        raise_if_missing(message)

    async def birth(self) -> Cell:
        """A new cell with a warm runner in it; raises JailGone, or SandboxError if this one could not be made."""
        number = next(self._numbers)
        near, far = channel.pair()
        near.setblocking(False)
        out, err = os.pipe(), os.pipe()
        cell = Cell(number, near, (out[0], err[0]), gone=self.gone, abort=self._abort)
        forked: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._forked[number] = forked
        try:
            async with asyncio.timeout(_BIRTH_S):
                channel.send(self._cells, {"cell": number}, [far.fileno()])
                message, files = await self._or_gone(receive_async(near))
                _expect(message, "cell")
                cell.holder, cell.folders = files[0], tuple(files[1:])
                cell.holder_pid = pid_of(cell.holder)
                channel.send(self._zygote, {"cell": number}, [cell.holder, far.fileno(), out[1], err[1]])
                self._living[number] = cell
                cell.runner = await self._or_gone(forked)
                far.close()
                message, _ = await self._or_gone(receive_async(near))
                _expect(message, "ready")
                if self._groups is not None:
                    # One more than a run may have: the cell's holder is in there too.
                    cell.group = self._groups.make(number, self._config.limits.pids + 1)
                    for pidfd in (cell.holder, cell.runner):
                        cell.group.add(pid_of(pidfd))
        except BaseException as problem:
            self.forget(cell)
            await cell.close()
            if isinstance(problem, OSError | EOFError | TimeoutError):
                raise SandboxError(f"A cell could not be made: {type(problem).__name__} {problem}.") from None
            raise
        finally:
            self._forked.pop(number, None)
            far.close()
            channel.close_all([out[1], err[1]])
        return cell

    def forget(self, cell: Cell) -> None:
        """The cell is of no more interest."""
        self._living.pop(cell.number, None)

    async def close(self) -> None:
        """End the jail and everything in it."""
        if not self.gone.done():
            self.gone.set_result(None)
        if self._process is not None:
            self._abort()
            await self._process.wait()
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        for end in (self._cells, self._zygote, self._cells_far, self._zygote_far):
            end.close()

    def _abort(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _listen(self) -> None:
        """Take the zygote's reports until it ends."""
        with suppress(EOFError, OSError):
            while True:
                message, files = await receive_async(self._zygote)
                self._take_report(message, files)
        log.error("the zygote has ended")
        if not self.gone.done():
            self.gone.set_result(None)

    def _take_report(self, message: Message, files: list[int]) -> None:
        if "forked" in message:
            waiting = self._forked.get(message["forked"])
            if waiting is not None and not waiting.done():
                waiting.set_result(files[0])
            else:
                channel.close_all(files)
        elif "failed" in message:
            waiting = self._forked.get(message["failed"])
            if waiting is not None and not waiting.done():
                waiting.set_exception(LayerMissing(message["missing"], message["reason"]))
        elif "exited" in message:
            cell = self._living.pop(message["exited"], None)
            if cell is not None and not cell.exited.done():
                cell.exited.set_result(int(message["status"]))

    async def _or_gone(self, wanted: Any) -> Any:  # noqa: ANN401
        """Await something of the jail's, or raise JailGone as soon as the jail has ended."""
        task = asyncio.ensure_future(wanted)
        try:
            await asyncio.wait([task, self.gone], return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise JailGone("The zygote has ended.")
            return task.result()
        finally:
            task.cancel()


def _expect(message: Message, key: str) -> None:
    raise_if_missing(message)
    if not message.get(key):
        raise SandboxError(f"A cell could not be made: {message.get('reason', message)}.")


def _library_path() -> dict[str, str]:
    """Where the dynamic linker looks, if the worker was told something special."""
    return {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
