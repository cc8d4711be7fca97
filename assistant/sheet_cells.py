"""Cells of a table that a spreadsheet opens: none of them is taken for a formula.

Owns the sign that is put before such a cell, and the taking of it away where a list is read back.
It knows no table.
"""

from __future__ import annotations

import re

# What OWASP lists under "CSV injection"; full-width signs count in some languages of a spreadsheet.
# Marks that stand before already are counted in, so that what was written is read back as it was.
_BEGINS = r"[=+\-@\t\r\n＝＋－＠]"
_FORMULA = re.compile(rf"'*{_BEGINS}")
_GUARDED = re.compile(rf"'+{_BEGINS}")


def guarded(text: str) -> str:
    """A cell that a spreadsheet shows as it is."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What stood in a cell before it was guarded; any other as it is."""
    return text[1:] if _GUARDED.match(text) else text
