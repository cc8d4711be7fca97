"""The index by which calls are found: keyed hashes of what was said, and no word of it.

Owns the rows that lead from a word to the utterances it was said in, and from an account to its
calls; the same on both databases.  A row holds 32 bits of an HMAC under a key of the store
(`Vault.search_key`), never a word, so that whoever holds the database without the key reads
nothing.  What such an index gives away nevertheless: that two utterances have a word, or two words
side by side, in common, how often each of them is said, unnamed, and in how many calls one unnamed
account was called.  Somebody who knows how often words are said, and follow one another, in calls
like these could guess the commonest ones from that.  On the embedded store even this lies in the
encrypted file.

Two words may share a hash: what the index finds is a candidate, and whoever searches opens the
sealed utterance and looks (`assistant.record.search`).  The rows follow from the utterances and are
not in the chain; without them a call is found by time, and nothing of it is lost.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.sqlite import Insert

from assistant.record.search_words import pieces_of, searchable
from assistant.record.tables import CALL_INDEX, WORD_INDEX
from assistant.record.vault import Vault
from compliance.flattening import flatten


def word_hash(vault: Vault, word: str) -> int:
    """What stands for a word; 32 bits, signed as both databases count."""
    digest = hmac.digest(vault.search_key, b"word\0" + _bytes(word), "sha256")
    (number,) = struct.unpack_from("<i", digest)
    return int(number)


def account_hash(vault: Vault, account: str) -> bytes:
    """What stands for an account's id; case, width and blanks around it do not matter."""
    folded = flatten(account.strip())[0]
    return hmac.digest(vault.search_key, b"account\0" + _bytes(folded), "sha256")[:16]


def index_call(connection: Connection, vault: Vault, call: str, account: str) -> int:
    """Give a call its place in the index, or look it up; returns its number.

    `account` is the account's id, empty where the call has none.
    """
    hashed = account_hash(vault, account) if account else None
    connection.execute(
        _inserted(connection, CALL_INDEX)
        .values(call=call, account=hashed)
        .on_conflict_do_nothing(index_elements=["call"])
    )
    found = connection.execute(select(CALL_INDEX.c.number).where(CALL_INDEX.c.call == call))
    return int(found.scalar_one())


def index_account(connection: Connection, vault: Vault, number: int, account: str) -> None:
    """Whose the call of that number is became known later, or turned out to be another's."""
    this_call = update(CALL_INDEX).where(CALL_INDEX.c.number == number)
    connection.execute(this_call.values(account=account_hash(vault, account)))


def index_words(
    connection: Connection, vault: Vault, number: int, said: Iterable[tuple[int, str]]
) -> None:
    """Index utterances of the call of that number: their positions and texts.

    What is indexed already is passed over.
    """
    rows = [
        {"word": hashed, "number": number, "position": position}
        for position, text in said
        for hashed in {word_hash(vault, word) for word in searchable(pieces_of(text))}
    ]
    if rows:
        insert = _inserted(connection, WORD_INDEX).on_conflict_do_nothing()
        connection.execute(insert, rows)


def forget(connection: Connection, calls: Sequence[str]) -> None:
    """Take calls out of the index, in the transaction that takes them out of the store.

    One pass over the index, however many calls they are: it is not kept in their order.
    """
    numbers = select(CALL_INDEX.c.number).where(CALL_INDEX.c.call.in_(calls))
    connection.execute(delete(WORD_INDEX).where(WORD_INDEX.c.number.in_(numbers)))
    connection.execute(delete(CALL_INDEX).where(CALL_INDEX.c.call.in_(calls)))


def _inserted(connection: Connection, table: Table) -> Insert | PostgresInsert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
