"""The commands on kept calls: `assistant calls …`.

Owns names, options and exit statuses; the work is done in `assistant.archive`, which is imported
only then, as `cli` does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.call_options import Moment, interface_option, reader
from assistant.command_options import data_dir_option, store_option
from assistant.import_commands import calls_import
from assistant.outcome_commands import calls_complete, calls_outcomes, calls_themes
from compliance.places import JURISDICTIONS

if TYPE_CHECKING:
    from assistant.record.search import CallFilter

F = TypeVar("F", bound=Callable[..., Any])

_LIMIT = 50

_jsonl = click.option("--jsonl", is_flag=True, help="JSON Lines instead of plain lines.")
_redacted = click.option(
    "--redacted", is_flag=True, help="Cover names, numbers, addresses and notes' figures."
)
_for_training = click.option(
    "--for-training", is_flag=True, help="The redacted copy that trainers see once it is released."
)
_limit = click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=_LIMIT,
    show_default=True,
    help="How many calls (of `find`: places) at most; 0 is all.",
)


def _filters(command: F) -> F:
    options = (
        click.option("--since", type=Moment(), help="From this day or moment on."),
        click.option("--before", type=Moment(), help="Before this day or moment."),
        click.option("--agent", metavar="ID|NAME", help="The agent's number, or part of the name."),
        click.option("--account", metavar="ID", help="The account's whole number."),
        click.option("--jurisdiction", type=click.Choice(JURISDICTIONS), help="Whose law."),
        click.option("--rule", metavar="ID", help="With a flag of this rule: TW-03."),
        click.option(
            "--severity",
            type=click.Choice(("critical", "major", "minor", "hint")),
            help="With a flag this grave.",
        ),
        click.option("--outcome", metavar="ID", help="That ended so: promise, dispute, …"),
        click.option(
            "--state",
            type=click.Choice(("whole", "open", "interrupted")),
            help="Whole, still running, or cut off.",
        ),
        click.option(
            "--reviewed/--unreviewed",
            default=None,
            help="With every flag judged, or with one that nobody judged.",
        ),
        click.option("--released", is_flag=True, help="Released for training."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group("calls")
def kept_calls() -> None:
    """Kept calls: listed, shown, found by words said, carried, laid open, summed up, handed on."""


kept_calls.add_command(calls_import)


@kept_calls.command("list")
@_filters
@_limit
@_jsonl
@interface_option
@data_dir_option
@store_option
def calls_list(
    *, limit: int, jsonl: bool, interface: str | None, data_dir: Path | None, **filters: Any
) -> None:
    """Kept calls, the newest first."""
    from assistant.archive import desk
    from assistant.record.locations import locate

    desk.list_calls(
        locate(data_dir, os.environ),
        _wanted(**filters),
        limit=limit,
        jsonl=jsonl,
        interface=reader(interface),
    )


@kept_calls.command("find")
@click.argument("words", nargs=-1, required=True)
@_filters
@_limit
@_jsonl
@interface_option
@data_dir_option
@store_option
def calls_find(
    words: tuple[str, ...],
    *,
    limit: int,
    jsonl: bool,
    interface: str | None,
    data_dir: Path | None,
    **filters: Any,
) -> None:
    """Where WORDS were said, one after the other: any word, any two Chinese characters or more.

    Case, accents, Traditional or Simplified characters make no difference.
    """
    from assistant.archive import desk
    from assistant.record.locations import locate

    desk.find_words(
        locate(data_dir, os.environ),
        " ".join(words),
        _wanted(**filters),
        limit=limit,
        jsonl=jsonl,
        interface=reader(interface),
    )


@kept_calls.command("show")
@click.argument("call")
@_redacted
@_for_training
@_jsonl
@interface_option
@data_dir_option
@store_option
def calls_show(
    call: str,
    *,
    redacted: bool,
    for_training: bool,
    jsonl: bool,
    interface: str | None,
    data_dir: Path | None,
) -> None:
    """One call: what was said when, with flags, judgements and how it ended."""
    from assistant.archive import desk
    from assistant.record.locations import locate

    desk.show_call(
        locate(data_dir, os.environ),
        call,
        redacted=redacted,
        for_training=for_training,
        jsonl=jsonl,
        interface=reader(interface),
    )


@kept_calls.command("release")
@click.argument("call")
@click.option("--reason", default="", help="Why; kept sealed.")
@click.option("--undo", is_flag=True, help="Take the release back.")
@interface_option
@data_dir_option
@store_option
def calls_release(
    call: str, *, reason: str, undo: bool, interface: str | None, data_dir: Path | None
) -> None:
    """Let trainers see a call's copy, without names, numbers, amounts and notes.

    Its sound is silent wherever its words are covered, and while identity is confirmed or a number
    is read out.  Who, when and why are kept, and are part of the record's proof.
    """
    from assistant.archive import releasing
    from assistant.record.locations import locate

    releasing.release_call(
        locate(data_dir, os.environ),
        call,
        undo=undo,
        reason=reason,
        interface=reader(interface),
    )


@kept_calls.command("dossier")
@click.argument("call", required=False)
@click.option("--account", metavar="NUMBER", help="All calls of this account instead of one call.")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    help="The page to write, or a folder to write it in; with --json standard output without it.",
)
@click.option(
    "--received",
    type=click.DateTime(("%Y-%m-%d",)),
    metavar="DAY",
    help="With --account: the day on which a complaint came in otherwise than in a call.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a page.")
@_redacted
@interface_option
@data_dir_option
@store_option
def calls_dossier(
    call: str | None,
    *,
    account: str | None,
    to: Path | None,
    received: datetime | None,
    as_json: bool,
    redacted: bool,
    interface: str | None,
    data_dir: Path | None,
) -> None:
    """One call, or all of an account, laid open for a complaint: a page that needs nothing else.

    What was said when, flags with their law, what the agent was shown, consent, judgements, how it
    ended, what is not known, and whether the record is whole.  With --account also every attempt
    that was written down, the times of which nothing is known, what was purged and by which rule,
    and by when a complaint is to be answered.
    """
    from assistant.archive import complaint
    from assistant.record.locations import locate
    from assistant.shift.journal import ContactJournal
    from assistant.working import JOURNAL

    if (call is None) is (account is None):
        raise click.UsageError("Name a call, or an account with --account: one of them.")
    if to is None and not as_json:
        raise click.UsageError("Missing option '--to'.")
    if received is not None and account is None:
        raise click.UsageError("--received is for --account.")
    locations, now = locate(data_dir, os.environ), datetime.now().astimezone()
    language = reader(interface)
    if received is not None and received.date() > now.date():
        raise click.UsageError("--received is a day that is still to come.")
    if call is not None:
        complaint.make_dossier(
            locations,
            call,
            to,
            redacted=redacted,
            interface=language,
            now=now,
            as_json=as_json,
        )
        return
    complaint.make_customer_dossier(
        locations,
        account or "",
        to,
        journal=ContactJournal(locations.data_dir / JOURNAL),
        received=received.date() if received is not None else None,
        redacted=redacted,
        interface=language,
        now=now,
        as_json=as_json,
    )


@kept_calls.command("export")
@click.argument("calls", metavar="CALL...", nargs=-1, required=True)
@click.option(
    "--to",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The archive to write (ZIP).",
)
@_redacted
@interface_option
@data_dir_option
@store_option
def calls_export(
    calls: tuple[str, ...],
    *,
    to: Path,
    redacted: bool,
    interface: str | None,
    data_dir: Path | None,
) -> None:
    """Pack calls, words and sound, to be carried to another store or read elsewhere.

    With hashes of everything, and with what the chain states of each call.  The archive is not
    sealed.  With --redacted it is a copy for reading: personal data is covered, sound silenced.
    """
    from assistant.archive import carrying
    from assistant.record.locations import locate

    carrying.export_calls(
        locate(data_dir, os.environ),
        calls,
        to,
        redacted=redacted,
        interface=reader(interface),
        now=datetime.now().astimezone(),
    )


def _wanted(
    *,
    since: str | None,
    before: str | None,
    severity: str | None,
    state: str | None,
    reviewed: bool | None,
    released: bool,
    **texts: str | None,
) -> CallFilter:
    from assistant.record.kept import CallState
    from assistant.record.search import CallFilter
    from compliance.findings import Severity

    return CallFilter(
        since_utc=since or "",
        before_utc=before or "",
        severity=Severity(severity) if severity else None,
        state=CallState(state) if state else None,
        reviewed=reviewed,
        released=released,
        **{name: value or "" for name, value in texts.items()},
    )


for _command in (calls_complete, calls_outcomes, calls_themes):
    kept_calls.add_command(_command)
