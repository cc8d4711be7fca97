"""The next list of a real store: joined with accounts, judged by the rules, read back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.source import Found, SourceFailed
from assistant.archive import lines
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.told import tell
from assistant.events import SCHEMA, AccountChanged, Envelope, Origin, PromiseChanged, PromiseStatus
from assistant.follow_up.joining import joined, look_up_in, with_promises
from assistant.follow_up.ledger import Ledger
from assistant.follow_up.next_list import NextList, notices, write_list
from assistant.follow_up.policy import FollowUpPolicy
from assistant.follow_up.standings import standing_words
from assistant.interface_text import Interface
from assistant.record.guard import Guard, Who
from assistant.record.locations import Locations
from assistant.record.payments import KeptPayment, add_payments
from assistant.record.permissions import Role
from assistant.record.search import CallFilter, CallSearch
from assistant.record.store import CallStore
from assistant.review.texts import KeptTexts
from assistant.sheet_cells import guarded, unguarded
from assistant.shift.csv_list import ListRead
from assistant.shift.folder import read_work_list
from assistant.shift.journal import Attempt, ContactJournal
from assistant.shift.words import short_reason
from assistant.shift.work_list import Standing, WorkList
from assistant.wording import Wording
from compliance.permission import May
from scripts.account import Promise
from scripts.outcomes import load_outcomes
from scripts.promise_keeping import Payment
from scripts.promising import Promised
from tests.follow_up.invented import CODEC, ON, call, day, keep, parts_of
from tests.record.aged import account
from tests.record.invented import envelopes, inputs, started
from tests.shift.lists import row, rules_for, write

MORNING = datetime(2026, 12, 10, 15, tzinfo=UTC)  # a Thursday, ten in New York
AS_OF = "2026-12-10T09:00-05:00"


@pytest.fixture
def store(embedded: Locations) -> Iterator[CallStore]:
    with CallStore(embedded, CODEC) as opened:
        yield opened


def paid(store: CallStore, owner: str, amount: str, days: int, through: int = -1) -> None:
    payment = KeptPayment(owner, Payment(Decimal(amount), "USD", day(days)))
    add_payments(store.opened, [payment], "lin", day(through))


def following(store: CallStore, accounts: Path | None = None, days: int = 0) -> NextList:
    return NextList(
        store,
        store.locations,
        ContactJournal(store.locations.data_dir / "contacts.jsonl"),
        accounts=accounts,
        mapping=None,
        on=lambda: ON,
        days=days,
        now=lambda: MORNING,
    )


def standings(listed: ListRead, at: datetime = MORNING) -> tuple[Standing, ...]:
    return WorkList(listed.rows, rules_for).standings(at)


def told(listed: ListRead, at: datetime = MORNING) -> list[tuple[str, str, str]]:
    return [
        (one.row.id, one.may.value, short_reason(one, None, "en", Interface("en")))
        for one in standings(listed, at)
    ]


def test_a_list_of_the_record_as_the_rules_see_it(store: CallStore, tmp_path: Path) -> None:
    keep(store, call("b", -15, ("300", -6), outcome="promise", next_contact=-6, owner="BROKEN"))
    keep(store, call("k", -15, ("300", -6), outcome="promise", next_contact=-6, owner="KEPT"))
    keep(store, call("c", -3, outcome="callback", next_contact=0, owner="BACK"))
    keep(store, call("g", -15, ("20", -6), owner="GONE"))
    keep(store, call("d", -9, outcome="dispute", owner="DISPUTE"))
    keep(store, call("e", -2, outcome="refused", next_contact=0, owner="DISPUTE"))
    paid(store, "KEPT", "300", -6)
    owners = ("BROKEN", "KEPT", "BACK", "DISPUTE", "OTHER")
    path = write(tmp_path, *(row(owner, as_of=AS_OF, flags="") for owner in owners[3:]),
                 *(row(owner, as_of=AS_OF) for owner in owners[:3]))  # fmt: skip
    formed = following(store, path)
    assert told(formed.read()) == [
        ("BROKEN", "yes", "promise of $300.00 for Dec 4, 2026: broken"),
        ("BACK", "yes", "callback Dec 10, 2026"),
        ("GONE", "no", "account not found"),
        ("DISPUTE", "no", "open dispute"),
    ]
    assert list(notices(formed, Interface("en"))) == [
        "Payments are known through 2026-12-09.", "Accounts not found, and not callable: 1",
    ]  # fmt: skip
    # Written down, it is a work list like any other, and permits no more than it did.
    file = tmp_path / "next.csv"
    write_list(formed.formed.listed.rows, file)
    assert file.stat().st_mode & 0o77 == 0
    again = read_work_list(file)
    assert again.rejected == ()
    may = {one.row.id: one.may for one in standings(again)}
    assert [may[owner] for owner in ("BROKEN", "BACK")] == [May.YES, May.YES]
    assert May.YES not in (may["GONE"], may["DISPUTE"])


def test_no_cell_of_the_list_is_a_formula_and_each_is_read_back_as_it_was(
    store: CallStore, tmp_path: Path
) -> None:
    keep(store, call("b", -15, ("300", -6), outcome="promise", next_contact=-6, owner="-9+A1"))
    paid(store, "OTHER", "300", -6)
    name = "=cmd|' /C calc'!A0"
    listed = following(
        store, write(tmp_path, row("-9+A1", name, number="+12125550100", as_of=AS_OF))
    ).read()
    file = tmp_path / "next.csv"
    write_list(listed.rows, file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (written,) = csv.DictReader(lines)
    assert (written["account"], written["customer_name"]) == ("'-9+A1", f"'{name}")
    assert written["number"] == "+12125550100"  # as a dialler takes it
    formulas = [cell for cell in written.values() if cell.startswith(tuple("=+-@"))]
    assert formulas == ["+12125550100"]
    (again,) = read_work_list(file).rows
    assert (again.id, again.customer_name) == ("-9+A1", name)
    assert again.numbers[0].number == "+12125550100"


@given(st.text(alphabet="'=+-@\t\r\n＝＋a ", max_size=6) | st.text(max_size=20))
def test_a_guarded_cell_is_no_formula_and_comes_back(text: str) -> None:
    assert not guarded(text).startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert unguarded(guarded(text)) == text


def test_a_bar_ends_with_its_day_and_a_dispute_with_the_banks_own_word(
    store: CallStore, tmp_path: Path
) -> None:
    keep(store, call("h", -5, outcome="hardship", owner="REST"))
    keep(store, call("n", -1, outcome="no_answer", owner="REST"))
    keep(store, call("d", -9, outcome="dispute", owner="DISPUTE"))
    keep(store, call("e", -2, outcome="no_answer", owner="DISPUTE"))
    listed = following(store, write(tmp_path, row("REST", as_of=AS_OF))).read()
    rest = {one.row.id: one for one in standings(listed)}["REST"]
    # Not before the hours open in New York.
    assert rest.next_at == datetime(2026, 12, 13, 13, tzinfo=UTC)
    assert told(listed)[-1] == ("REST", "no", "hardship under review, until 2026-12-12")
    later = MORNING + timedelta(days=3)
    assert {one.row.id: one.barred for one in standings(listed, later)}["REST"] is False
    for as_of, barred in ((AS_OF, False), ("2026-11-30T09:00-05:00", True)):
        path = write(tmp_path, row("DISPUTE", as_of=as_of))
        (known,) = [one for one in following(store, path).read().rows if one.id == "DISPUTE"]
        assert bool(known.barred) is barred


def test_a_source_that_does_not_answer_is_asked_once(store: CallStore) -> None:
    for number in range(3):
        keep(store, call(f"c{number}", -3, outcome="callback", next_contact=0, owner=f"A{number}"))
    asked: list[str] = []

    class Silent:
        name = "core"

        def by_id(self, owner: str) -> Found:
            asked.append(owner)
            raise SourceFailed("core does not answer", "Ask whoever runs it.")

    formed = following(store)
    formed.read()
    result = joined(formed.rows, look_up_in(Silent()), ON)  # type: ignore[arg-type]
    assert (asked, result.not_found) == (["A0"], 3)
    assert {bar.why for one in result.listed.rows for bar in one.barred} == {"accounts_not_asked"}
    assert result.failed.startswith("core does not answer")
    assert "No source of accounts is set up" in list(notices(formed, Interface("en")))[1]
    for language in ("zh-Hant", "zh-Hans"):
        assert not any("No " in line for line in notices(formed, Interface(language)))


def test_what_was_promised_reaches_the_account(store: CallStore) -> None:
    keep(store, call("1", -40, ("300", -30)))
    keep(store, call("2", -20, ("200", -10)))
    keep(store, call("3", -9, ("100", 9)))
    add_payments(
        store.opened,
        [KeptPayment("A1", Payment(Decimal(50), "USD", day(-11)))], "lin", day(-1),
    )  # fmt: skip
    ledger = Ledger(store, lambda _place: FollowUpPolicy(), load_outcomes(), CODEC)
    followed = ledger.of_account("a1 ")
    assert followed is not None
    assert [one.state.value for one in followed.standings] == ["broken", "kept_in_part", "open"]
    bank = Promise(day(-41), day(-30), Decimal(300), kept=True)
    assert with_promises(account("A1"), followed.standings).promises == (
        Promise(day(-40), day(-30), Decimal(300), kept=False),
        Promise(day(-9), day(9), Decimal(100), kept=None),
    ), "of what was kept in part neither kept nor broken is true"
    known = with_promises(replace(account("A1"), promises=(bank,)), followed.standings)
    assert known.promises[0] is bank, "the bank's own word stands"


def test_a_call_that_was_not_kept_is_followed_up_from_the_journal(store: CallStore) -> None:
    journal = ContactJournal(store.locations.data_dir / "contacts.jsonl")
    at = datetime(2026, 12, 7, 15, tzinfo=UTC)
    journal.add(Attempt(at, "J1", "callback", "2125550100", None, "yes", ON))
    journal.add(Attempt(at, "J2", "promise", "2125550100", None, "yes", day(-2)))
    journal.add(Attempt(at, "J3", "busy", None, None, "yes", None))
    rows = following(store).read().rows
    assert [(one.id, one.wanted[0].why.value, one.wanted[0].call) for one in rows] == [
        ("J3", "next_contact", ""),
        ("J2", "promise_not_assessable", ""),
        ("J1", "callback", ""),
    ]


def test_a_promise_is_its_accounts_whose_call_it_turned_out_to_be(store: CallStore) -> None:
    first = call("c1", -15, owner="FIRST")
    second = account("SECOND")
    keep(store, first)
    promised = Promised(1, parts_of((("300", -6),)), "read back")
    writer = store.record("c2", with_sound=False)
    begin = replace(started(first.started_at_utc), account=first.account)
    changed = AccountChanged(second, "h", Origin("core", ""), 30.0)
    early = PromiseChanged(promised, PromiseStatus.CONFIRMED, 20.0)
    late = PromiseChanged(replace(promised, number=2), PromiseStatus.CONFIRMED, 60.0)
    writer.append(envelopes((begin, *inputs()[1:]), "c2"))
    writer.append([Envelope(SCHEMA, "c2", 90, early), Envelope(SCHEMA, "c2", 91, changed)])
    writer.close()
    ledger = Ledger(store, lambda _place: FollowUpPolicy(), load_outcomes(), CODEC)
    assert ledger.of_calls(["c1", "c2"]) == {}, "it was understood by another account"
    writer = store.record("c3", with_sound=False)
    writer.append(envelopes((begin, *inputs()[1:]), "c3"))
    writer.append([Envelope(SCHEMA, "c3", 90, changed), Envelope(SCHEMA, "c3", 91, late)])
    writer.close()
    followed = ledger.of_account("SECOND")
    assert followed is not None
    assert [one.promise.call for one in followed.standings] == ["c3"]
    found = [one.call.id for one in CallSearch(store).calls(CallFilter(account="second"))]
    assert sorted(found) == ["c2", "c3"]
    assert store.verify(audio=False).faults == ()


def test_lists_of_calls_tell_the_state_where_it_fits(store: CallStore) -> None:
    keep(store, call("p", -15, ("300", -6), outcome="promise", next_contact=-6))
    keep(store, call("q", -14, owner="A2"))
    paid(store, "A1", "120.50", -6)
    ledger = Ledger(store, lambda _place: FollowUpPolicy(), load_outcomes(), CODEC)
    promises = ledger.of_calls(["p", "q"])
    listed = list(CallSearch(store).calls(CallFilter()))
    wording = Wording(KeptTexts(None), Interface("en"), "en-US")
    names = OutcomeNames(load_outcomes())
    wide = list(lines.table(listed, wording, names, promises))
    narrow = list(lines.table(listed, wording, names, promises, len(max(wide, key=len)) - 1))
    assert (wide[0].split()[-1], narrow[0].split()[-1]) == ("Promise", "State")
    assert [line.endswith("kept in part") for line in wide[1:]] == [False, True]
    shown = list(lines.call_lines(tell(store, "p"), wording, names, promises["p"]))
    assert shown[-1] == ("Promise  promise of $300.00 for Dec 4, 2026: kept in part · paid $120.50")
    assert standing_words(promises["p"], wording, bare=True) == "kept in part"


def test_an_agent_may_have_the_list_and_sees_own_promises_alone(store: CallStore) -> None:
    from assistant.follow_up.promise_listing import _may_be_seen

    keep(store, call("own", -15, ("300", -6)), agent_id="A9")
    keep(store, call("other", -15, ("300", -6), owner="A2"))
    store.guard_with(Guard(store.opened, Who("an", Role.AGENT, "A9")))
    assert _may_be_seen(store, ["own", "other"]) == {"own"}
    assert {one.id for one in following(store).read().rows} == {"A1", "A2"}


def test_old_calls_are_not_looked_at(store: CallStore) -> None:
    keep(store, call("old", -181, ("300", -170)))
    keep(store, call("new", -179, ("300", -170), owner="A2"))
    add_payments(store.opened, [], "lin", day(-1))
    assert [one.id for one in following(store).read().rows] == ["A2"]
    settings = store.locations.settings
    settings.write_text("[promises.us]\nlook_back_days = 200\nlate_days = 61\n", "utf-8")
    with pytest.raises(Exception, match="late_days"):
        following(store).read()
    settings.write_text("[promises.us]\nlook_back_days = 200\n", "utf-8")
    assert [one.id for one in following(store).read().rows] == ["A1", "A2"]


def test_the_day_of_a_list_is_a_day(store: CallStore) -> None:
    assert following(store).read() == ListRead(())
    assert isinstance(ON, date)
