"""What tests of progress, the leaderboard and privacy do again and again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count

from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.study.memory import Rating, Review
from tests.discord.world import Seen, World

Practise = Callable[..., Awaitable[None]]
_EVENTS = count()


def review_of(
    user_id: int,
    question_id: str,
    when: datetime,
    *,
    rating: Rating = Rating.GOOD,
    score: float = 1.0,
    guild_id: int | None = None,
    points: int = 10,
) -> Review:
    """One graded answer, an event of its own."""
    return Review(
        key=f"test:{next(_EVENTS)}",
        user_id=user_id,
        question_id=question_id,
        form="choice",
        source="quiz",
        rating=rating,
        score=score,
        answered_at=when,
        guild_id=guild_id,
        points=points,
    )


async def join(world: World, who: MemberActor, seen: Seen, name: str = "") -> InteractionResult:
    """Press *Join* and send its box."""
    return await who.submit_modal(await world.press(who, seen, "Join"), {"name": name})
