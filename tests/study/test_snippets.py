"""Which code somebody means, and whether it waits for a keyboard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study import snippets

MESSAGES = {
    "one labelled block": ("look\n```py\nx = 1\n```", "x = 1"),
    "a block without label": ("```\nx = 1\n```", "x = 1"),
    "a block on one line": ("```x = 1```", "x = 1"),
    "labelled blocks in order, output left out": ("```py\na\n```\n```\n1\n```\n```Python\nb\n```", "a\n\nb"),
    "blocks without label in order": ("```\na\n```\n```\nb\n```", "a\n\nb"),
    "another language": ("```bash\nls\n```", None),
    "another language beside ours": ("```bash\nls\n```\n```py\na\n```", "a"),
    "an unclosed block": ("```py\na", None),
    "an empty block": ("```py\n\n```", None),
    "no block": ("x = 1", None),
    "inline code among words": ("what is `x`?", None),
    "an indented block": ("```py\n    if x:\n        y\n```", "if x:\n    y"),
    "inner lines stay": ("```py\n\na\n\n\nb\n\n```", "a\n\n\nb"),
    "a session": ("```pycon\n>>> def f():\n...     return 1\n...\n>>> f()\n1\n```", "def f():\n    return 1\n\nf()"),
}


@pytest.mark.parametrize(("message", "code"), MESSAGES.values(), ids=MESSAGES.keys())
def test_the_code_of_a_message(message: str, code: str | None) -> None:
    assert snippets.code_in(message) == code


def test_inline_code_counts_only_alone_and_where_it_may() -> None:
    assert snippets.code_in(" `x` ", inline=True) == "x"
    assert snippets.code_in("``x``", inline=True) == "x"
    assert snippets.code_in("`x`") is None
    assert snippets.code_in("`x` and `y`", inline=True) is None


@given(st.text(alphabet="`py\n x>.", max_size=60))
def test_any_mix_of_fences_is_read_without_leaving_one_in_the_code(message: str) -> None:
    assert "```" not in (snippets.code_in(message, inline=True) or "")
    assert "```" not in snippets.typed(f"```py\n{message.replace('`', '')}\n```")


def test_what_was_typed_loses_its_fence_alone() -> None:
    assert snippets.typed("```py\na\n```\n") == "a"
    assert snippets.typed("  a\r\n  b") == "  a\n  b"
    assert snippets.typed("```py\na\n```\nb") == "```py\na\n```\nb"
    assert snippets.typed("x = '''```'''") == "x = '''```'''"


@pytest.mark.parametrize("words", ["run", "Run this", "please run it!", "run that."])
def test_asking_to_run(words: str) -> None:
    assert snippets.asks_to_run(words)


@pytest.mark.parametrize("words", ["", "how do I run this?", "running", "run away"])
def test_not_asking_to_run(words: str) -> None:
    assert not snippets.asks_to_run(words)


def test_files_are_utf_8_with_or_without_a_mark() -> None:
    assert snippets.decoded("\ufeffä\r\nb".encode()) == "ä\nb"
    with pytest.raises(UnicodeDecodeError):
        snippets.decoded("ä".encode("latin-1"))


@pytest.mark.parametrize(
    "code",
    ["x = input('?')", "import sys\nsys.stdin.read()", "from sys import argv, stdin", "for x in sys.stdin: pass"],
)
def test_code_that_waits_for_the_keyboard(code: str) -> None:
    assert snippets.reads_keyboard(code)


@pytest.mark.parametrize(
    "code",
    [
        "model(input)",
        "# input()",
        "def input(x): ...\ninput(1)",
        "input = lambda: 1\ninput()",
        "from a import b as input\ninput()",
        "self.input(x)",
        "my_input(x)",
        "input_size = 3",
        "sys.stdin_data",
    ],
)
def test_code_that_does_not(code: str) -> None:
    assert not snippets.reads_keyboard(code)


def test_the_box_counts_as_discord_may() -> None:
    assert snippets.fits_box("x" * 4000)
    assert not snippets.fits_box("x" * 4001)
    assert not snippets.fits_box("🔥" * 2001)
    assert snippets.fits_box("\ud800")
