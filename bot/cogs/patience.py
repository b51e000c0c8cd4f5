"""Looking something up while Discord's three seconds run."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

from bot.errors import TutorError

log = logging.getLogger(__name__)

LOOK_UP_S = 2.0
"""How long a press that opens a box may look something up; Discord gives up after three seconds."""

_Found = TypeVar("_Found")


class TooSlow(TutorError):
    """My database is slow right now, so I could not open that in time. Try again in a moment."""


async def in_time(looking_up: Coroutine[Any, Any, _Found], timeout_s: float = LOOK_UP_S) -> _Found:
    """Await a look-up that something hangs on which cannot follow a first word such as "thinking", like a box.

    Raises TooSlow when it takes longer. It goes on by itself then: a driver that waits for a lock does not let itself
    be cancelled.
    """
    looking = asyncio.ensure_future(looking_up)
    if (await asyncio.wait({looking}, timeout=timeout_s))[0]:
        return looking.result()
    looking.add_done_callback(_late)
    raise TooSlow(TooSlow.__doc__)


def _late(looking: asyncio.Future[Any]) -> None:
    """Somebody was told already that this took too long; an error in it is for the log."""
    if not looking.cancelled() and (error := looking.exception()):
        log.warning("A look-up that came too late failed: %s", error)
