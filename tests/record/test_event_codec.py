"""The stored form of events: every class round-trips; versions and types fail clearly."""

from __future__ import annotations

import json
import math
import time
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from assistant.event_codec import EventCodec, Record, UnreadableEvent, type_tag
from assistant.events import (
    SCHEMA,
    Act,
    AgentActed,
    AudioAdvanced,
    CallStarted,
    Envelope,
    FinalRecognised,
    Input,
    Output,
    RecognisedWord,
    Started,
)

CODEC = EventCodec()

_zones = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


CLASSES: tuple[type, ...] = get_args(Input) + get_args(Output)


@pytest.fixture(scope="module", autouse=True)
def _values_of_the_field() -> None:
    """Money is finite, offsets are whole minutes; everything else may be anything."""
    st.register_type_strategy(float, st.floats(allow_nan=False))
    st.register_type_strategy(Decimal, st.decimals(allow_nan=False, allow_infinity=False))
    st.register_type_strategy(datetime, st.datetimes() | st.datetimes(timezones=_zones))


@pytest.mark.parametrize("event_class", CLASSES, ids=type_tag)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_event_comes_back_equal(event_class: type, data: st.DataObject) -> None:
    event = data.draw(st.from_type(event_class))
    start = event.start if isinstance(event, Started) else event
    if isinstance(start, CallStarted):
        # An account holds what a file can: no number in one is infinite.
        values = (start.header.account or {}).values()
        assume(not any(isinstance(value, float) and math.isinf(value) for value in values))
    envelope = Envelope(SCHEMA, data.draw(st.text()), data.draw(st.integers(0)), event)
    line = CODEC.encode(envelope)
    assert b"\n" not in line
    assert CODEC.decode(line) == envelope
    assert CODEC.decode(line.decode()) == envelope


def test_the_stored_form_is_plain() -> None:
    event = FinalRecognised(1, 8000, "我 是", (RecognisedWord("我", 0, 800, 0.5),))
    line = CODEC.encode(Envelope(SCHEMA, "c1", 3, event))
    assert json.loads(line) == {
        "schema": 1,
        "call": "c1",
        "seq": 3,
        "type": "final_recognised",
        "event": {
            "channel": 1,
            "sample": 8000,
            "text": "我 是",
            "words": [{"text": "我", "start": 0, "end": 800, "confidence": 0.5}],
            "heard": [],
            "cut": False,
        },
    }


def test_silence_keeps_its_level() -> None:
    envelope = Envelope(SCHEMA, "c", 0, AudioAdvanced(0, 4000, float("-inf")))
    assert CODEC.decode(CODEC.encode(envelope)) == envelope


def test_tags_are_distinct() -> None:
    assert len({type_tag(cls) for cls in CLASSES}) == len(CLASSES)


def _record(**changes: Any) -> bytes:
    record = {
        "schema": 1,
        "call": "c",
        "seq": 0,
        "type": "agent_acted",
        "event": {"act": "verified", "sample": 5, "argument": ""},
    }
    return json.dumps(record | changes).encode()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[1]", "not a JSON object"),
        (_record(schema=99), "schema 99; this program reads up to 1"),
        (_record(schema=0), "schema 0, which no version"),
        (_record(schema=-3), "schema -3, which no version"),
        (_record(schema="1"), "names no schema version"),
        (_record(schema=None), "names no schema version"),
        (_record(type="agent_sang"), "unknown event type 'agent_sang'"),
        (_record(type=7), "unknown event type missing"),
        (_record(seq="0"), "seq: int_type"),
        (_record(event={"act": "sang", "sample": 5}), "event.act: enum"),
        (_record(event={"act": "verified"}), "event.sample: missing"),
        (_record(event={"act": "verified", "sample": 5, "secret": "A123"}), "event.secret"),
    ],
)
def test_bad_lines_fail_clearly(line: bytes, says: str) -> None:
    with pytest.raises(UnreadableEvent) as caught:
        CODEC.decode(line, "calls.db: call c, event 0")
    assert says in caught.value.what
    assert caught.value.what.startswith("calls.db: call c, event 0: ")
    assert caught.value.remedy
    assert "A123" not in str(caught.value)


def test_lines_are_counted() -> None:
    with pytest.raises(UnreadableEvent, match=r"^journal\.jsonl:2: "):
        list(CODEC.decode_lines([_record(), b"{"], "journal.jsonl"))


def test_text_that_is_not_unicode_is_refused() -> None:
    event = FinalRecognised(0, 1, "\ud800")
    with pytest.raises(UnreadableEvent, match="UTF-8"):
        CODEC.encode(Envelope(SCHEMA, "c", 0, event))


def test_an_older_schema_is_upcast() -> None:
    """A made-up schema 0 that called acts keys and counted in seconds."""

    def from_0(record: Record) -> Record:
        event = record["event"]
        acted = {"act": event["key"], "sample": int(event["at_s"] * 8000), "argument": ""}
        return {**record, "type": "agent_acted", "event": acted}

    codec = EventCodec(upcasters={0: from_0})
    old = {"schema": 0, "call": "c", "seq": 4, "type": "key", "event": {"key": "verified"}}
    old["event"] = {"key": "verified", "at_s": 2.5}
    assert codec.decode(json.dumps(old)) == Envelope(
        1, "c", 4, AgentActed(act=Act.VERIFIED, sample=20000)
    )


def test_another_schema_is_not_written() -> None:
    with pytest.raises(UnreadableEvent, match="schema 2"):
        CODEC.encode(Envelope(2, "c", 0, AgentActed(Act.VERIFIED, 0)))


def test_it_is_quick() -> None:
    """Far quicker than a call: at least 20,000 ordinary events a second of processor time."""
    words = tuple(RecognisedWord("hello", n * 800, n * 800 + 700, 0.9) for n in range(8))
    envelopes = [
        Envelope(
            SCHEMA,
            "c",
            n,
            FinalRecognised(0, n, "hello " * 8, words)
            if n % 10 == 0
            else AudioAdvanced(n % 2, n * 4000, -30.5),
        )
        for n in range(5000)
    ]
    rounds_s: list[tuple[float, float]] = []
    for _ in range(5):  # the best of five: a busy machine is no fault of the codec's
        begun = time.process_time()
        lines = [CODEC.encode(envelope) for envelope in envelopes]
        encoded = time.process_time()
        decoded = [CODEC.decode(line) for line in lines]
        rounds_s.append((encoded - begun, time.process_time() - encoded))
        assert decoded == envelopes
    assert min(encode_s for encode_s, _decode_s in rounds_s) < 0.25
    assert min(decode_s for _encode_s, decode_s in rounds_s) < 0.25
