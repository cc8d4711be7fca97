"""The commands on the record itself: `assistant record …`.

Owns names, options, what is printed and exit statuses; the work is done in `assistant.record`,
which is imported only then, as `cli` does.
"""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.audit_commands import audit
from assistant.backup_commands import backup, restore, stats
from assistant.command_options import data_dir_option, store_option
from assistant.retention_commands import cleared, customer, hold, holds, purge
from assistant.telling import tell, tell_in_passing


@click.group()
def record() -> None:
    """The record of kept calls: its key, its proof, what a crash left behind."""


@record.command("rekey")
@click.option(
    "--new-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file (mode 600) with the new key; without it one is made, where the old one was.",
)
@data_dir_option
@store_option
def record_rekey(*, new_key: Path | None, data_dir: Path | None) -> None:
    """Change the master key; from then on the old one opens nothing."""
    from assistant.record.locations import locate
    from assistant.record.master_key import read_key_file
    from assistant.record.opening import system_doors
    from assistant.record.permissions import Act
    from assistant.record.rekeying import rekey
    from assistant.signing_in import open_guarded

    key = read_key_file(new_key) if new_key is not None else None
    with open_guarded(data_dir, tell, Act.REKEY):
        pass
    where = rekey(locate(data_dir, os.environ), system_doors(tell, tell_in_passing), key)
    if where == "ASSISTANT_KEY":
        tell("The record has a new key: set ASSISTANT_KEY to it now.")
    else:
        tell(f"The record has a new key, in {where}.")


@record.command("recover")
@data_dir_option
@store_option
def record_recover(*, data_dir: Path | None) -> None:
    """Bring in what a crash or an absent store left in this machine's journals.

    The next call that is kept does the same by itself.
    """
    from assistant.record.locations import locate
    from assistant.record.opening import system_doors
    from assistant.record.store import CallStore
    from compliance.errors import AssistantError

    with CallStore(
        locate(data_dir, os.environ), doors=system_doors(tell, tell_in_passing)
    ) as store:
        recovered = store.recover()
        for call in recovered.calls:
            click.echo(f"{call}  {store.call(call).state.value}")
    if not recovered.calls and not recovered.problems:
        tell("Nothing was left behind.")
    if recovered.problems:
        raise AssistantError("\n".join(recovered.problems))


@record.command("verify")
@click.option("--audio", is_flag=True, help="Check every second of sound too.")
@click.option(
    "--anchors",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The folder of the anchors (default: ASSISTANT_ANCHORS, else in the data folder).",
)
@data_dir_option
@store_option
def record_verify(*, audio: bool, anchors: Path | None, data_dir: Path | None) -> None:
    """Prove that nothing was changed, removed, put in or cut off, or say what (exit status 2)."""
    from assistant.record.permissions import Act
    from assistant.signing_in import open_guarded
    from compliance.errors import AssistantError

    with open_guarded(data_dir, tell, Act.VERIFY, anchors=anchors) as (store, _guard):
        proof = store.verify(audio=audio, progress=tell)
    if proof.faults:
        raise AssistantError(
            "\n".join(["The record is not whole:", *(f"  {fault}" for fault in proof.faults)]),
        )
    sound = f", {proof.sounds} records of sound" if audio else ""
    click.echo(
        f"The record is whole: {proof.calls} calls, {proof.events} events{sound};"
        f" {proof.entries} entries in the chain, {proof.anchors} anchors."
    )


for _command in (audit, backup, cleared, customer, hold, holds, purge, restore, stats):
    record.add_command(_command)
