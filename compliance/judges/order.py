"""Judges order: that nothing is said, or no stage reached, before what must come first.

Owns the comparison of what happens in an utterance with what has happened before it.  Which words
make an event or a statement is the pack's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from compliance.context import CallContext
from compliance.findings import FoundBy, Statement, StatementState, Verdict
from compliance.hearing import ELEMENT, EVENT, Sign
from compliance.judges.hits import Hit, Judged, considered, why_open
from compliance.kinds import Order
from compliance.rules import Rule, RuleSet


class OrderJudge:
    """The orders of one call; each is found broken once."""

    def __init__(self, rules: RuleSet) -> None:
        self._orders = rules.measuring(Order)
        self._told: set[str] = set()

    def hear(
        self, signs: Sequence[Sign], statements: Iterable[Statement], context: CallContext
    ) -> Judged:
        """What a final of the agent breaks; `statements` are those that it moved."""
        hits: list[Hit] = []
        undecided: list[tuple[str, str]] = []
        said = {s.id for s in statements if s.state is StatementState.SAID}
        for rule, order in self._orders:
            if rule.id in self._told or rule.when.holds(context) is False:
                continue
            found = _first_of(order, signs, context)
            if found is None:
                continue
            answers = [_came_first(mark, found, signs, said, context) for mark in order.first]
            if all(answers):
                continue
            self._told.add(rule.id)
            why = why_open(context, (rule.when,))
            if why or all(answer is not False for answer in answers):
                undecided.append((rule.id, why or order.first[answers.index(None)]))
                continue
            hits.append(_hit(rule, order, found, answers, context))
        return Judged(tuple(hits), tuple(undecided))


class _Found:
    """Where what must come later was first met; `sign` is `None` for a stage."""

    def __init__(self, mark: str, sign: Sign | None) -> None:
        self.mark = mark
        self.sign = sign


def _first_of(order: Order, signs: Sequence[Sign], context: CallContext) -> _Found | None:
    for sign in signs:
        for mark in order.then:
            if _marks(sign, mark):
                return _Found(mark, sign)
    for mark in order.then:
        if context.stage is not None and mark == f"stage:{context.stage}":
            return _Found(mark, None)
    return None


def _marks(sign: Sign, mark: str) -> bool:
    kind, _, name = mark.partition(":")
    label = sign.match.label
    if kind == "event":
        return label == f"{EVENT}{name}"
    return kind == "statement" and label.startswith(f"{ELEMENT}{name}/")


def _came_first(
    mark: str, found: _Found, signs: Sequence[Sign], said: set[str], context: CallContext
) -> bool | None:
    made = context.made(mark)
    if made is True or found.sign is None:
        return made
    kind, _, name = mark.partition(":")
    if kind == "statement" and name not in said:
        return made
    begins = [sign.match.first for sign in signs if _marks(sign, mark)]
    if begins and min(begins) < found.sign.match.first:
        return True  # in the same breath, but first
    return made


def _hit(
    rule: Rule, order: Order, found: _Found, answers: list[bool | None], context: CallContext
) -> Hit:
    late = [mark for mark, answer in zip(order.first, answers, strict=True) if answer is False]
    known, unknown = considered(context, (rule.when,))
    what = f"{found.mark} before {', '.join(late)}"
    found_by = FoundBy("order", what, found.mark, context=known, unknown=unknown)
    match = found.sign.match if found.sign is not None else None
    return Hit(
        rule,
        Verdict.BREACH,
        found_by,
        match.start if match is not None else 0,
        match.end if match is not None else 0,
        part="order",
    )
