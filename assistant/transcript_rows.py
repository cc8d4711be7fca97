"""The rows of a transcript as shown: utterances with their flagged stretches, gaps, marked moments.

Owns their order and their life: a row is born with the first partial, keeps its place, and leaves
only when it turns out to be no speech.  Rows are values that are replaced when something about them
changes, so that whoever draws them sees at once which are new.  It knows no wording and no screen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.events import (
    CustomerDid,
    FindingChanged,
    GapHeard,
    Transferred,
    UtteranceFinal,
    UtterancePartial,
)
from assistant.flag_budget import cannot_wait
from assistant.gap_joining import NEXT_S
from compliance.findings import Finding, Status, Verdict
from compliance.transcript import Speaker, Word


@dataclass(frozen=True, slots=True)
class Mark:
    """A flagged stretch of an utterance; `start` and `end` are code points of its text as given."""

    finding: Finding
    quote: str
    start: int
    end: int
    standing: bool


@dataclass(frozen=True, slots=True)
class UtteranceRow:
    """One utterance of the transcript; times are seconds of call time."""

    id: str
    speaker: Speaker
    text: str
    start_s: float
    end_s: float
    final: bool
    marks: tuple[Mark, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class GapRow:
    """Sound that was never heard."""

    id: str
    channel: str
    start_s: float
    duration_s: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DoingRow:
    """What the customer did, told by a key; `doing` as in `CustomerDid`."""

    id: str
    doing: str
    start_s: float


@dataclass(frozen=True, slots=True)
class TransferRow:
    """The call changed hands; `to` as in `Transferred`."""

    id: str
    to: str
    start_s: float


@dataclass(frozen=True, slots=True)
class MomentRow:
    """A moment the agent marked."""

    id: str
    start_s: float


_OF_ALL_CHANNELS = frozenset({"paused", "refused", "before_notice", "suspended"})
"""Gaps made on purpose, or a computer asleep: each channel tells them, and they are one row."""

_LOOK_BACK = 24  # rows: a gap's first piece is not further away than the talk of the other side

Row = UtteranceRow | GapRow | DoingRow | TransferRow | MomentRow


class TranscriptRows:
    """The rows of one call, in the order in which they were first heard."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._place: dict[str, int] = {}
        self._found: dict[str, dict[str, FindingChanged]] = {}
        self._standing: set[str] = set()

    def hear(self, event: UtterancePartial | UtteranceFinal) -> bool:
        """An utterance grew or was settled; returns whether a row changed.

        A partial that comes after the final is late news of what is already settled.
        """
        final = isinstance(event, UtteranceFinal)
        place = self._place.get(event.id)
        if place is not None and not final:
            row = self.rows[place]
            if isinstance(row, UtteranceRow) and row.final:
                return False
        fresh = UtteranceRow(
            event.id,
            event.speaker,
            event.text,
            event.start_s,
            event.end_s,
            final,
            marks=self._marks(event.id, event.text),
            words=event.words,
        )
        if place is None:
            self._add(fresh)
        else:
            self.rows[place] = fresh
        return True

    def drop(self, utterance_id: str) -> bool:
        """A partial turned out to be no speech; returns whether there was one."""
        place = self._place.pop(utterance_id, None)
        if place is None:
            return False
        del self.rows[place]
        for later in range(place, len(self.rows)):
            self._place[self.rows[later].id] = later
        return True

    def lose(self, event: GapHeard) -> None:
        """Sound was lost; a long gap is told in pieces, which are one row."""
        both = event.reason in _OF_ALL_CHANNELS
        if self._goes_on(event, both=both):
            return
        row_id = f"gap:{event.reason if both else event.channel}:{event.start_s}"
        if row_id not in self._place:
            self._add(GapRow(row_id, event.channel, event.start_s, event.duration_s, event.reason))

    def _goes_on(self, event: GapHeard, *, both: bool) -> bool:
        """Make the gap that ended where this one begins the longer, if there is one."""
        for place in range(len(self.rows) - 1, max(-1, len(self.rows) - _LOOK_BACK), -1):
            row = self.rows[place]
            if not isinstance(row, GapRow) or row.reason != event.reason:
                continue
            end_s = row.start_s + row.duration_s
            if (both or row.channel == event.channel) and abs(end_s - event.start_s) < NEXT_S:
                self.rows[place] = replace(row, duration_s=end_s - row.start_s + event.duration_s)
                return True
        return False

    def do(self, event: CustomerDid) -> None:
        """The customer did something that only a key tells."""
        row_id = f"doing:{event.doing}:{event.call_s}"
        if row_id not in self._place:
            self._add(DoingRow(row_id, event.doing, event.call_s))

    def pass_on(self, event: Transferred) -> None:
        """The call was given away, or came to this desk."""
        row_id = f"transfer:{event.to}:{event.call_s}"
        if row_id not in self._place:
            self._add(TransferRow(row_id, event.to, event.call_s))

    def remember(self, call_s: float) -> None:
        """The agent marked a moment."""
        row_id = f"moment:{call_s}"
        if row_id not in self._place:
            self._add(MomentRow(row_id, call_s))

    def find(self, event: FindingChanged) -> bool:
        """A finding was born, changed or withdrawn; returns whether a row changed.

        A finding may come before its utterance; it waits for it.
        """
        finding = event.finding
        if finding.utterance_id is None:
            return False
        of_utterance = self._found.setdefault(finding.utterance_id, {})
        if finding.status is Status.WITHDRAWN:
            of_utterance.pop(finding.id, None)
            self._standing.discard(finding.id)
        else:
            of_utterance[finding.id] = event
        return self._mark_again(finding.utterance_id)

    def stand(self, finding: Finding) -> bool:
        """A provisional finding has stood; returns whether a row changed."""
        if finding.utterance_id is None:
            return False
        self._standing.add(finding.id)
        return self._mark_again(finding.utterance_id)

    def _add(self, row: Row) -> None:
        self._place[row.id] = len(self.rows)
        self.rows.append(row)

    def _mark_again(self, utterance_id: str) -> bool:
        place = self._place.get(utterance_id)
        if place is None:
            return False
        row = self.rows[place]
        if not isinstance(row, UtteranceRow):
            return False
        marks = self._marks(row.id, row.text)
        if marks == row.marks:
            return False
        self.rows[place] = replace(row, marks=marks)
        return True

    def _marks(self, utterance_id: str, text: str) -> tuple[Mark, ...]:
        marks = []
        for event in self._found.get(utterance_id, {}).values():
            finding = event.finding
            if not may_be_marked(finding):
                continue
            start, end = _where(finding, event.quote, text)
            standing = finding.status is Status.CONFIRMED or finding.id in self._standing
            marks.append(Mark(finding, event.quote, start, end, standing))
        return tuple(sorted(marks, key=lambda mark: (mark.start, mark.end)))


def may_be_marked(finding: Finding) -> bool:
    """Whether a finding is marked in the transcript.

    Provisional ones only where they cannot wait, as on the flag line.
    """
    if finding.verdict is Verdict.NOT_ASSESSABLE:
        return False
    return finding.status is not Status.PROVISIONAL or cannot_wait(finding)


def _where(finding: Finding, quote: str, text: str) -> tuple[int, int]:
    """Where the flagged words stand in `text`, which may have moved on since the finding."""
    if text[finding.start : finding.end] == quote:
        return finding.start, finding.end
    found = text.find(quote) if quote else -1
    if found >= 0:
        return found, found + len(quote)
    return min(finding.start, len(text)), min(max(finding.start, finding.end), len(text))
