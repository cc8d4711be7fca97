"""Accounts to try every flow with: whole, invented, and of the flow's law and language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import assistant.demo
from compliance.context import Collector
from compliance.places import JURISDICTION_OF
from scripts.account import load_account
from scripts.fields import DEBT, OPEN, debt_fields, open_fields
from scripts.flow_choice import flow_for
from scripts.flow_file import flow_languages

_CALLS = Path(assistant.demo.__file__).parent / "calls"
# Numbers that ring nowhere: kept for invention (us, uk), or of a shape that is never given out.
_FICTION = {
    "us": r"\d{3}-555-01\d\d",
    "uk": r"0808 157 0\d{3}",
    "tw": r"0800-000-\d{3}",
    "cn": r"400-000-\d{4}",
    "hk": r"800-000-\d{3}",
}


@pytest.mark.parametrize("language", flow_languages())
def test_every_flow_has_an_account_to_try_it_with(language: str) -> None:
    account = load_account(_CALLS / f"{language}.account.json")
    assert account.language == language
    assert account.jurisdiction == JURISDICTION_OF[language]
    assert re.fullmatch(_FICTION[account.jurisdiction], account.callback_number)
    flow = flow_for(account.jurisdiction, language, Collector(account.collector))
    assert flow is not None
    filled = open_fields(account, language) | debt_fields(account, language)
    needed = frozenset().union(*(line.slots for line in flow.main_line[0].lines))
    assert needed & (OPEN | DEBT) - {"plain_agency_name", "agent_family_name"} <= filled.keys()
    assert "identifiers_asked" in filled
