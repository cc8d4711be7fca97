"""The file formats of rule packs, as schemas.

Owns what may stand in `detectors/`, `cues/`, `families.yaml` and a jurisdiction's file, and nothing
of what it means: `packs` turns these into rules.
"""

from __future__ import annotations

from pydantic import Field

from compliance.context import Collector, Listener
from compliance.documents import Schema
from compliance.findings import Kind, Severity, Verdict, VerifiedLaw
from compliance.rules import EVERYWHERE, Condition, Guard


class Texts(Schema):
    en: str
    hant: str = Field(alias="zh-Hant")
    hans: str = Field(alias="zh-Hans")

    def by_locale(self) -> dict[str, str]:
        return {"en": self.en, "zh-Hant": self.hant, "zh-Hans": self.hans}


class When(Schema):
    listener: tuple[Listener, ...] = ()
    verified: bool | None = None
    collector: tuple[Collector, ...] = ()
    stage: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    facts: dict[str, bool] = Field(default_factory=dict)

    def condition(self) -> Condition:
        return Condition(
            listener=self.listener,
            verified=self.verified,
            collector=self.collector,
            stage=self.stage,
            states=self.states,
            facts=tuple(self.facts.items()),
        )


class DetectorEntry(Schema):
    phrases: tuple[str, ...] = Field(min_length=1)
    guards: tuple[Guard, ...] = EVERYWHERE
    when: When = When()
    true_if: str | None = None
    wrong_if: str | None = None
    check: bool = False
    sure: bool = False


class DetectorFile(Schema):
    family: str
    language: str
    detectors: dict[str, DetectorEntry]


class CueFile(Schema):
    cues: dict[str, tuple[str, ...]]


class FamilyEntry(Schema):
    title: Texts
    do_now: Texts
    explanation: Texts


class FamilyFile(Schema):
    families: dict[str, FamilyEntry]


class RepairEntry(Schema):
    text: str = Field(min_length=1)
    when: When = When()


class RuleEntry(Schema):
    id: str = Field(pattern=r"^[A-Z]{2}-[0-9]{2}(-[a-z_]+)?$")
    family: str
    kind: Kind = Kind.FORBIDDEN
    severity: Severity = Severity.MAJOR
    verified_law: VerifiedLaw
    citation: str = Field(min_length=1)
    citation_by_collector: dict[Collector, str] = Field(default_factory=dict)
    detectors: tuple[str, ...] | None = None
    when: When = When()
    beyond_words: tuple[str, ...] = ()
    title: Texts | None = None
    do_now: Texts | None = None
    explanation: Texts | None = None
    say_now: tuple[RepairEntry, ...] = ()


class StatementEntry(Schema):
    id: str = Field(pattern=r"^[a-z_]+$")
    rule: str
    when: When = When()
    min_utterances: int = Field(default=4, ge=1)
    missed: Verdict = Verdict.BREACH
    elements: dict[str, tuple[str, ...]] = Field(min_length=1)


class PackFile(Schema):
    jurisdiction: str
    language: str
    neutral: tuple[RepairEntry, ...] = Field(min_length=1)
    rules: tuple[RuleEntry, ...] = Field(min_length=1)
    statements: tuple[StatementEntry, ...] = ()
