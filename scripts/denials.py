"""Whether a customer's words just before a phrase say that it is not so.

Owns the words that deny and how far they reach: `not sick`, 沒有失業, 我冇收到.  Pure.
"""

from __future__ import annotations

from compliance.text import Folded

_DENIALS = frozenset(("not", "never", "不", "没", "别", "非", "唔", "冇"))


def denied(folded: Folded, first: int, reach: int) -> bool:
    """Whether one of the `reach` tokens before token `first`, in its clause, denies it."""
    for index in range(first - 1, max(first - 1 - reach, -1), -1):
        if folded.breaks[index + 1]:
            return False
        if folded.tokens[index] in _DENIALS:
            # 是不是, 有没有: a question, no denial.
            return folded.tokens[index - 1 : index] != folded.tokens[index + 1 : index + 2]
    return False
