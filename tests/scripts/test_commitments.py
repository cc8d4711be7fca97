"""Promises out of what customers say: exact on the cases, and never wrong with certainty."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.account import Promise
from scripts.commitments import Saying, active_promise, proposals
from scripts.commitments_parts import Doubt, day_of_month, full_date, weekday
from tests.scripts.commitment_cases import load_cases, written, wrong_but_certain

LANGUAGES = ("en", "zh")
CASES = {language: load_cases(language) for language in LANGUAGES}
EN, ZH = CASES["en"].saying, CASES["zh"].saying


def heard(text: str, saying: Saying) -> str:
    """What is understood, as the cases write it."""
    return written(proposals(text, saying))


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_hundred_sentences_are_read_as_wanted(language: str) -> None:
    cases = CASES[language]
    said = [case for group in cases.groups.values() for case in group]
    assert len(said) >= 199
    assert len({text for text, _ in said}) == len(said)
    exact = [heard(text, cases.saying_of(text)) == want for text, want in said]
    assert sum(exact) / len(exact) >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("pauses", [True, False])
def test_nothing_wrong_is_shown_as_certain(language: str, pauses: bool) -> None:
    """With the punctuation of a text, and without, as a recogniser writes."""
    cases = CASES[language]
    wrong = []
    for group in cases.groups.values():
        for text, want in group:
            said = text if pauses else re.sub(r"[,，。.?？!;；](?!\d)", "", text)
            if wrong_but_certain(proposals(said, cases.saying_of(text)), want):
                wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("three fifty on the fifth", Doubt.AMOUNT_TWO_WAYS),
        ("I'll pay twenty twenty six on Friday", Doubt.AMOUNT_TWO_WAYS),
        ("300 on payday", Doubt.PAYDAY),
        ("300 on February 31st", Doubt.NO_SUCH_DAY),
        ("300 on December 5th 2025", Doubt.DAY_PAST),
        ("300 next Friday", Doubt.DAY_TWO_WAYS),
        ("if I get paid, 300 on Friday", Doubt.CONDITION),
        ("can I pay 300 on Friday", Doubt.QUESTION),
        ("300 on Friday?", Doubt.QUESTION),
        ("my wife will pay 300 on Friday", Doubt.SOMEBODY_ELSE),
        ("my bill is 640 I'll pay 100 on Friday", Doubt.OTHER_MATTER),
        ("I'll be 50 on Friday", Doubt.NOT_FIRM),
        ("50 a month from the fifth", Doubt.RECURRING),
        ("100.999 on Friday", Doubt.AMOUNT_TWO_WAYS),
        ("五號繳三千二十號再繳四千", Doubt.AMOUNT_TWO_WAYS),
        ("他們五號會繳三千", Doubt.SOMEBODY_ELSE),
        ("發薪日繳三千", Doubt.PAYDAY),
        ("民國2026年12月5日繳三千", Doubt.NO_SUCH_DAY),
        ("五六號繳三千", Doubt.ALTERNATIVES),
        ("兩三千,五號", Doubt.APPROXIMATE),
        ("一半,五號", Doubt.SHARE),
    ],
)
def test_the_doubt_is_named(text: str, doubt: Doubt) -> None:
    found = proposals(text, EN if text.isascii() else ZH)
    assert found
    assert doubt in {named for item in found for named in item.doubts}


def test_day_and_month_order_is_the_customers() -> None:
    british = replace(EN, language="en-GB", currency="GBP")
    assert heard("13/12 I'll pay 100", british) == "100@2026-12-13"
    assert heard("12/13 I'll pay 100", EN) == "100@2026-12-13"
    assert heard("5 December, 100 pounds", british) == "100@2026-12-05"


def test_the_day_is_the_customers_day() -> None:
    """Late in New York it is the next day in Taipei."""
    late = datetime(2026, 11, 28, 23, 30, tzinfo=ZoneInfo("America/New_York"))
    assert heard("I'll pay 100 tomorrow", replace(EN, now=late)) == "100@2026-11-29"
    assert heard("明天繳一千", replace(ZH, now=late)) == "1000@2026-11-30"


def test_years_of_two_or_three_figures_are_of_the_republic_in_taiwan_only() -> None:
    mainland = replace(ZH, language="zh-CN", currency="CNY")
    assert heard("一一五年十二月五號繳三千", ZH) == "3000@2026-12-05"
    assert heard("一一五年十二月五號繳三千", mainland) == "3000@?~"


def test_shares_need_to_know_what_they_are_of() -> None:
    assert heard("half on the fifth", replace(EN, overdue=None)) == "?@2026-12-05~"
    odd = replace(EN, overdue=Decimal("640.01"))
    assert heard("half on the fifth", odd) == "320.01@2026-12-05~"
    assert heard("half on the fifth", replace(EN, currency="JPY")) == "320@2026-12-05~"


@pytest.mark.parametrize(
    "text", ["", " ", "???", "嗯", "a" * 100_000, "三" * 10_000, "\u0000", "💸"]
)
def test_odd_input_is_no_promise(text: str) -> None:
    assert not any(item.certain for item in proposals(text, EN))
    assert not any(item.certain for item in proposals(text, ZH))


_WORDS = st.sampled_from(
    (
        "I'll", "pay", "can't", "no", "300", "three", "fifty", "hundred",
        "on", "the", "fifth", "Friday", "next", "and", "or", "half", "if",
        ",", "?", "5", "12/5", "december", "31", "2026", "a", "k", "$", "我",
        "不", "三千", "五", "號", "下", "個", "月", "禮拜", "分", "兩", "次", "繳", "一",
        "萬", "二", "半", "民國", "年", "日", "底",
    )
)  # fmt: skip


@given(st.lists(_WORDS, max_size=14), st.sampled_from(LANGUAGES))
def test_whatever_is_certain_has_a_sum_and_a_day_to_come(words: list[str], language: str) -> None:
    saying = CASES[language].saying
    for item in proposals((" " if language == "en" else "").join(words), saying):
        if item.certain:
            assert item.amount is not None
            assert item.amount > 0
            assert item.day is not None
            assert saying.today <= item.day <= saying.today + timedelta(days=366)


def test_what_comes_before_a_weekday_is_no_count_of_weeks() -> None:
    assert heard("週二繳三千週五再繳五千", ZH) == "3000@2026-12-01;5000@2026-12-04"
    assert heard("三千月底給", ZH) == "3000@2026-11-30~"


# ---- the calendar --------------------------------------------------------------------------------


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 6))
def test_the_next_weekday_lies_within_a_week(today: date, wanted: int) -> None:
    day, doubt = weekday(today, wanted, None)
    assert day.weekday() == wanted
    assert 0 <= (day - today).days < 7
    assert (doubt is None) is (day != today)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(-3, 40))
def test_a_day_of_the_month_is_that_day_or_none(today: date, wanted: int) -> None:
    day, doubt = day_of_month(today, wanted, None)
    assert (day is None) is (doubt is not None)
    if day is not None:
        assert day.day == wanted
        assert 0 < (day - today).days <= 31


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (None, 12, 5, (date(2026, 12, 5), None)),
        (None, 1, 5, (date(2027, 1, 5), None)),
        (None, 11, 20, (None, Doubt.DAY_PAST)),
        (None, 2, 29, (None, Doubt.NO_SUCH_DAY)),
        (2026, 2, 31, (None, Doubt.NO_SUCH_DAY)),
        (2026, 11, 27, (None, Doubt.DAY_PAST)),
        (2029, 1, 1, (date(2029, 1, 1), Doubt.FAR_AHEAD)),
        (0, 1, 1, (None, Doubt.NO_SUCH_DAY)),
    ],
)
def test_a_date_with_its_month(
    year: int | None, month: int, day: int, expected: tuple[date | None, Doubt | None]
) -> None:
    assert full_date(date(2026, 11, 28), year, month, day) == expected


# ---- one active promise --------------------------------------------------------------------------


def test_the_active_promise_is_the_last_that_is_still_to_come() -> None:
    today = date(2026, 11, 28)
    kept = Promise(date(2026, 11, 1), date(2026, 11, 30), Decimal(1), kept=True)
    overdue = Promise(date(2026, 11, 2), date(2026, 11, 27), Decimal(2))
    first = Promise(date(2026, 11, 3), date(2026, 12, 5), Decimal(3))
    last = Promise(date(2026, 11, 4), date(2026, 12, 1), Decimal(4))
    assert active_promise([kept, last, first, overdue], today) is last
    assert active_promise([kept, overdue], today) is None
