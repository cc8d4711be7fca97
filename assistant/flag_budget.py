"""Which flag may take an agent's attention now.

Owns the one line between two things that fight for the same glance: what the monitor found, and the
conversation the agent is in.  One flag at a time; provisional ones only for critical rules; a flag
leaves by itself, by a key, or because it was withdrawn; what cannot be acted on waits for wrap-up.
Pure: time is the call time inside the events, and nothing here knows a screen or a wording.
"""

from __future__ import annotations

from dataclasses import dataclass

from compliance.findings import Finding, Kind, Severity, Status, Verdict

SHOWN_S = 12.0
"""How long a flag keeps the line, seconds of call time: three slow readings of twelve words."""

FADING_S = 9.0
"""When the line starts to look spent, so that its going is no surprise."""

READ_S = 4.0
"""How long a line is left alone before another of the same weight may take its place."""

RANK = {Severity.CRITICAL: 3, Severity.MAJOR: 2, Severity.MINOR: 1, Severity.HINT: 0}


@dataclass(frozen=True, slots=True)
class Flag:
    """A finding as an agent sees it.

    `standing` is true once it is confirmed or has stood for two seconds; `born_s` is the call time
    at which it was first found, `quote` the words it is about.
    """

    finding: Finding
    quote: str
    born_s: float
    standing: bool


@dataclass(frozen=True, slots=True)
class FlagOnLine:
    """The flag that has the line; `fading` when it is about to leave."""

    flag: Flag
    fading: bool


def cannot_wait(finding: Finding) -> bool:
    """Whether it is shown before the sentence is over, at the risk of being withdrawn.

    A clear breach of a critical rule, and what a caller says that is a critical route in the pack:
    somebody who speaks of dying is answered at once.
    """
    return finding.severity is Severity.CRITICAL and (
        finding.verdict is Verdict.BREACH or finding.kind is Kind.ROUTE
    )


def may_take_the_line(finding: Finding) -> bool:
    """Whether this finding, in this state, may interrupt an agent who is speaking.

    Only what has something to do now; a provisional one only where it `cannot_wait`; doubtful
    facts only where they weigh enough to act on before the call is over.  What a caller said that
    routes the call is always worth a glance.
    """
    if finding.do_now is None or finding.status is Status.WITHDRAWN:
        return False
    if finding.status is Status.PROVISIONAL and not cannot_wait(finding):
        return False
    if finding.verdict is Verdict.BREACH or finding.kind is Kind.ROUTE:
        return finding.severity is not Severity.HINT
    if finding.verdict is Verdict.CHECK_FACTS:
        return finding.severity in (Severity.CRITICAL, Severity.MAJOR)
    return False


class FlagBudget:
    """Every flag of a call, and the one that has the line."""

    def __init__(self) -> None:
        self._flags: dict[str, Flag] = {}
        self._waiting: dict[str, None] = {}
        self._over: set[str] = set()
        self._current: str | None = None
        self._shown_s = 0.0
        self._now_s = 0.0
        self._closed = False

    @property
    def on_line(self) -> FlagOnLine | None:
        """The flag that has the line now."""
        if self._current is None:
            return None
        return FlagOnLine(
            self._flags[self._current], fading=self._now_s - self._shown_s >= FADING_S
        )

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Every flag that was not withdrawn, in the order found; provisional ones included."""
        return tuple(self._flags.values())

    def flag(self, finding_id: str) -> Flag | None:
        """The flag of this finding, `None` if there is none or it was withdrawn."""
        return self._flags.get(finding_id)

    def found(self, finding: Finding, quote: str, call_s: float) -> None:
        """A finding was born, confirmed or withdrawn."""
        known = self._flags.get(finding.id)
        if finding.status is Status.WITHDRAWN:
            self._flags.pop(finding.id, None)
            self._leave(finding.id)
        else:
            self._flags[finding.id] = Flag(
                finding,
                quote,
                born_s=known.born_s if known else call_s,
                standing=finding.status is Status.CONFIRMED or bool(known and known.standing),
            )
            if not may_take_the_line(finding):
                self._leave(finding.id)
            elif finding.id != self._current and finding.id not in self._over:
                self._waiting[finding.id] = None
        self.advance(call_s)

    def stands(self, finding_id: str, call_s: float) -> None:
        """A provisional flag has stood long enough to be shown as standing."""
        known = self._flags.get(finding_id)
        if known is not None:
            self._flags[finding_id] = Flag(known.finding, known.quote, known.born_s, standing=True)
        self.advance(call_s)

    def put_away(self, finding_id: str, call_s: float) -> None:
        """The agent has seen it; it leaves the line and does not come back."""
        self._over.add(finding_id)
        self._leave(finding_id)
        self.advance(call_s)

    def close(self) -> None:
        """The call is over: the line is free, what was found is for the wrap-up."""
        self._closed = True
        self._waiting.clear()
        self._current = None

    def advance(self, call_s: float) -> None:
        """Let the clock reach `call_s` (it never runs backwards) and settle who has the line."""
        self._now_s = max(self._now_s, call_s)
        if self._closed:
            self._waiting.clear()
            return
        if self._current is not None and self._now_s - self._shown_s >= SHOWN_S:
            self._over.add(self._current)
            self._current = None
        if self._waiting:
            self._choose()

    def _leave(self, finding_id: str) -> None:
        self._waiting.pop(finding_id, None)
        if self._current == finding_id:
            self._current = None

    def _choose(self) -> None:
        for finding_id in tuple(self._waiting):
            if self._now_s - self._flags[finding_id].born_s >= SHOWN_S:
                # It is no longer about what was just said.
                del self._waiting[finding_id]
                self._over.add(finding_id)
        if not self._waiting:
            return
        best = max(self._waiting, key=self._weight)
        current = self._current
        if current is not None:
            heavier = RANK[self._severity(best)] - RANK[self._severity(current)]
            shown_for_s = self._now_s - self._shown_s
            if heavier < 0 or (heavier == 0 and shown_for_s < READ_S):
                return
            if shown_for_s < READ_S:
                self._waiting[current] = None  # not read yet: it may come back while it is fresh
            else:
                self._over.add(current)
        del self._waiting[best]
        self._current = best
        self._shown_s = self._now_s

    def _severity(self, finding_id: str) -> Severity:
        return self._flags[finding_id].finding.severity

    def _weight(self, finding_id: str) -> tuple[int, float]:
        return RANK[self._severity(finding_id)], self._flags[finding_id].born_s
