"""Backups: whole while calls are written, refused when damaged, never half of one in place."""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.record.backup import make_backup, pg_program, run_pg
from assistant.record.backup_files import MANIFEST, BackupDamaged
from assistant.record.database import writing
from assistant.record.faults import DiskFull, StoreBusy, StoreFault, store_faults
from assistant.record.kept import CallState
from assistant.record.locations import Locations
from assistant.record.locks import OpenCallLock
from assistant.record.master_key import KeyMissing, KeyUnusable, encoded
from assistant.record.opening import Doors
from assistant.record.restoring import restore
from assistant.record.store import CallStore
from compliance.errors import MissingPart
from tests.record.aged import CODEC, LATELY, Clock, keep
from tests.record.postgres import Server
from tests.record.running import in_a_child, run

CLOCK = Clock()


@pytest.fixture
def key(places: Locations, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A master key in the folder, as on a system without a keyring."""
    with CallStore(places, CODEC, doors=CLOCK.doors()):
        pass
    return bytes.fromhex(places.master_key.read_text().strip())


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, places: Locations, tmp_path: Path) -> Locations:
    """An empty place of the same kind."""
    if places.store is None:
        return Locations(tmp_path / "new")
    running: Server = request.getfixturevalue("server")
    return Locations(tmp_path / "new", store=running.new_database())


def _backup(places: Locations, to: Path) -> None:
    with CallStore(places, CODEC, doors=CLOCK.doors()) as store:
        make_backup(store, to)


def _with(key: bytes) -> Doors:
    return Doors({"ASSISTANT_KEY": encoded(key)})


def _content(places: Locations, doors: Doors) -> list[object]:
    with CallStore(places, CODEC, doors=doors) as store:
        store.recover()
        assert store.verify(audio=True).faults == ()
        found: list[object] = []
        for call in store.calls():
            sound = store.sound(call.id)
            with sound if sound is not None else pytest.raises(AssertionError):
                seconds = sound.duration_s if sound is not None else 0
            found.append((call, list(store.events(call.id)), store.wrap_up(call.id), seconds))
        return found


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_was_backed_up_comes_back_the_same(
    places: Locations, elsewhere: Locations, key: bytes, tmp_path: Path
) -> None:
    for number in range(3):
        keep(places, f"c{number}", LATELY, clock=CLOCK, outcome="refused", owner="ACC-1")
    to = tmp_path / "backup"
    _backup(places, to)
    assert not any(b"master" in name.encode() for name in _tree(to))
    assert not any(key in content or encoded(key).encode() in content
                   for content in _tree(to).values())  # fmt: skip
    assert {oct(path.stat().st_mode & 0o77) for path in to.rglob("*")} == {"0o0"}
    proof = restore(to, elsewhere, _with(key))
    assert proof is not None
    assert proof.faults == ()
    assert proof.calls == 3
    assert _content(elsewhere, _with(key)) == _content(places, CLOCK.doors())
    assert not (elsewhere.data_dir / ".restoring").exists()
    with pytest.raises(StoreFault, match="is there already"):
        restore(to, elsewhere, _with(key))


def test_a_backup_beside_a_running_call_is_consistent(embedded: Locations, tmp_path: Path) -> None:
    """Backups one after the other while a process writes; each is proven, none is behind."""
    with CallStore(embedded, CODEC, doors=CLOCK.doors()):
        pass
    key = bytes.fromhex(embedded.master_key.read_text().strip())
    child = in_a_child(
        lambda: run(embedded, "live", CLOCK.doors(), steps=120, pause=lambda _: time.sleep(0.02))
    )
    lengths = []
    for number in range(4):
        to = tmp_path / f"b{number}"
        _backup(embedded, to)
        new = Locations(tmp_path / f"n{number}")
        proof = restore(to, new, _with(key))
        assert proof is not None
        with CallStore(new, CODEC, doors=_with(key)) as store:
            store.recover()
            assert store.verify(audio=True).faults == ()
            lengths.append(max((call.duration_s for call in store.calls()), default=0.0))
    assert os.waitpid(child, 0)[1] == 0
    assert lengths == sorted(lengths)
    assert lengths[-1] > 0
    with CallStore(embedded, CODEC, doors=CLOCK.doors()) as store:
        assert store.call("live").state is CallState.WHOLE
        assert store.verify(audio=True).faults == ()


def _cut(to: Path) -> None:
    path = next(to.glob("calls.*"))
    path.write_bytes(path.read_bytes()[:-1])


def _flip(name: str) -> Callable[[Path], None]:
    def work(to: Path) -> None:
        path = next(to.glob(name))
        whole = bytearray(path.read_bytes())
        whole[len(whole) // 2] ^= 1
        path.write_bytes(whole)

    return work


def _manifest(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def work(to: Path) -> None:
        stated = json.loads((to / MANIFEST).read_text())
        change(stated)
        (to / MANIFEST).write_text(json.dumps(stated))

    return work


def _climb(stated: dict[str, object]) -> None:
    files = stated["files"]
    assert isinstance(files, list)
    files[0]["path"] = "../../evil"


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_cut, "calls.d.* is missing or was changed"),
        (_flip("calls.d*"), "calls.d.* is missing or was changed"),
        (_flip("sound/*.sound"), "c0.sound is missing or was changed"),
        (_flip("store.keys"), "store.keys is missing or was changed"),
        (_flip("anchors/*"), "anchors/.* is missing or was changed"),
        (lambda to: next(to.glob("sound/*")).unlink(), "c0.sound is missing or was changed"),
        (lambda to: (to / MANIFEST).unlink(), "no manifest.json"),
        (lambda to: (to / MANIFEST).write_text("{"), "cannot be read"),
        (shutil.rmtree, "no manifest.json"),
        (_manifest(lambda stated: stated.update(version=9)), "another version"),
        (_manifest(lambda stated: stated.update(calls=0)), "the manifest of .* was changed"),
        (_manifest(lambda stated: stated.update(layout=99)), "newer version"),
        (_manifest(lambda stated: stated.pop("code")), "the manifest of .* was changed"),
        (_manifest(_climb), "names files that are not its own"),
    ],
)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(
    places: Locations,
    elsewhere: Locations,
    key: bytes,
    tmp_path: Path,
    damage: Callable[[Path], None],
    says: str,
) -> None:
    keep(places, "c0", LATELY, clock=CLOCK)
    to = tmp_path / "backup"
    _backup(places, to)
    damage(to)
    with pytest.raises(StoreFault, match=says):
        restore(to, elsewhere, _with(key))
    assert not elsewhere.data_dir.exists()
    elsewhere.data_dir.mkdir()
    (elsewhere.data_dir / "settings.toml").write_text("")
    with pytest.raises(StoreFault, match=says):
        restore(to, elsewhere, _with(key))
    assert _tree(elsewhere.data_dir) == {"settings.toml": b""}


def test_a_record_that_does_not_verify_comes_back_only_when_that_is_wanted(
    places: Locations, elsewhere: Locations, key: bytes, tmp_path: Path
) -> None:
    keep(places, "c0", LATELY, clock=CLOCK)
    with CallStore(places, CODEC, doors=CLOCK.doors()) as store:
        with writing(store.opened.engine) as connection:
            connection.execute(text("UPDATE calls SET agent_name = 'x'"))
        make_backup(store, tmp_path / "backup")
    with pytest.raises(BackupDamaged, match=r"not whole[^\n]*\n.*call c0: its row"):
        restore(tmp_path / "backup", elsewhere, _with(key))
    assert not elsewhere.data_dir.exists()
    proof = restore(tmp_path / "backup", elsewhere, _with(key), unproven=True)
    assert proof is not None
    assert len(proof.faults) == 1


def test_the_right_key_is_needed(embedded: Locations, tmp_path: Path) -> None:
    keep(embedded, "c0", LATELY, clock=CLOCK)
    _backup(embedded, tmp_path / "backup")
    new = Locations(tmp_path / "new")
    with pytest.raises(KeyMissing):
        restore(tmp_path / "backup", new, Doors({}))
    with pytest.raises(KeyUnusable):
        restore(tmp_path / "backup", new, _with(b"o" * 32))
    assert not new.data_dir.exists()


def test_kinds_are_not_mixed(embedded: Locations, server: Server, tmp_path: Path) -> None:
    keep(embedded, "c0", LATELY, clock=CLOCK)
    _backup(embedded, tmp_path / "backup")
    new = Locations(tmp_path / "new", store=server.new_database())
    with pytest.raises(StoreFault, match="is to go into a server's store"):
        restore(tmp_path / "backup", new, Doors({}))


def test_only_into_an_empty_place(embedded: Locations, tmp_path: Path) -> None:
    keep(embedded, "c0", LATELY, clock=CLOCK)
    _backup(embedded, tmp_path / "backup")
    key = bytes.fromhex(embedded.master_key.read_text().strip())
    for name in ("calls.db", "store.keys", "sound/x", "journal/x", "anchors/x"):
        new = Locations(tmp_path / re.sub(r"\W", "_", name))
        (new.data_dir / name).parent.mkdir(parents=True)
        (new.data_dir / name).write_text("theirs")
        with pytest.raises(StoreFault, match="is there already"):
            restore(tmp_path / "backup", new, _with(key))
        assert _tree(new.data_dir) == {name: b"theirs"}


# ---- cut off, in the way, full -----------------------------------------------------------------


def test_what_stands_in_the_way_of_a_backup(embedded: Locations, tmp_path: Path) -> None:
    keep(embedded, "c0", LATELY, clock=CLOCK)
    to = tmp_path / "backup"
    to.mkdir()
    (to / "theirs").write_text("")
    with pytest.raises(StoreFault, match="is there already"):
        _backup(embedded, to)
    draft = tmp_path / "other.partial"
    draft.mkdir()
    (draft / "theirs").write_text("")
    with pytest.raises(StoreFault, match="is no backup that was cut off"):
        _backup(embedded, tmp_path / "other")
    assert (draft / "theirs").exists()
    (draft / "theirs").unlink()
    other = OpenCallLock(draft / "being-written.lock")
    with pytest.raises(StoreBusy, match="another backup"):
        _backup(embedded, tmp_path / "other")
    other.release()


def test_a_backup_killed_at_any_step_is_none_and_the_next_one_is_whole(
    embedded: Locations, tmp_path: Path
) -> None:
    keep(embedded, "c0", LATELY, clock=CLOCK)
    key = bytes.fromhex(embedded.master_key.read_text().strip())
    to = tmp_path / "backup"
    killed = 0
    for step in range(60):
        if os.waitpid(in_a_child(partial(_killed, embedded, to, step)), 0)[1] == 0:
            break
        killed += 1
        if to.exists():  # killed after it was whole
            shutil.rmtree(to)
            continue
        draft = tmp_path / "backup.partial"
        if (draft / MANIFEST).exists():  # whole, but for its name
            shutil.copytree(draft, to)
            assert restore(to, Locations(tmp_path / f"n{step}"), _with(key)) is not None
            shutil.rmtree(to)
        else:
            with pytest.raises(BackupDamaged):
                restore(draft, Locations(tmp_path / "never"), _with(key))
    assert killed > 5
    assert not (tmp_path / "backup.partial").exists()
    assert restore(to, Locations(tmp_path / "new"), _with(key)) is not None


def _killed(places: Locations, to: Path, step: int) -> None:
    """Back up, and be killed at the n-th file that is opened, renamed or removed."""
    left = step

    def count(event: str, _arguments: object) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.remove", "os.mkdir"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with CallStore(places, CODEC, doors=CLOCK.doors()) as store:
        sys.addaudithook(count)
        make_backup(store, to)
        # The rest, closing among it, is no part of the backup.
        left = 1_000_000


def test_a_restore_killed_at_any_step_is_begun_anew_or_finished(
    embedded: Locations, tmp_path: Path
) -> None:
    keep(embedded, "c0", LATELY, clock=CLOCK)
    key = bytes.fromhex(embedded.master_key.read_text().strip())
    to = tmp_path / "backup"
    _backup(embedded, to)
    killed = finished = 0
    for step in range(0, 400, 3):
        new = Locations(tmp_path / f"new{step}")
        child = in_a_child(partial(_killed_restore, to, new, key, step))
        if os.waitpid(child, 0)[1] == 0:
            break
        killed += 1
        if new.store_keys.exists() and not (new.data_dir / ".restoring").exists():
            continue
        finished += restore(to, new, _with(key)) is None
        with CallStore(new, CODEC, doors=_with(key)) as store:
            assert store.verify(audio=True).faults == ()
            assert len(store.calls()) == 1
    assert killed > 5
    assert finished > 0


def _killed_restore(to: Path, new: Locations, key: bytes, step: int) -> None:
    left = step

    def count(event: str, _arguments: object) -> None:
        nonlocal left
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    restore(to, new, _with(key))
    left = 1_000_000


def test_a_full_disk_in_mid_backup_leaves_nothing(embedded: Locations, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: SQLite and Python meet it alike."""
    keep(embedded, "c0", LATELY, clock=CLOCK)
    big = embedded.database.stat().st_size
    sound = embedded.sound("c0")
    for limit in (0, 100, sound.stat().st_size - 1, big // 2):
        child = in_a_child(partial(_starved, embedded, tmp_path / "backup", limit))
        assert os.waitpid(child, 0)[1] == 0
        assert not (tmp_path / "backup").exists()
        assert not (tmp_path / "backup.partial").exists()
    with CallStore(embedded, CODEC, doors=CLOCK.doors()) as store:
        assert store.verify(audio=True).faults == ()


def _starved(places: Locations, to: Path, most: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with CallStore(places, CODEC, doors=CLOCK.doors()) as store:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limit[1]))
        try:
            with pytest.raises(StoreFault):
                make_backup(store, to)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_named_as_such(tmp_path: Path) -> None:
    with pytest.raises(DiskFull), store_faults(tmp_path), Path("/dev/full").open("wb", 0) as full:
        full.write(b"x")


def test_without_pg_dump_the_way_is_said(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pg_program("pg_dump").endswith("/pg_dump")
    with pytest.raises(MissingPart, match="use the server's own backup"):
        pg_program("pg_dump_of_no_server")


def test_a_servers_password_is_in_no_arguments(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "pg_pretend"
    program.write_text(
        f'#!/bin/sh\nprintf "%s " "$@" > {seen}\nprintf "%s" "$PGPASSWORD" >> {seen}\n'
    )
    program.chmod(0o700)
    run_pg(str(program), "postgresql://an:s3cret@host:1/db", "--format=custom")
    assert seen.read_text() == "--format=custom --dbname=postgresql://an@host:1/db s3cret"
    assert subprocess.run([program], check=False).returncode == 0
