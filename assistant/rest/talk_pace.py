"""Two quiet hints while the agent talks: slower, and let them finish.

Owns what counts as fast and as interrupting, over the last utterances of a call, and how seldom it
is said.  Off unless a site asks for it: a line about oneself costs attention in the midst of a
call, and both measures rest on the recogniser's times.  Kept nowhere.  Pure: events in, a hint out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from enum import StrEnum

from assistant.events import Input, Output, UtteranceFinal
from compliance.tongues import base_language
from compliance.transcript import Speaker

# Hurried, above the pace of lively talk: English words a minute, Han characters a minute.
_FAST = {"en": 200.0, "zh": 330.0, "yue": 330.0}
_JUDGED_S = 15.0  # of the agent's speech, at least, and the last so much of it
_SHORTEST_S = 1.0  # "yes, of course" is fast and hurries nobody
_INTO_S = 0.7  # of somebody's talk before and after: less is a turn taken a little early
_INTERRUPTIONS = 3
_WITHIN_S = 120.0
_SELDOM_S = 240.0  # between two hints of any kind


class Hint(StrEnum):
    """What is suggested."""

    SLOWER = "slower"
    LET_FINISH = "let_finish"


class TalkPace:
    """The pace of one call.

    Args:
        language: that is spoken.
    """

    def __init__(self, language: str) -> None:
        base = base_language(language)
        self._fast = _FAST.get(base, _FAST["en"])
        self._by_words = base == "en"
        self._said: deque[tuple[int, float]] = deque()  # how much, and in how many seconds
        self._agent: deque[tuple[float, float]] = deque(maxlen=20)
        self._others: deque[tuple[float, float]] = deque(maxlen=20)
        self._cut_in: deque[float] = deque()
        self._hinted_s = float("-inf")

    def take(self, events: Iterable[Input | Output]) -> Hint | None:
        """Take what happened in; a hint where one is due."""
        hint: Hint | None = None
        for event in events:
            if isinstance(event, UtteranceFinal) and event.speaker is not Speaker.UNKNOWN:
                hint = self._heard(event) or hint
        return hint

    def _heard(self, event: UtteranceFinal) -> Hint | None:
        span = (event.start_s, event.end_s)
        agent = event.speaker is Speaker.AGENT
        # Either side may become final first: each new utterance is laid against the other side's.
        mine, others = ([span], self._others) if agent else (self._agent, [span])
        self._cut_in.extend(
            start_s
            for start_s, _ in mine
            for from_s, to_s in others
            if from_s + _INTO_S <= start_s <= to_s - _INTO_S
        )
        (self._agent if agent else self._others).append(span)
        while self._cut_in and event.end_s - self._cut_in[0] > _WITHIN_S:
            self._cut_in.popleft()
        if agent:
            self._measure(event)
        return self._due(event.end_s)

    def _measure(self, event: UtteranceFinal) -> None:
        lasted_s = event.end_s - event.start_s
        if lasted_s < _SHORTEST_S:
            return
        words = event.text.split()
        self._said.append((len(words) if self._by_words else len("".join(words)), lasted_s))
        while sum(s for _, s in self._said) - self._said[0][1] >= _JUDGED_S:
            self._said.popleft()

    def _due(self, now_s: float) -> Hint | None:
        if now_s - self._hinted_s < _SELDOM_S:
            return None
        hint: Hint | None = None
        seconds = sum(s for _, s in self._said)
        if len(self._cut_in) >= _INTERRUPTIONS:
            hint = Hint.LET_FINISH
        elif seconds >= _JUDGED_S and sum(n for n, _ in self._said) * 60 / seconds > self._fast:
            hint = Hint.SLOWER
        if hint is not None:
            self._hinted_s = now_s
            self._cut_in.clear()
            self._said.clear()
        return hint
