"""Kaldi's acoustic model file: transition model and nnet3 network.

Owns the bytes of `am/final.mdl`, both ways, for the one shape of network that the recipe trains:
layers of affine → rectifier, and a last affine → log-softmax.  It knows no training; batch
normalisation must already be folded into the weights.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from assistant.speech.recipe.kaldi_io import (
    Floats,
    Malformed,
    Reader,
    byte_matrix,
    float32,
    float64,
    float_vector,
    int32,
    int_vector,
    token,
)

LEARNING_RATE = 0.001  # required by the format, used by nobody
HALF = 0.5  # both transitions of a phone's one state
_NODE = re.compile(r"component-node name=(\S+)\.affine component=\S+ input=(.*)")
_SPLICED = re.compile(r"Offset\([\w.]+, *(-?\d+)\)|[\w.]+")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: inputs at `offsets` (input frames of 10 ms) spliced in that order, then affine.

    `weights` is [outputs, offsets × inputs], `bias` is [outputs].  All layers but the last end in
    a rectifier, the last in a log-softmax over the pdfs.
    """

    name: str
    offsets: tuple[int, ...]
    weights: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class AcousticModel:
    """Phones 1..N, each with one emitting state; `pdfs[i]` is the pdf of phone i + 1.

    `priors` are probabilities, one for each pdf; Kaldi divides the network's output by them.
    """

    input_dim: int
    pdfs: tuple[int, ...]
    layers: tuple[Layer, ...]
    priors: Floats


def write(model: AcousticModel) -> bytes:
    """The file's bytes; weights are stored in one byte each."""
    return b"".join(
        (
            b"\0B",
            _transitions(model.pdfs),
            token("<Nnet3>"),
            b"\n",
            "".join(line + "\n" for line in _config(model)).encode("ascii"),
            b"\n",
            token("<NumComponents>"),
            int32(2 * len(model.layers)),
            *(_components(model.layers)),
            token("</Nnet3>"),
            token("<LeftContext>"),
            int32(0),
            token("<RightContext>"),
            int32(0),
            token("<Priors>"),
            float_vector(model.priors),
        )
    )


def read(content: bytes) -> AcousticModel:
    """The file back.

    Raises:
        Malformed: it is not a file as `write` writes it.
    """
    reader = Reader(content)
    if reader.raw(2) != b"\0B":
        raise Malformed("this is no binary Kaldi file")
    pdfs = _read_transitions(reader)
    reader.expect("<Nnet3>")
    input_dim, offsets = _read_config(reader)
    reader.expect("<NumComponents>")
    count = reader.int32()
    affines: dict[str, tuple[Floats, Floats]] = {}
    for _ in range(count):
        _read_component(reader, affines)
    reader.expect("</Nnet3>", "<LeftContext>")
    reader.int32()
    reader.expect("<RightContext>")
    reader.int32()
    reader.expect("<Priors>")
    priors = reader.float_vector()
    if reader.at != len(content):
        raise Malformed("something follows the priors")
    if set(affines) != set(offsets):
        raise Malformed("the network's wiring and its components do not agree")
    layers = tuple(Layer(name, places, *affines[name]) for name, places in offsets.items())
    return AcousticModel(input_dim, pdfs, layers, priors)


def _transitions(pdfs: tuple[int, ...]) -> bytes:
    phones = len(pdfs)
    topology = (
        int_vector(list(range(1, phones + 1)))
        + int_vector([-1] + [0] * phones)
        + int32(1)  # entries
        + int32(2)  # states of the entry
        + (int32(0) + int32(2) + int32(0) + float32(HALF) + int32(1) + float32(HALF))
        + (int32(-1) + int32(0))
    )
    triples = b"".join(
        int32(phone) + int32(0) + int32(pdf) for phone, pdf in enumerate(pdfs, start=1)
    )
    logs = np.full(2 * phones + 1, math.log(HALF), dtype=np.float32)
    logs[0] = 0.0
    return b"".join(
        (
            token("<TransitionModel>"),
            token("<Topology>"),
            topology,
            token("</Topology>"),
            token("<Triples>"),
            int32(phones),
            triples,
            token("</Triples>"),
            token("<LogProbs>"),
            float_vector(logs),
            token("</LogProbs>"),
            token("</TransitionModel>"),
        )
    )


def _read_transitions(reader: Reader) -> tuple[int, ...]:
    reader.expect("<TransitionModel>", "<Topology>")
    phones = reader.int_vector()
    reader.int_vector()
    if (reader.int32(), reader.int32()) != (1, 2):
        raise Malformed("a topology of one entry with two states is wanted")
    for kind in "iiififii":
        if kind == "i":
            reader.int32()
        else:
            reader.float32()
    reader.expect("</Topology>", "<Triples>")
    rows = [(reader.int32(), reader.int32(), reader.int32()) for _ in range(reader.int32())]
    reader.expect("</Triples>", "<LogProbs>")
    reader.float_vector()
    reader.expect("</LogProbs>", "</TransitionModel>")
    if [phone for phone, _, _ in rows] != phones:
        raise Malformed("the transition model's phones and triples do not agree")
    return tuple(pdf for _, _, pdf in rows)


def _config(model: AcousticModel) -> list[str]:
    lines = [f"input-node name=input dim={model.input_dim}"]
    before = "input"
    last = len(model.layers) - 1
    for number, layer in enumerate(model.layers):
        spliced = [f"Offset({before}, {o})" if o else before for o in layer.offsets]
        source = f"Append({', '.join(spliced)})" if len(spliced) > 1 else spliced[0]
        after = f"{layer.name}.{'logsoftmax' if number == last else 'relu'}"
        affine = f"{layer.name}.affine"
        lines.append(f"component-node name={affine} component={affine} input={source}")
        lines.append(f"component-node name={after} component={after} input={affine}")
        before = after
    return [*lines, f"output-node name=output input={before} objective=linear"]


def _read_config(reader: Reader) -> tuple[int, dict[str, tuple[int, ...]]]:
    if reader.line():
        raise Malformed("the network's wiring begins on a line of its own")
    input_dim = 0
    offsets: dict[str, tuple[int, ...]] = {}
    while line := reader.line():
        if line.startswith("input-node"):
            input_dim = int(line.rpartition("dim=")[2])
        if found := _NODE.fullmatch(line):
            spliced = found[2].removeprefix("Append(")
            offsets[found[1]] = tuple(int(part[1] or 0) for part in _SPLICED.finditer(spliced))
    return input_dim, offsets


def _components(layers: tuple[Layer, ...]) -> list[bytes]:
    parts = []
    for number, layer in enumerate(layers):
        last = number == len(layers) - 1
        kind = "LogSoftmaxComponent" if last else "RectifiedLinearComponent"
        parts += [
            token("<ComponentName>") + token(f"{layer.name}.affine"),
            token("<AffineComponent>") + token("<LearningRate>") + float32(LEARNING_RATE),
            token("<LinearParams>") + byte_matrix(layer.weights),
            token("<BiasParams>") + float_vector(layer.bias) + token("</AffineComponent>"),
            token("<ComponentName>") + token(f"{layer.name}.{'logsoftmax' if last else 'relu'}"),
            _pointwise(kind, len(layer.bias)),
        ]
    return parts


_STATISTICS = ("<ValueAvg>", "<DerivAvg>", "<Count>", "<OderivRms>", "<OderivCount>")
_REPAIRS = ("<NumDimsSelfRepaired>", "<NumDimsProcessed>")
_VECTORS = ("<ValueAvg>", "<DerivAvg>", "<OderivRms>")


def _pointwise(kind: str, dim: int) -> bytes:
    """A component without parameters; its training statistics are empty."""
    parts = [token(f"<{kind}>"), token("<Dim>"), int32(dim)]
    for name in (*_STATISTICS, *_REPAIRS):
        empty = float_vector(np.zeros(0, dtype=np.float32)) if name in _VECTORS else float64(0.0)
        parts += [token(name), empty]
    return b"".join(parts) + token(f"</{kind}>")


def _read_component(reader: Reader, affines: dict[str, tuple[Floats, Floats]]) -> None:
    reader.expect("<ComponentName>")
    name = reader.token()
    kind = reader.token().strip("<>")
    if kind == "AffineComponent":
        reader.expect("<LearningRate>")
        reader.float32()
        reader.expect("<LinearParams>")
        weights = reader.matrix()
        reader.expect("<BiasParams>")
        affines[name.removesuffix(".affine")] = weights, reader.float_vector()
    else:
        reader.expect("<Dim>")
        reader.int32()
        for each in (*_STATISTICS, *_REPAIRS):
            reader.expect(each)
            if each in _VECTORS:
                reader.float_vector()
            else:
                reader.float64()
    reader.expect(f"</{kind}>")
