"""The command `live`.

Owns its name and options; the work is `assistant.live`'s, imported only when the command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assistant.command_options import (
    data_dir_option,
    follow_up_days_option,
    mapping_option,
    stale_after_option,
    store_option,
)
from compliance.places import JURISDICTIONS, LANGUAGES


@click.command()
@click.option("--account", metavar="FILE|ID", help="The account on the line.")
@click.option(
    "--work-list",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Begin with whom to call: a CSV file or a folder of accounts; see `assistant worklist`.",
)
@click.option(
    "--follow-up",
    is_flag=True,
    help="Begin with the next list, formed from kept calls and payments; --work-list then says"
    " where accounts are known.",
)
@follow_up_days_option
@mapping_option
@stale_after_option
@click.option(
    "--door",
    type=click.IntRange(1, 65535),
    is_flag=False,
    flag_value=8737,
    metavar="[PORT]",
    help="Let a softphone on this machine start, link, hold and end calls; see `assistant door`.",
)
@click.option("--language", type=click.Choice(LANGUAGES), help="The language that is spoken.")
@click.option(
    "--jurisdiction",
    type=click.Choice(JURISDICTIONS),
    help="Whose law (default: the account's, else from the language).",
)
@click.option(
    "--collector",
    type=click.Choice(("in-house", "agency", "debt_buyer")),
    help="Who collects (default: from the account).",
)
@click.option(
    "--model",
    metavar="NAME|PATH",
    help="The speech model (default: the best installed; the demonstration model only by name).",
)
@click.option("--agent-device", metavar="D", help="The microphone.")
@click.option("--customer-device", metavar="D", help="Where the customer is heard.")
@click.option(
    "--channels",
    metavar="NAMES",
    help="What is heard: agent,customer (default), agent (the customer by keys), or mixed.",
)
@click.option("--inbound", is_flag=True, help="The customer is calling.")
@click.option("--no-audio", is_flag=True, help="No sound at all: the keys lead.")
@click.option(
    "--transferred", is_flag=True, help="The call is passed to you by another agent: identify anew."
)
@click.option("--plain", "form", flag_value="plain", help="Plain lines instead of a screen.")
@click.option("--jsonl", "form", flag_value="jsonl", help="JSON Lines instead of a screen.")
@click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    help="Language of the screens (default: the call's).",
)
@click.option("--theme", type=click.Choice(("dark", "light")), default="dark", show_default=True)
@click.option(
    "--keep",
    is_flag=True,
    help="Keep the call (otherwise as the site's settings say; without any, nothing is kept).",
)
@data_dir_option
@store_option
@click.pass_context
def live(context: click.Context, /, **options: Any) -> None:
    """Beside a real call: account, script, transcript and flags while you talk.

    The agent's voice and the customer's are heard where the devices allow it.  At a desk that hears
    the agent alone, or nobody (--no-audio), single keys say what the customer does.
    """
    from assistant import live as command

    context.exit(command.live(**options))
