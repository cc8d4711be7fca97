"""What the commands `accounts …` do: a source's check, and a masked list of what was found.

Owns the plain and JSON forms, and what is masked in them.  It reads nothing itself.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.accounts.settings import NoSource, open_source
from assistant.accounts.source import AccountSource, Sourced, Unread, look_up
from assistant.record.locations import Locations, locate
from assistant.site_settings import load_site_settings
from compliance.errors import AssistantError

BAD_INPUT = 2
_SHOWN = 3  # figures of a telephone number that tell it from another on the same screen


def source_of(locations: Locations) -> AccountSource | None:
    """The source that the settings name; `None` where they name none.

    Raises:
        AssistantError: the settings have faults, or a secret or driver is missing.
    """
    settings = load_site_settings(locations.settings)
    return open_source(settings.accounts, locations.settings.parent)


def check(
    account: str, *, file: Path | None, mapping: Path | None, as_json: bool, data_dir: Path | None
) -> int:
    """Try a source; the exit status.

    Args:
        account: an id that is to be there; empty: none.
        file: a file of accounts instead of the source that is set up.
        mapping: of the file.
        as_json: JSON instead of lines.
        data_dir: as `--data-dir`.

    Raises:
        AssistantError: there is no source, or it does not answer.
    """
    source = _source(file, mapping, data_dir)
    checked = source.check(account)
    if as_json:
        _write_json({
            "source": source.name,
            "read": checked.read,
            "as_of": _iso(checked.as_of),
            "unused_columns": list(checked.unused),
            "rejected": [_unread_record(bad) for bad in checked.unread],
        })  # fmt: skip
    else:
        for bad in checked.unread:
            sys.stdout.write(f"{bad}\n")
        read = "answers" if checked.read is None else f"accounts read: {checked.read}"
        rejected = f", rejected: {len(checked.unread)}" if checked.unread else ""
        fresh = f", as of {_local(checked.as_of)}" if checked.as_of else ""
        sys.stdout.write(f"{source.name}: {read}{rejected}{fresh}\n")
        if checked.unused:
            sys.stdout.write(f"columns not used: {', '.join(checked.unused)}\n")
    return BAD_INPUT if checked.unread else 0


def find(
    typed: str, *, file: Path | None, mapping: Path | None, as_json: bool, data_dir: Path | None
) -> int:
    """Look accounts up and write a masked list; the exit status.

    Args:
        typed: an id, a telephone number or a name.
        file: a file of accounts instead of the source that is set up.
        mapping: of the file.
        as_json: JSON instead of lines.
        data_dir: as `--data-dir`.

    Raises:
        AssistantError: there is no source, or it does not answer.
    """
    found = look_up(_source(file, mapping, data_dir), typed)
    if as_json:
        _write_json({
            "accounts": [_record(one) for one in found.accounts],
            "rejected": [_unread_record(bad) for bad in found.unread],
        })  # fmt: skip
    else:
        for one in found.accounts:
            cells = (
                one.account.id,
                masked_name(one.account.customer_name),
                " ".join(map(masked_number, one.numbers)) or "-",
                one.account.jurisdiction,
                f"{one.source}, {_local(one.as_of) if one.as_of else 'of unknown age'}",
            )
            sys.stdout.write("\t".join(cells) + "\n")
        for bad in found.unread:
            sys.stderr.write(f"not read: {bad}\n")
        if not found.accounts and not found.unread:
            sys.stderr.write("no account fits\n")
    sys.stdout.flush()
    return BAD_INPUT if found.unread and not found.accounts else 0


def masked_name(name: str) -> str:
    """A name of which nobody else is known: `A•• L••`, `陳○○`."""
    return " ".join(
        part[0] + ("••" if part.isascii() else "○" * max(1, len(part) - 1)) for part in name.split()
    )


def masked_number(number: str) -> str:
    """A telephone number by its last figures."""
    return "•••" + number[-_SHOWN:]


def _source(file: Path | None, mapping: Path | None, data_dir: Path | None) -> AccountSource:
    if file is not None:
        from assistant.accounts.files import FileSource  # noqa: PLC0415 - what is not used

        return FileSource(file, mapping)
    if mapping is not None:
        raise AssistantError("A mapping is of a file here", "Name the file with --file.")
    source = source_of(locate(data_dir, os.environ))
    if source is None:
        raise NoSource
    return source


def _record(one: Sourced) -> dict[str, Any]:
    return {
        "account": one.account.id,
        "customer_name": masked_name(one.account.customer_name),
        "numbers": [masked_number(number) for number in one.numbers],
        "jurisdiction": one.account.jurisdiction,
        "source": one.source,
        "as_of": _iso(one.as_of),
    }


def _unread_record(bad: Unread) -> dict[str, Any]:
    return {
        "place": bad.place,
        "row": bad.row or None,
        "why": [{"column": column or None, "reason": reason} for column, reason in bad.why],
    }


def _write_json(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
