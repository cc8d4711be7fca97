"""Ordinary service talk must stay unflagged: hours of real agents, every flag a false alarm."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from compliance.context import CallContext, CallHeader, Listener
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.transcript import Speaker, Utterance

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"

# Speech at an ordinary pace: words a minute in English, characters a minute in Mandarin.
PACES = {"en-US": 150, "en-GB": 150, "zh-CN": 240}


@pytest.mark.parametrize(
    ("name", "jurisdiction", "language"),
    [
        ("sgd_banks_en", "us", "en-US"),
        ("sgd_banks_en", "uk", "en-GB"),
        ("crosswoz_zh", "cn", "zh-CN"),
    ],
)
def test_at_most_one_false_alarm_an_hour(name: str, jurisdiction: str, language: str) -> None:
    path = CORPORA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip("the development corpora are not beside the project (../shared/corpora)")
    rules = load_rules(jurisdiction, language)
    header = CallHeader(jurisdiction, language, verified=True, listener=Listener.CUSTOMER)
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    monitor = Monitor(rules, header)
    alarms: list[str] = []
    spoken = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for index, line in enumerate(lines):
            record = json.loads(line)
            if record["speaker"] != "agent":
                continue
            text = record["text"]
            spoken += len(text.split()) if language.startswith("en") else len(text)
            utterance = Utterance(f"u{index}", index, Speaker.AGENT, text)
            found = monitor.hear(utterance, context).findings
            # These dialogues begin anywhere: what was not said before is no false alarm.
            alarms += [f"{f.rule}: {text}" for f in found if f.utterance_index is not None]
    hours = spoken / PACES[language] / 60
    assert hours > 4
    assert len(alarms) <= hours, alarms
