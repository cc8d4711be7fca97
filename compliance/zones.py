"""Where in time a customer may be: zones by state and by telephone area, and days that are closed.

Owns the formats of `zones/<jurisdiction>.yaml` and `holidays/<jurisdiction>.yaml`, and the answer
to which zones may apply to a call.  It reads no clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pydantic import Field

from compliance.context import CallHeader
from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.local_time import zone_of
from compliance.pack_cache import PackCache


class _ZoneFile(Schema):
    jurisdiction: str
    everywhere: tuple[str, ...] = ()
    country_code: str = Field(default="", pattern=r"^[0-9]{0,3}$")
    area_digits: int = Field(default=3, ge=1, le=5)
    states: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    areas: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class _HolidayFile(Schema):
    jurisdiction: str
    years: tuple[int, ...] = Field(min_length=1)
    days: dict[str, str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Zones:
    """The time zones of a jurisdiction, by IANA name.

    `everywhere` are those of a place that has but one; `states` and `areas` those of a customer's
    state and of the area code of a number, which has `area_digits` digits after `country_code`.
    """

    everywhere: tuple[str, ...] = ()
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    areas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    country_code: str = ""
    area_digits: int = 3

    def of_call(self, header: CallHeader) -> tuple[str, ...]:
        """Every zone in which the customer may be; empty where that is unknown.

        A zone that the header names is one of them, and settles which of a state's it is; a number
        from elsewhere adds its own: who does not know where somebody is must mind all places.
        """
        zones: dict[str, None] = {}
        named = header.customer_timezone
        if zone_of(named) is not None and named is not None:
            zones[named] = None
        of_state = self.states.get((header.customer_state or "").strip().upper(), ())
        if named not in of_state:
            zones.update(dict.fromkeys(of_state))
        of_area = self._of_area(header.number)
        if not (named in of_area or set(of_area) & zones.keys()):
            zones.update(dict.fromkeys(of_area))
        return tuple(zones) or self.everywhere

    def _of_area(self, number: str | None) -> tuple[str, ...]:
        if not number or not self.areas:
            return ()
        digits = "".join(sign for sign in number if sign.isascii() and sign.isdigit())
        national = 10 if self.country_code == "1" else None
        if digits.startswith(self.country_code) and (
            number.strip().startswith("+") or (national and len(digits) > national)
        ):
            digits = digits.removeprefix(self.country_code)
        elif number.strip().startswith(("+", "00")):
            return ()  # of another country
        if national is not None and len(digits) != national:
            return ()
        return self.areas.get(digits[: self.area_digits], ())


@dataclass(frozen=True, slots=True)
class Holidays:
    """The days on which nobody may be called where the law says so; known for some `years`."""

    years: frozenset[int] = frozenset()
    days: frozenset[date] = frozenset()

    def closed(self, day: date) -> bool | None:
        """Whether a day is one; `None` for a year that nobody has entered."""
        return day in self.days if day.year in self.years else None


def load_zones(path: Path, cache: PackCache | None = None) -> Zones:
    """The zones of a file.

    Raises:
        BadInput: it has faults, or names zones that do not exist.
    """
    document = load_document(path, _ZoneFile, cache)
    value = document.value
    faults = [
        document.fault(f"{name!r} is no IANA time zone", "everywhere", index)
        for index, name in enumerate(value.everywhere)
        if zone_of(name) is None
    ]
    for state, names in value.states.items():
        faults.extend(
            document.fault(f"{name!r} is no IANA time zone", "states", state, index)
            for index, name in enumerate(names)
            if zone_of(name) is None
        )
    areas: dict[str, tuple[str, ...]] = {}
    for name, codes in value.areas.items():
        if zone_of(name) is None:
            faults.append(document.fault(f"{name!r} is no IANA time zone", "areas", name))
        for code in codes:
            areas[code] = (*areas.get(code, ()), name)
    if faults:
        raise BadInput(f"{path} has faults", tuple(faults))
    states = {state.upper(): names for state, names in value.states.items()}
    return Zones(value.everywhere, states, areas, value.country_code, value.area_digits)


def load_holidays(path: Path, cache: PackCache | None = None) -> Holidays:
    """The holidays of a file, whose keys are ISO dates and whose values their names.

    Raises:
        BadInput: it has faults, or a key is no day of one of its years.
    """
    document = load_document(path, _HolidayFile, cache)
    days: set[date] = set()
    faults: list[Fault] = []
    for text in document.value.days:
        day = _day(document, text, faults)
        if day is not None:
            days.add(day)
    if faults:
        raise BadInput(f"{path} has faults", tuple(faults))
    return Holidays(frozenset(document.value.years), frozenset(days))


def _day(document: Document[_HolidayFile], text: str, faults: list[Fault]) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        faults.append(document.fault(f"{text!r} is no day (2026-01-31)", "days", text))
        return None
    if day.year not in document.value.years:
        faults.append(document.fault(f"{text} is in none of the years", "days", text))
    return day
