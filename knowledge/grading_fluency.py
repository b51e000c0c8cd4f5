"""Whether words form sentences: a trigram model of word classes, learned from the corpus when it is opened.

Function words stand for themselves, all others for their ending, so the model knows how sentences are built and
nothing of what they are about. A text is compared with shuffles of itself: sentences gain by their order, lists of
keywords and shuffled sentences do not, in whatever style they are written.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from knowledge.grading_text import FUNCTION_WORDS
from knowledge.words import is_identifier

_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*(?:'[a-z]+)?|\d+(?:\.\d+)?|[,;:.!?()=]")
_ENDINGS = ("ing", "ed", "ly", "tion", "s", "er", "al", "able")
_CLASS_COUNT = 220
"""About how many classes there are: for the share that goes to what was never seen."""
_SHUFFLES = 6
_LONGEST = 120
"""Tokens that are looked at."""


class Fluency:
    """A trigram model of word classes, interpolated (Witten and Bell 1991) down to a uniform guess."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: Counter[tuple[str, ...]] = Counter()
        for text in texts:
            classes = ["<", "<", *_classes(text), ">"]
            for length in range(3):
                self._counts.update(tuple(classes[place - length : place + 1]) for place in range(2, len(classes)))
        self._totals: Counter[tuple[str, ...]] = Counter()
        self._kinds: Counter[tuple[str, ...]] = Counter()
        for gram, count in self._counts.items():
            self._totals[gram[:-1]] += count
            self._kinds[gram[:-1]] += 1
        self._known: dict[tuple[str, ...], float] = {}

    def order(self, text: str) -> float:
        """How much a text gains by its order, in nats a word: little for shuffled words, 0.8 and more for sentences."""
        classes = _classes(text)[:_LONGEST]
        if len(classes) < 2:
            return 0.0
        randomly = random.Random(0)  # noqa: S311 - the same text must always get the same number
        shuffled = []
        for _ in range(_SHUFFLES):
            other = list(classes)
            randomly.shuffle(other)
            shuffled.append(self._mean(other))
        return self._mean(classes) - sum(shuffled) / len(shuffled)

    def _mean(self, classes: Sequence[str]) -> float:
        padded = ["<", "<", *classes, ">"]
        logs = [self._log((padded[place - 2], padded[place - 1], padded[place])) for place in range(2, len(padded))]
        return sum(logs) / len(logs)

    def _log(self, gram: tuple[str, ...]) -> float:
        if gram not in self._known:
            self._known[gram] = math.log(self._probability(gram))
        return self._known[gram]

    def _probability(self, gram: tuple[str, ...]) -> float:
        lower = self._probability(gram[1:]) if len(gram) > 1 else 1 / _CLASS_COUNT
        total, kinds = self._totals[gram[:-1]], self._kinds[gram[:-1]]
        return (self._counts[gram] + kinds * lower) / (total + kinds) if total else lower


def grammar_share(text: str) -> float:
    """Share of the words that hold sentences together rather than name things: near 0 in a list of keywords."""
    words = [token for token in _TOKEN.findall(text) if token[0].isalpha()]
    return sum(token.lower() in FUNCTION_WORDS for token in words) / max(len(words), 1)


def _classes(text: str) -> list[str]:
    return [_class(token) for token in _TOKEN.findall(text.replace("’", "'"))]


def _class(token: str) -> str:
    lower = token.lower()
    if token[0] in ",;:.!?()=":
        return "." if token[0] in ".!?;" else token
    if token[0].isdigit():
        return "0"
    if lower in FUNCTION_WORDS:
        return lower
    if is_identifier(token):
        return "name"
    return next((ending for ending in _ENDINGS if len(lower) > len(ending) + 2 and lower.endswith(ending)), "word")
