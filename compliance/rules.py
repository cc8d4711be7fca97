"""What a rule is, and the rule set that one call is judged by.

Owns the values `Rule`, `Detector`, `RequiredStatement`, `Condition` and `Repair`, and `RuleSet`,
which holds them compiled and renders their texts.  It reads no file (`packs` does) and judges
nothing (`monitor` does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.errors import AssistantError
from compliance.findings import Kind, Message, Severity, Verdict, VerifiedLaw
from compliance.phrases import PhraseSet
from compliance.scoring import Scorer
from compliance.text import fold

NEGATOR = "negator"  # the cue label of words that deny, in `packs/cues/<language>.yaml`


class Guard(StrEnum):
    """A reading of the context that excuses a match; see `guards`."""

    NEGATED = "negated"
    REPORTED = "reported"
    ADVISED = "advised"
    CONDITIONAL = "conditional"
    ASKED = "asked"


EVERYWHERE = (Guard.NEGATED, Guard.REPORTED, Guard.ADVISED)


@dataclass(frozen=True, slots=True)
class Condition:
    """When something applies; what is left empty does not matter.

    `facts` must all be as given.  `verified` is whether the right party is confirmed.
    """

    listener: tuple[Listener, ...] = ()
    verified: bool | None = None
    collector: tuple[Collector, ...] = ()
    stage: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    facts: tuple[tuple[str, bool], ...] = ()

    def holds(self, context: CallContext) -> bool | None:
        """Whether it holds now; `None` where what is unknown decides."""
        answers = (
            self._listener_holds(context),
            _matches(self.verified, context.verified),
            _among(self.collector, context.header.collector),
            _among(self.stage, context.stage),
            _among(self.states, context.header.customer_state),
            *(_matches(value, context.header.facts.get(name)) for name, value in self.facts),
        )
        if any(answer is False for answer in answers):
            return False
        return None if any(answer is None for answer in answers) else True

    def _listener_holds(self, context: CallContext) -> bool | None:
        if not self.listener or context.listener in self.listener:
            return True
        if context.listener is not Listener.UNKNOWN:
            return False
        if context.verified:  # whoever passed verification is the customer
            return Listener.CUSTOMER in self.listener
        # Unverified and unknown is what the rules on verification are for, not those on others.
        return None if context.verified is None else False


def _matches(wanted: bool | None, actual: bool | None) -> bool | None:
    if wanted is None:
        return True
    return None if actual is None else wanted is actual


def _among(wanted: tuple[str, ...], actual: str | None) -> bool | None:
    if not wanted:
        return True
    return None if actual is None else actual in wanted


@dataclass(frozen=True, slots=True)
class Detector:
    """One way in which a family shows itself in one language; its phrases carry `id` as label.

    `when` narrows it to a listener or state.  `true_if` names a fact that makes the words true and
    so lawful, `wrong_if` one that makes them wrong: without knowing it the words alone cannot
    decide, and the verdict is *check the facts*, as it always is with `check`.  What is `sure`
    stands whatever a scorer thinks of the utterance.
    """

    id: str
    family: str
    guards: tuple[Guard, ...] = EVERYWHERE
    when: Condition = field(default_factory=Condition)
    true_if: str | None = None
    wrong_if: str | None = None
    check: bool = False
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Repair:
    """A sentence to say, in the language of the call, sayable when `when` holds."""

    text: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one jurisdiction.

    `citations` is keyed by collector, with `""` for everyone else.  Texts are keyed by interface
    locale (`en`, `zh-Hant`, `zh-Hans`).  `beyond_words` names what part of the rule depends on that
    no words show: `started_at`, `contacts`, or a fact of the file.
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

    def unjudged(self, header: CallHeader) -> bool:
        """Whether a part of the rule that no words show is left open.

        Hours and counts are not judged from the header, so that a rule on them always is open; one
        on a fact is open unless the file says that the fact is not so.
        """
        return any(header.facts.get(name) is not False for name in self.beyond_words)

    def citation(self, collector: Collector | None) -> str:
        """The law or policy, as it binds this kind of collector."""
        return self.citations.get(collector or "", self.citations[""])


@dataclass(frozen=True, slots=True)
class RequiredStatement:
    """What must be said, element by element.

    It is due once `when` has held; `min_utterances` is how many finals of the agent must have been
    heard before its absence means anything, and `missed` what its absence then is.  Element phrases
    carry the label `=id/element`.
    """

    id: str
    rule: str
    elements: tuple[str, ...]
    when: Condition
    min_utterances: int
    missed: Verdict = Verdict.BREACH


class RuleSet:
    """The rules of one jurisdiction in one language, compiled; one set serves many calls.

    `unheard` are rules for which the pack has no words in this language, or not all: what it wants
    said it knows only in the language of its own jurisdiction.  `scorer` weighs whole utterances by
    likeness; without one everything rests on phrases.
    """

    def __init__(
        self,
        *,
        jurisdiction: str,
        language: str,
        rules: tuple[Rule, ...],
        detectors: tuple[Detector, ...],
        statements: tuple[RequiredStatement, ...],
        phrases: PhraseSet,
        cues: PhraseSet,
        content_hash: str,
        unheard: tuple[str, ...] = (),
        scorer: Scorer | None = None,
    ) -> None:
        self.jurisdiction = jurisdiction
        self.language = language
        self.rules = rules
        self.statements = statements
        self.phrases = phrases
        self.cues = cues
        self.content_hash = content_hash
        self.unheard = unheard
        self.scorer = scorer
        self._denying: dict[int, bool] = {}  # filled as phrases are first heard
        self._rules = {rule.id: rule for rule in rules}
        self.detectors = {detector.id: detector for detector in detectors}
        listening: dict[str, list[Rule]] = {detector.id: [] for detector in detectors}
        for rule in rules:
            for detector_id in rule.detectors:
                listening[detector_id].append(rule)
        self._listening = {name: tuple(found) for name, found in listening.items()}

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

    def denies(self, phrase: int) -> bool:
        """Whether a phrase holds a negation of its own."""
        known = self._denying.get(phrase)
        if known is None:
            cues = self.cues.search(fold(self.phrases.phrases[phrase].text))
            known = any(cue.label == NEGATOR for cue in cues)
            self._denying[phrase] = known
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
