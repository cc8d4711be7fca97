"""What was said, as the compliance floor sees it.

Owns the plain values `Speaker`, `Word` and `Utterance`.  It knows no audio, no recogniser and no
screen: whoever has a transcript (a live session, a file, an archive) builds these and hands them to
the monitor.  Text is kept exactly as it was recognised or given; every offset in a finding counts
code points of that text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    """Who spoke.  The channel (what was captured) is another matter and stays with the session."""

    AGENT = "agent"
    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word.

    `start_s` and `end_s` are seconds of call time; `confidence` runs from 0 to 1.  `None` is
    unknown: a typed transcript has no times, a partial has no confidences.
    """

    text: str
    start_s: float | None = None
    end_s: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of speech by one speaker, partial (`final=False`) or final.

    `id` is born with the first partial and never changes; `text` and `words` may, until the final.
    `index` counts the call's utterances from 0 in the order in which they became final; a partial
    carries the index it would have if it ended next.
    """

    id: str
    index: int
    speaker: Speaker
    text: str
    words: tuple[Word, ...] = ()
    start_s: float | None = None
    end_s: float | None = None
    final: bool = True
