"""Which accounts and which calls are one customer's.

Owns that decision for a dossier: an account's calls, and those of every account that was linked to
it in a call, as long as that call was of one customer.  It reads ids and accounts past the guard
and gives ids alone: whoever opens a call asks for it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from assistant.event_codec import EventCodec
from assistant.record.sealed_rows import SealedRows
from assistant.record.search_index import account_hash
from assistant.record.store import CallStore
from assistant.record.tables import CALLS
from assistant.record.whose import CallAccounts


class CustomersCalls:
    """Which accounts are a customer's, and which calls are theirs alone or somebody else's too.

    Args:
        store: the kept calls.
        account: the account's number; case and width do not matter.

    `accounts` are all ids that were linked in a call with one that is already known, as long as the
    call was of one customer; `own` and `shared` are ids of calls.
    """

    def __init__(self, store: CallStore, account: str) -> None:
        self._store = store
        self._vault = store.opened.vault
        codec = EventCodec()
        self._shown = CallAccounts(store.opened, SealedRows(store.opened, codec), codec)
        self._hashes: dict[str, bytes] = {}
        self._single: dict[str, bool] = {}
        every = store.accounts()
        known = {self._hash(account)}
        # As the record writes it, where it does.
        written = (one for owners in every.values() for one in owners)
        accounts = [next((one for one in written if self._hash(one) in known), account)]
        grown = True
        while grown:
            grown = False
            for call, ids in every.items():
                ours = [self._hash(one) in known for one in ids]
                if not any(ours) or all(ours) or not self._of_one(call):
                    continue
                for one in ids:
                    if self._hash(one) not in known:
                        known.add(self._hash(one))
                        accounts.append(one)
                        grown = True
        self._known = frozenset(known)
        self.accounts = tuple(accounts)
        self._every = every
        touched = {call: ids for call, ids in every.items() if any(map(self.is_ours, ids))}
        self.own = tuple(
            sorted(
                call
                for call, ids in touched.items()
                if self.is_ours(ids[-1]) and self._of_one(call)
            )
        )
        self.shared = tuple(sorted(set(touched) - set(self.own)))

    def take(self, written: Collection[str]) -> None:
        """Calls that the shift wrote down as the customer's.

        Those of them that the store holds are theirs where the record knows of nobody's account in
        them, and are somebody else's where it does.
        """
        rows = self._store.rows(select(CALLS.c.id).where(CALLS.c.id.in_(written)))
        calls = {row["id"] for row in rows}
        alone = {call for call in calls if call not in self._every and self._of_one(call)}
        others = calls - alone - set(self.own)
        self.own = tuple(sorted({*self.own, *alone}))
        self.shared = tuple(sorted({*self.shared, *others}))

    def is_ours(self, account: str) -> bool:
        return self._hash(account) in self._known

    def _hash(self, account: str) -> bytes:
        if account not in self._hashes:
            self._hashes[account] = account_hash(self._vault, account)
        return self._hashes[account]

    def _of_one(self, call: str) -> bool:
        """Whether all that was shown in a call is of one customer."""
        if call not in self._single:
            ids = {self._hash(one.id) for one in self._shown.shown(call)}
            self._single[call] = len(ids) < 2 or self._shown.is_of_one_customer(call)
        return self._single[call]
