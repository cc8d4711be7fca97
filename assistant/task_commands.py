"""The commands on what calls gave others to do: `assistant tasks …`.

Owns names, options and exit statuses; the work is done in `assistant.task_listing`, which is
imported only then, as `cli` does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from assistant.command_options import data_dir_option, store_option

F = TypeVar("F", bound=Callable[..., Any])

_interface = click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    help="Language of the words (default: the system's).",
)
_jsonl = click.option("--jsonl", is_flag=True, help="JSON Lines instead of plain lines.")
_note = click.option("--note", default="", help="What to remember of it; kept sealed.")
_task = click.argument("task")


@click.group("tasks")
def tasks() -> None:
    """What kept calls gave others to do: listed, shown, received, handed on, done.

    A task is named CALL.t1, or by as much of that as tells it apart.  A call that is not kept
    passes nothing on.
    """


@tasks.command("list")
@click.option("--owner", metavar="DESK", default="", help="Of this desk: complaints, legal, …")
@click.option(
    "--state",
    type=click.Choice(("waiting", "received", "done", "withdrawn")),
    help="Only those in this state.",
)
@click.option("--all", "everything", is_flag=True, help="Those done or withdrawn as well.")
@_jsonl
@_interface
@data_dir_option
@store_option
def tasks_list(
    *,
    owner: str,
    state: str | None,
    everything: bool,
    jsonl: bool,
    interface: str | None,
    data_dir: Path | None,
) -> None:
    """What is still to be done: overdue first, then by when it is due."""
    from assistant import task_listing
    from assistant.record.locations import locate

    task_listing.list_tasks(
        locate(data_dir, os.environ),
        owner=owner,
        state=state or "",
        everything=everything,
        jsonl=jsonl,
        interface=_reader(interface),
    )


@tasks.command("show")
@_task
@click.option("--redacted", is_flag=True, help="Cover names, numbers, addresses and figures.")
@_jsonl
@_interface
@data_dir_option
@store_option
def tasks_show(
    task: str, *, redacted: bool, jsonl: bool, interface: str | None, data_dir: Path | None
) -> None:
    """One task: whose, by when and by what law, the words that speak for it, what was done."""
    from assistant import task_listing
    from assistant.record.locations import locate

    task_listing.show_task(
        locate(data_dir, os.environ),
        task,
        redacted=redacted,
        jsonl=jsonl,
        interface=_reader(interface),
    )


@tasks.command("receive")
@_task
@_note
@data_dir_option
@store_option
def tasks_receive(task: str, *, note: str, data_dir: Path | None) -> None:
    """Say that you have it in hand; its agent is told at the next start of the work list."""
    _do(task, "receive", note, "", data_dir)


@tasks.command("done")
@_task
@_note
@data_dir_option
@store_option
def tasks_done(task: str, *, note: str, data_dir: Path | None) -> None:
    """Close it."""
    _do(task, "done", note, "", data_dir)


@tasks.command("hand")
@_task
@click.option("--to", required=True, metavar="DESK", help="The desk: legal, complaints, …")
@_note
@data_dir_option
@store_option
def tasks_hand(task: str, *, to: str, note: str, data_dir: Path | None) -> None:
    """Hand it to another desk, which has yet to receive it."""
    _do(task, "hand", note, to, data_dir)


def _do(task: str, act: str, note: str, to: str, data_dir: Path | None) -> None:
    from assistant import task_listing
    from assistant.record.locations import locate
    from assistant.record.tasks import TaskAct

    click.echo(task_listing.do(locate(data_dir, os.environ), task, TaskAct(act), note, to))


def _reader(interface: str | None) -> str:
    from assistant.calls import own_language
    from compliance.places import LANGUAGES

    return interface or own_language(LANGUAGES)
