"""Invented accounts for tests: plain, bare, rich, absurd, in the language of every flow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from compliance.context import Collector
from scripts.account import Account, Identifier, Promise
from scripts.cases import history_of, specimen_account
from scripts.flow import Flow
from scripts.flow_file import flow_languages, load_flow
from scripts.line_check import with_facts

LANGUAGES = flow_languages()
KNOWN_FACTS = {
    "judgment": False,
    "suit_filed": False,
    "represented": False,
    "time_barred": False,
    "disputed": False,
    "cease_contact": False,
}


def flows() -> Iterator[Flow]:
    """Every flow that ships, for every kind of collector."""
    for language in LANGUAGES:
        for collector in Collector:
            yield load_flow(language, collector)


def varied(flow: Flow) -> Iterator[Account | None]:
    """Accounts that fill a flow's lines differently, down to none at all."""
    plain = specimen_account(flow)
    yield None
    yield plain
    yield replace(plain, facts={**KNOWN_FACTS, **dict.fromkeys(flow.facts, False)})
    yield replace(
        plain,
        honorific="ms",
        promises=(Promise(date(2026, 9, 1), date(2026, 9, 9), Decimal(900), kept=False),),
        facts={
            **KNOWN_FACTS,
            **dict.fromkeys(("time_barred", "judgment", "suit_filed", *flow.facts), True),
        },
    )
    # Each line once with just the facts that it needs, with all that it may speak of.
    yield from with_facts(flow, history_of(plain))
    yield replace(
        plain,
        honorific="",
        family_name="",
        agent_name="",
        agent_id="",
        callback_number="",
        product_name="",
        identifiers=(),
        annual_rate_percent=None,
    )
    yield replace(
        plain,
        agency_name=plain.agency_name
        and ("和信資產管理" if flow.language.startswith("zh") else "Acorn Debt Collection"),
        identifiers=(Identifier("birth_date", "05-05"), Identifier("phone_last4", "0142")),
        overdue_amount=Decimal(0),
        days_past_due=0,
    )
    yield replace(plain, overdue_amount=Decimal("999999999999.99"), days_past_due=36_525)
