"""What a customer objects to, by the slugs of the trade: `lost_job`, `spouse_decides`, ….

Owns the loader of `objections/<language>.yaml` and the ear that names the objection in what a
customer says: by phrases, and by likeness to lines that people wrote, which knows more wordings.
One utterance has one objection at most: who lost their job and cannot pay objects that they lost
their job, so the file's order, the telling ones first, decides between phrases.  A language that
reads another's files (Cantonese those of Chinese) adds its phrases to theirs and keeps their order.
It knows no flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault, MissingPart
from compliance.pack_cache import USERS
from compliance.pack_routes import route_names
from compliance.phrases import Phrase, PhraseSet, base_language, load_concepts
from compliance.tongues import fold_in, layers
from scripts.denials import denied
from scripts.intents.scorer import NONE, Likely, Scorer, load_scorer
from scripts.prompt import OBJECTIONS

FOLDER = Path(__file__).parent / "objections"
_REACH = 3  # tokens before a phrase in which a denial takes it back
# Shares of likeness, whole and in pieces, chosen on calls whose authors the scorer did not know:
# from when on it names an objection alone; from when on beside what the rules found, and against a
# phrase; how unlikely one of several phrases is, and one that another is named for; which share of
# "nothing" no phrase stands against; from when on the call may leave its main line for it.
_LIKELY = 0.4
_BESIDE = 0.55
_LIKELIER = 0.45
_UNLIKELY = 0.1
_UNLIKELIER = 0.2
_NOTHING = 0.3
_FOUNDED = 0.65


class ObjectionSchema(Schema):
    phrases: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()  # routes that count where nothing else was heard
    denied: bool = False  # its phrases hold even where the words before deny them


class ObjectionFile(Schema):
    language: str
    objections: Annotated[dict[str, ObjectionSchema], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Objections:
    """The objections of one language, the telling ones first.

    `phrases` listen to the customer (label: the slug); `routes` says which objection a route of the
    rules is, `otherwise` which it is where nothing else was heard; `denied` are those that a denial
    before them does not take back.
    """

    language: str
    slugs: tuple[str, ...]
    phrases: PhraseSet
    routes: dict[str, str]
    otherwise: dict[str, str]
    denied: frozenset[str]
    scorer: Scorer | None = None

    def heard(self, text: str, routes: Iterable[str] = ()) -> str:
        """The objection in what a customer said; empty where there is none.

        `routes` are those that the rules found in the same words, by name.
        """
        return self.founded(text, routes)[0]

    def founded(self, text: str, routes: Iterable[str] = ()) -> tuple[str, bool]:
        """As `heard`, and whether it is founded well enough to leave the main line for it."""
        folded = fold_in(self.language, text)
        matches = self.phrases.search(folded)
        found = {
            match.label
            for match in matches
            if match.label in self.denied or not denied(folded, match.first, _REACH)
        }
        taken_back = {match.label for match in matches} - found
        heard = tuple(routes)
        found.update(self.routes[name] for name in heard if name in self.routes)
        if not found:
            found.update(self.otherwise[name] for name in heard if name in self.otherwise)
        likely = self.scorer.likely_in_part(text) if self.scorer else None
        if likely is not None and len(found) > 1:
            # Of several phrases, those that the words as a whole are like.
            found = {slug for slug in found if likely.shares.get(slug, 0) >= _UNLIKELY} or found
        told = next((slug for slug in self.slugs if slug in found), "")
        if likely is None:
            return told, True
        # Beside what the rules found outright a likeness must be strong to be named.
        weighed = _weighed(told, likely, _BESIDE if heard else _LIKELY)
        if weighed in taken_back:
            return told, True
        return weighed, weighed == told or likely.shares.get(weighed, 0.0) >= _FOUNDED


def _weighed(told: str, likely: Likely, enough: float) -> str:
    """Between the objection that the phrases tell and the likeliest: the better founded."""
    if not told:
        share, slug = max((share, slug) for slug, share in likely.shares.items() if slug != NONE)
        return slug if share >= enough else ""
    if likely.label == NONE:
        stands = likely.share < _NOTHING or likely.shares.get(told, 0.0) >= _UNLIKELIER
        return told if stands else ""
    against = likely.share >= _LIKELIER and likely.shares.get(told, 0.0) < _UNLIKELIER
    return likely.label if against else told


@lru_cache(maxsize=8)
def load_objections(language: str, folder: Path = FOLDER) -> Objections:
    """The objections of a language, by its tag or its base (`zh-TW`, `zh`).

    Raises:
        MissingPart: there are none for the language.
        BadInput: the file has faults; all are told.
    """
    base = base_language(language)
    paths = [path for name in layers(base) if (path := folder / f"{name}.yaml").exists()]
    if not paths:
        raise MissingPart(f"There are no objections for '{language}' yet")
    # The lowest is whole and settles the order; what lies above it adds to it.
    documents = [load_document(path, ObjectionFile, USERS) for path in reversed(paths)]
    for document in documents:
        faults = tuple(_faults(document))
        if document is documents[0]:
            faults += _missing(document)
        if faults:
            raise BadInput(f"{document.path} has faults", faults)
    given = [
        (document, slug, item)
        for document in documents
        for slug, item in document.value.objections.items()
    ]
    phrases = [
        Phrase(text, slug, *document.where("objections", slug, "phrases", index))
        for document, slug, item in given
        for index, text in enumerate(item.phrases)
    ]
    return Objections(
        base,
        tuple(dict.fromkeys(slug for _, slug, _ in given)),
        PhraseSet.compile(phrases, load_concepts(base, cache=USERS)),
        {name: slug for _, slug, item in given for name in item.routes},
        {name: slug for _, slug, item in given for name in item.otherwise},
        frozenset(slug for _, slug, item in given if item.denied),
        load_scorer("objection", language),
    )


def _missing(document: Document[ObjectionFile]) -> tuple[Fault, ...]:
    return tuple(
        document.fault(f"the objection {slug!r} is missing", "objections")
        for slug in OBJECTIONS
        if slug not in document.value.objections
    )


def _faults(document: Document[ObjectionFile]) -> Iterable[Fault]:
    routes = route_names()
    for slug, item in document.value.objections.items():
        if slug not in OBJECTIONS:
            yield document.fault(
                f"unknown objection {slug!r}; there are: {', '.join(OBJECTIONS)}",
                "objections", slug,
            )  # fmt: skip
        for field, names in (("routes", item.routes), ("otherwise", item.otherwise)):
            for index, name in enumerate(names):
                if name not in routes:
                    yield document.fault(
                        f"unknown route {name!r}; there are: {', '.join(routes)}",
                        "objections", slug, field, index,
                    )  # fmt: skip
