"""OpenFst's `olabel_lookahead` transducer: a ConstFst that knows which words lie ahead.

Owns the file `HCLr.fst`: the transducer, sorted by output label, and for every state the intervals
of output labels that can come next.  Vosk composes it with the grammar while it decodes, and
follows only arcs that some word of the grammar can answer; so grammars can be made at run time.
Labels must already be numbered so that the intervals are few (see `graph`); nothing is renumbered
here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.speech.recipe import const_fst
from assistant.speech.recipe.const_fst import Fst, State
from assistant.speech.recipe.kaldi_io import Malformed, Reader

KIND = "olabel_lookahead"
VERSION = 1
ADDON_MAGIC = 446681434
# Of the pair of look-ahead tables: the first is there, the second is not; the first is for output.
# (`01 01 00 00` in its place loads without a word and doubles the errors.)
PRESENT = bytes((1, 0, 1, 0, 0))
PROPERTIES = 0x545420001 | const_fst.OUTPUT_SORTED  # expanded, cyclic, sorted by output label

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LookaheadFst:
    """The transducer and, for each state, `[begin, end)` intervals of labels that can come next.

    `final_label` stands for "a final state can be reached without another label".
    """

    fst: Fst
    final_label: int
    intervals: tuple[tuple[Interval, ...], ...]


def with_lookahead(fst: Fst, final_label: int) -> LookaheadFst:
    """Sort every state's arcs by output label and find out what lies ahead of it."""
    states = tuple(
        State(tuple(sorted(state.arcs, key=lambda a: (a.olabel, a.ilabel))), state.final)
        for state in fst.states
    )
    ahead = _reachable(states, final_label)
    return LookaheadFst(Fst(fst.start, states, PROPERTIES), final_label, ahead)


def write(lookahead: LookaheadFst) -> bytes:
    """The file's bytes."""
    parts = [
        const_fst.header(KIND, VERSION, lookahead.fst.properties, -1, 0, 0),
        struct.pack("<i", ADDON_MAGIC),
        const_fst.write(lookahead.fst),
        PRESENT,
        struct.pack("<iq", lookahead.final_label, len(lookahead.intervals)),
    ]
    for intervals in lookahead.intervals:
        parts.append(struct.pack("<q", len(intervals)))
        parts += [struct.pack("<ii", begin, end) for begin, end in intervals]
        parts.append(struct.pack("<i", sum(end - begin for begin, end in intervals)))
    return b"".join(parts)


def read(content: bytes) -> LookaheadFst:
    """The whole file.

    Raises:
        Malformed: the bytes are cut or contradict themselves.
    """
    reader = Reader(content)
    const_fst.read_header(reader, KIND, VERSION)
    if int(reader.packed("<i")[0]) != ADDON_MAGIC:
        raise Malformed("the look-ahead transducer holds no transducer")
    fst = const_fst.read(reader)
    if reader.raw(len(PRESENT)) != PRESENT:
        raise Malformed("the look-ahead table is not one of output labels")
    final_label, count = (int(number) for number in reader.packed("<iq"))
    if count != len(fst.states):
        raise Malformed("the look-ahead table tells of other states than the transducer has")
    every: list[tuple[Interval, ...]] = []
    for _ in range(count):
        size = int(reader.packed("<q")[0])
        numbers = [int(number) for number in reader.packed(f"<{2 * size}i")]
        intervals = tuple(zip(numbers[::2], numbers[1::2], strict=True))
        if int(reader.packed("<i")[0]) != sum(end - begin for begin, end in intervals):
            raise Malformed("an interval set does not hold as many labels as it says")
        every.append(intervals)
    if reader.at != len(content):
        raise Malformed("something follows the look-ahead table")
    return LookaheadFst(fst, final_label, tuple(every))


def merged(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same labels in as few intervals as possible, in order."""
    result: list[Interval] = []
    for begin, end in sorted(intervals):
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return tuple(result)


def _reachable(states: Sequence[State], final_label: int) -> tuple[tuple[Interval, ...], ...]:
    """First labels ahead of each state: a fixed point over its arcs without output label.

    States on a cycle of such arcs (self-loops, silence) settle after a few rounds, because a state
    is looked at again only when one it leads to has changed.
    """
    own = [
        [(arc.olabel, arc.olabel + 1) for arc in state.arcs if arc.olabel]
        + ([(final_label, final_label + 1)] if state.final != const_fst.INFINITE else [])
        for state in states
    ]
    follows = [
        {arc.nextstate for arc in state.arcs if not arc.olabel} - {number}
        for number, state in enumerate(states)
    ]
    leads_from: list[list[int]] = [[] for _ in states]
    for number, after in enumerate(follows):
        for each in after:
            leads_from[each].append(number)
    result: list[tuple[Interval, ...]] = [merged(intervals) for intervals in own]
    waiting = list(range(len(states)))
    queued = [True] * len(states)
    while waiting:
        number = waiting.pop()
        queued[number] = False
        found = merged([*own[number], *(i for each in follows[number] for i in result[each])])
        if found != result[number]:
            result[number] = found
            for before in leads_from[number]:
                if not queued[before]:
                    queued[before] = True
                    waiting.append(before)
    # The first round sees states before those they lead to have settled.
    return tuple(
        merged([*own[number], *(i for each in follows[number] for i in result[each])])
        for number in range(len(states))
    )
