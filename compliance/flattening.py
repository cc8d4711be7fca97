"""Flattens text one code point at a time: what no matcher should have to tell apart.

Owns the table: width, case and accents away, Traditional to Simplified, 您 and 妳 to 你.  It must
not know words.
"""

from __future__ import annotations

import importlib.metadata
import json
import unicodedata
from functools import cache

from compliance.pack_cache import USERS

# Characters that mean the same to a matcher, beyond OpenCC's Traditional to Simplified.
_SAME = {
    "您": "你", "妳": "你", "她": "他", "它": "他", "牠": "他", "祂": "他",
    "著": "着", "账": "帐", "賬": "帐", "甚": "什", "呐": "吗", "噁": "恶",
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "＇": "'",
}  # fmt: skip


def flatten(text: str) -> tuple[str, list[int] | None]:
    """The flat text, and of each of its code points the place in `text`, `None` for the same."""
    table = _table()
    flat = text.translate(table)
    # A character that vanishes and one that grows may leave the length as it was.
    if text.isascii() or _resizing().isdisjoint(text):
        return flat, None
    places: list[int] = []
    for place, character in enumerate(text):
        places.extend([place] * len(table.get(ord(character), character)))
    return flat, places


@cache
def _resizing() -> frozenset[str]:
    """The characters that fold to none or to several."""
    return frozenset(chr(code) for code, flat in _table().items() if len(flat) != 1)


@cache
def _table() -> dict[int, str]:
    """Code point to flat text, for `str.translate`; made in some 50 ms, and kept for the next."""
    versions = (unicodedata.unidata_version, importlib.metadata.version("opencc"))
    key = USERS.key("flattening", map(str.encode, versions))
    kept = USERS.get(key)
    if kept is not None:
        return {int(code): flat for code, flat in json.loads(kept).items()}
    table = _made()
    USERS.put(key, json.dumps(table))
    return table


def _made() -> dict[int, str]:
    import opencc  # noqa: PLC0415 - its tables are read once, not at every start

    table: dict[int, str] = {}
    for code in range(0x20, 0x30000):
        if 0xAC00 <= code <= 0xDFFF or 0x3400 <= code <= 0x9FFF or 0x10000 <= code < 0x1D000:
            continue  # Hangul and surrogates stay; Han follows below
        if code >= 0x20000 and not unicodedata.decomposition(chr(code)):
            continue
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cf":  # zero width, direction marks
            table[code] = ""
            continue
        folded = unicodedata.normalize("NFKD", character).casefold()
        folded = "".join(part for part in folded if not unicodedata.combining(part))
        if folded != character:
            table[code] = folded
    han = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    simplified = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    for character, simple in zip(han, simplified, strict=True):
        if simple != character and len(simple) == 1:
            table[ord(character)] = simple
    for character, same in _SAME.items():
        table[ord(character)] = same
    return table
