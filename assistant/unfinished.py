"""Calls whose wrap-up was left incomplete, or never made because the program ended first.

Owns which calls these are, what stands in the fields when such a wrap-up is taken up again, and
what is kept of it then: a further wrap-up, with who and when; the one before stays.  What it means
for the next call goes into the contact journal, as after a call.  The call is seen again by running
its own inputs.  It draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo

from assistant.archive.outcome_records import ended_calls, without_ending
from assistant.archive.told import tell
from assistant.call_view import CallView
from assistant.events import Act, AgentActed, ChannelOpened, Envelope
from assistant.kept_guidance import Guided, KeptGuidance
from assistant.live_keeping import kept_form
from assistant.next_contact import contact_times
from assistant.record.kept import KeptCall, KeptWrapUp, NumberedWrapUp
from assistant.record.locations import Locations
from assistant.record.opening import Doors, kept_slots
from assistant.record.search import CallFilter
from assistant.record.store import CallStore
from assistant.record.users import Users
from assistant.rules_in_force import RulesInForce
from assistant.session import day_of
from assistant.shift.journal import Attempt, ContactJournal
from assistant.shift.learnt import stops_of
from assistant.typed_values import as_typed, reading_for
from assistant.wrap_up import NEXT_CONTACT, WrapUp, due_for_list
from assistant.wrap_up_draft import NOTE, OUTCOME, WrapUpDraft
from compliance.errors import AssistantError
from scripts.account import Account
from scripts.outcome_values import value_of
from scripts.outcomes import Outcome
from scripts.promising import currency_of

WITHIN = timedelta(days=14)
"""How far back wrap-ups are asked for; `calls outcomes --incomplete` lists older ones."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A call and what was said of its end so far; `None`: nothing."""

    call: KeptCall
    ending: NumberedWrapUp | None
    customer: str


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A wrap-up that is taken up again: the call as it was seen, and what stands in the fields."""

    unfinished: Unfinished
    view: CallView
    draft: WrapUpDraft
    account: Account | None
    currency: str


def unfinished_calls(store: CallStore, now: datetime) -> tuple[Unfinished, ...]:
    """Those that who is signed in may complete, the newest first.

    Of a call that nobody wrapped up only a live one is asked for: who replays a recording did not
    make the call.
    """
    wanted = CallFilter(since_utc=(now - WITHIN).astimezone(UTC).isoformat())
    found = [
        Unfinished(one.listed.call, one.ending, _customer(store, one.listed.call))
        for one in ended_calls(store, wanted, incomplete=True)
        if store.completes(one.listed.call)
    ]
    found += [
        Unfinished(listed.call, None, _customer(store, listed.call))
        for listed in without_ending(store, wanted)
        if store.completes(listed.call) and store.start(listed.call.id).recording is not None
    ]
    return tuple(sorted(found, key=lambda one: one.call.started_at_utc, reverse=True))


def _customer(store: CallStore, call: KeptCall) -> str:
    shown = store.shown_accounts(call.id)
    return shown[-1].customer_name if shown else ""


def count_unfinished(
    locations: Locations, doors: Doors, calls: AbstractSet[str], now: datetime, *, recover: bool
) -> int:
    """How many there are, for whoever sits here; a count shows nothing of a call.

    Args:
        locations: where the store is; one that is not there is not made.
        doors: where its key is looked for.
        calls: ids of the calls that this desk's journal names: where a store has users, only they
            count, because nobody has signed in.
        now: the clock, with an offset.
        recover: whether to bring in first what a crash left.

    Raises:
        AssistantError: the store is there and cannot be read now.
    """
    if kept_slots(locations) is None:
        return 0
    with CallStore(locations, doors=doors) as store:
        if recover:
            store.recover()
        everybodys = not Users(store.opened).ever()
        found = unfinished_calls(store, now)
    return sum(everybodys or one.call.id in calls for one in found)


class UnfinishedDesk:
    """Takes up unfinished wrap-ups and keeps what is said then.

    Args:
        store: the kept calls, for whoever is signed in.
        who: their name.
        locations: where rules and the bank's own files are.
        outcomes: how a call may end.
        now: the wall clock, with an offset.
        zone: the desk's.
        journal: the contact journal, from which the work list learns whom not to call.
    """

    def __init__(
        self,
        store: CallStore,
        who: str,
        locations: Locations,
        outcomes: tuple[Outcome, ...],
        now: Callable[[], datetime],
        zone: Callable[[], tzinfo],
        journal: ContactJournal,
    ) -> None:
        self._store = store
        self._who = who
        self._rules = RulesInForce.at(locations)
        self._guidance = KeptGuidance(self._rules)
        self.outcomes = outcomes
        self._now = now
        self._zone = zone
        self._journal = journal

    def calls(self) -> tuple[Unfinished, ...]:
        """Those there are, the newest first."""
        return unfinished_calls(self._store, self._now())

    def take_up(self, unfinished: Unfinished) -> TakenUp:
        """See the call again, and put into the fields what was said before.

        Raises:
            AssistantError: the call cannot be read, or there are no rules for it any more.
        """
        call = unfinished.call
        envelopes = list(self._store.events(call.id))
        start = self._store.start(call.id)
        guided = self._guidance.guide(start)
        view = seen_again(envelopes, guided)
        account = tell(self._store, call.id).account
        place, language = start.header.jurisdiction, start.header.language
        currency = currency_of(account, place)
        reading = reading_for(place, language, day_of(start), currency)
        ending = unfinished.ending.wrap_up if unfinished.ending is not None else None
        draft = WrapUpDraft(
            view,
            self.outcomes,
            replace(reading, now=self._today()),
            account=account,
            contact_time=contact_times(self._rules(place, language), self._now, self._zone),
        )
        if ending is not None:
            fill_in(draft, ending, self.outcomes)
        return TakenUp(unfinished, view, draft, account, currency)

    def keep(self, taken: TakenUp, wrap_up: WrapUp) -> bool:
        """Keep what is said now; whether it says anything that was not said before.

        Raises:
            NotPermitted: who is signed in may not.
            AssistantError: somebody was faster, the store takes nothing, or it was kept and the
                contact journal cannot be written.
        """
        before = taken.unfinished.ending
        kept = replace(
            kept_form(
                taken.unfinished.call.id, wrap_up, taken.account, taken.currency, self._now()
            ),
            by=self._who,
        )
        if before is not None:
            # What the call was about was counted when it ended, by what judged it then.
            kept = replace(kept, happened=before.wrap_up.happened or kept.happened)
            if _says(kept) == _says(before.wrap_up):
                return False
        self._store.complete_wrap_up(kept, before.number if before is not None else None)
        self._teach(taken, wrap_up)
        return True

    def _teach(self, taken: TakenUp, wrap_up: WrapUp) -> None:
        """Tell the work list what follows for the next call, where it is known of whom."""
        if taken.account is None:
            return
        call = taken.unfinished.call
        attempt = Attempt(
            datetime.fromisoformat(call.started_at_utc),
            taken.account.id,
            wrap_up.outcome,
            self._store.start(call.id).header.number,
            call.id,
            next_contact=due_for_list(wrap_up, self.outcomes),
            stops=stops_of(raised.task for raised in taken.view.tasks),
            told_at=self._now(),
        )
        try:
            self._journal.add(attempt)
        except AssistantError as error:
            raise AssistantError(
                f"The wrap-up is kept, but the work list does not know of it: {error.what}",
                "Note by hand what it stops.",
            ) from error

    def _today(self) -> date:
        return self._now().astimezone(self._zone()).date()


def _says(end: KeptWrapUp) -> KeptWrapUp:
    """A wrap-up without when and by whom it was said."""
    return replace(end, at_utc="", by="", happened=())


def seen_again(envelopes: Iterable[Envelope], guided: Guided) -> CallView:
    """A call as its screen showed it, by the rules and scripts in force now."""
    view = CallView()
    rate_hz = 0
    for envelope in envelopes:
        event = envelope.event
        if isinstance(event, ChannelOpened) and not rate_hz:
            rate_hz = event.rate_hz
        if isinstance(event, AgentActed) and rate_hz:
            # The sentence of a way to repay says in words which it was.
            argument = "" if event.act is Act.OPTION_QUOTED else event.argument
            view.happened.pressed(event.act, argument, event.sample / rate_hz)
        for output in guided.session.receive(event):  # type: ignore[arg-type] # inputs are kept apart
            view.apply(output)
    return view


def fill_in(draft: WrapUpDraft, ending: KeptWrapUp, outcomes: Iterable[Outcome]) -> None:
    """What was said before, as it would have been typed; what is not known any more is left out."""
    outcome = next((one for one in outcomes if one.id == ending.outcome), None)
    if outcome is not None:
        draft.type(OUTCOME, str(outcome.number))
        for item in (*outcome.mandatory, *outcome.optional):
            try:
                value = value_of(item, ending.values.get(item.id, ""))
            except ValueError:
                continue
            draft.type(item.id, as_typed(item, value))
    draft.type(NEXT_CONTACT, ending.next_contact or "")
    draft.type(NOTE, ending.note)
