"""Nothing that can be something else is certain: odd sums, odd days, other people's money."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.commitments import Saying, proposals, read_back

NOW = datetime(2026, 12, 2, 10, tzinfo=UTC)  # a Wednesday
CURRENCIES = {"us": "USD", "en-US": "USD", "en-GB": "GBP", "en-HK": "HKD", "zh-TW": "TWD",
              "zh-CN": "CNY", "zh-HK": "HKD"}  # fmt: skip


def saying(language: str) -> Saying:
    return Saying(NOW, ZoneInfo("UTC"), language, CURRENCIES[language])


UNCERTAIN = {
    "en-US": [
        "50 cents on Friday",
        "$.50 on Friday",
        "5m on Friday",
        "nine hundred ninety nine trillion on Friday",
        "three hundred something on Friday",
        "three hundred and change on Friday",
        "I'll pay 300 euros on Friday",
        "I'll pay 300 pesos on Friday",
        "I'll pay -300 on Friday",
        "I'll pay 300 on Friday. Actually I can't.",
        "I'll pay 300 on Friday. No I won't.",
        "cancel my payment of 300 on Friday",
        "I doubt I'll have 300 on Friday",
        "300 on Friday is impossible",
        "instead of 300 on Friday",
        "rather than 300 on Friday I'll pay 200 Monday",
        "I have to pay 300 to the electric company on Friday",
        "the insurance will pay 300 on Friday",
        "the car payment is 300 on Friday",
        "child support takes 300 on Friday",
        "the court ordered 300 on Friday",
        "give me 300 by Friday",
        "there's 300 coming on Friday",
        "you said 300 on Friday",
        "three payments of 100 starting on the fifth",
        "300 on Friday week",
        "four two four two four two four two four two four two four two four two",
        "I'll pay 99999999999999999999999999999999999999999 on Friday",
    ],
    "en-GB": [
        "50p on Friday",
        "80 pence on Friday",
        "I'll pay 300 dollars on Friday",
    ],
    "en-HK": ["I'll pay 300 yuan on Friday", "I'll pay 300 renminbi on Friday"],
    "zh-TW": [
        "我五號繳三千億兆",
        "我五號繳三千點五",
        "我五號繳三千美金",
        "我五號繳三千人民幣",
        "我農曆十二月五號繳三千",
        "五、六號繳三千",
        "我五號繳三、四千",
        "我五號繳三千，可是我沒辦法",
        "我五號繳三千，沒有，我沒錢",
        "我五號繳三千才怪",
        "本來要五號繳三千",
        "我五號要付三千給中華電信",
        "我房東五號要我繳三千",
        "你們叫我五號繳三千",
        "朋友五號還我三千",
        "五號會有人匯三千給我",
    ],
    "zh-CN": [
        "我五号还三千块五",
        "我五号还三千美元",
        "农历五号还三千",
        "我五到十号还三千",
        "我五号还三千你做梦",
    ],
    "zh-HK": [
        "我五號唔還三千",
        "我五號還唔到三千",
        "我五號冇三千還",
        "我點會五號還三千",
        "我五號還咗三千",
        "佢五號還三千",
        "我五號還三千得唔得",
        "我五號還三千",
    ],
}


@pytest.mark.parametrize(
    ("language", "text"), [(lang, text) for lang, texts in UNCERTAIN.items() for text in texts]
)
def test_what_can_be_something_else_is_never_certain(language: str, text: str) -> None:
    assert not [part for part in proposals(text, saying(language)) if part.certain]


@pytest.mark.parametrize(
    ("language", "text", "amount", "day"),
    [
        ("en-US", "I'll pay 300 on Friday", "300", date(2026, 12, 4)),
        ("en-US", "I can't pay it all, but I'll pay 300 on Friday", "300", date(2026, 12, 4)),
        ("en-US", "I'll pay 300 dollars to you on Friday", "300", date(2026, 12, 4)),
        ("en-US", "I'll put 300 to the card on Friday", "300", date(2026, 12, 4)),
        ("en-US", "three hundred dollars and fifty cents on Friday", "300.50", date(2026, 12, 4)),
        ("en-GB", "I'll pay 80 pounds on Friday", "80", date(2026, 12, 4)),
        ("en-GB", "300 on Friday week", "300", date(2026, 12, 11)),
        ("en-GB", "300 Thursday fortnight", "300", date(2026, 12, 17)),
        ("zh-TW", "我五號繳三千元", "3000", date(2026, 12, 5)),
        ("zh-TW", "我五號會匯三千給你們", "3000", date(2026, 12, 5)),
        ("zh-CN", "我五号还三千块给银行", "3000", date(2026, 12, 5)),
        ("zh-CN", "公司十号发薪，我十一号还四百", "400", date(2026, 12, 11)),
    ],
)
def test_what_is_said_plainly_stays_certain(
    language: str, text: str, amount: str, day: date
) -> None:
    (part,) = proposals(text, saying(language))
    assert (part.amount, part.day, part.certain) == (Decimal(amount), day, True)


DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


@given(words=st.lists(st.sampled_from(DIGITS), min_size=8, max_size=40))
def test_a_number_that_is_read_out_is_no_sum_of_money(words: list[str]) -> None:
    text = " ".join(words)
    for made in (proposals(text, saying("en-US")), read_back(text, saying("en-US"))):
        assert all(part.amount is None or part.amount < 10**9 for part in made)


@given(text=st.text("0123456789., $元百千萬亿", max_size=60))
def test_no_figure_is_too_long_to_be_read(text: str) -> None:
    for language in ("en-US", "zh-TW", "zh-CN"):
        proposals(text, saying(language))
        read_back(text, saying(language))
