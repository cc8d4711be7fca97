"""A wrap-up that was left open is found again and completed: what is added, by whom, for whom."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from textual.widgets import Input

from assistant.archive import outcomes
from assistant.door.requests import Do, DoorAnswer, DoorRequest, done
from assistant.door_screens import Switchboard
from assistant.events import CallEnded, Keep, RecordingTerms
from assistant.interface_text import Interface
from assistant.record.guard import Guard, NotPermitted, Who
from assistant.record.locations import Locations
from assistant.record.permissions import Role
from assistant.record.search import CallFilter
from assistant.record.store import CallStore
from assistant.rules_in_force import RulesInForce
from assistant.screens.wrap_up import WrapUpSheet
from assistant.shift.csv_list import ListRead
from assistant.shift.desk import ShiftDesk
from assistant.shift.journal import Attempt, ContactJournal
from assistant.shift.learnt import FACTS, learnt
from assistant.shift.rows import PhoneNumber, Source, WorkRow
from assistant.shift_app import WorkListApp
from assistant.typed_values import NotUnderstood, Reading, day_typed
from assistant.unfinished import TakenUp, UnfinishedDesk, count_unfinished
from assistant.unfinished_app import UnfinishedApp
from assistant.working import JOURNAL
from assistant.wrap_up import WrapUp
from compliance.context import Collector
from compliance.errors import AssistantError
from compliance.permission import May
from scripts.outcomes import load_outcomes
from tests.accounts.endpoint import Answer, endpoint
from tests.archive.invented import ACCOUNT, CODEC, DOORS, NAME, keep
from tests.record.aged import Clock
from tests.record.aged import keep as keep_aged
from tests.record.invented import envelopes, inputs, started
from tests.screens.driving import on_screen
from tests.shift.lists import row
from tests.shift.test_screen import Clock as ShiftClock
from tests.shift.test_screen import desk as shift_desk

NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)
TERMS = RecordingTerms(Keep.FINDINGS, notice_first=False, stops_when_refused=True, may_pause=True)
TAKEN: Answer = lambda _one, _n: (201, b"{}", {})  # noqa: E731 - one answer for all


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One call left without its method, one complete, a live one that nobody wrapped up, one that
    was only replayed, one of long ago."""
    places = Locations(tmp_path_factory.mktemp("made") / "home")
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store, sound=False)
        writer = store.record("killed", with_sound=False)
        first = replace(started("2026-03-05T01:02:03+00:00"), recording=TERMS, account=ACCOUNT)
        writer.append(envelopes((first, *inputs()[1:3]), "killed"))
        writer.close()
    keep_aged(places, "whole", "2026-03-01", clock=Clock(), owner="ACC-1", outcome="refused")
    keep_aged(places, "played", "2026-03-02", clock=Clock(), owner="ACC-2")
    with CallStore(places, CODEC, doors=DOORS) as store:
        writer = store.record("ago", with_sound=False)
        first = replace(started("2026-01-05T01:02:03+00:00"), recording=TERMS)
        writer.append(envelopes((first, CallEnded(8000, "hung_up")), "ago"))
        writer.close()
    return places.data_dir


@pytest.fixture
def places(made: Path, tmp_path: Path) -> Locations:
    return Locations(Path(shutil.copytree(made, tmp_path / "home")))


@pytest.fixture
def store(places: Locations) -> Iterator[CallStore]:
    with CallStore(places, CODEC, doors=DOORS) as opened:
        yield opened


def journal_of(places: Locations) -> ContactJournal:
    return ContactJournal(places.data_dir / JOURNAL)


def desk_of(store: CallStore, who: str = "su") -> UnfinishedDesk:
    return UnfinishedDesk(
        store, who, store.locations, load_outcomes(), lambda: NOW, lambda: UTC,
        journal_of(store.locations),
    )  # fmt: skip


def test_what_was_left_open_lately_is_found_and_nothing_else(
    places: Locations, store: CallStore
) -> None:
    found = desk_of(store).calls()
    assert [(one.call.id, one.ending is None) for one in found] == [("killed", True), ("c1", False)]
    assert found[1].customer == NAME
    nobody: frozenset[str] = frozenset()
    assert count_unfinished(places, DOORS, nobody, NOW, recover=False) == 2
    empty = Locations(places.data_dir / "elsewhere")
    assert count_unfinished(empty, DOORS, nobody, NOW, recover=True) == 0
    assert not empty.data_dir.exists()


def test_what_is_completed_is_added_with_who_and_when(store: CallStore) -> None:
    desk = desk_of(store)
    open_ = desk.calls()[1]
    taken = desk.take_up(open_)
    assert (taken.draft.text("outcome"), taken.draft.text("amount")) == ("32", "717.17")
    left = taken.draft.left()
    assert isinstance(left, WrapUp)
    assert not desk.keep(taken, left), "nothing was said that was not said before"
    taken.draft.type("method", "1")
    confirmed = taken.draft.confirmed()
    assert isinstance(confirmed, WrapUp)
    assert desk.keep(taken, confirmed)
    before, after = store.wrap_ups("c1")
    assert before == open_.ending.wrap_up if open_.ending is not None else False
    assert (after.by, after.at_utc, after.missing) == ("su", "2026-03-06T09:00:00+00:00", ())
    assert (after.values["method"], after.values["amount"]) == ("bank_transfer", "717.17")
    assert (after.happened, after.account) == (before.happened, ACCOUNT.id)
    assert [one.call.id for one in desk.calls()] == ["killed"]
    assert store.verify(audio=False).faults == ()
    with pytest.raises(AssistantError, match="meanwhile"):  # somebody else had the sheet up, too
        desk.keep(taken, replace(confirmed, note="more"))


def test_a_call_that_nobody_wrapped_up_is_seen_again(store: CallStore) -> None:
    desk = desk_of(store)
    taken = desk.take_up(desk.calls()[0])
    assert taken.view.started is not None
    assert (taken.currency, taken.account) == ("USD", ACCOUNT)
    taken.draft.type("outcome", "38")
    answer = taken.draft.left()
    assert isinstance(answer, WrapUp)
    desk.keep(taken, answer)
    (end,) = store.wrap_ups("killed")
    assert (end.outcome, end.by) == ("refused", "su")


@pytest.mark.parametrize("place", [0, 1])
def test_of_two_who_complete_it_at_once_one_is_told(places: Locations, place: int) -> None:
    ready = Barrier(2)

    def complete(note: str) -> bool:
        with CallStore(places, CODEC, doors=DOORS) as store:
            desk = desk_of(store)
            taken = desk.take_up(desk.calls()[place])
            taken.draft.type("outcome", "38")
            answer = taken.draft.left()
            assert isinstance(answer, WrapUp)

            need = store.need

            def asked(*args: Any, **named: Any) -> None:
                need(*args, **named)
                ready.wait(20)

            store.need = asked  # type: ignore[method-assign] # both have passed the guard
            try:
                return desk.keep(taken, replace(answer, note=note))
            except AssistantError:
                return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(complete, ("one", "other"))) == [False, True]


@pytest.mark.parametrize("written", ["before", "never", "after"])
@pytest.mark.parametrize("outcome", ["cease_contact", "attorney", "bankruptcy", "deceased"])
def test_what_is_said_later_bars_the_next_call_and_counts_as_no_second_attempt(
    store: CallStore, outcome: str, written: str
) -> None:
    began = datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC)
    as_of = datetime(2026, 3, 6, 4, tzinfo=UTC)  # the list is of the night after the call
    row = WorkRow(
        ACCOUNT.id, NAME, "us", "en-US", numbers=(PhoneNumber("2025550100"),),
        contacts=(), sources=(Source("list", as_of),),
    )  # fmt: skip
    journal = journal_of(store.locations)
    shift = ShiftDesk(
        lambda: ListRead((row,)), lambda _place, _language: None, journal, None,
        lambda: NOW,
    )  # fmt: skip
    attempt = Attempt(began, ACCOUNT.id, "conversation", "2025550100", "killed", "yes")
    if written == "before":
        journal.add(attempt)
    desk = desk_of(store)
    taken = desk.take_up(desk.calls()[0])
    number = next(one.number for one in load_outcomes() if one.id == outcome)
    taken.draft.type("outcome", str(number))
    answer = taken.draft.left()
    assert isinstance(answer, WrapUp)
    assert desk.keep(taken, answer)
    if written == "after":
        journal.add(attempt)
    shift.learn()
    (known,) = journal.of(ACCOUNT.id)
    assert (known.at, known.outcome, known.call) == (began, outcome, "killed")
    assert known.number == (None if written == "never" else "2025550100")
    assert set(FACTS[outcome]) <= set(learnt(row, [known], UTC).facts)
    assert learnt(row, [attempt], UTC).facts == {}


def test_a_list_that_is_shown_learns_what_another_program_wrote(store: CallStore) -> None:
    row = WorkRow(
        ACCOUNT.id, NAME, "us", "en-US", Collector.AGENCY, facts={"cease_contact": False},
        numbers=(PhoneNumber("2025550100"),), contacts=(),
        sources=(Source("list", datetime(2026, 3, 6, 4, tzinfo=UTC)),),
    )  # fmt: skip
    shift = ShiftDesk(
        lambda: ListRead((row,)), RulesInForce.at(store.locations),
        journal_of(store.locations), None, lambda: NOW,
    )  # fmt: skip

    def stops() -> bool:
        against = [reason for reason in shift.standing(row).against if reason.may is May.NO]
        return "US-15-contact" in {reason.rule for reason in against}

    assert not stops()
    desk = desk_of(store)
    taken = desk.take_up(desk.calls()[0])
    taken.draft.type("outcome", "45")
    answer = taken.draft.left()
    assert isinstance(answer, WrapUp)
    desk.keep(taken, answer)
    shift.learn()
    assert stops()


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (Who("an", Role.AGENT, "A7"), []),
        (Who("own", Role.AGENT, "a1"), ["killed", "c1"]),
        (Who("su", Role.SUPERVISOR), ["killed", "c1"]),
        (Who("wu", Role.REVIEWER), []),
        (Who("ty", Role.TRAINER), []),
    ],
)
def test_whose_they_are(store: CallStore, who: Who, sees: list[str]) -> None:
    open_ = desk_of(store).calls()[1]
    assert open_.ending is not None
    said = replace(open_.ending.wrap_up, note="more", by=who.name)
    store.guard_with(Guard(store.opened, who))
    assert [one.call.id for one in desk_of(store).calls()] == sees
    if sees:
        store.complete_wrap_up(said, open_.ending.number)
        assert store.wrap_ups("c1")[-1] == said
    else:
        with pytest.raises(NotPermitted):
            store.complete_wrap_up(said, open_.ending.number)


def test_a_crm_is_sent_each_wrap_up_once(
    places: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    with endpoint(TAKEN) as running:
        places.settings.write_text(f'[crm]\nurl = "{running.url}"\n')

        def post() -> None:
            outcomes.post_outcomes(places, CallFilter(), "", interface="en")

        post()
        with CallStore(places, CODEC, doors=DOORS) as store:
            desk = desk_of(store)
            taken = desk.take_up(desk.calls()[1])
            taken.draft.type("method", "1")
            answer = taken.draft.confirmed()
            assert isinstance(answer, WrapUp)
            desk.keep(taken, answer)
        post()
        post()
    sent = [one.headers["Idempotency-Key"] for one in running.asked]
    assert sorted(sent) == ["c1.1", "c1.3", "whole.2"]
    assert "0 handed to" in capsys.readouterr().err.splitlines()[-1]


async def test_it_is_completed_on_a_screen(store: CallStore) -> None:
    app = UnfinishedApp(desk_of(store), Interface("zh-Hant"))
    async with app.run_test(size=(80, 24)) as pilot:
        assert "待補結案：2 筆" in on_screen(app)
        assert "未登記通話結果" in on_screen(app)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, WrapUpSheet)
        assert "Esc 回到清單" in on_screen(app)
        await pilot.press("tab", "tab", "tab", "1", "escape")
        await pilot.pause()
        assert "未新增任何內容" in on_screen(app)
        await pilot.press("enter")  # what was typed is there again
        await pilot.pause()
        assert app.screen.query_one("#method", Input).value == "1"
        await pilot.press("enter")
        await pilot.pause()
        assert "✔ 已補完" in on_screen(app)
        assert "待補結案：1 筆" in on_screen(app)
        await pilot.press("escape")
    assert app.return_value == 0
    assert store.wrap_ups("c1")[-1].by == "su"


async def test_the_telephone_has_the_screen_and_what_was_typed_waits(
    store: CallStore, tmp_path: Path
) -> None:
    board, put_away = Switchboard(), dict[str, TakenUp]()
    completing = UnfinishedApp(desk_of(store), Interface("en"), put_away=put_away)
    board.shows(completing)

    async def asked(request: DoorRequest) -> DoorAnswer:
        return await asyncio.to_thread(board.answer, request)

    async with completing.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        await pilot.press("tab", "tab", "tab", "1")
        assert await asked(DoorRequest(Do.STATUS)) == done("list")
        assert (await asked(DoorRequest(Do.END))).told == {"refused": "no_call"}
        ringing = asyncio.create_task(asked(DoorRequest(Do.START, "A1", inbound=True)))
        while completing.return_value is None:
            await pilot.pause(0.01)
    listed = WorkListApp(shift_desk(tmp_path, ShiftClock(), row("A1")), Interface("en"))
    board.shows(listed)
    async with listed.run_test(size=(80, 24)):
        assert (await ringing).told == {"state": "brief", "permitted": "yes"}
    assert listed.chosen is not None
    assert listed.chosen.row.id == "A1"
    # Taken up again after the call, it is as it was left.
    again = UnfinishedApp(desk_of(store), Interface("en"), put_away=put_away)
    async with again.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "enter")
        await pilot.pause()
        assert again.screen.query_one("#method", Input).value == "1"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("+3", "2026-03-09"),
        ("03-05", "2026-03-05"),
        ("2026-03-04", "2026-03-04"),
        ("2026-03-03", None),
    ],
)
def test_days_are_read_from_the_call_on_and_counted_from_now(typed: str, day: str | None) -> None:
    reading = Reading(datetime(2026, 3, 4, tzinfo=UTC).date(), now=NOW.date())
    try:
        read = day_typed(typed, reading)
    except NotUnderstood:
        read = None
    assert (read.isoformat() if read is not None else None) == day
