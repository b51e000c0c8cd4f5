"""The bot's own worker: started, used, and gone."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from bot.sandbox.client import WorkerClient
from bot.sandbox.errors import WorkerUnavailable
from bot.sandbox.local import LocalWorker
from bot.sandbox.wire import RunRequest
from tests.sandbox.worker_process import descendants


async def test_local_worker_runs_code_and_leaves_nothing_behind(jail: None, tmp_path: Path) -> None:
    before = set(descendants(os.getpid()))
    environ = {
        **os.environ,
        "DISCORD_TOKEN": "tok-123",
        "TUTOR_DATABASE_URL": "postgres://x",
        "TUTOR_WORKER_SLOTS": "1",
    }
    worker = LocalWorker(tmp_path / "deep" / "data", environ)
    await worker.start()
    inside = set(descendants(os.getpid())) - before
    assert len(inside) >= 4
    for pid in inside:
        try:
            environment = Path(f"/proc/{pid}/environ").read_bytes()  # noqa: ASYNC240
        except OSError:
            continue
        assert b"tok-123" not in environment
        assert b"postgres" not in environment
    client = WorkerClient([worker.url])
    assert (await client.run(RunRequest("6 * 7"))).value == "42"
    await client.aclose()
    await worker.aclose()
    assert os.listdir(tmp_path / "deep" / "data") == []
    await asyncio.sleep(0)
    assert set(descendants(os.getpid())) - before == set()


async def test_a_deep_folder_is_no_problem(jail: None, tmp_path: Path) -> None:
    worker = LocalWorker(tmp_path / ("d" * 90), {"TUTOR_WORKER_SLOTS": "1", "PATH": os.environ["PATH"]})
    await worker.start()
    assert len(worker.url) < 100
    await worker.aclose()


async def test_an_unstarted_worker_has_no_address(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        _ = LocalWorker(tmp_path).url


async def test_elsewhere_than_on_linux_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(WorkerUnavailable, match="docker compose up worker"):
        await LocalWorker(tmp_path).start()
