"""The summary of a call: what happened, in order, counted, and nothing besides."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

import pytest

from scripts.account import Promise
from scripts.outcomes import Value, load_outcomes
from scripts.outcomes_summary import About, Happening, Item, summarise

TODAY = date(2026, 11, 28)
BY_ID = {outcome.id: outcome for outcome in load_outcomes()}
DUE = date(2026, 12, 5)


def test_things_are_counted_in_the_order_in_which_they_came() -> None:
    happened = [
        Happening(About.OBJECTION, "too_much_at_once", 40.0),
        Happening(About.OBJECTION, "lost_job", 12.5),
        Happening(About.OBJECTION, "lost_job", 90.0),
        Happening(About.FINDING, "US-17", 33.0),
    ]
    made = Promise(TODAY, DUE, Decimal(300))
    earlier = Promise(TODAY, DUE, Decimal(200))
    values: dict[str, Value] = {"amount": Decimal(300), "due_on": DUE}
    found = summarise(happened, BY_ID["promise"], values, [earlier, made], TODAY)
    assert found.items[About.OBJECTION] == (
        Item("lost_job", 12.5, 2),
        Item("too_much_at_once", 40.0, 1),
    )
    assert found.items[About.FINDING] == (Item("US-17", 33.0, 1),)
    assert found.items[About.REASON] == ()
    assert found.promise is made
    assert found.missing == ("method",)
    assert (found.next_action, found.next_contact) == ("check_payment", date(2026, 12, 6))


@pytest.mark.parametrize(
    ("outcome", "values", "contact", "quiet"),
    [
        ("no_answer", {}, date(2026, 11, 29), None),
        ("promise", {}, None, date.max),
        ("paid", {}, date(2026, 12, 2), date(2026, 12, 1)),
        ("hardship", {}, date(2026, 12, 6), date(2026, 12, 5)),
        ("cease_contact", {}, None, date.max),
        ("callback", {"callback_on": DUE, "callback_at": time(9)}, DUE, DUE),
    ],
)
def test_the_next_contact_keeps_out_of_the_quiet_days(
    outcome: str, values: dict[str, Value], contact: date | None, quiet: date | None
) -> None:
    found = summarise([], BY_ID[outcome], values, [], TODAY)
    assert (found.next_contact, found.quiet_until) == (contact, quiet)
