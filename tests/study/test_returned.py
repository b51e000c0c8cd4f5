"""What a run left behind gets a harmless name, or is left out by name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.wire import RunFile
from bot.study.returned import LARGEST_TOGETHER, MOST, choose

PNG, GIF, WEBP = b"\x89PNG\r\n\x1a\nx", b"GIF89ax", b"RIFF1234WEBPx"


@pytest.mark.parametrize(
    ("path", "content", "name"),
    [
        ("figure_1.png", PNG, "figure_1.png"),
        ("out/figure 1.PNG", PNG, "out_figure_1.png"),
        ("virus.exe", PNG, "virus.exe.png"),
        ("a.webp", WEBP, "a.webp"),
        ("anim", GIF, "anim.gif"),
        ("SPOILER_SPOILER_x.gif", GIF, "x.gif"),
        ("notes", b"text", "notes.txt"),
        (".bashrc", b"text", "bashrc.txt"),
        ("page.html", b"<script>", "page.html.txt"),
        ("fake.png", b"text", "fake.png.txt"),
        ("данные.csv", b"1", "csv.csv"),
        ("model.pt", b"\xff\x00", "model.pt"),
        ("x" * 120 + ".npz", b"\xff", "x" * 60 + ".npz"),
    ],
)
def test_names(path: str, content: bytes, name: str) -> None:
    (named,) = choose([RunFile(path, content)]).all
    assert named.name == name
    assert named.content == content


def test_two_of_the_same_name_are_told_apart() -> None:
    found = choose([RunFile("a/b.txt", b"1"), RunFile("a_b.txt", b"2"), RunFile("output.txt", b"3")], b"printed")
    assert [named.name for named in found.all] == ["output.txt", "a_b.txt", "a_b-2.txt", "output-2.txt"]


def test_what_is_left_out_is_named_with_the_reason() -> None:
    found = choose([RunFile("a.exe", b"MZ\xff"), RunFile("b.txt", b""), RunFile("c.txt", b"1")])
    assert found.left_out == ("a.exe (not a kind of file that I pass on)", "b.txt (empty)")
    assert [named.name for named in found.files] == ["c.txt"]
    assert choose([RunFile("c.txt", b"1")], b"printed", barred="I may not").all == ()


def test_the_output_comes_first_then_images_until_the_message_is_full() -> None:
    many = [RunFile(f"{number:02}.txt", b"1") for number in range(9)] + [RunFile(f"{n}.png", PNG) for n in range(5)]
    found = choose(many, b"printed")
    assert len(found.images) == 5
    assert found.files[0].name == "output.txt"
    assert len(found.all) == MOST
    assert len(found.left_out) == 5
    large = choose([RunFile("a.pt", b"x" * (LARGEST_TOGETHER - 3))], b"long")
    assert large.left_out == ("a.pt (a message holds 10 MiB)",)


@given(st.lists(st.builds(RunFile, st.text(min_size=1, max_size=20), st.binary(min_size=1, max_size=12)), max_size=12))
def test_any_names_become_plain_and_different_ones(files: list[RunFile]) -> None:
    names = [named.name for named in choose(files).all]
    assert len(set(names)) == len(names) <= MOST
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*\.[a-z0-9]+", name), name
