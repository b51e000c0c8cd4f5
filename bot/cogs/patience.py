"""Look-ups before a box is opened: a box cannot follow a first word, so Discord's three seconds hold for them too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

from bot.errors import StoreError

log = logging.getLogger(__name__)

LOOK_UP_S = 2.0
"""How long a press that opens a box may look something up; Discord gives up after three seconds."""

Found = TypeVar("Found")


class TooSlow(StoreError):
    """The database did not answer in time for a box to be opened."""


async def in_time(looking: Awaitable[Found]) -> Found:
    """What `looking` finds. Raises TooSlow when that takes too long for a box to follow."""
    # It goes on by itself when it takes longer: a driver that waits for a lock does not let itself be cancelled.
    task = asyncio.ensure_future(looking)
    if not (await asyncio.wait({task}, timeout=LOOK_UP_S))[0]:
        task.add_done_callback(_late)
        raise TooSlow("My database is slow right now, so I could not open that in time. Try again in a moment.")
    return task.result()


def _late(task: asyncio.Future[Found]) -> None:
    """Somebody was told already that this took too long; an error in it is for the log."""
    if not task.cancelled() and (error := task.exception()):
        log.warning("A look-up that came too late failed: %s", error)
