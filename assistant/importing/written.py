"""A transcript made elsewhere, as every format of it becomes one, and what no format may hold.

Owns the bounds of size, length and time, and what a text may be made of.  A fault names its place
and never the words.  It knows no format and reads a file only as bytes.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.events import Source
from compliance.context import CallHeader
from compliance.errors import BadInput, Fault
from compliance.transcript import Speaker, Word

MOST_BYTES = 64_000_000
"""Of one file: a call of twelve hours has some five."""
MOST_TURNS = 50_000
LONGEST_S = 24 * 3600.0
"""Of a call; what lies beyond is a mistake of whoever wrote the file."""
LONGEST_TEXT = 20_000
"""Code points of what one person says in one go."""
BEYOND_S = 1.0
"""How far a time may lie beyond the end that the file itself names: it rounds."""

_BLANKS = dict.fromkeys(map(ord, "\t\n\r\f\v\u0085\u2028\u2029"), " ")


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody said in one go; times are seconds of the call, `None` where nobody knows."""

    speaker: Speaker
    text: str
    start_s: float | None = None
    end_s: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """One call's transcript: its turns in the order in which they began.

    `speakers` are those who were on the line whether or not they spoke.  `header` is what the file
    knows of the call; where it knows little, `language` and `started_at` (with an offset) may say
    something.
    """

    source: Source
    digest: str
    turns: tuple[Turn, ...]
    speakers: tuple[Speaker, ...] = ()
    duration_s: float | None = None
    language: str | None = None
    started_at: datetime | None = None
    header: CallHeader | None = None


def read_bounded(path: Path, most: int = MOST_BYTES) -> bytes:
    """A file's bytes.

    Raises:
        BadInput: it cannot be read, is no ordinary file, is empty, or larger than `most`.
    """
    try:
        if not path.is_file():
            # A pipe or a device would make whoever reads it wait for ever.
            raise refused(path, "is not there" if not path.exists() else "is no ordinary file")
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise refused(path, error.strerror or "cannot be read") from None
    except ValueError:
        raise refused(path, "has a name that no file can have") from None
    if len(content) > most:
        raise refused(path, f"is larger than {most // 1_000_000} MB", "Split it, call by call.")
    if not content.strip():
        raise refused(path, "is empty", "Export it again.")
    return content


def digest_of(content: bytes) -> str:
    """What a file is known by."""
    return hashlib.sha256(content).hexdigest()


def said(text: str) -> str:
    """A text as it can have been said: in one line, without signs that nobody sees.

    Marks that turn the direction of writing, and what joins or parts letters unseen, were not said
    and could hide words from the rules; they go.

    Raises:
        ValueError: it holds control characters or half characters, or is too long.
    """
    if len(text) > LONGEST_TEXT:
        raise ValueError("is too long")
    plain = text.translate(_BLANKS)
    kinds = {unicodedata.category(sign) for sign in plain}
    if kinds & {"Cc", "Cs"}:
        raise ValueError("holds control characters or half characters")
    if "Cf" in kinds:
        plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")
    return " ".join(plain.split())


def wrong_times(start_s: float, end_s: float, duration_s: float | None) -> str:
    """What is wrong with the times of a turn; empty where nothing is."""
    if start_s < 0:
        return "begins before the call"
    if end_s < start_s:
        return "ends before it begins"
    if end_s > LONGEST_S:
        return "lies beyond any call"
    if duration_s is not None and end_s > duration_s + BEYOND_S:
        return "lies beyond the end of the call"
    return ""


def refused(path: Path | str, message: str, remedy: str = "", *, line: int = 0) -> BadInput:
    """A transcript that cannot be taken in, for one reason."""
    return BadInput(f"{path} was not read", (Fault(path, line, 1 if line else 0, message),), remedy)
