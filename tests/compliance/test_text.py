"""Folding: what becomes of a text, and that every token is found again where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.text import CLAUSE, SENTENCE, fold


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("We're NOT calling.", "we are not calling"),
        ("You can't; we won't", "you can not ¶ we will not"),
        ("I’d've gone, y'all", "i would have gone you all"),
        ("your mother's boss, he's here", "your mother boss he is here"),
        ("dont call me", "do not call me"),
        ("quit callin' me, I'm goin' under", "quit calling me i am going under"),
        ("he said 'call again' and 'begin'", "he said call again and begin"),
        ("uh we we will um call", "we will call"),
        ("we will we will call", "we will call"),
        ("five five five one", "five five five one"),
        ("he owes $4,200.50 now", "he owes $ 4200.50 now"),
        ("third-party café ＡＢＣ ﬁne", "third party cafe abc fine"),
        ("您 不 繳，法院 就 會 把 你 管收", "你 不 缴 法 院 就 会 把 你 管 收"),
        ("妳們的帳單,賬戶", "你 们 的 帐 单 帐 户"),
        ("嗯我我我们我们不会", "我 们 不 会"),
        ("天天打,謝謝", "天 天 打 谢 谢"),
        ("那個 deadline 是 Friday", "那 个 deadline 是 friday"),
        ("\u200f\U0001f600\u202b", ""),
        ("", ""),
    ],
)
def test_what_a_text_folds_to(text: str, line: str) -> None:
    assert fold(text).line.strip() == line


def test_traditional_and_simplified_fold_alike() -> None:
    assert fold("請問您這個帳單什麼時候繳").tokens == fold("请问您这个账单什么时候缴").tokens


def test_breaks_are_remembered() -> None:
    folded = fold("First, second. Third")
    assert folded.breaks == (0, CLAUSE, SENTENCE)


def test_a_contraction_keeps_one_place() -> None:
    folded = fold("So you're it")
    assert folded.tokens == ("so", "you", "are", "it")
    assert folded.quote(1, 1) == folded.quote(2, 2) == "you're"
    assert folded.quote(1, 3) == "you're it"


@given(st.text(max_size=200))
def test_every_token_stands_where_the_map_says(text: str) -> None:
    folded = fold(text)
    assert folded.original == text
    count = len(folded.tokens)
    assert count == len(folded.starts) == len(folded.ends) == len(folded.breaks)
    assert [*folded.starts] == sorted(folded.starts)
    for index, token in enumerate(folded.tokens):
        start, end = folded.starts[index], folded.ends[index]
        assert 0 <= start < end <= len(text)
        assert folded.line.startswith(f" {token} ", folded.offsets[index])
        assert folded.token_at(folded.offsets[index]) == index
        alone = fold(text[start:end])
        assert token in alone.tokens


@given(st.text(alphabet="我们不会找你的钱 uhcant'我.，", max_size=60))
def test_folding_what_was_folded_changes_nothing_more(text: str) -> None:
    once = fold(text)
    again = fold(" ".join(once.tokens))
    assert len(again.tokens) <= len(once.tokens)
    assert fold(" ".join(again.tokens)).tokens == fold(again.line).tokens


def test_what_vanishes_and_what_grows_keep_their_places() -> None:
    folded = fold("\u00ad0ß")  # as long folded as before: a soft hyphen goes, ß becomes ss
    assert folded.tokens == ("0", "ss")
    assert (folded.starts, folded.ends) == ((1, 2), (2, 3))


def test_a_very_long_text_is_folded() -> None:
    assert len(fold("我會打給你 " * 4000).tokens) > 0
