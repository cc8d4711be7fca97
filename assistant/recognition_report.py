"""What `assistant models report` does: error rates on a bank's own calls.

Owns the pairing of recordings with hand-corrected transcripts, the measurement, and the report.
The report is a file of corrections: every figure is a comment, and below stand the corrections that
the calls speak for, so that it can be looked through and put into the folder `corrections`.  It
holds what was said, because that is what was asked for; it goes to standard output and nowhere
else.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from assistant.record.locations import locate
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.corrections import Corrector
from assistant.speech.error_rates import Proposal, Tally, compare, proposals, units_of
from assistant.speech.models import MODEL_LANGUAGES, open_model, resolve_model
from assistant.speech.recogniser import FinalHypothesis, SpeechModel
from assistant.speech.recording import Recording
from compliance.errors import AssistantError, BadInput, Fault
from compliance.transcript import Speaker

MOST_CONFUSIONS = 30
SOUNDS = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".aiff", ".aif", ".au", ".w64"})


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance of a hand-corrected transcript."""

    speaker: Speaker
    text: str


def report(
    audio: Path,
    reference: Path,
    *,
    language: str | None,
    model: str | None,
    channels: str | None,
    corrected: bool,
    data_dir: Path | None,
) -> None:
    """Measure and write the report to standard output.

    Args:
        audio: a recording, or a folder of recordings.
        reference: its transcript in the form of `check`, or a folder of transcripts with the names
            of the recordings.
        corrected: whether the corrections in force apply first; without, the model alone is
            measured.

    Raises:
        AssistantError: nothing to compare, or a model is missing.
        BadInput: a recording or a transcript cannot be read.
    """
    language = language or "en-US"
    locations = locate(data_dir, os.environ)
    choice = resolve_model(model, language, data_dir=locations.data_dir)
    if choice.notice:
        sys.stderr.write(choice.notice + "\n")
    units = MODEL_LANGUAGES.get(language, language[:2])
    corrector = (
        corrector_for(load_files(locations.data_dir), language, None) if corrected else Corrector()
    )
    begun_s = time.monotonic()
    opened = open_model(choice.folder)
    opening_s = time.monotonic() - begun_s
    tally = Tally()
    sound_s = recognising_s = 0.0
    pairs = list(pair(audio, reference))
    for recording, transcript in pairs:
        begun_s = time.monotonic()
        heard, duration_s = recognise(recording, opened, channels, corrector)
        recognising_s += time.monotonic() - begun_s
        sound_s += duration_s
        add(tally, read_said(transcript, recording.stem), heard, units)
    factor = recognising_s / max(sound_s, 0.001)
    head = [
        f"Speech model {choice.folder.name}: opened in {opening_s:.1f} s",
        f"Calls: {len(pairs)}, {sound_s / 60:.1f} minutes; {factor:.3f} s of work a second",
    ]
    write_report(sys.stdout, head, tally, units)


def pair(audio: Path, reference: Path) -> Iterator[tuple[Path, Path]]:
    """Each recording with its transcript.

    Raises:
        AssistantError: a recording has no transcript, or there is none at all.
    """
    if not audio.is_dir():
        yield audio, reference / f"{audio.stem}.jsonl" if reference.is_dir() else reference
        return
    recordings = [path for path in sorted(audio.iterdir()) if path.suffix.lower() in SOUNDS]
    if not recordings:
        raise AssistantError(f"There is no recording in {audio}", "Give a folder of recordings")
    for recording in recordings:
        transcript = reference / f"{recording.stem}.jsonl" if reference.is_dir() else reference
        if not transcript.exists():
            raise AssistantError(
                f"{recording} has no transcript {transcript}",
                "Make one with `assistant transcribe --jsonl` and correct it by hand",
            )
        yield recording, transcript


def read_said(path: Path, call: str) -> list[Said]:
    """The utterances of a transcript; of several calls those of `call`.

    Raises:
        BadInput: lines cannot be read, or the transcript holds several calls and none is `call`.
    """
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        fault = Fault(path, 0, 0, "cannot be read as UTF-8 text")
        raise BadInput("The transcript cannot be used", (fault,)) from None
    calls: dict[str, list[Said]] = {}
    faults = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            if record["type"] == "utterance":
                said = Said(Speaker(record["speaker"]), str(record["text"]))
                calls.setdefault(str(record["call"]), []).append(said)
        except (ValueError, KeyError, TypeError):
            faults.append(Fault(path, number, 1, "is no line of a transcript"))
    if faults:
        raise BadInput("The transcript cannot be used", tuple(faults), "See `assistant check`")
    if len(calls) > 1 and call not in calls:
        fault = Fault(path, 0, 0, f"holds {len(calls)} calls and none of them is {call}")
        raise BadInput("The transcript cannot be used", (fault,), "Name the call as the recording")
    if not calls:
        raise BadInput("The transcript cannot be used", (Fault(path, 0, 0, "holds no utterance"),))
    return calls[call] if call in calls else next(iter(calls.values()))


def recognise(
    path: Path, model: SpeechModel, channels: str | None, corrector: Corrector
) -> tuple[list[Said], float]:
    """What the model hears in a recording, utterance by utterance, and its length in seconds."""
    heard: list[Said] = []
    samples = 0
    with Recording(path, rate_hz=model.rate_hz, channels=channels) as recording:
        speakers = [channel.speaker for channel in recording.channels]
        recognisers = [model.recogniser(channel.rate_hz) for channel in recording.channels]
        finals = []
        for chunk in recording:
            samples = max(samples, chunk.start_sample + chunk.samples)
            finals += [
                (chunk.channel, each) for each in recognisers[chunk.channel].accept(chunk.pcm)
            ]
        for channel, recogniser in enumerate(recognisers):
            finals += [(channel, each) for each in recogniser.finish()]
        for channel, hypothesis in finals:
            mended = corrector.correct(speakers[channel], hypothesis)
            if isinstance(mended, FinalHypothesis):
                heard.append(Said(speakers[channel], mended.text))
    return heard, samples / model.rate_hz


def add(tally: Tally, said: list[Said], heard: list[Said], units: str) -> None:
    """Compare one call, speaker by speaker; a channel of unknown speakers holds everybody's."""
    speakers = {each.speaker for each in heard} | {each.speaker for each in said}
    if {each.speaker for each in heard} == {Speaker.UNKNOWN}:
        speakers = {Speaker.UNKNOWN}
        said = [Said(Speaker.UNKNOWN, each.text) for each in said]
    for speaker in sorted(speakers):
        tally.add(speaker, compare(_units(said, speaker, units), _units(heard, speaker, units)))


def _units(utterances: Iterable[Said], speaker: Speaker, units: str) -> list[str]:
    texts = (each.text for each in utterances if each.speaker is speaker)
    return [unit for text in texts for unit in units_of(text, units)]


def write_report(stream: TextIO, head: list[str], tally: Tally, units: str) -> None:
    """Write figures as comments and proposals as a file of corrections."""
    measure, joint = ("CER", "") if units == "zh" else ("WER", " ")
    lines = list(head)
    lines += ["", f"{'':12}{'said':>8}{measure:>9}{'wrong':>8}{'added':>8}{'missed':>8}"]
    for speaker, rates in sorted(tally.rates.items()):
        rate = "–" if rates.rate is None else f"{100 * rates.rate:.1f} %"
        lines.append(
            f"{speaker.value:12}{rates.units:>8}{rate:>9}"
            f"{rates.substituted:>8}{rates.inserted:>8}{rates.deleted:>8}"
        )
    lines += ["", "Most frequent confusions: times, heard ⇒ said (∅ is nothing)"]
    lines += [
        f"{times:>6}  {joint.join(heard) or '∅'} ⇒ {joint.join(said) or '∅'}"
        for said, heard, times in tally.frequent(MOST_CONFUSIONS)
    ]
    offered = proposals(tally.comparisons, characters=units == "zh")
    mended = sum(each.times for each in offered)
    lines += [
        "",
        f"Corrections that would have mended {mended} of them and spoiled nothing in these calls.",
        "Look through them, measure them on other calls, and keep what is true in a file of the",
        "folder `corrections` below the data folder.",
    ]
    stream.writelines(f"# {line}".rstrip() + "\n" for line in lines)
    stream.write(f"language: {units}\n")
    stream.write("corrections:\n" if offered else "corrections: []\n")
    for proposal in offered:
        stream.writelines(_entry(proposal, joint))


def _entry(proposal: Proposal, joint: str) -> Iterator[str]:
    correction = proposal.correction
    yield f"  - heard: {_quoted(joint.join(correction.heard))}  # {proposal.times} times\n"
    yield f"    said: {_quoted(' '.join(correction.said))}\n"
    for name in ("preceded_by", "followed_by"):
        if around := getattr(correction, name):
            yield f"    {name}: [{', '.join(_quoted(joint.join(each)) for each in around)}]\n"


def _quoted(text: str) -> str:
    """Text as YAML: JSON's quotes are YAML's."""
    return json.dumps(text, ensure_ascii=False)
