"""What a round asks: a pack that suits the room, without what anybody in it met lately."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from bot.study.interview.agenda import plan
from bot.study.interview.state import Options, Part, Script
from knowledge.interview_blocks import AnyBlock
from knowledge.interviews import Interviews, Pack
from knowledge.questions import Question

SPARES = 3
WARM_UP = "Tell me about something that you built or repaired with PyTorch lately. What was the hardest part of it?"
SOME_MINUTES = 6
"""A block whose author gave it that many minutes more than there are is still taken; a longer one only at need."""

_Thing = TypeVar("_Thing")


def choose(
    options: Options,
    interviews: Interviews,
    pool: Mapping[str, Question],
    avoid: Collection[str],
    seed: int,
) -> Script:
    """The script of a round; the same seed gives the same.

    `pool` are the questions that may be asked here, `avoid` the ids of questions and blocks that somebody in the room
    met lately. Where a pack has too few others, questions come from the pool: of the topic and the level, then of the
    level, then whatever there is. Only when there is nothing else comes something again, and the script says so.
    """
    chance = random.Random(f"script {seed}")  # noqa: S311  not a secret
    pack = _pack(options, interviews, pool, avoid, chance)
    block = _block(options, interviews, pack, avoid, chance) if options.kind != "concepts" else None
    parts = plan(options.kind, options.minutes, block=block is not None, solo=options.solo)
    wanted = sum(stage == "question" for stage, _ in parts)
    own = [asked.ask for asked in pack.questions if asked.ask in pool] if pack else []
    about = pack or block
    topics = {options.topic} if options.topic else {*(about.topics if about else ())}
    questions = list(_questions(options.level, topics, own, pool, avoid, chance))
    asked, spares = questions[:wanted], questions[wanted : wanted + SPARES]
    following = iter(asked)
    made: list[Part] = []
    for stage, minutes in parts:
        match stage:
            case "warm-up":
                made.append(Part(stage, minutes, title=pack.warm_up if pack else WARM_UP))
            case "question":
                question = next(following, None)
                if question is not None:
                    made.append(Part(stage, minutes, question.id, question.question))
            case "block" if block is not None:
                made.append(Part(stage, minutes, block.id, block.title))
            case _:
                made.append(Part(stage, minutes))
    again = any(part.ref in avoid for part in made if part.ref)
    kept = tuple((question.id, question.question) for question in spares if question.id not in avoid)
    return Script(pack.id if pack else "", tuple(made), kept, again)


def _pack(
    options: Options,
    interviews: Interviews,
    pool: Mapping[str, Question],
    avoid: Collection[str],
    chance: random.Random,
) -> Pack | None:
    """The pack that has most to ask that is new, of the kind, the topic and the level where there is one."""

    def fresh(pack: Pack) -> bool:
        new = sum(asked.ask in pool and asked.ask not in avoid for asked in pack.questions)
        return pack.block not in avoid and new >= min(2, len(pack.questions))

    def about(pack: Pack) -> bool:
        return options.topic is None or options.topic in pack.topics

    packs = [pack for pack in interviews.packs if pack.kind == options.kind and about(pack)]
    return _first(packs, chance, fresh, lambda pack: pack.level == options.level, _in_time(options, interviews))


def _in_time(options: Options, interviews: Interviews) -> Callable[[Pack], bool]:
    blocks = {block.id: block for block in interviews.blocks}
    room = _room(options)
    return lambda pack: pack.block is None or blocks[pack.block].minutes <= room


def _room(options: Options) -> int:
    parts = plan(options.kind, options.minutes, block=True, solo=options.solo)
    return SOME_MINUTES + sum(minutes for stage, minutes in parts if stage == "block")


def _block(
    options: Options, interviews: Interviews, pack: Pack | None, avoid: Collection[str], chance: random.Random
) -> AnyBlock | None:
    """The pack's own block; where there is no pack, or its block is known in the room, another one of the kind."""
    own = interviews.block_of(pack) if pack else None
    if own is not None and own.id not in avoid:
        return own
    room = _room(options)
    blocks = [block for block in interviews.blocks if options.kind in (block.kind, "mixed")]
    return _first(
        blocks,
        chance,
        lambda block: block.id not in avoid,
        lambda block: options.topic is None or options.topic in block.topics,
        lambda block: block.level == options.level,
        lambda block: block.minutes <= room,
    )


def _first(things: Sequence[_Thing], chance: random.Random, *wishes: Callable[[_Thing], bool]) -> _Thing | None:
    """One of those that fulfil most wishes, the first wish counting most."""
    mixed = chance.sample(things, k=len(things))
    return max(mixed, key=lambda thing: tuple(wish(thing) for wish in wishes), default=None)


def _questions(
    level: str,
    topics: Collection[str],
    own: Iterable[str],
    pool: Mapping[str, Question],
    avoid: Collection[str],
    chance: random.Random,
) -> Iterator[Question]:
    """All questions there are, the most fitting first: what is new before what is not, the pack's before others."""
    order = {question_id: index for index, question_id in enumerate(own)}
    others = [question for question in pool.values() if question.id not in order]
    chance.shuffle(others)
    others.sort(key=lambda question: (question.topic not in topics, question.level != level))
    ranked = [*(pool[question_id] for question_id in order), *others]
    yield from (question for question in ranked if question.id not in avoid)
    yield from (question for question in ranked if question.id in avoid)
