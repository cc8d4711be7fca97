"""What happened in a call, for its wrap-up and for the counts that go back to the bank.

Owns the step from events to `Happening`s: why the call went as it did, what the customer objected
to or found wrong, which ways to repay were named, which statements were given and which were not,
what was found.  It words nothing and knows no screen and no clock.  An event costs the same however
long the call has been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from assistant.events import (
    Act,
    AgentActed,
    CustomerDid,
    FindingChanged,
    Input,
    ObjectionHeard,
    Output,
    PromptChanged,
    StatementChanged,
)
from compliance.findings import Finding, Kind, Statement, StatementState, Status
from compliance.pack_routes import route_of
from scripts.outcomes_summary import About, Happening
from scripts.prompt import EXITS, OBJECTIONS

COMPLAINTS = frozenset(
    {
        "complaint",
        "bad_service",
        "fees_unfair",
        "rate_too_high",
        "amount_wrong",
        "stop_calling",
        "is_this_a_scam",
    }
)
"""The exit and the objections that say something of product or service."""

_ROUTES: Mapping[str, str] = {
    "self_harm": "vulnerable",
    "distress": "vulnerable",
    "domestic_abuse": "vulnerable",
    "illness": "illness",
    "bereavement": "bereavement",
    "dispute": "dispute",
    "paid": "already_paid",
    "lawyer": "represented",
    "insolvency": "insolvency",
    "cease_contact": "cease_contact",
    "inconvenient": "callback",
    "wrong_person": "wrong_number",
    "third_party": "third_party",
    "minor": "third_party",
    "complaint": "complaint",
    "threat_to_agent": "abuse",
    "refuses_recording": "recording_refused",
    "interpreter": "language_barrier",
    "scam_question": "is_this_a_scam",
}
"""What callers say that routes a call (`packs/routes.yaml`), as the exit or objection it is."""

_STATEMENTS = {
    StatementState.SAID: About.STATEMENT,
    StatementState.DUE: About.MISSED,
    StatementState.PARTIAL: About.MISSED,
    StatementState.MISSED: About.MISSED,
    StatementState.CANNOT_TELL: About.CANNOT_TELL,
}

_SAME_S = 10.0
"""A key and the words that it stands for, or a route and the objection heard in it, are one."""


class CallHappenings:
    """Gathers what happened in one call, from its outputs or from what is kept of it."""

    def __init__(self) -> None:
        self._told: list[Happening] = []
        self._last: dict[tuple[About, str], float] = {}
        self._statements: dict[str, tuple[Statement, float]] = {}
        self._findings: dict[str, tuple[Finding, float]] = {}
        self._stage = ""
        self._take: Mapping[type, Callable[..., None]] = {
            PromptChanged: self._prompt,
            ObjectionHeard: self._objected,
            CustomerDid: self._did,
            StatementChanged: self._stated,
            FindingChanged: self._found,
        }

    def take(self, event: Output | Input) -> None:
        """Take one output in; what it does not know, it passes over."""
        take = self._take.get(type(event))
        if take is not None:
            take(event)

    def pressed(self, act: Act, argument: str, call_s: float) -> None:
        """The agent pressed a key; `argument` is the exit or objection, or the way to repay."""
        match act:
            case Act.EXIT | Act.OBJECTION:
                self._slug(argument, call_s)
            case Act.OPTION_QUOTED if argument:
                self._add(About.OPTION, argument, call_s)

    @property
    def all(self) -> tuple[Happening, ...]:
        """Everything, in the order of the call."""
        told = list(self._told)
        for statement, call_s in self._statements.values():
            told.append(Happening(_STATEMENTS[statement.state], statement.id, call_s))
        for finding, call_s in self._findings.values():
            if finding.kind is Kind.ROUTE or finding.trial:
                continue
            if finding.status is Status.CONFIRMED:
                told.append(Happening(About.FINDING, finding.rule, call_s))
        return tuple(sorted(told, key=lambda happening: happening.at_s))

    # ---- one event after the other -------------------------------------------------------------

    def _prompt(self, event: PromptChanged) -> None:
        stage = event.prompt.stage
        if stage != self._stage and stage in EXITS:
            self._slug(stage, event.call_s)
        self._stage = stage

    def _objected(self, event: ObjectionHeard) -> None:
        self._slug(event.objection, event.call_s)

    def _did(self, event: CustomerDid) -> None:
        self._slug(event.doing, event.call_s)

    def _stated(self, event: StatementChanged) -> None:
        self._statements[event.statement.id] = (event.statement, event.call_s)

    def _found(self, event: FindingChanged) -> None:
        finding = event.finding
        if finding.status is Status.WITHDRAWN:
            self._findings.pop(finding.id, None)
            return
        _before, first_s = self._findings.get(finding.id, (finding, event.call_s))
        self._findings[finding.id] = (finding, first_s)
        routed = finding.kind is Kind.ROUTE and not finding.trial
        if routed and finding.status is Status.CONFIRMED:
            self._slug(_ROUTES.get(route_of(finding.rule), ""), event.call_s)

    def _slug(self, slug: str, call_s: float) -> None:
        if slug in EXITS:
            # What a call is about, it is about once, however often the script comes back to it.
            if (About.REASON, slug) not in self._last:
                self._add(About.REASON, slug, call_s)
        elif slug in OBJECTIONS:
            self._add(About.OBJECTION, slug, call_s)
        if slug in COMPLAINTS:
            self._add(About.COMPLAINT, slug, call_s)

    def _add(self, about: About, slug: str, call_s: float) -> None:
        before = self._last.get((about, slug))
        if before is None or call_s - before >= _SAME_S:
            self._told.append(Happening(about, slug, call_s))
            self._last[about, slug] = call_s


def kept_happenings(
    inputs: Iterable[Input], outputs: Iterable[Output], rate_hz: int
) -> tuple[Happening, ...]:
    """What is known of a kept call that nobody wrapped up: by its keys and its findings.

    Args:
        inputs: of the call; of them, keys matter.
        outputs: what is kept beside them.
        rate_hz: samples in a second on the first channel, by which keys are timed.
    """
    gathered = CallHappenings()
    for event in inputs:
        if isinstance(event, AgentActed):
            # The sentence of a way to repay says in words which it was, and those stay sealed.
            argument = "" if event.act is Act.OPTION_QUOTED else event.argument
            gathered.pressed(event.act, argument, event.sample / rate_hz)
    for output in outputs:
        gathered.take(output)
    return gathered.all
