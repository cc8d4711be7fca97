"""Learning from whole phone sequences: lattice-free maximum mutual information.

Owns the sequence criterion: how much likelier the phones that were said are than all that might
have been, at the weight that decoding gives the network against the language model.  Both sides are
forward-backward passes over a piece; their posteriors' difference is the gradient.  It knows no
network and no material.

The side of everything is a phone trigram, computed densely as one matrix product a frame and middle
phone (Povey et al., "Purely sequence-trained neural networks for ASR based on lattice-free MMI",
Interspeech 2016).  The side of the truth is the known sequence, whose borders may lie a frame away
from where the synthesiser's events put them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from assistant.speech.recipe.features import Floats

Counts = npt.NDArray[np.float64]

TRIGRAM_SHARE, PAIR_SHARE = 0.75, 0.2  # the rest is for single phones
ADDED = 0.5  # to every count of single phones
LARGEST_ODDS = 30.0  # logarithm; below it nothing is told apart


@dataclass(frozen=True, slots=True)
class PhoneTrigrams:
    """`onward[j, i, k]`: how likely phone k is after i and j; `begin[j, i]` is that of a pair."""

    onward: Tensor
    begin: Tensor


def count_trigrams(labels: npt.NDArray[np.int16], phones: int) -> PhoneTrigrams:
    """Phone trigrams of frame labels; a phone that goes on is one phone."""
    changes = np.flatnonzero(np.diff(labels)) + 1
    sequence = labels[np.concatenate(([0], changes))].astype(np.int64)
    first, middle, last = sequence[:-2], sequence[1:-1], sequence[2:]
    triples = np.zeros((phones, phones, phones))
    np.add.at(triples, (middle, first, last), 1.0)
    pairs = triples.sum(axis=1)
    singles = pairs.sum(axis=0) + ADDED
    by_pair = _shares(np.broadcast_to(singles, pairs.shape).copy())
    lower = PAIR_SHARE * _shares(pairs) + (1 - TRIGRAM_SHARE - PAIR_SHARE) * by_pair
    onward = TRIGRAM_SHARE * _shares(triples) + lower[:, None, :]
    own = np.arange(phones)
    onward[own, :, own] = 0.0  # a phone after itself is the same phone, which costs nothing
    onward /= onward.sum(axis=2, keepdims=True)
    begin = triples.sum(axis=2) + ADDED / phones
    begin /= begin.sum()
    return PhoneTrigrams(
        torch.from_numpy(onward.astype(np.float32)), torch.from_numpy(begin.astype(np.float32))
    )


def all_posteriors(odds: Tensor, trigrams: PhoneTrigrams) -> Tensor:
    """How likely each phone is at each frame, when any sequence may be.

    Args:
        odds: log likelihoods at decoding's scale, [batch, frames, phones].
        trigrams: of the phones.

    Returns:
        Posteriors of the same shape; each frame's add up to one.
    """
    scaled = _scaled(odds)
    frames = scaled.shape[1]
    # States are pairs [middle, batch, first]: one batched product carries them to the next phone.
    forward = [_normal(trigrams.begin[:, None, :] * scaled[:, 0].t()[:, :, None])]
    for at in range(1, frames):
        now = forward[-1]
        moved = torch.bmm(now, trigrams.onward).permute(2, 1, 0)
        forward.append(_normal((now + moved) * scaled[:, at].t()[:, :, None]))
    posteriors = torch.empty_like(scaled)
    backward = torch.ones_like(forward[-1])
    turned = trigrams.onward.transpose(1, 2).contiguous()
    for at in range(frames - 1, -1, -1):
        shares = (forward[at] * backward).sum(dim=2).t()
        posteriors[:, at] = shares / shares.sum(dim=1, keepdim=True)
        if at:
            ahead = backward * scaled[:, at].t()[:, :, None]
            backward = _normal(ahead + torch.bmm(ahead.permute(2, 1, 0), turned))
    return posteriors


def true_posteriors(odds: Tensor, labels: Tensor) -> Tensor:
    """How likely each phone is at each frame, given the sequence that was said.

    Args:
        odds: as above.
        labels: the phone of each output frame [batch, frames]; every phone has one at least.
            Borders may move by one frame.
    """
    batch, frames = labels.shape
    change = torch.nn.functional.pad((labels[:, 1:] != labels[:, :-1]).long(), (1, 0))
    place = change.cumsum(dim=1)  # which phone of the sequence each frame is
    count = int(place.max()) + 1
    sequence = torch.zeros(batch, count, dtype=torch.long).scatter_(1, place, labels)
    low = torch.nn.functional.pad(place[:, :-1], (1, 0))
    high = torch.cat((place[:, 1:], place[:, -1:]), dim=1)
    states = torch.arange(count)[None, None, :]
    allowed = (states >= low[:, :, None]) & (states <= high[:, :, None])
    told = torch.gather(odds, 2, sequence[:, None, :].expand(batch, frames, count))
    told = told.masked_fill(~allowed, -torch.inf)
    scaled = torch.exp(told - told.amax(dim=2, keepdim=True)).clamp_min(1e-30) * allowed
    forward = [_row(scaled[:, 0])]
    for at in range(1, frames):
        now = forward[-1]
        moved = torch.nn.functional.pad(now[:, :-1], (1, 0))
        forward.append(_row((now + moved) * scaled[:, at]))
    posteriors = torch.zeros_like(odds)
    backward = (states[0, 0][None, :] == place[:, -1:]).float()
    for at in range(frames - 1, -1, -1):
        shares = forward[at] * backward
        shares = shares / shares.sum(dim=1, keepdim=True).clamp_min(1e-30)
        posteriors[:, at].scatter_add_(1, sequence, shares)
        if at:
            ahead = backward * scaled[:, at]
            backward = _row(ahead + torch.nn.functional.pad(ahead[:, 1:], (0, 1)))
    return posteriors


def log_priors(priors: Floats) -> Tensor:
    """Logarithms of priors, [1, 1, phones]."""
    return torch.log(torch.from_numpy(priors))[None, None, :]


def _shares(counts: Counts) -> Counts:
    totals = counts.sum(axis=-1, keepdims=True)
    shares: Counts = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    return shares


def _scaled(odds: Tensor) -> Tensor:
    return torch.exp((odds - odds.amax(dim=2, keepdim=True)).clamp_min(-LARGEST_ODDS))


def _normal(states: Tensor) -> Tensor:
    """Each utterance's states add up to one: they would fade away in a hundred frames."""
    return states / states.sum(dim=(0, 2), keepdim=True)


def _row(states: Tensor) -> Tensor:
    return states / states.sum(dim=1, keepdim=True).clamp_min(1e-30)
