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
        check_rate(rate_hz, self._rate_hz, self._name)
        try:
            native = self._vosk.KaldiRecognizer(self._model, float(rate_hz))
        except Exception as fault:  # Vosk raises the bare class
            raise _failed(self._name) from fault
        # Times of words in finals only: with times in partials as well they would come a second
        # later and cost twice the processor time.
        native.SetWords(True)
        return VoskRecogniser(native, model_name=self._name, rate_hz=rate_hz)


class AnswerReader:
    """Turns Vosk's JSON into hypotheses, wherever Vosk runs.

    Args:
        rate_hz: samples a second of the stream.
        first_sample: where in the stream this recogniser began; word times count from there.
        text: the partial that was told last, where another recogniser told it.
    """

    def __init__(self, rate_hz: int, *, first_sample: int = 0, text: str = "") -> None:
        self._rate_hz = rate_hz
        self._first_sample = first_sample
        self._last_answer = ""
        self.sample = first_sample
        self.text = text

    def grow(self, answer: str) -> list[Hypothesis]:
        """What Vosk said while the utterance goes on."""
        if answer == self._last_answer:  # most chunks: spare the parsing
            return []
        self._last_answer = answer
        text = str(json.loads(answer).get("partial", ""))
        if not text or text == self.text:
            return []
        self.text = text
        return [PartialHypothesis(sample=self.sample, text=text)]

    def settle(self, answer: str) -> list[FinalHypothesis]:
        """What Vosk said at an endpoint."""
        heard_before = bool(self.text)
        self.text = ""
        self._last_answer = ""
        told = json.loads(answer)
        text = str(told.get("text", ""))
        if not text and not heard_before:
            return []
        words = tuple(self._word(word) for word in told.get("result", ())) if text else ()
        return [FinalHypothesis(sample=self.sample, text=text, words=words)]

    def _word(self, told: dict[str, Any]) -> RecognisedWord:
        return RecognisedWord(
            text=str(told["word"]),
            start=self._sample_at(told["start"]),
            end=self._sample_at(told["end"]),
            confidence=min(1.0, max(0.0, float(told.get("conf", 0.0)))),
        )

    def _sample_at(self, time_s: float) -> int:
        """Vosk tells seconds of its stream; a word can end no later than the sound it had."""
        sample = self._first_sample + round(time_s * self._rate_hz)
        return min(max(sample, self._first_sample), self.sample)


class VoskRecogniser:
    """A `Recogniser`: one channel's stream through Vosk."""

    def __init__(self, native: Any, *, model_name: str, rate_hz: int) -> None:
        self._native = native
        self._model_name = model_name
        self._rate_hz = rate_hz
        self._reader = AnswerReader(rate_hz)

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    def accept(self, pcm: bytes, *, partials: bool = True) -> list[Hypothesis]:
        if len(pcm) % BYTES_PER_SAMPLE:
            raise ValueError("16-bit sound has an even number of bytes")
        if not pcm:
            return []
        self._reader.sample += len(pcm) // BYTES_PER_SAMPLE
        try:
            ended = self._native.AcceptWaveform(pcm)
            if not (ended or partials):
                return []
            answer = self._native.Result() if ended else self._native.PartialResult()
        except Exception as fault:  # Vosk raises the bare class
            raise _failed(self._model_name) from fault
        return [*self._reader.settle(answer)] if ended else self._reader.grow(answer)

    def finish(self) -> list[Hypothesis]:
        try:
            answer = self._native.FinalResult()
        except Exception as fault:  # Vosk raises the bare class
            raise _failed(self._model_name) from fault
        return [*self._reader.settle(answer)]


def check_rate(rate_hz: int, model_rate_hz: int, model_name: str) -> None:
    """Raise AssistantError where `rate_hz` is below the model's: Vosk aborts on such sound."""
    if rate_hz < model_rate_hz:
        raise AssistantError(
            f"The speech model {model_name} needs at least {model_rate_hz} samples a second, "
            f"not {rate_hz}",
            "Convert the sound to the model's rate first",
        )


def _failed(model_name: str) -> AssistantError:
    return AssistantError(
        f"The speech recogniser failed while using the model {model_name}",
        "Run `assistant doctor`; if the model is damaged, install it again",
    )
