"""How well the scorer tells breaches from lawful lines of authors it was not trained on.

Owns the figures and their table; it trains nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from compliance.learning.examples import ORDINARY
from compliance.learning.training import THRESHOLDS, Material, Unseen


def table(material: Material, found: Unseen) -> str:
    """Lines of text: thresholds, all breaches by style, lawful lines, and every family."""
    sure, doubtful = THRESHOLDS[material.language]
    breach = np.array([example.breach for example in material.examples])
    style = np.array([example.style for example in material.examples])
    family = np.array([example.family for example in material.examples])
    ordinary = family == ORDINARY
    topic = np.array(
        [e.family in t for e, t in zip(material.examples, material.topics, strict=True)]
    )
    told = found.gated & (found.share > sure)
    lines = [
        f"sure above {sure:.3f}, doubtful below {doubtful:.3f}",
        f"breaches     {_of(told, breach)}  without their topic {_of(~topic, breach)}",
        f"  direct     {_of(told, breach & (style == 'direct'))}",
        f"  veiled     {_of(told, breach & (style == 'veiled'))}",
        f"near-misses  {_of(told, ~breach & ~ordinary)}",
        f"ordinary     {_of(told, ordinary)}",
    ]
    lines += [
        f"{name:24} breaches {_of(told, breach & (family == name))}"
        f"  near-misses {_of(told, ~breach & (family == name))}"
        for name in sorted(set(family[breach]))
    ]
    return "\n".join(lines) + "\n"


def _of(told: npt.NDArray[np.bool_], chosen: npt.NDArray[np.bool_]) -> str:
    count = int(chosen.sum())
    return f"{100 * told[chosen].sum() / max(count, 1):5.1f} % of {count}"
