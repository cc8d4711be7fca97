"""What the command `calls dossier` does.

Owns the gathering of what a dossier is made of, and the writing of the page or document: for its
owner's eyes, whole or not at all, and never over another file.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from assistant import __version__
from assistant.archive.case import Case, CaseCall
from assistant.archive.case_clocks import matters_of
from assistant.archive.covering import covered, covered_shown
from assistant.archive.customer_case import case_call, gather, named_by
from assistant.archive.customer_dossier import CustomerParts, customer_page
from assistant.archive.desk import opened, plain_wording, tell_user
from assistant.archive.dossier import DossierParts, dossier_page
from assistant.archive.dossier_records import call_document, customer_document
from assistant.archive.outcome_names import OutcomeNames
from assistant.interface_text import N_, Interface
from assistant.jsonlines import Record
from assistant.kept_guidance import KeptGuidance
from assistant.record.kept import KeptCall
from assistant.record.locations import Locations, file_name
from assistant.record.master_key import write_private
from assistant.record.permissions import Act
from assistant.record.search import CallFilter, CallSearch
from assistant.review.texts import KeptTexts
from assistant.rules_in_force import RulesInForce
from assistant.shift.journal import ContactJournal
from assistant.wording import Reader, Wording
from compliance.errors import AssistantError
from scripts.outcomes import load_outcomes
from scripts.reply_clocks import shipped_reply_clocks

WRITTEN = N_("Written: {path} (SHA-256 {hash})")
READ = N_("{done} of {count} calls read")
# A customer with this many calls waits long enough to be told how far it is.
_MANY = 20


def make_dossier(
    locations: Locations,
    call: str,
    to: Path | None,
    *,
    redacted: bool,
    interface: str,
    now: datetime,
    as_json: bool = False,
) -> None:
    """Write the dossier of a call to a file, or into a folder under the call's name.

    As JSON it goes to standard output where `to` is `None`.

    Raises:
        UnknownCall: there is no such call.
        AssistantError: the file is there already, or cannot be written.
    """
    path = _path(to, f"dossier-{file_name(call)}", as_json=as_json)
    guidance = KeptGuidance(RulesInForce.at(locations))
    with opened(locations) as store:
        # The page leaves the sealed store: it is an export like any other.
        store.need(Act.EXPORT, call)
        one = case_call(store, locations, call, guidance)
        account = one.told.account_id
        others = None
        if account and not redacted:
            others = tuple(CallSearch(store).calls(CallFilter(account=account)))
        # Another desk's sound is on that desk; what is not here is not said to be missing.
        proof = store.verify(audio=locations.sound(call).exists(), call=call)
    if redacted:
        one = _covered(one)
    wording = _words(guidance, interface)(one.told.call)
    parts = DossierParts(one, proof, others, now)
    if as_json:
        _write(path, _json(call_document(parts, wording, __version__)), wording)
    else:
        _write(path, dossier_page(parts, wording, OutcomeNames(load_outcomes())), wording)


def make_customer_dossier(
    locations: Locations,
    account: str,
    to: Path | None,
    *,
    journal: ContactJournal,
    received: date | None,
    redacted: bool,
    interface: str,
    now: datetime,
    as_json: bool = False,
    guidance: KeptGuidance | None = None,
) -> None:
    """Write the dossier of a customer, all calls and attempts that are known, likewise.

    `received` is the day of a complaint that came in otherwise than in a call.  A folder is given a
    file that is named by the account's keyed hash, not by its number.  `guidance` are the rules in
    force, where they are loaded already.

    Raises:
        NotPermitted: who is signed in may not take calls out.
        UnknownCall: nothing of that account is known.
        AssistantError: the file is there already, or cannot be written.
    """
    plain = plain_wording(interface)
    rules = guidance or KeptGuidance(RulesInForce.at(locations))

    def progress(done: int, count: int) -> None:
        if count >= _MANY and done % _MANY == 0:
            tell_user(plain.text(READ, done=done, count=count))

    with opened(locations) as store:
        named = named_by(store, account)
        path = _path(to, f"dossier-account-{named}", as_json=as_json)
        case = gather(store, account, locations, journal, rules, progress)
    matters = matters_of(case, shipped_reply_clocks(), received)
    # The desk whose clock the timeline is told by: that of the last call, else of this machine.
    zone = case.calls[-1].told.call.zone if case.calls else ""
    case = _covered_case(case) if redacted else case
    parts = CustomerParts(case, matters, zone, now, redacted)
    words = _words(rules, interface)
    if as_json:
        _write(path, _json(customer_document(parts, words, __version__)), plain)
    else:
        names = OutcomeNames(load_outcomes())
        _write(path, customer_page(parts, plain, words, names), plain)


def _words(guidance: KeptGuidance, interface: str) -> Callable[[KeptCall], Wording]:
    """Words for calls, with the rule texts there are for each; rules are loaded once."""

    def words(call: KeptCall) -> Wording:
        texts, _hash = guidance.texts_for(call)
        return Wording(KeptTexts(texts), Interface(interface), call.language, Reader.REVIEWER)

    return words


def _covered_case(case: Case) -> Case:
    """The case without what must not be passed on: whose it is, and what was said of them."""
    return replace(
        case,
        accounts=(),
        calls=tuple(map(_covered, case.calls)),
        tried=tuple(replace(tried, number="") for tried in case.tried),
    )


def _covered(call: CaseCall) -> CaseCall:
    return replace(
        call,
        told=covered(call.told),
        shown=covered_shown(call.shown, call.told),
        handed=tuple(replace(one, reason="") for one in call.handed),
    )


def _json(document: Record) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _path(to: Path | None, name: str, *, as_json: bool) -> Path | None:
    """The file to write, which must not be there yet."""
    if to is None:
        return None
    path = to / f"{name}.{'json' if as_json else 'html'}" if to.is_dir() else to
    refuse_existing(path)
    return path


def _write(path: Path | None, text: str, wording: Wording) -> None:
    written = text.encode("utf-8", "replace")
    if path is None:
        sys.stdout.write(written.decode("utf-8"))
        sys.stdout.flush()
        return
    if not write_private(path, written, replace=False):
        refuse_existing(path)
    tell_user(wording.text(WRITTEN, path=str(path), hash=hashlib.sha256(written).hexdigest()))


def refuse_existing(path: Path) -> None:
    """Say so where a file stands already: a dossier or an archive is never written over.

    Raises:
        AssistantError: it does.
    """
    if path.exists() or path.is_symlink():
        raise AssistantError(f"{path} is there already", "Name another file with --to.")
