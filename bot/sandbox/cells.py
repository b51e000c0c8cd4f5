"""The jailer: builds the jail, starts the zygote in it, and makes cells: the namespaces of one run each.

A cell is held by a process of its own that does nothing: the first of a new pid namespace, so that the end of it is
the end of everything in the cell. It is forked from here, before torch, because a small process forks in half a
millisecond where the zygote takes several; the zygote's child enters it later.
"""

from __future__ import annotations

import base64
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, NoReturn

from bot.sandbox import channel, jail, linux, zygote
from bot.sandbox.errors import LayerMissing
from bot.sandbox.layers import LAYERS, making, namespace_flags

_ZYGOTE_TMP_MB = 16


def main() -> int:
    """Entry of the process that the supervisor starts: two channels and the settings are its arguments."""
    linux.die_with_parent()
    cells = socket.socket(fileno=int(sys.argv[1]))
    zygote_end = socket.socket(fileno=int(sys.argv[2]))
    settings, _ = channel.receive(cells)
    layers = frozenset(settings["layers"])
    try:
        program = base64.b64decode(settings["filter"])
        inside = _enter_namespaces(layers)
        if inside == 0:
            os._exit(_Jailer(cells, settings, layers).serve(zygote_end, program))
    except LayerMissing as problem:
        channel.send(zygote_end, problem.to_message())
        return 3
    cells.close()
    zygote_end.close()
    _, status = os.waitpid(inside, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF


def _enter_namespaces(layers: frozenset[str]) -> int:
    """Fork into new namespaces, as os.fork; raises LayerMissing naming the first that the machine refuses."""
    uid, gid = os.geteuid(), os.getegid()
    try:
        linux.unshare(namespace_flags(layers))
    except OSError as problem:
        name = _refused_namespace(layers)
        raise LayerMissing.because(name, str(problem), LAYERS[name].mend) from None
    with making("user"):
        proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
        jail.map_ids(proc, uid, gid)
        os.close(proc)
    with making("pid"):
        child = os.fork()
    linux.die_with_parent()
    return child


def _refused_namespace(layers: frozenset[str]) -> str:
    """Which namespace it is that the kernel refuses: each is tried with the user namespace alone, in a child."""
    for name in ("user", *sorted(layers - {"user"})):
        if not LAYERS[name].flag:
            continue
        child = os.fork()
        if child == 0:
            try:
                linux.unshare(LAYERS["user"].flag | LAYERS[name].flag)
            except OSError:
                os._exit(1)
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            return name
    return "user"


class _Jailer:
    """The first process of the jail's pid namespace."""

    def __init__(self, cells: socket.socket, settings: dict[str, Any], layers: frozenset[str]) -> None:
        self._cells = cells
        self._disk_mb = int(settings["disk_mb"])
        self._settings = settings
        self._layers = layers
        self._view = jail.View.of_interpreter()
        self._proc = -1

    def serve(self, zygote_end: socket.socket, program: bytes) -> int:
        """Build the jail, start the zygote, make cells until the supervisor goes away; the exit status."""
        try:
            self._build()
        except LayerMissing as problem:
            channel.send(zygote_end, problem.to_message())
            return 3
        child = os.fork()
        if child == 0:
            self._cells.close()
            os.close(self._proc)
            zygote.main(zygote_end, self._settings, program)
        zygote_end.close()
        # Holders of cells whose maker has exited are adopted by this process; nobody needs to know how they ended.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        waiter = selectors.DefaultSelector()
        waiter.register(self._cells, selectors.EVENT_READ)
        waiter.register(os.pidfd_open(child), selectors.EVENT_READ)
        while True:
            ended = [key.fileobj for key, _ in waiter.select() if key.fileobj is not self._cells]
            if ended:
                return 4
            try:
                _, (birth,) = channel.receive(self._cells)
            except EOFError:
                return 0
            if os.fork() == 0:
                self._make_cell(socket.socket(fileno=birth))
            os.close(birth)

    def _build(self) -> None:
        with making("mount"):
            jail.enter_root(self._view, _ZYGOTE_TMP_MB)
            self._proc = jail.old_proc()
        if "proc" in self._layers:
            with making("proc"):
                jail.mount_proc()
        with making("mount"):
            jail.leave_old_root()
            os.chdir(jail.WORK)
        if "uts" in self._layers:
            with making("uts"):
                socket.sethostname("torch")

    def _make_cell(self, birth: socket.socket) -> NoReturn:
        """Make one cell and say so on `birth`, sending a pidfd of its holder and its scratch folders; never returns."""
        try:
            with making("user"):
                linux.unshare(namespace_flags(self._layers))
                jail.map_ids(self._proc, jail.INNER_ID, jail.INNER_ID)
            if os.fork() != 0:
                os._exit(0)
            self._cells.close()
            os.close(self._proc)
            if "proc" in self._layers:
                with making("proc"):
                    _mount_private_proc()
            with making("mount"):
                folders = jail.mount_scratch(self._view, self._disk_mb)
        except LayerMissing as problem:
            with suppress(OSError):
                channel.send(birth, problem.to_message())
            os._exit(1)
        # The holder keeps its capabilities in here: a process without any may then neither trace nor read it.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        try:
            channel.send(birth, {"cell": True}, [os.pidfd_open(os.getpid()), *folders])
        except OSError:
            # Nobody waits for this cell any more.
            os._exit(0)
        os.closerange(0, 1024)
        while True:
            signal.pause()


def _mount_private_proc() -> None:
    try:
        # Processes alone: nothing of the machine's hardware, kernel, mounts or settings (Linux 5.8).
        jail.mount_proc("subset=pid")
    except OSError:
        jail.mount_proc()


if __name__ == "__main__":
    sys.exit(main())
