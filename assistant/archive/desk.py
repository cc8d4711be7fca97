"""What the commands `calls list`, `show` and `find` do.

Owns the choice of store, reader's language and rule texts, and what goes to standard output and
what beside it.  It opens the store, reads, and changes nothing.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from assistant.archive import lines, records
from assistant.archive.covering import covered
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.studied import as_permitted, copies_of
from assistant.follow_up.standings import standings_of
from assistant.interface_text import N_, Interface
from assistant.jsonlines import line
from assistant.kept_guidance import KeptGuidance
from assistant.record.kept import KeptCall
from assistant.record.locations import Locations
from assistant.record.opening import system_doors
from assistant.record.search import CallFilter, CallSearch
from assistant.record.search_words import phrase
from assistant.record.store import CallStore
from assistant.review.texts import KeptTexts
from assistant.rules_in_force import RulesInForce
from assistant.signing_in import guarded
from assistant.telling import tell, tell_in_passing
from assistant.wording import Reader, Wording
from scripts.outcomes import load_outcomes

MORE = N_("There are more: --limit {count} shows as many again, --limit 0 all.")


def list_calls(
    locations: Locations, wanted: CallFilter, *, limit: int, jsonl: bool, interface: str
) -> None:
    """Print the calls wanted, newest first; `limit` 0 is all of them."""
    wording = plain_wording(interface)
    with opened(locations) as store:
        found = CallSearch(store, lambda call: copies_of(store, call)).calls(wanted)
        listed = list(islice(found, limit + 1 if limit else None))
        more = 0 < limit < len(listed)
        listed = listed[: limit or None]
        # What became of a promise tells sums and days, which are nothing for a copy.
        shown = () if store.studies_only else listed
        promises = standings_of(store, locations, [one.call.id for one in shown])
    if jsonl:
        _print(line(records.listed_record(one, promises.get(one.call.id))) for one in listed)
    elif listed:
        names = OutcomeNames(load_outcomes())
        _print(lines.table(listed, wording, names, promises, _width()))
    if not listed:
        tell_user(wording.text(lines.NONE_FOUND))
    if more:
        tell_user(wording.text(MORE, count=2 * limit))


def find_words(
    locations: Locations,
    words: str,
    wanted: CallFilter,
    *,
    limit: int,
    jsonl: bool,
    interface: str,
) -> None:
    """Print where words were said, newest call first; `limit` counts places, 0 is all."""
    sought = phrase(words)
    wording = plain_wording(interface)
    count = 0
    with opened(locations) as store:
        search = CallSearch(store, lambda call: copies_of(store, call))
        for listed, hits in search.find(sought, wanted):
            if limit and count >= limit:
                tell_user(wording.text(MORE, count=2 * limit))
                break
            some = list(islice(hits, limit - count if limit else None))
            count += len(some)
            if jsonl:
                _print(line(record) for record in records.hit_records(listed, some))
            else:
                _print(lines.hits(listed, some, wording))
            if limit and count >= limit and next(hits, None) is not None:
                tell_user(wording.text(MORE, count=2 * limit))
                break
    if not count:
        tell_user(wording.text(lines.NONE_FOUND))


def show_call(
    locations: Locations,
    call: str,
    *,
    redacted: bool,
    for_training: bool = False,
    jsonl: bool,
    interface: str,
) -> None:
    """Print one call as who is signed in may see it.

    `redacted` covers what must not be passed on; `for_training` shows what trainers see.
    """
    with opened(locations) as store:
        told = as_permitted(store, call, copy=for_training)
        # Sums and days of promises are nothing for a copy that others learn from.
        learning = for_training or store.studies_only
        promise = None if learning else standings_of(store, locations, [call]).get(call)
    if redacted and not told.redacted:
        told = covered(told)
    wording = call_wording(told.call, locations, interface)
    if jsonl:
        _print(line(record) for record in records.call_records(told, wording, promise))
    else:
        _print(lines.call_lines(told, wording, OutcomeNames(load_outcomes()), promise))


@contextmanager
def opened(locations: Locations) -> Iterator[CallStore]:
    """The store for whoever signs in, its notices on standard error."""
    with CallStore(locations, doors=system_doors(tell_user, tell_in_passing)) as store:
        guarded(store, os.environ)
        yield store


def _width() -> int | None:
    """The terminal's columns; `None` where it is none and lines may be of any length."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def plain_wording(interface: str) -> Wording:
    """Words for lists, which name no rule."""
    return Wording(KeptTexts(None), Interface(interface), "en-US", Reader.REVIEWER)


def call_wording(call: KeptCall, locations: Locations, interface: str) -> Wording:
    """Words for one call, with the rule texts there are for it."""
    in_force = RulesInForce.at(locations)
    texts, _hash = KeptGuidance(in_force).texts_for(call)
    words = Interface(interface)
    return Wording(KeptTexts(texts), words, call.language, Reader.REVIEWER, tasks=in_force.tasks())


def _print(written: Iterator[str]) -> None:
    for one in written:
        sys.stdout.write(one + "\n")
        sys.stdout.flush()


def tell_user(notice: str) -> None:
    """A notice beside the output."""
    tell(notice)
