"""The interviews' desk: every button, select and box finds who serves it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.cogs.interview_press import Numbers, Pressed, Served, tell
from bot.cogs.interviewing import GONE
from bot.ui.mock_items import read_box


class InterviewDesk:
    """Knows what serves which action."""

    def __init__(self, served: Iterable[Served]) -> None:
        self._all = Served()
        for each in served:
            self._all.buttons.update(each.buttons)
            self._all.selects.update(each.selects)
            self._all.boxes.update(each.boxes)

    async def press(self, pressed: Pressed, action: str, id: str, numbers: Numbers) -> None:
        """Serve a button; one of an older version, that nobody serves any more, is told so."""
        serve = self._all.buttons.get(action)
        await (serve(pressed, id, numbers) if serve else tell(pressed, GONE))

    async def choose(self, pressed: Pressed, action: str, id: str, numbers: Numbers, values: tuple[str, ...]) -> None:
        """Serve a select."""
        serve = self._all.selects.get(action)
        await (serve(pressed, id, numbers, values) if serve else tell(pressed, GONE))

    async def submit(self, submitted: Pressed, name: str, fields: dict[str, str]) -> None:
        """Serve a box by its name."""
        kind, id, numbers = read_box(name)
        serve = self._all.boxes.get(kind)
        await (serve(submitted, id, numbers, fields) if serve else tell(submitted, GONE))
