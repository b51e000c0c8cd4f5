"""`tutor backup`, `restore`, `export` and `forget`: the real program, beside a bot that has the database open."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import zipfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from bot.settings import CHECKOUT, Settings
from bot.store import Store, sqlite_url
from bot.upkeep import put_back, save
from tests.cli.test_ask import tutor

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
ME, OTHER = 311111111111111111, 322222222222222222
Result = TypeVar("Result")


class House:
    """A data folder with a database in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def tutor(self, *arguments: str, lines: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return tutor(*arguments, lines=lines, TUTOR_DATA_DIR=str(self.folder), PYTHONPATH=str(CHECKOUT))

    def store(self, work: Callable[[Store], Awaitable[Result]]) -> Result:
        async def run() -> Result:
            store = await Store.open(sqlite_url(self.folder / "tutor.db"))
            try:
                return await work(store)
            finally:
                await store.aclose()

        return asyncio.run(run())

    def vote(self, user_id: int) -> None:
        self.store(lambda store: store.votes.cast(user_id, "leaf", 10, 1))

    def votes(self) -> int:
        return self.store(lambda store: store.votes.count("leaf")).up


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "data")


def test_what_is_saved_into_a_file_is_put_back_and_what_was_there_is_kept(house: House, tmp_path: Path) -> None:
    house.vote(ME)
    file = tmp_path / "backup.zip"
    saved = house.tutor("backup", str(file))
    assert (saved.returncode, saved.stdout) == (0, b""), saved.stderr
    assert saved.stderr.decode().startswith("Saved 1 row of ")
    house.vote(OTHER)

    restored = house.tutor("restore", str(file))

    assert (restored.returncode, restored.stdout) == (0, b""), restored.stderr
    assert restored.stderr.decode().startswith("Put back 1 row of ")
    assert house.votes() == 1
    (before,) = house.folder.glob("before-restore-*.zip")
    assert str(before) in restored.stderr.decode()
    assert house.tutor("restore", str(before)).returncode == 0
    assert house.votes() == 2


def test_what_was_kept_a_moment_ago_can_be_put_back_at_once(house: House, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    settings = Settings.model_validate({"data_dir": house.folder})
    house.vote(ME)
    save(settings, str(file))
    house.vote(OTHER)
    for _ in range(3):
        kept = {*house.folder.glob("before-restore-*.zip")}
        put_back(settings, str(file))
        (file,) = {*house.folder.glob("before-restore-*.zip")} - kept
    assert house.votes() == 1
    put_back(settings, str(file))
    assert house.votes() == 2, "as it was before the last of them"


def test_a_backup_goes_through_a_pipe_to_another_machine(house: House, tmp_path: Path) -> None:
    house.vote(ME)
    saved = house.tutor("backup", "-")
    assert saved.returncode == 0
    with zipfile.ZipFile(io.BytesIO(saved.stdout)) as opened:
        assert opened.testzip() is None
    fresh = House(tmp_path / "fresh")
    restored = fresh.tutor("restore", "-", lines=saved.stdout)
    assert restored.returncode == 0, restored.stderr
    assert fresh.votes() == 1
    assert not list(fresh.folder.glob("tmp*")), "nothing is left of the way"


def test_what_goes_wrong_is_one_sentence_and_exit_code_1(house: House, tmp_path: Path) -> None:
    house.vote(ME)
    diary = tmp_path / "diary.zip"
    diary.write_bytes(b"dear diary")
    for arguments, lines, said in (
        (("restore", str(diary)), b"", "diary.zip is not a backup of Torch Tutor"),
        (("restore", "-"), b"dear diary", "What came in is not a backup of Torch Tutor"),
        (("restore", str(tmp_path / "nowhere.zip")), b"", "nowhere.zip"),
        (("backup", str(tmp_path / "nowhere" / "backup.zip")), b"", "could not be written"),
        (("export", str(ME), str(tmp_path / "nowhere" / "x.zip")), b"", "x.zip"),
    ):
        done = house.tutor(*arguments, lines=lines)
        assert done.returncode == 1, arguments
        assert done.stdout == b""
        assert said in done.stderr.decode()
        assert len(done.stderr.splitlines()) == 1
    assert house.votes() == 1
    assert not list(house.folder.glob("before-restore-*"))


@pytest.mark.parametrize(
    "arguments", [("backup",), ("restore",), ("forget", "somebody"), ("forget", "-1"), ("export", "1")]
)
def test_wrong_usage_is_exit_code_2(house: House, arguments: tuple[str, ...]) -> None:
    assert house.tutor(*arguments).returncode == 2


def test_nothing_to_save_is_said(house: House, tmp_path: Path) -> None:
    done = house.tutor("backup", str(tmp_path / "backup.zip"))
    assert done.returncode == 1
    assert "is empty: no bot has used it yet" in done.stderr.decode()


def test_one_person_is_handed_out_and_forgotten(house: House, tmp_path: Path) -> None:
    house.vote(ME)
    house.vote(OTHER)
    file = tmp_path / "mine.zip"
    assert house.tutor("export", str(ME), str(file)).returncode == 0
    with zipfile.ZipFile(file) as opened:
        (vote,) = json.loads(opened.read("votes.json"))
    assert vote["user_id"] == ME

    done = house.tutor("forget", str(ME))

    assert done.returncode == 0
    assert f"Deleted 1 row about {ME}." in done.stderr.decode()
    assert house.votes() == 1
