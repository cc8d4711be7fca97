"""Follows, by what is said, who hears the agent and whether the right party was confirmed.

Owns the state `verified` and `listener` of one call, and the cues that change it.  A cue that
somebody else is on the line always withdraws verification, whoever decides otherwise: that is the
safe side.  A cue that the party is verified is adopted where nobody sits at the keys (`HEARD`) and
only proposed where an agent does (`AGENT`).  It judges no rule and reads no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from compliance.context import CallContext, CallHeader, Listener
from compliance.identifiers import Identifiers
from compliance.phrases import PhraseSet
from compliance.text import Folded
from compliance.transcript import Speaker, Utterance

# Cue labels in `packs/cues/<language>.yaml`; the prefix says whose words they are.
_THIRD_PARTY = "says_third_party"  # somebody else speaks, whatever was confirmed before
_ABSENT = "says_absent"  # he is out; the answer to a request for him, or a customer's own story
_ASKS_WHO = "says_who_calls"
_PRESENT = "says_present"
_MACHINE = "says_machine"
_ASKS_PERSON = "asks_person"
_ASKS = "asks_identity_"
_CONFIRMS_IDENTITY = "confirms_identity"
_REFUSES_IDENTITY = "refuses_identity"
_MISMATCHES_IDENTITY = "mismatches_identity"
_ACKNOWLEDGES = "acknowledges"

_ANSWER_WITHIN = 6  # utterances after the question in which an answer counts as an identifier
_PERSON_WITHIN = 3  # utterances after a request for the person in which his absence is its answer
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

    def __init__(
        self,
        header: CallHeader,
        cues: PhraseSet,
        policy: Policy = Policy.HEARD,
        *,
        identifiers_known: bool = False,
    ) -> None:
        """Start from what the header knows; `cues` are those of the rule set (`RuleSet.cues`).

        With `identifiers_known` somebody compares what is said with the account and calls
        `set_verified`; the agent's words alone then verify nobody.
        """
        self._header = header
        self._cues = cues
        self._policy = policy
        self._identifiers_known = identifiers_known
        self._verified = header.verified
        self._listener = header.listener
        self._stage: str | None = None
        self._asked_ago: int | None = None
        self._person_ago: int | None = None
        self._agent_spoke = False
        self._other_spoke = False
        self._identifiers = Identifiers()
        self._proposed = False
        self._told_apart = False  # a transcript said that somebody else spoke

    @property
    def context(self) -> CallContext:
        """What holds now."""
        return CallContext(self._header, self._verified, self._listener, self._stage)

    def links(self, header: CallHeader, *, identifiers_known: bool) -> None:
        """The call's account became known: what it says, and whether it knows identifiers."""
        self._header = header
        self._identifiers_known = identifiers_known

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
        folded = self._cues.fold(utterance.text)
        labels = {match.label for match in self._cues.search(folded)}
        if utterance.speaker is Speaker.AGENT:
            return self._hear_agent(labels)
        if utterance.speaker is Speaker.THIRD_PARTY:
            self._told_apart = True
            return self._third_party("third_party_cue")
        if utterance.speaker is Speaker.CUSTOMER:
            return (*self._handed_over(), *self._hear_other_side(labels, folded))
        return ()

    def _handed_over(self) -> tuple[Tracked, ...]:
        """Where the transcript tells the voices apart, the customer's is a new one: identify."""
        if not self._told_apart:
            return ()
        self._told_apart = False
        if self._listener is not Listener.THIRD_PARTY:
            return ()
        return (*self._withdraw("new_voice"), *self._hears(Listener.UNKNOWN, "new_voice"))

    def _hear_agent(self, labels: set[str]) -> tuple[Tracked, ...]:
        self._agent_spoke = True
        asked = {label.removeprefix(_ASKS) for label in labels if label.startswith(_ASKS)}
        if self._person_ago is not None:
            self._person_ago += 1
        if _ASKS_PERSON in labels:
            self._person_ago = 0
        if _MISMATCHES_IDENTITY in labels:
            self._identifiers.refuse()
        elif _REFUSES_IDENTITY not in labels and self._accepts(labels, asked):
            return self._verify()
        if asked:
            self._identifiers.asked |= asked
            self._asked_ago = 0
        elif self._asked_ago is not None:
            self._asked_ago += 1
        return ()

    def _accepts(self, labels: set[str], asked: set[str]) -> bool:
        """Whether the agent's words say that the right party is confirmed.

        To say so expressly needs an identifier that was asked for and given, or a line on which the
        other side is not heard at all; to thank for the answers needs two of them.
        """
        answered = self._identifiers.answered()
        if _CONFIRMS_IDENTITY in labels:
            return answered > 0 or not self._other_spoke
        return answered >= _IDENTIFIERS_NEEDED and _ACKNOWLEDGES in labels and not asked

    def _hear_other_side(self, labels: set[str], folded: Folded) -> tuple[Tracked, ...]:
        self._other_spoke = True
        if self._person_ago is not None:
            self._person_ago += 1
        if _MACHINE in labels:
            return (*self._withdraw("machine"), *self._hears(Listener.VOICEMAIL, "machine"))
        if _THIRD_PARTY in labels or (_ABSENT in labels and self._means_the_person(labels)):
            return self._third_party("third_party_cue")
        if _PRESENT in labels and self._listener in {Listener.THIRD_PARTY, Listener.VOICEMAIL}:
            # A new voice says it is the customer: identify again.
            return (*self._withdraw("new_voice"), *self._hears(Listener.UNKNOWN, "new_voice"))
        if self._asked_ago is not None:
            self._asked_ago += 1
            if self._asked_ago <= _ANSWER_WITHIN:
                self._identifiers.hear(folded.line)
        return ()

    def _means_the_person(self, labels: set[str]) -> bool:
        """Whether `he is out` tells of the customer; a customer's own family may be out as well."""
        if _ASKS_WHO in labels:
            return True
        if self._verified:
            return False
        asked = self._person_ago is not None and self._person_ago <= _PERSON_WITHIN
        return asked or not self._agent_spoke

    def _third_party(self, reason: str) -> tuple[Tracked, ...]:
        self._identifiers.forget()
        self._asked_ago = None
        return (*self._withdraw(reason), *self._hears(Listener.THIRD_PARTY, reason))

    def _verify(self) -> tuple[Tracked, ...]:
        if self._verified or self._listener in {Listener.THIRD_PARTY, Listener.VOICEMAIL}:
            return ()
        if self._policy is Policy.HEARD:
            if self._identifiers_known:
                return ()
            return (*self._hears(Listener.CUSTOMER, "heard"), *self._set(True, "heard"))
        if self._proposed:
            return ()
        self._proposed = True
        return (Tracked(Change.VERIFICATION_PROPOSED, "heard", self._listener, self._verified),)

    def _withdraw(self, reason: str) -> tuple[Tracked, ...]:
        self._proposed = False
        self._identifiers.forget()
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
