"""The command `assistant record audit`: who did what with the record.

Owns its name, options and lines; the log is `assistant.record.access`'s.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from assistant.command_options import data_dir_option, store_option
from assistant.telling import tell


@click.command("audit")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]),
    help="Only from this day or moment on (UTC, unless it says otherwise).",
)
@click.option("--who", default="", metavar="NAME", help="Only what this user did.")
@click.option("--call", default="", metavar="CALL", help="Only what was done to this call.")
@click.option("--jsonl", is_flag=True, help="JSON Lines instead of plain lines.")
@data_dir_option
@store_option
def audit(
    *, since: datetime | None, who: str, call: str, jsonl: bool, data_dir: Path | None
) -> None:
    """Who opened, exported, held, purged, signed in or tried to; oldest first.

    The lines are entries of the record's chain: `record verify` says whether one was changed or
    taken out.
    """
    from assistant.display_text import display_text
    from assistant.record.access import read_log
    from assistant.record.permissions import Act
    from assistant.signing_in import open_guarded

    moment = ""
    if since is not None:
        aware = since if since.tzinfo is not None else since.replace(tzinfo=UTC)
        moment = aware.astimezone(UTC).isoformat(timespec="milliseconds")
    with open_guarded(data_dir, tell, Act.AUDIT) as (store, _guard):
        for line in read_log(store.opened, since=moment, who=who, call=call):
            if jsonl:
                click.echo(json.dumps({"type": "access", **asdict(line)}, ensure_ascii=False))
            else:
                columns = (line.at_utc, line.who, line.act, line.call or "-", line.about)
                click.echo("\t".join(display_text(column, "en").text for column in columns))
