"""Text for Discord: within its size, closed where it was opened, harmless."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui import text

ANY = st.text(alphabet=st.characters(codec=None), max_size=300) | st.text("`\\*_~|@<>#[]():. \n1ax", max_size=300)


@given(ANY, st.integers(60, 400))
def test_nothing_closes_a_code_block_early(code: str, limit: int) -> None:
    block = text.code_block(code, "py", limit)
    assert len(block) <= limit
    assert block.startswith("```py\n")
    assert block.endswith("\n```")
    assert "```" not in block[3:-3]


def test_a_cut_code_block_says_how_much_is_missing() -> None:
    block = text.code_block("\n".join(f"line {n}" for n in range(100)), limit=200)
    shown = len(re.findall(r"^line ", block, re.MULTILINE))
    assert block.endswith(f"… {100 - shown} more lines\n```")
    assert 5 < shown < 100


def test_one_endless_line_is_cut_too() -> None:
    assert text.code_block("x" * 5000, limit=100) == "```\n" + "x" * 91 + "…\n```"


@pytest.mark.parametrize(
    "hostile", ["# Big", "- item", "1. item", "> quote", "```py", "@everyone", "<@1>", "**b**", "||s||"]
)
def test_a_passage_keeps_its_lines_and_nothing_in_it_works(hostile: str) -> None:
    lines = text.passage(f"first\n{hostile}\n\nlast\n").split("\n")
    assert (lines[0], lines[-1], len(lines)) == ("> first", "> last", 4)
    assert lines[1] != f"> {hostile}"
    assert lines[1].replace("\\", "").replace("@\u200b", "@") == f"> {hostile}"


def test_a_long_passage_is_cut() -> None:
    assert text.passage("x" * 5000, 100) == f"> {'x' * 99}…"


def test_a_short_block_stays_as_it_is() -> None:
    assert text.code_block("print(1)", "py") == "```py\nprint(1)\n```"


@given(ANY)
def test_a_quote_is_one_harmless_line(words: str) -> None:
    quoted = text.quote(words)
    assert "\n" not in quoted
    bare = re.sub(r"\\.", "", quoted)
    assert not re.search(r"[*_~`|>#\[\]<:]|@(?!\u200b)", bare)
    assert len(quoted) <= 2 * 200 + 200


@given(ANY)
def test_visible_text_can_be_sent_and_has_no_hidden_directions(words: str) -> None:
    shown = text.visible(words)
    shown.encode("utf-8")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08]", shown)


@given(ANY, st.integers(20, 300))
def test_cut_markdown_fits_and_leaves_no_code_open(words: str, limit: int) -> None:
    cut = text.cut_markdown(words, limit)
    assert len(cut) <= limit
    if len(words) > limit and "`" in words.replace("```", ""):
        assert cut.replace("```", "").count("`") % 2 == 0 or words.count("`") % 2


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("What does __init__ do?", "What does \\_\\_init\\_\\_ do?"),
        ("What does `__init__` do?", "What does `__init__` do?"),
        ("Is a*b the same as a@b?", "Is a\\*b the same as a@b?"),
        ("Why x[[0, 2], [1, 3]]?", "Why x[[0, 2], [1, 3]]?"),
        ("Why `f[i](x)` and #2?", "Why `f[i](x)` and #2?"),
        ("[Free Nitro](https://evil.example) @everyone", "[Free Nitro\\]\\(https\\://evil.example) @\u200beveryone"),
        ("``[a](https://evil.example)", "\\`\\`[a\\]\\(https\\://evil.example)"),
        ("[a `b](https://evil.example) c`", "[a `b]\u200b(https://evil.example) c`"),
        ("# Moderators say", "\\# Moderators say"),
        ("-# small", "\\-# small"),
        ("1. first", "1\\. first"),
    ],
)
def test_titles_show_names_as_they_are(plain: str, shown: str) -> None:
    assert text.title(plain) == shown


@given(st.lists(st.sampled_from(["`", "``", "[", "a", "](", "https://evil.example", ")", " ", "\\"]), max_size=14))
def test_no_title_links(parts: list[str]) -> None:
    assert not re.search(r"\]\(\s*<?\w+:", text.title("".join(parts)))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.example/%0A%23%20Moderators%20say:%20@everyone", "# Moderators say: @\u200beveryone (x.example)"),
        ("https://x.example/a%E2%80%AEb%00c", "abc (x.example)"),
        ("https://docs.pytorch.org/%0A", "docs.pytorch.org"),
    ],
)
def test_what_stands_escaped_in_an_address_stays_in_its_name(url: str, name: str) -> None:
    assert text.link(url) == f"[{name}]({url})"


@pytest.mark.parametrize(
    ("plain", "shown"),
    [("Why `x`?", "Why x?"), ("a" * 30, "a" * 19 + "…"), ("``", "…"), ("\u200d", "…"), ("", "…")],
)
def test_there_is_always_something_to_choose(plain: str, shown: str) -> None:
    assert text.label(plain, 20) == shown


@pytest.mark.parametrize(
    ("score", "said"),
    [(1.0, "very sure · 99 %"), (0.8, "sure · 80 %"), (0.5, "fairly sure · 50 %"), (0.3, "not sure · 30 %"),
     (0.0, "a long shot · 1 %")],
)  # fmt: skip
def test_sureness_in_words_and_percent(score: float, said: str) -> None:
    assert text.sureness(score) == said


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://docs.pytorch.org/docs/2.13/generated/torch.Tensor.scatter_.html", "torch.Tensor.scatter_"),
        ("https://docs.pytorch.org/docs/2.13/notes/autograd.html", "autograd"),
        ("https://docs.pytorch.org/docs/2.13/tensors.html#torch.Tensor.view", "torch.Tensor.view"),
        ("https://docs.pytorch.org/docs/2.13/notes/cuda.html#memory-management", "cuda: memory management"),
        ("https://numpy.org/doc/stable/user/basics.broadcasting.html", "basics.broadcasting (numpy.org)"),
        ("https://example.org/", "example.org"),
        ("https://en.wikipedia.org/wiki/Softmax_function_(math)", "Softmax_function_(math) (en.wikipedia.org)"),
    ],
)
def test_links_have_short_names(url: str, name: str) -> None:
    shown = text.link(url)
    assert shown.startswith(f"[{name}](https://")
    assert shown.count("(") - name.count("(") == 1, "no parenthesis of the address ends the link"
