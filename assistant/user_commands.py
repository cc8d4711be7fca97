"""The commands on a store's users: `assistant users …`.

Owns names, options and what is printed; the work is done in `assistant.record.users`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from assistant.command_options import data_dir_option, store_option
from assistant.telling import tell, tell_in_passing

_ROLES = ("agent", "reviewer", "trainer", "supervisor", "compliance", "administrator")
_role = click.option("--role", type=click.Choice(_ROLES), required=True, help="What they may do.")
_agent_id = click.option(
    "--agent-id", default="", help="The id that their own calls carry (default: the name)."
)


@click.group()
def users() -> None:
    """Who may see and do what with the record.

    While no user was ever added, whoever sits here may do everything, under the operating system's
    name for them.  From the first user on everybody signs in: by being the operating system's user,
    or with ASSISTANT_USER and a password.

    This keeps colleagues apart and shows who did what.  It does not keep out somebody who has the
    master key and the store's file; on a server, the server's own rights do.
    """


@users.command("add")
@click.argument("name")
@_role
@_agent_id
@click.option("--system", is_flag=True, help="No password: the operating system's user NAME.")
@data_dir_option
@store_option
def users_add(*, name: str, role: str, agent_id: str, system: bool, data_dir: Path | None) -> None:
    """Add a user; the password is asked for, or is the next line of standard input.

    The first one must be an administrator.
    """
    from assistant.record.permissions import Act, Role
    from assistant.record.users import Users
    from assistant.signing_in import open_guarded

    with open_guarded(data_dir, tell, Act.USERS, written=False) as (store, guard):
        password = None if system else _new_password(name)
        known = Users(store.opened)
        known.add(guard.who.name, name, Role(role), agent_id=agent_id, password=password)
    tell(f"{name} was added as {role}.")


@users.command("list")
@click.option("--all", "everyone", is_flag=True, help="Those who were removed as well.")
@data_dir_option
@store_option
def users_list(*, everyone: bool, data_dir: Path | None) -> None:
    """Name, role, agent id, how they sign in, since when."""
    from assistant.record.permissions import Act
    from assistant.record.users import Users
    from assistant.signing_in import open_guarded

    with open_guarded(data_dir, tell, Act.USERS, about="list") as (store, _guard):
        known = Users(store.opened).all()
    for user in known:
        if everyone or not user.removed:
            how = "removed" if user.removed else "system" if user.system else "password"
            click.echo(f"{user.name}\t{user.role}\t{user.agent_id}\t{how}\t{user.at_utc}")
    if not known:
        tell("There are no users: whoever sits here may do everything.")


@users.command("role")
@click.argument("name")
@_role
@_agent_id
@data_dir_option
@store_option
def users_role(*, name: str, role: str, agent_id: str, data_dir: Path | None) -> None:
    """Give a user another role."""
    from assistant.record.permissions import Act, Role
    from assistant.record.users import Users
    from assistant.signing_in import open_guarded

    with open_guarded(data_dir, tell, Act.USERS, written=False) as (store, guard):
        Users(store.opened).set_role(guard.who.name, name, Role(role), agent_id=agent_id)
    tell(f"{name} is {role} now.")


@users.command("remove")
@click.argument("name")
@data_dir_option
@store_option
def users_remove(*, name: str, data_dir: Path | None) -> None:
    """Let a user in no more; what they did stays in the log."""
    from assistant.record.permissions import Act
    from assistant.record.users import Users
    from assistant.signing_in import open_guarded

    with open_guarded(data_dir, tell, Act.USERS, written=False) as (store, guard):
        Users(store.opened).remove(guard.who.name, name)
    tell(f"{name} was removed.")


@users.command("passwd")
@click.argument("name", required=False)
@data_dir_option
@store_option
def users_passwd(*, name: str | None, data_dir: Path | None) -> None:
    """Change your own password, or with the right to it somebody else's."""
    from assistant.record.locations import locate
    from assistant.record.opening import system_doors
    from assistant.record.permissions import Act
    from assistant.record.store import CallStore
    from assistant.record.users import Users
    from assistant.signing_in import guarded

    with CallStore(
        locate(data_dir, os.environ), doors=system_doors(tell, tell_in_passing)
    ) as store:
        guard = guarded(store, os.environ)
        whose = name or guard.who.name
        if guard.who.role is None or whose != guard.who.name:
            guard.need(Act.USERS, written=False)
        Users(store.opened).set_password(guard.who.name, whose, _new_password(whose))
    tell(f"{whose} has a new password.")


def _new_password(name: str) -> str:
    from assistant.record.users import UserRefused
    from assistant.signing_in import ask

    first = ask(f"New password for {name}: ")
    if sys.stdin.isatty() and ask("Once more: ") != first:
        raise UserRefused("the two passwords differ", "Try again.")
    return first
