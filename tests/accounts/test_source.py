"""What fits a telephone number or a name, and what is made of what somebody typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.source import (
    CannotLookUp,
    Checked,
    Found,
    Sourced,
    TooMany,
    is_named,
    is_number,
    kept_to,
    look_up,
    same_number,
)
from scripts.account import account_from_mapping
from tests.accounts.records import NOW, own_form


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0912345678", "+886 912-345-678", True),
        ("0912345678", "00886912345678", True),
        ("０９１２ ３４５ ６７８", "0912345678", True),
        ("零九一二三四五六七八", "0912-345-678", True),
        ("6123 4567", "+852 61234567", True),
        ("(212) 555-0100", "+1 212 555 0100", True),
        ("2125550100", "2125550199", False),
        ("0100", "2125550100", False),
        ("", "", False),
        ("555010", "12125550100", False),
        ("5550100", "99912125550100", False),
    ],
)
def test_numbers(one: str, other: str, *, same: bool) -> None:
    assert same_number(one, other) is same
    assert same_number(other, one) is same


@given(st.text(), st.text())
def test_no_number_is_so_odd_that_comparing_fails(one: str, other: str) -> None:
    assert same_number(one, other) is same_number(other, one)


@pytest.mark.parametrize(
    ("name", "text", "fits"),
    [
        ("Ann Lee", "ann", True),
        ("Ann Lee", "LEE ann", True),
        ("Ann Lee", "annlee", True),
        ("Ann Lee", "Anna", False),
        ("Ann Lee", "", False),
        ("Ann Lee", "%", False),
        ("陳美麗", "陈美丽", True),
        ("陳美麗", "陳 美麗", True),
        ("José Ruiz", "jose", True),
    ],
)
def test_names(name: str, text: str, *, fits: bool) -> None:
    assert is_named(sourced("A1", customer_name=name).account, text) is fits


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0912-345-678", True),
        ("＋８８６９１２３４５６７８", True),
        ("12345", False),
        ("A-1007", False),
        ("000000000", False),
        ("", False),
    ],
)
def test_what_is_a_number(typed: str, *, number: bool) -> None:
    assert is_number(typed) is number


def sourced(account: str, **changed: object) -> Sourced:
    return Sourced(account_from_mapping(
        {k: v for k, v in own_form(account, **changed).items() if k != "number"}
    ), (), NOW, "test")  # fmt: skip


class Source:
    """A source that remembers what it was asked; of `deaf` ways it has none."""

    name = "test"

    def __init__(self, deaf: str = "", **known: tuple[Sourced, ...]) -> None:
        self.asked: list[tuple[str, str]] = []
        self._deaf = deaf.split()
        self._known = known

    def _ask(self, way: str, value: str) -> Found:
        if way in self._deaf:
            raise CannotLookUp(way)
        self.asked.append((way, value))
        return Found(self._known.get(way, ()))

    def by_id(self, account: str) -> Found:
        return self._ask("id", account)

    def by_phone(self, number: str) -> Found:
        return self._ask("phone", number)

    def by_name(self, text: str) -> Found:
        return self._ask("name", text)

    def check(self, account: str = "") -> Checked:
        return Checked(None)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (" A1 ", [("id", "A1"), ("name", "A1")]),
        ("0912345678", [("id", "0912345678"), ("phone", "0912345678")]),
        ("０９１２３４５６７８", [("id", "0912345678"), ("phone", "0912345678")]),
    ],
)
def test_ways_in_their_order(typed: str, asked: list[tuple[str, str]]) -> None:
    source = Source()
    assert look_up(source, typed) == Found()
    assert source.asked == asked


def test_an_id_that_is_known_asks_no_further_and_a_missing_way_is_passed_over() -> None:
    known = Source(id=(sourced("A1"),), name=())
    assert [one.account.id for one in look_up(known, "A1").accounts] == ["A1"]
    assert known.asked == [("id", "A1")]
    by_name = Source("id", name=(sourced("A1"),))
    assert len(look_up(by_name, "Ann").accounts) == 1
    with pytest.raises(CannotLookUp):
        look_up(Source("id phone name"), "Ann")


def test_more_than_somebody_can_choose_from_is_no_answer() -> None:
    assert len(kept_to([sourced("A1"), sourced("A1")]).accounts) == 1
    with pytest.raises(TooMany, match="Type more"):
        kept_to(sourced(f"A{number}") for number in range(51))
