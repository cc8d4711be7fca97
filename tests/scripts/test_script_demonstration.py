"""The demonstration calls, as written, walk their flows from hello to goodbye."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path

import pytest

import assistant.demo
from assistant.demo.calls import demonstration_languages
from compliance.context import Collector, Listener
from compliance.transcript import Speaker, Utterance
from scripts.account import load_account
from scripts.engine import ScriptEngine
from scripts.flow_file import load_flow

_CALLS = Path(assistant.demo.__file__).parent / "calls"


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("language", demonstration_languages())
def test_a_demonstration_call_goes_through_the_stages(language: str) -> None:
    account = load_account(_CALLS / f"{language}.account.json")
    flow = load_flow(language, Collector(account.collector))
    engine = ScriptEngine(flow, account, "demonstration")
    keys = _lines(_CALLS / f"{language}.desk.jsonl")
    verified = False
    stages = [engine.prompt.stage]
    said = [item for item in _lines(_CALLS / f"{language}.transcript.jsonl") if "text" in item]
    for index, item in enumerate(said):
        while keys and float(str(keys[0]["at_s"])) < float(str(item["end_s"])):
            key = keys.pop(0)
            verified = verified or key["act"] == "verified"
            engine.act(
                str(key["act"]),
                str(key.get("argument", "")),
                verified=verified,
                listener=Listener.UNKNOWN,
            )
            stages.append(engine.prompt.stage)
        utterance = Utterance(str(index), index, Speaker(str(item["speaker"])), str(item["text"]))
        engine.hear(utterance, verified=verified, listener=Listener.UNKNOWN)
        stages.append(engine.prompt.stage)
    assert [stage for stage, _ in groupby(stages)] == [
        "opening",
        "verification",
        "purpose",
        "situation",
        "hardship",
        "options",
        "commitment",
        "recap",
        "close",
    ]
    assert engine.skipped == ()
    assert engine.prompt.done[-1] == "close"
