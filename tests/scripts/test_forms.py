"""Money, dates and persons in the forms of each language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from compliance.errors import AssistantError
from scripts.forms import (
    chinese_family_name,
    money,
    person,
    rate,
    spoken_date,
    spoken_money,
    written_date,
)


@pytest.mark.parametrize(
    ("amount", "currency", "language", "display", "spoken"),
    [
        ("18420", "TWD", "zh-TW", "NT$ 18,420", "18,420元"),
        ("18420.00", "TWD", "zh-TW", "NT$ 18,420", "18,420元"),
        ("18420.50", "TWD", "zh-TW", "NT$ 18,420.50", "18,420.50元"),
        ("3200", "CNY", "zh-CN", "¥3,200", "3,200元"),
        ("3200.5", "CNY", "zh-CN", "¥3,200.50", "3,200.50元"),
        ("652.18", "USD", "en-US", "$652.18", "$652.18"),
        ("652", "USD", "en-US", "$652.00", "$652.00"),
        ("1000", "JPY", "en-US", "¥1,000", "¥1,000"),
        ("100", "USD", "zh-TW", "US$100.00", "100.00美元"),
        ("999999999999.99", "USD", "en-US", "$999,999,999,999.99", "$999,999,999,999.99"),
        ("0", "TWD", "zh-TW", "NT$ 0", "0元"),
        ("-5", "USD", "en-US", "-$5.00", "-$5.00"),
    ],
)
def test_money(amount: str, currency: str, language: str, display: str, spoken: str) -> None:
    assert money(Decimal(amount), currency, language) == display
    assert spoken_money(Decimal(amount), currency, language) == spoken


def test_dates_and_rates() -> None:
    day = date(2026, 12, 5)
    assert written_date(day, "zh-TW") == "2026/12/5"
    assert written_date(day, "en-US") == "Dec 5, 2026"
    assert spoken_date(day, "zh-CN") == "12月5日"
    assert spoken_date(day, "en-US") == "December 5"
    assert rate(Decimal("24.990"), "en-US") == "24.99%"
    assert rate(Decimal(15), "zh-TW") == "15%"


@pytest.mark.parametrize(
    ("given", "full", "addressed"),
    [
        (("王大明", "王", "mr", "zh-TW"), "王大明先生", "王先生"),
        (("周美麗", "周", "ms", "zh-TW"), "周美麗小姐", "周小姐"),
        (("周美丽", "周", "ms", "zh-CN"), "周美丽女士", "周女士"),
        (("王大明", "王", "", "zh-TW"), "王大明", "王大明"),
        (("王大明", "王", "mx", "zh-TW"), "王大明", "王大明"),
        (("歐陽修文", "", "mr", "zh-TW"), "歐陽修文先生", "歐陽修文先生"),
        (("Jordan Lee", "Lee", "mr", "en-US"), "Jordan Lee", "Mr. Lee"),
        (("Jordan Lee", "Lee", "", "en-US"), "Jordan Lee", "Jordan Lee"),
        (("Jordan Lee", "", "ms", "en-US"), "Jordan Lee", "Ms. Jordan Lee"),
    ],
)
def test_person(given: tuple[str, str, str, str], full: str, addressed: str) -> None:
    forms = person(*given)
    assert (forms.full, forms.addressed) == (full, addressed)


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("林雅婷", "林"),
        ("欧阳静", "欧阳"),
        ("范姜明", "范姜"),
        ("Casey", ""),
        ("", ""),
        ("林a", ""),
    ],
)
def test_agents_chinese_family_name(name: str, family: str) -> None:
    assert chinese_family_name(name) == family


def test_a_language_that_is_none() -> None:
    with pytest.raises(AssistantError, match="not a language tag"):
        money(Decimal(1), "USD", "xx-YY-ZZ-QQ")
