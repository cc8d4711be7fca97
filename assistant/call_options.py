"""Options that the commands on kept calls share: spans of time, the reader's language.

Owns these options and the reading of days and moments alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import click

from compliance.places import JURISDICTIONS

F = TypeVar("F", bound=Callable[..., Any])

interface_option = click.option(
    "--interface",
    type=click.Choice(("en", "zh-Hant", "zh-Hans")),
    help="Language of the words (default: the system's).",
)


class Moment(click.ParamType[str]):
    """A day or moment, ISO 8601; without an offset, by this desk's clock."""

    name = "ISO"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return datetime.fromisoformat(str(value)).astimezone(UTC).isoformat()
        except (ValueError, OverflowError, OSError):
            self.fail(
                f"{value} is no day or moment such as 2026-11-20 or 2026-11-20T14:00+08:00",
                param,
                ctx,
            )


class Until(Moment):
    """A day, which is in the span itself, or a moment, which ends it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        with suppress(ValueError, OverflowError):  # a moment, or nothing
            value = date.fromisoformat(str(value)) + timedelta(days=1)
        return super().convert(value, param, ctx)


def span_options(command: F) -> F:
    options = (
        click.option("--since", type=Moment(), help="Calls from this day or moment on."),
        click.option("--until", type=Until(), help="Calls to this day, or before this moment."),
        click.option("--jurisdiction", type=click.Choice(JURISDICTIONS), help="Whose law."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def reader(interface: str | None) -> str:
    """The language of the words: the one asked for, else the system's."""
    from assistant.calls import own_language  # noqa: PLC0415 - commands import what they run
    from compliance.places import LANGUAGES  # noqa: PLC0415 - as above

    return interface or own_language(LANGUAGES)
