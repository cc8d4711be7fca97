"""Judges what the agent says of the account: a spoken amount, rate or date against the ledger.

Owns the finding of the quantity that words such as *your balance* speak of, and the comparison.  It
is a breach only where both sides are certain: plainly heard, said without *about*, and a ledger
value of the same sort; otherwise the facts are to be checked.  It tells no value to anybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from compliance.conditions import day_of, number_of
from compliance.context import CallContext, Plain
from compliance.findings import FoundBy, Verdict
from compliance.guards import READERS, Reading
from compliance.hearing import SUBJECT, Sign
from compliance.judges.hits import Hit, Judged, considered, least_confidence, why_open
from compliance.kinds import Spoken
from compliance.phrases import Match
from compliance.quantities import Quantity, quantities
from compliance.rules import Guard, Rule, RuleSet
from compliance.text import SENTENCE, Folded
from compliance.transcript import Utterance

_SURE = 0.8  # the recogniser's confidence in a number that is taken for said
_ABOUT = Decimal("0.1")  # what was said to be about so much may be off by this share
# Who denies, reports, asks or supposes an amount does not state it.
_NOT_STATED = (Guard.NEGATED, Guard.REPORTED, Guard.CONDITIONAL, Guard.ASKED)


class LedgerJudge:
    """The spoken facts of one call."""

    def __init__(self, rules: RuleSet) -> None:
        self._language = rules.language
        self._cues = rules.cues
        self._spoken = rules.measuring(Spoken)

    def hear(
        self,
        utterance: Utterance,
        folded: Folded,
        signs: Sequence[Sign],
        context: CallContext,
    ) -> Judged:
        """What a final of the agent says of the account that is not so."""
        subjects: dict[str, list[Match]] = {}
        for sign in signs:
            if sign.match.label[0] == SUBJECT:
                subjects.setdefault(sign.match.label[1:], []).append(sign.match)
        if not subjects:
            return Judged()
        said = quantities(folded, self._language)
        hits: list[Hit] = []
        undecided: list[tuple[str, str]] = []
        reading: Reading | None = None
        for rule, spec in self._spoken:
            pairs = list(_pairs(spec, subjects.get(rule.id, ()), said, folded))
            applies = rule.when.holds(context)
            if not pairs or applies is False:
                continue
            values = _ledger(spec, context)
            why = why_open(context, (rule.when,)) if applies is None else ""
            if why or not (values or spec.most is not None):
                undecided.append((rule.id, why or f"account:{spec.fields[0]}"))
                continue
            for subject, quantity in pairs:
                if _is_so(spec, quantity, values):
                    continue
                reading = reading or Reading.of(folded, self._language, self._cues.search(folded))
                match = _whole(rule, subject, quantity, folded)
                if any(READERS[guard](reading, match) for guard in _NOT_STATED):
                    continue
                hits.append(_hit(rule, spec, utterance, quantity, match, context))
                break
        return Judged(tuple(hits), tuple(undecided))


def _pairs(
    spec: Spoken, subjects: Sequence[Match], said: Sequence[Quantity], folded: Folded
) -> Iterator[tuple[Match, Quantity]]:
    """Each subject with the nearest quantity of the sort that stands in its sentence."""
    for subject in subjects:
        near = [
            (distance, quantity)
            for quantity in said
            if quantity.sort.value == spec.says
            and (distance := _distance(subject, quantity, folded)) is not None
            and distance <= spec.within
        ]
        if near:
            yield subject, min(near, key=lambda pair: pair[0])[1]


def _distance(subject: Match, quantity: Quantity, folded: Folded) -> int | None:
    """Tokens between two; `None` where a sentence ends there."""
    if quantity.last < subject.first:
        between = range(quantity.last + 1, subject.first + 1)
    elif quantity.first > subject.last:
        between = range(subject.last + 1, quantity.first + 1)
    else:
        return 0
    if any(folded.breaks[index] >= SENTENCE for index in between):
        return None
    return len(between) - 1


def _ledger(spec: Spoken, context: CallContext) -> list[Decimal | date]:
    account = context.header.account or {}
    values = (_value(spec, account.get(name)) for name in spec.fields)
    return [value for value in values if value is not None]


def _value(spec: Spoken, value: Plain) -> Decimal | date | None:
    return day_of(value) if spec.says == "date" else number_of(value)


def _is_so(spec: Spoken, quantity: Quantity, values: Sequence[Decimal | date]) -> bool:
    if spec.most is not None:
        return quantity.value is None or quantity.value <= spec.most
    return any(_agrees(spec, quantity, value) for value in values)


def _agrees(spec: Spoken, quantity: Quantity, value: Decimal | date) -> bool:
    if isinstance(value, date):
        if quantity.day is None:
            return True
        year, month, day = quantity.day
        try:
            said = date(year if year is not None else value.year, month, day)
        except ValueError:
            return False  # there is no such day
        return abs((said - value).days) <= spec.tolerance
    if quantity.value is None:
        return True
    tolerance = spec.tolerance
    if quantity.hedged:
        tolerance = max(tolerance, abs(value) * _ABOUT)
    return abs(quantity.value - value) <= tolerance


def _whole(rule: Rule, subject: Match, quantity: Quantity, folded: Folded) -> Match:
    first, last = min(subject.first, quantity.first), max(subject.last, quantity.last)
    return Match(rule.id, subject.phrase, first, last, folded.starts[first], folded.ends[last])


def _hit(
    rule: Rule,
    spec: Spoken,
    utterance: Utterance,
    quantity: Quantity,
    match: Match,
    context: CallContext,
) -> Hit:
    confidence = least_confidence(utterance, match.start, match.end)
    heard = confidence is None or confidence >= _SURE
    certain = heard and quantity.exact and not quantity.hedged
    known, unknown = considered(context, (rule.when,))
    compared = tuple((f"account:{name}", "differs") for name in spec.fields)
    ceiling = f"{spec.says} over {spec.most}" if spec.most is not None else ""
    found_by = FoundBy(
        "fact",
        ceiling or f"{spec.says} against {', '.join(spec.fields)}",
        closeness=1.0 if certain else 0.5,
        context=(*known, *compared),
        unknown=unknown,
    )
    verdict = spec.verdict if certain else Verdict.CHECK_FACTS
    return Hit(rule, verdict, found_by, match.start, match.end)
