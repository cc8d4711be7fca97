"""What the script costs an utterance, beside a loop that others would use to know what was said.

Owns the measure: every line of the cases beside a flow, said in a confirmed call to one engine a
case, with the promise reader beside it as a running call has it.  The yardstick is that of the rule
packs, taken in the same run on the same lines: `rapidfuzz.fuzz.partial_ratio` over as many phrases
as the jurisdiction's rules have.  A ratio of one run decides; an absolute time informs.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from compliance.context import Listener
from compliance.packs import load_rules
from compliance.transcript import Speaker, Utterance
from scripts.cases import specimen_account
from scripts.engine import ScriptEngine
from scripts.flow import Flow
from scripts.flow_file import FLOWS, load_flow
from scripts.promising import PromiseEar
from tests.benchmarks.measuring import percentile
from tests.benchmarks.rules import Cost, cost, fuzzy_loop, plain_strings

BAR_US = 200.0
_CUTOFF = 80.0  # near what the rules' own benchmark finds to flag as many near-misses as they do
_LANGUAGES = ("en-US", "zh-TW", "zh-HK")
_YARDSTICKS = (
    "en-US",
    "zh-TW",
)  # the phrases of Cantonese lie in two files, which it does not join
_SAID = re.compile(r'\b(agent|customer|third_party): "([^"]+)"')
_NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)

Call = Sequence[Utterance]


def run(rounds: int) -> None:
    """Measure and tell each language."""
    for language in _LANGUAGES:
        flow = load_flow(language)
        calls = _calls(language)
        said = [utterance for call in calls for utterance in call]
        print(f"\n{language}: {len(said)} utterances")
        print(f"  {'':44}   mean us    p95 us")
        ours = _over(calls, partial(_script, flow), rounds)
        _tell("script engine", ours, f"(bar {BAR_US:.0f})")
        _tell("promise reader beside it", _over(calls, partial(_promises, flow), rounds))
        if language in _YARDSTICKS:
            strings = plain_strings(load_rules(flow.jurisdiction, language, likeness=False))
            sample = [utterance.text for utterance in said][:: max(1, len(said) // 60)]
            loop = cost(fuzzy_loop(strings, _CUTOFF), sample, 3)
            ratio = f"{loop.mean_us / ours.mean_us:.1f} x the engine"
            _tell(f"partial_ratio loop, {len(strings)} phrases", loop, ratio)


def _tell(name: str, taken: Cost, note: str = "") -> None:
    print(f"  {name:44} {taken}  {note}")


def _calls(language: str) -> list[Call]:
    """What is said in each case, in its order."""
    text = (FLOWS / f"{language}.cases.yaml").read_text("utf-8")
    calls: list[Call] = []
    for case in text.split("  - name:")[1:]:
        said = [
            Utterance(f"u{index}", index, Speaker(speaker), words)
            for index, (speaker, words) in enumerate(_SAID.findall(case))
        ]
        if said:
            calls.append(said)
    return calls


def _script(flow: Flow) -> Callable[[Utterance], object]:
    engine = ScriptEngine(flow, specimen_account(flow), "a call")
    return lambda utterance: engine.hear(utterance, verified=True, listener=Listener.CUSTOMER)


def _promises(flow: Flow) -> Callable[[Utterance], object]:
    account = specimen_account(flow)
    ear = PromiseEar(account, flow.jurisdiction, flow.language, UTC)

    def hear(utterance: Utterance) -> object:
        if utterance.speaker is Speaker.AGENT:
            return ear.said_back(utterance.text, _NOW, alone=False)
        return ear.heard(utterance.text, _NOW, asked=True)

    return hear


def _over(
    calls: Sequence[Call], begin: Callable[[], Callable[[Utterance], object]], rounds: int
) -> Cost:
    """The least that each utterance took, over rounds of whole calls."""
    least = [[float("inf")] * len(call) for call in calls]
    for _ in range(rounds):
        for call, taken in zip(calls, least, strict=True):
            hear = begin()
            for index, utterance in enumerate(call):
                begun = time.perf_counter_ns()
                hear(utterance)
                taken[index] = min(taken[index], (time.perf_counter_ns() - begun) / 1000)
    every = [one for taken in least for one in taken]
    return Cost(statistics.mean(every), percentile(every, 0.95))
