"""What a rule is, and the rule set that one call is judged by.

Owns the values `Rule`, `Detector`, `RequiredStatement` and `Repair`, and `RuleSet`, which holds
them compiled, chooses those in force on a day, and renders their texts.  It reads no file (`packs`
does) and judges nothing (`monitor` does).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from compliance.conditions import Condition
from compliance.context import CallContext, CallHeader, Collector
from compliance.decisions import Decision
from compliance.errors import AssistantError
from compliance.findings import Kind, Message, Severity, Verdict, VerifiedLaw
from compliance.hearing import Ear
from compliance.kinds import Spec
from compliance.phrases import PhraseSet
from compliance.scoring import Scorer, likeness_of
from compliance.sounds.search import SoundSearch
from compliance.surroundings import Surroundings
from compliance.transcript import Speaker

_S = TypeVar("_S")

_BARRED = re.compile(r"!\([^()]*\)")
NEGATOR = "negator"  # the cue label of words that deny, in `packs/cues/<language>.yaml`


class Guard(StrEnum):
    """A reading of the context that excuses a match; see `guards`."""

    NEGATED = "negated"
    REPORTED = "reported"
    ADVISED = "advised"
    CONDITIONAL = "conditional"
    ASKED = "asked"


EVERYWHERE = (Guard.NEGATED, Guard.REPORTED, Guard.ADVISED)


class RuleStatus(StrEnum):
    """How far a rule has come.  A draft is judged nowhere; one on trial is shown to nobody live."""

    DRAFT = "draft"
    TRIAL = "trial"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Counts:
    """A rule that only repetition breaks: the `hits`th utterance with a match, and each after it.

    Only those within the last `within_utterances` utterances of the agent, or `within_s` seconds,
    count.  With `same` it must be one detector that matches again and again.
    """

    hits: int
    within_utterances: int | None = None
    within_s: float | None = None
    same: bool = False


@dataclass(frozen=True, slots=True)
class Detector:
    """One way in which a family shows itself in one language; its phrases carry `id` as label.

    `when` narrows it to a listener or state.  `true_if` names a fact that makes the words true and
    so lawful, `wrong_if` one that makes them wrong: without knowing it the words alone cannot
    decide, and the verdict is *check the facts*, as it always is with `check`.  What is `sure`
    stands whatever a scorer thinks of the utterance; `similar` is how like the family's breaches an
    utterance must be, 0 to 1, to count as a match by itself.  What is like the family's
    breaches is taken for a match of the detector whose part, of label `about`, it holds, where
    there is one.  `speakers` are those it listens to.
    """

    id: str
    family: str
    guards: tuple[Guard, ...] = EVERYWHERE
    when: Condition = field(default_factory=Condition)
    true_if: str | None = None
    wrong_if: str | None = None
    check: bool = False
    sure: bool = False
    similar: float | None = None
    about: str = ""
    speakers: tuple[Speaker, ...] = (Speaker.AGENT,)

    @property
    def by_facts(self) -> bool:
        """Whether facts decide what the words alone cannot."""
        return self.check or self.true_if is not None or self.wrong_if is not None


@dataclass(frozen=True, slots=True)
class Repair:
    """A sentence to say, in the language of the call, sayable when `when` holds."""

    text: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one jurisdiction.

    `citations` is keyed by collector, with `""` for everyone else; so are `laws` and `severities`,
    where a collector is bound by something else than `verified_law` and `severity` say.  Texts are
    keyed by interface locale (`en`, `zh-Hant`, `zh-Hans`).  `beyond_words` names what part of the
    rule depends on that no words show: `started_at`, `contacts`, or a fact of the file.  It is in
    force from `effective_from` to `effective_to`, both included; several versions may share one id.
    Once told it keeps silent for `cooldown_s`, and it is told `max_per_call` times.  It speaks only
    where all states it `needs` are set, and sets others once it was broken.  `spec` is what a rule
    on times, counts or conduct measures.
    """

    id: str
    family: str
    kind: Kind
    severity: Severity
    verified_law: VerifiedLaw
    citations: Mapping[str, str]
    titles: Mapping[str, str]
    do_now: Mapping[str, str]
    explanations: Mapping[str, str]
    repairs: tuple[Repair, ...]
    detectors: tuple[str, ...]
    when: Condition = field(default_factory=Condition)
    beyond_words: tuple[str, ...] = ()
    status: RuleStatus = RuleStatus.STABLE
    effective_from: date | None = None
    effective_to: date | None = None
    review_by: date | None = None
    approved_by: str = ""
    cooldown_s: float | None = None
    max_per_call: int | None = None
    needs: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    counts: Counts | None = None
    spec: Spec | None = None
    laws: Mapping[str, VerifiedLaw] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)

    @property
    def trial(self) -> bool:
        """Whether it is judged for reviewers only."""
        return self.status is RuleStatus.TRIAL

    def in_force(self, day: date) -> bool:
        """Whether it binds on a day."""
        after_start = self.effective_from is None or self.effective_from <= day
        return after_start and (self.effective_to is None or day <= self.effective_to)

    def unjudged(self, header: CallHeader) -> bool:
        """Whether a part of the rule that no words show is left open.

        Hours and counts are not judged from the header, so that a rule on them always is open; one
        on a fact is open unless the file says that the fact is not so.
        """
        return any(header.facts.get(name) is not False for name in self.beyond_words)

    def law(self, collector: Collector | None) -> VerifiedLaw:
        """How far what binds this kind of collector was checked."""
        return self.laws.get(collector or "", self.verified_law)

    def binding(self, collector: Collector | None) -> Rule:
        """The rule as heavy as it is for this kind of collector."""
        severity = self.severities.get(collector or "", self.severity)
        return self if severity is self.severity else replace(self, severity=severity)

    def citation(self, collector: Collector | None) -> str:
        """The law or policy, as it binds this kind of collector."""
        return self.citations.get(collector or "", self.citations[""])


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a statement must have been said; one of the three, the end of the call without any.

    `event` names what starts the count: the statement must be complete `within` so many utterances
    of the agent, that in which it happened included.  `stage` is the last stage in which it may be
    said, `seconds` the time in the call by which its last words must have begun.
    """

    event: str = ""
    within: int = 2
    stage: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class RequiredStatement:
    """What must be said, element by element.

    It is due once `when` has held; `min_utterances` is how many finals of the agent must have been
    heard before its absence means anything, and `missed` what its absence then is.  While `unless`
    holds it is not asked for.  Each event of `repeat_on` makes it due anew.  Element phrases carry
    the label `=id/element`.
    """

    id: str
    rule: str
    elements: tuple[str, ...]
    when: Condition
    min_utterances: int
    missed: Verdict = Verdict.BREACH
    by: Deadline = field(default_factory=Deadline)
    repeat_on: tuple[str, ...] = ()
    unless: Condition | None = None


class RuleSet:
    """The rules of one jurisdiction in one language, compiled; one set serves many calls.

    `rules` are those in force (`at` chooses another day's); `drafts` are read but judge nothing.
    `ear` hears the agent, `others_ear` those the agent talks to, `phrases` are the agent's.
    `unheard` are rules for which the pack has no words in this language, or not all: what it wants
    said it knows only in the language of its own jurisdiction.  `scorer` weighs whole utterances by
    likeness; without one everything rests on phrases.  `decisions` are what a bank changed in the
    pack, `added` the ids of its own rules.  `around` is what surrounds the calls: zones, closed
    days, outcomes.
    """

    def __init__(
        self,
        *,
        jurisdiction: str,
        language: str,
        rules: tuple[Rule, ...],
        detectors: tuple[Detector, ...],
        statements: tuple[RequiredStatement, ...],
        ear: Ear,
        others_ear: Ear,
        cues: PhraseSet,
        content_hash: str,
        unheard: tuple[str, ...] = (),
        drafts: tuple[Rule, ...] = (),
        scorer: Scorer | None = None,
        decisions: tuple[Decision, ...] = (),
        added: tuple[str, ...] = (),
        around: Surroundings | None = None,
    ) -> None:
        self.jurisdiction = jurisdiction
        self.language = language
        self.versions = rules
        self.drafts = drafts
        self.ear = ear
        self.others_ear = others_ear
        self.phrases = ear.phrases
        self.sounds = SoundSearch(ear.phrases, language)
        self.cues = cues
        self.content_hash = content_hash
        self.scorer = scorer
        self.around = around or Surroundings()
        self.decisions = decisions
        self.added = added
        self.detectors = {detector.id: detector for detector in detectors}
        alike: dict[str, list[Detector]] = {}
        for detector in detectors:
            if detector.similar is not None or detector.id == likeness_of(detector.family):
                alike.setdefault(detector.family, []).append(detector)
        self._alike = {family: tuple(found) for family, found in alike.items()}
        self._peers = {
            likeness_of(family): tuple(
                detector
                for detector in detectors
                if detector.family == family
                and detector.id != likeness_of(family)
                and Speaker.AGENT in detector.speakers
            )
            for family in alike
        }
        self._about = {
            family: tuple(d for d in detectors if d.family == family and d.about)
            for family in alike
        }
        self._all_statements = statements
        self._all_unheard = unheard
        self._denying: dict[str, bool] = {}  # filled as phrases are first heard
        self._last: tuple[date | None, Collector | None, RuleSet | None] | None = None
        self._choose(_latest(rules))

    def at(self, day: date | None, collector: Collector | None = None) -> RuleSet:
        """The rules in force on a day, the day of the call; of all versions the latest for `None`.

        A rule whose versions do not cover the day is not judged at all.  What binds a kind of
        `collector` less or more than others weighs as it does for that kind.
        """
        last = self._last  # calls come in the order of their days
        if last is not None and last[:2] == (day, collector):
            return last[2] or self
        chosen = _latest(
            self.versions if day is None else [rule for rule in self.versions if rule.in_force(day)]
        )
        chosen = tuple(rule.binding(collector) for rule in chosen)
        if chosen == self.rules:
            self._last = (day, collector, None)
            return self
        other = copy.copy(self)
        other._last = None  # noqa: SLF001 - a copy of our own
        other._choose(chosen)  # noqa: SLF001
        self._last = (day, collector, other)
        return other

    def _choose(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules
        self._rules = {rule.id: rule for rule in (*self.drafts, *self.versions, *rules)}
        chosen = {rule.id for rule in rules}
        self.statements = tuple(s for s in self._all_statements if s.rule in chosen)
        self.unheard = tuple(rule_id for rule_id in self._all_unheard if rule_id in chosen)
        listening: dict[str, list[Rule]] = {name: [] for name in self.detectors}
        for rule in rules:
            for detector_id in rule.detectors:
                listening[detector_id].append(rule)
        self._listening = {name: tuple(found) for name, found in listening.items()}
        self._measuring: dict[object, tuple[tuple[Rule, Any], ...]] = {}  # filled when asked for

    def measuring(self, *kinds: type[_S]) -> tuple[tuple[Rule, _S], ...]:
        """The rules that measure something of these kinds, each with what it measures."""
        found: tuple[tuple[Rule, _S], ...] | None = self._measuring.get(kinds)
        if found is None:
            found = tuple((rule, rule.spec) for rule in self.rules if isinstance(rule.spec, kinds))
            self._measuring[kinds] = found
        return found

    def applies(self, detector: Detector, context: CallContext) -> bool | None:
        """Whether a detector's match means anything here; `None` where what is unknown decides.

        A likeness is to a whole family: it means something where one of the family's detectors
        would.
        """
        peers = self._peers.get(detector.id)
        if peers is None:
            return detector.when.holds(context)
        answers = [peer.when.holds(context) for peer in peers]
        if True in answers:
            return True
        return None if None in answers else False

    def hangs_on_facts(self, likeness: str) -> bool:
        """Whether of the family that a likeness is to, most detectors leave it to the facts."""
        peers = self._peers.get(likeness, ())
        return 2 * sum(peer.by_facts for peer in peers) > len(peers)

    def alike(self, family: str, labels: frozenset[str] = frozenset()) -> tuple[Detector, ...]:
        """The detectors that a likeness to the family's breaches may be a match of.

        Where the labels heard beside it tell what it is about, that detector stands for the family,
        so that of several rules on one family only one is told.
        """
        found = self._alike.get(family, ())
        about = next((d for d in self._about.get(family, ()) if d.about in labels), None)
        if about is None:
            return found
        return tuple(about if d.id == likeness_of(family) else d for d in found)

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id.

        Raises:
            AssistantError: there is none.
        """
        try:
            return self._rules[rule_id]
        except KeyError:
            known = ", ".join(self._rules)
            raise AssistantError(
                f"there is no rule {rule_id} for {self.jurisdiction}", f"There are {known}."
            ) from None

    def listening_to(self, detector_id: str) -> tuple[Rule, ...]:
        """The rules that a detector's match may breach."""
        return self._listening[detector_id]

    def denies(self, words: str) -> bool:
        """Whether a phrase as written holds a negation of its own."""
        known = self._denying.get(words)
        if known is None:
            # What must not follow is not said; two alternatives side by side are no one word.
            text = _BARRED.sub("", words).replace("|", ";")
            known = any(cue.label == NEGATOR for cue in self.cues.search(self.cues.fold(text)))
            self._denying[words] = known
        return known

    def repair(self, rule: Rule, context: CallContext) -> Message | None:
        """The first sentence of the rule that is true and sayable now."""
        for index, repair in enumerate(rule.repairs):
            if repair.when.holds(context):
                return Message(f"{rule.id}.say_now.{index}")
        return None

    def message(
        self, message_id: str, params: tuple[tuple[str, str], ...] = (), locale: str = "en"
    ) -> str:
        """The text of a message for a reader of `locale` (`en`, `zh-TW`, `zh-Hans`, …).

        `say_now` texts are in the language of the call whatever the locale.

        Raises:
            AssistantError: no rule has such a message.
        """
        rule_id, _, part = message_id.partition(".")
        rule = self.rule(rule_id)
        if part.startswith("say_now."):
            number = part.removeprefix("say_now.")
            if number.isdecimal() and int(number) < len(rule.repairs):
                return _filled(rule.repairs[int(number)].text, params)
        texts = {
            "title": rule.titles,
            "do_now": rule.do_now,
            "explanation": rule.explanations,
        }.get(part)
        if texts is None:
            raise AssistantError(f"there is no message {message_id}")
        return _filled(texts[_script(locale)], params)


def _latest(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """One version of each rule, the one that is in force last, in the order of the pack."""
    latest: dict[str, Rule] = {}
    for rule in rules:
        known = latest.get(rule.id)
        if known is None or _since(known) <= _since(rule):
            latest[rule.id] = rule
    return tuple(latest.values())


def _since(rule: Rule) -> date:
    return rule.effective_from or date.min


def _filled(text: str, params: tuple[tuple[str, str], ...]) -> str:
    for name, value in params:
        text = text.replace(f"{{{name}}}", value)
    return text


def _script(locale: str) -> str:
    tag = locale.replace("_", "-").lower()
    if not tag.startswith("zh"):
        return "en"
    traditional = any(part in tag for part in ("hant", "-tw", "-hk", "-mo"))
    return "zh-Hant" if traditional else "zh-Hans"
