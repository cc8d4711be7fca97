"""The repository of kept calls.

Owns who may do what: each question is put to the guard here, and answered by the rooms beneath
(`listed_rows`, `call_lines`, `kept_wrap_ups`, `judgements`, `whose`).  A call's inputs, in order,
are the record; outputs, utterances and findings follow from them.  It hands out frozen values and
never a row; it starts no thread, renders no text and reads no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import RowMapping, Select, select

from assistant.event_codec import EventCodec
from assistant.events import CallStarted, Envelope, FindingChanged, Output, UtteranceFinal
from assistant.record.call_lines import CallLines
from assistant.record.chain import ACCESS, Entry, add_entry
from assistant.record.database import writing
from assistant.record.faults import store_faults
from assistant.record.judgements import Judgements, decoded, encoded
from assistant.record.kept import KeptCall, KeptWrapUp, NumberedWrapUp
from assistant.record.kept_sound import KeptSound
from assistant.record.kept_wrap_ups import KeptWrapUps
from assistant.record.listed_rows import ListedRows
from assistant.record.locations import Locations
from assistant.record.opening import Doors, OpenStore, open_store, system_doors
from assistant.record.permissions import Act
from assistant.record.recovery import Recovered, recover
from assistant.record.reviews import Review
from assistant.record.sealed_rows import SealedRows
from assistant.record.tables import CHAIN
from assistant.record.verifying import Proof, verify
from assistant.record.whose import CallAccounts
from assistant.record.wrap_ups import add_wrap_up
from assistant.record.writer import KeptCallWriter
from scripts.account import Account

if TYPE_CHECKING:
    # Who signs in loads more than a call that is being kept needs.
    from assistant.record.guard import Guard


class CallStore:
    """Kept calls in a data folder; a context manager.

    Args:
        locations: where it is.
        codec: reads and writes events; built where none is passed.
        doors: where its key is looked for; by default the process's own environment.

    Raises, from every method:
        StoreFault: the store is damaged, newer, in use, read-only or full.  Nothing that was kept
            before is lost by it.
        UnknownCall: no kept call has the id.
        UnreadableEvent: a stored line cannot be read.
    """

    def __init__(
        self,
        locations: Locations,
        codec: EventCodec | None = None,
        *,
        doors: Doors | None = None,
    ) -> None:
        self.locations = locations
        self._codec = codec if codec is not None else EventCodec()
        opened = open_store(locations, doors if doors is not None else system_doors())
        self._store = opened
        self._name = opened.name
        self._engine = opened.engine
        self._vault = opened.vault
        self._rows = SealedRows(opened, self._codec)
        self._listed = ListedRows(self._rows, opened.name, locations)
        self._lines = CallLines(self._rows, opened.name)
        self._ends = KeptWrapUps(self._rows, opened.name)
        self._judgements = Judgements(opened, self._rows)
        self._whose = CallAccounts(opened, self._rows, self._codec)
        self._guard: Guard | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    def need(
        self, act: Act, call: str | None = None, *, about: str = "", written: bool = True
    ) -> None:
        """Ask whether who is signed in may do that, to a call or at large; it is written down.

        `about` says what else it is done to, and never anything that was said.  What writes its own
        entry of the chain is not `written` twice.

        Raises:
            NotPermitted: they may not.
        """
        if self._guard is not None:
            subject = self._listed.one(call) if call is not None else None
            self._guard.need(act, subject, about=about, written=written)

    def note_refusal(self, act: Act, *, about: str) -> None:
        """Write down that something was refused which `need` was not asked for."""
        if self._guard is not None:
            self._guard.write_refusal(act, about=about)

    @property
    def user(self) -> str:
        """The name of who is signed in; empty past the guard."""
        return self._guard.who.name if self._guard is not None else ""

    def note_in_chain(self, kind: str, call: str, stated: Mapping[str, int | str]) -> None:
        """State in the chain something that was done with a call: that it was carried away, say."""
        with store_faults(self._name), writing(self._engine) as connection:
            entry = add_entry(connection, self._vault, kind, call, self._store.at_utc(), stated)
        self._store.anchors.write(entry)

    @property
    def opened(self) -> OpenStore:
        """The open store beneath, for the other parts of this room."""
        return self._store

    def guard_with(self, guard: Guard) -> None:
        """From here on calls are listed, opened and judged as far as a signed-in user may."""
        self._guard = guard

    @property
    def studies_only(self) -> bool:
        """Whether who is signed in may see redacted copies and no call as it is."""
        return self._guard is not None and self._guard.studies_only

    def opens(self, call: str) -> bool:
        """Whether who is signed in may open a call as it is; nothing is written down.

        Raises:
            UnknownCall: there is no such call.
        """
        return self._guard is None or self._guard.may(Act.OPEN, self._listed.one(call))

    def for_covering(self, call: str) -> CallStore:
        """This store with one call open in it, for making the redacted copy of that call.

        What it gives is the original: it goes into the copy and nowhere else.

        Raises:
            NotPermitted: who is signed in may not study the call.
            UnknownCall: there is no such call.
        """
        inner = copy(self)
        if self._guard is not None:
            inner._guard = self._guard.for_covering(self._listed.one(call))  # noqa: SLF001 - its own kind
        return inner

    def record(
        self,
        call: str,
        *,
        with_sound: bool = True,
        notice: Callable[[str], None] = lambda _line: None,
    ) -> KeptCallWriter:
        """The writer of a new call, which waits for the store; nothing is on disk at first.

        A call that runs is kept with `assistant.record.keeping`, which waits for nothing.
        `notice` is told if the disk takes no more.
        """
        return KeptCallWriter(
            lambda: self._store,
            self._vault,
            self.locations,
            self._codec,
            call,
            with_sound=with_sound,
            notice=notice,
        )

    def recover(self) -> Recovered:
        """Bring in what a crash left behind; see `assistant.record.recovery`."""
        return recover(self.locations, self._store, self._codec)

    def verify(
        self,
        *,
        audio: bool | Collection[str],
        call: str | None = None,
        calls: Collection[str] | None = None,
        progress: Callable[[str], None] = lambda _line: None,
    ) -> Proof:
        """Prove the whole record, one call or some; see `assistant.record.verifying`."""
        only = (call,) if call is not None else calls
        return verify(self._store, self.locations, audio=audio, calls=only, progress=progress)

    # ---- how calls ended -------------------------------------------------------------------

    def add_wrap_up(self, wrap_up: KeptWrapUp) -> None:
        """Keep how a kept call ended; one that was kept before stays, and stands no more."""
        add_wrap_up(self._store, wrap_up)

    def completes(self, kept: KeptCall) -> bool:
        """Whether who is signed in may say now how a call ended; nothing is written down."""
        return self._guard is None or self._guard.may(Act.WRAP_UP, kept)

    def complete_wrap_up(self, wrap_up: KeptWrapUp, after: int | None) -> None:
        """Say later how a kept call ended; what was said before stays, and stands no more.

        Args:
            wrap_up: how, and by whom.
            after: the number of the one that it follows, `None` where there was none.

        Raises:
            NotPermitted: who is signed in may not.
            AssistantError: somebody was faster.
        """
        self.need(Act.WRAP_UP, wrap_up.call)
        add_wrap_up(self._store, wrap_up, after)

    def wrap_up(self, call: str) -> KeptWrapUp | None:
        """How a call ended, by its agent's last word; `None` where nobody said."""
        self._look_at(call)
        return self._ends.last(call)

    def wrap_ups(self, call: str) -> tuple[KeptWrapUp, ...]:
        """All that was ever said of how a call ended, oldest first."""
        self._look_at(call)
        return self._ends.all(call)

    def endings(self, calls: Sequence[str]) -> Mapping[str, NumberedWrapUp]:
        """How some calls ended, by their agents' last word; a call of which nobody said is absent.

        They are fetched together.
        """
        for call in calls if self._guard is not None else ():
            self._look_at(call)
        return {
            call: NumberedWrapUp(row["number"], self._ends.opened(row))
            for call, row in self._ends.last_rows(calls).items()
        }

    def last_wrap_ups(self, calls: Sequence[str]) -> Mapping[str, KeptWrapUp]:
        """How some calls ended, past the guard: for the record's own rooms, which show no note."""
        return {call: self._ends.opened(row) for call, row in self._ends.last_rows(calls).items()}

    def _look_at(self, call: str) -> None:
        """Ask the guard, where there is one; an unknown call has nothing to guard."""
        if self._guard is not None:
            self.call(call)

    # ---- reading ---------------------------------------------------------------------------

    def calls(self) -> tuple[KeptCall, ...]:
        """Every kept call that may be seen, the newest first."""
        return self._permitted(self.every_call())

    def _permitted(self, found: tuple[KeptCall, ...]) -> tuple[KeptCall, ...]:
        if self._guard is None:
            return found
        guard = self._guard
        guard.write("list")
        return tuple(call for call in found if guard.may(Act.OPEN, call))

    def every_call(self) -> tuple[KeptCall, ...]:
        """Every kept call, past the guard: for the record's own rooms, which show none of it."""
        return self._listed.every()

    def kept(self, rows: Sequence[RowMapping]) -> tuple[KeptCall, ...]:
        """Some rows of the calls' table as kept calls that may be opened, in the order given."""
        return self._permitted(self._listed.of(rows))

    def studied(self, rows: Sequence[RowMapping]) -> tuple[KeptCall, ...]:
        """The same, of those whose copies may be studied; whose they were is left out.

        Whoever lists these shows nothing else of them but their copies.
        """
        found = self._listed.of(rows)
        if self._guard is not None:
            guard = self._guard
            guard.write("list")
            found = tuple(call for call in found if guard.may(Act.STUDY, call))
        return tuple(replace(call, agent_name="", agent_id="") for call in found)

    def utterances_at(
        self, places: Mapping[str, Sequence[int]]
    ) -> Mapping[str, Iterator[UtteranceFinal]]:
        """Some utterances of some calls, by their positions, in order.

        They are fetched together, and each is opened when it is taken.
        """
        for call in places if self._guard is not None else ():
            self._look_at(call)
        return self._lines.utterances_at(places)

    def call(self, call: str) -> KeptCall:
        """One kept call.

        Raises:
            NotPermitted: it may not be seen by who is signed in.
        """
        kept = self._listed.one(call)
        if self._guard is not None:
            self._guard.need(Act.OPEN, kept)
        return kept

    def events(self, call: str) -> Iterator[Envelope]:
        """The inputs of a call in order: what a new session is fed to see the call again."""
        self.call(call)
        yield from self._lines.events(call)

    def start(self, call: str) -> CallStarted:
        """The call's first event: header, account as shown, versions."""
        self.call(call)
        return self._lines.start(call)

    def shown_accounts(self, call: str) -> tuple[Account, ...]:
        """The accounts that were shown in the call, its first one and those linked to it since."""
        self.call(call)
        return self._whose.shown(call)

    def accounts(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of each call's accounts, the last one whose it is now; without any, it is absent.

        A call has more than one where another account was linked to it while it ran.
        """
        return self._whose.ids()

    def calls_of(self, account: str) -> tuple[str, ...]:
        """The ids of the calls that an account ever was linked to: what is held with it, say."""
        return tuple(sorted(call for call, owners in self.accounts().items() if account in owners))

    def calls_now_of(self, account: str) -> tuple[str, ...]:
        """The ids of the calls that ended as an account's: what goes to its customer."""
        return tuple(sorted(call for call, own in self.accounts().items() if own[-1] == account))

    def utterances(self, call: str) -> tuple[UtteranceFinal, ...]:
        """The call's settled utterances in order."""
        self.call(call)
        return self._lines.utterances(call)

    def findings(self, call: str) -> tuple[FindingChanged, ...]:
        """The call's findings, each in its last state, withdrawn ones included, in order."""
        self.call(call)
        return self._lines.findings(call)

    def landmarks(self, call: str) -> tuple[Output, ...]:
        """Verification, required statements, gaps, marked moments, tasks and the end, in order."""
        self.call(call)
        return self._lines.landmarks(call)

    def derived(self, call: str) -> tuple[Envelope, ...]:
        """All that is kept beside the call's inputs, as it is kept, in the order in which it came.

        Of a finding that changed, only the last state is.
        """
        self.call(call)
        return self._lines.derived(call)

    def sound(self, call: str) -> KeptSound | None:
        """The call's sound, to be closed by the caller; `None` where none was kept."""
        self.call(call)
        path = self.locations.sound(call)
        return KeptSound(path, call, self._rows.seal(call)) if path.exists() else None

    def reviews(self, call: str) -> tuple[Review, ...]:
        """Every judgement ever made on the call, oldest first."""
        self._look_at(call)
        return self._judgements.of(call)

    def entries(self, call: str) -> tuple[Entry, ...]:
        """What the chain states of the call, oldest first; who looked at it is not about it."""
        query = select(CHAIN).where(CHAIN.c.call == call, CHAIN.c.kind != ACCESS)
        query = query.order_by(CHAIN.c.n)
        return tuple(Entry(**row) for row in self.rows(query))

    # ---- judging ---------------------------------------------------------------------------

    def add_review(self, review: Review) -> None:
        """Add a judgement; nothing is ever replaced."""
        kept = self.call(review.call)
        if self._guard is not None:
            self._guard.need(Act.JUDGE, kept)
        self._judgements.add(review)

    # ---- notes of other rooms --------------------------------------------------------------

    def seal(self, call: str, note: str, place: str) -> bytes:
        """A note as it is kept: sealed with the call's key, for its place alone."""
        return self._rows.seal(call).seal(encoded(note), place)

    def unseal(self, call: str, sealed: bytes, place: str) -> str:
        """A note that was sealed for its place; whether it may be read was asked before."""
        return decoded(self._rows.opened(call, sealed, place))

    # ---- rows to values --------------------------------------------------------------------

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[RowMapping]:
        """What a query of this room finds."""
        return self._rows.rows(statement)
