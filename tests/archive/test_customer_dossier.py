"""A dossier of a customer: every call and attempt that is known, and what is not known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assistant.archive.complaint import make_customer_dossier, make_dossier
from assistant.events import (
    SCHEMA,
    AccountChanged,
    AccountLinked,
    Ended,
    Envelope,
    GapHeard,
    Origin,
    Output,
    PromiseChanged,
    PromiseStatus,
    TaskRaised,
    UtteranceFinal,
)
from assistant.kept_guidance import KeptGuidance
from assistant.record.access import read_log
from assistant.record.database import writing
from assistant.record.faults import UnknownCall
from assistant.record.guard import NotPermitted
from assistant.record.kept import KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.payments import KeptPayment, add_payments
from assistant.record.permissions import Role
from assistant.record.purging import PurgeDesk, remove_rows
from assistant.record.releases import Release, ReleaseAct, add_release
from assistant.record.reviews import Review, ReviewAct
from assistant.record.store import CallStore
from assistant.record.tasks import TaskAct, TaskDeed, add_deed
from assistant.retention_terms import shipped_terms
from assistant.shift.journal import Attempt, ContactJournal
from compliance.context import CallHeader, Collector, Contact
from compliance.transcript import Speaker
from scripts.account import Account, Identifier
from scripts.commitments import Proposal
from scripts.promise_keeping import Payment
from scripts.promising import Promised
from scripts.tasks import Sign, SignOf, Task
from tests.archive.invented import CODEC, DOORS
from tests.archive.test_dossier import Page
from tests.archive.test_releases import sits_here
from tests.record.invented import envelopes, inputs, started

NOW = datetime.now(UTC)
HOSTILE = "<b>'; DROP TABLE calls;--\x1b[2J\u202e"
NAME = "Quentin Zyxwvut"
OTHER_NAME = "Ottoline Wvuzyx"
SECRET = "the words of the other customer"


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def account(identity: str, name: str = NAME, birth: str = "1984-05-05") -> Account:
    return Account(
        identity, "uk", "en-GB", name, "Bank", "GBP", Decimal("652.18"), 40, Decimal(80),
        agent_name=f"Ann {HOSTILE}", agent_id="a1",
        identifiers=(Identifier("birth_date", birth),),
    )  # fmt: skip


OURS, LOAN = account("ACCT-7"), account("LOAN-8")
OTHERS = account("OTHER-9", OTHER_NAME, "1990-01-01")


def keep(
    store: CallStore,
    call: str,
    days: float,
    *told: Output,
    owner: Account | None = OURS,
    linked: Account | None = None,
    contacts: tuple[Contact, ...] | None = None,
    said: str = "we will have you arrested",
) -> None:
    first = replace(
        started(days_ago(days).isoformat(timespec="milliseconds")),
        zone="Europe/London",
        header=CallHeader("uk", "en-GB", Collector.IN_HOUSE, contacts=contacts),
        account=owner,
    )
    link, changed = [], []
    if linked is not None:
        link = [AccountLinked(linked, "h" * 64, Origin("core"), 20_500)]
        changed = [AccountChanged(linked, "h" * 64, Origin("core"), 2.5)]
    heard = [first, *inputs()[1:-1], *link, inputs()[-1]]
    outputs = [
        UtteranceFinal("u1", 0, Speaker.AGENT, said, (), 0.5, 2.0),
        *changed,
        *told,
        Ended(3.0, "hung_up", ()),
    ]
    writer = store.record(call, with_sound=False)
    writer.append(envelopes(tuple(heard), call))
    writer.append([Envelope(SCHEMA, call, 50 + n, one) for n, one in enumerate(outputs)])
    writer.close()


def promise(amount: str, due_on: date) -> PromiseChanged:
    part = Proposal(Decimal(amount), "GBP", due_on, "", ())
    return PromiseChanged(Promised(1, (part,), "read back"), PromiseStatus.CONFIRMED, 2.0)


def complaint(days: float) -> TaskRaised:
    sign = Sign(SignOf.EXIT, "complaint", 1.0)
    task = Task("t1", "complaint", "complaints", "complaint", 1.0, (sign,))
    at = days_ago(days).isoformat(timespec="milliseconds")
    return TaskRaised(task, at, at, by_day=True, by_law=True, call_s=1.0)


@pytest.fixture
def journal(tmp_path: Path) -> ContactJournal:
    return ContactJournal(tmp_path / "contacts.jsonl")


# The rules in force, loaded once.
GUIDANCE = KeptGuidance()


@pytest.fixture
def kept(embedded: Locations, journal: ContactJournal) -> Locations:
    return _with_a_past(embedded, journal)


def _with_a_past(places: Locations, journal: ContactJournal) -> Locations:
    """A customer who was linked, purged, promised, complained and was mixed up with another."""
    listed = (
        Contact(days_ago(33), "0113 496 0000", "no_answer"),
        Contact(days_ago(32.5), None, "sms"),
        Contact(days_ago(31), None, "busy", debt="somebody's"),
    )
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store, "gone", 3000)
        keep(store, "pledge", 30, promise("120.00", days_ago(20).date()), contacts=listed)
        keep(store, "moan", 10, complaint(10), GapHeard("customer", 1.0, 0.8, "device_lost"))
        keep(store, "mixed", 12, linked=OTHERS, said=SECRET)
        keep(store, "second", 9, linked=LOAN)
        keep(store, "loan", 3, owner=LOAN)
        keep(store, "strange", 2, owner=OTHERS, said=SECRET)
        at = days_ago(29).isoformat()
        store.add_review(Review("pledge", "u1.US-03", ReviewAct.DISMISS, "lin <i>", at, "a note"))
        store.add_wrap_up(
            KeptWrapUp("moan", "complaint", None, "rude <u>", at, account=OURS.id, currency="GBP")
        )
        add_deed(store, TaskDeed("moan", "t1", TaskAct.RECEIVE, "", "chen", at, "looking"))
        release = Release("loan", ReleaseAct.RELEASED, "mei", at, f"for {NAME}")
        add_release(store.opened, release)
        paid = Payment(Decimal("50.00"), "GBP", days_ago(21).date(), "r1")
        add_payments(
            store.opened, [KeptPayment(OURS.id, paid)], "chen", (NOW + timedelta(days=9)).date()
        )
        desk = PurgeDesk(store, shipped_terms().of, "chen")
        assert desk.purge().calls == ("gone",)
    journal.add(Attempt(days_ago(3000), "acct-7", "refused", call="gone"))
    journal.add(Attempt(days_ago(40), "ACCT-7", "voicemail", "0113 <i>", permitted="yes"))
    journal.add(Attempt(days_ago(10), "ACCT-7", "complaint", call="moan"))
    journal.add(Attempt(days_ago(8), "LOAN-8", "no_answer", permitted="no"))
    journal.add(Attempt(days_ago(7), "ACCT-7", "conversation", call="elsewhere"))
    journal.add(Attempt(days_ago(6), "OTHER-9", "busy", "0999 999"))
    return places


def document(
    places: Locations, journal: ContactJournal, to: Path, number: str = "ACCT-7", **options: Any
) -> dict[str, Any]:
    make_customer_dossier(
        places, number, to, journal=journal, as_json=True, now=NOW, guidance=GUIDANCE,
        **{"received": None, "redacted": False, "interface": "en", **options},
    )  # fmt: skip
    read: dict[str, Any] = json.loads(to.read_text("utf-8"))
    return read


def page(
    places: Locations, journal: ContactJournal, to: Path, number: str = "ACCT-7", **options: Any
) -> str:
    make_customer_dossier(
        places, number, to, journal=journal, now=NOW, guidance=GUIDANCE,
        **{"received": None, "redacted": False, "interface": "en", **options},
    )  # fmt: skip
    return to.read_text("utf-8")


def test_the_document_holds_everything_that_is_known(
    places: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    kept = _with_a_past(places, journal)
    read = document(kept, journal, tmp_path / "d.json", " acct-7 ")
    assert read["accounts"] == ["ACCT-7", "LOAN-8"]
    assert read["seal"]["whole"]
    assert read["seal"]["faults"] == []
    order = [
        (one["type"], one.get("call") or one.get("outcome"))
        for one in read["timeline"]
        if one["type"] != "nothing_known"
    ]
    assert order == [
        ("purged", "gone"),
        ("attempt", "voicemail"),
        ("attempt", "no_answer"),
        ("attempt", "sms"),
        ("call", "pledge"),
        ("left_closed", "mixed"),
        ("call", "moan"),
        ("call", "second"),
        ("attempt", "no_answer"),
        ("not_here", "elsewhere"),
        ("call", "loan"),
    ]
    purged = read["timeline"][0]
    assert (purged["who"], purged["why"]) == ("chen", "retention")
    assert purged["law"] == "house policy; no period found"
    assert purged["purged_at"][:10] >= f"{NOW:%Y-%m-%d}"
    assert read["not_known"]["purged_calls_of_unknown_accounts"] == 0
    stretches = [one for one in read["timeline"] if one["type"] == "nothing_known"]
    assert all(one["call_made"] is None for one in stretches)
    # Somebody else was called on the sixth day before, and calls were kept today.
    assert sum(one["program_ran_on"] for one in stretches) == 2
    calls = {one["call"]: one for one in read["calls"]}
    assert list(calls) == ["pledge", "moan", "second", "loan"]
    types = {call: [record["type"] for record in one["records"]] for call, one in calls.items()}
    assert "review" in types["pledge"]
    assert {"task", "task_act", "wrap_up", "gap"} <= set(types["moan"])
    assert types["moan"][-1] == "ended"
    (standing,) = (r for r in calls["pledge"]["records"] if r["type"] == "promise_standing")
    assert (standing["state"], standing["paid"]) == ("kept_in_part", "50.00")
    assert [one["why"] for one in calls["moan"]["unknown"]] == ["device_lost"]
    handed = [(one["how"], one["who"]) for one in calls["loan"]["handed"]]
    assert handed[0] == ("released", "mei")
    assert handed[1][0] == "export"
    assert SECRET not in json.dumps(read)


def test_the_reply_clock_runs_from_the_day_it_came(
    kept: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    letter = days_ago(60).date()
    read = document(kept, journal, tmp_path / "d.json", received=letter)
    named, said = read["matters"]
    assert (named["received"], named["call"]) == (letter.isoformat(), None)
    answer = next(one for one in named["clocks"] if one["id"] == "uk_complaint_answer")
    assert answer["due"] == (letter + timedelta(days=56)).isoformat()
    assert answer["days_left"] == -4
    assert answer["citation"] == "DISP 1.6 (eight weeks)"
    assert answer["verified_law"] == "secondary"
    assert (said["call"], said["state"], said["number"]) == ("moan", "received", 2)
    assert said["deadline_known"]
    shown = Page(page(kept, journal, tmp_path / "d.html", received=letter)).text
    assert "days overdue: 4" in shown
    assert "Complaints desk · received" in shown


def test_the_page_is_harmless_and_says_what_it_does_not_know(
    kept: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    raw = page(kept, journal, tmp_path / "d.html")
    read = Page(raw)
    assert not {"script", "img", "link", "iframe", "i", "u", "b"} & set(read.tags)
    assert not {"src", "style", "onerror"} & read.attributes.keys()
    assert all(value.startswith("#c") for value in read.attributes["href"])
    assert {value[1:] for value in read.attributes["href"]} <= read.attributes["id"]
    assert "\u202e" not in raw
    assert "\x1b" not in raw
    for words in (
        "Nothing was changed, removed or put in.",
        "whether a call was made is not known",
        "its time being over (house policy; no period found)",
        "this store does not hold it and knows of no purge",
        "mixed: another customer was shown in it",
        "by the bank's list; this program wrote nothing of it down",
        "the program's answer before: may call",
        "the device was gone",
        "dismissed · lin <i> · a note",
        "kept in part · paid £50",
        "released for training by mei",
        "DROP TABLE calls",
    ):
        assert words in read.text, words
    for secret in (SECRET, OTHER_NAME, "0999 999"):
        assert secret not in raw, secret


@pytest.mark.parametrize(
    ("interface", "words"),
    [("zh-Hant", "是否曾致電無從得知"), ("zh-Hans", "是否曾致电无从得知")],
)
def test_it_is_written_in_the_readers_language(
    kept: Locations, journal: ContactJournal, tmp_path: Path, interface: str, words: str
) -> None:
    assert words in page(kept, journal, tmp_path / "d.html", interface=interface)


def test_a_redacted_one_holds_nothing_personal(
    kept: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    whole = page(kept, journal, tmp_path / "d.html", redacted=True).lower()
    whole += json.dumps(document(kept, journal, tmp_path / "d.json", redacted=True)).lower()
    for secret in ("zyxwvut", "quentin", "652.18", "acct-7", "loan-8", "0113", "120.00", "£50"):
        assert secret not in whole, secret
    assert "whether a call was made is not known" in whole


def test_who_may_not_export_a_call_gets_no_dossier_and_it_is_written_down(
    embedded: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        keep(store, "mine", 3)
    for role in (Role.AGENT, Role.REVIEWER, Role.TRAINER, Role.ADMINISTRATOR):
        sits_here(embedded, role, "a1")
        for number in ("ACCT-7", "nobody's"):
            with pytest.raises(NotPermitted):
                page(embedded, journal, tmp_path / "d.html", number)
    assert not (tmp_path / "d.html").exists()
    sits_here(embedded, Role.SUPERVISOR)
    page(embedded, journal, tmp_path / "d.html")
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        log = [(line.act, line.call, line.about) for line in read_log(store.opened)]
    assert log.count(("refused: export", "", "")) == 8
    (about,) = {line[2] for line in log if line[:2] == ("export", "")}
    assert re.fullmatch("dossier of account [0-9a-f]{12}", about)
    assert ("export", "mine", "") in log
    assert not any("ACCT-7" in part for line in log for part in line)


@pytest.mark.parametrize("number", ["nobody's", "", HOSTILE, "%", "ACCT-7' OR '1'='1", "\udc80"])
def test_an_account_that_nobody_knows_is_said_to_be_unknown(
    embedded: Locations, journal: ContactJournal, tmp_path: Path, number: str
) -> None:
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        keep(store, "mine", 3)
    with pytest.raises(UnknownCall, match="no kept call and no attempt is of that account"):
        page(embedded, journal, tmp_path / "d.html", number)
    assert not (tmp_path / "d.html").exists()


def test_attempts_alone_and_one_call_alone_make_a_dossier(
    embedded: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    journal.add(Attempt(days_ago(40), "ACCT-7", "voicemail"))
    read = document(embedded, journal, tmp_path / "a.json", received=days_ago(1).date())
    assert [one["type"] for one in read["timeline"]] == ["attempt", "nothing_known"]
    assert read["matters"][0]["deadline_known"] is False
    shown = Page(page(embedded, journal, tmp_path / "a.html", received=days_ago(1).date())).text
    assert "under whose law it falls is not known" in shown
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        keep(store, "mine", 3)
    folder = tmp_path / "out"
    folder.mkdir()
    page_of = [made.name for made in _made(embedded, journal, folder)]
    assert len(page_of) == 2
    assert all("ACCT" not in name and name.startswith("dossier-account-") for name in page_of)


def _made(places: Locations, journal: ContactJournal, folder: Path) -> Iterator[Path]:
    for as_json in (False, True):
        make_customer_dossier(
            places, "ACCT-7", folder, journal=journal, received=None, redacted=False,
            interface="en", now=NOW, as_json=as_json, guidance=GUIDANCE,
        )  # fmt: skip
    yield from sorted(folder.iterdir())


def test_what_the_shift_wrote_down_says_whose_a_call_is_that_knows_no_account(
    embedded: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        keep(store, "nobodys", 3, owner=None)
        keep(store, "others", 2, owner=OTHERS, said=SECRET)
    for days, call in ((3, "nobodys"), (2, "others")):
        journal.add(Attempt(days_ago(days), "ACCT-7", "conversation", call=call))
    read = document(embedded, journal, tmp_path / "d.json")
    assert [one["call"] for one in read["calls"]] == ["nobodys"]
    assert ("left_closed", "others") in [(one["type"], one.get("call")) for one in read["timeline"]]
    assert SECRET not in json.dumps(read)


def test_a_call_that_was_taken_away_breaks_the_seal(
    embedded: Locations, journal: ContactJournal, tmp_path: Path
) -> None:
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        keep(store, "mine", 3)
        keep(store, "taken", 2)
        with writing(store.opened.engine) as connection:
            remove_rows(connection, "taken")
            connection.execute(text("UPDATE calls SET agent_name = 'Bob' WHERE id = 'mine'"))
    journal.add(Attempt(days_ago(2), "ACCT-7", "conversation", call="taken"))
    read = document(embedded, journal, tmp_path / "d.json")
    assert read["seal"]["whole"] is False
    faults = "\n".join(read["seal"]["faults"])
    assert "call taken was removed" in faults
    assert "call mine" in faults
    assert "The record of these calls is not whole" in page(embedded, journal, tmp_path / "d.html")


def test_one_call_as_a_document(
    embedded: Locations, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        keep(store, "mine", 3)
        keep(store, "later", 2)
    make_dossier(embedded, "mine", None, redacted=False, interface="en", now=NOW, as_json=True)
    read = json.loads(capsys.readouterr().out)
    assert (read["of"], read["other_calls"]) == ("call", ["later"])
    (one,) = read["calls"]
    assert one["records"][0]["type"] == "started"
    assert one["shown"] is None, "the rules of then are not those of now"
    assert [entry["kind"] for entry in one["entries"]] == ["begun", "closed"]
