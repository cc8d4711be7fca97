"""Clauses of an utterance, found without punctuation, and which of them hold a promise.

Owns the clause finder and the verdict on each clause: denied, past, asked, quoted, about other
matters, or counting.  A recogniser writes no pauses, so that a clause also begins at its subject
(`I`, `我`) and behind what turns a sum or day down.  It knows no words, only what the scanners made
of them; where the border of a clause is a guess, what it saves is in doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scripts.commitments_parts import Doubt, Part, Sort

SLOTS = frozenset({Sort.AMOUNT, Sort.DAY})
# What makes a clause more than a piece of the one that follows: Friday, I can …
_VERBS = frozenset(
    {Sort.PAY, Sort.NO, Sort.CANNOT, Sort.PAST, Sort.OTHER_MATTER, Sort.BILL, Sort.INCOME,
     Sort.ARRIVE, Sort.SOMEBODY, Sort.QUESTION, Sort.QUOTE, Sort.METHOD, Sort.IF, Sort.ASK,
     Sort.TOO, Sort.START, Sort.NEVER}
)  # fmt: skip
_SELF = frozenset({"i", "we", "我", "咱"})
_OF_IT = frozenset({"it", "that"})
_OF_A_QUOTE = 2  # tokens from `you are telling` to what is told
_QUESTION_WITHIN = 3  # tokens of a clause before what makes all of it a question
_BILL_WITHIN = 4  # tokens from `pay` to whose bill it is


@dataclass(frozen=True, slots=True)
class Meant:
    """The parts that count, in order, and the doubts that the other clauses throw on all of them.

    `borrowed` is the day on which the customer gets money, for a sum that was told without one.
    """

    parts: tuple[Part, ...]
    doubts: tuple[Doubt, ...]
    borrowed: Part | None = None


def in_clauses(parts: Sequence[Part]) -> tuple[list[Part], frozenset[int]]:
    """The same parts, each with the number of its clause; which clauses began without a pause."""
    clause = 0
    soft: set[int] = set()
    numbered: list[Part] = []
    within: list[Part] = []
    for part in parts:
        hard = part.sort is Sort.CLAUSE
        if hard or _starts_anew(within, part) or _turns_to(within, part):
            clause += 1
            within = []
            if not hard:
                soft.add(clause)
        within.append(part)
        numbered.append(replace(part, clause=clause))
    return numbered, frozenset(soft)


def _starts_anew(within: Sequence[Part], part: Part) -> bool:
    """Whether a subject begins a clause: it does not behind a day alone, or after `you told me`."""
    if part.sort is not Sort.START or not within:
        return False
    quoted = within[-1].sort is Sort.QUOTE and part.first - within[-1].last <= _OF_A_QUOTE
    asked = within[0].sort is Sort.QUESTION or (
        len(within) > 1 and within[0].sort is Sort.CLAUSE and within[1].sort is Sort.QUESTION
    )
    # What is the least I can pay: the question goes on over its subject.
    of_the_question = asked and not any(item.sort in SLOTS for item in within)
    if quoted or of_the_question:
        return False
    if part.word in _SELF and {item.sort for item in within} >= SLOTS:
        return True  # 640 today | I just want it done with
    return any(item.sort in _VERBS for item in within) or _is_paid_then(within)


def _is_paid_then(within: Sequence[Part]) -> bool:
    """月底領薪水: whether a clause says when the customer is paid."""
    paid = any(item.doubt is Doubt.PAYDAY for item in within)
    return paid and any(item.day is not None for item in within)


def _turns_to(within: Sequence[Part], part: Part) -> bool:
    """Whether a sum or day begins a clause: Friday is no good | Monday; 五號領錢 | 六號."""
    if part.sort not in SLOTS or not within:
        return False
    slots = {item.sort for item in within if item.sort in SLOTS}
    last = next(
        (item.sort for item in reversed(within) if item.sort not in {Sort.SOFT, Sort.SKIP}), None
    )
    if last in {Sort.TOO, Sort.NEVER}:
        return bool(slots)
    paid = within[-1].sort is Sort.DAY and within[-1].doubt is Doubt.PAYDAY
    if last in {Sort.INCOME, Sort.ARRIVE} or paid:
        dated = any(item.day is not None for item in within)
        return part.sort is Sort.DAY and part.doubt is not Doubt.PAYDAY and dated
    past = any(item.sort is Sort.PAST and not item.word.isascii() for item in within)
    if past and Sort.AMOUNT in slots:
        return part.day is not None  # 我昨天繳了三千 | 十號再繳三千
    if last in {Sort.OTHER_MATTER, Sort.BILL}:
        return part.sort is Sort.DAY and part.sort in slots
    return last is Sort.CANNOT and part.sort in slots


def meant(
    parts: Sequence[Part],
    soft: frozenset[int],
    closed: Callable[[int], bool],
    *,
    of_the_customer: bool,
    in_situ: bool,
) -> Meant:
    """What counts of the parts in their clauses.

    Args:
        parts: corrected, each with its clause.
        soft: the clauses that began without a pause.
        closed: whether a denial may end before a token: I can't today | I can …
        of_the_customer: an agent who reads back asks and quotes.
        in_situ: whether a question word stands where its answer would (三千要扣多少).
    """
    parts = _without_the_refused(parts)
    agreed = _agreement(parts)
    kept: list[Part] = []
    doubts: list[Doubt] = []
    income: list[Part] = []
    clauses = sorted({part.clause for part in parts})
    dropped: dict[int, Sort] = {}
    for clause in clauses:
        within = [part for part in parts if part.clause == clause]
        verdict = _verdict(within, agreed=agreed, in_situ=in_situ)
        if verdict is None and dropped.get(clause - 1) is Sort.BILL and _only_a_sum(within):
            verdict = Sort.BILL
        if not of_the_customer and verdict in {Sort.QUESTION, Sort.QUOTE}:
            verdict = None
        if verdict is None:
            kept.extend(_looked_at(within))
            continue
        dropped[clause] = verdict
        if verdict is Sort.INCOME:
            income.extend(part for part in within if part.sort is Sort.DAY and part.day)
        slots = any(part.sort in SLOTS for part in within)
        if verdict is Sort.QUESTION:
            doubts.append(Doubt.QUESTION)
        elif verdict in {Sort.OTHER_MATTER, Sort.BILL, Sort.QUOTE} and slots and clause + 1 in soft:
            doubts.append(Doubt.OTHER_MATTER)
        elif verdict is Sort.NO and clause + 1 in soft:
            first = min((part.first for part in parts if part.clause == clause + 1), default=0)
            if not closed(first):
                doubts.append(Doubt.NOT_FIRM)
    kept = _without_payday(_without_others(kept))
    if _taken_back(parts, kept, dropped):
        doubts.append(Doubt.NOT_FIRM)
    own = [part for part in kept if part.sort in SLOTS]
    borrowed = None
    if income and own and all(part.sort is Sort.AMOUNT for part in own):
        borrowed = replace(income[-1], doubt=income[-1].doubt or Doubt.PAYDAY)
    if own and all(dropped.get(part.clause) for part in income) and borrowed is None:
        income = []
    return Meant(tuple(kept), tuple(dict.fromkeys(doubts)), borrowed)


def _taken_back(parts: Sequence[Part], kept: Sequence[Part], dropped: dict[int, Sort]) -> bool:
    """Whether what stands behind the promise takes it back: but I haven't got it, I sent that."""
    last = max((part.clause for part in kept if part.sort in SLOTS), default=-1)
    return any(
        verdict in {Sort.NO, Sort.PAST}
        and clause > last >= 0
        and not any(part.sort in SLOTS for part in parts if part.clause == clause)
        for clause, verdict in dropped.items()
    )


def _verdict(within: Sequence[Part], *, agreed: bool, in_situ: bool) -> Sort | None:
    """Why a clause holds no promise; `None` where it may."""
    sorts = {part.sort for part in within}
    if sorts & {Sort.NO, Sort.CANNOT, Sort.NEVER}:
        return Sort.NO
    if Sort.PAST in sorts:
        return Sort.PAST
    if Sort.QUOTE in sorts and not agreed:
        return Sort.QUOTE
    if Sort.QUESTION in sorts and Sort.ASK not in sorts and (in_situ or _asks(within)):
        return Sort.QUESTION
    if _pays_a_bill(within):
        return Sort.BILL
    others = sorts & {Sort.INCOME, Sort.SOMEBODY, Sort.OTHER_MATTER}
    if Sort.ARRIVE in sorts and (others or not sorts & {Sort.PAY, Sort.ASK, Sort.AMOUNT}):
        return Sort.INCOME
    if sorts & {Sort.PAY, Sort.METHOD, Sort.ARRIVE}:
        return None
    if Sort.INCOME in sorts and (Sort.ASK in sorts or _said_before_income(within)):
        return None
    payday = any(part.doubt is Doubt.PAYDAY for part in within)
    dated = any(part.day is not None for part in within)
    if Sort.INCOME in sorts or (payday and dated and Sort.AMOUNT not in sorts):
        return Sort.INCOME
    return next((sort for sort in (Sort.OTHER_MATTER, Sort.BILL) if sort in sorts), None)


def _pays_a_bill(within: Sequence[Part]) -> bool:
    """Whether what is paid is somebody else's: pay the electric; 房租 … 五號要繳.

    `After the rent I can pay 200` is the customer's own payment.
    """
    told = [part for part in within if part.sort not in {Sort.CLAUSE, Sort.START, Sort.SOFT}]
    bill = next((at for at, part in enumerate(told) if part.sort is Sort.BILL), -1)
    if bill < 0 or any(part.sort in {Sort.ABOUT, Sort.IF, Sort.AND} for part in told[:bill]):
        return False
    pays = [part for part in told if part.sort is Sort.PAY]
    before = {part.sort for part in told[: max(bill - 1, 0)]}
    more = {part.sort for part in told[bill:]}
    if before >= SLOTS or more >= {Sort.AND, Sort.AMOUNT}:
        return False  # 3,000 on the tenth, the rent on the fifth; the gas on Friday and 60 to you
    if any(0 < told[bill].first - part.last <= _BILL_WITHIN for part in pays):
        return True
    # It is spoken of first, and one sum at the most is: my rent is 800 on the first.
    sums = [part for part in told if part.sort is Sort.AMOUNT]
    return bill == 0 and len(pays) <= 1 and len(sums) <= 1


def _said_before_income(within: Sequence[Part]) -> bool:
    """140 on Monday, the rest on the fifteenth when I am paid."""
    income = next(part.first for part in within if part.sort is Sort.INCOME)
    before = [part for part in within if part.last < income]
    dated = any(part.day is not None for part in before)
    return dated and any(part.sort is Sort.AMOUNT for part in before)


def _only_a_sum(within: Sequence[Part]) -> bool:
    """That's a hundred and twenty, it comes out on the first: about what was spoken of before."""
    rest = {part.sort for part in within if part.sort not in {Sort.START, Sort.SOFT, Sort.AND}}
    begins = next((part for part in within if part.sort is Sort.START), None)
    if begins is None or not rest or not rest <= SLOTS:
        return False
    return rest == {Sort.AMOUNT} or begins.word in _OF_IT


def _asks(within: Sequence[Part]) -> bool:
    """Whether the question comes before every sum and day: how does that sound comes after."""
    if any(part.sort is Sort.TOO for part in within):
        return False  # wait, is that too much
    begin = within[0].first
    question = next(part for part in within if part.sort is Sort.QUESTION)
    slots = [part.first for part in within if part.sort in SLOTS]
    return question.first - begin < _QUESTION_WITHIN or question.first < min(slots, default=0)


def _looked_at(within: Sequence[Part]) -> list[Part]:
    """我房租繳八千: what else is spoken of may be what the sum or the day belongs to."""
    sorts = {part.sort for part in within}
    if not sorts & {Sort.OTHER_MATTER, Sort.BILL, Sort.QUOTE, Sort.INCOME}:
        return list(within)
    return [
        replace(part, doubt=part.doubt or Doubt.OTHER_MATTER) if part.sort in SLOTS else part
        for part in within
    ]


def _without_the_refused(parts: Sequence[Part]) -> list[Part]:
    """三千太多了, ninety is too much: what stands before it is turned down; `never`: all of it."""
    gone: set[int] = set()
    for index, part in enumerate(parts):
        if part.sort is Sort.NEVER:
            gone |= {at for at in range(index) if parts[at].sort in SLOTS}
        if part.sort is not Sort.TOO:
            continue
        before = [
            at for at in range(index) if parts[at].sort in SLOTS and parts[at].first < part.first
        ]
        here = [at for at in before if parts[at].clause == part.clause]
        if here:
            gone |= set(here)
        elif before:
            last = parts[before[-1]].clause
            gone |= {at for at in before if parts[at].clause == last}
    return [part for at, part in enumerate(parts) if at not in gone]


def _agreement(parts: Sequence[Part]) -> bool:
    """Whether a quoted offer is taken up, and nothing of the customer's own takes its place."""
    quotes = [part for part in parts if part.sort is Sort.QUOTE]
    if not quotes:
        return False
    last = quotes[-1]
    agree = any(part.sort is Sort.AGREE and part.first > last.last for part in parts)
    own = any(part.sort is Sort.AMOUNT and part.clause > last.clause for part in parts)
    return agree and not own


def _without_others(parts: list[Part]) -> list[Part]:
    """我房租一號要繳八千，所以五號只能還一千: other people's payments, beside one's own."""
    sums = [part for part in parts if part.sort is Sort.AMOUNT]
    others = {part.clause for part in sums if part.doubt is Doubt.OTHER_MATTER}
    if not others or all(part.clause in others for part in sums):
        return parts
    return [part for part in parts if part.clause not in others or part.sort not in SLOTS]


def _without_payday(parts: list[Part]) -> list[Part]:
    """Pay that comes on a day is no day of payment where another clause has one."""
    named = {part.clause for part in parts if part.day is not None}
    sums = {part.clause for part in parts if part.sort is Sort.AMOUNT}
    paydays = {part.clause for part in parts if part.doubt is Doubt.PAYDAY}
    return [
        part
        for part in parts
        if not (
            part.sort is Sort.DAY
            and part.clause not in sums
            and part.clause in paydays
            and named - {part.clause}
        )
    ]
