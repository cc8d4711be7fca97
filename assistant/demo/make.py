"""Makes the demonstration calls anew from their texts: `python -m assistant.demo.make`.

Owns the step from `calls/<language>.yaml` and `calls/<language>.account.json` to the sound, the
reference transcript and the keys that lie beside them.  The same texts give the same samples.  It
is run by whoever changes a text; the product itself only reads what it made.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from assistant.demo.synthesis import Line, Pcm, SpokenWord, synthesise_all
from assistant.demo.telephone import lay_out, telephone
from assistant.demo.texts import CHANNELS, CallText, Turn, load_call_text
from compliance.errors import AssistantError

RATE_HZ = 8000
CALLS = Path(__file__).parent / "calls"
# Line noise after the last word: the far end hangs up, and the last endpoint is heard.
TAIL_S = 1.5


@dataclass(frozen=True, slots=True)
class PlacedTurn:
    """A turn on the call's clock; all times are samples at `RATE_HZ`."""

    turn: Turn
    start: int
    end: int
    words: tuple[SpokenWord, ...]


@dataclass(frozen=True, slots=True)
class MadeCall:
    """A call that has been spoken: both channels, and where every turn lies."""

    text: CallText
    channels: tuple[Pcm, ...]
    turns: tuple[PlacedTurn, ...]


def speak(text: CallText) -> MadeCall:
    """Say a whole call and put it through a telephone line."""
    lines = [Line(turn.text, text.voices[turn.speaker].voice()) for turn in text.turns]
    speeches = synthesise_all(lines, text.language, RATE_HZ)
    placed: list[PlacedTurn] = []
    sounds: list[tuple[int, int, Pcm]] = []
    clock = 0
    for turn, speech in zip(text.turns, speeches, strict=True):
        # What the voice leaves silent at either end is not part of the turn.
        first, last = speech.words[0].start, speech.words[-1].end
        start = max(0, clock + round(turn.pause_s * RATE_HZ))
        shift = start - first
        words = tuple(SpokenWord(w.text, w.start + shift, w.end + shift) for w in speech.words)
        sounds.append((CHANNELS.index(turn.speaker), max(0, shift), speech.pcm[max(0, -shift) :]))
        placed.append(PlacedTurn(turn, start, shift + last, words))
        clock = shift + last
    samples = max(at + len(pcm) for _, at, pcm in sounds)
    samples = max(samples, clock) + round(TAIL_S * RATE_HZ)
    channels = tuple(
        telephone(pcm, RATE_HZ, seed=text.seed + channel)
        for channel, pcm in enumerate(lay_out(sounds, len(CHANNELS), samples))
    )
    return MadeCall(text, channels, tuple(placed))


def transcript_lines(call: MadeCall, account: object) -> list[dict[str, object]]:
    """The reference transcript, in the form that `assistant check` reads."""
    text = call.text
    name = f"demo-{text.language}"
    header: dict[str, object] = {
        "type": "call",
        "call": name,
        "jurisdiction": text.jurisdiction,
        "language": text.language,
        "collector": text.collector,
        "started_at": text.started_at,
        "customer_timezone": text.customer_timezone,
    }
    if text.customer_state:
        header["customer_state"] = text.customer_state
    header |= {"verified": False, "counterparty": "unknown", "account": account}
    if isinstance(account, dict) and "facts" in account:
        header["facts"] = account["facts"]
    return [header] + [
        {
            "type": "utterance",
            "call": name,
            "speaker": placed.turn.speaker,
            "text": placed.turn.text,
            "start_s": _seconds(placed.start),
            "end_s": _seconds(placed.end),
            "words": [
                {"text": word.text, "start_s": _seconds(word.start), "end_s": _seconds(word.end)}
                for word in placed.words
            ],
        }
        for placed in call.turns
    ]


def desk_lines(call: MadeCall) -> list[dict[str, object]]:
    """What the agent's keys do during the call, in order of time."""
    acts = [
        (placed.end + round(key.after_s * RATE_HZ), key)
        for placed in call.turns
        for key in placed.turn.keys
    ]
    return [
        {"at_s": _seconds(at), "act": key.act, "argument": key.argument}
        for at, key in sorted(acts, key=lambda entry: entry[0])
    ]


def make(language: str, folder: Path = CALLS) -> MadeCall:
    """Make one call's files in `folder`, from the text and the account that lie there."""
    call = speak(load_call_text(folder / f"{language}.yaml"))
    account = json.loads((folder / f"{language}.account.json").read_text(encoding="utf-8"))
    soundfile.write(
        folder / f"{language}.flac",
        np.stack(call.channels, axis=1),
        RATE_HZ,
        subtype="PCM_16",
        compression_level=1.0,
    )
    _write_lines(folder / f"{language}.transcript.jsonl", transcript_lines(call, account))
    _write_lines(folder / f"{language}.desk.jsonl", desk_lines(call))
    return call


def _seconds(samples: int) -> float:
    return round(samples / RATE_HZ, 3)


def _write_lines(path: Path, records: Sequence[dict[str, object]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8")


def main(languages: Sequence[str]) -> int:
    """Make the calls named, or all there are texts for."""
    try:
        for language in languages or sorted(path.stem for path in CALLS.glob("*.yaml")):
            call = make(language)
            sys.stderr.write(f"{language}: {len(call.channels[0]) / RATE_HZ:.1f} s\n")
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
