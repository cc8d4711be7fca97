"""A live call on the call screen, and its wrap-up.

Owns the desk of a live call, the start and end of the screen around it, and what is kept of the
wrap-up.  What the call is and how it is kept was decided by whoever calls this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.accounts.source import AccountSource, Found, Sourced
from assistant.app import CallApp
from assistant.call_screen import CallDesk
from assistant.events import Act, Origin
from assistant.guidance import Guidance
from assistant.interface_text import N_
from assistant.linking import why_not
from assistant.live_call import live_run
from assistant.live_composition import LiveCall, live_strategy
from assistant.live_keeping import keep_confirmed, keeping_on_terms, kept_form
from assistant.look_ups import LookUps
from assistant.next_contact import contact_times
from assistant.pipeline import Delivery
from assistant.quoting import terms_for
from assistant.record.locations import Locations
from assistant.rest.hard_calls import CallStrain, load_hard_calls
from assistant.rest.talk_pace import Hint, TalkPace
from assistant.rule_texts import CollectorTexts
from assistant.running import desk_zone, zone_here
from assistant.screens.desk import Hearing, Hinted, LookedUp
from assistant.screens.setup import CallSetup, Mode
from assistant.shift.learnt import stops_of
from assistant.shift.wanted import Wanted
from assistant.site_settings import RestTable
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.wrap_up import WrapUp
from compliance.errors import AssistantError
from scripts.account import Account
from scripts.outcomes import load_outcomes

HINTS = {
    Hint.SLOWER: N_("a little slower helps them follow"),
    Hint.LET_FINISH: N_("let them finish, then answer"),
}

# Long enough to write what is queued, short enough not to hold up somebody who is leaving.
_LEAVE_WITHIN_S = 5.0


class LiveDesk(CallDesk):
    """What the keys do to a live call.

    Args:
        call: what call it is.
        look_ups: where accounts are asked for; `None`: nowhere.
        rest: what the site offers to agents after hard calls; `None`: nothing.
        last: whether nothing follows the call, so that a minute is offered on its own screen.
    """

    def __init__(
        self,
        call: LiveCall,
        look_ups: LookUps | None = None,
        rest: RestTable | None = None,
        *,
        last: bool = True,
    ) -> None:
        deaf = not call.channels
        hearing = Hearing.NO_SOUND if deaf else Hearing.LISTENING
        super().__init__(call.account, call.language, hearing)
        self._call = call
        self._look_ups = look_ups
        self._rest = rest
        self._last = last
        # In memory alone, and fed where events pass on their way to the screen: no event of a call
        # tells of it, so nothing that keeps or carries events can.
        watched = rest is not None and rest.offer
        self._strain = CallStrain(load_hard_calls(call.language)) if watched else None
        hinted = rest is not None and rest.pace_hints
        self._pace = TalkPace(call.language) if hinted else None

    @property
    def hard(self) -> bool:
        """Whether the call was hard on the agent, as far as that is watched for."""
        return self._strain is not None and self._strain.hard

    @property
    def minute_offered(self) -> int | None:
        """Breaths a minute, where a minute is offered after this call."""
        offered = self.hard and self._last and self._rest is not None
        return self._rest.breaths_a_minute if offered and self._rest is not None else None

    def deliver(self, delivery: Delivery) -> None:
        outputs = [envelope.event for envelope in delivery.envelopes]
        if self._strain is not None:
            self._strain.take(outputs)
        super().deliver(delivery)
        hint = self._pace.take(outputs) if self._pace is not None else None
        if hint is not None and self._app is not None:
            self._app.post_message(Hinted(HINTS[hint]))

    @property
    def looks_up(self) -> bool:
        """Whether there is a source of accounts."""
        return self._look_ups is not None

    def look_up(self, number: int, typed: str, *, by_id: bool = False) -> None:
        """Ask for accounts; the screen is told on its own thread."""

        def answered(answer: Found | AssistantError) -> None:
            if self._app is not None:
                self._app.post_message(LookedUp(number, answer))

        if self._look_ups is not None:
            self._look_ups.ask(typed, answered, by_id=by_id)

    def connect(self) -> None:
        super().connect()
        if self._call.transferred:
            self.act(Act.TAKEN_OVER)

    def refuses(self, account: Account) -> str:
        """Why an account cannot be linked to this call, as a slug; empty where it can."""
        return why_not(self._call.jurisdiction, self._call.collector, account)

    def link(self, found: Sourced) -> None:
        """Link an account to the call."""
        self.expect(found.account)
        self._run.link(found.account, found.origin)


@dataclass(frozen=True, slots=True)
class Shown:
    """How a live call on the screen ended.

    `status` is the exit status (0, or 130 after Ctrl-C), `wrap_up` what the agent confirmed,
    `kept` whether anything of the call is on disk, `hard` whether it was hard on the agent, `stops`
    the exits that stood in it at its end and stop or bar the next call.  `connected` is whether the
    agent went on from the brief; `marked` is the outcome that was marked there instead, if any.
    """

    status: int
    call: str
    wrap_up: WrapUp | None
    kept: bool
    hard: bool = False
    stops: tuple[str, ...] = ()
    connected: bool = True
    marked: str = ""


def show_live_call(
    call: LiveCall,
    *,
    call_id: str,
    guidance: Guidance,
    interface: str,
    theme: str,
    locations: Locations,
    notices: Sequence[str],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    origin: Origin | None = None,
    source: AccountSource | None = None,
    sought: str = "",
    wanted: Sequence[Wanted] = (),
    dialled: bool = False,
    shows: Callable[[CallApp], None] = lambda _app: None,
    tell: Callable[[str], None],
    rest: RestTable | None = None,
    last: bool = True,
) -> Shown:
    """Run a live call on the screen until it is wrapped up or left.

    Args:
        call: what call it is; its terms say how much is kept.
        call_id: its id.
        guidance: rules and script.
        interface: language of the screen; empty: the call's.
        theme: `dark` or `light`.
        locations: where calls are kept.
        notices: lines for the status line from the start.
        now: the wall clock, with an offset.
        origin: where the call's account is known from.
        source: where accounts are looked up during the call; `None`: nowhere.
        sought: the id of the call's account, where that is to be looked up first; else empty.
        wanted: why the account is called, where a list says.
        dialled: whether the agent dials from a list, which is told that nobody was reached.
        shows: told of the screen before it is up.
        tell: told, once the screen is gone, what the agent should read.
        rest: what the site offers after hard calls; `None`: nothing.
        last: whether nothing follows the call.

    Raises:
        AssistantError: the store cannot be used, or the screen failed.
    """
    look_ups = LookUps(source) if source is not None else None
    desk = LiveDesk(call, look_ups, rest, last=last)
    product = None
    try:
        product = terms_for(call.jurisdiction, locations.terms_dir)
    except AssistantError as error:
        notices = (*notices, f"{error} No ways to repay can be counted.")
    with ExitStack() as stack:
        writer = stack.enter_context(keeping_on_terms(call.terms, locations, call_id, desk.notice))
        run = live_run(
            call,
            call_id=call_id,
            guidance=guidance,
            deliver=desk.deliver,
            notice=desk.notice,
            loaded=desk.loaded,
            zone=zone_here(),
            keeper=writer,
        )
        setup = CallSetup(
            rules=CollectorTexts(guidance.rules, call.collector),
            call_language=call.language,
            jurisdiction=call.jurisdiction,
            account=call.account,
            mode=Mode.LIVE,
            interface=interface,
            theme=theme,
            notices=(*notices, *desk.early),
            talk_offs=guidance.replies(call.account),
            outcomes=load_outcomes(),
            terms=product,
            today=now().astimezone().date(),
            origin=origin,
            sought=sought if source is not None else "",
            now=now,
            replies=guidance.replies,
            contact_time=contact_times(guidance.rules, now, desk_zone),
            strategy=lambda account: live_strategy(call, guidance, account, now()),
            wanted=tuple(wanted),
            dialled=dialled,
            tasks=guidance.tasks,
        )
        app = CallApp(setup, desk)
        desk.show(run, app)
        shows(app)
        with native_output_kept_off_screen():
            try:
                status = app.run_to_end()
            finally:
                run.stop()
                run.join(_LEAVE_WITHIN_S)
                for line in desk.after:
                    tell(line)
    began = writer is not None and writer.began
    if began and desk.confirmed is not None:
        shown = app.call_screen.setup
        kept = kept_form(call_id, desk.confirmed, shown.account, shown.currency, now())
        keep_confirmed(kept, locations, tell)
    stops = stops_of(raised.task for raised in app.call_screen.view.tasks)
    return Shown(
        status, call_id, desk.confirmed, began, desk.hard, stops, app.connected, app.marked
    )
