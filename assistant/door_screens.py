"""From the door to the screen that is up: the list starts a call, the call screen ends it.

Owns who is asked, and that what is done to a screen is done on the screen's own thread.  The door's
thread waits for the answer, and not for ever: a look-up that takes longer goes on without it.
Where earlier wrap-ups are being completed, a call that begins has the screen: they wait.
"""

from __future__ import annotations

import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from typing import TYPE_CHECKING

from assistant.app import CallApp
from assistant.door.requests import HERE, Do, DoorAnswer, DoorRequest, done, refused
from assistant.events import Act
from assistant.screens.keys import Command
from assistant.shift_app import WorkListApp

if TYPE_CHECKING:
    from assistant.unfinished_app import UnfinishedApp

_PATIENCE_S = 3.0
_LOOK_S = 0.02

ShiftScreen = WorkListApp | CallApp


class Switchboard:
    """Answers the door for whatever is on the screen."""

    def __init__(self) -> None:
        self._app: ShiftScreen | UnfinishedApp | None = None

    def shows(self, app: ShiftScreen | UnfinishedApp) -> None:
        """This is on the screen from now on."""
        self._app = app

    def answer(self, request: DoorRequest) -> DoorAnswer:
        """Do what is asked for; called on the door's thread."""
        until = time.monotonic() + _PATIENCE_S
        app = self._up(until)
        if app is not None and not isinstance(app, ShiftScreen):
            if request.do is Do.STATUS:
                return done("list")
            if request.do is not Do.START:
                return refused(409, "no_call")
            app.call_later(app.leave)
            app = self._up(until, after=app)
        if not isinstance(app, ShiftScreen):
            return refused(503, "between_screens")
        return self._asked(app, request)

    def _up(
        self, until: float, *, after: UnfinishedApp | None = None
    ) -> ShiftScreen | UnfinishedApp | None:
        """What is on the screen, or comes there next; `None` where nothing does in time."""
        while (app := self._app) is None or app is after or not app.is_up:
            if time.monotonic() >= until:
                return None
            time.sleep(_LOOK_S)
        return app

    def _asked(self, app: ShiftScreen, request: DoorRequest) -> DoorAnswer:
        answered: Future[DoorAnswer] = Future()

        def on_screen() -> None:
            if not answered.set_running_or_notify_cancel():
                return  # whoever asked has been told that it came to nothing
            try:
                if request.do is Do.LINK and isinstance(app, CallApp):
                    _link(app, request.account or "", answered)
                else:
                    answered.set_result(_done_on(app, request))
            except Exception as error:  # noqa: BLE001 - the door tells; the screen goes on
                answered.set_exception(error)

        app.call_later(on_screen)
        try:
            return answered.result(_PATIENCE_S)
        except Late:
            if not answered.cancel() and request.do is Do.LINK:
                return DoorAnswer(202, {"state": "linking"})  # the screen will say what came of it
            return refused(503, "between_screens")


_NOT_LINKED = {"account": 404, "record": 409, "source": 503}


def _link(app: CallApp, account: str, answered: Future[DoorAnswer]) -> None:
    """Look an account up and link it; whoever waits is told once that is done.

    An account that the call has already is the agent's to change, not a softphone's.
    """
    view = app.call_screen.view
    if view.ended is not None:
        answered.set_result(refused(409, "no_call"))
        return
    known = app.call_screen.setup.account
    if known is not None:
        same = known.id == account
        answered.set_result(done("linked") if same else refused(409, "has_account"))
        return

    def told(failed: str) -> None:
        if failed:
            answered.set_result(refused(_NOT_LINKED.get(failed, 409), failed))
        else:
            answered.set_result(done("linked"))

    app.link_by_id(account, told)


def _done_on(app: ShiftScreen, request: DoorRequest) -> DoorAnswer:
    return _on_list(app, request) if isinstance(app, WorkListApp) else _on_call(app, request)


def _on_list(app: WorkListApp, request: DoorRequest) -> DoorAnswer:
    if request.do is Do.STATUS:
        return done("list")
    if request.do is not Do.START:
        return refused(409, "no_call")
    if app.chosen is not None:
        return refused(409, "in_call")
    permitted = app.start(
        request.account or "", inbound=request.inbound, transferred=request.transferred
    )
    if permitted is None:
        return refused(404, "account")
    # The telephone rings already: the agent is better off with the call screen than without.
    return DoorAnswer(200, {"state": "brief", "permitted": permitted.value})


def _on_call(app: CallApp, request: DoorRequest) -> DoorAnswer:
    view = app.call_screen.view
    held = view.held_since_s is not None
    if request.do is Do.STATUS:
        if not app.connected:
            return done("brief")
        if view.ended is not None:
            return done("ended")
        return done("held" if held else "passed_on" if view.passed_to else "call")
    if request.do is Do.START:
        return refused(409, "in_call")
    if view.ended is not None:
        return refused(409, "no_call")
    if request.do is Do.CONNECT:
        app.on_connect()
        return done("call")
    if request.do is Do.END:
        if app.connected:
            app.call_screen.do(Command.END)
        else:
            app.desk.end()
            app.exit(0)
        return done("ended")
    if not app.connected:
        return refused(409, "not_connected")
    if request.do is Do.TRANSFER:
        if request.to == HERE:
            app.desk.act(Act.TAKEN_OVER)
            return done("call")
        app.desk.act(Act.PASSED_ON, request.to)
        return done("passed_on")
    if not view.may_pause:
        return refused(409, "no_pause_here")  # the jurisdiction wants the whole call
    if held is not (request.do is Do.HOLD):
        app.call_screen.do(Command.PAUSE)
    return done("held" if request.do is Do.HOLD else "call")
