"""The days by which complaints and disputes are answered: as the file says, or not known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.context import Collector
from compliance.errors import BadInput
from scripts.reply_clocks import (
    Begins,
    Matter,
    ReplyClock,
    load_reply_clocks,
    run,
    shipped_reply_clocks,
)
from scripts.tasks import shipped_tasks

CLOCKS = shipped_reply_clocks()
SHIPPED = (Path(__file__).parents[2] / "scripts" / "reply_clocks.yaml").read_text("utf-8")
CAME = date(2026, 1, 30)
COMPLAINT, DISPUTE = Matter.COMPLAINT, Matter.DISPUTE


@pytest.mark.parametrize(
    ("matter", "jurisdiction", "collector", "ends"),
    [
        (COMPLAINT, "tw", Collector.IN_HOUSE, date(2026, 3, 1)),
        (COMPLAINT, "cn", Collector.AGENCY, date(2026, 2, 14)),
        (COMPLAINT, "hk", None, date(2026, 3, 1)),
        (COMPLAINT, "uk", Collector.IN_HOUSE, date(2026, 3, 27)),
        (COMPLAINT, "us", Collector.AGENCY, None),
        (DISPUTE, "us", Collector.AGENCY, None),
        (DISPUTE, "uk", Collector.IN_HOUSE, None),
        (DISPUTE, "tw", Collector.IN_HOUSE, None),
        (COMPLAINT, "", None, None),
    ],
)
def test_the_day_by_which_the_firm_answers(
    matter: Matter, jurisdiction: str, collector: Collector | None, ends: date | None
) -> None:
    held = CLOCKS.of(matter, jurisdiction, collector)
    running = [run(clock, {Begins.RECEIVED: CAME}) for clock in held]
    days = [one.due for one in running if one.clock.sets_a_day]
    assert days == ([ends] if ends is not None else [])


@pytest.mark.parametrize(
    ("collector", "ids"),
    [
        (Collector.IN_HOUSE, set()),
        (
            Collector.AGENCY,
            {"us_validation_notice", "us_dispute_window", "us_dispute_hold"},
        ),
        (None, {"us_validation_notice", "us_dispute_window", "us_dispute_hold"}),
    ],
)
def test_a_clock_binds_whom_its_law_binds(collector: Collector | None, ids: set[str]) -> None:
    assert {clock.id for clock in CLOCKS.of(DISPUTE, "us", collector)} == ids


def test_what_nobody_knows_the_beginning_of_has_no_end() -> None:
    known = {Begins.RECEIVED: CAME, Begins.FIRST_CONTACT: date(2026, 1, 5)}
    due = {clock.id: run(clock, known).due for clock in CLOCKS.of(DISPUTE, "us", None)}
    assert due == {
        "us_validation_notice": date(2026, 1, 10),
        "us_dispute_window": None,
        "us_dispute_hold": None,
    }
    assert run(CLOCKS.clocks[0], {Begins.RECEIVED: date.max}).due is None


def test_tasks_and_dossiers_name_the_same_days() -> None:
    kind = shipped_tasks().kind("complaint")
    assert kind is not None
    in_tasks = {
        law.jurisdiction: (law.days, law.citation, law.verified_law.value) for law in kind.law
    }
    here = {
        clock.jurisdiction: (clock.days, clock.citation, clock.verified_law.value)
        for clock in CLOCKS.clocks
        if clock.matter is COMPLAINT and clock.sets_a_day
    }
    assert in_tasks == here


@given(
    clock=st.sampled_from(CLOCKS.clocks),
    came=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    today=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)
def test_days_left_run_out_on_the_day_itself(clock: ReplyClock, came: date, today: date) -> None:
    running = run(clock, {clock.begins: came})
    left = running.days_left(today)
    if clock.days is None:
        assert left is None
        return
    assert running.due is not None
    assert left == clock.days - (today - came).days
    assert (left < 0) == (today > running.due)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  - id: tw_complaint_review", "  - id: tw_complaint_answer", "the id is given twice"),
        ("jurisdiction: tw", "jurisdiction: xx", "is none of tw, cn, us, hk, uk"),
        ("    days: 60\n", "    days: 60\n    months: 2\n", "'days' or 'months', not both"),
        ("    days: 30\n", "    months: 1\n", "needs 'days' here"),
        ("verified_law: memory", "verified_law: policy", "is law"),
        ("whose: firm", "whose: somebody", "whose"),
        ("    citation: 金融", "    quote: 金融", "citation"),
    ],
)
def test_a_broken_file_says_where_and_what(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in SHIPPED
    path = tmp_path / "reply_clocks.yaml"
    path.write_text(SHIPPED.replace(old, new, 1), "utf-8")
    with pytest.raises(BadInput) as caught:
        load_reply_clocks(path)
    assert says in str(caught.value)
    assert "reply_clocks.yaml:" in str(caught.value)
