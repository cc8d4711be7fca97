"""The commands on call flows: `assistant scripts …`.

Owns names, options and exit statuses; each command hands over to the module that does the work and
imports it only then, as `cli` does.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from compliance.context import Collector
from compliance.errors import AssistantError
from compliance.places import LANGUAGES

_COLLECTORS = tuple(collector.value for collector in Collector)

_language = click.argument("language", type=click.Choice(LANGUAGES))
_languages = click.option(
    "--language", type=click.Choice(LANGUAGES), help="Of one language only (default: all)."
)
_collector = click.option(
    "--collector",
    type=click.Choice(_COLLECTORS),
    default=Collector.IN_HOUSE.value,
    show_default=True,
    help="Who collects; lines differ.",
)
_folder = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Flows of your own instead of those that ship.",
)


_strategies = click.option(
    "--strategies",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Strategies of your own instead of those that ship.",
)


@click.group()
def scripts() -> None:
    """Call flows: what there is, walking one, drawing it, testing and checking its lines."""


@scripts.command("list")
@_folder
def scripts_list(**options: Any) -> None:
    """The flows: jurisdiction, version, status, and how much is in them."""
    from assistant import script_listing

    script_listing.scripts_list(**options)


@scripts.command("show")
@_language
@_collector
@_folder
@_strategies
def scripts_show(**options: Any) -> None:
    """Every line of a flow, with what must hold for it to be said."""
    from assistant import script_listing

    script_listing.scripts_show(**options)


@scripts.command("draw")
@_language
@_collector
@_folder
@click.option(
    "--svg",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a picture (SVG) instead of text.",
)
def scripts_draw(**options: Any) -> None:
    """A flow as a tree: stages, ways out and where they lead, replies."""
    from assistant import script_listing

    script_listing.scripts_draw(**options)


@scripts.command("test")
@_languages
@_folder
def scripts_test(**options: Any) -> None:
    """Walk the cases beside the flows; fails where one leads elsewhere or a part has none."""
    from assistant import script_checking

    if not script_checking.scripts_test(**options):
        raise AssistantError("cases lead elsewhere", "They are named above.")


@scripts.command("lint")
@_languages
@_folder
def scripts_lint(**options: Any) -> None:
    """Judge every line by the rules in the state it is said in; tell what a flow lacks."""
    from assistant import script_checking

    if not script_checking.scripts_lint(**options):
        raise AssistantError("lines break rules", "They are named above.")


@scripts.command("walk")
@_language
@click.option(
    "--collector",
    type=click.Choice(_COLLECTORS),
    help="Who collects; lines differ (default: as the account says, else in-house).",
)
@_folder
@click.option(
    "--account",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The account that fills the lines (default: an invented one).",
)
@_strategies
@click.option(
    "--days", type=click.IntRange(0, 36_525), help="Days past due (default: as the account says)."
)
@click.option(
    "--broken",
    type=click.DateTime(("%Y-%m-%d",)),
    metavar="DAY",
    help="The day of a promise that was not kept.",
)
@click.option(
    "--unanswered",
    type=click.IntRange(0, 1000),
    default=0,
    help="Contacts in a row without an answer.",
)
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME[=no]",
    help="What is on file: hardship, emergency, legal_review, reported, …; repeatable.",
)
@click.option("--inbound", is_flag=True, help="The customer is calling.")
def scripts_walk(
    *,
    days: int | None,
    broken: datetime | None,
    unanswered: int,
    facts: tuple[str, ...],
    inbound: bool,
    **options: Any,
) -> None:
    """Type both sides of a call and see where the script goes.

    Lines begin with a: (agent), c: (customer), t: (third party) or k: (a key, such as `k: verified`
    or `k: exit dispute`); an empty line or end of input ends it.
    """
    from assistant import script_walking

    told = script_walking.ToldCase(
        days,
        broken.date() if broken is not None else None,
        unanswered,
        tuple(_fact(text) for text in facts),
        inbound,
    )
    script_walking.scripts_walk(told=told, **options)


def _fact(text: str) -> tuple[str, bool]:
    """A fact as it is typed: `hardship`, `reported=no`."""
    name, _, value = text.partition("=")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,59}", name) or value not in ("", "yes", "no"):
        raise click.BadParameter(f"'{text[:40]}' is no fact", param_hint="--fact")
    return name, value != "no"
