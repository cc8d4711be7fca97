"""Invented kept calls for the reviewer's tests: one breach, one doubt, one clean, one cut off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

from assistant.events import (
    SCHEMA,
    CallEnded,
    CallStarted,
    ChannelOpened,
    Envelope,
    Input,
    MomentMarked,
    Output,
    Started,
)
from assistant.record.kept import KeptCall
from assistant.record.store import CallStore
from assistant.wording import RuleTexts
from compliance.context import CallHeader, Collector
from compliance.transcript import Speaker
from tests.screens.calls import SCENES, Scene, Texts, flagged, over, verified

RATE_HZ = 8000
NOW = datetime(2026, 10, 8, 6, 30, tzinfo=UTC)


def texts_for(_call: KeptCall) -> tuple[RuleTexts | None, str]:
    """The invented rule texts, and the hash of the rules that judged the invented calls."""
    return Texts(), "0" * 64


def first_event(scene: Scene, started_at_utc: str, agent: str) -> CallStarted:
    """The first input of a kept call."""
    (started,) = (event for event in verified(scene) if isinstance(event, Started))
    return replace(
        started.start,
        header=CallHeader(
            jurisdiction=scene.jurisdiction, language=scene.language, collector=Collector.AGENCY
        ),
        started_at_utc=started_at_utc,
        account=replace(scene.account, agent_name=agent),
    )


def keep(
    store: CallStore, call: str, first: CallStarted, outputs: Iterable[Output], *, whole: bool
) -> None:
    """Put one call in the store, without sound."""
    inputs: list[Input] = [
        first,
        ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
    ]
    if whole:
        inputs.append(CallEnded(151 * RATE_HZ, "hung_up"))
    writer = store.record(call, with_sound=False)
    writer.append(
        [
            *(Envelope(SCHEMA, call, seq, event) for seq, event in enumerate(inputs)),
            *(Envelope(SCHEMA, call, seq, event) for seq, event in enumerate(outputs)),
        ]
    )
    writer.close()
    assert all(isinstance(event, get_args(Input)) for event in inputs)


def keep_some(store: CallStore) -> None:
    """Four calls of three languages."""
    taiwan, mainland, states = (SCENES[name] for name in ("zh-TW", "zh-CN", "en-US"))
    keep(
        store,
        "20261007t021400-aa0001",
        first_event(taiwan, "2026-10-07T02:14:00+00:00", "林怡君"),
        [*over(taiwan), MomentMarked(60.0)],
        whole=True,
    )
    keep(
        store,
        "20261007t031500-aa0002",
        first_event(states, "2026-10-07T03:15:00+00:00", "Lin"),
        verified(states),
        whole=True,
    )
    keep(
        store,
        "20261006t081000-aa0003",
        first_event(mainland, "2026-10-06T08:10:00+00:00", "陈晓"),
        flagged(mainland, standing=False),
        whole=False,
    )
    keep(
        store,
        "20261005t224000-aa0004",
        first_event(states, "2026-10-05T22:40:00+00:00", "Morgan Reyes"),
        over(states),
        whole=True,
    )
