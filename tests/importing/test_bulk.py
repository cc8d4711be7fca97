"""Many calls at once: nothing twice, nothing half, and a broken one costs itself alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import soundfile as sf
from sqlalchemy import select

from assistant.archive import desk as archive_desk
from assistant.archive.told import tell
from assistant.demo.calls import demonstration_call
from assistant.events import Source
from assistant.importing.bulk import BulkImport, Tally
from assistant.importing.crew import Crew
from assistant.importing.desk import Progress, import_bulk, report
from assistant.importing.items import Broken, Item, named
from assistant.importing.recognising import Hear
from assistant.importing.recording_list import About
from assistant.record.chain import IMPORTED, PURGED
from assistant.record.duties import Duty, DutyAct, add_duty
from assistant.record.imports import CUT_OFF, Before, Imports
from assistant.record.kept import CallState
from assistant.record.locations import Locations
from assistant.record.purging import PurgeDesk
from assistant.record.search import CallFilter, CallSearch
from assistant.record.store import CallStore
from assistant.record.tables import CHAIN
from assistant.rules_in_force import RulesInForce
from compliance.errors import AssistantError
from tests.archive.invented import CODEC, DOORS
from tests.archive.test_releases import SHORT
from tests.importing.files import VTT, analysis_file, lines, turn

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ABOUT = About(jurisdiction="us", language="en-US", agent_voice="Ann Lee", account="ACC-1")


@dataclass(slots=True)
class Run:
    """One import, and what it told."""

    store: CallStore
    kept: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def of(self, items: Sequence[Item | Broken], crew: Crew | None = None) -> Tally:
        bulk = BulkImport(
            self.store,
            RulesInForce(),
            clock=lambda: NOW,
            zone_here="Europe/Berlin",
            kept=self.kept.append,
            step=lambda _tally: None,
            notice=self.told.append,
        )
        return bulk.run(items, lambda: crew or pytest.fail("no sound was named"))


def some(tmp_path: Path) -> list[Item]:
    """A call in each format; the lines hold two."""
    for name, content in (
        ("a.json", analysis_file()),
        ("b.vtt", VTT.encode()),
        ("c.jsonl", lines("one", verified=True) + lines("two", account={"id": "ACC-7"})),
    ):
        (tmp_path / name).write_bytes(content)
    sources = (("a.json", Source.CONTACT_LENS), ("b.vtt", Source.WEBVTT), ("c.jsonl", Source.JSONL))
    return [one for name, kind in sources for one in named([tmp_path / name], kind, ABOUT)]


def test_words_become_calls_that_say_where_they_are_from(
    embedded: Locations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items = some(tmp_path)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        run = Run(store)
        tally = run.of(items)
        assert (tally.new, tally.before, tally.broken) == (4, 0, [])
        calls = {call.id: call for call in store.calls()}
        assert [calls[one].imported for one in run.kept] == [
            "contact-lens", "webvtt", "jsonl", "jsonl",
        ]  # fmt: skip
        assert {call.state for call in calls.values()} == {CallState.WHOLE}
        for call in run.kept:
            told = tell(store, call)
            assert [one.text for one in told.utterances][1] == "yes that is me"
            assert any("arrested" in changed.quote for changed in told.findings)
            assert told.tasks == ()
            assert (told.utterances[0].start_s, told.utterances[0].end_s) == (0.0, 2.5)
        lens = store.start(run.kept[0])
        assert lens.started_at_utc.startswith("2026-05-12T10:15")
        assert lens.header.verified is None
        assert lens.imported is not None
        assert lens.imported.time_known
        webvtt = store.start(run.kept[1])
        assert webvtt.imported is not None
        assert not webvtt.imported.time_known
        assert webvtt.header.started_at is None
        found = CallSearch(store).calls(CallFilter(account="ACC-7"))
        assert [one.call.id for one in found] == []  # said for all of them: ACC-1
        assert len(store.calls_of("ACC-1")) == 4
        entries = [one.stated for one in store.entries(run.kept[0]) if one.kind == IMPORTED]
        assert json.loads(entries[0])["source"] == "contact-lens"
        assert store.verify(audio=True).faults == ()
        again = Run(store)
        assert again.of(items).before == 4
        assert again.kept == []
    for interface, says in (("en", "made elsewhere (WebVTT)"), ("zh-Hant", "別處產生的（WebVTT）")):
        archive_desk.show_call(
            embedded, run.kept[1], redacted=False, jsonl=False, interface=interface
        )
        assert says in capsys.readouterr().out
    archive_desk.show_call(embedded, run.kept[1], redacted=False, jsonl=True, interface="en")
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["transcript"]["made"] == "elsewhere"
    assert first["transcript"]["evidence"] is None


def test_broken_ones_are_told_and_the_rest_is_taken_in(
    embedded: Locations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    items: list[Item | Broken] = [*some(tmp_path), Broken("line 9", "", "zone: is none", 9)]
    (tmp_path / "bad.json").write_bytes(b'{"Version": "1.1.0", "secret": 4111')
    (tmp_path / "bad.jsonl").write_bytes(lines("x") + b"4111\n" + lines("y", verified="maybe"))
    items += named([tmp_path / "bad.json", tmp_path / "none.json"], Source.CONTACT_LENS, ABOUT)
    items += named([tmp_path / "bad.jsonl"], Source.JSONL, ABOUT)
    to = tmp_path / "faults.csv"
    with pytest.raises(AssistantError, match="5 could not be imported"):
        import_bulk(embedded, items, model=None, workers=1, report_to=to, interface="en")
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 5
    assert "6 of 6, 5 broken" in said.err
    assert "Imported: 5. Here before: 0." in said.err
    assert (to.stat().st_mode & 0o077) == 0
    told = list(csv.DictReader(io.StringIO(to.read_text("utf-8"))))
    assert "4111" not in to.read_text("utf-8")
    assert [row["file"].rpartition("/")[2] for row in told] == [
        "bad.json", "bad.jsonl", "bad.jsonl", "none.json", "",
    ]  # fmt: skip
    assert [row["place"] for row in told] == ["", "line 6", "", "", "line 9"]


@pytest.mark.parametrize(
    "content", [None, b"", b"file,agent\na.wav,a1\n", b"key\n", b"place,file,what is wrong;\n"]
)
def test_no_report_is_written_over_what_is_none(
    embedded: Locations, tmp_path: Path, content: bytes | None
) -> None:
    to = tmp_path / "list.csv"
    if content is None:
        to.symlink_to(tmp_path / "elsewhere")
    else:
        to.write_bytes(content)
    items: list[Item | Broken] = [*some(tmp_path), Broken("line 9", "", "zone: is none", 9)]
    with pytest.raises(AssistantError, match="is no report of an import"):
        import_bulk(embedded, items, model=None, workers=1, report_to=to, interface="en")
    assert not embedded.data_dir.exists()  # nothing was begun
    assert content is None or to.read_bytes() == content


def test_an_earlier_report_gives_way(embedded: Locations, tmp_path: Path) -> None:
    to = tmp_path / "faults.csv"
    to.write_bytes(report([Broken("line 2", "old.wav", "is bad")]))
    items = [Broken("line 9", "", "zone: is none", 9)]
    with pytest.raises(AssistantError, match="1 could not be imported"):
        import_bulk(embedded, items, model=None, workers=1, report_to=to, interface="en")
    assert to.read_bytes() == report(items)


def test_what_was_cut_off_is_cleared_away_and_taken_in_anew(
    places: Locations, tmp_path: Path
) -> None:
    items = some(tmp_path)[:1]
    with CallStore(Locations(tmp_path / "first"), CODEC, doors=DOORS) as store:
        run = Run(store)
        run.of(items)
        (whole,) = run.kept
        events = list(store.events(whole))
    with CallStore(places, CODEC, doors=DOORS) as store:
        # Killed after the first events were written.
        writer = store.record(whole, with_sound=False)
        writer.append(events[:3])
        writer.close()
        assert store.call(whole).state is CallState.INTERRUPTED
        add_duty(store.opened, Duty(DutyAct.HOLD, whole, "", "chief", "2026", "why"))
        held = Run(store).of(items)
        assert (held.new, len(held.broken)) == (0, 1)
        add_duty(store.opened, Duty(DutyAct.RELEASE, whole, "", "chief", "2026", "why"))
        again = Run(store)
        assert again.of(items).new == 1
        assert again.kept == [f"{whole}-2"]
        assert [call.id for call in store.calls()] == again.kept
        gone = store.rows(select(CHAIN.c.call, CHAIN.c.stated).where(CHAIN.c.kind == PURGED))
        assert [(row["call"], json.loads(row["stated"])["why"]) for row in gone] == [
            (whole, CUT_OFF)
        ]
        assert store.verify(audio=True).faults == ()
        last = Run(store)
        assert (last.of(items).before, last.kept) == (1, [])


def test_what_was_purged_stays_away(embedded: Locations, tmp_path: Path) -> None:
    # Nobody threatens anybody: a grave finding would keep it.
    content = analysis_file(Transcript=turn(2, Content="thank you for your call"))
    (tmp_path / "calm.json").write_bytes(content)
    items = [*named([tmp_path / "calm.json"], Source.CONTACT_LENS, ABOUT)]
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        Run(store).of(items)
        desk = PurgeDesk(store, lambda _jurisdiction, _collector: (SHORT,), "chief")
        assert len(desk.erase("ACC-1", today=store.opened.now().date()).calls) == 1
        after = Run(store).of(items)
        assert (after.new, after.before) == (0, 0)
        assert "purged" in after.broken[0].wrong


def test_another_import_is_left_alone(embedded: Locations, tmp_path: Path) -> None:
    items = some(tmp_path)[:1]
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        run = Run(store)
        run.of(items)
        events = list(store.events(run.kept[0]))
    other = Locations(tmp_path / "other")
    with CallStore(other, CODEC, doors=DOORS) as store:
        writer = store.record(run.kept[0], with_sound=False)
        writer.append(events[:2])
        tally = Run(store).of(items)
        assert "another import" in tally.broken[0].wrong
        writer.append(events[2:])
        writer.close()
        assert Run(store).of(items).before == 1
        digest = run.kept[0].rpartition("-")[2] + "0" * 52
        assert Imports(store, "x").place(digest, NOW).before is Before.WHOLE


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of the demonstration, the same cut short, and no sound at all."""
    folder = tmp_path_factory.mktemp("sounds")
    samples, rate_hz = sf.read(demonstration_call("en-US").audio, stop=5 * 8000, dtype="int16")
    sf.write(folder / "good.wav", samples, rate_hz)
    whole = (folder / "good.wav").read_bytes()
    (folder / "twice.wav").write_bytes(whole)
    (folder / "short.wav").write_bytes(whole[: len(whole) // 2])
    (folder / "none.flac").write_bytes(b"no sound")
    return folder


def test_sound_is_heard_and_kept(embedded: Locations, sounds: Path, tmp_path: Path) -> None:
    about = About(
        jurisdiction="us",
        language="en-US",
        started_at=datetime(2026, 3, 4, 15, 15, tzinfo=UTC),
        zone="America/New_York",
        agent_id="a7",
        account="ACC-3",
    )
    names = ("good.wav", "twice.wav", "short.wav", "none.flac", "gone.wav")
    items = [Item(f"line {n}", name, sounds / name, Source.RECORDING, about, n)
             for n, name in enumerate(names, start=2)]  # fmt: skip
    late = About(jurisdiction="us", language="en-US", started_at=datetime(2029, 1, 1, tzinfo=UTC))
    items.append(Item("line 9", "good.wav", sounds / "good.wav", Source.RECORDING, late, 9))
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        run = Run(store)
        tally = run.of(items, Crew(1, "demonstration", tmp_path, RulesInForce()))
        assert (tally.new, tally.before, tally.done) == (1, 1, 6)
        told = [one.place for one in tally.broken]
        assert told == ["line 4", "line 5", "line 6", "line 9"]
        assert "ends early" in tally.broken[0].wrong
        (call,) = store.calls()
        assert (call.agent_id, call.imported, call.has_sound) == ("a7", "recording", True)
        assert call.zone == "America/New_York"
        start = store.start(call.id)
        assert start.header.started_at == about.started_at
        assert start.header.verified is None
        assert store.calls_of("ACC-3") == (call.id,)
        kept = store.sound(call.id)
        assert kept is not None
        samples, _rate = sf.read(sounds / "good.wav", dtype="int16")
        with kept:
            for channel in (0, 1):
                assert kept.read(channel, 0, len(samples)).tolist() == samples[:, channel].tolist()
        assert store.utterances(call.id)
        assert store.verify(audio=True).faults == ()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_copy_of_what_is_broken_is_as_broken(
    embedded: Locations, sounds: Path, tmp_path: Path, workers: int
) -> None:
    """Whether the first has come out when its copy is met, or is still being heard."""
    about = About(jurisdiction="us", language="en-US")
    names = ("none.flac", "again.flac", "third.flac")
    for name in names[1:]:
        (tmp_path / name).write_bytes((sounds / names[0]).read_bytes())
    items = [Item(f"line {n}", name, (tmp_path if n > 2 else sounds) / name, Source.RECORDING,
                  about, n) for n, name in enumerate(names, start=2)]  # fmt: skip
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        tally = Run(store).of(items, Crew(workers, "demonstration", tmp_path, RulesInForce()))
    assert (tally.new, tally.before, tally.done) == (0, 0, 3)
    assert [one.place for one in tally.broken] == ["line 2", "line 3", "line 4"]
    assert len({one.wrong for one in tally.broken}) == 1


def test_a_process_that_dies_costs_its_recording_alone(sounds: Path, tmp_path: Path) -> None:
    about = About(jurisdiction="us", language="en-US")
    crew = Crew(1, "demonstration", tmp_path, RulesInForce())

    def jobs() -> list[Hear]:
        good = sounds / "good.wav"
        return [Hear(f"c{n}", good, "d", about, NOW, "UTC") for n in range(2)]

    with crew:
        results = crew.hear(jobs())
        worker = crew._idle()
        assert worker is not None
        worker.process.kill()
        worker.process.join()
        first = next(results)
        assert (first.call, "died" in first.wrong) == ("c0", True)
        second = next(results)
        assert (second.call, second.wrong) == ("c1", "")
        assert second.lines
        assert list(results) == []


def test_progress_estimates_by_what_is_new() -> None:
    wording = archive_desk.plain_wording("en")
    progress = Progress(wording, terminal=False, begun_s=100.0)
    tally = Tally(items=100, work=1000, done=50, work_new=100, work_before=400)
    assert progress.line(tally, 110.0) == "50 of 100, 0 broken · about 0:00:50 left"
    assert progress.step(tally, 109.0) == ""
    assert progress.step(tally, 110.0).endswith("left\n")
    assert progress.step(tally, 119.0) == ""
    over = Tally(items=100, work=1000, done=100, work_new=600, work_before=400)
    assert progress.step(over, 119.5) == "100 of 100, 0 broken\n"
    assert Progress(wording, terminal=True, begun_s=0.0).step(over, 1.0).startswith("\r")


def test_a_report_is_no_formula() -> None:
    (_head, row) = csv.reader(
        io.StringIO(report([Broken("", "=cmd.wav\x1b[2J", "is\u202ebad")]).decode())
    )
    assert row == ["", "'=cmd.wav [2J", "is bad"]
