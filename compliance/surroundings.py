"""What surrounds the calls of a jurisdiction: its time zones, closed days, and words for outcomes.

Owns where these files stand beside the packs and that each may be absent: what hangs on an absent
one is not assessable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from compliance.errors import BadInput, Fault
from compliance.outcomes import Outcomes, load_outcomes
from compliance.pack_cache import PackCache
from compliance.zones import Holidays, Zones, load_holidays, load_zones

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Zones, closed days and outcomes of one jurisdiction; `files` are those that were read."""

    zones: Zones = field(default_factory=Zones)
    holidays: Holidays = field(default_factory=Holidays)
    outcomes: Outcomes = field(default_factory=Outcomes)
    files: tuple[Path, ...] = ()


def load_surroundings(
    jurisdiction: str, folder: Path, faults: list[Fault], cache: PackCache | None = None
) -> Surroundings:
    """What stands in `zones/`, `holidays/` and `outcomes.yaml`; faults are added to `faults`."""
    zones_at = folder / "zones" / f"{jurisdiction}.yaml"
    holidays_at = folder / "holidays" / f"{jurisdiction}.yaml"
    outcomes_at = folder / "outcomes.yaml"
    return Surroundings(
        _read(zones_at, load_zones, faults, cache) or Zones(),
        _read(holidays_at, load_holidays, faults, cache) or Holidays(),
        _read(outcomes_at, load_outcomes, faults, cache) or Outcomes(),
        tuple(path for path in (zones_at, holidays_at, outcomes_at) if path.exists()),
    )


def _read(
    path: Path,
    load: Callable[[Path, PackCache | None], _T],
    faults: list[Fault],
    cache: PackCache | None,
) -> _T | None:
    if not path.exists():
        return None
    try:
        return load(path, cache)
    except BadInput as error:
        faults.extend(error.faults)
        return None
