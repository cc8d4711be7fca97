"""Trained weights as a file: arrays in one archive, and what is told where it does not open.

Owns the reading of the archive and the fault.  What its arrays mean is the business of whoever
wrote them: the rules' scorer, and those of objections, exits and stages.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from compliance.errors import BadInput, Fault

UNREADABLE = (
    OSError, BadZipFile, ValueError, KeyError, TypeError, AttributeError, EOFError,
)  # fmt: skip
"""What reading a broken archive, or making sense of its arrays, may raise."""


def arrays_of(content: bytes) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an archive, by name.

    Raises: one of `UNREADABLE`.
    """
    with np.load(BytesIO(content), allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def text_array(text: str) -> npt.NDArray[np.uint8]:
    """A text as an array of an archive."""
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def broken(path: Path, why: str, command: str) -> BadInput:
    """The fault of a file of weights, with the command that makes it anew."""
    message = f"{why}; train it again: python -m {command}"
    return BadInput("the scorer's weights are broken", (Fault(path, 0, 0, message),))
