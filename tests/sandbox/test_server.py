"""The worker over HTTP as its clients see it."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.sandbox.worker_process import WorkerProcess


class Http:
    """Requests to the worker; answers are status, JSON and headers."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def post(self, path: str, **body: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401
        async with self._session.post(f"http://worker{path}", **body) as answer:
            return answer.status, await answer.json()

    async def run(self, code: str, **fields: object) -> dict[str, Any]:
        status, answer = await self.post("/run", json={"code": code, **fields})
        assert status == 200, answer
        return answer

    async def eval(self, **body: object) -> dict[str, Any]:
        status, answer = await self.post("/eval", json=body)
        assert status == 200, answer
        return answer

    async def get(self, path: str) -> tuple[int, str]:
        async with self._session.get(f"http://worker{path}") as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def http(worker: WorkerProcess) -> AsyncIterator[Http]:
    connector = aiohttp.UnixConnector(path=worker.url.removeprefix("unix:"))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Http(session)


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def test_run_answers_as_the_contract_says(http: Http) -> None:
    answer = await http.run("import torch\nprint('hi')\nopen('out.txt', 'w').write('x')\ntorch.arange(3) * 2")
    assert set(answer) >= {"status", "stdout", "stderr", "value", "files", "truncated", "ms"}
    assert (answer["status"], answer["stdout"], answer["stderr"]) == ("ok", "hi\n", "")
    assert answer["value"] == "tensor([0, 2, 4])"
    assert answer["files"] == [{"path": "out.txt", "size": 1, "content": b64("x")}]
    assert answer["truncated"] is False
    assert 0 < answer["ms"] < 10_000


async def test_files_are_given_and_only_changed_ones_come_back(http: Http) -> None:
    files = {"data/a.csv": b64("1,2"), "b.txt": b64("old"), "mine.py": b64("answer = 42")}
    code = "import mine\nopen('b.txt', 'w').write('new')\nprint(open('data/a.csv').read())\nmine.answer"
    answer = await http.run(code, files=files)
    assert (answer["stdout"], answer["value"]) == ("1,2\n", "42")
    assert [(file["path"], file["content"]) for file in answer["files"]] == [("b.txt", b64("new"))]


async def test_traceback_shows_the_users_lines_only(http: Http) -> None:
    code = "import torch\n\ndef f(x):\n    return torch.nn.functional.linear(x, torch.ones(2, 5))\n\nf(torch.ones(3))"
    answer = await http.run(code)
    lines = answer["stderr"].splitlines()
    assert lines[:2] == ["Traceback (most recent call last):", '  File "main.py", line 6, in <module>']
    assert [line for line in lines if line.startswith("  File")] == [
        '  File "main.py", line 6, in <module>',
        '  File "main.py", line 4, in f',
    ]
    assert lines[-1].startswith("RuntimeError: ")
    assert answer["status"] == "error"


async def test_traceback_keeps_the_cause_and_the_users_other_files(http: Http) -> None:
    helper = (
        "def go():\n    try:\n        1 / 0\n    except ZeroDivisionError as e:\n        raise KeyError(1) from e\n"
    )
    files = {"helper.py": b64(helper)}
    stderr = (await http.run("import helper\nhelper.go()", files=files))["stderr"]
    assert "ZeroDivisionError: division by zero" in stderr
    assert "direct cause" in stderr
    assert stderr.count("helper.py") == 2
    assert "bot/sandbox" not in stderr


async def test_mistakes_of_torch_are_explained_and_linked(http: Http) -> None:
    answer = await http.run("import torch\ntorch.ones(2, requires_grad=True).mul(2).backward()")
    assert answer["question"] == "backward-non-scalar"
    assert answer["explanation"].startswith("backward() starts from one number")
    assert (await http.run("1 / 0"))["explanation"] is None


async def test_open_figures_come_back(http: Http) -> None:
    code = "import matplotlib.pyplot as plt\nfor n in range(2):\n    plt.figure()\n    plt.plot([n, 2])\nplt.show()"
    answer = await http.run(code)
    assert answer["stderr"] == ""
    assert [file["path"] for file in answer["files"]] == ["figure_1.png", "figure_2.png"]
    assert all(base64.b64decode(file["content"]).startswith(b"\x89PNG") for file in answer["files"])


async def test_limits_can_be_lowered_but_not_raised(http: Http) -> None:
    answer = await http.run("import time\nprint('begun')\ntime.sleep(60)", timeout_s=0.5)
    assert (answer["status"], answer["stdout"]) == ("timeout", "begun\n")
    answer = await http.run("x = bytearray(b'1') * (700 << 20)\nlen(x)", memory_mb=100, timeout_s=5)
    assert answer["status"] == "memory"
    answer = await http.run("x = bytearray(b'1') * (2000 << 20)\nlen(x)", memory_mb=1 << 19, timeout_s=1e6)
    assert answer["status"] == "memory"


async def test_standard_input_is_empty(http: Http) -> None:
    answer = await http.run("input('name? ')")
    assert (answer["status"], answer["stdout"]) == ("error", "name? ")
    assert answer["stderr"].endswith("EOFError: EOF when reading a line\n")


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"data": b"\xff\xfe"}, 400, "not JSON"),
        ({"data": b"[" * 100_000}, 400, "not JSON"),
        ({"data": b""}, 400, "not JSON"),
        ({"json": {"cod": "1"}}, 400, "'cod'"),
        ({"json": {"code": "1", "files": {"a/../b": ""}}}, 400, "plain relative path"),
        ({"data": io.BytesIO(b" " * (1 << 20) + b"xx")}, 413, "1 MiB"),
    ],
)
async def test_bad_bodies_get_a_sentence(http: Http, body: dict[str, Any], status: int, words: str) -> None:
    got, answer = await http.post("/run", **body)
    assert got == status
    assert words in answer["error"]


async def test_code_of_nearly_a_mebibyte_runs(http: Http) -> None:
    answer = await http.run("x = 1\n" * 140_000 + "x")
    assert (answer["status"], answer["value"]) == ("ok", "1")


async def test_other_addresses_and_methods_are_refused_with_a_sentence(http: Http) -> None:
    assert (await http.get("/nothing"))[0] == 404
    status, answer = await http.get("/run")
    assert status == 405
    assert "POST" in answer


async def test_health_readiness_and_metrics(http: Http) -> None:
    await http.run("1")
    assert await http.get("/healthz") == (200, '{"alive": true}')
    status, text = await http.get("/readyz")
    assert status == 200
    assert '"isolation": "full"' in text
    status, text = await http.get("/metrics")
    assert status == 200
    ok = next(line for line in text.splitlines() if line.startswith('tutor_worker_runs_total{status="ok"}'))
    assert float(ok.split()[-1]) >= 1
    assert "tutor_worker_ready 1.0" in text


async def test_eval_takes_snekbox_requests(http: Http) -> None:
    code = "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint(sys.argv)\n7"
    expected = {"stdout": "out\nerr\n['main.py']\n", "returncode": 0, "files": []}
    assert await http.eval(input=code) == expected
    assert await http.eval(args=["-c", "print(1)"]) == {"stdout": "1\n", "returncode": 0, "files": []}
    files = [{"path": "main.py", "content": b64("import sys\nprint(sys.argv[1:])\nopen('o.txt', 'w').write('y')")}]
    answer = await http.eval(args=["main.py", "a"], files=files)
    assert answer == {
        "stdout": "['a']\n",
        "returncode": 0,
        "files": [{"path": "o.txt", "size": 1, "content": b64("y")}],
    }


@pytest.mark.parametrize(
    ("code", "returncode"),
    [
        ("raise SystemExit(3)", 3),
        ("1 / 0", 1),
        ("import os; os.kill(os.getpid(), 9)", 137),
        ("import os; os.abort()", 134),
    ],
)
async def test_eval_gives_the_exit_status_as_a_shell_would(http: Http, code: str, returncode: int) -> None:
    assert (await http.eval(input=code))["returncode"] == returncode
