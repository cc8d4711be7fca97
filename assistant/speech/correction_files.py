"""Recognition corrections as files.

Owns the YAML form of corrections and finding the files that apply to a call: those that come with
the program, by language, and a bank's own in the folder `corrections` below the data folder.

    language: en            # en or zh
    bank: Autumn Hill Bank  # leave out: for every bank's calls
    corrections:
      - heard: past do
        said: past due
        followed_by: [amount, balance]
        cases:
          - {heard: the past do amount, said: the past due amount}
          - {heard: in the past do you, said: in the past do you}

A correction that could strike what was rightly heard must be bound by the words around it
(`preceded_by`, `followed_by`) or to whose speech it is (`speaker`).  `cases` are checked when the
file is loaded: a correction that does not do what its cases say is a fault of the file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assistant.events import RecognisedWord
from assistant.speech.account_names import names_of
from assistant.speech.corrections import Correction, Corrections, Corrector
from assistant.speech.models import MODEL_LANGUAGES
from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.transcript import Speaker
from scripts.account import Account

SHIPPED = Path(__file__).parent
FOLDER = "corrections"  # below the data folder
_MANDARIN = "zh"

_Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class _Case(Schema):
    heard: _Text
    said: _Text


class _Correction(Schema):
    heard: _Text
    said: _Text
    preceded_by: list[_Text] = Field(default_factory=list)
    followed_by: list[_Text] = Field(default_factory=list)
    speaker: Literal["agent", "customer"] | None = None
    cases: list[_Case] = Field(default_factory=list)


class _File(Schema):
    language: Literal["en", "zh"]
    bank: _Text | None = None
    corrections: list[_Correction]


@dataclass(frozen=True, slots=True)
class CorrectionFile:
    """One file: what it corrects in which language, for which bank (`None`: for all)."""

    path: Path
    language: str
    bank: str | None
    entries: tuple[Correction, ...]
    sha256: str


def load_file(path: Path) -> CorrectionFile:
    """Read and check one file.

    Raises:
        BadInput: the file has faults, or a correction breaks one of its cases; each with its line.
    """
    document = load_document(path, _File)
    faults = tuple(_faults(document))
    if faults:
        raise BadInput(f"{path} has faults", faults)
    told = document.value
    entries = tuple(_entry(each, told.language) for each in told.corrections)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return CorrectionFile(path, told.language, told.bank, entries, digest)


def load_files(data_dir: Path | None) -> tuple[CorrectionFile, ...]:
    """All files: a bank's own below the data folder first, then those that come with the program.

    Raises:
        BadInput: some have faults; all are told.
    """
    own = data_dir / FOLDER if data_dir is not None else None
    paths = [
        *(sorted(own.glob("*.yaml")) if own is not None else ()),
        *sorted(SHIPPED.glob("corrections.*.yaml")),
    ]
    files: list[CorrectionFile] = []
    faults: tuple[Fault, ...] = ()
    for path in paths:
        try:
            files.append(load_file(path))
        except BadInput as fault:
            faults += fault.faults
    if faults:
        raise BadInput("The recognition corrections have faults", faults)
    return tuple(files)


def corrections_for(
    files: tuple[CorrectionFile, ...], language: str, bank: str | None
) -> Corrections:
    """The corrections for a call.

    Args:
        language: the model language, `en` or `zh`.
        bank: the account's bank, if there is an account; files of other banks are left out.
    """
    return Corrections(
        tuple(
            entry
            for file in files
            if file.language == language and file.bank in (None, bank)
            for entry in file.entries
        )
    )


def corrector_for(
    files: tuple[CorrectionFile, ...], language: str, account: Account | None
) -> Corrector:
    """What mends a call: the corrections of its language and bank, then the account's names.

    Args:
        language: the language spoken, such as `zh-TW`; one without a model of ours is left as it
            is heard.
        account: the account, if there is one.
    """
    model_language = MODEL_LANGUAGES.get(language)
    if model_language is None:
        return Corrector()
    known = corrections_for(files, model_language, account.bank_name if account else None)
    names = () if account is None else (names_of(account),)
    return Corrector((known, *names), characters=model_language == _MANDARIN)


def units_of(text: str, language: str) -> tuple[str, ...]:
    """The units that corrections compare: words, or in Mandarin characters and foreign words."""
    if language != _MANDARIN:
        return tuple(text.casefold().split())
    return tuple(
        unit
        for word in text.split()
        for unit in ((word.casefold(),) if word.isascii() else tuple(word))
    )


def _entry(told: _Correction, language: str) -> Correction:
    return Correction(
        heard=units_of(told.heard, language),
        said=tuple(told.said.split()),
        preceded_by=tuple(units_of(each, language) for each in told.preceded_by),
        followed_by=tuple(units_of(each, language) for each in told.followed_by),
        speakers=frozenset() if told.speaker is None else frozenset({Speaker(told.speaker)}),
    )


def _faults(document: Document[_File]) -> Iterator[Fault]:
    language = document.value.language
    seen: set[Correction] = set()
    for number, told in enumerate(document.value.corrections):
        entry = _entry(told, language)
        if units_of(told.said, language) == entry.heard:
            yield document.fault("changes nothing", "corrections", number)
        if entry in seen:
            yield document.fault("stands here twice", "corrections", number)
        seen.add(entry)
        corrector = Corrector((Corrections((entry,)),), characters=language == _MANDARIN)
        speaker = Speaker(told.speaker or "agent")
        for place, case in enumerate(told.cases):
            words = tuple(RecognisedWord(text, 0, 0, 1.0) for text in case.heard.split())
            got = " ".join(word.text for word in corrector.words(words, speaker))
            if got != case.said:
                yield document.fault(
                    f"this case gives {got!r}", "corrections", number, "cases", place
                )
