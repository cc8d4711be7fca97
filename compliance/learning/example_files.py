"""Files of examples: JSON Lines, one example a line, all faults told at once with their places.

Owns the reading of a file's lines by a schema.  What an example is, and which files there are, is
said by whoever learns from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from compliance.documents import Schema, validate_mapping
from compliance.errors import BadInput, Fault

S = TypeVar("S", bound=Schema)


def example_lines(path: Path, schema: type[S], faults: list[Fault]) -> Iterator[tuple[int, S]]:
    """The lines of a file that are as they should be, with their numbers from 1.

    Args:
        path: the file.
        schema: what stands in a line.
        faults: what is wrong with the other lines is added to these.
    """
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield number, validate_mapping(json.loads(text), schema, path=path)
        except json.JSONDecodeError as fault:
            faults.append(Fault(path, number, fault.colno, "this is no JSON"))
        except BadInput as error:
            faults.extend(replace(fault, line=number) for fault in error.faults)
