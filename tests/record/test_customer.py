"""One customer's data, and the figures of a record."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import soundfile as sf

from assistant.record.access import read_log
from assistant.record.customer import CustomerCalls, customer_calls, export_customer
from assistant.record.duties import Duty, DutyAct, add_duty
from assistant.record.faults import StoreFault
from assistant.record.guard import Guard, NotPermitted, Who
from assistant.record.locations import Locations
from assistant.record.permissions import Role
from assistant.record.purging import PurgeDesk
from assistant.record.statistics import statistics
from assistant.record.store import CallStore
from assistant.retention_terms import shipped_terms
from scripts.account import Identifier
from tests.record.aged import CODEC, LATELY, LONG_AGO, Clock, account, keep


def test_a_customers_calls_are_exported_whole_and_no_others(
    places: Locations, tmp_path: Path
) -> None:
    clock = Clock()
    keep(places, "c1", LATELY, clock=clock, owner="ACC-1", outcome="promise")
    keep(places, "c/2", LONG_AGO, clock=clock, owner="ACC-1")
    keep(places, "c3", LATELY, clock=clock, owner="ACC-2")
    file = tmp_path / "customer.zip"
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        store.guard_with(Guard(store.opened, Who("chen", Role.COMPLIANCE)))
        assert export_customer(store, "ACC-1", file, "2026-01-01") == 2
        with pytest.raises(StoreFault, match="is there already"):
            export_customer(store, "ACC-1", file, "2026-01-01")
        opened = [line.call for line in read_log(store.opened) if line.act == "open"]
    assert sorted(opened) == ["c/2", "c1"]
    assert file.stat().st_mode & 0o77 == 0
    assert [path.name for path in tmp_path.iterdir() if "zip" in path.name] == ["customer.zip"]
    with zipfile.ZipFile(file) as archive:
        contents = json.loads(archive.read("contents.json"))
        assert [entry["call"] for entry in contents["calls"]] == ["c/2", "c1"]
        assert "made by a machine" in contents["transcripts"]
        entry = contents["calls"][1]
        lines = [json.loads(line) for line in archive.read(entry["transcript"]).splitlines()]
        assert [line["type"] for line in lines] == ["call", "utterance", "wrap_up"]
        assert lines[0]["account"]["id"] == "ACC-1"
        assert lines[1]["text"] == "we will have you arrested"
        assert lines[2]["note"] == "the agent's note"
        samples, rate_hz = sf.read(io.BytesIO(archive.read(entry["sound"][0])), dtype="int16")
        assert (samples.shape, rate_hz) == ((8000, 2), 8000)
        assert samples[:, 0].any()
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"ACC-2" not in whole


PAT, LOU = (
    replace(account(identity), customer_name=name, identifiers=(Identifier("id_last4", figures),))
    for identity, name, figures in (("ACC-1", "Pat Example", "1212"), ("ACC-2", "Lou Oh", "3434"))
)
PATS_OTHER = replace(PAT, id="ACC-3")


def test_linked_calls_go_to_whose_they_turned_out_to_be_and_no_call_to_another(
    embedded: Locations, tmp_path: Path
) -> None:
    clock = Clock()
    keep(embedded, "begun", LATELY, clock=clock, linked=(PAT,))
    keep(embedded, "both cards", LATELY, clock=clock, linked=(PATS_OTHER, PAT))
    keep(embedded, "two people", LATELY, clock=clock, linked=(PAT, LOU))
    keep(embedded, "and back", LATELY, clock=clock, linked=(LOU, PAT))
    with CallStore(embedded, CODEC, doors=clock.doors()) as store:
        assert {call: owners[-1] for call, owners in store.accounts().items()} == {
            "begun": "ACC-1", "both cards": "ACC-1", "two people": "ACC-2", "and back": "ACC-1",
        }  # fmt: skip
        assert len(store.calls_of("ACC-1")) == 4
        shared = ("and back", "two people")
        assert customer_calls(store, "ACC-1") == CustomerCalls(("begun", "both cards"), shared)
        assert customer_calls(store, "ACC-2") == CustomerCalls((), shared)
        assert customer_calls(store, "ACC-3") == CustomerCalls((), ("both cards",))
        file = tmp_path / "customer.zip"
        assert export_customer(store, "ACC-1", file, "2026-01-01") == 2
    with zipfile.ZipFile(file) as archive:
        first = [json.loads(archive.read(f"000{n}.jsonl").splitlines()[0]) for n in (1, 2)]
        whole = b"".join(archive.read(name) for name in archive.namelist())
    assert [(line["account"]["id"], line["account_id"]) for line in first] == [("ACC-1",) * 2] * 2
    assert b"Lou" not in whole


def test_an_export_that_may_not_be_or_cannot_be_written_leaves_nothing(
    embedded: Locations, tmp_path: Path
) -> None:
    clock = Clock()
    keep(embedded, "c1", LATELY, clock=clock, owner="ACC-1")
    with CallStore(embedded, CODEC, doors=clock.doors()) as store:
        with pytest.raises(StoreFault):
            export_customer(store, "ACC-1", tmp_path / "no folder" / "x.zip", "2026")
        embedded.sound("c1").write_bytes(b"CALLSOUND2\n" + b"x" * 100)
        with pytest.raises(StoreFault):
            export_customer(store, "ACC-1", tmp_path / "x.zip", "2026")
        store.guard_with(Guard(store.opened, Who("an", Role.AGENT, "A9")))
        with pytest.raises(NotPermitted):
            export_customer(store, "ACC-1", tmp_path / "x.zip", "2026")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_figures_count_and_name_nobody(places: Locations) -> None:
    clock = Clock()
    keep(places, "c1", LONG_AGO, clock=clock, owner="ACC-1")
    keep(places, "c2", LATELY, clock=clock, jurisdiction="tw", owner="ACC-2")
    keep(places, "c3", LONG_AGO, clock=clock)
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        add_duty(store.opened, Duty(DutyAct.HOLD, "c3", "", "chen", "2026", "secret reason"))
        plan = PurgeDesk(store, shipped_terms().of, "chen").plan(datetime.now(UTC).date())
        found = statistics(store, plan, clock.now())
        assert (found.all.calls, found.all.due, found.all.held) == (3, 1, 1)
        assert found.all.hours == pytest.approx(3 * 3.0 / 3600, abs=0.01)
        assert found.all.oldest == LONG_AGO
        assert found.database_bytes > 10_000
        assert {place: one.calls for place, one in found.by_jurisdiction.items()} == {
            "tw": 1, "us": 2,
        }  # fmt: skip
        assert found.by_jurisdiction["tw"].sound_bytes == places.sound("c2").stat().st_size
        told = json.dumps(asdict(found))
    for personal in ("c1", "ACC", "Pat", "chen", "secret", "A7"):
        assert personal not in told


def test_figures_of_an_empty_record(embedded: Locations) -> None:
    with CallStore(embedded, CODEC) as store:
        found = statistics(store, (), datetime.now(UTC))
    assert (found.all.calls, found.all.hours, found.all.oldest) == (0, 0.0, "")
    assert found.by_jurisdiction == {}
