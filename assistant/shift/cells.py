"""Reads one row's cells: text in, values out, and what is wrong with a cell by its column.

Owns the writing of numbers, days, moments, flags and contacts in a list.  A fault names a column
and what is expected there, never what stands in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from zoneinfo import ZoneInfo

from assistant.sheet_cells import unguarded
from assistant.shift.rows import NumberKind, PhoneNumber
from compliance.context import Contact

_T = TypeVar("_T")

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_AMOUNT = re.compile(r"(?:[0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]{1,4})?")
_DAYS = re.compile(r"[0-9]{1,5}")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,59}")
_PAIR = re.compile(r"([a-z][a-z0-9_]{0,59})\s*=\s*(\S(?:[^;=]{0,198}\S)?)")
_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{2,23}[0-9]")
_NONE = "none"
_NEGATIVE = ("-", "−", "－", "(", "（")
# What an input method makes of a figure; nothing else that only looks like one (², ½) is taken.
HALF_WIDTH: Mapping[int, str] = {
    **{0xFF10 + figure: str(figure) for figure in range(10)},
    ord("，"): ",",
    ord("．"): ".",
}
"""Full-width figures and signs of a number, as an input method writes them."""


@dataclass(slots=True)
class Cells:
    """One row's cells by column; `faults` are what is wrong with them, by column."""

    values: Mapping[str, str]
    dates: str | None = None
    faults: list[tuple[str, str]] = field(default_factory=list)

    def plain(self, column: str) -> str:
        """A cell's text without blanks around it; empty where it is empty or absent.

        A sign that keeps spreadsheets from taking it for a formula is no part of it.
        """
        value = unguarded(self.values.get(column, "").strip())
        if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in value):
            fault = (column, "holds control or invisible characters")
            if fault not in self.faults:
                self.faults.append(fault)
            return ""
        return value

    def read(self, column: str, read: Callable[[str], _T], expected: str) -> _T | None:
        """A cell as a value; `None` where it is empty, or wrong, which is then a fault."""
        text = self.plain(column)
        if not text:
            return None
        try:
            return read(text)
        except (ValueError, InvalidOperation, OverflowError):
            if (column, expected) not in self.faults:
                self.faults.append((column, expected))
            return None

    def one_of(self, column: str, known: Sequence[str]) -> str | None:
        """One of a few known words, as it is known, however its letters are written."""
        by_name = {name.casefold(): name for name in known}

        def read(text: str) -> str:
            if text.casefold() not in by_name:
                raise ValueError
            return by_name[text.casefold()]

        return self.read(column, read, f"is none of {', '.join(known)}")

    def amount(self, column: str) -> Decimal | None:
        """An amount in major units."""
        if self.plain(column).startswith(_NEGATIVE):
            expected = "is negative, and nothing that is owed is"
        else:
            expected = "is no amount (1234.50 or 1,234.50)"
        return self.read(column, _amount, expected)

    def days(self, column: str) -> int | None:
        """A number of days."""
        return self.read(column, _whole, "is no number of days")

    def day(self, column: str) -> date | None:
        """A day."""
        return self.read(column, lambda text: _day(text, self.dates), "is no day (2026-12-05)")

    def pairs(self, column: str) -> tuple[tuple[str, str], ...]:
        """What has a name and a value, such as identifiers."""
        expected = "is no list of kinds and values (birth_date=1984-03-12; …), nor none"
        return self.read(column, lambda text: tuple(map(_pair, _parts(text))), expected) or ()

    def slugs(self, column: str) -> tuple[str, ...]:
        """Words of a list that this program knows."""
        expected = "is no list of words (broken_promise; …), nor none"
        return self.read(column, lambda text: tuple(sorted(_flags(text))), expected) or ()

    def moment(self, column: str, zone: ZoneInfo | None) -> datetime | None:
        """A moment; without an offset it is read in the customer's zone, where that is known."""
        return self.read(
            column,
            lambda text: _moment(text, zone),
            "is no time with an offset (2026-11-20T14:00+08:00)",
        )

    def flags(self, column: str) -> frozenset[str] | None:
        """The facts that hold; `None` where nobody says."""
        return self.read(column, _flags, "is no list of facts (cease_contact; disputed), nor none")

    def due_days(self, column: str) -> tuple[date, ...] | None:
        """The days of open promises; `None` where nobody says."""
        return self.read(
            column,
            lambda text: tuple(_day(part, self.dates) for part in _parts(text)),
            "is no list of days (2026-12-05; 2027-01-05), nor none",
        )

    def contacts(self, column: str, zone: ZoneInfo | None) -> tuple[Contact, ...] | None:
        """Earlier attempts; `None` where nobody says."""
        return self.read(
            column,
            lambda text: tuple(_contact(part, zone) for part in _parts(text)),
            "is no list of attempts (2026-11-20T10:05+08:00 no_answer; …), nor none",
        )

    def numbers(self) -> Iterator[PhoneNumber]:
        """The telephone numbers in their order."""
        for column in ("number", "number_2", "number_3"):
            number = self.read(column, _number, "is no telephone number")
            kind = self.read(
                f"{column}_kind",
                lambda text: NumberKind(text.casefold().replace(" ", "_")),
                f"is none of {', '.join(kind.value for kind in NumberKind)}",
            )
            if number is not None:
                yield PhoneNumber(number, kind or NumberKind.UNKNOWN)


def _parts(text: str) -> Iterator[str]:
    if text.casefold() == _NONE:
        return
    yield from (part.strip() for part in text.split(";") if part.strip())


def _pair(text: str) -> tuple[str, str]:
    found = _PAIR.fullmatch(text)
    if found is None:
        raise ValueError
    return found[1], found[2]


def _amount(text: str) -> Decimal:
    text = text.translate(HALF_WIDTH)
    if not _AMOUNT.fullmatch(text):
        raise ValueError
    return Decimal(text.replace(",", ""))


def _whole(text: str) -> int:
    text = text.translate(HALF_WIDTH)
    if not _DAYS.fullmatch(text):
        raise ValueError
    return int(text)


def is_telephone_number(text: str) -> bool:
    """Whether it is written as one, and of nothing else."""
    return _NUMBER.fullmatch(text) is not None


def _number(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    if not _NUMBER.fullmatch(plain):
        raise ValueError
    return plain


def _flags(text: str) -> frozenset[str]:
    found = frozenset(part.casefold() for part in _parts(text))
    if not all(_SLUG.fullmatch(name) for name in found):
        raise ValueError
    return found


def _day(text: str, written: str | None) -> date:
    if written:
        return _of_our_time(datetime.strptime(text, written)).date()  # noqa: DTZ007 - a day has no zone
    return _of_our_time(datetime.combine(date.fromisoformat(text), datetime.min.time())).date()


def _moment(text: str, zone: ZoneInfo | None) -> datetime:
    moment = _of_our_time(datetime.fromisoformat(text))
    if moment.tzinfo is not None:
        return moment
    if zone is None or len(text) <= len("2026-11-20"):
        raise ValueError  # a day is no moment
    return moment.replace(tzinfo=zone)


def _contact(text: str, zone: ZoneInfo | None) -> Contact:
    at, _, rest = text.partition(" ")
    outcome, _, number = rest.strip().partition(" ")
    return Contact(_moment(at, zone), number.strip() or None, outcome or None)


def _of_our_time(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError
    return moment
