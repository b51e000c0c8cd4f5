"""How often one person may ask: a token bucket a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` questions at once, then one every `every_s` seconds."""

    burst: int = 10
    every_s: float = 3.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of one person's burst at time `at` (seconds of any steady clock)."""

    tokens: float
    at: float
    told: bool = False


Decision = Literal["go", "tell", "hush"]


def take(bucket: Bucket | None, now: float, pace: Pace) -> tuple[Decision, Bucket, float]:
    """May this person ask at `now`? The decision, the bucket afterwards, and the seconds to wait.

    Who asks too fast is told once (`tell`) and not again (`hush`) until a question went through, so that nobody can
    make the bot fill a channel with refusals.
    """
    if bucket is None:
        bucket = Bucket(pace.burst, now)
    tokens = min(float(pace.burst), bucket.tokens + max(0.0, now - bucket.at) / pace.every_s)
    if tokens >= 1:
        return "go", Bucket(tokens - 1, now), 0.0
    wait = (1 - tokens) * pace.every_s
    after = Bucket(tokens, now, told=True)
    return ("hush" if bucket.told else "tell"), after, wait


class Cooldown:
    """The buckets of everybody who asked lately. Kept in memory only: losing it costs nobody anything."""

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace or Pace()
        self._buckets: dict[int, Bucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, user_id: int, now: float) -> tuple[Decision, float]:
        """Count one question of this person; the decision and the seconds to wait."""
        if len(self._buckets) >= 10_000:
            self._forget_rested(now)
        decision, self._buckets[user_id], wait = take(self._buckets.get(user_id), now, self._pace)
        return decision, wait

    def _forget_rested(self, now: float) -> None:
        rested = self._pace.burst * self._pace.every_s
        self._buckets = {user: bucket for user, bucket in self._buckets.items() if now - bucket.at < rested}
