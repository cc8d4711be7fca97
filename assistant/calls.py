"""What the commands `demo`, `replay`, `review` and `train replay` do.

Owns the choice of recording, model, rules and reader for each command.  Screens are imported only
where one is shown, so that a pipe never pays for them.
"""

from __future__ import annotations

import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from assistant.composition import RecordedCall, new_call_id, prepare
from assistant.demo.calls import demonstration_call, demonstration_languages
from assistant.events import VerificationPolicy
from assistant.guidance import load_guidance
from assistant.interface_text import N_, Interface
from assistant.record.locations import Locations, locate
from assistant.rule_texts import CollectorTexts
from assistant.rules_in_force import RulesInForce
from assistant.running import JsonReporter, PlainReporter, keeping, run_to_end, zone_here
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.models import resolve_model
from assistant.telling import tell
from assistant.wording import Wording
from compliance.context import Collector
from compliance.places import LANGUAGES, jurisdiction_of, language_of
from scripts.account import load_account

KEPT = N_("kept as {call}")


def demo(
    language: str | None,
    *,
    speed: float | None,
    form: str | None,
    interface: str | None,
    theme: str,
    keep: bool,
    data_dir: Path | None,
) -> int:
    """The demonstration call, with the keys that its agent presses."""
    language = language or own_language(demonstration_languages())
    shown = demonstration_call(language)
    choice = resolve_model("demonstration", language)
    account = load_account(shown.account)
    call = RecordedCall(
        audio=shown.audio,
        language=language,
        jurisdiction=shown.jurisdiction,
        model=choice.folder,
        policy=VerificationPolicy.AGENT,
        collector=Collector(shown.collector),
        account=account,
        speed=speed,
        desk=shown.desk,
        corrector=corrector_for(load_files(None), language, account),
    )
    locations = locate(data_dir, os.environ)
    keep_in = locations if keep else None
    rules = RulesInForce.at(locations)
    return _show(call, "demo", form, interface, theme, keep_in, choice.notice, rules=rules)


def replay(
    file: Path,
    *,
    language: str | None,
    jurisdiction: str | None,
    account: Path | None,
    collector: str | None,
    model: str | None,
    channels: str | None,
    speed: float | None,
    form: str | None,
    interface: str | None,
    theme: str,
    keep: bool,
    isolate: bool,
    data_dir: Path | None,
) -> int:
    """A recording; nobody sits at the keys of the past, so what is said decides verification."""
    loaded = load_account(account) if account is not None else None
    if language is None:
        if loaded is not None:
            language = loaded.language
        else:
            language = language_of(jurisdiction) if jurisdiction else "en-US"
    if jurisdiction is None:
        jurisdiction = loaded.jurisdiction if loaded is not None else jurisdiction_of(language)
    locations = locate(data_dir, os.environ)
    choice = resolve_model(model, language, data_dir=locations.data_dir)
    call = RecordedCall(
        audio=file,
        language=language,
        jurisdiction=jurisdiction,
        model=choice.folder,
        policy=VerificationPolicy.HEARD,
        collector=_collector(collector or (loaded.collector if loaded is not None else None)),
        account=loaded,
        channels=channels,
        speed=speed,
        isolated=isolate,
        corrector=corrector_for(load_files(locations.data_dir), language, loaded),
    )
    keep_in = locations if keep else None
    rules = RulesInForce.at(locations)
    return _show(call, "replay", form, interface, theme, keep_in, choice.notice, rules=rules)


def review(*, plain: bool, interface: str | None, theme: str, data_dir: Path | None) -> int:
    """The reviewer's screens, or a plain list of kept calls."""
    from assistant.review_app import list_calls_plain, run_review  # noqa: PLC0415 - as above

    locations = locate(data_dir, os.environ)
    shown_in = interface or own_language(LANGUAGES)
    if plain or not on_a_terminal():
        list_calls_plain(locations, sys.stdout, interface=shown_in)
        return 0
    return run_review(locations, interface=shown_in, theme=theme)


def train_replay(
    call: str,
    *,
    silent: bool,
    for_training: bool,
    interface: str | None,
    theme: str,
    data_dir: Path | None,
) -> int:
    """A kept call on the call screen, with its sound."""
    from assistant.training_app import run_train_replay  # noqa: PLC0415 - as above

    return run_train_replay(
        locate(data_dir, os.environ),
        call,
        interface=interface or "",
        theme=theme,
        with_sound=not silent,
        copy=for_training,
    )


def on_a_terminal() -> bool:
    """Whether there is a screen to draw on and keys to read."""
    # The screen is drawn on standard error: redirected, it would fill a file with the call.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _show(
    call: RecordedCall,
    mode: str,
    form: str | None,
    interface: str | None,
    theme: str,
    keep_in: Locations | None,
    model_notice: str,
    *,
    rules: RulesInForce,
) -> int:
    guidance = load_guidance(call.jurisdiction, call.language, call.collector, rules)
    call_id = new_call_id(datetime.now(UTC), secrets.token_bytes(8))
    if form is None and on_a_terminal():
        from assistant.call_screen import show_call  # noqa: PLC0415 - screens load slowly

        return show_call(
            call,
            call_id=call_id,
            guidance=guidance,
            mode=mode,
            interface=interface or "",
            theme=theme,
            keep_in=keep_in,
            notices=(model_notice,) if model_notice else (),
        )
    texts = CollectorTexts(guidance.rules, call.collector)
    wording = Wording(
        texts, Interface(interface or call.language), call.language, tasks=guidance.tasks
    )
    reporter = (JsonReporter if form == "jsonl" else PlainReporter)(sys.stdout, wording)
    if model_notice:
        tell(model_notice)
    with keeping(keep_in, call_id, tell) as writer:
        prepared = prepare(
            call,
            call_id=call_id,
            guidance=guidance,
            deliver=reporter,
            notice=tell,
            zone=zone_here(),
            keeper=writer,
        )
        status = run_to_end(prepared.run)
    if keep_in is not None:
        tell(wording.text(KEPT, call=call_id))
    return status


def own_language(offered: tuple[str, ...]) -> str:
    """The system's language where it is offered, else American English."""
    system = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)),
        "",
    )
    tag = system.partition(".")[0].replace("_", "-")
    return tag if tag in offered else "en-US"


def _collector(name: str | None) -> Collector | None:
    return Collector(name) if name else None
