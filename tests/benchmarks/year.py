"""A synthetic year of one agent's calls: what listing, finding and opening them takes.

The calls are written through the store's own writer and delivery, sealed, chained and indexed, each
in one transaction; so what is measured is what an agent's store holds.  Words are drawn by Zipf's
law with a fixed seed: common ones are in every call and rare ones in a few, as in speech.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, islice
from pathlib import Path

import click
from sqlalchemy import text

from assistant.archive.told import tell
from assistant.event_codec import EventCodec
from assistant.events import (
    CallEnded,
    ChannelOpened,
    Ended,
    Envelope,
    FinalRecognised,
    FindingChanged,
    Input,
    Output,
    RecognisedWord,
    UtteranceFinal,
)
from assistant.record.locations import Locations
from assistant.record.opening import Doors
from assistant.record.reviews import Review, ReviewAct
from assistant.record.search import CallFilter, CallSearch
from assistant.record.search_words import phrase
from assistant.record.store import CallStore
from compliance.findings import Severity
from compliance.transcript import Speaker, Word
from scripts.account import Account
from tests.benchmarks.measuring import percentile
from tests.record.invented import finding, started

RATE_HZ = 8000
UTTERANCES = 80
ANY = CallFilter()
_UTTERANCE_S = 4.0
_SEED = 20261129
_HAN = "我你的是了不在有他這那個們來到說要還錢款卡號期會就請問可以明天下月分繳付清先生小姐銀行"


class Speech:
    """Draws utterances; half the calls are English, half Mandarin."""

    def __init__(self) -> None:
        self._random = random.Random(_SEED)
        self.words = [f"{a}{b}{c}" for a in "bcdfglmnprst" for b in "aeiou" for c in _ENDS]
        self.words[:4] = ["not", "today", "you", "pay"]
        han = [*_HAN, *(chr(0x4E00 + 7 * n) for n in range(1200))]
        self.han = [character for character in han if character not in "警察"]
        self._weights = {
            len(some): list(accumulate(1 / (n + 2) for n in range(len(some))))
            for some in (self.words, self.han)
        }

    def said(self, *, mandarin: bool) -> list[str]:
        """The words of one utterance, about four seconds of speech."""
        some = self.han if mandarin else self.words
        weights = self._weights[len(some)]
        return self._random.choices(some, cum_weights=weights, k=self._random.randint(8, 16))

    def account(self, calls: int) -> Account:
        number = self._random.randrange(max(1, calls // 8))
        return Account(
            f"A-{number}", "tw", "zh-TW", "王小明", "新月銀行", "TWD", Decimal(9000), 40,
            Decimal(900), agent_name="林小姐", agent_id="a7",
        )  # fmt: skip


_ENDS = ("", "ck", "ll", "nd", "st", "rt", "m", "ng", "pe", "se", "te", "ve")


def call_events(speech: Speech, number: int, calls: int) -> list[Envelope]:
    """One call as it is kept, without partials: inputs first, then what was derived."""
    at = datetime(2025, 11, 29, 9, tzinfo=UTC) + timedelta(days=365 * number / calls)
    mandarin = bool(number % 2)
    start = replace(started(at.isoformat()), account=speech.account(calls))
    header = replace(start.header, jurisdiction="tw" if mandarin else "us")
    start = replace(start, header=header)
    inputs: list[Input] = [
        start,
        ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
    ]
    outputs: list[Output] = []
    for n in range(UTTERANCES):
        said = speech.said(mandarin=mandarin)
        if number % 1000 in {6, 7} and n == 40:
            said[3:5] = ["警", "察"] if mandarin else ["sheriff", "office"]
        at_s, step_s = n * _UTTERANCE_S, _UTTERANCE_S / len(said)
        words = [
            RecognisedWord(
                word,
                int((at_s + k * step_s) * RATE_HZ),
                int((at_s + (k + 1) * step_s) * RATE_HZ),
                0.9,
            )
            for k, word in enumerate(said)
        ]
        joined = " ".join(said)
        end = int((at_s + _UTTERANCE_S) * RATE_HZ)
        inputs.append(FinalRecognised(n % 2, end, joined, tuple(words)))
        timed = tuple(
            Word(word.text, word.start / RATE_HZ, word.end / RATE_HZ, 0.9) for word in words
        )
        speaker = (Speaker.AGENT, Speaker.CUSTOMER)[n % 2]
        outputs.append(
            UtteranceFinal(f"u{n}", n, speaker, joined, timed, at_s, at_s + _UTTERANCE_S)
        )
    for n in range(number % 4):
        found = replace(finding(f"u{n}.US-03"), utterance_id=f"u{n}", utterance_index=n)
        if n:
            found = replace(found, rule="US-20", severity=Severity.MINOR)
        outputs.append(FindingChanged(found, "", n * _UTTERANCE_S + 4))
    outputs.append(Ended(UTTERANCES * _UTTERANCE_S, "hung_up", ("US-20",)))
    inputs.append(CallEnded(int(UTTERANCES * _UTTERANCE_S * RATE_HZ), "hung_up"))
    return [Envelope(1, name(number), seq, event) for seq, event in enumerate([*inputs, *outputs])]


def name(number: int) -> str:
    return f"2026-{number:05}"


def run(calls: int, store: str | None, folder: Path | None = None) -> None:
    """Print the figures.

    Args:
        calls: how many.
        store: the URL of an empty database, or none for the embedded one.
        folder: where the data folder is made and stays; one that is there is read as it is.
    """
    codec = EventCodec()
    with tempfile.TemporaryDirectory() as passing:
        places = Locations(folder or Path(passing), store=store)
        with CallStore(places, codec, doors=Doors({})) as opened:
            if not any(True for _ in CallSearch(opened).calls(ANY)):
                _fill(opened, calls)
            size = _size(opened, places)
        # Opened anew, as a command does.
        with CallStore(places, codec, doors=Doors({})) as opened:
            hours = calls * UTTERANCES * _UTTERANCE_S / 3600
            click.echo(
                f"size: {size / hours / 2**20:.2f} MiB per call hour without sound and partials,"
                f" {size / calls / 1024:.0f} KiB per call, {size / 2**20:.0f} MiB in all"
            )
            _read(opened, calls)


def _fill(store: CallStore, calls: int) -> None:
    speech = Speech()
    began, used = time.monotonic(), time.process_time()
    for number in range(calls):
        writer = store.record(name(number), with_sound=False)
        writer.append(call_events(speech, number, calls))
        writer.close()
        if number % 8 == 1:
            at_utc = "2026-11-29T00:00:00+00:00"
            store.add_review(Review(name(number), "u0.US-03", ReviewAct.CONFIRM, "lin", at_utc, ""))
    took, used = time.monotonic() - began, time.process_time() - used
    click.echo(
        f"{calls} calls, {calls * UTTERANCES} utterances kept in {took:.0f} s ({used:.0f} s of"
        f" processor here, {1000 * took / calls:.0f} ms a call)"
    )


def _size(store: CallStore, places: Locations) -> int:
    if places.store is None:
        return sum(path.stat().st_size for path in places.data_dir.glob("calls.db*"))
    with store.opened.engine.connect() as connection:
        query = text("SELECT pg_database_size(current_database())")
        return int(connection.execute(query).scalar_one())


def _read(store: CallStore, calls: int) -> None:
    search = CallSearch(store)

    def listed(wanted: CallFilter, limit: int | None = 50) -> Callable[[int], object]:
        return lambda _n: list(islice(search.calls(wanted), limit))

    def found(words: str, wanted: CallFilter | None = None) -> Callable[[int], object]:
        sought = phrase(words)
        return lambda _n: list(
            islice((hit for _call, hits in search.find(sought, wanted or ANY) for hit in hits), 50)
        )

    month = CallFilter(since_utc="2026-03-01", before_utc="2026-04-01")
    for what, work in (
        ("list, newest 50", listed(ANY)),
        ("list, a month", listed(month, None)),
        ("list, one account", lambda n: listed(CallFilter(account=f"A-{n}"), None)(n)),
        ("list, a rule", listed(CallFilter(rule="US-03"))),
        ("list, nobody's agent", listed(CallFilter(agent="nobody"))),
        ("list, reviewed", listed(CallFilter(reviewed=True))),
        ("find 警察 (a call in 1,000)", found("警察")),
        ("find sheriff office", found("sheriff office")),
        ("find one common word", found("you")),
        ("find two common words side by side", found("not today")),
        ("find 我你的", found("我你的")),
        (
            "find a common word, one account",
            lambda n: found("pay", CallFilter(account=f"A-{n}"))(n),
        ),
        ("find a common word where it is never said", found("you", CallFilter(jurisdiction="tw"))),
        ("find three common words side by side", found("not today you")),
        ("find a phrase of common words never said", found("today you pay not today you")),
        ("find a word never said", found("arbitration")),
        ("open a call", lambda n: tell(store, name(n * 37 % calls))),
    ):
        walls_ms, used_ms = zip(*_times_ms(work), strict=True)
        click.echo(
            f"{what}: p95 {percentile(walls_ms, 0.95):.0f} ms, median"
            f" {percentile(walls_ms, 0.5):.0f} ms ({percentile(used_ms, 0.5):.0f} ms of processor"
            f" here), {len(walls_ms)} times"
        )


def _times_ms(work: Callable[[int], object]) -> Iterator[tuple[float, float]]:
    for number in range(20):
        began, used = time.perf_counter(), time.process_time()
        work(number)
        yield 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - used)
