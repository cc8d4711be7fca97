"""How long calls are kept: the shipped terms with their laws, and what a site decided instead.

Owns the form of `retention.toml`, its strict reading, and the refusal of a site's period that is
less than the law's least or more than its most.  It purges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from assistant.record.retention import Period, Since, Term, read_period
from assistant.site_settings import SiteSettings
from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault

_Collector = Literal["in-house", "agency", "debt_buyer"]
_FORM = "write it as 2 years, 6 months or 90 days"


class TermEntry(Schema):
    """One term as the file has it."""

    jurisdiction: str
    collectors: list[_Collector]
    minimum: str | None = None
    maximum: str | None = None
    since: Literal["call", "activity"]
    keep: str
    until_cleared: tuple[str, ...] = Field(default=(), strict=False)
    citation: str
    status: Literal["verified", "secondary", "memory", "policy"]


class TermFile(Schema):
    """The whole file."""

    term: list[TermEntry]


@dataclass(frozen=True, slots=True)
class RetentionTerms:
    """The terms in force, by jurisdiction and collector."""

    by_place: Mapping[tuple[str, str], Term]

    def of(self, jurisdiction: str, collector: str | None) -> Sequence[Term]:
        """Every term that may hold: one, or all of a jurisdiction whose collector is unknown.

        For a jurisdiction that is none of ours, all there are: the strictest decides.
        """
        exact = self.by_place.get((jurisdiction, collector or ""))
        if exact is not None:
            return (exact,)
        near = [term for (place, _), term in self.by_place.items() if place == jurisdiction]
        return near or list(self.by_place.values())


def shipped_terms() -> RetentionTerms:
    """What holds where a site decided nothing."""
    with as_file(files("assistant") / "retention.toml") as path:
        return read_terms(path)


def read_terms(path: Path) -> RetentionTerms:
    """The terms of a file such as `retention.toml`.

    Raises:
        BadInput: it has faults, all told with line and column.
    """
    document = load_document(path, TermFile)
    faults: list[Fault] = []
    terms: dict[tuple[str, str], Term] = {}
    for n, entry in enumerate(document.value.term):
        periods = {
            name: _period(document, getattr(entry, name), faults, "term", n, name)
            for name in ("keep", "minimum", "maximum")
        }
        keep = periods["keep"]
        if keep is None:
            continue
        term = Term(
            keep=keep,
            since=Since(entry.since),
            minimum=periods["minimum"],
            maximum=periods["maximum"],
            until_cleared=frozenset(entry.until_cleared),
            citation=entry.citation,
            status=entry.status,
        )
        wrong = outside_the_law(term, keep)
        if wrong:
            faults.append(document.fault(wrong, "term", n, "keep"))
        for collector in entry.collectors:
            terms[entry.jurisdiction, collector] = term
    if faults:
        raise BadInput(f"{path} has faults", tuple(faults))
    return RetentionTerms(terms)


def terms_in_force(shipped: RetentionTerms, path: Path) -> RetentionTerms:
    """The shipped terms with a site's own periods.

    Args:
        shipped: as `shipped_terms` gives them.
        path: the site's `settings.toml`, which need not be there.

    Raises:
        BadInput: a period is unreadable, or outside what the law allows; all such at once.
    """
    if not path.exists():
        return shipped
    document = load_document(path, SiteSettings)
    faults: list[Fault] = []
    terms = dict(shipped.by_place)
    for (jurisdiction, collector), term in shipped.by_place.items():
        entry = getattr(document.value.retention, jurisdiction)
        place = ["retention", jurisdiction, "keep"]
        if collector in entry.by_collector:
            place[2:] = ["by_collector", collector]
        own = entry.by_collector.get(collector, entry.keep)
        keep = _period(document, own, faults, *place)
        if keep is None:
            continue
        wrong = outside_the_law(term, keep)
        if wrong:
            faults.append(document.fault(f"for {collector}: {wrong}", *place))
        terms[jurisdiction, collector] = replace(term, keep=keep)
    if faults:
        told = tuple(dict.fromkeys(faults))
        raise BadInput(f"{path} has faults", told, "Nothing is purged until they are mended.")
    return RetentionTerms(terms)


def outside_the_law(term: Term, keep: Period) -> str:
    """Why calls may not be kept for `keep`, or nothing."""
    if term.minimum is not None and not keep.at_least(term.minimum):
        return f"{keep} is less than the law's least, {term.minimum} ({term.citation})"
    if term.maximum is not None and not term.maximum.at_least(keep):
        return f"{keep} is more than the law's most, {term.maximum} ({term.citation})"
    return ""


def _period(
    document: Document[Any], text: str | None, faults: list[Fault], *place: str | int
) -> Period | None:
    if text is None:
        return None
    try:
        return read_period(text)
    except ValueError:
        faults.append(document.fault(f"this is no period; {_FORM}", *place))
        return None
