"""What really lies in the embedded database's files: every page, decrypted, free ones too."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from assistant.record.locations import Locations
from assistant.record.opening import system_doors, vault_alone

# SQLCipher 4: pages of 4096 bytes, of which the last 80 hold the nonce (16) and the code (64).
PAGE, RESERVED, NONCE = 4096, 80, 16
# The header of a write-ahead log, and of each page in it (https://sqlite.org/fileformat2.html).
LOG_HEADER, FRAME_HEADER = 32, 24


def everything(places: Locations) -> bytes:
    """All pages of the file and of its write-ahead log, in the clear."""
    vault = vault_alone(places, system_doors())
    assert vault is not None
    whole = places.database.read_bytes()
    pages = [whole[at : at + PAGE] for at in range(0, len(whole), PAGE)]
    log = Path(f"{places.database}-wal")
    logged = log.read_bytes() if log.exists() else b""
    step = FRAME_HEADER + PAGE
    frames = [logged[at + FRAME_HEADER : at + step] for at in range(LOG_HEADER, len(logged), step)]
    return b"".join(_clear(page, vault.database_key) for page in (*pages, *frames))


def _clear(page: bytes, key: bytes) -> bytes:
    if len(page) < PAGE:
        return b""
    nonce = page[PAGE - RESERVED : PAGE - RESERVED + NONCE]
    # The first page of a file begins with the salt; in the log as well.
    clear = [Cipher(AES(key), CBC(nonce)).decryptor() for _ in range(2)]
    return clear[0].update(page[: PAGE - RESERVED]) + clear[1].update(page[16 : PAGE - RESERVED])
