"""What docs/security.md points at exists, and it leaves no layer and no file of attacks out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.sandbox.layers import LAYERS

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "security.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_in_the_threat_model(layer: str) -> None:
    assert f"`{layer}`" in PAGE


@pytest.mark.parametrize("category", sorted(path.name for path in (HERE / "abuse").glob("*.yaml")))
def test_every_file_of_attacks_is_named(category: str) -> None:
    assert f"`abuse/{category}`" in PAGE


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(abuse/[\w-]+\.yaml|test_\w+\.py)`", PAGE))))
def test_every_file_that_is_named_exists(name: str) -> None:
    assert (HERE / name).is_file()


@pytest.mark.parametrize("start", sorted(set(re.findall(r"`(test_\w+)…", PAGE))))
def test_every_test_that_is_named_exists(start: str) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))
    assert f"def {start}" in sources
