"""How long calls stay: periods, the shipped terms, a site's own, and the decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.record.retention import (
    Keeping,
    Period,
    Since,
    Stays,
    Term,
    day_of,
    decide,
    read_period,
)
from assistant.retention_terms import read_terms, shipped_terms, terms_in_force
from assistant.site_settings import RetentionTable
from compliance.errors import BadInput
from compliance.places import JURISDICTIONS
from scripts.outcomes import load_outcomes

COLLECTORS = ("in-house", "agency", "debt_buyer")


@pytest.mark.parametrize(
    ("text", "begins", "over"),
    [
        ("2 years", "2024-01-31", "2026-01-31"),
        ("1 year", "2024-02-29", "2025-03-01"),
        ("6 months", "2024-08-31", "2025-03-01"),
        ("1 month", "2024-12-31", "2025-01-31"),
        ("90 days", "2024-01-01", "2024-03-31"),
        ("9999 years", "2024-01-01", "9998-01-01"),
    ],
)
def test_periods_end_on_a_day_and_never_early(text: str, begins: str, over: str) -> None:
    assert read_period(text).after(date.fromisoformat(begins)) == date.fromisoformat(over)
    assert str(read_period(text)) == text


@pytest.mark.parametrize(
    "text", ["", "0 days", "2 Years", "two years", "2", "-1 year", "1.5 years"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="this is no period"):
        read_period(text)


@pytest.mark.parametrize(
    ("keep", "least", "enough"),
    [
        ("2 years", "24 months", True),
        ("184 days", "6 months", True),
        ("183 days", "6 months", False),
        ("730 days", "2 years", False),
        ("731 days", "2 years", True),
    ],
)
def test_a_period_is_enough_whatever_day_it_begins(keep: str, least: str, *, enough: bool) -> None:
    assert read_period(keep).at_least(read_period(least)) is enough


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120), st.integers(1, 120))
def test_a_longer_period_never_ends_before(day: date, months: int, more: int) -> None:
    assert Period(months).after(day) < Period(months + more).after(day)
    assert Period(months).after(day) > day


def test_every_jurisdiction_and_collector_has_a_term_with_its_law() -> None:
    terms = shipped_terms().by_place
    assert set(terms) == {(place, who) for place in JURISDICTIONS for who in COLLECTORS}
    assert set(RetentionTable.model_fields) == set(JURISDICTIONS)
    for term in terms.values():
        assert term.citation
        assert (term.minimum is None) == (term.status == "policy")


def test_settlements_are_outcomes_that_there_are() -> None:
    known = {outcome.id for outcome in load_outcomes()}
    for term in shipped_terms().by_place.values():
        assert term.until_cleared <= known


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[retention.cn]\nkeep = "1 year"\n', "2:8: for in-house: 1 year is less than the law's"),
        ('[retention.us]\nkeep = "2 years"\n', "for agency: 2 years is less than the law's"),
        ('[retention.tw]\nkeep = "183 days"\n', "6 months (信用卡"),
        ('[retention.tw]\nkeep = "long"\n', "2:8: this is no period"),
        ('[retention.de]\nkeep = "1 year"\n', "unknown key 'de'"),
        ('[retention.us.by_collector]\nbank = "1 year"\n', "retention.us.by_collector"),
        ('[retention.us.by_collector]\nagency = "1 day"\n', "2:10: for agency: 1 day is less"),
    ],
)
def test_a_site_cannot_keep_less_than_the_law_asks(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        terms_in_force(shipped_terms(), path)
    assert says in str(caught.value)


def test_a_site_keeps_longer_and_by_collector(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    assert terms_in_force(shipped_terms(), path) == shipped_terms()
    path.write_text(
        '[retention.us]\nkeep = "4 years"\n[retention.us.by_collector]\nin-house = "90 days"\n'
    )
    terms = terms_in_force(shipped_terms(), path)
    assert [str(terms.of("us", who)[0].keep) for who in COLLECTORS] == [
        "90 days",
        "4 years",
        "4 years",
    ]


def test_a_most_is_held_too(tmp_path: Path) -> None:
    path = tmp_path / "terms.toml"
    path.write_text(
        '[[term]]\njurisdiction = "us"\ncollectors = ["agency"]\nmaximum = "2 years"\n'
        'since = "call"\nkeep = "3 years"\ncitation = "x"\nstatus = "memory"\n'
    )
    with pytest.raises(BadInput, match=r"6:8: 3 years is more than the law's most, 2 years"):
        read_terms(path)


def _term(keep: str = "1 year", minimum: str | None = None, *settled: str) -> Term:
    least = read_period(minimum) if minimum else None
    return Term(read_period(keep), Since.CALL, least, None, frozenset(settled), "law", "verified")


OLD = Keeping(
    "c1", date(2020, 5, 1), date(2020, 5, 1), "refused",
    cleared=False, held=False, open=False, grave_unreviewed=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("known", "term", "stays"),
    [
        (OLD, _term(), ()),
        (replace(OLD, open=True), _term(), (Stays.OPEN,)),
        (replace(OLD, held=True), _term(), (Stays.HELD,)),
        (replace(OLD, grave_unreviewed=True), _term(), (Stays.REVIEW,)),
        (
            replace(OLD, grave_unreviewed=True),
            replace(_term(), maximum=read_period("2 years")),
            (),
        ),
        (OLD, _term("4 years"), (Stays.PERIOD,)),
        (OLD, _term("4 years", "4 years"), (Stays.MINIMUM,)),
        (OLD, _term("4 years", "1 year"), (Stays.PERIOD,)),
        (OLD, _term("1 year", None, "plan"), ()),
        (replace(OLD, outcome="plan"), _term("1 year", None, "plan"), (Stays.SETTLEMENT,)),
        (replace(OLD, outcome=None), _term("1 year", None, "plan"), (Stays.OUTCOME_UNKNOWN,)),
        (replace(OLD, outcome=None, cleared=True), _term("1 year", None, "plan"), ()),
        (replace(OLD, outcome=None), _term(), ()),
        (replace(OLD, on=day_of("not a time")), _term(), (Stays.PERIOD,)),
    ],
)
def test_a_call_goes_or_stays_for_a_reason(
    known: Keeping, term: Term, stays: tuple[Stays, ...]
) -> None:
    found = decide(known, [term], date(2022, 5, 3))
    assert found.stays == stays
    assert found.goes == (not stays)
    assert found.may_be_erased == (set(stays) <= {Stays.PERIOD})


def test_a_call_goes_on_the_day_after_its_period_and_not_before() -> None:
    term = _term("1 year", "1 year")
    # A day more, since the call's own day may have been the next one where it took place.
    assert decide(OLD, [term], date(2021, 5, 1)).stays == (Stays.MINIMUM,)
    assert decide(OLD, [term], date(2021, 5, 2)).goes


def test_activity_on_the_account_moves_the_period() -> None:
    term = replace(_term("1 year", "1 year"), since=Since.ACTIVITY)
    active = replace(OLD, last_activity=date(2021, 4, 1))
    assert decide(active, [term], date(2022, 4, 1)).stays == (Stays.MINIMUM,)
    assert decide(active, [term], date(2022, 4, 2)).goes


def test_an_unknown_collector_or_place_falls_under_the_strictest() -> None:
    terms = shipped_terms()
    assert len(set(terms.of("us", None))) == 2
    assert decide(OLD, terms.of("us", None), date(2022, 1, 1)).stays == (Stays.MINIMUM,)
    assert decide(OLD, terms.of("de", "agency"), date(2026, 1, 1)).stays == (Stays.PERIOD,)
