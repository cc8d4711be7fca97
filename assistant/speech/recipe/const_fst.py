"""OpenFst's ConstFst: a transducer as one array of states and one of arcs.

Owns the bytes of the file, both ways (OpenFst 1.8, `const-fst.h` and the header of `fst.cc`).  It
checks that arcs lead to states; what the labels mean is the graph's affair.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from assistant.speech.recipe.kaldi_io import Malformed, Reader

MAGIC = 2125659606
VERSION = 2
ARC_TYPE = "standard"
# OpenFst's property bits.
EXPANDED = 0x1
ACCEPTOR = 0x10000
NOT_ACCEPTOR = 0x20000
INPUT_SORTED = 0x10000000
NOT_INPUT_SORTED = 0x20000000
OUTPUT_SORTED = 0x40000000
INFINITE = math.inf


@dataclass(frozen=True, slots=True)
class Arc:
    """One arc; labels are numbers, 0 is ε, `weight` is a cost (−log probability)."""

    ilabel: int
    olabel: int
    weight: float
    nextstate: int


@dataclass(frozen=True, slots=True)
class State:
    """A state's arcs in the order of the file and its final cost, `inf` where it is not final."""

    arcs: tuple[Arc, ...]
    final: float = INFINITE


@dataclass(frozen=True, slots=True)
class Fst:
    """A whole transducer; readers take `properties`, OpenFst's bits, at their word."""

    start: int
    states: tuple[State, ...]
    properties: int = EXPANDED

    def arcs(self) -> int:
        """How many arcs there are."""
        return sum(len(state.arcs) for state in self.states)


def header(kind: str, version: int, properties: int, start: int, states: int, arcs: int) -> bytes:
    """An OpenFst header."""
    return (
        struct.pack("<i", MAGIC)
        + _string(kind)
        + _string(ARC_TYPE)
        + struct.pack("<iiQqqq", version, 0, properties, start, states, arcs)
    )


def read_header(reader: Reader, kind: str, version: int) -> tuple[int, int, int, int]:
    """Properties, start, states and arcs; `Malformed` where it is not of this kind."""
    if int(reader.packed("<i")[0]) != MAGIC:
        raise Malformed("this is no OpenFst file")
    found = _read_string(reader)
    arcs_kind = _read_string(reader)
    if (found, arcs_kind) != (kind, ARC_TYPE):
        raise Malformed(f"a transducer of kind {kind}/{ARC_TYPE} is wanted, not {found[:40]}")
    told_version, flags, properties, start, states, arcs = (
        int(number) for number in reader.packed("<iiQqqq")
    )
    if told_version != version or flags != 0:
        raise Malformed(f"version {version} of {kind} without flags is wanted")
    return properties, start, states, arcs


def write(fst: Fst) -> bytes:
    """The file's bytes."""
    states = bytearray()
    arcs = bytearray()
    position = 0
    for state in fst.states:
        states += struct.pack(
            "<fIIII",
            state.final,
            position,
            len(state.arcs),
            sum(1 for arc in state.arcs if arc.ilabel == 0),
            sum(1 for arc in state.arcs if arc.olabel == 0),
        )
        for arc in state.arcs:
            arcs += struct.pack("<iifi", arc.ilabel, arc.olabel, arc.weight, arc.nextstate)
        position += len(state.arcs)
    head = header("const", VERSION, fst.properties, fst.start, len(fst.states), position)
    return head + bytes(states) + bytes(arcs)


def read(reader: Reader) -> Fst:
    """One ConstFst from where the reader stands.

    Raises:
        Malformed: the bytes are cut or contradict themselves.
    """
    properties, start, count, arc_count = read_header(reader, "const", VERSION)
    rows = [reader.packed("<fIIII") for _ in range(count)]
    arcs = [
        Arc(int(i), int(o), float(weight), int(after))
        for i, o, weight, after in (reader.packed("<iifi") for _ in range(arc_count))
    ]
    if not -1 <= start < count or any(not 0 <= arc.nextstate < count for arc in arcs):
        raise Malformed("the transducer leads to states that it does not have")
    states: list[State] = []
    position = 0
    for final, begin, number, _, _ in rows:
        if int(begin) != position:
            raise Malformed("the arcs of a state do not lie where it says")
        position += int(number)
        states.append(State(tuple(arcs[int(begin) : position]), float(final)))
    if position != arc_count:
        raise Malformed("there are more arcs than the states have")
    return Fst(start, tuple(states), properties)


def _string(text: str) -> bytes:
    return struct.pack("<i", len(text)) + text.encode("ascii")


def _read_string(reader: Reader) -> str:
    length = int(reader.packed("<i")[0])
    return reader.raw(length).decode("ascii", "replace")
