"""What the command `calls outcomes` does: shows how calls ended, writes it down, hands it to a CRM.

Owns whose leave is asked for and what the user is told.  A record is personal data: whoever takes
one away needs leave for that call, and it is written down.  The forms are `outcome_records`, the
sending is `crm_delivery`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.archive.complaint import refuse_existing
from assistant.archive.crm_delivery import Crm, Delivered, deliver
from assistant.archive.desk import opened, plain_wording, tell_user
from assistant.archive.lines import NONE_FOUND
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.outcome_records import (
    Ended,
    began,
    csv_text,
    ended_calls,
    record_of,
    record_without,
    table,
    without_ending,
)
from assistant.crm_settings import EXAMPLE, CrmTable
from assistant.interface_text import N_
from assistant.record.locations import Locations
from assistant.record.master_key import write_private
from assistant.record.permissions import Act
from assistant.record.search import CallFilter, ListedCall
from assistant.site_settings import load_site_settings
from assistant.web_requests import address_fault, token_of
from compliance.errors import AssistantError, MissingPart
from scripts.outcomes import load_outcomes

TOKEN = "ASSISTANT_CRM_TOKEN"  # noqa: S105 - the variable's name
"""The environment variable that holds the CRM's token, unless the settings name another."""

SENT = N_("{count} handed to {host}, {known} it had already.")
REFUSED = N_("{key} was refused with status {status}; it waits.")
WRITTEN = N_("{count} written to {path}. It is personal data and not sealed.")


def list_outcomes(
    locations: Locations,
    wanted: CallFilter,
    *,
    incomplete: bool,
    form: str | None,
    to: Path | None,
    interface: str,
) -> None:
    """Print how calls ended, or write it down for another program.

    Args:
        locations: where the store is.
        wanted: which calls.
        incomplete: only wrap-ups that lack something.
        form: `json` or `csv`; `None`: a table to be read, without what fields hold.  The calls
            that nobody wrapped up are in each of them, with no outcome.
        to: the file; `None`: standard output.
        interface: language of the words.

    Raises:
        AssistantError: the file is there already, or cannot be written.
        NotPermitted: they may not take that away.
    """
    if to is not None:
        refuse_existing(to)
    wording, names = plain_wording(interface), OutcomeNames(load_outcomes())
    with opened(locations) as store:
        if form is not None:
            store.need(Act.EXPORT, about=f"outcomes as {form}")
        found = ended_calls(store, wanted, incomplete=incomplete)
        without = without_ending(store, wanted)
        if form is None:
            lines = table(found, wording, names, without) if found or without else ()
            text = "".join(f"{line}\n" for line in lines)
        else:
            records = []
            ordered: list[Ended | ListedCall] = [*found, *without]
            for one in sorted(ordered, key=began):
                listed = one if isinstance(one, ListedCall) else one.listed
                store.need(Act.EXPORT, listed.call.id)
                records.append(
                    record_without(one, store)
                    if isinstance(one, ListedCall)
                    else record_of(one, store, names)
                )
            text = _written(records, form, names)
    if not text or not (found or without):
        tell_user(wording.text(NONE_FOUND))
    if to is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    if not write_private(to, text.encode("utf-8", "replace"), replace=False):
        refuse_existing(to)
    tell_user(wording.text(WRITTEN, count=len(found) + len(without), path=str(to)))


def _written(records: Sequence[Mapping[str, Any]], form: str, names: OutcomeNames) -> str:
    if form == "csv":
        return csv_text(records, names)
    lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    return f"[\n{lines}\n]\n" if lines else "[]\n"


def post_outcomes(locations: Locations, wanted: CallFilter, url: str, *, interface: str) -> None:
    """Hand to the CRM what it does not have yet.

    Args:
        locations: where the store, the settings and the file of what was delivered are.
        wanted: which calls.
        url: where to; empty: where the settings say.
        interface: language of the words.

    Raises:
        MissingPart: no CRM is set up, or it is away; what was not taken waits.
        AssistantError: it refused some; they wait.
    """
    crm = crm_for(load_site_settings(locations.settings).crm, url)
    wording, names = plain_wording(interface), OutcomeNames(load_outcomes())
    delivered = Delivered(locations.crm_delivered, crm.url)
    with opened(locations) as store, delivered.held():
        store.need(Act.EXPORT, about=f"outcomes to {crm.name}")
        found = ended_calls(store, wanted)
        had = delivered.keys()
        known = sum(one.key in had for one in found)
        made = deliver(
            (record_of(one, store, names) for one in found if one.key not in had),
            crm,
            delivered,
            lambda record: store.need(Act.EXPORT, record["call"]),
        )
    tell_user(wording.text(SENT, count=len(made.sent), host=crm.name, known=known))
    for key, status in made.refused:
        tell_user(wording.text(REFUSED, key=key, status=status))
    waiting = len(found) - known - len(made.sent)
    if made.stopped is not None:
        raise MissingPart(f"{made.stopped.what}; {waiting} wait", made.stopped.remedy)
    if made.refused:
        raise AssistantError(
            f"The CRM refused {len(made.refused)} of them", "It says why in its own log."
        )


def crm_for(settings: CrmTable | None, url: str) -> Crm:
    """Where wrap-ups go.

    The token of the settings goes to no other machine than the one that they name.

    Raises:
        MissingPart: there is nowhere, or the token is not there.
        AssistantError: the address is none that personal data may go to.
    """
    if settings is None and not url:
        raise MissingPart(
            "No CRM is set up", "Name its address with --post URL, or in [crm] of settings.toml."
        )
    address = url or (settings.url if settings is not None else "")
    fault = address_fault(address, EXAMPLE, "personal data")
    if fault:
        raise AssistantError(f"The address for --post {fault}")
    own = settings if settings is not None and _origin(settings.url) == _origin(address) else None
    token = ""
    if own is not None or settings is None:
        token = token_of(
            own.token_variable if own is not None else None,
            os.environ,
            unnamed=TOKEN,
            whose="the CRM",
        )
    patience = settings if settings is not None else CrmTable(url=address)
    return Crm(address, token, patience.timeout_s, patience.retries, patience.backoff_s)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
