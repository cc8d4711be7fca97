"""The fold from events to what a screen shows."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.call_view import CallView, Part
from assistant.events import (
    ChannelProgress,
    Ended,
    FindingChanged,
    FindingStanding,
    FlagAcknowledged,
    GapHeard,
    IdentifierState,
    LagChanged,
    ListenerChanged,
    MomentMarked,
    Output,
    Progress,
    StatementChanged,
    UtteranceDropped,
    UtteranceFinal,
    UtterancePartial,
    VerificationChanged,
)
from assistant.transcript_rows import GapRow, MomentRow, UtteranceRow
from compliance.context import Listener
from compliance.findings import Severity, Statement, StatementState, Status, Verdict
from compliance.transcript import Speaker
from tests.screens import calls

SCENE = calls.SCENES["en-US"]


def folded(*events: Output) -> CallView:
    view = CallView()
    for event in events:
        view.apply(event)
    return view


def utterances(view: CallView) -> list[UtteranceRow]:
    return [row for row in view.rows if isinstance(row, UtteranceRow)]


def test_a_whole_call_folds() -> None:
    view = folded(*calls.over(SCENE))
    assert [row.id for row in view.rows] == ["u0", "u1", "u2", "u3", "u4", "u5"]
    assert all(row.final for row in utterances(view))
    assert view.verified
    assert view.matched == 2
    assert view.ended is not None
    assert view.talk_ratio == pytest.approx(70 / 112)
    assert [flag.finding.id for flag in view.for_wrap_up] == ["f1", "f2"]


def test_the_account_is_covered_until_verified_and_again_for_another_listener() -> None:
    assert folded(calls.started(SCENE)).covered
    assert folded(*calls.while_verifying(SCENE)).covered
    assert folded(*calls.while_verifying(SCENE)).proposed
    assert not folded(*calls.verified(SCENE)).covered
    for listener in (Listener.THIRD_PARTY, Listener.VOICEMAIL):
        # Even where the news that verification is withdrawn has not come yet.
        assert folded(*calls.verified(SCENE), ListenerChanged(listener, 31.0)).covered
    withdrawn = VerificationChanged(
        verified=False, proposed=False, reason="agent_withdrew", call_s=31.0
    )
    assert folded(*calls.verified(SCENE), withdrawn).covered


def test_match_boxes_come_from_the_account_and_follow_the_session() -> None:
    assert folded(calls.started(SCENE)).identifiers == {
        "birth_date": IdentifierState.OPEN,
        "id_last4": IdentifierState.OPEN,
    }
    assert folded(*calls.while_verifying(SCENE)).identifiers == {
        "birth_date": IdentifierState.MATCHED,
        "id_last4": IdentifierState.PROPOSED,
    }


def test_partials_grow_in_place_and_late_ones_change_nothing() -> None:
    agent = Speaker.AGENT
    view = folded(
        UtterancePartial("a", agent, "hello", (), 0.0, 1.0),
        UtterancePartial("b", Speaker.CUSTOMER, "yes", (), 0.5, 1.0),
        UtterancePartial("a", agent, "hello this is", (), 0.0, 2.0),
    )
    assert [(row.id, row.text, row.final) for row in utterances(view)] == [
        ("a", "hello this is", False),
        ("b", "yes", False),
    ]
    view.apply(UtteranceFinal("a", 0, agent, "hello this is lin", (), 0.0, 2.4))
    assert view.apply(UtterancePartial("a", agent, "hello", (), 0.0, 1.0)) is Part.NOTHING
    assert utterances(view)[0].text == "hello this is lin"


def test_a_partial_that_was_no_speech_leaves_and_its_neighbours_stay() -> None:
    view = folded(
        UtterancePartial("a", Speaker.AGENT, "one", (), 0.0, 1.0),
        UtterancePartial("b", Speaker.CUSTOMER, "two", (), 1.0, 2.0),
        UtterancePartial("c", Speaker.AGENT, "three", (), 2.0, 3.0),
        UtteranceDropped("b", Speaker.AGENT, 1.0, 2.0),
        UtterancePartial("c", Speaker.AGENT, "three four", (), 2.0, 4.0),
    )
    assert [(row.id, row.text) for row in utterances(view)] == [("a", "one"), ("c", "three four")]
    assert view.apply(UtteranceDropped("nobody", Speaker.AGENT, 1.0, 2.0)) is Part.NOTHING


def test_gaps_moments_and_lag_are_kept() -> None:
    view = folded(
        GapHeard("customer", 3.0, 1.5, "truncated"),
        MomentMarked(4.0),
        LagChanged("agent", 0.4, 0.0, 5.0),
        LagChanged("customer", 2.4, 1.5, 5.0),
    )
    assert [type(row) for row in view.rows] == [GapRow, MomentRow]
    assert view.worst_lag_s == 2.4
    assert view.total_lost_s == 1.5


def test_levels_hold_between_two_words() -> None:
    view = CallView()

    def heard(call_s: float, *levels_db: float) -> tuple[float, ...]:
        channels = tuple(ChannelProgress(Speaker.AGENT, level, 0.0) for level in levels_db)
        view.apply(Progress(call_s, channels, 0.0))
        return tuple(level for _speaker, level in view.levels)

    assert heard(0.5, -20.0, -70.0) == (-20.0, -70.0)
    assert heard(1.0, -70.0, -70.0) == (-20.0, -70.0)
    assert heard(1.5, -70.0, -30.0) == (-20.0, -30.0)
    assert heard(2.0, -70.0, -70.0) == (-70.0, -30.0)
    assert heard(2.5, -70.0) == (-70.0,), "a channel has gone"


def test_open_statements_are_those_that_still_can_be_said_or_were_missed() -> None:
    states = {
        "a": StatementState.DUE,
        "b": StatementState.PARTIAL,
        "c": StatementState.SAID,
        "d": StatementState.MISSED,
        "e": StatementState.CANNOT_TELL,
    }
    view = folded(*(StatementChanged(Statement(id_, s), 1.0) for id_, s in states.items()))
    assert [statement.id for statement in view.open_statements] == ["a", "b", "d"]


def test_flagged_words_are_marked_in_place_and_found_again_when_the_text_moves() -> None:
    view = folded(*calls.flagged(SCENE, standing=False))
    (mark,) = utterances(view)[-1].marks
    row = utterances(view)[-1]
    assert row.text[mark.start : mark.end] == SCENE.threat
    assert not mark.standing
    view.apply(UtterancePartial("u4", Speaker.AGENT, f"well {row.text} tomorrow", (), 131.0, 134.0))
    row = utterances(view)[-1]
    (mark,) = row.marks
    assert row.text[mark.start : mark.end] == SCENE.threat


def test_a_mark_whose_words_are_gone_still_lies_inside_the_text() -> None:
    view = folded(*calls.flagged(SCENE, standing=False))
    view.apply(UtterancePartial("u4", Speaker.AGENT, "we", (), 131.0, 134.0))
    row = utterances(view)[-1]
    (mark,) = row.marks
    assert 0 <= mark.start <= mark.end <= len(row.text)


def test_withdrawn_flags_leave_line_transcript_and_wrap_up() -> None:
    events = calls.flagged(SCENE, standing=False)
    view = folded(*events)
    assert view.flag is not None
    withdrawn = replace(view.flag.flag.finding, status=Status.WITHDRAWN)
    view.apply(FindingChanged(withdrawn, SCENE.threat, 134.5))
    assert view.flag is None
    assert utterances(view)[-1].marks == ()
    assert view.flags == ()


def test_a_finding_may_come_before_its_utterance() -> None:
    finding = calls.finding(SCENE, "u9", 0, (0, 4), Status.CONFIRMED)
    view = folded(
        FindingChanged(finding, "come", 2.0),
        UtteranceFinal("u9", 0, Speaker.AGENT, "come on", (), 0.0, 2.0),
    )
    assert [mark.quote for mark in utterances(view)[0].marks] == ["come"]


def test_provisional_findings_of_lesser_rules_are_not_marked() -> None:
    finding = calls.finding(SCENE, "u9", 0, (0, 4), Status.PROVISIONAL, severity=Severity.MAJOR)
    view = folded(
        UtterancePartial("u9", Speaker.AGENT, "come on", (), 0.0, 2.0),
        FindingChanged(finding, "come", 2.0),
    )
    assert utterances(view)[0].marks == ()
    assert view.flag is None


def test_a_doubt_is_not_marked_while_it_is_provisional() -> None:
    doubt = calls.finding(SCENE, "u9", 0, (0, 4), Status.PROVISIONAL, verdict=Verdict.CHECK_FACTS)
    view = folded(
        UtterancePartial("u9", Speaker.AGENT, "come on", (), 0.0, 2.0),
        FindingChanged(doubt, "come", 2.0),
    )
    assert utterances(view)[0].marks == ()
    settled = replace(doubt, status=Status.CONFIRMED)
    view.apply(FindingChanged(settled, "come", 3.0))
    assert [mark.quote for mark in utterances(view)[0].marks] == ["come"]


def test_only_the_parts_that_changed_are_told() -> None:
    view = folded(*calls.verified(SCENE))
    assert view.apply(calls.progress(31.0, 14.0, 6.0)) is Part.CLOCK
    changed = view.apply(UtterancePartial("n", Speaker.AGENT, "so", (), 31.0, 32.0))
    assert changed is Part.TRANSCRIPT
    flagged = calls.finding(SCENE, "n", 4, (0, 2), Status.PROVISIONAL)
    assert Part.FLAG in view.apply(FindingChanged(flagged, "so", 31.0))
    assert Part.FLAG in view.apply(FlagAcknowledged("f1", 31.0))
    assert view.apply(FindingStanding("nobody", 31.0)) is Part.NOTHING


def test_folding_is_deterministic() -> None:
    one, two = folded(*calls.over(SCENE)), folded(*calls.over(SCENE))
    assert one.rows == two.rows
    assert one.flags == two.flags


EVENTS: list[Output] = [
    *calls.over(SCENE),
    *calls.third_party(SCENE),
    *calls.standing_provisional(SCENE),
    UtteranceDropped("u4", Speaker.AGENT, 1.0, 2.0),
    UtteranceDropped("u0", Speaker.AGENT, 1.0, 2.0),
    GapHeard("agent", 2.0, 1.0, "overrun"),
    MomentMarked(2.0),
    FlagAcknowledged("f1", 3.0),
    FlagAcknowledged("nobody", 3.0),
    FindingStanding("nobody", 3.0),
    Ended(9.0, "failed", ("US-01",)),
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(EVENTS), max_size=60))
def test_any_events_in_any_order_fold(events: list[Output]) -> None:
    view = CallView()
    for event in events:
        view.apply(event)
        on_line = view.flag
        assert on_line is None or on_line.flag.finding.status is not Status.WITHDRAWN
        assert len({row.id for row in view.rows}) == len(view.rows)
        assert len(view.for_wrap_up) <= len(view.flags)
    for row in utterances(view):
        assert all(0 <= mark.start <= mark.end <= len(row.text) for mark in row.marks)
    if view.ended is not None:
        assert view.flag is None


def test_two_hours_and_two_thousand_utterances_cost_what_they_should() -> None:
    """The last events of a long call must not cost more than the first."""
    view = folded(calls.started(SCENE))
    chance = random.Random(7)
    words = ["i", "would", "like", "to", "see", "what", "we", "can", "work", "out"]

    def utter(number: int) -> float:
        began = time.perf_counter()
        text = ""
        for _ in range(5):
            text = f"{text} {chance.choice(words)}".strip()
            view.apply(
                UtterancePartial(f"n{number}", Speaker.AGENT, text, (), number * 3.6, number * 3.6)
            )
        if number % 10 == 0:
            found = calls.finding(
                SCENE, f"n{number}", number, (0, 4), Status.CONFIRMED, finding_id=f"f{number}"
            )
            view.apply(FindingChanged(found, text[:4], number * 3.6))
        view.apply(
            UtteranceFinal(f"n{number}", number, Speaker.AGENT, text, (), number * 3.6, number)
        )
        view.apply(calls.progress(number * 3.6, 1.0, 1.0))
        return time.perf_counter() - began

    spent = [utter(number) for number in range(2000)]
    assert len(view.rows) == 2000
    first, last = sorted(spent[:200])[100], sorted(spent[-200:])[100]
    assert last < first * 4 + 0.001
    assert all(flag.finding.verdict is Verdict.BREACH for flag in view.flags)
