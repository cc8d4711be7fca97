"""Lines packed and unpacked: nothing is lost, and what was packed once opens for ever."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.event_codec import EventCodec
from assistant.events import SCHEMA, AudioAdvanced, Envelope, UtteranceFinal
from assistant.record import packed_lines
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from assistant.record.packed_lines import packed, unpacked
from assistant.record.store import CallStore
from compliance.transcript import Speaker, Word
from tests.record.invented import envelopes, inputs, outputs
from tests.record.raw import raw

CODEC = EventCodec()
_WORDS = tuple(Word(f"word{n}", n * 0.3, n * 0.3 + 0.25, 0.9) for n in range(12))


@given(st.binary(max_size=400).map(lambda body: b"{" + body), st.text(max_size=20))
def test_every_line_comes_back(line: bytes, call: str) -> None:
    assert unpacked(packed(line, call), call) == line


@pytest.mark.parametrize(
    ("event", "share"),
    [
        (AudioAdvanced(1, 244_000, -69.9), 0.3),
        (UtteranceFinal("customer-6", 14, Speaker.CUSTOMER, "a b", _WORDS, 0.0, 4.0), 0.35),
    ],
)
def test_lines_become_a_third(event: AudioAdvanced | UtteranceFinal, share: float) -> None:
    call = "20261129t103622-5d4d96"
    line = CODEC.encode(Envelope(SCHEMA, call, 338, event))
    short = packed(line, call)
    assert len(short) % 32 == 0
    assert len(short) <= share * len(line)


def test_what_was_packed_by_the_first_dictionary_opens() -> None:
    """If this fails, kept calls can no longer be read: give the new dictionary a new number."""
    digest = hashlib.sha256(packed_lines._COMMON).hexdigest()
    assert digest == "f8ea7bbcbf1f1e8cdb6b096f14c0522f002e72d04fe14513f24f6092ca82c6e5"
    line = b'{"schema":1,"call":"c1","seq":7,"type":"audio_advanced","event":{"channel":0}}'
    sealed = bytes.fromhex("01c32e0a739b39296e03da010000000000000000000000000000000000000000")
    assert unpacked(sealed, "c1") == line


@pytest.mark.parametrize("change", [b"\x01", b"\x01\xff", b"\x01" + bytes(31)])
def test_what_is_no_stream_is_refused(change: bytes) -> None:
    with pytest.raises(ValueError, match="stream"):
        unpacked(change, "c1")


def test_a_stream_with_something_behind_it_is_refused() -> None:
    short = packed(b"{" + b"a" * 500, "c1")
    with pytest.raises(ValueError, match="stream"):
        unpacked(short + b"x", "c1")


def test_an_account_is_not_packed(embedded: Locations) -> None:
    """Others are: seals add 28 bytes, and what was packed is a multiple of 32."""
    with CallStore(embedded, CODEC, doors=Doors({})) as store:
        writer = store.record("c1", with_sound=False)
        writer.append([*envelopes(inputs()), *envelopes(outputs(), first=20)])
        writer.close()
        assert [envelope.event for envelope in store.events("c1")] == list(inputs())
        lengths = [
            size - 28
            for (size,) in raw(embedded).execute("SELECT length(line) FROM events ORDER BY seq")
        ]
        assert lengths[0] == len(CODEC.encode(next(store.events("c1"))))
        assert all(size % 32 == 0 for size in lengths[1:])
