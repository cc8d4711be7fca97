"""The natural languages of the engine: which one a tag is of, and how each folds and layers.

Owns the base languages (`en`, `zh`, `yue`) that files, guards and sounds go by.  Written Cantonese
is one of its own: Hong Kong writes it beside written Chinese, so that `yue` reads the files of `zh`
beneath its own, and folds a text by reading its Cantonese (`cantonese`).  It knows no file.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from compliance import cantonese
from compliance.text import Folded, fold, refold

CANTONESE = "yue"
_BASES = {"zh-hk": CANTONESE, "zh-hant-hk": CANTONESE, "yue-hk": CANTONESE}
_BENEATH = {CANTONESE: "zh"}


def base_language(tag: str) -> str:
    """`zh` for zh-TW and its like, `yue` for zh-HK, `en` for en-US."""
    tag = tag.lower()
    return _BASES.get(tag) or tag.split("-", 1)[0]


def layers(base: str) -> tuple[str, ...]:
    """The languages whose files serve for a base language, its own first."""
    beneath = _BENEATH.get(base)
    return (base,) if beneath is None else (base, beneath)


def beneath(base: str) -> str:
    """The language whose counts, sounds and guards a base language has: for most their own."""
    return _BENEATH.get(base, base)


@lru_cache(maxsize=8)
def fold_in(base: str, text: str) -> Folded:
    """A text as its base language folds it.

    What was folded last is remembered: the rules, the tracker and the script read the same
    utterance one after the other.
    """
    return cantonese.read(text) if base == CANTONESE else fold(text)


def refold_in(base: str, before: Folded, text: str) -> Folded:
    """`fold_in`, at the cost of what differs from the text folded before it, where that is less."""
    return cantonese.read(text) if base == CANTONESE else refold(before, text)


def phrase_fold(base: str) -> Callable[[str], Folded]:
    """What folds the pieces of a base language's phrases."""
    return cantonese.read_phrase if base == CANTONESE else fold
