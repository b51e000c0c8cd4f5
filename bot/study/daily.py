"""The question of the day: which one comes next, and how people stand."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.study.exercise import Exercise, Form
from bot.study.exercises import compose
from knowledge.questions import Question

LATEST = timedelta(hours=12)
"""A question that could not be put for longer than this is left out; the next one comes at its time."""
OPEN_FOR = timedelta(hours=24)
"""The answer is shown after that, or when the next question comes."""
GIVES_UP_AFTER = timedelta(days=7)
"""A channel in which nothing could be said for so long is not tried any more."""


def form_of(question: Question) -> Form | None:
    """The form in which a question can be put to a channel: by options, or not at all.

    Both are among `exercises.forms_of`, which also reads the code of every proof; here that would be for nothing.
    """
    if not question.misconceptions:
        return None
    return "choice" if len(question.misconceptions) > 1 else "true-false"


def next_question(
    pool: Mapping[str, Question], history: Sequence[tuple[str, str]], topic: str | None, seed: int
) -> Question | None:
    """The next question for a server; None when there is none to put.

    `history` has the id and the topic of each question that the server had, oldest first.

    None comes again before the others were used up, and no topic before every other one with fresh questions had its
    turn. `topic` narrows the choice, unless there is no such question any more.
    """
    able = [question for question in pool.values() if form_of(question)]
    able = [question for question in able if question.topic == topic] or able
    if not able:
        return None
    used = Counter(question_id for question_id, _ in history)
    least = min(used[question.id] for question in able)
    fresh = [question for question in able if used[question.id] == least]
    turn = {of: number for number, (_, of) in enumerate(history)}
    earliest = min(turn.get(question.topic, -1) for question in fresh)
    chance = random.Random(seed)  # noqa: S311  not a secret
    return chance.choice([question for question in fresh if turn.get(question.topic, -1) == earliest])


def exercise_of(question: Question, seed: int, pool: Mapping[str, Question]) -> Exercise:
    """A question that `next_question` gave, as it is put to the channel."""
    return compose(question, form_of(question) or "text", seed, pool)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands in a server: right answers, all answers, right answers in a row up to now."""

    user_id: int
    right: int
    answered: int
    row: int


def standings(
    days: Sequence[date], given: Mapping[int, Mapping[date, bool]], since: date | None = None
) -> list[Standing]:
    """Everybody who answered since a day (None is ever), best first: more right, then fewer tries, then longer rows.

    `days` are those on which the server had a question, oldest first; rows go over them, whenever they began. `given`
    says of each person on which days they were right and on which not.
    """
    found = []
    for user_id, answers in given.items():
        counted = [right for day, right in answers.items() if since is None or day >= since]
        if counted:
            found.append(Standing(user_id, sum(counted), len(counted), row_of(days, answers)))
    return sorted(found, key=lambda each: (-each.right, each.answered, -each.row, each.user_id))


def row_of(days: Sequence[date], given: Mapping[date, bool]) -> int:
    """Right answers in a row up to the newest question, which may still be unanswered."""
    newest_first = list(reversed(days))
    if newest_first and newest_first[0] not in given:
        newest_first = newest_first[1:]
    row = 0
    for day in newest_first:
        if not given.get(day, False):
            break
        row += 1
    return row
