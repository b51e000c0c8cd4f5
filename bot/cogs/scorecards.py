"""Scorecards: made when a round is over, seen by the candidate first, shared when they want it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.cogs.interview_room import InterviewRoom
from bot.store import KeptCard, Store
from bot.study.interview.replay import replay
from bot.study.interview.scoring import reviews, scorecard
from bot.study.interview.state import Interview, Round
from bot.ui import mock_cards, scorecard_cards, scorecard_picture
from bot.ui.mock_cards import Card
from knowledge.questions import Question

TREND = 12
"""As many interviews as the picture of the trend has room for."""


class ScorecardDesk:
    """Makes scorecards and shows them."""

    def __init__(self, store: Store, room: InterviewRoom, now: Callable[[], datetime]) -> None:
        self._store = store
        self._room = room
        self._now = now

    async def make(self, interview: Interview, number: int) -> None:
        """Make the scorecard of a round from all that is in, or make it anew; what was missed goes into the reviews."""
        round = await self._round(interview, number)
        if round is None or round.script is None:
            return
        materials = await self._room.materials(round)
        sheets = await self._store.scorecards.sheets(interview.id, number)
        card = scorecard(round, sheets, materials)
        now = self._now()
        await self._store.scorecards.keep(interview, round, card, reviews(interview, round, materials, now), now)

    async def _round(self, interview: Interview, number: int) -> Round | None:
        """A round with what was asked in it, which the interview itself no longer has of earlier ones."""
        round = interview.find_round(number)
        if round is not None and round.script is None:
            kept = await self._store.scorecards.get(interview.id, number)
            return kept.round if kept else None
        return round

    async def private(self, interview_id: str, number: int, user_id: int) -> Card | None:
        """The scorecard of a round for its candidate; None for anybody else, or when there is none."""
        kept = await self._store.scorecards.get(interview_id, number)
        if kept is None or kept.round.candidate != user_id:
            return None
        rubric = await self._room.rubric()
        return scorecard_cards.private(kept, await self._picture(kept), rubric, await self._missed(kept))

    async def shared(self, interview_id: str, number: int) -> Card | None:
        """The scorecard of a round for the group, which from then on has it; None when there is none."""
        kept = await self._store.scorecards.get(interview_id, number)
        if kept is None:
            return None
        await self._store.scorecards.mark_shared(interview_id, number)
        return scorecard_cards.shared(kept, await self._picture(kept), await self._room.rubric())

    async def history(self, user_id: int) -> Card:
        """All of somebody's scorecards."""
        kept = await self._store.scorecards.of(user_id)
        if not kept:
            return Card(scorecard_cards.nothing_yet())
        marks = await self._store.scorecards.marks(user_id)
        latest = [(each.finished_at, each.card, each.options.solo) for each in reversed(kept[:TREND])]
        picture = await asyncio.to_thread(scorecard_picture.trend, latest, await self._axes())
        return scorecard_cards.history(kept, picture, marks)

    async def transcript(self, interview_id: str, user_id: int) -> bytes | None:
        """The transcript as Markdown, for who was in the interview; None for anybody else, or when it is gone."""
        if not await self._store.interviews.was_in(interview_id, user_id):
            return None
        held = await self._store.interviews.get(interview_id)
        if held is None:
            return None
        lines = await self._store.interviews.transcript(interview_id)
        own = [kept for kept in await self._store.scorecards.of(user_id) if kept.interview_id == interview_id]
        cards = {kept.round.number: kept.card for kept in own}
        entries = [(line.at, line.entry) for line in lines]
        return replay(held.interview, entries, cards, await self._axes()).encode()

    async def _picture(self, kept: KeptCard) -> bytes:
        about = mock_cards.about(kept.options)
        return await asyncio.to_thread(scorecard_picture.scorecard, kept.card, await self._axes(), about)

    async def _axes(self) -> Sequence[str]:
        return [axis.title for axis in (await self._room.rubric()).axes]

    async def _missed(self, kept: KeptCard) -> list[Question]:
        ids = dict.fromkeys(missed.question_id for missed in kept.card.missed if missed.question_id)
        found = [await self._room.question(question_id) for question_id in ids]
        return [question for question in found if question is not None]
