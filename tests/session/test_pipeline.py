"""The pipeline: at every pace the same events, after every failure a clean end."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.call_writing import CallWriting
from assistant.composition import RecordedCall, prepare
from assistant.demo.calls import demonstration_call
from assistant.events import (
    Act,
    CallEnded,
    CallStarted,
    Ended,
    Envelope,
    FindingChanged,
    GapHeard,
    Input,
    LagChanged,
    MomentMarked,
    Origin,
    Output,
    RecognisedWord,
    Started,
    TaskRaised,
    UtteranceFinal,
    VerificationPolicy,
)
from assistant.pacing import LivePacer, Pacer
from assistant.pipeline import CallRun, Correct, Delivery
from assistant.speech.correction_files import corrector_for
from assistant.speech.models import demonstration_model
from assistant.speech.recogniser import (
    FinalHypothesis,
    Hypothesis,
    PartialHypothesis,
    Recogniser,
)
from assistant.speech.recording import Chunk, SourceChannel
from compliance.context import Collector
from compliance.errors import AssistantError
from compliance.findings import Kind, Status, Verdict
from compliance.transcript import Speaker
from scripts.account import Account, load_account
from tests.session.conftest import RATE_HZ, account, guidance, started

T = TypeVar("T")
CHUNK = 800
THREAT = "you will be arrested"


@dataclass(slots=True)
class Outcome:
    """What one run delivered, kept and told."""

    outputs: list[Output] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def deliver(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self.outputs += [envelope.event for envelope in delivery.envelopes]  # type: ignore[misc]

    @property
    def timeless(self) -> list[Output]:
        """Everything but what the wall clock says."""
        return [
            replace(output, raised_at_utc="", due_at_utc="")
            if isinstance(output, TaskRaised)
            else output
            for output in self.outputs
            if not isinstance(output, Started | LagChanged)
        ]


def of_type(outputs: Sequence[Output], kind: type[T]) -> list[T]:
    return [output for output in outputs if isinstance(output, kind)]


# ---- the real thing --------------------------------------------------------------------------


@functools.cache
def demonstration(speed: float | None) -> tuple[Outcome, tuple[Input, ...]]:
    """The American call through real Vosk at a speed; its outcome and the inputs that were kept."""
    shown = demonstration_call("en-US")
    keeper = Keeper()
    outcome = Outcome()
    call = RecordedCall(
        audio=shown.audio,
        language="en-US",
        jurisdiction="us",
        model=demonstration_model("en"),
        policy=VerificationPolicy.AGENT,
        collector=Collector.AGENCY,
        account=load_account(shown.account),
        speed=speed,
        desk=shown.desk,
    )
    prepared = prepare(
        call,
        zone="UTC",
        call_id="demo",
        guidance=guidance(),
        deliver=outcome.deliver,
        notice=outcome.notices.append,
        keeper=keeper,
    )
    prepared.run.run()
    return outcome, keeper.inputs


def test_speed_changes_nothing_but_the_wall_clock() -> None:
    fast, _ = demonstration(None)
    paced, _ = demonstration(40.0)
    assert len(fast.timeless) > 300
    assert fast.timeless == paced.timeless


def test_kept_inputs_replay_to_the_same_outputs() -> None:
    outcome, inputs = demonstration(None)
    machine = guidance().session()
    assert [output for event in inputs for output in machine.receive(event)] == outcome.outputs


def test_the_breach_is_flagged_and_nothing_else() -> None:
    outcome, _ = demonstration(None)
    told = [each.finding for each in of_type(outcome.outputs, FindingChanged)]
    breaches = [finding for finding in told if finding.kind is not Kind.ROUTE]
    assert {(finding.family, finding.utterance_id) for finding in breaches} == {
        ("false_arrest", breaches[0].utterance_id)
    }
    # The customer was ill: that routes the call and breaks nothing.
    assert {finding.rule for finding in told if finding.kind is Kind.ROUTE} == {"ROUTE-illness"}
    assert outcome.notices == []


def test_envelopes_are_numbered_in_order() -> None:
    outcome, _ = demonstration(None)
    numbers = [envelope.seq for delivery in outcome.deliveries for envelope in delivery.envelopes]
    assert numbers == sorted(set(numbers))


# ---- a scripted recogniser and source: every timing, every failure ---------------------------


@dataclass(slots=True)
class Script:
    """What a recogniser says by the number of chunks it has had."""

    says: dict[int, tuple[str, bool]]
    fails_at: int | None = None
    chunks: int = 0
    rate_hz: int = RATE_HZ

    def accept(self, pcm: bytes, *, partials: bool = True) -> list[Hypothesis]:
        self.chunks += 1
        if self.chunks == self.fails_at:
            raise AssistantError("the recogniser failed", "Run the doctor.")
        return self._said(self.chunks)

    def finish(self) -> list[Hypothesis]:
        return self._said(-1)

    def _said(self, at: int) -> list[Hypothesis]:
        said = self.says.get(at)
        if said is None:
            return []
        text, ended = said
        sample = self.chunks * CHUNK
        if not ended:
            return [PartialHypothesis(sample, text)] if text else []
        words = tuple(
            RecognisedWord(word, max(0, sample - 10), sample, 1.0) for word in text.split()
        )
        return [FinalHypothesis(sample, text, words)]


@dataclass(slots=True)
class ScriptedModel:
    scripts: list[Script]
    name: str = "scripted"
    rate_hz: int = RATE_HZ
    _next: int = 0

    def recogniser(self, rate_hz: int) -> Recogniser:
        assert rate_hz == RATE_HZ
        self._next += 1
        return self.scripts[self._next - 1]


@dataclass(slots=True)
class Silence:
    """A source of so many chunks of two channels; it may fail at one of them."""

    chunks: int
    fails_at: int | None = None
    lost_samples: int = 0
    live: bool = False
    on_chunk: Callable[[int], None] = lambda _number: None
    channels: tuple[SourceChannel, ...] = (
        SourceChannel("agent", Speaker.AGENT, RATE_HZ),
        SourceChannel("customer", Speaker.CUSTOMER, RATE_HZ),
    )

    def stop(self) -> None:
        """It ends by itself."""

    def __iter__(self) -> Iterator[Chunk]:
        for number in range(self.chunks):
            if number == self.fails_at:
                raise AssistantError("the disk failed", "Look at it.")
            self.on_chunk(number)
            for channel in range(len(self.channels)):
                yield Chunk(channel, number * CHUNK, bytes(CHUNK * 2), -96.0)


@dataclass(slots=True)
class Keeper:
    """Keeps envelopes in memory; it may fail after so many."""

    envelopes: list[Envelope] = field(default_factory=list)
    chunks: int = 0
    fails_after: int | None = None
    closed: bool = False

    def append(self, envelopes: Sequence[Envelope]) -> None:
        self.envelopes += envelopes
        if self.fails_after is not None and len(self.envelopes) > self.fails_after:
            raise AssistantError("the disk is full", "Make room.")

    def append_audio(self, chunk: Chunk) -> None:
        self.chunks += 1

    def close(self) -> None:
        self.closed = True

    @property
    def inputs(self) -> tuple[Input, ...]:
        return tuple(e.event for e in self.envelopes if isinstance(e.event, Input))


def scripted(
    source: Silence,
    scripts: list[Script],
    outcome: Outcome,
    *,
    keeper: Keeper | None = None,
    speed: float | None = None,
    correct_for: Callable[[Account], Correct] | None = None,
) -> CallRun:
    return CallRun(
        session=guidance().session(),
        call="scripted",
        begin=started,
        source=source,
        load=lambda: ScriptedModel(scripts),
        pacer=Pacer(speed, time.monotonic),
        deliver=outcome.deliver,
        clock=time.monotonic,
        keeper=keeper,
        notice=outcome.notices.append,
        correct_for=correct_for,
    )


SAID = st.dictionaries(
    st.one_of(st.integers(1, 30), st.just(-1)),
    st.tuples(
        st.sampled_from(
            ("", "you will", "you will be arrested", "i lost my job", "he is not here")
        ),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(agent=SAID, customer=SAID, chunks=st.integers(0, 30))
def test_channels_merge_alike_at_every_pace(
    agent: dict[int, tuple[str, bool]], customer: dict[int, tuple[str, bool]], chunks: int
) -> None:
    outcomes = []
    for speed in (None, 300.0, None):
        outcome = Outcome()
        scripted(
            Silence(chunks), [Script(dict(agent)), Script(dict(customer))], outcome, speed=speed
        ).run()
        outcomes.append(outcome.timeless)
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_a_channel_whose_recogniser_fails_leaves_the_other_running() -> None:
    outcome = Outcome()
    scripts = [Script({3: ("hello", True)}, fails_at=5), Script({200: ("i am here", True)})]
    scripted(Silence(300), scripts, outcome).run()
    assert any("the recogniser failed" in notice for notice in outcome.notices)
    gaps = of_type(outcome.outputs, GapHeard)
    assert [(gap.channel, gap.reason) for gap in gaps] == [("agent", "recogniser_failed")]
    assert gaps[0].duration_s == pytest.approx(29.6, abs=0.2)
    assert [said.text for said in of_type(outcome.outputs, UtteranceFinal)] == [
        "hello",
        "i am here",
    ]
    assert of_type(outcome.outputs, Ended)[0].duration_s == pytest.approx(30.0)


def test_when_every_recogniser_fails_the_call_ends_with_the_reason() -> None:
    outcome = Outcome()
    keeper = Keeper()
    scripts = [Script({}, fails_at=5), Script({}, fails_at=9)]
    run = scripted(Silence(300), scripts, outcome, keeper=keeper)
    with pytest.raises(AssistantError, match="the recogniser failed"):
        run.run()
    assert keeper.closed


def test_a_source_that_fails_ends_the_call_with_what_was_heard() -> None:
    outcome = Outcome()
    scripts = [Script({2: ("hello there", True)}), Script({})]
    with pytest.raises(AssistantError, match="the disk failed"):
        scripted(Silence(50, fails_at=10), scripts, outcome).run()
    assert [said.text for said in of_type(outcome.outputs, UtteranceFinal)] == ["hello there"]
    ended = of_type(outcome.outputs, Ended)[0]
    assert ended.duration_s == pytest.approx(1.0)
    assert ended.reason == "failed"


def test_words_that_were_cut_off_are_a_doubt_and_no_breach() -> None:
    outcome = Outcome()
    run: CallRun

    def stop_in_mid_call(number: int) -> None:
        if number == 30:
            run.stop()

    scripts = [Script({2: (THREAT, False), -1: (THREAT, True)}), Script({})]
    run = scripted(Silence(100_000, on_chunk=stop_in_mid_call), scripts, outcome)
    run.run()
    findings = [change.finding for change in of_type(outcome.outputs, FindingChanged)]
    assert findings[-1].status is Status.CONFIRMED
    assert findings[-1].verdict is Verdict.CHECK_FACTS


def test_a_keeper_that_fails_is_told_once_and_the_call_goes_on() -> None:
    outcome = Outcome()
    keeper = Keeper(fails_after=2)
    scripts = [Script({40: ("hello there", True)}), Script({})]
    scripted(Silence(50), scripts, outcome, keeper=keeper).run()
    assert len([notice for notice in outcome.notices if "the disk is full" in notice]) == 1
    assert [said.text for said in of_type(outcome.outputs, UtteranceFinal)] == ["hello there"]


def test_everything_is_kept_before_the_run_ends() -> None:
    outcome = Outcome()
    keeper = Keeper()
    scripts = [Script({4: ("hello there", True)}), Script({})]
    scripted(Silence(20), scripts, outcome, keeper=keeper).run()
    assert keeper.closed
    assert keeper.chunks == 40
    assert isinstance(keeper.inputs[0], CallStarted)
    assert isinstance(keeper.inputs[-1], CallEnded)
    assert [e.seq for e in keeper.envelopes] == list(range(len(keeper.envelopes)))


def test_stopping_ends_at_once_with_what_was_heard() -> None:
    outcome = Outcome()
    scripts = [Script({2: ("hello there", False), -1: ("hello there", True)}), Script({})]
    run: CallRun

    def stop_in_mid_call(number: int) -> None:
        if number == 10:
            run.stop()

    run = scripted(Silence(100_000, on_chunk=stop_in_mid_call), scripts, outcome)
    run.run()
    ended = of_type(outcome.outputs, Ended)[0]
    assert ended.reason == "cancelled"
    assert ended.duration_s < 2
    assert [said.text for said in of_type(outcome.outputs, UtteranceFinal)] == ["hello there"]


def test_stopping_before_connecting_starts_no_call() -> None:
    outcome = Outcome()
    run = scripted(Silence(10), [Script({}), Script({})], outcome)
    run.start(lambda _error: None)
    run.stop()
    assert run.join(30)
    assert outcome.outputs == []


def test_a_key_is_an_event_with_its_audio_position() -> None:
    outcome = Outcome()
    run: CallRun

    def press(number: int) -> None:
        if number == 10:
            run.act(Act.MOMENT_MARKED)

    run = scripted(Silence(3000, on_chunk=press), [Script({}), Script({})], outcome)
    run.run()
    marks = of_type(outcome.outputs, MomentMarked)
    assert len(marks) == 1
    assert 0.0 <= marks[0].call_s < 300.0


@pytest.mark.parametrize(("law", "heard"), [("us", "parker"), ("uk", "barker")])
def test_the_names_of_an_account_are_listened_for_once_it_is_linked(law: str, heard: str) -> None:
    """One under another law is refused, and its names with it."""
    said = "am i speaking with daniel barker"
    outcome = Outcome()
    run: CallRun

    def find(number: int) -> None:
        if number == 200:  # more than may be under way after the first was said
            run.link(replace(account(), jurisdiction=law), Origin("core.example", ""))

    run = scripted(
        Silence(210, on_chunk=find),
        [Script({5: (said, True), -1: (said, True)}), Script({})],
        outcome,
        correct_for=lambda linked: corrector_for((), "en-US", linked).correct,
    )
    run.run()
    texts = [each.text for each in of_type(outcome.outputs, UtteranceFinal)]
    assert texts == [said, said.replace("barker", heard)]


def test_lost_sound_is_told_per_channel() -> None:
    outcome = Outcome()
    scripted(Silence(20, lost_samples=4000), [Script({}), Script({})], outcome).run()
    assert [(gap.channel, gap.duration_s) for gap in of_type(outcome.outputs, GapHeard)] == [
        ("agent", 0.5),
        ("customer", 0.5),
    ]
    assert [lag.lost_s for lag in of_type(outcome.outputs, LagChanged)] == [0.5, 0.5]


def test_a_model_that_cannot_be_opened_is_the_runs_error() -> None:
    def load() -> ScriptedModel:
        raise AssistantError("the model is broken", "Install it again.")

    run = CallRun(
        session=guidance().session(),
        call="broken",
        begin=started,
        source=Silence(5),
        load=load,
        pacer=Pacer(None, time.monotonic),
        deliver=Outcome().deliver,
        clock=time.monotonic,
    )
    with pytest.raises(AssistantError, match="the model is broken"):
        run.run()


# ---- live sound: nobody can slow it -----------------------------------------------------------


@dataclass(slots=True)
class Slow(Script):
    """Waits before the first chunk, and notes for which chunks partials were asked."""

    until: threading.Event = field(default_factory=threading.Event)
    asked: list[bool] = field(default_factory=list)

    def accept(self, pcm: bytes, *, partials: bool = True) -> list[Hypothesis]:
        assert self.until.wait(30)
        self.asked.append(partials)
        return Script.accept(self, pcm, partials=partials)


def live_run(
    source: Silence, scripts: list[Script], outcome: Outcome, clock: Callable[[], float],
    keeper: Keeper | None = None,
) -> CallRun:  # fmt: skip
    return CallRun(
        session=guidance().session(),
        call="live",
        begin=started,
        source=source,
        load=lambda: ScriptedModel(scripts),
        pacer=LivePacer(clock),
        deliver=outcome.deliver,
        clock=clock,
        keeper=keeper,
        notice=outcome.notices.append,
    )


@pytest.mark.parametrize(("behind_s", "thinned"), [(0.0, False), (0.9, False), (5.0, True)])
def test_recognition_that_falls_behind_slows_no_live_sound(
    behind_s: float, *, thinned: bool
) -> None:
    """All of it comes in while recognition stands still: more than a recording's share under way.

    Far behind, partials are left out; no chunk ever is.
    """
    now_s = [100.0]
    resumed = threading.Event()
    scripts: list[Script] = [Slow({400: (THREAT, True)}, until=resumed) for _ in range(2)]

    def on_chunk(number: int) -> None:
        if number == 499:
            now_s[0] += behind_s
            resumed.set()

    outcome = Outcome()
    source = Silence(500, live=True, on_chunk=on_chunk)
    live_run(source, scripts, outcome, lambda: now_s[0]).run()
    for script in scripts:
        assert isinstance(script, Slow)
        assert script.chunks == 500
        assert all(script.asked[:-1]) is not thinned
    assert [said.text for said in of_type(outcome.outputs, UtteranceFinal)] == [THREAT] * 2
    assert not of_type(outcome.outputs, GapHeard)


def test_a_disk_that_stands_still_slows_no_live_sound_and_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CallWriting, "_LIVE_DEPTH", 200)
    moves = threading.Event()

    class Stuck(Keeper):
        def append_audio(self, chunk: Chunk) -> None:
            moves.wait(30)

    outcome = Outcome()
    run = live_run(
        Silence(500, live=True), [Script({}), Script({})], outcome, time.monotonic, Stuck()
    )
    run.run()
    moves.set()
    assert outcome.outputs[-1] == of_type(outcome.outputs, Ended)[0]
    assert outcome.notices == [
        "The disk has stood still for minutes. The call goes on and is not kept from here."
    ]
