"""Calls that no desk would make: empty, backwards in time, in odd scripts, endless."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.checking import BadLine, Closed, Judged, Result, Started, check_transcript
from compliance.findings import Verdict
from compliance.rules import RuleSet
from compliance.transcript import Speaker
from tests.compliance.small_pack import small_rules

ALL_KINDS = """
- id: US-01
  family: threat
  severity: critical
  verified_law: verified
  citation: A
  detectors: [threat/plain]
- {id: US-02, family: threat, kind: route, verified_law: verified, citation: B, sets: [upset]}
- id: US-03
  family: threat
  verified_law: verified
  citation: C
  detectors: [threat/again]
  counts: {hits: 2, within_s: 60}
  cooldown_s: 5
  when: {minutes: {from: 0, to: 600}, before: [event:verified]}
- id: US-06
  family: verify_first
  kind: ordered
  verified_law: verified
  citation: D
  order: {first: [statement:notice], then: [event:debt]}
- id: US-10
  family: hours
  kind: window
  verified_law: verified
  citation: E
  window: {from: '08:00', to: '21:00', closed: [sun]}
- id: US-11
  family: frequency
  kind: limit
  verified_law: verified
  citation: F
  limit: {most: 1, days: 7}
- {id: US-12, family: recording, kind: required, verified_law: verified, citation: G, detectors: []}
- id: US-17
  family: amount
  kind: fact
  verified_law: verified
  citation: H
  fact: {says: amount, fields: [balance], about: [balance]}
- id: US-30
  family: abuse
  kind: conduct
  severity: hint
  verified_law: policy
  citation: I
  conduct: {interruption: {overlap_s: 1}}
- id: US-31
  family: abuse
  kind: conduct
  severity: hint
  verified_law: policy
  citation: J
  conduct: {speech_rate: {most_per_minute: 200}}
- id: US-32
  family: abuse
  kind: conduct
  severity: hint
  verified_law: policy
  citation: K
  conduct: {dead_air: {longest_s: 10}}
"""
DETECTORS = r"""
plain: {phrases: [green umbrella], regex: ['case \d{2,4}'], near: [{parts: [red, blue]}]}
again: {phrases: [purple hat]}
upset: {phrases: [go away], speakers: [customer]}
"""
STATEMENTS = """
- id: notice
  rule: US-12
  by: {event: first_utterance, within: 2}
  repeat_on: [new_listener]
  elements: {notice: [this call is recorded]}
"""


@cache
def all_kinds() -> RuleSet:
    return small_rules(
        Path(mkdtemp()),
        rules=ALL_KINDS,
        detectors=DETECTORS,
        statements=STATEMENTS,
        parts="{red: [red], blue: [blue]}",
        events="debt: {phrases: [you owe]}",
    )


def check(*records: dict[str, object]) -> list[Result]:
    lines = [json.dumps(record).encode() for record in records]
    rules = all_kinds()
    return list(check_transcript(lines, path="t", rules_for=lambda *_: rules))


CALL: dict[str, object] = {
    "type": "call",
    "call": "a",
    "jurisdiction": "us",
    "verified": True,
    "counterparty": "customer",
    "started_at": "2026-11-20T12:00:00",
    "contacts": [],
    "account": {"balance": "12.00"},
}


def said(text: str, **more: object) -> dict[str, object]:
    return {"type": "utterance", "call": "a", "speaker": "agent", "text": text, **more}


def test_an_empty_call_breaks_nothing_and_keeps_nothing_for_certain() -> None:
    started, closed = check(CALL)
    assert isinstance(started, Started)
    assert isinstance(closed, Closed)
    assert not closed.closing.findings
    because = dict(closed.closing.because)
    assert because["US-01"] == because["US-12"] == "unheard"
    assert not {"US-10", "US-11"} & because.keys()  # the header tells of them


def test_a_call_of_silence_is_as_an_empty_one() -> None:
    *_, closed = check(CALL, said(""), said("   "), said("…"))
    assert isinstance(closed, Closed)
    assert all(finding.rule == "US-12" for finding in closed.closing.findings)


def test_contacts_and_times_that_run_backwards_count_for_nothing() -> None:
    later = [{"at": "2027-01-01T10:00:00", "outcome": "answered"}] * 9
    results = check(
        {**CALL, "contacts": later},
        said("A purple hat.", start_s=900.0, end_s=890.0),
        said("A purple hat.", start_s=20.0, end_s=10.0),
        said("Wait for me please", start_s=5.0, end_s=1.0),
        said("What", speaker="customer", start_s=-50.0, end_s=-60.0),
    )
    found = [f for r in results if isinstance(r, Judged) for f in r.heard.findings]
    assert {finding.rule for finding in found} <= {"US-12"}


ODD = [
    "",
    "\u202e\u200fgreen umbrella\u202c",
    "GREEN\u00a0UMBRELLA \U0001f602\U0001f602 purple\u200b hat",
    "gr\u0435en umbrella",  # a Cyrillic letter
    "請你拿 green umbrella 好嗎 \u0645\u0631\u062d\u0628\u0627 you owe",
    "balance $" + "9" * 400,
    "balance " + "hundred thousand million " * 200 + "dollars",
    "余额 " + "亿万千百十" * 200 + "元",
    "green umbrella " * 1_300,
    "you owe balance case 12 " * 800,
    "a" * 20_000,
    "🙂" * 20_000,
    "red " * 2_500 + "blue " * 2_500,
]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("speaker", list(Speaker))
def test_odd_texts_are_judged_by_every_kind(text: str, speaker: Speaker) -> None:
    results = check(CALL, said(text, speaker=speaker.value, start_s=1.0, end_s=9.0), said("bye"))
    assert not any(isinstance(result, BadLine) for result in results)
    for result in results:
        if isinstance(result, Judged):
            for finding in result.heard.findings:
                assert 0 <= finding.start <= finding.end <= len(result.utterance.text)


@pytest.mark.parametrize("text", ODD[1:3])
def test_direction_marks_and_emoji_hide_nothing(text: str) -> None:
    results = check(CALL, said(text))
    found = [f for r in results if isinstance(r, Judged) for f in r.heard.findings]
    (finding,) = [finding for finding in found if finding.rule == "US-01"]
    assert finding.verdict is Verdict.BREACH
    assert text[finding.start : finding.end].casefold().replace("\u00a0", " ") == "green umbrella"


WORDS = st.sampled_from(
    [
        "green umbrella", "purple hat", "you owe", "balance", "$", "900", "dollars", "case 77",
        "red", "blue", "go away", "this call is recorded", "not", "you said", "if", "请勿",
        "\U0001f602",
    ]
)  # fmt: skip
TIME = st.none() | st.floats(-1e6, 1e6) | st.floats(allow_nan=False)
LINE = st.builds(
    lambda words, speaker, start_s, end_s: said(
        " ".join(words), speaker=speaker.value, start_s=start_s, end_s=end_s
    ),
    st.lists(WORDS, max_size=15),
    st.sampled_from(list(Speaker)),
    TIME,
    TIME,
)
HEADER = st.fixed_dictionaries(
    {"type": st.just("call"), "call": st.just("a"), "jurisdiction": st.just("us")},
    optional={
        "verified": st.booleans(),
        "counterparty": st.sampled_from(["customer", "third_party", "voicemail", "unknown"]),
        "started_at": st.sampled_from(
            ["2026-11-20T12:00:00", "2026-11-22T23:59:59", "0001-01-01T00:00:00",
             "9999-12-31T23:59:59+00:00", "2026-03-08T02:30:00-05:00"]
        ),
        "customer_timezone": st.sampled_from(["America/New_York", "Pacific/Kiritimati", "no"]),
        "customer_state": st.sampled_from(["CA", "", "TX", "🙂"]),
        "number": st.sampled_from(["+12125550100", "", "x", "0" * 50]),
        "contacts": st.lists(
            st.fixed_dictionaries(
                {"at": st.sampled_from(["2026-11-19T12:00:00", "2026-11-19T12:00:00+08:00",
                                        "0001-01-01T00:00:00+14:00"])},
                optional={"outcome": st.sampled_from(["busy", "answered", "", "?"])},
            ),
            max_size=4,
        ),
        "account": st.dictionaries(
            st.sampled_from(["balance", "id"]),
            st.sampled_from(["12", 12, 1.5, "NaN", "Infinity", True, None, "", [], {}]),
        ),
    },
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(HEADER, st.lists(LINE, max_size=8))
def test_no_call_is_too_odd_to_be_judged(
    header: dict[str, object], lines: list[dict[str, object]]
) -> None:
    results = check(header, *lines)
    closed = [result for result in results if isinstance(result, Closed)]
    assert len(closed) == 1
    ids = [
        finding.id
        for result in results
        if isinstance(result, Judged)
        for finding in result.heard.findings
    ]
    assert len(ids) == len(set(ids))
    names = [name for name, _ in closed[0].closing.because]
    assert tuple(names) == closed[0].closing.not_assessable
    assert all(reason for _, reason in closed[0].closing.because)
