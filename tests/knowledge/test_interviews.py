"""Interview files: what is right is read whole, what is wrong is named, and what a block claims is run."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.front_matter import Fault
from knowledge.interview_blocks import AnyBlock, BlockKind, Coding, Debugging, Design, Planted, passed
from knowledge.interview_checks import check_block
from knowledge.interview_parsing import parse_block
from knowledge.interviews import AXES, INTERVIEWS_DIR, Interviews, load_interviews, parse_pack
from knowledge.questions import Corpus, Level, load_corpus
from knowledge.subprocess_runner import ForkingRunner
from tests.knowledge.conftest import make_question
from tests.knowledge.interview_files import (
    BROKEN,
    CHECK,
    QUESTIONS,
    SOLUTION,
    TOPICS,
    asked,
    block_text,
    code,
    interviews_of,
    pack_text,
)

RUN = ForkingRunner()
KINDS: tuple[BlockKind, ...] = get_args(BlockKind)
HERE = Path("adding-up.md")
PACK = Path("all-the-sums.yaml")


def block(kind: BlockKind, **replaced: str) -> AnyBlock:
    parsed, faults = parse_block(block_text(kind, **replaced), HERE, kind, TOPICS)
    assert parsed is not None, faults
    return parsed


def block_faults(kind: BlockKind, **replaced: str) -> list[str]:
    parsed, faults = parse_block(block_text(kind, **replaced), HERE, kind, TOPICS)
    assert (parsed is None) == bool(faults)
    return [str(fault) for fault in faults]


def pack_faults(blocks: Mapping[str, AnyBlock] | None = None, /, **replaced: str) -> list[str]:
    corpus = {question_id: make_question(question_id) for question_id in QUESTIONS}
    parsed, faults = parse_pack(pack_text(**replaced), PACK, corpus, blocks or {})
    assert (parsed is None) == bool(faults)
    return [str(fault) for fault in faults]


def found_by_running(one: AnyBlock) -> list[str]:
    return [fault.what for fault in check_block(one, RUN)]


# Reading


def test_a_pack_and_its_block_give_all_their_parts(tmp_path: Path) -> None:
    interviews = interviews_of(
        tmp_path,
        {
            "packs/all-the-sums.yaml": pack_text(
                kind="kind: mixed",
                block="block: adding-up",
                questions="questions:\n" + asked("sum-of-ones", "sum-of-fives") + "\n" + asked("sum-of-twos"),
            ),
            "debugging/adding-up.md": block_text("debugging"),
            "coding/adding-again.md": block_text("coding", "adding-again"),
            "design/adding-much.md": block_text("design", "adding-much"),
        },
    )

    assert interviews.faults == ()
    (pack,) = interviews.packs
    first = pack.questions[0]
    assert (pack.kind, pack.level, pack.topics, first.ask) == ("mixed", "junior", ("sums",), "sum-of-ones")
    assert [(follow_up.depth, follow_up.question) for follow_up in first.follow_ups] == [
        (1, "sum-of-fives"),
        (3, "sum-of-fives"),
    ]
    assert first.follow_ups[0].listen_for == make_question("sum-of-fives").key_points
    assert pack.note("fluency") == "Listen for it."
    debugging = interviews.block_of(pack)
    assert isinstance(debugging, Debugging)
    assert debugging.statement.startswith("The function adds up")
    assert debugging.broken == BROKEN + "\n"
    assert [fault.what for fault in debugging.faults] == ["It starts at one.", "It skips the first."]
    assert [one.kind for one in interviews.blocks] == ["coding", "design", "debugging"]
    coding, design, _ = interviews.blocks
    assert isinstance(coding, Coding)
    assert isinstance(design, Design)
    assert coding.solution == SOLUTION + "\n"
    assert design.key_points == ("Four bytes a number.",) * 4
    assert [axis.name for axis in interviews.rubric.axes] == list(AXES)


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({"id": "id: other"}, ":1: id 'other' must be the file's name, 'all-the-sums'"),
        ({"title": "title: " + "long " * 20}, ":2: title has 99 characters; 80 fit where Discord shows it"),
        ({"kind": "kind: chat"}, ":3: kind must be one of concepts, coding, debugging, design, mixed, not 'chat'"),
        ({"level": "level: expert"}, ":4: level must be one of junior, mid, senior"),
        ({"topics": "topics: [sums, magic]"}, ":5: the corpus has no topic 'magic'"),
        ({"warm_up": ""}, ":1: warm_up is missing"),
        ({"warm_up": "warm_up: 7"}, ":6: warm_up must be text (quote it), not 7"),
        ({"questions": "questions: []"}, ":7: questions has 0 entries; at least 4 are wanted"),
        ({"questions": "questions: [sum-of-ones]"}, ":7: questions must be a list of questions: ask, follow_ups and"),
        ({"questions": "questions:\n" + asked("sum-of-none")}, ":8: the corpus has no question 'sum-of-none'"),
        ({"questions": "questions:\n" + asked("sum-of-ones", "nowhere")}, ":10: the corpus has no question 'nowhere'"),
        ({"questions": "questions:\n" + asked("sum-of-ones").replace("depth: 3", "depth: 4")}, ":11: depth must be a"),
        ({"questions": "questions:\n" + asked("sum-of-ones").replace("depth: 1", "depth: yes")}, "from 1 to 3, not Tr"),
        (
            {"questions": "questions:\n" + asked("sum-of-ones").replace("depth: 3", "depth: 2").replace(": 1", ": 3")},
            ":11: follow-ups go deeper and deeper, but depth 2 follows 3",
        ),
        (
            {"questions": "questions:\n" + asked("sum-of-ones") + "\n    why: so"},
            ":13: why is no field of a question of",
        ),
        ({"notes": "notes: all"}, ":28: notes must be a mapping of names to values"),
        ({"notes": "notes: {depth: x}"}, ":28: correctness is missing"),
        ({"block": "block: adding-up"}, ":34: a pack of concepts has no block"),
        ({"extra": "extra: 1"}, ":34: extra is no field of a pack"),
        ({"level": "level: mid\nlevel: mid"}, ":5: level is given twice"),
        ({"level": "level: [mid"}, "is not YAML"),
    ],
)
def test_each_fault_of_a_pack_is_named_with_its_line(replaced: dict[str, str], expected: str) -> None:
    faults = pack_faults(**replaced)
    assert any(expected in fault for fault in faults), faults
    assert all(fault.startswith(f"{PACK}:") for fault in faults)


def test_what_a_pack_asks_and_says_must_agree() -> None:
    four = "questions:\n" + "\n".join(asked(question_id) for question_id in QUESTIONS[:4])

    assert pack_faults(questions=four.replace("ask: sum-of-twos", "ask: sum-of-ones"))[0] == (
        f"{PACK}:13: 'sum-of-ones' is asked already"
    )
    led = "questions:\n" + "\n".join([asked("sum-of-fives", "sum-of-ones"), *four.splitlines()[1:]])
    assert (
        pack_faults(questions=led) == [f"{PACK}:9: a follow-up leads to 'sum-of-ones', which the pack asks itself"] * 2
    )
    corpus = {question_id: make_question(question_id) for question_id in QUESTIONS}
    corpus["product"] = make_question("product", "products")
    text = pack_text(topics="topics: [sums, products]")
    assert [str(fault) for fault in parse_pack(text, PACK, corpus, {})[1]] == [
        f"{PACK}:5: topics names 'products', of which nothing is asked"
    ]
    text = pack_text(questions=four + "\n" + asked("product"))
    assert [str(fault) for fault in parse_pack(text, PACK, corpus, {})[1]] == [
        f"{PACK}:28: 'product' is of the topic 'products', which topics does not name"
    ]


@pytest.mark.parametrize(
    ("kind", "named", "expected"),
    [
        (
            "coding",
            "block: adding-up",
            "a pack of kind coding needs a block of that kind, and 'adding-up' is debugging",
        ),
        ("debugging", "block: nowhere", "block 'nowhere' is not there, or has faults"),
        ("mixed", "", "block is missing"),
    ],
)
def test_a_pack_needs_a_block_of_its_kind(kind: str, named: str, expected: str) -> None:
    blocks = {"adding-up": block("debugging")}
    assert pack_faults(blocks, kind="kind: debugging", block="block: adding-up") == []
    assert pack_faults(blocks, kind="kind: mixed", block="block: adding-up") == []
    (fault,) = pack_faults(blocks, kind=f"kind: {kind}", block=named)
    assert expected in fault


@pytest.mark.parametrize(
    ("kind", "replaced", "expected"),
    [
        ("coding", {"topic": "topic: magic"}, ":12: the corpus has no topic 'magic'"),
        ("coding", {"minutes": "minutes: 90"}, ":5: minutes must be a whole number from 5 to 45, not 90"),
        ("coding", {"hints": "hints: [one, two]"}, ":6: hints has 2 entries; at least 3 are wanted"),
        ("coding", {"hints": "hints: [one, two, three, four]"}, ":6: hints has 4 entries; at most 3 are wanted"),
        ("coding", {"follow_ups": "follow_ups:\n  - {depth: 1, say: So?}"}, ":8: listen_for is missing"),
        ("coding", {"sources": "sources: [pytorch.org]"}, "a source must be one https:// link"),
        ("coding", {"faults": "faults: []"}, ":14: faults is no field of a coding block"),
        ("coding", {"body": "Short."}, "the statement has 1 words; 60 to 250 are wanted"),
        ("coding", {"body": "Short."}, "has no block of code ```python solution"),
        ("debugging", {"faults": "faults: [one]"}, ":14: faults must be a list of planted faults: was, now, what and"),
        ("debugging", {"faults": "faults: []"}, ":14: faults has 0 entries; at least 1 are wanted"),
        (
            "debugging",
            {"faults": "faults:\n  - {was: value, now: x, what: W., why: Y.}"},
            ":15: was stands in the broken program 4 times; it must stand there exactly once",
        ),
        ("debugging", {"faults": "faults:\n  - {was: result = 1, now: result = 1, what: W., why: Y.}"}, "same as was"),
        ("debugging", {"faults": "faults:\n  - {was: result = 1, now: 0, what: W., why: Y.}"}, ":15: now must be text"),
        ("debugging", {"faults": "faults:\n  - {was: '', now: x, what: W., why: Y.}"}, ":15: was must be text (quote"),
        (
            "debugging",
            {
                "faults": "faults:\n  - {was: result = 1, now: r = 0, what: W., why: Y.}\n"
                "  - {was: = 1, now: = 0, what: W., why: Y.}"
            },
            ":16: was shares text with the fault in line 15",
        ),
        (
            "debugging",
            {"faults": "faults:\n  - {was: result = 1, now: result =, what: W., why: Y.}"},
            ":14: the program with its faults mended is not Python",
        ),
        ("design", {"areas": "areas: [{area: A, key_points: [k], weak: w, strong: s}]"}, "at least 4 are wanted"),
        ("design", {"clarify": "clarify: [{ask: A}, {ask: A, answer: B, why: C}]"}, "answer is missing"),
        ("design", {"clarify": "clarify: [{ask: A}, {ask: A, answer: B, why: C}]"}, "why is no field of a question to"),
        ("design", {"topics": "topics: [magic]"}, "the corpus has no topic 'magic'"),
        ("design", {"body": "Too short."}, "the prompt has 2 words; 60 to 200 are wanted"),
        ("design", {"body": "word " * 60}, "has no proof"),
    ],
)
def test_each_fault_of_a_block_is_named_with_its_line(kind: BlockKind, replaced: dict[str, str], expected: str) -> None:
    faults = block_faults(kind, **replaced)
    assert any(expected in fault for fault in faults), faults
    assert all(fault.startswith(f"{HERE}:") for fault in faults)


WORDS = "word " * 70


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            f"{WORDS}\n{code('starter', 'x =')}{code('solution', 'x = 1')}{code('check', 'x')}",
            ":17: starter is not Python",
        ),
        (
            f"{WORDS}\n{code('starter', 'x')}And.\n{code('solution', 'x')}{code('check', 'x')}",
            ":20: text between block",
        ),
        (
            f"{WORDS}\n{code('starter', 'x')}{code('solution', 'x')}{code('check', 'x')}End.",
            "text after the last block",
        ),
        (f"{WORDS}\n{code('starter', 'x')}{code('starter', 'x')}", ":19: ```python starter is given twice"),
        (f"{WORDS}\n{code('starter', 'x')}{code('broken', 'x')}", ":19: a block of code is ```python starter or solut"),
        (f"{WORDS}\n{code('starter', 'x' * 3001)}", ":16: starter has 3002 characters; 3000 fit"),
    ],
)
def test_each_fault_of_a_body_is_named_with_its_line(body: str, expected: str) -> None:
    faults = block_faults("coding", body=body)
    assert any(expected in fault for fault in faults), faults


def test_a_statement_may_show_an_example_of_its_own() -> None:
    example = "```python\ntotal([2, 3])  # 5\n```"
    body = f"{WORDS}\n\n{example}\n\n{code('starter', 'x')}{code('solution', SOLUTION)}{code('check', CHECK)}"
    assert block("coding", body=body).statement.endswith(example)


@given(st.sampled_from([*KINDS, "pack"]), st.text())
def test_no_text_at_all_breaks_the_loader(kind: BlockKind, text: str) -> None:
    parsed, faults = parse_block(text, HERE, kind, TOPICS) if kind in KINDS else parse_pack(text, PACK, {}, {})
    assert parsed is None
    assert faults


@given(st.sampled_from([*KINDS, "pack"]), st.data())
def test_a_damaged_file_never_raises_and_every_fault_lies_inside_it(kind: BlockKind, data: st.DataObject) -> None:
    whole = block_text(kind) if kind in KINDS else pack_text()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    damaged = whole[:start] + data.draw(st.text(max_size=20)) + whole[end:]
    parsed: object
    faults: list[Fault]

    if kind in KINDS:
        parsed, faults = parse_block(damaged, HERE, kind, TOPICS)
    else:
        corpus = {question_id: make_question(question_id) for question_id in QUESTIONS}
        parsed, faults = parse_pack(damaged, PACK, corpus, {})

    assert (parsed is None) == bool(faults)
    lines = damaged.count("\n") + 1
    assert all(1 <= fault.line <= lines + 1 for fault in faults)
    assert [fault.line for fault in faults] == sorted(fault.line for fault in faults)


def test_faulty_files_do_not_hide_the_others(tmp_path: Path) -> None:
    interviews = interviews_of(
        tmp_path,
        {
            "packs/all-the-sums.yaml": pack_text(),
            "packs/half-the-sums.yaml": pack_text("half-the-sums", level="level: expert"),
            "packs/no-more-sums.yaml": pack_text("no-more-sums", kind="kind: coding", block="block: adding-again"),
            "packs/notes.txt": "overlooked",
            "packs/.draft.yaml.swp": "somebody's editor",
            "coding/adding-again.md": block_text("coding", "adding-again", level="level: expert"),
            "coding/adding-up.md": block_text("coding"),
            "debugging/adding-up.md": block_text("debugging"),
        },
    )

    assert [pack.id for pack in interviews.packs] == ["all-the-sums"]
    assert [one.id for one in interviews.blocks] == ["adding-up"]
    assert len(interviews.rubric.axes) == 5
    named = {fault.path.name: fault.what for fault in interviews.faults}
    assert set(named) == {"half-the-sums.yaml", "no-more-sums.yaml", "notes.txt", "adding-again.md", "adding-up.md"}
    assert named["no-more-sums.yaml"] == "block 'adding-again' is not there, or has faults"
    assert named["notes.txt"] == "is overlooked: files here end in .yaml"
    assert "is already used by" in named["adding-up.md"]


@pytest.mark.parametrize(
    ("rubric", "expected"),
    [
        ("depth: {}", "correctness is missing"),
        ("depth: {title: Depth, about: A, anchors: {1: a, 3: b}}", ":1: 5 is missing"),
        ("depth: {title: Depth, about: A, anchors: {1: a, 3: b, 5: c, 7: d}}", ":1: 7 is no field of the anchors"),
        ("style: {}", ":1: style is no field of the rubric"),
    ],
)
def test_a_rubric_with_faults_is_none(tmp_path: Path, rubric: str, expected: str) -> None:
    interviews = interviews_of(tmp_path, {"rubric.yaml": rubric, "packs/all-the-sums.yaml": pack_text()})

    assert interviews.rubric.axes == ()
    assert len(interviews.packs) == 1
    assert any(expected in str(fault) for fault in interviews.faults), interviews.faults


# Running


@given(st.data())
def test_any_faults_may_be_mended_alone_and_all_of_them_together(data: st.DataObject) -> None:
    pieces = data.draw(st.lists(st.sampled_from(["fine", "wrong"]), min_size=1, max_size=8))
    faults = tuple(
        Planted(f"wrong_{place}_", data.draw(st.sampled_from(["", "right", f"wrong_{place}_again"])), "W.", "Y.", 1)
        for place, piece in enumerate(pieces)
        if piece == "wrong"
    )
    known = block("debugging")
    assert isinstance(known, Debugging)
    broken = " ".join(f"wrong_{place}_" if piece == "wrong" else piece for place, piece in enumerate(pieces))
    one = replace(known, broken=broken, faults=faults)
    mended = data.draw(st.permutations(faults).flatmap(lambda some: st.integers(0, len(some)).map(lambda n: some[:n])))

    expected = broken
    for fault in faults:
        expected = expected.replace(fault.was, fault.now if fault in mended else fault.was, 1)
    assert one.mended(mended) == expected
    assert one.mended(()) == broken
    assert one.mended(faults) == one.fixed


@pytest.mark.parametrize("kind", KINDS)
def test_a_block_that_is_what_it_says_has_no_fault(kind: BlockKind) -> None:
    assert found_by_running(block(kind)) == []


def debugging_body(broken: str = BROKEN, check: str = CHECK) -> str:
    return f"{'word ' * 40}\n\n{code('broken', broken)}\n{code('check', check)}"


ONE_FAULT = "faults:\n  - {was: result = 1, now: result = 0, what: It starts at one., why: One is not neutral.}"


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        (
            {"body": debugging_body(check='assert total([]) == 0, "The sum of nothing is zero."')},
            ["the check passes on the program with only this fault left in"],
        ),
        (
            {"body": debugging_body(check="total([])")},
            ["the check passes on the broken program"]
            + ["the check passes on the program with only this fault left in"] * 2,
        ),
        (
            {"body": debugging_body(check="assert total([2, 3]) == 6, 'Two and three give six.'")},
            ["the check fails on the fixed program: AssertionError: Two and three give six."],
        ),
        (
            {
                "faults": ONE_FAULT,
                "body": debugging_body("def total(values):\n    result = 1\n    return result", "1 / (1 - total([]))"),
            },
            [
                "the check stops with 'ZeroDivisionError: division by zero' instead of an AssertionError "
                "with a sentence on the broken program"
            ],
        ),
        (
            {"faults": ONE_FAULT, "body": debugging_body("result = 1\n1 / (1 - result)", "assert result == 0, 'No.'")},
            [],
        ),
        (
            {"faults": ONE_FAULT, "body": debugging_body("result = 1", "assert result == 0")},
            [
                "the check stops with 'AssertionError' instead of an AssertionError with a sentence "
                "on the broken program"
            ],
        ),
    ],
    ids=["a fault unseen", "nothing checked", "a wrong check", "no assertion", "a program that stops", "no sentence"],
)
def test_planted_faults_are_run(replaced: dict[str, str], expected: list[str]) -> None:
    assert found_by_running(block("debugging", **replaced)) == expected


def test_a_program_that_ends_before_its_check_has_not_passed() -> None:
    one = block("coding")
    assert isinstance(one, Coding)

    assert passed(RUN(one.checked(SOLUTION)).stdout)
    for program in (f"{SOLUTION}\nimport os\nos._exit(0)", "print('done')\nraise SystemExit", one.starter):
        assert not passed(RUN(one.checked(program)).stdout)
    body = f"{WORDS}\n\n{code('starter', 'x')}\n{code('solution', SOLUTION)}\n{code('check', 'raise SystemExit')}"
    assert found_by_running(block("coding", body=body)) == ["the check fails on the solution: SystemExit"]


def test_a_fault_that_is_not_seen_is_named_by_its_line() -> None:
    body = debugging_body(check='assert total([]) == 0, "The sum of nothing is zero."')
    one = block("debugging", body=body)
    (fault,) = check_block(one, RUN)
    assert "values[1:]" in block_text("debugging", body=body).splitlines()[fault.line - 1]


@pytest.mark.parametrize(
    ("starter", "solution", "expected"),
    [
        (SOLUTION, SOLUTION, ["the check passes on the starter"]),
        ("def total(values): ...", "def total(values):\n    return 1", ["the check fails on the solution: Assertion"]),
        ("def total(values):\n    raise NotImplementedError", SOLUTION, []),
    ],
)
def test_the_solution_of_a_task_is_run(starter: str, solution: str, expected: list[str]) -> None:
    body = f"{WORDS}\n\n{code('starter', starter)}\n{code('solution', solution)}\n{code('check', CHECK)}"
    found = found_by_running(block("coding", body=body))
    assert len(found) == len(expected)
    assert all(what.startswith(begins) for what, begins in zip(found, expected, strict=True)), found


def test_the_numbers_of_a_design_are_run() -> None:
    (what,) = found_by_running(block("design", body=f"{WORDS}\n\n```python\nprint(5)\n```\n```output\n4\n```\n"))
    assert what.startswith("the proof prints something else")


def test_writers_check_single_files_by_hand(tmp_path: Path) -> None:
    def check(path: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "knowledge.check", path], capture_output=True, text=True, timeout=120, check=False
        )

    fine = check(INTERVIEWS_DIR / "packs" / "autograd-first-steps.yaml")
    assert (fine.returncode, fine.stderr) == (0, "1 files, 0 faults\n"), fine
    elsewhere = check(tmp_path)
    assert elsewhere.returncode == 2
    assert "is no file or folder of the corpus or of the interviews" in elsewhere.stderr


# What ships


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return load_corpus()


@pytest.fixture(scope="module")
def shipped(corpus: Corpus) -> Interviews:
    return load_interviews(corpus)


def test_what_ships_has_no_fault(shipped: Interviews) -> None:
    assert [str(fault) for fault in shipped.faults] == []


def test_there_are_enough_of_each_kind_to_meet_again_and_again(shipped: Interviews) -> None:
    blocks: Counter[str] = Counter(one.kind for one in shipped.blocks)

    assert len(shipped.packs) >= 25
    assert blocks["debugging"] >= 15
    assert blocks["design"] >= 10
    assert sum(pack.kind == "mixed" for pack in shipped.packs) >= 3


def test_packs_cover_every_topic_and_level(corpus: Corpus, shipped: Interviews) -> None:
    concepts = [pack for pack in shipped.packs if pack.kind == "concepts"]
    levels: Counter[Level] = Counter(pack.level for pack in concepts)

    assert {topic for pack in concepts for topic in pack.topics} == set(corpus.topics())
    assert min(levels[level] for level in get_args(Level)) >= 5
    assert len({pack.title for pack in shipped.packs}) == len(shipped.packs)


def test_a_pack_of_concepts_fills_45_minutes_and_leads_deeper(shipped: Interviews) -> None:
    for pack in shipped.packs:
        if pack.kind == "concepts":
            assert 5 <= len(pack.questions) <= 6, pack.id
            deepest = [question.follow_ups[-1].depth for question in pack.questions]
            assert deepest.count(3) >= 2, pack.id


def test_no_two_questions_are_said_in_the_same_words(shipped: Interviews) -> None:
    said = Counter(
        follow_up.say for pack in shipped.packs for question in pack.questions for follow_up in question.follow_ups
    )
    assert [words for words, times in said.items() if times > 1] == []


def test_blocks_were_run_on_the_pinned_torch(shipped: Interviews) -> None:
    import torch

    assert {one.torch for one in shipped.blocks} <= {torch.__version__.partition("+")[0]}
