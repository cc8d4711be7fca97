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
