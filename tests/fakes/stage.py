"""A stage without an audience: what would be shown is noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.cogs.interview_room import InterviewRoom
from bot.cogs.interview_stage import Act, InterviewStage, Via
from bot.store import HeldInterview
from bot.study.interview import events as happened
from bot.study.interview.effects import Effect, Prepare
from bot.study.interview.events import Event
from bot.study.interview.machine import asked_so_far
from bot.study.interview.state import Interview


class EmptyStage(InterviewStage):
    """Shows nothing, and prepares rounds as the real one does."""

    def __init__(self, room: InterviewRoom) -> None:
        self._room = room
        self.shown: list[Effect] = []

    async def send_lobby(self, interview: Interview) -> None:
        """Nobody sees it."""

    async def deliver(self, held: HeldInterview, to_do: Sequence[Effect], act: Act, via: Via | None = None) -> None:
        self.shown += to_do
        for effect in to_do:
            if isinstance(effect, Prepare):
                interview, number = held.interview, effect.round
                people = [person.user_id for person in interview.people]
                used = asked_so_far(interview)
                script = await self._room.choose(interview.options, 1, people, used, interview.seed, interview.since)
                prepared = happened.Prepared(number, script)
                await act(interview.id, _always(prepared))


def _always(event: Event) -> Callable[[Interview], Event]:
    return lambda _: event
