"""Vosk as a recogniser.

Owns every call into Vosk: one open model, a recogniser for each channel, Vosk's JSON turned into
hypotheses, and Vosk's faults turned into errors that a user can act on.  It must not look for
models, trust an unchecked folder (see `models`), touch a thread, or name a model to Vosk: asked by
name or language, Vosk fetches from the network and ends the process.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from assistant.events import RecognisedWord
from assistant.speech.recogniser import (
    BYTES_PER_SAMPLE,
    FinalHypothesis,
    Hypothesis,
    PartialHypothesis,
)
from compliance.errors import AssistantError, MissingPart

NO_LOG = -1


def import_vosk() -> Any:
    """Vosk's Python module.  It takes 0.1 to 0.3 s, so it is imported when first needed.

    Raises:
        MissingPart: it is not installed, or its native library does not load on this system.
    """
    try:
        import vosk  # noqa: PLC0415  (slow, and absent where only transcripts are checked)
    except (ImportError, OSError, TypeError) as fault:  # Vosk raises TypeError on other systems
        raise MissingPart(
            f"The speech recogniser Vosk does not load on this system ({type(fault).__name__})",
            "Reinstall it with: pip install --force-reinstall vosk",
        ) from fault
    return vosk


class VoskModel:
    """A `SpeechModel`: one folder opened once."""

    def __init__(self, path: Path, *, name: str, rate_hz: int) -> None:
        """Open `path`, a folder that `models` has checked; takes 0.02 s to several seconds.

        Args:
            path: the model's folder.
            name: what users call it.
            rate_hz: the rate it was made for (`sample-frequency` of its features).

        Raises:
            MissingPart: Vosk is missing or cannot open the folder.
        """
        vosk = import_vosk()
        vosk.SetLogLevel(NO_LOG)
        self._name = name
        self._rate_hz = rate_hz
        self._vosk = vosk
        try:
            self._model = vosk.Model(model_path=str(path))
        except Exception as fault:  # Vosk raises the bare class, whatever happened
            raise MissingPart(
                f"Vosk cannot open the speech model {name} in {path}",
                "The folder is damaged or not a Vosk model: install it again or name another",
            ) from fault

    @property
    def name(self) -> str:
        return self._name

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    def recogniser(self, rate_hz: int) -> VoskRecogniser:
        if rate_hz < self._rate_hz:
            raise AssistantError(
                f"The speech model {self._name} needs at least {self._rate_hz} samples a second, "
                f"not {rate_hz}",
                "Convert the sound to the model's rate first",
            )
        try:
            native = self._vosk.KaldiRecognizer(self._model, float(rate_hz))
        except Exception as fault:  # Vosk raises the bare class
            raise _failed(self._name) from fault
        # Times of words in finals only: with times in partials as well they would come a second
        # later and cost twice the processor time.
        native.SetWords(True)
        return VoskRecogniser(native, model_name=self._name, rate_hz=rate_hz)


class VoskRecogniser:
    """A `Recogniser`: one channel's stream through Vosk."""

    def __init__(self, native: Any, *, model_name: str, rate_hz: int) -> None:
        self._native = native
        self._model_name = model_name
        self._rate_hz = rate_hz
        self._samples = 0
        self._last_answer = ""
        self._text = ""

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    def accept(self, pcm: bytes) -> list[Hypothesis]:
        if len(pcm) % BYTES_PER_SAMPLE:
            raise ValueError("16-bit sound has an even number of bytes")
        if not pcm:
            return []
        self._samples += len(pcm) // BYTES_PER_SAMPLE
        try:
            ended = self._native.AcceptWaveform(pcm)
            answer = self._native.Result() if ended else self._native.PartialResult()
        except Exception as fault:  # Vosk raises the bare class
            raise _failed(self._model_name) from fault
        return self._settle(answer) if ended else self._grow(answer)

    def finish(self) -> list[Hypothesis]:
        try:
            answer = self._native.FinalResult()
        except Exception as fault:  # Vosk raises the bare class
            raise _failed(self._model_name) from fault
        return self._settle(answer)

    def _grow(self, answer: str) -> list[Hypothesis]:
        if answer == self._last_answer:  # most chunks: spare the parsing
            return []
        self._last_answer = answer
        text = str(json.loads(answer).get("partial", ""))
        if not text or text == self._text:
            return []
        self._text = text
        return [PartialHypothesis(sample=self._samples, text=text)]

    def _settle(self, answer: str) -> list[Hypothesis]:
        heard_before = bool(self._text)
        self._text = ""
        self._last_answer = ""
        told = json.loads(answer)
        text = str(told.get("text", ""))
        if not text and not heard_before:
            return []
        words = tuple(self._word(word) for word in told.get("result", ())) if text else ()
        return [FinalHypothesis(sample=self._samples, text=text, words=words)]

    def _word(self, told: dict[str, Any]) -> RecognisedWord:
        return RecognisedWord(
            text=str(told["word"]),
            start=self._sample_at(told["start"]),
            end=self._sample_at(told["end"]),
            confidence=min(1.0, max(0.0, float(told.get("conf", 0.0)))),
        )

    def _sample_at(self, time_s: float) -> int:
        """Vosk tells seconds of the stream; a word can end no later than the sound it had."""
        return min(max(round(time_s * self._rate_hz), 0), self._samples)


def _failed(model_name: str) -> AssistantError:
    return AssistantError(
        f"The speech recogniser failed while using the model {model_name}",
        "Run `assistant doctor`; if the model is damaged, install it again",
    )
