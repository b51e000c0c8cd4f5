"""What the candidate types and runs: answers, questions about the task, the program; and their own judgement."""

from __future__ import annotations

from bot.cogs.interview_press import (
    Numbers,
    Pressed,
    Served,
    act,
    act_and_show,
    held,
    show_where_it_stands,
    tell,
    via_of,
)
from bot.cogs.interviewing import Interviewing
from bot.cogs.patience import in_time
from bot.cogs.runs import Runs
from bot.sandbox.errors import SandboxError
from bot.sandbox.wire import RunRequest
from bot.study import snippets
from bot.study.interview import events as happened
from bot.study.interview import solo
from bot.study.interview.checking import printed, what_is_wrong
from bot.study.interview.events import Event
from bot.study.interview.material import Material
from bot.study.interview.state import Interview
from bot.study.interview.talking import NOT_CANDIDATE
from bot.study.running import Limits, headline
from bot.ui import mock_items, mock_solo
from bot.worker import Worker

NO_PROGRAM = "There is no program to run in this part."
NO_WORDS = "There are no words in that. Say it in a sentence or two."


class InterviewAnswers:
    """Serves what the candidate does."""

    def __init__(self, interviewing: Interviewing, runs: Runs, worker: Worker, limits: Limits) -> None:
        self._interviewing = interviewing
        self._room = interviewing.room
        self._runs = runs
        self._worker = worker
        self._limits = limits

    @property
    def served(self) -> Served:
        """The actions."""
        return Served(
            buttons={"answer": self.answer_box, "ask": self.ask_box, "code": self.code_box},
            selects={"judge": self.judge},
            boxes={"answer": self.answered, "ask": self.asked, "code": self.coded},
        )

    # ------------------------------------------------------------------------------------------------- answers

    async def answer_box(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open a box for an answer."""
        await pressed.response.send_modal(mock_items.answer_box(id, *numbers))

    async def answered(self, submitted: Pressed, id: str, numbers: Numbers, fields: dict[str, str]) -> None:
        """Keep an answer. Alone, the card that was answered shows it from then on."""
        await submitted.response.defer()
        round, part, ask, turn = numbers
        words = fields["text"]
        if not words.strip():
            await tell(submitted, NO_WORDS)
            return
        event = happened.Answer(submitted.user.id, round, part, ask, turn, words)
        acted = await act(self._interviewing, submitted, id, event)
        if acted is None:
            return
        via = via_of(submitted, acted.interview)
        if via is not None:
            await via.write_over(mock_solo.answered(acted.interview, round, part, words))
        await self._interviewing.show(acted, via)
        if acted.outcome.notice:
            await tell(submitted, acted.outcome.notice)
            if via is not None:
                await show_where_it_stands(self._interviewing, via, acted.interview)

    async def ask_box(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open a box for a question about the task."""
        await pressed.response.send_modal(mock_items.ask_box(id, *numbers))

    async def asked(self, submitted: Pressed, id: str, numbers: Numbers, fields: dict[str, str]) -> None:
        """Answer a question about the task, as far as it was foreseen."""
        await submitted.response.defer()
        found = await held(self._interviewing, id)
        material = await self._room.current(found.interview)
        reply = solo.clarification(material, fields["text"]) if material else solo.NOT_PREPARED
        event = happened.AskBack(submitted.user.id, numbers[0], fields["text"], reply)
        await act_and_show(self._interviewing, submitted, id, event)

    async def judge(self, pressed: Pressed, id: str, numbers: Numbers, values: tuple[str, ...]) -> None:
        """Which points the person says they have made."""
        await pressed.response.defer()
        _, part, ask, _ = numbers
        chosen = sorted({int(value) for value in values} - {-1})
        found = await held(self._interviewing, id)
        material = await self._room.current(found.interview)
        if material is None:
            await tell(pressed, NO_PROGRAM)
            return
        reading = solo.judged(ask, chosen, len(material.points_of(ask)))

        def decide(interview: Interview) -> Event:
            left = interview.left(self._interviewing.now())
            move = (
                solo.after_judging(material, reading, interview.talk, left) if interview.talk else happened.Onward("")
            )
            return happened.Judged(pressed.user.id, part, reading, move)

        await act_and_show(self._interviewing, pressed, id, decide)

    # ---------------------------------------------------------------------------------------------------- code

    async def code_box(self, pressed: Pressed, id: str, numbers: Numbers) -> None:
        """Open a box with the program as the candidate left it."""
        round, part = numbers
        code = await in_time(self._program(id, round, part, pressed.user.id))
        if code is None:
            await tell(pressed, NOT_CANDIDATE)
        else:
            await pressed.response.send_modal(mock_items.code_box(id, round, part, code=code))

    async def _program(self, id: str, number: int, part: int, user_id: int) -> str | None:
        """The program of a part for its candidate; None for anybody else."""
        interview = (await held(self._interviewing, id)).interview
        round = interview.find_round(number)
        if round is None or round.candidate != user_id:
            return None
        kept = await self._interviewing.store.interviews.last_code(id, number, part)
        material = await self._material(interview, number, part)
        return kept if kept is not None else material.code if material else ""

    async def _material(self, interview: Interview, number: int, part: int) -> Material | None:
        round = interview.find_round(number)
        if round is None or round.script is None or part >= len(round.parts):
            return None
        return await self._room.material(round.parts[part], round.script.pack)

    async def coded(self, submitted: Pressed, id: str, numbers: Numbers, fields: dict[str, str]) -> None:
        """Keep the program, run it, and have it checked."""
        if refusal := self._runs.refusal(submitted.user.id, submitted.guild_id):
            await tell(submitted, refusal.sentence)
            return
        await submitted.response.defer()
        round, part = numbers
        code = snippets.typed(fields["code"])
        by = submitted.user.id
        edited = await act(self._interviewing, submitted, id, happened.Edited(by, round, part, code))
        if edited is None:
            return
        via = via_of(submitted, edited.interview)
        if via is not None:
            await via.write_over(mock_solo.running())
        material = await self._material(edited.interview, round, part)
        status, shown, check = await self._run(code, material, str(by))

        def decide(interview: Interview) -> Event:
            talk, left = interview.talk, interview.left(self._interviewing.now())
            move = solo.after_solving(material, talk, left) if check == "" and talk and material else None
            return happened.Ran(by, round, part, status, shown, check, move)

        acted = await act(self._interviewing, submitted, id, decide)
        if acted is None:
            return
        if via is not None:
            await via.write_over(mock_solo.ran_here(acted.interview, round, part))
        await self._interviewing.show(acted, via)
        if acted.outcome.notice:
            await tell(submitted, acted.outcome.notice)

    async def _run(self, code: str, material: Material | None, client: str) -> tuple[str, str, str | None]:
        """How it ran, what it printed, and what the hidden check says: None where there is none, or no worker."""
        try:
            result = await self._worker.run(RunRequest(code, client=client))
            checked = material.checked(code) if material is not None else None
            if checked is None or result.status not in ("ok", "error"):
                return headline(result, self._limits), printed(result), None
            wrong = what_is_wrong(await self._worker.run(RunRequest(checked, client=client)))
        except SandboxError as error:
            return "It did not run", str(error), None
        return headline(result, self._limits), printed(result), wrong
