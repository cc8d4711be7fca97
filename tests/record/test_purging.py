"""Purges: what goes, what stays and why, and that nothing of what went can be had again."""

from __future__ import annotations

import os
import shutil
import signal
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.record.chain import PURGED
from assistant.record.database import writing
from assistant.record.duties import Duty, DutyAct, NothingHeld, add_duty, every_duty
from assistant.record.faults import StoreDamaged, UnknownCall
from assistant.record.locations import Locations
from assistant.record.opening import open_store
from assistant.record.purging import Purged, PurgeDesk, PurgeRefused
from assistant.record.retention import Stays
from assistant.record.store import CallStore
from assistant.retention_terms import shipped_terms
from compliance.context import Collector
from tests.record.aged import CODEC, LATELY, LONG_AGO, Clock, account, ago, keep
from tests.record.invented import envelopes, inputs
from tests.record.pages import everything
from tests.record.raw import raw
from tests.record.running import in_a_child

TODAY = datetime.now(UTC).date()


def _desk(store: CallStore, who: str = "chen") -> PurgeDesk:
    return PurgeDesk(store, shipped_terms().of, who)


def _plan(places: Locations, clock: Clock, day: date = TODAY) -> dict[str, tuple[Stays, ...]]:
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        return {verdict.call: verdict.stays for verdict in _desk(store).plan(day)}


def _purge(places: Locations, clock: Clock, day: date | None = None) -> Purged:
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        return _desk(store).purge(today=day)


def _say(places: Locations, clock: Clock, act: DutyAct, call: str = "", account: str = "") -> None:
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        duty = Duty(act, call, account, "chen", store.opened.at_utc(), "complaint 17")
        add_duty(store.opened, duty)


def _left(places: Locations, clock: Clock) -> list[str]:
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        proof = store.verify(audio=True)
        assert proof.faults == ()
        return sorted(call.id for call in store.calls())


def test_what_is_over_goes_and_the_rest_stays_for_its_reason(places: Locations) -> None:
    clock = Clock()
    keep(places, "old", LONG_AGO, clock=clock)
    keep(places, "young", LATELY, clock=clock)
    keep(places, "kept-on", ago(600), clock=clock, jurisdiction="hk")
    keep(places, "unseen", LONG_AGO, clock=clock, reviewed=False)
    keep(places, "held", LONG_AGO, clock=clock)
    keep(places, "owed", LONG_AGO, clock=clock, jurisdiction="cn", outcome="settlement")
    keep(places, "unsaid", LONG_AGO, clock=clock, jurisdiction="cn")
    keep(places, "refused", LONG_AGO, clock=clock, jurisdiction="cn", outcome="refused")
    _say(places, clock, DutyAct.HOLD, "held")
    assert _plan(places, clock) == {
        "old": (),
        "young": (Stays.MINIMUM,),
        "kept-on": (Stays.PERIOD,),
        "unseen": (Stays.REVIEW,),
        "held": (Stays.HELD,),
        "owed": (Stays.SETTLEMENT,),
        "unsaid": (Stays.OUTCOME_UNKNOWN,),
        "refused": (),
    }
    assert _left(places, clock) == sorted(_plan(places, clock))
    assert sorted(_purge(places, clock).calls) == ["old", "refused"]
    assert _left(places, clock) == ["held", "kept-on", "owed", "unsaid", "unseen", "young"]
    assert not places.sound("old").exists()
    assert _purge(places, clock).calls == ()
    _say(places, clock, DutyAct.RELEASE, "held")
    _say(places, clock, DutyAct.CLEARED, "owed")
    assert sorted(_purge(places, clock).calls) == ["held", "owed"]
    assert _left(places, clock) == ["kept-on", "unsaid", "unseen", "young"]


def test_a_purged_call_is_gone_from_every_table_and_stays_in_the_chain(places: Locations) -> None:
    clock = Clock()
    keep(places, "old", LONG_AGO, clock=clock, outcome="refused")
    _purge(places, clock)
    opened = open_store(places, clock.doors())
    with opened.engine.connect() as connection:
        for table in ("events", "utterances", "findings", "landmarks", "reviews", "wrap_ups",
                      "call_keys"):  # fmt: skip
            query = text(f"SELECT count(*) FROM {table} WHERE call = 'old'")
            assert connection.execute(query).scalar_one() == 0, table
        for table in ("call_index", "word_index"):
            query = text(f"SELECT count(*) FROM {table}")
            assert connection.execute(query).scalar_one() == 0, table
        kinds = connection.execute(text("SELECT kind, stated FROM chain WHERE call = 'old'")).all()
    opened.engine.dispose()
    assert kinds[-1].kind == PURGED
    assert '"who":"chen"' in kinds[-1].stated
    assert '"why":"retention"' in kinds[-1].stated
    with CallStore(places, CODEC, doors=clock.doors()) as store, pytest.raises(UnknownCall):
        store.call("old")


def test_a_hold_on_an_account_keeps_all_its_calls_later_ones_too(places: Locations) -> None:
    clock = Clock()
    keep(places, "c1", LONG_AGO, clock=clock, owner="ACC-1")
    keep(places, "c2", LONG_AGO, clock=clock, owner="ACC-2")
    _say(places, clock, DutyAct.HOLD, account="ACC-1")
    keep(places, "c3", LONG_AGO, clock=clock, owner="ACC-1")
    assert _purge(places, clock).calls == ("c2",)
    _say(places, clock, DutyAct.RELEASE, account="ACC-1")
    assert _purge(places, clock).calls == ("c1", "c3")
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        told = every_duty(store.opened)
    assert [(duty.act, duty.account, duty.reason) for duty in told] == [
        (DutyAct.HOLD, "ACC-1", "complaint 17"),
        (DutyAct.RELEASE, "ACC-1", "complaint 17"),
    ]


def test_a_hold_on_any_account_of_a_call_keeps_it_and_the_last_one_erases_it(
    embedded: Locations,
) -> None:
    clock = Clock()
    keep(embedded, "c1", LONG_AGO, clock=clock, owner="ACC-1", linked=(account("ACC-2"),))
    keep(embedded, "c2", LONG_AGO, clock=clock, linked=(account("ACC-2"),))
    for held, stay in (("ACC-1", {"c1"}), ("ACC-2", {"c1", "c2"})):
        _say(embedded, clock, DutyAct.HOLD, account=held)
        plan = _plan(embedded, clock)
        assert {call for call, why in plan.items() if Stays.HELD in why} == stay
        _say(embedded, clock, DutyAct.RELEASE, account=held)
    with CallStore(embedded, CODEC, doors=clock.doors()) as store:
        desk = PurgeDesk(store, shipped_terms().of, "chen")
        assert desk.erase("ACC-1").calls == ()
        assert desk.erase("ACC-2").calls == ("c1", "c2")


@pytest.mark.parametrize(
    ("before", "act"),
    [
        ((DutyAct.HOLD,), DutyAct.HOLD),
        ((), DutyAct.RELEASE),
        ((DutyAct.HOLD, DutyAct.RELEASE), DutyAct.RELEASE),
        ((DutyAct.CLEARED,), DutyAct.CLEARED),
        ((DutyAct.HOLD,), DutyAct.UNCLEARED),
    ],
)
def test_what_changes_nothing_is_refused(
    embedded: Locations, before: tuple[DutyAct, ...], act: DutyAct
) -> None:
    clock = Clock()
    for said in before:
        _say(embedded, clock, said, "c1")
    with pytest.raises(NothingHeld):
        _say(embedded, clock, act, "c1")
    with CallStore(embedded, CODEC, doors=clock.doors()) as store:
        assert len(every_duty(store.opened)) == len(before)


def test_activity_on_the_account_keeps_a_collectors_older_calls(embedded: Locations) -> None:
    clock = Clock()
    keep(embedded, "old", LONG_AGO, clock=clock, owner="ACC-1")
    keep(embedded, "new", ago(600), clock=clock, owner="ACC-1")
    assert _plan(embedded, clock) == {"old": (Stays.MINIMUM,), "new": (Stays.MINIMUM,)}
    assert _plan(embedded, clock, TODAY + timedelta(days=1100)) == {"old": (), "new": ()}


def test_a_call_without_an_end_stays_until_it_was_recovered(embedded: Locations) -> None:
    clock = Clock()
    keep(embedded, "cut", LONG_AGO, clock=clock, end=False)
    embedded.journal("cut").touch()
    assert _plan(embedded, clock) == {"cut": (Stays.OPEN,)}
    embedded.journal("cut").unlink()
    assert _plan(embedded, clock) == {"cut": ()}


def test_a_tampered_duty_and_a_purged_call_that_is_back_are_said(places: Locations) -> None:
    clock = Clock()
    keep(places, "old", LONG_AGO, clock=clock)
    _say(places, clock, DutyAct.HOLD, "old")
    opened = open_store(places, clock.doors())
    with writing(opened.engine) as connection:
        connection.execute(text("DELETE FROM duties"))
    opened.engine.dispose()
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        assert "duty 1 was removed" in store.verify(audio=False).faults


# ---- nothing is left ---------------------------------------------------------------------------


def test_the_key_is_gone_from_the_files(embedded: Locations, tmp_path: Path) -> None:
    clock = Clock()
    for n in range(40):
        keep(embedded, f"c{n}", LONG_AGO if n % 3 else LATELY, clock=clock)
    connection = raw(embedded)
    wrapped = dict(connection.execute("SELECT call, wrapped FROM call_keys").fetchall())
    lines = [row[0] for row in connection.execute("SELECT line FROM events WHERE call = 'c1'")]
    connection.close()
    before = everything(embedded)
    assert all(key in before for key in wrapped.values())
    assert all(line in before for line in lines)
    gone = _purge(embedded, clock)
    assert len(gone.calls) == 26
    assert gone.told == ()
    copy = tmp_path / "copy"
    shutil.copytree(embedded.data_dir, copy)
    after = everything(Locations(copy))
    assert [call for call in gone.calls if wrapped[call] in after] == []
    assert not any(line in after for line in lines)
    assert all(key in after for call, key in wrapped.items() if call not in gone.calls)


def test_a_reader_in_the_way_is_told_and_the_next_purge_finishes(embedded: Locations) -> None:
    clock = Clock()
    keep(embedded, "old", LONG_AGO, clock=clock)
    reader = raw(embedded)
    (wrapped,) = reader.execute("SELECT wrapped FROM call_keys").fetchone()
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM calls").fetchone()
    doors = replace(clock.doors(), busy_timeout_s=0.1)
    with CallStore(embedded, CODEC, doors=doors) as store:
        gone = _desk(store).purge()
    assert gone.calls == ("old",)
    assert len(gone.told) == 1
    assert wrapped in everything(embedded)
    reader.close()
    assert _purge(embedded, clock).told == ()
    assert wrapped not in everything(embedded)


# ---- crashes, others, clocks -------------------------------------------------------------------


def test_a_purge_killed_at_any_step_is_finished_by_the_next(places: Locations) -> None:
    clock = Clock()
    steps = 0
    for step in range(40):
        call = f"old{step}"
        keep(places, call, LONG_AGO, clock=clock)
        if os.waitpid(in_a_child(lambda n=step: _killed_at(places, clock, n)), 0)[1] == 0:  # type: ignore[misc]
            break
        steps += 1
        _purge(places, clock)
        assert _left(places, clock) == []
        assert not places.sound(call).exists()
    assert steps > 4


def _killed_at(places: Locations, clock: Clock, step: int) -> None:
    """Purge, and be killed at the n-th time that a statement or a removal of a file is begun."""
    left = step

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    with CallStore(places, CODEC, doors=clock.doors()) as store:
        from sqlalchemy import event

        for what in ("before_cursor_execute", "commit"):
            event.listen(store.opened.engine, what, lambda *_: count())
        desk = _desk(store)
        forget = desk._forget_files

        def counted(call: str) -> None:
            count()
            forget(call)

        desk._forget_files = counted  # type: ignore[method-assign]
        desk.purge()


def test_two_purges_at_once_do_no_harm(places: Locations) -> None:
    clock = Clock()
    for n in range(6):
        keep(places, f"c{n}", LONG_AGO, clock=clock)

    def body() -> None:
        _purge(places, clock)

    children = [in_a_child(body) for _ in range(2)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert _left(places, clock) == []
    opened = open_store(places, clock.doors())
    with opened.engine.connect() as connection:
        query = text("SELECT count(*) FROM chain WHERE kind = 'purged'")
        assert connection.execute(query).scalar_one() == 6
    opened.engine.dispose()


def test_a_hold_that_comes_between_plan_and_purge_is_heeded(places: Locations) -> None:
    clock = Clock()
    keep(places, "old", LONG_AGO, clock=clock)
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        desk = _desk(store)
        (known,) = desk._known(store.calls())
        _say(places, clock, DutyAct.HOLD, "old")
        entry = desk._destroy(*known, "retention", lambda verdict: verdict.goes, TODAY)
    assert entry is None
    assert _left(places, clock) == ["old"]


@pytest.mark.parametrize(
    ("ahead", "vouched", "says"),
    [
        (-1, None, "the clock is behind the record"),
        (64, None, "the clock may be ahead"),
        (64, 63, "by this machine's clock, and not"),
        (0, 1, "by this machine's clock, and not"),
        (64, 64, ""),
        (-1, -1, ""),
        (21, None, ""),
    ],
)
def test_a_clock_in_doubt_purges_nothing(
    embedded: Locations, ahead: int, vouched: int | None, says: str
) -> None:
    keep(embedded, "old", LONG_AGO, clock=Clock())
    clock = Clock(timedelta(days=ahead))
    day = None if vouched is None else TODAY + timedelta(days=vouched)
    if not says:
        assert _purge(embedded, clock, day).calls == ("old",)
        return
    with pytest.raises(PurgeRefused, match=says):
        _purge(embedded, clock, day)
    assert _left(embedded, clock) == ["old"]


def test_a_clock_that_differs_from_the_servers_purges_nothing(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    places = Locations(tmp_path, store=request.getfixturevalue("server").new_database())
    clock = Clock(timedelta(days=5000))
    keep(places, "old", LONG_AGO, clock=clock)
    with pytest.raises(PurgeRefused, match="clock and the server's differ"):
        _purge(places, clock)


def test_a_record_whose_chain_is_cut_purges_nothing(places: Locations) -> None:
    clock = Clock()
    keep(places, "old", LONG_AGO, clock=clock)
    opened = open_store(places, clock.doors())
    with writing(opened.engine) as connection:
        connection.execute(text("DELETE FROM chain WHERE n = (SELECT max(n) FROM chain)"))
    opened.engine.dispose()
    with pytest.raises(PurgeRefused, match=r"does not verify[^\n]*\n.*was cut off"):
        _purge(places, clock)
    shutil.rmtree(places.anchors_dir)
    with pytest.raises(PurgeRefused, match="no anchor"):
        _purge(places, clock)


# ---- one customer ------------------------------------------------------------------------------


def test_erasing_a_customer_leaves_what_a_duty_keeps(places: Locations) -> None:
    clock = Clock()
    tw = {"jurisdiction": "tw", "collector": Collector.IN_HOUSE}
    keep(places, "c1", LATELY, clock=clock, owner="ACC-1", **tw)  # type: ignore[arg-type]
    keep(places, "c2", ago(60), clock=clock, owner="ACC-1", **tw)  # type: ignore[arg-type]
    keep(places, "c3", LATELY, clock=clock, owner="ACC-2", **tw)  # type: ignore[arg-type]
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        plan = {verdict.call: verdict for verdict in _desk(store).plan_of("ACC-1", TODAY)}
        assert plan["c1"].may_be_erased
        assert plan["c2"].stays == (Stays.MINIMUM,)
        assert "第51條" in plan["c2"].citation
        assert _desk(store).plan_of("ACC-9", TODAY) == ()
        assert _desk(store).erase("ACC-1").calls == ("c1",)
    assert _left(places, clock) == ["c2", "c3"]


def test_a_call_of_a_purged_id_does_not_come_back_from_a_journal(embedded: Locations) -> None:
    """A desk that was away brings its journal in after the call was purged elsewhere."""
    clock = Clock()
    with CallStore(embedded, CODEC, doors=clock.doors()) as store:
        writer = store.record("old")
        writer.append(envelopes(inputs(), "old"))
        journal = embedded.journal("old").read_bytes()
        writer.close()
    clock.ahead = timedelta(days=4000)
    assert _purge(embedded, clock, clock.now().date()).calls == ("old",)
    embedded.journal("old").write_bytes(journal)
    with CallStore(embedded, CODEC, doors=clock.doors()) as store:
        assert store.recover().calls == ()
    assert not embedded.journal("old").exists()
    assert _left(embedded, clock) == []


def test_a_call_whose_key_is_gone_without_a_purge_is_damage(embedded: Locations) -> None:
    clock = Clock()
    keep(embedded, "old", LONG_AGO, clock=clock)
    raw(embedded).execute("DELETE FROM call_keys")
    with pytest.raises(StoreDamaged):
        _plan(embedded, clock)
