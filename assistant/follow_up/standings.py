"""How promises stand, for whoever shows kept calls: in a word, in a sentence, as a JSON record.

Owns these forms and the ledger's making for an open store.  It judges nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.follow_up.ledger import Followed, Ledger
from assistant.record.locations import Locations
from assistant.record.store import CallStore
from assistant.shift.words import PROMISE_STATES, named, promise_words
from assistant.site_settings import follow_up_policy, load_site_settings
from assistant.wording import Wording
from scripts.outcomes import load_outcomes
from scripts.promise_keeping import PromiseStanding


def ledger_of(store: CallStore, locations: Locations) -> Ledger:
    """The ledger of an open store, by the site's own days.

    Raises:
        BadInput: the site's settings have faults.
    """
    settings = load_site_settings(locations.settings)
    return Ledger(store, lambda place: follow_up_policy(settings, place), load_outcomes())


def standings_of(
    store: CallStore, locations: Locations, calls: Sequence[str]
) -> Mapping[str, PromiseStanding]:
    """How the promises of some calls stand, by call."""
    return ledger_of(store, locations).of_calls(calls)


def record(standing: PromiseStanding, followed: Followed | None = None) -> dict[str, Any]:
    """A promise as a JSON line."""
    promise = standing.promise
    told: dict[str, Any] = {
        "type": "promise_standing",
        "call": promise.call or None,
        "made_at": promise.made_at.isoformat(timespec="seconds"),
        "state": standing.state.value,
        "due": iso(standing.due_on),
        "amount": None if standing.amount is None else f"{standing.amount:f}",
        "currency": standing.currency or None,
        "paid": f"{standing.paid:f}",
        "parts": [
            {
                "amount": None if one.part.amount is None else f"{one.part.amount:f}",
                "due": iso(one.part.day),
                "state": one.state.value,
                "paid": f"{one.paid:f}",
                "why": one.why or None,
            }
            for one in standing.parts
        ],
    }
    return told if followed is None else {**told, "account": followed.account}


def state_words(standing: PromiseStanding, wording: Wording) -> str:
    """How a promise stands, in a word."""
    return named(PROMISE_STATES, standing.state.value, wording)


def standing_words(standing: PromiseStanding, wording: Wording, *, bare: bool = False) -> str:
    """How a promise stands, as a fact: its sum and day, its state, what was paid.

    `bare` leaves out amounts and days, for a copy that must not hold any.
    """
    state = state_words(standing, wording)
    due = standing.due_on
    if bare or due is None:
        return state
    code = wording.interface_code
    told = promise_words(standing.amount, standing.currency, due, state, wording, code)
    if not standing.paid:
        return told
    paid = wording.amount(standing.paid, standing.currency)
    return f"{told} · {wording.text('paid {amount}', amount=paid)}"


def iso(day: date | None) -> str | None:
    """A day as it is written for programs."""
    return day.isoformat() if day is not None else None
