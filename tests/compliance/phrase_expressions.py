"""Phrases as regular expressions, the obvious way: what the search is checked and timed against.

Slow to build and able to run away, which is why the product does not do it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from compliance.grammar import Bar, Choice, Gap, Item, Sequence, Slot, Word, parse
from compliance.phrase_search import NUMBER_WORDS
from compliance.text import SENTENCE_MARK

_GAPS = {"en": 4, "zh": 6}
_NUMBER = f"(?: (?:[0-9][^ ]*|{'|'.join(sorted(NUMBER_WORDS))})(?= )){{1,8}}"


def pattern(phrase: str, language: str, concepts: Mapping[str, tuple[str, ...]]) -> str:
    """The expression of a phrase; it runs over `Folded.line`, whose tokens have a space before.

    Args:
        phrase: as written.
        language: `en` or `zh`, for the width of `...`.
        concepts: the phrases of each concept by name.
    """
    return f"{_sequence(parse(phrase), language, concepts)}(?= )"


def _sequence(tree: Sequence, language: str, concepts: Mapping[str, tuple[str, ...]]) -> str:
    return "".join(_item(item, language, concepts) for item in tree.items)


def _item(item: Item, language: str, concepts: Mapping[str, tuple[str, ...]]) -> str:
    if isinstance(item, Word):
        return f" {re.escape(item.token)}{'[^ ]*+' if item.prefix else '(?= )'}"
    if isinstance(item, Gap):
        width = _GAPS[language] if item.width is None else item.width
        return f"(?: [^ {SENTENCE_MARK}]++){{0,{width}}}?"
    if isinstance(item, Slot):
        if item.name == "number":
            return _NUMBER
        options = [_sequence(parse(text), language, concepts) for text in concepts[item.name]]
        return f"(?:{'|'.join(options)})"
    choice: Choice = item.barred if isinstance(item, Bar) else item
    either = "|".join(_sequence(option, language, concepts) for option in choice.options)
    if isinstance(item, Bar):
        return f"(?!(?:{either})(?= ))"
    return f"(?:{either}){'?' if choice.optional else ''}"
