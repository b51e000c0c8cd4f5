"""What tests of reviews do again and again: let time pass, give people cards, press what they see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from simcord import Env
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.store import Store
from bot.study.hits import key_of
from bot.study.memory import Card, Rating, Review
from knowledge.questions import Question
from knowledge.tutor import Tutor
from tests.discord.world import Seen, World, components, labels, text_of

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

    def until(self, hour: int, minute: int = 0) -> timedelta:
        """How long it takes until it is that late in UTC."""
        return (self.now().replace(hour=hour, minute=minute, second=0, microsecond=0) - self.now()) % DAY

    async def reach(self, hour: int, minute: int = 0) -> None:
        """Let time pass until it is that late in UTC."""
        await self.pass_(self.until(hour, minute))


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
        """Press the button of Alice's whose label begins like this."""
        return await press(self.world, self.alice, seen, label)

    async def logged(self, question: Question, number: int) -> Review | None:
        """Alice's review of a question that she had reviewed so often before."""
        return await self.store.reviews.find(f"review:{self.alice.id}:{question.id}:{number}")

    async def card(self, question: Question) -> Card:
        """Alice's card of a question that she has met."""
        card = await self.store.reviews.card(self.alice.id, question.id)
        assert card is not None
        return card


async def press(world: World, who: MemberActor, seen: Seen, label: str) -> InteractionResult:
    """Press the button whose label begins like this."""
    (full,) = [each for each in labels(seen) if each.startswith(label)]
    return await world.press(who, seen, full)


async def fill_in(world: World, who: MemberActor, seen: Seen, label: str, *given: str) -> InteractionResult:
    """Press a button that opens a box, and type into its inputs."""
    box = await press(world, who, seen, label)
    return await who.submit_modal(box, {f"given:{number}": typed for number, typed in enumerate(given)})


def styled(seen: Seen, style: int) -> list[str]:
    """The labels of the buttons of one style; 3 is green."""
    return [part["label"] for part in components(seen) if part["type"] == 2 and part["style"] == style]


def plain(words: str) -> str:
    """Text without the marks that keep it from being formatted."""
    return words.replace("\\", "").replace("\u200b", "").replace("`", "")


def about(seen: Seen, question: Question) -> bool:
    """Whether a card is about a question."""
    return plain(question.question) in plain(text_of(seen)) or any(
        key_of(question.id) in str(part.get("custom_id")) for part in components(seen)
    )
