"""The system's keyring, asked through `keyring`, whose plug-ins are other people's programs.

Owns the one door to it, and what becomes of a plug-in's fault: its kind is told, and nothing that
it says, which may hold what was asked for.  What is kept there means nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from assistant.record.locations import APPLICATION

T = TypeVar("T")

_ENTRY = "master key of the record"


class SystemKeyring:
    """The entry of this program in the system's keyring.

    `fault` is the kind of what went wrong when it was asked last (`keyring.errors.KeyringLocked`);
    empty where nothing did, and where this system has no keyring at all.
    """

    def __init__(self) -> None:
        self.fault = ""

    def get(self) -> str | None:
        """What is kept; `None` where nothing is, or the keyring does not answer."""
        return self._asked(_get, None)

    def put(self, text: str) -> bool:
        """Keep this, and look whether it is kept."""
        return self._asked(lambda: _put(text), default=False)

    def _asked(self, ask: Callable[[], T], default: T) -> T:
        self.fault = ""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 - at the border to plug-ins, and its kind is told
            # A plug-in that cannot be loaded raises ImportError or what its module raises; one that
            # is there KeyringError and its kinds (locked, not started, refused), OSError of sockets
            # and programs, ValueError and LookupError of what it reads; and those of the system,
            # which are of no family that can be named without importing them: SecretStorage's,
            # jeepney's and dbus's of Linux, pywintypes.error of Windows.
            self.fault = "" if _is_none(error) else _kind(error)
            return default


def _get() -> str | None:
    # Loaded where it is looked into: a keyring talks to other programs.
    import keyring  # noqa: PLC0415

    return keyring.get_password(APPLICATION, _ENTRY)


def _put(text: str) -> bool:
    import keyring  # noqa: PLC0415

    keyring.set_password(APPLICATION, _ENTRY, text)
    return keyring.get_password(APPLICATION, _ENTRY) == text


def _is_none(error: Exception) -> bool:
    """Whether it only says that this system has no keyring, as on most servers."""
    try:
        from keyring.errors import NoKeyringError  # noqa: PLC0415 - as above
    except ImportError:
        return False
    return isinstance(error, NoKeyringError)


def _kind(error: Exception) -> str:
    """The name of a fault's class: what its author wrote, and nothing of what it was told."""
    kind = type(error)
    name = kind.__qualname__.rpartition(".")[2]
    return name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"
