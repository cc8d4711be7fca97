"""Which channel of a recording is whose.

Owns the meaning of `--channels`: names in file order (`agent,customer`), `-` for a channel to leave
out (`-,agent,-,customer`), or picks that count from 1 (`agent=2,customer=5`).  It knows the number
of channels of a file and nothing else of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from compliance.errors import AssistantError, BadInput, Fault
from compliance.transcript import Speaker

LEFT_OUT = "-"
MOST_CHANNELS = 2
USUAL = {1: "unknown", 2: "agent,customer"}
NAMES = tuple(speaker.value for speaker in Speaker)


@dataclass(frozen=True, slots=True)
class MappedChannel:
    """One channel to listen to: its `name` and `speaker`, and its `column` in the file, from 0."""

    name: str
    speaker: Speaker
    column: int


ChannelMap = tuple[MappedChannel, ...]


def map_channels(text: str | None, file_channels: int, path: Path) -> ChannelMap:
    """The channels to listen to, in the order of the map.

    Args:
        text: the map as given, or `None`: two channels are agent and customer, one is unknown.
        file_channels: how many channels the file has.
        path: the file, for the error.

    Raises:
        BadInput: the map does not fit the file, or none was given for more than two channels.
        AssistantError: the map itself is not understood.
    """
    if text is None:
        if file_channels not in USUAL:
            raise _unfit(path, file_channels, "and nothing tells which are whose")
        text = USUAL[file_channels]
    picks = [part.strip() for part in text.split(",")]
    named = _by_number(picks, text) if any("=" in pick for pick in picks) else _by_order(picks)
    if not any("=" in pick for pick in picks) and len(picks) != file_channels:
        raise _unfit(path, file_channels, f"and the map {text} names {len(picks)}")
    if any(column >= file_channels for _, column in named):
        raise _unfit(path, file_channels, f"and the map {text} asks for one beyond")
    _check_names([name for name, _ in named], text)
    columns = [column for _, column in named]
    if len(set(columns)) != len(columns):
        raise _misread(text, "it gives one channel two names")
    return tuple(MappedChannel(name, Speaker(name), column) for name, column in named)


def _by_order(picks: Sequence[str]) -> list[tuple[str, int]]:
    return [(name, column) for column, name in enumerate(picks) if name != LEFT_OUT]


def _by_number(picks: Sequence[str], text: str) -> list[tuple[str, int]]:
    named = []
    for pick in picks:
        name, _, number = (part.strip() for part in pick.partition("="))
        if not (number.isascii() and number.isdecimal() and int(number) > 0):
            raise _misread(text, "a pick is a name, `=` and a channel number from 1 on")
        named.append((name, int(number) - 1))
    return named


def _check_names(names: Sequence[str], text: str) -> None:
    if not names:
        raise _misread(text, "it names no channel")
    for name in names:
        if name not in NAMES:
            raise _misread(text, f"`{name}` is not one of {', '.join(NAMES)}")
    if len(set(names)) != len(names):
        raise _misread(text, "a name stands in it twice")
    if len(names) > MOST_CHANNELS:
        raise _misread(text, "a call has two channels at most")


def _misread(text: str, why: str) -> AssistantError:
    return AssistantError(
        f"The channel map {text!r} cannot be used: {why}",
        "Write --channels agent,customer, or --channels agent=1,customer=2",
    )


def _unfit(path: Path, file_channels: int, why: str) -> BadInput:
    plural = "" if file_channels == 1 else "s"
    remedy = (
        "Give --channels agent or --channels customer"
        if file_channels == 1
        else "Give --channels with one name for each channel (`-` leaves one out), "
        "or pick by number: --channels agent=1,customer=2"
    )
    return BadInput(
        "The channels of the recording are not clear",
        (Fault(path, 0, 0, f"has {file_channels} channel{plural}, {why}"),),
        remedy,
    )
