"""Thousands of promises spoken by rule: sums by independent libraries, days by the calendar.

What is certain must be what was said, whatever the sum, the day and the way of saying it.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import cn2an
import pytest
from num2words import num2words

from scripts.commitments import proposals
from tests.scripts.commitment_cases import load_cases

EN, ZH = load_cases("en").saying, load_cases("zh").saying
TODAY = date(2026, 11, 28)
ROUNDS = 3000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _sum(chance: random.Random) -> int:
    size = chance.choice([100, 1000, 10_000, 100_000])
    return chance.choice([1, 5, 10, 50, 100]) * chance.randint(1, max(1, size // 50))


def _day(chance: random.Random) -> date:
    return TODAY + timedelta(days=chance.randint(1, 40))


def _english_sum(value: int, chance: random.Random) -> str:
    words = str(num2words(value)).replace("-", " ").replace(",", "")
    forms = [f"{words} dollars", words, f"${value:,}", str(value), words.replace(" and ", " ")]
    return chance.choice(forms)


def _english_day(day: date, chance: random.Random) -> str:
    ordinal = str(num2words(day.day, to="ordinal")).replace("-", " ")
    forms = [f"on {day:%B} {ordinal}", f"on the {ordinal} of {day:%B}", f"on {day:%B} {day.day}"]
    if (day - TODAY).days < 7:
        forms += [f"on {WEEKDAYS[day.weekday()]}", f"by {WEEKDAYS[day.weekday()]}"]
    if (day - TODAY).days < 27:
        forms.append(f"on the {ordinal}")
    if day == TODAY + timedelta(days=1):
        forms.append("tomorrow")
    forms.append(f"in {num2words((day - TODAY).days).replace('-', ' ')} days")
    return chance.choice(forms)


def _mandarin_sum(value: int, chance: random.Random) -> str:
    words = str(cn2an.an2cn(value))
    forms = [f"{words}元", words, f"{words}塊錢", f"{value}元", f"{value:,}"]
    tail = f"{value:d}".rstrip("0")
    # 一萬二, 三千五: the last unit is left out where one figure follows the next unit.
    if len(tail) >= 2 and value >= 100 and tail[-2] != "0" and words[-1] in "百千":
        forms.append(words[:-1])
    if chance.random() < 0.5:
        forms = [form.replace("二百", "兩百").replace("二千", "兩千") for form in forms]
    return chance.choice(forms)


def _mandarin_day(day: date, chance: random.Random) -> str:
    number = cn2an.an2cn(day.day)
    month = "下個月" if day.month == 12 and day.year == 2026 else ""
    forms = [f"{cn2an.an2cn(day.month)}月{number}號", f"{day.month}月{day.day}日"]
    if month:
        forms.append(f"{month}{number}號")
    if (day - TODAY).days < 27:
        forms.append(f"{number}號")
    if 1 < (day - TODAY).days < 8 and day.weekday() != 6:
        forms.append(f"下禮拜{'一二三四五六'[day.weekday()]}")
    if day.year == 2027:
        forms.append(f"民國一百一十六年{day.month}月{number}號")
    return chance.choice(forms)


@pytest.mark.parametrize("seed", [1, 2])
def test_english(seed: int) -> None:
    chance = random.Random(seed)
    certain = 0
    for _ in range(ROUNDS):
        value, day = _sum(chance), _day(chance)
        spoken, when = _english_sum(value, chance), _english_day(day, chance)
        text = chance.choice(
            [f"I'll pay {spoken} {when}", f"{when} I'll pay {spoken}", f"{spoken} {when}",
             f"{when}, {spoken}", f"yes I can do {spoken} {when}"]
        )  # fmt: skip
        for found in proposals(text, EN):
            if found.certain:
                certain += 1
                assert (found.amount, found.day) == (Decimal(value), day), text
    assert certain > ROUNDS * 0.8


@pytest.mark.parametrize("seed", [3, 4])
def test_mandarin(seed: int) -> None:
    chance = random.Random(seed)
    certain = 0
    for _ in range(ROUNDS):
        value, day = _sum(chance), _day(chance)
        spoken, when = _mandarin_sum(value, chance), _mandarin_day(day, chance)
        text = chance.choice(
            [f"我{when}繳{spoken}", f"{spoken}{when}繳", f"{when},{spoken}", f"{when}{spoken}",
             f"我先還{spoken},{when}", f"好,{when}我會還{spoken}"]
        )  # fmt: skip
        for found in proposals(text, ZH):
            if found.certain:
                certain += 1
                assert (found.amount, found.day) == (Decimal(value), day), text
    assert certain > ROUNDS * 0.6


@pytest.mark.parametrize("seed", [5, 6])
def test_two_promises_in_one_breath(seed: int) -> None:
    chance = random.Random(seed)
    certain = 0
    for _ in range(ROUNDS // 3):
        said = [(_sum(chance), _day(chance)) for _ in range(2)]
        wanted = {(Decimal(value), day) for value, day in said}
        gap = chance.choice([",", " ", "，再"])
        zh = gap.join(f"{_mandarin_day(d, chance)}繳{_mandarin_sum(v, chance)}" for v, d in said)
        link = chance.choice([" and ", ", ", " "])
        en = link.join(f"{_english_sum(v, chance)} {_english_day(d, chance)}" for v, d in said)
        for text, saying in ((zh, ZH), (f"I'll pay {en}", EN)):
            for found in proposals(text, saying):
                if found.certain:
                    certain += 1
                    assert (found.amount, found.day) in wanted, text
    assert certain > ROUNDS // 3
