"""What is said of repayment: complete, exact, and clean under our own rules where it is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest

from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.errors import BadInput, MissingPart
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.transcript import Speaker, Utterance
from scripts.repayment import Ledger, figures
from scripts.repayment_options import Kind, Means, Reason, Request, options
from scripts.repayment_terms import ProductTerms, default_terms
from scripts.repayment_wording import load_wording, shipped_wording

TODAY = date(2026, 11, 28)
SPOKEN = [
    ("tw", "zh-TW"), ("cn", "zh-CN"), ("us", "en-US"), ("hk", "zh-HK"), ("hk", "en-HK"),
    ("uk", "en-GB"),
]  # fmt: skip
WORDING = shipped_wording()


def ledger(terms: ProductTerms, owed: int = 62000, overdue: int = 18420) -> Ledger:
    """A ledger with principal told apart."""
    return Ledger(
        as_of=TODAY,
        currency=terms.currency,
        principal=Decimal(owed),
        interest=Decimal(500),
        fees=Decimal(300),
        overdue=Decimal(overdue),
        minimum_due=Decimal(6300),
        bill=Decimal(owed),
        days_past_due=200,
        periods_missed=2,
        annual_percent=Decimal(12),
    )


def said(terms: ProductTerms, language: str) -> Iterator[tuple[str, str]]:
    """Every kind of sentence, filled from several customers."""
    owing = ledger(terms)
    for means in (
        Means(),
        Means(now=Decimal(10000), monthly=Decimal(9000)),
        Means(now=Decimal(0), monthly=Decimal(2000), hardship=True),
        Means(now=Decimal(0), monthly=Decimal(10), hardship=True),
    ):
        for option in options(owing, terms, means, TODAY):
            yield option.kind, WORDING.sentence(option, terms, language)
    for day in (TODAY, date(2026, 12, 20)):
        for line in WORDING.about_waiting(figures(owing, terms, day), terms, language):
            yield "waiting", line


@pytest.mark.parametrize(("jurisdiction", "language"), SPOKEN)
@pytest.mark.parametrize("collector", tuple(Collector))
def test_every_sentence_is_clean_under_our_own_rules(
    jurisdiction: str, language: str, collector: Collector
) -> None:
    rules = load_rules(jurisdiction, language)
    header = CallHeader(
        jurisdiction=jurisdiction,
        language=language,
        collector=collector,
        verified=True,
        listener=Listener.CUSTOMER,
    )
    context = CallContext(header, True, Listener.CUSTOMER, "options")
    lines = dict.fromkeys(said(default_terms(jurisdiction), language))
    flagged = [
        f"{kind}: {line} -> {found.rule}"
        for kind, line in lines
        for found in Monitor(rules, header)
        .hear(Utterance("u", 0, Speaker.AGENT, line), context)
        .findings
    ]
    assert flagged == []
    assert {kind for kind, _ in lines} == {*Kind, "waiting"}


@pytest.mark.parametrize(("jurisdiction", "language"), SPOKEN)
def test_instalments_are_never_stated_without_their_annual_rate(
    jurisdiction: str, language: str
) -> None:
    terms = default_terms(jurisdiction)
    lines = [line for kind, line in said(terms, language) if kind in {"plan", "hardship_plan"}]
    assert lines
    assert all("%" in line for line in lines)


def test_a_sentence_to_the_letter() -> None:
    terms = default_terms("tw")
    means = Means(monthly=Decimal(6000))
    best = options(ledger(terms), terms, means, TODAY)
    plan = next(option for option in best if option.plan is not None)
    assert plan.plan is not None
    assert WORDING.sentence(plan, terms, "zh-TW") == (
        "可以分12期，每期5,580元，最後一期5,576元，總共66,956元，其中利息和費用4,156元，"
        "總費用年百分率12%。"
    )


def test_interest_is_not_said_where_principal_is_not_told_apart() -> None:
    terms = default_terms("us")
    owing = ledger(terms, 900, 300)
    unsplit = Ledger(
        **{name: getattr(owing, name) for name in Ledger.__slots__ if name != "split"}, split=False
    )
    day = date(2026, 12, 20)
    assert len(WORDING.about_waiting(figures(owing, terms, day), terms, "en-US")) == 2
    assert len(WORDING.about_waiting(figures(unsplit, terms, day), terms, "en-US")) == 1


@pytest.mark.parametrize("code", ["en", "zh-Hant", "zh-Hans"])
def test_reasons_and_requests_have_words(code: str) -> None:
    assert all(WORDING.reason(reason, code) for reason in Reason)
    assert "24" in WORDING.request(Request("months", 12, 24), code)


def test_a_language_without_sentences_is_said_to_have_none() -> None:
    terms = default_terms("us")
    (option, *_) = options(ledger(terms), terms, Means(), TODAY)
    with pytest.raises(MissingPart):
        WORDING.sentence(option, terms, "fr-FR")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("minimum: 這次", "maximum: 這次"),
        ("{amount}. Paying", "{amuont}. Paying"),
        ("  nothing_fits:", "  nothing_fit:"),
        ("  uk: {en: APR}", "  uk: {de: APR}"),
    ],
)
def test_broken_texts_are_refused(tmp_path: Path, old: str, new: str) -> None:
    shipped = (files("scripts") / "repayment_sentences.yaml").read_text(encoding="utf-8")
    assert old in shipped
    path = tmp_path / "sentences.yaml"
    path.write_text(shipped.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput) as raised:
        load_wording(path)
    assert all(fault.line for fault in raised.value.faults)
