"""A run on the call screen: keys go to the run, events to the screen.

Owns `CallDesk` and `RunDesk`, the drivers between `assistant.screens` and `assistant.pipeline`,
and the start and end of the screen around a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime

from assistant.app import CallApp
from assistant.composition import PreparedRun, RecordedCall, prepare
from assistant.events import Act
from assistant.guidance import Guidance
from assistant.interface_text import Told
from assistant.live_keeping import keep_confirmed, kept_form
from assistant.next_contact import contact_times
from assistant.pipeline import CallRun, Delivery
from assistant.record.locations import Locations
from assistant.rule_texts import CollectorTexts
from assistant.running import desk_zone, keeping, zone_here
from assistant.screens.desk import CallFailed, Hearing, HearingChanged, Notice
from assistant.screens.setup import CallSetup, Mode
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.telling import tell
from assistant.wrap_up import WrapUp
from compliance.errors import AssistantError
from scripts.account import Account, matches
from scripts.outcomes import load_outcomes
from scripts.repayment_terms import default_terms

# Long enough to write what is queued, short enough not to hold up somebody who is leaving.
_LEAVE_WITHIN_S = 5.0


class CallDesk:
    """What the keys of the screen do to any run of a call; `confirmed` is its wrap-up, once there
    is one.

    Args:
        account: whose identifiers are compared; `None` where nothing is known.
        language: of the call.
        hearing: what the screen says once the call can begin.
    """

    confirmed: WrapUp | None = None

    def __init__(
        self, account: Account | None, language: str, hearing: Hearing = Hearing.LISTENING
    ) -> None:
        self.expect(account)
        self._language = language
        self._hearing = hearing
        self._driven: CallRun | None = None
        self._app: CallApp | None = None
        self.early: list[str] = []
        """Lines that were told before there was a screen."""
        self.after: list[Told] = []
        """Lines that are too long for a screen, for when it is gone."""

    def expect(self, account: Account | None) -> None:
        """Whose answers are compared from here on."""
        self._identifiers = {
            identifier.kind: identifier for identifier in (account.identifiers if account else ())
        }

    def show(self, run: CallRun, app: CallApp) -> None:
        """Say what is driven and where it is shown; before the screen runs."""
        self._driven = run
        self._app = app

    # ---- from the run's threads --------------------------------------------------------------

    def deliver(self, delivery: Delivery) -> None:
        if self._app is not None:
            self._app.deliver(delivery.envelopes)

    def notice(self, line: str) -> None:
        if isinstance(line, Told) and line.short:
            self.after.append(line)
            if self._app is not None:
                return  # nothing for the middle of a call
        if self._app is not None:
            told = Notice(line.msgid, **line.params) if isinstance(line, Told) else Notice(line)
            self._app.post_message(told)
        else:
            self.early.append(line)

    def loaded(self) -> None:
        if self._app is not None:
            self._app.post_message(HearingChanged(self._hearing))

    def ended(self, error: AssistantError | None) -> None:
        if error is not None and self._app is not None:
            self._app.post_message(HearingChanged(Hearing.NO_SOUND))
            self._app.post_message(CallFailed(str(error)))

    # ---- from the screen ---------------------------------------------------------------------

    @property
    def _run(self) -> CallRun:
        if self._driven is None:
            raise RuntimeError("the desk drives nothing yet")
        return self._driven

    def ready(self) -> None:
        self._run.start(self.ended)

    def connect(self) -> None:
        self._run.connect()

    def act(self, act: Act, argument: str = "") -> None:
        self._run.act(act, argument)

    def identifier_said(self, identifier: str, said: str) -> None:
        expected = self._identifiers.get(identifier)
        if expected is None:
            return
        matched = matches(expected, said, self._language)
        act = Act.IDENTIFIER_MATCHED if matched else Act.IDENTIFIER_MISMATCHED
        self.act(act, identifier)

    def end(self) -> None:
        self._run.stop("hung_up")

    def wrap_up(self, wrap_up: WrapUp) -> None:
        self.confirmed = wrap_up


class RunDesk(CallDesk):
    """What they do to a recording: it can be paused and sped up besides."""

    def attach(self, prepared: PreparedRun, app: CallApp) -> None:
        """Say what is driven and where it is shown; before the screen runs."""
        self.show(prepared.run, app)
        self._pacer = prepared.pacer

    def pause(self) -> None:
        self._pacer.pause()

    def resume(self) -> None:
        self._pacer.resume()

    def set_speed(self, speed: float) -> None:
        self._pacer.change_speed(speed)


def show_call(
    call: RecordedCall,
    *,
    call_id: str,
    guidance: Guidance,
    mode: str,
    interface: str,
    theme: str,
    keep_in: Locations | None,
    notices: Sequence[str],
) -> int:
    """Run a recording on the call screen until the user leaves; returns the exit status.

    The demonstration is wrapped up as a live call is; who replays a recording did not make the
    call.

    Raises:
        AssistantError: the recording, the rules or the store cannot be used, or the screen failed.
    """
    desk = RunDesk(call.account, call.language)
    with ExitStack() as stack:
        prepared = prepare(
            call,
            call_id=call_id,
            guidance=guidance,
            deliver=desk.deliver,
            notice=desk.notice,
            loaded=desk.loaded,
            zone=zone_here(),
            keeper=stack.enter_context(keeping(keep_in, call_id, desk.notice)),
        )
        setup = CallSetup(
            rules=CollectorTexts(guidance.rules, call.collector),
            call_language=call.language,
            jurisdiction=call.jurisdiction,
            account=call.account,
            mode=Mode(mode),
            interface=interface,
            theme=theme,
            notices=(*notices, *desk.early),
            talk_offs=guidance.replies(call.account),
            terms=default_terms(call.jurisdiction),
            today=datetime.now(UTC).astimezone().date(),
            outcomes=load_outcomes() if mode == Mode.DEMO else (),
            kept=keep_in is not None,
            contact_time=contact_times(guidance.rules, lambda: datetime.now(UTC), desk_zone),
            strategy=guidance.strategy,
            tasks=guidance.tasks,
        )
        app = CallApp(setup, desk)
        desk.attach(prepared, app)
        with native_output_kept_off_screen():
            try:
                status = app.run_to_end()
            finally:
                prepared.run.stop()
                prepared.run.join(_LEAVE_WITHIN_S)
                for line in desk.after:
                    tell(app.interface.line(line))
    if keep_in is not None and desk.confirmed is not None:
        shown = app.call_screen.setup
        kept = kept_form(call_id, desk.confirmed, shown.account, shown.currency, datetime.now(UTC))
        keep_confirmed(kept, keep_in, tell)
    return status
