"""What stands promised through a call: halves put together, corrections, what is read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.commitments_parts import Doubt
from scripts.promising import Promised, PromiseEar

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)  # a Friday
Said = tuple[str, str]


def stands(turns: Sequence[Said], language: str, *, asked: bool = True) -> Promised | None:
    """What stands after turns of the customer (`c`) and the agent (`a`)."""
    jurisdiction = {"en-US": "us", "zh-TW": "tw", "zh-CN": "cn"}[language]
    ear = PromiseEar(None, jurisdiction, language, ZoneInfo("UTC"))
    for who, text in turns:
        if who == "c":
            ear.heard(text, NOW, asked=asked)
        else:
            ear.said_back(text, NOW, alone=False)
    return ear.standing


@pytest.mark.parametrize(
    ("language", "turns", "sums", "certain"),
    [
        (
            "en-US",
            [("c", "I can pay three hundred dollars"), ("c", "on December fourth")],
            [("300", "2026-12-04")],
            True,
        ),
        (
            "en-US",
            [("c", "December fourth"), ("c", "two hundred and fifty dollars")],
            [("250", "2026-12-04")],
            True,
        ),
        (
            "en-US",
            [
                ("c", "I will pay three hundred dollars on December fourth"),
                ("c", "no sorry make it four hundred dollars"),
            ],
            [("400", "2026-12-04")],
            False,
        ),
        (
            "en-US",
            [
                ("c", "I think I can pay eighty dollars on December fourth"),
                ("a", "so that is eighty dollars on December fourth is that right"),
            ],
            [("80", "2026-12-04")],
            True,
        ),
        (
            "en-US",
            [
                ("c", "I think I can pay eighty dollars on December fourth"),
                ("a", "so that is eighteen dollars on December fourth is that right"),
            ],
            [("80", "2026-12-04")],
            False,
        ),
        (
            "zh-TW",
            [("c", "我可以先繳三千元"), ("c", "十二月五號")],
            [("3000", "2026-12-05")],
            True,
        ),
        (
            "zh-CN",
            [("c", "我十二月五号还四百元"), ("c", "我十二月十号还六百元")],
            [("600", "2026-12-10")],
            True,
        ),
    ],
)
def test_what_is_said_one_thing_at_a_time_is_put_together(
    language: str, turns: list[Said], sums: list[tuple[str, str]], certain: bool
) -> None:
    promised = stands(turns, language)
    assert promised is not None
    told = [(str(part.amount), str(part.day)) for part in promised.parts]
    assert (told, promised.certain) == (sums, certain)


@pytest.mark.parametrize(
    "text", ["three hundred dollars", "on Friday", "I can pay three hundred dollars"]
)
def test_half_a_promise_means_nothing_before_it_is_asked_for(text: str) -> None:
    assert stands([("c", text)], "en-US", asked=False) is None


def test_a_half_waits_for_three_utterances_and_no_longer() -> None:
    amount, day, other = "I can pay three hundred dollars", "on December fourth", "let me think"
    soon = stands([("c", amount), ("c", other), ("c", day)], "en-US")
    late = stands([("c", amount), *[("c", other)] * 3, ("c", day)], "en-US")
    assert soon is not None
    assert late is not None
    assert soon.complete
    assert late.parts[0].amount is None


def test_an_undated_or_unclear_utterance_is_in_doubt() -> None:
    ear = PromiseEar(None, "us", "en-US", ZoneInfo("UTC"))
    text = "I will pay three hundred dollars on December fourth"
    unclear = ear.heard(text, NOW, asked=True, clearly=False)
    assert unclear is not None
    assert unclear.parts[0].doubts == (Doubt.UNCLEAR,)
    undated = ear.heard("I will pay five hundred dollars on Friday", NOW, asked=True, dated=False)
    assert undated is not None
    assert Doubt.DAY_TWO_WAYS in undated.parts[0].doubts
    assert undated.line.endswith("?")


def test_said_again_is_not_told_again_and_what_was_settled_stands_no_more() -> None:
    ear = PromiseEar(None, "us", "en-US", ZoneInfo("UTC"))
    text = "I will pay three hundred dollars on December fourth"
    first = ear.heard(text, NOW, asked=True)
    assert first is not None
    assert first.line == "Let me read that back. You'll pay $300.00 on December 4. Is that right?"
    assert ear.heard(text, NOW, asked=True) is None
    assert ear.settle(agreed=True) == first
    assert ear.standing is None


def test_what_was_confirmed_is_not_proposed_again_and_what_replaces_it_says_so() -> None:
    ear = PromiseEar(None, "us", "en-US", ZoneInfo("UTC"))
    text = "I will pay three hundred dollars on December fourth"
    ear.heard(text, NOW, asked=True)
    ear.settle(agreed=True)
    assert ear.heard("yes three hundred dollars on December fourth", NOW, asked=True) is None
    other = ear.heard("I will pay two hundred dollars on December fourth", NOW, asked=True)
    assert other is not None
    assert other.line.startswith("We had noted $300.00 on December 4.")
    ear.settle(agreed=False)
    assert ear.heard(text, NOW, asked=True) is None, "the confirmed one still holds"


@pytest.mark.parametrize(
    ("promise", "later"),
    [
        ("I will pay three hundred dollars on December fourth", "actually I can't do that"),
        ("I will pay three hundred dollars on December fourth", "no forget it"),
        ("我十二月五號繳三千元", "算了我做不到"),
    ],
)
def test_a_later_refusal_throws_doubt_on_what_stands(promise: str, later: str) -> None:
    language = "zh-TW" if promise.startswith("我") else "en-US"
    promised = stands([("c", promise), ("c", later)], language)
    assert promised is not None
    assert not promised.certain


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("I'll pay three hundred dollars", "my birthday is on Monday"),
        ("I'll pay three hundred dollars", "the letter came on the fifth"),
        ("Friday I work late", "three hundred dollars"),
    ],
)
def test_a_half_that_is_about_something_else_is_in_doubt(first: str, second: str) -> None:
    promised = stands([("c", first), ("c", second)], "en-US")
    assert promised is None or not promised.certain


@pytest.mark.parametrize(
    "text",
    [
        "if I get paid I'll pay three hundred dollars on December fourth",
        "my wife will pay three hundred dollars on December fourth",
    ],
)
def test_reading_back_does_not_clear_up_conditions_or_other_peoples_money(text: str) -> None:
    back = "so that is three hundred dollars on December fourth right"
    promised = stands([("c", text), ("a", back)], "en-US")
    assert promised is not None
    assert not promised.certain


def test_reading_back_does_not_say_when_an_undated_call_was() -> None:
    ear = PromiseEar(None, "us", "en-US", ZoneInfo("UTC"))
    ear.heard("I'll pay three hundred dollars on Friday", NOW, asked=True, dated=False)
    ear.said_back("so that is three hundred dollars on Friday right", NOW, alone=False)
    assert ear.standing is not None
    assert not ear.standing.certain


def test_a_dismissed_one_can_be_proposed_again() -> None:
    ear = PromiseEar(None, "us", "en-US", ZoneInfo("UTC"))
    text = "I will pay three hundred dollars on December fourth"
    ear.heard(text, NOW, asked=True)
    ear.settle(agreed=False)
    assert ear.heard(text, NOW, asked=True) is not None


def test_an_agent_alone_corrects_by_reading_back_anew() -> None:
    ear = PromiseEar(None, "us", "en-US", ZoneInfo("UTC"))
    ear.said_back("so three hundred dollars on December fourth", NOW, alone=True)
    corrected = ear.said_back("so two hundred dollars on December fourth", NOW, alone=True)
    assert corrected is not None
    assert corrected.parts[0].amount == Decimal(200)


def test_several_payments_are_read_back_in_one_sentence() -> None:
    promised = stands(
        [("c", "I will pay three hundred dollars on December fourth and two hundred on the tenth")],
        "en-US",
    )
    assert promised is not None
    assert promised.certain
    assert "$300.00 on December 4, and $200.00 on December 10" in promised.line
    assert [part.day for part in promised.parts] == [date(2026, 12, 4), date(2026, 12, 10)]


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("so a hundred and twenty on the ninth and another hundred and twenty on the tenth", "120"),
        ("so that is the hundred dollars on the ninth", "100"),
    ],
)
def test_what_is_read_back_keeps_its_hundreds(text: str, amounts: str) -> None:
    ear = PromiseEar(None, "us", "en-US", ZoneInfo("UTC"))
    promised = ear.said_back(text, NOW, alone=True)
    assert promised is not None
    assert {part.amount for part in promised.parts} == {Decimal(amounts)}


@given(turns=st.lists(st.tuples(st.sampled_from("ca"), st.text(max_size=60)), max_size=6))
def test_whatever_is_said_what_is_certain_is_complete(turns: list[Said]) -> None:
    promised = stands(turns, "en-US")
    assert promised is None or not promised.certain or promised.complete
