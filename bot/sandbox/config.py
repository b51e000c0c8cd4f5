"""The worker's settings, from TUTOR_WORKER_* and TUTOR_RUN_* in its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.errors import ConfigError
from bot.sandbox.layers import LAYERS, parse_isolation

KNOWN: Final = frozenset(
    {
        "TUTOR_WORKER_URL",
        "TUTOR_WORKER_LISTEN",
        "TUTOR_WORKER_SLOTS",
        "TUTOR_WORKER_ISOLATION",
        "TUTOR_RUN_TIMEOUT_S",
        "TUTOR_RUN_MEMORY_MB",
        "TUTOR_RUN_PIDS",
        "TUTOR_RUN_OUTPUT_BYTES",
        "TUTOR_RUN_DISK_MB",
    }
)
LEVELS: Final = ("debug", "info", "warning", "error", "critical")


@dataclass(frozen=True)
class Limits:
    """What one run may use; `disk_mb` holds for its working folder, /tmp and /dev/shm each."""

    timeout_s: float = 10.0
    memory_mb: int = 1024
    pids: int = 64
    output_bytes: int = 65536
    disk_mb: int = 64
    returned_files: int = 32
    returned_bytes: int = 8 << 20


@dataclass(frozen=True)
class Config:
    """Everything that the worker is told at its start.

    `listen` is `host:port` or `unix:PATH`; `layers` are the layers in force under the level named `isolation`;
    `waiting` is how many runs may queue, and at most `waiting_each` of one client.
    """

    listen: str = "127.0.0.1:8060"
    slots: int = 1
    isolation: str = "full"
    layers: frozenset[str] = field(default_factory=lambda: frozenset(LAYERS))
    limits: Limits = field(default_factory=Limits)
    waiting: int = 128
    waiting_each: int = 64
    log_level: str = "info"
    log_format: str = "text"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Config:
        """Read the settings; raises ConfigError naming the first one that is wrong and what is allowed."""
        for name in environ:
            if name.startswith(("TUTOR_WORKER_", "TUTOR_RUN_")) and name not in KNOWN:
                raise ConfigError(f"{name} is not a setting; the worker knows {', '.join(sorted(KNOWN))}.")
        isolation = environ.get("TUTOR_WORKER_ISOLATION", "full").strip().lower()
        return cls(
            listen=_listen(environ.get("TUTOR_WORKER_LISTEN", "127.0.0.1:8060")),
            slots=_whole(environ, "TUTOR_WORKER_SLOTS", len(os.sched_getaffinity(0)), 1, 256),
            isolation=isolation,
            layers=parse_isolation(isolation),
            limits=Limits(
                timeout_s=_seconds(environ, "TUTOR_RUN_TIMEOUT_S", 10.0),
                memory_mb=_whole(environ, "TUTOR_RUN_MEMORY_MB", 1024, 32, 1 << 20),
                pids=_whole(environ, "TUTOR_RUN_PIDS", 64, 4, 4096),
                output_bytes=_whole(environ, "TUTOR_RUN_OUTPUT_BYTES", 65536, 256, 8 << 20),
                disk_mb=_whole(environ, "TUTOR_RUN_DISK_MB", 64, 1, 1 << 20),
            ),
            log_level=_one_of(environ, "TUTOR_LOG_LEVEL", "info", LEVELS),
            log_format=_one_of(environ, "TUTOR_LOG_FORMAT", "text", ("text", "json")),
        )


def _listen(text: str) -> str:
    if text.startswith("unix:") and len(text) > len("unix:"):
        return text
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isdigit() and int(port) < 65536):
        raise ConfigError(f"TUTOR_WORKER_LISTEN={text!r}: allowed are host:port and unix:PATH.")
    return text


def _whole(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ConfigError(f"{name}={text!r}: allowed are whole numbers from {least} to {most}.")
    return int(text)


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "").strip()
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.1 <= value <= 3600:
        raise ConfigError(f"{name}={text!r}: allowed are seconds from 0.1 to 3600.")
    return value


def _one_of(environ: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    text = environ.get(name, "").strip().lower() or default
    if text not in allowed:
        raise ConfigError(f"{name}={text!r}: allowed are {', '.join(allowed)}.")
    return text
