"""A bank's own rules: what its folder adds to a pack, changes in it and switches off.

Owns the format of a bank's files, and the laying of them over the documents of a pack before they
become rules, so that everything a pack is checked for holds for a bank's part too, each fault in
the file it stands in.  Nothing is changed without a reason, a name and a date.  It compiles and
judges nothing, and writes no file.

    rules/us.yaml         for the United States: changes, rules, detectors, statements, cases
    rules/us/US-90.yaml   the same, one file for each rule or whatever suits
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from compliance.cases import Case, CaseEntry, case_of
from compliance.decisions import Decision
from compliance.documents import Document, Origins, Patched, Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.pack_cache import USERS, PackCache
from compliance.pack_files import (
    DetectorEntry,
    DetectorFile,
    PackFile,
    RuleEntry,
    StatementEntry,
)
from compliance.pack_kinds import RuleId
from compliance.rules import RuleStatus

# What a bank may not change of a rule: what it is.  Another rule is written for that.
_FIXED = frozenset(("id", "family", "kind"))
# What may be added to a detector of the pack; the rest of it stays as the pack has it.
_ADDABLE = frozenset(("phrases", "regex", "sequence", "near"))


class _Decided(Schema):
    """Who decided something, when, and why."""

    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)
    on: date


class _ChangeBase(_Decided):
    rule: RuleId
    off: bool = False


def _change_schema() -> type[_ChangeBase]:
    """A change may set every field of a rule but what it is, each checked as the rule's is."""
    fields: dict[str, Any] = {}
    for name, info in RuleEntry.model_fields.items():
        if name not in _FIXED:
            given = FieldInfo(default=None, alias=info.alias, annotation=info.annotation)
            given.metadata.extend(info.metadata)
            fields[name] = (info.annotation, given)
    return create_model("ChangeEntry", __base__=_ChangeBase, **fields)


if TYPE_CHECKING:
    _ChangeEntry = _ChangeBase
else:
    _ChangeEntry = _change_schema()


class _SilencedEntry(_Decided):
    """A phrase of the pack that is not listened for."""

    detector: str
    phrase: str


_Base = Annotated[str, Field(pattern=r"^(en|zh)$")]
_DetectorId = Annotated[str, Field(pattern=r"^[a-z_]+/[a-z][a-z0-9_]{0,59}$")]


class BankFile(Schema):
    """`<jurisdiction>.yaml` in a bank's folder; `detectors` are by language, then `family/name`."""

    jurisdiction: str
    changes: tuple[_ChangeEntry, ...] = ()
    silenced: tuple[_SilencedEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    statements: tuple[StatementEntry, ...] = ()
    detectors: dict[_Base, dict[_DetectorId, DetectorEntry]] = Field(default_factory=dict)
    cases: tuple[CaseEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    """A bank's folder laid over a pack.

    `pack` and `detectors` are the pack's documents with what the bank adds and changes; `decisions`
    are the bank's changes; `added` the ids of its own rules; `own_detectors` its own detectors,
    which only rules that name them listen to; `files` what was read, for the hash; `faults` all
    that is wrong.
    """

    pack: Document[PackFile]
    detectors: tuple[Document[DetectorFile], ...]
    decisions: tuple[Decision, ...] = ()
    added: tuple[str, ...] = ()
    own_detectors: frozenset[str] = frozenset()
    files: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()


_Bank = Document[BankFile]


def files_of(folder: Path, jurisdiction: str) -> tuple[Path, ...]:
    """The files of a bank's folder that bear on a jurisdiction, in order."""
    whole = folder / f"{jurisdiction}.yaml"
    return (*((whole,) if whole.is_file() else ()), *sorted((folder / jurisdiction).glob("*.yaml")))


def stray_files(folder: Path, jurisdictions: Iterable[str]) -> tuple[Path, ...]:
    """Files of a bank's folder that nothing ever reads: misspelt names are found here."""
    read = {path for name in jurisdictions for path in files_of(folder, name)}
    return tuple(
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path not in read
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def load_bank_cases(folder: Path, jurisdiction: str) -> tuple[Case, ...]:
    """The cases that a bank keeps for a jurisdiction.

    Raises:
        BadInput: files have faults, all told with line and column.
    """
    cases: list[Case] = []
    faults: list[Fault] = []
    for path in files_of(folder, jurisdiction):
        try:
            document = load_document(path, BankFile, USERS)
        except BadInput as error:
            faults.extend(error.faults)
            continue
        for number, entry in enumerate(document.value.cases):
            cases.append(case_of(entry, jurisdiction, document.fault("", "cases", number)))
    if faults:
        raise BadInput("the bank's files have faults", tuple(faults))
    return tuple(cases)


def lay_over(
    folder: Path,
    jurisdiction: str,
    base: str,
    pack: Document[PackFile],
    detectors: Sequence[Document[DetectorFile]],
    cache: PackCache | None = None,
) -> Laid:
    """Lay a bank's folder over a pack.

    Args:
        folder: the bank's; a folder without files for this jurisdiction changes nothing.
        jurisdiction: whose pack it is.
        base: the language (`en`, `zh`).
        pack: the jurisdiction's document.
        detectors: those of the language.
        cache: as in `load_rules`.
    """
    return _Layer(folder, jurisdiction, base, pack, detectors, cache).laid()


class _Layer:
    """Lays one folder over one pack, gathering faults."""

    def __init__(
        self,
        folder: Path,
        jurisdiction: str,
        base: str,
        pack: Document[PackFile],
        detectors: Sequence[Document[DetectorFile]],
        cache: PackCache | None,
    ) -> None:
        self._cache = cache
        self._folder = folder
        self._jurisdiction = jurisdiction
        self._base = base
        self._pack = pack
        self._detectors = detectors
        self._faults: list[Fault] = []

    def laid(self) -> Laid:
        files = files_of(self._folder, self._jurisdiction)
        banks = [bank for bank in map(self._read, files) if bank is not None]
        for bank in banks:
            if bank.value.jurisdiction != self._jurisdiction:
                message = "the jurisdiction is not the file's"
                self._faults.append(bank.fault(message, "jurisdiction"))
        changed = [*self._changed(banks)]
        pack = self._merged(banks, changed)
        detectors, silenced = self._quieter(banks)
        return Laid(
            pack,
            (*detectors, *self._with_more(detectors, banks)),
            (*(change.decision for change in changed), *silenced),
            tuple(dict.fromkeys(rule.id for bank in banks for rule in bank.value.rules)),
            self._own_detectors(banks),
            files,
            (*self._faults,),
        )

    def _read(self, path: Path) -> _Bank | None:
        try:
            return load_document(path, BankFile, self._cache)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None

    # ---- rules ---------------------------------------------------------------------------------

    def _changed(self, banks: Iterable[_Bank]) -> Iterator[_Changed]:
        """Each change of a rule of the pack that is one."""
        seen: set[str] = set()
        for bank in banks:
            for number, entry in enumerate(bank.value.changes):
                versions = [
                    at for at, rule in enumerate(self._pack.value.rules) if rule.id == entry.rule
                ]
                fields = {
                    name: getattr(entry, name)
                    for name in RuleEntry.model_fields
                    if name in entry.model_fields_set
                }
                wrong = ""
                if not versions:
                    wrong = f"the pack has no rule {entry.rule}"
                elif entry.rule in seen:
                    wrong = f"{entry.rule} is changed twice; write it in one"
                elif entry.off and fields:
                    wrong = f"{entry.rule} is switched off; nothing else of it can change"
                elif not (entry.off or fields):
                    wrong = f"nothing of {entry.rule} is changed"
                if wrong:
                    self._faults.append(bank.fault(wrong, "changes", number, "rule"))
                    continue
                seen.add(entry.rule)
                was = self._pack.value.rules[versions[0]].severity
                now = fields.get("severity", was)
                decision = Decision(
                    entry.rule,
                    entry.reason,
                    entry.by,
                    entry.on,
                    bank.fault("", "changes", number),
                    off=entry.off,
                    fields=tuple(fields),
                    was=None if now is was else was,
                    now=None if now is was else now,
                )
                set_ = {"status": RuleStatus.DRAFT} if entry.off else fields
                yield _Changed(decision, bank, number, versions, set_)

    def _merged(self, banks: Sequence[_Bank], changed: Iterable[_Changed]) -> Document[PackFile]:
        """The pack with the bank's changes, rules and statements; places lead to where they are."""
        value = self._pack.value
        rules = [*value.rules]
        statements = [*value.statements]
        origins: Origins = {}
        for change in changed:
            for index in change.versions:
                try:
                    rules[index] = _with(rules[index], change.fields)
                except ValidationError as error:
                    message = f"{change.decision.rule}: {error.errors()[0]['msg']}"
                    self._faults.append(change.bank.fault(message, "changes", change.number))
                for name in change.fields:
                    place = ("changes", change.number, name)
                    origins["rules", index, name] = (change.bank, place)
        known = {rule.id for rule in value.rules}
        for bank in banks:
            for number, entry in enumerate(bank.value.rules):
                if entry.id in known:
                    message = f"the pack has {entry.id} already; write what is other under changes"
                    self._faults.append(bank.fault(message, "rules", number, "id"))
                origins["rules", len(rules)] = (bank, ("rules", number))
                rules.append(entry)
            for number, statement in enumerate(bank.value.statements):
                origins["statements", len(statements)] = (bank, ("statements", number))
                statements.append(statement)
        merged = value.model_copy(update={"rules": tuple(rules), "statements": tuple(statements)})
        return Patched(merged, self._pack.path, self._pack.places, origins)

    # ---- detectors -----------------------------------------------------------------------------

    def _quieter(
        self, banks: Iterable[_Bank]
    ) -> tuple[list[Document[DetectorFile]], list[Decision]]:
        """The detectors without the phrases that the bank silences in this language."""
        detectors = [*self._detectors]
        silenced: list[Decision] = []
        places = {
            f"{document.value.family}/{name}": number
            for number, document in enumerate(detectors)
            for name in document.value.detectors
        }
        for bank in banks:
            for number, entry in enumerate(bank.value.silenced):
                _, _, name = entry.detector.partition("/")
                at = places.get(entry.detector)
                known = detectors[at].value.detectors[name] if at is not None else None
                if at is None or known is None or entry.phrase not in known.phrases:
                    if not self._elsewhere(entry.detector, entry.phrase):
                        message = f"the pack has no such phrase in {entry.detector}"
                        self._faults.append(bank.fault(message, "silenced", number, "phrase"))
                    continue
                detectors[at] = _without(detectors[at], name, entry.phrase)
                silenced.append(
                    Decision(
                        "",
                        entry.reason,
                        entry.by,
                        entry.on,
                        bank.fault("", "silenced", number),
                        detector=entry.detector,
                        phrase=entry.phrase,
                    )
                )
        return detectors, silenced

    def _own_detectors(self, banks: Iterable[_Bank]) -> frozenset[str]:
        known = {
            f"{document.value.family}/{name}"
            for document in self._detectors
            for name in document.value.detectors
        }
        own = (label for bank in banks for label in bank.value.detectors.get(self._base, {}))
        return frozenset(label for label in own if label not in known)

    def _elsewhere(self, detector: str, phrase: str) -> bool:
        """Whether the pack has the phrase in another of its languages."""
        family, _, name = detector.partition("/")
        for folder in {Path(document.path).parent for document in self._detectors}:
            for path in sorted(folder.glob(f"{family}*.*.yaml")):
                if path.name.endswith(f".{self._base}.yaml"):
                    continue
                value = load_document(path, DetectorFile, self._cache).value
                known = value.detectors.get(name) if value.family == family else None
                if known is not None and phrase in known.phrases:
                    return True
        return False

    def _with_more(
        self, detectors: Iterable[Document[DetectorFile]], banks: Iterable[_Bank]
    ) -> Iterator[Document[DetectorFile]]:
        """The bank's detectors; what adds to a detector of the pack takes over how it acts."""
        of_family: dict[str, dict[str, DetectorEntry]] = {}
        parts_of: dict[str, dict[str, tuple[str, ...]]] = {}
        for document in detectors:
            of_family.setdefault(document.value.family, {}).update(document.value.detectors)
            parts_of.setdefault(document.value.family, {}).update(document.value.parts)
        for bank in banks:
            families: dict[str, dict[str, DetectorEntry]] = {}
            origins: dict[str, Origins] = {}
            for label, entry in bank.value.detectors.get(self._base, {}).items():
                family, _, name = label.partition("/")
                place = ("detectors", self._base, label)
                of_pack = of_family.get(family, {}).get(name)
                if of_pack is None:
                    acting = _surely(entry)
                else:
                    acting = _adding(of_pack, entry)
                    beyond = sorted(entry.model_fields_set - _ADDABLE)
                    if beyond:
                        message = "the pack has this detector: phrases can be added, nothing else"
                        self._faults.append(bank.fault(message, *place, beyond[0]))
                families.setdefault(family, {})[name] = acting
                origins.setdefault(family, {})["detectors", name] = (bank, place)
                origins[family]["family",] = (bank, place)
            for family, entries in families.items():
                parts = parts_of.get(family, {})
                value = DetectorFile(
                    family=family, language=self._base, parts=parts, detectors=entries
                )
                yield Patched(value, bank.path, bank.places, origins[family])


@dataclass(frozen=True, slots=True)
class _Changed:
    """One change, where it stands, the indexes of the rule's versions, and the fields it sets."""

    decision: Decision
    bank: _Bank
    number: int
    versions: Sequence[int]
    fields: Mapping[str, Any]


def _with(rule: RuleEntry, fields: Mapping[str, Any]) -> RuleEntry:
    """A rule with other fields, checked again as a whole."""
    return type(rule).model_validate(
        {**{n: getattr(rule, n) for n in rule.model_fields_set}, **fields}
    )


def _surely(entry: DetectorEntry) -> DetectorEntry:
    """A bank's own detector: what it says to flag stands, unless it leaves that to the scorer."""
    return entry if "sure" in entry.model_fields_set else entry.model_copy(update={"sure": True})


def _adding(of_pack: DetectorEntry, entry: DetectorEntry) -> DetectorEntry:
    """What a bank adds to a detector, acting as the pack's does."""
    own = {name: getattr(entry, name) for name in _ADDABLE}
    return of_pack.model_copy(update={**own, "similar": None})


def _without(document: Document[DetectorFile], name: str, phrase: str) -> Document[DetectorFile]:
    """A detector file without one phrase; the others keep their places."""
    entry = document.value.detectors[name]
    kept = [number for number, text in enumerate(entry.phrases) if text != phrase]
    quieter = entry.model_copy(update={"phrases": tuple(entry.phrases[n] for n in kept)})
    detectors = {**document.value.detectors, name: quieter}
    value = document.value.model_copy(update={"detectors": detectors})
    inside = ("detectors", name, "phrases")
    origins: Origins = {(*inside, new): (document, (*inside, old)) for new, old in enumerate(kept)}
    return Patched(value, document.path, document.places, origins)
