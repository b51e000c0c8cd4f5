"""What comes over the wire: round trips, and one sentence for everything that is wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox import eval_api
from bot.sandbox.errors import BadRun
from bot.sandbox.wire import MAX_FILES_IN, STATUSES, Readiness, RunFile, RunRequest, RunResult

NAMES = st.from_regex(r"[a-zA-Z0-9_]{1,20}(/[a-z]{1,5})?\.txt", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(TEXTS, st.dictionaries(NAMES, st.binary(max_size=50), max_size=4), st.none() | st.floats(0.1, 9))
def test_request_survives_the_wire(code: str, files: dict[str, bytes], timeout_s: float | None) -> None:
    request = RunRequest(code, files, timeout_s, 256, client="7")
    assert RunRequest.from_json(json.loads(json.dumps(request.to_json())), client="7") == request


@given(st.sampled_from(STATUSES), TEXTS, st.none() | TEXTS, st.binary(max_size=50))
def test_result_survives_the_wire(status: str, text: str, value: str | None, content: bytes) -> None:
    result = RunResult(
        status=status,  # type: ignore[arg-type]
        stdout=text,
        stderr=text,
        value=value,
        files=(RunFile("a.bin", content),),
        truncated=True,
        ms=12.5,
        explanation=value,
        question=value,
        memory_mb=3.5,
        returncode=137,
    )
    assert RunResult.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_readiness_survives_the_wire() -> None:
    readiness = Readiness(True, "full", ("pid", "user"), {"memory": "watch"}, 2, 1, 3)
    assert Readiness.from_json(json.loads(json.dumps(readiness.to_json()))) == readiness


@given(JSON)
def test_any_json_gives_a_request_or_one_sentence(body: object) -> None:
    for read in (RunRequest.from_json, eval_api.read_request):
        sentence = "."
        try:
            read(body, "")
        except BadRun as problem:
            sentence = str(problem)
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([], "JSON object"),
        ({}, "'code'"),
        ({"code": 1}, "'code'"),
        ({"code": "\ud800"}, "surrogate"),
        ({"code": "", "extra": 1}, "'extra'"),
        ({"code": "", "files": []}, "'files'"),
        ({"code": "", "files": {"a": "!"}}, "base64"),
        ({"code": "", "files": {"../a": ""}}, "plain relative path"),
        ({"code": "", "files": {"/a": ""}}, "plain relative path"),
        ({"code": "", "files": {"a\x00b": ""}}, "character that is not allowed"),
        ({"code": "", "files": {"": ""}}, "needs a name"),
        ({"code": "", "files": {"a/b/c/d/e": ""}}, "plain relative path"),
        ({"code": "", "files": {"a" * 200: ""}}, "too long"),
        ({"code": "", "files": {"a": "", "a/b": ""}}, "cannot lie in"),
        ({"code": "", "files": {f"{n}": "" for n in range(MAX_FILES_IN + 1)}}, "At most"),
        ({"code": "", "timeout_s": 0}, "'timeout_s'"),
        ({"code": "", "timeout_s": "1"}, "'timeout_s'"),
        ({"code": "", "timeout_s": True}, "'timeout_s'"),
        ({"code": "", "memory_mb": 1.5}, "'memory_mb'"),
        ({"code": "", "memory_mb": -1}, "'memory_mb'"),
    ],
)
def test_wrong_requests_are_told_what_is_wrong(body: object, words: str) -> None:
    with pytest.raises(BadRun, match=words):
        RunRequest.from_json(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"args": "print(1)"},
        {"args": ["-m", "timeit"]},
        {"args": ["main.py"]},
        {"args": []},
        {"input": 5},
        {"input": "1", "files": {"a": "b"}},
        {"input": "1", "files": [{"content": ""}]},
    ],
)
def test_wrong_evals_are_told_what_is_wrong(body: object) -> None:
    with pytest.raises(BadRun):
        eval_api.read_request(body, "")
