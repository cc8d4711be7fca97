"""What keys say of the customer and of statements, for the rules."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from assistant.guidance import load_guidance
from compliance.context import CallHeader, Collector, Listener
from compliance.findings import StatementState
from compliance.monitor import Monitor
from compliance.rules import RuleSet
from compliance.told import MARKS, STANDS_FOR_WORDS
from compliance.tracker import Tracker
from compliance.transcript import Speaker, Utterance
from scripts.prompt import EXITS, OBJECTIONS, STAGES


@cache
def rules(jurisdiction: str = "tw", language: str = "zh-TW") -> RuleSet:
    return load_guidance(jurisdiction, language, Collector.IN_HOUSE).rules


def test_every_key_is_one_of_the_scripts_and_every_route_there_is() -> None:
    assert set(MARKS) <= {*EXITS, *OBJECTIONS, *STAGES}
    assert set(MARKS) >= STANDS_FOR_WORDS
    known = {rule.id for rule in rules().rules}
    routes = {mark for marks in MARKS.values() for mark in marks if mark.startswith("ROUTE-")}
    assert routes <= known
    kinds = {mark.partition(":")[0] for marks in MARKS.values() for mark in marks} - routes
    assert kinds == {"event", "state"}


def closing(*, stated: bool) -> dict[str, StatementState]:
    header = CallHeader("tw", "zh-TW", Collector.IN_HOUSE, verified=False)
    monitor = Monitor(rules(), header, date(2026, 11, 24))
    tracker = Tracker(header, rules().cues)
    monitor.opened(tracker.context)
    for number in range(5):
        said = Utterance(
            id=f"agent-{number}", index=number, speaker=Speaker.AGENT, text="您好 請 稍等",
            words=(), start_s=float(number), end_s=number + 0.5, final=True,
        )  # fmt: skip
        monitor.hear(said, tracker.context)
    told = [*monitor.stated("recording_notice")] if stated else []
    assert monitor.said("recording_notice") is stated
    told += monitor.close(tracker.context).statements
    return {statement.id: statement.state for statement in told}


def test_a_statement_that_a_key_marked_is_not_missed() -> None:
    assert closing(stated=False)["recording_notice"] is StatementState.MISSED
    assert closing(stated=True)["recording_notice"] is StatementState.SAID


@pytest.mark.parametrize(
    ("slug", "fact"), [("dispute", "disputed"), ("stop_calling", "cease_contact")]
)
def test_what_a_key_says_is_a_fact_from_there_on(slug: str, fact: str) -> None:
    header = CallHeader(
        "tw", "zh-TW", Collector.IN_HOUSE, verified=True, listener=Listener.CUSTOMER
    )
    monitor = Monitor(rules(), header, date(2026, 11, 24))
    context = Tracker(header, rules().cues).context
    monitor.opened(context)
    assert monitor.past_within(context).fact(fact) is None
    monitor.told(slug)
    assert monitor.past_within(context).fact(fact) is True
    monitor.told("no_such_key")
