"""What it means that a call's account is known only once the call runs: pure.

Owns whether an account may be linked to a call, what of the call's beginning changes by it, and
whether who was confirmed stays confirmed.  The session asks it; a screen asks it beforehand.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.events import AccountLinked, CallStarted
from compliance.context import CallHeader, Collector
from scripts.account import Account, ledger


def why_not(jurisdiction: str, collector: Collector | None, account: Account) -> str:
    """Why an account may not be linked to a call, as a slug; empty where it may.

    The rules and the script of a call were chosen when it began: another law, or somebody else who
    collects, would be judged and guided by the wrong ones.
    """
    if account.jurisdiction != jurisdiction:
        return "jurisdiction"
    if account.collector != (collector or Collector.IN_HOUSE).value:
        return "collector"
    return ""


def linked(start: CallStarted, event: AccountLinked) -> CallStarted:
    """The call's beginning as it would have been with this account.

    What was known of the customer besides stays; what an account linked before had said goes.
    """
    account, before, header = event.account, start.account, start.header
    facts = dict(header.facts)
    zone, state, contacts = header.customer_timezone, header.customer_state, header.contacts
    if before is not None:
        facts = {
            name: holds for name, holds in facts.items() if before.facts.get(name) is not holds
        }
        zone = None if zone == before.customer_timezone else zone
        state = None if state == before.customer_state else state
        contacts = contacts if before.id == account.id else None
    changed = CallHeader(
        jurisdiction=header.jurisdiction,
        language=header.language,
        collector=header.collector or Collector(account.collector),
        started_at=header.started_at,
        customer_timezone=account.customer_timezone or zone,
        customer_state=account.customer_state or state,
        verified=header.verified,
        listener=header.listener,
        facts={**account.facts, **facts},
        contacts=contacts,
        account=ledger(account),
        number=header.number,
    )
    return replace(start, header=changed, account=account, account_hash=event.account_hash)


def same_customer(one: Account | None, other: Account) -> bool:
    """Whether who was confirmed for one account is confirmed for the other.

    Only where both know the customer by the same name and the same identifiers.
    """
    return (
        one is not None
        and bool(one.identifiers)
        and one.customer_name == other.customer_name
        and sorted((i.kind, i.expected) for i in one.identifiers)
        == sorted((i.kind, i.expected) for i in other.identifiers)
    )
