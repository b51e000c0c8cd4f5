"""The worker's figures for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.sandbox.errors import WorkerBusy, WorkerUnavailable
from bot.sandbox.supervisor import Supervisor
from bot.sandbox.wire import STATUSES, RunResult

_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Counts what a supervisor does, in a registry of its own."""

    CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

    def __init__(self, supervisor: Supervisor) -> None:
        self._registry = CollectorRegistry()
        self._runs = Counter("tutor_worker_runs", "Runs by how they ended", ["status"], registry=self._registry)
        self._seconds = Histogram(
            "tutor_worker_run_seconds", "Wall time of a snippet", buckets=_SECONDS, registry=self._registry
        )
        self._refused = Counter("tutor_worker_refused", "Runs refused, by why", ["reason"], registry=self._registry)
        for status in STATUSES:
            self._runs.labels(status)
        queue, pool = supervisor.queue, supervisor.pool
        for name, what, read in (
            ("running", "Snippets that run now", lambda: queue.running),
            ("waiting", "Runs that wait for a slot", lambda: queue.waiting),
            ("ready", "Whether snippets can run now", lambda: pool.reason is None),
            ("restarts", "How often the jail had to be rebuilt", lambda: pool.restarts),
        ):
            Gauge(f"tutor_worker_{name}", what, registry=self._registry).set_function(read)

    def count(self, result: RunResult) -> None:
        """Count a finished run."""
        self._runs.labels(result.status).inc()
        self._seconds.observe(result.ms / 1000)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Count what its body refuses."""
        try:
            yield
        except WorkerBusy:
            self._refused.labels("busy").inc()
            raise
        except WorkerUnavailable:
            self._refused.labels("unavailable").inc()
            raise

    def exposition(self) -> bytes:
        """All figures in the text format."""
        return generate_latest(self._registry)
