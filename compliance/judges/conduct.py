"""Judges how the agent talks: cutting in, talking fast, silence.

Owns the measures over the times of utterances and words; which are too much is the pack's.  What
has no times cannot be measured, and times that run backwards measure nothing.  It reads no words
but counts them.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from compliance.context import CallContext
from compliance.findings import FoundBy
from compliance.judges.hits import Hit, considered
from compliance.kinds import Conduct, DeadAir, Interruption, SpeechRate
from compliance.rules import Rule, RuleSet
from compliance.tongues import beneath
from compliance.transcript import Speaker, Utterance

_REMEMBERED_S = 60.0  # how long ago an utterance may have ended and still be cut into
_PAUSE_S = 0.5  # a pause between two words in which somebody still has the floor
_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Noticed:
    """A hit and the utterance that it is about; `None` where it is about the call."""

    hit: Hit
    utterance: Utterance | None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One timed utterance; `spoken` are the times in which words were said."""

    utterance: Utterance
    start_s: float
    end_s: float
    spoken: tuple[tuple[float, float], ...]


class ConductJudge:
    """The conduct of one call's agent; feed it every final."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules: tuple[tuple[Rule, Conduct], ...] = rules.measuring(
            Interruption, SpeechRate, DeadAir
        )
        self._language = rules.language
        self.untimed = False  # something had no times
        self._agents: deque[_Stretch] = deque()
        self._others: deque[_Stretch] = deque()
        self._cut_in: set[tuple[str, str]] = set()
        self._fast: set[str] = set()
        self._pace: dict[str, deque[tuple[float, int]]] = {}
        self._heard_until_s: float | None = None
        self._said: frozenset[str] = frozenset()

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that are measured here."""
        return tuple(rule.id for rule, _ in self._rules)

    def hear(
        self, utterance: Utterance, events: frozenset[str], context: CallContext
    ) -> tuple[Noticed, ...]:
        """What a final of whoever speaks shows; `events` were heard in the agent's last words."""
        if not self._rules:
            return ()
        stretch = _stretch(utterance)
        if stretch is None:
            self.untimed = self.untimed or utterance.end_s is None or utterance.start_s is None
            return ()
        agent = utterance.speaker is Speaker.AGENT
        (self._agents if agent else self._others).append(stretch)
        for known in (self._agents, self._others):
            while known and known[0].end_s < stretch.end_s - _REMEMBERED_S:
                known.popleft()
        found = [
            noticed
            for rule, spec in self._rules
            if rule.when.holds(context) is True
            for noticed in self._measure(rule, spec, stretch, context, agent=agent)
        ]
        self._heard_until_s = max(self._heard_until_s or 0.0, stretch.end_s)
        if agent:
            self._said = events
        return tuple(found)

    def unheard(self, until_s: float) -> None:
        """Somebody may have spoken until then, and was not heard: that is no silence."""
        self._heard_until_s = max(self._heard_until_s or 0.0, until_s)

    def _measure(
        self, rule: Rule, spec: Conduct, stretch: _Stretch, context: CallContext, *, agent: bool
    ) -> Iterator[Noticed]:
        def hit(what: str, start_s: float, end_s: float, part: str = "") -> Hit:
            known, unknown = considered(context, (rule.when,))
            found_by = FoundBy("conduct", what, context=known, unknown=unknown)
            return Hit(rule, spec.verdict, found_by, start_s=start_s, end_s=end_s, part=part)

        match spec:
            case Interruption() if stretch.utterance.speaker is not Speaker.UNKNOWN:
                yield from self._interruptions(rule, spec, stretch, hit, agent=agent)
            case SpeechRate() if agent:
                if self._is_fast(rule, spec, stretch):
                    what = f"more than {spec.most_per_minute:g} a minute"
                    yield Noticed(hit(what, stretch.start_s, stretch.end_s), stretch.utterance)
            case DeadAir():
                before_s = self._heard_until_s
                silent = before_s is not None and stretch.start_s - before_s > spec.longest_s
                if (
                    silent
                    and before_s is not None
                    and not self._said.intersection(spec.unless_said)
                ):
                    what = f"more than {spec.longest_s:g} s of silence"
                    part = f"{before_s:.0f}"
                    yield Noticed(hit(what, before_s, stretch.start_s, part), None)
            case _:
                return

    def _interruptions(
        self,
        rule: Rule,
        spec: Interruption,
        stretch: _Stretch,
        hit: Callable[[str, float, float], Hit],
        *,
        agent: bool,
    ) -> Iterator[Noticed]:
        pairs = (
            [(stretch, other) for other in self._others]
            if agent
            else [(one, stretch) for one in self._agents]
        )
        for mine, theirs in pairs:
            key = (rule.id, mine.utterance.id)
            if key in self._cut_in or self._count(mine.utterance.text) < spec.least_words:
                continue
            if _overlap_s(mine, theirs) > spec.overlap_s:
                self._cut_in.add(key)
                what = f"more than {spec.overlap_s:g} s at once"
                yield Noticed(hit(what, mine.start_s, mine.end_s), mine.utterance)

    def _is_fast(self, rule: Rule, spec: SpeechRate, stretch: _Stretch) -> bool:
        """Whether the agent has become too fast with this utterance; told once until it is slow."""
        pace = self._pace.setdefault(rule.id, deque())
        spoken_s = stretch.end_s - stretch.start_s
        if spoken_s > 0:
            pace.append((spoken_s, self._count(stretch.utterance.text)))
        total_s = sum(seconds for seconds, _ in pace)
        while pace and total_s - pace[0][0] >= spec.over_s:
            total_s -= pace.popleft()[0]
        if total_s < spec.over_s:
            return False
        fast = sum(count for _, count in pace) * 60 > spec.most_per_minute * total_s
        was_fast = rule.id in self._fast
        (self._fast.add if fast else self._fast.discard)(rule.id)
        return fast and not was_fast

    def _count(self, text: str) -> int:
        """Words in English, characters in Chinese."""
        return len((_HAN if beneath(self._language) == "zh" else _WORD).findall(text))


def _stretch(utterance: Utterance) -> _Stretch | None:
    """An utterance's times; `None` where it has none or they run backwards."""
    spoken = tuple(
        (word.start_s, word.end_s)
        for word in utterance.words
        if word.start_s is not None and word.end_s is not None and word.start_s <= word.end_s
    )
    start_s = spoken[0][0] if spoken else utterance.start_s
    end_s = spoken[-1][1] if spoken else utterance.end_s
    if start_s is None or end_s is None or end_s < start_s:
        return None
    whole = len(spoken) == len(utterance.words) > 0
    return _Stretch(utterance, start_s, end_s, spoken if whole else ((start_s, end_s),))


def _overlap_s(mine: _Stretch, theirs: _Stretch) -> float:
    """How long both spoke at once, where the agent began while the other had the floor."""
    begins_s = mine.start_s
    has_floor = any(
        start_s < begins_s <= end_s + _PAUSE_S for start_s, end_s in theirs.spoken
    ) and any(end_s > begins_s for _, end_s in theirs.spoken)
    if not has_floor:
        return 0.0
    return sum(
        max(0.0, min(end_s, mine.end_s) - max(start_s, begins_s))
        for start_s, end_s in theirs.spoken
    )
