"""The commands `door …`: speak to a running `assistant live --door`, from a softphone's hooks.

Owns names, options and exit statuses; what is said is `assistant.door`'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

DEFAULT_PORT = 8737

_port = click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where the door is.",
)
_data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder in which the token is (default: ASSISTANT_HOME, else the system's).",
)


@click.group()
def door() -> None:
    """Let a softphone or dialler on this machine start, link, hold and end calls.

    The door is open while `assistant live --work-list FILE --door` runs, to this machine alone.
    """


@door.command("token")
@_data_dir
def token(data_dir: Path | None) -> None:
    """Make a new token, for this user alone."""
    from assistant import door_calls

    door_calls.token(data_dir)


@door.command("call")
@click.option("--account", required=True, metavar="ID", help="Whose call.")
@click.option("--inbound", is_flag=True, help="The customer is calling.")
@click.option("--transferred", is_flag=True, help="Another agent passes the call to this desk.")
@_port
@_data_dir
@click.pass_context
def call(context: click.Context, /, **options: Any) -> None:
    """Open the call of an account of the work list."""
    from assistant import door_calls

    context.exit(door_calls.send("start", **options))


@door.command("link")
@click.option("--account", required=True, metavar="ID", help="Whose call it is.")
@_port
@_data_dir
@click.pass_context
def link(context: click.Context, /, **options: Any) -> None:
    """Link an account to the running call, by its id in the account source."""
    from assistant import door_calls

    context.exit(door_calls.send("link", **options))


@door.command("transfer")
@click.option(
    "--to",
    type=click.Choice(("specialist", "supervisor", "desk", "here")),
    required=True,
    help="To whom the call is given away; here: it is passed to this desk, or came back.",
)
@_port
@_data_dir
@click.pass_context
def transfer(context: click.Context, /, **options: Any) -> None:
    """The call changes hands: identify again; while it is given away nothing is judged."""
    from assistant import door_calls

    context.exit(door_calls.send("transfer", **options))


def _plain(name: str, help_text: str) -> click.Command:
    @click.command(name, help=help_text)
    @_port
    @_data_dir
    @click.pass_context
    def command(context: click.Context, /, **options: Any) -> None:
        from assistant import door_calls

        context.exit(door_calls.send(name, **options))

    return command


for _name, _help in (
    ("connect", "Somebody has taken the call."),
    ("hold", "The call is on hold: nothing is heard meanwhile."),
    ("resume", "The call goes on."),
    ("end", "The call has ended: wrap it up."),
    ("status", "What the screen shows: list, brief, call, held, passed_on, or ended."),
):
    door.add_command(_plain(_name, _help))
