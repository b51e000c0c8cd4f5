"""Errors of the sandbox: the message of each is one sentence that a person may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SandboxError(Exception):
    """Base of everything that the sandbox raises on purpose."""


class BadRun(SandboxError):
    """The request itself is wrong: what to change is in the message."""


class WorkerUnavailable(SandboxError):
    """No worker can take the run, or the answer was lost; the message says what to do."""


class WorkerBusy(SandboxError):
    """Every slot and every place in the queue is taken.

    `retry_after_s` is the worker's own estimate of when a place is free, in seconds.
    """

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"The worker is busy right now; try again in about {max(1, round(retry_after_s))} s.")
        self.retry_after_s = retry_after_s


class ConfigError(SandboxError):
    """A TUTOR_WORKER_* or TUTOR_RUN_* value is not allowed; the message names it and what is."""


class LayerMissing(SandboxError):
    """This machine refuses what a layer of the jail needs.

    `layer` is the layer's name as `/readyz` shows it; the message says how to get it.
    """

    def __init__(self, layer: str, sentence: str) -> None:
        super().__init__(sentence)
        self.layer = layer

    def to_message(self) -> dict[str, Any]:
        """For another process of the worker, which raises it anew with `raise_if_missing`."""
        return {"missing": self.layer, "reason": str(self)}

    @classmethod
    def because(cls, layer: str, why: str, mend: str) -> LayerMissing:
        """The machine refused with the words `why`; `mend` says how to get the layer."""
        return cls(layer, f"The jail's layer '{layer}' cannot be made ({why}). {mend}.")


def raise_if_missing(message: Mapping[str, Any]) -> None:
    """Raise the LayerMissing that a message from another process stands for, if it does."""
    if "missing" in message:
        raise LayerMissing(str(message["missing"]), str(message["reason"]))
