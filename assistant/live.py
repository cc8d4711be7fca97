"""What the command `live` does: a call that happens now, beside the phone.

Owns the choices before the call (account, language, law, model, sound, terms of recording) and what
is said where a part is missing.  The call itself is composed in `live_call`, shown in
`live_screen`.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.accounts.files import FileSource
from assistant.accounts.settings import NoSource, open_source
from assistant.accounts.source import AccountSource
from assistant.composition import new_call_id
from assistant.events import Act, Origin
from assistant.guidance import load_guidance
from assistant.interface_text import Interface
from assistant.live_call import live_run
from assistant.live_composition import LiveCall
from assistant.live_keeping import keeping_on_terms
from assistant.live_sound import BY_KEYS, DeskKind, choose_sides, desk_kind
from assistant.record.locations import Locations, locate
from assistant.rule_texts import CollectorTexts
from assistant.rules_in_force import RulesInForce
from assistant.running import JsonReporter, PlainReporter, run_to_end, zone_here
from assistant.shift.csv_list import ListRead
from assistant.shift.folder import read_work_list
from assistant.shift.journal import ContactJournal
from assistant.site_settings import RestTable, load_site_settings, recording_terms
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.models import ModelChoice, resolve_model
from assistant.speech.native_output import native_output_kept_off_screen
from assistant.telling import tell
from assistant.wording import Wording
from compliance.context import INBOUND, CallHeader, Collector
from compliance.errors import AssistantError, MissingPart
from compliance.places import jurisdiction_of, language_of
from scripts.account import Account, load_account

_FILES = (".json", ".yaml", ".yml")


def live(
    *,
    account: str | None,
    language: str | None,
    jurisdiction: str | None,
    collector: str | None,
    model: str | None,
    agent_device: str | None,
    customer_device: str | None,
    channels: str | None,
    no_audio: bool,
    form: str | None,
    interface: str | None,
    theme: str,
    keep: bool,
    data_dir: Path | None,
    inbound: bool = False,
    work_list: Path | None = None,
    mapping: Path | None = None,
    stale_after: float = 72.0,
    door: int | None = None,
    follow_up: bool = False,
    days: int = 0,
    transferred: bool = False,
) -> int:
    """One live call, or a shift of them from a work list; returns the exit status.

    Raises:
        MissingPart: there is no model, or nothing to listen with.
        AssistantError: an option, the account, the settings or the rules cannot be used.
    """
    kind = desk_kind(
        channels,
        no_audio=no_audio,
        agent_device=agent_device,
        customer_device=customer_device,
    )
    locations = locate(data_dir, os.environ)
    settings = load_site_settings(locations.settings)

    def ready(
        loaded: Account | None,
        language: str | None,
        jurisdiction: str | None,
        collects: str | None,
        number: str | None = None,
    ) -> tuple[LiveCall, list[str]]:
        """A call to this account, and what its agent is told at the start."""
        language, jurisdiction = _place(loaded, language, jurisdiction)
        terms, kept_notice = recording_terms(
            settings, jurisdiction, keep=keep, sound=kind is not DeskKind.NO_AUDIO
        )
        choice = None if kind is DeskKind.NO_AUDIO else _model(model, language, locations)
        with native_output_kept_off_screen():
            sides = choose_sides(kind, agent_device, customer_device)
        files = load_files(locations.data_dir)
        call = LiveCall(
            language=language,
            jurisdiction=jurisdiction,
            model=choice.folder if choice is not None else None,
            channels=sides.channels,
            collector=Collector(collects) if collects else None,
            account=loaded,
            number=number,
            # In a process of its own: should the recogniser die, the call goes on.
            isolated=True,
            terms=terms,
            # A work list knows of each of its calls who called whom.
            known=CallHeader(jurisdiction, language, facts={INBOUND: True}) if inbound else None,
            corrector_for=lambda whose: corrector_for(files, language, whose),
            transferred=transferred,
        )
        told = (choice.notice if choice is not None else "", sides.notice, kept_notice)
        return call, [line for line in told if line]

    shift = (work_list is not None or follow_up) and account is None
    if transferred and shift:
        raise AssistantError(
            "--transferred is of one call",
            "On a work list say so with `assistant door call --transferred`, or press g.",
        )
    if shift:
        if form is not None or not _on_a_terminal():
            raise AssistantError(
                "A work list needs a terminal", "`assistant worklist FILE` prints one."
            )
        with ExitStack() as stack:
            read, known = _list_of(
                work_list,
                mapping,
                locations,
                days if follow_up else None,
                data_dir,
                stack,
                interface,
            )
            from assistant.live_shift import live_shift  # noqa: PLC0415 - screens load slowly

            return live_shift(
                read,
                lambda row, number: ready(
                    row.account,
                    language or row.language,
                    jurisdiction or row.jurisdiction,
                    collector or row.collector,
                    number,
                ),
                stale_after=timedelta(hours=stale_after),
                interface=interface,
                theme=theme,
                locations=locations,
                door=door,
                tell=tell,
                source=open_source(settings.accounts, locations.settings.parent),
                known=known,
                forms_anew=follow_up,
                rest=settings.rest,
            )
    if door is not None:
        raise AssistantError("The door opens beside a work list", "Name one with --work-list.")
    source = open_source(settings.accounts, locations.settings.parent)
    loaded, origin = find_account(account, source) if account is not None else (None, None)
    collects = collector or (loaded.collector if loaded is not None else None)
    call, notices = ready(loaded, language, jurisdiction, collects)
    return run_live_call(
        call,
        form=form,
        interface=interface,
        theme=theme,
        locations=locations,
        notices=notices,
        origin=origin,
        source=source,
        rest=settings.rest,
    )


def _list_of(
    path: Path | None,
    mapping: Path | None,
    locations: Locations,
    days: int | None,
    data_dir: Path | None,
    stack: ExitStack,
    interface: str | None,
) -> tuple[Callable[[], ListRead], AccountSource | None]:
    """What reads the list of a shift, and where accounts of unknown callers are, if in a file.

    Args:
        path: the list; of the next list, where its accounts are known.
        mapping: names its columns.
        locations: where everything is kept.
        days: how many days ahead the next list looks; `None`: the list is `path` itself.
        data_dir: as `--data-dir`.
        stack: closes the record when the shift is over.
        interface: language of what is told; `None`: that of the first row.

    Raises:
        AssistantError: the user may not have the next list, or the record cannot be opened.
    """
    known = FileSource(path, mapping) if path is not None else None
    if days is None:
        assert path is not None
        return (lambda: read_work_list(path, mapping)), known
    from assistant.follow_up.next_list import NextList, notices  # noqa: PLC0415 - as above
    from assistant.record.permissions import Act  # noqa: PLC0415 - as above
    from assistant.signing_in import open_guarded  # noqa: PLC0415 - as above
    from assistant.working import JOURNAL  # noqa: PLC0415 - as above

    store, _guard = stack.enter_context(open_guarded(data_dir, tell, Act.FOLLOW_UP))

    def now() -> datetime:
        return datetime.now(UTC).astimezone()

    following = NextList(
        store,
        locations,
        ContactJournal(locations.data_dir / JOURNAL),
        accounts=path,
        mapping=mapping,
        on=lambda: now().date(),
        days=days,
        now=now,
    )
    rows = following.read().rows
    words = Interface(interface or (rows[0].language if rows else "") or "en")
    for line in notices(following, words):
        tell(line)
    return following.read, known


def run_live_call(
    call: LiveCall,
    *,
    form: str | None,
    interface: str | None,
    theme: str,
    locations: Locations,
    notices: list[str],
    origin: Origin | None = None,
    source: AccountSource | None = None,
    rest: RestTable | None = None,
) -> int:
    """Run one call on the screen, or as lines where that was asked for; returns the exit status."""
    rules = RulesInForce.at(locations)
    guidance = load_guidance(call.jurisdiction, call.language, call.collector, rules)
    call_id = new_call_id(datetime.now(UTC), secrets.token_bytes(8))
    if form is None and _on_a_terminal():
        from assistant.live_screen import show_live_call  # noqa: PLC0415 - screens load slowly

        shown = show_live_call(
            call,
            call_id=call_id,
            guidance=guidance,
            interface=interface or "",
            theme=theme,
            locations=locations,
            notices=notices,
            tell=lambda line: tell(Interface(interface or call.language).line(line)),
            origin=origin,
            source=source,
            rest=rest,
        )
        return shown.status
    texts = CollectorTexts(guidance.rules, call.collector)
    wording = Wording(
        texts, Interface(interface or call.language), call.language, tasks=guidance.tasks
    )
    reporter = (JsonReporter if form == "jsonl" else PlainReporter)(sys.stdout, wording)
    for line in notices:
        tell(wording.text(line))
    with keeping_on_terms(call.terms, locations, call_id, tell) as writer:
        run = live_run(
            call,
            call_id=call_id,
            guidance=guidance,
            deliver=reporter,
            notice=tell,
            zone=zone_here(),
            keeper=writer,
        )
        if call.transferred:
            run.act(Act.TAKEN_OVER)  # a key pressed before the call is its first
        return run_to_end(run)


def find_account(named: str, source: AccountSource | None) -> tuple[Account, Origin | None]:
    """The account a user named, by the path of its file or by its id, and where it is from.

    Args:
        named: a path or an id.
        source: where ids are known; `None`: nowhere.

    Raises:
        MissingPart: it is no file, and no account source knows ids, or the source does not answer.
        BadInput: the file has faults.
        AssistantError: the source does not know the id, or its record cannot be read.
    """
    path = Path(named).expanduser()
    if path.exists() or path.suffix.lower() in _FILES or (source is None and path.suffix):
        return load_account(path), origin_of_file(path)
    if source is None:
        raise NoSource
    found = source.by_id(named)
    if found.accounts:
        return found.accounts[0].account, found.accounts[0].origin
    if found.unread:
        raise AssistantError(
            f"The account's record in {source.name} cannot be read: {found.unread[0]}",
            "Mend it there, or start without --account.",
        )
    raise AssistantError(
        f"{source.name} knows no account of that id",
        "`assistant accounts find` looks by telephone number and name as well.",
    )


def origin_of_file(path: Path) -> Origin:
    """Where an account is from that has a file of its own: its name, and when it was written."""
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Origin(path.name, written.isoformat(timespec="seconds"))


def _place(
    account: Account | None, language: str | None, jurisdiction: str | None
) -> tuple[str, str]:
    """The call's language and law: as given, else the account's, else one from the other."""
    if language is None:
        if account is not None:
            language = account.language
        else:
            language = language_of(jurisdiction) if jurisdiction else "en-US"
    if jurisdiction is None:
        jurisdiction = account.jurisdiction if account is not None else jurisdiction_of(language)
    return language, jurisdiction


def _model(named: str | None, language: str, locations: Locations) -> ModelChoice:
    try:
        return resolve_model(
            named, language, data_dir=locations.data_dir, allow_demonstration=False
        )
    except MissingPart as fault:
        raise MissingPart(fault.what, f"{fault.remedy}. {BY_KEYS}") from fault


def _on_a_terminal() -> bool:
    # The screen is drawn on standard error: redirected, it would fill a file with the call.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
