"""What the script says now, as values.

Owns the prompt that the engine hands up: the line to say, what comes next, the stages and the
choices.  Lines are in the language of the call, finished and filled; they are spoken text, not
interface text.
"""

from __future__ import annotations

from dataclasses import dataclass

STAGES = (
    "opening",
    "verification",
    "purpose",
    "situation",
    "impact",
    "options",
    "commitment",
    "recap",
    "close",
)

EXITS = (
    "third_party",
    "wrong_number",
    "screener",
    "voicemail",
    "dispute",
    "hardship",
    "vulnerable",
    "complaint",
    "represented",
    "cease_contact",
    "deceased",
    "insolvency",
    "callback",
    "abuse",
    "language_barrier",
    "recording_refused",
)

PASSED_ON = "passed_on"
"""What happened to a call that was given away; no part of a flow."""

OBJECTIONS = (
    "cannot_pay",
    "lost_job",
    "illness",
    "bereavement",
    "waiting_for_pay",
    "already_paid",
    "amount_wrong",
    "not_mine",
    "fraud",
    "too_much_at_once",
    "another_debt_first",
    "spouse_decides",
    "partner_debt",
    "no_time_now",
    "prove_it",
    "stop_calling",
    "talk_to_lawyer",
    "fees_unfair",
    "rate_too_high",
    "bad_service",
    "credit_already_ruined",
    "is_this_a_scam",
    "refuse_identity",
    "refuse_recording",
    "will_not_pay",
)

DANGER = "vulnerable"
DISTRESS = "distress"
REPLIES = (*OBJECTIONS, DISTRESS)
"""What a flow has a reply to: the objections, and whom it is too much for, which is none."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The script at one moment.

    `stage` is a slug of `STAGES` or `EXITS`; `step` the step's id in the flow; `line` the sentence
    to say now, `next_line` the one after it (empty at the end); `stages` the main line's stages in
    order, `done` those behind; `choices` the objections or exits offered by number here.
    `strategy` is the slug of what the case asks for; empty where nothing is known of it.
    `talk` is the stage or exit that is being spoken of, as heard: the script may hold something
    else due, and what comes next may be of the next stage.
    `withheld` is true where the flow has a fuller line that may not be said yet (debt before
    verification) and a neutral one stands in.
    """

    stage: str
    step: str
    line: str
    next_line: str = ""
    stages: tuple[str, ...] = STAGES
    done: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    withheld: bool = False
    strategy: str = ""
    talk: str = ""

    @property
    def spoken_of(self) -> str:
        """The stage or exit that is being spoken of; the script's own where nothing was heard.

        In danger it is that, whatever else is spoken of meanwhile.
        """
        return self.stage if self.stage == DANGER else self.talk or self.stage
