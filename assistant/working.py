"""What the command `worklist` does: a list's rows with their answers, for a pipe.

Owns the opening of a shift's parts (list, journal, rules) for whoever needs them, and the plain and
JSON forms.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from assistant.clock_watch import clock_set_here
from assistant.interface_text import Interface
from assistant.record.locations import Locations, locate
from assistant.rules_in_force import RulesInForce
from assistant.shift.csv_list import ListRead
from assistant.shift.desk import ShiftDesk
from assistant.shift.folder import read_work_list
from assistant.shift.journal import ContactJournal
from assistant.shift.mapping import COLUMNS, MORE, REQUIRED
from assistant.shift.rule_change import RuleMemory
from assistant.shift.words import (
    AHEAD_OF_NOW,
    ANSWERS,
    SIGNS,
    missing,
    short_reason,
    told,
    unfinished,
    wanted_words,
    when,
)
from assistant.shift.work_list import Standing, matching
from assistant.telling import tell
from compliance.errors import AssistantError, BadInput, MissingPart
from compliance.permission import May, Reason
from compliance.rules import RuleSet

JOURNAL = "contacts.jsonl"
MEMORY = "shift-rules.json"
BAD_INPUT = 2
_MORNING = time(9)


def open_shift(
    read: Callable[[], ListRead],
    locations: Locations,
    *,
    stale_after: timedelta,
    now: Callable[[], datetime] = lambda: datetime.now(UTC).astimezone(),
    remember_rules: bool = True,
) -> ShiftDesk:
    """The desk of a shift.

    Args:
        read: reads the list anew.
        locations: where journal and rules are.
        stale_after: how old a source may be.
        now: the wall clock, with an offset.
        remember_rules: whether the rules are compared with those of the last shift.

    Raises:
        AssistantError: the list, the journal or the rules cannot be read.
    """
    rules = RulesInForce.at(locations)

    def rules_for(jurisdiction: str, language: str) -> RuleSet | None:
        try:
            return rules(jurisdiction, language)
        except MissingPart:
            return None

    return ShiftDesk(
        read,
        rules_for,
        ContactJournal(locations.data_dir / JOURNAL),
        RuleMemory(locations.data_dir / MEMORY) if remember_rules else None,
        now,
        stale_after,
        clock_set_here(),
    )


def worklist(
    file: Path | None,
    *,
    mapping: Path | None,
    at: str | None,
    words: str,
    permitted: bool,
    stale_after: float,
    as_json: bool,
    columns: bool,
    interface: str | None,
    data_dir: Path | None,
    follow_up: bool = False,
    on: date | None = None,
    days: int = 0,
    to: Path | None = None,
) -> int:
    """Write a list's rows with their answers; the exit status.

    Args:
        file: the list; of the next list, where its accounts are known.
        mapping: names a site's columns.
        at: another moment than now, ISO 8601; without an offset it is this desk's time.
        words: of which each row must have every one.
        permitted: only rows that may be called.
        stale_after: hours.
        as_json: JSON instead of lines.
        columns: tell the columns, and nothing else.
        interface: language of the words.
        data_dir: as `--data-dir`.
        follow_up: the next list, formed from kept calls and payments.
        on: its day; `None`: that of the moment.
        days: how many days ahead it looks.
        to: a file to write it to instead.

    Raises:
        AssistantError: the list, the moment or the rules cannot be read.
        NotPermitted: the next list is to leave the store, and its user may not let it.
    """
    if columns or (file is None and not follow_up):
        _tell_columns()
        return 0
    moment = datetime.now(UTC).astimezone() if at is None else _moment(at)
    if on is not None and at is None and on != moment.date():
        moment = datetime.combine(on, _MORNING).astimezone()
    locations = locate(data_dir, os.environ)
    shown = _Shown(words, permitted, as_json, interface)
    if not follow_up and file is not None:
        desk = _desk(lambda: read_work_list(file, mapping), locations, moment, stale_after)
        status = _show(desk, moment, shown, file)
        _tell_unfinished(desk, locations, _words_of(interface, desk.listed))
        return status
    from assistant.follow_up.next_list import (  # noqa: PLC0415 - a list needs no record
        NextList,
        notices,
        write_list,
    )
    from assistant.record.permissions import Act  # noqa: PLC0415 - as above
    from assistant.signing_in import open_guarded  # noqa: PLC0415 - as above

    about = "to a file" if to else ""
    with open_guarded(data_dir, tell, Act.FOLLOW_UP, about=about) as (store, guard):
        if to is not None or as_json:
            # Everybody's customers leave the store, unsealed: whoever works the list need not.
            guard.need(Act.EXPORT, written=False)
        following = NextList(
            store,
            locations,
            ContactJournal(locations.data_dir / JOURNAL),
            accounts=file,
            mapping=mapping,
            on=lambda: on if on is not None else moment.date(),
            days=days,
            now=lambda: moment,
        )
        listed = following.read()
        for line in notices(following, _words_of(interface, listed)):
            tell(line)
        if to is not None:
            rows = len(listed.rows)
            guard.need(Act.EXPORT, about=f"next list to a file, rows: {rows}")
            write_list(listed.rows, to)
            tell(f"rows written: {rows}. The file is not sealed: keep it as what it is.")
            return 0

        def leaving(rows: int) -> None:
            guard.need(Act.EXPORT, about=f"next list as JSON, rows: {rows}")

        desk = _desk(lambda: listed, locations, moment, stale_after)
        status = _show(desk, moment, shown, file, leaving)
        _tell_unfinished(desk, locations, _words_of(interface, listed))
        return status


def _tell_unfinished(desk: ShiftDesk, locations: Locations, say: Interface) -> None:
    """That wrap-ups were left open, and what completes them; nothing where none is."""
    from assistant.record.opening import system_doors  # noqa: PLC0415 - a list needs no record
    from assistant.unfinished import count_unfinished  # noqa: PLC0415 - as above

    try:
        count = count_unfinished(
            locations, system_doors(), desk.kept_calls, datetime.now(UTC), recover=False
        )
    except AssistantError:
        return  # whoever asks for the list asks for nothing else
    if count:
        tell(f"{unfinished(count, say)}: assistant calls complete")


def _words_of(interface: str | None, listed: ListRead) -> Interface:
    """The interface's words: of the list's first row, where nobody says."""
    return Interface(interface or (listed.rows[0].language if listed.rows else "") or "en")


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which rows, and in which form."""

    words: str
    permitted: bool
    as_json: bool
    interface: str | None


def _desk(
    read: Callable[[], ListRead], locations: Locations, moment: datetime, stale_after: float
) -> ShiftDesk:
    return open_shift(
        read,
        locations,
        stale_after=timedelta(hours=stale_after),
        now=lambda: moment,
        remember_rules=False,
    )


def _show(
    desk: ShiftDesk,
    moment: datetime,
    wanted: _Shown,
    file: Path | None,
    leaving: Callable[[int], None] = lambda _rows: None,
) -> int:
    """Write the rows that are wanted; `leaving` is told how many JSON will hold, before it does."""
    rows = desk.listed.rows
    say = _words_of(wanted.interface, desk.listed)
    locale = say.catalogue.language.code

    def said(standing: Standing) -> str:
        rules = desk.rules_for(standing.row.jurisdiction, standing.row.language)
        return f"{say.text(ANSWERS[standing.may])} {short_reason(standing, rules, locale, say)}"

    everyone = desk.standings()
    shown = matching(everyone, wanted.words, permitted_only=wanted.permitted, said=said)
    if wanted.as_json:
        leaving(len(shown))
        record = {
            "at": moment.isoformat(timespec="seconds"),
            "rows": [_record(standing, desk, moment, locale) for standing in shown],
            "rejected": [
                {"line": fault.line or None, "path": str(fault.path), "why": fault.message}
                for fault in _faults(desk, file)
            ],
        }
        sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    else:
        for standing in shown:
            sys.stdout.write("".join(_lines(standing, desk, moment, say, locale)))
        sys.stdout.flush()
        _tell_report(everyone, desk, file, say)
    return BAD_INPUT if not rows and (desk.listed.rejected or desk.listed.faults) else 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if not 1970 < moment.year < 2200:
            raise ValueError(text)  # noqa: TRY301 - one remedy for both
        return moment.astimezone() if moment.tzinfo is None else moment
    except (ValueError, OverflowError):
        raise AssistantError("--at is no moment", "Write it like 2026-11-20T14:00+08:00.") from None


def _tell_columns() -> None:
    wide = max(map(len, COLUMNS)) + 2
    for name, what in COLUMNS.items():
        mark = "*" if name in REQUIRED else " "
        sys.stdout.write(f"{mark} {name.ljust(wide)}{what}\n")
    sys.stdout.write(f"  and, for a whole account: {', '.join(MORE)}\n* must be there\n")


# ---- plain ---------------------------------------------------------------------------------------


def _lines(
    standing: Standing, desk: ShiftDesk, now: datetime, say: Interface, locale: str
) -> Iterator[str]:
    """One line a row, columns parted by tabs, and an indented line for each reason against it."""
    row = standing.row
    rules = desk.rules_for(row.jurisdiction, row.language)
    cells = (
        f"{SIGNS[standing.may]} {say.text(ANSWERS[standing.may])}",
        when(standing, now, say),
        row.id,
        row.customer_name,
        standing.number.number if standing.number is not None else "",
        "" if row.days_past_due is None else str(row.days_past_due),
        short_reason(standing, rules, locale, say) if standing.may is May.YES else "",
    )
    yield "\t".join(cells).rstrip("\t") + "\n"
    for one in row.wanted:
        source = say.text("from call {call}", call=one.call) if one.call else ""
        told_ = (wanted_words(one, say, locale), source)
        yield f"\t→ {' · '.join(part for part in told_ if part)}\n"
    for reason in standing.against:
        words = told(reason, rules, locale, say)
        law = f"{words.law} ({words.status})" if words.law else ""
        parts = (words.title, words.counted, words.lifts, law)
        yield f"\t{words.sign} {reason.rule} " + " · ".join(p for p in parts if p) + "\n"


def _tell_report(
    everyone: Sequence[Standing], desk: ShiftDesk, file: Path | None, say: Interface
) -> None:
    """On standard error: what was not read, and for want of what answers are unknown."""
    faults = _faults(desk, file)
    if faults:
        rows = BadInput("some rows were not read", faults)
        sys.stderr.write(f"assistant: {rows}\n")
    if desk.listed.unknown_columns:
        sys.stderr.write(f"columns not used: {', '.join(desk.listed.unknown_columns)}\n")
    if desk.ahead:
        sys.stderr.write(f"{say.text(AHEAD_OF_NOW)}\n")
    if desk.unread:
        sys.stderr.write(f"{desk.unread} lines of the contact journal were not read\n")
    wanting = Counter(
        missing(reason, say)
        for standing in everyone
        for reason in {r.because: r for r in standing.against if r.may is May.UNKNOWN}.values()
    )
    if wanting:
        told_ = ", ".join(f"{what} ({count})" for what, count in wanting.most_common())
        sys.stderr.write(f"not known, with the rows that lack it: {told_}\n")


def _faults(desk: ShiftDesk, file: Path | None) -> tuple[Any, ...]:
    listed = desk.listed
    if file is None:
        return listed.faults
    path = file / "worklist.csv" if file.is_dir() else file
    return (*(row.fault(path) for row in listed.rejected), *listed.faults)


# ---- JSON ----------------------------------------------------------------------------------------


def _record(standing: Standing, desk: ShiftDesk, now: datetime, locale: str) -> dict[str, Any]:
    row = standing.row
    rules = desk.rules_for(row.jurisdiction, row.language)
    return {
        "account": row.id,
        "customer_name": row.customer_name,
        "line": row.line or None,
        "number": standing.number.number if standing.number is not None else None,
        "number_kind": standing.number.kind.value if standing.number is not None else None,
        "may_call": standing.may.value,
        "next_at": _iso(standing.next_at, now),
        "until": _iso(standing.until, now),
        "local_times": dict(standing.clocks(now)),
        "callback_due": standing.callback_due,
        "promise_passed": standing.promise_passed,
        "days_past_due": row.days_past_due,
        "wanted": [
            {
                "why": one.why.value,
                "due_on": one.due_on.isoformat(),
                "at": one.at.isoformat("minutes") if one.at is not None else None,
                "call": one.call or None,
                "amount": None if one.amount is None else f"{one.amount:f}",
                "currency": one.currency or None,
            }
            for one in row.wanted
        ],
        "barred": [
            {"why": bar.why, "until": bar.until and bar.until.isoformat(), "call": bar.call or None}
            for bar in row.barred
        ],
        "reasons": [_reason_record(reason, rules, locale) for reason in standing.reasons],
        "sources": [
            {
                "source": source.name,
                "as_of": _iso(source.as_of, now),
                "age_s": None
                if source.as_of is None
                else round((now - source.as_of).total_seconds()),
            }
            for source in standing.sources
        ],
    }


def _reason_record(reason: Reason, rules: RuleSet | None, locale: str) -> dict[str, Any]:
    title = reason.title
    return {
        "answer": reason.may.value,
        "rule": reason.rule or None,
        "because": reason.because or None,
        "verdict": reason.verdict.value if reason.verdict is not None else None,
        "severity": reason.severity.value if reason.severity is not None else None,
        "title": rules.message(title.id, title.params, locale) if rules and title else None,
        "citation": reason.citation or None,
        "verified_law": reason.verified_law.value if reason.verified_law is not None else None,
        "facts": dict(reason.params),
        "lifted_by": list(reason.lifted_by),
    }


def _iso(moment: datetime | None, now: datetime) -> str | None:
    return None if moment is None else moment.astimezone(now.tzinfo).isoformat(timespec="seconds")
