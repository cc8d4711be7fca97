"""Judges when a call takes place: hours and days in every time zone that may apply.

Owns the reading of the header's start against the windows of the rules, when the call starts and
again while it lasts.  It reads no clock: how late it is follows from the start and the time in the
call.  A call that another desk passed to this one began there: when is not known, and here it only
goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from compliance.context import TRANSFERRED, CallContext, CallHeader, is_passed_on
from compliance.findings import FoundBy, Verdict
from compliance.judges.hits import Hit, Judged, considered, why_open
from compliance.kinds import Window
from compliance.local_time import zone_of
from compliance.rules import Rule, RuleSet
from compliance.zones import Holidays

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether one local time is outside a window; `why` names the part that is (`hours`, `sun`)."""

    outside: bool | None
    why: str


class WindowsJudge:
    """The windows of one call."""

    def __init__(self, rules: RuleSet, header: CallHeader) -> None:
        self._header = header
        self._holidays = rules.around.holidays
        self._windows = rules.measuring(Window)
        self._zones = rules.around.zones.of_call(header) if self._windows else ()
        self._around = rules.around
        self._told: set[str] = set()  # rules of which nothing more is said
        self._found: set[str] = set()  # those of them that were broken

    def learns(self, header: CallHeader) -> None:
        """More is known of where the customer is; what was found stays found."""
        self._header = header
        self._zones = self._around.zones.of_call(header) if self._windows else ()
        self._told = set(self._found)

    def opened(self, context: CallContext) -> Judged:
        """What holds at the moment at which the call starts."""
        hits: list[Hit] = []
        undecided: list[tuple[str, str]] = []
        for rule, window in self._windows:
            if rule.id in self._found:
                continue
            answer = self._judge(rule, window, context, 0.0)
            if answer is None and is_passed_on(context, window.unless):
                undecided.append((rule.id, TRANSFERRED))  # its start; how it goes on is judged
            elif isinstance(answer, str):
                self._told.add(rule.id)
                if answer:
                    undecided.append((rule.id, answer))
            elif answer is not None:
                self._told.add(rule.id)
                self._found.add(rule.id)
                hits.append(answer)
        return Judged(tuple(hits), tuple(undecided))

    def goes_on(self, context: CallContext) -> tuple[Hit, ...]:
        """What holds at `context.time_s` of a call that started in time; told once."""
        if context.time_s is None or context.time_s <= 0:
            return ()
        hits: list[Hit] = []
        for rule, window in self._windows:
            if rule.id in self._told or window.lasting is None:
                continue
            answer = self._judge(rule, window, context, context.time_s)
            if isinstance(answer, Hit):
                self._told.add(rule.id)
                self._found.add(rule.id)
                hits.append(answer)
        return tuple(hits)

    def _judge(
        self, rule: Rule, window: Window, context: CallContext, after_s: float
    ) -> Hit | str | None:
        """A hit; what keeps the rule open (nothing, where it does not apply); `None` if kept."""
        applies = rule.when.holds(context)
        if applies is not True:
            return "" if applies is False else why_open(context, (rule.when,))
        if any(context.fact(name) for name in window.unless):
            return ""
        goes_on = after_s > 0 or is_passed_on(context, window.unless)
        if goes_on and window.lasting is None:
            return TRANSFERRED
        moments = self._moments(after_s)
        if isinstance(moments, str):
            return moments
        answers = [_outside(window, moment, self._holidays) for _, moment in moments]
        if not any(answer.outside for answer in answers):
            return _HOLIDAY if any(answer.outside is None for answer in answers) else None
        everywhere = all(answer.outside for answer in answers)
        verdict = window.verdict if everywhere else window.doubtful
        if goes_on:
            verdict = window.lasting or verdict
        return self._hit(rule, window, context, zip(moments, answers, strict=True), verdict)

    def _moments(self, after_s: float) -> list[tuple[str, datetime]] | str:
        """The local times there may be, each with its zone; a slug where they are unknown."""
        started = self._header.started_at
        if started is None:
            return "started_at"
        started += timedelta(seconds=after_s)
        if started.tzinfo is None:
            return [("", started)]  # the customer's own time, wherever that is
        found = []
        for name in self._zones:
            zone = zone_of(name)
            if zone is not None:
                found.append((name, started.astimezone(zone).replace(tzinfo=None)))
        return found or "customer_timezone"

    def _hit(
        self,
        rule: Rule,
        window: Window,
        context: CallContext,
        found: Iterable[tuple[tuple[str, datetime], _Answer]],
        verdict: Verdict,
    ) -> Hit:
        known, unknown = considered(context, (rule.when,), window.unless)
        hours = f"{window.opens:%H:%M}-{window.closes:%H:%M}"
        places: list[tuple[str, str]] = []
        first = ""
        for (zone, moment), answer in found:
            clock = f"{moment:%H:%M}"
            places.append((f"local_time:{zone}" if zone else "local_time", clock))
            if answer.outside and not first:
                first = clock if answer.why == "hours" else answer.why
        lasting = context.time_s is not None and context.time_s > 0
        found_by = FoundBy("window", hours, context=(*known, *places), unknown=unknown)
        return Hit(
            rule,
            verdict,
            found_by,
            start_s=context.time_s if lasting else None,
            part="lasting" if lasting else "start",
            params=(("hours", hours), ("local_time", first)),
        )


def _outside(window: Window, moment: datetime, holidays: Holidays) -> _Answer:
    day = _DAYS[moment.weekday()]
    if day in window.closed:
        return _Answer(outside=True, why=day)
    clock = moment.time()
    if window.opens <= window.closes:
        inside = window.opens <= clock <= window.closes
    else:  # over midnight
        inside = clock >= window.opens or clock <= window.closes
    if not inside:
        return _Answer(outside=True, why="hours")
    if _HOLIDAY in window.closed:
        return _Answer(holidays.closed(moment.date()), _HOLIDAY)
    return _Answer(outside=False, why="")
