"""The loader reads what is right, and names file and line of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.questions import load_corpus, parse_question, read_question
from tests.knowledge.conftest import ANSWER, PROOF, question_text, write_question

HERE = Path("sums/sum-of-ones.md")


def faults_of(text: str) -> list[str]:
    question, faults = parse_question(text, HERE)
    assert (question is None) == bool(faults)
    return [str(fault) for fault in faults]


def test_a_valid_file_gives_all_its_parts() -> None:
    question, faults = parse_question(question_text(), HERE)

    assert not faults
    assert question is not None
    assert question.id == "sum-of-ones"
    assert question.asks == ("how much is sum-of-ones", "total of sum-of-ones")
    assert question.misconceptions[1].right == "It gives a tensor."
    assert question.answer == ANSWER.strip()
    assert question.proofs[0].output == "sum: 3.0\n"
    line = question_text().splitlines()[question.proofs[0].line - 1]
    assert line == "```python"


@pytest.mark.parametrize(
    ("replaced", "expected"),
    [
        ({"level": "level: expert"}, "sums/sum-of-ones.md:5: level must be one of junior, mid, senior"),
        ({"id": "id: other"}, "sums/sum-of-ones.md:2: id 'other' must be the file's name"),
        ({"id": "id: Sum_Of"}, "sums/sum-of-ones.md:2: id must be lower-case words"),
        ({"topic": "topic: tensors"}, "sums/sum-of-ones.md:4: topic 'tensors' must be the folder's name"),
        ({"question": "question: " + "why " * 60}, ":3: question has 239 characters"),
        ({"question": ""}, "question is missing"),
        ({"question": "question:"}, ":3: question is empty"),
        ({"question": "question: 12"}, ":3: question must be text (quote it), not 12"),
        ({"asks": "asks: [only one]"}, ":6: asks has 1 entries; at least 2 are wanted"),
        ({"asks": "asks: just text"}, ":6: asks must be a list of texts"),
        ({"key_points": "key_points: [a: b, c]"}, ":7: key_points must be a list of texts"),
        ({"misconceptions": "misconceptions: [wrong]"}, ":8: misconceptions must be a list of pairs"),
        ({"sources": "sources: [http://example.com]"}, "a source must be one https:// link"),
        ({"torch": 'torch: "2.13.0"\nextra: 1'}, ":14: extra is no field of a question"),
        ({"level": "level: junior\nlevel: mid"}, ":6: level is given twice"),
        ({"level": "level: [junior"}, "is not YAML"),
        ({"level": "level: \x00"}, "is not YAML"),
        ({"body": f"Too short.\n\n{PROOF}"}, ":15: the answer has 2 words; 60 to 200 are wanted"),
        ({"body": f"{ANSWER}\n"}, ":15: has no proof"),
        ({"body": f"{ANSWER}\n\n```python\nprint(1)\n```\n"}, ":17: a proof is a ```python block directly followed"),
        ({"body": f"{ANSWER}\n\n{PROOF.replace('sum: 3.0', '')}"}, "the proof prints nothing"),
        ({"body": f"{ANSWER}\n\n{PROOF.replace('import torch', 'import')}"}, ":18: the proof is not Python"),
        ({"body": f"{ANSWER}\n\n{PROOF}\nAnd one more thing.\n"}, "text after the last proof"),
        ({"body": f"{ANSWER}\n\n{PROOF}\nNow look:\n\n{PROOF}"}, "text between proofs"),
    ],
)
def test_each_fault_is_named_with_its_line(replaced: dict[str, str], expected: str) -> None:
    assert any(expected in fault for fault in faults_of(question_text(**replaced))), faults_of(
        question_text(**replaced)
    )


@given(st.text())
def test_no_text_at_all_breaks_the_loader(text: str) -> None:
    question, faults = parse_question(text, HERE)
    assert question is None
    assert faults


@given(st.data())
def test_a_damaged_file_never_raises_and_every_fault_lies_inside_it(data: st.DataObject) -> None:
    whole = question_text()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 40)))
    damaged = whole[:start] + data.draw(st.text(max_size=20)) + whole[end:]

    question, faults = parse_question(damaged, HERE)

    assert (question is None) == bool(faults)
    lines = damaged.count("\n") + 1
    assert all(1 <= fault.line <= lines + 1 and fault.path == HERE for fault in faults)


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = write_question(tmp_path)
    path.write_bytes(b"---\nid: sum\n\xff\xfe")

    question, faults = read_question(path)

    assert question is None
    assert str(faults[0]) == f"{path}:3: is not UTF-8 text"


def test_faulty_files_do_not_hide_the_others(tmp_path: Path) -> None:
    write_question(tmp_path, "sum-of-ones")
    write_question(tmp_path, "sum-of-twos", level="level: expert")

    corpus = load_corpus(tmp_path)

    assert [question.id for question in corpus.questions] == ["sum-of-ones"]
    assert [fault.path.name for fault in corpus.faults] == ["sum-of-twos.md"]


def test_references_between_files_are_checked(tmp_path: Path) -> None:
    write_question(tmp_path, "sum-of-ones", follow_ups="follow_ups: [sum-of-twos, nowhere]")
    write_question(tmp_path, "sum-of-twos", asks="asks: [How much is sum-of-ones?, another way]")

    faults = [str(fault) for fault in load_corpus(tmp_path).faults]

    assert len(faults) == 2
    assert "sum-of-ones.md:11: follow-up 'nowhere' is no other question" in faults[0]
    assert "sum-of-twos.md:6: 'How much is sum-of-ones?' is asked by 'sum-of-ones' already" in faults[1]


def test_an_id_that_two_topics_use_is_named(tmp_path: Path) -> None:
    write_question(tmp_path, "sum-of-ones", "sums")
    write_question(tmp_path, "sum-of-ones", "totals")

    assert any("is already used by" in fault.what for fault in load_corpus(tmp_path).faults)


def test_front_matter_without_fields_misses_all_of_them() -> None:
    faults = faults_of(f"---\n{{}}\n---\n{ANSWER}\n\n{PROOF}")
    assert f"{HERE}:1: id is missing" in faults
    assert len(faults) == 10
