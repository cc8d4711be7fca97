"""What the customer of a running call promises, from words and keys to changes that are told.

Owns the moment of each utterance (the call's start and where its sound stands) and whose words may
be a promise at all: the customer's, and not while somebody else is known to listen.  Pure: it reads
no clock.  What is understood of words, and what is said next, is `scripts.promising`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from assistant.events import (
    Act,
    AgentActed,
    CallStarted,
    PromiseChanged,
    PromiseStatus,
    VerificationPolicy,
)
from compliance.context import CallContext, Listener
from compliance.local_time import zone_of
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.promising import PromiseEar

# A word that the recogniser was less sure of than this may be another one.
_SURE = 0.5
_NOT_THE_CUSTOMER = (Listener.THIRD_PARTY, Listener.VOICEMAIL)


class PromiseWatch:
    """The promises of one call.

    Args:
        start: the call's first event.  When others recorded the call, and when, may be unknown;
            then it counts as taking place now, and every day is in doubt.
    """

    def __init__(self, start: CallStarted) -> None:
        began = start.header.started_at
        zone: tzinfo = _zone(start)
        if began is not None and began.utcoffset() is not None and _unknown_zone(start):
            zone = timezone(began.utcoffset() or timedelta())
        if began is not None and began.tzinfo is None:
            began = began.replace(tzinfo=zone)
        self._dated = began is not None or start.policy is VerificationPolicy.AGENT
        self._began = began or datetime.fromisoformat(start.started_at_utc)
        self._ear = PromiseEar(
            start.account, start.header.jurisdiction, start.header.language, zone
        )

    def heard(
        self, utterance: Utterance, context: CallContext, call_s: float, *, asked: bool, alone: bool
    ) -> Iterator[PromiseChanged]:
        """Somebody has spoken.

        Args:
            utterance: what was said, settled.
            context: how the call stands after it.
            call_s: when.
            asked: whether how and when to pay is the matter.
            alone: whether the customer is not heard, so that the agent's read-back has to do.
        """
        if context.verified is False or context.listener in _NOT_THE_CUSTOMER:
            return
        now = self._began + timedelta(seconds=call_s)
        if utterance.speaker is Speaker.AGENT and asked:
            said = self._ear.said_back(utterance.text, now, alone=alone)
            if said is not None:
                yield PromiseChanged(said, PromiseStatus.PROPOSED, call_s)
        if utterance.speaker is not Speaker.CUSTOMER:
            return
        confidences = [w.confidence for w in utterance.words if w.confidence is not None]
        proposed = self._ear.heard(
            utterance.text,
            now,
            asked=asked,
            clearly=min(confidences, default=1.0) >= _SURE,
            dated=self._dated,
        )
        if proposed is not None:
            yield PromiseChanged(proposed, PromiseStatus.PROPOSED, call_s)

    def linked(self, account: Account, call_s: float) -> Iterator[PromiseChanged]:
        """The call's account became known."""
        standing = self._ear.linked(account)
        if standing is not None:
            yield PromiseChanged(standing, PromiseStatus.DISMISSED, call_s)

    def acted(
        self, event: AgentActed, context: CallContext, call_s: float
    ) -> Iterator[PromiseChanged]:
        """A key was pressed.

        It is for the proposal that it names, which may stand no more; without a number, for the one
        that stands.  Only what has amount and day can be confirmed, and by nobody else's word.
        """
        act, standing = event.act, self._ear.standing
        if standing is None or event.argument not in ("", str(standing.number)):
            return
        if context.verified is False or context.listener in _NOT_THE_CUSTOMER:
            return
        if act is Act.PROMISE_CONFIRMED and standing.complete:
            self._ear.settle(agreed=True)
            yield PromiseChanged(standing, PromiseStatus.CONFIRMED, call_s)
        elif act is Act.PROMISE_DISMISSED:
            self._ear.settle(agreed=False)
            yield PromiseChanged(standing, PromiseStatus.DISMISSED, call_s)


def _unknown_zone(start: CallStarted) -> bool:
    """Whether nothing but the offset of the call's own time says where the customer is."""
    return (
        zone_of(start.header.customer_timezone or "") is None
        and start.policy is VerificationPolicy.HEARD
    )


def _zone(start: CallStarted) -> ZoneInfo:
    return zone_of(start.header.customer_timezone or "") or zone_of(start.zone) or ZoneInfo("UTC")
