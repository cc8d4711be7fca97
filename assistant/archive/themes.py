"""What customers' calls were about over a span of time, counted: it goes back to the bank.

Owns the counting and what the command `calls themes` does.  Counts are of calls: a call in which an
objection came three times is one call, and three times.  It tells no call, no account, no agent and
nothing that was said.  What a call was about is in its wrap-up; of one that nobody wrapped up, or
in older records, what its keys and its findings say has to do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from rich.cells import cell_len

from assistant import terms
from assistant.archive.desk import opened, plain_wording, tell_user
from assistant.archive.lines import NONE_FOUND
from assistant.archive.outcome_names import OutcomeNames
from assistant.call_happenings import kept_happenings
from assistant.events import ChannelOpened
from assistant.interface_text import N_
from assistant.record.kept import KeptItem, KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.permissions import Act
from assistant.record.search import CallFilter, CallSearch, ListedCall
from assistant.record.store import CallStore
from assistant.wording import Wording
from scripts.outcomes import load_outcomes
from scripts.outcomes_summary import About, counted

_ABOUT = {
    About.REASON: N_("Matters"),
    About.OBJECTION: N_("Objections"),
    About.COMPLAINT: N_("For the bank"),
    About.OPTION: N_("Quoted"),
}
_BATCH = 100


@dataclass(frozen=True, slots=True)
class Ended:
    """What is counted of one call; `outcome` is `None` where nobody said how it ended."""

    outcome: str | None
    happened: Sequence[KeptItem]
    complete: bool = True


@dataclass(slots=True)
class Count:
    """In how many calls, and how often in them."""

    calls: int = 0
    times: int = 0


@dataclass(slots=True)
class Themes:
    """The counts: of outcomes by id, and by what they are about, of slugs."""

    calls: int = 0
    wrapped_up: int = 0
    incomplete: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    about: dict[About, dict[str, Count]] = field(
        default_factory=lambda: {about: {} for about in _ABOUT}
    )


def themes_of(calls: Iterable[Ended]) -> Themes:
    """Count."""
    made = Themes()
    for call in calls:
        made.calls += 1
        if call.outcome is not None:
            made.wrapped_up += 1
            made.outcomes[call.outcome] = made.outcomes.get(call.outcome, 0) + 1
            made.incomplete += not call.complete
        for about, counts in made.about.items():
            for item in call.happened:
                if item.about == about:
                    count = counts.setdefault(item.slug, Count())
                    count.calls += 1
                    count.times += item.times
    return made


def ended_of(store: CallStore, listed: Sequence[ListedCall]) -> Iterator[Ended]:
    """What is counted of some kept calls."""
    endings = store.endings([one.call.id for one in listed])
    for one in listed:
        ending = endings.get(one.call.id)
        end = ending.wrap_up if ending is not None else None
        if end is not None and _says(end):
            yield Ended(end.outcome, end.happened, not end.missing)
        else:
            outcome = end.outcome if end is not None else None
            yield Ended(outcome, tuple(_from_events(store, one.call.id)))


def _says(end: KeptWrapUp) -> bool:
    """Whether a wrap-up is of those that say what the call was about, though it be nothing."""
    return bool(end.happened or end.values or end.missing or end.account)


def _from_events(store: CallStore, call: str) -> Iterator[KeptItem]:
    inputs = [envelope.event for envelope in store.events(call)]
    rates = [event.rate_hz for event in inputs if isinstance(event, ChannelOpened)]
    outputs = chain(store.findings(call), store.landmarks(call))
    happened = kept_happenings(inputs, outputs, rates[0] if rates else 1)  # type: ignore[arg-type]
    for about, items in counted(happened).items():
        for item in items:
            yield KeptItem(about.value, item.slug, item.first_s, item.times)


# ---- told ----------------------------------------------------------------------------------------


def record(themes: Themes, since: str, until: str) -> dict[str, Any]:
    """The counts for other programs; slugs, the most frequent first."""
    return {
        "since": since or None,
        "until": until or None,
        "calls": themes.calls,
        "wrapped_up": themes.wrapped_up,
        "incomplete": themes.incomplete,
        "outcomes": dict(_by_count(themes.outcomes)),
        **{
            f"{about.value}s": {
                slug: {"calls": count.calls, "times": count.times}
                for slug, count in _most_first(counts)
            }
            for about, counts in themes.about.items()
        },
    }


def lines(themes: Themes, wording: Wording, names: OutcomeNames) -> Iterator[str]:
    """The counts as a table."""
    text, code = wording.text, wording.interface_code
    yield text(
        "Calls: {calls} · wrapped up: {wrapped_up} · incomplete: {incomplete}",
        calls=themes.calls,
        wrapped_up=themes.wrapped_up,
        incomplete=themes.incomplete,
    )
    sections: list[tuple[str, list[tuple[str, str, str]]]] = [
        (
            text("Outcome"),
            [(names.name(slug, code), str(n), "") for slug, n in _by_count(themes.outcomes)],
        )
    ]
    for about, label in _ABOUT.items():
        counts = themes.about[about]
        rows = [
            (_word(about, slug, wording), str(count.calls), str(count.times))
            for slug, count in _most_first(counts)
        ]
        sections.append((text(label), rows))
    heads = (text("calls"), text("times"))
    wide = max(cell_len(row[0]) for _title, rows in sections for row in [("",), *rows])
    wide = max(wide + 2, *(cell_len(title) for title, _rows in sections))
    widths = [max(6, cell_len(head)) for head in heads]
    for title, rows in sections:
        if not rows:
            continue
        yield ""
        yield _row((title, heads[0], heads[1] if rows[0][2] else ""), wide, widths)
        for name, calls, times in rows:
            yield _row((f"  {name}", calls, times), wide, widths)


def _row(cells: tuple[str, str, str], wide: int, widths: Sequence[int]) -> str:
    name, *numbers = cells
    line = name + " " * (wide - cell_len(name))
    for number, width in zip(numbers, widths, strict=True):
        line += "  " + " " * (width - cell_len(number)) + number
    return line.rstrip()


def _word(about: About, slug: str, wording: Wording) -> str:
    tables: Mapping[About, terms.Terms] = {
        About.REASON: terms.STAGES,
        About.OPTION: terms.REPAYMENTS,
    }
    if slug == "complaint":
        return wording.term(terms.STAGES, slug)
    return wording.term(tables.get(about, terms.OBJECTIONS), slug)


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _most_first(counts: Mapping[str, Count]) -> list[tuple[str, Count]]:
    return sorted(counts.items(), key=lambda one: (-one[1].calls, -one[1].times, one[0]))


# ---- the command -------------------------------------------------------------------------------


def tell_themes(locations: Locations, wanted: CallFilter, *, as_json: bool, interface: str) -> None:
    """Print the counts of the calls wanted.

    Raises:
        NotPermitted: they may not count, or not open every call that is counted.
    """
    wording = plain_wording(interface)
    with opened(locations) as store:
        store.need(Act.STATS)
        store.need(Act.OPEN)  # at large: counts of some calls alone would mislead
        listed = tuple(CallSearch(store).calls(wanted))
        batches = (listed[first : first + _BATCH] for first in range(0, len(listed), _BATCH))
        themes = themes_of(chain.from_iterable(ended_of(store, batch) for batch in batches))
    if as_json:
        told = record(themes, wanted.since_utc, wanted.before_utc)
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    elif themes.calls:
        names = OutcomeNames(load_outcomes())
        sys.stdout.write("".join(line + "\n" for line in lines(themes, wording, names)))
    if not themes.calls:
        tell_user(wording.text(NONE_FOUND))
    sys.stdout.flush()
