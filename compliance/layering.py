"""Lays the files of one language over those of the language that it reads beneath.

Owns what that means for detectors, cues and events: phrases are added, new names are new, and what
a detector of both languages means is said once, beneath.  Every value keeps its place.  It reads no
file and compiles no phrase.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from compliance.documents import Document, Origins, Patched
from compliance.errors import Fault
from compliance.pack_files import CueFile, DetectorEntry, DetectorFile, EventFile

_ADDABLE = frozenset(("phrases", "regex"))


def detectors_over(
    own: Iterable[Document[DetectorFile]],
    under: Iterable[Document[DetectorFile]],
    faults: list[Fault],
) -> Iterator[Document[DetectorFile]]:
    """The files of both; two of one name (`threat.yue.yaml`, `threat.zh.yaml`) become one."""
    by_name = {_name(document): document for document in own}
    for document in under:
        more = by_name.pop(_name(document), None)
        yield document if more is None else _detectors(more, document, faults)
    yield from by_name.values()


def _name(document: Document[DetectorFile]) -> str:
    return Path(document.path).name.partition(".")[0]


def _detectors(
    own: Document[DetectorFile], under: Document[DetectorFile], faults: list[Fault]
) -> Document[DetectorFile]:
    detectors: dict[str, DetectorEntry] = dict(under.value.detectors)
    origins: Origins = {}
    for name, entry in own.value.detectors.items():
        known = detectors.get(name)
        if known is None:
            detectors[name] = entry
            origins["detectors", name] = (own, ("detectors", name))
            continue
        beyond = sorted(entry.model_fields_set - _ADDABLE)
        if beyond:
            message = "the language beneath has this detector: phrases can be added, nothing else"
            faults.append(own.fault(message, "detectors", name, beyond[0]))
        for key in ("phrases", "regex"):
            here = getattr(known, key)
            for number in range(len(getattr(entry, key))):
                place = ("detectors", name, key)
                origins[(*place, len(here) + number)] = (own, (*place, number))
        detectors[name] = known.model_copy(
            update={key: (*getattr(known, key), *getattr(entry, key)) for key in sorted(_ADDABLE)}
        )
    parts = _both(own, own.value.parts, under.value.parts, "parts", origins)
    here = under.value.topic
    for number in range(len(own.value.topic)):
        origins["topic", len(here) + number] = (own, ("topic", number))
    origins["language",] = (own, ("language",))
    value = under.value.model_copy(
        update={
            "language": own.value.language,
            "detectors": detectors,
            "parts": parts,
            "topic": (*here, *own.value.topic),
        }
    )
    return Patched(value, under.path, under.places, origins)


def cues_over(own: Document[CueFile], under: Document[CueFile]) -> Document[CueFile]:
    """The cues of both."""
    origins: Origins = {}
    cues = _both(own, own.value.cues, under.value.cues, "cues", origins)
    return Patched(CueFile(cues=cues), under.path, under.places, origins)


def events_over(own: Document[EventFile], under: Document[EventFile]) -> Document[EventFile]:
    """The events of both; who is listened to for one of both is said beneath."""
    events = dict(under.value.events)
    origins: Origins = {}
    for name, entry in own.value.events.items():
        known = events.get(name)
        if known is None:
            events[name] = entry
            origins["events", name] = (own, ("events", name))
            continue
        for number in range(len(entry.phrases)):
            place = ("events", name, "phrases")
            origins[(*place, len(known.phrases) + number)] = (own, (*place, number))
        events[name] = known.model_copy(update={"phrases": (*known.phrases, *entry.phrases)})
    value = EventFile(language=own.value.language, events=events)
    return Patched(value, under.path, under.places, origins)


def _both(
    own: Document[Any],
    over: Mapping[str, tuple[str, ...]],
    under: Mapping[str, tuple[str, ...]],
    key: str,
    origins: Origins,
) -> dict[str, tuple[str, ...]]:
    """Texts by name, those of `own` after those beneath; where they stand goes into `origins`."""
    both = dict(under)
    for name, texts in over.items():
        here = both.get(name, ())
        for number in range(len(texts)):
            origins[key, name, len(here) + number] = (own, (key, name, number))
        both[name] = (*here, *texts)
    return both
