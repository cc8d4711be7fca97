"""Options that many commands share: what is heard with what, where it is kept, in which store.

Owns these options alone.  `--store URL` goes the way of `ASSISTANT_STORE`, so that a child process
of the command sees the same store and no command has to hand it on.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from compliance.places import LANGUAGES


def _choose(_context: click.Context, _option: click.Parameter, url: str | None) -> None:
    if url:
        os.environ["ASSISTANT_STORE"] = url


store_option = click.option(
    "--store",
    metavar="URL",
    callback=_choose,
    expose_value=False,
    help="The team's PostgreSQL (default: ASSISTANT_STORE, else the data folder's own store).",
)

data_dir_option = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for everything the program keeps (default: ASSISTANT_HOME, else the system's).",
)
language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), help="The language that is spoken."
)
model_option = click.option(
    "--model", metavar="NAME|PATH", help="The speech model (default: the best installed)."
)
channels_option = click.option(
    "--channels",
    metavar="NAMES",
    help="Whose the file's channels are, in order (default for two: agent,customer).",
)

mapping_option = click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Which of your columns are which (default: NAME.mapping.yaml beside the list).",
)
stale_after_option = click.option(
    "--stale-after",
    type=click.FloatRange(min=0.1, max=8760),
    default=72.0,
    show_default=True,
    metavar="HOURS",
    help="A work list older than this is not believed, and permits no call.",
)
follow_up_days_option = click.option(
    "--days",
    type=click.IntRange(0, 60),
    default=0,
    help="With --follow-up: what falls due up to so many days later as well.",
)
