"""Reading a promise back: complete in every language, clean under our rules, words as data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from compliance.context import CallContext, CallHeader, Listener
from compliance.errors import BadInput, MissingPart
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.transcript import Speaker, Utterance
from scripts.account import Promise
from scripts.commitments import Proposal
from scripts.commitments_parts import Doubt
from scripts.commitments_wording import load_promise_wording, shipped_promise_wording
from scripts.commitments_words import load_words, read_words

WORDING = shipped_promise_wording()
DAY = date(2026, 12, 5)
OLD = Promise(date(2026, 11, 1), date(2026, 12, 1), Decimal(5000))
SPOKEN = [
    ("tw", "zh-TW", "TWD"), ("cn", "zh-CN", "CNY"), ("us", "en-US", "USD"), ("hk", "zh-HK", "HKD"),
    ("hk", "en-HK", "HKD"), ("uk", "en-GB", "GBP"),
]  # fmt: skip


def proposal(
    amount: int | None, day: date | None, currency: str, *doubts: Doubt, method: str = ""
) -> Proposal:
    """A proposal as it would be understood."""
    sum_ = None if amount is None else Decimal(amount)
    return Proposal(sum_, currency, day, method, doubts)


@pytest.mark.parametrize(("jurisdiction", "language", "currency"), SPOKEN)
def test_every_sentence_is_clean_under_our_own_rules(
    jurisdiction: str, language: str, currency: str
) -> None:
    said = [
        WORDING.say(proposal(3000, DAY, currency), language),
        WORDING.say(proposal(3000, DAY, currency), language, OLD),
        WORDING.say(proposal(3000, DAY, currency, Doubt.CONDITION), language),
        WORDING.say(proposal(None, DAY, currency, Doubt.NO_AMOUNT), language),
        WORDING.say(proposal(3000, None, currency, Doubt.NO_DAY), language),
        WORDING.say(proposal(None, None, currency, Doubt.NO_DAY), language),
        *(
            WORDING.say(proposal(3000, DAY, currency, method=method), language)
            for method in WORDING.methods
        ),
    ]
    rules = load_rules(jurisdiction, language)
    header = CallHeader(
        jurisdiction=jurisdiction, language=language, verified=True, listener=Listener.CUSTOMER
    )
    context = CallContext(header, True, Listener.CUSTOMER, "commitment")
    flagged = [
        f"{line} -> {found.rule}"
        for line in said
        for found in Monitor(rules, header)
        .hear(Utterance("u", 0, Speaker.AGENT, line), context)
        .findings
    ]
    assert flagged == []
    assert len(set(said)) == 6 + len(WORDING.methods)


def test_sentences_to_the_letter() -> None:
    sure = proposal(3000, DAY, "TWD", method="convenience_store")
    assert WORDING.say(sure, "zh-TW") == "跟您確認一下，您會在12月5日用超商繳3,000元，這樣對嗎？"
    unsure = proposal(350, DAY, "USD", Doubt.AMOUNT_TWO_WAYS)
    assert WORDING.say(unsure, "en-US") == "Just to be sure, is that $350.00 on December 5?"
    with pytest.raises(MissingPart):
        WORDING.say(unsure, "fr-FR")


@pytest.mark.parametrize("code", ["en", "zh-Hant", "zh-Hans"])
def test_every_doubt_has_words(code: str) -> None:
    assert all(WORDING.doubt(doubt, code) for doubt in Doubt)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    ask_day: 請問{amount}", "    ask_day: 請問{amuont}"),
        ("    ask_both: Which", "    ask_bothe: Which"),
        ("  share: {en", "  shares: {en"),
        ("{zh-TW: 轉帳, ", "{"),
    ],
)
def test_broken_sentences_are_refused(tmp_path: Path, old: str, new: str) -> None:
    shipped = (files("scripts") / "commitments_sentences.yaml").read_text(encoding="utf-8")
    assert old in shipped
    path = tmp_path / "sentences.yaml"
    path.write_text(shipped.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        load_promise_wording(path)
    assert all(fault.line for fault in raised.value.faults)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_telling_words_ship(language: str) -> None:
    words = load_words(language)
    assert len(words.telling) > 150
    assert words.today
    assert words.payday


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  pay:\n", "  play:\n", "is none"),
        ("  atm: [", "  gift_card: [", "is none"),
        ("  half: [", "  third: [", "is none"),
        ("[owe, only got", "[owe, Owe, only got", "lower case"),
        ("[owe, only got", "[owe, owe, only got", "twice"),
        ("[owe, only got", "[one two three four five six seven, only got", "too long"),
    ],
)
def test_broken_words_are_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    shipped = (files("scripts") / "commitments_words.en.yaml").read_text(encoding="utf-8")
    assert old in shipped
    path = tmp_path / "words.yaml"
    path.write_text(shipped.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        read_words(path)
    assert any(says in fault.message and fault.line for fault in raised.value.faults)
