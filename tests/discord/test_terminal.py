"""What stays of what a program printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.terminal import settled


@pytest.mark.parametrize(
    ("printed", "stays"),
    [
        ("plain\ntext\n", "plain\ntext\n"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.example\x07link\x1b]8;;\x1b\\", "link"),
        ("\x1b[2J\x1b[Hhome", "home"),
        ("\x9b31mred", "red"),
        ("\x1bPdata\x1b\\after", "after"),
        ("\x1b(Bcharset\x1bc", "charset"),
        ("unfinished \x1b[", "unfinished "),
        ("a\r\nb\r\n", "a\nb\n"),
        ("10%\r50%\r100%\ndone", "100%\ndone"),
        ("100%\r", "100%"),
    ],
)
def test_what_stays(printed: str, stays: str) -> None:
    assert settled(printed) == stays


@given(st.text(alphabet="\x1b[]0;m\x07\r\nab\x9b\\P", max_size=40))
def test_no_escape_survives(printed: str) -> None:
    assert "\x1b" not in settled(printed)
