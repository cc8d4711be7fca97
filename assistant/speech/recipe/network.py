"""The network: a time-delay network from 40 cepstra to the phones.

Owns its shape, and the folding of input and batch normalisation into the affine layers that Kaldi
computes.  It knows neither its training nor a file format.

Eight layers; the second takes every third frame, which is what Vosk expects of a model.  About 1.4
million parameters and 0.4 s of sound to either side of a frame: under noise a phone is told by its
neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from assistant.speech.recipe.features import CEPSTRA, Floats
from assistant.speech.recipe.nnet3 import AcousticModel, Layer

SUBSAMPLING = 3
CONTEXT = 39  # frames to either side of an output


@dataclass(frozen=True, slots=True)
class Shape:
    """One layer: `kernel` inputs, `dilation` apart, every `stride`-th output."""

    width: int
    kernel: int
    dilation: int = 1
    stride: int = 1


SHAPES = (
    Shape(192, 5),
    Shape(256, 3, stride=SUBSAMPLING),
    Shape(256, 3),
    Shape(256, 3),
    Shape(256, 3, dilation=2),
    Shape(256, 3, dilation=2),
    Shape(256, 3, dilation=3),
    Shape(256, 3, dilation=3),
)


class Network(nn.Module):
    """Frames [batch, 40, 3n + 2 · `CONTEXT` − 2] to logits [batch, pdfs, n]."""

    def __init__(self, pdfs: int, mean: Floats, deviation: Floats) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean)[:, None])
        self.register_buffer("deviation", torch.from_numpy(deviation)[:, None])
        self.convolutions = nn.ModuleList()
        self.normalisations = nn.ModuleList()
        width = CEPSTRA
        for shape in SHAPES:
            self.convolutions.append(
                nn.Conv1d(
                    width, shape.width, shape.kernel, dilation=shape.dilation, stride=shape.stride
                )
            )
            self.normalisations.append(nn.BatchNorm1d(shape.width))
            width = shape.width
        self.output = nn.Conv1d(width, pdfs, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """Logits of every third frame, the first one in the middle of its context."""
        mean, deviation = self.get_buffer("mean"), self.get_buffer("deviation")
        hidden: Tensor = (frames - mean) / deviation
        for convolution, normalisation in zip(self.convolutions, self.normalisations, strict=True):
            hidden = normalisation(torch.relu(convolution(hidden)))
        result: Tensor = self.output(hidden)
        return result


def folded(network: Network, pdfs: tuple[int, ...], priors: Floats) -> AcousticModel:
    """The same function as plain affine layers.

    Args:
        network: trained; its running statistics are what counts.
        pdfs: the pdf of each phone number.
        priors: what Kaldi divides the network's output by, one for each pdf.
    """
    scale = 1.0 / _array(network.get_buffer("deviation"))[:, 0]
    shift = -_array(network.get_buffer("mean"))[:, 0] * scale
    layers = []
    spacing = 1
    for number, shape in enumerate(SHAPES, start=1):
        convolution = network.get_submodule(f"convolutions.{number - 1}")
        places = [(at - shape.kernel // 2) * shape.dilation * spacing for at in range(shape.kernel)]
        layers.append(_layer(f"tdnn{number}", tuple(places), convolution, scale, shift))
        spacing *= shape.stride
        norm = network.get_submodule(f"normalisations.{number - 1}")
        assert isinstance(norm, nn.BatchNorm1d)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        scale = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
        shift = _array(norm.bias) - _array(norm.running_mean) * scale
    layers.append(_layer("out", (0,), network.output, scale, shift))
    return AcousticModel(CEPSTRA, pdfs, tuple(layers), priors)


def _layer(
    name: str, offsets: tuple[int, ...], convolution: nn.Module, scale: Floats, shift: Floats
) -> Layer:
    assert isinstance(convolution, nn.Conv1d)
    assert convolution.bias is not None
    weights = _array(convolution.weight)  # [out, in, kernel]
    bias = _array(convolution.bias) + np.einsum("oik,i->o", weights, shift)
    spliced = (weights * scale[None, :, None]).transpose(0, 2, 1).reshape(len(weights), -1)
    return Layer(name, offsets, np.ascontiguousarray(spliced), bias.astype(np.float32))


def _array(tensor: Tensor) -> Floats:
    return tensor.detach().cpu().numpy().astype(np.float32)
