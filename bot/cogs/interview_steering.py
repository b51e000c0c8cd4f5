"""The interviewer's notes and controls, and those of who is alone with the bot."""

from __future__ import annotations

from collections.abc import Callable

from discord import ui

from bot.cogs.interview_press import Numbers, OnButton, Pressed, Served, act, act_and_show, held, tell
from bot.cogs.interviewing import Interviewing
from bot.study.interview import events as happened
from bot.study.interview.events import Event
from bot.study.interview.state import TALKING, Interview
from bot.study.interview.steering import NOT_YOURS
from bot.ui import mock_notes, text

NO_HINT = "There is no further hint for this one."
NOT_NOW = "There is nothing to note just now. Your notes are here again with the next question."


class InterviewSteering:
    """Serves what moves an interview on."""

    def __init__(self, interviewing: Interviewing) -> None:
        self._interviewing = interviewing
        self._room = interviewing.room

    @property
    def served(self) -> Served:
        """The actions."""
        return Served(
            buttons={
                "notes": self.notes,
                "next": self._on(lambda by, numbers: happened.Next(by, numbers[0])),
                "skip": self._on(lambda by, numbers: happened.Skip(by, numbers[0])),
                "extend": self._on(lambda by, numbers: happened.Extend(by, numbers[0])),
                "pause": self._on(lambda by, _: happened.PauseClock(by)),
                "resume": self._on(lambda by, _: happened.ResumeClock(by)),
                "hint": self.hint,
                "anchors": self.anchors,
            },
            selects={"tick": self.tick, "deepen": self.deepen, "page": self.turn},
        )

    async def notes(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open the notes, for the interviewer alone."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        found = await held(self._interviewing, id)
        if not found.interview.steers(pressed.user.id):
            await tell(pressed, NOT_YOURS)
        elif found.interview.current is None or found.interview.stage not in (*TALKING, "feedback"):
            await tell(pressed, NOT_NOW)
        else:
            await pressed.edit_original_response(view=await self._render(found.interview, 0))

    async def _render(self, interview: Interview, page: int) -> ui.LayoutView:
        round = interview.running
        material = await self._room.current(interview)
        return mock_notes.notes(interview, material, await self._room.pack(round), await self._room.rubric(), page)

    async def _refresh(self, pressed: Pressed, interview: Interview, page: int) -> None:
        """Bring the notes up to date, or take them away from who is no longer the interviewer."""
        mine = interview.steers(pressed.user.id) and interview.stage in (*TALKING, "feedback")
        view = await self._render(interview, page) if mine else mock_notes.rotated_away(interview)
        await pressed.edit_original_response(view=view)

    def _on(self, event: Callable[[int, Numbers], Event]) -> OnButton:
        async def serve(pressed: Pressed, id: str, numbers: Numbers) -> None:
            await self._steer(pressed, id, numbers, event(pressed.user.id, numbers))

        return serve

    async def _steer(self, pressed: Pressed, id: str, numbers: Numbers, event: Event) -> None:
        await pressed.response.defer()
        acted = await act_and_show(self._interviewing, pressed, id, event)
        interview = acted.interview if acted else (await held(self._interviewing, id)).interview
        if not interview.options.solo:
            same_part = bool(numbers) and numbers[0] == interview.part
            await self._refresh(pressed, interview, numbers[1] if same_part and len(numbers) > 1 else 0)

    async def hint(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Give the next hint, or get it."""
        await pressed.response.defer()
        found = await held(self._interviewing, id)
        material = await self._room.current(found.interview)
        part = found.interview.current
        if material is None or part is None or part.hints >= len(material.hints):
            await tell(pressed, NO_HINT)
            return
        hint = material.hints[part.hints]
        event = happened.Hint(pressed.user.id, numbers[0], part.hints, hint, text.title(hint))
        acted = await act_and_show(self._interviewing, pressed, id, event)
        if acted is not None and not acted.interview.options.solo:
            await self._refresh(pressed, acted.interview, numbers[1])

    async def tick(self, pressed: Pressed, id: str, numbers: Numbers, values: tuple[str, ...]) -> None:
        """The key points that were heard."""
        chosen = tuple(map(int, values))
        await self._note(pressed, id, numbers, happened.TickPoints(pressed.user.id, numbers[0], chosen))

    async def deepen(self, pressed: Pressed, id: str, numbers: Numbers, values: tuple[str, ...]) -> None:
        """The follow-ups that were answered well."""
        chosen = tuple(map(int, values))
        await self._note(pressed, id, numbers, happened.TickFollowUps(pressed.user.id, numbers[0], chosen))

    async def _note(self, pressed: Pressed, id: str, numbers: Numbers, event: Event) -> None:
        await pressed.response.defer()
        acted = await act(self._interviewing, pressed, id, event)
        interview = acted.interview if acted else (await held(self._interviewing, id)).interview
        await self._refresh(pressed, interview, numbers[1])

    async def turn(self, pressed: Pressed, id: str, numbers: Numbers, values: tuple[str, ...]) -> None:
        """Another page of the notes."""
        await pressed.response.defer()
        await self._refresh(pressed, (await held(self._interviewing, id)).interview, int(values[0]))

    async def anchors(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """What the numbers mean, for whoever asks."""
        await pressed.response.defer(ephemeral=True, thinking=True)
        await pressed.edit_original_response(view=mock_notes.anchors(await self._room.rubric()))
