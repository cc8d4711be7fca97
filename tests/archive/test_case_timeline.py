"""The timeline of a case: everything once, in order, and between it what nobody knows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.archive.case import Case, CaseCall, KnownFrom, Tried
from assistant.archive.case_timeline import Silence, Stretch, timeline, unknown_in
from assistant.archive.shown import Shown
from assistant.archive.told import ToldCall
from assistant.events import (
    CLOCK,
    CallStarted,
    ChannelOpened,
    Ended,
    GapHeard,
    Imported,
    Keep,
    Output,
    RecordingTerms,
    Source,
    Started,
    Transferred,
)
from assistant.record.kept import CallState, KeptCall
from assistant.record.verifying import Proof
from compliance.transcript import Speaker
from tests.record.invented import RATE_HZ, started

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def case(hours: list[int], worked: frozenset[date] = frozenset()) -> Case:
    tried = [Tried(BEGIN + timedelta(hours=at), "busy", KnownFrom.OWN) for at in hours]
    return Case(("A1",), (), (), tuple(tried), (), 0, worked, 0, Proof(0, 0, 0, 0, 0, ()))


@given(
    hours=st.lists(st.integers(0, 24 * 60), max_size=12),
    worked=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 31)), max_size=40),
    beyond=st.integers(0, 20),
)
def test_every_day_is_told_of_or_said_to_be_unknown(
    hours: list[int], worked: frozenset[date], beyond: int
) -> None:
    last = BEGIN + timedelta(hours=max(hours, default=0))
    today = last.date() + timedelta(days=beyond)
    entries = timeline(case(hours, worked), today)
    times = [one.at for one in entries if one.at is not None]
    assert times == sorted(BEGIN + timedelta(hours=at) for at in hours)
    known = [at.date() for at in times]
    unknown: list[date] = []
    for one in entries:
        if isinstance(one.about, Stretch):
            days = [
                one.about.first + timedelta(days=n)
                for n in range((one.about.last - one.about.first).days + 1)
            ]
            assert len(days) == one.about.days
            assert sum(day in worked for day in days) == one.about.worked
            unknown += days
    assert not set(unknown) & set(known)
    assert len(unknown) == len(set(unknown))
    if known:
        every = {known[0] + timedelta(days=n) for n in range((today - known[0]).days + 1)}
        assert set(unknown) | set(known) >= every


AGENT = ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ)
CUSTOMER = ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ)
GAP = GapHeard("customer", 5.0, 2.0, "device_lost")
MUSIC = tuple(GapHeard("customer", at_s, 2.0, "music") for at_s in (10.0, 12.0, 14.0, 30.0))
TERMS = RecordingTerms(Keep.FINDINGS, notice_first=False, stops_when_refused=True, may_pause=True)
WEBVTT = Imported(Source.WEBVTT, "", time_known=False)


def call(
    *outputs: Output,
    channels: tuple[ChannelOpened, ...] = (AGENT, CUSTOMER),
    state: CallState = CallState.WHOLE,
    start: CallStarted | None = None,
) -> CaseCall:
    first = start or started()
    kept = KeptCall(
        "c1", first.started_at_utc, first.zone, "en-US", "us", "agency", "Ann", "a1", "", "r", "s",
        state, None, 60.0, has_sound=False,
    )  # fmt: skip
    told = ToldCall(kept, first, (Started(first), *outputs), (), None, ())
    return CaseCall(told, Shown((), same_rules=False), channels, None, ())


def _with(**changed: object) -> CallStarted:
    first = started()
    return CallStarted(
        **{  # type: ignore[arg-type]  # the fields of the value itself
            name: changed.get(name, getattr(first, name)) for name in first.__dataclass_fields__
        }
    )


@pytest.mark.parametrize(
    ("told", "unknown"),
    [
        (call(Ended(60.0, "hung_up", ())), []),
        (call(GAP), [(Silence.GAP, 5.0, 2.0)]),
        (call(*MUSIC), [(Silence.GAP, 10.0, 6.0), (Silence.GAP, 30.0, 2.0)]),
        (
            call(Transferred("specialist", 9.0), GAP, Transferred("", 12.0)),
            [(Silence.GAP, 5.0, 2.0), (Silence.AWAY, 9.0, 3.0)],
        ),
        (call(Transferred("desk", 9.0), Transferred("desk", 10.0)), [(Silence.AWAY, 9.0, None)]),
        (call(Transferred("", 9.0)), []),
        (call(state=CallState.INTERRUPTED), [(Silence.BROKE_OFF, 60.0, None)]),
        (call(state=CallState.OPEN), [(Silence.RUNNING, 60.0, None)]),
        (call(channels=(AGENT,)), [(Silence.AGENT_ALONE, None, None)]),
        (call(channels=(CUSTOMER,)), [(Silence.CUSTOMER_ALONE, None, None)]),
        (call(channels=()), [(Silence.NOTHING_HEARD, None, None)]),
        (
            call(channels=(ChannelOpened(0, CLOCK, Speaker.AGENT, RATE_HZ),)),
            [(Silence.NOTHING_HEARD, None, None)],
        ),
        (call(start=_with(recording=TERMS)), [(Silence.NO_WORDS, None, None)]),
        (call(channels=(), start=_with(imported=WEBVTT)), [(Silence.TIME_UNKNOWN, None, None)]),
    ],
)
def test_what_of_a_call_nobody_knows(
    told: CaseCall, unknown: list[tuple[Silence, float | None, float | None]]
) -> None:
    assert [(one.why, one.at_s, one.duration_s) for one in unknown_in(told)] == unknown
