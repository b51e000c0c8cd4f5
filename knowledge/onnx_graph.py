"""The packaged sentence-transformer as an ONNX graph that multiplies in eight bits.

It is a BERT (https://arxiv.org/abs/1810.04805) with mean pooling. Nearly all of its time on a CPU goes into multiplying
token states with weights, and processors multiply bytes several times faster than floats. Each token's states get a
scale of their own, so that a text's embedding does not depend on what is embedded beside it; weights get one a column.
Some channels of normalised states are ten times as large as the others and would need all of a scale; they hand a part
of that over to the weights first (SmoothQuant, https://arxiv.org/abs/2211.10438).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

Floats = npt.NDArray[np.float32]

LARGEST_WEIGHT = 63
"""Seven of eight bits: processors without VNNI add two products in sixteen bits, which eight would overflow."""
SMOOTHING = 0.6
"""How much of a channel's size goes to the weights: 0 nothing, 1 all of it."""
GELU_LOWEST = -0.17
"""A GELU gives nothing lower: after it, most bytes can stand for what is above zero."""
GELU_ZERO = 32
"""The byte for zero after a GELU."""

_ORT = "com.microsoft"
"""The operators that ONNX Runtime has beside those of ONNX."""


class _Bytes(NamedTuple):
    """The names of a tensor in bytes, of each token's scale, and of the byte that stands for zero."""

    name: str
    scale: str
    zero: str


class Graph:
    """Builds the graph from a BERT's weights, by the names and in the shapes that transformers gives them."""

    def __init__(self, weights: Mapping[str, Floats], sizes: Mapping[str, Floats], heads: int, epsilon: float) -> None:
        """`sizes` has the largest absolute value of each channel after each `…LayerNorm`, as seen on ordinary text."""
        self._weights = weights
        self._sizes = sizes
        self._heads = heads
        self._epsilon = epsilon
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def model(self) -> ModelProto:
        """`ids`, `mask` (texts, tokens) to `sentence_embedding` (texts, dimensions), unit rows.

        The second output, `token_embeddings` (texts, tokens, dimensions), holds the last hidden states.
        """
        from onnx import TensorProto, helper

        self._node("Cast", "lengths_of", "mask", to=TensorProto.INT32)
        self._node("ReduceSum", "lengths", "lengths_of", self._constant("tokens_axis", np.array([1])), keepdims=0)
        states, norm = self._embedded(), "embeddings.LayerNorm"
        layers = 1 + max(int(name.split(".")[2]) for name in self._weights if name.startswith("encoder.layer."))
        for layer in (f"encoder.layer.{number}" for number in range(layers)):
            mixed = self._attended(states, norm, f"{layer}.attention")
            mixed = self._normalised(mixed, states, f"{layer}.attention.output.LayerNorm")
            widened = self._widened(mixed, f"{layer}.attention.output.LayerNorm", f"{layer}.intermediate.dense")
            norm = f"{layer}.output.LayerNorm"
            states = self._normalised(self._dense(widened, f"{layer}.output.dense"), mixed, norm)
        self._pooled(self._node("Identity", "token_embeddings", states))

        dimensions = len(self._weights["embeddings.LayerNorm.bias"])
        value = helper.make_tensor_value_info
        inputs = [value(name, TensorProto.INT64, ["texts", "tokens"]) for name in ("ids", "mask")]
        outputs = [
            value("sentence_embedding", TensorProto.FLOAT, ["texts", dimensions]),
            value("token_embeddings", TensorProto.FLOAT, ["texts", "tokens", dimensions]),
        ]
        graph = helper.make_graph(self._nodes, "sentence_transformer", inputs, outputs, [*self._constants.values()])
        operators = [helper.make_opsetid("", 18), helper.make_opsetid(_ORT, 1)]
        return helper.make_model(graph, opset_imports=operators, ir_version=9)

    def _embedded(self) -> str:
        places = self._weights["embeddings.position_embeddings.weight"]
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        self._node("Gather", "words", self._weight("embeddings.word_embeddings.weight"), "ids")
        self._node("Shape", "tokens", "ids", start=1, end=2)
        zero = self._constant("zero", np.array([0]))
        self._node("Slice", "places", self._constant("all_places", places + kind), zero, "tokens", zero)
        return self._normalised("words", "places", "embeddings.LayerNorm")

    def _attended(self, states: str, norm: str, name: str) -> str:
        parts = [f"{name}.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self._weights[f"{part}.weight"] for part in parts])
        smooth = self._smoothing(norm, weight)
        every = self._multiplied(self._smoothed(states, name, smooth), f"{name}.self", weight * smooth)
        thirds = self._constant("thirds", np.array([len(weight) // 3] * 3))
        self._nodes.append(self._made("Split", parts, every, thirds, axis=-1))
        bias = self._constant(f"{name}.bias", np.concatenate([self._weights[f"{part}.bias"] for part in parts]))
        mixed = self._node("MultiHeadAttention", f"{name}.mixed", *parts, bias, "lengths", num_heads=self._heads)
        return self._dense(self._in_bytes(mixed), f"{name}.output.dense")

    def _widened(self, states: str, norm: str, name: str) -> _Bytes:
        weight = self._weights[f"{name}.weight"]
        smooth = self._smoothing(norm, weight)
        wide = self._multiplied(self._smoothed(states, name, smooth), name, weight * smooth)
        bent = self._node("BiasGelu", f"{name}.gelu", wide, self._weight(f"{name}.bias"))
        byte = self._constant("gelu_byte", np.float32(1 / (255 - GELU_ZERO)))
        least = self._constant("gelu_least", np.float32(-GELU_LOWEST / GELU_ZERO))
        scale = self._node("Max", f"{name}.scale", self._node("Mul", f"{name}.wanted", self._most(bent), byte), least)
        return self._rounded(bent, scale, self._constant("gelu_zero", np.uint8(GELU_ZERO)))

    def _normalised(self, states: str, beside: str, name: str) -> str:
        # ONNX Runtime's SkipLayerNormalization does both at once and takes five times as long.
        total = self._node("Add", f"{name}.sum", states, beside)
        both = (self._weight(f"{name}.{part}") for part in ("weight", "bias"))
        return self._node("LayerNormalization", name, total, *both, axis=-1, epsilon=self._epsilon)

    def _pooled(self, states: str) -> None:
        from onnx import TensorProto

        self._node("Cast", "mask_of", "mask", to=TensorProto.FLOAT)
        self._node("MatMul", "sums", self._node("Unsqueeze", "mask_rows", "mask_of", "tokens_axis"), states)
        self._node("Squeeze", "sum", "sums", "tokens_axis")
        # The mean has the direction of the sum.
        self._node("LpNormalization", "sentence_embedding", "sum", axis=1, p=2)

    def _dense(self, states: _Bytes, name: str) -> str:
        product = self._multiplied(states, name, self._weights[f"{name}.weight"])
        return self._node("Add", f"{name}.biased", product, self._weight(f"{name}.bias"))

    def _multiplied(self, states: _Bytes, name: str, weight: Floats) -> str:
        """States (…, inputs) times weights (outputs, inputs), without the bias."""
        scales = np.abs(weight).max(axis=1) / LARGEST_WEIGHT
        rounded = np.round(weight / scales[:, None]).astype(np.int8)
        factors = [
            states.name,
            self._constant(f"{name}.bytes", rounded.T),
            self._constant("one_scale", np.ones(1, dtype=np.float32)),
            self._constant(f"{name}.scales", scales),
            states.zero,
        ]
        product = self._node("MatMulIntegerToFloat", f"{name}.product", *factors)
        return self._node("Mul", f"{name}.scaled", product, states.scale)

    def _smoothing(self, norm: str, weight: Floats) -> Floats:
        """What each channel of normalised states is divided by, and its weights multiplied with."""
        states, weights = (np.maximum(size, 1e-4) for size in (self._sizes[norm], np.abs(weight).max(axis=0)))
        return (states**SMOOTHING / weights ** (1 - SMOOTHING)).astype(np.float32)

    def _smoothed(self, states: str, name: str, smooth: Floats) -> _Bytes:
        factors = self._constant(f"{name}.smoothing", 1 / smooth)
        return self._in_bytes(self._node("Mul", f"{name}.smooth", states, factors))

    def _in_bytes(self, states: str) -> _Bytes:
        most = self._most(self._node("Abs", f"{states}.size", states))
        scale = self._node("Mul", f"{states}.scale", most, self._constant("byte", np.float32(1 / 127)))
        return self._rounded(states, scale, self._constant("middle", np.uint8(128)))

    def _most(self, states: str) -> str:
        """The largest of each token's states."""
        return self._node("ReduceMax", f"{states}.most", states, self._constant("channels_axis", np.array([-1])))

    def _rounded(self, states: str, scale: str, zero: str) -> _Bytes:
        fine = self._node("Div", f"{states}.fine", states, scale)
        rounded = self._node("QuantizeLinear", f"{states}.bytes", fine, self._constant("one", np.float32(1)), zero)
        return _Bytes(rounded, scale, zero)

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, value: npt.NDArray[np.generic] | np.generic) -> str:
        from onnx import numpy_helper

        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value).reshape(np.shape(value)), name)
        return name

    def _node(self, operator: str, output: str, *inputs: str, **settings: int | float) -> str:
        self._nodes.append(self._made(operator, [output], *inputs, **settings))
        return output

    def _made(self, operator: str, outputs: list[str], *inputs: str, **settings: int | float) -> NodeProto:
        from onnx import helper

        domain = _ORT if operator in {"BiasGelu", "MatMulIntegerToFloat", "MultiHeadAttention"} else ""
        return helper.make_node(operator, inputs, outputs, outputs[0], None, domain, None, **settings)
