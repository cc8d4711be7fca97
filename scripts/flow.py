"""A call flow as values: stages with steps, exits, talk-offs, and what is listened for.

Owns the shapes that `scripts.flow_file` fills from YAML and `scripts.engine` walks, and decides
which wording of a step may be said in a given state.  It reads no file and keeps no state of a
call.  A line that needs what is not there is not said: another wording or the neutral one stands
in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from compliance.context import Collector, Listener
from compliance.phrases import PhraseSet
from scripts.prompt import EXITS, STAGES
from scripts.strategy import Strategy
from scripts.telling import Telling

# Main-line stages that may be said to anybody; all later ones wait for the right party.
BEFORE_VERIFICATION = ("opening", "verification")
RETURN = "return"  # after an exit: back to where the call was
END = "end"  # after an exit: the call is over, the last line stays


class FlowStatus(StrEnum):
    """Where a flow stands in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


def line_environment() -> SandboxedEnvironment:
    """The template environment of lines: sandboxed, and an unknown slot is an error."""
    # Lines are spoken, not markup: nothing is to be escaped.
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides which lines may be said: who listens, whether the debt may be spoken of, facts.

    `fields` holds the slots that may be filled now; before verification those of the debt are not
    in it.  A fact that is absent is unknown, and a line that needs it is not said.  `strategy` is
    what the case asks for, `None` where nothing is known of it; `inbound` is whether the customer
    called.
    """

    open: bool
    listener: Listener
    collector: Collector
    facts: Mapping[str, bool]
    fields: Mapping[str, str]
    strategy: Strategy | None = None
    inbound: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One wording, and what must hold for it to be sayable and true.

    `pieces` are the text in turns: as it is, the name of a slot, as it is, …  Empty `collectors`,
    `listeners` and `strategies` allow any, and so does `inbound` where it is `None`.  `verified`
    lines wait for the right party.
    """

    text: str
    pieces: tuple[str, ...]
    slots: frozenset[str] = frozenset()
    collectors: frozenset[Collector] = frozenset()
    listeners: frozenset[Listener] = frozenset()
    facts: tuple[tuple[str, bool], ...] = ()
    verified: bool = False
    strategies: frozenset[Strategy] = frozenset()
    inbound: bool | None = None

    @property
    def made_for(self) -> tuple[bool, bool]:
        """How near a line is to the case: who called weighs more than the strategy."""
        return self.inbound is not None, bool(self.strategies)

    def waits(self, situation: Situation) -> bool:
        """Whether only the missing verification keeps this line back."""
        return self.verified and not situation.open and self._fits(situation)

    def sayable(self, situation: Situation) -> bool:
        """Whether the line may be said as things stand."""
        return (
            (situation.open or not self.verified)
            and self._fits(situation)
            and self.slots <= situation.fields.keys()
        )

    def _fits(self, situation: Situation) -> bool:
        return (
            (not self.collectors or situation.collector in self.collectors)
            and (not self.listeners or situation.listener in self.listeners)
            and (not self.strategies or situation.strategy in self.strategies)
            and (self.inbound is None or situation.inbound is self.inbound)
            and all(situation.facts.get(slug) is value for slug, value in self.facts)
        )

    def fill(self, situation: Situation) -> str:
        """The sentence, filled; call only for a sayable line."""
        fields = situation.fields
        return "".join(
            fields[piece] if place % 2 else piece for place, piece in enumerate(self.pieces)
        )


@dataclass(frozen=True, slots=True)
class Said:
    """A filled line; `withheld` where a fuller one waits for verification."""

    line: str
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to say.  `id` is `stage.name`; `required` steps are offered again when skipped.

    `lines` are natural wordings of which one is chosen for the whole call, among those nearest to
    the case; `otherwise` are tried in order where none of them may be said, and the last of these
    needs nothing.  A step of some `strategies`, or of calls that are `inbound` or not, is none of
    others; one that is `left_out` is gone past in these, unless the customer's words lead to it.
    """

    id: str
    stage: str
    lines: tuple[Line, ...]
    otherwise: tuple[Line, ...] = ()
    required: bool = False
    strategies: frozenset[Strategy] = frozenset()
    left_out: frozenset[Strategy] = frozenset()
    inbound: bool | None = None

    def belongs(self, strategy: Strategy | None, *, inbound: bool) -> bool:
        """Whether the step is one of such a call at all."""
        return (not self.strategies or strategy in self.strategies) and (
            self.inbound is None or self.inbound is inbound
        )

    def say(self, situation: Situation, call: str) -> Said:
        """The wording for this call in this situation; the same for the same arguments."""
        wordings = [line for line in self.lines if line.sayable(situation)]
        withheld = not wordings and any(line.waits(situation) for line in self.lines)
        if not wordings:
            wordings = [line for line in self.otherwise if line.sayable(situation)][:1]
        if not wordings:
            return Said("", withheld)
        nearest = max(line.made_for for line in wordings)
        wordings = [line for line in wordings if line.made_for == nearest]
        digest = hashlib.sha256(f"{call}/{self.id}".encode()).digest()
        chosen = wordings[int.from_bytes(digest[:4], "big") % len(wordings)]
        return Said(chosen.fill(situation), withheld)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the main line, with the objections and exits offered by number in it."""

    slug: str
    steps: tuple[Step, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of the main line.

    `priority` decides between two heard at once, higher first.  `verified` exits wait until the
    right party is confirmed.  `then` is `return`, `end`, or a stage to go on with; `answers` are
    main-line steps that the customer's words have made unnecessary.  From a `firm` exit the agent's
    going on with the main line does not lead back: a stop is a stop.
    """

    slug: str
    steps: tuple[Step, ...]
    priority: int
    then: str = RETURN
    verified: bool = False
    firm: bool = False
    answers: frozenset[str] = frozenset()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TalkOff:
    """The approved reply to an objection: acknowledge, restate, ask.

    `stages` says where the customer's words call it up; `then` is as for an exit, and may name one.
    """

    slug: str
    step: Step
    stages: frozenset[str]
    then: str = RETURN
    verified: bool = False
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow for one language and one kind of collector.

    `withheld` is what is said in place of anything that waits for verification.  `heard` and `near`
    listen to the agent (label: step id; `near` counts only for the step that is due or the one
    after it), `cues` to the customer (label: exit or objection), `unless` to what speaks against an
    exit that no cue called for; `routes` names the exits and objections that a route of the rules
    calls for.  `tellings` are the words by which its
    lines are told when the agent says them in other words.  `content_hash` is the sha256 hex
    digest of the file it came from and of the collector.
    """

    language: str
    jurisdiction: str
    collector: Collector
    version: int
    status: FlowStatus
    stages: tuple[Stage, ...]
    exits: Mapping[str, Exit]
    talk_offs: Mapping[str, TalkOff]
    withheld: Step
    heard: PhraseSet
    near: PhraseSet
    cues: PhraseSet
    unless: PhraseSet
    routes: Mapping[str, tuple[str, ...]]
    content_hash: str
    tellings: tuple[Telling, ...] = ()

    @property
    def main_line(self) -> tuple[Step, ...]:
        """All steps of all stages, in order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of a file that some line depends on, by name."""
        named = {
            fact
            for step in self.every_step()
            for line in (*step.lines, *step.otherwise)
            for fact, _ in line.facts
        }
        return tuple(sorted(named))

    def every_step(self) -> tuple[Step, ...]:
        """All steps: main line, exits, talk-offs, the withheld line."""
        return (
            *self.main_line,
            *(step for leave in self.exits.values() for step in leave.steps),
            *(reply.step for reply in self.talk_offs.values()),
            self.withheld,
        )


__all__ = [
    "BEFORE_VERIFICATION",
    "END",
    "EXITS",
    "RETURN",
    "STAGES",
    "Exit",
    "Flow",
    "FlowStatus",
    "Line",
    "Said",
    "Situation",
    "Stage",
    "Step",
    "TalkOff",
    "line_environment",
]
