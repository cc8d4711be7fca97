"""What an utterance takes back and says anew: not X but Y, X no Y, X I mean Y, X X.

Owns the corrections among sums, days and methods, before anything is known of clauses that count.
Only what stands close together corrects; a correction that is left open is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scripts.commitments_parts import Part, Sort

_SLOTS = frozenset({Sort.AMOUNT, Sort.DAY})
_CORRECTABLE = frozenset({Sort.AMOUNT, Sort.DAY, Sort.METHOD})
_NEAR = 6  # tokens from a correction to what corrects
_BESIDE = 3  # tokens from a not to what it denies
_BARE = frozenset({"not", "no", "不是", "不", "不是说", "instead of"})
_SILENT = frozenset(
    {Sort.CLAUSE, Sort.START, Sort.SKIP, Sort.FROM, Sort.CORRECTION, Sort.AGREE, Sort.PAY}
)


def corrected(parts: Sequence[Part]) -> tuple[list[Part], bool]:
    """What is said last of what was corrected; and whether a correction was left unfinished."""
    return _replaced(_denied(_noes(parts)))


def _noes(parts: Sequence[Part]) -> list[Part]:
    """A bare `no` or 不 beside a sum or day corrects one that was said before, or denies it."""
    made: list[Part] = []
    for index, part in enumerate(parts):
        after = parts[index + 1] if index + 1 < len(parts) else None
        no = part.sort is Sort.CORRECTION and part.word == "no"
        if no and after is not None and after.sort is Sort.NO:
            continue  # no not the fifth
        bare = no or (part.sort is Sort.NO and part.word == "不")  # 還兩千不下個月二號
        if bare and after is not None and after.sort in _SLOTS and after.first == part.last + 1:
            said = any(item.sort is after.sort for item in parts[:index])
            made.append(replace(part, sort=Sort.CORRECTION if said else Sort.NO))
            continue
        made.append(part)
    return made


def _next(parts: Sequence[Part], at: int) -> int:
    """The next part that says anything; -1 beyond the end."""
    for index in range(at + 1, len(parts)):
        if parts[index].sort not in _SILENT:
            return index
    return -1


def _denied(parts: Sequence[Part]) -> list[Part]:
    """`not the tenth the twelfth`, 十一號不是十號: the denied one goes, and the clause counts."""
    gone: set[int] = set()
    for index, part in enumerate(parts):
        if part.sort is not Sort.NO or part.word not in _BARE:
            continue
        denied = index + 1
        if not denied < len(parts) or parts[denied].sort not in _CORRECTABLE:
            denied = _next(parts, index)
            if denied < 0 or parts[denied].sort not in _CORRECTABLE:
                continue
            if any(item.sort is Sort.PAY and item.word != "说" for item in parts[index:denied]):
                continue
        if parts[denied].first - part.last > _BESIDE:
            continue
        wanted = parts[denied].sort
        one = _next(parts, denied)
        two = _next(parts, one) if one >= 0 else -1
        three = _next(parts, two) if two >= 0 else -1
        if one >= 0 and parts[one].sort is wanted and _close(parts, denied, one):
            gone |= {index, denied}
        elif (
            two >= 0
            and parts[two].sort is wanted
            and parts[one].sort in _SLOTS
            and parts[one].clause == parts[denied].clause
        ):
            # not Friday, 300 on Monday; not 300 on Friday, 200 on Monday
            both = three >= 0 and parts[three].sort is parts[one].sort
            gone |= {index, denied, one} if both else {index, denied}
        elif _before(parts, index, wanted):
            gone |= {index, denied}
    # Tomorrow, no, not tomorrow, the day after: what is denied was said before, too.
    denied_values = {
        (part.sort, part.amount, part.day) for at, part in enumerate(parts) if at in gone
    }
    first = min(gone, default=0)
    return [
        part
        for at, part in enumerate(parts)
        if at not in gone
        and not (
            at < first
            and part.sort in _SLOTS
            and (part.amount is not None or part.day is not None)
            and (part.sort, part.amount, part.day) in denied_values
        )
    ]


def _close(parts: Sequence[Part], one: int, other: int) -> bool:
    return parts[other].first - parts[one].last <= _NEAR


def _before(parts: Sequence[Part], index: int, wanted: Sort) -> bool:
    """Whether what is meant stands just before the denial: the eleventh, not the tenth."""
    for at in range(index - 1, -1, -1):
        if parts[at].sort in _SILENT:
            continue
        return parts[at].sort is wanted and parts[index].first - parts[at].last <= _BESIDE
    return False


def _replaced(parts: Sequence[Part]) -> tuple[list[Part], bool]:
    kept: list[Part] = []
    open_at: Part | None = None
    replaced = False
    unfinished = False
    for part in parts:
        if part.sort is Sort.CORRECTION:
            before = any(item.sort in _SLOTS for item in kept)
            last = next(
                (
                    item.sort
                    for item in reversed(kept)
                    if item.sort not in {Sort.CLAUSE, Sort.START}
                ),
                None,
            )
            if before and last is not Sort.AND and not _goes_on(kept, part):
                open_at, replaced = part, False
            continue
        if open_at is not None and part.sort in _SLOTS:
            near = part.first - open_at.last <= _NEAR
            earlier = [i for i, item in enumerate(kept) if item.sort is part.sort]
            if near and earlier and kept[earlier[-1]].first < open_at.first:
                taken_back = kept[earlier[-1]]
                kept[earlier[-1]] = _in_the_place(part, taken_back, parts)
                # Tomorrow I pay, tomorrow you are closed, then Monday: both tomorrows go.
                for at in earlier[:-1]:
                    if (kept[at].amount, kept[at].day) == (taken_back.amount, taken_back.day):
                        kept[at] = _in_the_place(part, kept[at], parts)
                replaced = True
                continue
        if open_at is not None and part.sort is Sort.AND and not replaced:
            unfinished = True
        kept.append(part)
    # Not corrected, and nothing said after it: 300 on Friday, scratch that.
    furthest = max((part.first for part in kept if part.sort in _SLOTS), default=-1)
    left = open_at is not None and not replaced and open_at.first > furthest
    return kept, unfinished or left


def _goes_on(kept: Sequence[Part], part: Part) -> bool:
    """Sixty on Friday and the Friday after let us say eighty: one more, and no other."""
    sums = [at for at, item in enumerate(kept) if item.sort is Sort.AMOUNT]
    more = bool(sums) and any(item.sort is Sort.AND for item in kept[sums[-1] :])
    return part.word == "let us say" and more


# What makes a clause hold no promise, so that what corrects a part of it stands for itself.
_ELSEWHERE = frozenset(
    {
        Sort.NO,
        Sort.CANNOT,
        Sort.PAST,
        Sort.OTHER_MATTER,
        Sort.INCOME,
        Sort.QUOTE,
        Sort.QUESTION,
        Sort.TOO,
    }
)


def _in_the_place(part: Part, corrected_part: Part, parts: Sequence[Part]) -> Part:
    """What corrects, in the clause of what it corrects, where that is one that counts."""
    clause = corrected_part.clause
    if any(item.clause == clause and item.sort in _ELSEWHERE for item in parts):
        return part
    return replace(part, clause=clause)
