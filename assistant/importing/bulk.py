"""Takes in many calls that others recorded, one after the other, and goes on where it was.

Owns the order: what was taken in before is passed over by what it holds, what was cut off is
cleared away, a broken file costs itself alone, and a call is kept only once all of it is known.
Words become calls here; sound is heard by a crew of processes, and this one writes the store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from assistant.event_codec import EventCodec
from assistant.events import ChannelOpened, Envelope, Source, TaskRaised, TaskWithdrawn
from assistant.guidance import Guidance, load_guidance
from assistant.importing.crew import Crew
from assistant.importing.items import Broken, Item, transcripts, wrong_with
from assistant.importing.recognising import Hear, Heard
from assistant.importing.recording_list import About
from assistant.importing.telling import known_of, started, told
from assistant.importing.written import Written, refused
from assistant.record.chain import IMPORTED
from assistant.record.imports import Before, Imports, Place
from assistant.record.store import CallStore
from assistant.rules_in_force import RulesInForce
from assistant.speech.recording import Recording
from compliance.context import Collector
from compliance.errors import AssistantError, BadInput

_READ_BYTES = 1 << 20
_TASKS = (TaskRaised, TaskWithdrawn)
_CLOCKS_DIFFER = timedelta(days=1)
_BEFORE = {
    Before.PURGED: "its call was purged, and is not taken in again",
    Before.RUNS: "another import is taking it in right now",
    Before.HELD: "its import was cut off, and somebody holds what is there of it",
}


@dataclass(slots=True)
class Tally:
    """How far an import has come; `work` counts bytes."""

    items: int
    work: int
    done: int = 0
    new: int = 0
    before: int = 0
    work_new: int = 0
    work_before: int = 0
    broken: list[Broken] = field(default_factory=list)


@dataclass(slots=True)
class BulkImport:
    """One import into one store.

    Args:
        store: the open store, for somebody who may import.
        rules: those in force.
        clock: now, with an offset.
        zone_here: this desk's zone.
        kept: told the id of each call that is new.
        step: told after each item.
        notice: told what the user should read.
    """

    store: CallStore
    rules: RulesInForce
    clock: Callable[[], datetime]
    zone_here: str
    kept: Callable[[str], None]
    step: Callable[[Tally], None]
    notice: Callable[[str], None]
    _codec: EventCodec = field(default_factory=EventCodec)
    _guidances: dict[tuple[str, str, Collector | None], Guidance] = field(default_factory=dict)

    def run(self, given: Sequence[Item | Broken], crew: Callable[[], Crew]) -> Tally:
        """Take in what is new; words first, then sound.

        Args:
            given: what was named, and what of it was broken before.
            crew: makes the processes that hear sound.

        Raises:
            StoreFault: the store takes no more; what was taken in is there.
        """
        items = [one for one in given if isinstance(one, Item)]
        sizes = sum(item.size for item in items)
        tally = Tally(len(items), sizes, broken=[one for one in given if isinstance(one, Broken)])
        imports = Imports(self.store, self.store.user)
        for item in items:
            if item.source is not Source.RECORDING:
                self._words(item, imports, tally)
        sounds = [item for item in items if item.source is Source.RECORDING]
        if sounds:
            self._sounds(sounds, imports, tally, crew)
        tally.broken.sort(key=lambda one: one.order)
        return tally

    # ---- words -------------------------------------------------------------------------------

    def _words(self, item: Item, imports: Imports, tally: Tally) -> None:
        new = False
        for place, found in transcripts(item):
            try:
                if isinstance(found, BadInput):
                    raise found
                new = self._written(item, found, imports, tally) or new
            except _Unfit as error:
                tally.broken.append(item.broken(wrong_with(error.why), place))
            except BadInput as error:
                tally.broken.append(item.broken(wrong_with(error), place))
        self._stepped(item, tally, new=new)

    def _written(self, item: Item, written: Written, imports: Imports, tally: Tally) -> bool:
        """One transcript; whether it was new."""
        with _fit():
            about = self._timely(known_of(item.about, written), item)
        now = self.clock()
        place = imports.place(written.digest, about.started_at or now)
        if not self._wanted(place, item, tally):
            return False
        with _fit():
            guidance = self._guidance(about)
            begun = started(
                about,
                written.source,
                written.digest,
                guidance=guidance,
                now=now,
                zone_here=self.zone_here,
                header=written.header,
            )
            envelopes = told(begun, written, guidance, place.call)
        self._keep(place, written.source, written.digest, envelopes, None)
        self._is_new(place, imports, tally)
        return True

    # ---- sound -------------------------------------------------------------------------------

    def _sounds(
        self,
        items: Sequence[Item],
        imports: Imports,
        tally: Tally,
        crew: Callable[[], Crew],
    ) -> None:
        under_way: dict[str, tuple[Item, Place, str]] = {}
        copies = _Copies()
        notices: set[str] = set()

        def jobs() -> Iterator[Hear]:
            for item in items:
                job = self._job(item, imports, tally, copies)
                if job is not None:
                    hear, place = job
                    under_way[hear.call] = (item, place, hear.digest)
                    yield hear

        with crew() as hearing:
            for heard in hearing.hear(jobs()):
                item, place, digest = under_way.pop(heard.call)
                if heard.notice and heard.notice not in notices:
                    notices.add(heard.notice)
                    self.notice(heard.notice)
                if heard.wrong:
                    tally.broken.append(item.broken(heard.wrong))
                else:
                    self._heard(item, place, digest, heard)
                    self._is_new(place, imports, tally)
                self._stepped(item, tally, new=True)
                for copy in copies.came_out(digest, heard.wrong):
                    self._copy(copy, heard.wrong, tally)

    def _job(
        self, item: Item, imports: Imports, tally: Tally, copies: _Copies
    ) -> tuple[Hear, Place] | None:
        """What is to be heard of an item, and where it goes; of any other nothing is left to do."""
        try:
            digest = _digest(item.path)
            now = self.clock()
            about = self._timely(item.about, item)
            if digest in copies.wrong:
                self._copy(item, copies.wrong[digest], tally)
                return None
            if digest in copies.waiting:
                copies.waiting[digest].append(item)
                return None
            place = imports.place(digest, about.started_at or now)
            if not self._wanted(place, item, tally):
                self._stepped(item, tally, new=False)
                return None
        except BadInput as error:
            tally.broken.append(item.broken(wrong_with(error)))
            self._stepped(item, tally, new=False)
            return None
        copies.waiting[digest] = []
        return Hear(place.call, item.path, digest, about, now, self.zone_here), place

    def _copy(self, item: Item, wrong: str, tally: Tally) -> None:
        """The same bytes once more: as wrong as the first, or there by now."""
        if wrong:
            tally.broken.append(item.broken(wrong))
        else:
            tally.before += 1
        self._stepped(item, tally, new=False)

    def _heard(self, item: Item, place: Place, digest: str, heard: Heard) -> None:
        envelopes = [self._codec.decode(line) for line in heard.lines]
        channels = item.about.channels
        with Recording(item.path, rate_hz=heard.rate_hz, channels=channels) as sound:
            self._keep(place, Source.RECORDING, digest, envelopes, sound)

    # ---- both --------------------------------------------------------------------------------

    def _timely(self, about: About, item: Item) -> About:
        at = about.started_at
        if at is not None and at > self.clock() + _CLOCKS_DIFFER:
            raise refused(item.path, "the call is said to begin in the future", "Mend its time.")
        return about

    def _wanted(self, place: Place, item: Item, tally: Tally) -> bool:
        if place.before is Before.NEVER:
            return True
        if place.before is Before.WHOLE:
            tally.before += 1
        else:
            tally.broken.append(item.broken(_BEFORE[place.before]))
        return False

    def _keep(
        self,
        place: Place,
        source: Source,
        digest: str,
        envelopes: Sequence[Envelope],
        sound: Recording | None,
    ) -> None:
        # What a call of long ago would have given others to do is theirs no more: nobody's list is
        # filled with tasks that are overdue when they are raised.
        envelopes = [one for one in envelopes if not isinstance(one.event, _TASKS)]
        begins = 1 + max(
            (n for n, one in enumerate(envelopes) if isinstance(one.event, ChannelOpened)),
            default=0,
        )
        writer = self.store.record(place.call, with_sound=sound is not None, notice=self.notice)
        try:
            writer.append(envelopes[: begins if sound is not None else len(envelopes)])
            if sound is not None:
                for chunk in sound:
                    writer.append_audio(chunk)
                writer.append(envelopes[begins:])
        finally:
            writer.close()
        stated = {"source": source.value, "digest": digest}
        self.store.note_in_chain(IMPORTED, place.call, stated)

    def _is_new(self, place: Place, imports: Imports, tally: Tally) -> None:
        imports.taken_in(place.call)
        tally.new += 1
        self.kept(place.call)

    def _stepped(self, item: Item, tally: Tally, *, new: bool) -> None:
        tally.done += 1
        if new:
            tally.work_new += item.size
        else:
            tally.work_before += item.size
        self.step(tally)

    def _guidance(self, about: About) -> Guidance:
        key = (about.jurisdiction or "", about.language or "", about.collector)
        if key not in self._guidances:
            self._guidances[key] = load_guidance(*key, self.rules)
        return self._guidances[key]


@dataclass(slots=True)
class _Copies:
    """Recordings by digest: `wrong` with those that came out, and who waits for one to come out."""

    wrong: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, list[Item]] = field(default_factory=dict)

    def came_out(self, digest: str, wrong: str) -> list[Item]:
        """Keep what became of one; its copies, of which that is true as well."""
        self.wrong[digest] = wrong
        return self.waiting.pop(digest)


class _Unfit(Exception):
    """Something about one call, not about the store, is wrong."""

    def __init__(self, why: AssistantError) -> None:
        super().__init__()
        self.why = why


@contextmanager
def _fit() -> Iterator[None]:
    """What goes wrong within is one call's fault alone."""
    try:
        yield
    except AssistantError as error:
        raise _Unfit(error) from None


def _digest(path: Path) -> str:
    """What a recording is known by.

    Raises:
        BadInput: it cannot be read.
    """
    digest = hashlib.sha256()
    try:
        if not path.is_file():
            raise refused(path, "is not there" if not path.exists() else "is no ordinary file")
        with path.open("rb") as file:
            while block := file.read(_READ_BYTES):
                digest.update(block)
    except (OSError, ValueError) as error:
        raise refused(path, getattr(error, "strerror", None) or "cannot be read") from None
    return digest.hexdigest()
