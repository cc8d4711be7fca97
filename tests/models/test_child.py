"""Recognition in a child process: the same words, and none lost when it is killed."""

import itertools
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psutil
import pytest

from assistant.demo.calls import demonstration_call
from assistant.speech.child import FORKS, ChildModel, ChildRecogniser, Restart
from assistant.speech.models import demonstration_model, open_model
from assistant.speech.recogniser import (
    FinalHypothesis,
    Hypothesis,
    PartialHypothesis,
    Recogniser,
    UnheardStretch,
)
from assistant.speech.recording import Recording
from assistant.speech.shipped import demonstration_path
from compliance.errors import AssistantError

RATE_HZ = 8_000
HEARD_S = 40
WAYS = pytest.mark.parametrize(
    "forks",
    [
        pytest.param(True, marks=pytest.mark.skipif(not FORKS, reason="forks on Linux only")),
        False,
    ],
)


def child_model(
    *, forks: bool = FORKS, restarted: Callable[[Restart], None] = lambda _restart: None
) -> ChildModel:
    path = demonstration_path("en")
    return ChildModel(path, name="demo", rate_hz=RATE_HZ, forks=forks, restarted=restarted)


@cache
def chunks(channel: int = 0) -> tuple[bytes, ...]:
    with Recording(demonstration_call("en-US").audio, rate_hz=RATE_HZ) as recording:
        own = (chunk.pcm for chunk in recording if chunk.channel == channel)
        return tuple(itertools.islice(own, HEARD_S * 10))


@cache
def heard_here(channel: int = 0) -> tuple[Hypothesis, ...]:
    model = open_model(demonstration_model("en"))
    return tuple(hear(model.recogniser(RATE_HZ), channel))


def hear(
    recogniser: Recogniser, channel: int = 0, before: Callable[[int], None] = lambda _number: None
) -> list[Hypothesis]:
    heard: list[Hypothesis] = []
    for number, pcm in enumerate(chunks(channel)):
        before(number)
        heard += recogniser.accept(pcm)
    return heard + recogniser.finish()


def words(heard: Iterator[Hypothesis] | list[Hypothesis] | tuple[Hypothesis, ...]) -> list[str]:
    return [word.text for each in heard if isinstance(each, FinalHypothesis) for word in each.words]


def starts(heard: list[Hypothesis] | tuple[Hypothesis, ...]) -> list[int]:
    return [
        word.start for each in heard if isinstance(each, FinalHypothesis) for word in each.words
    ]


def kill(recogniser: ChildRecogniser, how: signal.Signals) -> None:
    """Kill the process that recognises, and wait until it has gone."""
    process = psutil.Process(recogniser.process_id)
    process.send_signal(how)
    psutil.wait_procs([process], timeout=5)


@WAYS
def test_a_child_hears_what_this_process_hears(forks: bool) -> None:
    assert tuple(hear(child_model(forks=forks).recogniser(RATE_HZ))) == heard_here()


@WAYS
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
def test_no_word_is_lost_when_it_is_killed_in_mid_word(forks: bool, how: signal.Signals) -> None:
    restarts: list[Restart] = []
    recogniser = child_model(forks=forks, restarted=restarts.append).recogniser(RATE_HZ)
    times = (15, 33, 34, 120, 222, 301)

    def before(number: int) -> None:
        if number in times:
            kill(recogniser, how)

    heard = hear(recogniser, 0, before)
    assert words(heard) == words(heard_here())
    shifts = [abs(a - b) for a, b in zip(starts(heard), starts(heard_here()), strict=True)]
    # A frame of the model is 240 samples; a recogniser that begins elsewhere counts them elsewhere.
    assert max(shifts) <= 3 * 240
    assert statistics.median(shifts) <= 240
    assert [restart.sample for restart in restarts] == [(number + 1) * 800 for number in times]
    assert all(restart.unheard == 0 for restart in restarts)
    # Where the model has to be opened again, a busy machine may take longer.
    assert max(restart.took_s for restart in restarts) < (1.0 if forks else 4.0)


def test_what_was_told_is_not_told_again() -> None:
    recogniser = child_model().recogniser(RATE_HZ)
    told: list[Hypothesis] = []

    def before(number: int) -> None:
        if number % 25 == 20:
            kill(recogniser, signal.SIGKILL)

    for number, pcm in enumerate(chunks()):
        before(number)
        told += recogniser.accept(pcm)
    told += recogniser.finish()
    position, last_text = 0, ""
    for each in told:
        assert each.sample >= position
        position = each.sample
        if isinstance(each, PartialHypothesis):
            assert each.text != last_text
            last_text = each.text
        else:
            last_text = ""
    ends = [0]
    for each in told:
        if isinstance(each, FinalHypothesis) and each.words:
            assert each.words[0].start >= ends[-1] - 240
            ends.append(each.words[-1].end)


def test_killed_while_it_is_silent_and_at_the_very_end() -> None:
    restarts: list[Restart] = []
    recogniser = child_model(restarted=restarts.append).recogniser(RATE_HZ)
    for _ in range(600):
        assert recogniser.accept(bytes(1600)) == []
    kill(recogniser, signal.SIGKILL)
    assert recogniser.accept(bytes(1600)) == []
    # Silence is not kept for ever: what is heard again is bounded by Vosk's own endpoints.
    assert restarts[0].heard_again < 25 * RATE_HZ
    heard: list[Hypothesis] = []
    for pcm in chunks()[:80]:
        heard += recogniser.accept(pcm)
    kill(recogniser, signal.SIGABRT)
    heard += recogniser.finish()
    assert words(heard)[:3] == words(heard_here())[:3]
    assert len(restarts) == 2


def test_sound_that_always_kills_is_left_out_and_told(tmp_path: Path) -> None:
    """A stand-in for native code that aborts on some sound: a process that dies of loud sound."""
    program = tmp_path / "aborting.py"
    original = Path(sys.modules[ChildModel.__module__].__file__ or "").with_name(
        "recognition_process.py"
    )
    program.write_text(
        original.read_text("utf-8").replace(
            'elif letter == b"A":',
            'elif letter == b"A":\n            if b"\\xff\\x7f" * 50 in content: os.abort()',
        ),
        "utf-8",
    )
    from assistant.speech import recognition_lines

    restarts: list[Restart] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recognition_lines, "PROGRAM", program)
        recogniser = child_model(restarted=restarts.append).recogniser(RATE_HZ)
    heard: list[Hypothesis] = []
    for number, pcm in enumerate(chunks()):
        heard += recogniser.accept(b"\xff\x7f" * 800 if number == 200 else pcm)
    heard += recogniser.finish()
    (lost,) = [each for each in heard if isinstance(each, UnheardStretch)]
    assert lost.start <= 200 * 800
    assert lost.start + lost.samples == 201 * 800
    assert restarts[-1].unheard == lost.samples
    after = [start for start in starts(heard) if start > 201 * 800]
    expected = [start for start in starts(heard_here()) if start > 230 * 800]
    assert len(after) >= len(expected)


def test_a_model_that_keeps_dying_is_given_up() -> None:
    recogniser = child_model().recogniser(RATE_HZ)

    def killed_before_every_sound() -> None:
        for _ in range(40):
            kill(recogniser, signal.SIGKILL)
            recogniser.accept(bytes(1600))

    with pytest.raises(AssistantError, match="died 30 times within a minute"):
        killed_before_every_sound()


@pytest.mark.skipif(not FORKS, reason="forks on Linux only")
def test_one_channel_does_not_take_the_other_with_it() -> None:
    restarts: list[Restart] = []
    model = child_model(restarted=restarts.append)
    agent, customer = model.recogniser(RATE_HZ), model.recogniser(RATE_HZ)
    assert agent.process_id != customer.process_id
    heard: list[Hypothesis] = []
    for number in range(HEARD_S * 10):
        if number == 150:
            kill(agent, signal.SIGABRT)
        agent.accept(chunks(0)[number])
        heard += customer.accept(chunks(1)[number])
    assert tuple(heard + customer.finish()) == heard_here(1)
    assert len(restarts) == 1


@pytest.mark.skipif(not FORKS, reason="forks on Linux only")
def test_even_the_process_that_has_the_model_open_may_die() -> None:
    restarts: list[Restart] = []
    model = child_model(restarted=restarts.append)
    recogniser = model.recogniser(RATE_HZ)
    mother = psutil.Process(recogniser.process_id).ppid()

    def before(number: int) -> None:
        if number == 100:
            os.kill(mother, signal.SIGKILL)
            kill(recogniser, signal.SIGKILL)

    assert words(hear(recogniser, 0, before)) == words(heard_here())
    assert len(restarts) == 1
    assert restarts[0].took_s < 1.0


@pytest.mark.skipif(not FORKS, reason="forks on Linux only")
def test_recognisers_share_the_models_memory() -> None:
    model = child_model()
    lines = [model.recogniser(RATE_HZ) for _ in range(2)]
    for line in lines:
        line.accept(bytes(16_000))
    private = [psutil.Process(line.process_id).memory_full_info().uss for line in lines]
    opened = psutil.Process(psutil.Process(lines[0].process_id).ppid()).memory_full_info().rss
    assert max(private) < opened / 2


GONE = """
import sys
from assistant.speech.child import ChildModel
from assistant.speech.shipped import demonstration_path
model = ChildModel(demonstration_path("en"), name="demo", rate_hz=8000, forks=sys.argv[1] == "1")
lines = [model.recogniser(8000) for _ in range(2)]
print(*[line.process_id for line in lines], flush=True)
sys.stdin.read()
"""


@WAYS
@pytest.mark.parametrize("how", [None, signal.SIGKILL])
def test_children_end_with_the_program(forks: bool, how: signal.Signals | None) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", GONE, "1" if forks else "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert program.stdin is not None
    assert program.stdout is not None
    children = [psutil.Process(int(number)) for number in program.stdout.readline().split()]
    assert len(children) == 2
    if how is not None:
        program.send_signal(how)
    program.stdin.close()
    program.wait(10)
    program.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def test_no_process_is_left_behind_when_the_model_is_let_go() -> None:
    model = child_model()
    recogniser = model.recogniser(RATE_HZ)
    process = psutil.Process(recogniser.process_id)
    family = [process, process.parent()]
    del recogniser, model
    _, alive = psutil.wait_procs([each for each in family if each is not None], timeout=5)
    assert not alive


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="cannot be opened"):
        ChildModel(tmp_path, name="empty", rate_hz=RATE_HZ)
    with pytest.raises(AssistantError, match="at least 8000 samples"):
        child_model().recogniser(6_000)


def test_opening_and_restarting_are_quick() -> None:
    begun_s = time.monotonic()
    model = open_model(demonstration_model("en"), isolated=True)
    assert isinstance(model, ChildModel)
    assert model.name == "demonstration-en"
    assert time.monotonic() - begun_s < 5.0
