"""The door while a call runs: hold, resume and link over the wire, down to the session's events."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.pilot import Pilot

from assistant.accounts.source import Checked, Found, Sourced, SourceFailed
from assistant.app import CallApp
from assistant.door.requests import Do, DoorAnswer, DoorRequest, done, refused
from assistant.door.server import Door
from assistant.door.token import VARIABLE
from assistant.door_calls import send
from assistant.door_screens import Switchboard
from assistant.events import (
    AccountChanged,
    Act,
    HoldChanged,
    Keep,
    RecordingTerms,
    Transferred,
)
from assistant.guidance import load_guidance
from assistant.live_call import live_run
from assistant.live_composition import LiveCall
from assistant.live_screen import LiveDesk
from assistant.look_ups import LookUps
from assistant.pipeline import Delivery
from assistant.rule_texts import CollectorTexts
from assistant.screens.setup import CallSetup, Mode
from assistant.wrap_up import proposed_outcome
from compliance.context import Collector
from compliance.errors import AssistantError
from scripts.outcomes import load_outcomes
from tests.screens.driving import on_screen
from tests.session.conftest import account
from tests.shift.test_door import TOKEN
from tests.shift.test_door import ask as over_the_wire

TERMS = RecordingTerms(Keep.NOTHING, notice_first=False, stops_when_refused=True, may_pause=True)
CALL = LiveCall("en-US", "us", None, (), Collector(account().collector), terms=TERMS)


@dataclass(slots=True)
class Source:
    """Knows the account A1; hangs until `answers` is set."""

    name: str = "core.example"
    answers: threading.Event = field(default_factory=threading.Event)

    def by_id(self, wanted: str) -> Found:
        self.answers.wait(20)
        if wanted == "broken":
            raise SourceFailed("core.example does not answer")
        known = replace(account(), id=wanted, jurisdiction="tw" if wanted == "T1" else "us")
        at = datetime(2026, 11, 29, tzinfo=UTC)
        return Found((Sourced(known, (), at, self.name),)) if wanted in ("A1", "T1") else Found()

    def by_phone(self, number: str) -> Found:
        return Found()

    def by_name(self, text: str) -> Found:
        return Found()

    def check(self, account: str = "") -> Checked:
        return Checked(0)


@dataclass(slots=True)
class Running:
    """A call on the screen with an open door."""

    app: CallApp
    pilot: Pilot[int]
    source: Source
    told: list[object]
    door: Door

    async def ask(self, do: str, named: str | None = None, to: str | None = None) -> str:
        """The state that the door tells, or why it refuses."""
        given = {"do": do, "account": named, "to": to}
        body = json.dumps({key: value for key, value in given.items() if value is not None})
        status, told = await asyncio.to_thread(over_the_wire, self.door, body)
        return told.get("state") or f"{status} {told['refused']}"

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what the call's thread is about to tell."""
        for _ in range(400):
            await self.pilot.pause(0.02)
            if holds():
                return
        raise AssertionError("it never came")


@asynccontextmanager
async def running(call: LiveCall = CALL, *, brief: bool = False) -> AsyncIterator[Running]:
    source = Source()
    told: list[object] = []
    source.answers.set()
    guidance = load_guidance("us", "en-US", Collector.AGENCY)
    desk = LiveDesk(call, LookUps(source))

    def deliver(delivery: Delivery) -> None:
        told.extend(envelope.event for envelope in delivery.envelopes)
        desk.deliver(delivery)

    run = live_run(call, call_id="c", guidance=guidance, deliver=deliver, notice=desk.notice,
                   zone="UTC", loaded=desk.loaded)  # fmt: skip
    setup = CallSetup(
        CollectorTexts(guidance.rules, Collector.AGENCY),
        "en-US",
        "us",
        account=call.account,
        mode=Mode.LIVE,
        brief=brief,
        replies=guidance.replies,
    )
    app = CallApp(setup, desk)
    desk.show(run, app)
    board = Switchboard()
    board.shows(app)
    door = Door(0, TOKEN, board.answer)
    try:
        async with app.run_test(size=(100, 30)) as pilot:
            up = Running(app, pilot, source, told, door)
            if not brief:
                await up.until(lambda: app.call_screen.view.live)
            yield up
    finally:
        source.answers.set()
        door.close()
        run.stop()
        assert run.join(10)


async def test_hold_and_resume_reach_the_session() -> None:
    async with running() as up:
        assert await up.ask("hold") == "held"
        await up.until(lambda: up.app.call_screen.view.held_since_s is not None)
        assert await up.ask("hold") == "held"  # twice is once
        assert await up.ask("status") == "held"
        assert await up.ask("resume") == "call"
        await up.until(lambda: up.app.call_screen.view.held_since_s is None)
        assert await up.ask("status") == "call"
        held = [change.held for change in up.told if isinstance(change, HoldChanged)]
    assert held == [True, False]


async def test_a_call_that_may_not_be_paused_is_not_held() -> None:
    async with running(replace(CALL, terms=replace(TERMS, may_pause=False))) as up:
        assert "no_pause_here" in await up.ask("hold")
        assert up.app.call_screen.view.held_since_s is None


async def test_a_call_that_is_passed_on_and_comes_back() -> None:
    async with running(replace(CALL, transferred=True)) as up:
        view = up.app.call_screen.view
        await up.until(lambda: [each.to for each in of_transfers(up)] == [""])
        up.app.desk.act(Act.VERIFIED)
        await up.until(lambda: view.verified)
        assert await up.ask("transfer", to="supervisor") == "passed_on"
        await up.until(lambda: view.passed_to == "supervisor")
        assert await up.ask("status") == "passed_on"
        assert not view.verified
        assert "nothing is judged" in on_screen(up.app)
        await up.pilot.press("v")
        await up.until(lambda: "g takes it back" in on_screen(up.app))
        assert await up.ask("transfer", to="here") == "call"
        await up.until(lambda: not view.passed_to)
        await up.pilot.press("g", "2")
        await up.until(lambda: view.passed_to == "specialist")
        await up.pilot.press("g", "1")
        await up.until(lambda: not view.passed_to)
        assert [each.to for each in of_transfers(up)] == ["", "supervisor", "", "specialist", ""]
        assert await up.ask("transfer", to="specialist") == "passed_on"
        await up.until(lambda: view.passed_to == "specialist")
        assert proposed_outcome(view, load_outcomes()) is not None
        assert proposed_outcome(view, load_outcomes()).id == "passed_on"  # type: ignore[union-attr]


async def test_before_somebody_answers_no_call_is_passed_on() -> None:
    async with running(brief=True) as up:
        assert "not_connected" in await up.ask("transfer", to="desk")


def of_transfers(up: Running) -> list[Transferred]:
    return [each for each in up.told if isinstance(each, Transferred)]


async def test_link_reaches_the_session_and_the_screen() -> None:
    async with running() as up:
        assert await up.ask("link", "A1") == "linked"
        await up.until(lambda: any(isinstance(one, AccountChanged) for one in up.told))
        assert up.app.call_screen.setup.account is not None
        assert up.app.call_screen.setup.talk_offs
        assert up.app.call_screen.view.covered
        assert await up.ask("link", "A1") == "linked"  # it is linked already
        assert "has_account" in await up.ask("link", "A2")
        up.app.desk.identifier_said("birth_date", "never")
        linked = [one for one in up.told if isinstance(one, AccountChanged)]
        assert [(one.account.id, one.origin.source) for one in linked] == [("A1", "core.example")]
        assert await up.ask("end") == "ended"
        await up.until(lambda: up.app.call_screen.view.ended is not None)
        assert "no_call" in await up.ask("link", "A1")


@pytest.mark.parametrize(
    ("named", "why"), [("nobody", "account"), ("T1", "jurisdiction"), ("broken", "source")]
)
async def test_what_cannot_be_linked_is_refused_and_the_call_goes_on(named: str, why: str) -> None:
    async with running() as up:
        assert (await up.ask("link", named)).split()[1] == why
        assert up.app.call_screen.setup.account is None
        assert await up.ask("status") == "call"


async def test_a_source_that_hangs_holds_neither_door_nor_screen() -> None:
    async with running() as up:
        up.source.answers.clear()
        assert await up.ask("link", "A1") == "linking"
        assert await up.ask("hold") == "held"
        await up.until(lambda: up.app.call_screen.view.held_since_s is not None)
        up.source.answers.set()
        await up.until(lambda: up.app.call_screen.setup.account is not None)


async def test_a_link_before_the_call_is_taken_is_its_account_from_the_first_word() -> None:
    async with running(brief=True) as up:
        assert await up.ask("link", "A1") == "linked"
        assert up.app.call_screen.setup.account is not None
        assert not up.app.connected
        await up.ask("connect")
        await up.until(lambda: any(isinstance(one, AccountChanged) for one in up.told))
        (linked,) = [one for one in up.told if isinstance(one, AccountChanged)]
        assert linked.call_s == 0.0


def test_the_command_takes_an_answer_that_is_still_to_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    answers = {
        "A1": done("linked"),
        "A2": DoorAnswer(202, {"state": "linking"}),
        "A3": refused(404, "account"),
    }
    asked: list[DoorRequest] = []

    def answer(request: DoorRequest) -> DoorAnswer:
        asked.append(request)
        return answers[request.account or ""]

    door = Door(0, TOKEN, answer)
    try:
        for named in ("A1", "A2"):
            assert send("link", port=door.port, data_dir=tmp_path, account=named) == 0
        with pytest.raises(AssistantError, match="account"):
            send("link", port=door.port, data_dir=tmp_path, account="A3")
    finally:
        door.close()
    assert capsys.readouterr().out.split() == ["linked", "linking"]
    assert asked[0] == DoorRequest(Do.LINK, "A1")


def test_a_desk_without_a_source_looks_nothing_up() -> None:
    assert not LiveDesk(CALL).looks_up
    assert LiveDesk(CALL, LookUps(Source())).looks_up
