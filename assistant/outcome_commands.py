"""The commands on how kept calls ended: `assistant calls outcomes` and `themes`.

Owns names, options and exit statuses; the work is done in `assistant.archive`, which is imported
only then, as `cli` does.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.call_options import interface_option, reader, span_options
from assistant.command_options import data_dir_option, store_option

if TYPE_CHECKING:
    from assistant.record.search import CallFilter


@click.command("outcomes")
@span_options
@click.option(
    "--incomplete",
    is_flag=True,
    help="Only calls whose wrap-up lacks something, or that have none.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("json", "csv")),
    help="For another program, with everything that was filled in (default: a table to read).",
)
@click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write (default: standard output).",
)
@click.option(
    "--post",
    metavar="[URL]",
    is_flag=False,
    flag_value="",
    help="Hand to a CRM what it does not have yet: [crm] of settings.toml, or this address.",
)
@interface_option
@data_dir_option
@store_option
def calls_outcomes(
    *,
    since: str | None,
    until: str | None,
    jurisdiction: str | None,
    incomplete: bool,
    form: str | None,
    to: Path | None,
    post: str | None,
    interface: str | None,
    data_dir: Path | None,
) -> None:
    """How calls ended: outcome, what it asked for, next contact.

    With --post each wrap-up leaves this machine, once; what the CRM did not take is sent again by
    the same command.  Exit status 3: it is away, and what it does not have waits.
    """
    from assistant.archive import outcomes
    from assistant.record.locations import locate

    locations = locate(data_dir, os.environ)
    wanted = _of_span(since, until, jurisdiction)
    if post is not None:
        if form is not None or to is not None or incomplete:
            raise click.UsageError("--post goes with neither --format, --to nor --incomplete")
        outcomes.post_outcomes(locations, wanted, post, interface=reader(interface))
        return
    if to is not None and form is None:
        raise click.UsageError("--to needs --format")
    outcomes.list_outcomes(
        locations, wanted, incomplete=incomplete, form=form, to=to, interface=reader(interface)
    )


@click.command("complete")
@click.argument("call", required=False)
@interface_option
@click.option("--theme", type=click.Choice(("dark", "light")), default="dark", show_default=True)
@data_dir_option
@store_option
@click.pass_context
def calls_complete(
    context: click.Context,
    /,
    call: str | None,
    interface: str | None,
    theme: str,
    data_dir: Path | None,
) -> None:
    """Complete wrap-ups that were left open, or CALL's alone.

    Those of your own calls of the last fortnight that lack something, or that nobody made because
    the program ended first.  What was said before stays in the record; what is added carries your
    name and the time.
    """
    from assistant.calls import on_a_terminal
    from assistant.interface_text import Interface
    from assistant.record.locations import locate
    from assistant.unfinished_app import complete_wrap_ups
    from compliance.errors import AssistantError

    if not on_a_terminal():
        raise AssistantError(
            "Wrap-ups are completed on a screen",
            "Start it in a terminal; `assistant calls outcomes --incomplete` lists them.",
        )
    context.exit(
        complete_wrap_ups(
            locate(data_dir, os.environ), Interface(reader(interface)), theme=theme, only=call or ""
        )
    )


@click.command("themes")
@span_options
@click.option("--json", "as_json", is_flag=True, help="JSON instead of a table.")
@interface_option
@data_dir_option
@store_option
def calls_themes(
    *,
    since: str | None,
    until: str | None,
    jurisdiction: str | None,
    as_json: bool,
    interface: str | None,
    data_dir: Path | None,
) -> None:
    """What calls were about, counted: outcomes, matters, objections, complaints, ways to repay.

    For the bank's own products and service; it names no call, no account and no agent.
    """
    from assistant.archive import themes
    from assistant.record.locations import locate

    themes.tell_themes(
        locate(data_dir, os.environ),
        _of_span(since, until, jurisdiction),
        as_json=as_json,
        interface=reader(interface),
    )


def _of_span(since: str | None, until: str | None, jurisdiction: str | None) -> CallFilter:
    from assistant.record.search import CallFilter

    return CallFilter(
        since_utc=since or "", before_utc=until or "", jurisdiction=jurisdiction or ""
    )
