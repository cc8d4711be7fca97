"""The binary files of a Vosk model: are they whole, and what do they say of themselves?

Owns reading the headers and sizes of Kaldi's acoustic model and of OpenFst's graphs, so that a file
that was cut is told before native code meets it.  It must not import Vosk, decode anything, or read
more of a large file than its header and its last part.  The formats: `kaldi/src/hmm/
transition-model.cc`, `kaldi/src/nnet3/am-nnet-simple.cc`, `openfst/src/include/fst/fst.h`,
`const-fst.h`, `add-on.h` and `label-reachable.h`.
"""

from __future__ import annotations

import mmap
import re
import struct
from dataclasses import dataclass
from pathlib import Path

FLOAT_BYTES = 4

FST_MAGIC = 2_125_659_606
ADD_ON_MAGIC = 446_681_434
HAS_INPUT_SYMBOLS, HAS_OUTPUT_SYMBOLS, IS_ALIGNED = 1, 2, 4
CONST_STATE_BYTES, ARC_BYTES = 20, 16
VECTOR_STATE_BYTES = 12  # final weight and number of arcs, before the state's arcs
LONGEST_NAME = 64
# Walking the intervals of every state takes a second for each million of them.
MOST_STATES_WALKED = 200_000
LOOKAHEAD = "olabel_lookahead"
INTERVAL_FLAGS = b"\x01\x00\x01\x00\x00"  # which of the pair of add-ons follow


class Damaged(ValueError):
    """What is wrong with a file, in words that follow its name."""


@dataclass(frozen=True, slots=True)
class AcousticFacts:
    """What an acoustic model says of itself: numbers that the other files must agree with."""

    input_size: int
    transition_ids: int
    phones: int
    speaker_vectors: bool


def read_acoustic(path: Path) -> AcousticFacts:
    """Read `am/final.mdl`.

    Raises:
        Damaged: it is no neural acoustic model, or it is cut or damaged.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        start = b"\0B<TransitionModel> <Topology> \x04"
        if whole[: len(start)] != start:
            raise Damaged("is not a Kaldi acoustic model in binary form")
        phones = _int32(whole, len(start))
        log_probs = whole.find(b"<LogProbs> FV \x04")
        network = whole.find(b"<Nnet3> ")
        if log_probs < 0 or network < log_probs:
            raise Damaged("is cut off or holds no neural network")
        transition_ids = _int32(whole, log_probs + 15) - 1
        config = whole[network : whole.find(b"<NumComponents>", network)]
        size = re.search(rb"input-node name=input dim=(\d+)", config)
        priors = whole.rfind(b"<Priors> FV \x04")
        if size is None or priors < network:
            raise Damaged("is cut off: its end is missing")
        if priors + 17 + FLOAT_BYTES * _int32(whole, priors + 13) != len(whole):
            raise Damaged("is cut off or has something after its end")
        return AcousticFacts(
            input_size=int(size[1]),
            transition_ids=transition_ids,
            phones=phones,
            speaker_vectors=b"input-node name=ivector" in config,
        )


def read_graph(path: Path) -> bool:
    """Read a graph file; returns whether it carries its own table of words.

    Raises:
        Damaged: it is no graph, or its size is not what its header says.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        header, position = _header(whole, 0)
        if header.kind == LOOKAHEAD:
            if _int32(whole, position) != ADD_ON_MAGIC:
                raise Damaged("is damaged: its look-ahead part does not begin")
            inner, position = _header(whole, position + 4)
            if inner.kind != "const":
                raise Damaged(f"holds a graph of kind {inner.kind}, expected const")
            end = _after_body(inner, position)
            if end is not None:
                _walk_intervals(whole, end)
        else:
            end = _after_body(header, position)
            if end is not None and end != len(whole):
                raise Damaged(f"has {len(whole)} bytes, its header promises {end}")
            if len(whole) < _least(header):
                raise Damaged("is cut off: it is shorter than its header promises")
        return bool(header.flags & HAS_OUTPUT_SYMBOLS)


@dataclass(frozen=True, slots=True)
class _Header:
    kind: str
    flags: int
    states: int
    arcs: int


def _header(whole: mmap.mmap, position: int) -> tuple[_Header, int]:
    if _int32(whole, position) != FST_MAGIC:
        raise Damaged("is not a graph in OpenFst's form")
    kind, position = _string(whole, position + 4)
    _, position = _string(whole, position)
    try:
        _, flags, _, _, states, arcs = struct.unpack_from("<iiQqqq", whole, position)
    except struct.error as fault:
        raise Damaged("is cut off within its header") from fault
    return _Header(kind, flags, states, arcs), position + 40


def _after_body(header: _Header, position: int) -> int | None:
    """Where the graph ends if its size follows from its header, else `None`."""
    plain = not header.flags & (HAS_INPUT_SYMBOLS | HAS_OUTPUT_SYMBOLS | IS_ALIGNED)
    if header.kind != "const" or not plain or header.states < 0 or header.arcs < 0:
        return None
    return position + CONST_STATE_BYTES * header.states + ARC_BYTES * header.arcs


def _least(header: _Header) -> int:
    per_state = CONST_STATE_BYTES if header.kind == "const" else VECTOR_STATE_BYTES
    return per_state * max(0, header.states) + ARC_BYTES * max(0, header.arcs)


def _walk_intervals(whole: mmap.mmap, position: int) -> None:
    """The look-ahead's reachable labels: every state's list must be there, and then the end."""
    if position > len(whole):
        raise Damaged("is cut off: its graph is not all there")
    if whole[position : position + len(INTERVAL_FLAGS)] != INTERVAL_FLAGS:
        return  # another arrangement of the add-on; Vosk is asked itself, in a process of its own
    position += len(INTERVAL_FLAGS) + 4
    try:
        (states,) = struct.unpack_from("<q", whole, position)
        position += 8
        if not 0 <= states <= MOST_STATES_WALKED:
            return
        for _ in range(states):
            (intervals,) = struct.unpack_from("<q", whole, position)
            position += 8 + 8 * intervals + 4
    except struct.error as fault:
        raise Damaged("is cut off within its look-ahead part") from fault
    if position != len(whole):
        raise Damaged(f"has {len(whole)} bytes, its look-ahead part ends at {position}")


def _int32(whole: mmap.mmap, position: int) -> int:
    try:
        (number,) = struct.unpack_from("<i", whole, position)
    except struct.error as fault:
        raise Damaged("is cut off") from fault
    return int(number)


def _string(whole: mmap.mmap, position: int) -> tuple[str, int]:
    length = _int32(whole, position)
    if not 0 <= length <= LONGEST_NAME:
        raise Damaged("is damaged: its header does not read")
    end = position + 4 + length
    return whole[position + 4 : end].decode("ascii", "replace"), end
