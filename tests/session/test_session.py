"""The session as a machine: what follows from what, on the real rules and script."""

from __future__ import annotations

from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.events import (
    Act,
    AgentActed,
    AudioAdvanced,
    AudioGap,
    CallEnded,
    Ended,
    FinalRecognised,
    FindingChanged,
    FindingStanding,
    GapHeard,
    IdentifierChanged,
    IdentifierState,
    Input,
    ListenerChanged,
    Output,
    PromptChanged,
    Started,
    UtteranceDropped,
    UtteranceFinal,
    UtterancePartial,
    VerificationChanged,
    VerificationPolicy,
)
from assistant.session import CallSession
from compliance.context import Listener
from compliance.errors import AssistantError
from compliance.findings import Status
from tests.session.conftest import RATE_HZ, final, guidance, opened, partial, started

T = TypeVar("T")
THREAT = "if you do not pay you will be arrested"


def session() -> CallSession:
    return guidance().session()


def run(inputs: list[Input]) -> list[Output]:
    machine = session()
    return [output for event in inputs for output in machine.receive(event)]


def of_type(outputs: list[Output], kind: type[T]) -> list[T]:
    return [output for output in outputs if isinstance(output, kind)]


def test_a_call_begins_covered_with_a_line_to_say() -> None:
    outputs = run([started()])
    assert isinstance(outputs[0], Started)
    assert of_type(outputs, VerificationChanged) == [
        VerificationChanged(verified=False, proposed=False, reason="start", call_s=0.0)
    ]
    prompt = of_type(outputs, PromptChanged)[-1].prompt
    assert prompt.stage == "opening"
    assert "Daniel Parker" in prompt.line


def test_what_is_spoken_on_becomes_the_script() -> None:
    hello = (
        "hello this is emily carter and this call is recorded may i speak with daniel parker please"
    )
    outputs = run([started(), *opened(), final(0, 40000, hello)])
    assert of_type(outputs, PromptChanged)[-1].prompt.stage == "verification"


def test_a_provisional_flag_stands_and_is_confirmed_under_one_id() -> None:
    outputs = run(
        [
            started(),
            *opened(),
            AgentActed(Act.VERIFIED, 0),
            partial(0, 16000, "if you do not pay"),
            partial(0, 24000, THREAT),
            AudioAdvanced(0, 24000, -20.0),
            AudioAdvanced(0, 44000, -60.0),
            final(0, 48000, THREAT),
        ]
    )
    changes = of_type(outputs, FindingChanged)
    assert [change.finding.status for change in changes] == [Status.PROVISIONAL, Status.CONFIRMED]
    assert len({change.finding.id for change in changes}) == 1
    assert changes[0].finding.utterance_id == changes[1].finding.utterance_id == "agent-0"
    assert "arrested" in changes[1].quote
    assert THREAT[changes[1].finding.start : changes[1].finding.end] == changes[1].quote
    assert [standing.finding_id for standing in of_type(outputs, FindingStanding)] == [
        changes[0].finding.id
    ]


def test_a_provisional_flag_is_withdrawn_when_the_final_says_otherwise() -> None:
    outputs = run(
        [
            started(),
            *opened(),
            AgentActed(Act.VERIFIED, 0),
            partial(0, 24000, "you will be arrested"),
            final(0, 48000, "you will be assisted"),
        ]
    )
    assert [change.finding.status for change in of_type(outputs, FindingChanged)] == [
        Status.PROVISIONAL,
        Status.WITHDRAWN,
    ]


def test_a_partial_that_was_no_speech_takes_its_flag_with_it() -> None:
    outputs = run(
        [
            started(),
            *opened(),
            AgentActed(Act.VERIFIED, 0),
            partial(0, 24000, "you will be arrested"),
            FinalRecognised(0, 48000, ""),
        ]
    )
    assert [drop.id for drop in of_type(outputs, UtteranceDropped)] == ["agent-0"]
    assert of_type(outputs, FindingChanged)[-1].finding.status is Status.WITHDRAWN


@pytest.mark.parametrize(
    "text",
    ["we will not contact your family", "you can not be arrested for a credit card debt"],
)
def test_a_near_miss_is_clean(text: str) -> None:
    outputs = run([started(), *opened(), AgentActed(Act.VERIFIED, 0), final(0, 48000, text)])
    assert of_type(outputs, FindingChanged) == []


def test_the_customers_words_are_never_the_agents_breach() -> None:
    outputs = run([started(), *opened(), AgentActed(Act.VERIFIED, 0), final(1, 48000, THREAT)])
    assert of_type(outputs, FindingChanged) == []


SAID = "may fifth nineteen eighty four and the last four digits are seven two four one"


def test_recognition_proposes_and_the_agent_decides() -> None:
    outputs = run([started(), *opened(), final(1, 48000, SAID), AgentActed(Act.VERIFIED, 50000)])
    boxes = of_type(outputs, IdentifierChanged)
    assert {box.identifier for box in boxes if box.state is IdentifierState.PROPOSED} == {
        "birth_date",
        "id_last4",
    }
    told = [(change.verified, change.proposed) for change in of_type(outputs, VerificationChanged)]
    assert told == [(False, False), (False, True), (True, False)]


def test_without_anybody_at_the_keys_what_is_said_decides() -> None:
    outputs = run([started(VerificationPolicy.HEARD), *opened(), final(1, 48000, SAID)])
    assert of_type(outputs, VerificationChanged)[-1].verified


def test_a_cue_of_a_third_party_covers_the_account_again() -> None:
    outputs = run(
        [
            started(),
            *opened(),
            AgentActed(Act.VERIFIED, 8000),
            final(1, 48000, "he is not here this is his wife"),
        ]
    )
    assert not of_type(outputs, VerificationChanged)[-1].verified
    assert of_type(outputs, ListenerChanged)[-1].listener is Listener.THIRD_PARTY
    assert of_type(outputs, PromptChanged)[-1].prompt.stage == "third_party"


def test_debt_before_verification_is_flagged_and_after_it_is_not() -> None:
    said = "your credit card account is past due by six hundred dollars"
    before = run([started(), *opened(), final(0, 48000, said)])
    after = run([started(), *opened(), AgentActed(Act.VERIFIED, 0), final(0, 48000, said)])
    assert {change.finding.family for change in of_type(before, FindingChanged)} & {
        "verify_first",
        "third_party_disclosure",
    }
    assert of_type(after, FindingChanged) == []


def test_sound_that_was_lost_makes_missing_statements_unsure() -> None:
    talk = [final(0, 16000 * n, "how can we help you with this today") for n in range(1, 9)]
    lost = [AudioGap(0, 8000, 80000, "truncated")]
    outputs = run([started(), *opened(), *talk, *lost, CallEnded(160000, "end_of_recording")])
    assert of_type(outputs, GapHeard) == [GapHeard("agent", 1.0, 10.0, "truncated")]
    ended = of_type(outputs, Ended)[0]
    assert ended.not_assessable
    assert not [c for c in of_type(outputs, FindingChanged) if c.finding.utterance_id is None]


def test_events_outside_a_call_are_refused() -> None:
    machine = session()
    with pytest.raises(AssistantError, match="outside its call"):
        machine.receive(partial(0, 1, "hello"))
    machine.receive(started())
    with pytest.raises(AssistantError, match="twice"):
        machine.receive(started())
    machine.receive(CallEnded(0, "hung_up"))
    with pytest.raises(AssistantError, match="outside its call"):
        machine.receive(partial(0, 1, "hello"))


TEXTS = st.sampled_from(
    (
        "",
        THREAT,
        "if you do not",
        "you will be arrested",
        "we will not contact your family",
        "your account is past due",
        "he is not here",
        SAID,
        "this is daniel",
        "i lost my job",
        "thank you that matches",
        "🙂 \u202e العربية 你好",
        "[unk] [unk]",
    )
)
ACTS = st.builds(
    AgentActed,
    st.sampled_from(Act),
    st.integers(0, 10**6),
    st.sampled_from(("", "birth_date", "id_last4", "dispute", "hardship", "nonsense")),
)


@st.composite
def calls(draw: st.DrawFn) -> list[Input]:
    """Any order of things that can happen once a call has started; time runs forward."""
    inputs: list[Input] = [
        started(draw(st.sampled_from(VerificationPolicy)), with_account=draw(st.booleans())),
        *opened(),
    ]
    sample = 0
    for _ in range(draw(st.integers(0, 25))):
        sample += draw(st.integers(1, RATE_HZ * 3))
        channel = draw(st.integers(0, 1))
        text = draw(TEXTS)
        event = draw(
            st.one_of(
                st.just(partial(channel, sample, text)),
                st.just(final(channel, sample, text)),
                ACTS,
                st.just(AudioAdvanced(channel, sample, -30.0)),
                st.just(AudioGap(channel, sample, 800, "overrun")),
            )
        )
        inputs.append(event)
    inputs.append(CallEnded(sample, "hung_up"))
    return inputs


@settings(max_examples=60, deadline=None)
@given(calls())
def test_the_same_inputs_give_the_same_outputs(inputs: list[Input]) -> None:
    assert run(inputs) == run(inputs)


@settings(max_examples=60, deadline=None)
@given(calls())
def test_every_life_is_whole(inputs: list[Input]) -> None:
    """Partials end as finals or are dropped or cut; flags end confirmed or withdrawn."""
    outputs = run(inputs)
    assert isinstance(outputs[-1], Ended)
    provisional: set[str] = set()
    for change in of_type(outputs, FindingChanged):
        if change.finding.status is Status.PROVISIONAL:
            provisional.add(change.finding.id)
        else:
            provisional.discard(change.finding.id)
    assert not provisional
    finals = of_type(outputs, UtteranceFinal)
    assert [utterance.index for utterance in finals] == list(range(len(finals)))
    assert len({utterance.id for utterance in finals}) == len(finals)
    known = {utterance.id for utterance in finals} | {
        utterance.id for utterance in of_type(outputs, UtterancePartial)
    }
    for change in of_type(outputs, FindingChanged):
        assert change.finding.utterance_id is None or change.finding.utterance_id in known


def test_an_agent_who_was_never_heard_is_judged_by_no_rule() -> None:
    talk = [final(1, 16000 * n, "hello who is this please") for n in range(1, 5)]
    outputs = run([started(), *opened(), *talk, CallEnded(80000, "end_of_recording")])
    assert {"US-01", "US-03", "US-12"} <= set(of_type(outputs, Ended)[0].not_assessable)


def test_a_long_stretch_of_the_agent_unheard_leaves_no_rule_certain() -> None:
    talk = [final(0, 16000 * n, "how can we help you today") for n in range(1, 5)]
    lost = AudioGap(0, 80000, RATE_HZ * 40, "truncated")
    outputs = run([started(), *opened(), *talk, lost, CallEnded(400000, "end_of_recording")])
    assert {"US-01", "US-03"} <= set(of_type(outputs, Ended)[0].not_assessable)


DEBT = "your credit card account is past due by six hundred dollars"


def families(outputs: list[Output]) -> set[str]:
    return {change.finding.family for change in of_type(outputs, FindingChanged)}


def test_a_key_does_not_turn_what_was_said_before_it_into_a_breach() -> None:
    outputs = run(
        [
            started(),
            *opened(),
            AgentActed(Act.VERIFIED, 0),
            partial(0, 40000, DEBT),
            AgentActed(Act.THIRD_PARTY, 47000),
            final(0, 48000, DEBT),
        ]
    )
    assert families(outputs) == set()


def test_a_late_key_does_not_excuse_what_was_said_before_it() -> None:
    outputs = run(
        [
            started(),
            *opened(),
            partial(0, 40000, DEBT),
            AgentActed(Act.VERIFIED, 47000),
            final(0, 48000, DEBT),
        ]
    )
    assert families(outputs) & {"verify_first", "third_party_disclosure"}


def test_what_is_said_after_somebody_else_took_the_phone_is_judged_so() -> None:
    outputs = run(
        [
            started(),
            *opened(),
            AgentActed(Act.VERIFIED, 0),
            AgentActed(Act.THIRD_PARTY, 20000),
            final(0, 48000, DEBT),
        ]
    )
    assert families(outputs) & {"verify_first", "third_party_disclosure"}
