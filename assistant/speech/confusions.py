"""What was said and what a model made of it, piece by piece, counted over sentences.

Owns the alignment of a text with what was heard of it, and the counting.  It shows where words are
lost, so that what is general can be learnt (`corrections.*.yaml`, the packs, the search by sounds);
it mends nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from compliance.text import fold

_LONGEST = 4  # tokens; where more went wrong at once, nothing can be learnt


@dataclass(frozen=True, slots=True)
class Confusion:
    """`said` was heard as `heard` (either may be empty) in so many different sentences.

    `lost` of them are sentences in which a breach was found on text and not on sound.
    """

    said: str
    heard: str
    sentences: int
    lost: int


def confusions(heard: Iterable[tuple[str, str, bool]]) -> tuple[Confusion, ...]:
    """Confusions, those that cost most sentences first.

    Args:
        heard: what was said, what was heard of it, and whether a breach was lost by that.  A
            sentence said by several voices counts once for each confusion.
    """
    seen: dict[tuple[str, str], set[str]] = {}
    lost: dict[tuple[str, str], set[str]] = {}
    for said, text, loses in heard:
        for pair in set(differences(said, text)):
            seen.setdefault(pair, set()).add(said)
            if loses:
                lost.setdefault(pair, set()).add(said)
    costs = Counter({pair: len(sentences) for pair, sentences in lost.items()})
    ordered = sorted(seen, key=lambda pair: (-costs[pair], -len(seen[pair]), pair))
    return tuple(Confusion(*pair, len(seen[pair]), costs[pair]) for pair in ordered)


def differences(said: str, heard: str) -> Iterator[tuple[str, str]]:
    """Stretches of words (characters in Mandarin) that differ, as said and as heard.

    Numbers written in digits are heard in words, rightly; they are passed over.
    """
    before, after = fold(said).tokens, fold(heard).tokens
    open_: tuple[int, int, int, int] | None = None
    for code in (*Levenshtein.opcodes(before, after), None):
        if code is not None and code.tag != "equal":
            first, _, heard_first, _ = open_ or (code.src_start, 0, code.dest_start, 0)
            open_ = (first, code.src_end, heard_first, code.dest_end)
        elif open_ is not None:
            first, last, heard_first, heard_last = open_
            open_ = None
            was, became = " ".join(before[first:last]), " ".join(after[heard_first:heard_last])
            long = max(last - first, heard_last - heard_first) > _LONGEST
            if not long and not any(map(str.isdigit, was)):
                yield was, became
