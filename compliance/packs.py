"""Loads rule packs: YAML on disk to a compiled `RuleSet`, with all faults at once.

Owns the way from files under `packs/` to rules.  Detectors are written once per family and language
(`detectors/<family>.<language>.yaml`), a jurisdiction's rules cite and scope them
(`<jurisdiction>.yaml`), `routes.yaml` says which words of callers route a call anywhere,
`families.yaml` what a talking agent is told, `cues/` what the readers of context and the tracker
listen for, `events/` what rules and statements wait for.  What a file means is read by
`pack_detectors`, `pack_routes` and `pack_rules`.  It judges nothing.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault, MissingPart, shown
from compliance.layering import cues_over, detectors_over, events_over
from compliance.likeness import load_likeness
from compliance.overrides import Laid, lay_over
from compliance.pack_cache import USERS, PackCache
from compliance.pack_detectors import Listening, agents, others, topic_phrases
from compliance.pack_files import (
    CueFile,
    DetectorFile,
    EventFile,
    FamilyFile,
    PackFile,
    WordsFile,
)
from compliance.pack_routes import RouteFile, with_routes
from compliance.pack_rules import BUILT_IN_EVENTS, PackReader
from compliance.phrases import (
    PACKS,
    Concepts,
    Phrase,
    PhraseSet,
    base_language,
    concept_files,
    load_concepts,
)
from compliance.rules import Detector, RuleSet, RuleStatus
from compliance.scoring import Scorer, likeness_of
from compliance.surroundings import load_surroundings
from compliance.tongues import beneath, layers

_F = TypeVar("_F", bound=Schema)

FAMILIES = (
    "threat", "abuse", "false_arrest", "false_legal_action", "impersonation",
    "third_party_disclosure", "third_party_pressure", "skip_tracing", "workplace", "hours",
    "frequency", "recording", "collector_disclosure", "payment_channel", "credit_record",
    "ignored_request", "induced_borrowing", "verify_first", "publicising", "vulnerable",
    "time_barred", "amount",
)  # fmt: skip
ROUTE = "route"
"""The family of detectors of what callers say; the rules that they serve have real ones."""


def available(folder: Path = PACKS) -> tuple[str, ...]:
    """The jurisdictions that have a rule pack."""
    return tuple(
        sorted(path.stem for path in folder.glob("[a-z][a-z].yaml") if path.stem.islower())
    )


def languages_of(jurisdiction: str, folder: Path = PACKS) -> tuple[str, ...]:
    """The languages that a jurisdiction's pack speaks, its usual one first.

    Raises:
        BadInput: a file of the pack has faults.
    """
    found = [load_document(folder / f"{jurisdiction}.yaml", PackFile, USERS).value.language]
    for path in sorted(folder.glob(f"{jurisdiction}.*.yaml")):
        if path.name.count(".") == 2 and not path.name.endswith(".cases.yaml"):
            found += [load_document(path, WordsFile, USERS).value.language]
    return tuple(found)


def load_rules(
    jurisdiction: str,
    language: str,
    folder: Path = PACKS,
    *,
    scorer: Scorer | None = None,
    likeness: bool = True,
    bank: Path | None = None,
    cache: PackCache | None = USERS,
) -> RuleSet:
    """The rules of a jurisdiction for a call in `language` (a tag such as `en-US`).

    With a scorer the rules that listen to a whole family also hear what is like its breaches:
    `scorer`, else with `likeness` the one that lies beside the packs, if there is one.  What
    stands in the folder `bank` is laid over the pack; see `overrides`.

    With a `cache`, by default the user's own, files are read and phrases compiled only when they
    have changed.

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
    if not base.isalpha() or not any(_detector_files(layer, folder) for layer in layers(base)):
        raise MissingPart(f"there are no detectors for the language {shown(language)} yet")
    with _without_collecting():
        if scorer is None and likeness:
            scorer = load_likeness(base, load_topics(base, folder, cache), folder)
        return _Loader(jurisdiction, base, folder, scorer, bank, cache).load()


@contextmanager
def _without_collecting() -> Iterator[None]:
    """No search for cyclic garbage meanwhile.

    Loading makes a hundred thousand small lists and drops next to none; looking through them again
    and again took half its time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _detector_files(base: str, folder: Path) -> list[Path]:
    return sorted((folder / "detectors").glob(f"*.{base}.yaml"))


class _Loader:
    """Reads the files of one rule set, gathering faults until all have been seen."""

    def __init__(
        self,
        jurisdiction: str,
        base: str,
        folder: Path,
        scorer: Scorer | None,
        bank: Path | None,
        cache: PackCache | None,
    ) -> None:
        self._cache = cache
        self._jurisdiction = jurisdiction
        self._base = base
        self._folder = folder
        self._scorer = scorer
        self._bank = bank
        self._laid: Laid | None = None
        self._faults: list[Fault] = []
        self._hash = hashlib.sha256(f"{jurisdiction} {base}".encode())
        if scorer is not None:
            self._hash.update(scorer.content_hash.encode())

    def load(self) -> RuleSet:
        concepts = self._read_concepts()
        cues = self._read_cues()
        families = self._read(self._folder / "families.yaml", FamilyFile)
        pack = self._read(self._folder / f"{self._jurisdiction}.yaml", PackFile)
        words = self._read_words()
        detectors_read = self._read_detectors()
        pack = self._with_routes(pack, words, detectors_read)
        if self._bank is not None and pack is not None:
            pack, detectors_read = self._laid_over(self._bank, pack, detectors_read)
        for document in detectors_read:
            family = document.value.family
            if family not in (*FAMILIES, ROUTE):
                self._faults.append(document.fault(f"{family!r} is no family", "family"))
        listening = Listening(detectors_read, self._read_events())
        if pack is None or families is None or cues is None or concepts is None:
            raise self._bad()
        if pack.value.jurisdiction != self._jurisdiction:
            self._faults.append(pack.fault("the jurisdiction is not the file's", "jurisdiction"))
        # What a bank adds to a detector comes as that detector again.
        detectors = [*{detector.id: detector for detector in listening.defined()}.values()]
        if self._scorer is not None:
            named = sorted({detector.family for detector in detectors} - {ROUTE})
            detectors.extend(Detector(likeness_of(name), name) for name in named)
        events = listening.events.value.events if listening.events is not None else {}
        by_id = {detector.id: detector for detector in detectors}
        around = load_surroundings(self._jurisdiction, self._folder, self._faults, self._cache)
        for path in around.files:
            self._hash.update(path.read_bytes())
        classes = around.outcomes.classes
        own = self._laid.own_detectors if self._laid is not None else frozenset()
        own |= listening.by_name()
        reader = PackReader(
            pack, families, by_id, frozenset(events), self._base, classes, own, words
        )
        rules = [*reader.rules()]
        statements = [*reader.statements()]
        self._faults.extend(reader.faults)
        ear = listening.ear(agents, reader.phrases(), concepts, self._faults)
        others_ear = listening.ear(others, (), concepts, self._faults)
        cue_set = self._compile(_cue_phrases(cues), concepts)
        if self._faults or ear is None or others_ear is None or cue_set is None:
            raise self._bad()
        judged = [rule for rule in rules if rule.status is not RuleStatus.DRAFT]
        followed = {statement.rule for statement in statements}
        heard = {rule.id for rule in judged if rule.detectors or rule.spec is not None}
        heard = heard | followed if reader.own_language else heard - followed
        return RuleSet(
            jurisdiction=self._jurisdiction,
            language=self._base,
            rules=tuple(judged),
            drafts=tuple(rule for rule in rules if rule.status is RuleStatus.DRAFT),
            detectors=tuple(detectors),
            statements=tuple(statements) if reader.own_language else (),
            unheard=tuple(dict.fromkeys(rule.id for rule in judged if rule.id not in heard)),
            ear=ear,
            others_ear=others_ear,
            cues=cue_set,
            scorer=self._scorer,
            around=around,
            decisions=self._laid.decisions if self._laid is not None else (),
            added=self._laid.added if self._laid is not None else (),
            content_hash=self._hash.hexdigest(),
        )

    def _bad(self) -> BadInput:
        # A phrase that both sides are listened to with is read twice.
        faults = tuple(dict.fromkeys(self._faults))
        return BadInput(f"the rules for {self._jurisdiction} have faults", faults)

    def _read(self, path: Path, schema: type[_F]) -> Document[_F] | None:
        try:
            document = load_document(path, schema, self._cache)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None
        self._hash.update(path.read_bytes())
        return document

    def _laid_over(
        self, bank: Path, pack: Document[PackFile], detectors: list[Document[DetectorFile]]
    ) -> tuple[Document[PackFile], list[Document[DetectorFile]]]:
        """The documents with what a bank adds and changes."""
        laid = self._laid = lay_over(
            bank, self._jurisdiction, self._base, pack, detectors, self._cache
        )
        self._faults.extend(laid.faults)
        for path in laid.files:
            self._hash.update(path.read_bytes())
        return laid.pack, [*laid.detectors]

    def _with_routes(
        self,
        pack: Document[PackFile] | None,
        words: Document[WordsFile] | None,
        detectors: list[Document[DetectorFile]],
    ) -> Document[PackFile] | None:
        path = self._folder / "routes.yaml"
        if pack is None or not path.exists():
            return pack
        routes = self._read(path, RouteFile)
        if routes is None:
            return pack
        known = (
            f"{document.value.family}/{name}"
            for document in detectors
            for name in document.value.detectors
        )
        language = (words or pack).value.language
        return with_routes(pack, routes, known, language)

    def _read_words(self) -> Document[WordsFile] | None:
        """What the pack says in this language, where that is not its own."""
        path = self._folder / f"{self._jurisdiction}.{self._base}.yaml"
        return self._read(path, WordsFile) if path.exists() else None

    def _read_detectors(self) -> list[Document[DetectorFile]]:
        """The detector files of the language, over those of the one beneath it."""
        read: list[list[Document[DetectorFile]]] = []
        for layer in layers(self._base):
            found = [
                self._read(path, DetectorFile) for path in _detector_files(layer, self._folder)
            ]
            documents = [document for document in found if document is not None]
            self._check_detectors(documents, layer)
            read.append(documents)
        own, *under = read
        return [*detectors_over(own, under[0], self._faults)] if under else own

    def _read_cues(self) -> Document[CueFile] | None:
        own = self._folder / "cues" / f"{self._base}.yaml"
        below = beneath(self._base)
        if below == self._base:
            return self._read(own, CueFile)
        under = self._read(self._folder / "cues" / f"{below}.yaml", CueFile)
        over = self._read(own, CueFile) if own.exists() else None
        return under if over is None or under is None else cues_over(over, under)

    def _read_events(self) -> Document[EventFile] | None:
        read: list[Document[EventFile]] = []
        for layer in layers(self._base):
            path = self._folder / "events" / f"{layer}.yaml"
            events = self._read(path, EventFile) if path.exists() else None
            if events is not None:
                self._check_events(events, layer)
                read.append(events)
        return events_over(*read) if len(read) == 2 else (read[0] if read else None)

    def _read_concepts(self) -> Concepts | None:
        try:
            concepts = load_concepts(self._base, self._folder, self._cache)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None
        for path in concept_files(self._base, self._folder):
            self._hash.update(path.read_bytes())
        return concepts

    def _compile(self, phrases: Iterable[Phrase], concepts: Concepts) -> PhraseSet | None:
        try:
            return PhraseSet.compile(phrases, concepts)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None

    def _check_detectors(self, documents: Iterable[Document[DetectorFile]], language: str) -> None:
        """What the schema of a detector file cannot say."""
        for document in documents:
            if document.value.language != language:
                self._faults.append(document.fault("the language is not the file's", "language"))

    def _check_events(self, events: Document[EventFile], language: str) -> None:
        """What the schema of an event file cannot say."""
        if events.value.language != language:
            self._faults.append(events.fault("the language is not the file's", "language"))
        self._faults.extend(
            events.fault(f"the event {name!r} is built in", "events", name)
            for name in events.value.events
            if name in BUILT_IN_EVENTS
        )


def load_topics(language: str, folder: Path = PACKS, cache: PackCache | None = USERS) -> PhraseSet:
    """What says that a family's topic is present at all; a match's label is the family.

    `cache` as in `load_rules`.

    Raises:
        BadInput: files of the language have faults, all told with line and column.
    """
    base = base_language(language)
    faults: list[Fault] = []
    documents = []
    for path in (path for layer in layers(base) for path in _detector_files(layer, folder)):
        try:
            documents.append(load_document(path, DetectorFile, cache))
        except BadInput as error:
            faults.extend(error.faults)
    if faults:
        raise BadInput(f"the detectors for {base} have faults", tuple(faults))
    return PhraseSet.compile(topic_phrases(documents), load_concepts(base, folder, cache))


def _cue_phrases(document: Document[CueFile]) -> Iterator[Phrase]:
    for name, texts in document.value.cues.items():
        for number, text in enumerate(texts):
            yield Phrase(text, name, *document.where("cues", name, number))
