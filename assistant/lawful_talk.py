"""Lawful talk in files, for counting false alarms: an agent's sentences, one after the other.

Owns its formats and what is told of a file that cannot be read.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from compliance.errors import AssistantError, BadInput, Fault


def talk_files(given: Iterable[Path]) -> Iterator[Path]:
    """The files of lawful talk among files and folders.

    Raises:
        BadInput: a folder holds none.
    """
    for path in given:
        if path.is_dir():
            found = [each for each in sorted(path.iterdir()) if _is_talk(each)]
            if not found:
                message = "there is no talk in it (*.jsonl, *.jsonl.gz, *.txt)"
                raise BadInput("the lawful talk cannot be read", (Fault(path, 0, 0, message),))
            yield from found
        else:
            yield path


def _is_talk(path: Path) -> bool:
    return path.is_file() and path.name.endswith((".jsonl", ".jsonl.gz", ".txt"))


def talk_in(path: Path) -> Iterator[str]:
    """What the agent says in a file: JSON Lines with `speaker` and `text`, or a line a sentence.

    Lines without a speaker are the agent's.

    Raises:
        BadInput: the file cannot be read, or a line is no such record.
    """
    try:
        if path.name.endswith(".gz"):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                yield from _spoken(path, lines)
        else:
            with path.open(encoding="utf-8") as lines:
                yield from _spoken(path, lines)
    except UnicodeDecodeError:
        raise _bad_talk(path, 0, "it is not UTF-8; save it as UTF-8") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "it cannot be read"
        raise _bad_talk(path, 0, reason) from None


def _spoken(path: Path, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines, start=1):
        if path.name.endswith(".txt"):
            if line.strip():
                yield line.strip()
            continue
        try:
            record = json.loads(line)
        except ValueError:
            raise _bad_talk(path, number, "this is not JSON") from None
        if not isinstance(record, dict) or not isinstance(record.get("text", ""), str):
            raise _bad_talk(path, number, "an object with a text is expected")
        if record.get("speaker", "agent") == "agent" and record.get("text"):
            yield record["text"]


def _bad_talk(path: Path, line: int, message: str) -> AssistantError:
    return BadInput(
        "the lawful talk cannot be read", (Fault(path, line, 1 if line else 0, message),)
    )
