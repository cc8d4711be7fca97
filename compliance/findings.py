"""What the monitor says about a call: findings and the state of required statements.

Owns values only.  A finding carries message ids and parameters, never finished prose, so that a
screen, a print or an export can render it in the reader's language and for the reader's role.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What sort of rule speaks."""

    FORBIDDEN = "forbidden"
    REQUIRED = "required"
    ORDERED = "ordered"
    LIMIT = "limit"
    WINDOW = "window"
    CONDUCT = "conduct"
    FACT = "fact"
    ROUTE = "route"


class Severity(StrEnum):
    """How bad a breach is; only `CRITICAL` rules may show a provisional flag."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    HINT = "hint"


class Verdict(StrEnum):
    """`CHECK_FACTS`: the words alone cannot decide.  `NOT_ASSESSABLE`: it was not heard."""

    BREACH = "breach"
    CHECK_FACTS = "check_facts"
    NOT_ASSESSABLE = "not_assessable"


class Status(StrEnum):
    """A flag on a partial is provisional until the final confirms or withdraws it."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class VerifiedLaw(StrEnum):
    """How far the citation was checked by whoever wrote the pack."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    MEMORY = "memory"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Message:
    """A text to be rendered later: `id` names it in the rule set, `params` fill its blanks."""

    id: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FoundBy:
    """How a finding came about, so that it explains itself; of the call it holds slugs only.

    `how` is a slug (`phrase`, `regex`, `sequence`, `similar`, `window`, …), `what` the rule's own
    words: the phrase, the pattern, the example or the limit that spoke.  `closeness` runs from 0 to
    1, which is exact.  `guards` are the readings of the context that were considered, each with
    whether it spoke for excusing the words.  `context` are the parts of the call that decided, by
    name, with what they were; `unknown` names those that were not known.
    """

    how: str
    what: str
    detector: str = ""
    closeness: float = 1.0
    guards: tuple[tuple[str, bool], ...] = ()
    context: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the monitor found, at one moment of its life.

    `id` is born with the first partial that showed it and lives through confirmation or withdrawal.
    `start` and `end` are half-open code-point offsets into the utterance's text as given;
    `start_s` and `end_s` are seconds of call time, `None` where the source has no times.
    `utterance_id` is `None` for a finding about the whole call.
    `do_now` is the one short line for a talking agent, `say_now` a sentence offered for saying
    (a repair where the wrong thing is already out), or `None` where none is true here.
    A finding of a rule on `trial` is for reviewers: it is shown to nobody during the call.
    """

    id: str
    rule: str
    family: str
    kind: Kind
    severity: Severity
    verdict: Verdict
    status: Status
    utterance_id: str | None
    utterance_index: int | None
    start: int
    end: int
    start_s: float | None
    end_s: float | None
    explanation: Message
    do_now: Message | None = None
    say_now: Message | None = None
    trial: bool = False
    found_by: FoundBy | None = None


class StatementState(StrEnum):
    """How far a required statement has got."""

    DUE = "due"
    PARTIAL = "partial"
    SAID = "said"
    MISSED = "missed"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Statement:
    """The state of one required statement; `missing` names its elements not heard yet.

    `interrupted` is whether somebody cut in while it was being said and it was not taken up again.
    """

    id: str
    state: StatementState
    missing: tuple[str, ...] = field(default=())
    interrupted: bool = False
