"""The sentence that reads a proposed promise back, or asks for what is not certain of it.

Owns the loader of `commitments_sentences.yaml` and the choice among its sentences.  It understands
nothing; that is `scripts.commitments`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from string import Formatter

from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault, MissingPart
from scripts.account import Promise
from scripts.commitments import Proposal
from scripts.commitments_parts import Doubt
from scripts.forms import spoken_date, spoken_money
from scripts.outcomes_file import Name

LANGUAGES = ("zh-TW", "zh-CN", "zh-HK", "en")
_SLOTS = {
    "read_back": {"amount", "day"},
    "read_back_by": {"amount", "day", "method"},
    "part": {"amount", "day"},
    "and": set[str](),
    "read_back_parts": {"parts"},
    "ask_amount": {"day"},
    "ask_day": {"amount"},
    "ask_both": set[str](),
    "ask_if_meant": {"amount", "day"},
    "replace": {"amount", "day", "old_amount", "old_day"},
}


class _File(Schema):
    methods: dict[str, dict[str, str]]
    sentences: dict[str, dict[str, str]]
    doubts: dict[str, Name]


@dataclass(frozen=True, slots=True)
class PromiseWording:
    """The texts of `commitments_sentences.yaml`, complete and checked."""

    methods: dict[str, dict[str, str]]
    sentences: dict[str, dict[str, str]]
    doubts: dict[str, dict[str, str]]

    def say(self, proposal: Proposal, language: str, active: Promise | None = None) -> str:
        """What the agent says next: reads a certain promise back, asks for what is missing.

        Where the account holds an `active` promise, the sentence says that this one replaces it.

        Raises:
            MissingPart: there are no sentences for the language of the call.
        """
        key = _key(language)
        values: dict[str, str] = {}
        if proposal.amount is not None:
            values["amount"] = spoken_money(proposal.amount, proposal.currency, language)
        if proposal.day is not None:
            values["day"] = spoken_date(proposal.day, language)
        if active is not None:
            values["old_amount"] = spoken_money(active.amount, proposal.currency, language)
            values["old_day"] = spoken_date(active.due_on, language)
        if proposal.method in self.methods:
            values["method"] = self.methods[proposal.method][key]
        return self.sentences[key][_sentence(proposal, active)].format_map(values)

    def say_all(
        self, parts: Sequence[Proposal], language: str, active: Promise | None = None
    ) -> str:
        """What the agent says next to a proposal of one part or several.

        Several that are certain are read back in one sentence; else the first doubtful one is
        asked about.

        Raises:
            MissingPart: as for `say`.
        """
        doubtful = next((part for part in parts if not part.certain), None)
        if len(parts) == 1 or doubtful is not None:
            return self.say(doubtful or parts[0], language, active if len(parts) == 1 else None)
        texts = self.sentences[_key(language)]
        said = [
            texts["part"].format(
                amount=spoken_money(part.amount or Decimal(), part.currency, language),
                day=spoken_date(part.day, language) if part.day else "",
            )
            for part in parts
        ]
        return texts["read_back_parts"].format(parts=texts["and"].join(said))

    def method(self, slug: str, language: str) -> str:
        """A way of paying, as one says it in a language."""
        return self.methods[slug][_key(language)]

    def doubt(self, doubt: Doubt, code: str) -> str:
        """Why a promise is not certain, in an interface language (`en`, `zh-Hant`, …)."""
        return self.doubts[doubt][code]


def _key(language: str) -> str:
    key = language if language in LANGUAGES else language.split("-", 1)[0]
    if key not in LANGUAGES:
        raise MissingPart(f"There are no sentences on promises for '{language}' yet")
    return key


def _sentence(proposal: Proposal, active: Promise | None) -> str:
    if proposal.amount is None:
        return "ask_both" if proposal.day is None else "ask_amount"
    if proposal.day is None:
        return "ask_day"
    if not proposal.certain:
        return "ask_if_meant"
    if active is not None:
        return "replace"
    return "read_back_by" if proposal.method else "read_back"


@lru_cache(maxsize=1)
def shipped_promise_wording() -> PromiseWording:
    """The texts that ship.

    Raises:
        BadInput: as `load_promise_wording`.
    """
    with as_file(files("scripts") / "commitments_sentences.yaml") as path:
        return load_promise_wording(path)


def load_promise_wording(path: Path) -> PromiseWording:
    """Read the texts.

    Raises:
        BadInput: a text is missing or asks for what there is not; all faults are told.
    """
    document = load_document(path, _File)
    faults = tuple(_faults(document))
    if faults:
        raise BadInput(f"{path} has faults", faults)
    read = document.value
    doubts = {slug: dict(name.by_language()) for slug, name in read.doubts.items()}
    return PromiseWording(read.methods, read.sentences, doubts)


def _faults(document: Document[_File]) -> Iterator[Fault]:
    read = document.value
    groups = [
        (("doubts",), set(read.doubts), {*map(str, Doubt)}),
        (("sentences",), set(read.sentences), {*LANGUAGES}),
        *((("methods", slug), set(names), {*LANGUAGES}) for slug, names in read.methods.items()),
        *((("sentences", key), set(told), {*_SLOTS}) for key, told in read.sentences.items()),
    ]
    for where, given, wanted in groups:
        if given != wanted:
            missing = ", ".join(sorted(wanted - given)) or "nothing"
            yield document.fault(f"{missing} missing, or more than there is", *where)
    for key, told in read.sentences.items():
        for kind, text in told.items():
            slots = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
            if slots != _SLOTS.get(kind, slots):
                yield document.fault("has not the slots that it needs", "sentences", key, kind)
