"""The command line as people script against it: the real program in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TUTOR = Path(sys.executable).with_name("tutor")


def tutor(*arguments: str, lines: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [TUTOR, *arguments], input=lines, capture_output=True, timeout=120, check=False, env=os.environ | environment
    )


def answers(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_question_as_json() -> None:
    done = tutor("ask", "--json", "Why", "do", "I", "need", "zero_grad?")

    assert done.returncode == 0
    (answer,) = answers(done)
    assert set(answer) == {"q", "verdict", "hits", "ms"}
    assert answer["q"] == "Why do I need zero_grad?"
    assert answer["verdict"] == "answer"
    hits = answer["hits"]
    assert isinstance(hits, list)
    assert 1 <= len(hits) <= 5
    assert set(hits[0]) == {"id", "question", "topic", "score", "answer"}
    assert hits[0]["id"] == "gradient-accumulation"
    assert 0.5 <= hits[0]["score"] <= 1


def test_lines_are_answered_in_order_and_bad_ones_get_an_error() -> None:
    lines = [
        b'{"q": "What is a leaf tensor?"}',
        b"not json",
        b'["a", "list"]',
        b"{}",
        b'{"q": 3}',
        b'{"q": "\xff\xfe"}',
        b"[" * 100_000,
        b'{"q": ' + b"9" * 5000 + b"}",
        b'{"q": "\\ud800"}',
        b"",
        b'{"q": "How do I bake bread?"}',
    ]
    done = tutor("ask", "--json", "-", lines=b"\n".join(lines) + b"\n")

    assert done.returncode == 0
    replies = answers(done)
    assert [("error" in reply) for reply in replies] == [False, *[True] * 7, False, False]
    assert replies[0]["q"] == "What is a leaf tensor?"
    assert replies[-1]["verdict"] != "answer"


def test_answers_are_flushed_one_by_one() -> None:
    with subprocess.Popen(
        [TUTOR, "ask", "--json", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for asked in ("What is a leaf tensor?", "What is dropout?"):
            process.stdin.write(json.dumps({"q": asked}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["q"] == asked
        process.stdin.close()
        assert process.wait(20) == 0


def test_a_person_reads_the_answer_with_its_proof() -> None:
    done = tutor("ask", "Why do I need zero_grad?")
    shown = done.stdout.decode()
    assert done.returncode == 0
    assert "accumulated: 2.0" in shown
    assert "docs.pytorch.org" in shown


@pytest.mark.parametrize(
    ("question", "expected"),
    [("How do I bake bread?", "I don't know that one"), ("🎉", "I don't know that one")],
)
def test_a_person_reads_that_it_is_not_known(question: str, expected: str) -> None:
    assert expected in tutor("ask", question).stdout.decode()


def test_questions_are_listed_with_what_the_contract_says() -> None:
    listed = answers(tutor("questions", "--json"))
    assert len(listed) >= 120
    assert {"id", "question", "topic", "level", "key_points", "sources", "proofs"} == set(listed[0])


def test_a_question_with_brackets_is_shown_whole() -> None:
    shown = tutor("ask", "Why does x[idx] += 1 miscount when idx contains repeated indices?").stdout.decode()
    assert "x[idx] += 1 miscount" in shown


def test_a_reader_who_has_seen_enough_ends_it_quietly() -> None:
    # Far more than a pipe holds, so that the writer still writes when its reader has gone.
    with subprocess.Popen([TUTOR, "questions", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0


def test_wrong_usage_and_wrong_settings_have_their_exit_codes() -> None:
    assert tutor("nonsense").returncode == 2
    assert tutor("ask", "--json").returncode == 2
    wrong = tutor("ask", "--json", "hello", TUTOR_DEVICE="toaster")
    assert wrong.returncode == 1
    assert wrong.stderr.decode().startswith("TUTOR_DEVICE=toaster is not allowed")
    unknown = tutor("ask", "--json", "hello", TUTOR_DEVCE="cpu")
    assert unknown.returncode == 1
    assert "TUTOR_DEVICE" in unknown.stderr.decode()


def test_a_data_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = tutor("ask", "--json", "hello", TUTOR_DATA_DIR=str(tmp_path / "file"))
    assert done.returncode == 1
    assert len(done.stderr.decode().strip().splitlines()) == 1
