"""The command `assistant calls import`: archives, recordings, transcripts made elsewhere.

Owns names, options and which of them go together; the work is done in `assistant.archive` and
`assistant.importing`, which are imported only then, as `cli` does.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.command_options import (
    channels_option,
    data_dir_option,
    language_option,
    model_option,
    store_option,
)
from compliance.places import JURISDICTIONS

if TYPE_CHECKING:
    from assistant.importing.recording_list import About

_MOST_WORKERS = 64


@click.command("import")
@click.argument("files", metavar="[FILE...]", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--recordings",
    metavar="CSV",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A list of recordings and what is known of each.",
)
@click.option(
    "--columns", is_flag=True, help="Say which columns such a list may have, and do nothing."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the list's files lie (default: beside the list).",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Which of the list's columns are which (TOML, YAML or JSON).",
)
@click.option("--contact-lens", is_flag=True, help="The files are what Contact Lens wrote (JSON).")
@click.option("--webvtt", is_flag=True, help="The files are WebVTT.")
@click.option("--jsonl", is_flag=True, help="The files are transcripts as `check` reads them.")
@click.option("--agent-voice", metavar="NAME", default="", help="Of WebVTT: the agent's voice tag.")
@click.option("--jurisdiction", type=click.Choice(JURISDICTIONS), help="Where no file says it.")
@language_option
@click.option(
    "--collector",
    type=click.Choice(("in-house", "agency", "debt_buyer")),
    help="Where no file says it.",
)
@click.option("--agent", metavar="ID", default="", help="The agent's number, for all files.")
@click.option("--zone", metavar="IANA", default="", help="Of times without an offset: Asia/Taipei.")
@channels_option
@model_option
@click.option(
    "--workers",
    type=click.IntRange(1, _MOST_WORKERS),
    default=1,
    show_default=True,
    help="How many processes hear recordings.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("import-faults.csv"),
    show_default=True,
    help="Where to write what could not be imported, and why.",
)
@click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    help="Language of the words (default: the system's).",
)
@data_dir_option
@store_option
def calls_import(
    *,
    files: tuple[Path, ...],
    recordings: Path | None,
    columns: bool,
    contact_lens: bool,
    webvtt: bool,
    jsonl: bool,
    interface: str | None,
    data_dir: Path | None,
    **options: Any,
) -> None:
    """Take calls in: an archive (FILE alone), recordings (a list), or transcripts made elsewhere.

    An archive that is broken, or known already, changes nothing.  Of recordings and transcripts
    each is taken in by itself: what was taken in before is passed over by what it holds, so that an
    import that was cut off is simply started again, and what is broken is told at the end.
    """
    from assistant.calls import own_language
    from assistant.record.locations import locate
    from compliance.places import LANGUAGES

    if columns:
        from assistant.importing.recording_list import COLUMNS

        for name, meaning in COLUMNS.items():
            click.echo(f"{name:18} {meaning}")
        return
    kinds = [name for name, given in (("contact-lens", contact_lens), ("webvtt", webvtt),
                                      ("jsonl", jsonl)) if given]  # fmt: skip
    if len(kinds) + (recordings is not None) > 1:
        raise click.UsageError("Name one kind: --recordings, --contact-lens, --webvtt or --jsonl.")
    if recordings is not None and files:
        raise click.UsageError("--recordings takes no other file: the list names them.")
    if recordings is None and not files:
        raise click.UsageError("Name a file, or a list with --recordings.")
    reader = interface or own_language(LANGUAGES)
    locations = locate(data_dir, os.environ)
    if recordings is None and not kinds:
        from assistant.archive import carrying

        if len(files) != 1:
            raise click.UsageError("Name one archive; for other files say what they are.")
        carrying.import_calls(locations, files[0], interface=reader)
        return
    from assistant.events import Source
    from assistant.importing import desk, items

    if webvtt and not options["agent_voice"].strip():
        raise click.UsageError("Say who the agent is: --agent-voice NAME")
    about = _about(**options)
    if recordings is not None:
        given = desk.listed_items(recordings, options["mapping"], options["folder"], about)
    else:
        given = tuple(items.named(files, Source(kinds[0]), about))
    desk.import_bulk(
        locations,
        given,
        model=options["model"],
        workers=options["workers"],
        report_to=options["report"],
        interface=reader,
    )


def _about(
    *,
    jurisdiction: str | None,
    language: str | None,
    collector: str | None,
    agent: str,
    zone: str,
    channels: str | None,
    agent_voice: str,
    **_others: Any,
) -> About:
    """What was said of all files at once."""
    from assistant.importing.recording_list import About
    from compliance.context import Collector
    from compliance.local_time import zone_of

    if zone and zone_of(zone) is None:
        raise click.UsageError("--zone is an IANA name: Asia/Taipei")
    return About(
        jurisdiction=jurisdiction,
        language=language,
        collector=Collector(collector) if collector else None,
        agent_id=agent,
        zone=zone,
        channels=channels,
        agent_voice=agent_voice,
    )
