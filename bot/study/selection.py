"""Which questions a quiz takes: unseen, weak and due ones more often, and none again before the others had a turn."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bot.study.exercise import Exercise, Form
from bot.study.exercises import compose, forms_of
from bot.study.memory import Card, recall
from knowledge.questions import Question

UNSEEN, DUE, WEAK, KNOWN = 1.0, 1.5, 2.0, 0.3
WEAK_BELOW = 0.7
"""A probability to remember below this, or a last answer that was not right, makes a question weak."""
# How often each form comes up in a mixed quiz, where the question can be asked in it.
MIX: Mapping[Form, float] = {"choice": 3.0, "true-false": 1.0, "output": 2.0, "code": 1.5, "text": 1.5}


def matching(
    pool: Iterable[Question], topic: str | None = None, level: str | None = None, form: Form | None = None
) -> list[Question]:
    """The questions of a topic, a level and a form; None takes all."""
    return [
        question
        for question in pool
        if (topic is None or question.topic == topic)
        and (level is None or question.level == level)
        and (form is None or form in forms_of(question))
    ]


def weight(card: Card | None, now: datetime) -> float:
    """How much a question is worth asking to somebody with this card of it."""
    if card is None:
        return UNSEEN
    if card.lapses or recall(card, now) < WEAK_BELOW:
        return WEAK
    return DUE if card.due <= now else KNOWN


def choose(
    questions: Sequence[Question],
    cards: Sequence[Mapping[str, Card]],
    recent: Collection[str],
    count: int,
    seed: int,
    now: datetime,
) -> list[Question]:
    """Draw up to `count` questions, each once.

    `cards` has each player's cards by question id; `recent` are the questions that any of them met lately, which are
    taken only once the others are used up. Drawn without replacement, with the probability of a question in proportion
    to its mean weight (Efraimidis and Spirakis, https://doi.org/10.1016/j.ipl.2005.11.003).
    """
    chance = random.Random(seed)  # noqa: S311  not a secret

    def key(question: Question) -> tuple[bool, float]:
        weights = [weight(held.get(question.id), now) for held in cards] or [UNSEEN]
        mean = sum(weights) / len(weights)
        return question.id in recent, -(chance.random() ** (1 / mean))

    return sorted(questions, key=key)[:count]


def put_into_form(
    questions: Iterable[Question],
    form: Form | None,
    seed: int,
    pool: Mapping[str, Question],
    unlike: Mapping[str, str] | None = None,
) -> list[Exercise]:
    """The questions as exercises, in one form or, for None, in a mix.

    `unlike` names the form in which a question was last asked: another one is taken where it has one.
    """
    chance = random.Random(f"forms {seed}")  # noqa: S311  not a secret
    exercises = []
    for question in questions:
        can = forms_of(question)
        if unlike:
            can = tuple(each for each in can if each != unlike.get(question.id)) or can
        chosen = form if form in can else chance.choices(can, [MIX[each] for each in can])[0]
        exercises.append(compose(question, chosen, seed, pool))
    return exercises
