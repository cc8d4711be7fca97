"""Proof: a whole record verifies, and whatever somebody did to one is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from assistant.event_codec import EventCodec
from assistant.record.chain import PURGED, add_entry
from assistant.record.database import writing
from assistant.record.locations import Locations
from assistant.record.opening import Doors, OpenStore, open_store
from assistant.record.reviews import Review, ReviewAct
from assistant.record.sealed_file import record_places
from assistant.record.sound import MAGIC
from assistant.record.store import CallStore
from assistant.record.triggers import changeable_again
from assistant.record.verifying import Proof, verify, verify_chain
from tests.record.invented import chunks, envelopes, inputs, outputs
from tests.record.test_layout import first_release

CODEC = EventCodec()
DOORS = Doors({})


@dataclass(frozen=True, slots=True)
class Tampering:
    """Somebody with the database and the folder, and without the program."""

    connection: Connection
    places: Locations
    store: OpenStore

    def run(self, statement: str, **values: object) -> None:
        self.connection.execute(text(statement), values)

    def line(self, seq: int, call: str = "c1") -> bytes:
        query = text("SELECT line FROM events WHERE call = :call AND seq = :seq")
        return bytes(self.connection.execute(query, {"call": call, "seq": seq}).scalar_one())

    def set_line(self, seq: int, line: bytes) -> None:
        self.run("UPDATE events SET line = :line WHERE call = 'c1' AND seq = :s", line=line, s=seq)

    def sound(self) -> tuple[Path, bytes]:
        path = self.places.sound("c1")
        return path, path.read_bytes()


def _keep_some(places: Locations) -> None:
    with CallStore(places, CODEC, doors=DOORS) as store:
        for call in ("c1", "c2", "c3"):
            writer = store.record(call, with_sound=call != "c3")
            writer.append(envelopes(inputs()[:3], call))
            for chunk in chunks(3.0):
                writer.append_audio(chunk)
            writer.append([*envelopes(inputs()[3:], call, 3), *envelopes(outputs(), call, 20)])
            writer.close()
        for act in (ReviewAct.DISMISS, ReviewAct.CONFIRM):
            store.add_review(Review("c1", "u1.US-03", act, "lin", f"2026-03-05{act}", "note"))


def _proof(places: Locations, *, audio: bool = True) -> Proof:
    with CallStore(places, CODEC, doors=DOORS) as store:
        return store.verify(audio=audio)


def test_a_whole_record_verifies(places: Locations) -> None:
    assert _proof(places).faults == ()
    _keep_some(places)
    proof = _proof(places)
    assert proof.faults == ()
    assert (proof.calls, proof.events) == (3, 27)
    assert proof.sounds == 2 * (2 + 2 * 4)
    assert proof.entries == proof.anchors
    assert _proof(places, audio=False).sounds == 0
    with CallStore(places, CODEC, doors=DOORS) as store:
        one = store.verify(audio=True, call="c1")
    assert (one.calls, one.events, one.sounds, one.faults) == (1, 9, 10, ())
    assert one.entries == proof.entries


def test_a_record_taken_over_verifies_and_is_proven_from_then_on(embedded: Locations) -> None:
    first_release(embedded.database)
    assert _proof(embedded).faults == ()
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        store.add_review(Review("c1", "u1.US-03", ReviewAct.CONFIRM, "lin", "2026", ""))
    proof = _proof(embedded)
    assert proof.faults == ()
    assert (proof.calls, proof.events, proof.sounds) == (1, 9, 8)


def _byte(t: Tampering) -> None:
    line = bytearray(t.line(4))
    line[30] ^= 1
    t.set_line(4, bytes(line))


def _swap(t: Tampering) -> None:
    third, fourth = t.line(3), t.line(4)
    t.set_line(3, fourth)
    t.set_line(4, third)


def _another_calls_event(t: Tampering) -> None:
    t.set_line(4, t.line(4, "c2"))


def _put_in(t: Tampering) -> None:
    t.run("INSERT INTO events (call, seq, line, code) SELECT call, 99, line, code FROM events"
          " WHERE call = 'c1' AND seq = 4")  # fmt: skip


def _whole_call(t: Tampering) -> None:
    for table in ("events", "utterances", "findings", "landmarks", "call_keys"):
        t.run(f"DELETE FROM {table} WHERE call = 'c3'")
    t.run("DELETE FROM calls WHERE id = 'c3'")


def _last_call_and_its_entries(t: Tampering) -> None:
    """The newest call with everything that the store says of it, and all that came after."""
    _whole_call(t)
    t.run("DELETE FROM reviews")
    t.run("DELETE FROM chain WHERE n >= (SELECT min(n) FROM chain WHERE call = 'c3')")


def _call_put_in(t: Tampering) -> None:
    names = (
        "started_at_utc, zone, language, jurisdiction, collector, agent_name, agent_id, model,"
        " rules_hash, scripts_hash, whole, reason, duration_s, has_sound, interrupted"
    )
    t.run(f"INSERT INTO calls (id, {names}) SELECT 'c9', {names} FROM calls WHERE id = 'c1'")


def _sound_byte(t: Tampering) -> None:
    path, whole = t.sound()
    path.write_bytes(whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:])


def _sound_chunk(t: Tampering) -> None:
    """A genuine record in another one's place."""
    path, whole = t.sound()
    with path.open("rb") as file:
        places, _torn = record_places(file, MAGIC, path)
    first, second = places[2], places[4]
    path.write_bytes(whole[: first.offset] + whole[second.offset : second.end] + whole[first.end :])


def _sound_tail(t: Tampering) -> None:
    path, whole = t.sound()
    with path.open("rb") as file:
        places, _torn = record_places(file, MAGIC, path)
    path.write_bytes(whole[: places[-2].offset])


def _sound_of_another(t: Tampering) -> None:
    shutil.copy(t.places.sound("c2"), t.places.sound("c1"))


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (_byte, "call c1: event 4 was changed"),
        (_swap, "call c1: event 3 was changed"),
        (_another_calls_event, "call c1: event 4 was changed"),
        (_put_in, "call c1: event 99 was changed, moved or put in"),
        (lambda t: t.run("DELETE FROM events WHERE call = 'c1' AND seq = 4"), "was removed"),
        (
            lambda t: t.run("DELETE FROM events WHERE call = 'c1' AND seq > 5"),
            "call c1: its last 3 event(s) were removed",
        ),
        (lambda t: t.run("DELETE FROM events WHERE call = 'c1'"), "c1: all its events are missing"),
        (_whole_call, "call c3 was removed"),
        (_last_call_and_its_entries, "the end of the chain was cut off"),
        (_call_put_in, "call c9 was put in"),
        (lambda t: t.run("DELETE FROM utterances WHERE call = 'c1'"), "c1: its row, key"),
        (lambda t: t.run("UPDATE findings SET severity = 'hint' WHERE call = 'c1'"), "c1: its row"),
        (lambda t: t.run("UPDATE calls SET agent_name = 'x' WHERE id = 'c1'"), "c1: its row"),
        (lambda t: t.run("UPDATE calls SET whole = true WHERE false"), ""),
        (lambda t: t.run("UPDATE reviews SET act = 'undo' WHERE number = 1"), "review 1 was chang"),
        (lambda t: t.run("DELETE FROM reviews WHERE number = 2"), "review 2 was removed"),
        (lambda t: t.run("UPDATE chain SET at_utc = '2020' WHERE n = 1"), "entry 1 of the chain"),
        (lambda t: t.run("DELETE FROM chain WHERE n = 2"), "gap: entry 2 is missing"),
        (
            lambda t: t.run("DELETE FROM chain WHERE n > 5"),
            "the end of the chain was cut off: 8 entries were anchored, 6 are there",
        ),
        (lambda t: shutil.rmtree(t.places.anchors_dir), "no anchor of this store"),
        (_sound_byte, "call c1: the sound of channel"),
        (_sound_chunk, "call c1: the sound of channel"),
        (_sound_tail, "call c1: the last 2 record(s) of its sound were removed"),
        (_sound_of_another, "call c1: a record of its sound was changed"),
        (lambda t: t.places.sound("c1").unlink(), "its sound"),
    ],
)
def test_tampering_is_said(
    places: Locations, tamper: Callable[[Tampering], None], says: str
) -> None:
    _keep_some(places)
    opened = open_store(places, DOORS)
    with writing(opened.engine) as connection:
        for table in ("events", "reviews", "chain"):
            changeable_again(connection, table)
        tamper(Tampering(connection, places, opened))
    opened.engine.dispose()
    faults = _proof(places).faults
    if not says:
        assert faults == ()
        return
    assert any(says in fault for fault in faults), faults
    assert not any("c2" in fault for fault in faults)
    with CallStore(places, CODEC, doors=DOORS) as store:
        alone = {
            call: store.verify(audio=True, call=call).faults for call in ("c1", "c2", "c3", "c9")
        }
    assert {fault for told in alone.values() for fault in told} == set(faults)
    assert not any("c1" in fault or "c3" in fault for fault in alone["c2"])


def test_without_the_program_the_chain_refuses_changes(places: Locations) -> None:
    _keep_some(places)
    opened = open_store(places, DOORS)
    for statement in ("UPDATE events SET seq = 99", "UPDATE chain SET n = 99"):
        with pytest.raises(Exception, match="only ever added"), writing(opened.engine) as other:
            other.execute(text(statement))
    opened.engine.dispose()
    assert _proof(places).faults == ()


def test_a_purged_call_leaves_a_chain_that_verifies(places: Locations) -> None:
    _keep_some(places)
    opened = open_store(places, DOORS)
    with writing(opened.engine) as connection:
        _whole_call(Tampering(connection, places, opened))
        entry = add_entry(connection, opened.vault, PURGED, "c3", opened.at_utc(), {})
    opened.anchors.write(entry)
    opened.engine.dispose()
    assert _proof(places).faults == ()


def test_what_others_write_meanwhile_is_not_missing(places: Locations) -> None:
    """Anchors that are read after the chain would know of entries that it had not yet."""
    _keep_some(places)
    opened = open_store(places, DOORS)
    read = opened.anchors.read

    def while_another_desk_writes() -> Iterator[tuple[int, bytes]]:
        with writing(opened.engine) as connection:
            entry = add_entry(connection, opened.vault, "access", "", opened.at_utc(), {})
        opened.anchors.write(entry)
        return read()

    opened.anchors.read = while_another_desk_writes  # type: ignore[method-assign]
    assert verify_chain(opened) == ()
    assert verify(opened, places, audio=False).faults == ()
    opened.engine.dispose()


def test_an_anchor_elsewhere_is_believed(places: Locations, tmp_path: Path) -> None:
    """Who can change the store and the data folder cannot reach the anchors' folder."""
    away = Locations(places.data_dir, store=places.store, anchors=tmp_path / "away")
    _keep_some(away)
    assert not places.anchors_dir.exists()
    assert _proof(away).faults == ()
    for path in away.anchors_dir.iterdir():
        path.write_bytes(path.read_bytes() + b'{"n": torn')
    assert _proof(away).faults == ()
    assert "no anchor" in _proof(places).faults[0]


def test_anchors_that_cannot_be_written_stop_nothing(embedded: Locations, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = Locations(embedded.data_dir, anchors=tmp_path / "file" / "x")
    said: list[str] = []
    with CallStore(blocked, CODEC, doors=Doors({}, said.append)) as store:
        writer = store.record("c1", with_sound=False)
        writer.append(envelopes(inputs()))
        writer.close()
    assert sum("anchors cannot be written" in line for line in said) == 1


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bit_of_the_sound_is_proven(embedded: Locations, at: int, bit: int) -> None:
    if not embedded.database.exists():
        _keep_some(embedded)
    path = embedded.sound("c1")
    whole = path.read_bytes()
    at %= len(whole)
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
    try:
        assert any("call c1" in fault for fault in _proof(embedded).faults)
    finally:
        path.write_bytes(whole)
