"""Opens a model folder and decodes half a second with it, in a process of its own.

Run as a program by `models`: `python probe.py FOLDER RATE_HZ`.  A folder that makes the native code
abort ends this process and not the call.  It imports Vosk and nothing of ours, and must not be
imported by anything.
"""

from __future__ import annotations

import json
import math
import struct
import sys

EXIT_USABLE = 0
EXIT_REFUSED = 4
MOST_MEMORY_BYTES = 16 * 2**30  # a damaged size field must not take the machine with it
SILENCE_S, TONE_S, TONE_HZ, TONE_AMPLITUDE = 0.3, 0.3, 440.0, 8_000.0


def _limit() -> None:
    try:
        import resource  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MOST_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MOST_MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _sound(rate_hz: int) -> bytes:
    silence = [0] * round(SILENCE_S * rate_hz)
    tone = [
        round(TONE_AMPLITUDE * math.sin(2 * math.pi * TONE_HZ * sample / rate_hz))
        for sample in range(round(TONE_S * rate_hz))
    ]
    return struct.pack(f"<{len(silence) + len(tone)}h", *silence, *tone)


def _probe(folder: str, rate_hz: int) -> int:
    import vosk  # noqa: PLC0415  (after the limits)

    vosk.SetLogLevel(-1)
    try:
        recogniser = vosk.KaldiRecognizer(vosk.Model(model_path=folder), float(rate_hz))
        recogniser.SetWords(True)
        recogniser.AcceptWaveform(_sound(rate_hz))
        recogniser.PartialResult()
        json.loads(recogniser.FinalResult())
    except Exception:  # noqa: BLE001  (Vosk raises the bare class; the answer is the exit status)
        return EXIT_REFUSED
    return EXIT_USABLE


if __name__ == "__main__":
    _limit()
    sys.exit(_probe(sys.argv[1], int(sys.argv[2])))
