"""Where everything of a kept call is."""

from __future__ import annotations

import pytest

from assistant.events import SCHEMA, Envelope, FindingChanged, UtteranceFinal
from assistant.guidance import Guidance
from assistant.training.plan import LEAD_S, ReplayPlan, plan_replay
from assistant.training.replay import outputs_of
from tests.training.calls import SAID, inputs


@pytest.fixture
def plan(guidance: Guidance) -> ReplayPlan:
    stored = inputs()
    outputs = outputs_of(stored, guidance.session())
    found = {o.finding.id: o for o in outputs if isinstance(o, FindingChanged)}
    return plan_replay(
        (Envelope(SCHEMA, "c1", seq, event) for seq, event in enumerate(stored)),
        [output for output in outputs if isinstance(output, UtteranceFinal)],
        list(found.values()),
    )


def test_positions_never_go_back(plan: ReplayPlan) -> None:
    assert list(plan.at_s) == sorted(plan.at_s)
    assert len(plan.at_s) == len(plan.inputs) == len(inputs())
    assert plan.at_s[:3] == (0.0, 0.0, 0.0)
    assert plan.duration_s == pytest.approx(30.0)


def test_every_utterance_is_a_place_to_step_to(plan: ReplayPlan) -> None:
    begins_s = [begin_s - LEAD_S for _channel, begin_s, _text in SAID]
    assert list(plan.utterances_s) == pytest.approx(begins_s)


def test_the_flag_is_where_its_words_are(plan: ReplayPlan) -> None:
    """The words that breach are inside the utterance that begins at 13 s."""
    assert any(13.0 < at_s < 17.0 for at_s in plan.flags_s)


@pytest.mark.parametrize(
    ("position_s", "taken", "due"),
    [(0.0, 0, 3), (0.4, 0, 3), (0.5, 0, 5), (0.0, 9, 9), (30.0, 0, -1), (99.0, 0, -1)],
)
def test_what_is_due(plan: ReplayPlan, position_s: float, taken: int, due: int) -> None:
    everything = len(plan.inputs)
    assert plan.due(taken, position_s) == (due if due >= 0 else everything)


@pytest.mark.parametrize(
    ("position_s", "by", "there_s"),
    [
        (0.0, 1, 0.7),
        (0.7, 1, 4.7),
        (5.0, 1, 7.7),
        (29.0, 1, 30.0),
        (29.0, -1, 21.7),
        (22.0, -1, 17.7),
        (10.0, -1, 7.7),
        (0.2, -1, 0.7),
    ],
)
def test_steps(plan: ReplayPlan, position_s: float, by: int, there_s: float) -> None:
    assert plan.step(position_s, by) == pytest.approx(there_s)


def test_a_call_without_flags_stays_where_it_is() -> None:
    stored = [Envelope(SCHEMA, "c1", seq, event) for seq, event in enumerate(inputs())]
    plan = plan_replay(stored, [], [])
    assert plan.flag(12.0, 1) == 12.0
    assert plan.flag(12.0, -1) == 12.0
    assert plan.step(12.0, 1) == plan.duration_s
    assert plan.step(12.0, -1) == 0.0


def test_an_empty_call_has_no_length() -> None:
    plan = plan_replay([], [], [])
    assert plan.duration_s == 0.0
    assert plan.due(0, 0.0) == 0
