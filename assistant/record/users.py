"""The users of a store: who they are, what role they have, how they prove it.

Owns their rows.  Each carries a keyed code, so that a row written past the program lets nobody in,
and each change has an entry in the chain.  A password is kept as Argon2id makes it (RFC 9106;
argon2-cffi's defaults); a user without one is who the operating system says.  Whoever is removed
stays as a row.  It asks nobody for anything and decides no permission.

What this guards: colleagues at the same program, and by the chain what anyone did.  What it cannot
guard: whoever has the master key and the embedded database's file can read it with other programs.
On a server, the server's own rights are the wall.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import Connection, insert, select, update

from assistant.record.chain import USER, Entry, add_entry, hold_end, user_hash
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged, store_faults
from assistant.record.opening import OpenStore
from assistant.record.permissions import Role
from assistant.record.tables import CHAIN, USERS
from compliance.errors import AssistantError

LEAST_PASSWORD = 10
"""Characters; NIST SP 800-63B asks for eight at the least."""
_MOST_PASSWORD = 1000


class UserRefused(AssistantError):
    """A user cannot be added or changed like that."""


@dataclass(frozen=True, slots=True)
class User:
    """One user; `system` says that the operating system vouches for them."""

    name: str
    role: Role
    agent_id: str
    system: bool
    removed: bool
    at_utc: str


class Users:
    """The users of one store.

    Args:
        store: the open store.
        hasher: makes and checks passwords.
    """

    def __init__(self, store: OpenStore, hasher: PasswordHasher | None = None) -> None:
        self._store = store
        self._hasher = hasher or PasswordHasher()

    def ever(self) -> bool:
        """Whether there ever was a user: then everybody signs in.

        The chain is asked as well, so that emptying the table opens nothing.
        """
        with store_faults(self._store.name), self._store.engine.connect() as connection:
            if connection.execute(select(USERS.c.name).limit(1)).first() is not None:
                return True
            said = select(CHAIN.c.n).where(CHAIN.c.kind == USER).limit(1)
            return connection.execute(said).first() is not None

    def all(self) -> tuple[User, ...]:
        """Everybody, by name, those who were removed too.

        Raises:
            StoreDamaged: a row was changed past the program.
        """
        with store_faults(self._store.name), self._store.engine.connect() as connection:
            rows = connection.execute(select(USERS).order_by(USERS.c.name)).mappings().all()
        return tuple(self._user(row) for row in rows)

    def find(self, name: str) -> User | None:
        """The user of that name, if there is one who was not removed."""
        return next((user for user in self.all() if user.name == name and not user.removed), None)

    def add(
        self, who: str, name: str, role: Role, *, agent_id: str = "", password: str | None
    ) -> None:
        """Add a user; one who was removed may come back.

        Args:
            who: whose doing it is.
            name: the new user's.
            role: what they may do.
            agent_id: the id that their calls carry, where it is not their name.
            password: `None`: the operating system vouches for them.

        Raises:
            UserRefused: there is one already, or the first is no administrator.
        """
        _check_name(name)
        row = {
            "name": name,
            "role": role.value,
            "agent_id": agent_id or name,
            "password": self._hashed(password) if password is not None else "",
            "removed": False,
        }

        def work(rows: dict[str, User]) -> dict[str, Any]:
            old = rows.get(name)
            if old is not None and not old.removed:
                raise UserRefused(f"there is a user {name} already", "Choose another name.")
            if not rows and role is not Role.ADMINISTRATOR:
                raise UserRefused(
                    "the first user must be an administrator, or nobody could add others",
                    "Add one with --role administrator.",
                )
            return row

        self._change(who, "user added", name, work)

    def set_role(self, who: str, name: str, role: Role, *, agent_id: str = "") -> None:
        """Give a user another role.

        Raises:
            UserRefused: there is no such user, or no administrator would be left.
        """

        def work(rows: dict[str, User]) -> dict[str, Any]:
            user = _one(rows, name)
            _someone_left(rows, replace(user, role=role))
            return {"role": role.value, "agent_id": agent_id or user.agent_id}

        self._change(who, f"role {role.value}", name, work)

    def remove(self, who: str, name: str) -> None:
        """Let a user in no more.

        Raises:
            UserRefused: as for `set_role`.
        """

        def work(rows: dict[str, User]) -> dict[str, Any]:
            _someone_left(rows, replace(_one(rows, name), removed=True))
            return {"removed": True, "password": ""}

        self._change(who, "user removed", name, work)

    def set_password(self, who: str, name: str, password: str) -> None:
        """Give a user another password, or a first one instead of the operating system's word.

        Raises:
            UserRefused: there is no such user, or the password is too short.
        """
        hashed = self._hashed(password)

        def work(rows: dict[str, User]) -> dict[str, Any]:
            _one(rows, name)
            return {"password": hashed}

        self._change(who, "password changed", name, work)

    def proves(self, name: str, password: str) -> bool:
        """Whether a user of that name has that password; takes as long for one who is not there."""
        with store_faults(self._store.name), self._store.engine.connect() as connection:
            row = connection.execute(select(USERS).where(USERS.c.name == name)).mappings().first()
        known = row is not None and not self._user(row).removed and bool(row["password"])
        hashed = row["password"] if row is not None and known else self._hasher.hash("nobody")
        try:
            return self._hasher.verify(hashed, password[:_MOST_PASSWORD]) and known
        except (Argon2Error, InvalidHashError):
            return False

    # ---- rows ------------------------------------------------------------------------------

    def _change(self, who: str, act: str, name: str, work: Any) -> None:
        entry: Entry
        with store_faults(self._store.name), writing(self._store.engine) as connection:
            hold_end(connection)
            listed = connection.execute(select(USERS)).mappings().all()
            rows = {row["name"]: dict(row) for row in listed}
            changed = work({key: self._user(row) for key, row in rows.items()})
            row = {**rows.get(name, {}), **changed, "at_utc": self._store.at_utc()}
            row["code"] = self._code(row)
            _write(connection, name, row, there=name in rows)
            stated = {"who": who, "act": act, "user": name, "row": user_hash(row)}
            entry = add_entry(connection, self._store.vault, USER, "", self._store.at_utc(), stated)
        self._store.anchors.write(entry)

    def _user(self, row: Any) -> User:
        if bytes(row["code"]) != self._code(row):
            raise StoreDamaged(
                f"{self._store.name}: a user was changed past this program",
                "`assistant record verify` says which; restore a backup.",
            )
        return User(
            name=row["name"],
            role=Role(row["role"]),
            agent_id=row["agent_id"],
            system=not row["password"],
            removed=row["removed"],
            at_utc=row["at_utc"],
        )

    def _code(self, row: Any) -> bytes:
        return self._store.vault.mac(b"user\0", user_hash(row).encode())

    def _hashed(self, password: str) -> str:
        if not LEAST_PASSWORD <= len(password) <= _MOST_PASSWORD:
            raise UserRefused(
                f"a password has {LEAST_PASSWORD} to {_MOST_PASSWORD} characters",
                "A few words in a row are easy to keep in mind.",
            )
        return self._hasher.hash(password)


def _write(connection: Connection, name: str, row: dict[str, Any], *, there: bool) -> None:
    if there:
        connection.execute(update(USERS).where(USERS.c.name == name).values(row))
    else:
        connection.execute(insert(USERS).values(row))


def _one(rows: dict[str, User], name: str) -> User:
    user = rows.get(name)
    if user is None or user.removed:
        raise UserRefused("there is no such user", "`assistant users list` names them.")
    return user


def _someone_left(rows: dict[str, User], changed: User) -> None:
    after = {**rows, changed.name: changed}.values()
    if not any(user.role is Role.ADMINISTRATOR and not user.removed for user in after):
        raise UserRefused(
            "no administrator would be left, and nobody could add others",
            "Make somebody else an administrator first.",
        )


def _check_name(name: str) -> None:
    plain = all(unicodedata.category(letter)[0] not in "CZ" for letter in name)
    if not 1 <= len(name) <= 64 or not plain:
        raise UserRefused(
            "a user's name has 1 to 64 characters, no spaces and none that cannot be seen",
            "Choose another name.",
        )
