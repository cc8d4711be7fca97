"""Follows, by what is said, who hears the agent and whether the right party was confirmed.

Owns the state `verified` and `listener` of one call, and the cues that change it.  A cue that
somebody else is on the line always withdraws verification, whoever decides otherwise: that is the
safe side.  A cue that the party is verified is adopted where nobody sits at the keys (`HEARD`) and
only proposed where an agent does (`AGENT`).  It judges no rule and reads no clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from compliance.context import CallContext, CallHeader, Listener
from compliance.phrases import PhraseSet
from compliance.text import Folded, fold
from compliance.transcript import Speaker, Utterance

# Cue labels in `packs/cues/<language>.yaml`; the prefix says whose words they are.
_THIRD_PARTY = "says_third_party"
_PRESENT = "says_present"
_MACHINE = "says_machine"
_ASKS_IDENTITY = "asks_identity"
_CONFIRMS_IDENTITY = "confirms_identity"
_ACKNOWLEDGES = "acknowledges"
_GIVES_IDENTIFIER = "gives_identifier"

# Digits as recognisers write or spell them: a date, the last four of a number.
_DIGITS = re.compile(
    r" (?:[0-9]{4,}|(?:(?:[0-9]+|zero|oh|one|two|three|four|five|six|seven|eight|nine|double"
    r"|[〇零一二三四五六七八九十幺]) ){2,}(?:[0-9]+|zero|oh|one|two|three|four|five|six|seven|eight"
    r"|nine|[〇零一二三四五六七八九十幺]))(?= )"
)

_ANSWER_WITHIN = 6  # utterances after the question in which an answer counts as an identifier
_IDENTIFIERS_NEEDED = 2


class Policy(StrEnum):
    """Who decides that the right party is on the line."""

    AGENT = "agent"
    HEARD = "heard"


class Change(StrEnum):
    """What an utterance changed, or proposes to change."""

    VERIFICATION_PROPOSED = "verification_proposed"
    VERIFIED = "verified"
    VERIFICATION_WITHDRAWN = "verification_withdrawn"
    LISTENER_CHANGED = "listener_changed"


@dataclass(frozen=True, slots=True)
class Tracked:
    """One change; `reason` is `heard`, `third_party_cue`, `new_voice`, `machine` or `agent`."""

    change: Change
    reason: str
    listener: Listener
    verified: bool | None


class Tracker:
    """The state of one call; feed it finals in their order, then read `context`."""

    def __init__(self, header: CallHeader, cues: PhraseSet, policy: Policy = Policy.HEARD) -> None:
        """Start from what the header knows; `cues` are those of the rule set (`RuleSet.cues`)."""
        self._header = header
        self._cues = cues
        self._policy = policy
        self._verified = header.verified
        self._listener = header.listener
        self._stage: str | None = None
        self._asked_ago: int | None = None
        self._identifiers: set[str] = set()
        self._proposed = False

    @property
    def context(self) -> CallContext:
        """What holds now."""
        return CallContext(self._header, self._verified, self._listener, self._stage)

    def set_verified(self, verified: bool) -> tuple[Tracked, ...]:
        """The agent's key: the right party is confirmed, or no longer."""
        changes: list[Tracked] = []
        if verified and self._listener is not Listener.CUSTOMER:
            changes.extend(self._hears(Listener.CUSTOMER, "agent"))
        changes.extend(self._set(verified, "agent"))
        return tuple(changes)

    def set_listener(self, listener: Listener) -> tuple[Tracked, ...]:
        """The agent's key: somebody else is on the line, or the customer is back (not verified)."""
        return (*self._withdraw("agent"), *self._hears(listener, "agent"))

    def set_stage(self, stage: str | None) -> None:
        """The script's stage, for rules that depend on it."""
        self._stage = stage

    def hear(self, utterance: Utterance) -> tuple[Tracked, ...]:
        """What a final changes or proposes; partials change nothing."""
        if not utterance.final:
            return ()
        folded = fold(utterance.text)
        labels = {match.label for match in self._cues.search(folded)}
        if utterance.speaker is Speaker.AGENT:
            return self._hear_agent(labels)
        if utterance.speaker is Speaker.THIRD_PARTY:
            return self._third_party("third_party_cue")
        if utterance.speaker is Speaker.CUSTOMER:
            return self._hear_other_side(labels, folded)
        return ()

    def _hear_agent(self, labels: set[str]) -> tuple[Tracked, ...]:
        if _CONFIRMS_IDENTITY in labels:
            return self._verify()
        enough = len(self._identifiers) >= _IDENTIFIERS_NEEDED
        if enough and _ACKNOWLEDGES in labels and _ASKS_IDENTITY not in labels:
            return self._verify()
        if _ASKS_IDENTITY in labels:
            self._asked_ago = 0
        elif self._asked_ago is not None:
            self._asked_ago += 1
        return ()

    def _hear_other_side(self, labels: set[str], folded: Folded) -> tuple[Tracked, ...]:
        if _MACHINE in labels:
            return (*self._withdraw("machine"), *self._hears(Listener.VOICEMAIL, "machine"))
        if _THIRD_PARTY in labels:
            return self._third_party("third_party_cue")
        if _PRESENT in labels and self._listener in {Listener.THIRD_PARTY, Listener.VOICEMAIL}:
            # A new voice says it is the customer: identify again.
            return (*self._withdraw("new_voice"), *self._hears(Listener.UNKNOWN, "new_voice"))
        if self._asked_ago is not None:
            self._asked_ago += 1
            answers = _GIVES_IDENTIFIER in labels or _DIGITS.search(folded.line)
            if self._asked_ago <= _ANSWER_WITHIN and answers:
                self._identifiers.add(folded.line)
        return ()

    def _third_party(self, reason: str) -> tuple[Tracked, ...]:
        self._identifiers.clear()
        self._asked_ago = None
        return (*self._withdraw(reason), *self._hears(Listener.THIRD_PARTY, reason))

    def _verify(self) -> tuple[Tracked, ...]:
        if self._verified or self._listener in {Listener.THIRD_PARTY, Listener.VOICEMAIL}:
            return ()
        if self._policy is Policy.HEARD:
            return (*self._hears(Listener.CUSTOMER, "heard"), *self._set(True, "heard"))
        if self._proposed:
            return ()
        self._proposed = True
        return (Tracked(Change.VERIFICATION_PROPOSED, "heard", self._listener, self._verified),)

    def _withdraw(self, reason: str) -> tuple[Tracked, ...]:
        self._proposed = False
        self._identifiers.clear()
        return self._set(False, reason)

    def _set(self, verified: bool, reason: str) -> tuple[Tracked, ...]:
        if self._verified is verified:
            return ()
        self._verified = verified
        change = Change.VERIFIED if verified else Change.VERIFICATION_WITHDRAWN
        return (Tracked(change, reason, self._listener, verified),)

    def _hears(self, listener: Listener, reason: str) -> tuple[Tracked, ...]:
        if self._listener is listener:
            return ()
        self._listener = listener
        return (Tracked(Change.LISTENER_CHANGED, reason, listener, self._verified),)
