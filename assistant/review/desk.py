"""What a reviewer does with kept calls: list, open, judge, take back.

Owns these use cases and who and when in every judgement; it keeps them through the store and
touches nothing of the call itself.  It draws no screen, and its clock and the reviewer's name are
passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from assistant.call_view import CallView
from assistant.events import CallStarted, FindingChanged, Output, Started
from assistant.record.kept import KeptCall
from assistant.record.reviews import Review, ReviewAct, standing
from assistant.record.store import CallStore
from assistant.review.risk import by_risk
from compliance.errors import AssistantError
from compliance.findings import Status


@dataclass(frozen=True, slots=True)
class OpenedCall:
    """A kept call as a reviewer reads it.

    `view` shows its transcript with the flags marked in place; `findings` are those that were not
    withdrawn, in the order of the words they are about; `judged` says which judgement stands for
    which finding, `history` every one ever made, oldest first.
    """

    call: KeptCall
    start: CallStarted
    view: CallView
    findings: tuple[FindingChanged, ...]
    judged: Mapping[str, Review]
    history: tuple[Review, ...]


class ReviewDesk:
    """A reviewer's desk over one store.

    Args:
        store: the kept calls.
        reviewer: the name the judgements carry.
        now: the wall clock, with an offset.
    """

    def __init__(self, store: CallStore, reviewer: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self.reviewer = reviewer

    def calls(self) -> tuple[KeptCall, ...]:
        """Every kept call, the riskiest first (see `assistant.review.risk`)."""
        return by_risk(self._store.calls())

    def open(self, call: str) -> OpenedCall:
        """A call with its transcript, flags and judgements.

        Raises:
            UnknownCall: there is no such call.
            StoreFault: the store cannot be read.
        """
        kept = self._store.call(call)
        findings = tuple(
            sorted(
                (
                    changed
                    for changed in self._store.findings(call)
                    if changed.finding.status is not Status.WITHDRAWN
                ),
                key=_place_in_call,
            )
        )
        history = self._store.reviews(call)
        start = self._store.start(call)
        return OpenedCall(
            call=kept,
            start=start,
            view=self._view(call, start),
            findings=findings,
            judged=standing(history),
            history=history,
        )

    def refreshed(self, opened: OpenedCall) -> OpenedCall:
        """The same call with the judgements of the moment; its words do not change."""
        history = self._store.reviews(opened.call.id)
        return replace(
            opened,
            call=self._store.call(opened.call.id),
            judged=standing(history),
            history=history,
        )

    def judge(self, call: str, finding: str, act: ReviewAct, note: str = "") -> None:
        """Confirm, dismiss or doubt a finding; an earlier judgement stays in the history.

        Raises:
            AssistantError: the call has no such finding.
            StoreFault: the judgement could not be kept.
        """
        if all(mark.finding != finding for mark in self._store.call(call).marks):
            raise AssistantError(
                f"the call {call} has no finding {finding}", "Open the call again."
            )
        at_utc = self._now().astimezone(UTC).isoformat(timespec="seconds")
        self._store.add_review(Review(call, finding, act, self.reviewer, at_utc, note))

    def undo(self, call: str, finding: str) -> None:
        """Take the newest standing judgement of a finding back; the one before stands again."""
        if finding in standing(self._store.reviews(call)):
            self.judge(call, finding, ReviewAct.UNDO)

    def _view(self, call: str, start: CallStarted) -> CallView:
        """The call as it looked at its end, folded from what was kept of its outputs."""
        outputs: list[Output] = [
            *self._store.utterances(call),
            *self._store.landmarks(call),
        ]
        view = CallView()
        view.apply(Started(start))
        for output in sorted(outputs, key=_ended_at_s):
            view.apply(output)
        for changed in self._store.findings(call):
            view.apply(changed)
        return view


def _ended_at_s(output: Output) -> float:
    """When an output came, so that a marked moment stands between the words around it."""
    for name in ("end_s", "call_s", "start_s", "duration_s"):
        at_s = getattr(output, name, None)
        if at_s is not None:
            return float(at_s)
    return 0.0


def _place_in_call(changed: FindingChanged) -> tuple[bool, int, int, float, str]:
    """By the words it is about; what is about the whole call comes last."""
    finding = changed.finding
    whole_call = finding.utterance_index is None
    return (
        whole_call,
        finding.utterance_index or 0,
        finding.start,
        changed.call_s,
        finding.id,
    )
