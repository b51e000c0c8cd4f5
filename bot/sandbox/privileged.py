"""Started as root: do the two things that take root, and go on as an ordinary user who sees none of the machine."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bot.sandbox import jail, linux
from bot.sandbox.cgroup import Cgroups
from bot.sandbox.errors import SandboxError

log = logging.getLogger(__name__)

# Who the worker is then: a user that no distribution gives to anything (between systemd's ranges).
UNPRIVILEGED: Final = 61060
_TMP_MB: Final = 64
_HERE: Final = Path(__file__).parent


def step_down(serve: Callable[[Cgroups | None], int]) -> int:
    """Run `serve` in a child without any privilege, wait for it, and tidy up; its exit status.

    The child lives in a mount namespace that holds the interpreter, the libraries and this package alone, so that it
    needs no right to any other file. Raises SandboxError.
    """
    groups = Cgroups.prepare(UNPRIVILEGED)
    child = os.fork()
    if child == 0:
        os._exit(_as_nobody(serve, groups))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda which, _: os.kill(child, which))
    _, status = os.waitpid(child, 0)
    if groups is not None:
        groups.remove()
    code = os.waitstatus_to_exitcode(status)
    return 128 - code if code < 0 else code


def _as_nobody(serve: Callable[[Cgroups | None], int], groups: Cgroups | None) -> int:
    try:
        _shed(groups)
        return serve(groups)
    except SandboxError as problem:
        print(problem, file=sys.stderr)
        return 3
    except BaseException:
        log.exception("the worker broke")
        return 1
    finally:
        sys.stderr.flush()


def _shed(groups: Cgroups | None) -> None:
    writable = [] if groups is None else sorted({str(folder) for folder in groups.folders.values()})
    view = jail.View.of_interpreter([str(_HERE), str(_HERE.parent / "__init__.py")])
    try:
        linux.unshare(linux.CLONE_NEWNS)
        jail.enter_root(view, _TMP_MB)
        jail.show("/proc")
        for folder in writable:
            jail.show(folder)
        jail.leave_old_root()
        os.setgroups([])
        os.setresgid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
        os.setresuid(UNPRIVILEGED, UNPRIVILEGED, UNPRIVILEGED)
    except OSError as problem:
        raise SandboxError(
            f"The worker was started as root but lacks root's powers to step down safely ({problem}); "
            "start it as an ordinary user, as the docker-compose.yml of this project does."
        ) from None
    linux.forbid_new_privileges()
    linux.set_dumpable(True)
    linux.die_with_parent()
