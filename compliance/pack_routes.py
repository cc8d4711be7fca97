"""Turns `routes.yaml` into rules of a jurisdiction: what callers say that must route the call.

Owns the format of that one file.  What is listened for and what an agent should do is the same
everywhere; each jurisdiction has its own law and helplines for it, where it has any.  A route is a
rule like any other from here on, so that a bank may change it or switch it off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import Field

from compliance.context import Collector
from compliance.documents import Document, Origins, Patched, Schema, load_document
from compliance.findings import Kind, Severity, VerifiedLaw
from compliance.pack_cache import USERS
from compliance.pack_files import PackFile, RepairEntry, RuleEntry, Texts, When
from compliance.pack_kinds import RouteId
from compliance.phrases import PACKS

_SCRIPTS = {"zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-CN": "zh-Hans"}


PREFIX = "ROUTE-"


def route_names(folder: Path = PACKS) -> tuple[str, ...]:
    """What routes are called (`self_harm`), in the order of their file.

    Raises:
        BadInput: the file has faults.
    """
    routes = load_document(folder / "routes.yaml", RouteFile, USERS).value.routes
    return tuple(entry.id.removeprefix(PREFIX) for entry in routes)


def route_of(rule: str) -> str:
    """What the route is called that a rule is; empty where it is none of them."""
    return rule.removeprefix(PREFIX) if rule.startswith(PREFIX) else ""


class SayEntry(Schema):
    """One sentence in every language that is spoken."""

    en: str = Field(min_length=1)
    hant: str = Field(alias="zh-Hant", min_length=1)
    hans: str = Field(alias="zh-Hans", min_length=1)
    when: When = When()

    def repair(self, language: str) -> RepairEntry:
        """The sentence for a call in `language`."""
        texts = {"zh-Hant": self.hant, "zh-Hans": self.hans}
        return RepairEntry(text=texts.get(_SCRIPTS.get(language, ""), self.en), when=self.when)


class LocalEntry(Schema):
    """What is other in one jurisdiction; its sentences come before those for everywhere."""

    citation: str | None = None
    citation_by_collector: dict[Collector, str] = Field(default_factory=dict)
    verified_law: VerifiedLaw | None = None
    verified_law_by_collector: dict[Collector, VerifiedLaw] = Field(default_factory=dict)
    say_now: tuple[SayEntry, ...] = ()


class RouteEntry(Schema):
    id: RouteId
    family: str
    severity: Severity
    detectors: tuple[str, ...] = Field(min_length=1)
    citation: Texts
    review_by: date | None = None
    cooldown_s: float | None = Field(default=None, gt=0)
    max_per_call: int | None = Field(default=None, ge=1)
    title: Texts
    do_now: Texts
    explanation: Texts
    say_now: tuple[SayEntry, ...] = Field(min_length=1)
    local: dict[str, LocalEntry] = Field(default_factory=dict)

    def rule(
        self,
        jurisdiction: str,
        language: str,
        detectors: tuple[str, ...],
        neutral: tuple[SayEntry, ...],
    ) -> RuleEntry:
        """The rule as it stands in one jurisdiction; without law of its own it is policy.

        Args:
            jurisdiction: whose law and helplines.
            language: of the call.
            detectors: those of the route that the language of the call has.
            neutral: what may be said whatever holds.
        """
        local = self.local.get(jurisdiction, LocalEntry())
        policy = self.citation.by_locale()[_SCRIPTS.get(language, "en")]
        return RuleEntry(
            id=self.id,
            family=self.family,
            kind=Kind.ROUTE,
            severity=self.severity,
            detectors=detectors,
            citation=local.citation or policy,
            citation_by_collector=local.citation_by_collector,
            verified_law=local.verified_law or VerifiedLaw.POLICY,
            verified_law_by_collector=local.verified_law_by_collector,
            review_by=self.review_by,
            cooldown_s=self.cooldown_s,
            max_per_call=self.max_per_call,
            title=self.title,
            do_now=self.do_now,
            explanation=self.explanation,
            say_now=tuple(
                say.repair(language) for say in (*local.say_now, *self.say_now, *neutral)
            ),
        )


class RouteFile(Schema):
    """`neutral` are sentences for whoever is on the line, offered where no other may be said."""

    neutral: tuple[SayEntry, ...] = Field(min_length=1)
    routes: tuple[RouteEntry, ...] = Field(min_length=1)


def with_routes(
    pack: Document[PackFile], routes: Document[RouteFile], known: Iterable[str], language: str
) -> Document[PackFile]:
    """A pack with the routes as its last rules; their places lead to the file of routes.

    `known` are the detectors there are: a route that nothing listens for is none; `language` is
    that of the call.
    """
    listening = frozenset(known)
    value = pack.value
    rules = [*value.rules]
    origins: Origins = {}
    for index, entry in enumerate(routes.value.routes):
        detectors = tuple(name for name in entry.detectors if name in listening)
        if not detectors:
            continue
        origins["rules", len(rules)] = (routes, ("routes", index))
        neutral = routes.value.neutral
        rules.append(entry.rule(value.jurisdiction, language, detectors, neutral))
    merged = value.model_copy(update={"rules": tuple(rules)})
    return Patched(merged, pack.path, pack.places, origins)
