"""What of a live call reaches the disk: as much as its terms allow, from when they allow it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

import pytest

from assistant.events import (
    SCHEMA,
    AccountChanged,
    AccountLinked,
    Act,
    AgentActed,
    AudioAdvanced,
    AudioGap,
    CallEnded,
    CallStarted,
    ChannelOpened,
    Envelope,
    FinalRecognised,
    FindingChanged,
    Input,
    Keep,
    Origin,
    PartialRecognised,
    RecordingTerms,
    UtteranceFinal,
)
from assistant.record.consent import ConsentingWriter
from assistant.record.kept import KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.sound import SoundChunk
from assistant.record.store import CallStore
from assistant.speech.recording import Chunk
from compliance.transcript import Speaker
from scripts.account import content_hash
from tests.session.conftest import RATE_HZ, final, guidance, partial, started

TERMS = RecordingTerms(Keep.AUDIO, notice_first=True, stops_when_refused=True, may_pause=True)
CHANNELS = [
    ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
    ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
]
SECRET = "my name is daniel parker"
THREAT = "you will be arrested"
NOTICE = "this call is recorded"
EVENTS: list[Input] = [
    final(0, 3 * RATE_HZ, "hello may i speak with daniel parker"),
    AudioAdvanced(0, 3 * RATE_HZ, -20.0),
    partial(1, 4 * RATE_HZ, SECRET),
    final(1, 5 * RATE_HZ, SECRET),
    AgentActed(Act.VERIFIED, 6 * RATE_HZ),
    final(0, 9 * RATE_HZ, NOTICE),
    final(0, 12 * RATE_HZ, THREAT),
    CallEnded(13 * RATE_HZ, "hung_up"),
]


@dataclass(slots=True)
class Disk:
    """What was written."""

    envelopes: list[Envelope] = field(default_factory=list)
    chunks: list[SoundChunk] = field(default_factory=list)
    closed: bool = False

    def append(self, envelopes: Sequence[Envelope]) -> None:
        self.envelopes += envelopes

    def append_audio(self, chunk: SoundChunk) -> None:
        self.chunks.append(chunk)

    def close(self) -> None:
        self.closed = True

    @property
    def inputs(self) -> list[object]:
        return [e.event for e in self.envelopes if isinstance(e.event, get_args(Input))]


def call_of(terms: RecordingTerms, events: Sequence[Input]) -> Iterator[list[Envelope]]:
    """Each input with what followed, as the pipeline hands it over."""
    session = guidance().session()
    number = 0
    for event in (replace(started(), recording=terms), *CHANNELS, *events):
        step = [event, *session.receive(event)]
        yield [Envelope(SCHEMA, "c", number + n, each) for n, each in enumerate(step)]
        number += len(step)


def run(terms: RecordingTerms, events: Sequence[Input] = EVENTS) -> Disk:
    disk = Disk()
    writer = ConsentingWriter(disk, terms.keep)
    for second, step in enumerate(call_of(terms, events)):
        writer.append_audio(Chunk(0, second * RATE_HZ, b"\1\1" * 10, -20.0))
        writer.append(step)
    writer.close()
    return disk


def words(disk: Disk) -> str:
    return " | ".join(
        event.text
        for event in disk.inputs
        if isinstance(event, FinalRecognised | PartialRecognised)
    )


def test_nothing_before_the_notice_is_kept_and_the_gap_is_told() -> None:
    disk = run(TERMS)
    assert words(disk) == f"{NOTICE} | {THREAT}"
    assert SECRET not in repr(disk.envelopes)
    assert isinstance(disk.inputs[0], CallStarted)
    assert [e for e in disk.inputs if isinstance(e, AgentActed)], "keys before it are kept"
    gaps = [event for event in disk.inputs if isinstance(event, AudioGap)]
    assert [(gap.channel, gap.sample, gap.reason) for gap in gaps] == [
        (0, 0, "before_notice"),
        (1, 0, "before_notice"),
    ]
    assert gaps[0].samples == 3 * RATE_HZ
    numbers = [envelope.seq for envelope in disk.envelopes]
    assert len(numbers) == len(set(numbers))
    assert len(disk.chunks) == 2, "sound from after the notice alone"
    assert disk.closed


def test_without_a_notice_nothing_at_all_reaches_the_disk() -> None:
    disk = run(TERMS, [EVENTS[0], EVENTS[3], EVENTS[4], EVENTS[-1]])
    assert disk == Disk()


def test_a_notice_marked_at_once_keeps_the_whole_call() -> None:
    disk = run(TERMS, [AgentActed(Act.NOTICE_GIVEN, 0), *EVENTS])
    assert SECRET in words(disk)
    assert not [event for event in disk.inputs if isinstance(event, AudioGap)]


def test_where_no_notice_need_come_first_the_first_sound_is_kept() -> None:
    disk = run(replace(TERMS, notice_first=False))
    assert disk.chunks[0].start_sample == 0
    assert len(disk.chunks) == len(EVENTS) + 3


@pytest.mark.parametrize(
    ("keep", "sound", "transcript", "findings"),
    [
        (Keep.AUDIO, True, True, True),
        (Keep.TRANSCRIPT, False, True, True),
        (Keep.FINDINGS, False, False, True),
        (Keep.NOTHING, False, False, False),
    ],
)
def test_as_much_is_kept_as_the_terms_say(
    keep: Keep, *, sound: bool, transcript: bool, findings: bool
) -> None:
    disk = run(replace(TERMS, notice_first=False, keep=keep))
    assert bool(disk.chunks) is sound
    assert bool(words(disk)) is transcript
    finals = [e for e in disk.envelopes if isinstance(e.event, UtteranceFinal)]
    assert bool(finals) is transcript
    found = [e.event for e in disk.envelopes if isinstance(e.event, FindingChanged)]
    assert bool(found) is findings
    assert any(event.quote for event in found) is (findings and transcript)
    assert (THREAT in repr(disk.envelopes)) is transcript


def test_a_kept_call_replays_to_what_was_found_after_the_notice(tmp_path: Path) -> None:
    with CallStore(Locations(tmp_path)) as store:
        writer = ConsentingWriter(store.record("c"), Keep.AUDIO)
        for step in call_of(TERMS, EVENTS):
            writer.append(step)
        writer.close()
        assert [event.text for event in store.utterances("c")] == [NOTICE, THREAT]
        session = guidance().session()
        again = [out for e in store.events("c") for out in session.receive(e.event)]  # type: ignore[arg-type]
        rules = {e.finding.rule for e in again if isinstance(e, FindingChanged)}
        assert "US-03" in rules


def test_a_link_before_the_notice_is_kept_and_replays(tmp_path: Path) -> None:
    """Whose call it is belongs to its head; without it nothing after could be judged again."""
    whole = started().account
    assert whole is not None
    linked = AccountLinked(whole, content_hash(whole), Origin("core"), RATE_HZ)
    disk = run(TERMS, [EVENTS[0], linked, *EVENTS[1:]])
    assert linked in disk.inputs
    session = guidance().session()
    again = [out for event in disk.inputs for out in session.receive(event)]  # type: ignore[arg-type]
    assert any(isinstance(out, AccountChanged) for out in again)


def test_a_wrap_up_is_kept_with_its_call_and_the_last_one_stands(tmp_path: Path) -> None:
    with CallStore(Locations(tmp_path)) as store:
        writer = store.record("c")
        for step in call_of(replace(TERMS, notice_first=False), EVENTS):
            writer.append(step)
        writer.close()
        assert store.wrap_up("c") is None
        first = KeptWrapUp(
            "c", "promise", "2026-12-05", "after payday", "2026-11-28T10:00:00+00:00"
        )
        last = replace(first, outcome="dispute", next_contact=None, note="")
        store.add_wrap_up(first)
        store.add_wrap_up(last)
        assert store.wrap_up("c") == last
