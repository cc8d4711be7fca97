"""The command line: commands only."""

import click


@click.group()
def main() -> None:
    """Beside the phone."""
