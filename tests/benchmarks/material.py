"""Recordings for the benchmarks: long calls, and calls full of breaches with exact times.

Owns their making and the cache that they are kept in.  The same arguments give the same samples.
Everything is spoken by the project's own synthesis recipe and goes through its telephone line;
channel 0 is the agent, channel 1 the customer.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import platformdirs
import soundfile

from assistant.demo import espeak, synthesis, telephone
from assistant.demo.synthesis import Line, Speech, Voice, synthesise_all
from tests.benchmarks import sentences as spoken
from tests.benchmarks.sentences import Sentences, sentences

RATE_HZ = 8000
CHANNELS = 2
_BRACKETS = re.compile(r"[\[\]]")
# What decides the samples besides the arguments: a change of it makes the recordings anew.
_SOURCES = (__file__, spoken.__file__, espeak.__file__, synthesis.__file__, telephone.__file__)


@dataclass(frozen=True, slots=True)
class SpokenBreach:
    """One breach in a recording; times are call time in seconds.

    `start_s` and `end_s` bound the prohibited words: a flag's delay counts from `end_s`, the end of
    the last of them.  `said_s` is the end of the whole sentence.
    """

    family: str
    text: str
    prohibited: str
    start_s: float
    end_s: float
    said_s: float


@dataclass(frozen=True, slots=True)
class BreachRecording:
    """A recording and the breaches in it, in order of time."""

    language: str
    audio: Path
    duration_s: float
    breaches: tuple[SpokenBreach, ...]


@dataclass(frozen=True, slots=True)
class _Turn:
    channel: int
    pause_s: float
    line: Line


def cache_folder() -> Path:
    """Where this system keeps what can be made again."""
    return Path(platformdirs.user_cache_dir("collections-call-assistant")) / "benchmarks"


def long_call(language: str, minutes: float, seed: int, cache: Path | None = None) -> Path:
    """A two-channel WAV file of at least `minutes` of lawful talk.

    Args:
        language: a language tag; `zh-…` is Mandarin, everything else English.
        minutes: shortest length of the recording.
        seed: chooses sentences, voices, pace and pauses.
        cache: folder to keep the file in; the user's cache folder where it is `None`.
    """
    path = _place(cache, "long", language, minutes, seed)
    if path.is_file():
        return path
    random_ = random.Random(seed)
    turns: list[_Turn] = []
    speeches: list[Speech] = []
    samples = 0
    while samples < minutes * 60 * RATE_HZ:
        # About ten exchanges a minute, in portions that one synthesiser process takes at once.
        portion = min(24, round(10 * minutes) + 1)
        more = list(_talk(sentences(language), random_, exchanges=portion))
        said = synthesise_all([turn.line for turn in more], language, RATE_HZ)
        turns += more
        speeches += said
        samples += sum(
            round(turn.pause_s * RATE_HZ) + len(speech.pcm)
            for turn, speech in zip(more, said, strict=True)
        )
    _write(path, turns, speeches, seed)
    return path


def breach_recording(
    language: str, breaches: int, seed: int, cache: Path | None = None
) -> BreachRecording:
    """A two-channel recording with `breaches` breaches, each parted from the next by lawful talk.

    About nine seconds a breach.  A breach sentence is followed by silence on the agent's channel of
    at least a second; arguments as in `long_call`.
    """
    path = _place(cache, "breaches", language, breaches, seed)
    index = path.with_suffix(".json")
    if not (path.is_file() and index.is_file()):
        _make_breaches(path, index, language, breaches, seed)
    record = json.loads(index.read_text(encoding="utf-8"))
    return BreachRecording(
        language,
        path,
        record["duration_s"],
        tuple(SpokenBreach(**breach) for breach in record["breaches"]),
    )


def _make_breaches(path: Path, index: Path, language: str, breaches: int, seed: int) -> None:
    random_ = random.Random(seed)
    stock = sentences(language)
    order = [
        breach
        for _ in range(breaches // len(stock.breaches) + 1)
        for breach in random_.sample(stock.breaches, len(stock.breaches))
    ][:breaches]
    turns: list[_Turn] = []
    places: list[int] = []
    for number, breach in enumerate(order):
        turns += _talk(stock, random_, exchanges=1)
        places.append(len(turns))
        # One voice goes through all breaches before the next does.
        voice = stock.agent_voices[number // len(stock.breaches) % len(stock.agent_voices)]
        line = Line(_BRACKETS.sub("", breach.text), _voice(voice, random_))
        turns.append(_Turn(0, random_.uniform(0.9, 1.3), line))
        reply = _turn(1, stock.customer, stock.customer_voices, random_)
        turns.append(_Turn(1, random_.uniform(0.6, 1.0), reply.line))
    speeches = synthesise_all([turn.line for turn in turns], language, RATE_HZ)
    starts = _write(path, turns, speeches, seed)
    found = []
    for place, breach in zip(places, order, strict=True):
        first, last = _prohibited(breach.text, speeches[place])
        words = speeches[place].words
        found.append(
            SpokenBreach(
                family=breach.family,
                text=_BRACKETS.sub("", breach.text),
                prohibited=breach.text.split("[")[1].split("]")[0],
                start_s=_seconds(starts[place] + words[first].start),
                end_s=_seconds(starts[place] + words[last].end),
                said_s=_seconds(starts[place] + words[-1].end),
            )
        )
    record = {
        "duration_s": soundfile.info(str(path)).duration,
        "breaches": [asdict(breach) for breach in found],
    }
    _replace(index, json.dumps(record, ensure_ascii=False, indent=1).encode())


def _prohibited(marked: str, speech: Speech) -> tuple[int, int]:
    """Index of the first and of the last word between the brackets of `marked`."""
    plain = _BRACKETS.sub("", marked)
    opening = marked.index("[")
    closing = marked.index("]") - 1
    inside = []
    at = 0
    for number, word in enumerate(speech.words):
        at = plain.index(word.text, at)
        if opening <= at < closing:
            inside.append(number)
        at += len(word.text)
    return inside[0], inside[-1]


def _talk(stock: Sentences, random_: random.Random, *, exchanges: int) -> Iterable[_Turn]:
    for _ in range(exchanges):
        yield _turn(0, stock.agent, stock.agent_voices, random_)
        yield _turn(1, stock.customer, stock.customer_voices, random_)


def _turn(
    channel: int, texts: Sequence[str], voices: Sequence[str], random_: random.Random
) -> _Turn:
    line = Line(random_.choice(texts), _voice(random_.choice(voices), random_))
    return _Turn(channel, random_.uniform(0.6, 1.4), line)


def _voice(name: str, random_: random.Random) -> Voice:
    # A syllable of Mandarin counts as a word of the synthesiser.
    pace = 205 if name.startswith("cmn") else 178
    return Voice(name, pace + random_.randint(-6, 6), random_.randint(42, 58), 55)


def _write(path: Path, turns: Sequence[_Turn], speeches: Sequence[Speech], seed: int) -> list[int]:
    """Lay the turns one after another, write the file, return each turn's first sample."""
    starts = []
    clock = RATE_HZ
    for turn, speech in zip(turns, speeches, strict=True):
        clock += round(turn.pause_s * RATE_HZ)
        starts.append(clock)
        clock += len(speech.pcm)
    laid = telephone.lay_out(
        (
            (turn.channel, start, speech.pcm)
            for turn, start, speech in zip(turns, starts, speeches, strict=True)
        ),
        CHANNELS,
        clock + 2 * RATE_HZ,
    )
    lines = [
        telephone.telephone(pcm, RATE_HZ, seed=seed + channel) for channel, pcm in enumerate(laid)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    soundfile.write(str(unfinished), np.stack(lines, axis=1), RATE_HZ, "PCM_16", format="WAV")
    unfinished.replace(path)
    return starts


def _place(cache: Path | None, kind: str, language: str, *arguments: float) -> Path:
    made_of = hashlib.sha256()
    for source in _SOURCES:
        made_of.update(Path(source).read_bytes())
    name = "-".join((kind, language, *(f"{argument:g}" for argument in arguments)))
    return (cache or cache_folder()) / f"{name}-{made_of.hexdigest()[:12]}.wav"


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _seconds(samples: int) -> float:
    return round(samples / RATE_HZ, 3)
