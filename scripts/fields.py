"""The slots that a script line may name, and what fills them.

Owns the line between what may be said to anybody and what speaks of the debt: `open_fields` fills
the first, `debt_fields` the second, and the engine joins them only while the right party is
confirmed.  A slot whose value the account does not have is absent, so that a line that needs it is
not said.  Identifiers are named (`your date of birth`), never read out.
"""

from __future__ import annotations

import re

from compliance.context import Collector
from scripts.account import Account, Promise
from scripts.forms import (
    chinese_family_name,
    is_han,
    person,
    rate,
    spoken_date,
    spoken_money,
)

OPEN = frozenset(
    (
        "person",
        "addressed",
        "bank_name",
        "plain_agency_name",
        "agent_name",
        "agent_family_name",
        "agent_id",
        "callback_number",
        "identifiers_asked",
    )
)
DEBT = frozenset(
    (
        "agency_name",
        "product_name",
        "overdue_amount",
        "minimum_due",
        "balance",
        "days_past_due",
        "due_date",
        "annual_rate",
        "late_fee",
        "last_payment_amount",
        "last_payment_date",
        "broken_promise_date",
        "open_promise_amount",
        "open_promise_date",
        "respond_by",
    )
)

# An agency's name may betray by itself what the call is about.
_BETRAYING = re.compile(
    r"collect|recover|debt|credit|receivable|asset|financ|legal|law|loan|adjust|settle|portfolio"
    r"|催收|清收|討債|讨债|追款|帳|账|債|债|资产|資產|信用|金融|贷|貸|融|法律|法務|法务|律師|律师",
    re.IGNORECASE,
)
_ASKED = {
    "en": {
        "birth_date": "your date of birth",
        "birth_month_day": "the month and day you were born",
        "birth_year": "the year you were born",
        "id_last4": "the last four digits of your Social Security number",
        "phone_last4": "the last four digits of your phone number",
        "postcode": "your ZIP code",
        "address": "your home address",
        "maiden_name": "your mother's maiden name",
    },
    "zh-TW": {
        "birth_date": "出生年月日",
        "birth_month_day": "出生月日",
        "birth_year": "出生年份",
        "id_last4": "身分證字號後四碼",
        "phone_last4": "手機號碼後四碼",
        "postcode": "通訊地址的郵遞區號",
        "address": "通訊地址",
        "maiden_name": "母親的姓氏",
    },
    "zh-CN": {
        "birth_date": "出生年月日",
        "birth_month_day": "出生月日",
        "birth_year": "出生年份",
        "id_last4": "身份证后四位",
        "phone_last4": "手机号后四位",
        "postcode": "通讯地址的邮编",
        "address": "通讯地址",
        "maiden_name": "母亲的姓氏",
    },
}
_ASKED["en-GB"] = _ASKED["en"] | {
    "id_last4": "the last four characters of your National Insurance number",
    "postcode": "your postcode",
}
_ASKED["en-HK"] = {
    # Never the whole number: PDPO, DPP 1, no more than is needed.  There are no postcodes.
    **{kind: name for kind, name in _ASKED["en"].items() if kind != "postcode"},
    "id_last4": "the last four digits of your identity card number",
}
_ASKED["zh-HK"] = {
    "birth_date": "出生日期",
    "birth_month_day": "出生嘅月份同日子",
    "birth_year": "出生年份",
    "id_last4": "身份證號碼最後四個數字",
    "phone_last4": "手提電話最後四個數字",
    "address": "通訊地址",
    "maiden_name": "媽媽嘅姓氏",
}
_AND = {"en": " and ", "zh-TW": "和", "zh-CN": "和", "zh-HK": "同"}


def betrays_debt(name: str) -> bool:
    """Whether an agency's name, said to a stranger, would tell that a debt is collected."""
    return bool(_BETRAYING.search(name))


def _asked(account: Account, language: str) -> str:
    names = _ASKED.get(language, _ASKED["en"])
    # A birthday without a year on file is asked for without one.
    kinds = [
        "birth_month_day" if item.kind == "birth_date" and len(item.expected) < 8 else item.kind
        for item in account.identifiers
    ]
    asked = [names[kind] for kind in kinds if kind in names][:2]
    return _AND.get(language, " and ").join(asked) if len(asked) == 2 else ""


def open_fields(account: Account | None, language: str) -> dict[str, str]:
    """What may be said to whoever answers: names, numbers to call, what will be asked."""
    if account is None:
        return {}
    customer = person(account.customer_name, account.family_name, account.honorific, language)
    agency = account.agency_name
    own_family_name = chinese_family_name(account.agent_name)
    fields = {
        "person": customer.full,
        "addressed": customer.addressed,
        "bank_name": account.bank_name,
        "plain_agency_name": "" if betrays_debt(agency) else agency,
        # In Chinese talk a Latin name is said whole: 敝姓 takes a family name only.
        "agent_name": account.agent_name,
        "agent_family_name": own_family_name if is_han(account.agent_name) else "",
        "agent_id": account.agent_id,
        "callback_number": account.callback_number,
        "identifiers_asked": _asked(account, language),
    }
    return {name: value for name, value in fields.items() if value}


def debt_fields(account: Account | None, language: str) -> dict[str, str]:
    """What speaks of the debt; for the confirmed customer's ears only.

    Amounts of zero are left out: there is nothing to ask for, and a line with one would be absurd.
    """
    if account is None:
        return {}
    broken = _last(account, kept=False)
    planned = _last(account, kept=None)
    amounts = {
        "overdue_amount": account.overdue_amount,
        "minimum_due": account.minimum_due,
        "balance": account.balance,
        "late_fee": account.late_fee,
        "last_payment_amount": account.last_payment_amount,
        "open_promise_amount": planned.amount if planned else None,
    }
    dates = {
        "due_date": account.due_date,
        "last_payment_date": account.last_payment_on,
        "broken_promise_date": broken.due_on if broken else None,
        "open_promise_date": planned.due_on if planned else None,
        "respond_by": account.respond_by,
    }
    percent = account.annual_rate_percent
    agency = account.agency_name if account.collector != Collector.IN_HOUSE else ""
    fields = {
        "agency_name": agency,
        "product_name": account.product_name,
        "days_past_due": str(account.days_past_due) if account.days_past_due else "",
        "annual_rate": rate(percent, language) if percent else "",
        **{
            name: spoken_money(amount, account.currency, language) if amount else ""
            for name, amount in amounts.items()
        },
        **{name: spoken_date(day, language) if day else "" for name, day in dates.items()},
    }
    return {name: value for name, value in fields.items() if value}


def _last(account: Account, *, kept: bool | None) -> Promise | None:
    """The latest promise, where it is the one in that state; an older one is not brought up."""
    latest = max(account.promises, key=lambda promise: promise.made_on, default=None)
    return latest if latest is not None and latest.kept is kept else None
