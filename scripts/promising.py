"""Follows what a customer promises through a call: one proposal stands, until another does.

Owns the putting together of what is said one thing at a time ("three hundred", "on Friday"), what
takes the place of what, and the sentence for the agent.  It reads single utterances by
`scripts.commitments` and no clock; moments are passed in.  Nothing here is a promise before the
agent confirms it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal

from compliance.errors import MissingPart
from scripts.account import Account, Promise
from scripts.commitments import Proposal, Saying, active_promise, is_an_answer, proposals, read_back
from scripts.commitments_oddities import takes_back
from scripts.commitments_parts import Doubt
from scripts.commitments_wording import PromiseWording, shipped_promise_wording

# How many of the customer's utterances an amount waits for its day, or a day for its amount.
_WAITS = 3
# What goes away when the other half is said.
_HALVES = {Doubt.NO_AMOUNT, Doubt.NO_DAY}
# What an agent's reading back does not clear up; of an unknown day, that it is unknown.
_STAYING = {Doubt.CONDITION, Doubt.SOMEBODY_ELSE, Doubt.OTHER_MATTER, Doubt.DAY_TWO_WAYS}
# What the customer says of themselves and of other things in this currency, where no account says.
_CURRENCIES = {"us": "USD", "tw": "TWD", "cn": "CNY", "hk": "HKD", "uk": "GBP"}


def currency_of(account: Account | None, jurisdiction: str) -> str:
    """The currency of a call's sums: the account's, else the jurisdiction's own."""
    return account.currency if account is not None else _CURRENCIES[jurisdiction]


@dataclass(frozen=True, slots=True)
class Promised:
    """What stands proposed: its parts by day, and the sentence that reads it back or asks.

    `number` counts the proposals of a call from 1.  `line` is in the language of the call.
    """

    number: int
    parts: tuple[Proposal, ...]
    line: str

    @property
    def complete(self) -> bool:
        """Whether every part has its amount and its day."""
        return all(part.amount is not None and part.day is not None for part in self.parts)

    @property
    def certain(self) -> bool:
        """Whether it may be shown without a question mark."""
        return all(part.certain for part in self.parts)


class PromiseEar:
    """Hears what the customer of one call promises.

    Args:
        account: what a half or the rest is of, and the promise that it already holds.
        jurisdiction: gives the currency where there is no account.
        language: of the call.
        zone: the customer's, else the desk's.
        wording: the sentences; the shipped ones where none are passed.
    """

    def __init__(
        self,
        account: Account | None,
        jurisdiction: str,
        language: str,
        zone: tzinfo,
        wording: PromiseWording | None = None,
    ) -> None:
        self._account = account
        self._currency = currency_of(account, jurisdiction)
        self._language = language
        self._zone = zone
        self._wording = wording if wording is not None else shipped_promise_wording()
        self._standing: Promised | None = None
        self._agreed: tuple[Proposal, ...] = ()  # what was confirmed in this call
        self._age = 0
        self._count = 0

    @property
    def standing(self) -> Promised | None:
        """What was proposed last and neither confirmed nor dismissed."""
        return self._standing

    def heard(
        self, text: str, now: datetime, *, asked: bool, clearly: bool = True, dated: bool = True
    ) -> Promised | None:
        """Take in an utterance of the customer; what stands proposed by it, if that changed.

        Args:
            text: what was said.
            now: when, with an offset.
            asked: whether the call is about how and when to pay: only then does an amount or a day
                alone mean anything.
            clearly: whether the recogniser was sure of its words.
            dated: whether `now` is known, and not only assumed.
        """
        saying = self._saying(now)
        found = proposals(text, saying)
        self._age += 1
        if not found:
            if self._standing is None or not takes_back(text):
                return None
            doubted = tuple(_with(part, Doubt.NOT_FIRM) for part in self._standing.parts)
            return self._propose(doubted, saying) if doubted != self._standing.parts else None
        if not clearly:
            found = tuple(_with(part, Doubt.UNCLEAR) for part in found)
        if not dated:
            found = tuple(_with(part, Doubt.DAY_TWO_WAYS) if part.day else part for part in found)
        if not is_an_answer(text, saying):
            # A half that was said of something else: my birthday is on Monday.
            found = tuple(
                part if part.amount is not None and part.day else _with(part, Doubt.OTHER_MATTER)
                for part in found
            )
        parts = self._joined(found, asked=asked)
        if not parts or self._is_known(parts):
            return None
        return self._propose(parts, saying)

    def said_back(self, text: str, now: datetime, *, alone: bool) -> Promised | None:
        """Take in an utterance of the agent; what stands proposed by it, if that changed.

        An agent who names amount and day of what stands proposed has cleared up what was in doubt:
        what is left is a yes, and the agent's key.

        Args:
            text: what was said.
            now: when, with an offset.
            alone: whether the customer is not heard here, so that the agent's words have to do.
        """
        saying = self._saying(now)
        found = read_back(text, saying)
        whole = all(part.certain and part.amount is not None and part.day for part in found)
        if not found or not whole:
            return None
        standing = self._standing
        if standing is None or _sums(found) != _sums(standing.parts):
            return self._propose(found, saying) if alone and not self._is_known(found) else None
        if standing.certain:
            return None
        clear = tuple(
            replace(part, doubts=_left(part.doubts), method=part.method or told.method)
            for part, told in zip(standing.parts, found, strict=True)
        )
        return self._propose(clear, saying)

    def linked(self, account: Account) -> Promised | None:
        """Whose call it is became known; what stood proposed until then, and stands no more."""
        self._account = account
        self._currency = account.currency
        self._agreed = ()
        return self.settle(agreed=False)

    def settle(self, *, agreed: bool) -> Promised | None:
        """It was confirmed or dismissed: what stood, and stands no more."""
        settled, self._standing = self._standing, None
        if agreed and settled is not None:
            self._agreed = settled.parts
        return settled

    def _is_known(self, parts: Sequence[Proposal]) -> bool:
        """Whether it stands proposed as it is, or was confirmed: a customer who says it again."""
        standing = self._standing
        if standing is None:
            return bool(self._agreed) and _sums(parts) == _sums(self._agreed)
        return _same(parts, standing.parts)

    def _saying(self, now: datetime) -> Saying:
        account = self._account
        return Saying(
            now=now,
            zone=self._zone,
            language=self._language,
            currency=self._currency,
            overdue=account.overdue_amount if account else None,
            minimum=account.minimum_due if account and account.minimum_due else None,
        )

    def _propose(self, parts: tuple[Proposal, ...], saying: Saying) -> Promised:
        self._count += 1
        self._age = 0
        self._standing = Promised(self._count, parts, self._line(parts, saying))
        return self._standing

    def _joined(self, found: tuple[Proposal, ...], *, asked: bool) -> tuple[Proposal, ...]:
        """What was said now, with the half that was said before; empty where it means nothing."""
        if all(part.amount is not None and part.day is not None for part in found):
            return found
        before = self._standing if self._age <= _WAITS else None
        plain = all(set(part.doubts) <= _HALVES for part in found)
        if not asked and (before is None or not plain):
            return ()
        if before is None or len(found) > 1 or len(before.parts) > 1:
            return found if asked else ()
        return (_filled(before.parts[0], found[0]),)

    def _line(self, parts: Sequence[Proposal], saying: Saying) -> str:
        account = self._account
        active = active_promise(account.promises, saying.today) if account else None
        if len(self._agreed) == 1 and (before := self._agreed[0]).day and before.amount is not None:
            active = Promise(saying.today, before.day, before.amount)
        try:
            return self._wording.say_all(parts, self._language, active)
        except MissingPart:
            return ""


def _left(doubts: Sequence[Doubt]) -> tuple[Doubt, ...]:
    """What an agent's reading back does not clear up."""
    return tuple(doubt for doubt in doubts if doubt in _STAYING)


def _with(part: Proposal, doubt: Doubt) -> Proposal:
    return replace(part, doubts=tuple(dict.fromkeys((*part.doubts, doubt))))


def _filled(before: Proposal, now: Proposal) -> Proposal:
    """One half and the other; where both say the same half, the later one, in doubt."""
    amount = now.amount if now.amount is not None else before.amount
    day = now.day if now.day is not None else before.day
    doubts = [*(doubt for doubt in (*before.doubts, *now.doubts) if doubt not in _HALVES)]
    if amount is None:
        doubts.append(Doubt.NO_AMOUNT)
    if day is None:
        doubts.append(Doubt.NO_DAY)
    again = (now.amount is not None and before.amount is not None) or (
        now.day is not None and before.day is not None
    )
    if again and not doubts:
        doubts.append(Doubt.UNFINISHED_CORRECTION)
    method = now.method or before.method
    return Proposal(amount, now.currency, day, method, tuple(dict.fromkeys(doubts)))


def _sums(parts: Sequence[Proposal]) -> list[tuple[Decimal | None, date | None]]:
    return [(part.amount, part.day) for part in parts]


def _same(parts: Sequence[Proposal], others: Sequence[Proposal]) -> bool:
    """Said once more; doubts that have gone make it another."""
    said_again = _sums(parts) == _sums(others) and all(part.certain for part in others)
    return said_again or tuple(parts) == tuple(others)
