"""The other accounts of the customer on the line: which they are, and what may be said of them.

Owns who counts as the same customer's (the same name and the same identifiers, under the same law
and collector), the line that tells of them, and how an account is named where there are several.
Pure; it looks nothing up.  Whether anything of a debt may be shown at all is the view's to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from assistant.display_text import display_text
from assistant.interface_text import N_
from assistant.linking import same_customer
from assistant.wording import Wording
from scripts.account import Account

SILENT = frozenset(
    {
        "disputed",
        "cease_contact",
        "represented",
        "insolvency",
        "bankrupt",
        "deceased",
        "vulnerable",
        "complaint_open",
        "time_barred",
    }
)
"""Facts of the file under which an account is counted, and its sum not asked for with others."""

ONE = N_("1 more account")
MORE = N_("{count} more accounts")
OVERDUE = N_("{amount} overdue")
SILENT_ONES = N_("{count} not to be asked for")


def others_of(
    account: Account, found: Iterable[Account], refuses: Callable[[Account], str]
) -> tuple[Account, ...]:
    """Those of what was found that are the same customer's, and may be spoken of in this call.

    Args:
        account: the call's.
        found: what the source gave for the customer's name.
        refuses: why an account cannot be linked to the call; empty where it can.
    """
    return tuple(
        one
        for one in found
        if one.id != account.id and same_customer(account, one) and not refuses(one)
    )


def is_silent(account: Account) -> bool:
    """Whether its sum is not to be asked for."""
    return any(account.facts.get(fact) is True for fact in SILENT)


def others_line(others: Sequence[Account], wording: Wording) -> str:
    """How many there are, and what is overdue on those that may be asked for; empty for none."""
    if not others:
        return ""
    count = len(others)
    parts = [wording.text(ONE) if count == 1 else wording.text(MORE, count=count)]
    asked = [one for one in others if not is_silent(one)]
    sums: dict[str, Decimal] = {}
    for one in asked:
        sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.overdue_amount
    parts += [
        wording.text(OVERDUE, amount=wording.amount(amount, currency))
        for currency, amount in sums.items()
    ]
    if len(asked) < count:
        parts.append(wording.text(SILENT_ONES, count=count - len(asked)))
    return " · ".join(parts)


def named(account: Account | None, others: Sequence[Account]) -> str:
    """How the call's account is named where its customer has several; else empty."""
    return name_of(account) if account is not None and others else ""


def name_of(account: Account) -> str:
    """An account by its product and its id, with nothing in it that moves a cursor."""
    parts = (account.product_name, account.id)
    return display_text(" ".join(part for part in parts if part), "en-US").text
