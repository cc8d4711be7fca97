"""What callers say, compared with what the file has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.account import Identifier, matches
from scripts.identifiers import digit_runs

_BORN = "1984-05-05"


@pytest.mark.parametrize(
    ("expected", "said", "language", "wanted"),
    [
        (_BORN, "May fifth nineteen eighty four", "en-US", True),
        (_BORN, "May fifth nineteen eighty four and one two three four", "en-US", True),
        (_BORN, "May fifth nineteen eighty five and one two three four", "en-US", False),
        (_BORN, "the fifth of may eighty four", "en-US", True),
        (_BORN, "It's May the 5th, 1984.", "en-US", True),
        (_BORN, "five five eighty four", "en-US", True),
        (_BORN, "5/5/1984", "en-US", True),
        (_BORN, "1984-05-05", "", True),
        (_BORN, "May fifth nineteen eighty five", "en-US", False),
        (_BORN, "May fifth", "en-US", False),
        (_BORN, "it may be the fifth one", "en-US", False),
        (_BORN, "七十三年五月五日", "zh-TW", True),
        (_BORN, "民國七十三年五月五號", "zh-TW", True),
        (_BORN, "七三年五月五日", "zh-TW", True),
        (_BORN, "七 十 三 年 五 月 五 日", "zh-TW", True),
        (_BORN, "73年5月5日", "zh-TW", True),
        (_BORN, "一九八四年五月五号", "zh-CN", True),
        (_BORN, "八四年五月五日", "zh-CN", True),
        (_BORN, "七十三年五月五日", "zh-CN", False),
        (_BORN, "八四年五月五日", "zh-TW", False),
        (_BORN, "五月五日", "zh-TW", False),
        (_BORN, "", "zh-TW", False),
        ("2014-01-02", "一百零三年一月二日", "zh-TW", True),
        ("2004-11-12", "november twelfth two thousand and four", "en-US", True),
        ("1990-01-21", "january twenty first nineteen ninety", "en-US", True),
        ("10-01", "我的生日是十月一號", "zh-TW", True),
        ("10-01", "October first", "en-US", True),
        ("02-29", "二月二十九", "zh-CN", True),
        ("1234", "one two three four", "en-US", True),
        ("1234", "last four are twelve thirty-four", "en-US", True),
        ("1234", "last four one two, um, three four", "en-US", True),
        ("1234", "幺 二 三 四", "zh-CN", True),
        ("1234", "尾數是一二三四", "zh-TW", True),
        ("1234", "A one two three four five", "en-US", False),
        ("1234", "one two three", "en-US", False),
        ("6789", "A123456789", "en-US", True),
        ("4477", "double four double seven", "en-US", True),
        ("0055", "oh oh five five", "en-US", True),
        ("12-34", "1 2 3 4", "en-US", True),
        ("Elm Street", "I live on elm street", "en-US", True),
        ("Elm Street", "I live on helm street", "en-US", False),
        ("林", "我媽媽姓林", "zh-TW", True),
    ],
)
def test_matches(expected: str, said: str, language: str, wanted: bool) -> None:
    assert matches(Identifier("any", expected), said, language) is wanted


@given(st.integers(0, 9999).map(lambda number: f"{number:04d}"))
def test_figures_said_one_by_one_match_and_nothing_else_does(figures: str) -> None:
    words = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
    han = "零一二三四五六七八九"
    english = " ".join(words[int(figure)] for figure in figures)
    mandarin = " ".join(han[int(figure)] for figure in figures)
    other = f"{(int(figures) + 1) % 10_000:04d}"
    for said in (english, mandarin, figures):
        assert matches(Identifier("id_last4", figures), said)
        assert not matches(Identifier("id_last4", other), said)


@given(st.dates(), st.sampled_from(["zh-TW", "zh-CN", "en-US", ""]))
def test_iso_dates_match_themselves(day: object, language: str) -> None:
    assert matches(Identifier("birth_date", str(day)), str(day), language)


@given(st.text(max_size=60), st.text(max_size=20))
def test_nothing_said_ever_raises(said: str, expected: str) -> None:
    digit_runs(said)
    matches(Identifier("any", expected), said)
    matches(Identifier("any", _BORN), said)
    matches(Identifier("any", "1234"), said)
