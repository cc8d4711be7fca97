"""The sentence that states a way to repay, and the words for its reason and for a request.

Owns the loader of `repayment_sentences.yaml` and the filling of its sentences, in the language of
the call.  It computes no sum, and a figure that is not known is never said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from string import Formatter

from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault, MissingPart
from scripts.forms import rate, spoken_date, spoken_money
from scripts.outcomes_file import Name
from scripts.repayment import Figures
from scripts.repayment_options import Kind, Option, Reason, Request
from scripts.repayment_sums import rounded
from scripts.repayment_terms import JURISDICTIONS, ProductTerms

LANGUAGES = ("zh-TW", "zh-CN", "zh-HK", "en")
_FIGURES = ("interest", "late_fee")
_REQUESTS = ("months", "days_ahead", "parts", "settlement", "limit", "review")
_SLOTS = {
    "cure": {"amount", "day"},
    "parts": {"first", "rest", "total", "day", "later"},
    "minimum": {"amount"},
    "plan": {"months", "monthly", "last", "total", "cost", "rate", "rate_name"},
    "hardship_plan": {"months", "monthly", "total", "rate", "rate_name"},
    "interest": {"day", "interest", "a_day"},
    "late_fee": {"day", "fee"},
}


class _File(Schema):
    rate_names: dict[str, dict[str, str]]
    sentences: dict[str, dict[str, str]]
    reasons: dict[str, Name]
    requests: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Wording:
    """The texts of `repayment_sentences.yaml`, complete and checked."""

    rate_names: dict[str, dict[str, str]]
    sentences: dict[str, dict[str, str]]
    reasons: dict[str, dict[str, str]]
    requests: dict[str, dict[str, str]]

    def sentence(self, option: Option, terms: ProductTerms, language: str) -> str:
        """The sentence that states an option in the language of the call (`zh-TW`, `en-GB`)."""
        key = _key(language)
        values: dict[str, str] = {}
        for names, part in zip(
            (("amount", "first", "day"), ("rest", "later")), option.parts, strict=False
        ):
            for name in names:
                values[name] = (
                    spoken_date(part[0], language)
                    if name in {"day", "later"}
                    else spoken_money(part[1], terms.currency, language)
                )
        values["total"] = spoken_money(option.total, terms.currency, language)
        if option.plan is not None and option.annual_percent is not None:
            values["months"] = str(option.plan.months)
            for name in ("monthly", "last", "cost"):
                values[name] = spoken_money(getattr(option.plan, name), terms.currency, language)
            values["rate"] = rate(option.annual_percent, language)
            values["rate_name"] = (
                self.rate_names[terms.jurisdiction].get(key)
                or (self.rate_names[terms.jurisdiction]["en"])
            )
        return self.sentences[key][option.kind].format_map(values)

    def about_waiting(self, known: Figures, terms: ProductTerms, language: str) -> tuple[str, ...]:
        """What waiting costs, said as facts: interest to the day, the late fee that comes next.

        Nothing is said of interest where principal is not told apart from it.
        """
        said = []
        sentences = self.sentences[_key(language)]
        if known.a_day and known.interest_to_day:
            said.append(
                sentences["interest"].format_map(
                    {
                        "day": spoken_date(known.day, language),
                        "interest": spoken_money(known.interest_to_day, terms.currency, language),
                        "a_day": spoken_money(
                            rounded(known.a_day, terms.step), terms.currency, language
                        ),
                    }
                )
            )
        if known.next_fee and known.next_fee_on is not None:
            said.append(
                sentences["late_fee"].format_map(
                    {
                        "day": spoken_date(known.next_fee_on, language),
                        "fee": spoken_money(known.next_fee, terms.currency, language),
                    }
                )
            )
        return tuple(said)

    def reason(self, reason: Reason, code: str) -> str:
        """Why an option stands where it does, in an interface language (`en`, `zh-Hant`, …)."""
        return self.reasons[reason][code]

    def request(self, request: Request, code: str) -> str:
        """What a supervisor is asked, in an interface language."""
        text = self.requests[request.exceeds][code]
        return text.format_map({"allowed": request.allowed, "asked": request.asked})


def _key(language: str) -> str:
    key = language if language in LANGUAGES else language.split("-", 1)[0]
    if key not in LANGUAGES:
        raise MissingPart(f"There are no sentences on repayment for '{language}' yet")
    return key


@lru_cache(maxsize=1)
def shipped_wording() -> Wording:
    """The texts that ship.

    Raises:
        BadInput: as `load_wording`.
    """
    with as_file(files("scripts") / "repayment_sentences.yaml") as path:
        return load_wording(path)


def load_wording(path: Path) -> Wording:
    """Read the texts.

    Raises:
        BadInput: a text is missing or asks for what there is not; all faults are told.
    """
    document = load_document(path, _File)
    faults = tuple(_faults(document))
    if faults:
        raise BadInput(f"{path} has faults", faults)
    read = document.value
    return Wording(
        read.rate_names,
        read.sentences,
        {slug: dict(name.by_language()) for slug, name in read.reasons.items()},
        read.requests,
    )


def _faults(document: Document[_File]) -> Iterator[Fault]:
    read = document.value
    yield from _same(document, "rate_names", set(read.rate_names), set(JURISDICTIONS))
    yield from _same(document, "reasons", set(read.reasons), {*Reason})
    yield from _same(document, "requests", set(read.requests), {*_REQUESTS})
    yield from _same(document, "sentences", set(read.sentences), set(LANGUAGES))
    for jurisdiction, names in read.rate_names.items():
        if "en" not in names:
            yield document.fault("needs a name in 'en'", "rate_names", jurisdiction)
    for slug, texts in read.requests.items():
        yield from _same(document, f"requests.{slug}", set(texts), {"en", "zh-Hant", "zh-Hans"})
        for code, text in texts.items():
            if not _slots(text) <= {"allowed", "asked"}:
                yield document.fault("asks for what there is not", "requests", slug, code)
    for language, sentences in read.sentences.items():
        yield from _same(document, f"sentences.{language}", set(sentences), {*Kind, *_FIGURES})
        for kind, text in sentences.items():
            if not _slots(text) <= _SLOTS.get(kind, set()):
                yield document.fault("asks for what there is not", "sentences", language, kind)


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _same(
    document: Document[_File], where: str, given: set[str], wanted: set[str]
) -> Iterator[Fault]:
    if given != wanted:
        missing = ", ".join(sorted(wanted - given)) or "nothing"
        yield document.fault(f"{missing} missing, or more than there is", *where.split("."))
