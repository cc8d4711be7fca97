"""Loads rule packs: YAML on disk to a compiled `RuleSet`, with all faults at once.

Owns the way from files under `packs/` to rules.  Detectors are written once per family and language
(`detectors/<family>.<language>.yaml`), a jurisdiction's rules cite and scope them
(`<jurisdiction>.yaml`), `families.yaml` says what a talking agent is told, `cues/` what the readers
of context and the tracker listen for.  It judges nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault, MissingPart, shown
from compliance.pack_files import (
    CueFile,
    DetectorFile,
    FamilyFile,
    PackFile,
    RuleEntry,
    When,
)
from compliance.phrases import PACKS, Concepts, Phrase, PhraseSet, base_language, load_concepts
from compliance.rules import (
    Detector,
    Repair,
    RequiredStatement,
    Rule,
    RuleSet,
)
from compliance.scoring import Scorer, likeness_of

_F = TypeVar("_F", bound=Schema)

FAMILIES = (
    "threat", "abuse", "false_arrest", "false_legal_action", "impersonation",
    "third_party_disclosure", "third_party_pressure", "skip_tracing", "workplace", "hours",
    "frequency", "recording", "collector_disclosure", "payment_channel", "credit_record",
    "ignored_request", "induced_borrowing", "verify_first", "publicising", "vulnerable",
    "time_barred", "amount",
)  # fmt: skip


def available(folder: Path = PACKS) -> tuple[str, ...]:
    """The jurisdictions that have a rule pack."""
    return tuple(
        sorted(path.stem for path in folder.glob("[a-z][a-z].yaml") if path.stem.islower())
    )


def load_rules(
    jurisdiction: str, language: str, folder: Path = PACKS, *, scorer: Scorer | None = None
) -> RuleSet:
    """The rules of a jurisdiction for a call in `language` (a tag such as `en-US`).

    With a `scorer` the rules that listen to a whole family also hear what is like its breaches.

    Raises:
        MissingPart: there is no pack for the jurisdiction, or no detectors for the language.
        BadInput: files of the pack have faults, all told with line and column.
    """
    existing = available(folder)
    if jurisdiction not in existing:
        raise MissingPart(
            f"there is no rule pack for {shown(jurisdiction)} yet",
            f"There are {', '.join(existing)}.",
        )
    base = base_language(language)
    files = sorted((folder / "detectors").glob(f"*.{base}.yaml")) if base.isalpha() else []
    if not files:
        raise MissingPart(f"there are no detectors for the language {shown(language)} yet")
    return _Loader(jurisdiction, base, folder, files, scorer).load()


class _Loader:
    """Reads the files of one rule set, gathering faults until all have been seen."""

    def __init__(
        self,
        jurisdiction: str,
        base: str,
        folder: Path,
        files: list[Path],
        scorer: Scorer | None,
    ) -> None:
        self._jurisdiction = jurisdiction
        self._base = base
        self._folder = folder
        self._detector_files = files
        self._scorer = scorer
        self._faults: list[Fault] = []
        self._hash = hashlib.sha256(f"{jurisdiction} {base}".encode())
        if scorer is not None:
            self._hash.update(scorer.content_hash.encode())

    def load(self) -> RuleSet:
        concepts = self._read_concepts()
        cues = self._read(self._folder / "cues" / f"{self._base}.yaml", CueFile)
        families = self._read(self._folder / "families.yaml", FamilyFile)
        pack = self._read(self._folder / f"{self._jurisdiction}.yaml", PackFile)
        documents = [self._read(path, DetectorFile) for path in self._detector_files]
        detectors = [*self._detectors(document for document in documents if document)]
        if self._scorer is not None:
            families_heard = sorted({detector.family for detector in detectors})
            detectors.extend(Detector(likeness_of(name), name) for name in families_heard)
        if pack is None or families is None or cues is None or concepts is None:
            raise self._bad()
        phrases = [
            *(phrase for document in documents if document for phrase in _phrases(document)),
            *self._statement_phrases(pack),
        ]
        phrase_set = self._compile(phrases, concepts)
        cue_set = self._compile(_cue_phrases(cues), concepts)
        rules = [*self._rules(pack, families, {detector.id for detector in detectors})]
        statements = [*self._statements(pack, {rule.id for rule in rules})]
        own_language = base_language(pack.value.language) == self._base
        followed = {statement.rule for statement in statements}
        heard = {rule.id for rule in rules if rule.detectors}
        heard = heard | followed if own_language else heard - followed
        if self._faults or phrase_set is None or cue_set is None:
            raise self._bad()
        return RuleSet(
            jurisdiction=self._jurisdiction,
            language=self._base,
            rules=tuple(rules),
            detectors=tuple(detectors),
            statements=tuple(statements) if own_language else (),
            unheard=tuple(rule.id for rule in rules if rule.id not in heard),
            phrases=phrase_set,
            cues=cue_set,
            scorer=self._scorer,
            content_hash=self._hash.hexdigest(),
        )

    def _bad(self) -> BadInput:
        return BadInput(f"the rules for {self._jurisdiction} have faults", tuple(self._faults))

    def _read(self, path: Path, schema: type[_F]) -> Document[_F] | None:
        try:
            document = load_document(path, schema)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None
        self._hash.update(path.read_bytes())
        return document

    def _read_concepts(self) -> Concepts | None:
        try:
            concepts = load_concepts(self._base, self._folder)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None
        self._hash.update((self._folder / "concepts" / f"{self._base}.yaml").read_bytes())
        return concepts

    def _compile(self, phrases: Iterable[Phrase], concepts: Concepts) -> PhraseSet | None:
        try:
            return PhraseSet.compile(phrases, concepts)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None

    def _detectors(self, documents: Iterable[Document[DetectorFile]]) -> Iterator[Detector]:
        for document in documents:
            family = document.value.family
            if family not in FAMILIES:
                self._faults.append(document.fault(f"{family!r} is no family", "family"))
            if document.value.language != self._base:
                self._faults.append(document.fault("the language is not the file's", "language"))
            for name, entry in document.value.detectors.items():
                yield Detector(
                    id=f"{family}/{name}",
                    family=family,
                    guards=entry.guards,
                    when=entry.when.condition(),
                    true_if=entry.true_if,
                    wrong_if=entry.wrong_if,
                    check=entry.check,
                    sure=entry.sure,
                )

    def _rules(
        self, pack: Document[PackFile], families: Document[FamilyFile], detectors: set[str]
    ) -> Iterator[Rule]:
        if pack.value.jurisdiction != self._jurisdiction:
            self._faults.append(pack.fault("the jurisdiction is not the file's", "jurisdiction"))
        neutral = pack.value.neutral
        if neutral[-1].when != When():
            last = len(neutral) - 1
            self._faults.append(pack.fault("the last must be sayable always", "neutral", last))
        own_language = base_language(pack.value.language) == self._base
        seen: set[str] = set()
        for index, entry in enumerate(pack.value.rules):
            if entry.id in seen:
                message = f"the id {entry.id} is given twice"
                self._faults.append(pack.fault(message, "rules", index, "id"))
            seen.add(entry.id)
            texts = families.value.families.get(entry.family)
            if texts is None:
                message = f"families.yaml has no family {entry.family!r}"
                self._faults.append(pack.fault(message, "rules", index, "family"))
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
                    for repair in ((*entry.say_now, *neutral) if own_language else ())
                ),
                detectors=tuple(self._heard_by(pack, index, entry, detectors)),
                when=entry.when.condition(),
                beyond_words=entry.beyond_words,
            )

    def _heard_by(
        self, pack: Document[PackFile], index: int, entry: RuleEntry, detectors: set[str]
    ) -> Iterator[str]:
        """The detectors of a rule: those named, or all of its family; `family/*` for all of one."""
        wanted = (f"{entry.family}/*",) if entry.detectors is None else entry.detectors
        for number, pattern in enumerate(wanted):
            if pattern.endswith("/*"):
                prefix = pattern[:-1]
                found = [name for name in sorted(detectors) if name.startswith(prefix)]
            else:
                found = [pattern] if pattern in detectors else []
            own_language = base_language(pack.value.language) == self._base
            if not found and entry.detectors is not None and own_language:
                message = f"there is no detector {pattern!r} in this language"
                place = ("rules", index, "detectors", number)
                self._faults.append(pack.fault(message, *place))
            yield from found

    def _statements(self, pack: Document[PackFile], rules: set[str]) -> Iterator[RequiredStatement]:
        for index, entry in enumerate(pack.value.statements):
            if entry.rule not in rules:
                message = f"there is no rule {entry.rule}"
                self._faults.append(pack.fault(message, "statements", index, "rule"))
            yield RequiredStatement(
                id=entry.id,
                rule=entry.rule,
                elements=tuple(entry.elements),
                when=entry.when.condition(),
                min_utterances=entry.min_utterances,
                missed=entry.missed,
            )

    def _statement_phrases(self, pack: Document[PackFile]) -> Iterator[Phrase]:
        if base_language(pack.value.language) != self._base:
            return
        for index, entry in enumerate(pack.value.statements):
            for element, texts in entry.elements.items():
                for number, text in enumerate(texts):
                    place = pack.place("statements", index, "elements", element, number)
                    yield Phrase(text, f"={entry.id}/{element}", pack.path, *place)


def _phrases(document: Document[DetectorFile]) -> Iterator[Phrase]:
    for name, entry in document.value.detectors.items():
        for number, text in enumerate(entry.phrases):
            place = document.place("detectors", name, "phrases", number)
            yield Phrase(text, f"{document.value.family}/{name}", document.path, *place)


def _cue_phrases(document: Document[CueFile]) -> Iterator[Phrase]:
    for name, texts in document.value.cues.items():
        for number, text in enumerate(texts):
            yield Phrase(text, name, document.path, *document.place("cues", name, number))
