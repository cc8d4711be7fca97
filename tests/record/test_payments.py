"""Payments in the record: counted once, sealed, provable, erased with their account."""

from __future__ import annotations

import json
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text

from assistant.record.access import read_log
from assistant.record.backup import make_backup
from assistant.record.customer import export_customer
from assistant.record.database import writing
from assistant.record.duties import Duty, DutyAct, add_duty
from assistant.record.faults import StoreDamaged
from assistant.record.locations import Locations
from assistant.record.opening import OpenStore
from assistant.record.payments import (
    KeptPayment,
    add_payments,
    erase_payments,
    known_through,
    payments_of,
)
from assistant.record.purging import PurgeDesk
from assistant.record.restoring import restore
from assistant.record.search_index import account_hash
from assistant.record.store import CallStore
from assistant.record.tables import PAYMENTS
from assistant.retention_terms import shipped_terms
from scripts.promise_keeping import Payment
from tests.record.aged import CODEC, LATELY, Clock, keep

DAY = date(2026, 12, 5)


def paid(
    account: str, amount: str, reference: str = "", *, again: int = 1, reversal: bool = False
) -> KeptPayment:
    payment = Payment(Decimal(amount), "USD", DAY, reference, reversal)
    return KeptPayment(account, payment, again)


def amounts(store: OpenStore, account: str) -> list[str]:
    hashed = account_hash(store.vault, account)
    return sorted(str(one.amount) for one in payments_of(store, (hashed,)).get(hashed, []))


def test_a_payment_counts_once_in_whatever_file_it_comes(places: Locations) -> None:
    first = [paid("A1", "300", "R1"), paid("A1", "50"), paid("A1", "50", again=2), paid("B", "1")]
    with CallStore(places, CODEC) as store:
        opened = store.opened
        assert known_through(opened) is None
        looked = add_payments(opened, first, "lin", DAY, keep=False)
        assert (looked.new, amounts(opened, "A1")) == (4, [])
        assert add_payments(opened, first, "lin", DAY) == looked
        assert add_payments(opened, first, "lin", DAY).known == 4
        second = [
            paid("A1", "300.00", "R1"),  # the same, written otherwise
            paid("A1", "301", "R1"),  # another one under its reference
            paid("A1", "300", "R1", reversal=True),
            paid("A1", "50.00"),
            paid("A1", "50", again=3),
            paid("ａ1", "300", "R1"),  # the id in another width and case
        ]
        told = add_payments(opened, second, "lin", DAY - timedelta(days=3))
        assert (told.new, told.known, told.others, told.without_call) == (2, 3, (1,), 2)
        assert told.through == DAY
        assert amounts(opened, "A1") == ["300", "300", "50", "50", "50"]
        assert amounts(opened, "B") == ["1"]
        assert known_through(opened) == DAY, "a day known once stays known"
        assert store.verify(audio=False).faults == ()
        log = [(line.who, line.act, line.about) for line in read_log(opened)]
        assert log == [("lin", "payments: import", count) for count in ("4", "0", "2")]


def test_an_import_of_nothing_may_say_how_far_it_reaches(embedded: Locations) -> None:
    with CallStore(embedded, CODEC) as store:
        add_payments(store.opened, [], "lin", None)
        assert known_through(store.opened) is None
        add_payments(store.opened, [], "lin", DAY)
        assert known_through(store.opened) == DAY
        assert add_payments(store.opened, [paid("A1", "1")], "lin", DAY).new == 1
        assert store.verify(audio=False).faults == ()


@pytest.mark.parametrize("how", ["removed", "put in", "changed", "all removed"])
def test_what_was_done_to_payments_is_told(places: Locations, how: str) -> None:
    with CallStore(places, CODEC) as store:
        opened = store.opened
        add_payments(opened, [paid("A1", "300"), paid("A1", "200")], "lin", DAY)
        with writing(opened.engine) as connection:
            row = dict(connection.execute(select(PAYMENTS).limit(1)).mappings().one())
            if how == "changed" and connection.dialect.name == "sqlite":
                with pytest.raises(Exception, match="only ever added"):
                    connection.execute(text("UPDATE payments SET batch = 9"))
            if how == "all removed":
                connection.execute(delete(PAYMENTS))
            elif how == "put in":
                connection.execute(insert(PAYMENTS).values({**row, "mark": b"x"}))
            else:
                connection.execute(delete(PAYMENTS).where(PAYMENTS.c.mark == row["mark"]))
                if how == "changed":
                    connection.execute(insert(PAYMENTS).values({**row, "told": b"x" * 40}))
        (fault,) = store.verify(audio=False).faults
        assert "payments of import 1 were" in fault
        if how in ("removed", "changed"):
            with pytest.raises(StoreDamaged):
                erase_payments(opened, "A1", "lin")
        if how == "changed":
            with pytest.raises(StoreDamaged, match="does not open"):
                amounts(opened, "A1")


def test_nothing_of_a_payment_lies_in_the_clear(places: Locations) -> None:
    with CallStore(places, CODEC) as store:
        add_payments(store.opened, [paid("SECRET-1", "98765432.10", "REF-77")], "lin", DAY)
        with store.opened.engine.connect() as connection:
            (row,) = connection.execute(select(PAYMENTS)).mappings()
            stated = connection.execute(text("SELECT stated FROM chain")).scalars().all()
    whole = b"".join(bytes(row[name]) for name in ("mark", "account", "told"))
    for word in (b"SECRET", b"98765432", b"REF-77"):
        assert word not in whole + "".join(stated).encode()


def test_a_customers_payments_are_exported_erased_and_proven(
    places: Locations, tmp_path: Path
) -> None:
    clock = Clock()
    keep(places, "c1", LATELY, clock=clock, owner="A1")
    with CallStore(places, CODEC, doors=clock.doors()) as store:
        opened = store.opened
        add_payments(opened, [paid("A1", "300", "R1"), paid("B2", "77")], "lin", DAY)
        add_payments(opened, [paid("A1", "12")], "lin", DAY)
        assert export_customer(store, "A1", tmp_path / "a.zip", "2026-12-06") == 1
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            lines = [json.loads(one) for one in archive.read("payments.jsonl").splitlines()]
            assert "77" not in archive.read("payments.jsonl").decode()
        assert sorted(line["amount"] for line in lines) == ["12", "300"]
        desk = PurgeDesk(store, shipped_terms().of, "chen")
        add_duty(opened, Duty(DutyAct.HOLD, "", "A1", "chen", "2026", "a court asks"))
        assert desk.erase("A1").payments == 0
        add_duty(opened, Duty(DutyAct.RELEASE, "", "A1", "chen", "2027", ""))
        assert desk.erase("A1").payments == 2
        assert (amounts(opened, "A1"), amounts(opened, "B2")) == ([], ["77"])
        assert store.verify(audio=False).faults == ()


def test_a_purge_takes_payments_that_no_call_is_about(embedded: Locations) -> None:
    clock = Clock()
    keep(embedded, "c1", LATELY, clock=clock, owner="A1")
    with CallStore(embedded, CODEC, doors=clock.doors()) as store:
        rows = [paid("A1", "1"), paid("B2", "2"), paid("HELD", "3")]
        add_payments(store.opened, rows, "lin", DAY)
        add_duty(store.opened, Duty(DutyAct.HOLD, "", "HELD", "chen", "2026", "a court asks"))
        desk = PurgeDesk(store, shipped_terms().of, "chen")
        assert desk.purge().payments == 0, "a call of theirs may still be on its way"
        clock.ahead = timedelta(days=91)
        today = clock.now().date()
        assert PurgeDesk(store, shipped_terms().of, "chen").purge(today=today).payments == 1
        left = [amounts(store.opened, account) for account in ("A1", "B2", "HELD")]
        assert left == [["1"], [], ["3"]]
        assert store.verify(audio=False).faults == ()


def test_a_backup_brings_payments_back(embedded: Locations, tmp_path: Path) -> None:
    with CallStore(embedded, CODEC) as store:
        add_payments(store.opened, [paid("A1", "300")], "lin", DAY)
        make_backup(store, tmp_path / "backup")
    key = (embedded.data_dir / "master.key").read_text("ascii").strip()
    again = Locations(tmp_path / "again")
    again.data_dir.mkdir()
    (again.data_dir / "master.key").write_text(key, "ascii")
    (again.data_dir / "master.key").chmod(0o600)
    restore(tmp_path / "backup", again, Clock().doors())
    with CallStore(again, CODEC) as store:
        assert amounts(store.opened, "A1") == ["300"]
