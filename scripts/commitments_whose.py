"""Whose a sum or day is, and where a denial may end: told by the words between what was understood.

Owns the looks at the tokens around the parts of an utterance, which the clauses alone do not tell.
It raises suspicion, and finds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from compliance.text import Folded
from scripts.commitments_clauses import SLOTS
from scripts.commitments_parts import Part, Sort
from scripts.commitments_words import Words

_STRANGE = 2  # words that nothing is known of: the plumber comes on Thursday


def strange_clauses(folded: Folded, parts: Sequence[Part], fillers: frozenset[str]) -> set[int]:
    """The clauses that hold a day, nothing about paying, and words that may give it to others."""
    sums = {part.clause for part in parts if part.sort is Sort.AMOUNT}
    found = set()
    for clause in {part.clause for part in parts if part.sort is Sort.DAY}:
        within = [part for part in parts if part.clause == clause]
        sorts = {part.sort for part in within}
        if sorts & {Sort.PAY, Sort.METHOD, Sort.AMOUNT} or not sums:
            continue
        begin = 0 if clause == 0 else within[0].first
        after = [part.first for part in parts if part.clause > clause]
        end = min(after, default=len(folded.tokens))
        told = {at for part in within for at in range(part.first, part.last + 1)}
        told -= {part.first for part in within if part.sort is Sort.START}
        words = [folded.tokens[at] for at in range(begin, end) if at not in told]
        if sum(word not in fillers for word in words) >= _STRANGE:
            found.add(clause)
    return found


_FAR = 6  # tokens from the verb to its sum
_OF_NAMES = frozenset("行")  # says nothing of its own, but in 建行
_NAMED = 2  # characters that name somebody: 建行, 亲戚


def paid_to_others(folded: Folded, parts: Sequence[Part], words: Words) -> set[int]:
    """The clauses in which somebody stands between the verb and its sum: 还亲戚两千."""
    found = set()
    for part in parts:
        if part.sort is not Sort.PAY or part.word not in words.gives:
            continue
        after = [
            item
            for item in parts
            if item.first > part.last and item.clause == part.clause and item.sort is not Sort.PAY
        ]
        if not after or after[0].sort is not Sort.AMOUNT or after[0].first - part.last > _FAR:
            continue
        between = [
            said
            for said in folded.tokens[part.last + 1 : after[0].first]
            if said not in words.own and (said in _OF_NAMES or said not in words.fillers)
        ]
        if len(between) >= (1 if part.word.isascii() else _NAMED):
            found.add(part.clause)
    return found


# I can't do it | I can …: what a denial may end with, other than a sum or a day.
_ENDS_A_DENIAL = frozenset(
    ["it", "that", "then", "now", "more", "all", "not", "anything", "moment", "minute", "really",
     "today", "work", "week", "month", "much", "了", "啦", "钱", "行", "空", "款", "起", "来",
     "办", "法", "呢", "到"]
)  # fmt: skip


def may_end_a_denial(folded: Folded, parts: Sequence[Part], at: int) -> bool:
    """Whether what was denied may end before a token; elsewhere what follows may be denied too."""
    if not 0 < at < len(folded.tokens):
        return False
    ends = any(part.last == at - 1 and part.sort in SLOTS for part in parts)
    return ends or folded.tokens[at - 1] in _ENDS_A_DENIAL


def only_about_others(folded: Folded, parts: Sequence[Part], kept: Sequence[Part]) -> bool:
    """公司十號發薪，我十一號繳: others stand in a clause whose sums and days do not count."""
    counting = {part.clause for part in kept if part.sort in SLOTS}
    others = {part.clause for part in parts if part.sort is Sort.SOMEBODY}
    return not counting & others and speaks_of_self(folded, kept)


def speaks_of_self(folded: Folded, kept: Sequence[Part]) -> bool:
    """Whether `I` stands in a clause with a sum or a day that counts."""
    for part in kept:
        if part.sort in SLOTS:
            begin = part.first
            while begin > 0 and not folded.breaks[begin]:
                begin -= 1
            before = folded.tokens[begin : part.first]
            if {"i", "我"} & set(before) and not {"mean", "meant"} & set(before):
                return True
    return False
