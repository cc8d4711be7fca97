"""Hears one recording after the other, in a process of its own.

Owns what such a process does: it opens its models once, runs each recording through the pipeline
as `replay` does, as fast as it can, and hands the events back as stored lines.  It keeps nothing:
one process writes the store.  A native abort ends this process and costs one recording.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from assistant.event_codec import EventCodec
from assistant.events import CallStarted, Envelope, Source
from assistant.guidance import Guidance, load_guidance
from assistant.importing.recording_list import About
from assistant.importing.telling import started
from assistant.pacing import Pacer
from assistant.pipeline import CallRun
from assistant.rules_in_force import RulesInForce
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.models import ModelChoice, open_model, resolve_model
from assistant.speech.recogniser import SpeechModel
from assistant.speech.recording import Chunk, Recording
from compliance.context import Collector
from compliance.errors import AssistantError, BadInput, place_of


@dataclass(frozen=True, slots=True)
class Hear:
    """One recording to hear: which call it becomes, and what is known of it."""

    call: str
    path: Path
    digest: str
    about: About
    now: datetime
    zone_here: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of it: lines of the call's events, or what went wrong; `rate_hz` of the sound."""

    call: str
    lines: tuple[bytes, ...] = ()
    rate_hz: int = 0
    wrong: str = ""
    notice: str = ""


class Ears:
    """Hears recordings; models and rules are opened once.

    Args:
        model: the model's name or path as given; `None` is the best for each language.
        data_dir: the program's data folder.
        rules: those in force.
        alive: asked now and then; once it says no, nobody waits for the result.
    """

    def __init__(
        self,
        model: str | None,
        data_dir: Path,
        rules: RulesInForce,
        alive: Callable[[], bool] = lambda: True,
    ) -> None:
        self._model = model
        self._data_dir = data_dir
        self._rules = rules
        self._alive = alive
        self._codec = EventCodec()
        self._models: dict[Path, SpeechModel] = {}
        self._guidances: dict[tuple[str, str, Collector | None], Guidance] = {}

    def hear(self, job: Hear) -> Heard:
        """One recording; what is wrong with it is told in the result."""
        try:
            return self._hear(job)
        except BadInput as error:
            faults = "; ".join(fault.message for fault in error.faults)
            remedy = f". {error.remedy}" if error.remedy else ""
            return Heard(job.call, wrong=f"{faults or error.what}{remedy}")
        except AssistantError as error:
            return Heard(job.call, wrong=str(error))
        except Exception as error:  # noqa: BLE001 - one recording; always reported
            return Heard(job.call, wrong=f"failed ({type(error).__name__} in {place_of(error)})")

    def _hear(self, job: Hear) -> Heard:
        about = job.about
        language, jurisdiction = about.language or "", about.jurisdiction or ""
        choice = resolve_model(self._model, language, data_dir=self._data_dir)
        guidance = self._guidance(jurisdiction, language, about.collector)
        kept = _Kept(self._alive)
        source = Recording(job.path, rate_hz=choice.folder.rate_hz, channels=about.channels)
        notices: list[str] = []
        with source:
            run = CallRun(
                session=guidance.session(),
                call=job.call,
                begin=lambda: _begun(job, choice, guidance),
                source=source,
                load=lambda: self._opened(choice),
                pacer=Pacer(None, time.monotonic),
                deliver=lambda _delivery: None,
                clock=time.monotonic,
                keeper=kept,
                notice=lambda line: notices.append(str(line)),
                correct=corrector_for(load_files(self._data_dir), language, None).correct,
            )
            run.run()
            lost_s = source.lost_samples / source.rate_hz
        if lost_s > _MOST_LOST_S or not kept.envelopes:
            raise AssistantError(
                f"the file ends early or is damaged: {lost_s:.1f} s of it cannot be read",
                "Copy it again from where it was recorded.",
            )
        lines = tuple(map(self._codec.encode, kept.envelopes))
        return Heard(job.call, lines, source.rate_hz, notice=choice.notice or " ".join(notices))

    def _opened(self, choice: ModelChoice) -> SpeechModel:
        path = choice.folder.path
        if path not in self._models:
            self._models[path] = open_model(choice.folder)
        return self._models[path]

    def _guidance(self, jurisdiction: str, language: str, collector: Collector | None) -> Guidance:
        key = (jurisdiction, language, collector)
        if key not in self._guidances:
            self._guidances[key] = load_guidance(*key, self._rules)
        return self._guidances[key]


# A header may promise a little more than there is; a minute of it missing is another recording.
_MOST_LOST_S = 1.0


def _begun(job: Hear, choice: ModelChoice, guidance: Guidance) -> CallStarted:
    return started(
        job.about,
        Source.RECORDING,
        job.digest,
        guidance=guidance,
        now=job.now,
        zone_here=job.zone_here,
        model=choice.folder,
    )


class _Kept:
    """Takes a call's events as a keeper does, and keeps them in memory."""

    def __init__(self, alive: Callable[[], bool]) -> None:
        self.envelopes: list[Envelope] = []
        self._alive = alive

    def append(self, envelopes: Sequence[Envelope]) -> None:
        if not self._alive():
            os._exit(1)
        self.envelopes.extend(envelopes)

    def append_audio(self, chunk: Chunk) -> None:
        """Sound is read again by whoever keeps the call."""

    def close(self) -> None: ...


def serve(line: Connection, model: str | None, data_dir: Path, rules: RulesInForce) -> None:
    """What the process does: hear whatever comes over the line until the other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this decides when it ends
    with suppress(ImportError):  # not on Windows
        import resource  # noqa: PLC0415

        # A memory image would hold what was said.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    parent = os.getppid()
    ears = Ears(model, data_dir, rules, lambda: os.getppid() == parent)
    with suppress(EOFError, OSError):
        while True:
            line.send(ears.hear(line.recv()))
