"""What counts as a value, and when two ways of writing one are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.study import blanks


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("[2, 3]", "torch.Size([2, 3])"),
        ("2,3", "torch.Size([2, 3])"),
        ("(2, 3)", "(2, 3)"),
        ("torch.Size([4])", "[4]"),
        (" .5 ", "0.5"),
        ("`True`", "True"),
        ("true", "True"),
        ("float32", "torch.float32"),
        ("5001100010", "5,001,100,010"),
        ("[1, 0, 1]", "[1.0, 0.0, 1.0]"),
        ("-1", "-1.0"),
    ],
)
def test_values_written_otherwise_are_the_same(typed: str, printed: str) -> None:
    assert blanks.same_value(typed, printed)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("", "0"), ("False", "True"), ("[3, 2]", "[2, 3]"), ("2", "[2, 2]"), ("float64", "torch.float32"),
        ("float", "torch.float32"), ("-1", "1"), ("anything 2", "2"), ("None", "0"), ("0.51", "0.5"),
        ("32", "torch.float32"),
    ],
)  # fmt: skip
def test_other_values_are_not(typed: str, printed: str) -> None:
    assert not blanks.same_value(typed, printed)


@given(st.text(max_size=200), st.text(max_size=50))
def test_no_text_is_too_odd_to_compare(typed: str, printed: str) -> None:
    blanks.same_value(typed, printed)
    blanks.askable_values(printed)


def test_labels_inputs_and_error_messages_are_not_asked_for() -> None:
    output = "\n".join(
        (
            "lr 0.3: converged after 12 steps",
            "(2, 3) -> (3, 2)",
            "momentum=0.1 gives True",
            "tensor([1, 2]): torch.int64",
            "RuntimeError: size 3 does not match 4",
            "loss 0.693147",
        )
    )
    found = [value.text for value in blanks.askable_values(output)]
    assert found == ["12", "(3, 2)", "True", "torch.int64"]


def test_values_that_moved_are_not_read_from_the_wrong_place() -> None:
    values = blanks.askable_values("a: 1\nb: 2")
    assert blanks.printed_values("a: 3\nb: 4", values) == ("3", "4")
    assert blanks.printed_values("a: 3", values) is None
