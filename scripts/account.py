"""The customer's account as shown on the screen and filled into script lines.

Owns the `Account` value and its strict loader.  Amounts are `Decimal` in major units of `currency`
and never float; dates are dates.  It computes nothing about repayment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something only the customer should know; `kind` is a slug (`birth_date`, `id_last4`, …).

    `expected` is what the file says.  It is compared, never shown and never read out.
    """

    kind: str
    expected: str


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise to pay as recorded; `kept` is unknown until its date has passed."""

    made_on: date
    due_on: date
    amount: Decimal
    kept: bool | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One account, one customer, as of the moment the call starts.

    `honorific` is a slug (`mr`, `ms`, `mx` or empty: unknown).  `agent_name` is the name the agent
    gives on calls.  `traps` are slugs of what to beware of (`broken_promise`, `disputed_item`, …);
    `facts` are the file's facts as in `compliance.context.CallHeader`.
    """

    id: str
    jurisdiction: str
    language: str
    customer_name: str
    bank_name: str
    currency: str
    overdue_amount: Decimal
    days_past_due: int
    minimum_due: Decimal
    collector: str = "in-house"
    agency_name: str = ""
    agent_name: str = ""
    agent_id: str = ""
    family_name: str = ""
    honorific: str = ""
    product_name: str = ""
    callback_number: str = ""
    balance: Decimal | None = None
    due_date: date | None = None
    annual_rate_percent: Decimal | None = None
    late_fee: Decimal | None = None
    last_payment_on: date | None = None
    last_payment_amount: Decimal | None = None
    promises: tuple[Promise, ...] = ()
    contacts_this_week: int | None = None
    identifiers: tuple[Identifier, ...] = ()
    customer_timezone: str = ""
    customer_state: str = ""
    traps: tuple[str, ...] = ()
    first_question: str = ""
    notes: str = ""
    facts: dict[str, bool] = field(default_factory=dict)
