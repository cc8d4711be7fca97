"""Finds kept calls: by what lists show, by account, and by words said.

Owns the queries behind `assistant calls list` and `find`; it is handed an open `CallStore` and
gives its values.  The index of words alone says in which utterances all of a phrase's pieces stand;
what it finds is only a candidate: the sealed utterances are opened here, newest call first, and
only what holds the phrase is given.  It changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, func, literal, or_, select

from assistant.events import UtteranceFinal
from assistant.record.guard import NotPermitted
from assistant.record.kept import CallState, KeptCall
from assistant.record.permissions import Act
from assistant.record.releases import released_calls
from assistant.record.search_index import account_hash, word_hash
from assistant.record.search_words import Phrase
from assistant.record.store import CallStore
from assistant.record.tables import CALL_INDEX, CALLS, FINDINGS, REVIEWS, WORD_INDEX, WRAP_UPS
from compliance.findings import Severity, Status

_Row = tuple[Any, ...]

# Calls looked at together: a few at first, then more; and those that are opened together.
_FIRST, _BATCH, _OPENED = 10, 640, 160
# A phrase that the index finds at no more places than this is looked up everywhere at once; one
# that is said more often fills a page within the newest calls, and is looked up there first.
_MANY = 2000
# How far the places of a word are counted, to begin with the rarest one.
_COUNTED = 10_000
# Words of a phrase that are looked up together; opening the utterance decides the rest.
_TOGETHER = 6
_NEWEST = (CALLS.c.started_at_utc.desc(), CALLS.c.id)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are wanted; what is `None` or empty does not matter.

    `since_utc` and `before_utc` are ISO 8601 in UTC, half open.  `agent` is an id, or part of a
    name; `account` an account's whole id; `rule` a rule's id or how it begins.  `reviewed`: true
    for calls whose flags were all judged, false for those with one that was not.  `released`: those
    alone that are released for training.
    """

    since_utc: str = ""
    before_utc: str = ""
    agent: str = ""
    account: str = ""
    jurisdiction: str = ""
    rule: str = ""
    severity: Severity | None = None
    outcome: str = ""
    state: CallState | None = None
    reviewed: bool | None = None
    released: bool = False

    def takes(self, call: KeptCall) -> bool:
        """What no query can decide: whether a call still runs, which judgements stand."""
        if self.state is not None and call.state is not self.state:
            return False
        if self.reviewed is None:
            return True
        judged = call.reviewed == len(call.marks)
        return judged and bool(call.marks) if self.reviewed else not judged


@dataclass(frozen=True, slots=True)
class ListedCall:
    """A kept call and how it ended by its agent's last word, where anybody said."""

    call: KeptCall
    outcome: str | None
    next_contact: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """An utterance in which the words were said: `start` and `end` are code points of its text."""

    utterance: UtteranceFinal
    start: int
    end: int


Copies = Callable[[str], Mapping[str, UtteranceFinal]]
"""For a call's id, the redacted copies of its utterances by their ids."""


class CallSearch:
    """Searches of one open store; every method raises what `CallStore` does.

    Args:
        store: the open store.
        copies: makes what whoever may study copies alone is shown; without it they find nothing.
    """

    def __init__(self, store: CallStore, copies: Copies | None = None) -> None:
        self._store = store
        self._copies = copies
        self._vault = store.opened.vault

    def calls(self, wanted: CallFilter) -> Iterator[ListedCall]:
        """The calls wanted, newest first; only as many are read as are taken."""
        for batch in self._batches(self._wanted(select(CALLS), wanted)):
            yield from self._listed(batch, wanted)

    def find(
        self, phrase: Phrase, wanted: CallFilter
    ) -> Iterator[tuple[ListedCall, Iterator[Hit]]]:
        """The calls in which the phrase was said, newest first, with where it was.

        Only as much is opened as is taken: the places of a call are an iterator too.
        """
        for rows, positions in self._candidates(phrase, wanted):
            shown = tuple(self._listed(rows, wanted))  # first: what may not be seen is not opened
            said = self._said_at({one.call.id: positions[one.call.id] for one in shown})
            for listed in shown:
                hits = _hits(phrase, said[listed.call.id])
                first = next(hits, None)
                if first is not None:
                    yield listed, chain((first,), hits)

    def _said_at(
        self, places: Mapping[str, Sequence[int]]
    ) -> Mapping[str, Iterator[UtteranceFinal]]:
        """Some utterances of some calls, as who is signed in may read them."""
        copies = self._copies
        if copies is None or not self._store.studies_only:
            return self._store.utterances_at(places)
        return {
            call: (
                said
                for said in sorted(copies(call).values(), key=lambda one: one.index)
                if said.index in positions
            )
            for call, positions in places.items()
        }

    def _listed(self, rows: Sequence[RowMapping], wanted: CallFilter) -> Iterator[ListedCall]:
        ids = [row["id"] for row in rows]
        query = select(WRAP_UPS.c.call, WRAP_UPS.c.outcome, WRAP_UPS.c.next_contact)
        query = query.where(WRAP_UPS.c.call.in_(ids)).order_by(WRAP_UPS.c.number)
        ends = {row["call"]: row for row in self._store.rows(query)}
        copies = self._copies is not None and self._store.studies_only
        for call in self._store.studied(rows) if copies else self._store.kept(rows):
            if wanted.takes(call):
                end = ends.get(call.id)
                outcome, day = (end["outcome"], end["next_contact"]) if end else (None, None)
                if self._store.studies_only:
                    day = None
                yield ListedCall(call, outcome, day)

    def _batches(self, query: Select[*_Row]) -> Iterator[Sequence[RowMapping]]:
        """Rows of a query of calls, newest first, a few and then more at a time."""
        query = query.order_by(*_NEWEST)
        after: RowMapping | None = None
        size = _FIRST
        while True:
            following = query if after is None else query.where(_beyond(after))
            rows = self._store.rows(following.limit(size))
            if rows:
                yield rows
                after = rows[-1]
            if len(rows) < size:
                return
            size = min(_BATCH, 4 * size)

    def _candidates(
        self, phrase: Phrase, wanted: CallFilter
    ) -> Iterator[tuple[Sequence[RowMapping], Mapping[str, Sequence[int]]]]:
        """Calls newest first, and the positions at which every word of the phrase was said."""
        size = _FIRST
        for places in self._places(phrase, wanted):
            left = iter(places)
            while calls := list(islice(left, size)):
                query = select(CALLS).where(CALLS.c.id.in_(calls))
                yield self._store.rows(query.order_by(*_NEWEST)), places
                size = min(_OPENED, 2 * size)

    def _places(self, phrase: Phrase, wanted: CallFilter) -> Iterator[Mapping[str, Sequence[int]]]:
        """The positions by the ids of calls, newest first; nothing sealed was opened for them."""
        newest = self._wanted(
            select(CALLS.c.id, CALLS.c.started_at_utc, CALL_INDEX.c.number).join(
                CALL_INDEX, CALL_INDEX.c.call == CALLS.c.id
            ),
            wanted,
        )
        counted = sorted((self._count(key), key) for key in phrase.keys)
        hashes = [word_hash(self._vault, key) for _count, key in counted][:_TOGETHER]
        said = _said(hashes)
        if len(hashes) > 1 or counted[0][0] <= _MANY:
            everywhere = self._positions(said.limit(_MANY + 1))
            if sum(map(len, everywhere.values())) <= _MANY:
                query = newest.where(CALL_INDEX.c.number.in_(everywhere)).order_by(*_NEWEST)
                rows = self._store.rows(query) if everywhere else ()
                yield {row["id"]: everywhere[row["number"]] for row in rows}
                return
        for batch in self._batches(newest):
            numbers = [row["number"] for row in batch]
            found = self._positions(said.where(WORD_INDEX.c.number.in_(numbers)))
            yield {row["id"]: found[row["number"]] for row in batch if row["number"] in found}

    def _count(self, key: str) -> int:
        """How often a word is indexed, up to where it counts as a common one."""
        rows = select(literal(1)).where(WORD_INDEX.c.word == word_hash(self._vault, key))
        few = rows.limit(_COUNTED).subquery()
        counted = select(func.count().label("count")).select_from(few)
        return int(self._store.rows(counted)[0]["count"])

    def _positions(self, said: Select[tuple[int, int]]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for row in self._store.rows(said):
            found.setdefault(row["number"], []).append(row["position"])
        return found

    def _wanted(self, query: Select[*_Row], wanted: CallFilter) -> Select[*_Row]:
        return query.where(*self._conditions(wanted))

    def _conditions(self, wanted: CallFilter) -> Iterator[ColumnElement[bool]]:
        """What the database can decide of a filter."""
        if self._store.studies_only and (wanted.account or wanted.agent):
            self._store.note_refusal(Act.OPEN, about="by account or agent")
            raise NotPermitted(
                "whose call it was, and whose account, is not yours to ask",
                "Look by day, rule, severity or outcome.",
            )
        if wanted.released:
            yield CALLS.c.id.in_(released_calls())
        if wanted.since_utc:
            yield CALLS.c.started_at_utc >= wanted.since_utc
        if wanted.before_utc:
            yield CALLS.c.started_at_utc < wanted.before_utc
        if wanted.jurisdiction:
            yield CALLS.c.jurisdiction == wanted.jurisdiction
        if wanted.agent:
            name = func.lower(CALLS.c.agent_name)
            yield or_(
                CALLS.c.agent_id == wanted.agent,
                CALLS.c.agent_name == wanted.agent,
                name.contains(wanted.agent.lower(), autoescape=True),
            )
        if wanted.account:
            account = account_hash(self._vault, wanted.account)
            calls = select(CALL_INDEX.c.call).where(CALL_INDEX.c.account == account)
            yield CALLS.c.id.in_(calls)
        flags = [FINDINGS.c.call == CALLS.c.id, FINDINGS.c.status != Status.WITHDRAWN.value]
        if wanted.rule:
            flags.append(FINDINGS.c.rule.startswith(wanted.rule, autoescape=True))
        if wanted.severity is not None:
            flags.append(FINDINGS.c.severity == wanted.severity.value)
        if wanted.rule or wanted.severity is not None or wanted.reviewed is not None:
            yield exists().where(*flags)
        if wanted.reviewed:
            yield exists().where(REVIEWS.c.call == CALLS.c.id)
        if wanted.outcome:
            last = (
                select(WRAP_UPS.c.outcome)
                .where(WRAP_UPS.c.call == CALLS.c.id)
                .order_by(WRAP_UPS.c.number.desc())
                .limit(1)
                .scalar_subquery()
            )
            yield last == wanted.outcome
        if wanted.state is not None:
            yield CALLS.c.whole if wanted.state is CallState.WHOLE else ~CALLS.c.whole


def _hits(phrase: Phrase, said: Iterator[UtteranceFinal]) -> Iterator[Hit]:
    for utterance in said:
        place = phrase.place_in(utterance.text)
        if place is not None:
            yield Hit(utterance, *place)


def _said(hashes: Sequence[int]) -> Select[tuple[int, int]]:
    """Where all of the words were said in one utterance; the first is the rarest."""
    query = select(WORD_INDEX.c.number, WORD_INDEX.c.position).where(WORD_INDEX.c.word == hashes[0])
    for place, hashed in enumerate(hashes[1:]):
        other = WORD_INDEX.alias(f"also_{place}")
        query = query.where(
            exists().where(
                other.c.word == hashed,
                other.c.number == WORD_INDEX.c.number,
                other.c.position == WORD_INDEX.c.position,
            )
        )
    return query


def _beyond(row: RowMapping) -> ColumnElement[bool]:
    """What comes after a call in the order of lists."""
    started = row["started_at_utc"]
    same = and_(CALLS.c.started_at_utc == started, CALLS.c.id > row["id"])
    # The first part says less than the second, and lets the index by time begin where it stands.
    return and_(CALLS.c.started_at_utc <= started, or_(CALLS.c.started_at_utc < started, same))
