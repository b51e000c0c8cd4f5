"""Identifiers survive whole, plain words are stemmed, typos are repaired."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.words import Speller, expanded_terms, identifiers, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scatter_", {"scatter"}),
        ("nn.BatchNorm2d", {"batchnorm2d", "batch", "norm"}),
        ("F.nll_loss", {"nll_loss", "nll", "loss"}),
        ("torch.utils.data.DataLoader", {"dataloader", "data", "loader"}),
        ("What is the difference between gradients and a gradient?", {"gradient"}),
    ],
)
def test_terms_of_names_and_words(text: str, expected: set[str]) -> None:
    assert expected <= set(terms(text))
    assert not {"the", "what", "between"} & set(terms(text))


def test_a_name_is_the_same_with_and_without_its_module() -> None:
    assert identifiers("F.nll_loss") == identifiers("torch.nn.functional.nll_loss") == {"nll_loss"}
    assert identifiers("why is my loss not going down") == set()


def test_short_forms_find_their_long_forms() -> None:
    assert set(terms("DistributedDataParallel")) <= set(expanded_terms("how does DDP work"))


def test_singular_and_plural_meet() -> None:
    for one, other in (("tensors", "tensor"), ("normalisation", "normalization"), ("freezing", "freeze")):
        assert set(terms(one)) == set(terms(other))


SPELLER = Speller(
    {"gradient": 9, "dataloader": 5, "dropout": 7, "zero_grad": 3, "backward": 4}, {"background", "grade"}
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gradeint", "gradient"),
        ("datalaoder is slow", "dataloader is slow"),
        ("dropuot", "dropout"),
        ("background", "background"),
        ("optimizer.zero_grd()", "optimizer.zero_grad()"),
        ("cuda", "cuda"),
    ],
)
def test_typos_are_repaired_and_right_words_are_left(typed: str, meant: str) -> None:
    assert SPELLER.repair(typed) == meant


@given(st.text(max_size=200))
def test_any_text_has_terms_and_can_be_repaired(text: str) -> None:
    assert all(term for term in expanded_terms(SPELLER.repair(text)))
