"""The commands `accounts …`: try a site's source of accounts, and look in it.

Owns names, options and exit statuses; the work is `assistant.account_listing`'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of settings.toml (default: ASSISTANT_HOME, else the system's).",
)
_file = click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="A file or folder of accounts instead of the source that is set up.",
)
_mapping = click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Which columns of the file are which.",
)
_json = click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")


@click.group()
def accounts() -> None:
    """Where accounts come from: the table [accounts] of settings.toml.

    A file or folder (`file`), a database (`url` and `query`) or an HTTP endpoint (`url`).
    """


@accounts.command("check")
@click.argument("account", metavar="[ID]", required=False, default="")
@_file
@_mapping
@_json
@_data_dir
@click.pass_context
def check(context: click.Context, /, account: str, **options: Any) -> None:
    """Try the source and tell every record that cannot be read.

    Of a file all records are read; a database or an endpoint is asked, and reads the account whose
    ID is given.  Exit status 2: something cannot be read; 3: the source does not answer.
    """
    from assistant import account_listing

    context.exit(account_listing.check(account, **options))


@accounts.command("find")
@click.argument("typed", metavar="ID|PHONE|NAME")
@_file
@_mapping
@_json
@_data_dir
@click.pass_context
def find(context: click.Context, /, typed: str, **options: Any) -> None:
    """Look accounts up; names and numbers are masked, and nothing of a debt is shown."""
    from assistant import account_listing

    context.exit(account_listing.find(typed, **options))
