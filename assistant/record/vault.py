"""Seals what is kept of a call, and the keys that it is sealed with.

Owns the tree of keys and the sealing itself.  The master key, which is kept outside the store
(`assistant.record.master_key`), wraps the store key; from that one follow the key of the embedded
database's file, the key of the hash chain, the key of the index of words and the key that wraps
the calls' own keys.  Every call has a key of its own: destroying it destroys what was said,
wherever copies of it lie.  Sealing is AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits;
the place where a piece stands is authenticated with it, so that a piece moved elsewhere does not
open.  It reads and writes no file.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from compliance.errors import AssistantError

KEY_BYTES = 32
MAC_BYTES = 16
"""128 of HMAC-SHA-256's bits: what RFC 2104, section 5, still calls safe."""

_NONCE_BYTES = 12

Entropy = Callable[[int], bytes]
"""Gives that many unpredictable bytes."""


class SealBroken(AssistantError):
    """Sealed bytes do not open: they were changed, or moved, or the key is another one."""


class Seal:
    """Seals and opens with one key."""

    def __init__(self, key: bytes, entropy: Entropy = secrets.token_bytes) -> None:
        self.key = key
        self._cipher = AESGCM(key)
        self._entropy = entropy

    def seal(self, plain: bytes, place: str) -> bytes:
        """`plain` sealed for `place`; 28 bytes longer."""
        nonce = self._entropy(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for `place`.

        Raises:
            SealBroken: the bytes, the place or the key differ.
        """
        try:
            return self._cipher.decrypt(
                sealed[:_NONCE_BYTES],
                sealed[_NONCE_BYTES:],
                place.encode("utf-8", "surrogatepass"),
            )
        except (InvalidTag, ValueError):
            raise SealBroken(
                "sealed bytes do not open: they were changed, moved, or sealed with another key",
                "`assistant record verify` says what was changed.",
            ) from None

    def __repr__(self) -> str:
        return "Seal(…)"


class Vault:
    """The keys that follow from a store's key.

    Args:
        store_key: 32 bytes, unwrapped by the master key.
        entropy: where nonces and new keys come from.
    """

    def __init__(self, store_key: bytes, entropy: Entropy = secrets.token_bytes) -> None:
        self._store_key = store_key
        self._entropy = entropy
        self._calls = Seal(self._derive("calls"), entropy)
        self.journal = Seal(self._derive("journal"), entropy)
        """Seals which call a journal is of; what is in it has the call's own seal."""
        self.duties = Seal(self._derive("duties"), entropy)
        """Seals why something of the record is held, which outlives the calls it is about."""
        self.payments = Seal(self._derive("payments"), entropy)
        """Seals payments, which belong to an account and to no call."""
        self.database_key = self._derive("database")
        self.chain_key = self._derive("chain")
        self.search_key = self._derive("search")
        """Of the hashes that the index of words holds (`assistant.record.search_index`)."""

    def __repr__(self) -> str:
        return "Vault(…)"

    def new_call(self, call: str) -> tuple[Seal, bytes]:
        """A seal for a new call, and its key wrapped, for the store."""
        key = self._entropy(KEY_BYTES)
        return Seal(key, self._entropy), self._calls.seal(key, _of(call))

    def call(self, call: str, wrapped: bytes) -> Seal:
        """The seal of a call from its wrapped key.

        Raises:
            SealBroken: the wrapped key is another call's, or was changed.
        """
        return Seal(self._calls.open(wrapped, _of(call)), self._entropy)

    def mac(self, *parts: bytes) -> bytes:
        """What only a holder of the key can compute over `parts`, one after the other."""
        return hmac.digest(self.chain_key, b"".join(parts), "sha256")[:MAC_BYTES]

    def wrapped(self, master: bytes, store: str) -> bytes:
        """The store's key, wrapped by a master key for the store of that id."""
        return Seal(master, self._entropy).seal(self._store_key, f"store {store}")

    def _derive(self, purpose: str) -> bytes:
        kdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"call assistant 1 {purpose}".encode())
        return kdf.derive(self._store_key)


def unwrapped(
    master: bytes, store: str, wrapped: bytes, entropy: Entropy = secrets.token_bytes
) -> Vault:
    """The vault of the store of that id.

    Raises:
        SealBroken: the master key is another one.
    """
    return Vault(Seal(master, entropy).open(wrapped, f"store {store}"), entropy)


def _of(call: str) -> str:
    return f"key of call {call}"
