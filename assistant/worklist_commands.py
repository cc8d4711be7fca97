"""The command `worklist`.

Owns its name and options; the work is `assistant.working`'s, imported only when the command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assistant.command_options import data_dir_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Which of your columns are which (default: NAME.mapping.yaml beside the list).",
)
@click.option("--at", metavar="ISO", help="Another moment than now: 2026-11-20T14:00+08:00.")
@click.option("--filter", "words", default="", metavar="WORDS", help="Only rows with these words.")
@click.option("--permitted", is_flag=True, help="Only rows that may be called.")
@click.option(
    "--stale-after",
    type=click.FloatRange(min=0.1, max=8760),
    default=72.0,
    show_default=True,
    metavar="HOURS",
    help="A source older than this is not believed.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
@click.option("--columns", is_flag=True, help="The columns a list may have, and nothing else.")
@click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    help="Language of the words (default: the first row's).",
)
@data_dir_option
@click.pass_context
def worklist(context: click.Context, /, file: Path | None, **options: Any) -> None:
    """Whom of a list one may call now: yes, no or unknown, with reason and next permitted time.

    FILE is a CSV file, or a folder of account files.  The contacts that this program made itself
    count as well.  Nothing is written.
    """
    from assistant import working

    if file is None and not options["columns"]:
        raise click.UsageError("Name a list: assistant worklist FILE")
    context.exit(working.worklist(file, **options))
