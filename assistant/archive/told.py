"""A kept call put in order: header, what happened when, what people said of it since.

Owns the value that every reading of a call starts from, and the order of what is in it: an
utterance, then what was found in it.  It renders nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.events import (
    CallStarted,
    Ended,
    FindingChanged,
    Output,
    Started,
    StatementChanged,
    UtteranceFinal,
)
from assistant.linking import why_not
from assistant.record.chain import Entry
from assistant.record.kept import KeptCall, KeptWrapUp
from assistant.record.reviews import Review, standing
from assistant.record.store import CallStore
from assistant.record.tasks import KeptTask, tasks_of_call
from compliance.findings import Statement, Status
from scripts.account import Account


@dataclass(frozen=True, slots=True)
class ToldCall:
    """What is kept of one call.

    `outputs` are in the order of the call, the start first; withdrawn findings are left out.
    `redacted` says that this is a copy in which personal data was covered.  `accounts` are those
    that were shown in it, the first one and whatever was linked since; a copy has none.
    """

    call: KeptCall
    start: CallStarted
    outputs: tuple[Output, ...]
    reviews: tuple[Review, ...]
    wrap_up: KeptWrapUp | None
    entries: tuple[Entry, ...]
    redacted: bool = False
    tasks: tuple[KeptTask, ...] = ()
    accounts: tuple[Account, ...] = ()

    @property
    def account(self) -> Account | None:
        """The account whose call it is: the last that it could be linked to, as it was shown."""
        header = self.start.header
        own = [
            one for one in self.accounts if not why_not(header.jurisdiction, header.collector, one)
        ]
        return own[-1] if own else self.start.account

    @property
    def account_id(self) -> str:
        """Its id, where at least that is known; else empty."""
        return self.account.id if self.account is not None else self.start.account_id

    @property
    def utterances(self) -> tuple[UtteranceFinal, ...]:
        return tuple(output for output in self.outputs if isinstance(output, UtteranceFinal))

    @property
    def findings(self) -> tuple[FindingChanged, ...]:
        return tuple(output for output in self.outputs if isinstance(output, FindingChanged))

    @property
    def judged(self) -> Mapping[str, Review]:
        """The judgement that stands for each finding."""
        return standing(self.reviews)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What had to be said, each in its last state.

        A call that has no end has no last word on what was missed.
        """
        last: dict[str, Statement] = {}
        for output in self.outputs:
            if isinstance(output, StatementChanged):
                last[output.statement.id] = output.statement
        return tuple(last.values())

    @property
    def not_assessable(self) -> tuple[str, ...]:
        """Rules that could not be judged on this call."""
        ends = [output for output in self.outputs if isinstance(output, Ended)]
        return ends[-1].not_assessable if ends else ()


def tell(store: CallStore, call: str) -> ToldCall:
    """Open a kept call.

    Raises:
        UnknownCall: there is no such call.
        StoreFault: the store cannot be read.
    """
    kept = store.call(call)
    start = store.start(call)
    utterances = store.utterances(call)
    findings = [
        changed
        for changed in store.findings(call)
        if changed.finding.status is not Status.WITHDRAWN
    ]
    ends_s = {utterance.id: utterance.end_s for utterance in utterances}
    placed: list[tuple[float, int, Output]] = [
        *((_at_s(output), 0, output) for output in utterances),
        *((_found_s(changed, ends_s), 1, changed) for changed in findings),
        *((_at_s(output), 2, output) for output in store.landmarks(call)),
    ]
    ordered = sorted(placed, key=lambda one: (isinstance(one[2], Ended), one[0], one[1]))
    return ToldCall(
        call=kept,
        start=start,
        outputs=(Started(start), *(one[2] for one in ordered)),
        reviews=store.reviews(call),
        wrap_up=store.wrap_up(call),
        entries=store.entries(call),
        tasks=tasks_of_call(store, call),
        accounts=store.shown_accounts(call),
    )


def _at_s(output: Output) -> float:
    for name in ("end_s", "call_s", "start_s", "duration_s"):
        at_s = getattr(output, name, None)
        if at_s is not None:
            return float(at_s)
    return 0.0


def _found_s(changed: FindingChanged, ends_s: Mapping[str, float]) -> float:
    """A finding stands after the words that it is about."""
    return ends_s.get(changed.finding.utterance_id or "", changed.call_s)
