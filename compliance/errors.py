"""The error tree of the product: what happened, where, and what to do about it.

Every error a user can meet is an `AssistantError`; the command line prints it in one or two lines
and ends with `exit_status`.  Messages name files, fields, lines and columns, never what was said,
who said it, or an amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# What may be told of a value that came from outside: a slug, or a language tag; no run of digits.
_SLUG = re.compile(r"(?!.*[0-9]{4})[a-z][a-z0-9_-]{0,23}|[a-z]{2,3}-[A-Za-z]{2,4}")
_UNSHOWN = "(not shown)"


def shown(value: object) -> str:
    """A value from outside as an error may tell it: quoted if it is a slug, otherwise withheld.

    A wrong field may hold anything: what was said, a name, a number of an account.
    """
    return repr(value) if isinstance(value, str) and _SLUG.fullmatch(value) else _UNSHOWN


def column_told(name: str, place: int) -> str:
    """A column's name from outside as it may be told: if it is a slug in any case, else its place.

    A table that was turned on its side is headed by customers, and a heading may hold what a
    terminal obeys.  One word of plain letters is neither a whole name nor a number.

    Args:
        name: the heading.
        place: which column it is, from 1.
    """
    return name if name.isascii() and _SLUG.fullmatch(name.lower()) else f"column {place}"


class AssistantError(Exception):
    """Something the user can understand and mend.

    Args:
        what: what happened, one sentence without a full stop at the end.
        remedy: what to do about it; may be empty where `what` says it.
    """

    exit_status = 2

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(f"{what}. {remedy}" if remedy else what)
        self.what = what
        self.remedy = remedy


class MissingPart(AssistantError):
    """A model, device, key or service is missing (exit status 3)."""

    exit_status = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in one file; `line` and `column` count from 1, 0 is unknown."""

    path: Path | str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else str(self.path)
        return f"{place}: {self.message}"


class BadInput(AssistantError):
    """A file has faults; all of them are told at once, each with its place."""

    def __init__(self, what: str, faults: tuple[Fault, ...], remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.faults = faults

    def __str__(self) -> str:
        lines = [f"{self.what}:", *(f"  {fault}" for fault in self.faults)]
        if self.remedy:
            lines.append(self.remedy)
        return "\n".join(lines)


def place_of(error: BaseException) -> str:
    """File and line where an unforeseen error arose: a place, never a message.

    A message of a library may hold what was said, a name or an amount; a place cannot.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    parts = trace.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 2)
    return f"{'/'.join(parts[-2:])}:{trace.tb_lineno}"
