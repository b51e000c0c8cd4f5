"""Every common exception of torch, raised for real in this process, is explained, and its question exists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from bot.sandbox.explain import RULES, Rule, explain

CORPUS = Path(__file__).parents[2] / "knowledge" / "corpus"


def change_a_leaf() -> None:
    x = torch.ones(2, requires_grad=True)
    x += 1


def change_part_of_a_leaf() -> None:
    x = torch.ones(2, requires_grad=True)
    x[0] = 5


def change_what_backward_needs() -> None:
    y = torch.ones(2, requires_grad=True).exp()
    y.add_(1)
    y.sum().backward()  # type: ignore[no-untyped-call]


def go_back_twice() -> None:
    loss = (torch.ones(2, requires_grad=True) ** 2).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    loss.backward()  # type: ignore[no-untyped-call]


def two_devices() -> None:
    torch.ones(2) + torch.ones(2, device="meta")


def load_other_sizes() -> None:
    nn.Linear(2, 2).load_state_dict({"weight": torch.ones(2, 3), "bias": torch.ones(2)})


def load_other_names() -> None:
    nn.Linear(2, 2).load_state_dict({"module.weight": torch.ones(2, 2), "module.bias": torch.ones(2)})


ones = torch.ones
RAISED: list[tuple[Callable[[], object], str]] = [
    (lambda: ones(2, 3) @ ones(2, 3), "shape-mismatch-error"),
    (lambda: ones(2) @ ones(3), "shape-mismatch-error"),
    (lambda: ones(2, 3) + ones(4), "shape-mismatch-error"),
    (lambda: torch.cat([ones(2, 3), ones(3, 4)]), "shape-mismatch-error"),
    (lambda: torch.stack([ones(2), ones(3)]), "shape-mismatch-error"),
    (lambda: torch.bmm(ones(2, 3, 4), ones(2, 3, 4)), "shape-mismatch-error"),
    (lambda: ones(6).reshape(4, 2), "shape-mismatch-error"),
    (lambda: ones(3, 4).expand(2, 5, 4), "shape-mismatch-error"),
    (lambda: nn.Conv2d(3, 4, 3)(ones(1, 1, 8, 8)), "shape-mismatch-error"),
    (lambda: nn.CrossEntropyLoss()(ones(3, 5), torch.zeros(4).long()), "shape-mismatch-error"),
    (lambda: nn.Linear(2, 2)(ones(2, 2).double()), "float-vs-double-error"),
    (lambda: ones(2, 2) @ ones(2, 2).long(), "float-vs-double-error"),
    (lambda: nn.Embedding(3, 2)(ones(2)), "float-vs-double-error"),
    (lambda: nn.CrossEntropyLoss()(ones(3, 5), torch.zeros(3).int()), "float-vs-double-error"),
    (lambda: torch.arange(3).mean(), "float-vs-double-error"),
    (lambda: torch.arange(3).add_(1.5), "float-vs-double-error"),
    (change_a_leaf, "leaf-inplace-error"),
    (change_part_of_a_leaf, "leaf-inplace-error"),
    (change_what_backward_needs, "inplace-modified-error"),
    (go_back_twice, "retain-graph"),
    (lambda: ones(2).sum().backward(), "no-grad-fn-error"),  # type: ignore[no-untyped-call]
    (two_devices, "device-mismatch-error"),
    (lambda: nn.Linear(2, 2, device="meta")(ones(2, 2)), "device-mismatch-error"),
    (lambda: (ones(2, requires_grad=True) * 2).backward(), "backward-non-scalar"),  # type: ignore[no-untyped-call]
    (lambda: ones(2, 3).t().view(6), "reshape-vs-view"),
    (lambda: ones(2)[5], "advanced-indexing"),
    (lambda: ones(2, 2).gather(0, torch.tensor([[5]])), "advanced-indexing"),
    (lambda: ones(2, 2).select(0, 7), "advanced-indexing"),
    (lambda: ones(2, 2).sum(3), "dim-and-keepdim"),
    (lambda: nn.Embedding(3, 2)(torch.tensor([5])), "embedding-lookup"),
    (lambda: nn.CrossEntropyLoss()(ones(3, 5), torch.tensor([1, 2, 9])), "cross-entropy-shapes"),
    (load_other_sizes, "state-dict-size-mismatch"),
    (load_other_names, "missing-and-unexpected-keys"),
]


@pytest.mark.parametrize(("mistake", "question"), RAISED)
def test_torch_mistake_is_explained(mistake: Callable[[], object], question: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        mistake()
    told = explain(caught.type.__name__, str(caught.value))
    assert told is not None, str(caught.value)
    assert told.question == question


def test_missing_compiler_is_explained() -> None:
    told = explain("InductorError", "InvalidCxxCompiler: No working C++ compiler found in ...")
    assert told is not None
    assert "aot_eager" in told.sentence


def test_ordinary_mistakes_are_left_to_their_own_words() -> None:
    for problem in (IndexError("list index out of range"), ZeroDivisionError("division by zero"), RuntimeError("mine")):
        assert explain(type(problem).__name__, str(problem)) is None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.explanation.question)
def test_every_explanation_leads_to_a_question_of_the_corpus(rule: Rule) -> None:
    assert list(CORPUS.glob(f"*/{rule.explanation.question}.md"))
