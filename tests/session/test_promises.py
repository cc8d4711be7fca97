"""Promises through the session: proposed by words, settled by keys, read back by the script."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from assistant import jsonlines
from assistant.composition import checked_start
from assistant.events import (
    Act,
    AgentActed,
    ChannelOpened,
    FinalRecognised,
    Input,
    Output,
    PromiseChanged,
    PromiseStatus,
    PromptChanged,
    RecognisedWord,
)
from assistant.guidance import load_guidance
from assistant.guiding import Guide
from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.transcript import Speaker, Utterance

RATE_HZ = 1000
Turn = tuple[Speaker, str] | tuple[Act, str] | Act
AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER
PAYS = (CUSTOMER, "I will pay three hundred dollars on December fourth by debit card")


def told(
    turns: Iterable[Turn], *, verified: bool = True, confidence: float = 1.0, heard: bool = True
) -> list[Output]:
    """What a session tells of these turns."""
    guidance = load_guidance("us", "en-US", Collector.IN_HOUSE)
    header = CallHeader(
        "us",
        "en-US",
        Collector.IN_HOUSE,
        started_at=datetime(2026, 11, 27, 10, tzinfo=UTC),
        verified=verified,
        listener=Listener.CUSTOMER,
    )
    start = checked_start(header, guidance, "UTC", datetime(2026, 11, 27, 10, tzinfo=UTC))
    channels = (AGENT, CUSTOMER) if heard else (AGENT,)
    session = guidance.session()
    events: list[Input] = [start]
    events += [ChannelOpened(n, who.value, who, RATE_HZ) for n, who in enumerate(channels)]
    now = 0
    for turn in turns:
        now += 1000
        who, text = (turn, "") if isinstance(turn, Act) else turn
        if isinstance(who, Act):
            events.append(AgentActed(who, now, "commitment" if who is Act.EXIT else text))
            continue
        words = []
        for word in text.split():
            words.append(RecognisedWord(word, now, now + 300, confidence))
            now += 300
        events.append(FinalRecognised(channels.index(who), now, text, tuple(words)))
    return [output for event in events for output in session.receive(event)]


def promises(outputs: Iterable[Output]) -> list[PromiseChanged]:
    return [output for output in outputs if isinstance(output, PromiseChanged)]


def last_line(outputs: Iterable[Output]) -> str:
    return [output for output in outputs if isinstance(output, PromptChanged)][-1].prompt.line


PURPOSE = (AGENT, "I'm calling about your credit card it is past due by six hundred dollars")


def test_a_promise_is_proposed_read_back_and_confirmed_by_a_key() -> None:
    to_commitment = (Act.VERIFIED, PURPOSE, Act.EXIT)
    outputs = told([*to_commitment, PAYS])
    (proposed,) = promises(outputs)
    assert proposed.status is PromiseStatus.PROPOSED
    assert last_line(outputs).startswith("Let me read that back. You'll pay $300.00 on December 4")
    outputs = told([*to_commitment, PAYS, Act.PROMISE_CONFIRMED])
    assert [change.status for change in promises(outputs)] == ["proposed", "confirmed"]
    assert "read that back" not in last_line(outputs)
    outputs = told([*to_commitment, PAYS, Act.PROMISE_DISMISSED])
    assert promises(outputs)[-1].status is PromiseStatus.DISMISSED
    assert "$300" not in last_line(outputs)


def test_it_is_published_in_parts_with_what_is_in_doubt() -> None:
    (proposed,) = promises(told([Act.VERIFIED, PURPOSE, Act.EXIT, PAYS]))
    assert jsonlines.promise_records(proposed, "c1") == [
        {
            "type": "promise",
            "call": "c1",
            "id": "p1.1",
            "amount": "300.00",
            "currency": "USD",
            "date": "2026-12-04",
            "method": "debit_card",
            "status": "proposed",
            "certain": True,
            "doubts": [],
            "call_s": proposed.call_s,
        }
    ]


@pytest.mark.parametrize(
    ("turns", "verified"),
    [
        ([PAYS], False),
        ([Act.VERIFIED, Act.THIRD_PARTY, PAYS], True),
        ([Act.VERIFIED, PURPOSE, (AGENT, "You will pay three hundred dollars on the fifth")], True),
    ],
)
def test_only_the_confirmed_customer_promises(turns: list[Turn], verified: bool) -> None:
    assert promises(told(turns, verified=verified)) == []


def test_a_key_is_for_the_proposal_that_was_on_the_screen() -> None:
    other = (CUSTOMER, "I will pay five hundred dollars on December fifth")
    turns: list[Turn] = [Act.VERIFIED, PURPOSE, Act.EXIT, PAYS, other]
    outputs = told([*turns, (Act.PROMISE_CONFIRMED, "1")])
    assert [change.status for change in promises(outputs)] == ["proposed", "proposed"]
    outputs = told([*turns, (Act.PROMISE_CONFIRMED, "2")])
    assert promises(outputs)[-1].status is PromiseStatus.CONFIRMED


def test_nothing_is_confirmed_while_somebody_else_listens() -> None:
    turns: list[Turn] = [Act.VERIFIED, PURPOSE, Act.EXIT, PAYS, Act.THIRD_PARTY]
    turns.append(Act.PROMISE_CONFIRMED)
    assert [change.status for change in promises(told(turns))] == ["proposed"]


def test_tomorrow_is_counted_where_the_call_says_it_was() -> None:
    guidance = load_guidance("us", "en-US", Collector.IN_HOUSE)
    evening = datetime.fromisoformat("2026-12-02T20:30:00-08:00")
    header = CallHeader("us", "en-US", started_at=evening, verified=True)
    guide = Guide(checked_start(header, guidance, "UTC", evening), None)
    text = "I will pay three hundred dollars tomorrow"
    said = Utterance(id="u1", index=0, speaker=CUSTOMER, text=text)
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    (proposed,) = [e for e in guide.heard(said, context, (), 0.0) if isinstance(e, PromiseChanged)]
    assert proposed.promised.parts[0].day == date(2026, 12, 3)


def test_what_was_not_heard_clearly_is_in_doubt() -> None:
    (proposed,) = promises(told([Act.VERIFIED, PURPOSE, Act.EXIT, PAYS], confidence=0.3))
    assert not proposed.promised.certain


def test_nothing_is_confirmed_that_has_no_day() -> None:
    half = (CUSTOMER, "I can pay three hundred dollars")
    outputs = told([Act.VERIFIED, PURPOSE, Act.EXIT, half, Act.PROMISE_CONFIRMED])
    assert [change.status for change in promises(outputs)] == ["proposed"]
    assert last_line(outputs) == "Which day would you like to pay the $300.00?"


def test_where_the_customer_is_not_heard_the_agents_read_back_proposes() -> None:
    said = (AGENT, "so that is three hundred dollars on December fourth is that right")
    (proposed,) = promises(told([Act.VERIFIED, PURPOSE, Act.EXIT, said], heard=False))
    assert str(proposed.promised.parts[0].amount) == "300"
    assert promises(told([Act.VERIFIED, PURPOSE, Act.EXIT, said])) == []


def test_a_promise_before_the_purpose_is_told_does_not_skip_it() -> None:
    outputs = told([Act.VERIFIED, PAYS])
    assert len(promises(outputs)) == 1
    assert "read that back" not in last_line(outputs)


def test_an_option_that_is_chosen_is_what_is_said_at_the_options() -> None:
    guidance = load_guidance("us", "en-US", Collector.IN_HOUSE)
    script = guidance.script(None)
    assert script is not None
    script.act("verified")
    said = "You could split it, $300.00 on December 1 and $300.00 on December 15."
    script.act("option_quoted", said)
    assert script.prompt.line != said, "the purpose is to be told first"
    script.act("exit", "situation")
    script.act("option_quoted", said)
    assert (script.prompt.stage, script.prompt.line) == ("options", said)
    script.act("step_done")
    assert script.prompt.line != said
    script.act("third_party")
    assert said not in script.prompt.line
