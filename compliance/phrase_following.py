"""Searches a text that grows, at the cost of what its new words may change.

Owns `Follower`, which remembers what the last partial of an utterance brought.  What it finds is
what a search of the whole would find; it only gets there sooner.
"""

from __future__ import annotations

from itertools import pairwise

from compliance.phrase_search import Index, Program, Sweep

Stretches = list[tuple[int, int]]


class Follower:
    """Follows one open utterance under one index; for one thread.

    A program waits for a need that has not been heard.  When all have been, it is tried again only
    where its last word may stand among the new ones.
    """

    __slots__ = ("_awake", "_found", "_index", "_masks", "_met", "_pieces", "_present", "_waiting")

    def __init__(self, index: Index) -> None:
        self._index = index
        self._pieces: tuple[str, ...] = ()
        self._masks: dict[str, int] = {}
        # Words that were taken back stay: needs only choose what is worth trying.
        self._present: set[str | int] = set()
        self._waiting: dict[str | int, list[Program]] = {}
        self._met: set[Program] = set()
        self._awake: dict[frozenset[str], list[Program]] = {}  # by their last words
        self._found: dict[Program, Stretches] = {}

    def follow(self, pieces: tuple[str, ...]) -> dict[int, Stretches]:
        """What the line as it stands now changes: the stretches of programs tried anew, by number.

        A program without stretches matches no more.
        """
        before = self._pieces
        kept = _common(before, pieces)
        if kept == len(before) == len(pieces):
            return {}
        self._place(before[kept:], pieces[kept:], kept)
        self._pieces = pieces
        return self._tried(kept)

    def _place(self, gone: tuple[str, ...], new: tuple[str, ...], kept: int) -> None:
        masks = self._masks
        for piece in gone:
            masks[piece] &= (1 << kept) - 1
        bit = 1 << kept
        for piece in new:
            masks[piece] = masks.get(piece, 0) | bit
            bit <<= 1

    def _tried(self, kept: int) -> dict[int, Stretches]:
        pieces = self._pieces
        new = pieces[kept:]
        words = (*new, *map(" ".join, pairwise(pieces[max(0, kept - 1) :])))
        heard = self._index.present(new, words)
        self._wake(heard - self._present)
        sweep = Sweep(pieces, self._masks, self._index, self._present)
        again = {
            program
            for program, stretches in self._found.items()
            if stretches[-1][1] + program.beyond >= kept
        }
        endings = self._index.endings(new, words)
        changed = sweep.everywhere >> kept + 1 << kept + 1
        for last_words, programs in self._awake.items():
            if last_words and endings.isdisjoint(last_words):
                continue
            for program in programs:
                ends = changed
                if program.beyond:
                    settled = max(0, kept + 1 - program.beyond)
                    ends = sweep.everywhere >> settled << settled
                if program in again or not self._index.may_match(program, self._present):
                    continue
                if sweep.starts(program.steps, ends):
                    again.add(program)
        tried: dict[int, Stretches] = {}
        for program in again:
            stretches = [*sweep.stretches(program.steps)]
            tried[program.number] = stretches
            if stretches:
                self._found[program] = stretches
            else:
                self._found.pop(program, None)
        return tried

    def _wake(self, fresh: set[str | int]) -> None:
        """Let programs go on that one of these first met needs had kept waiting."""
        present, waiting, met = self._present, self._waiting, self._met
        present |= fresh
        called = [program for program in self._index.found_by(fresh) if program not in met]
        met.update(called)
        for need in waiting.keys() & fresh:
            called.extend(waiting.pop(need))
        for program in called:
            missing = program.needs - present
            if missing:
                waiting.setdefault(min(missing, key=str), []).append(program)
            else:
                last_words = self._index.last_words(program)
                self._awake.setdefault(last_words, []).append(program)


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many pieces two lines have in common from their beginning."""
    shorter = min(len(one), len(other))
    if one[:shorter] == other[:shorter]:
        return shorter
    return next(index for index in range(shorter) if one[index] != other[index])
