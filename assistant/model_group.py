"""The commands on speech models: `assistant models …`.

Owns their names and options; the work is `assistant.model_commands`'s, imported only when a command
runs, as `cli` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assistant.command_options import (
    channels_option,
    data_dir_option,
    language_option,
    model_option,
)


@click.group()
def models() -> None:
    """Speech models: what there is, installing, choosing, checking.

    Everything is fetched from the publisher's address, or a mirror named with --from or
    ASSISTANT_MODELS_URL; nothing of a call is ever sent anywhere.
    """


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of plain lines.")
@data_dir_option
def models_list(**options: Any) -> None:
    """The official models with size, memory, licence and use; what is installed and chosen."""
    from assistant import model_commands

    model_commands.models_list(**options)


@models.command("install")
@click.argument("name", required=False)
@click.option(
    "--from",
    "source",
    metavar="URL|FILE",
    help="A mirror with model-list.json and archives, or a bundle or archive as a file.",
)
@click.option("--again", is_flag=True, help="Replace the model if it is installed.")
@data_dir_option
def models_install(name: str | None, **options: Any) -> None:
    """Fetch, check, unpack and try out a model; an interrupted run is gone on from."""
    from assistant import model_commands

    model_commands.models_install(name, **options)


@models.command("verify")
@click.argument("path", metavar="NAME|PATH")
@data_dir_option
def models_verify(path: str, **options: Any) -> None:
    """Check a model's structure and checksums, and open it in a process of its own."""
    from assistant import model_commands

    model_commands.models_verify(path, **options)


@models.command("use")
@click.argument("name", metavar="NAME|best")
@click.option("--language", type=click.Choice(("en", "zh")), help="Where its name does not tell.")
@data_dir_option
def models_use(name: str, **options: Any) -> None:
    """Choose the model that hears calls of its language when none is named."""
    from assistant import model_commands

    model_commands.models_use(name, **options)


@models.command("where")
@data_dir_option
def models_where(**options: Any) -> None:
    """The folder of installed models."""
    from assistant import model_commands

    model_commands.models_where(**options)


@models.command("remove")
@click.argument("name")
@data_dir_option
def models_remove(name: str, **options: Any) -> None:
    """Take an installed model away."""
    from assistant import model_commands

    model_commands.models_remove(name, **options)


@models.command("bundle")
@click.argument("name", metavar="NAME|PATH")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_dir_option
def models_bundle(name: str, file: Path, **options: Any) -> None:
    """Pack a model with checksums into FILE, for machines without a network."""
    from assistant import model_commands

    model_commands.models_bundle(name, file, **options)


@models.command("report")
@click.argument("audio", type=click.Path(path_type=Path, exists=True))
@click.argument("reference", type=click.Path(path_type=Path, exists=True))
@language_option
@model_option
@channels_option
@click.option("--corrected", is_flag=True, help="Apply the recognition corrections first.")
@data_dir_option
def models_report(audio: Path, reference: Path, **options: Any) -> None:
    """Error rates on your own hand-corrected calls, and corrections for what was misheard.

    AUDIO is a recording or a folder of them, REFERENCE its transcript or a folder of transcripts
    of the same names (`assistant transcribe --jsonl`, corrected by hand).  The output is a file of
    corrections with the figures as comments.
    """
    from assistant import recognition_report

    recognition_report.report(audio, reference, **options)
