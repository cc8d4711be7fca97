"""Which call comes first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.record.kept import CallState, FindingMark, KeptCall
from assistant.record.reviews import ReviewAct
from assistant.review.risk import by_risk, call_risk, mark_risk
from compliance.findings import Severity, Status, Verdict

CRITICAL = FindingMark(
    "f", "US-01", Severity.CRITICAL, Verdict.BREACH, Status.CONFIRMED, 1.0, review=None
)


def _call(identity: str, *marks: FindingMark, at: str = "2026-01-01") -> KeptCall:
    return KeptCall(
        id=identity,
        started_at_utc=at,
        zone="UTC",
        language="en-US",
        jurisdiction="us",
        collector=None,
        agent_name="",
        agent_id="",
        model="",
        rules_hash="",
        scripts_hash="",
        state=CallState.WHOLE,
        reason=None,
        duration_s=1.0,
        has_sound=False,
        marks=marks,
    )


@pytest.mark.parametrize(
    ("changes", "risk"),
    [
        ({}, 100.0),
        ({"severity": Severity.MAJOR}, 20.0),
        ({"severity": Severity.HINT}, 1.0),
        ({"verdict": Verdict.CHECK_FACTS}, 50.0),
        ({"status": Status.PROVISIONAL}, 50.0),
        ({"review": ReviewAct.UNCERTAIN}, 60.0),
        ({"review": ReviewAct.CONFIRM}, 20.0),
        ({"review": ReviewAct.DISMISS}, 0.0),
        ({"status": Status.WITHDRAWN}, 0.0),
    ],
)
def test_the_formula(changes: dict[str, object], risk: float) -> None:
    assert mark_risk(replace(CRITICAL, **changes)) == pytest.approx(risk)  # type: ignore[arg-type]


def test_many_small_things_do_not_hide_one_grave_one() -> None:
    minor = replace(CRITICAL, severity=Severity.MINOR)
    many, grave = _call("many", *[minor] * 200), _call("grave", CRITICAL)
    assert call_risk(many).total > call_risk(grave).total
    assert [call.id for call in by_risk([many, grave])] == ["grave", "many"]


def test_the_order_of_a_list() -> None:
    calls = [
        _call("clean old", at="2026-01-01"),
        _call("clean new", at="2026-01-02"),
        _call("dismissed", replace(CRITICAL, review=ReviewAct.DISMISS), at="2026-01-03"),
        _call("confirmed", replace(CRITICAL, review=ReviewAct.CONFIRM)),
        _call("open", CRITICAL),
        _call("open twice", CRITICAL, replace(CRITICAL, severity=Severity.MINOR)),
    ]
    assert [call.id for call in by_risk(calls)] == [
        "open twice",
        "open",
        "confirmed",
        "dismissed",
        "clean new",
        "clean old",
    ]


marks = st.builds(
    FindingMark,
    finding=st.just("f"),
    rule=st.just("US-01"),
    severity=st.sampled_from(Severity),
    verdict=st.sampled_from(Verdict),
    status=st.sampled_from(Status),
    call_s=st.just(0.0),
    review=st.sampled_from([None, *ReviewAct]),
)


@given(st.lists(marks, max_size=5), marks)
def test_a_further_mark_never_lowers_the_risk(some: list[FindingMark], more: FindingMark) -> None:
    assert call_risk(_call("a", *some, more)) >= call_risk(_call("a", *some))


@given(marks)
def test_a_judgement_never_raises_the_risk(mark: FindingMark) -> None:
    unreviewed = mark_risk(replace(mark, review=None))
    for act in (ReviewAct.CONFIRM, ReviewAct.DISMISS, ReviewAct.UNCERTAIN):
        assert mark_risk(replace(mark, review=act)) <= unreviewed
