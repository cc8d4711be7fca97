"""The far end of the synthesis recipe: libespeak-ng through ctypes, in a process of its own.

Owns the C library's structures and the translation of its events into words with sample positions.
It must run as a child (`python -m assistant.demo.espeak`): the library keeps global state and
crashes now and then, so that the parent starts a fresh one and asks again.  Requests come as JSON
lines on standard input, all of them before the first answer; each answer is one JSON line followed
by as many 16-bit samples as that line says.  It knows neither languages nor telephones.

The library comes with the `espeakng-loader` package and is GPL-3.  It is a tool that makes sound
files; it is neither imported nor shipped by the product, and what a synthesiser says is not a work
derived from the synthesiser.
"""

from __future__ import annotations

import ctypes
import json
import sys
from dataclasses import dataclass
from typing import IO, Any

SYNCHRONOUS = 2  # AUDIO_OUTPUT_SYNCHRONOUS
PHONEME_EVENTS = 1  # espeakINITIALIZE_PHONEME_EVENTS
UTF8 = 1  # espeakCHARS_UTF8
SEED = 1
RATE, PITCH, RANGE = 1, 3, 4  # espeak_PARAMETER
END, WORD, PHONEME = 0, 1, 7  # espeak_EVENT_TYPE


class _Identifier(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Identifier),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One event: a word that starts (`position` counts characters from 0) or a phoneme."""

    kind: int
    sample: int
    position: int
    phoneme: str


def word_spans(words: list[tuple[int, int]], marks: list[Mark], end: int) -> list[tuple[int, int]]:
    """Start and end sample of each word.

    Args:
        words: start and end of each word in the text, in characters.
        marks: the library's events in order of sound.
        end: samples of the whole.

    Returns:
        One span a word.  The library reports some neighbours as one ("of the"): their stretch is
        divided by their letters.  A word ends where the next starts or where a pause starts.
    """
    starts: dict[int, int] = {}
    for mark in marks:
        if mark.kind != WORD:
            continue
        index = next((i for i, (_, stop) in enumerate(words) if stop > mark.position), None)
        if index is not None:
            starts.setdefault(index, mark.sample)
    starts.setdefault(0, 0)
    phonemes = [m for m in marks if m.kind == PHONEME]
    spans: list[tuple[int, int]] = []
    known = sorted(starts)
    for number, first in enumerate(known):
        after = known[number + 1] if number + 1 < len(known) else len(words)
        begin = starts[first]
        stop = starts.get(after, end)
        stop = max(stop, begin)
        spoken = [m for m in phonemes if begin <= m.sample < stop]
        sounding = [i for i, m in enumerate(spoken) if not m.phoneme.startswith("_") and m.phoneme]
        if sounding:
            begin = max(begin, spoken[sounding[0]].sample)
            last = sounding[-1] + 1
            if last < len(spoken):
                stop = spoken[last].sample
        letters = [words[i][1] - words[i][0] for i in range(first, after)]
        total = sum(letters)
        at = 0
        for count in letters:
            spans.append(
                (
                    begin + (stop - begin) * at // total,
                    begin + (stop - begin) * (at + count) // total,
                )
            )
            at += count
    return spans


class _Library:
    """One loaded and initialised libespeak-ng; `folder` is its data, else the package's own."""

    def __init__(self, folder: str | None = None) -> None:
        import espeakng_loader  # noqa: PLC0415  (only the recipe's child needs it)

        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data = (folder or espeakng_loader.get_data_path()).encode()
        self.rate_hz: int = self._library.espeak_Initialize(
            SYNCHRONOUS, 200, ctypes.c_char_p(data), PHONEME_EVENTS
        )
        if self.rate_hz <= 0:
            raise SystemExit("espeak-ng did not start")
        self._sound = bytearray()
        self._marks: list[Mark] = []
        self._callback = _Callback(self._receive)
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._sound += ctypes.string_at(samples, 2 * count)
        index = 0
        while events[index].type != END:
            event = events[index]
            if event.type == WORD:
                self._marks.append(Mark(WORD, event.sample, event.text_position - 1, ""))
            elif event.type == PHONEME:
                name = event.id.string.decode("utf-8", "replace")
                self._marks.append(Mark(PHONEME, event.sample, -1, name))
            index += 1
        return 0

    def say(
        self, text: str, voice: str, words_per_minute: int, pitch: int, pitch_range: int
    ) -> tuple[bytes, list[Mark]]:
        """Sound (16-bit mono) and events of `text`; parameters as in speak_lib.h."""
        # A voice flutters by random numbers, which the library would seed by the clock; the same
        # text is to sound the same tomorrow.
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(SEED))
        self._sound.clear()
        self._marks.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {voice}")
        for parameter, value in ((RATE, words_per_minute), (PITCH, pitch), (RANGE, pitch_range)):
            self._library.espeak_SetParameter(parameter, value, 0)
        encoded = text.encode()
        self._library.espeak_Synth(
            encoded, ctypes.c_size_t(len(encoded) + 1), 0, 1, 0, UTF8, None, None
        )
        self._library.espeak_Synchronize()
        return bytes(self._sound), list(self._marks)


def serve(requests: IO[bytes], answers: IO[bytes], folder: str | None = None) -> None:
    """Answer every request: `text`, `words` (spans), `voice`, `wpm`, `pitch`, `range`.

    Where a request has `marks`, so has its answer: kind, sample, position and phoneme of each.
    """
    asked = [json.loads(line) for line in requests]
    library = _Library(folder)
    for request in asked:
        sound, marks = library.say(
            request["text"], request["voice"], request["wpm"], request["pitch"], request["range"]
        )
        samples = len(sound) // 2
        spans = word_spans([(a, b) for a, b in request["words"]], marks, samples)
        head = {"rate_hz": library.rate_hz, "samples": samples, "spans": spans}
        if request.get("marks"):
            head["marks"] = [(m.kind, m.sample, m.position, m.phoneme) for m in marks]
        answers.write(json.dumps(head).encode() + b"\n" + sound)
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1] if len(sys.argv) > 1 else None)
