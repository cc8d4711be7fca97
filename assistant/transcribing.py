"""What the command `transcribe` does.

Owns the loop over recordings: a bad one is told and the rest goes on.  JSON Lines come in the form
that `check` reads, a call's header before its utterances.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TextIO

from assistant import jsonlines
from assistant.call_time import clock
from assistant.display_text import display_text
from assistant.interface_text import Interface
from assistant.record.locations import locate
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.corrections import Corrector
from assistant.speech.models import open_model, resolve_model
from assistant.speech.recogniser import SpeechModel
from assistant.speech.recording import Recording
from assistant.speech.transcription import transcribe as utterances_of
from assistant.terms import SPEAKERS
from compliance.errors import AssistantError, BadInput, Fault
from compliance.places import jurisdiction_of
from compliance.transcript import Utterance


def transcribe(
    files: Iterable[Path],
    *,
    language: str | None,
    model: str | None,
    channels: str | None,
    jsonl: bool,
    as_heard: bool,
    data_dir: Path | None,
) -> None:
    """Write the transcript of every recording to standard output.

    What is known to be misheard is put right as in a call, unless it is wanted `as_heard`.

    Raises:
        BadInput: some recordings could not be read; the others were written.
    """
    language = language or "en-US"
    folder = locate(data_dir, os.environ).data_dir
    choice = resolve_model(model, language, data_dir=folder)
    if choice.notice:
        sys.stderr.write(choice.notice + "\n")
    corrector = Corrector() if as_heard else corrector_for(load_files(folder), language, None)
    opened = open_model(choice.folder)
    writer: _Writer = (_JsonWriter if jsonl else _PlainWriter)(sys.stdout, language)
    faults: list[Fault] = []
    for path in files:
        try:
            _transcribe(path, opened, channels, corrector, writer)
        except BadInput as error:
            sys.stderr.write(f"assistant: {error}\n")
            faults += error.faults
    if faults:
        raise AssistantError(f"{len(faults)} of the recordings could not be read")


def _transcribe(
    path: Path, model: SpeechModel, channels: str | None, corrector: Corrector, writer: _Writer
) -> None:
    with Recording(path, rate_hz=model.rate_hz, channels=channels) as recording:
        writer.begin(path)
        for utterance in utterances_of(recording, model, corrector):
            writer.write(utterance)
        if recording.lost_samples:
            lost_s = recording.lost_samples / recording.rate_hz
            sys.stderr.write(f"{path}: ends early, {lost_s:.1f} s were not there\n")


class _Writer(Protocol):
    """Writes utterances of one recording after the other."""

    def begin(self, path: Path) -> None: ...

    def write(self, utterance: Utterance) -> None: ...


class _JsonWriter:
    def __init__(self, stream: TextIO, language: str) -> None:
        self._stream = stream
        self._language = language
        self._calls: dict[str, int] = {}
        self._call = ""

    def begin(self, path: Path) -> None:
        seen = self._calls[path.stem] = self._calls.get(path.stem, 0) + 1
        self._call = path.stem if seen == 1 else f"{path.stem}-{seen}"
        self._put(
            {
                "type": "call",
                "call": self._call,
                "jurisdiction": jurisdiction_of(self._language),
                "language": self._language,
            }
        )

    def write(self, utterance: Utterance) -> None:
        self._put(
            {
                "type": "utterance",
                "call": self._call,
                "id": utterance.id,
                "index": utterance.index,
                "speaker": utterance.speaker.value,
                "text": utterance.text,
                "start_s": utterance.start_s,
                "end_s": utterance.end_s,
                "words": [jsonlines.word_record(word) for word in utterance.words],
            }
        )

    def _put(self, record: jsonlines.Record) -> None:
        self._stream.write(jsonlines.line(record) + "\n")
        self._stream.flush()


class _PlainWriter:
    def __init__(self, stream: TextIO, language: str) -> None:
        self._stream = stream
        self._language = language
        self._interface = Interface(language)
        self._begun = 0

    def begin(self, path: Path) -> None:
        self._stream.write(f"{'' if not self._begun else chr(10)}{path.name}\n")
        self._begun += 1

    def write(self, utterance: Utterance) -> None:
        speaker = self._interface.text(SPEAKERS[utterance.speaker])
        text = display_text(utterance.text, self._language).text
        self._stream.write(f"{clock(utterance.start_s or 0.0)}  {speaker}: {text}\n")
        self._stream.flush()
