"""What a round asks: packs that fit, nothing that somebody met lately, and always something."""

from __future__ import annotations

from functools import cache

import pytest

from bot.study.interview.agenda import LENGTHS, plan
from bot.study.interview.material import Material, material_of, pack_of
from bot.study.interview.script import choose
from bot.study.interview.state import Options, Part, Script
from knowledge.interview_blocks import Coding, Debugging
from knowledge.interviews import Interviews, Kind, load_interviews
from knowledge.questions import Corpus, Level, load_corpus

KINDS: tuple[Kind, ...] = ("concepts", "coding", "debugging", "design", "mixed")
LEVELS: tuple[Level, ...] = ("junior", "mid", "senior")


@cache
def corpus() -> Corpus:
    return load_corpus()


@cache
def interviews() -> Interviews:
    return load_interviews(corpus())


def asked(script: Script) -> list[str]:
    return [part.ref for part in script.parts if part.ref]


def draw(options: Options, avoid: frozenset[str] = frozenset(), seed: int = 1) -> Script:
    return choose(options, interviews(), corpus().by_id(), avoid, seed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_every_kind_and_level_has_a_whole_round(kind: Kind, level: Level) -> None:
    for minutes in LENGTHS:
        script = draw(Options(kind, level, minutes))
        block = any(part.stage == "block" for part in script.parts)
        wanted = plan(kind, minutes, block=block, solo=False)
        assert [(part.stage, part.minutes) for part in script.parts] == list(wanted)
        assert all(part.ref and part.title for part in script.parts if part.stage in ("question", "block"))
        assert len(set(asked(script))) == len(asked(script)), "nothing is asked twice"
        assert not script.again
        assert script.spares
        assert block == any(kind in (each.kind, "mixed") for each in interviews().blocks)


def test_the_same_seed_asks_the_same_and_others_something_else() -> None:
    options = Options("concepts", "mid", 45)
    assert draw(options) == draw(options)
    assert len({tuple(asked(draw(options, seed=seed))) for seed in range(12)}) > 3


def test_what_somebody_met_lately_is_not_asked() -> None:
    options = Options("mixed", "mid", 45)
    avoid: frozenset[str] = frozenset()
    for seed in range(6):
        script = draw(options, avoid, seed)
        assert not avoid & {*asked(script)}
        assert not avoid & {ref for ref, _ in script.spares}
        avoid |= {*asked(script)}


def test_a_topic_is_kept_to_as_long_as_it_has_questions() -> None:
    by_id = corpus().by_id()
    script = draw(Options("concepts", "mid", 60, topic="autograd"))
    assert {by_id[ref].topic for ref in asked(script)} == {"autograd"}
    rest = frozenset(question.id for question in corpus().questions if question.topic == "autograd")
    elsewhere = draw(Options("concepts", "mid", 60, topic="autograd"), rest)
    assert len(asked(elsewhere)) == len(asked(script))
    assert not rest & {*asked(elsewhere)}


def test_who_has_met_everything_is_asked_again_and_told() -> None:
    everything = frozenset([*corpus().by_id(), *(block.id for block in interviews().blocks)])
    script = draw(Options("mixed", "mid", 45), everything)
    assert script.again
    assert len(asked(script)) == 3
    assert script.spares == ()


def test_without_packs_and_blocks_there_are_still_questions() -> None:
    bare = Interviews((), (), interviews().rubric, ())
    script = choose(Options("debugging", "mid", 45), bare, corpus().by_id(), frozenset(), 1)
    assert [part.stage for part in script.parts if part.stage == "block"] == []
    assert sum(part.minutes for part in script.parts) == 45


def material(part: Part, pack: str = "") -> Material:
    return material_of(part, pack_of(interviews(), pack), interviews(), corpus().by_id())


def test_notes_hints_and_follow_ups_belong_to_everything_that_is_asked() -> None:
    for kind in KINDS:
        script = draw(Options(kind, "mid", 45))
        for part in script.parts:
            found = material(part, script.pack)
            if part.stage in ("question", "block"):
                assert found.points
                assert found.hints
                assert found.title == part.title
                for ask in range(len(found.follow_ups)):
                    assert found.points_of(ask)
                    assert found.rubric(ask).points == found.points_of(ask)


def test_a_question_of_no_pack_has_the_corpus_follow_ups() -> None:
    question = next(question for question in corpus().questions if question.follow_ups)
    found = material(Part("question", 5, question.id, question.question))
    assert found.follow_ups[0].question in question.follow_ups


def test_what_is_gone_is_said_to_be_gone() -> None:
    for part in (Part("question", 5, "no-such-thing"), Part("block", 5, "no-such-thing")):
        found = material(part)
        assert "no longer" in found.statement
        assert found.points == ()


def test_only_programs_are_checked() -> None:
    blocks = [block for block in interviews().blocks if isinstance(block, Debugging | Coding)]
    found = material(Part("block", 20, blocks[0].id, blocks[0].title))
    assert found.code
    assert found.solution != found.code
    assert found.checked("x = 1") is not None
    assert material(Part("question", 5, corpus().questions[0].id)).checked("x = 1") is None
