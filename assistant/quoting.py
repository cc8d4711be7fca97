"""Ways to repay for the account on the line, each with the sentence that states it.

Owns the step from what an agent typed of a customer's means to what may be quoted.  Pure: terms and
the day are passed in.  What the options are, and their order, is `scripts.repayment_options`'s.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from scripts.account import Account
from scripts.repayment import Ledger, figures, ledger_of
from scripts.repayment_options import Means, Option, Request, options, request_for
from scripts.repayment_terms import ProductTerms, default_terms, load_terms
from scripts.repayment_wording import shipped_wording

_AMOUNT = re.compile(
    r"((?:nt|us|hk)?[$£€¥])?\s*([1-9]\d{0,2}(?:,\d{3})+|\d{1,9})(\.\d{1,2})?\s*([元圓塊块])?\Z",
    re.IGNORECASE,
)
# The currencies that a sign may stand for.
_SIGNS = {
    "$": ("USD", "HKD", "TWD"),
    "us$": ("USD",),
    "nt$": ("TWD",),
    "hk$": ("HKD",),
    "£": ("GBP",),
    "¥": ("CNY", "JPY"),
    "€": ("EUR",),
}
_OF_YUAN = ("TWD", "CNY", "HKD")


class NotAnAmount(ValueError):
    """What was typed is no amount of money."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One option: what the agent says, and what a supervisor is to be asked first, if anything."""

    option: Option
    say: str
    request: Request | None


@dataclass(frozen=True, slots=True)
class Quotes:
    """All options, the best first, and what waiting costs, said as facts."""

    options: tuple[Quote, ...]
    waiting: tuple[str, ...]


def amount_typed(typed: str, currency: str = "") -> Decimal | None:
    """An amount as an agent types it: `80`, `1,234.50`, `３０００元`; `None` where nothing is.

    Raises:
        NotAnAmount: it is none, or is of another money than `currency`, where that is known.
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    if not plain:
        return None
    found = _AMOUNT.match(plain)
    if found is None:
        raise NotAnAmount
    sign, unit = (found[1] or "").lower(), found[4]
    fits = (not sign or currency in _SIGNS[sign]) and (not unit or currency in _OF_YUAN)
    if currency and not fits:
        raise NotAnAmount
    return Decimal(found[2].replace(",", "") + (found[3] or ""))


def terms_for(jurisdiction: str, folder: Path) -> ProductTerms:
    """The bank's own terms, `us.toml` and the like in `folder`, else the jurisdiction's defaults.

    Raises:
        BadInput: the bank's file has faults.
    """
    own = folder / f"{jurisdiction}.toml"
    return load_terms(own) if own.exists() else default_terms(jurisdiction)


def quotes(
    account: Account, terms: ProductTerms, means: Means, today: date, language: str
) -> Quotes:
    """What may be offered to the customer today.

    Raises:
        AssistantError: the account's figures cannot be counted with.
        MissingPart: there are no sentences for the language.
    """
    ledger: Ledger = ledger_of(account, terms, today)
    wording = shipped_wording()
    made = tuple(
        Quote(option, wording.sentence(option, terms, language), request_for(option, terms))
        for option in options(ledger, terms, means, today)
    )
    return Quotes(made, wording.about_waiting(figures(ledger, terms, today), terms, language))
