"""Run snippets of the corpus, which we wrote, in forked processes that already have torch.

Not a jail: code of strangers runs in `bot.sandbox`.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
import tempfile
import traceback
from multiprocessing.connection import Connection

from knowledge.proofs import Printed

TIMEOUT_S = 60.0


class ForkingRunner:
    """Runs each snippet in a process forked from one that imported torch once."""

    def __init__(self) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["torch", "numpy"])

    def __call__(self, code: str) -> Printed:
        """Run `code` as a program; a snippet that outlasts `TIMEOUT_S` is killed and reported."""
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run, args=(code, sender))
        process.start()
        sender.close()
        try:
            if receiver.poll(TIMEOUT_S):
                return Printed(*receiver.recv())
            return Printed("", f"still running after {TIMEOUT_S:.0f} s")
        except EOFError:
            process.join()
            return Printed("", f"the process ended with exit code {process.exitcode}")
        finally:
            process.kill()
            process.join()


def _run(code: str, sender: Connection) -> None:
    stdout = io.StringIO()
    error = None
    multiprocessing.set_start_method(None, force=True)  # as in a process of its own: DataLoader workers fork
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(stdout):
        os.chdir(folder)
        module = sys.modules["__main__"]
        module.__dict__["__name__"] = "__main__"
        try:
            # What this project's own corpus says is run; nothing of strangers comes here.
            exec(compile(code, "<proof>", "exec"), module.__dict__)  # noqa: S102
        except BaseException as raised:  # a proof may end in any way
            error = traceback.format_exception_only(raised)[-1].strip()
        os.chdir("/")
    sender.send((stdout.getvalue(), error))
