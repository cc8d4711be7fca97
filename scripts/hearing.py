"""Which steps of a flow the agent has just said, and what the customer's words call for.

Owns recognition of steps: phrases of the flow, and likeness to the lines themselves, since a
recogniser mishears words and people say lines in their own way.  It remembers the agent's last
words, because an endpoint may cut a sentence in two.  It decides nothing about where the call goes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from rapidfuzz.distance import LCSseq

from compliance.text import Folded
from compliance.tongues import base_language, fold_in
from scripts.denials import denied
from scripts.flow import Flow
from scripts.telling import telling_tokens

_TAIL = 160  # code points of the agent's last words that the next utterance may continue
_DENIAL_REACH = 2  # tokens before a cue
# Somebody who says that they do not want to die is asked all the same.
_HEARD_EVEN_DENIED = frozenset(("vulnerable",))


class StepEar:
    """Listens to one call's agent and customer for one flow."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._base = base_language(flow.language)
        self._tail = ""
        # For each token the lines that it stands in, once for each time that it does.
        self._holding: dict[str, list[int]] = {}
        for place, line in enumerate(flow.tellings):
            for token in line.tokens:
                self._holding.setdefault(token, []).append(place)

    def agent_said(self, text: str) -> tuple[frozenset[str], frozenset[str]]:
        """Steps heard in one final of the agent: for certain, and only where they are due."""
        joined = f"{self._tail} {text}" if self._tail else text
        fresh = len(joined) - len(text)  # what ended before was heard before
        self._tail = text[-_TAIL:]
        folded = fold_in(self._base, joined)
        heard = {item.label for item in self._flow.heard.search(folded) if item.end > fresh}
        near = {item.label for item in self._flow.near.search(folded) if item.end > fresh}
        heard.update(self._like(text, folded))
        return frozenset(heard), frozenset(near)

    def customer_said(self, text: str) -> tuple[str, ...]:
        """Exits and objections that the customer's words call for, in the order of the words."""
        self._tail = ""
        folded = fold_in(self._base, text)
        found = self._flow.cues.search(folded)
        return tuple(
            dict.fromkeys(
                item.label
                for item in found
                if item.label in _HEARD_EVEN_DENIED or not denied(folded, item.first, _DENIAL_REACH)
            )
        )

    def speaks_against(self, text: str) -> frozenset[str]:
        """Exits that these words of the customer are not about, whatever else they are like."""
        found = self._flow.unless.search(fold_in(self._base, text))
        return frozenset(item.label for item in found)

    def _like(self, text: str, joined: Folded) -> Iterable[str]:
        """Steps whose lines are like what was said; `joined` is it with the words before it."""
        said = telling_tokens(joined)
        holding, lines = self._holding, self._flow.tellings
        # No line can have more in order than it has at all: most are never compared.
        shared = Counter(chain.from_iterable(holding.get(token, ()) for token in {*said}))
        alike = [
            (line, together)
            for place, most in shared.items()
            if most >= (line := lines[place]).least
            and (together := LCSseq.similarity(line.tokens, said, score_cutoff=line.least))
        ]
        if not alike:
            return
        said_alone = telling_tokens(fold_in(self._base, text))
        if not said_alone:
            return
        before = said[: len(said) - len(said_alone)]
        for line, together in alike:
            if not before or LCSseq.similarity(line.tokens, before) < together:
                yield line.step
