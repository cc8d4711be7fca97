"""Reads WebVTT: cues with times, and who speaks in voice tags (`<v Agent>`).

Owns the format as far as a transcript has it (https://www.w3.org/TR/webvtt1/): hours may be left
out, cue settings, styles, regions and notes are passed over, tags go and entities become signs.  A
sentence that was cut into several cues for the eye is put together again, because rules judge
sentences.  What is malformed is a fault with its line, never guessed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.events import Source
from assistant.importing import written
from assistant.importing.written import Turn, Written, refused
from compliance.errors import BadInput, Fault
from compliance.transcript import Speaker

_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING = re.compile(rf"{_TIME}[ \t]+-->[ \t]+{_TIME}(?:[ \t]+.*)?")
_HEAD = re.compile(r"WEBVTT(?:[ \t].*)?")
_BESIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t].*)?")
# No repetition in a tag can take what the next one, or the next tag, would: else a tag that is
# never closed would cost the square of its length.
_VOICE = re.compile(r"<v(?:\.[^\t <>]*)?(?:[ \t]([^<>]*))?>|</v>")
_TAG = re.compile(
    r"</?(?:c|i|b|u|ruby|rt|lang)(?:\.[^\t <>]*)?(?:[ \t][^<>]*)?>"
    r"|<(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3}>"
)
_ENDS = (".", "?", "!", "。", "？", "！", "…")
_ONE_SENTENCE_S = 0.7  # a pause in which nobody has finished speaking
_LONGEST_SENTENCE_S = 30.0
_MOST_FAULTS = 20
_EXPORT = "Export it again, or mend the lines that are named."


@dataclass(frozen=True, slots=True)
class _Cue:
    """A cue: its text lines, seconds, and the line of the file in which its times stand."""

    line: int
    start_s: float
    end_s: float
    text: str


def read_webvtt(content: bytes, path: Path | str, *, agent_voice: str) -> Written:
    """The transcript in a WebVTT file.

    Args:
        content: the file.
        path: names it in faults.
        agent_voice: the name in the voice tags of what the agent says.  One other voice is the
            customer's; who several others are, nobody can say.

    Raises:
        BadInput: it is none, breaks a bound, or nobody in it has the agent's voice.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise refused(path, "this is not UTF-8", _EXPORT, line=line) from None
    faults: list[Fault] = []
    spoken: list[tuple[str, Turn]] = []
    for cue in _cues(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), path, faults):
        try:
            spoken += _voices(cue)
        except ValueError as error:
            faults.append(Fault(path, cue.line, 1, f"the cue {error}"))
        if len(spoken) > written.MOST_TURNS:
            raise refused(path, f"has more than {written.MOST_TURNS} cues")
    if faults:
        raise BadInput(f"{path} has faults", tuple(faults[:_MOST_FAULTS]), _EXPORT)
    if not spoken:
        raise refused(path, "nothing is said in it", "Leave it out.")
    speakers = _speakers([voice for voice, _turn in spoken], agent_voice, path)
    turns = [replace(turn, speaker=speakers[voice]) for voice, turn in spoken]
    turns.sort(key=lambda turn: turn.start_s or 0.0)
    return Written(
        source=Source.WEBVTT,
        digest=written.digest_of(content),
        turns=tuple(_sentences(turns)),
        speakers=tuple(dict.fromkeys(speakers.values())),
    )


def _cues(lines: list[str], path: Path | str, faults: list[Fault]) -> Iterator[_Cue]:
    if not _HEAD.fullmatch(lines[0]):
        raise refused(path, "does not begin with WEBVTT", "Name WebVTT files alone.", line=1)
    for first, block in _blocks(lines):
        if first == 1 or (_BESIDE.fullmatch(block[0]) and "-->" not in block[0]):
            if any("-->" in line for line in block[1:]):
                faults.append(Fault(path, first, 1, "an empty line is missing before a cue"))
            continue
        at = 0 if "-->" in block[0] else 1
        if at >= len(block) or "-->" not in block[at]:
            faults.append(Fault(path, first, 1, "this is neither a cue nor a note"))
            continue
        line = first + at
        timing = _TIMING.fullmatch(block[at].strip())
        if timing is None:
            expected = "expected 00:01.000 --> 00:02.500, hours before them if need be"
            faults.append(Fault(path, line, 1, f"these are no times: {expected}"))
            continue
        if any("-->" in text for text in block[at + 1 :]):
            faults.append(Fault(path, line, 1, "an empty line is missing after the cue"))
            continue
        start_s, end_s = _seconds(*timing.groups()[:4]), _seconds(*timing.groups()[4:])
        wrong = written.wrong_times(start_s, end_s, None)
        if wrong:
            faults.append(Fault(path, line, 1, f"the cue {wrong}"))
            continue
        yield _Cue(line, start_s, end_s, "\n".join(block[at + 1 :]))


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines up to the next empty one, with the number of the first, from 1."""
    block: list[str] = []
    for number, line in enumerate((*lines, ""), start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _seconds(hours: str | None, minutes: str, seconds: str, millis: str) -> float:
    # Nobody's call has so many hours; a number of thousands of figures would take its time.
    whole = int(hours) if hours and len(hours) < 6 else 10**6 if hours else 0
    return whole * 3600 + int(minutes) * 60 + int(seconds) + int(millis) / 1000


def _voices(cue: _Cue) -> Iterator[tuple[str, Turn]]:
    """What each voice says in a cue, without tags; the voice as it stands in the tag.

    Raises:
        ValueError: a text holds what no text may, or is too long with its tags already.
    """
    if len(cue.text) > written.LONGEST_TEXT:
        raise ValueError("is too long")
    voice, at = "", 0
    for match in (*_VOICE.finditer(cue.text), None):
        end = match.start() if match is not None else len(cue.text)
        text = written.said(_signs(_TAG.sub("", cue.text[at:end])))
        if text:
            yield voice, Turn(Speaker.UNKNOWN, text, cue.start_s, cue.end_s)
        if match is not None:
            voice = " ".join(written.said(_signs(match[1] or "")).split()).casefold()
            at = match.end()


def _signs(text: str) -> str:
    """A text with signs for its entities.

    Raises:
        ValueError: one is written by a number of thousands of figures.
    """
    try:
        return html.unescape(text)
    except ValueError:
        raise ValueError("holds an entity that is none") from None


def _speakers(voices: list[str], agent_voice: str, path: Path | str) -> dict[str, Speaker]:
    agent = " ".join(agent_voice.split()).casefold()
    others = list(dict.fromkeys(voice for voice in voices if voice and voice != agent))
    if agent not in voices:
        raise refused(
            path,
            f"none of its {len(others) or 'cues without'} voices is the agent's",
            "Name the agent's as it stands in the voice tags: --agent-voice NAME",
        )
    other = Speaker.CUSTOMER if len(others) == 1 else Speaker.UNKNOWN
    return {**dict.fromkeys(others, other), agent: Speaker.AGENT, "": Speaker.UNKNOWN}


def _sentences(turns: list[Turn]) -> Iterator[Turn]:
    """Turns, with those that go on in the next cue put together."""
    current: Turn | None = None
    for turn in turns:
        if current is None:
            current = turn
        elif _goes_on(current, turn):
            current = replace(current, text=_joined(current.text, turn.text), end_s=turn.end_s)
        else:
            yield current
            current = turn
    if current is not None:
        yield current


def _goes_on(turn: Turn, after: Turn) -> bool:
    assert turn.start_s is not None
    assert turn.end_s is not None
    assert after.start_s is not None
    assert after.end_s is not None
    return (
        turn.speaker is after.speaker
        and len(turn.text) + len(after.text) < written.LONGEST_TEXT
        and not turn.text.endswith(_ENDS)
        and after.start_s >= turn.start_s
        and -_ONE_SENTENCE_S <= after.start_s - turn.end_s <= _ONE_SENTENCE_S
        and after.end_s >= turn.end_s
        and after.end_s - turn.start_s <= _LONGEST_SENTENCE_S
    )


def _joined(text: str, more: str) -> str:
    """Two parts of a sentence; between Chinese characters there is no blank."""
    return f"{text} {more}" if text[-1].isascii() or more[0].isascii() else text + more
