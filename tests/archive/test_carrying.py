"""Calls carried from store to store, and archives that somebody made or broke."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile as sf

from assistant.archive.archive_door import BadArchive
from assistant.archive.carrying import export_calls, import_calls
from assistant.record.access import read_log
from assistant.record.chain import EXPORTED, IMPORTED
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from compliance.errors import AssistantError
from tests.archive.invented import CARD, CODEC, DOORS, NAME, keep
from tests.record.invented import envelopes, inputs, tone

NOW = datetime(2026, 3, 6, tzinfo=UTC)
Members = dict[str, bytes]


def pack(places: Locations, to: Path, *calls: str, redacted: bool = False) -> Path:
    export_calls(places, calls or ("c1",), to, redacted=redacted, interface="en", now=NOW)
    return to


def members(path: Path) -> Members:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def everything(store: CallStore, call: str) -> tuple[object, ...]:
    sound = store.sound(call)
    heard: list[bytes] = []
    if sound is not None:
        with sound:
            heard = [
                sound.read(one.channel, 0, sound.end_sample(one.channel)).tobytes()
                for one in sound.channels
            ]
    return (
        replace(store.call(call), marks=()),
        store.call(call).marks,
        list(store.events(call)),
        store.derived(call),
        store.reviews(call),
        store.wrap_ups(call),
        heard,
    )


@pytest.fixture
def kept(embedded: Locations) -> Locations:
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        keep(store)
        keep(store, "c2", sound=False)
    return embedded


def test_a_call_arrives_whole_in_another_store(
    places: Locations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Locations(tmp_path / "first")
    with CallStore(home, CODEC, doors=DOORS) as store:
        keep(store)
        keep(store, "c2", sound=False)
        writer = store.record("cut", with_sound=False)
        writer.append(envelopes(inputs()[:4], "cut"))
        writer.close()
        sent = [everything(store, call) for call in ("c1", "c2", "cut")]
    to = pack(home, tmp_path / "calls.zip", "c1", "c2", "cut", "c1")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    capsys.readouterr()
    import_calls(places, to, interface="en")
    assert capsys.readouterr().out.split() == ["c1", "c2", "cut"]
    with CallStore(places, CODEC, doors=DOORS) as store:
        assert [everything(store, call) for call in ("c1", "c2", "cut")] == sent
        assert store.verify(audio=True).faults == ()
        last = store.entries("c1")[-1]
    with CallStore(home, CODEC, doors=DOORS) as store:
        made = store.entries("c1")[-1]
        assert store.verify(audio=True).faults == ()
    digest = hashlib.sha256(members(to)["manifest.json"]).hexdigest()
    assert (made.kind, json.loads(made.stated)) == (EXPORTED, {"manifest": digest})
    assert (last.kind, json.loads(last.stated)["manifest"]) == (IMPORTED, digest)
    import_calls(places, to, interface="en")
    told = capsys.readouterr()
    assert told.out == ""
    assert "c1 came from this archive before." in told.err


def test_others_can_read_it(kept: Locations, tmp_path: Path) -> None:
    held = members(pack(kept, tmp_path / "calls.zip"))
    manifest = json.loads(held["manifest.json"])
    assert "made by a machine" in manifest["note"]
    (call,) = manifest["calls"]
    assert [entry["kind"] for entry in call["entries"]][-3:] == ["closed", "review", "wrap-up"]
    for file in call["files"]:
        assert hashlib.sha256(held[file["name"]]).hexdigest() == file["sha256"]
    records = [json.loads(line) for line in held["calls/c1/transcript.jsonl"].splitlines()]
    assert records[0]["type"] == "started"
    samples, rate_hz = sf.read(io.BytesIO(held["calls/c1/sound-1-1.flac"]), dtype="int16")
    assert (rate_hz, samples.tobytes()) == (8000, tone(1, 0, 24000))


def test_a_redacted_one_is_covered_and_silenced(kept: Locations, tmp_path: Path) -> None:
    held = members(pack(kept, tmp_path / "calls.zip", redacted=True))
    assert sorted(name.rpartition("/")[2] for name in held) == [
        "manifest.json", "sound-0-1.flac", "sound-1-1.flac", "transcript.jsonl",
    ]  # fmt: skip
    text = held["calls/c1/transcript.jsonl"].decode().lower()
    assert "[card number]" in text
    for secret in ("zyxwvut", "quentin", CARD, "acct-7", "other words"):
        assert secret not in text, secret
    for channel in (0, 1):
        samples, _rate = sf.read(
            io.BytesIO(held[f"calls/c1/sound-{channel}-1.flac"]), dtype="int16"
        )
        # The fourth word, the card number, is said at 2.15 s; before 0.35 s nothing was recognised.
        assert not np.any(samples[int(2.05 * 8000) : int(2.3 * 8000)])
        assert not np.any(samples[: int(0.34 * 8000)])
        assert np.any(samples[int(0.6 * 8000) : int(1.8 * 8000)])
    with pytest.raises(BadArchive, match="redacted copy"):
        import_calls(Locations(tmp_path / "other"), tmp_path / "calls.zip", interface="en")


def test_a_call_that_is_there_is_refused(kept: Locations, tmp_path: Path) -> None:
    to = pack(kept, tmp_path / "calls.zip", "c1", "c2")
    with CallStore(kept, CODEC, doors=DOORS) as store:
        before = [everything(store, call) for call in ("c1", "c2")]
    with pytest.raises(AssistantError, match="holds the call 'c1' already, and 1 more"):
        import_calls(kept, to, interface="en")
    with CallStore(kept, CODEC, doors=DOORS) as store:
        assert [everything(store, call) for call in ("c1", "c2")] == before


def manifest_of(held: Members) -> Any:
    return json.loads(held["manifest.json"])


def changed(held: Members, change: Callable[[Any], None]) -> Members:
    manifest = manifest_of(held)
    change(manifest)
    return {**held, "manifest.json": json.dumps(manifest).encode()}


def rehashed(held: Members, name: str, content: bytes) -> Members:
    """A member exchanged by somebody who can count."""

    def state(manifest: Any) -> None:
        for file in manifest["calls"][0]["files"]:
            if file["name"] == name:
                file.update(size=len(content), sha256=hashlib.sha256(content).hexdigest())

    return changed({**held, name: content}, state)


def renamed(held: Members, name: str) -> Members:
    """The events under a name that leads elsewhere."""
    moved = {
        (name if old.endswith("events.jsonl") else old): content for old, content in held.items()
    }

    def state(manifest: Any) -> None:
        for file in manifest["calls"][0]["files"]:
            if file["name"].endswith("events.jsonl"):
                file["name"] = name

    return changed(moved, state)


EVENTS = "calls/c1/events.jsonl"
SOUND = "calls/c1/sound-0-1.flac"

BROKEN: list[tuple[Callable[[Members], Members], str]] = [
    (lambda m: {**m, EVENTS: m[EVENTS][:-2] + b"\n"}, "is not what the manifest says"),
    (lambda m: {**m, SOUND: m[SOUND][:-9]}, "is not what the manifest says"),
    (lambda m: {**m, "../../evil": b"x"}, "files that its manifest does not name"),
    (lambda m: {**m, "/etc/evil": b"x"}, "files that its manifest does not name"),
    (lambda m: renamed(m, "../../../evil.jsonl"), "its manifest is not understood"),
    (lambda m: renamed(m, "calls/c9/events.jsonl"), "are not those of a call"),
    (lambda m: {n: c for n, c in m.items() if n != SOUND}, "or lacks some"),
    (lambda m: {n: c for n, c in m.items() if n != "manifest.json"}, "no manifest"),
    (lambda m: {**m, "manifest.json": b"[]"}, "its manifest is not understood"),
    (lambda m: {**m, "manifest.json": b"[" * 100_000}, "its manifest is not understood"),
    (lambda m: changed(m, lambda t: t.update(version=2)), r"not understood \(version\)"),
    (lambda m: changed(m, lambda t: t.update(calls=[])), "does not name"),
    (lambda m: changed(m, lambda t: t["calls"].append(t["calls"][0])), "not those of a call"),
    (lambda m: changed(m, lambda t: t["calls"][0].update(call="c2")), "in its folder"),
    (lambda m: rehashed(m, EVENTS, b""), "no beginning"),
    (lambda m: rehashed(m, EVENTS, b"{}\n"), "a stored event has schema|names no schema"),
    (lambda m: rehashed(m, EVENTS, m[EVENTS].replace(b'"c1"', b'"c9"')), "not of this call"),
    (
        lambda m: rehashed(m, EVENTS, b"\n".join(m[EVENTS].splitlines()[::-1])),
        "no beginning|not in order",
    ),
    (lambda m: rehashed(m, "calls/c1/outputs.jsonl", m[EVENTS]), "derived of call 'c1' is not"),
    (lambda m: rehashed(m, "calls/c1/reviews.jsonl", b'{"call":"c1"}'), "not understood"),
    (lambda m: rehashed(m, "calls/c1/reviews.jsonl", b"[" * 99_999), "not understood"),
    (
        lambda m: rehashed(
            m, "calls/c1/reviews.jsonl", m["calls/c1/reviews.jsonl"].replace(b"confirm", b"burn")
        ),
        "not understood",
    ),
    (lambda m: rehashed(m, SOUND, b"RIFF"), "is no sound"),
    (lambda m: rehashed(m, SOUND, m["calls/c1/sound-1-1.flac"][:900]), "sound"),
    (
        lambda m: changed(m, lambda t: t["calls"][0]["sound"][0].update(samples=10**12)),
        "is too long",
    ),
    (lambda m: changed(m, lambda t: t["calls"][0]["sound"][0].update(start=5)), "not follow on"),
    (lambda m: changed(m, lambda t: t["calls"][0]["sound"][0].update(channel=7)), "does not have"),
    (lambda m: rehashed(m, EVENTS, b" " * 50_000_000), "would unpack to too much"),
]


@pytest.mark.parametrize(("do", "says"), BROKEN)
def test_a_broken_archive_changes_nothing(
    kept: Locations, tmp_path: Path, do: Callable[[Members], Members], says: str
) -> None:
    held = do(members(pack(kept, tmp_path / "calls.zip")))
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    other = Locations(tmp_path / "deep" / "er" / "other")
    CallStore(other, CODEC, doors=DOORS).close()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadArchive, match=says) as caught:
        import_calls(other, bad, interface="en")
    assert "nothing was kept" in str(caught.value)
    assert NAME not in str(caught.value)
    # That somebody tried is written down, and anchored.
    said = re.compile("-wal|anchors")
    assert sorted(path for path in tmp_path.rglob("*") if not said.search(path.name)) == sorted(
        path for path in before if not said.search(path.name)
    )
    with CallStore(other, CODEC, doors=DOORS) as store:
        assert store.calls() == ()
        assert store.verify(audio=True).faults == ()
        assert {line.act for line in read_log(store.opened)} <= {"import"}


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 half"])
def test_another_file_is_no_archive(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(BadArchive, match="no ZIP file"):
        import_calls(Locations(tmp_path / "home"), path, interface="en")
    assert not (tmp_path / "home").exists()


def test_two_members_of_one_name_are_refused(kept: Locations, tmp_path: Path) -> None:
    to = pack(kept, tmp_path / "calls.zip")
    with zipfile.ZipFile(to, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(EVENTS, b"")
    with pytest.raises(BadArchive, match="one name"):
        import_calls(Locations(tmp_path / "home"), to, interface="en")


def test_what_cannot_be_packed_leaves_no_file(kept: Locations, tmp_path: Path) -> None:
    to = tmp_path / "calls.zip"
    with pytest.raises(AssistantError, match="no kept call 'nix'"):
        pack(kept, to, "c1", "nix")
    with pytest.raises(AssistantError, match="cannot be used"):
        pack(kept, tmp_path / "no" / "calls.zip")
    with CallStore(kept, CODEC, doors=DOORS) as store:
        writer = store.record("runs", with_sound=False)
        writer.append(envelopes(inputs()[:3], "runs"))
        with pytest.raises(AssistantError, match="still running"):
            pack(kept, to, "runs")
        writer.close()
    assert not [path for path in tmp_path.iterdir() if "zip" in path.name]
    to.write_text("mine")
    with pytest.raises(AssistantError, match="is there already"):
        pack(kept, to)
    assert to.read_text() == "mine"
