"""The customer's account as shown on the screen and filled into script lines.

Owns the `Account` value, its strict loader, its content hash, the brief that an agent reads before
the call, and whether what a caller said matches an identifier.  Amounts are `Decimal` in major
units of `currency` and never float; dates are dates.  It computes nothing about repayment, and its
errors name fields, never what stands in them.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from babel.numbers import list_currencies
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from compliance.context import Collector
from compliance.documents import Location, Schema, load_document, validate_mapping
from compliance.errors import BadInput, Fault
from scripts import forms, identifiers


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
    `facts` are the file's facts as in `compliance.context.CallHeader`.  `respond_by` is the day by
    which a notice that was sent asks for an answer.
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
    respond_by: date | None = None


# Fields that came later: an account without them keeps the hash that it had before.
_LATER = ("respond_by",)


def content_hash(account: Account | None) -> str:
    """The sha256 hex digest of the account as shown; of nothing, where there is no account."""
    plain = asdict(account) if account is not None else None
    for name in _LATER:
        if plain is not None and plain[name] is None:
            del plain[name]
    text = json.dumps(plain, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


_LEDGER = (
    "id", "currency", "overdue_amount", "days_past_due", "minimum_due", "balance", "due_date",
    "annual_rate_percent", "late_fee", "last_payment_on", "last_payment_amount", "product_name",
    "contacts_this_week",
)  # fmt: skip


def ledger(account: Account) -> dict[str, str | int]:
    """What rules may compare of an account, by field: amounts, days and names of products as text.

    What is not known is left out; who the customer is, is no part of it.
    """
    values = ((name, getattr(account, name)) for name in _LEDGER)
    return {
        name: value if isinstance(value, int) else str(value)
        for name, value in values
        if value not in (None, "")
    }


def _plain(value: object) -> str:
    """Equal values have one text: 80, 80.0 and 80.00 are one amount."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


# ---- identifiers ---------------------------------------------------------------------------------


def matches(identifier: Identifier, said: str, language: str = "") -> bool:
    """Whether `said` gives the identifier as the file has it; a proposal, the agent decides.

    Spoken forms are understood in English and Mandarin (`scripts.identifiers.says`).  `language`
    says how a two-figure year is meant (七十三年 is 1984 in Taiwan); empty accepts either way.
    """
    return identifiers.says(identifier.expected, said, language)


# ---- the brief -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountBrief:
    """What an agent takes in within fifteen seconds before the call; values, not finished text.

    `promises_open` counts promises not yet known to be kept or broken.  `last_promise` is the one
    made last, with the customer's own words.
    """

    currency: str
    overdue_amount: Decimal
    days_past_due: int
    minimum_due: Decimal
    last_payment_on: date | None
    last_payment_amount: Decimal | None
    promises_kept: int
    promises_broken: int
    promises_open: int
    last_promise: Promise | None
    contacts_this_week: int | None
    traps: tuple[str, ...]
    first_question: str


def brief(account: Account) -> AccountBrief:
    """The brief of one account; a broken promise is a trap even where the file forgot to say so."""
    outcomes = [promise.kept for promise in account.promises]
    traps = account.traps
    if False in outcomes and "broken_promise" not in traps:
        traps = ("broken_promise", *traps)
    return AccountBrief(
        currency=account.currency,
        overdue_amount=account.overdue_amount,
        days_past_due=account.days_past_due,
        minimum_due=account.minimum_due,
        last_payment_on=account.last_payment_on,
        last_payment_amount=account.last_payment_amount,
        promises_kept=outcomes.count(True),
        promises_broken=outcomes.count(False),
        promises_open=outcomes.count(None),
        last_promise=max(account.promises, key=lambda promise: promise.made_on, default=None),
        contacts_this_week=account.contacts_this_week,
        traps=traps,
        first_question=account.first_question,
    )


# ---- reading -------------------------------------------------------------------------------------

# Above any consumer card debt in any currency, and within what a JSON number carries exactly.
_LARGEST_AMOUNT = Decimal(1_000_000_000_000)
_LARGEST_DAYS = 36_525  # a hundred years


def _printable(text: str) -> str:
    if any(unicodedata.category(char) in {"Cc", "Cf"} and char not in "\n\t" for char in text):
        raise PydanticCustomError("text", "holds control or invisible characters")
    if text != text.strip():
        raise PydanticCustomError("text", "begins or ends with a space")
    return text


def _one_line(text: str) -> str:
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("text", "must be one line")
    return _printable(text)


_Text = Annotated[str, AfterValidator(_one_line), Field(max_length=200)]
_Name = Annotated[str, AfterValidator(_one_line), Field(min_length=1, max_length=200)]
_Prose = Annotated[str, AfterValidator(_printable), Field(max_length=4000)]
_Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
_Amount = Annotated[Decimal, Field(ge=0, lt=_LARGEST_AMOUNT, allow_inf_nan=False)]


class _PromiseSchema(Schema):
    made_on: date
    due_on: date
    amount: _Amount
    kept: bool | None = None
    words: _Prose = ""


class _IdentifierSchema(Schema):
    kind: _Slug
    expected: _Name


class _AccountSchema(Schema):
    id: _Name
    jurisdiction: Literal["tw", "cn", "us", "hk", "uk"]
    language: Literal["en-US", "en-GB", "zh-TW", "zh-CN", "zh-HK", "en-HK"]
    customer_name: _Name
    bank_name: _Name
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    overdue_amount: _Amount
    days_past_due: Annotated[int, Field(ge=0, le=_LARGEST_DAYS)]
    minimum_due: _Amount
    collector: Collector = Collector.IN_HOUSE
    agency_name: _Text = ""
    agent_name: _Text = ""
    agent_id: _Text = ""
    family_name: _Text = ""
    honorific: Literal["mr", "ms", "mx", ""] = ""
    product_name: _Text = ""
    callback_number: _Text = ""
    balance: _Amount | None = None
    due_date: date | None = None
    annual_rate_percent: Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)] | None = None
    late_fee: _Amount | None = None
    last_payment_on: date | None = None
    last_payment_amount: _Amount | None = None
    promises: tuple[_PromiseSchema, ...] = ()
    contacts_this_week: Annotated[int, Field(ge=0, le=10_000)] | None = None
    identifiers: Annotated[tuple[_IdentifierSchema, ...], Field(max_length=9)] = ()
    customer_timezone: _Text = ""
    customer_state: _Text = ""
    traps: tuple[_Slug, ...] = ()
    first_question: _Prose = ""
    notes: _Prose = ""
    facts: dict[_Slug, bool] = Field(default_factory=dict)
    respond_by: date | None = None


def load_account(path: Path) -> Account:
    """Read one account from a JSON or YAML file.

    Raises:
        BadInput: the file is missing, malformed or has fields that cannot be; carries every fault
            with line and column, and never a value of the account.
    """
    document = load_document(path, _AccountSchema)
    faults = tuple(
        document.fault(f"{'.'.join(map(str, location))}: {message}", *location)
        for location, message in _faults(document.value)
    )
    if faults:
        raise BadInput(f"{path} has faults", faults)
    return _account(document.value)


def account_from_mapping(mapping: Mapping[str, object], where: str = "account") -> Account:
    """Read an account out of a JSON line; `where` names the line in faults.

    Raises:
        BadInput: as `load_account`, with field names in place of lines.
    """
    schema = validate_mapping(mapping, _AccountSchema, path=where)
    faults = tuple(
        Fault(where, 0, 0, f"{'.'.join(map(str, location))}: {message}")
        for location, message in _faults(schema)
    )
    if faults:
        raise BadInput(f"{where} has faults", faults)
    return _account(schema)


def _account(schema: _AccountSchema) -> Account:
    values = {name: getattr(schema, name) for name in _AccountSchema.model_fields}
    values["collector"] = str(schema.collector.value)
    values["promises"] = tuple(
        Promise(item.made_on, item.due_on, item.amount, item.kept, item.words)
        for item in schema.promises
    )
    values["identifiers"] = tuple(
        Identifier(item.kind, item.expected) for item in schema.identifiers
    )
    return Account(**values)


def _faults(schema: _AccountSchema) -> Iterator[tuple[Location, str]]:
    """What a schema of single fields cannot say."""
    if schema.currency not in list_currencies():
        yield ("currency",), "is no currency of ISO 4217"
        return
    digits = forms.minor_digits(schema.currency)
    for location, amount in _amounts(schema):
        if amount != round(amount, digits):
            yield (
                location,
                f"has more decimals than {schema.currency} has minor units ({digits})",
            )
    if schema.collector is not Collector.IN_HOUSE and not schema.agency_name:
        yield ("collector",), "an agency or debt buyer needs 'agency_name'"
    if (schema.last_payment_on is None) is not (schema.last_payment_amount is None):
        yield ("last_payment_on",), "comes together with 'last_payment_amount'"
    if schema.family_name and schema.family_name.casefold() not in schema.customer_name.casefold():
        yield ("family_name",), "is no part of 'customer_name'"
    for index, promise in enumerate(schema.promises):
        if promise.due_on < promise.made_on:
            yield ("promises", index, "due_on"), "is before 'made_on'"
    kinds = [identifier.kind for identifier in schema.identifiers]
    for index, kind in enumerate(kinds):
        if kind in kinds[:index]:
            yield ("identifiers", index, "kind"), "is given twice"


def _amounts(schema: _AccountSchema) -> Iterator[tuple[Location, Decimal]]:
    for name in ("overdue_amount", "minimum_due", "balance", "late_fee", "last_payment_amount"):
        amount = getattr(schema, name)
        if amount is not None:
            yield (name,), amount
    for index, promise in enumerate(schema.promises):
        yield ("promises", index, "amount"), promise.amount
