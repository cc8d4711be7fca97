"""Tasks through the session: raised by words and keys, once a matter, taken back, told alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import jsonlines
from assistant.composition import checked_start
from assistant.event_codec import EventCodec
from assistant.events import (
    SCHEMA,
    Act,
    AgentActed,
    CallEnded,
    Envelope,
    Input,
    Output,
    TaskRaised,
    TaskWithdrawn,
)
from assistant.guidance import load_guidance
from assistant.interface_text import Interface
from assistant.rule_texts import CollectorTexts
from assistant.task_watch import TaskWatch
from assistant.wording import Wording
from compliance.context import CallHeader, Collector
from compliance.transcript import Speaker, Utterance
from tests.session.conftest import RATE_HZ, final, guidance, opened, started

AGENT, CUSTOMER = 0, 1
Turn = tuple[int, str] | tuple[Act, str]
DISPUTE = (CUSTOMER, "that is not my debt i never opened that account")
COMPLAINT = (CUSTOMER, "i want to file a complaint about you")
SELF_HARM = (CUSTOMER, "i just want to kill myself")
LAWYER = (CUSTOMER, "you can talk to my lawyer")
CODEC = EventCodec()
NOW = datetime(2026, 12, 1, tzinfo=UTC)


def inputs(turns: Iterable[Turn]) -> list[Input]:
    events: list[Input] = [started(), *opened()]
    sample = RATE_HZ
    for who, what in turns:
        sample += 4 * RATE_HZ
        if isinstance(who, Act):
            events.append(AgentActed(who, sample, what))
        else:
            events.append(final(who, sample, what))
    return [*events, CallEnded(sample + RATE_HZ, "hung_up")]


def outputs(events: Iterable[Input]) -> list[Output]:
    session = guidance().session()
    return [output for event in events for output in session.receive(event)]


def told(events: Iterable[Input]) -> list[TaskRaised | TaskWithdrawn]:
    kinds = (TaskRaised, TaskWithdrawn)
    return [output for output in outputs(events) if isinstance(output, kinds)]


def standing(turns: Sequence[Turn]) -> dict[str, str]:
    """What stands at the end: reason and owner by kind."""
    left: dict[str, str] = {}
    for one in told(inputs(turns)):
        if isinstance(one, TaskRaised):
            left[one.task.kind] = f"{one.task.reason} → {one.task.owner}"
        else:
            del left[one.task.kind]
    return left


@pytest.mark.parametrize(
    ("turns", "wanted"),
    [
        ([DISPUTE], {"dispute": "not_mine → disputes"}),
        ([(Act.EXIT, "dispute")], {"dispute": "dispute → disputes"}),
        ([COMPLAINT], {"complaint": "bad_service → complaints"}),
        ([SELF_HARM], {"safety": "self_harm → specialist"}),
        ([LAWYER], {"represented": "talk_to_lawyer → legal"}),
        ([(Act.HELP_ASKED, "")], {"help": "help → supervisor"}),
        ([(Act.HELP_ASKED, "authority")], {"authority": "authority → supervisor"}),
        ([(Act.EXIT, "vulnerable")], {"vulnerable": "vulnerable → specialist"}),
        # What the agent says of lawyers and complaints is no request.
        ([(AGENT, "you can file a complaint with us")], {}),
        ([(AGENT, "have your lawyer call us")], {}),
        ([(CUSTOMER, "hello who is this")], {}),
        ([(Act.EXIT, "third_party"), (Act.MOMENT_MARKED, "")], {}),
        # The exit was none: the agent steps back out of it.
        ([(Act.EXIT, "dispute"), (Act.STEP_BACK, "")], {}),
        ([DISPUTE, (Act.STEP_BACK, "")], {}),
        ([(Act.HELP_ASKED, ""), (Act.STEP_BACK, "")], {"help": "help → supervisor"}),
        (
            [DISPUTE, COMPLAINT, LAWYER, (Act.HELP_ASKED, ""), SELF_HARM],
            {
                "dispute": "not_mine → disputes",
                "complaint": "bad_service → complaints",
                "represented": "talk_to_lawyer → legal",
                "help": "help → supervisor",
                "safety": "self_harm → specialist",
            },
        ),
    ],
)
def test_words_and_keys_become_tasks(turns: list[Turn], wanted: dict[str, str]) -> None:
    assert standing(turns) == wanted


def test_one_matter_is_one_task_and_its_evidence_grows() -> None:
    raised = told(inputs([DISPUTE, (Act.EXIT, "dispute"), DISPUTE]))
    assert {one.task.id for one in raised} == {"t1"}
    counts = [len(one.task.evidence) for one in raised]
    assert counts == sorted(counts)
    assert len(raised[-1].task.utterances) == 2
    assert [sign.by_key for sign in raised[-1].task.evidence].count(True) == 1


def test_when_it_is_due_follows_from_when_the_call_began() -> None:
    (raised,) = told(inputs([(Act.HELP_ASKED, "")]))
    assert isinstance(raised, TaskRaised)
    assert raised.raised_at_utc == "2026-11-24T15:30:05+00:00"
    assert raised.due_at_utc == "2026-11-24T16:30+00:00"
    assert (raised.by_day, raised.by_law) == (False, False)


def test_what_is_published_holds_no_words() -> None:
    wording = Wording(CollectorTexts(guidance().rules, None), Interface("en"), "en-US")
    raised = told(inputs([COMPLAINT, (Act.EXIT, "hardship"), (Act.STEP_BACK, "")]))
    records = [r for one in raised for r in jsonlines.output_records(one, "c1", wording)]
    assert records[0] == {
        "type": "task",
        "call": "c1",
        "id": "t1",
        "kind": "complaint",
        "owner": "complaints",
        "reason": "bad_service",
        "utterances": ["customer-0"],
        "keys_s": [],
        "due": "2026-11-24T23:59+00:00",
        "within": {"days": 0},
        "by": "policy",
        "status": "raised",
        "call_s": 5.0,
    }
    assert [(r["kind"], r["status"]) for r in records[1:]] == [
        ("hardship", "raised"), ("hardship", "withdrawn"),
    ]  # fmt: skip


def test_a_written_call_without_a_date_says_within_and_no_day() -> None:
    rules = load_guidance("tw", "zh-TW", Collector.IN_HOUSE)
    header = CallHeader("tw", "zh-TW", Collector.IN_HOUSE)
    start = checked_start(header, rules, "Asia/Taipei", NOW)
    words = Utterance(id="u0", index=0, speaker=Speaker.CUSTOMER, text="我要申訴")
    (raised,) = TaskWatch(start, dated=False).heard(words, (), ["complaint"], (), 0.0)
    assert isinstance(raised, TaskRaised)
    assert (raised.due_at_utc, raised.raised_at_utc) == ("", "")


_TURNS = st.lists(
    st.sampled_from(
        [
            DISPUTE,
            COMPLAINT,
            SELF_HARM,
            LAWYER,
            (AGENT, "i understand i have noted that"),
            (Act.EXIT, "dispute"),
            (Act.EXIT, "hardship"),
            (Act.STEP_BACK, ""),
            (Act.STEP_DONE, ""),
            (Act.HELP_ASKED, ""),
            (Act.VERIFIED, ""),
            (Act.OBJECTION, "fraud"),
        ]
    ),
    max_size=7,
)


@settings(max_examples=15, deadline=None)
@given(_TURNS)
def test_a_stored_call_raises_the_same_tasks_again(turns: list[Turn]) -> None:
    events = inputs(turns)
    first = told(events)
    stored = [
        CODEC.encode(Envelope(SCHEMA, "c", number, event)) for number, event in enumerate(events)
    ]
    again = told(CODEC.decode(line).event for line in stored)  # type: ignore[misc]
    assert again == first
    # And every withdrawal is of something that was raised and stood.
    stands: set[str] = set()
    for one in first:
        if isinstance(one, TaskRaised):
            stands.add(one.task.id)
        else:
            stands.remove(one.task.id)
