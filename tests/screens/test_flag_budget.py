"""Which flag has the line, and for how long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.flag_budget import FADING_S, READ_S, SHOWN_S, FlagBudget, may_take_the_line
from assistant.transcript_rows import may_be_marked
from compliance.findings import Finding, Kind, Severity, Status, Verdict
from tests.screens import calls

SCENE = calls.SCENES["en-US"]
BASE = calls.finding(SCENE, "u", 0, (0, 4), Status.CONFIRMED)


def found(name: str, severity: Severity = Severity.CRITICAL, **changes: object) -> Finding:
    return replace(BASE, id=name, severity=severity, **changes)  # type: ignore[arg-type]


def on_line(budget: FlagBudget) -> str | None:
    return budget.on_line.flag.finding.id if budget.on_line else None


@pytest.mark.parametrize(
    ("severity", "status", "verdict", "has_do_now", "may"),
    [
        (Severity.CRITICAL, Status.PROVISIONAL, Verdict.BREACH, True, True),
        (Severity.MAJOR, Status.PROVISIONAL, Verdict.BREACH, True, False),
        (Severity.MINOR, Status.PROVISIONAL, Verdict.BREACH, True, False),
        (Severity.MAJOR, Status.CONFIRMED, Verdict.BREACH, True, True),
        (Severity.MINOR, Status.CONFIRMED, Verdict.BREACH, True, True),
        (Severity.HINT, Status.CONFIRMED, Verdict.BREACH, True, False),
        (Severity.CRITICAL, Status.CONFIRMED, Verdict.BREACH, False, False),
        (Severity.CRITICAL, Status.WITHDRAWN, Verdict.BREACH, True, False),
        (Severity.CRITICAL, Status.CONFIRMED, Verdict.CHECK_FACTS, True, True),
        (Severity.MAJOR, Status.CONFIRMED, Verdict.CHECK_FACTS, True, True),
        (Severity.MAJOR, Status.CONFIRMED, Verdict.CHECK_FACTS, False, False),
        (Severity.MINOR, Status.CONFIRMED, Verdict.CHECK_FACTS, True, False),
        (Severity.CRITICAL, Status.CONFIRMED, Verdict.NOT_ASSESSABLE, True, False),
    ],
)
def test_what_may_interrupt(
    severity: Severity, status: Status, verdict: Verdict, *, has_do_now: bool, may: bool
) -> None:
    finding = found(
        "f",
        severity,
        status=status,
        verdict=verdict,
        do_now=BASE.do_now if has_do_now else None,
    )
    assert may_take_the_line(finding) is may


@pytest.mark.parametrize(("severity", "may"), [(Severity.CRITICAL, True), (Severity.MAJOR, False)])
def test_who_speaks_of_dying_is_heard_before_the_sentence_is_over(
    severity: Severity, *, may: bool
) -> None:
    route = found(
        "f", severity, status=Status.PROVISIONAL, verdict=Verdict.CHECK_FACTS, kind=Kind.ROUTE
    )
    assert may_take_the_line(route) is may
    assert may_be_marked(route) is may


def test_a_flag_fades_and_leaves_but_is_not_forgotten() -> None:
    budget = FlagBudget()
    budget.found(found("a"), "words", 10.0)
    assert on_line(budget) == "a"
    assert budget.on_line is not None
    assert not budget.on_line.fading
    budget.advance(10.0 + FADING_S)
    assert budget.on_line is not None
    assert budget.on_line.fading
    budget.advance(10.0 + SHOWN_S)
    assert on_line(budget) is None
    assert [flag.finding.id for flag in budget.flags] == ["a"]
    budget.found(found("a"), "words", 11.0 + SHOWN_S)
    assert on_line(budget) is None, "what has left does not come back"


def test_provisional_then_standing_then_confirmed_is_one_flag() -> None:
    budget = FlagBudget()
    budget.found(found("a", status=Status.PROVISIONAL), "words", 10.0)
    assert budget.on_line is not None
    assert not budget.on_line.flag.standing
    budget.stands("a", 12.0)
    assert budget.on_line is not None
    assert budget.on_line.flag.standing
    budget.found(found("a"), "words", 13.0)
    assert budget.on_line is not None
    assert budget.on_line.flag.born_s == 10.0
    assert len(budget.flags) == 1


def test_withdrawn_flags_leave_and_the_next_one_comes() -> None:
    budget = FlagBudget()
    budget.found(found("a", status=Status.PROVISIONAL), "words", 10.0)
    budget.found(found("b", Severity.MAJOR), "words", 11.0)
    assert on_line(budget) == "a"
    budget.found(found("a", status=Status.WITHDRAWN), "words", 11.5)
    assert on_line(budget) == "b"


def test_a_heavier_flag_takes_the_line_at_once_and_the_unread_one_returns() -> None:
    budget = FlagBudget()
    budget.found(found("minor", Severity.MINOR), "words", 10.0)
    budget.found(found("critical"), "words", 11.0)
    assert on_line(budget) == "critical"
    budget.put_away("critical", 12.0)
    assert on_line(budget) == "minor"


def test_a_flag_of_the_same_weight_waits_until_the_first_is_read() -> None:
    budget = FlagBudget()
    budget.found(found("a"), "words", 10.0)
    budget.found(found("b"), "words", 11.0)
    assert on_line(budget) == "a"
    budget.advance(10.0 + READ_S)
    assert on_line(budget) == "b"


def test_a_lighter_flag_that_waited_too_long_is_for_the_wrap_up() -> None:
    budget = FlagBudget()
    budget.found(found("a"), "words", 10.0)
    budget.found(found("b", Severity.MINOR), "words", 10.5)
    budget.advance(10.0 + SHOWN_S)
    assert on_line(budget) == "b"
    late = FlagBudget()
    late.found(found("a"), "words", 10.0)
    late.found(found("b", Severity.MINOR), "words", 10.5)
    late.advance(11.0 + SHOWN_S)
    assert on_line(late) is None
    assert len(late.flags) == 2


def test_putting_away_is_final_and_the_end_frees_the_line() -> None:
    budget = FlagBudget()
    budget.found(found("a"), "words", 10.0)
    budget.put_away("a", 10.5)
    budget.found(found("a"), "words", 11.0)
    assert on_line(budget) is None
    budget.found(found("b"), "words", 12.0)
    budget.close()
    assert on_line(budget) is None
    budget.found(found("c"), "words", 13.0)
    assert on_line(budget) is None


def test_the_clock_never_runs_backwards() -> None:
    budget = FlagBudget()
    budget.found(found("a"), "words", 100.0)
    budget.advance(1.0)
    assert on_line(budget) == "a"
