"""The commands `payments …` and `promises …`: what was paid, and what became of promises.

Owns names, options and exit statuses; the work is done in `assistant.follow_up`, which is imported
only then, as `cli` does.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from assistant.call_options import interface_option, reader
from assistant.command_options import data_dir_option, store_option

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def payments() -> None:
    """Payments of customers, by which promises are judged."""


@payments.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Which of your columns are which (default: NAME.mapping.yaml beside the file).",
)
@click.option(
    "--through",
    type=_DAY,
    help="The day to which the file is complete (default: its last payment's).",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
@click.option("--columns", is_flag=True, help="The columns a file may have, and nothing else.")
@interface_option
@data_dir_option
@store_option
@click.pass_context
def payments_import(
    context: click.Context,
    /,
    file: Path | None,
    through: datetime | None,
    interface: str | None,
    **options: Any,
) -> None:
    """Take in the payments of FILE (CSV or JSON Lines); what is known already counts once.

    A payment with a reference is known by account and reference; one without, by account, amount,
    day and its place among the file's alike rows.  A reversal undoes a payment.  Rows that cannot
    be read are told by line and column, and the others taken in; the exit status is then 2.
    """
    from assistant.follow_up import importing

    if file is None and not options["columns"]:
        raise click.UsageError("Name a file: assistant payments import FILE")
    day = through.date() if through is not None else None
    context.exit(
        importing.import_payments(file, through=day, interface=reader(interface), **options)
    )


@click.group()
def promises() -> None:
    """Promises to pay that were made in kept calls."""


@promises.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(
        ("kept", "late", "kept_in_part", "broken", "open", "not_assessable", "replaced")
    ),
    help="Only those that stand so; may be given several times.",
)
@click.option("--due", type=_DAY, help="Only those due by this day.")
@click.option("--account", default="", metavar="ID", help="Only this account's.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help="How many at most; 0 is all.",
)
@click.option(
    "--jsonl", is_flag=True, help="JSON Lines instead of plain lines, for whoever may export."
)
@interface_option
@data_dir_option
@store_option
@click.pass_context
def promises_list(
    context: click.Context, /, due: datetime | None, interface: str | None, **options: Any
) -> None:
    """Promises by the day they fall due, with what became of them and the call they come from.

    A promise is never called broken on payments that end before its day and the bank's processing
    days after it.
    """
    from assistant.follow_up import promise_listing

    context.exit(
        promise_listing.list_promises(
            due=due.date() if due is not None else None,
            interface=reader(interface),
            **options,
        )
    )
