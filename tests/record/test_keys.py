"""Keys: where they are found, who may read them, what a wrong one does, how they are changed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from assistant.record.faults import StoreDamaged
from assistant.record.locations import Locations
from assistant.record.master_key import (
    KeyMissing,
    KeyUnusable,
    encoded,
    find_master,
    make_master,
    write_key_file,
)
from assistant.record.opening import Doors
from assistant.record.rekeying import rekey
from assistant.record.store import CallStore
from assistant.record.vault import SealBroken, Vault
from compliance.errors import AssistantError
from tests.record.invented import envelopes, inputs

KEY, OTHER = b"k" * 32, b"o" * 32


class MemoryKeyring(KeyringBackend):
    """A system's keyring, of this test's own."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]


def _doors(**variables: str) -> Doors:
    return Doors(variables)


def _keep(places: Locations, doors: Doors, call: str = "c1") -> None:
    with CallStore(places, doors=doors) as store:
        writer = store.record(call, with_sound=False)
        writer.append(envelopes(inputs(), call))
        writer.close()


def _count(places: Locations, doors: Doors) -> int:
    with CallStore(places, doors=doors) as store:
        return len(list(store.events("c1")))


def test_the_first_keep_makes_a_key_in_a_strict_file_and_says_so_once(
    places: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []
    for _ in range(2):
        CallStore(places, doors=Doors({}, said.append)).close()
    (line,) = said
    assert str(places.master_key) in line
    assert "\n" not in line
    key = places.master_key.read_text().strip()
    assert key not in line
    assert stat.S_IMODE(places.master_key.stat().st_mode) == 0o600
    assert capsys.readouterr() == ("", "")


def test_the_systems_keyring_is_preferred_to_a_file(places: Locations, ring: MemoryKeyring) -> None:
    said: list[str] = []
    _keep(places, Doors({}, said.append))
    assert "keyring" in said[0]
    assert len(ring.kept) == 1
    assert not places.master_key.exists()
    assert _count(places, _doors()) == len(inputs())
    ring.kept.clear()
    with pytest.raises(KeyMissing, match="nothing was touched"):
        CallStore(places, doors=_doors())
    assert not places.master_key.exists()
    assert not ring.kept


@pytest.mark.parametrize("written", [encoded(KEY), "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="])
def test_a_key_may_be_in_a_variable_or_a_named_file(
    tmp_path: Path, places: Locations, written: str
) -> None:
    _keep(places, _doors(ASSISTANT_KEY=written))
    file = tmp_path / "k"
    file.write_text(written + "\n")
    file.chmod(0o600)
    assert _count(places, _doors(ASSISTANT_KEY_FILE=str(file))) == len(inputs())
    assert not places.master_key.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_file_that_others_may_read_is_refused(embedded: Locations, mode: int) -> None:
    write_key_file(embedded.master_key, KEY, replace=False)
    embedded.master_key.chmod(mode)
    with pytest.raises(KeyUnusable, match="chmod 600"):
        find_master(embedded, {})
    assert not embedded.database.exists()


class Unheard(Exception):
    """A fault of no family that anybody knows."""


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (LookupError("account 4711", KEY), "LookupError"),
        (keyring.errors.KeyringLocked("4711"), "keyring.errors.KeyringLocked"),
        (OSError(2, "4711"), "FileNotFoundError"),
        (ImportError("4711"), "ImportError"),
        (Unheard("4711"), "tests.record.test_keys.Unheard"),
    ],
)
def test_a_keyring_that_is_broken_holds_no_key_and_only_its_kind_of_fault_is_told(
    embedded: Locations, monkeypatch: pytest.MonkeyPatch, fault: Exception, kind: str
) -> None:
    class Broken(MemoryKeyring):
        def get_password(self, service: str, username: str) -> str | None:
            raise fault

    monkeypatch.setattr(keyring.core, "_keyring_backend", Broken())
    said: list[str] = []
    CallStore(embedded, doors=Doors({}, said.append)).close()
    assert f"({kind})" in said[0]
    assert str(embedded.master_key) in said[1]
    embedded.master_key.unlink()
    with pytest.raises(KeyMissing) as refused:
        CallStore(embedded, doors=_doors())
    assert f"keyring, which did not answer ({kind})" in str(refused.value)
    assert "Unlock" in str(refused.value)
    assert not any("4711" in line for line in (*said, str(refused.value)))


def test_a_system_without_a_keyring_is_no_fault(embedded: Locations) -> None:
    said: list[str] = []
    CallStore(embedded, doors=Doors({}, said.append)).close()
    assert len(said) == 1


@pytest.mark.parametrize("text", ["", "word", "zz" * 32, "ab" * 31, "é" * 64, "ab" * 33])
def test_what_is_no_key_is_refused_and_not_shown(embedded: Locations, text: str) -> None:
    with pytest.raises(KeyUnusable, match="no key") as caught:
        find_master(embedded, {"ASSISTANT_KEY": text or " "})
    assert not text or text not in str(caught.value)
    assert caught.value.exit_status == 3


def _files(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_wrong_key_is_an_error_that_touches_nothing(places: Locations) -> None:
    _keep(places, _doors(ASSISTANT_KEY=encoded(KEY)))
    before = _files(places.data_dir)
    attempts: list[Callable[[], object]] = [
        lambda: CallStore(places, doors=_doors(ASSISTANT_KEY=encoded(OTHER))),
        lambda: rekey(places, _doors(ASSISTANT_KEY=encoded(OTHER)), KEY),
    ]
    for attempt in attempts:
        with pytest.raises(KeyUnusable, match="does not open"):
            attempt()
    with pytest.raises(KeyMissing, match="Put the key back"):
        CallStore(places, doors=_doors())
    assert _files(places.data_dir) == before
    assert _count(places, _doors(ASSISTANT_KEY=encoded(KEY))) == len(inputs())


def test_a_store_whose_slots_are_gone_says_so(embedded: Locations) -> None:
    _keep(embedded, _doors())
    slots = embedded.store_keys.read_bytes()
    embedded.store_keys.unlink()
    before = _files(embedded.data_dir)
    with pytest.raises(StoreDamaged, match=r"store\.keys"):
        CallStore(embedded, doors=_doors())
    assert _files(embedded.data_dir) == before
    embedded.store_keys.write_bytes(slots[:-20])
    with pytest.raises(StoreDamaged, match="Restore"):
        CallStore(embedded, doors=_doors())


def test_a_key_is_changed_in_its_file(places: Locations) -> None:
    _keep(places, _doors())
    old = places.master_key.read_text().strip()
    assert rekey(places, _doors(), None) == str(places.master_key)
    assert places.master_key.read_text().strip() != old
    assert stat.S_IMODE(places.master_key.stat().st_mode) == 0o600
    assert _count(places, _doors()) == len(inputs())
    with pytest.raises(KeyUnusable):
        CallStore(places, doors=_doors(ASSISTANT_KEY=old))


def test_a_key_is_changed_in_the_keyring(places: Locations, ring: MemoryKeyring) -> None:
    _keep(places, _doors())
    (old,) = ring.kept.values()
    rekey(places, _doors(), None)
    assert list(ring.kept.values()) != [old]
    assert _count(places, _doors()) == len(inputs())


def test_a_key_in_a_variable_is_changed_with_a_named_one(places: Locations) -> None:
    doors = _doors(ASSISTANT_KEY=encoded(KEY))
    _keep(places, doors)
    with pytest.raises(KeyUnusable, match="--new-key"):
        rekey(places, doors, None)
    rekey(places, doors, OTHER)
    with pytest.raises(KeyUnusable):
        CallStore(places, doors=doors)
    assert _count(places, _doors(ASSISTANT_KEY=encoded(OTHER))) == len(inputs())


def test_a_change_of_keys_cut_off_leaves_a_store_that_opens(
    places: Locations, ring: MemoryKeyring
) -> None:
    """The keyring refuses the new key half-way."""
    _keep(places, _doors())
    ring.set_password = lambda *_: None  # type: ignore[method-assign]
    with pytest.raises(AssistantError, match="did not take"):
        rekey(places, _doors(), None)
    assert _count(places, _doors()) == len(inputs())
    del ring.set_password
    rekey(places, _doors(), None)
    assert _count(places, _doors()) == len(inputs())


def test_two_programs_that_begin_at_once_share_one_key(embedded: Locations) -> None:
    first = make_master(embedded, os.urandom)
    second = make_master(embedded, os.urandom)
    assert first.key == second.key


@given(plain=st.binary(max_size=200), flip=st.integers(min_value=0))
def test_sealed_bytes_open_whole_in_their_place_or_not_at_all(plain: bytes, flip: int) -> None:
    vault = Vault(KEY)
    seal, wrapped = vault.new_call("c1")
    sealed = seal.seal(plain, "here")
    assert vault.call("c1", wrapped).open(sealed, "here") == plain
    assert seal.seal(plain, "here") != sealed
    spoilt = bytearray(sealed)
    spoilt[flip % len(sealed)] ^= 1
    for wrong in (
        lambda: seal.open(bytes(spoilt), "here"),
        lambda: seal.open(sealed, "there"),
        lambda: seal.open(sealed[:-1], "here"),
        lambda: vault.call("c2", wrapped),
        lambda: Vault(OTHER).call("c1", wrapped),
    ):
        with pytest.raises(SealBroken):
            wrong()


def test_keys_are_not_shown() -> None:
    vault = Vault(KEY)
    seal, _wrapped = vault.new_call("c1")
    shown = (
        f"{vault!r} {seal!r} {find_master(Locations(Path()), {'ASSISTANT_KEY': encoded(KEY)})!r}"
    )
    for secret in (KEY, vault.database_key, seal.key):
        assert secret.hex() not in shown
        assert repr(secret) not in shown


def test_nothing_said_is_in_the_clear_on_a_server(places: Locations) -> None:
    """Rows as anyone at the server sees them."""
    if places.store is None:
        return
    import psycopg

    _keep(places, _doors())
    with psycopg.connect(places.store) as connection:
        for table in ("events", "utterances", "findings", "landmarks"):
            rows = connection.execute(f"SELECT line FROM {table}").fetchall()  # type: ignore[call-overload, unused-ignore]
            assert not any(b"arrested" in line or b"schema" in line for (line,) in rows)
