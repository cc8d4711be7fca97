"""Live calls at every kind of desk: what keys say, what is not heard, when nothing may be kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import pytest

from assistant.events import (
    CLOCK,
    Act,
    AgentActed,
    AudioAdvanced,
    AudioGap,
    CallEnded,
    ChannelOpened,
    CustomerDid,
    Ended,
    FindingChanged,
    GapHeard,
    HoldChanged,
    Input,
    Keep,
    ListenerChanged,
    Output,
    Progress,
    PromptChanged,
    RecordingChanged,
    RecordingState,
    RecordingTerms,
    StatementChanged,
    VerificationChanged,
)
from compliance.context import Listener
from compliance.findings import StatementState, Verdict
from compliance.transcript import Speaker
from tests.session.conftest import RATE_HZ, final, guidance, started

T = TypeVar("T")
TERMS = RecordingTerms(Keep.AUDIO, notice_first=True, stops_when_refused=True, may_pause=True)
AGENT_ONLY = [ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ)]
BOTH = [*AGENT_ONLY, ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ)]
MIXED = [ChannelOpened(0, "mixed", Speaker.UNKNOWN, RATE_HZ)]
NOBODY = [ChannelOpened(0, CLOCK, Speaker.UNKNOWN, 1000)]
NOTICE = "hello this is emily carter and this call is recorded"
END = CallEnded(60 * RATE_HZ, "hung_up")


def outputs(
    channels: Sequence[Input], *events: Input, terms: RecordingTerms | None = TERMS
) -> list[Output]:
    session = guidance().session()
    first = replace(started(), recording=terms)
    return [out for event in (first, *channels, *events) for out in session.receive(event)]


def of(kind: type[T], told: Sequence[Output]) -> list[T]:
    return [output for output in told if isinstance(output, kind)]


def key(act: Act, argument: str = "", at_s: float = 5.0) -> AgentActed:
    return AgentActed(act, round(at_s * RATE_HZ), argument)


@pytest.mark.parametrize(
    ("act", "argument", "doing"),
    [
        (Act.VERIFIED, "", "verified"),
        (Act.THIRD_PARTY, "", "third_party"),
        (Act.CUSTOMER_BACK, "", "customer_back"),
        (Act.EXIT, "dispute", "dispute"),
        (Act.EXIT, "vulnerable", "vulnerable"),
        (Act.OBJECTION, "will_not_pay", "will_not_pay"),
        (Act.EXIT, "commitment", "commitment"),
    ],
)
@pytest.mark.parametrize("channels", [AGENT_ONLY, NOBODY])
def test_where_the_customer_is_not_heard_keys_are_marks(
    channels: list[Input], act: Act, argument: str, doing: str
) -> None:
    told = outputs(channels, key(Act.VERIFIED), key(act, argument))
    assert doing in [mark.doing for mark in of(CustomerDid, told)]
    assert not of(CustomerDid, outputs(BOTH, key(act, argument))), "there their words are marks"


@pytest.mark.parametrize("act", [Act.STEP_DONE, Act.STEP_BACK, Act.MOMENT_MARKED])
def test_what_the_agent_does_is_no_mark_of_the_customer(act: Act) -> None:
    assert not of(CustomerDid, outputs(AGENT_ONLY, key(act)))


def test_keys_move_listener_verification_and_script() -> None:
    told = outputs(AGENT_ONLY, key(Act.VERIFIED), key(Act.EXIT, "dispute"), key(Act.THIRD_PARTY))
    assert [each.listener for each in of(ListenerChanged, told)] == [
        Listener.UNKNOWN,
        Listener.CUSTOMER,
        Listener.THIRD_PARTY,
    ]
    assert [each.verified for each in of(VerificationChanged, told)] == [False, True, False]
    stages = [each.prompt.stage for each in of(PromptChanged, told)]
    assert "dispute" in stages
    assert stages[-1] == "third_party"


@pytest.mark.parametrize("pressed", [True, False])
def test_a_disputed_debt_is_one_for_the_rules_too(*, pressed: bool) -> None:
    keys = [key(Act.VERIFIED)] + ([key(Act.EXIT, "dispute")] if pressed else [])
    told = outputs(
        AGENT_ONLY, *keys, *(final(0, (8 + 3 * n) * RATE_HZ, "let us go on") for n in range(6)), END
    )
    due = [each.statement.id for each in of(StatementChanged, told)]
    assert ("dispute_rights" in due) is pressed


@pytest.mark.parametrize(
    ("channels", "route_known"), [(BOTH, True), (AGENT_ONLY, False), (NOBODY, False)]
)
def test_routes_that_nobody_can_hear_are_not_assessable(
    channels: list[Input], *, route_known: bool
) -> None:
    spoken = [] if channels is NOBODY else [final(0, 4 * RATE_HZ, NOTICE)]
    told = outputs(channels, *spoken, END)
    assert ("ROUTE-dispute" not in of(Ended, told)[0].not_assessable) is route_known


LEVELS = [AudioAdvanced(1, 4000 * n, -60.0) for n in range(1, 20)]
NO_SOUND = [AudioAdvanced(1, 4000 * n, -96.0) for n in range(1, 20)]


@pytest.mark.parametrize(
    ("events", "routes_known", "words_known"),
    [
        (LEVELS, True, True),
        ([*NO_SOUND, *LEVELS], True, True),
        ([*LEVELS, AudioGap(1, 80_000, RATE_HZ // 2, "overrun")], True, True),
        # What the customer may have said takes the routes along, not the agent's rules.
        (NO_SOUND, False, True),
        ([*LEVELS, AudioGap(1, 80_000, 6 * RATE_HZ, "device_lost")], False, True),
        ([*LEVELS, AudioGap(0, 80_000, 6 * RATE_HZ, "device_lost")], True, False),
    ],
    ids=["heard", "a late start", "half a second", "a dead line", "customer lost", "agent lost"],
)
def test_whoever_was_not_heard_leaves_their_own_rules_open(
    events: list[Input], *, routes_known: bool, words_known: bool
) -> None:
    spoken = [final(0, 4 * RATE_HZ, NOTICE), final(1, 6 * RATE_HZ, "yes this is he")]
    if events is NO_SOUND:
        spoken.pop()
    told = outputs(BOTH, *spoken, *events, END)
    unknown = of(Ended, told)[0].not_assessable
    assert ("ROUTE-dispute" not in unknown) is routes_known
    assert ("US-03" not in unknown) is words_known


@pytest.mark.parametrize("channel", [None, 0, 1])
def test_what_nobody_heard_is_no_silence(channel: int | None) -> None:
    lost = [] if channel is None else [AudioGap(channel, 8 * RATE_HZ, 32 * RATE_HZ, "stalled")]
    spoken = [final(0, 4 * RATE_HZ, NOTICE), final(1, 6 * RATE_HZ, "yes this is he")]
    told = outputs(BOTH, *spoken, *lost, final(0, 46 * RATE_HZ, "are you still there"), END)
    silences = [each.finding.rule for each in of(FindingChanged, told)]
    assert ("US-23-silence" in silences) is (channel is None)


def test_on_a_mixed_line_words_break_nothing_and_their_rules_are_not_assessable() -> None:
    told = outputs(MIXED, final(0, 4 * RATE_HZ, "you will be arrested if you do not pay"), END)
    assert "US-03" in of(Ended, told)[0].not_assessable
    assert not [f for f in of(FindingChanged, told) if f.finding.verdict is Verdict.BREACH]


def test_a_call_without_sound_has_a_clock_and_no_voices() -> None:
    told = outputs(NOBODY, *(AudioAdvanced(0, 500 * n, -96.0) for n in range(1, 5)), terms=TERMS)
    assert [(each.call_s, each.channels, each.silence_s) for each in of(Progress, told)] == [
        (0.5 * n, (), 0.0) for n in range(1, 5)
    ]


# ---- recording -----------------------------------------------------------------------------------


def states(told: Sequence[Output]) -> list[str]:
    return [each.state.value for each in of(RecordingChanged, told)]


REFUSAL = "please do not record this call"


@pytest.mark.parametrize(
    ("terms", "events", "then"),
    [
        (TERMS, [], ["waiting"]),
        (TERMS, [final(0, 4 * RATE_HZ, "hello this is emily carter")], ["waiting"]),
        (TERMS, [final(0, 4 * RATE_HZ, NOTICE)], ["waiting", "on"]),
        (TERMS, [final(1, 4 * RATE_HZ, NOTICE)], ["waiting"]),
        (TERMS, [key(Act.NOTICE_GIVEN)], ["waiting", "on"]),
        (TERMS, [key(Act.NOTICE_GIVEN), final(0, 8 * RATE_HZ, NOTICE)], ["waiting", "on"]),
        (TERMS, [key(Act.EXIT, "recording_refused")], ["waiting", "refused"]),
        (TERMS, [key(Act.OBJECTION, "refuse_recording")], ["waiting", "refused"]),
        (TERMS, [final(1, 4 * RATE_HZ, REFUSAL)], ["waiting", "refused"]),
        (
            TERMS,
            [key(Act.EXIT, "recording_refused"), key(Act.NOTICE_GIVEN)],
            ["waiting", "refused", "on"],
        ),
        (replace(TERMS, notice_first=False), [final(0, 4 * RATE_HZ, NOTICE)], ["on"]),
        (
            replace(TERMS, stops_when_refused=False),
            [key(Act.EXIT, "recording_refused")],
            ["waiting"],
        ),
        (replace(TERMS, keep=Keep.NOTHING), [final(0, 4 * RATE_HZ, NOTICE)], ["off"]),
        (
            replace(TERMS, keep=Keep.NOTHING),
            [final(1, 4 * RATE_HZ, REFUSAL), key(Act.NOTICE_GIVEN)],
            ["off", "refused", "off"],
        ),
        (None, [final(0, 4 * RATE_HZ, NOTICE), key(Act.EXIT, "recording_refused")], []),
    ],
)
def test_when_a_call_is_kept(
    terms: RecordingTerms | None, events: list[Input], then: list[str]
) -> None:
    assert states(outputs(BOTH, *events, terms=terms)) == then


def test_who_refuses_recording_is_offered_another_way() -> None:
    told = outputs(BOTH, key(Act.EXIT, "recording_refused"))
    assert of(PromptChanged, told)[-1].prompt.stage == "recording_refused"


@pytest.mark.parametrize("may_pause", [True, False])
def test_the_microphone_is_closed_where_that_is_allowed(*, may_pause: bool) -> None:
    terms = replace(TERMS, may_pause=may_pause)
    told = outputs(
        BOTH,
        key(Act.HELD),
        key(Act.HELD),
        key(Act.RESUMED, at_s=9.0),
        key(Act.RESUMED),
        terms=terms,
    )
    assert [each.held for each in of(HoldChanged, told)] == ([True, False] if may_pause else [])


def test_what_was_not_heard_on_purpose_is_a_gap_and_nothing_counts_as_unsaid() -> None:
    gap = AudioGap(0, 5 * RATE_HZ, 20 * RATE_HZ, "paused")
    told = outputs(BOTH, final(0, 4 * RATE_HZ, "hello"), key(Act.HELD), key(Act.RESUMED), gap, END)
    assert [(each.duration_s, each.reason) for each in of(GapHeard, told)] == [(20.0, "paused")]
    missed = [e for e in of(StatementChanged, told) if e.statement.state is StatementState.MISSED]
    assert not missed
    assert RecordingState.ON not in [each.state for each in of(RecordingChanged, told)]
