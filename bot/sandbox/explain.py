"""One plain sentence about the exceptions of torch that people meet most, and the corpus question that treats each.

Messages are those of torch 2.13; a pattern keeps to the words that have been there for years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Explanation:
    """`question` is the id of a corpus question."""

    sentence: str
    question: str


@dataclass(frozen=True)
class Rule:
    """Applies to exceptions of these class names whose message the pattern is found in."""

    kinds: tuple[str, ...]
    pattern: str
    explanation: Explanation


def explain(kind: str, message: str) -> Explanation | None:
    """What is known about the exception of class name `kind` with this message, or None."""
    for rule in RULES:
        if kind in rule.kinds and re.search(rule.pattern, message):
            return rule.explanation
    return None


_ANY: Final = ("RuntimeError", "ValueError", "IndexError", "TypeError", "AssertionError")
_RUNTIME: Final = ("RuntimeError",)

RULES: Final = (
    Rule(
        _RUNTIME,
        r"a (view of a )?leaf Variable that requires grad is being used in an in-place operation",
        Explanation(
            "You change, in place, a tensor whose gradient autograd is to collect, so its value before would be lost; "
            "write x = x + 1 instead of x += 1, or do the change under torch.no_grad().",
            "leaf-inplace-error",
        ),
    ),
    Rule(
        _RUNTIME,
        r"has been modified by an inplace operation",
        Explanation(
            "A value that backward() needs was overwritten by an in-place operation after it had been computed; "
            "use the version of that operation without the underscore.",
            "inplace-modified-error",
        ),
    ),
    Rule(
        _RUNTIME,
        r"backward through the graph a second time",
        Explanation(
            "The graph is freed by the first backward(), so a second one finds nothing; run the forward pass again, "
            "or pass retain_graph=True to the first if you need the same graph twice.",
            "retain-graph",
        ),
    ),
    Rule(
        _RUNTIME,
        r"does not require grad and does not have a grad_fn",
        Explanation(
            "Nothing that led to this tensor has requires_grad=True (or it was detached or computed under no_grad), "
            "so there is nothing to differentiate.",
            "no-grad-fn-error",
        ),
    ),
    Rule(
        _RUNTIME,
        r"grad can be implicitly created only for scalar outputs",
        Explanation(
            "backward() starts from one number; reduce the tensor first with .sum() or .mean(), "
            "or pass a gradient of the tensor's shape.",
            "backward-non-scalar",
        ),
    ),
    Rule(
        _RUNTIME,
        r"view size is not compatible with input tensor's size and stride",
        Explanation(
            "The elements are not next to each other in memory (after a transpose or a slice, say), and view() never "
            "copies; use reshape(), or contiguous() first.",
            "reshape-vs-view",
        ),
    ),
    Rule(
        _RUNTIME,
        r"(?s)Error\(s\) in loading state_dict.*size mismatch for",
        Explanation(
            "A saved parameter has another shape than the model's of the same name, so the model was built with other "
            "sizes than the one that was saved.",
            "state-dict-size-mismatch",
        ),
    ),
    Rule(
        _RUNTIME,
        r"Error\(s\) in loading state_dict",
        Explanation(
            "The names in the saved dictionary are not those of the model's parameters and buffers; compare the "
            "missing and the unexpected ones (a prefix such as 'module.' often makes the difference).",
            "missing-and-unexpected-keys",
        ),
    ),
    Rule(
        ("RuntimeError", "AssertionError"),
        r"on the same device|is not on the expected device|device type .* expected|Torch not compiled with CUDA",
        Explanation(
            "The tensors of one operation must be on one device, and this sandbox has only the CPU; move the model and "
            "its inputs with .to(device).",
            "device-mismatch-error",
        ),
    ),
    Rule(
        _RUNTIME,
        r"(same|expected|target) dtype|expected scalar type|scalar types: Long|can't be cast to the desired output"
        r"|could not infer output dtype|Only Tensors of floating point and complex dtype can require gradients",
        Explanation(
            "The tensors have types that this operation does not mix or take; convert one with .float() or .long() "
            "(layers want floating point, class labels and indices want int64).",
            "float-vs-double-error",
        ),
    ),
    Rule(
        ("IndexError", "RuntimeError"),
        r"index out of range in self",
        Explanation(
            "An index is not below the number of rows of the embedding; check num_embeddings against the largest id.",
            "embedding-lookup",
        ),
    ),
    Rule(
        ("IndexError",),
        r"Target -?\d+ is out of bounds",
        Explanation(
            "A class label is not below the number of classes, the size of the logits' dimension 1.",
            "cross-entropy-shapes",
        ),
    ),
    Rule(
        ("IndexError",),
        r"Dimension out of range",
        Explanation(
            "The tensor has fewer dimensions than the dim that you name; dimensions count from 0, or from -1 at the "
            "end.",
            "dim-and-keepdim",
        ),
    ),
    Rule(
        ("IndexError", "RuntimeError"),
        r"out of bounds for dimension|index -?\d+ out of range for tensor",
        Explanation(
            "An index is not below the size of that dimension; valid ones go from 0 to size - 1, or from -size.",
            "advanced-indexing",
        ),
    ),
    Rule(
        _ANY,
        r"shapes cannot be multiplied|must match (the size of tensor|except in dimension|the existing size)"
        r"|Sizes of tensors must match|each tensor to be equal size|inconsistent tensor size"
        r"|is invalid for input of size"
        r"|to have \d+ channels, but got|Expected size for first two dimensions|to match target batch_size"
        r"|different to the input size",
        Explanation(
            "The shapes do not fit this operation; print x.shape just before it and compare the sizes that the message "
            "names (for a product the inner ones, for sums and the like each must be equal or 1).",
            "shape-mismatch-error",
        ),
    ),
    Rule(
        ("InductorError", "BackendCompilerFailed"),
        r"InvalidCxxCompiler|No working C\+\+ compiler",
        Explanation(
            "torch.compile's default backend needs a C++ compiler, which this sandbox leaves out; "
            'try torch.compile(f, backend="aot_eager"), which captures the same graph without one.',
            "what-torch-compile-does",
        ),
    ),
)
