"""What is said without pauses: clauses, corrections, instalments, and frames that take it all back.

A frame around a plain promise (`you think …`, `… but I haven't got it`) must leave nothing certain.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from compliance.text import fold
from scripts.commitments import proposals
from scripts.commitments_holidays import easter, named_day, nth_weekday
from scripts.commitments_parts import Doubt, months_on
from tests.scripts.commitment_cases import load_cases, written

EN, ZH = load_cases("en").saying, load_cases("zh").saying
TODAY = date(2026, 11, 28)

BEFORE = [
    "i never said", "i don't think", "there's no way", "i'm not saying", "it's not like",
    "i doubt", "you think", "don't tell me", "no chance", "i'd be lying if i said",
    "it's not true that", "nobody said", "who says", "i don't know if", "what makes you think",
    "i never agreed that", "i wish", "imagine", "what if", "suppose", "he thinks",
    "my boss says", "i told you already i can't so don't think", "stop saying", "it's a lie that",
    "not until i get a job", "the letter says", "your colleague told me", "i was told",
    "you lot reckon", "i used to think",
]  # fmt: skip
AFTER = [
    "i can't though", "but i can't", "no i won't", "which isn't happening", "or maybe not",
    "if i get paid", "said nobody ever", "i don't think so", "is that what you want me to say",
    "to my landlord", "for rent", "was the plan", "depends though", "or something", "more or less",
    "hopefully", "we'll see", "would be impossible", "is too much", "no", "scratch that",
    "actually forget it", "but don't count on it", "but no promises", "but i haven't got it",
    "yeah right",
]  # fmt: skip
BEFORE_ZH = [
    "我沒說", "我不可能", "誰說", "你以為", "我怎麼可能", "沒人說", "我不知道能不能", "要是",
    "等我中獎", "我希望", "我朋友說", "法院叫", "本來", "你們客服說", "我不敢說", "我拒絕",
]  # fmt: skip
AFTER_ZH = [
    "是不可能的", "不行", "我做不到", "才怪", "嗎", "再說吧", "看看吧", "不一定", "給我房東",
    "但是我沒錢", "可是不確定", "要看情況", "左右", "是我老婆說的", "還不了", "算了", "當我沒說",
]  # fmt: skip


@pytest.mark.parametrize(
    "promise", ["i'll pay three hundred dollars on friday", "i can pay 300 on december fourth"]
)
def test_no_frame_leaves_a_promise_certain(promise: str) -> None:
    said = [f"{frame} {promise}" for frame in BEFORE] + [f"{promise} {frame}" for frame in AFTER]
    assert [text for text in said if any(part.certain for part in proposals(text, EN))] == []


@pytest.mark.parametrize("promise", ["我五號還三千", "我下禮拜五繳兩千"])
def test_no_frame_leaves_a_mandarin_promise_certain(promise: str) -> None:
    said = [f"{frame}{promise}" for frame in BEFORE_ZH] + [promise + frame for frame in AFTER_ZH]
    assert [text for text in said if any(part.certain for part in proposals(text, ZH))] == []


# ---- sums and days by rule -----------------------------------------------------------------------


def _words(value: int) -> str:
    return str(num2words(value)).replace("-", " ").replace(",", "")


def _ordinal(value: int) -> str:
    return str(num2words(value, to="ordinal")).replace("-", " ")


_SUMS = st.integers(2, 2000).map(lambda number: number * 5)
_DAYS = st.integers(1, 24).map(lambda number: TODAY + timedelta(days=number + 3))  # in December
_COUNTS = st.integers(2, 6)


@given(_SUMS, _SUMS, _DAYS)
def test_what_corrects_is_what_is_understood(wrong: int, right: int, day: date) -> None:
    one, other = f" {_words(wrong)}", f" {_words(right)}"
    if one.endswith(other) or other.endswith(one):
        return  # what is said twice at once is folded into one
    when = f"on december {_ordinal(day.day)}"
    first, second = f"{_words(wrong)} dollars", f"{_words(right)} dollars"
    for text in (
        f"not {first} {second} {when}",
        f"{second} not {first} {when}",
        f"i'll pay {first} no {second} {when}",
        f"{first} i mean {second} {when}",
    ):
        (found,) = proposals(text, EN)
        assert (found.amount, found.day) == (Decimal(right), day), text


@given(_SUMS, _DAYS, _COUNTS)
def test_instalments_that_are_counted_out_are_laid_out(value: int, day: date, count: int) -> None:
    monthly = [(Decimal(value), months_on(day, index)) for index in range(count)]
    english = (
        f"{_words(value)} dollars a month for {_words(count)} months"
        f" starting december {_ordinal(day.day)}"
    )
    begins, times = cn2an.an2cn(day.day), cn2an.an2cn(count)
    mandarin = f"每個月{cn2an.an2cn(value)}塊從十二月{begins}號開始繳{times}個月"
    for text, saying in ((english, EN), (mandarin, ZH)):
        found = proposals(text, saying)
        assert [(part.amount, part.day) for part in found] == monthly, text
    weekly = proposals(
        f"{_words(value)} dollars a week for {_words(count)} weeks from december"
        f" {_ordinal(day.day)}",
        EN,
    )
    assert [part.day for part in weekly] == [day + timedelta(days=7 * n) for n in range(count)]


@given(_SUMS, st.lists(_DAYS, min_size=2, max_size=2, unique=True).map(sorted))
def test_each_of_two_days_gets_the_sum(value: int, days: list[date]) -> None:
    one, other = (_ordinal(day.day) for day in days)
    english = f"{_words(value)} dollars each on december {one} and december {other}"
    one, other = (cn2an.an2cn(day.day) for day in days)
    mandarin = f"十二月{one}號跟十二月{other}號各繳{cn2an.an2cn(value)}元"
    for text, saying in ((english, EN), (mandarin, ZH)):
        found = proposals(text, saying)
        assert [(part.amount, part.day) for part in found] == [
            (Decimal(value), day) for day in days
        ], text
        assert all(part.certain for part in found), text


@given(st.integers(1, 9), st.sampled_from([100, 1000, 10_000]), st.integers(1, 9))
def test_a_round_sum_runs_into_a_day_of_the_month(figure: int, unit: int, day: int) -> None:
    said = {100: "百", 1000: "千", 10_000: "萬"}[unit]
    text = f"{'一兩三四五六七八九'[figure - 1]}{said}{'一二三四五六七八九'[day - 1]}號還"
    (found,) = proposals(text, ZH)
    assert (found.amount, found.day) == (Decimal(figure * unit), date(2026, 12, day)), text
    assert found.certain


_NUMBER_WORDS = st.sampled_from(
    ("one", "two", "five", "eleven", "fifteen", "twenty", "thirty", "fifty", "ninety", "hundred",
     "thousand", "and", "a hundred", "oh", "grand", "point", "zero")
)  # fmt: skip


def _ways_to_say(value: Decimal) -> set[str]:
    """A sum in words, without `and`: in thousands, or in hundreds up to ninety-nine of them."""
    ways = {str(num2words(value)).replace("-", " ").replace(",", "").replace(" and ", " ")}
    hundreds, rest = divmod(int(value), 100)
    if value % 1 == 0 and 10 <= hundreds < 100:
        ways.add(f"{_words(hundreds)} hundred {_words(rest) if rest else ''}".strip())
    return ways


@given(st.lists(_NUMBER_WORDS, min_size=1, max_size=3))
def test_random_number_words_give_no_sum_that_is_certain_and_wrong(words: list[str]) -> None:
    said = " ".join(words)
    for found in proposals(f"i'll pay {said} dollars on friday", EN):
        if found.certain and "point" not in words:
            assert found.amount is not None
            once = " ".join(fold(said).tokens)  # what is said twice at once is folded
            plain = [word for word in once.replace("grand", "thousand").split() if word != "and"]
            heard = " ".join("one" if word == "a" else word for word in plain)
            # Who says one and then a hundred has begun the same sum anew.
            heard = heard.replace("one one hundred", "one hundred")
            ways = _ways_to_say(found.amount)
            ways |= {f"{way} {way}" for way in ways}
            # The article may be lost before a hundred.
            assert heard in ways or f"one {heard}" in ways, said


# ---- days by name --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "language", "day", "doubt"),
    [
        ("christmas eve", "en-US", date(2026, 12, 24), None),
        ("boxing day", "en-GB", date(2026, 12, 26), None),
        ("boxing day", "en-US", date(2026, 12, 26), Doubt.DAY_TWO_WAYS),
        ("new years day", "en-GB", date(2027, 1, 1), None),
        ("the day after christmas", "en-US", date(2026, 12, 26), None),
        ("thanksgiving", "en-US", date(2027, 11, 25), Doubt.FAR_AHEAD),
        ("good friday", "en-GB", date(2027, 3, 26), Doubt.FAR_AHEAD),
        ("元旦", "zh-CN", date(2027, 1, 1), None),
        ("双12", "zh-CN", date(2026, 12, 12), None),
        ("平安夜", "zh-TW", date(2026, 12, 24), None),
        ("除夕", "zh-TW", date(2027, 2, 5), None),
    ],
)
def test_days_that_have_a_name(said: str, language: str, day: date, doubt: Doubt | None) -> None:
    tokens = said.split() if said.isascii() else [*said.replace("12", "")]
    tokens += ["12"] if "12" in said else []
    found = named_day(tokens, 0, TODAY, language)
    assert found is not None
    assert (found.day, found.doubt) == (day, doubt)


def test_a_lunar_day_beyond_the_table_is_none() -> None:
    found = named_day([*"除夕"], 0, date(2040, 1, 1), "zh-TW")
    assert found is not None
    assert (found.day, found.doubt) == (None, Doubt.NO_DAY)


@given(st.integers(1900, 2199))
def test_easter_is_a_sunday_in_spring(year: int) -> None:
    day = easter(year)
    assert day.weekday() == 6
    assert date(year, 3, 22) <= day <= date(year, 4, 25)


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 24))
def test_months_on_keep_the_day_or_take_the_last(day: date, months: int) -> None:
    later = months_on(day, months)
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
    assert (later.year - day.year) * 12 + later.month - day.month == months


def test_the_first_monday_of_a_month() -> None:
    assert nth_weekday(2026, 12, 0, 1) == date(2026, 12, 7)
    assert nth_weekday(2026, 12, 0, 5) is None


@pytest.mark.parametrize(
    "text", ["yes i understand and i will think about it", "好的我知道了", "不要再打了"]
)
def test_without_a_sum_or_a_day_there_is_nothing_to_read(text: str) -> None:
    assert written(proposals(text, EN if text.isascii() else ZH)) == "-"
