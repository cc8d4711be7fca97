"""The commands `assistant record stats | backup | restore`.

Owns names, options and what is printed; the work is done in `assistant.record`, which is imported
only then, as `cli` does.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.command_options import data_dir_option, store_option
from assistant.telling import tell

if TYPE_CHECKING:
    from assistant.record.statistics import Figures


@click.command("stats")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
@data_dir_option
@store_option
def stats(*, as_json: bool, data_dir: Path | None) -> None:
    """Calls, hours, sizes, the oldest call, what is due for purge, tasks; no name and no words."""
    from datetime import UTC

    from assistant.record.permissions import Act
    from assistant.record.purging import PurgeDesk
    from assistant.record.statistics import statistics
    from assistant.retention_terms import shipped_terms, terms_in_force
    from assistant.signing_in import open_guarded

    with open_guarded(data_dir, tell, Act.STATS) as (store, guard):
        terms = terms_in_force(shipped_terms(), store.locations.settings)
        now = store.opened.now().astimezone(UTC)
        plan = PurgeDesk(store, terms.of, guard.who.name).plan(now.date())
        found = statistics(store, plan, now)
    if as_json:
        click.echo(json.dumps(asdict(found)))
        return
    click.echo(
        f"{'':5}{'calls':>9}{'hours':>9}{'sound MB':>10}  {'oldest':10}{'due':>6}{'held':>6}"
        f"{'tasks':>7}{'open':>6}{'overdue':>9}"
    )
    for place, figures in found.by_jurisdiction.items():
        click.echo(_row(place, figures))
    click.echo(_row("all", found.all))
    click.echo(f"database {found.database_bytes / 1e6:.1f} MB")


def _row(place: str, figures: Figures) -> str:
    return (
        f"{place:5}{figures.calls:>9}{figures.hours:>9.1f}{figures.sound_bytes / 1e6:>10.1f}"
        f"  {figures.oldest or '-':10}{figures.due:>6}{figures.held:>6}"
        f"{figures.tasks:>7}{figures.open:>6}{figures.overdue:>9}"
    )


@click.command("backup")
@click.argument("to", type=click.Path(path_type=Path))
@data_dir_option
@store_option
def backup(*, to: Path, data_dir: Path | None) -> None:
    """Copy the record into the new folder TO, while calls are written: sealed, with its proof.

    Database, sound, journals, anchors and the wrapped keys; never the master key, without which
    nobody reads the copy: keep that elsewhere.  What is purged later stays in old backups until you
    destroy them.
    """
    from assistant.record.backup import make_backup
    from assistant.record.permissions import Act
    from assistant.signing_in import open_guarded

    with open_guarded(data_dir, tell, Act.BACKUP) as (store, _guard):
        manifest = make_backup(store, to, tell)
    size = sum(file.size for file in manifest.files)
    tell(
        f"Backed up {manifest.calls} calls, {len(manifest.files)} files, {size / 1e6:.1f} MB"
        f" into {to}."
    )


@click.command("restore")
@click.argument("source", metavar="FROM", type=click.Path(path_type=Path))
@click.option("--unproven", is_flag=True, help="Although the record in it does not verify.")
@data_dir_option
@store_option
def restore(*, source: Path, unproven: bool, data_dir: Path | None) -> None:
    """Bring the backup FROM back into an empty data folder, after it was proven whole.

    The master key must be where the program looks for it: in the data folder's master.key, the
    system's keyring or ASSISTANT_KEY.
    """
    from assistant.record.locations import locate
    from assistant.record.opening import system_doors
    from assistant.record.restoring import restore as bring_back

    proof = bring_back(
        source,
        locate(data_dir, os.environ),
        system_doors(tell),
        unproven=unproven,
        progress=tell,
    )
    if proof is None:
        tell("A restore that was cut off before is finished.")
        return
    whole = "it is whole" if not proof.faults else f"{len(proof.faults)} faults in its proof"
    tell(f"Restored {proof.calls} calls, {proof.events} events; {whole}.")
