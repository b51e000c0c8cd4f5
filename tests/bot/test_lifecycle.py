"""How long the bot waits before it tries again."""

from __future__ import annotations

from itertools import pairwise

from bot.lifecycle import Backoff


def test_waits_grow_to_a_minute_and_begin_anew_after_a_good_connection() -> None:
    backoff = Backoff(first_s=1, longest_s=60)
    waits = [backoff.next() for _ in range(12)]
    assert 0.75 <= waits[0] <= 1
    assert all(later > earlier for earlier, later in pairwise(waits[:6]))
    assert all(45 <= wait <= 60 for wait in waits[7:])
    backoff.reset()
    assert backoff.next() <= 1
