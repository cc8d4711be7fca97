"""Accounts with their calls, how these ended, and how their promises stand.

Owns the putting together of kept calls, payments and the site's days, past the guard: whoever shows
what comes of it has asked whether they may.  It judges by `scripts.promise_keeping` and opens no
word that was said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.event_codec import EventCodec
from assistant.follow_up.endings import (
    Ending,
    ending_of,
    ending_of_attempt,
    promise_of,
    promise_of_attempt,
)
from assistant.follow_up.policy import FollowUpPolicy
from assistant.record.followed import FollowedCall, FollowedCalls
from assistant.record.payments import known_through, payments_of
from assistant.record.store import CallStore
from assistant.shift.journal import Attempt
from compliance.places import JURISDICTIONS
from scripts.outcomes import Outcome
from scripts.promise_keeping import Payment, PromiseStanding, judged, net

PolicyFor = Callable[[str], FollowUpPolicy]
"""The site's days in a jurisdiction."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One account: its kept calls, how its calls ended, its promises; each the earliest first."""

    account: str
    code: bytes
    calls: tuple[FollowedCall, ...]
    endings: tuple[Ending, ...]
    standings: tuple[PromiseStanding, ...]

    @property
    def last(self) -> FollowedCall | None:
        """The last kept call."""
        return self.calls[-1] if self.calls else None

    def promise_in(self, call: str) -> PromiseStanding | None:
        """How the promise of a call stands."""
        return next((one for one in self.standings if one.promise.call == call), None)


class Ledger:
    """Promises and payments of one open store.

    Args:
        store: the open store.
        policy_for: the site's days.
        outcomes: those there are.
        codec: reads events.

    `through` is the day to which payments are known, `None` where none are; `idle` counts those
    reversals, of the accounts asked for last, that undo no payment that is known.

    Raises, from every method:
        StoreFault: the store cannot be read.
    """

    def __init__(
        self,
        store: CallStore,
        policy_for: PolicyFor,
        outcomes: Iterable[Outcome],
        codec: EventCodec | None = None,
    ) -> None:
        self._store = store
        self._policy_for = policy_for
        self._outcomes = {outcome.id: outcome for outcome in outcomes}
        self._calls = FollowedCalls(store, codec if codec is not None else EventCodec())
        self.through = known_through(store.opened)
        self.idle = 0

    def recent(
        self, now: datetime, attempts: Mapping[str, Sequence[Attempt]] | None = None
    ) -> tuple[Followed, ...]:
        """Every account with a call within the time that the site looks back.

        Args:
            now: the moment, with an offset.
            attempts: those of the contact journal, by account: of calls that were not kept nothing
                else is known.
        """
        days = max(self._policy_for(place).look_back_days for place in JURISDICTIONS)
        since = now - timedelta(days=days)
        calls = self._calls.since(since.astimezone().isoformat())
        return self._followed(calls, attempts or {}, since)

    def of_account(self, account: str) -> Followed | None:
        """One account; `None` where no call of it is kept."""
        found = self._followed(self._calls.of_accounts([self._calls.code(account)]))
        return found[0] if found else None

    def of_calls(self, calls: Sequence[str]) -> Mapping[str, PromiseStanding]:
        """How the promises of some calls stand, by call; one without a promise is left out."""
        accounts = self._followed(self._calls.of_accounts(self._calls.accounts_of(calls)))
        wanted = set(calls)
        return {
            standing.promise.call: standing
            for followed in accounts
            for standing in followed.standings
            if standing.promise.call in wanted
        }

    def _followed(
        self,
        calls: Iterable[FollowedCall],
        attempts: Mapping[str, Sequence[Attempt]] | None = None,
        since: datetime | None = None,
    ) -> tuple[Followed, ...]:
        by_account: dict[bytes, list[FollowedCall]] = {}
        for call in calls:
            by_account.setdefault(self._calls.code(call.account.id), []).append(call)
        alone: dict[bytes, list[tuple[str, Attempt]]] = {}
        kept = {call.call for calls_of in by_account.values() for call in calls_of}
        for account, tried in (attempts or {}).items():
            code = self._calls.code(account)
            alone.setdefault(code, []).extend(
                (account, attempt)
                for attempt in tried
                if attempt.call not in kept and (since is None or attempt.at >= since)
            )
        payments = payments_of(self._store.opened, by_account.keys() | alone.keys())
        self.idle = sum(len(net(of_one).unmatched) for of_one in payments.values())
        found = [
            self._one(code, by_account.get(code, []), alone.get(code, []), payments.get(code, []))
            for code in sorted(by_account.keys() | {code for code, rows in alone.items() if rows})
        ]
        return tuple(sorted(found, key=lambda followed: followed.account))

    def _one(
        self,
        code: bytes,
        calls: Sequence[FollowedCall],
        alone: Sequence[tuple[str, Attempt]],
        payments: Sequence[Payment],
    ) -> Followed:
        endings: list[Ending] = []
        promises = []
        for call in calls:
            ending = ending_of(call, self._outcomes)
            if ending is not None:
                endings.append(ending)
            promises.append(promise_of(call, ending))
        for _account, attempt in alone:
            ending = ending_of_attempt(attempt, self._outcomes)
            if ending is not None:
                endings.append(ending)
                promises.append(promise_of_attempt(ending))
        policy = self._policy_for(calls[-1].jurisdiction) if calls else FollowUpPolicy()
        made = [promise for promise in promises if promise is not None]
        return Followed(
            calls[-1].account.id if calls else alone[-1][0],
            code,
            tuple(calls),
            tuple(sorted(endings, key=lambda ending: ending.at)),
            judged(made, payments, self.through, policy.keeping),
        )
