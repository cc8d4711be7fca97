"""Finds kept calls: by what lists show, by account, and by words said.

Owns the queries behind `assistant calls list` and `find`; it is handed an open `CallStore` and
gives its values.  What the index of words finds is only a candidate: the sealed utterances are
opened here, newest call first, and only what holds the phrase is given.  It changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
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

# Calls looked at together: a few at first, then more.
_FIRST, _BATCH = 10, 200
# A word said less often than this is looked up by itself; a commoner one call by call.
_RARE = 5000
# Words of a phrase that are looked up together; opening the utterance decides the rest.
_TOGETHER = 6


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
        for batch in self._batches(wanted):
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

    def _batches(self, wanted: CallFilter) -> Iterator[Sequence[RowMapping]]:
        query = self._wanted(select(CALLS), wanted)
        query = query.order_by(CALLS.c.started_at_utc.desc(), CALLS.c.id)
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
    ) -> Iterator[tuple[Sequence[RowMapping], dict[str, list[int]]]]:
        """Calls newest first, and the positions at which every word of the phrase was said."""
        counted = sorted((self._count(key), key) for key in phrase.keys)
        said = self._said([word_hash(self._vault, key) for _count, key in counted][:_TOGETHER])
        rarest, _key = counted[0]
        if rarest < _RARE:
            found = self._positions(said)
            query = self._wanted(select(CALLS).where(CALLS.c.id.in_(found)), wanted)
            rows = self._store.rows(query.order_by(CALLS.c.started_at_utc.desc(), CALLS.c.id))
            for first in range(0, len(rows), _FIRST):
                yield rows[first : first + _FIRST], found
            return
        for batch in self._batches(wanted):
            numbers = select(CALL_INDEX.c.number).where(
                CALL_INDEX.c.call.in_([row["id"] for row in batch])
            )
            found = self._positions(said.where(WORD_INDEX.c.number.in_(numbers)))
            there = [row for row in batch if row["id"] in found]
            if there:
                yield there, found

    def _count(self, key: str) -> int:
        """How often a word is indexed, up to where it counts as a common one."""
        rows = select(literal(1)).where(WORD_INDEX.c.word == word_hash(self._vault, key))
        counted = select(func.count().label("count")).select_from(rows.limit(_RARE).subquery())
        return int(self._store.rows(counted)[0]["count"])

    def _said(self, hashes: Sequence[int]) -> Select[tuple[str, int]]:
        """Where all of the words were said in one utterance; the first is the rarest."""
        query = (
            select(CALL_INDEX.c.call, WORD_INDEX.c.position)
            .join(CALL_INDEX, CALL_INDEX.c.number == WORD_INDEX.c.number)
            .where(WORD_INDEX.c.word == hashes[0])
        )
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

    def _positions(self, said: Select[tuple[str, int]]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row in self._store.rows(said):
            found.setdefault(row["call"], []).append(row["position"])
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


def _beyond(row: RowMapping) -> ColumnElement[bool]:
    """What comes after a call in the order of lists."""
    started = row["started_at_utc"]
    same = and_(CALLS.c.started_at_utc == started, CALLS.c.id > row["id"])
    return or_(CALLS.c.started_at_utc < started, same)
