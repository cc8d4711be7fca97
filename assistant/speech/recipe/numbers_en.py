"""English numbers as they are said: amounts, dates, digits, times.

Owns the spoken forms and drawing them.  Years, amounts and digits are drawn as calls hold them:
round amounts often, odd ones too.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from assistant.speech.recipe.templates import Draw

Random = np.random.Generator

UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(number: int, *, joined: bool = False) -> str:
    """`number` in words; `joined` says "two hundred and five"."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        tens, rest = divmod(number, 10)
        return TENS[tens] + (f" {UNITS[rest]}" if rest else "")
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            head, rest = divmod(number, size)
            link = " and " if joined and rest and rest < 100 else " "
            tail = f"{link}{cardinal(rest, joined=joined)}" if rest else ""
            return f"{cardinal(head, joined=joined)} {name}{tail}"
    raise AssertionError


def ordinal(number: int) -> str:
    """`number` as a place in order, below a hundred."""
    head, _, last = cardinal(number).rpartition(" ")
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    else:
        last = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return f"{head} {last}".strip()


def digits(count: int, random: Random) -> str:
    """So many digits one by one; nought is "zero" or "oh"."""
    nought = "oh" if random.random() < 0.3 else "zero"
    drawn = [UNITS[int(d)] if d else nought for d in random.integers(0, 10, count)]
    return (", " if random.random() < 0.3 else " ").join(drawn)


def amount(random: Random, low: int = 20, high: int = 20_000) -> str:
    """Money without its currency, small sums oftener than large ones."""
    number = int(np.exp(random.uniform(np.log(low), np.log(high))))
    kind = random.random()
    if kind < 0.55:
        step = 5 if number < 100 else 10 if number < 300 else 50 if number < 1500 else 100
        number = max(step, number // step * step)
    if kind > 0.9 and 1100 <= number < 9900 and (number // 100) % 10:
        return f"{cardinal(number // 100)} hundred"
    return cardinal(number, joined=random.random() < 0.5)


def dollars(random: Random) -> str:
    """An amount in dollars, at times with cents."""
    text = f"{amount(random)} dollars"
    if random.random() < 0.2:
        cents = int(random.integers(1, 100))
        text += f"{random.choice((' and', ''))} {cardinal(cents)} cents"
    elif random.random() < 0.05:
        text = f"{cardinal(int(random.integers(21, 999)))} {cardinal(int(random.integers(10, 99)))}"
    return text


def pounds(random: Random) -> str:
    """An amount in pounds, at times with pence."""
    text = f"{amount(random)} pounds"
    if random.random() < 0.2:
        text += f" {cardinal(int(random.integers(1, 100)))}{random.choice((' pence', ''))}"
    return text


def year(random: Random) -> str:
    """A year, recent or of a birth."""
    if random.random() < 0.4:
        recent = int(random.integers(2018, 2030))
        short = cardinal(recent % 100)
        return f"twenty {short}" if random.random() < 0.7 else f"two thousand and {short}"
    number = int(random.integers(45, 100))
    return f"nineteen {cardinal(number)}"


def date(random: Random) -> str:
    """A day of the year in one of its many forms."""
    month = MONTHS[int(random.integers(12))]
    day = int(random.integers(1, 32))
    kind = random.random()
    if kind < 0.35:
        return f"{month} {ordinal(day)}"
    if kind < 0.5:
        return f"{month} the {ordinal(day)}"
    if kind < 0.65:
        return f"the {ordinal(day)} of {month}"
    if kind < 0.75:
        return f"the {ordinal(day)}"
    if kind < 0.85:
        return f"{month} {cardinal(day)}"
    return f"{DAYS[int(random.integers(7))]}, {month} {ordinal(day)}"


def birthday(random: Random) -> str:
    """A date of birth."""
    return f"{date(random)}, {year(random)}"


def clock(random: Random) -> str:
    """A time of day."""
    hour = cardinal(int(random.integers(1, 13)))
    kind = random.random()
    if kind < 0.3:
        return f"{hour} o'clock"
    if kind < 0.5:
        return f"{hour} {random.choice(('a m', 'p m'))}"
    if kind < 0.65:
        return f"half past {hour}"
    return f"{hour} {random.choice(('fifteen', 'thirty', 'forty five'))}"


def _draw(low: int, high: int) -> Draw:
    return lambda random: cardinal(int(random.integers(low, high)))


NUMBERS: Mapping[str, Draw] = {
    "dollars": dollars,
    "pounds": pounds,
    "amount": amount,
    "number": lambda random: cardinal(int(random.integers(0, 1000))),
    "small": _draw(2, 13),
    "teens": _draw(10, 100),
    "percent": _draw(1, 36),
    "daysnumber": lambda random: cardinal(
        int(random.choice((7, 10, 14, 15, 20, 30, 35, 45, 60, 90)))
    ),
    "date": date,
    "month": lambda random: str(random.choice(MONTHS)),
    "weekday": lambda random: str(random.choice(DAYS)),
    "ordinal": lambda random: ordinal(int(random.integers(1, 32))),
    "birthday": birthday,
    "year": year,
    "clock": clock,
    "digits": lambda random: digits(int(random.integers(3, 9)), random),
    "digits4": lambda random: digits(4, random),
    "digits10": lambda random: digits(10, random),
}
