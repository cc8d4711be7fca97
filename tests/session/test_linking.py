"""An account that becomes known during the call: what it changes, and what it never uncovers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from assistant.event_codec import EventCodec
from assistant.events import (
    SCHEMA,
    AccountChanged,
    AccountLinked,
    Act,
    AgentActed,
    CallEnded,
    CallStarted,
    Ended,
    Envelope,
    FindingChanged,
    IdentifierChanged,
    IdentifierState,
    Input,
    LinkRefused,
    ListenerChanged,
    Origin,
    Output,
    PromptChanged,
    VerificationChanged,
    VerificationPolicy,
)
from assistant.linking import linked, same_customer, why_not
from compliance.context import CallHeader, Collector, Contact, Listener
from scripts.account import Account, Identifier, content_hash
from tests.session.conftest import RATE_HZ, account, final, guidance, opened, started

T = TypeVar("T")
ORIGIN = Origin("core.example", "2026-11-24T15:00:00+00:00")
VERIFIED = AgentActed(Act.VERIFIED, 3 * RATE_HZ)
END = CallEnded(60 * RATE_HZ, "hung_up")


def link(linked_: Account | None = None, at_s: float = 5.0) -> AccountLinked:
    whole = linked_ or account()
    return AccountLinked(whole, content_hash(whole), ORIGIN, round(at_s * RATE_HZ))


def run(*inputs: Input, first: CallStarted | None = None) -> list[Output]:
    session = guidance().session()
    given = (first or started(with_account=False), *opened(), *inputs)
    return [output for event in given for output in session.receive(event)]


def of(kind: type[T], told: list[Output]) -> list[T]:
    return [output for output in told if isinstance(output, kind)]


def last_line(told: list[Output]) -> str:
    return of(PromptChanged, told)[-1].prompt.line


def test_the_script_goes_on_where_it_was_with_the_accounts_own_words() -> None:
    before = run()
    after = run(link())
    (changed,) = of(AccountChanged, after)
    assert (changed.account, changed.origin, changed.call_s) == (account(), ORIGIN, 5.0)
    step = of(PromptChanged, before)[-1].prompt.step
    assert of(PromptChanged, after)[-1].prompt.step == step
    assert account().family_name in last_line(after)
    assert account().family_name not in last_line(before)


def test_what_was_said_before_stays_said() -> None:
    said = AgentActed(Act.STEP_DONE, 4 * RATE_HZ)
    moved = of(PromptChanged, run(said))[-1].prompt.step
    assert of(PromptChanged, run(said, link()))[-1].prompt.step == moved


def test_its_match_boxes_are_open_and_what_is_said_from_now_on_is_compared() -> None:
    told = run(link())
    assert [(box.identifier, box.state) for box in of(IdentifierChanged, told)] == [
        (identifier.kind, IdentifierState.OPEN) for identifier in account().identifiers
    ]
    expected = account().identifiers[0].expected
    told = run(link(), final(1, 9 * RATE_HZ, f"it is {expected}"))
    assert of(IdentifierChanged, told)[-1].state is IdentifierState.PROPOSED


def test_who_was_confirmed_without_an_account_is_not_confirmed_for_one() -> None:
    told = run(VERIFIED, link())
    last = of(VerificationChanged, told)[-1]
    assert (last.verified, last.proposed, last.reason) == (False, False, "account_linked")
    amount = f"{account().overdue_amount:,}"
    assert all(amount not in prompt.prompt.line for prompt in of(PromptChanged, told))
    again = run(VERIFIED, link(), AgentActed(Act.VERIFIED, 7 * RATE_HZ))
    assert of(VerificationChanged, again)[-1].verified


def test_another_account_of_the_same_customer_keeps_who_was_confirmed() -> None:
    second = replace(account(), id="second", facts={})
    told = run(link(), VERIFIED, link(second, 9.0))
    assert of(VerificationChanged, told)[-1].verified
    assert [one.account.id for one in of(AccountChanged, told)] == [account().id, "second"]
    stranger = replace(second, identifiers=(Identifier("id_last4", "0001"),))
    told = run(link(), VERIFIED, link(stranger, 9.0))
    assert not of(VerificationChanged, told)[-1].verified
    assert of(IdentifierChanged, told)[-1].identifier == "id_last4"


def test_what_recognition_proposed_for_one_account_is_not_proposed_for_the_next() -> None:
    said = " and ".join(identifier.expected for identifier in account().identifiers)
    answers = final(1, 7 * RATE_HZ, said)
    assert of(VerificationChanged, run(link(), answers))[-1].proposed
    stranger = replace(account(), id="x", identifiers=(Identifier("id_last4", "0001"),))
    assert not of(VerificationChanged, run(link(), answers, link(stranger, 9.0)))[-1].proposed


def test_a_third_party_hears_nothing_of_an_account_that_is_linked() -> None:
    told = run(AgentActed(Act.THIRD_PARTY, 3 * RATE_HZ), link())
    assert of(ListenerChanged, told)[-1].listener is Listener.THIRD_PARTY
    assert of(PromptChanged, told)[-1].prompt.stage == "third_party"


@pytest.mark.parametrize(
    ("change", "collector", "reason"),
    [
        ({"jurisdiction": "tw"}, Collector.AGENCY, "jurisdiction"),
        ({"collector": "in-house", "agency_name": ""}, Collector.AGENCY, "collector"),
        ({}, None, "collector"),
        ({"collector": "in-house", "agency_name": ""}, None, ""),
        ({}, Collector.AGENCY, ""),
    ],
)
def test_an_account_of_another_law_or_collector_is_refused_and_the_call_goes_on(
    change: dict[str, str], collector: Collector | None, reason: str
) -> None:
    other = replace(account(), **change)  # type: ignore[arg-type]
    assert why_not("us", collector, other) == reason
    first = started(with_account=False)
    first = replace(first, header=replace(first.header, collector=collector))
    told = run(link(other), final(0, 9 * RATE_HZ, "hello there"), END, first=first)
    assert [refused.reason for refused in of(LinkRefused, told)] == ([reason] if reason else [])
    assert bool(of(AccountChanged, told)) is not bool(reason)
    assert len(of(Ended, told)) == 1


def test_hours_are_judged_once_the_customers_place_is_known() -> None:
    """At 15:30 UTC it is 04:30 in Honolulu: before the day begins there (12 CFR 1006.6(b)(1))."""
    first = started(with_account=False)
    at = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    first = replace(first, header=replace(first.header, started_at=at))

    def hours(told: list[Output]) -> list[str]:
        return [f.finding.rule for f in of(FindingChanged, told) if f.finding.family == "hours"]

    def open_(told: list[Output]) -> tuple[str, ...]:
        return of(Ended, told)[0].not_assessable

    unknown = run(END, first=first)
    early = run(link(replace(account(), customer_timezone="Pacific/Honolulu", customer_state="HI")),
                END, first=first)  # fmt: skip
    fine = run(link(replace(account(), customer_timezone="America/New_York", customer_state="NY")),
               END, first=first)  # fmt: skip
    assert hours(unknown) == []
    assert len(hours(early)) == len(set(hours(early))) > 0
    assert hours(fine) == []
    assert set(hours(early)) <= set(open_(unknown))
    assert not set(hours(early)) & {*open_(early), *open_(fine)}


def test_a_finding_of_the_beginning_is_not_told_twice() -> None:
    first = started(with_account=False)
    at = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    header = replace(first.header, started_at=at, customer_timezone="America/Los_Angeles",
                     customer_state="CA")  # fmt: skip
    there = replace(account(), customer_timezone="America/Los_Angeles", customer_state="CA")
    told = run(link(there), END, first=replace(first, header=header))
    ids = [f.finding.id for f in of(FindingChanged, told)]
    assert ids
    assert len(ids) == len(set(ids))


def test_what_the_header_becomes() -> None:
    contact = Contact(datetime(2026, 11, 20, tzinfo=UTC))
    header = CallHeader("us", "en-US", Collector.AGENCY, facts={"inbound": True, "disputed": True},
                        contacts=(contact,), number="1", customer_state="NY")  # fmt: skip
    first = replace(started(with_account=False), header=header)
    one = replace(account(), id="1", facts={"judgment": True, "disputed": False}, customer_state="")
    once = linked(first, link(one))
    assert once.header.facts == {"judgment": True, "disputed": True, "inbound": True}
    assert (once.header.contacts, once.header.number) == ((contact,), "1")
    assert (once.header.customer_state, once.account, once.account_hash) == (
        "NY", one, content_hash(one))  # fmt: skip
    assert once.header.account is not None
    assert once.header.account["id"] == "1"
    two = replace(account(), id="2", facts={}, customer_timezone="", customer_state="CA")
    twice = linked(once, link(two))
    assert twice.header.facts == {"disputed": True, "inbound": True}
    assert (twice.header.contacts, twice.header.customer_state) == (None, "CA")


def test_who_is_the_same_customer() -> None:
    same = replace(account(), id="2")
    assert same_customer(account(), same)
    assert not same_customer(None, same)
    assert not same_customer(account(), replace(same, customer_name="Somebody Else"))
    bare = replace(account(), identifiers=())
    assert not same_customer(bare, replace(bare, id="2"))


def test_linking_before_the_first_word_is_as_starting_with_the_account() -> None:
    """The same prompts, findings and verification follow from either."""
    inputs = (
        final(0, 8 * RATE_HZ, "hello may i speak with mister lee please"),
        final(1, 12 * RATE_HZ, f"this is him {account().identifiers[0].expected}"),
        AgentActed(Act.VERIFIED, 13 * RATE_HZ),
        final(0, 18 * RATE_HZ, "if you do not pay you will be arrested"),
        END,
    )
    with_account = started()
    header = replace(with_account.header, facts=account().facts,
                     customer_timezone=account().customer_timezone or None,
                     customer_state=account().customer_state or None)  # fmt: skip
    known = run(*inputs, first=replace(with_account, header=header))
    later = run(link(at_s=0.0), *inputs)
    for kind in (FindingChanged, Ended):
        assert of(kind, known) == of(kind, later)
    assert of(VerificationChanged, known)[-1] == of(VerificationChanged, later)[-1]
    assert of(PromptChanged, known)[-1].prompt.step == of(PromptChanged, later)[-1].prompt.step


@pytest.mark.parametrize("policy", list(VerificationPolicy))
def test_a_stored_link_gives_the_same_again(policy: VerificationPolicy) -> None:
    codec = EventCodec()
    inputs: list[Input] = [started(policy, with_account=False), *opened(), VERIFIED, link(), END]
    session, again = guidance().session(), guidance().session()
    for number, event in enumerate(inputs):
        stored = codec.decode(codec.encode(Envelope(SCHEMA, "c", number, event))).event
        assert stored == event
        told = session.receive(event)
        assert told == again.receive(stored)
        for output in told:
            line = codec.encode(Envelope(SCHEMA, "c", number, output))
            assert codec.decode(line).event == output
