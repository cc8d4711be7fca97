"""Training the network on labelled frames.

Owns batches, masking and the descent.  The same material and the same seed give the same weights on
the same machine and release of torch.  It makes no sound and writes no file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from assistant.speech.recipe.corpus import Shard
from assistant.speech.recipe.features import MEL_BINS, Floats, cepstra, cosines
from assistant.speech.recipe.network import CONTEXT, SUBSAMPLING, Network

OUTPUTS = 100  # of one piece: 3 s of sound
PIECE = SUBSAMPLING * (OUTPUTS - 1) + 1 + 2 * CONTEXT  # frames
STATISTICS_FRAMES = 400_000
UNKNOWN_PRIOR = 0.3  # an unknown word is heard three times less often than it was labelled
# Smoothing leaves every phone some hundredths of a percent; divided by a smaller prior, a phone
# that was hardly ever said would be heard everywhere.
SMALLEST_PRIOR = 1e-3


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how: `epochs` over the material, `batch` pieces a step."""

    epochs: float
    batch: int = 24
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    smoothing: float = 0.02
    seed: int = 1


def train(
    material: Shard, plan: Plan, progress: Callable[[int, int, float], None]
) -> tuple[Network, Floats]:
    """Train a network.

    Args:
        material: frames and their labels; phones are silence, the others, noise.
        plan: its length and rates.
        progress: told after each step: steps done, steps in all, the loss.

    Returns:
        The network, ready to be folded, and the priors of its pdfs.
    """
    torch.manual_seed(plan.seed)
    torch.use_deterministic_algorithms(mode=True)
    random = np.random.default_rng(plan.seed)
    mean, deviation = statistics(material, random)
    network = Network(len(material.phones), mean, deviation)
    network.train()
    transform = torch.from_numpy(cosines())
    pieces = max(1, (len(material.labels) - PIECE) // (SUBSAMPLING * OUTPUTS))
    steps = max(1, round(plan.epochs * pieces / plan.batch))
    descent = torch.optim.AdamW(
        network.parameters(), plan.learning_rate, weight_decay=plan.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        descent, plan.learning_rate, total_steps=steps + 1, pct_start=0.08, anneal_strategy="linear"
    )
    measure = torch.nn.CrossEntropyLoss(label_smoothing=plan.smoothing)
    order = np.zeros(0, dtype=np.int64)
    for step in range(1, steps + 1):
        if len(order) < plan.batch:
            order = np.concatenate((order, random.permutation(pieces)))
        chosen, order = order[: plan.batch], order[plan.batch :]
        mel, labels = batch(material, chosen, random)
        frames = torch.einsum("cm,bmt->bct", transform, mel)
        loss = measure(network(frames), labels)
        descent.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        descent.step()
        schedule.step()
        progress(step, steps, float(loss.detach()))
    network.eval()
    return network, _priors(material)


def batch(
    material: Shard, chosen: np.ndarray, random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Pieces [batch, mel, frames] with masks, and the labels [batch, outputs] of every third."""
    last = len(material.labels) - PIECE
    starts = chosen * (SUBSAMPLING * OUTPUTS)
    # Pieces begin somewhere else in every epoch, on any of the three phases.
    starts = np.clip(starts + random.integers(-150, 151, len(starts)), 0, max(0, last))
    frames = starts[:, None] + np.arange(PIECE)[None, :]
    mel = material.mel[frames].astype(np.float32).transpose(0, 2, 1)
    centres = starts[:, None] + CONTEXT + SUBSAMPLING * np.arange(OUTPUTS)[None, :]
    labels = material.labels[centres].astype(np.int64)
    return torch.from_numpy(_masked(mel, random)), torch.from_numpy(labels)


def _masked(mel: Floats, random: np.random.Generator) -> Floats:
    """Bands and short times blanked out, a level and a smooth response of one's own."""
    count, bins, frames = mel.shape
    knots = random.normal(0, 0.5, (count, 5)) * (random.random((count, 1)) < 0.7)
    at = np.linspace(0, 4, bins)
    low = np.minimum(at.astype(int), 3)
    part = (at - low)[None, :]
    uneven = knots[:, low] * (1 - part) + knots[:, low + 1] * part
    level = random.normal(0, 1.0, (count, 1))
    result = mel + (uneven + level)[:, :, None].astype(np.float32)
    mean = result.mean(axis=2)
    for number in range(count):
        for _ in range(int(random.integers(0, 3))):
            width = int(random.integers(1, 8))
            begin = int(random.integers(0, MEL_BINS - width))
            result[number, begin : begin + width] = mean[number, begin : begin + width, None]
        for _ in range(int(random.integers(0, 4))):
            width = int(random.integers(1, 13))
            begin = int(random.integers(0, frames - width))
            result[number, :, begin : begin + width] = mean[number, :, None]
    return np.asarray(result, dtype=np.float32)


def statistics(material: Shard, random: np.random.Generator) -> tuple[Floats, Floats]:
    count = min(STATISTICS_FRAMES, len(material.labels))
    chosen = np.sort(random.choice(len(material.labels), count, replace=False))
    seen = cepstra(material.mel[chosen].astype(np.float32))
    deviation = np.maximum(seen.std(axis=0), 1e-3)
    return seen.mean(axis=0).astype(np.float32), deviation.astype(np.float32)


def _priors(material: Shard) -> Floats:
    counts = np.bincount(material.labels, minlength=len(material.phones)).astype(np.float64)
    priors = np.maximum(counts / counts.sum(), SMALLEST_PRIOR)
    priors[-1] *= UNKNOWN_PRIOR
    return np.asarray(priors, dtype=np.float32)
