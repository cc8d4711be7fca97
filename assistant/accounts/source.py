"""What every source of accounts is asked, what it answers, and how it fails.

Owns the `AccountSource` interface, the values that it gives, and what it means that a telephone
number or a name fits.  It opens no file and no connection; what a source gives that does not fit
what was asked for is left out here, whatever the source thought.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from assistant.events import Origin
from assistant.shift.rows import WorkRow
from compliance.errors import AssistantError, MissingPart
from compliance.flattening import flatten
from scripts.account import Account

MOST = 50
"""More accounts than these for one look-up are no answer."""

_HAN_FIGURES = str.maketrans("零〇一二三四五六七八九", "00123456789")
_LEAST_FIGURES = 6  # of a telephone number; fewer would fit anybody
_PREFIX = 3  # figures of a country's code


class SourceFailed(MissingPart):
    """The source does not answer, or answers what is no account (exit status 3)."""


class CannotLookUp(AssistantError):
    """The source has no way to look an account up by what was asked."""


class TooMany(AssistantError):
    """More accounts fit than anybody could choose from."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """An account as a source gave it.

    `numbers` are the customer's telephone numbers, as written there.  `as_of` is when it was true,
    with an offset; `None` is unknown.  `source` is the source's name.  `row` is all that the source
    says for calling: flags, contacts, kinds of numbers; `None` where it gave an account alone.
    """

    account: Account
    numbers: tuple[str, ...]
    as_of: datetime | None
    source: str
    row: WorkRow | None = field(default=None, compare=False)

    @property
    def origin(self) -> Origin:
        """Where it is from, as a call keeps it."""
        return Origin(self.source, self.as_of.isoformat() if self.as_of is not None else "")


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that is no account: where it stands, and why by column, never what stands there.

    `place` is the file's name, or the source's; `row` counts from 1 (of a text file, the line).
    """

    place: str
    row: int
    why: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        told = "; ".join(f"{column}: {what}" if column else what for column, what in self.why)
        return f"{self.place}:{self.row}: {told}" if self.row else f"{self.place}: {told}"


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up gave: accounts that fit, and records that may be but cannot be read."""

    accounts: tuple[Sourced, ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of a source gave: how many accounts it read, all records that it could not.

    `read` is `None` where a source does not list its accounts; `as_of` is how fresh it is.
    `unused` are columns of it that mean nothing here.
    """

    read: int | None
    unread: tuple[Unread, ...] = ()
    as_of: datetime | None = None
    unused: tuple[str, ...] = ()


class AccountSource(Protocol):
    """Where accounts are looked up.  Every call may take seconds and belongs on no screen's thread.

    All three raise `SourceFailed` where the source does not answer, `CannotLookUp` where it has no
    way to, `TooMany` where more than `MOST` fit.
    """

    @property
    def name(self) -> str:
        """What an agent calls it: a file's name, a host; no secret and no path."""

    def by_id(self, account: str) -> Found:
        """The account of this id."""

    def by_phone(self, number: str) -> Found:
        """Every account of whoever has this telephone number, however it is written."""

    def by_name(self, text: str) -> Found:
        """Every account whose customer's name holds all these words, in any case or script."""

    def check(self, account: str = "") -> Checked:
        """Whether it can be used; with an account's id, whether that can be read."""


def look_up(source: AccountSource, typed: str) -> Found:
    """What somebody typed: an id, else a telephone number, else a name.

    Raises:
        AssistantError: as the source's own ways; a way that it has not is passed over unless it
            has none.
    """
    typed = unicodedata.normalize("NFKC", typed).strip()
    if is_number(typed):
        typed = _as_dialled(typed)
    ways: list[Callable[[str], Found]] = [source.by_id]
    if is_number(typed):
        ways.append(source.by_phone)
    elif typed:
        ways.append(source.by_name)
    missing: CannotLookUp | None = None
    asked = False
    for way in ways:
        try:
            found = way(typed)
        except CannotLookUp as error:
            missing = error
            continue
        asked = True
        if found.accounts or found.unread:
            return found
    if missing is not None and not asked:
        raise missing
    return Found()


def kept_to(found: Iterable[Sourced], unread: Iterable[Unread] = ()) -> Found:
    """An answer of no more accounts than somebody can choose from, none twice.

    Raises:
        TooMany: there are more.
    """
    accounts = tuple({one.account.id: one for one in found}.values())
    if len(accounts) > MOST:
        raise TooMany(
            f"More than {MOST} accounts fit", "Type more of the name, or the account's id."
        )
    return Found(accounts, tuple(unread))


# ---- what fits -----------------------------------------------------------------------------------


def bare(number: str) -> str:
    """A telephone number's figures and nothing else, as a database or endpoint is asked."""
    plain = _as_dialled(number)
    return "".join(sign for sign in plain if sign in "0123456789")


def _as_dialled(number: str) -> str:
    """A number with the figures that are dialled: ０９１２ and 零九一二 are 0912."""
    return unicodedata.normalize("NFKC", number).translate(_HAN_FIGURES)


def figures_of(number: str) -> str:
    """A telephone number's figures, without what is dialled before it at home (0, 00)."""
    return bare(number).lstrip("0")


def is_number(typed: str) -> bool:
    """Whether this is how somebody writes a telephone number."""
    plain = _as_dialled(typed).strip()
    return all(sign in "+0123456789 ().-/" for sign in plain) and (
        len(figures_of(plain)) >= _LEAST_FIGURES
    )


def same_number(one: str, other: str) -> bool:
    """Whether two writings are of one telephone: `+886 912-345-678` is `0912345678`."""
    short, long = sorted((figures_of(one), figures_of(other)), key=len)
    if len(short) < _LEAST_FIGURES or len(long) - len(short) > _PREFIX:
        return False
    return long.endswith(short)


def is_named(account: Account, text: str) -> bool:
    """Whether the customer's name holds every word of a text."""
    words = _folded(text).split()
    name = _folded(account.customer_name)
    return bool(words) and all(word in name or word in name.replace(" ", "") for word in words)


def _folded(text: str) -> str:
    return flatten(unicodedata.normalize("NFKC", text))[0].casefold()
