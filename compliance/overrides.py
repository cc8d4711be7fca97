"""A bank's own rules: what its folder adds to a pack, changes in it and switches off.

Owns the format of `<jurisdiction>.yaml` in a bank's folder, and the laying of that folder over the
documents of a pack before they become rules, so that everything a pack is checked for holds for a
bank's part too, each fault in the file it stands in.  Nothing is changed without a reason, a name
and a date.  It compiles and judges nothing, and writes no file.

    rules/us.yaml                    changes, rules and statements for the United States
    rules/us.cases.yaml              cases, in the format of the packs
    rules/detectors/threat.en.yaml   detectors, or more phrases for those of the pack
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from compliance.decisions import Decision
from compliance.documents import Document, Location, Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.pack_files import (
    DetectorEntry,
    DetectorFile,
    PackFile,
    RuleEntry,
    RuleId,
    StatementEntry,
)
from compliance.rules import RuleStatus

# What a bank may not change of a rule: what it is.  Another rule is written for that.
_FIXED = frozenset(("id", "family", "kind"))
# What may be added to a detector of the pack; the rest of it stays as the pack has it.
_ADDABLE = frozenset(("phrases", "regex", "sequence", "near"))

_S = TypeVar("_S", bound=Schema)


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


class BankFile(Schema):
    """`<jurisdiction>.yaml` in a bank's folder."""

    jurisdiction: str
    changes: tuple[_ChangeEntry, ...] = ()
    silenced: tuple[_SilencedEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    statements: tuple[StatementEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Laid:
    """A bank's folder laid over a pack.

    `pack` and `detectors` are the pack's documents with what the bank adds and changes; `decisions`
    are the bank's changes; `added` the ids of its own rules; `files` what was read, for the hash;
    `faults` all that is wrong.
    """

    pack: Document[PackFile]
    detectors: tuple[Document[DetectorFile], ...]
    decisions: tuple[Decision, ...] = ()
    added: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Patched(Document[_S]):
    """A document some of whose values stand in another; `origins` says which, and where there."""

    origins: Mapping[Location, tuple[Document[Any], Location]] = field(
        default_factory=dict, repr=False
    )

    def where(self, *location: str | int) -> tuple[Path | str, int, int]:
        """Path, line and column of a value, in the file that it stands in."""
        for length in range(len(location), 0, -1):
            origin = self.origins.get(location[:length])
            if origin is not None:
                document, place = origin
                return document.where(*place, *location[length:])
        return Document.where(self, *location)


def files_of(folder: Path, jurisdiction: str, base: str) -> tuple[Path, ...]:
    """The files of a bank's folder that bear on a jurisdiction in a language, in order."""
    pack = folder / f"{jurisdiction}.yaml"
    detectors = sorted((folder / "detectors").glob(f"*.{base}.yaml"))
    return (*((pack,) if pack.is_file() else ()), *detectors)


def stray_files(folder: Path, jurisdictions: Iterable[str]) -> tuple[Path, ...]:
    """Files of a bank's folder that nothing ever reads: misspelt names are found here."""
    known = {f"{name}{end}" for name in jurisdictions for end in (".yaml", ".cases.yaml")}
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_dir() or any(part.startswith(".") for part in inside.parts):
            continue
        detectors = inside.parts[0] == "detectors" and len(inside.parts) == 2
        if not (inside.as_posix() in known or (detectors and len(path.name.split(".")) == 3)):
            found.append(path)
    return tuple(found)


def lay_over(
    folder: Path,
    jurisdiction: str,
    base: str,
    pack: Document[PackFile],
    detectors: Sequence[Document[DetectorFile]],
) -> Laid:
    """Lay a bank's folder over a pack.

    Args:
        folder: the bank's; a folder without files for this jurisdiction changes nothing.
        jurisdiction: whose pack it is.
        base: the language (`en`, `zh`).
        pack: the jurisdiction's document.
        detectors: those of the language.
    """
    return _Layer(folder, jurisdiction, base, pack, detectors).laid()


class _Layer:
    """Lays one folder over one pack, gathering faults."""

    def __init__(
        self,
        folder: Path,
        jurisdiction: str,
        base: str,
        pack: Document[PackFile],
        detectors: Sequence[Document[DetectorFile]],
    ) -> None:
        self._folder = folder
        self._jurisdiction = jurisdiction
        self._base = base
        self._pack = pack
        self._detectors = detectors
        self._faults: list[Fault] = []

    def laid(self) -> Laid:
        files = files_of(self._folder, self._jurisdiction, self._base)
        own = [self._read(path, DetectorFile) for path in files if path.parent != self._folder]
        more = [document for document in own if document is not None]
        bank = next((path for path in files if path.parent == self._folder), None)
        document = self._read(bank, BankFile) if bank is not None else None
        pack = self._pack
        detectors = [*self._detectors]
        decisions: tuple[Decision, ...] = ()
        added: tuple[str, ...] = ()
        if document is not None:
            if document.value.jurisdiction != self._jurisdiction:
                message = "the jurisdiction is not the file's"
                self._faults.append(document.fault(message, "jurisdiction"))
            decided = [*self._changed(document)]
            pack = self._merged(document, decided)
            detectors, silenced = self._quieter(document, detectors)
            decisions = (*(change for change, _, _ in decided), *silenced)
            added = tuple(dict.fromkeys(entry.id for entry in document.value.rules))
        detectors.extend(self._with_more(detectors, more))
        return Laid(pack, tuple(detectors), decisions, added, files, (*self._faults,))

    def _read(self, path: Path, schema: type[_S]) -> Document[_S] | None:
        try:
            return load_document(path, schema)
        except BadInput as error:
            self._faults.extend(error.faults)
            return None

    # ---- rules ---------------------------------------------------------------------------------

    def _changed(
        self, bank: Document[BankFile]
    ) -> Iterator[tuple[Decision, list[int], dict[str, Any]]]:
        """Each change, the indexes of the rule's versions in the pack, and what becomes of them."""
        seen: set[str] = set()
        for number, entry in enumerate(bank.value.changes):
            versions = [i for i, rule in enumerate(self._pack.value.rules) if rule.id == entry.rule]
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
            yield (
                Decision(
                    entry.rule,
                    entry.reason,
                    entry.by,
                    entry.on,
                    bank.fault("", "changes", number),
                    off=entry.off,
                    fields=tuple(fields),
                    was=None if now is was else was,
                    now=None if now is was else now,
                ),
                versions,
                {"status": RuleStatus.DRAFT} if entry.off else fields,
            )

    def _merged(
        self,
        bank: Document[BankFile],
        decided: Iterable[tuple[Decision, list[int], dict[str, Any]]],
    ) -> Document[PackFile]:
        """The pack with the bank's changes, rules and statements; places lead to where they are."""
        value = self._pack.value
        rules = [*value.rules]
        origins: dict[Location, tuple[Document[Any], Location]] = {}
        for number, (change, versions, fields) in enumerate(decided):
            for index in versions:
                try:
                    rules[index] = _with(rules[index], fields)
                except ValidationError as error:
                    message = f"{change.rule}: {error.errors()[0]['msg']}"
                    self._faults.append(bank.fault(message, "changes", number))
                origins |= {
                    ("rules", index, name): (bank, ("changes", number, name)) for name in fields
                }
        known = {rule.id for rule in value.rules}
        for number, entry in enumerate(bank.value.rules):
            if entry.id in known:
                message = f"the pack has {entry.id} already; write what is other under changes"
                self._faults.append(bank.fault(message, "rules", number, "id"))
            origins["rules", len(value.rules) + number] = (bank, ("rules", number))
        for number in range(len(bank.value.statements)):
            origins["statements", len(value.statements) + number] = (bank, ("statements", number))
        merged = value.model_copy(
            update={
                "rules": (*rules, *bank.value.rules),
                "statements": (*value.statements, *bank.value.statements),
            }
        )
        return _Patched(merged, self._pack.path, self._pack.places, origins)

    # ---- detectors -----------------------------------------------------------------------------

    def _quieter(
        self, bank: Document[BankFile], detectors: list[Document[DetectorFile]]
    ) -> tuple[list[Document[DetectorFile]], tuple[Decision, ...]]:
        """The detectors without the phrases that the bank silences in this language."""
        silenced: list[Decision] = []
        by_family = {document.value.family: number for number, document in enumerate(detectors)}
        for number, entry in enumerate(bank.value.silenced):
            family, _, name = entry.detector.partition("/")
            at = by_family.get(family)
            known = detectors[at].value.detectors.get(name) if at is not None else None
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
        return detectors, tuple(silenced)

    def _elsewhere(self, detector: str, phrase: str) -> bool:
        """Whether the pack has the phrase in another of its languages."""
        family, _, name = detector.partition("/")
        if not self._detectors:
            return False
        folder = Path(self._detectors[0].path).parent
        for path in sorted(folder.glob(f"{family}.*.yaml")):
            if path.name == f"{family}.{self._base}.yaml":
                continue
            known = load_document(path, DetectorFile).value.detectors.get(name)
            if known is not None and phrase in known.phrases:
                return True
        return False

    def _with_more(
        self, detectors: Iterable[Document[DetectorFile]], more: Iterable[Document[DetectorFile]]
    ) -> Iterator[Document[DetectorFile]]:
        """The bank's detector files; what adds to a detector of the pack takes over how it acts."""
        known = {
            (document.value.family, name): entry
            for document in detectors
            for name, entry in document.value.detectors.items()
        }
        for document in more:
            entries = dict(document.value.detectors)
            for name, entry in entries.items():
                of_pack = known.get((document.value.family, name))
                if of_pack is None:
                    continue
                beyond = sorted(entry.model_fields_set - _ADDABLE)
                if beyond:
                    message = "the pack has this detector: phrases can be added, nothing changed"
                    place = ("detectors", name, beyond[0])
                    self._faults.append(document.fault(message, *place))
                entries[name] = _adding(of_pack, entry)
            value = document.value.model_copy(update={"detectors": entries})
            yield Document(value, document.path, document.places)


def _with(rule: RuleEntry, fields: Mapping[str, Any]) -> RuleEntry:
    """A rule with other fields, checked again as a whole."""
    return type(rule).model_validate(
        {**{n: getattr(rule, n) for n in rule.model_fields_set}, **fields}
    )


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
    origins: dict[Location, tuple[Document[Any], Location]] = {
        (*inside, new): (document, (*inside, old)) for new, old in enumerate(kept)
    }
    return _Patched(value, document.path, document.places, origins)
