"""The embedded database as somebody with the key and a database tool sees it."""

from __future__ import annotations

import sqlcipher3.dbapi2 as sqlcipher

from assistant.record.locations import Locations
from assistant.record.opening import system_doors, vault_alone


def raw(locations: Locations) -> sqlcipher.Connection:
    """A connection past the program: what it changes, the program did not write."""
    vault = vault_alone(locations, system_doors())
    assert vault is not None
    connection = sqlcipher.connect(locations.database, isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{vault.database_key.hex()}'\"")
    return connection
