"""The option `--store URL`, for every command that keeps or reads calls.

Owns the option alone.  It goes the way of `ASSISTANT_STORE`, so that a child process of the command
sees the same store and no command has to hand it on.
"""

from __future__ import annotations

import os

import click


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
