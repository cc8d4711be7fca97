"""Recognition itself: speed on two channels, opening, memory, and errors by condition.

Owns the figures of one model.  Speech is the project's own synthesis, so the error rates compare
conditions and models with each other; what a model hears of people's speech only a bank's own
calls can tell (`assistant models report`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soundfile

from assistant.demo.synthesis import Line, Pcm, Voice, synthesise_all
from assistant.demo.telephone import telephone
from assistant.speech.error_rates import Rates, compare, units_of
from assistant.speech.models import ModelFolder, open_model, resolve_model
from assistant.speech.recogniser import FinalHypothesis, SpeechModel
from assistant.speech.recording import Recording
from tests.benchmarks.material import long_call
from tests.benchmarks.sentences import sentences

SPEECH_DB = -24.0
_OPENING = """
import json, sys, time, psutil
from pathlib import Path
from assistant.speech.models import ModelFolder, open_model
def held():
    own = psutil.Process()
    family = [each.memory_full_info() for each in (own, *own.children(recursive=True))]
    return sum(getattr(each, "pss", each.uss) for each in family)  # shared pages count once
before = held()
folder = ModelFolder(sys.argv[1], Path(sys.argv[1]), None, int(sys.argv[2]), demonstration=True)
begun_s = time.monotonic()
model = open_model(folder, isolated=sys.argv[3] == "isolated")
opened_s = time.monotonic() - begun_s
lines = [model.recogniser(folder.rate_hz) for _ in range(2)]
for line in lines:
    line.accept(bytes(20 * folder.rate_hz))
print(json.dumps({"opened_s": opened_s, "held_mb": (held() - before) / 2**20}))
"""

Condition = Callable[[Pcm, int, int], Pcm]
"""Speech, its rate and a seed to what reaches the recogniser."""


def _noise(snr_db: float) -> Condition:
    def condition(pcm: Pcm, rate_hz: int, seed: int) -> Pcm:
        return telephone(pcm, rate_hz, seed=seed, noise_db=SPEECH_DB - snr_db)

    return condition


def _gaps(pcm: Pcm, rate_hz: int, seed: int) -> Pcm:
    """A telephone line over a network that loses 2 % of its packets of 20 ms."""
    line = telephone(pcm, rate_hz, seed=seed)
    packet = rate_hz // 50
    lost = np.random.default_rng(seed).random(len(line) // packet + 1) < 0.02
    return np.where(np.repeat(lost, packet)[: len(line)], 0, line).astype(np.int16)


CONDITIONS: dict[str, Condition] = {
    "clean": lambda pcm, _rate_hz, _seed: pcm,
    "telephone line": lambda pcm, rate_hz, seed: telephone(pcm, rate_hz, seed=seed),
    "… speech 16 dB quieter": lambda pcm, rate_hz, seed: telephone(
        pcm, rate_hz, seed=seed, speech_db=SPEECH_DB - 16
    ),
    "… noise at 20 dB": _noise(20),
    "… noise at 15 dB": _noise(15),
    "… noise at 10 dB": _noise(10),
    "… 2 % of packets lost": _gaps,
}


def run(language: str, model: str, minutes: float, lines: int, data_dir: Path | None) -> None:
    """Measure one model and tell."""
    folder = resolve_model(model, language, data_dir=data_dir).folder
    print(f"recognition, {language}, model {folder.name}")
    for how in ("here", "isolated"):
        told = _opening(folder, how)
        print(f"  {how:9} opens in {told['opened_s']:.2f} s, holds {told['held_mb']:.0f} MB")
    sound = long_call(language, minutes, seed=3)
    for isolated in (False, True):
        opened = open_model(folder, isolated=isolated)
        wall_s, cpu_s, sound_s = two_channels(opened, sound)
        how = "isolated" if isolated else "here"
        # What a recogniser process uses is its own; only this process's time is told then.
        own = "" if isolated else f", {cpu_s / sound_s:.4f} s of processor"
        print(f"  {how:9} both channels: {wall_s / sound_s:.4f} s for a second of a call{own}")
    measure = "CER" if language.startswith("zh") else "WER"
    opened = open_model(folder)
    said, speeches = _spoken(language, lines, opened.rate_hz)
    for name, condition in CONDITIONS.items():
        rates = errors(opened, said, [condition(*each) for each in speeches], language[:2])
        assert rates.rate is not None
        print(f"  {name:24} {measure} {100 * rates.rate:5.1f} %  ({rates.units} units)")


def _opening(folder: ModelFolder, how: str) -> dict[str, float]:
    command = [sys.executable, "-c", _OPENING, str(folder.path), str(folder.rate_hz), how]
    told = subprocess.run(command, check=True, capture_output=True).stdout
    return {str(key): float(value) for key, value in json.loads(told).items()}


def two_channels(model: SpeechModel, sound: Path) -> tuple[float, float, float]:
    """Both channels side by side as in a call; wall, processor and sound seconds."""
    with Recording(sound, rate_hz=model.rate_hz) as recording:
        chunks: list[list[bytes]] = [[] for _ in recording.channels]
        for chunk in recording:
            chunks[chunk.channel].append(chunk.pcm)

    def hear(own: Sequence[bytes]) -> None:
        recogniser = model.recogniser(model.rate_hz)
        for pcm in own:
            recogniser.accept(pcm)
        recogniser.finish()

    threads = [threading.Thread(target=hear, args=(own,)) for own in chunks]
    wall_s, cpu_s = time.monotonic(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return (
        time.monotonic() - wall_s,
        time.process_time() - cpu_s,
        soundfile.info(str(sound)).duration,
    )


def _spoken(
    language: str, lines: int, rate_hz: int
) -> tuple[list[str], list[tuple[Pcm, int, int]]]:
    """Sentences of agent and customer in turn, each in another of the voices."""
    stock = sentences(language)
    texts = [text for pair in zip(stock.agent, stock.customer, strict=False) for text in pair]
    texts = (texts * (lines // len(texts) + 1))[:lines]
    voices = (*stock.agent_voices, *stock.customer_voices)
    spoken = synthesise_all(
        [
            Line(text, Voice(voices[number % len(voices)], 160 + 5 * (number % 9)))
            for number, text in enumerate(texts)
        ],
        language,
        rate_hz,
    )
    return texts, [(speech.pcm, rate_hz, number) for number, speech in enumerate(spoken)]


def errors(model: SpeechModel, said: list[str], sounds: list[Pcm], language: str) -> Rates:
    """Error rates over utterances, each heard by a recogniser of its own."""
    rates = Rates()
    for text, pcm in zip(said, sounds, strict=True):
        recogniser = model.recogniser(model.rate_hz)
        heard = recogniser.accept(pcm.tobytes())
        heard += recogniser.accept(bytes(2 * model.rate_hz)) + recogniser.finish()
        got = " ".join(each.text for each in heard if isinstance(each, FinalHypothesis))
        rates.add(compare(units_of(text, language), units_of(got, language)))
    return rates
