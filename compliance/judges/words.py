"""Judges the agent's words: which phrases were heard, in what context, and what that breaches.

Owns the reading of one utterance (with the fragment before it, where an endpoint split a sentence),
the weighing of its matches against guards, facts and the scorer's opinion, and the choice of one
hit for each rule.  It knows nothing of findings and their life; it keeps only the last fragment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from compliance.context import CallContext
from compliance.findings import Severity, Verdict
from compliance.guards import Reading, excuse, quoted
from compliance.judges.hits import Hit, spoken_times, surer
from compliance.phrases import Match
from compliance.rules import Detector, Guard, Rule, RuleSet
from compliance.text import Folded, fold, joined
from compliance.transcript import Utterance

_SPLIT_WITHIN_S = 1.5  # a pause this short may fall in the middle of a sentence
_KEPT = 12  # tokens of the fragment before that an utterance is read with
_LIKENESS = -1  # the `phrase` of a match that no phrase made

# These readings alone do not clear the worst: whose words they were is for a person to decide.
_DOUBTFUL = frozenset((Guard.REPORTED, Guard.ADVISED))

Held = Callable[[float], CallContext]


@dataclass(frozen=True, slots=True)
class Said:
    """What one utterance of the agent holds.

    `hits` are at most one a rule, by id; `undecided` are rules that something unknown kept from
    being judged; `labels` are those of all matches; `folded` is the utterance alone.
    """

    folded: Folded
    hits: tuple[Hit, ...]
    undecided: tuple[str, ...]
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Read:
    """An utterance as read; matches that end before token `shift` belong to the one before.

    `heard` are the detectors' matches; `reading` is `None` where there are none.
    """

    folded: Folded
    shift: int
    labels: frozenset[str]
    heard: tuple[Match, ...]
    reading: Reading | None


class WordsJudge:
    """Judges the words of one call's agent, utterance by utterance."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._before: tuple[Utterance, Folded] | None = None  # the last final, to join a split one

    def judge(
        self, utterance: Utterance, context: CallContext, held_at: Held | None = None
    ) -> Said:
        """What this utterance, partial or final, breaches; `held_at` as in `Monitor.hear`.

        Likenesses are asked for when an utterance has ended: a beginning is like too much.
        """
        alone = fold(utterance.text)
        read = self._read(utterance, alone)

        def held(match: Match) -> CallContext:
            start_s = spoken_times(utterance, match.start, match.end)[0] if held_at else None
            return context if held_at is None or start_s is None else held_at(start_s)

        hits: Iterable[Hit] = self._by_phrases(read, held)
        if utterance.final:
            hits = (*hits, *self._by_likeness(read, held, context))
        best: dict[str, Hit] = {}
        for hit in hits:
            known = best.get(hit.rule.id)
            if known is None or surer(hit.verdict, known.verdict):
                best[hit.rule.id] = hit
        chosen = [best[rule_id] for rule_id in sorted(best)]
        open_ = Verdict.NOT_ASSESSABLE
        return Said(
            alone,
            tuple(hit for hit in chosen if hit.verdict is not open_),
            tuple(hit.rule.id for hit in chosen if hit.verdict is open_),
            read.labels,
        )

    def settled(self, utterance: Utterance, said: Said) -> None:
        """A final of the agent was judged: the next may run on from it."""
        self._before = (utterance, said.folded) if said.folded.tokens else None

    def interrupted(self) -> None:
        """Somebody else spoke: whatever the agent says next is a sentence of its own."""
        self._before = None

    # ---- reading -------------------------------------------------------------------------------

    def _read(self, utterance: Utterance, folded: Folded) -> _Read:
        """The matches in an utterance, read with the fragment before it if speech ran on."""
        shift = 0
        before = self._before
        if before is not None and _runs_on(before[0], utterance):
            shift = min(len(before[1].tokens), _KEPT)
            folded = joined(before[1], folded, _KEPT)
        matches = tuple(
            match for match in self._rules.phrases.search(folded) if match.last >= shift
        )
        heard = tuple(match for match in matches if match.label[0] != "=")
        reading = self._reading(folded) if heard else None
        return _Read(folded, shift, frozenset(match.label for match in matches), heard, reading)

    def _reading(self, folded: Folded) -> Reading:
        return Reading.of(folded, self._rules.language, self._rules.cues.search(folded))

    # ---- weighing ------------------------------------------------------------------------------

    def _by_phrases(self, read: _Read, held: Callable[[Match], CallContext]) -> Iterator[Hit]:
        if read.reading is None:
            return
        best: dict[str, Verdict] = {}  # weighing costs; what cannot be surer is passed over
        for match in read.heard:
            detector = self._rules.detectors[match.label]
            for rule in self._rules.listening_to(detector.id):
                context = held(match)
                verdict = _verdict(rule, detector, context)
                known = best.get(rule.id)
                if verdict is None or (known is not None and not surer(verdict, known)):
                    continue
                verdict = self._weighed(read, read.reading, match, rule, verdict, context)
                if verdict is None or (known is not None and not surer(verdict, known)):
                    continue
                best[rule.id] = verdict
                yield Hit(rule, match, verdict)

    def _weighed(
        self,
        read: _Read,
        reading: Reading,
        match: Match,
        rule: Rule,
        verdict: Verdict,
        context: CallContext,
    ) -> Verdict | None:
        """What guards and the scorer leave of a verdict."""
        detector = self._rules.detectors[match.label]
        critical = rule.severity is Severity.CRITICAL
        denying = self._rules.denies(match.phrase)
        guard = excuse(reading, match, detector.guards, denying=denying)
        if guard is not None:
            if guard not in _DOUBTFUL or not critical or quoted(reading, match):
                return None
            verdict = Verdict.CHECK_FACTS
        scorer = self._rules.scorer
        if verdict is Verdict.NOT_ASSESSABLE or scorer is None or detector.sure:
            return verdict
        if scorer.doubts(read.folded, context.listener, detector.family):
            return Verdict.CHECK_FACTS if critical else None
        return verdict

    def _by_likeness(
        self, read: _Read, held: Callable[[Match], CallContext], context: CallContext
    ) -> Iterator[Hit]:
        """What no phrase may have caught but is like known breaches."""
        scorer = self._rules.scorer
        if scorer is None or not read.folded.tokens:
            return
        reading = read.reading
        for scored in scorer.score(read.folded, context.listener):
            if not scored.sure or scored.last < read.shift:
                continue
            detector = self._rules.detectors.get(scored.label)
            if detector is None:
                continue
            match = _match(scored.label, scored.first, scored.last, read.folded)
            # Denial and report were weighed with the whole; what is plainly another's is not.
            reading = reading or self._reading(read.folded)
            if quoted(reading, match):
                continue
            for rule in self._rules.listening_to(detector.id):
                verdict = _verdict(rule, detector, held(match))
                if verdict is not None:
                    yield Hit(rule, match, verdict)


def _match(label: str, first: int, last: int, folded: Folded) -> Match:
    return Match(label, _LIKENESS, first, last, folded.starts[first], folded.ends[last])


def _verdict(rule: Rule, detector: Detector, context: CallContext) -> Verdict | None:
    """What a match of the detector means for the rule here; `None`: nothing."""
    applies = (rule.when.holds(context), detector.when.holds(context))
    if any(answer is False for answer in applies):
        return None
    if any(answer is None for answer in applies):
        return Verdict.NOT_ASSESSABLE
    facts = context.header.facts
    if detector.true_if is not None:
        known = facts.get(detector.true_if)
        if known is not None:
            return None if known else Verdict.BREACH
        return Verdict.CHECK_FACTS
    if detector.wrong_if is not None:
        known = facts.get(detector.wrong_if)
        if known is not None:
            return Verdict.BREACH if known else None
        return Verdict.CHECK_FACTS
    return Verdict.CHECK_FACTS if detector.check else Verdict.BREACH


def _runs_on(before: Utterance, after: Utterance) -> bool:
    """Whether `after` goes on where an endpoint cut `before` off."""
    if before.speaker is not after.speaker or before.end_s is None or after.start_s is None:
        return False
    return 0 <= after.start_s - before.end_s <= _SPLIT_WITHIN_S
