"""`tutor grade` as people script against it: the real program in a process of its own."""

from __future__ import annotations

import json
import subprocess

from tests.cli.test_ask import TUTOR, answers, tutor

GOOD = (
    "eval() puts dropout and batch norm into inference behaviour but gradients are still tracked; no_grad() stops "
    "recording the graph, which saves memory, and does not change any layer. Call train() again afterwards."
)


def test_lines_are_graded_in_order_and_bad_ones_get_an_error() -> None:
    asked: list[bytes] = [
        json.dumps({"id": "evaluation-loop", "answer": GOOD}).encode(),
        b"not json",
        b'{"id": "evaluation-loop"}',
        b'{"id": "no-such-question", "answer": "x"}',
        b'{"id": 7, "answer": "x"}',
        b'{"answer": "x"}',
        b'{"question": "What?", "reference": " ", "answer": "x"}',
        b'{"id": "evaluation-loop", "answer": ""}',
        b'{"id": "evaluation-loop", "answer": "\\ud800"}',
        json.dumps(
            {
                "question": "What is a stack?",
                "reference": "A stack is a collection where the last element put in is the first taken out. "
                "Its operations are push and pop.",
                "answer": "A collection in which what was put in last is taken out first, by push and pop.",
            }
        ).encode(),
        json.dumps({"id": "evaluation-loop", "answer": "eval and no_grad " * 5000}).encode(),
    ]
    done = tutor("grade", "--json", "-", lines=b"\n".join(asked) + b"\n")

    assert done.returncode == 0
    replies = answers(done)
    assert ["error" in reply for reply in replies] == [False, *[True] * 6, *[False] * 4]
    assert "no-such-question" in str(replies[3]["error"])
    good, empty, referred = replies[0], replies[7], replies[9]
    assert set(good) == {"score", "verdict", "points"}
    points = good["points"]
    assert isinstance(points, list)
    assert all(set(point) == {"text", "covered", "score"} for point in points)
    assert good["verdict"] == "correct"
    assert (empty["score"], empty["verdict"]) == (0.0, "wrong")
    assert referred["verdict"] == "correct"
    assert isinstance(referred["points"], list)
    assert len(referred["points"]) == 2
    assert all(reply["verdict"] in ("correct", "partial", "wrong", "unsure") for reply in (*replies[:1], *replies[7:]))


def test_results_are_flushed_one_by_one() -> None:
    with subprocess.Popen(
        [TUTOR, "grade", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for answer in (GOOD, "no idea"):
            process.stdin.write(json.dumps({"id": "evaluation-loop", "answer": answer}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["verdict"] == ("correct" if answer == GOOD else "wrong")
        process.stdin.close()
        assert process.wait(20) == 0


def test_without_a_dash_it_is_wrong_usage() -> None:
    assert tutor("grade").returncode == 2
