"""What `tutor check` runs, it runs in the real jail; on a machine without one it says so and runs it all the same."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bot.local_runs import Check, check_in_jail
from bot.settings import Settings
from knowledge.interview_blocks import BlockKind
from knowledge.interview_checks import check_block
from knowledge.interview_parsing import parse_block
from tests.knowledge.interview_files import TOPICS, block_text
from tests.sandbox.conftest import why_no_jail

UNSEEN = ["the check passes on the program with only this fault left in"]


def checks() -> list[Check]:
    """A block of each kind, and one whose check overlooks a fault."""
    found: list[Check] = []
    kinds: list[BlockKind] = ["debugging", "coding", "design", "debugging"]
    texts = [block_text(kind) for kind in kinds]
    texts[-1] = texts[-1].replace("assert total([2, 3]) == 5", "assert True")
    for kind, text in zip(kinds, texts, strict=True):
        block, faults = parse_block(text, Path("adding-up.md"), kind, TOPICS)
        assert block is not None, faults
        found.append(partial(check_block, block))
    return found


def settings_in(folder: Path, **others: object) -> Settings:
    return Settings.model_validate({"data_dir": folder, "worker_slots": 2, "log_level": "warning", **others})


@pytest.mark.skipif(why_no_jail() is not None, reason=str(why_no_jail()))
def test_blocks_are_run_in_the_jail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [fault.what for fault in check_in_jail(settings_in(tmp_path), checks())] == UNSEEN
    assert capsys.readouterr().err == ""


def test_without_a_worker_they_are_run_in_plain_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = settings_in(tmp_path, worker_url=f"unix:{tmp_path / 'nobody'}")

    assert [fault.what for fault in check_in_jail(nowhere, checks())] == UNSEEN
    assert "run in plain processes instead" in capsys.readouterr().err
