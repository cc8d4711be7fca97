"""The form of a bank's terms in TOML, read strictly.

Owns the schema and its faults, each named by path and key: TOML's reader keeps no lines.  What the
terms mean is `scripts.repayment_terms`.
"""

from __future__ import annotations

import json
import re
import tomllib
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from compliance.documents import Schema
from compliance.errors import BadInput, Fault

MAX_BYTES = 200_000
LONGEST_PLAN = 120  # months


class Status(StrEnum):
    """How well a figure is verified; as in `regulations/`, and what is no law but a choice."""

    VERIFIED = "verified"
    SECONDARY = "verified-2nd"
    MEMORY = "from-memory"
    POLICY = "policy"
    CONTRACT = "contract"


class Compounding(StrEnum):
    """Whether unpaid interest bears interest."""

    NONE = "none"
    DAILY = "daily"


class PlanCost(StrEnum):
    """What instalments cost."""

    RATE = "rate"
    MONTHLY_FEE = "monthly_fee"
    FREE = "free"


class Approver(StrEnum):
    """Who may agree."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"


class Annualised(StrEnum):
    """How the jurisdiction states what credit costs in a year.

    Nominal is the rate of a month times twelve (Regulation Z, Appendix J (b)(1)); effective is that
    rate compounded over the year (the net present value method of the United Kingdom, Hong Kong).
    """

    NOMINAL = "nominal"
    EFFECTIVE = "effective"


_DIGITS = re.compile(r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?\Z")


def _decimal(value: object) -> Decimal:
    if not isinstance(value, str) or not _DIGITS.match(value):
        raise PydanticCustomError("decimal", 'must be a number as text, such as "18.25"')
    return Decimal(value)


_Number = Annotated[Decimal, BeforeValidator(_decimal)]
_Percent = Annotated[Decimal, BeforeValidator(_decimal), Field(le=1000)]
_Share = Annotated[Decimal, BeforeValidator(_decimal), Field(le=100)]
_Months = Annotated[int, Field(ge=1, le=LONGEST_PLAN)]
_Text = Annotated[str, Field(min_length=1, max_length=400)]


class Sourced(Schema):
    source: _Text
    status: Annotated[Status, Field(strict=False)]


class RoundingTable(Sourced):
    step: _Number


class AnnualisedTable(Sourced):
    method: Annotated[Annualised, Field(strict=False)]


class InterestTable(Sourced):
    annual_rate_percent: _Percent
    ceiling_percent: _Percent | None = None
    day_count: Literal[360, 365]
    compounding: Annotated[Compounding, Field(strict=False)]


class LateFeeTable(Sourced):
    caps: Annotated[tuple[_Number, ...], Field(strict=False, max_length=12)]
    repeats: bool = False
    free_up_to: _Number = Decimal(0)
    percent_of_minimum: _Percent | None = None
    floor: _Number = Decimal(0)
    beyond_minimum: bool = True
    period_days: Annotated[int, Field(ge=1, le=366)]


class MinimumTable(Sourced):
    percent_of_balance: _Share
    floor: _Number


class PlanTable(Sourced):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,29}$")]
    cost: Annotated[PlanCost, Field(strict=False)]
    percent: _Percent = Decimal(0)
    months: Annotated[tuple[_Months, ...], Field(strict=False, min_length=1, max_length=24)]
    smallest: _Number = Decimal(0)
    hardship: bool = False
    whole_balance: bool = True
    agent_months: Annotated[int, Field(ge=0, le=LONGEST_PLAN)]


class SettlementTable(Sourced):
    allowed: bool
    smallest_percent: _Share = Decimal(100)
    days_past_due: Annotated[int, Field(ge=0, le=3660)] = 0
    approver: Annotated[Approver, Field(strict=False)] = Approver.SUPERVISOR


class LimitTable(Sourced):
    allowed: bool
    months: _Months = 1
    approver: Annotated[Approver, Field(strict=False)] = Approver.SUPERVISOR


class AuthorityTable(Sourced):
    days_ahead: Annotated[int, Field(ge=0, le=366)]
    parts: Annotated[int, Field(ge=1, le=6)]
    waive_late_fees: Annotated[int, Field(ge=0, le=12)] = 0


class AffordabilityTable(Sourced):
    keep_percent: _Share


class TermsFile(Schema):
    bank: _Text
    jurisdiction: Literal["tw", "cn", "us", "hk", "uk"]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    rounding: RoundingTable
    annualised: AnnualisedTable
    interest: InterestTable
    late_fee: LateFeeTable
    minimum: MinimumTable
    plan: Annotated[tuple[PlanTable, ...], Field(strict=False, max_length=12)] = ()
    settlement: SettlementTable
    limit: LimitTable
    authority: AuthorityTable
    affordability: AffordabilityTable


def read_terms(path: Path) -> TermsFile:
    """Read one file against the schema.

    Raises:
        BadInput: it is missing, too large, no TOML, or breaks the schema; all faults are told, by
            path and key.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise _one(path, f"cannot read the file: {reason}") from None
    if len(content) > MAX_BYTES:
        raise _one(path, f"the file is larger than {MAX_BYTES // 1000} kB")
    try:
        plain = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise _one(path, "the file is not UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(f"{path} is no TOML", (_syntax(path, str(error)),)) from None
    try:
        # Through JSON, as every other file: a strict schema then takes a decimal's text.
        return TermsFile.model_validate_json(json.dumps(plain, default=str), strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        faults = {
            Fault(path, 0, 0, _told(entry["loc"], entry["type"], entry["msg"])): None
            for entry in found
        }
        raise BadInput(f"{path} has faults", tuple(faults)) from None


def _told(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    """A fault with its key as TOML writes it: `plan[0].months`."""
    key = ""
    for part in loc:
        if isinstance(part, int):
            key += f"[{part}]"
        else:
            key += f"{'.' if key else ''}{part if _KEY.fullmatch(part) else '(not shown)'}"
    if kind == "extra_forbidden":
        return f"{key}: there is no such key"
    if kind == "missing":
        return f"{key}: is missing"
    return f"{key}: {message[:1].lower()}{message[1:]}"


_KEY = re.compile(r"[a-z][a-z_]{0,39}")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def _syntax(path: Path, message: str) -> Fault:
    """The reader's own words may quote the file: only the place is told."""
    found = _PLACE.search(message)
    line, column = (int(found[1]), int(found[2])) if found else (0, 0)
    return Fault(path, line, column, "cannot be read as TOML here")


def _one(path: Path, message: str) -> BadInput:
    return BadInput(f"{path} cannot be used", (Fault(path, 0, 0, message),), "Check the path.")
