"""Exercises: a question of the library in a form that is answered and marked without a person.

Every form is made from what the question's author wrote: options and statements from the misconceptions, gaps from the
proof.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from bot.study import blanks
from bot.study.exercise import LETTERS, Exercise, Form
from bot.study.gaps import gaps
from knowledge.questions import Question

OPTIONS = 4
LONGEST_OPTION = 300
LONGEST_PROGRAM = 1900
"""Characters of code that fit on a card beside the rest."""
_BEST_GAPS = 3


@lru_cache(maxsize=8192)
def forms_of(question: Question) -> tuple[Form, ...]:
    """The forms in which a question can be asked. Every question can be asked in free text."""
    can: list[Form] = []
    if len(question.misconceptions) >= 2:
        can.append("choice")
    if question.misconceptions:
        can.append("true-false")
    if question.proofs and len(question.proofs[0].code) <= LONGEST_PROGRAM:
        if blanks.askable_values(question.proofs[0].output):
            can.append("output")
        if gaps(question.proofs[0].code, _about(question)):
            can.append("code")
    return (*can, "text")


def compose(question: Question, form: Form, seed: int, pool: Mapping[str, Question]) -> Exercise:
    """The question in a form that `forms_of` names; the same seed gives the same exercise.

    `pool` holds the other questions, from whose misconceptions a further wrong option may be taken.
    """
    # Not a secret: the seed only makes what is shown vary.
    chance = random.Random(f"{seed}:{question.id}:{form}")  # noqa: S311
    match form:
        case "choice":
            return _choice(question, chance, pool)
        case "true-false":
            return _true_false(question, chance)
        case "output":
            return _output(question, chance)
        case "code":
            return _code(question, chance)
        case "text":
            return _text(question)


def _choice(question: Question, chance: random.Random, pool: Mapping[str, Question]) -> Exercise:
    own = [each.wrong for each in question.misconceptions if len(each.wrong) <= LONGEST_OPTION]
    wrong = chance.sample(own, k=min(len(own), OPTIONS - 1))
    rights = sorted({each.right for each in question.misconceptions} | set(question.key_points), key=len)
    right = chance.choice([each for each in rights if len(each) <= LONGEST_OPTION][:3] or [rights[0][:LONGEST_OPTION]])
    # What is right takes more words than what is wrong, and people would learn that instead of PyTorch: where options
    # come from elsewhere, they are longer ones.
    others = [other for other in _wrong_elsewhere(question, chance, pool) if other not in wrong]
    others.sort(key=lambda other: len(other) < len(right) or len(other) > LONGEST_OPTION)
    wrong += others[: OPTIONS - 1 - len(wrong)]
    options = [right, *wrong]
    chance.shuffle(options)
    place = options.index(right)
    struck = chance.sample([index for index in range(len(options)) if index != place], k=max(0, len(options) - 2))
    hints = [_pointer(question), f"It is not {LETTERS[struck[0]]}." if struck else _masked(right)]
    if struck[1:]:
        hints.append(f"It is neither {' nor '.join(sorted(LETTERS[index] for index in struck[:2]))}.")
    return Exercise(
        question.id,
        "choice",
        f"**{question.question}**\nWhich of these is true?",
        expected=(LETTERS[place],),
        hints=tuple(hints),
        because=right,
        options=tuple(options),
        right=place,
    )


def _wrong_elsewhere(question: Question, chance: random.Random, pool: Mapping[str, Question]) -> Iterator[str]:
    """Wrong statements about near things: of the follow-up questions first, then of the topic's others."""
    near = [pool[other] for other in question.follow_ups if other in pool]
    same = [other for other in pool.values() if other.topic == question.topic and other.id != question.id]
    for other in (*chance.sample(near, k=len(near)), *chance.sample(same, k=len(same))):
        yield from (each.wrong for each in chance.sample(other.misconceptions, k=len(other.misconceptions)))


def _true_false(question: Question, chance: random.Random) -> Exercise:
    misconception = chance.choice(question.misconceptions)
    holds = chance.random() < 0.5
    return Exercise(
        question.id,
        "true-false",
        f"**True or false?**\n{misconception.right if holds else misconception.wrong}",
        expected=("True" if holds else "False",),
        hints=(_pointer(question), *_first_point(question), *question.key_points[:1]),
        because=misconception.right,
        options=("True", "False"),
        right=0 if holds else 1,
    )


def _output(question: Question, chance: random.Random) -> Exercise:
    proof = question.proofs[0]
    askable = blanks.askable_values(proof.output)
    # Guessing True or False teaches little, so other values go first.
    telling = [value for value in askable if value.text not in {"True", "False"}]
    chosen = chance.sample(telling, k=min(len(telling), chance.choice((1, 2))))
    rest = [value for value in askable if value not in chosen]
    least = 2 if chosen else blanks.MOST_VALUES
    chosen += chance.sample(rest, k=min(len(rest), max(0, least - len(chosen))))
    values = tuple(sorted(chosen, key=lambda value: (value.line, value.index)))
    return Exercise(
        question.id,
        "output",
        f"**What does this print?**\nFill in {_listed(blanks.MARKS[: len(values)])}.",
        expected=tuple(value.text for value in values),
        hints=(_pointer(question), *_first_point(question), f"{blanks.MARKS[0]} is `{values[0].text}`."),
        code=proof.code,
        printed=proof.output,
        values=values,
    )


def _code(question: Question, chance: random.Random) -> Exercise:
    proof = question.proofs[0]
    gap = chance.choice(gaps(proof.code, _about(question))[:_BEST_GAPS])
    missing = proof.code[gap.start : gap.end]
    return Exercise(
        question.id,
        "code",
        f"**{question.question}**\nComplete `{blanks.GAP}`, so that the program prints what stands below it.",
        expected=(missing,),
        hints=(
            _pointer(question),
            *_first_point(question),
            f"It begins with `{missing[: max(4, len(missing) // 2)]}`.",
        ),
        code=proof.code,
        printed=proof.output,
        gap=gap,
    )


def _text(question: Question) -> Exercise:
    points = question.key_points
    count = f"A full answer makes {len(points)} points." if len(points) > 1 else _pointer(question)
    return Exercise(
        question.id,
        "text",
        f"**{question.question}**\nAnswer in your own words, in a few sentences.",
        expected=points or (question.answer,),
        hints=(count, _masked(points[0]), points[0]) if points else (count,),
    )


def _about(question: Question) -> str:
    return " ".join((question.question, *question.asks, *question.key_points, question.answer))


def _pointer(question: Question) -> str:
    """Where to look, without saying what is there."""
    page = question.sources[0].rsplit("/", 1)[-1].removesuffix(".html") if question.sources else ""
    topic = question.topic.replace("-", " ")
    return f"It is about {topic}; the documentation says it under `{page}`." if page else f"It is about {topic}."


def _first_point(question: Question) -> tuple[str, ...]:
    """The first key point, masked, where there is one."""
    return tuple(map(_masked, question.key_points[:1]))


def _masked(statement: str) -> str:
    """A statement with every second of its longer words left out."""
    words = statement.split()
    long = [index for index, word in enumerate(words) if len(word.strip("`.,;:()")) > 4]
    for index in long[::2]:
        words[index] = "…"
    return " ".join(words)


def _listed(marks: Iterable[str]) -> str:
    *first, last = marks
    return f"{', '.join(first)} and {last}" if first else last
