"""Write the reader's network as an 8-bit ONNX graph.

Weights of the linear maps are symmetric integers of 7 bits with a scale for each output: 7, because
processors without VNNI add two products of 8 bits in 16 and would saturate. Their inputs become unsigned 8
bits while the graph runs. The table of pieces has 8 bits with a scale for each piece. The rest stays in
single precision: it is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from rag.windows import LONGEST
from training.network import Reader

Floats = npt.NDArray[np.float32]

OPSET = 17
BITS = 7  # of a weight in a linear map, its sign included


class Graph:
    """Collects the nodes and the constants of a graph."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: Sequence[str], **attributes: object) -> str:
        """Add a node with one output and return its name."""
        return self.add_many(kind, inputs, 1, **attributes)[0]

    def add_many(self, kind: str, inputs: Sequence[str], outputs: int, **attributes: object) -> list[str]:
        """Add a node and return the names of its outputs."""
        names = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """Add a constant and return its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name


def quantized(weight: Floats, axis: int, bits: int) -> tuple[npt.NDArray[np.int8], Floats]:
    """Return symmetric integers of so many bits and the scales, one for each position along `axis`."""
    largest = float((1 << (bits - 1)) - 1)
    scales = np.abs(weight).max(axis=1 - axis, keepdims=True) / largest
    scales = np.maximum(scales, 1e-12).astype(np.float32)
    return np.clip(np.rint(weight / scales), -largest, largest).astype(np.int8), scales.ravel()


def export(reader: Reader, path: Path) -> None:
    """Write `reader` to `path`.

    Its inputs are ``ids`` and ``types``, (n, length) int64; its output ``ends``, (n, length, 2) float32.
    Nothing is masked: the windows that it reads have no padding.
    """
    state = {name: value.float().numpy().copy() for name, value in reader.state_dict().items()}
    graph = Graph()
    size = state["body.words.weight"].shape[1]
    heads = reader.body.layers[0].heads
    for i in range(len(reader.body.layers)):  # queries come out as attention wants them
        for part in ("weight", "bias"):
            state[f"body.layers.{i}.attention_in.{part}"][:size] *= (size // heads) ** -0.5

    def linear(states: str, name: str) -> str:
        """Multiply in integers: what comes in is measured and rounded while the graph runs."""
        weight, scales = quantized(state[f"{name}.weight"].T, 1, BITS)
        rounded, scale, zero = graph.add_many("DynamicQuantizeLinear", [states], 3)
        product = graph.add("MatMulInteger", [rounded, graph.constant(f"{name}.weight", weight), zero])
        both = graph.add("Mul", [scale, graph.constant(f"{name}.scale", scales)])
        product = graph.add("Mul", [graph.add("Cast", [product], to=TensorProto.FLOAT), both])
        return graph.add("Add", [product, graph.constant(f"{name}.bias", state[f"{name}.bias"])])

    def norm(states: str, name: str) -> str:
        weight, bias = (
            graph.constant(f"{name}.{part}", state[f"{name}.{part}"]) for part in ("weight", "bias")
        )
        return graph.add("LayerNormalization", [states, weight, bias], axis=-1, epsilon=1e-12)

    table, scales = quantized(state["body.words.weight"], 0, 8)
    rows = graph.add("Gather", [graph.constant("words", table), "ids"])
    scale = graph.add("Gather", [graph.constant("words.scale", scales[:, None]), "ids"])
    words = graph.add("Mul", [graph.add("Cast", [rows], to=TensorProto.FLOAT), scale])
    length = graph.add("Shape", ["ids"], start=1, end=2)
    zero = graph.constant("zero", np.array([0]))
    places = graph.add(
        "Slice", [graph.constant("positions", state["body.positions.weight"][:LONGEST]), zero, length, zero]
    )
    types = graph.add("Gather", [graph.constant("types.table", state["body.types.weight"]), "types"])
    states = norm(graph.add("Add", [graph.add("Add", [words, places]), types]), "body.norm")

    split = graph.constant("split", np.array([0, 0, 3 * heads, size // heads]))
    joined = graph.constant("joined", np.array([0, 0, size]))
    half = graph.constant("half", np.array([0.5], dtype=np.float32))
    unit = graph.constant("unit", np.array([1.0], dtype=np.float32))
    sqrt2 = graph.constant("sqrt2", np.array([2**0.5], dtype=np.float32))
    for i in range(len(reader.body.layers)):
        layer = f"body.layers.{i}"
        parts = graph.add("Reshape", [linear(states, f"{layer}.attention_in"), split])
        parts = graph.add("Transpose", [parts], perm=[0, 2, 1, 3])
        query, key, value = graph.add_many("Split", [parts], 3, axis=1)
        key = graph.add("Transpose", [key], perm=[0, 1, 3, 2])
        scores = graph.add("Softmax", [graph.add("MatMul", [query, key])], axis=-1)
        found = graph.add("MatMul", [scores, value])
        found = graph.add("Reshape", [graph.add("Transpose", [found], perm=[0, 2, 1, 3]), joined])
        states = norm(
            graph.add("Add", [states, linear(found, f"{layer}.attention_out")]), f"{layer}.attention_norm"
        )
        inner = linear(states, f"{layer}.feed_in")
        erf = graph.add("Add", [graph.add("Erf", [graph.add("Div", [inner, sqrt2])]), unit])
        inner = graph.add("Mul", [graph.add("Mul", [inner, erf]), half])  # gelu
        states = norm(graph.add("Add", [states, linear(inner, f"{layer}.feed_out")]), f"{layer}.feed_norm")
    weight = graph.constant("ends.weight", state["ends.weight"].T)
    ends = graph.add("MatMul", [states, weight])
    graph.nodes.append(
        helper.make_node("Add", [ends, graph.constant("ends.bias", state["ends.bias"])], ["ends"])
    )
    shape = ["windows", "length"]
    made = helper.make_graph(
        graph.nodes,
        "reader",
        [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "types")],
        [helper.make_tensor_value_info("ends", TensorProto.FLOAT, [*shape, 2])],
        graph.constants,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="isnad")
    model.ir_version = 8  # what opset 17 came with: older runtimes read it too
    onnx.checker.check_model(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))
