"""A runner: the zygote's child that enters a cell, gives up every power, and waits for one snippet to run."""

from __future__ import annotations

import ast
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, Final, NoReturn

from bot.sandbox import channel, jail, linux, snippet
from bot.sandbox.errors import LayerMissing
from bot.sandbox.layers import making, namespace_flags

_CONTROL: Final = 3
_DESCRIPTORS: Final = 256
_EVERY_DESCRIPTOR: Final = 1 << 20
_MIB: Final = 1 << 20
# What threads' stacks and libraries' own buffers may take beside the memory that a snippet asks for.
_SLACK_MB: Final = 256
_ADDRESS_SPACE_MB: Final = 4096
_NICE: Final = 5
_MOST_KILLABLE: Final = b"1000"


def main(cell: int, control: int, output: tuple[int, int], settings: dict[str, Any], program: bytes) -> NoReturn:
    """Enter the cell of the pidfd `cell`, jail this process, wait for a snippet and run it; never returns."""
    layers = frozenset(settings["layers"])
    end: socket.socket | None = None
    try:
        with making("user"):
            linux.setns(cell, namespace_flags(layers) & ~linux.CLONE_NEWPID)
            os.chdir(jail.WORK)
            # A session of its own: signals to "my process group" must not reach the zygote's.
            os.setsid()
        end = _take_descriptors(control, output)
        _restore_signals()
        _be_first_to_go()
        if "rlimits" in layers:
            with making("rlimits"):
                _set_limits(settings)
        if "capabilities" in layers:
            with making("capabilities"):
                linux.drop_capabilities()
        if layers & {"capabilities", "seccomp"}:
            with making("capabilities"):
                linux.forbid_new_privileges()
        if "seccomp" in layers:
            with making("seccomp"):
                linux.load_filter(program)
    except LayerMissing as problem:
        with suppress(OSError):
            channel.send(end or socket.socket(fileno=control), problem.to_message())
        os._exit(1)
    snippet.rehearse()
    channel.send(end, {"ready": True})
    try:
        message, (payload,) = channel.receive(end)
    except (EOFError, ValueError):
        os._exit(1)
    run = message["run"]
    if "rlimits" in layers:
        _set_run_limits(int(run["memory_mb"]), float(run["timeout_s"]))
    # From here on the code counts as run: without this word it may be given to another runner.
    channel.send(end, {"begun": True})
    if run["merged"]:
        os.dup2(1, 2)
    sys.argv[:] = run["argv"]
    # A plain number: a socket object could be found and used by the snippet.
    snippet.run(*_unpack(payload), end.detach(), int(run["output_bytes"]))


def pack(code: str, files: dict[str, bytes]) -> int:
    """A sealed-off memory file with the code and the files, to be sent to a runner; the caller closes it."""
    fd = os.memfd_create("snippet", os.MFD_CLOEXEC)
    names = [[name, len(data)] for name, data in files.items()]
    text = code.encode("utf-8", "surrogatepass")
    header = repr([len(text), names]).encode()
    with open(fd, "wb", closefd=False) as file:
        file.write(b"%d\n" % len(header) + header + text + b"".join(files.values()))
    return fd


def _unpack(fd: int) -> tuple[str, dict[str, bytes]]:
    with open(fd, "rb") as file:
        file.seek(0)
        length, names = ast.literal_eval(file.read(int(file.readline())).decode())
        code = file.read(length).decode("utf-8", "surrogatepass")
        return code, {name: file.read(size) for name, size in names}


def _take_descriptors(control: int, output: tuple[int, int]) -> socket.socket:
    """Arrange 0 to 3 as null, out, err and the control channel, and close everything else."""
    null = os.open("/dev/null", os.O_RDONLY)
    # First out of the way of the numbers that are wanted, then into place.
    parked = [os.dup2(fd, 64 + place) for place, fd in enumerate((null, *output, control))]
    for place, fd in enumerate(parked):
        os.dup2(fd, place, inheritable=place < _CONTROL)
    os.closerange(_CONTROL + 1, _EVERY_DESCRIPTOR)
    return socket.socket(fileno=_CONTROL)


def _be_first_to_go() -> None:
    """Yield the processors to the worker itself, and be what the kernel kills first when memory runs out."""
    os.nice(_NICE)
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb") as score:
        score.write(_MOST_KILLABLE)


def _restore_signals() -> None:
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _set_limits(settings: dict[str, Any]) -> None:
    """The limits that are the same for every run."""
    disk = int(settings["disk_mb"]) * _MIB
    for what, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, int(settings["pids"])),
        (resource.RLIMIT_NOFILE, _DESCRIPTORS),
        (resource.RLIMIT_FSIZE, disk),
        (resource.RLIMIT_MEMLOCK, 64 << 10),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_SIGPENDING, 256),
        (resource.RLIMIT_RTPRIO, 0),
        (resource.RLIMIT_NICE, 0),
    ):
        _lower(what, limit)


def _set_run_limits(memory_mb: int, timeout_s: float) -> None:
    """The limits of this run. They catch one greedy allocation with a clean MemoryError; the sum is watched outside."""
    size, data = _sizes()
    room = max(_ADDRESS_SPACE_MB, 2 * memory_mb) * _MIB
    _lower(resource.RLIMIT_AS, size + room)
    room = (memory_mb + _SLACK_MB) * _MIB
    _lower(resource.RLIMIT_DATA, data + room)
    cpu = int(timeout_s * (os.cpu_count() or 1)) + 2
    _lower(resource.RLIMIT_CPU, cpu)


def _lower(what: int, limit: int) -> None:
    """Set a limit for good, unless the machine's own is lower still."""
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(what, (limit, limit))


def _sizes() -> tuple[int, int]:
    """This process's address space and private writable part of it, in bytes."""
    try:
        with open("/proc/self/statm") as file:
            pages = [int(number) for number in file.read().split()]
    except OSError:
        return 16 << 30, 16 << 30
    return pages[0] * resource.getpagesize(), pages[5] * resource.getpagesize()
