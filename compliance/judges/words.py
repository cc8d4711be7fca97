"""Judges words: what was heard of one side of the call, in what context, and what that breaches.

Owns the reading of one utterance (with the fragment before it, where an endpoint split a sentence),
the weighing of what was heard against guards, facts and the scorer's opinion, and the choice of one
hit for each rule.  What the agent says may breach a rule; what others say may only route the call.
It knows nothing of findings and their life; it keeps only the last fragment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from compliance.context import CallContext
from compliance.findings import FoundBy, Kind, Severity, Verdict
from compliance.guards import READERS, Reading, excuse, quoted
from compliance.hearing import ELEMENT, Ear, How, Sign
from compliance.judges.hits import (
    Hit,
    considered,
    least_confidence,
    spoken_times,
    surer,
    why_open,
)
from compliance.phrases import Match, PhraseFollower
from compliance.rules import Detector, Guard, Rule, RuleSet
from compliance.scoring import Scored, Scorer
from compliance.text import Folded, fold, joined
from compliance.tongues import fold_in, refold_in
from compliance.transcript import Utterance

_SPLIT_WITHIN_S = 1.5  # a pause this short may fall in the middle of a sentence
_KEPT = 12  # tokens of the fragment before that an utterance is read with
_LEANING = 0.6  # a share of breaches that backs what was heard by sound
_VERY_CLOSE = 0.85  # how like a sound must be where little speaks for it, or much hangs on it
# How like a sound must be at all, by language.  Too many Mandarin syllables are alike: only
# homophones (but for tones) and what differs in one initial of many ring at no lawful line.
_BY_SOUND = {"en": 0.0, "zh": 0.94}
_LIKENESS = -1  # the `phrase` of a match that no phrase made

# These readings alone do not clear the worst: whose words they were is for a person to decide.
_DOUBTFUL = (Guard.REPORTED, Guard.ADVISED)

Held = Callable[[float], CallContext]


@dataclass(frozen=True, slots=True)
class Said:
    """What one utterance holds.

    `hits` are at most one a rule, by id; `undecided` are rules that something unknown kept from
    being judged, each with what; `signs` is all that was heard in it.  `folded` is the utterance
    alone, `read` with the fragment before it, as the signs' tokens count.
    """

    folded: Folded
    read: Folded
    signs: tuple[Sign, ...]
    hits: tuple[Hit, ...]
    undecided: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """An utterance as read; what ends before token `shift` belongs to the one before."""

    utterance: Utterance
    folded: Folded
    shift: int
    signs: tuple[Sign, ...]
    held: Callable[[Match], CallContext]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A sign that counts against a rule, in the reading in which it was heard."""

    read: _Read
    reading: Reading
    rule: Rule
    detector: Detector
    sign: Sign
    context: CallContext
    verdict: Verdict


@dataclass(slots=True)
class _Open:
    """An utterance that is still being said, followed from partial to partial."""

    id: str
    folded: Folded
    phrases: PhraseFollower
    cues: PhraseFollower


class WordsJudge:
    """Judges the words of one side of one call, utterance by utterance.

    Args:
        rules: the rule set in force.
        ear: what this side is listened to with.
        routes: whether this is the side whose words route the call and breach nothing.
    """

    def __init__(self, rules: RuleSet, ear: Ear, *, routes: bool = False) -> None:
        self._rules = rules
        self._ear = ear
        self._routes = routes
        self._scorer: Scorer | None = None if routes else rules.scorer
        self._before: tuple[Utterance, Folded] | None = None  # the last final, to join a split one
        self._open: _Open | None = None

    def judge(
        self, utterance: Utterance, context: CallContext, held_at: Held | None = None
    ) -> Said:
        """What this utterance, partial or final, breaches; `held_at` as in `Monitor.hear`.

        Likenesses are asked for when an utterance has ended: a beginning is like too much.
        """
        alone = self._folded(utterance)

        def held(match: Match) -> CallContext:
            start_s = spoken_times(utterance, match.start, match.end)[0] if held_at else None
            return context if held_at is None or start_s is None else held_at(start_s)

        read = self._read(utterance, alone, held)
        signs = [sign for sign in read.signs if sign.detects]
        # The whole is weighed as it was said to whoever listened when it began.
        begins_s = utterance.start_s if held_at else None
        began = context if held_at is None or begins_s is None else held_at(begins_s)
        if utterance.final and self._scorer is not None and read.folded.tokens:
            signs.extend(self._likenesses(read, self._scorer, began))
        best: dict[str, _Weighed] = {}
        if signs:
            _take(best, self._weigh(read, self._reading(read.folded), signs))
        sounds: tuple[_Read, ...] = ()
        if utterance.final and not self._routes and not best and self._rules.language in _BY_SOUND:
            sounds = (*self._by_sound(read, began),)
            for sound in sounds:
                cues = self._rules.cues.search(sound.folded)
                reading = Reading.of(sound.folded, self._rules.language, cues)
                _take(best, self._weigh(sound, reading, sound.signs))
        open_ = Verdict.NOT_ASSESSABLE
        chosen = [best[rule_id] for rule_id in sorted(best)]
        return Said(
            alone,
            read.folded,
            (*read.signs, *(sign for sound in sounds for sign in sound.signs)),
            tuple(self._hit(one) for one in chosen if one.verdict is not open_),
            tuple((one.rule.id, _open_because(one)) for one in chosen if one.verdict is open_),
        )

    def settled(self, utterance: Utterance, said: Said) -> None:
        """A final of this side was judged: its next may run on from it."""
        self._before = (utterance, said.folded) if said.folded.tokens else None
        self._open = None

    def interrupted(self) -> None:
        """Somebody else spoke: whatever this side says next is a sentence of its own."""
        self._before = None

    # ---- reading -------------------------------------------------------------------------------

    def _folded(self, utterance: Utterance) -> Folded:
        """What was said; a partial goes on from the one before."""
        open_ = self._open
        if open_ is None or open_.id != utterance.id:
            if utterance.final:
                self._open = None
                return fold_in(self._rules.language, utterance.text)
            phrases, cues = self._ear.phrases.follower(), self._rules.cues.follower()
            open_ = self._open = _Open(utterance.id, fold(""), phrases, cues)
        open_.folded = refold_in(self._rules.language, open_.folded, utterance.text)
        return open_.folded

    def _read(
        self, utterance: Utterance, folded: Folded, held: Callable[[Match], CallContext]
    ) -> _Read:
        """What is heard in an utterance, read with the fragment before it if speech ran on."""
        shift = 0
        before = self._before
        if before is not None and _runs_on(before[0], utterance):
            shift = min(len(before[1].tokens), _KEPT)
            folded = joined(before[1], folded, _KEPT)
        signs = self._ear.signs(folded, self._open.phrases if self._open else None)
        if shift:
            signs = tuple(sign for sign in signs if sign.match.last >= shift)
        return _Read(utterance, folded, shift, signs, held)

    def _reading(self, folded: Folded) -> Reading:
        cues = self._open.cues if self._open else self._rules.cues
        return Reading.of(folded, self._rules.language, cues.search(folded))

    def _likenesses(self, read: _Read, scorer: Scorer, context: CallContext) -> Iterator[Sign]:
        """What no phrase may have caught but is like known breaches.

        An utterance that is mostly a statement which must be made is like nothing: it speaks of
        debts and courts because the law wants it to.
        """
        if _mostly_stated(read):
            return
        labels = frozenset(sign.match.label for sign in read.signs)
        for scored in scorer.score(read.folded, context.listener):
            if scored.last < read.shift:
                continue
            for detector in self._rules.alike(scored.family, labels):
                wanted = detector.similar
                if scored.sure if wanted is None else scored.probability >= wanted:
                    yield _likeness(detector, scored, read.folded)

    def _by_sound(self, read: _Read, context: CallContext) -> Iterator[_Read]:
        """The utterance read as its sounds may have been meant, once for each phrase so heard.

        Only asked where the words came to nothing: what is clear need not be guessed at.
        What the scorer takes for ordinary talk is not searched: misheard breaches are like breaches
        still, and most of what is said is neither.
        """
        if self._scorer and self._scorer.doubts(read.folded, context.listener):
            return
        known = frozenset(sign.match.label for sign in read.signs)
        for found in self._rules.sounds.search(read.folded, known):
            if not found.match.end:
                continue  # it was all said in the fragment before
            if found.closeness < _BY_SOUND[self._rules.language]:
                continue
            close = found.closeness >= _VERY_CLOSE
            if found.enough or (close and self._is_like_a_breach(found.reading, context)):
                what = self._rules.phrases.phrases[found.match.phrase].text
                sign = Sign(found.match, How.SOUND, what, found.closeness)
                yield replace(read, folded=found.reading, signs=(sign,))

    def _is_like_a_breach(self, folded: Folded, context: CallContext) -> bool:
        """Whether the scorer leans towards a breach, so that less need speak for it otherwise."""
        if self._scorer is None:
            return False
        scores = self._scorer.score(folded, context.listener)
        return any(scored.probability >= _LEANING for scored in scores)

    # ---- weighing ------------------------------------------------------------------------------

    def _weigh(self, read: _Read, reading: Reading, signs: Iterable[Sign]) -> Iterator[_Weighed]:
        """Each sign that counts against a rule more surely than those before it."""
        best: dict[str, Verdict] = {}
        left_to_facts: set[str] = set()  # rules that a phrase has already left to the facts
        for sign in signs:
            detector = self._rules.detectors.get(sign.match.label)
            if detector is None:
                continue
            for rule in self._rules.listening_to(detector.id):
                if (rule.kind is Kind.ROUTE) is not self._routes:
                    continue
                if sign.how is How.SIMILAR and rule.id in left_to_facts:
                    continue  # likeness knows no more of them
                context = read.held(sign.match)
                verdict = self._verdict(rule, detector, context)
                if detector.by_facts and self._leaves_to_facts(rule, detector, context):
                    left_to_facts.add(rule.id)
                known = best.get(rule.id)
                if verdict is None or (known is not None and not surer(verdict, known)):
                    continue
                verdict = self._left(read, reading, sign, rule, detector, context, verdict)
                if verdict is None or (known is not None and not surer(verdict, known)):
                    continue
                best[rule.id] = verdict
                yield _Weighed(read, reading, rule, detector, sign, context, verdict)

    def _verdict(self, rule: Rule, detector: Detector, context: CallContext) -> Verdict | None:
        """What a match of the detector means for the rule here; `None`: nothing."""
        applies = (rule.when.holds(context), self._rules.applies(detector, context))
        if any(answer is False for answer in applies):
            return None
        if any(answer is None for answer in applies):
            return Verdict.NOT_ASSESSABLE
        verdict = _by_facts(detector, context)
        if verdict is Verdict.BREACH and rule.kind is Kind.ROUTE:
            return Verdict.CHECK_FACTS  # what others say breaches nothing
        return verdict

    def _leaves_to_facts(self, rule: Rule, detector: Detector, context: CallContext) -> bool:
        """Whether a phrase that applies here says nothing without the facts, or by them."""
        applies = rule.when.holds(context) and self._rules.applies(detector, context)
        return bool(applies) and _by_facts(detector, context) is not Verdict.BREACH

    def _left(
        self,
        read: _Read,
        reading: Reading,
        sign: Sign,
        rule: Rule,
        detector: Detector,
        context: CallContext,
        verdict: Verdict,
    ) -> Verdict | None:
        """What guards, confidence and the scorer leave of a verdict."""
        match = sign.match
        critical = rule.severity is Severity.CRITICAL
        if sign.how is How.SIMILAR:
            # Denial was weighed with the whole; whose words they are, only a reader can say.
            if excuse(reading, match, _DOUBTFUL) is not None:
                return None
            if verdict is Verdict.BREACH and self._rules.hangs_on_facts(detector.id):
                verdict = Verdict.CHECK_FACTS
        else:
            denying = self._rules.denies(sign.what)
            guard = excuse(reading, match, detector.guards, denying=denying)
            if guard is not None:
                if guard not in _DOUBTFUL or not critical or quoted(reading, match):
                    return None
                if verdict is not Verdict.NOT_ASSESSABLE:
                    verdict = Verdict.CHECK_FACTS
        if _too_faint(read.utterance, match, rule, detector):
            return None
        faint = sign.how is How.SOUND and sign.closeness < _VERY_CLOSE
        if faint and critical and verdict is Verdict.BREACH:
            verdict = Verdict.CHECK_FACTS
        if verdict is Verdict.NOT_ASSESSABLE or self._scorer is None or detector.sure:
            return verdict
        if sign.how is not How.SIMILAR and self._scorer.doubts(
            read.folded, context.listener, detector.family
        ):
            return Verdict.CHECK_FACTS if critical else None
        return verdict

    def _hit(self, weighed: _Weighed) -> Hit:
        read, reading = weighed.read, weighed.reading
        rule, detector, sign = weighed.rule, weighed.detector, weighed.sign
        match = sign.match
        facts = [fact for fact in (detector.true_if, detector.wrong_if) if fact is not None]
        context, unknown = considered(weighed.context, (rule.when, detector.when), facts)
        asked = _DOUBTFUL if sign.how is How.SIMILAR else detector.guards
        reading = replace(reading, denying=self._rules.denies(sign.what))
        guards = [(guard.value, READERS[guard](reading, match)) for guard in asked]
        what = sign.what
        if sign.how is How.SIMILAR and self._scorer is not None:
            what = self._scorer.nearest(read.folded.original, detector.family)
        found_by = FoundBy(
            sign.how.value,
            what,
            detector.id,
            round(sign.closeness, 3),
            (*guards, ("quoted", quoted(reading, match))),
            context,
            unknown,
        )
        start_s, end_s = spoken_times(read.utterance, match.start, match.end)
        return Hit(rule, weighed.verdict, found_by, match.start, match.end, start_s, end_s)


def _mostly_stated(read: _Read) -> bool:
    """Whether at least half of what was said belongs to required statements."""
    stated: set[int] = set()
    for sign in read.signs:
        if sign.match.label.startswith(ELEMENT):
            stated.update(range(sign.match.first, sign.match.last + 1))
    return 2 * len(stated) >= len(read.folded.tokens) > 0


def _take(best: dict[str, _Weighed], found: Iterable[_Weighed]) -> None:
    """Take up what counts more surely against a rule than what is known."""
    for weighed in found:
        known = best.get(weighed.rule.id)
        if known is None or surer(weighed.verdict, known.verdict):
            best[weighed.rule.id] = weighed


def _likeness(detector: Detector, scored: Scored, folded: Folded) -> Sign:
    match = Match(
        detector.id,
        _LIKENESS,
        scored.first,
        scored.last,
        folded.starts[scored.first],
        folded.ends[scored.last],
    )
    return Sign(match, How.SIMILAR, "", scored.probability)


def _by_facts(detector: Detector, context: CallContext) -> Verdict | None:
    if detector.true_if is not None:
        known = context.fact(detector.true_if)
        if known is not None:
            return None if known else Verdict.BREACH
        return Verdict.CHECK_FACTS
    if detector.wrong_if is not None:
        known = context.fact(detector.wrong_if)
        if known is not None:
            return Verdict.BREACH if known else None
        return Verdict.CHECK_FACTS
    return Verdict.CHECK_FACTS if detector.check else Verdict.BREACH


def _too_faint(utterance: Utterance, match: Match, rule: Rule, detector: Detector) -> bool:
    """Whether a word was recognised with less confidence than is asked for."""
    wanted = max(rule.when.confidence or 0.0, detector.when.confidence or 0.0)
    if not wanted:
        return False
    least = least_confidence(utterance, match.start, match.end)
    return least is not None and least < wanted


def _open_because(weighed: _Weighed) -> str:
    return why_open(weighed.context, (weighed.rule.when, weighed.detector.when))


def _runs_on(before: Utterance, after: Utterance) -> bool:
    """Whether `after` goes on where an endpoint cut `before` off."""
    if before.speaker is not after.speaker or before.end_s is None or after.start_s is None:
        return False
    return 0 <= after.start_s - before.end_s <= _SPLIT_WITHIN_S
