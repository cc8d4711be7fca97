"""Turns the detector and event files of one language into what is listened with.

Owns the way from `detectors/<family>.<language>.yaml` and `events/<language>.yaml` to detectors and
the two ears (one for the agent, one for those the agent talks to).  It knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from compliance.documents import Document
from compliance.errors import BadInput, Fault
from compliance.expressions import ExpressionSet
from compliance.hearing import ABOUT, EVENT, PART, Ear, Span
from compliance.pack_files import DetectorEntry, DetectorFile, EventFile
from compliance.phrases import Concepts, Phrase, PhraseSet
from compliance.rules import Detector
from compliance.transcript import Speaker

Side = Callable[[Iterable[Speaker]], bool]


def agents(speakers: Iterable[Speaker]) -> bool:
    """Whether the agent is among those listened to."""
    return Speaker.AGENT in tuple(speakers)


def others(speakers: Iterable[Speaker]) -> bool:
    """Whether somebody besides the agent is among those listened to."""
    return any(speaker is not Speaker.AGENT for speaker in speakers)


@dataclass(frozen=True, slots=True)
class Listening:
    """The documents of one language."""

    detectors: Sequence[Document[DetectorFile]]
    events: Document[EventFile] | None

    def defined(self) -> Iterator[Detector]:
        """The detectors, as rules know them."""
        for document in self.detectors:
            family = document.value.family
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
                    similar=entry.similar,
                    about="" if entry.about is None else f"{ABOUT}{family}/{entry.about}",
                    speakers=entry.speakers,
                )

    def by_name(self) -> frozenset[str]:
        """The detectors that only rules which name them listen to."""
        return frozenset(
            f"{document.value.family}/{name}"
            for document in self.detectors
            for name, entry in document.value.detectors.items()
            if entry.by_name
        )

    def ear(
        self, side: Side, more: Iterable[Phrase], concepts: Concepts, faults: list[Fault]
    ) -> Ear | None:
        """What one side is listened to with; faults are added, and `None` comes where there are.

        Args:
            side: whose words count, `agents` or `others`.
            more: phrases besides those of the files.
            concepts: those of the language.
            faults: takes what is wrong.
        """
        before = len(faults)
        phrases: PhraseSet | None = None
        expressions = None
        try:
            phrases = PhraseSet.compile([*self._phrases(side), *more], concepts)
        except BadInput as error:
            faults.extend(error.faults)
        try:
            expressions = ExpressionSet.compile(self._regexes(side))
        except BadInput as error:
            faults.extend(error.faults)
        spans = [*self._spans(side, faults)]
        if phrases is None or len(faults) > before:
            return None
        return Ear(phrases, expressions, spans)

    def _entries(self, side: Side) -> Iterator[tuple[Document[DetectorFile], str, DetectorEntry]]:
        for document in self.detectors:
            for name, entry in document.value.detectors.items():
                if side(entry.speakers):
                    yield document, name, entry

    def _phrases(self, side: Side) -> Iterator[Phrase]:
        used: set[tuple[str, str]] = set()
        about: set[tuple[str, str]] = set()
        for document, name, entry in self._entries(side):
            label = f"{document.value.family}/{name}"
            for number, text in enumerate(entry.phrases):
                place = document.where("detectors", name, "phrases", number)
                yield Phrase(text, label, *place)
            for span in (*entry.sequence, *entry.near):
                used.update((document.value.family, part) for part in span.parts)
            if entry.about is not None:
                about.add((document.value.family, entry.about))
        for document in self.detectors:
            for part, texts in document.value.parts.items():
                own = (document.value.family, part)
                for mark in (PART,) * (own in used) + (ABOUT,) * (own in about):
                    for number, text in enumerate(texts):
                        place = document.where("parts", part, number)
                        label = f"{mark}{document.value.family}/{part}"
                        yield Phrase(text, label, *place)
        if self.events is None:
            return
        for name, event in self.events.value.events.items():
            if not side(event.speakers):
                continue
            for number, text in enumerate(event.phrases):
                place = self.events.where("events", name, "phrases", number)
                yield Phrase(text, f"{EVENT}{name}", *place)

    def _regexes(self, side: Side) -> Iterator[Phrase]:
        for document, name, entry in self._entries(side):
            for number, text in enumerate(entry.regex):
                place = document.where("detectors", name, "regex", number)
                yield Phrase(text, f"{document.value.family}/{name}", *place)

    def _spans(self, side: Side, faults: list[Fault]) -> Iterator[Span]:
        for document, name, entry in self._entries(side):
            family, known = document.value.family, document.value.parts
            if entry.about is not None and entry.about not in known:
                message = f"there is no part {entry.about!r} in this file"
                faults.append(document.fault(message, "detectors", name, "about"))
            for key, spans in (("sequence", entry.sequence), ("near", entry.near)):
                for number, span in enumerate(spans):
                    place = ("detectors", name, key, number, "parts")
                    faults.extend(
                        document.fault(f"there is no part {part!r} in this file", *place, at)
                        for at, part in enumerate(span.parts)
                        if part not in known
                    )
                    labels = tuple(f"{PART}{family}/{part}" for part in span.parts)
                    yield Span(f"{family}/{name}", labels, span.within, key == "sequence")


def topic_phrases(documents: Iterable[Document[DetectorFile]]) -> Iterator[Phrase]:
    """What says that a family's topic is present at all; each carries its family as label."""
    for document in documents:
        for number, text in enumerate(document.value.topic):
            yield Phrase(text, document.value.family, *document.where("topic", number))
