"""The hits behind an answer, as a button carries them: short enough for a custom_id, readable by any process."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

KEY_LENGTH = 7
HITS = 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_CARD = KEY_LENGTH + 2
# asker in base 36, position, then per hit its key and two digits of percent.
PATTERN = rf"[0-9a-z]{{1,13}}:[0-9]:(?:[a-z2-7]{{{KEY_LENGTH}}}[0-9]{{2}}){{1,{HITS}}}"


@lru_cache(maxsize=65536)
def key_of(question_id: str) -> str:
    """Seven characters (35 bits) that stand for a question id, which may be too long for a button."""
    digest = hashlib.blake2b(question_id.encode(), digest_size=5).digest()
    return base64.b32encode(digest).decode().lower()[:KEY_LENGTH]


def base36(number: int) -> str:
    """A Discord id in at most 13 characters."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


@dataclass(frozen=True, slots=True)
class Held:
    """One hit of a hand: the question's key, and how sure the tutor was, in percent 0…99."""

    key: str
    percent: int

    @property
    def score(self) -> float:
        """The percent as the probability that it was made from."""
        return self.percent / 100


@dataclass(frozen=True, slots=True)
class Hand:
    """Who asked, the hits, best first, and which of them is on top; past the last one there is none."""

    asker: int
    held: tuple[Held, ...]
    position: int = 0

    @classmethod
    def deal(cls, asker: int, hits: Iterable[tuple[str, float]]) -> Hand:
        """A hand from question ids and their scores 0…1."""
        held = (Held(key_of(question_id), min(99, max(0, round(100 * score)))) for question_id, score in hits)
        return cls(asker, tuple(held)[:HITS])

    @classmethod
    def parse(cls, text: str) -> Hand:
        """Read back what `str()` wrote. Raises ValueError on anything else."""
        if not re.fullmatch(PATTERN, text):
            raise ValueError(f"not a hand: {text!r}")
        asker, position, cards = text.split(":")
        chunks = (cards[start : start + _CARD] for start in range(0, len(cards), _CARD))
        return cls(
            int(asker, 36),
            tuple(Held(chunk[:KEY_LENGTH], int(chunk[KEY_LENGTH:])) for chunk in chunks),
            int(position),
        )

    def __str__(self) -> str:
        cards = "".join(f"{held.key}{held.percent:02d}" for held in self.held)
        return f"{base36(self.asker)}:{self.position}:{cards}"

    @property
    def top(self) -> Held | None:
        """The hit to show, or None when all have been turned down."""
        return self.held[self.position] if self.position < len(self.held) else None

    def next(self) -> Hand:
        """The hand with its top turned down."""
        return replace(self, position=min(self.position + 1, len(self.held)))

    def pick(self, index: int) -> Hand:
        """The hand with hit `index` on top and the others after it in their order."""
        chosen = self.held[index]
        return replace(self, held=(chosen, *(held for held in self.held if held is not chosen)), position=0)

    def spent(self) -> Hand:
        """The hand with every hit turned down."""
        return replace(self, position=len(self.held))
