"""What the tests of the whole house share."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.process import ROOT


@pytest.fixture(scope="session")
def prepared() -> Path:
    """The checkout's own data folder with the model and the index in it, as `scripts/test` leaves it."""
    subprocess.run([sys.executable, "-m", "bot", "prepare"], cwd=ROOT, check=True, capture_output=True)
    return ROOT / ".data"


@pytest.fixture
def data_folder(prepared: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own in which nothing has to be built."""
    folder = tmp_path / "data"
    folder.mkdir()
    for kept in ("models", "index"):
        if (prepared / kept).is_dir():
            shutil.copytree(prepared / kept, folder / kept, copy_function=_link)
    return folder


def _link(source: str, target: str) -> None:
    Path(target).symlink_to(source)
