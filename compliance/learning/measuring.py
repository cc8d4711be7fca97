"""How well scorer and phrases tell breaches from lawful lines of authors not learned from.

Owns the figures and their table; it trains nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from compliance.learning.choosing import Judged, Thresholds
from compliance.learning.training import Material


def table(
    material: Material, lines: Judged, chosen: Thresholds, which: npt.NDArray[np.bool_]
) -> str:
    """Thresholds, all breaches by style, lawful lines, and every family, of `which` lines."""
    lines = lines.only(which)
    style = np.array([example.style for example in material.examples])[which]
    family = np.array([example.family for example in material.examples])[which]
    told = lines.flagged(chosen)
    breach = lines.breach
    found = [
        f"doubtful below {chosen.doubtful:.2f}, ordinary up to {chosen.ordinary:.2f}",
        f"breaches     {_of(told, breach)}  by phrases {_of(lines.phrases, breach)}",
        f"  direct     {_of(told, breach & (style == 'direct'))}",
        f"  veiled     {_of(told, breach & (style == 'veiled'))}",
        f"near-misses  {_of(told, lines.near)}  by phrases {_of(lines.phrases, lines.near)}",
        f"ordinary     {_of(told, lines.everyday & ~lines.plain)}",
        f"  plain      {_of(told, lines.plain)}",
    ]
    found += [
        f"{name:24} sure above {chosen.sure.get(str(name), 1.0):.2f}"
        f"  breaches {_of(told, breach & (family == name))}"
        f"  near-misses {_of(told, ~breach & (family == name))}"
        for name in sorted(set(family[breach]))
    ]
    return "\n".join(found) + "\n"


def _of(told: npt.NDArray[np.bool_], chosen: npt.NDArray[np.bool_]) -> str:
    count = int(chosen.sum())
    return f"{100 * told[chosen].sum() / max(count, 1):5.1f} % of {count}"
