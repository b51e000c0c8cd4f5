"""What tests of reviews do again and again: let time pass, give people cards, press what they see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import discord
from simcord import Env
from simcord.results import InteractionResult

from bot.store import Store
from bot.study.deck import key_of
from bot.study.memory import Rating, Review
from knowledge.questions import Question
from knowledge.tutor import Tutor
from tests.discord.world import Seen, World, message_of, text_of

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Time:
    """The simulated Discord's time, for the bot."""

    def __init__(self) -> None:
        self._env: Env | None = None

    def follow(self, env: Env) -> None:
        """From now on it is as late as in `env`."""
        self._env = env

    def now(self) -> datetime:
        return self._env.now() if self._env else datetime(2026, 1, 1, tzinfo=UTC)

    async def pass_(self, span: timedelta) -> None:
        """Let time pass at once, without every second between, and what is due then happen."""
        assert self._env is not None
        self._env.backend.advance_clock(span.total_seconds())
        await self._env.advance_time(1.5)

    async def reach(self, hour: int, minute: int = 0) -> None:
        """Let time pass until it is that late in UTC."""
        wanted = self.now().replace(hour=hour, minute=minute, second=0, microsecond=0)
        await self.pass_((wanted - self.now()) % DAY)


class Learning:
    """Alice, the questions of the corpus, and what she has met of them."""

    def __init__(self, world: World, time: Time, tutor: Tutor) -> None:
        self.world = world
        self.time = time
        self.questions: Sequence[Question] = tutor.corpus.questions
        self.alice = world.alice

    @property
    def store(self) -> Store:
        return self.world.store

    async def met(self, *ratings: Rating, number: int = 0, form: str = "text", ago: timedelta = 60 * DAY) -> Question:
        """Alice met a question; the ratings are a day apart, from `ago` on."""
        question = self.questions[number]
        for step, rating in enumerate(ratings):
            when = self.time.now() - ago + step * DAY
            key = f"quiz:{number}:{step}:{ago}"
            review = Review(key, self.alice.id, question.id, form, "quiz", rating, float(rating > 1), when)
            assert await self.store.reviews.record(review)
        return question

    async def start(self) -> InteractionResult:
        """`/review start` in *general*."""
        return await self.alice.slash(self.world.general, "review start")

    async def press(self, seen: Seen, label: str) -> InteractionResult:
        """Press a button of Alice's by the beginning of its label."""
        from tests.discord.world import labels

        (full,) = [each for each in labels(seen) if each.startswith(label)]
        return await self.world.press(self.alice, seen, full)

    async def logged(self, session: bool = True) -> list[tuple[str, int, float]]:
        """What the log has of Alice's reviews: question, rating, score."""
        moments = []
        for held in await self.store.reviews.cards(self.alice.id):
            for number in range(held.card.reviews):
                found = await self.store.reviews.find(f"review:{self.alice.id}:{held.question_id}:{number}")
                if found:
                    moments.append(found)
        moments.sort(key=lambda review: review.answered_at)
        return [(review.question_id, int(review.rating), review.score) for review in moments]


def shows(seen: Seen, question: Question) -> bool:
    """Whether a card is about a question."""
    message = message_of(seen)
    raw = str(
        message.components if not isinstance(message, discord.Message) else [c.to_dict() for c in message.components]
    )
    return key_of(question.id) in raw or question.question in text_of(seen)
