"""Turns a jurisdiction's file into rules and required statements, gathering what is wrong.

Owns what a schema cannot say of `<jurisdiction>.yaml`: ids and periods, names that must exist, and
what a status demands.  It compiles no phrase and reads no file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import combinations

from compliance.conditions import Condition
from compliance.documents import Document, Location
from compliance.errors import Fault
from compliance.findings import Kind, VerifiedLaw
from compliance.hearing import ELEMENT, SUBJECT
from compliance.pack_detectors import agents, others
from compliance.pack_files import (
    STAGES,
    FamilyFile,
    PackFile,
    RepairEntry,
    RuleEntry,
    StatementEntry,
    When,
    WordsFile,
)
from compliance.phrases import Phrase, base_language
from compliance.rules import Deadline, Detector, Repair, RequiredStatement, Rule, RuleStatus
from compliance.scoring import likeness_of

# What the engine itself sees happen; the rest are those of `events/<language>.yaml`.
BUILT_IN_EVENTS = frozenset(("first_utterance", "verified", "new_listener"))


class PackReader:
    """One jurisdiction's file, read for calls in one language; `faults` is what is wrong with it.

    Args:
        pack: the file.
        families: what a talking agent is told, by family.
        detectors: those of the language, by id.
        events: those of the language, by name.
        language: of the call (`en`, `zh`).
        outcomes: classes of what came of earlier contacts.
        by_name: detectors that only rules which name them listen to: a bank's own, and those
            of one jurisdiction's law.
        words: what the pack says in that language, where it is not the file's own.
    """

    def __init__(
        self,
        pack: Document[PackFile],
        families: Document[FamilyFile],
        detectors: Mapping[str, Detector],
        events: frozenset[str],
        language: str,
        outcomes: frozenset[str],
        by_name: frozenset[str] = frozenset(),
        words: Document[WordsFile] | None = None,
    ) -> None:
        self._pack = pack
        self._families = families
        self._detectors = detectors
        self._words = words
        self.own_language = words is not None or base_language(pack.value.language) == language
        self.faults: list[Fault] = []
        self._marks = {
            *(entry.id for entry in pack.value.rules),
            *(f"statement:{entry.id}" for entry in pack.value.statements),
            *(f"stage:{name}" for name in STAGES),
            *(f"event:{name}" for name in BUILT_IN_EVENTS | events),
        }
        self._outcomes = outcomes
        self._by_name = by_name
        self._states = {name for entry in pack.value.rules for name in entry.sets}

    def _fault(self, message: str, *place: str | int) -> None:
        self.faults.append(self._pack.fault(message, *place))

    # ---- rules ---------------------------------------------------------------------------------

    def rules(self) -> Iterator[Rule]:
        """The rules of the file, drafts and all versions included."""
        neutral = (self._words or self._pack).value.neutral
        if neutral[-1].when != When():
            place = ("neutral", len(neutral) - 1)
            self.faults.append(
                (self._words or self._pack).fault("the last must be sayable always", *place)
            )
        self._check_ids()
        self._check_words()
        for index, entry in enumerate(self._pack.value.rules):
            self._check(index, entry)
            texts = self._families.value.families.get(entry.family)
            if texts is None:
                message = f"families.yaml has no family {entry.family!r}"
                self._fault(message, "rules", index, "family")
                continue
            yield Rule(
                id=entry.id,
                family=entry.family,
                kind=entry.kind,
                severity=entry.severity,
                verified_law=entry.verified_law,
                citations={
                    "": entry.citation,
                    **{str(who): text for who, text in entry.citation_by_collector.items()},
                },
                titles=(entry.title or texts.title).by_locale(),
                do_now=(entry.do_now or texts.do_now).by_locale(),
                explanations=(entry.explanation or texts.explanation).by_locale(),
                repairs=tuple(
                    Repair(repair.text, repair.when.condition())
                    for repair in (self._said(entry) if self.own_language else ())
                ),
                detectors=tuple(dict.fromkeys(self._heard_by(index, entry))),
                when=_with_needs(entry),
                beyond_words=entry.beyond_words,
                status=entry.standing(),
                effective_from=entry.effective_from,
                effective_to=entry.effective_to,
                review_by=entry.review_by,
                approved_by=entry.approved_by,
                cooldown_s=entry.cooldown_s,
                max_per_call=entry.max_per_call,
                needs=entry.needs,
                sets=entry.sets,
                spec=entry.spec(),
                counts=None if entry.counts is None else entry.counts.counts(),
                laws={who.value: law for who, law in entry.verified_law_by_collector.items()},
                severities={who.value: how for who, how in entry.severity_by_collector.items()},
            )

    def _said(self, entry: RuleEntry) -> tuple[RepairEntry, ...]:
        """What may be said: after a breach, if nothing else, that one is sorry for it."""
        neutral = () if entry.kind is Kind.ROUTE else (self._words or self._pack).value.neutral
        return (*self._say_now(entry), *neutral)

    # ---- another language of the jurisdiction ----------------------------------------------------

    def _say_now(self, entry: RuleEntry) -> tuple[RepairEntry, ...]:
        if self._words is None or entry.kind is Kind.ROUTE:  # routes are in every language
            return entry.say_now
        return self._words.value.say_now.get(entry.id, ())

    def _listens(self, entry: RuleEntry) -> tuple[str, ...] | None:
        """The detectors that a rule names, `None` for all of its family."""
        if self._words is None:
            return entry.detectors
        return self._words.value.detectors.get(entry.id, entry.detectors)

    def _elements(self, entry: StatementEntry) -> Mapping[str, tuple[str, ...]]:
        if self._words is None:
            return entry.elements
        return self._words.value.statements.get(entry.id, {})

    def _check_words(self) -> None:
        """What is said in another language must be of rules and statements that there are."""
        words = self._words
        if words is None:
            return
        if words.value.jurisdiction != self._pack.value.jurisdiction:
            self.faults.append(words.fault("the jurisdiction is not the pack's", "jurisdiction"))
        rules = {entry.id: entry for entry in self._pack.value.rules}
        for key in ("say_now", "about", "detectors"):
            for name in getattr(words.value, key):
                if name not in rules:
                    self.faults.append(words.fault(f"there is no rule {name}", key, name))
        for name, entry in rules.items():
            if entry.fact is not None and name not in words.value.about:
                self.faults.append(words.fault(f"nothing says when {name} is spoken of", "about"))
        for name, repairs in words.value.say_now.items():
            for number, repair in enumerate(repairs):
                self._check_when(repair.when, "say_now", name, number, "when")
        statements = {entry.id: entry for entry in self._pack.value.statements}
        for name in words.value.statements:
            if name not in statements:
                self.faults.append(words.fault(f"there is no statement {name}", "statements", name))
        for name, statement in statements.items():
            if words.value.statements.get(name, {}).keys() != statement.elements.keys():
                message = f"the elements of {name} are not the pack's"
                self.faults.append(words.fault(message, "statements"))

    def _check_ids(self) -> None:
        """Two versions of one rule must not bind on the same day."""
        entries = list(enumerate(self._pack.value.rules))
        by_id: dict[str, list[tuple[int, RuleEntry]]] = {}
        for index, entry in entries:
            by_id.setdefault(entry.id, []).append((index, entry))
        for versions in by_id.values():
            for (_, one), (index, other) in combinations(versions, 2):
                if _overlap(one, other):
                    message = f"the id {other.id} is given twice for the same days"
                    self._fault(message, "rules", index, "id")
                    break

    def _check(self, index: int, entry: RuleEntry) -> None:
        first, last = entry.effective_from, entry.effective_to
        if first is not None and last is not None and last < first:
            self._fault("it ends before it begins", "rules", index, "effective_to")
        memory = entry.verified_law is VerifiedLaw.MEMORY
        if entry.status is RuleStatus.STABLE and memory and not entry.approved_by:
            message = "law known from memory is not stable before somebody answers for it"
            self._fault(f"{message} (approved_by)", "rules", index, "status")
        for number, name in enumerate(entry.needs):
            if name not in self._states:
                self._fault(f"no rule sets the state {name!r}", "rules", index, "needs", number)
        if entry.limit is not None:
            for key, names in (
                ("outcomes", entry.limit.outcomes),
                ("besides", entry.limit.besides),
            ):
                for number, name in enumerate(names):
                    if name not in self._outcomes:
                        message = f"outcomes.yaml has no class {name!r}"
                        self._fault(message, "rules", index, "limit", key, number)
        if entry.conduct is not None and entry.conduct.dead_air is not None:
            place = ("rules", index, "conduct", "dead_air", "unless_said")
            for number, name in enumerate(entry.conduct.dead_air.unless_said):
                self._check_mark(f"event:{name}", *place, number)
        if entry.order is not None:
            for key, marks in (("first", entry.order.first), ("then", entry.order.then)):
                for number, mark in enumerate(marks):
                    self._check_mark(mark, "rules", index, "order", key, number)
        self._check_when(entry.when, "rules", index, "when")
        for number, repair in enumerate(entry.say_now):
            self._check_when(repair.when, "rules", index, "say_now", number, "when")

    def _check_when(self, when: When, *place: str | int) -> None:
        """The marks and stages that a condition names must exist."""
        for key, marks in (("after", when.after), ("before", when.before)):
            for number, mark in enumerate(marks):
                self._check_mark(mark, *place, key, number)
        for number, stage in enumerate(when.stage):
            if stage not in STAGES:
                self._fault(f"there is no stage {stage!r}", *place, "stage", number)
        if when.minutes is not None:
            first, last = when.minutes.first, when.minutes.last
            if first is not None and last is not None and last <= first:
                self._fault("it ends before it begins", *place, "minutes")

    def _check_mark(self, mark: str, *place: str | int) -> None:
        """One mark that a condition, an order or a statement names must exist."""
        state = mark.removeprefix("state:")
        known = state in self._states if state != mark else mark in self._marks
        if not known:
            self._fault(f"there is nothing called {mark!r}", *place)

    def _heard_by(self, index: int, entry: RuleEntry) -> Iterator[str]:
        """The detectors of a rule: those named, or all of its family; `family/*` for all of one.

        A rule that routes listens to those whom the agent talks to, every other one to the agent.
        """
        route = entry.kind is Kind.ROUTE
        side = others if route else agents
        measures = entry.spec() is not None
        unnamed = () if measures else (f"{entry.family}/*",)
        named_ones = self._listens(entry)
        wanted = unnamed if named_ones is None else named_ones
        for number, pattern in enumerate(wanted):
            place: Location = ("rules", index, "detectors", number)
            if pattern.endswith("/*"):
                named = sorted(
                    name
                    for name in self._detectors
                    if name.startswith(pattern[:-1]) and name not in self._by_name
                )
                found = [name for name in named if side(self._detectors[name].speakers)]
            else:
                found = [pattern] if pattern in self._detectors else []
                if found and not side(self._detectors[pattern].speakers):
                    whom = "customers" if route else "the agent"
                    self._fault(f"{pattern!r} does not listen to {whom}", *place)
            likeness = pattern == likeness_of(entry.family)  # where nothing weighs, there is none
            if not found and named_ones is not None and self.own_language and not likeness:
                self._fault(f"there is no detector {pattern!r} in this language", *place)
            yield from found

    # ---- statements ----------------------------------------------------------------------------

    def statements(self) -> Iterator[RequiredStatement]:
        """What must be said."""
        rules = {entry.id for entry in self._pack.value.rules}
        seen: set[str] = set()
        for index, entry in enumerate(self._pack.value.statements):
            if entry.rule not in rules:
                self._fault(f"there is no rule {entry.rule}", "statements", index, "rule")
            if entry.id in seen:
                self._fault(f"the id {entry.id} is given twice", "statements", index, "id")
            seen.add(entry.id)
            self._check_when(entry.when, "statements", index, "when")
            if entry.unless is not None:
                self._check_when(entry.unless, "statements", index, "unless")
                if entry.unless == When():
                    self._fault("it would never be asked for", "statements", index, "unless")
            for number, name in enumerate(entry.repeat_on):
                self._check_mark(f"event:{name}", "statements", index, "repeat_on", number)
            if entry.by is not None:
                kind = "event" if entry.by.event else "stage"
                until = entry.by.event or entry.by.stage
                if until is not None:
                    self._check_mark(f"{kind}:{until}", "statements", index, "by", kind)
            yield RequiredStatement(
                id=entry.id,
                rule=entry.rule,
                elements=tuple(self._elements(entry)),
                when=entry.when.condition(),
                min_utterances=entry.min_utterances,
                missed=entry.missed,
                by=Deadline() if entry.by is None else entry.by.deadline(),
                repeat_on=entry.repeat_on,
                unless=None if entry.unless is None else entry.unless.condition(),
            )

    def phrases(self) -> Iterator[Phrase]:
        """The phrases of statements and spoken facts; none for a call in another language."""
        if not self.own_language:
            return
        for index, rule in enumerate(self._pack.value.rules):
            if rule.fact is None:
                continue
            words = self._words
            texts = rule.fact.about if words is None else words.value.about.get(rule.id, ())
            for number, text in enumerate(texts):
                if words is None:
                    at = self._pack.where("rules", index, "fact", "about", number)
                else:
                    at = words.where("about", rule.id, number)
                yield Phrase(text, f"{SUBJECT}{rule.id}", *at)
        for index, entry in enumerate(self._pack.value.statements):
            for element, texts in self._elements(entry).items():
                for number, text in enumerate(texts):
                    if self._words is None:
                        at = self._pack.where("statements", index, "elements", element, number)
                    else:
                        at = self._words.where("statements", entry.id, element, number)
                    yield Phrase(text, f"{ELEMENT}{entry.id}/{element}", *at)


def _with_needs(entry: RuleEntry) -> Condition:
    """What a rule needs set is a condition like any other."""
    condition = entry.when.condition()
    states = tuple(f"state:{name}" for name in entry.needs)
    return replace(condition, after=(*condition.after, *states))


def _overlap(one: RuleEntry, other: RuleEntry) -> bool:
    begins = max(one.effective_from or date.min, other.effective_from or date.min)
    return begins <= min(one.effective_to or date.max, other.effective_to or date.max)
