"""What keeping costs: live writing, size, listing, and the proof of a year of one agent's calls."""

from __future__ import annotations

import hashlib
import statistics
import tempfile
import time
from pathlib import Path

import click

from assistant.demo.calls import demonstration_call
from assistant.event_codec import EventCodec
from assistant.events import (
    AudioAdvanced,
    CallEnded,
    ChannelOpened,
    Envelope,
    FinalRecognised,
    Input,
    Output,
    PartialRecognised,
    UtteranceFinal,
)
from assistant.record.keeping import keep_call
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from assistant.record.store import CallStore
from assistant.speech.recording import Recording
from compliance.transcript import Speaker
from tests.record.invented import Chunk, envelopes, outputs, started

RATE_HZ = 8000
DOORS = Doors({})


def run(calls: int, store: str | None) -> None:
    """Print the figures; `store` is the URL of an empty database, or none for the embedded one."""
    codec = EventCodec()
    with tempfile.TemporaryDirectory() as folder:
        places = Locations(Path(folder), store=store)
        CallStore(places, codec, doors=DOORS).close()
        _live(places, codec)
        _audio(places, codec)
    with tempfile.TemporaryDirectory() as folder:
        places = Locations(Path(folder), store=store)
        _year(places, codec, calls)


def _call(utterances: int) -> list[Input | Output]:
    """A call as a conversation makes it: for each utterance a few partials, ticks and a final."""
    events: list[Input | Output] = [
        started(),
        ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
    ]
    for n in range(utterances):
        at, channel = n * 3 * RATE_HZ, n % 2
        said = f"this is what was said the time number {n} and it goes on for a bit"
        events += [
            PartialRecognised(channel, at + RATE_HZ, said[:20]),
            AudioAdvanced(channel, at + RATE_HZ, -30.0),
            PartialRecognised(channel, at + 2 * RATE_HZ, said[:40]),
            FinalRecognised(channel, at + 3 * RATE_HZ, said),
            UtteranceFinal(f"u{n}", n, Speaker.AGENT, said, (), n * 3.0, n * 3.0 + 3),
        ]
    events += [*outputs()[1:], CallEnded(utterances * 3 * RATE_HZ, "hung_up")]
    return events


def _live(places: Locations, codec: EventCodec) -> None:
    """The demonstration call handed over as fast as it goes; what it costs of its own length."""
    source = Recording(demonstration_call("en-US").audio, rate_hz=RATE_HZ, channels=None)
    chunks = list(source)
    events = envelopes(tuple(_call(40)), "live")
    began, used = time.monotonic(), time.process_time()
    with keep_call(places, "live", DOORS, codec=codec) as writer:
        writer.append(events[:3])
        step = max(1, len(chunks) // len(events[3:]))
        left = iter(events[3:])
        for number, chunk in enumerate(chunks):
            writer.append_audio(chunk)
            if number % step == 0 and (event := next(left, None)) is not None:
                writer.append([event])
        writer.append(list(left))
    took, used = time.monotonic() - began, time.process_time() - used
    length_s = source.duration_s or 1.0
    sound = places.sound("live").stat().st_size
    click.echo(
        f"live writing: {100 * used / length_s:.2f} % of a core per call"
        f" ({used:.2f} s of processor, {took:.2f} s in all, for {length_s:.0f} s of call)"
    )
    click.echo(f"sound: {sound / length_s * 3600 / 2**20:.0f} MiB per call hour, both channels")


def _audio(places: Locations, codec: EventCodec) -> None:
    """Checking an hour of sound against hashing the same bytes."""
    chunks = list(Recording(demonstration_call("en-US").audio, rate_hz=RATE_HZ, channels=None))
    length = max(chunk.start_sample + chunk.samples for chunk in chunks)
    with CallStore(places, codec, doors=DOORS) as store:
        writer = store.record("hour")
        writer.append(envelopes(tuple(_call(1)), "hour"))
        for start in range(0, 3600 * RATE_HZ, length):
            for chunk in chunks:
                moved = Chunk(chunk.channel, start + chunk.start_sample, chunk.pcm)
                writer.append_audio(moved)
        writer.close()
        whole = places.sound("hour").read_bytes()
        checked, hashed = [], []
        for _ in range(7):
            began = time.process_time()
            proof = store.verify(audio=False)
            between = time.process_time()
            proof = store.verify(audio=True)
            checked.append((time.process_time() - between) - (between - began))
            assert not proof.faults
            began = time.process_time()
            hashlib.sha256(whole).digest()
            hashed.append(time.process_time() - began)
    took, base = statistics.median(checked), statistics.median(hashed)
    size = len(whole) / 2**20
    click.echo(
        f"verify --audio: {size / took:.0f} MiB/s, {100 * base / took:.0f} % of SHA-256"
        f" ({size / base:.0f} MiB/s), {size:.0f} MiB"
    )


def _year(places: Locations, codec: EventCodec, calls: int) -> None:
    events = _call(80)
    began = time.monotonic()
    with CallStore(places, codec, doors=DOORS) as store:
        for number in range(calls):
            call = f"c{number:05}"
            writer = store.record(call, with_sound=False)
            writer.append([Envelope(1, call, seq, event) for seq, event in enumerate(events)])
            writer.close()
        click.echo(f"{calls} calls of 80 utterances kept in {time.monotonic() - began:.0f} s")
        _timed("list all", store.calls)
        _timed("open one", lambda: (store.call("c00001"), store.utterances("c00001")))
        began, used = time.monotonic(), time.process_time()
        proof = store.verify(audio=False)
        took, used = time.monotonic() - began, time.process_time() - used
        click.echo(
            f"verify: {proof.events} events of {proof.calls} calls in {took:.1f} s"
            f" ({used:.1f} s of processor; {used / proof.calls * 10_000:.0f} s for 10,000 calls)"
        )
        assert not proof.faults, proof.faults[:3]
    if places.store is None:
        click.echo(f"database: {places.database.stat().st_size / calls / 1024:.0f} KiB per call")


def _timed(what: str, work: object) -> None:
    assert callable(work)
    times = []
    for _ in range(10):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    click.echo(f"{what}: p95 {1000 * max(times):.0f} ms (10 times)")
