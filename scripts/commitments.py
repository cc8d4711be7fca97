"""From what a customer says to a proposed promise: amount, day, method, and whether it is certain.

Owns the reading of one utterance and the putting together of its parts.  Nothing that can be meant
in two ways is certain: a doubt is named instead, and the agent asks.  It reads no clock: the moment
and the customer's zone are passed in.  A proposal is no promise: the agent confirms it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import partial

from compliance.text import Folded, fold
from scripts import commitments_en, commitments_zh
from scripts.account import Promise
from scripts.commitments_clauses import SLOTS, in_clauses, meant
from scripts.commitments_corrections import corrected
from scripts.commitments_joining import put_together
from scripts.commitments_oddities import doubts_of_the_whole, oddities
from scripts.commitments_parts import MOST, Doubt, Part, Sort, number_at
from scripts.commitments_series import Draft
from scripts.commitments_whose import (
    may_end_a_denial,
    only_about_others,
    paid_to_others,
    speaks_of_self,
    strange_clauses,
)
from scripts.commitments_words import Words, load_words
from scripts.forms import minor_digits

LONGEST_TEXT = 2000  # code points; an utterance is far shorter


@dataclass(frozen=True, slots=True)
class Saying:
    """What an utterance is read against.

    `now` is the moment it was said, with an offset; `zone` the customer's.  `language` is the
    call's (`zh-TW`: years are 民國; `en-GB`: 12/5 is in May).  `overdue` and `minimum` are what a
    half, the rest or the minimum is of; `None`: not known.
    """

    now: datetime
    zone: tzinfo
    language: str
    currency: str
    overdue: Decimal | None = None
    minimum: Decimal | None = None

    @property
    def today(self) -> date:
        """The customer's day."""
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A promise as it was understood; `certain` where there is no doubt at all.

    `amount` and `day` are `None` where not said or not understood; a doubt then says why.
    """

    amount: Decimal | None
    currency: str
    day: date | None
    method: str
    doubts: tuple[Doubt, ...]

    @property
    def certain(self) -> bool:
        """Whether amount and day may be shown without a question mark."""
        return not self.doubts


def proposals(text: str, saying: Saying) -> tuple[Proposal, ...]:
    """The promises in what a customer said; empty where there is none.

    A refusal, what is past, a question about the debt, and other people's money are no promises.
    """
    return _proposals(text, saying, of_the_customer=True)


def read_back(text: str, saying: Saying) -> tuple[Proposal, ...]:
    """The amounts and days in the agent's "so that is … on …, right?"; asked is how it is said."""
    return _proposals(text, saying, of_the_customer=False)


def is_an_answer(text: str, saying: Saying) -> bool:
    """Whether an utterance is about paying, or holds an amount or a day and hardly anything else.

    `My birthday is on Monday` holds a day and is no answer to when somebody pays.
    """
    folded = fold(text[:LONGEST_TEXT])
    parts = _scanned(folded, saying)
    if any(part.sort in {Sort.PAY, Sort.METHOD} for part in parts):
        return True
    fillers = _words(saying).fillers
    counted = {at for part in parts for at in range(part.first, part.last + 1)}
    return all(at in counted or word in fillers for at, word in enumerate(folded.tokens))


def _words(saying: Saying) -> Words:
    return load_words("zh" if saying.language.startswith("zh") else "en")


def _scanned(folded: Folded, saying: Saying) -> list[Part]:
    if saying.language.startswith("zh"):
        return list(commitments_zh.scan(folded, saying.today, language=saying.language))
    return list(commitments_en.scan(folded, saying.today, language=saying.language))


def _proposals(text: str, saying: Saying, *, of_the_customer: bool) -> tuple[Proposal, ...]:
    folded = fold(text[:LONGEST_TEXT])
    spoken = commitments_zh if saying.language.startswith("zh") else commitments_en
    if not spoken.may_hold_a_sum_or_day(folded.tokens):
        return ()
    heard = [_as_heard(part, folded) for part in _scanned(folded, saying)]
    if not any(part.sort in SLOTS for part in heard):
        return ()
    numbered, soft = in_clauses(heard)
    sorts = {part.sort for part in numbered}
    parts, unfinished = corrected(numbered)
    closed = partial(may_end_a_denial, folded, parts)
    in_situ = saying.language.startswith("zh")
    told = meant(parts, soft, closed, of_the_customer=of_the_customer, in_situ=in_situ)
    words = _words(saying)
    strange = strange_clauses(folded, numbered, words.fillers)
    others = paid_to_others(folded, numbered, words)
    kept = [_looked_at(part, text[:LONGEST_TEXT], folded, saying.currency) for part in told.parts]
    kept = [
        replace(part, doubt=part.doubt or Doubt.OTHER_MATTER)
        if (part.sort is Sort.DAY and part.clause in strange)
        or (part.sort in SLOTS and part.clause in others)
        else part
        for part in kept
    ]
    if Sort.SOMEBODY in sorts and only_about_others(folded, parts, kept):
        sorts.discard(Sort.SOMEBODY)
    shared = (*_doubts_of_all(sorts, text), *told.doubts) if of_the_customer else ()
    if of_the_customer and not sorts & {Sort.PAY, Sort.METHOD} and speaks_of_self(folded, kept):
        shared += (Doubt.NOT_FIRM,)  # they do something else then: I will be 50 on Friday
    if of_the_customer:
        ends = [folded.ends[part.last] for part in kept if part.sort in SLOTS]
        shared += tuple(doubts_of_the_whole(text, saying.language, max(ends, default=0)))
    if unfinished:
        shared += (Doubt.UNFINISHED_CORRECTION,)
    sums = any(part.sort is Sort.AMOUNT for part in kept)
    if not sums and not sorts & {Sort.PAY, Sort.METHOD} and speaks_of_self(folded, kept):
        return ()  # a day of theirs: I am in hospital until the ninth
    digits = minor_digits(saying.currency)
    made = put_together(
        kept, saying.overdue, saying.minimum, digits, told.borrowed, days_lead=in_situ
    )
    method = next((part.word for part in kept if part.sort is Sort.METHOD), "")
    return tuple(_finished(item, shared, method, saying) for item in made)


def _looked_at(part: Part, text: str, folded: Folded, currency: str) -> Part:
    """A sum or day with the doubt that stands beside it."""
    if part.doubt is not None or part.sort not in SLOTS:
        return part
    return replace(part, doubt=next(oddities(text, folded, part, currency), None))


def _as_heard(part: Part, folded: Folded) -> Part:
    """Folding drops what is said twice at once: twenty twenty six may be 26, or a year, or 2026."""
    if part.sort not in SLOTS:
        return part
    begin, beyond = max(part.first - 1, 0), min(part.last + 1, len(folded.tokens) - 1)
    for index in range(begin, beyond):
        dropped = fold(folded.original[folded.ends[index] : folded.starts[index + 1]]).tokens
        if any(number_at(dropped, at, base) for at in range(len(dropped)) for base in ("en", "zh")):
            return replace(part, doubt=part.doubt or Doubt.AMOUNT_TWO_WAYS)
    return part


_OF_ALL = {
    Sort.ASK: Doubt.QUESTION,
    Sort.IF: Doubt.CONDITION,
    Sort.SOFT: Doubt.NOT_FIRM,
    Sort.SOMEBODY: Doubt.SOMEBODY_ELSE,
    Sort.ABOUT: Doubt.APPROXIMATE,
}


def _doubts_of_all(sorts: set[Sort], text: str) -> tuple[Doubt, ...]:
    """What throws doubt on everything in the utterance."""
    doubts = tuple(doubt for sort, doubt in _OF_ALL.items() if sort in sorts)
    asks = any(mark in text for mark in "?？") and Doubt.QUESTION not in doubts
    return (*doubts, Doubt.QUESTION) if asks else doubts


def _finished(draft: Draft, shared: tuple[Doubt, ...], method: str, saying: Saying) -> Proposal:
    doubts = list(draft.doubts)
    amount = draft.amount
    if amount is not None and amount >= MOST:
        amount = None
        doubts.append(Doubt.AMOUNT_TWO_WAYS)
    if amount is not None and amount != round(amount, minor_digits(saying.currency)):
        doubts.append(Doubt.AMOUNT_TWO_WAYS)
    if amount is None and not {Doubt.AMOUNT_TWO_WAYS, Doubt.ALTERNATIVES} & set(doubts):
        doubts.append(Doubt.NO_AMOUNT)
    if draft.day is None and not _DAY_DOUBTS & set(doubts):
        doubts.append(Doubt.NO_DAY)
    if draft.day is not None and draft.day < saying.today:
        draft = replace(draft, day=None)
        doubts.append(Doubt.DAY_PAST)
    told = tuple(dict.fromkeys((*doubts, *shared)))
    return Proposal(amount, saying.currency, draft.day, method, told)


_DAY_DOUBTS = {Doubt.NO_SUCH_DAY, Doubt.DAY_PAST, Doubt.DAY_TWO_WAYS, Doubt.PAYDAY}


# ---- one active promise --------------------------------------------------------------------------


def active_promise(promises: Sequence[Promise], today: date) -> Promise | None:
    """The promise that an account already holds: not known to be kept or broken, not yet due.

    An account holds one active promise; a new one takes its place only when the agent says so.
    """
    waiting = [promise for promise in promises if promise.kept is None and promise.due_on >= today]
    return max(waiting, key=lambda promise: (promise.made_on, promise.due_on), default=None)
