"""Looks over rules for what is not wrong but weak, and tells where.

Owns the warnings of `rules lint`: evidence, dates, texts, phrases that never match, say the same,
or ring at lawful talk.  What is wrong altogether the loader of packs tells as faults; how well a
whole rule does is measured by `reporting`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

from compliance.cases import Case, RuleEvidence, evidence_by_rule
from compliance.errors import Fault
from compliance.findings import Verdict, VerifiedLaw
from compliance.grammar import Choice, Gap, Item, Sequence, Slot, Word, parse
from compliance.hearing import How
from compliance.labelled import JudgedLine
from compliance.near_misses import GAPS, concept_trees
from compliance.phrases import PACKS, Phrase, PhraseSet, load_concepts
from compliance.rules import Rule, RuleSet, RuleStatus
from compliance.tongues import beneath, fold_in, phrase_fold

PLACEHOLDERS = (
    "CHANGE THIS",
    "請修改",
    "请修改",
)  # what a rule's skeleton says until it is written
SOON = timedelta(days=90)
_RENDERINGS = 120  # ways of saying a phrase that are tried; of one with more nothing is claimed
_RINGS = 3  # lawful lines that a phrase may ring at before it is told as broad


class Weakness(StrEnum):
    """What a warning is about."""

    NO_CASE = "no_case"
    LITTLE_EVIDENCE = "little_evidence"
    TODO = "todo"
    REVIEW_PAST = "review_past"
    REVIEW_SOON = "review_soon"
    NO_REVIEW_DATE = "no_review_date"
    LAW_FROM_MEMORY = "law_from_memory"
    NO_REPAIR = "no_repair"
    EMPTY_TEXT = "empty_text"
    UNFINISHED = "unfinished"
    FUTURE_DECISION = "future_decision"
    NEVER_HIT = "never_hit"
    DUPLICATE = "duplicate"
    SUBSUMED = "subsumed"
    BROAD = "broad"


@dataclass(frozen=True, slots=True)
class Weak:
    """One warning, of a rule or of a place in a file; `place` is `None` where only a rule is."""

    weakness: Weakness
    message: str
    rule: str = ""
    place: Fault | None = None

    def __str__(self) -> str:
        if self.place is None:
            return f"{self.rule}: {self.message}"
        place = self.place
        return str(Fault(place.path, place.line, place.column, self.message))


def lint(
    rules: RuleSet,
    cases: Iterable[Case],
    judged: Iterable[JudgedLine],
    today: date,
    folder: Path = PACKS,
) -> tuple[Weak, ...]:
    """Every weakness, rule by rule, then phrase by phrase.

    Args:
        rules: those in force.
        cases: all that stand beside them.
        judged: cases and examples as they are judged by the rules.
        today: the day of the look.
        folder: where the packs stand, for their concepts.
    """
    cases, judged = tuple(cases), tuple(judged)
    shown = evidence_by_rule(cases)
    none = RuleEvidence(0, 0, 0)
    shared = _shared(rules)
    return (
        *(
            weak
            for rule in rules.rules
            for weak in _of_rule(rule, shown.get(rule.id, none), shared, today)
        ),
        *_decisions(rules, today),
        *_phrases(rules, judged, folder),
    )


# ---- rules -------------------------------------------------------------------------------------


def _of_rule(rule: Rule, shown: RuleEvidence, shared: int, today: date) -> Iterator[Weak]:
    hears = bool(rule.detectors) or rule.spec is not None
    if hears and not shown.breaks:
        yield Weak(Weakness.NO_CASE, "no case breaks it", rule.id)
    elif hears and rule.status is RuleStatus.STABLE and not shown.enough:
        counts = f"{shown.breaks} cases break it and {shown.clean} near it stay clean"
        yield Weak(Weakness.LITTLE_EVIDENCE, f"it is stable, but only {counts}", rule.id)
    if shown.todo:
        yield Weak(Weakness.TODO, f"{shown.todo} of its cases are known gaps", rule.id)
    if rule.review_by is None:
        yield Weak(Weakness.NO_REVIEW_DATE, "nobody has said when to look at it again", rule.id)
    elif rule.review_by < today:
        message = f"it was to be looked at again by {rule.review_by.isoformat()}"
        yield Weak(Weakness.REVIEW_PAST, message, rule.id)
    elif rule.review_by <= today + SOON:
        message = f"it is to be looked at again by {rule.review_by.isoformat()}"
        yield Weak(Weakness.REVIEW_SOON, message, rule.id)
    if rule.verified_law is VerifiedLaw.MEMORY and rule.status is RuleStatus.STABLE:
        message = f"its law is known from memory alone; {rule.approved_by} answers for it"
        yield Weak(Weakness.LAW_FROM_MEMORY, message, rule.id)
    if rule.repairs and len(rule.repairs) == shared:
        yield Weak(Weakness.NO_REPAIR, "it offers nothing of its own to say", rule.id)
    for part, texts in (
        ("title", rule.titles),
        ("do_now", rule.do_now),
        ("explanation", rule.explanations),
    ):
        for locale, text in texts.items():
            if not text.strip():
                yield Weak(Weakness.EMPTY_TEXT, f"{part} is empty in {locale}", rule.id)
            elif text in PLACEHOLDERS:
                message = f"{part} still is what the skeleton had in {locale}"
                yield Weak(Weakness.UNFINISHED, message, rule.id)
    if rule.citations[""].startswith(PLACEHOLDERS[0]):
        yield Weak(Weakness.UNFINISHED, "its citation still is what the skeleton had", rule.id)


def _shared(rules: RuleSet) -> int:
    """How many sentences, last in each list, all rules offer alike; 0 for a single rule."""
    if len(rules.rules) < 2:
        return 0
    lists = [rule.repairs[::-1] for rule in rules.rules]
    return sum(1 for _ in takewhile(lambda same: len(set(same)) == 1, zip(*lists, strict=False)))


def _decisions(rules: RuleSet, today: date) -> Iterator[Weak]:
    for decision in rules.decisions:
        if decision.on > today:
            message = f"decided on {decision.on.isoformat()}, which is yet to come"
            yield Weak(Weakness.FUTURE_DECISION, message, decision.rule, decision.place)


# ---- phrases -----------------------------------------------------------------------------------


def _phrases(rules: RuleSet, judged: tuple[JudgedLine, ...], folder: Path) -> Iterator[Weak]:
    phrases = [phrase for phrase in rules.phrases.phrases if phrase.label in rules.detectors]
    hit, right, rung = _use(rules, judged)
    others = _Others(rules, folder)
    first: dict[_Key, Phrase] = {}
    for phrase in phrases:
        key = (phrase.label, phrase.text)
        if key in first:
            message = f"{phrase.text!r} stands twice in {phrase.label}"
            yield Weak(Weakness.DUPLICATE, message, place=_place(phrase))
            continue
        first[key] = phrase
        other = others.of(phrase)
        if other is not None:
            message = f"{phrase.text!r} adds nothing: {other.text!r} hears it too"
            yield Weak(Weakness.SUBSUMED, message, place=_place(phrase))
        if judged and key not in hit:
            message = f"{phrase.text!r}: no case and no example needs it"
            yield Weak(Weakness.NEVER_HIT, message, place=_place(phrase))
        if rung[key] >= _RINGS and rung[key] > right[key]:
            message = f"{phrase.text!r} rang at {rung[key]} lawful lines and {right[key]} breaches"
            yield Weak(Weakness.BROAD, message, place=_place(phrase))


_Key = tuple[str, str]


def _use(
    rules: RuleSet, judged: Iterable[JudgedLine]
) -> tuple[set[_Key], Counter[_Key], Counter[_Key]]:
    """Phrases heard anywhere, and how often each made a finding rightly and wrongly."""
    hit: set[_Key] = set()
    right: Counter[_Key] = Counter()
    rung: Counter[_Key] = Counter()
    for line in judged:
        for sign in rules.ear.signs(fold_in(rules.language, line.line.text)):
            if sign.how is How.PHRASE:
                hit.add((sign.match.label, sign.what))
        for finding in line.findings:
            found_by = finding.found_by
            if found_by is None or found_by.how != How.PHRASE:
                continue
            if line.line.breach:
                right[found_by.detector, found_by.what] += 1
            elif finding.verdict is Verdict.BREACH:
                rung[found_by.detector, found_by.what] += 1
    return hit, right, rung


class _Others:
    """Finds a phrase of the same label that hears everything another one does."""

    def __init__(self, rules: RuleSet, folder: Path) -> None:
        self._language = rules.language
        self._trees = concept_trees(rules.language, folder)
        self._gap = GAPS.get(beneath(rules.language), 4)
        turned = PhraseSet.compile(
            reversed(rules.phrases.phrases), load_concepts(rules.language, folder)
        )
        # Of phrases of one label that hear the same words a search tells the first only.
        self._sets = (rules.phrases, turned)
        self._needless: set[Phrase] = set()

    def of(self, phrase: Phrase) -> Phrase | None:
        """Another phrase that hears every way of saying this one, if there is one.

        One that was itself found needless counts no more: of two that say the same one stays.
        """
        common: dict[Phrase, None] | None = None
        said = [*self._said(parse(phrase.text, phrase_fold(self._language)))]
        for words in said if len(said) <= _RENDERINGS else ():
            folded = fold_in(self._language, words)
            heard = {
                phrases.phrases[match.phrase]: None
                for phrases in self._sets
                for match in phrases.search(folded)
                if match.label == phrase.label and phrases.phrases[match.phrase].text != phrase.text
            }
            for needless in self._needless:
                heard.pop(needless, None)
            common = heard if common is None else {k: None for k in common if k in heard}
            if not common:
                return None
        if not common:
            return None
        self._needless.add(phrase)
        return next(iter(common))

    def _said(self, tree: Sequence) -> Iterator[str]:
        """Ways of saying a phrase: every alternative once at least, gaps empty and full."""
        ways = self._ways(tree, frozenset())
        for number in range(min(ways, _RENDERINGS + 1)):
            for full in (False, True):
                yield " ".join(self._words(tree, number, full=full))

    def _ways(self, tree: Sequence, within: frozenset[str]) -> int:
        return max((self._options(item, within) for item in tree.items), default=1)

    def _options(self, item: Item, within: frozenset[str]) -> int:
        options, inside = self._alternatives(item), within
        if isinstance(item, Slot):
            if item.name in within:
                return 1
            inside = within | {item.name}
        return max(1, len(options)) * max((self._ways(o, inside) for o in options), default=1)

    def _alternatives(self, item: Item) -> tuple[Sequence, ...]:
        if isinstance(item, Slot):
            return self._trees.get(item.name, ())
        if isinstance(item, Choice):
            return (*item.options, Sequence(())) if item.optional else item.options
        return ()

    def _words(self, tree: Sequence, number: int, *, full: bool) -> Iterator[str]:
        for item in tree.items:
            options = self._alternatives(item)
            if isinstance(item, Word):
                yield item.token
            elif isinstance(item, Gap) and full:
                width = self._gap if item.width is None else item.width
                yield from (f"q{chr(97 + at)}" for at in range(width))
            elif isinstance(item, Slot) and item.name == "number":
                yield "7"
            elif options:
                chosen = options[number % len(options)]
                yield from self._words(chosen, number // len(options), full=full)


def _place(phrase: Phrase) -> Fault:
    return Fault(phrase.path, phrase.line, phrase.column, "")
