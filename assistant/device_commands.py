"""The commands on sound devices: `assistant devices …`.

Owns names, options and exit statuses; the work is done in `device_listing`, imported only then.
"""

from __future__ import annotations

from typing import Any

import click

_agent = click.option(
    "--agent-device", metavar="D", help="The agent's side: name, part, or number."
)
_customer = click.option("--customer-device", metavar="D", help="The customer's side, likewise.")


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
@click.option("--watch", is_flag=True, help="Show each device's level until interrupted.")
@click.pass_context
def devices(context: click.Context, /, **options: Any) -> None:
    """Sound devices: what can be listened to, and which pair this desk most likely wants."""
    if context.invoked_subcommand is not None:
        if any(options.values()):
            raise click.UsageError("--json and --watch go with no further command")
        return
    from assistant import device_listing

    device_listing.devices(**options)


@devices.command("test")
@_agent
@_customer
@click.option("--seconds", type=click.FloatRange(1, 60), default=5.0, show_default=True)
@click.option("--silent", is_flag=True, help="Do not play back what was recorded.")
def devices_test(**options: Any) -> None:
    """Record some seconds of each side and play them back."""
    from assistant import device_listing

    device_listing.devices_test(**options)
