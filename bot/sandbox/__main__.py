"""`python -m bot.sandbox`: the worker."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
import threading
from typing import Final

from bot.sandbox.cgroup import Cgroups
from bot.sandbox.config import Config
from bot.sandbox.errors import ConfigError, SandboxError
from bot.sandbox.layers import LAYERS
from bot.sandbox.local import UNTIL_STDIN_ENDS
from bot.sandbox.privileged import step_down
from bot.sandbox.seccomp import compile_filter
from bot.sandbox.server import serve

log = logging.getLogger("bot.sandbox")

WRONG_SETTING: Final = 2
CANNOT_RUN: Final = 3
_BACKLOG: Final = 512


def main() -> int:
    """Run the worker until it is told to stop; the exit status. What is wrong is one sentence on standard error."""
    try:
        config = Config.from_environ(os.environ)
        _set_up_log(config)
        listener = _listen(config.listen)
    except ConfigError as problem:
        print(problem, file=sys.stderr)
        return WRONG_SETTING
    if config.isolation != "full":
        given_up = "; ".join(f"{name} (keeps {LAYERS[name].keeps})" for name in sorted(LAYERS.keys() - config.layers))
        log.warning("WEAKER ISOLATION was asked for, every snippet runs WITHOUT: %s", given_up)

    def run(groups: Cgroups | None) -> int:
        if UNTIL_STDIN_ENDS in sys.argv[1:]:
            threading.Thread(target=_stop_when_stdin_ends, daemon=True).start()
        asyncio.run(serve(config, listener, groups))
        return 0

    try:
        if "seccomp" in config.layers:
            # Once, here: libseccomp is found with tools that the worker does not see after stepping down.
            compile_filter()
        return step_down(run) if os.geteuid() == 0 else run(None)
    except SandboxError as problem:
        print(problem, file=sys.stderr)
        return CANNOT_RUN


def _stop_when_stdin_ends() -> None:
    """Stop with whoever started this worker for itself, even when that was killed."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _listen(address: str) -> socket.socket:
    """A listening socket; raises ConfigError."""
    try:
        if address.startswith("unix:"):
            return _listen_unix(address.removeprefix("unix:"))
        host, _, port = address.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=_BACKLOG)
    except OSError as problem:
        raise ConfigError(f"TUTOR_WORKER_LISTEN={address!r}: cannot listen there ({problem.strerror}).") from None


def _listen_unix(path: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) == 0:
                raise ConfigError(f"TUTOR_WORKER_LISTEN='unix:{path}': another worker listens there already.")
        if os.path.exists(path):
            # Left behind by a worker that was killed.
            os.unlink(path)
        before = os.umask(0o177)
        try:
            listener.bind(path)
        finally:
            os.umask(before)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _set_up_log(config: Config) -> None:
    handler = logging.StreamHandler()
    if config.log_format == "json":
        handler.setFormatter(_JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=config.log_level.upper(), handlers=[handler])


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {"time": self.formatTime(record), "level": record.levelname.lower(), "logger": record.name}
        entry["message"] = record.getMessage()
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry)


if __name__ == "__main__":
    sys.exit(main())
