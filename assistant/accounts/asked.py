"""What all sources share that are asked one question at a time: a database, an endpoint.

Owns the three look-ups and the check by an id; how the question is put is each source's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from assistant.accounts.source import (
    Checked,
    Found,
    Sourced,
    Unread,
    bare,
    is_named,
    kept_to,
    same_number,
)


class AskedSource(ABC):
    """A source that answers `_ask`; `name` is set by whoever inherits."""

    name: str

    @abstractmethod
    def _ask(self, key: str, value: str) -> tuple[list[Sourced], list[Unread]]:
        """What the source gives for a key (`id`, `phone`, `name`), whether it fits or not.

        Raises:
            CannotLookUp: it cannot be asked by this key.
            SourceFailed: it does not answer.
        """

    def by_id(self, account: str) -> Found:
        """See `AccountSource`."""
        found, unread = self._ask("id", account)
        return kept_to((one for one in found if one.account.id == account), unread)

    def by_phone(self, number: str) -> Found:
        """See `AccountSource`."""
        found, unread = self._ask("phone", bare(number))
        fitting = (one for one in found if any(same_number(number, its) for its in one.numbers))
        return kept_to(fitting, unread)

    def by_name(self, text: str) -> Found:
        """See `AccountSource`."""
        found, unread = self._ask("name", text)
        return kept_to((one for one in found if is_named(one.account, text)), unread)

    def _checked(self, account: str, before: tuple[Unread, ...] = ()) -> Checked:
        """Whether the account of an id can be read; `before` is what was found wrong already."""
        found = self.by_id(account)
        unread = (*before, *found.unread)
        if not found.accounts and not found.unread:
            unread += (Unread(self.name, 0, (("account", "the id is not there"),)),)
        ages = [one.as_of for one in found.accounts if one.as_of is not None]
        return Checked(len(found.accounts), unread, min(ages, default=None))
