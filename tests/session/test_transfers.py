"""A call that changes hands: identify again, and judge nothing that is somebody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from assistant.events import (
    PASSED_TO,
    Act,
    AgentActed,
    CallEnded,
    CallStarted,
    Ended,
    FindingChanged,
    IdentifierChanged,
    IdentifierState,
    Input,
    ListenerChanged,
    Output,
    PromptChanged,
    StatementChanged,
    Transferred,
    UtteranceFinal,
    VerificationChanged,
)
from compliance.context import INBOUND, TRANSFERRED, Contact, Listener
from compliance.findings import StatementState, Status, Verdict
from tests.session.conftest import (
    RATE_HZ,
    account,
    final,
    guidance,
    opened,
    partial,
    started,
)
from tests.session.test_live_desks import AGENT_ONLY, NOBODY, key, of, outputs

BOTH = opened()
THREAT = "you will be arrested if you do not pay"
END = CallEnded(90 * RATE_HZ, "hung_up")


def at(seconds: float, text: str, channel: int = 0) -> Input:
    return final(channel, round(seconds * RATE_HZ), text)


def breaches(told: list[Output]) -> list[str]:
    found = [change.finding for change in of(FindingChanged, told)]
    return sorted({one.rule for one in found if one.status is Status.CONFIRMED and one.do_now})


@pytest.mark.parametrize("act", [Act.TAKEN_OVER, Act.PASSED_ON])
@pytest.mark.parametrize("channels", [BOTH, AGENT_ONLY, NOBODY])
def test_who_was_confirmed_is_confirmed_no_more(channels: list[Input], act: Act) -> None:
    kind = account().identifiers[0].kind
    before = [key(Act.IDENTIFIER_MATCHED, kind, 4), key(Act.VERIFIED, at_s=5)]
    told = outputs(channels, *before, key(act, "specialist", 9))
    after = told[next(n for n, each in enumerate(told) if isinstance(each, Transferred)) :]
    assert of(VerificationChanged, after)[-1].verified is False
    assert of(VerificationChanged, after)[-1].reason == "new_voice"
    assert of(ListenerChanged, after)[-1].listener is Listener.UNKNOWN
    boxes = [(box.identifier, box.state) for box in of(IdentifierChanged, after)]
    assert (kind, IdentifierState.OPEN) in boxes
    prompt = of(PromptChanged, told)[-1].prompt
    assert prompt.stage == "opening"
    assert "verification" not in prompt.done


def test_after_the_new_voice_is_confirmed_the_script_goes_on_where_the_call_was() -> None:
    done = [key(Act.STEP_DONE, at_s=6 + n) for n in range(4)]
    steps = [at(4, "hello"), key(Act.VERIFIED, at_s=5), *done]
    told = outputs(BOTH, *steps)
    before = of(PromptChanged, told)[-1].prompt
    again = [key(Act.TAKEN_OVER, at_s=20), key(Act.VERIFIED, at_s=30)]
    told = outputs(BOTH, *steps, *again)
    stages = [change.prompt.stage for change in of(PromptChanged, told)]
    assert "opening" in stages[len(stages) - 2 :]
    assert before.stage not in ("opening", "verification")
    assert of(PromptChanged, told)[-1].prompt.stage == before.stage


@pytest.mark.parametrize("to", PASSED_TO)
def test_what_is_said_after_a_call_was_given_away_is_not_judged(to: str) -> None:
    given = key(Act.PASSED_ON, to, 20)
    told = outputs(BOTH, at(10, "hello"), given, at(30, THREAT), at(40, "I want to die", 1), END)
    assert breaches(told) == []
    assert [said.text for said in of(UtteranceFinal, told)] == ["hello", THREAT, "I want to die"]
    assert of(Transferred, told) == [Transferred(to, 20.0)]
    assert breaches(outputs(BOTH, at(10, "hello"), at(30, THREAT), END)) != []


def test_what_was_begun_before_is_judged_and_what_comes_after_it_is_back() -> None:
    begun = [at(10, "hello"), partial(0, 19 * RATE_HZ, "you will be")]
    late = outputs(BOTH, *begun, key(Act.PASSED_ON, "desk", 20), at(20.5, THREAT), END)
    assert breaches(late) != []
    back = outputs(
        BOTH, key(Act.PASSED_ON, "desk", 5), key(Act.TAKEN_OVER, at_s=20), at(40, THREAT), END
    )
    assert breaches(back) != []
    assert [each.to for each in of(Transferred, back)] == ["desk", ""]


def test_a_provisional_flag_that_nobody_will_judge_is_withdrawn() -> None:
    told = outputs(
        BOTH,
        key(Act.PASSED_ON, "desk", 5),
        partial(0, 30 * RATE_HZ, THREAT),
        at(31, THREAT),
        END,
    )
    assert not [each for each in of(FindingChanged, told) if each.finding.do_now]


def test_what_was_not_said_before_it_was_given_away_is_not_missed() -> None:
    away = outputs(BOTH, at(10, "hello"), key(Act.PASSED_ON, "specialist", 20), END)
    missed = [
        change.statement.id
        for change in of(StatementChanged, away)
        if change.statement.state is StatementState.MISSED and change.call_s > 20
    ]
    assert missed == []
    (ended,) = of(Ended, away)
    (kept,) = of(Ended, outputs(BOTH, at(10, "hello"), END))
    assert set(ended.not_assessable) > set(kept.not_assessable)


@pytest.mark.parametrize("act", [Act.VERIFIED, Act.STEP_DONE, Act.THIRD_PARTY])
def test_keys_mean_nothing_while_it_is_somebody_elses(act: Act) -> None:
    given = key(Act.PASSED_ON, "desk", 5)
    assert outputs(BOTH, given, key(act, at_s=9)) == outputs(BOTH, given)


def test_an_unknown_receiver_is_another_desk() -> None:
    told = outputs(BOTH, AgentActed(Act.PASSED_ON, 5 * RATE_HZ, "somebody"))
    assert of(Transferred, told)[-1].to == "desk"
    assert started().account is not None


# ---- who placed it -------------------------------------------------------------------------------

LATE = "2026-11-24T21:30:00"  # the customer's own time


def begun(*, facts: dict[str, bool] | None = None, at: str = LATE) -> CallStarted:
    start = started()
    moment = datetime.fromisoformat(at)
    return replace(start, header=replace(start.header, started_at=moment, facts=facts or {}))


def hours_told(start: CallStarted, *events: Input) -> list[tuple[Status, Verdict]]:
    session = guidance().session()
    told = [output for event in (start, *BOTH, *events, END) for output in session.receive(event)]
    found = [change.finding for change in of(FindingChanged, told)]
    return [(one.status, one.verdict) for one in found if one.family == "hours"]


DIALLED = (Status.CONFIRMED, Verdict.BREACH)
TO_CHECK = (Status.CONFIRMED, Verdict.CHECK_FACTS)


@pytest.mark.parametrize(
    ("facts", "acts", "told"),
    [
        ({}, [], [DIALLED]),
        # Told beforehand (`--transferred`): the hours are something to check, from the start.
        ({TRANSFERRED: True}, [(Act.TAKEN_OVER, 0)], [TO_CHECK]),
        # By the key, once the call runs.
        ({}, [(Act.TAKEN_OVER, 5)], [DIALLED, TO_CHECK]),
        ({}, [(Act.TAKEN_OVER, 5), (Act.TAKEN_OVER, 9)], [DIALLED, TO_CHECK]),
        # This desk dialled it, gave it away and has it back; or is known to have dialled it.
        ({}, [(Act.PASSED_ON, 5), (Act.TAKEN_OVER, 9)], [DIALLED]),
        ({INBOUND: False}, [(Act.TAKEN_OVER, 5)], [DIALLED]),
        ({INBOUND: True}, [(Act.TAKEN_OVER, 5)], []),
    ],
)
def test_a_call_passed_on_is_not_judged_as_one_that_was_placed_here(
    facts: dict[str, bool], acts: list[tuple[Act, int]], told: list[tuple[Status, Verdict]]
) -> None:
    keys = [key(act, "desk" if act is Act.PASSED_ON else "", at_s) for act, at_s in acts]
    assert hours_told(begun(facts=facts), *keys) == told


def test_what_was_found_of_a_dial_is_withdrawn_where_it_was_none() -> None:
    """Too many dials this week: this one was made, and counted, elsewhere."""
    start = begun(at="2026-11-24T15:00:00")
    earlier = tuple(
        Contact(datetime.fromisoformat(f"2026-11-{day}T{hour}:00"), outcome="no_answer")
        for day in (20, 21, 22, 23)
        for hour in (10, 12)
    )
    start = replace(start, header=replace(start.header, contacts=earlier))
    session = guidance().session()
    told = [output for event in (start, *BOTH) for output in session.receive(event)]
    found = [change.finding for change in of(FindingChanged, told)]
    dialled = [one for one in found if one.family == "frequency"]
    assert dialled
    told = session.receive(key(Act.TAKEN_OVER, at_s=5))
    gone = [change.finding for change in of(FindingChanged, told)]
    assert {(one.id, one.status) for one in gone} == {(one.id, Status.WITHDRAWN) for one in dialled}
    (ended,) = of(Ended, session.receive(END))
    assert {one.rule for one in dialled} <= set(ended.not_assessable)
