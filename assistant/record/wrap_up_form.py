"""The written forms of a wrap-up: what is sealed in its row, and its record in files and archives.

Owns both forms and their strict reading.  In a row the note, the values and what the call was about
are sealed in one piece.  Before there were values that piece was the note alone, and a wrap-up that
has nothing else is still written so; any other begins with a byte that no text in UTF-8 has, then
JSON that names its version.  A record leaves out what is empty, so that older programs read it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from assistant.record.kept import KeptItem, KeptWrapUp

FORM = 3
"""The newest version; 1 was the note alone, 2 did not know who completed a wrap-up later, and is
still written of those that nobody did, so that older programs read them."""

SEALED = ("note", "values", "currency", "account", "missing", "happened", "by")
"""The fields that are in no column of their own."""

_OWN_FORM = 2
_MARK = b"\xff"
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_MOST = 200  # values, or items, of one wrap-up
_LONGEST = 2000
_TEXTS = ("call", "outcome", "note", "at_utc")
_ITEM = tuple(field.name for field in fields(KeptItem))


class NewerForm(ValueError):
    """A newer version of the program wrote it."""


def sealed_part(wrap_up: KeptWrapUp) -> bytes:
    """What is sealed of a wrap-up."""
    more = (wrap_up.values, wrap_up.account, wrap_up.missing, wrap_up.happened, wrap_up.by)
    if not any(more):
        return wrap_up.note.encode("utf-8", "surrogatepass")
    record = record_of(wrap_up)
    form = FORM if wrap_up.by else _OWN_FORM
    held = {"form": form, **{name: record[name] for name in SEALED if name in record}}
    return _MARK + json.dumps(held, ensure_ascii=True).encode()


def opened_part(sealed: bytes) -> dict[str, Any]:
    """What was sealed of a wrap-up, as arguments of `KeptWrapUp`.

    Raises:
        NewerForm: this program does not know the form.
        ValueError: it is no such piece.
    """
    if not sealed.startswith(_MARK):
        return {"note": sealed.decode("utf-8", "surrogatepass")}
    held = json.loads(sealed.removeprefix(_MARK))
    form = held.pop("form", None) if isinstance(held, dict) else None
    if not isinstance(form, int) or isinstance(form, bool) or form < _OWN_FORM:
        raise ValueError("form")
    if form > FORM:
        raise NewerForm
    if held.keys() - set(SEALED) or not isinstance(held.get("note"), str):
        raise ValueError("fields")
    return {"note": held["note"], **_rest(held)}


def record_of(wrap_up: KeptWrapUp) -> dict[str, Any]:
    """A wrap-up as JSON has it."""
    record: dict[str, Any] = {
        "call": wrap_up.call,
        "outcome": wrap_up.outcome,
        "next_contact": wrap_up.next_contact,
        "note": wrap_up.note,
        "at_utc": wrap_up.at_utc,
    }
    if wrap_up.values:
        record["values"] = dict(wrap_up.values)
    if wrap_up.currency:
        record["currency"] = wrap_up.currency
    if wrap_up.account:
        record["account"] = wrap_up.account
    if wrap_up.missing:
        record["missing"] = list(wrap_up.missing)
    if wrap_up.happened:
        record["happened"] = [asdict(item) for item in wrap_up.happened]
    if wrap_up.by:
        record["by"] = wrap_up.by
    return record


def wrap_up_of(record: object) -> KeptWrapUp:
    """A wrap-up by its record.

    Raises:
        ValueError: it is none.
    """
    known = {field.name for field in fields(KeptWrapUp)}
    if not isinstance(record, Mapping) or record.keys() - known:
        raise ValueError("fields")
    if not all(isinstance(record.get(name), str) for name in _TEXTS):
        raise ValueError("texts")
    if "next_contact" not in record:
        raise ValueError("next_contact")
    day = record["next_contact"]
    if day is not None and not isinstance(day, str):
        raise ValueError("next_contact")
    texts = {name: record[name] for name in _TEXTS}
    return KeptWrapUp(next_contact=day, **texts, **_rest(record))


def _rest(held: Mapping[str, Any]) -> dict[str, Any]:
    values, currency = held.get("values", {}), held.get("currency", "")
    missing, happened = held.get("missing", []), held.get("happened", [])
    if not isinstance(values, dict) or len(values) > _MOST:
        raise ValueError("values")
    if not all(_is_slug(name) and _is_text(value) for name, value in values.items()):
        raise ValueError("values")
    if not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}|", currency):
        raise ValueError("currency")
    account = held.get("account", "")
    if not _is_text(account):
        raise ValueError("account")
    if not _is_text(held.get("by", "")):
        raise ValueError("by")
    if not isinstance(missing, list) or len(missing) > _MOST or not all(map(_is_slug, missing)):
        raise ValueError("missing")
    if not isinstance(happened, list) or len(happened) > _MOST:
        raise ValueError("happened")
    return {
        "values": dict(values),
        "currency": currency,
        "account": account,
        "missing": tuple(missing),
        "happened": tuple(map(_item, happened)),
        "by": held.get("by", ""),
    }


def _item(held: object) -> KeptItem:
    if not isinstance(held, dict) or held.keys() != set(_ITEM):
        raise ValueError("happened")
    first_s, times = held["first_s"], held["times"]
    numbers = isinstance(first_s, int | float) and isinstance(times, int)
    if not numbers or isinstance(first_s, bool) or isinstance(times, bool):
        raise ValueError("happened")
    if not math.isfinite(first_s):
        raise ValueError("happened")
    if not (_is_slug(held["about"]) and _is_slug(held["slug"])) or times < 1:
        raise ValueError("happened")
    return KeptItem(held["about"], held["slug"], float(first_s), times)


def _is_slug(value: object) -> bool:
    return isinstance(value, str) and _SLUG.match(value) is not None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST
