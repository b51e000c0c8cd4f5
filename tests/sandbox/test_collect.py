"""Files out of a folder that an enemy has filled."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bot.sandbox.collect import collect

Take = Callable[..., tuple[list[str], bool]]


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Take]:
    """Collects from the test's folder; the names and whether some were left out."""
    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)

    def run(before: Mapping[str, bytes] | None = None, files: int = 32, size: int = 1000) -> tuple[list[str], bool]:
        found, left_out = collect(folder, before or {}, files, size)
        return [file.path for file in found], left_out

    yield run
    os.close(folder)


def test_new_and_changed_files_come_back_and_unchanged_ones_do_not(tmp_path: Path, take: Take) -> None:
    for name, text in {"same.txt": "1", "changed.txt": "2", "new.txt": "3"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.txt").write_text("4")
    os.utime(tmp_path / "changed.txt", (0, 0))
    names, left_out = take({"same.txt": b"1", "changed.txt": b"0"})
    assert (names, left_out) == (["changed.txt", "new.txt", "sub/deep.txt"], False)


def test_links_pipes_and_sockets_are_passed_over(tmp_path: Path, take: Take) -> None:
    outside = tmp_path.parent / "outside.txt"
    outside.write_text("secret")
    (tmp_path / "link").symlink_to(outside)
    (tmp_path / "folder").symlink_to(tmp_path.parent)
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(tmp_path / "door"))
        assert take() == ([], False)


def test_odd_names_are_passed_over(tmp_path: Path, take: Take) -> None:
    for name in (b".hidden", b"bad\xff", b"new\nline", b"back\\slash", b"esc\x1b[31m", "right\u202eleft".encode()):
        with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:
            file.write(b"x")
    (tmp_path / "good ü.txt").write_text("x")
    assert take() == (["good ü.txt"], False)


def test_limits_are_kept_and_told(tmp_path: Path, take: Take) -> None:
    for number in range(5):
        (tmp_path / f"{number}.bin").write_bytes(b"x" * 10)
    assert take(files=3) == (["0.bin", "1.bin", "2.bin"], True)
    assert take(size=25) == (["0.bin", "1.bin"], True)
    with (tmp_path / "a.bin").open("wb") as file:
        file.truncate(1 << 40)
    assert take() == (["0.bin", "1.bin", "2.bin", "3.bin", "4.bin"], True)


def test_deep_folders_end_somewhere(tmp_path: Path, take: Take) -> None:
    deep = tmp_path
    for _ in range(50):
        deep = deep / "d"
        deep.mkdir()
        (deep / "f").write_text("x")
    names, _ = take()
    assert names == ["d/f", "d/d/f", "d/d/d/f"]
