"""Chooses how sure a scorer must be, family by family, on lines of authors it was not trained on.

Owns the choice and its budgets: how many lawful look-alikes may be flagged, how many lines of
ordinary talk, and how many of what is said all day in plain words.  What phrases flag counts
against them too, so that phrases and scorer share them.
It trains nothing and knows no words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from compliance.likeness import NEVER

_PLAIN_PRICE = 4.0  # of a share of plain talk flagged, against the same share of the hard lines
_LOWEST = 0.5  # what is likelier lawful is never told as a breach
_DOUBTFUL = (0.4, 0.5, 0.6)
_PRICES = (0.0, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 2.5, 4.0, 8.0)

Shares = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Budgets:
    """The greatest shares that may be flagged, and how far a line may be ordinary talk.

    `near` of lawful look-alikes; `hard` of ordinary lines that were made as hard as their authors
    could; `plain` of what is said all day.  What may be ordinary talk by more than `ordinary` is
    like no breach.
    """

    near: float
    hard: float
    plain: float
    ordinary: float


# The aims are 4 % of look-alikes, and one false alarm in an hour of other service talk: with so
# much of our own ordinary lines flagged there are fewer on the development dialogues.
BUDGETS = {
    "en": Budgets(near=0.036, hard=0.03, plain=0.007, ordinary=0.1),
    "zh": Budgets(near=0.036, hard=0.02, plain=0.0045, ordinary=0.03),
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a likeness is told.

    `sure` is by family the least share of breach; `ordinary` the most that may be ordinary talk;
    `doubtful` the share of breach among everything below which a phrase means little.
    """

    sure: Mapping[str, float]
    doubtful: float
    ordinary: float


@dataclass(frozen=True, slots=True)
class Judged:
    """Lines, and what was said of each by those that had not seen its author; arrays [lines].

    `share`, `ordinary` and `family` are the scorer's (a family only where its topic is present,
    else empty); `phrases` whether phrases flag it; `breach` and `everyday` what it is: a breach,
    ordinary talk, or neither, which is a lawful look-alike.  `plain` is the ordinary talk that is
    said all day in plain words.
    """

    share: Shares
    ordinary: Shares
    family: npt.NDArray[np.str_]
    phrases: Flags
    breach: Flags
    everyday: Flags
    plain: Flags

    @property
    def certain(self) -> Shares:
        """The shares of breach among everything, ordinary talk too."""
        return self.share * (1 - self.ordinary)

    @property
    def near(self) -> Flags:
        """The lawful look-alikes."""
        return ~self.breach & ~self.everyday

    def only(self, which: Flags) -> Judged:
        """Some of the lines."""
        return Judged(
            self.share[which],
            self.ordinary[which],
            self.family[which],
            self.phrases[which],
            self.breach[which],
            self.everyday[which],
            self.plain[which],
        )

    def flagged(self, chosen: Thresholds) -> Flags:
        """What would be flagged."""
        least = np.array([chosen.sure.get(str(name), NEVER) for name in self.family])
        alike = (self.share >= least) & (self.ordinary <= chosen.ordinary)
        return alike | (self.phrases & (self.certain >= chosen.doubtful))


def choose(lines: Judged, budgets: Budgets) -> Thresholds:
    """The thresholds that find most breaches within the budgets."""
    best: tuple[float, Thresholds] | None = None
    for doubtful in _DOUBTFUL:
        for candidate in _candidates(lines, doubtful, budgets.ordinary):
            flagged = lines.flagged(candidate)
            if _rate(flagged, lines.near) > budgets.near:
                continue
            if _rate(flagged, lines.everyday & ~lines.plain) > budgets.hard:
                continue
            if _rate(flagged, lines.plain) > budgets.plain:
                continue
            found = _rate(flagged, lines.breach)
            if best is None or found > best[0]:
                best = (found, candidate)
    if best is None:  # even phrases alone are over a budget: then likenesses add nothing
        return Thresholds({}, _DOUBTFUL[-1], 0.0)
    return best[1]


def _rate(flagged: Flags, of: Flags) -> float:
    return float(flagged[of].mean()) if of.any() else 0.0


def _candidates(lines: Judged, doubtful: float, ordinary: float) -> Iterator[Thresholds]:
    """For each price of a false alarm of either sort, where every family gains most."""
    by_phrase = lines.phrases & (lines.certain >= doubtful)
    open_ = ~by_phrase & (lines.ordinary <= ordinary) & (lines.share >= _LOWEST)
    orders = {}
    for name in sorted(set(lines.family[open_ & (lines.family != "")])):
        at = np.flatnonzero(open_ & (lines.family == name))
        orders[str(name)] = at[np.argsort(-lines.share[at], kind="stable")]
    worth = lines.breach / max(1, lines.breach.sum())
    near = lines.near / max(1, lines.near.sum())
    # Of what is said all day less may be flagged, in the ratio of the budgets.
    hard = lines.everyday & ~lines.plain
    everyday = hard / max(1, hard.sum())
    everyday = everyday + _PLAIN_PRICE * lines.plain / max(1, lines.plain.sum())
    for of_near, of_ordinary in product(_PRICES, _PRICES):
        value = worth - of_near * near - of_ordinary * everyday
        sure = {name: _best(lines.share[at], value[at]) for name, at in orders.items()}
        yield Thresholds(sure, doubtful, ordinary)


def _best(share: Shares, value: Shares) -> float:
    """The threshold above which the values add up to most; `NEVER` where none pays."""
    sums = np.cumsum(value)
    last = int(np.argmax(sums))
    if sums[last] <= 0:
        return NEVER
    below = share[last + 1] if last + 1 < len(share) else min(_LOWEST, share[last])
    return float(round((share[last] + below) / 2, 4))
