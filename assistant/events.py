"""What can happen in a call.

Owns the values that flow through the call session: inputs (what the sound, the recogniser and the
agent's keys did) and outputs (what the session made of it).  Everything is frozen and plain;
nothing here computes, reads a clock or formats prose.  Two rules hold for every event:

1. Time arrives inside it.  Call time is audio position: samples on a channel, from the first sample
   captured.  Wall clock appears in `CallStarted`, `LagMeasured` and `ClockSet` only, and in what
   follows from the first: when a task falls due.
2. Inputs alone decide outputs: a stored list of inputs, given to a new session, yields the same
   outputs again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from compliance.context import CallHeader, Listener
from compliance.findings import Finding, Statement
from compliance.transcript import Speaker, Word
from scripts.account import Account
from scripts.promising import Promised
from scripts.prompt import Prompt
from scripts.tasks import Task


class VerificationPolicy(StrEnum):
    """Who decides that the right party is on the line.

    `AGENT`: recognition proposes, the agent's key decides (live, demonstration, training).
    `HEARD`: nobody sits at the keys, so what is said decides (a recording run through).
    """

    AGENT = "agent"
    HEARD = "heard"


class Act(StrEnum):
    """What an agent can tell the program by a key; the value is what is stored."""

    IDENTIFIER_MATCHED = "identifier_matched"  # argument: identifier slug
    IDENTIFIER_MISMATCHED = "identifier_mismatched"  # argument: identifier slug
    VERIFIED = "verified"
    VERIFICATION_WITHDRAWN = "verification_withdrawn"
    THIRD_PARTY = "third_party"
    CUSTOMER_BACK = "customer_back"
    STEP_DONE = "step_done"
    STEP_BACK = "step_back"
    EXIT = "exit"  # argument: exit slug (dispute, hardship, vulnerable, …)
    OBJECTION = "objection"  # argument: objection slug
    FLAG_ACKNOWLEDGED = "flag_acknowledged"  # argument: finding id
    MOMENT_MARKED = "moment_marked"
    NOTICE_GIVEN = "notice_given"  # that the call is recorded has been said, unheard by us
    OPTION_QUOTED = "option_quoted"  # argument: the sentence that states a way to repay
    PROMISE_CONFIRMED = "promise_confirmed"  # read back and agreed; argument: the proposal's number
    PROMISE_DISMISSED = "promise_dismissed"  # it was no promise; argument: likewise
    HELP_ASKED = "help_asked"  # a supervisor is asked for; argument: why, a slug, or nothing
    HELD = "held"  # the microphone is closed; see also `AudioGap`
    RESUMED = "resumed"
    TAKEN_OVER = "taken_over"  # passed to this desk, or back to it: a new voice
    PASSED_ON = "passed_on"  # given away; argument: to whom, a slug of `PASSED_TO`


PASSED_TO = ("specialist", "supervisor", "desk")
"""To whom a call may be passed on."""


class Keep(StrEnum):
    """How much of a call is kept, from all of it to nothing."""

    AUDIO = "audio"  # sound, words, findings
    TRANSCRIPT = "transcript"  # words, findings
    FINDINGS = "findings"  # what was found and pressed, without anybody's words
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class RecordingTerms:
    """On what terms a live call is listened to and kept, as the site decided.

    `notice_first`: nothing is kept before the recording notice was heard or marked.
    `stops_when_refused`: who refuses recording is neither recorded nor recognised from there on.
    `may_pause`: whether the microphone may be closed during the call.
    """

    keep: Keep
    notice_first: bool
    stops_when_refused: bool
    may_pause: bool


CLOCK = "clock"
"""The name of a channel that carries no sound: it only moves the call clock."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an account is known from: the source's name, and when it was true.

    `as_of` is ISO 8601 with an offset; empty: nobody knows.
    """

    source: str
    as_of: str = ""


class Source(StrEnum):
    """What a call that others recorded was imported from; the value is what is stored."""

    RECORDING = "recording"  # sound; recognised here
    CONTACT_LENS = "contact-lens"  # words alone, recognised elsewhere
    WEBVTT = "webvtt"  # likewise
    JSONL = "jsonl"  # likewise


@dataclass(frozen=True, slots=True)
class Imported:
    """How a call that others recorded came in, and what they said of it.

    `digest` is the SHA-256 of what was read, hex.  `direction` is `inbound`, `outbound` or empty,
    `account` an account's id alone: what stood in the account then is not known.  `time_known` is
    whether anybody said when the call took place; else `CallStarted.started_at_utc` is when it was
    imported.
    """

    source: Source
    digest: str
    time_known: bool
    direction: str = ""
    account: str = ""
    agent_id: str = ""
    agent_name: str = ""

    @property
    def elsewhere(self) -> bool:
        """Whether the transcript was made elsewhere, so that no sound stands behind it."""
        return self.source is not Source.RECORDING


# ---- inputs ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The first event of every call.

    `started_at_utc` is ISO 8601 with offset +00:00 and `zone` an IANA name: the wall clock and zone
    of the desk at sample 0.  The four hashes are sha256 hex digests of what judged and guided the
    call.  `account` is the snapshot as shown.  `recording` are the terms of a live call; a
    call that others recorded has none.  `imported` is for a call that came in by an import.
    """

    header: CallHeader
    policy: VerificationPolicy
    version: str
    started_at_utc: str
    zone: str
    rules_hash: str
    scripts_hash: str
    model: str
    model_hash: str
    account_hash: str
    account: Account | None = None
    recording: RecordingTerms | None = None
    imported: Imported | None = None

    @property
    def account_id(self) -> str:
        """The account's id, where at least that is known; else empty."""
        if self.account is not None:
            return self.account.id
        return self.imported.account if self.imported is not None else ""


@dataclass(frozen=True, slots=True)
class ChannelOpened:
    """A channel exists.  `channel` counts from 0; `rate_hz` is the unit of its call time."""

    channel: int
    name: str
    speaker: Speaker
    rate_hz: int


@dataclass(frozen=True, slots=True)
class AudioAdvanced:
    """Sound up to `sample` was recognised; twice a second.  `level_db` is RMS, 0 full scale."""

    channel: int
    sample: int
    level_db: float


@dataclass(frozen=True, slots=True)
class AudioGap:
    """`samples` from `sample` on were not heard.

    `reason` is a slug: `truncated`, `overrun` (lost on the way from a device), `stalled` (a device
    runs and gives nothing), `device_lost`, `suspended` (the machine was, or this program),
    `recogniser_failed`, `music` (no words are taken from it), `paused` (the microphone was closed),
    `refused` (the customer refused recording), `before_notice` (not kept).  A long one may be told
    in pieces that follow one another.
    """

    channel: int
    sample: int
    samples: int
    reason: str


@dataclass(frozen=True, slots=True)
class DriftMeasured:
    """This channel's device clock against channel 0, in parts per million."""

    channel: int
    sample: int
    ppm: float


@dataclass(frozen=True, slots=True)
class RecognisedWord:
    """A word of a final; `start` and `end` are samples on the channel, `confidence` 0 to 1."""

    text: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class PartialRecognised:
    """The hypothesis so far; `sample` is how much sound the recogniser had when it said so."""

    channel: int
    sample: int
    text: str


@dataclass(frozen=True, slots=True)
class FinalRecognised:
    """An endpoint: the hypothesis is settled.  Empty text means that there was no speech after all.

    `text` and `words` are what is judged.  Where a recognition correction changed them, or words
    were tones on the line, `heard` is what the recogniser itself said; otherwise it is empty.
    `cut` is whether the sound broke off here (the call was cancelled, the recording ends early), so
    that the last word may be half one.
    """

    channel: int
    sample: int
    text: str
    words: tuple[RecognisedWord, ...] = ()
    heard: tuple[RecognisedWord, ...] = ()
    cut: bool = False


@dataclass(frozen=True, slots=True)
class LagMeasured:
    """How far recognition is behind the sound, in seconds of wall clock, and sound lost so far."""

    channel: int
    sample: int
    lag_s: float
    lost_s: float


@dataclass(frozen=True, slots=True)
class ClockSet:
    """The desk's wall clock was set in mid-call, by `seconds` (negative: back).

    Call time is not touched by it, nor is the call's start: which of the two clocks was right,
    nobody here knows.
    """

    sample: int
    seconds: float


@dataclass(frozen=True, slots=True)
class AgentActed:
    """A key that changes state.  `sample` is the position on channel 0 when it was pressed."""

    act: Act
    sample: int
    argument: str = ""


@dataclass(frozen=True, slots=True)
class AccountLinked:
    """The account of who is on the line became known, or turned out to be another one.

    `sample` is the position on channel 0, `account_hash` as in `CallStarted`; `account` is the
    snapshot as shown from here on.
    """

    account: Account
    account_hash: str
    origin: Origin
    sample: int


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The last input.

    `reason` is a slug: `hung_up`, `end_of_recording`, `cancelled`, `failed`, `suspended` (the
    machine slept over the call).
    """

    sample: int
    reason: str


Input = (
    CallStarted
    | ChannelOpened
    | AudioAdvanced
    | AudioGap
    | DriftMeasured
    | PartialRecognised
    | FinalRecognised
    | LagMeasured
    | ClockSet
    | AgentActed
    | AccountLinked
    | CallEnded
)

# ---- outputs -----------------------------------------------------------------------------------
# Times ending in `_s` are seconds of call time from the first sample.


@dataclass(frozen=True, slots=True)
class Started:
    """The session is ready; repeats what `CallStarted` said."""

    start: CallStarted


@dataclass(frozen=True, slots=True)
class UtterancePartial:
    """An utterance as far as it is heard; `id` is stable from here to the final."""

    id: str
    speaker: Speaker
    text: str
    words: tuple[Word, ...]
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class UtteranceFinal:
    """An utterance, settled.  `index` counts finals of the call from 0.

    `heard` is the text as it was recognised, where a recognition correction changed it; else empty.
    """

    id: str
    index: int
    speaker: Speaker
    text: str
    words: tuple[Word, ...]
    start_s: float
    end_s: float
    heard: str = ""


@dataclass(frozen=True, slots=True)
class UtteranceDropped:
    """A partial that turned out to be no speech; the times are those it last had."""

    id: str
    speaker: Speaker
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class FindingChanged:
    """A finding was born or changed.  `quote` is the text from `start` to `end` as given."""

    finding: Finding
    quote: str
    call_s: float


@dataclass(frozen=True, slots=True)
class FindingStanding:
    """A provisional finding has stood for two seconds and may be shown as standing."""

    finding_id: str
    call_s: float


@dataclass(frozen=True, slots=True)
class PromptChanged:
    """What to say now changed; `prompt` carries stage, step, line, next line and choices."""

    prompt: Prompt
    call_s: float


@dataclass(frozen=True, slots=True)
class ObjectionHeard:
    """The customer objected; `talk_off` is the approved reply, empty where none may be given."""

    objection: str
    talk_off: str
    call_s: float


class PromiseStatus(StrEnum):
    """How far a promise to pay has come; recognition proposes, the agent confirms."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class PromiseChanged:
    """What the customer promises changed; a later proposal takes the place of an earlier one."""

    promised: Promised
    status: PromiseStatus
    call_s: float


@dataclass(frozen=True, slots=True)
class StatementChanged:
    """A required statement's state changed."""

    statement: Statement
    call_s: float


class IdentifierState(StrEnum):
    """A match box: nothing said yet, proposed by recognition, or decided by the agent."""

    OPEN = "open"
    PROPOSED = "proposed"
    MATCHED = "matched"
    MISMATCHED = "mismatched"


@dataclass(frozen=True, slots=True)
class IdentifierChanged:
    """A match box changed."""

    identifier: str
    state: IdentifierState
    call_s: float


@dataclass(frozen=True, slots=True)
class VerificationChanged:
    """May the debt be spoken of?  `proposed`: recognition suggests that it may, the agent decides.

    `reason` is a slug: `agent`, `heard`, `third_party_cue`, `new_voice`, `agent_withdrew`,
    `account_linked`.
    """

    verified: bool
    proposed: bool
    reason: str
    call_s: float


@dataclass(frozen=True, slots=True)
class ListenerChanged:
    """Who hears the agent changed."""

    listener: Listener
    call_s: float


@dataclass(frozen=True, slots=True)
class ChannelProgress:
    """One channel's share of `Progress`; `talk_s` is seconds of final speech so far."""

    speaker: Speaker
    level_db: float
    talk_s: float


@dataclass(frozen=True, slots=True)
class Progress:
    """The call clock moved.  `silence_s` is how long nobody has spoken."""

    call_s: float
    channels: tuple[ChannelProgress, ...]
    silence_s: float


@dataclass(frozen=True, slots=True)
class GapHeard:
    """Sound of a channel was lost: what was said then is not assessable."""

    channel: str
    start_s: float
    duration_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class LagChanged:
    """How far recognition is behind, wall clock seconds; `lost_s` of sound never recognised."""

    channel: str
    lag_s: float
    lost_s: float
    call_s: float


@dataclass(frozen=True, slots=True)
class ClockChanged:
    """The wall clock was set by so many seconds: when the call began is in doubt."""

    seconds: float
    call_s: float


@dataclass(frozen=True, slots=True)
class Transferred:
    """The call was given away, or came to this desk: whoever was confirmed is so no more.

    `to` is a slug of `PASSED_TO`, empty: this desk.  From the moment at which it is given away
    until it comes back nothing that is said is judged or followed.
    """

    to: str
    call_s: float


@dataclass(frozen=True, slots=True)
class MomentMarked:
    """The agent marked this moment for later."""

    call_s: float


@dataclass(frozen=True, slots=True)
class FlagAcknowledged:
    """The agent put a flag away.  That a flag was not put away is recorded nowhere."""

    finding_id: str
    call_s: float


class RecordingState(StrEnum):
    """Whether a live call is kept at this moment."""

    OFF = "off"  # nothing of this call is kept
    WAITING = "waiting"  # for the recording notice; nothing is kept before it
    ON = "on"
    REFUSED = "refused"  # the customer refused: neither recorded nor recognised any more


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    """What happens to this call's sound and words changed; `keep` is how much is kept while on."""

    state: RecordingState
    keep: Keep
    call_s: float


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """The microphone was closed by a key, or opened again."""

    held: bool
    call_s: float


@dataclass(frozen=True, slots=True)
class CustomerDid:
    """Where the customer is not heard: what the agent's key said of them.

    `doing` is `verified`, `verification_withdrawn`, `third_party`, `customer_back`, or the slug of
    an exit, a stage or an objection.
    """

    doing: str
    call_s: float


@dataclass(frozen=True, slots=True)
class TaskRaised:
    """Somebody else has something to do; told again, with the same id, as more speaks for it.

    `raised_at_utc` and `due_at_utc` are ISO 8601, empty where nobody knows when the call was;
    `by_day` is whether the whole of the day counts, `by_law` whether a law sets it.  Whether
    anybody hears of the task hangs on whether the call is kept.
    """

    task: Task
    raised_at_utc: str
    due_at_utc: str
    by_day: bool
    by_law: bool
    call_s: float


@dataclass(frozen=True, slots=True)
class TaskWithdrawn:
    """Nothing is left of a task: the agent said that it was none, or a finding was withdrawn."""

    task: Task
    call_s: float


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """The call goes on with this account; the match boxes are its own."""

    account: Account
    account_hash: str
    origin: Origin
    call_s: float


@dataclass(frozen=True, slots=True)
class LinkRefused:
    """An account was not linked; `reason` is a slug: `jurisdiction`, `collector`."""

    reason: str
    call_s: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The last output.  `not_assessable` names rules that could not be judged on this call."""

    duration_s: float
    reason: str
    not_assessable: tuple[str, ...]


Output = (
    Started
    | UtterancePartial
    | UtteranceFinal
    | UtteranceDropped
    | FindingChanged
    | FindingStanding
    | PromptChanged
    | ObjectionHeard
    | PromiseChanged
    | StatementChanged
    | IdentifierChanged
    | VerificationChanged
    | ListenerChanged
    | Progress
    | GapHeard
    | LagChanged
    | ClockChanged
    | Transferred
    | MomentMarked
    | FlagAcknowledged
    | RecordingChanged
    | HoldChanged
    | CustomerDid
    | TaskRaised
    | TaskWithdrawn
    | AccountChanged
    | LinkRefused
    | Ended
)


SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event on its way to disk, pipe or screen: schema version, call id, sequence number."""

    schema: int
    call: str
    seq: int
    event: Input | Output
