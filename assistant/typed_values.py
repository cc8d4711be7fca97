"""What an agent types into a field of the wrap-up, and what is meant by it.

Owns the reading of days, times, amounts, counts, choices and yes or no, as people write them with
an input method on or off, and how a known value stands in its field.  Pure: the day is passed in.
What is typed is never guessed at: what can be meant in two ways is not understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from assistant.quoting import NotAnAmount, amount_typed
from assistant.said_values import InDoubt, day_said, in_figures, sum_said
from scripts.commitments_parts import Doubt
from scripts.forms import minor_digits
from scripts.outcomes import LONGEST_TEXT, Named, OutcomeField, Value
from scripts.outcomes_file import FieldKind

MOST_DAYS = 366
"""A day that is typed lies within a year."""

_YEAR_ONE = 1911
"""民國 1 is 1912."""

_IN_DAYS = re.compile(r"([+-])([0-9]{1,3})\Z")
_ISO = re.compile(r"(?:([0-9]{4})[-/.])?([0-9]{1,2})([-/.])([0-9]{1,2})\Z")
_HAN = re.compile(r"(?:([0-9]{4})年)?([0-9]{1,2})月([0-9]{1,2})[日号號]?\Z")
_REPUBLIC = re.compile(
    r"(?:民[國国])?([0-9]{2,3})(?:年([0-9]{1,2})月([0-9]{1,2})日?|[-/.]([0-9]{1,2})[-/.]([0-9]{1,2}))\Z"
)
_CLOCK = re.compile(
    r"(?P<before>上午|早上|中午|下午|晚上)?(?P<hour>[0-9]{1,2})"
    r"(?:(?P<mark>[:點点时時])(?P<minute>[0-9]{2}|半)?分?)?(?P<after>am|pm|a\.m\.|p\.m\.)?\Z",
    re.IGNORECASE,
)
_FIGURES = re.compile(r"([0-9]{1,2})([0-9]{2})\Z")
_COUNT = re.compile(r"([0-9]{1,3})[期次]?\Z")
_MORNING = frozenset({"上午", "早上", "am", "a.m."})
_YES = frozenset({"1", "y", "yes", "是", "同意", "有"})
_NO = frozenset({"2", "n", "no", "否", "不", "不同意", "沒有", "没有"})


_DAYS_AGO = {"昨天": 1, "昨日": 1, "yesterday": 1, "前天": 2, "前日": 2}


class NotUnderstood(ValueError):
    """What was typed is nothing that its field can hold; `doubt` is why, where it may be much."""

    def __init__(self, doubt: Doubt | None = None) -> None:
        super().__init__()
        self.doubt = doubt


@dataclass(frozen=True, slots=True)
class Reading:
    """How what is typed is to be read.

    `today` is the desk's day.  `currency` is that of amounts, empty where any may be.  `republic`:
    years may be counted from 1912, as in Taiwan.  `day_first`: 5/12 is in December, as in the
    United Kingdom and Hong Kong; 12-05 is everywhere.  `now` is the day on which it is typed, where
    a wrap-up is completed later: `+3` counts from then, and `today` is the day of the call.
    """

    today: date
    republic: bool = False
    day_first: bool = False
    currency: str = ""
    now: date | None = None

    @property
    def typed_on(self) -> date:
        """The day on which it is typed."""
        return self.now if self.now is not None else self.today


def reading_for(jurisdiction: str, language: str, today: date, currency: str = "") -> Reading:
    """How what is typed at a desk of a jurisdiction, in a call of a language, is to be read."""
    day_first = language.startswith("en") and jurisdiction in {"uk", "hk"}
    return Reading(today, jurisdiction == "tw", day_first, currency)


def plain(typed: str) -> str:
    """What was typed with the figures and signs of an input method as others type them."""
    return unicodedata.normalize("NFKC", typed).strip()


# ---- one kind after the other --------------------------------------------------------------------


def day_typed(typed: str, reading: Reading, *, past: bool = False) -> date | None:
    """The day meant by `2026-12-05`, `12-05`, `12/5`, `12月5日`, `+3`; in Taiwan also `115-12-05`.

    Numbers may be written in Han characters, and a day to come may be said as customers say it
    (下週五, `Friday`).  A day without a year is the next such day; where `past`, the last one.
    `None`: nothing stands there.

    Raises:
        NotUnderstood: it is none of these, on the wrong side of today, or more than a year away.
    """
    said = plain(typed)
    text = "".join(in_figures(said).split())
    if not text:
        return None
    try:
        day = _day(text, reading, past=past)
    except NotUnderstood:
        day = _day_said(said, reading, past=past)
    except (ValueError, OverflowError):
        raise NotUnderstood from None
    first, last = reading.today, reading.typed_on + timedelta(days=MOST_DAYS)
    if past:
        first, last = reading.today - timedelta(days=MOST_DAYS), reading.typed_on
    if not first <= day <= last:
        late = Doubt.FAR_AHEAD if not past else None
        raise NotUnderstood(Doubt.DAY_PAST if day < first and not past else late)
    return day


def _day(text: str, reading: Reading, *, past: bool) -> date:
    today = reading.typed_on if past else reading.today
    if found := _IN_DAYS.match(text):
        days = int(found[2])
        return reading.typed_on + timedelta(days=days if found[1] == "+" else -days)
    if found := _ISO.match(text):
        month, day = int(found[2]), int(found[4])
        if found[3] == "/" and not found[1] and reading.day_first:
            month, day = day, month
        return _in_year(found[1], month, day, today, past=past)
    if found := _HAN.match(text):
        return _in_year(found[1], int(found[2]), int(found[3]), today, past=past)
    if reading.republic and (found := _REPUBLIC.match(text)):
        month, day = (int(found[2] or found[4]), int(found[3] or found[5]))
        return date(int(found[1]) + _YEAR_ONE, month, day)
    raise NotUnderstood


def _day_said(said: str, reading: Reading, *, past: bool) -> date:
    if past:
        ago = _DAYS_AGO.get(said.casefold())
        if ago is None:
            raise NotUnderstood
        return reading.typed_on - timedelta(days=ago)
    try:
        day = day_said(
            said, reading.typed_on, republic=reading.republic, day_first=reading.day_first
        )
    except InDoubt as unsure:
        raise NotUnderstood(unsure.doubt) from None
    if day is None:
        raise NotUnderstood
    return day


def _in_year(year: str | None, month: int, day: int, today: date, *, past: bool) -> date:
    if year:
        return date(int(year), month, day)
    step = -1 if past else 1
    # Today's year, else the next on that side; of 29 February, the next year that has one.
    for number in range(9):
        try:
            found = date(today.year + step * number, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        if found == today or (found < today) is past:
            return found
    raise NotUnderstood


def time_typed(typed: str) -> time | None:
    """The time meant by `15:30`, `1530`, `3:30 pm`, `下午3點半`; a bare hour may be either half."""
    text = "".join(in_figures(plain(typed)).casefold().split())
    if not text:
        return None
    try:
        if found := _FIGURES.match(text):
            return time(int(found[1]), int(found[2]))
        found = _CLOCK.match(text)
        if found is None:
            raise NotUnderstood
        half = found["before"] or found["after"]
        if (found["before"] and found["after"]) or not (half or found["mark"]):
            raise NotUnderstood
        if found["mark"] == ":" and (found["minute"] or "半") == "半":
            raise NotUnderstood
        minute = 30 if found["minute"] == "半" else int(found["minute"] or 0)
        return time(_hour(int(found["hour"]), half), minute)
    except ValueError:
        raise NotUnderstood from None


def _hour(hour: int, half: str | None) -> int:
    if not half:
        return hour
    if half in _MORNING:
        if hour > 12 or hour == 0:
            raise NotUnderstood
        return hour % 12
    if half == "晚上" and hour == 12:
        raise NotUnderstood  # midnight, of which day?
    if half == "中午" and hour == 11:
        return hour
    if hour == 0:
        raise NotUnderstood
    return hour if hour >= 12 else hour + 12


def count_typed(typed: str) -> int | None:
    """A count of one or more: `6`, `６期`."""
    text = "".join(in_figures(plain(typed)).split())
    if not text:
        return None
    found = _COUNT.match(text)
    if found is None or int(found[1]) < 1:
        raise NotUnderstood
    return int(found[1])


def choice_typed(typed: str, choices: Sequence[tuple[str, Named]]) -> str | None:
    """The slug of a choice by its number, or by how its name begins in any language."""
    text = plain(typed).casefold()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        place = int(text[:6]) - 1
        if not 0 <= place < len(choices):
            raise NotUnderstood
        return choices[place][0]
    found = {
        slug
        for slug, named in choices
        for name in (slug, *(name for _code, name in named.names))
        if name.casefold().startswith(text)
    }
    exact = {slug for slug in found if slug == text}
    if len(exact or found) != 1:
        raise NotUnderstood
    return (exact or found).pop()


def yes_no_typed(typed: str) -> bool | None:
    """Yes by `1`, `y`, `是`; no by `2`, `n`, `否`."""
    text = plain(typed).casefold()
    if not text:
        return None
    if text not in _YES | _NO:
        raise NotUnderstood
    return text in _YES


# ---- a field -------------------------------------------------------------------------------------


def value_typed(item: OutcomeField, typed: str, reading: Reading) -> Value | None:
    """What was typed into a field; `None` where nothing stands there.

    Raises:
        NotUnderstood: the field cannot hold that.
    """
    match item.kind:
        case FieldKind.AMOUNT:
            return _amount(typed, reading.currency)
        case FieldKind.PAST_DATE | FieldKind.FUTURE_DATE:
            return day_typed(typed, reading, past=item.kind is FieldKind.PAST_DATE)
        case FieldKind.TIME:
            return time_typed(typed)
        case FieldKind.COUNT:
            return count_typed(typed)
        case FieldKind.CHOICE:
            return choice_typed(typed, item.choices)
        case FieldKind.YES_NO:
            return yes_no_typed(typed)
        case FieldKind.TEXT:
            return typed.strip()[:LONGEST_TEXT] or None


def _amount(typed: str, currency: str) -> Decimal | None:
    try:
        amount = amount_typed(typed, currency)
    except NotAnAmount:
        amount = _sum_said(plain(typed), currency)
    if amount is not None and amount <= 0:
        raise NotUnderstood
    return amount


def _sum_said(said: str, currency: str) -> Decimal:
    try:
        amount = sum_said(said, currency)
    except InDoubt as unsure:
        raise NotUnderstood(unsure.doubt) from None
    if amount is None or amount != round(amount, minor_digits(currency) if currency else 2):
        raise NotUnderstood
    return round(amount, minor_digits(currency) if currency else 2)


def as_typed(item: OutcomeField, value: Value) -> str:
    """How a value would have been typed: what stands in a field that the call fills in."""
    match value:
        case bool():
            return "1" if value else "2"
        case Decimal():
            return format(value, "f")
        case time():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case str() if item.kind is FieldKind.CHOICE:
            slugs = [slug for slug, _named in item.choices]
            return str(slugs.index(value) + 1) if value in slugs else ""
        case str():
            return value
