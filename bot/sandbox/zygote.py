"""The zygote: imports torch once, then forks a runner into each cell that it is given.

Whatever it holds at a fork can be read by the snippet: it is given no secret, and nothing of one run ever comes here.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import logging
import multiprocessing.util
import os
import selectors
import signal
import socket
import sys
import weakref
from typing import Any, Final, NoReturn

from bot.sandbox import channel, linux, runner, snippet
from bot.sandbox.errors import LayerMissing
from bot.sandbox.layers import making

# What a snippet is likely to import: imported here once, and shared by all runs.
PRELOADED: Final = (
    "torch",
    "numpy",
    "torch.nn.functional",
    "torch.func",
    "torch.utils.data",
    "torch.export",
    "torch._dynamo",
    "matplotlib.pyplot",
    "dataclasses",
    "collections",
    "itertools",
    "math",
    "typing",
    "multiprocessing.pool",
    "concurrent.futures.thread",
    "pickle",
    "json",
    "copy",
)
_HUGE: Final = 2 << 20
_MADV_HUGEPAGE: Final = 14
_MADV_COLLAPSE: Final = 25


def main(supervisor: socket.socket, settings: dict[str, Any], program: bytes) -> NoReturn:
    """Warm up, say so, and fork until the supervisor goes away; never returns."""
    os.setsid()
    try:
        _warm_up()
    except ImportError as problem:
        channel.send(supervisor, {"missing": "torch", "reason": f"The worker cannot import {problem.name}: {problem}."})
        os._exit(3)
    _forget_exit_handlers()
    snippet.become_a_snippets_process()
    gc.collect()
    gc.freeze()
    _gather_into_huge_pages()
    channel.send(supervisor, {"ready": True})
    _Forker(supervisor, settings, program).serve()
    os._exit(0)


def _warm_up() -> None:
    os.environ.pop("PYTHONPATH", None)
    sys.path[:] = ["", *(path for path in sys.path if path.startswith((sys.prefix, sys.base_prefix)))]
    for name in PRELOADED:
        importlib.import_module(name)
    import torch

    # One thread: a fork of a process whose thread pool has started hangs. A snippet may ask for more after its fork.
    torch.set_num_threads(1)
    x = torch.randn(3, 3, requires_grad=True)
    (gradient,) = torch.autograd.grad((x**2).sum() + torch.nn.Linear(3, 3)(x).sum(), x)
    repr(gradient)

    import matplotlib
    from matplotlib import pyplot

    matplotlib.use("agg")
    figure, axes = pyplot.subplots()
    axes.plot([0, 1], label="a")
    axes.set_title("a")
    axes.legend()
    with open(os.devnull, "wb") as nowhere:
        figure.savefig(nowhere, format="png")
    pyplot.close("all")


def _forget_exit_handlers() -> None:
    """Leave at a snippet's end only what it may have given work to: torch's handlers walk its whole heap (30 ms)."""
    atexit._clear()
    weakref.finalize._registered_with_atexit = False  # type: ignore[attr-defined]
    atexit.register(logging.shutdown)
    atexit.register(multiprocessing.util._exit_function)  # type: ignore[attr-defined]


def _gather_into_huge_pages() -> None:
    """Ask the kernel to back our heap with 2 MiB pages: a fork then copies a few hundred entries, not 60,000.

    Measured with everything imported: 6 ms for a fork and its exit instead of 18. Before Linux 6.1 it does nothing.
    """
    try:
        with open("/proc/self/maps") as maps:
            areas = [line.split(maxsplit=2)[:2] for line in maps]
    except FileNotFoundError:
        # The layer `proc` was given up.
        return
    for span, rights in areas:
        begin, end = (int(address, 16) for address in span.split("-"))
        first, last = -(-begin // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if rights.startswith("rw-p") and last > first and linux.advise(first, last - first, _MADV_HUGEPAGE):
            linux.advise(first, last - first, _MADV_COLLAPSE)


class _Forker:
    def __init__(self, supervisor: socket.socket, settings: dict[str, Any], program: bytes) -> None:
        self._supervisor = supervisor
        self._settings = settings
        self._program = program
        self._numbers: dict[int, int] = {}
        self._child_ended, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Answer the supervisor until it closes its end."""
        waiter = selectors.DefaultSelector()
        waiter.register(self._supervisor, selectors.EVENT_READ)
        waiter.register(self._child_ended, selectors.EVENT_READ)
        while True:
            for key, _ in waiter.select():
                if key.fd == self._child_ended:
                    os.read(self._child_ended, 4096)
                    self._reap()
                    continue
                try:
                    message, files = channel.receive(self._supervisor)
                except EOFError:
                    return
                self._fork(int(message["cell"]), files)
                channel.close_all(files)

    def _fork(self, number: int, files: list[int]) -> None:
        """Fork a runner into the cell of the pidfd `files[0]`; the others are its control channel and its output."""
        cell, control, out, err = files
        try:
            with making("pid"):
                linux.setns(cell, linux.CLONE_NEWPID)
                child = os.fork()
        except LayerMissing as problem:
            channel.send(self._supervisor, {"failed": number, **problem.to_message()})
            return
        if child == 0:
            signal.set_wakeup_fd(-1)
            # All descriptors are about to be closed: an object that still thinks it owns one would close another.
            self._supervisor.detach()
            runner.main(cell, control, (out, err), self._settings, self._program)
        self._numbers[child] = number
        pidfd = os.pidfd_open(child)
        channel.send(self._supervisor, {"forked": number}, [pidfd])
        os.close(pidfd)

    def _reap(self) -> None:
        """Tell how runners have ended, as the kernel says it: what the snippet says of itself is not asked.

        Every child is reaped, also one that is not ours: a cell is not empty before all its processes are.
        """
        while True:
            try:
                child, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            number = self._numbers.pop(child, None)
            if number is not None:
                channel.send(self._supervisor, {"exited": number, "status": status})
