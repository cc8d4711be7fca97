"""What the command `calls dossier` does.

Owns the gathering of what a dossier is made of, and the writing of the page: for its owner's eyes,
whole or not at all, and never over another file.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from assistant.archive.covering import covered, covered_shown
from assistant.archive.desk import call_wording, opened, tell_user
from assistant.archive.dossier import DossierParts, dossier_page
from assistant.archive.outcome_names import OutcomeNames
from assistant.archive.shown import what_was_shown
from assistant.archive.told import tell
from assistant.interface_text import N_
from assistant.kept_guidance import KeptGuidance
from assistant.record.locations import Locations, file_name
from assistant.record.master_key import write_private
from assistant.record.permissions import Act
from assistant.record.search import CallFilter, CallSearch
from assistant.rules_in_force import RulesInForce
from compliance.errors import AssistantError
from scripts.outcomes import load_outcomes

WRITTEN = N_("Written: {path} (SHA-256 {hash})")


def make_dossier(
    locations: Locations,
    call: str,
    to: Path,
    *,
    redacted: bool,
    interface: str,
    now: datetime,
) -> None:
    """Write the dossier of a call to a file, or into a folder under the call's name.

    Raises:
        UnknownCall: there is no such call.
        AssistantError: the file is there already, or cannot be written.
    """
    path = to / f"dossier-{file_name(call)}.html" if to.is_dir() else to
    refuse_existing(path)
    with opened(locations) as store:
        # The page leaves the sealed store: it is an export like any other.
        store.need(Act.EXPORT, call)
        told = tell(store, call)
        account = told.account_id
        others = None
        if account and not redacted:
            others = tuple(CallSearch(store).calls(CallFilter(account=account)))
        shown = what_was_shown(
            told.call, store.events(call), KeptGuidance(RulesInForce.at(locations))
        )
        # Another desk's sound is on that desk; what is not here is not said to be missing.
        proof = store.verify(audio=locations.sound(call).exists(), call=call)
    if redacted:
        shown, told = covered_shown(shown, told), covered(told)
    wording = call_wording(told.call, locations, interface)
    parts = DossierParts(told, shown, proof, others, now)
    page = dossier_page(parts, wording, OutcomeNames(load_outcomes())).encode("utf-8", "replace")
    if not write_private(path, page, replace=False):
        refuse_existing(path)
    tell_user(wording.text(WRITTEN, path=str(path), hash=hashlib.sha256(page).hexdigest()))


def refuse_existing(path: Path) -> None:
    """Say so where a file stands already: a dossier or an archive is never written over.

    Raises:
        AssistantError: it does.
    """
    if path.exists() or path.is_symlink():
        raise AssistantError(f"{path} is there already", "Name another file with --to.")
