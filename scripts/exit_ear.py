"""Weighs the exits that phrases call for against what the words are like as a whole.

Owns the correction of single phrases: "my wife works too" is no third party, "what your colleague
said made me furious" is a complaint and no threat.  Talk of dying is never weighed away.  Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from compliance.tongues import base_language
from scripts.intents.scorer import NONE, Scorer, load_scorer

# Shares of likeness, chosen on lines that the scorer had not learned from.  What is this little an
# exit is none where the words are so likely nothing; so likely something else, for a phrase of the
# flow alone, which the rules did not find (1 in 17 true exits is lost so).  So likely another is
# that one; so likely one is it though no phrase was heard (9 in 10 such answers were right).
_HARDLY = 0.05
_NOTHING = 0.8
_ELSE = 0.5
_ANOTHER = 0.6
_ALONE = 0.75
_LEAST_EN, _LEAST_ZH = 20, 6  # code points of what can be like an exit with no phrase heard
_OTHERS = "third_party"
_NEVER_WEIGHED = frozenset(("vulnerable", "hardship", "deceased", "voicemail", "screener"))
# What the flow listens for here is no matter of wording: these words are sworn.
_LITERAL = frozenset(("abuse",))
# What likeness alone may call for: what is easily left again.  Who wants no more contact, has a
# lawyer or is the wrong person must have said so in words that are listened for.
_MAY_BE_LIKELY = frozenset(("third_party", "complaint", "language_barrier"))


class ExitEar:
    """Hears one call's customer."""

    def __init__(self, language: str) -> None:
        self._scorer: Scorer | None = load_scorer("exit", language)
        self._least = _LEAST_EN if base_language(language) == "en" else _LEAST_ZH

    def weighed(
        self,
        called: Iterable[str],
        found: Iterable[str],
        exits: Iterable[str],
        text: str,
        *,
        confirmed: bool = False,
    ) -> tuple[str, ...]:
        """What is called for, in its order, without exits that the words as a whole speak against.

        Args:
            called: exits and objections that phrases of the flow call for.
            found: those that the rules and the objections call for.
            exits: the flow's exits.
            text: what the customer said; empty of somebody else, whose words are another matter.
            confirmed: whether who speaks is known to be the customer: then a spouse at home is no
                third party on the line, unless the words as a whole are like one.
        """
        known, found = frozenset(exits), tuple(found)
        kept = list(dict.fromkeys((*called, *found)))
        if self._scorer is None or not text:
            return tuple(kept)
        likely = self._scorer.likely(text)
        taken = likely.label in known & _MAY_BE_LIKELY
        if confirmed:
            taken = taken and likely.label != _OTHERS
            unlike = likely.shares.get(_OTHERS, 1.0) < _ELSE
            if _OTHERS in kept and _OTHERS not in found and unlike:
                kept.remove(_OTHERS)
        for slug in [slug for slug in kept if slug in known and slug not in _NEVER_WEIGHED]:
            sworn = slug in _LITERAL and slug not in found
            if sworn or likely.shares.get(slug, 1.0) >= _HARDLY:
                continue
            enough = _NOTHING if slug in found else _ELSE
            if taken and likely.label not in kept and likely.share >= _ANOTHER:
                kept[kept.index(slug)] = likely.label
            elif likely.share >= enough and (slug not in found or likely.label == NONE):
                kept.remove(slug)
        if taken and likely.share >= _ALONE and len(text) >= self._least:
            kept.append(likely.label)
        return tuple(dict.fromkeys(kept))
