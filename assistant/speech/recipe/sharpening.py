"""The second training: telling whole phone sequences apart, on speech that was not heard before.

Owns the way from a folded network back to one that can be trained, and the descent on the criterion
of `sequence`, with some of the frames' cross-entropy kept so that the output stays near what the
priors are of.  The same network, material and seed give the same weights on the same machine and
release of torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from assistant.speech.recipe import sequence
from assistant.speech.recipe.corpus import Shard
from assistant.speech.recipe.features import CEPSTRA, Floats, cosines
from assistant.speech.recipe.network import SHAPES, SUBSAMPLING, Network
from assistant.speech.recipe.nnet3 import AcousticModel
from assistant.speech.recipe.training import OUTPUTS, PIECE, batch, statistics

SEEN_PIECES = 64  # tell the spread of hidden layers


@dataclass(frozen=True, slots=True)
class Sharpening:
    """How long and how: `steps` of `batch` pieces; `frames` is the weight of cross-entropy.

    `acoustic_scale` is the weight of the network against the phones' trigrams; decoding wants a
    little more afterwards.  `unknown` is what the noise phone's prior is multiplied with at the
    end: the criterion makes that phone rare, and so `[unk]`.
    """

    steps: int
    acoustic_scale: float
    batch: int = 16
    learning_rate: float = 4e-4
    weight_decay: float = 1e-2
    frames: float = 0.15
    unknown: float = 0.75
    smoothing: float = 0.02
    seed: int = 5


def sharpen(
    model: AcousticModel,
    material: Shard,
    plan: Sharpening,
    progress: Callable[[int, int, float], None],
) -> Network:
    """Train on.

    Args:
        model: trained on frames; its priors stay.
        material: frames and labels; its phones are numbered as the model's pdfs.
        plan: length and rates.
        progress: told after each step: steps done, steps in all, the share of frames that the
            sequence tells wrongly.
    """
    torch.manual_seed(plan.seed)
    torch.use_deterministic_algorithms(mode=True)
    random = np.random.default_rng(plan.seed)
    network = unfolded(model, material, random)
    network.train()
    trigrams = sequence.count_trigrams(material.labels, len(model.priors))
    priors = sequence.log_priors(model.priors)
    transform = torch.from_numpy(cosines())
    pieces = max(1, (len(material.labels) - PIECE) // (SUBSAMPLING * OUTPUTS))
    descent = torch.optim.AdamW(
        network.parameters(), plan.learning_rate, weight_decay=plan.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        descent,
        plan.learning_rate,
        total_steps=plan.steps + 1,
        pct_start=0.08,
        anneal_strategy="linear",
    )
    measure = nn.CrossEntropyLoss(label_smoothing=plan.smoothing)
    order = np.zeros(0, dtype=np.int64)
    for step in range(1, plan.steps + 1):
        while len(order) < plan.batch:
            order = np.concatenate((order, random.permutation(pieces)))
        chosen, order = order[: plan.batch], order[plan.batch :]
        mel, labels = batch(material, chosen, random)
        logits = network(torch.einsum("cm,bmt->bct", transform, mel))
        odds = plan.acoustic_scale * (torch.log_softmax(logits, dim=1).transpose(1, 2) - priors)
        with torch.no_grad():
            everything = sequence.all_posteriors(odds, trigrams)
            difference = everything - sequence.true_posteriors(odds, labels)
        loss = (difference * odds).sum(dim=2).mean() + plan.frames * measure(logits, labels)
        descent.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        descent.step()
        schedule.step()
        progress(step, plan.steps, float(difference.clamp_min(0.0).sum(dim=2).mean()))
    network.eval()
    return network


def unfolded(model: AcousticModel, material: Shard, random: np.random.Generator) -> Network:
    """A network with normalisations, as they are in `material`, that computes the same."""
    mean, deviation = statistics(material, random)
    network = Network(len(model.priors), mean, deviation)
    starts = random.integers(0, max(1, len(material.labels) - PIECE), SEEN_PIECES)
    mel = material.mel[starts[:, None] + np.arange(PIECE)].astype(np.float32)
    hidden = torch.einsum("cm,btm->bct", torch.from_numpy(cosines()), torch.from_numpy(mel))
    hidden = (hidden - network.get_buffer("mean")) / network.get_buffer("deviation")
    shift, scale = torch.from_numpy(mean), torch.from_numpy(deviation)
    width = CEPSTRA
    with torch.no_grad():
        for number, shape in enumerate(SHAPES):
            convolution = network.get_submodule(f"convolutions.{number}")
            _unfold(
                convolution,
                model.layers[number].weights,
                model.layers[number].bias,
                width,
                shift,
                scale,
            )
            hidden = torch.relu(convolution(hidden))
            norm = network.get_submodule(f"normalisations.{number}")
            assert isinstance(norm, nn.BatchNorm1d)
            shift = hidden.mean(dim=(0, 2))
            variance = hidden.var(dim=(0, 2), unbiased=False)
            scale = torch.sqrt(variance + norm.eps)
            norm.running_mean, norm.running_var = shift, variance
            hidden = (hidden - shift[None, :, None]) / scale[None, :, None]
            width = shape.width
        _unfold(
            network.output, model.layers[-1].weights, model.layers[-1].bias, width, shift, scale
        )
    return network


def _unfold(
    convolution: nn.Module, weights: Floats, bias: Floats, width: int, shift: Tensor, scale: Tensor
) -> None:
    """Weights for an input of which `shift` was taken and which was divided by `scale`."""
    assert isinstance(convolution, nn.Conv1d)
    assert convolution.bias is not None
    plain = torch.from_numpy(weights).reshape(len(weights), -1, width).transpose(1, 2)
    convolution.weight.copy_(plain * scale[None, :, None])
    convolution.bias.copy_(torch.from_numpy(bias) + (plain.sum(dim=2) @ shift))
