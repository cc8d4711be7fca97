"""The file formats of rule packs, as schemas.

Owns what may stand in `detectors/`, `cues/`, `families.yaml` and a jurisdiction's file, and nothing
of what it means: `packs` turns these into rules.
"""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from compliance.conditions import Comparison, Condition, Sense
from compliance.context import Collector, Listener, Plain
from compliance.documents import Schema
from compliance.findings import Kind, Severity, Verdict, VerifiedLaw
from compliance.kinds import Spec
from compliance.pack_kinds import (
    ConductEntry,
    FactEntry,
    LimitEntry,
    Mark,
    Measure,
    OrderEntry,
    RuleId,
    Slug,
    WindowEntry,
)
from compliance.rules import EVERYWHERE, Counts, Deadline, Guard, RuleStatus
from compliance.transcript import Speaker

STAGES = frozenset(
    (
        "opening", "verification", "purpose", "situation", "impact", "options", "commitment",
        "recap", "close", "third_party", "wrong_number", "screener", "voicemail", "dispute",
        "hardship", "vulnerable", "complaint", "represented", "cease_contact", "deceased",
        "insolvency", "callback", "abuse", "language_barrier", "recording_refused",
    )
)  # fmt: skip

_GENTLE = frozenset((Severity.MINOR, Severity.HINT))


class Texts(Schema):
    en: str
    hant: str = Field(alias="zh-Hant")
    hans: str = Field(alias="zh-Hans")

    def by_locale(self) -> dict[str, str]:
        return {"en": self.en, "zh-Hant": self.hant, "zh-Hans": self.hans}


class Minutes(Schema):
    first: float | None = Field(default=None, alias="from", ge=0)
    last: float | None = Field(default=None, alias="to", gt=0)


class When(Schema):
    listener: tuple[Listener, ...] = ()
    verified: bool | None = None
    collector: tuple[Collector, ...] = ()
    stage: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    facts: dict[str, bool] = Field(default_factory=dict)
    minutes: Minutes | None = None
    after: tuple[Mark, ...] = ()
    before: tuple[Mark, ...] = ()
    account: dict[str, dict[Sense, Plain]] = Field(default_factory=dict)
    confidence: float | None = Field(default=None, ge=0, le=1)

    def condition(self) -> Condition:
        return Condition(
            listener=self.listener,
            verified=self.verified,
            collector=self.collector,
            stage=self.stage,
            states=self.states,
            facts=tuple(self.facts.items()),
            minutes=None if self.minutes is None else (self.minutes.first, self.minutes.last),
            after=self.after,
            before=self.before,
            account=tuple(
                Comparison(name, sense, value)
                for name, senses in self.account.items()
                for sense, value in senses.items()
            ),
            confidence=self.confidence,
        )


class SpanEntry(Schema):
    """Parts by name, and how many tokens may lie between two of them."""

    parts: tuple[Slug, ...] = Field(min_length=2, max_length=6)
    within: int = Field(default=12, ge=1, le=60)


class DetectorEntry(Schema):
    """With `by_name` only rules that name it listen to it: the law of one jurisdiction's own."""

    phrases: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    sequence: tuple[SpanEntry, ...] = ()
    near: tuple[SpanEntry, ...] = ()
    similar: float | None = Field(default=None, gt=0, lt=1)
    about: Slug | None = None
    guards: tuple[Guard, ...] = EVERYWHERE
    when: When = When()
    true_if: str | None = None
    wrong_if: str | None = None
    check: bool = False
    sure: bool = False
    by_name: bool = False
    speakers: tuple[Speaker, ...] = Field(default=(Speaker.AGENT,), min_length=1)

    @model_validator(mode="after")
    def _hears_something(self) -> DetectorEntry:
        if not (self.phrases or self.regex or self.sequence or self.near or self.similar):
            raise PydanticCustomError(
                "deaf", "a detector needs phrases, regex, sequence, near or similar"
            )
        return self


class DetectorFile(Schema):
    """`topic` are phrases that say that a family's topic is present at all; they detect nothing."""

    family: str
    language: str
    parts: dict[Slug, tuple[str, ...]] = Field(default_factory=dict)
    topic: tuple[str, ...] = ()
    detectors: dict[Slug, DetectorEntry]


class CueFile(Schema):
    cues: dict[str, tuple[str, ...]]


class EventEntry(Schema):
    phrases: tuple[str, ...] = Field(min_length=1)
    speakers: tuple[Speaker, ...] = Field(default=(Speaker.AGENT,), min_length=1)


class EventFile(Schema):
    """`events/<language>.yaml`: what happens in a call that rules and statements wait for."""

    language: str
    events: dict[Slug, EventEntry]


class FamilyEntry(Schema):
    title: Texts
    do_now: Texts
    explanation: Texts


class FamilyFile(Schema):
    families: dict[str, FamilyEntry]


class RepairEntry(Schema):
    text: str = Field(min_length=1)
    when: When = When()


class CountsEntry(Schema):
    hits: int = Field(ge=2)
    within_utterances: int | None = Field(default=None, ge=1)
    within_s: float | None = Field(default=None, gt=0)
    same: bool = False

    def counts(self) -> Counts:
        return Counts(self.hits, self.within_utterances, self.within_s, self.same)


class RuleEntry(Schema):
    id: RuleId
    family: str
    kind: Kind = Kind.FORBIDDEN
    severity: Severity = Severity.MAJOR
    verified_law: VerifiedLaw
    status: RuleStatus | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    review_by: date | None = None
    approved_by: str = ""
    citation: str = Field(min_length=1)
    citation_by_collector: dict[Collector, str] = Field(default_factory=dict)
    verified_law_by_collector: dict[Collector, VerifiedLaw] = Field(default_factory=dict)
    severity_by_collector: dict[Collector, Severity] = Field(default_factory=dict)
    detectors: tuple[str, ...] | None = None
    when: When = When()
    counts: CountsEntry | None = None
    needs: tuple[Slug, ...] = ()
    sets: tuple[Slug, ...] = ()
    cooldown_s: float | None = Field(default=None, gt=0)
    max_per_call: int | None = Field(default=None, ge=1)
    beyond_words: tuple[str, ...] = ()
    window: WindowEntry | None = None
    limit: LimitEntry | None = None
    order: OrderEntry | None = None
    conduct: ConductEntry | None = None
    fact: FactEntry | None = None
    title: Texts | None = None
    do_now: Texts | None = None
    explanation: Texts | None = None
    say_now: tuple[RepairEntry, ...] = ()

    @model_validator(mode="after")
    def _measures_what_its_kind_does(self) -> RuleEntry:
        measures = self._measures()
        for kind, entry in measures.items():
            if entry is not None and kind is not self.kind:
                raise PydanticCustomError("kind", f"only a rule of kind {kind.value} has that")
        if self.kind in measures and measures[self.kind] is None and self.kind is not Kind.ORDERED:
            name = self.kind.value
            raise PydanticCustomError("kind", f"a rule of kind {name} needs {name}: …")
        weights = {self.severity, *self.severity_by_collector.values()}
        if self.kind is Kind.CONDUCT and not weights <= _GENTLE:
            raise PydanticCustomError("gentle", "a rule on conduct is minor or a hint, no more")
        return self

    def _measures(self) -> dict[Kind, Measure | None]:
        return {
            Kind.WINDOW: self.window,
            Kind.LIMIT: self.limit,
            Kind.ORDERED: self.order,
            Kind.CONDUCT: self.conduct,
            Kind.FACT: self.fact,
        }

    def spec(self) -> Spec | None:
        """What it measures, for the kinds that measure something."""
        return next((entry.spec() for entry in self._measures().values() if entry), None)

    def standing(self) -> RuleStatus:
        """The status it has: law that nobody has seen is on trial until somebody answers for it."""
        if self.status is not None:
            return self.status
        seen = self.verified_law is not VerifiedLaw.MEMORY
        return RuleStatus.STABLE if seen else RuleStatus.TRIAL


class DeadlineEntry(Schema):
    event: Slug | None = None
    within: int = Field(default=2, ge=1, le=50)
    stage: str | None = None
    seconds: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_of_them(self) -> DeadlineEntry:
        if sum(part is not None for part in (self.event, self.stage, self.seconds)) != 1:
            raise PydanticCustomError("deadline", "it is by one of event, stage and seconds")
        return self

    def deadline(self) -> Deadline:
        return Deadline(self.event or "", self.within, self.stage or "", self.seconds)


class StatementEntry(Schema):
    id: Slug
    rule: RuleId
    when: When = When()
    min_utterances: int = Field(default=4, ge=1)
    missed: Verdict = Verdict.BREACH
    by: DeadlineEntry | None = None
    repeat_on: tuple[Slug, ...] = ()
    unless: When | None = None
    elements: dict[str, tuple[str, ...]] = Field(min_length=1)


class PackFile(Schema):
    jurisdiction: str
    language: str
    neutral: tuple[RepairEntry, ...] = Field(min_length=1)
    rules: tuple[RuleEntry, ...] = Field(min_length=1)
    statements: tuple[StatementEntry, ...] = ()


class WordsFile(Schema):
    """What a pack says and listens for in another language of its jurisdiction.

    `say_now`, `about` and `detectors` are by rule, `statements` by statement and element.
    """

    jurisdiction: str
    language: str
    neutral: tuple[RepairEntry, ...] = Field(min_length=1)
    say_now: dict[RuleId, tuple[RepairEntry, ...]] = Field(default_factory=dict)
    about: dict[RuleId, tuple[str, ...]] = Field(default_factory=dict)
    detectors: dict[RuleId, tuple[str, ...]] = Field(default_factory=dict)
    statements: dict[Slug, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
