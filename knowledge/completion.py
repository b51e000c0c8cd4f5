"""Autocomplete over the questions of the corpus."""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.questions import Question

_WORD = re.compile(r"\w+")


class Completion:
    """Finds questions by the beginnings of their words."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions
        self._words = [
            tuple(frozenset(_WORD.findall(text.lower())) for text in (question.question, " ".join(question.asks)))
            for question in questions
        ]

    def complete(self, typed: str, limit: int) -> list[Question]:
        """The questions in which every typed word begins a word, those in whose own wording first.

        Nothing typed gives the first questions for juniors, so that a newcomer sees what can be asked. When no
        question has all the words, those with the most of them come.
        """
        asked = _WORD.findall(typed.lower())[:12]
        if not asked:
            return sorted(self._questions, key=lambda question: question.level != "junior")[:limit]
        ranked = []
        for question, (own, others) in zip(self._questions, self._words, strict=True):
            in_own = sum(any(word.startswith(part) for word in own) for part in asked)
            in_any = sum(any(word.startswith(part) for word in own | others) for part in asked)
            if in_any:
                ranked.append((-in_any, -in_own, len(question.question), question))
        ranked.sort(key=lambda entry: entry[:3])
        most = ranked[0][0] if ranked else 0
        return [question for found, _, _, question in ranked if found == most or found <= -2][:limit]
