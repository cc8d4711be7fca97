"""Names the places that a store's pieces are sealed for.

Owns the names alone: a row that is moved to another call, table or number does not open there.
"""

from __future__ import annotations


def row_place(call: str, table: str, key: int | str) -> str:
    """A line of a table: `key` is the rest of its primary key."""
    return f"{table} {key} of {call}"


def note_place(call: str, finding: str, at_utc: str) -> str:
    """The note of a review."""
    return f"note {at_utc} on {finding} of {call}"


def task_place(call: str, task: str, at_utc: str) -> str:
    """The note of what was done with a task."""
    return f"task {task} {at_utc} of {call}"


def wrap_up_place(call: str, at_utc: str) -> str:
    """What is sealed of a wrap-up: its note, its values, what the call was about."""
    return f"wrap-up {at_utc} of {call}"
