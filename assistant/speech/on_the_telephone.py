"""Sentences as they are heard through a telephone: said, recognised, and put right as in a call.

Owns the voices, the line, and the way from a text to what a model makes of it, so that whoever
measures rules on text can measure them on sound, and models alike.  It judges nothing and writes
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from assistant.demo import synthesis
from assistant.demo.synthesis import Pcm, Voice
from assistant.demo.telephone import telephone
from assistant.speech.corrections import Corrector
from assistant.speech.recogniser import FinalHypothesis, SpeechModel
from compliance.phrases import base_language
from compliance.transcript import Speaker

RATE_HZ = 8000
SPEECH_DB = -24.0
SNR_DB = 15.0  # between speech and the noise of the line
MARGIN_S = 0.4  # of silence (and noise) before and after
CHUNK_BYTES = 1600  # 100 ms, as in a live call
SHARD = 50
# As written before the number; people say them after it, and hundredths by their own name.
_MONEY = re.compile(r"([$£€])(\d[\d,]*)(?:\.(\d\d))?(?!\d)")
_UNITS = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_MANY = {"penny": "pence"}
# Women and men, slow and fast; none of them speaks in the material of the demonstration models.
VOICES = {
    "en": (
        Voice("en-us+f1", 160),
        Voice("en-us+m4", 175),
        Voice("gmw/en+victor", 150),
        Voice("en-us+Annie", 170),
        Voice("gmw/en+m6", 165),
    ),
    "zh": (
        Voice("cmn-latn-pinyin+f1", 195),
        Voice("cmn-latn-pinyin+m4", 210),
        Voice("cmn-latn-pinyin+Annie", 180),
        Voice("cmn-latn-pinyin+victor", 190),
        Voice("cmn-latn-pinyin+m6", 200),
    ),
}


def heard(
    texts: Sequence[str],
    language: str,
    model: SpeechModel,
    corrector: Corrector,
    *,
    voices: int,
    progress: Callable[[int, int], None],
) -> Iterator[tuple[int, str]]:
    """What is heard of texts, each said by some voices.

    Args:
        texts: all `synthesis.readable`.
        language: a tag; `zh-…` is Mandarin, everything else English.
        model: opened.
        corrector: mends what is known to be misheard, as in a call.
        voices: how many say each text, 1 to `len(VOICES[language])`.
        progress: told of sentences done, of how many.

    Yields:
        The index of each text and what was heard of it, once a voice.

    Raises:
        MissingPart: the synthesiser is not installed.
        AssistantError: it kept crashing.
    """
    base = base_language(language)
    speakers = VOICES[base]
    said = [
        (index, text, speakers[(index + turn) % len(speakers)])
        for turn in range(min(voices, len(speakers)))
        for index, text in enumerate(texts)
    ]
    for start in range(0, len(said), SHARD):
        shard = said[start : start + SHARD]
        lines = [synthesis.Line(as_said(text), voice) for _, text, voice in shard]
        spoken = synthesis.synthesise_all(lines, base, RATE_HZ)
        for number, ((index, _, _), speech) in enumerate(zip(shard, spoken, strict=True), start):
            pcm = through_telephone(speech.pcm, seed=number)
            yield index, _recognised(model, pcm, corrector, base)
        progress(min(start + SHARD, len(said)), len(said))


def as_said(text: str) -> str:
    """A text with its money in the order in which it is said: `$6.50` is `6 dollars and 50 cents`.

    The synthesiser reads numbers as they are read, but a sign where it stands: "dollar six".
    """
    return _MONEY.sub(_money, text)


def _money(match: re.Match[str]) -> str:
    whole, part = _UNITS[match[1]]
    said = f"{match[2]} {_counted(whole, match[2])}"
    hundredths = match[3]
    if hundredths is None or hundredths == "00":
        return said
    return f"{said} and {int(hundredths)} {_counted(part, str(int(hundredths)))}"


def _counted(unit: str, number: str) -> str:
    return unit if number == "1" else _MANY.get(unit, f"{unit}s")


def padded(pcm: Pcm) -> Pcm:
    """Sound with a moment of silence before and after."""
    margin = np.zeros(round(MARGIN_S * RATE_HZ), dtype=np.int16)
    return np.concatenate((margin, pcm, margin))


def through_telephone(pcm: Pcm, seed: int, snr_db: float = SNR_DB) -> Pcm:
    """300 to 3,400 Hz, line noise, µ-law, with a moment of the line before and after."""
    noise_db = SPEECH_DB - snr_db
    return telephone(padded(pcm), RATE_HZ, seed=seed, speech_db=SPEECH_DB, noise_db=noise_db)


def finals(model: SpeechModel, pcm: Pcm) -> Iterator[FinalHypothesis]:
    """What a model hears in sound at `RATE_HZ`, fed as in a live call."""
    recogniser = model.recogniser(RATE_HZ)
    content = pcm.astype("<i2").tobytes()
    found = [
        hypothesis
        for at in range(0, len(content), CHUNK_BYTES)
        for hypothesis in recogniser.accept(content[at : at + CHUNK_BYTES])
    ]
    found += recogniser.finish()
    return (each for each in found if isinstance(each, FinalHypothesis))


def _recognised(model: SpeechModel, pcm: Pcm, corrector: Corrector, base: str) -> str:
    corrected = (corrector.correct(Speaker.AGENT, each) for each in finals(model, pcm))
    texts = [each.text for each in corrected if isinstance(each, FinalHypothesis)]
    return ("" if base == "zh" else " ").join(texts).strip()
