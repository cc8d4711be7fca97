"""Calls found: by what was said, on both databases, and by what lists show."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from assistant.event_codec import EventCodec
from assistant.events import CallStarted, UtteranceFinal
from assistant.record.database import writing
from assistant.record.faults import StoreDamaged
from assistant.record.kept import CallState, KeptWrapUp
from assistant.record.locations import Locations
from assistant.record.opening import Doors, open_store
from assistant.record.reviews import Review, ReviewAct
from assistant.record.search import CallFilter, CallSearch
from assistant.record.search_index import forget
from assistant.record.search_words import NothingToFind, phrase, pieces_of, searchable
from assistant.record.store import CallStore
from assistant.record.triggers import changeable_again
from compliance.findings import Severity
from compliance.transcript import Speaker
from scripts.account import Account
from tests.record.invented import envelopes, inputs, outputs
from tests.record.test_layout import first_release

CODEC = EventCodec()
DOORS = Doors({})
ANY = CallFilter()


def account(name: str) -> Account:
    return Account(
        name, "tw", "zh-TW", "Mei", "Bank", "TWD", Decimal(9), 3, Decimal(1), agent_name="Ann Lee"
    )


def keep(
    store: CallStore, call: str, *said: str, at: str = "2026-03-04", owner: str = "", end: int = 9
) -> None:
    first, *others = inputs()[:end]
    assert isinstance(first, CallStarted)
    first = replace(first, started_at_utc=f"{at}T01:02:03+00:00")
    if owner:
        header = replace(first.header, jurisdiction="tw")
        first = replace(first, account=account(owner), header=header)
    writer = store.record(call, with_sound=False)
    writer.append(envelopes((first, *others), call))
    finals = (
        UtteranceFinal(f"u{n}", n, Speaker.AGENT, words, (), n, n + 1.0)
        for n, words in enumerate(said)
    )
    writer.append(envelopes((*finals,), call, 20))
    writer.close()


def found(store: CallStore, words: str, wanted: CallFilter = ANY) -> list[str]:
    hits = CallSearch(store).find(phrase(words), wanted)
    return [
        f"{listed.call.id}:{hit.utterance.index}:{hit.utterance.text[hit.start : hit.end]}"
        for listed, places in hits
        for hit in places
    ]


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("警察", ["b:0:警 察", "a:1:警察"]),
        ("警 察", ["b:0:警 察", "a:1:警察"]),
        ("会叫警察", ["a:1:會叫警察"]),  # typed in Simplified characters, said in Traditional
        ("信用卡 card", ["a:2:信用卡 CARD"]),
        ("not today", ["b:1:Not, today"]),
        ("TODAY", ["b:1:today", "a:0:today"]),
        ("don't", ["a:0:don’t"]),
        ("cafe", ["b:1:Café"]),
        ("3000", ["a:2:3000"]),
        ("today not", []),
        ("察警", []),
        ("policeman", []),
        ("100%'; DROP TABLE calls;--", []),
    ],
)
def test_words_said_are_found(places: Locations, words: str, where: list[str]) -> None:
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store, "a", "why don’t you pay today", "我會叫警察來", "你 的 信用卡 CARD 3000")
        keep(store, "b", "警 察 局", "Not, today in the Café", at="2026-03-05")
        keep(store, "c", "nothing at all")
        assert found(store, words) == where


@pytest.mark.parametrize("words", ["", "!?", "警", "\x1b[2J", "a " * 61])
def test_what_cannot_be_found_is_said(words: str) -> None:
    if words == "\x1b[2J":
        assert phrase(words).keys == ("2j",)
        return
    with pytest.raises(NothingToFind) as caught:
        phrase(words)
    assert caught.value.remedy


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("警察信用卡會 ab1'"), max_size=30))
def test_every_text_is_found_by_itself(words: str) -> None:
    pieces = pieces_of(words)
    assert all(0 <= piece.start < piece.end <= len(words) for piece in pieces)
    if searchable(pieces):
        sought = phrase(words)
        assert sought.place_in(f"before {words} after") is not None
        assert set(sought.keys) <= searchable(pieces_of(f"before {words} after"))


@pytest.mark.parametrize("many", [0, 3, 2000])
def test_rare_and_common_phrases_are_found_alike(
    places: Locations, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Looked up everywhere at once or in the newest calls first: the same, and all of it."""
    monkeypatch.setattr("assistant.record.search._MANY", many)
    monkeypatch.setattr("assistant.record.search._FIRST", 2)
    random = Random(7)
    words = ["pay", "you", "not", "today", "你", "的"]
    with CallStore(places, CODEC, doors=DOORS) as store:
        kept = {}
        for n in range(12):
            # Kept in another order than they were made in, as imported ones are.
            at = f"2026-03-{1 + 7 * n % 12:02}"
            kept[f"c{n:02}"] = at, [" ".join(random.choices(words, k=6)) for _ in range(3)]
            keep(store, f"c{n:02}", *kept[f"c{n:02}"][1], at=at)
        for wanted in (ANY, CallFilter(since_utc="2026-03-04", before_utc="2026-03-10")):
            newest = sorted(
                (
                    call
                    for call, (at, _said) in kept.items()
                    if wanted.since_utc <= at < (wanted.before_utc or "9")
                ),
                key=lambda call: kept[call][0],
                reverse=True,
            )
            for sought in ("pay", "you pay", "not today you", "你的", "you pay not today you pay"):
                there = phrase(sought)
                assert [hit.rsplit(":", 1)[0] for hit in found(store, sought, wanted)] == [
                    f"{call}:{n}"
                    for call in newest
                    for n, said in enumerate(kept[call][1])
                    if there.place_in(said)
                ], (sought, wanted)


def test_a_phrase_never_said_opens_nothing(places: Locations) -> None:
    """All its words are common, side by side too: the index alone refuses it."""
    with CallStore(places, CODEC, doors=DOORS) as store:
        for n in range(3):
            keep(store, f"c{n}", "today you owe", "you pay", "pay not", "not today", "today you")
        with writing(store.opened.engine) as connection:
            connection.execute(text("UPDATE utterances SET line = :line"), {"line": b"no line"})
        assert found(store, "today you pay not today") == []
        with pytest.raises(StoreDamaged):
            found(store, "today you owe")


@pytest.mark.parametrize(
    ("wanted", "calls"),
    [
        (CallFilter(), ["late", "flagged", "early"]),
        (CallFilter(since_utc="2026-03-04T01"), ["late", "flagged"]),
        (CallFilter(before_utc="2026-03-04T01"), ["early"]),
        (CallFilter(agent="ann"), ["early"]),
        (CallFilter(agent="Ann Lee"), ["early"]),
        (CallFilter(agent="%"), []),
        (CallFilter(account=" acct-７ "), ["early"]),
        (CallFilter(account="acct"), []),
        (CallFilter(jurisdiction="tw"), ["early"]),
        (CallFilter(rule="US-0"), ["flagged"]),
        (CallFilter(rule="US_0"), []),
        (CallFilter(severity=Severity.CRITICAL), ["flagged"]),
        (CallFilter(severity=Severity.MINOR), []),
        (CallFilter(outcome="promise"), ["early"]),
        (CallFilter(outcome="paid"), []),
        (CallFilter(state=CallState.INTERRUPTED), ["late"]),
        (CallFilter(state=CallState.WHOLE), ["flagged", "early"]),
        (CallFilter(reviewed=True), []),
        (CallFilter(reviewed=False), ["flagged"]),
    ],
)
def test_what_lists_show_is_filtered(
    places: Locations, wanted: CallFilter, calls: list[str]
) -> None:
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store, "early", at="2026-03-03", owner="ACCT-7")
        store.add_wrap_up(KeptWrapUp("early", "paid", None, "", "2026-03-03T02"))
        store.add_wrap_up(KeptWrapUp("early", "promise", "2026-03-09", "", "2026-03-03T03"))
        writer = store.record("flagged", with_sound=False)
        writer.append(envelopes(inputs(), "flagged"))
        writer.append(envelopes(outputs(), "flagged", 20))
        writer.close()
        keep(store, "late", at="2026-03-05", end=5)
        assert [listed.call.id for listed in CallSearch(store).calls(wanted)] == calls


def test_a_judged_call_is_reviewed(embedded: Locations) -> None:
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        writer = store.record("c1", with_sound=False)
        writer.append([*envelopes(inputs()), *envelopes(outputs(), first=20)])
        writer.close()
        store.add_review(Review("c1", "u1.US-03", ReviewAct.CONFIRM, "r", "2026-03-05T01"))
        search = CallSearch(store)
        assert len(list(search.calls(CallFilter(reviewed=True)))) == 1
        assert not list(search.calls(CallFilter(reviewed=False)))


def test_the_index_holds_no_word_and_goes_with_its_call(places: Locations) -> None:
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store, "a", "我會叫警察來", owner="acct-7")
        keep(store, "b", "警察")
        assert store.verify(audio=True).faults == ()
    opened = open_store(places, DOORS)
    with writing(opened.engine) as connection:
        rows = connection.execute(text("SELECT * FROM word_index")).all()
        assert len(rows) == 6
        assert all(isinstance(value, int) for row in rows for value in row)
        (hashed,) = connection.execute(
            text("SELECT account FROM call_index WHERE account IS NOT NULL")
        ).scalars()
        assert len(bytes(hashed)) == 16
        forget(connection, ["a"])
        assert len(connection.execute(text("SELECT * FROM word_index")).all()) == 1
        assert connection.execute(text("SELECT call FROM call_index")).scalars().all() == ["b"]
    opened.engine.dispose()


def test_another_store_hashes_otherwise(embedded: Locations) -> None:
    other = replace(embedded, data_dir=embedded.data_dir.with_name("other"))
    held = []
    for places in (embedded, other):
        with CallStore(places, CODEC, doors=DOORS) as store:
            keep(store, "a", "警察")
            with store.opened.engine.connect() as connection:
                held.append(connection.execute(text("SELECT word FROM word_index")).scalar_one())
    assert held[0] != held[1]


def test_calls_of_an_older_store_are_found(embedded: Locations) -> None:
    first_release(embedded.database)
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        assert found(store, "have you arrested") == ["c1:0:have you arrested"]
        assert store.verify(audio=True).faults == ()


def test_a_damaged_call_does_not_stop_the_upgrade(embedded: Locations) -> None:
    first_release(embedded.database)
    with closing(sqlite3.connect(embedded.database)) as connection, connection:
        connection.execute("UPDATE utterances SET line = CAST('no event' AS BLOB)")
    with CallStore(embedded, CODEC, doors=DOORS) as store:
        assert found(store, "arrested") == []
        assert len(store.calls()) == 1


def test_calls_kept_before_there_was_an_index_are_found(places: Locations) -> None:
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store, "a", "我會叫警察來", owner="acct-7")
        keep(store, "b", "not today", at="2026-03-05")
        with writing(store.opened.engine) as connection:
            changeable_again(connection, "duties")
            changeable_again(connection, "task_acts")
            changeable_again(connection, "payments")
            changeable_again(connection, "releases")
            for change in (
                "DROP TABLE releases",
                "ALTER TABLE calls DROP COLUMN imported",
                "DROP TABLE tasks",
                "DROP TABLE task_acts",
                "DROP TABLE payments",
                "DROP TABLE duties",
                "DROP TABLE users",
                "DROP INDEX chain_by_kind",
                "DROP INDEX utterances_by_position",
                "DROP TABLE call_index",
                "DROP TABLE word_index",
                "UPDATE store SET version = 4",
                "UPDATE alembic_version SET version_num = '0004'",
            ):
                connection.execute(text(change))
    with CallStore(places, CODEC, doors=DOORS) as store:
        assert found(store, "警察") == ["a:0:警察"]
        assert found(store, "not today") == ["b:0:not today"]
        (listed,) = CallSearch(store).calls(CallFilter(account="ACCT-7"))
        assert listed.call.id == "a"
        keep(store, "c", "警察", at="2026-03-06")
        assert found(store, "警察") == ["c:0:警察", "a:0:警察"]
        assert store.verify(audio=True).faults == ()
