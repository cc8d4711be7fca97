"""The commands on sound devices: `assistant devices …`.

Owns names, options and exit statuses; each command hands over to the module that does the work and
imports it only then, as `cli` does.
"""

from __future__ import annotations

from typing import Any

import click


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--watch", is_flag=True, help="Show how loud each device is, until interrupted.")
@click.pass_context
def devices(ctx: click.Context, /, **options: Any) -> None:
    """Sound devices to listen with, and the pair that a call would use."""
    if ctx.invoked_subcommand is not None:
        if any(options.values()):
            raise click.UsageError("--json and --watch go with no further command")
        return
    from assistant import device_listing

    device_listing.devices_list(**options)


@devices.command("test")
@click.option(
    "--agent-device", metavar="D", help="The microphone: a name, a part of it, or its number."
)
@click.option("--customer-device", metavar="D", help="What hears the headset (default: proposed).")
def devices_test(**options: Any) -> None:
    """Record five seconds of each side, say how loud it was, and play it back."""
    from assistant import device_trial

    device_trial.devices_test(**options)
