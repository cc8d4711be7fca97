"""The command `worklist`.

Owns its name and options; the work is `assistant.working`'s, imported only when the command runs.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from assistant.command_options import (
    data_dir_option,
    follow_up_days_option,
    mapping_option,
    stale_after_option,
    store_option,
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@mapping_option
@click.option("--at", metavar="ISO", help="Another moment than now: 2026-11-20T14:00+08:00.")
@click.option("--filter", "words", default="", metavar="WORDS", help="Only rows with these words.")
@click.option("--permitted", is_flag=True, help="Only rows that may be called.")
@stale_after_option
@click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
@click.option("--columns", is_flag=True, help="The columns a list may have, and nothing else.")
@click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    help="Language of the words (default: the first row's).",
)
@click.option(
    "--follow-up",
    is_flag=True,
    help="The next list, formed from kept calls and payments; FILE is then where accounts are"
    " known (default: the site's source).",
)
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="With --follow-up: of this day (else today)."
)
@follow_up_days_option
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="With --follow-up: write it as a list that `worklist` and `live --work-list` read.",
)
@data_dir_option
@store_option
@click.pass_context
def worklist(
    context: click.Context, /, file: Path | None, on: datetime | None, **options: Any
) -> None:
    """Whom of a list one may call now: yes, no or unknown, with reason and next permitted time.

    FILE is a CSV file, or a folder of account files.  The contacts that this program made itself
    count as well.  Nothing is written but what --to names.

    --follow-up forms the list: broken promises, callbacks, documents owed, next contacts, each with
    its day and its call.  A dispute, a wish for no contact and the like keep a row off.  With --to
    or --json it leaves the store, which is for those who may export.
    """
    from assistant import working

    following = options["follow_up"]
    if file is None and not options["columns"] and not following:
        raise click.UsageError("Name a list: assistant worklist FILE")
    if not following and (on is not None or options["days"] or options["to"] is not None):
        raise click.UsageError("--on, --days and --to go with --follow-up.")
    day = on.date() if on is not None else None
    context.exit(working.worklist(file, on=day, **options))
