"""The one writer through which whatever keeps a call's events or sound goes.

Owns the order and the atomicity of what reaches the disk: each `append` is one transaction, sound
is written a second at a time.  Inputs are the record; of the outputs handed in, settled utterances,
findings and landmarks are kept beside it for listing and opening.  It starts no thread (whoever
runs the call calls it from one), computes no finding, and is the place where sealing belongs when
it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, get_args

from sqlalchemy import Connection, Engine, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert

from assistant.event_codec import EventCodec
from assistant.events import (
    AccountLinked,
    AudioAdvanced,
    CallEnded,
    CallStarted,
    ChannelOpened,
    Ended,
    Envelope,
    FinalRecognised,
    FindingChanged,
    GapHeard,
    Input,
    MomentMarked,
    StatementChanged,
    UtteranceFinal,
    VerificationChanged,
)
from assistant.record.database import writing
from assistant.record.faults import StoreFault, store_faults
from assistant.record.locations import Locations
from assistant.record.locks import OpenCallLock
from assistant.record.sound import SoundChannel, SoundChunk, SoundWriter
from assistant.record.tables import CALLS, EVENTS, FINDINGS, LANDMARKS, UTTERANCES

_INPUTS = get_args(Input)


class CallWriter(Protocol):
    """What a running call hands its events and sound to, from one thread."""

    def append(self, envelopes: Sequence[Envelope]) -> None:
        """Keep events, in order, all or none.

        Raises:
            StoreFault: what was kept before stays kept.
        """

    def append_audio(self, chunk: SoundChunk) -> None:
        """Keep a stretch of sound.

        Raises:
            StoreFault: what was kept before stays kept.
        """

    def close(self) -> None:
        """Finish; the call is whole if its last event was appended, else interrupted."""


class KeptCallWriter:
    """Writes one call to the store; made by `CallStore.record`.

    The first event must be `CallStarted`, with sequence number 0.  Inputs and outputs may come in
    one sequence; outputs that are not listed are left out, because they follow from the inputs.
    """

    def __init__(
        self,
        engine: Engine,
        locations: Locations,
        codec: EventCodec,
        call: str,
        *,
        with_sound: bool,
    ) -> None:
        self._engine = engine
        self._locations = locations
        self._codec = codec
        self._call = call
        self._lock: OpenCallLock | None = None
        self._sound: SoundWriter | None = None
        self._with_sound = with_sound
        self._early: list[SoundChunk] = []
        self._rates_hz: dict[int, int] = {}
        self._duration_s = 0.0

    def append(self, envelopes: Sequence[Envelope]) -> None:
        """See `CallWriter`."""
        if not envelopes:
            return
        rows = [
            {"call": self._call, "seq": envelope.seq, "line": self._codec.encode(envelope)}
            for envelope in envelopes
            if isinstance(envelope.event, _INPUTS)
        ]
        starts = self._lock is None
        if starts:
            self._begin(envelopes[0])
        try:
            with store_faults(self._locations.database), writing(self._engine) as connection:
                for envelope in envelopes:
                    self._note(connection, envelope)
                if rows:
                    connection.execute(insert(EVENTS), rows)
                connection.execute(self._this_call().values(duration_s=self._duration_s))
        except StoreFault:
            if starts:
                self._abandon()
            raise
        for envelope in envelopes:
            if isinstance(envelope.event, ChannelOpened):
                self._open_channel(envelope.event)

    def append_audio(self, chunk: SoundChunk) -> None:
        """See `CallWriter`.  Sound may come before the call's first event, and waits for it."""
        if not self._with_sound:
            return
        if self._sound is None:
            self._early.append(chunk)
            return
        self._sound.append(chunk)

    def close(self) -> None:
        """See `CallWriter`."""
        try:
            if self._sound is not None:
                self._sound.close()
        finally:
            if self._lock is not None:
                self._lock.release()

    def _begin(self, first: Envelope) -> None:
        if not isinstance(first.event, CallStarted):
            raise StoreFault(
                "a call cannot be kept from the middle: its first event is missing",
                "Keep it from its start.",
            )
        self._lock = OpenCallLock(self._locations.lock(self._call))
        if self._with_sound:
            try:
                self._sound = SoundWriter(self._locations.sound(self._call))
            except StoreFault:
                self._lock.release()
                raise

    def _abandon(self) -> None:
        """The call could not be begun: leave nothing of it behind."""
        self.close()
        if self._sound is not None:
            self._locations.sound(self._call).unlink(missing_ok=True)

    def _open_channel(self, opened: ChannelOpened) -> None:
        if self._sound is None:
            return
        self._sound.open_channel(SoundChannel(opened.channel, opened.name, opened.rate_hz))
        waiting, self._early = self._early, []
        for chunk in waiting:
            self._sound.append(chunk)

    def _note(self, connection: Connection, envelope: Envelope) -> None:
        """Keep what lists show of one event."""
        match envelope.event:
            case CallStarted():
                self._insert_call(connection, envelope.event)
            case AccountLinked(account=account) if account.agent_name:
                named = {"agent_name": account.agent_name, "agent_id": account.agent_id}
                connection.execute(self._this_call().values(**named))
            case ChannelOpened(channel=channel, rate_hz=rate_hz):
                self._rates_hz[channel] = rate_hz
            case (
                AudioAdvanced(channel=channel, sample=sample)
                | FinalRecognised(channel=channel, sample=sample)
            ):
                self._reach(channel, sample)
            case CallEnded(sample=sample, reason=reason):
                self._reach(0, sample)
                connection.execute(self._this_call().values(whole=True, reason=reason))
            case UtteranceFinal(id=utterance, index=position):
                self._put(
                    connection,
                    UTTERANCES,
                    id=utterance,
                    position=position,
                    line=self._codec.encode(envelope),
                )
            case FindingChanged(finding=finding, call_s=call_s):
                self._put(
                    connection,
                    FINDINGS,
                    id=finding.id,
                    rule=finding.rule,
                    severity=finding.severity.value,
                    verdict=finding.verdict.value,
                    status=finding.status.value,
                    call_s=call_s,
                    line=self._codec.encode(envelope),
                )
            case VerificationChanged() | StatementChanged() | GapHeard() | MomentMarked() | Ended():
                connection.execute(
                    insert(LANDMARKS).values(
                        call=self._call, seq=envelope.seq, line=self._codec.encode(envelope)
                    )
                )
            case _:
                pass

    def _reach(self, channel: int, sample: int) -> None:
        rate_hz = self._rates_hz.get(channel)
        if rate_hz:
            self._duration_s = max(self._duration_s, sample / rate_hz)

    def _insert_call(self, connection: Connection, started: CallStarted) -> None:
        account = started.account
        connection.execute(
            insert(CALLS).values(
                id=self._call,
                started_at_utc=started.started_at_utc,
                zone=started.zone,
                language=started.header.language,
                jurisdiction=started.header.jurisdiction,
                collector=started.header.collector.value if started.header.collector else None,
                agent_name=account.agent_name if account else "",
                agent_id=account.agent_id if account else "",
                model=started.model,
                rules_hash=started.rules_hash,
                scripts_hash=started.scripts_hash,
                whole=False,
                reason=None,
                duration_s=0.0,
                has_sound=self._with_sound,
            )
        )

    def _put(self, connection: Connection, table: Any, **columns: object) -> None:
        """Insert a row, or bring it up to date: a finding keeps its id through its life."""
        row = {"call": self._call, **columns}
        connection.execute(
            upsert(table).values(row).on_conflict_do_update(["call", "id"], set_=columns)
        )

    def _this_call(self) -> Any:
        return update(CALLS).where(CALLS.c.id == self._call)
