"""Checking transcripts: interleaved calls, bad lines, calls that cannot be judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.checking import (
    MAX_TOLD,
    BadLine,
    Closed,
    Judged,
    Opened,
    Refused,
    Result,
    Started,
    check_transcript,
)
from compliance.errors import MissingPart
from compliance.packs import load_rules
from compliance.rules import RuleSet
from tests.compliance.small_pack import small_rules


def check(*records: object, jurisdiction: str | None = None) -> list[Result]:
    lines = [
        record if isinstance(record, bytes) else json.dumps(record).encode() for record in records
    ]
    return list(check_transcript(lines, path="t.jsonl", jurisdiction=jurisdiction))


def call(name: str, **fields: object) -> dict[str, object]:
    return {"type": "call", "call": name, "jurisdiction": "us", "language": "en-US", **fields}


def says(name: str, text: str, speaker: str = "agent", **fields: object) -> dict[str, object]:
    return {"type": "utterance", "call": name, "speaker": speaker, "text": text, **fields}


def rules_found(results: list[Result], name: str) -> list[str]:
    return [
        finding.rule
        for result in results
        if isinstance(result, Judged) and result.call == name
        for finding in result.heard.findings
    ]


def faults(results: list[Result]) -> list[tuple[int, int, str]]:
    return [
        (result.fault.line, result.fault.column, result.fault.message)
        for result in results
        if isinstance(result, BadLine)
    ]


def test_interleaved_calls_keep_their_own_state_and_law() -> None:
    results = check(
        call("a", verified=True, counterparty="customer"),
        call("b", jurisdiction="tw", language="zh-TW", verified=False),
        says("a", "Your card is past due."),
        says("b", "您的卡費逾期兩期了。"),
        says("a", "This is his wife, he's not here.", "customer"),
        says("b", "好。", "customer"),
        says("a", "Tell him he owes four hundred dollars."),
    )
    assert rules_found(results, "a") == ["ROUTE-third_party", "US-06"]
    assert rules_found(results, "b") == ["TW-19"]
    assert [result.call for result in results if isinstance(result, Closed)] == ["a", "b"]
    indexes = [
        result.utterance.index
        for result in results
        if isinstance(result, Judged) and result.call == "a"
    ]
    assert indexes == [0, 1, 2]


def test_verification_that_is_heard_opens_the_debt() -> None:
    results = check(
        call("a", verified=False),
        says("a", "Could I have your date of birth and the last four of your social?"),
        says("a", "May fifth nineteen eighty four, and four four one two.", "customer"),
        says("a", "Thank you, that all matches. Your card is past due."),
    )
    assert rules_found(results, "a") == []


def test_one_bad_line_in_ten_thousand_is_told_and_the_rest_is_checked() -> None:
    lines: list[object] = [call("a", verified=True, counterparty="customer")]
    lines += [says("a", "We can look at a plan that suits you.") for _ in range(9_998)]
    lines[5_000] = b'{"type": "utterance", "call": "a", "speaker": "agent", "text": '
    lines.append(says("a", "You'll go to jail for this."))
    results = check(*lines)
    ((line, column, message),) = faults(results)
    assert line == 5_001
    assert column > 1
    assert "not JSON" in message
    assert rules_found(results, "a") == ["US-03"]


@pytest.mark.parametrize(
    ("line", "column", "part"),
    [
        (says("a", "x", "robot"), 36, "speaker"),
        ({"type": "utterance", "call": "a", "speaker": "agent"}, 1, "'text' is missing"),
        (says("a", "x", wors=[]), 69, "unknown key 'wors'"),
        (says("a", "x", start_s="soon"), 69, "start_s"),
        (
            b'{"type": "utterance", "call": "a", "speaker": "agent", "text": "x", "start_s": NaN}',
            1,
            "",
        ),
        (b'["call"]', 1, "must be an object"),
        (b'{"type": "speech"}', 1, "type is 'speech'"),
        (b"\xff\xfe", 1, "not UTF-8"),
        (b'{"type": "utterance", "text": "\xe9"}', 32, "not UTF-8"),
        (says("z", "x"), 1, "no header"),
        (call("a"), 1, "second header"),
        (b"[" * 100_000, 1, "out of bounds"),
        (b'{"type": "utterance", "call": "a", "speaker": "agent", "text": "\\ud83d"}', 1, "half"),
    ],
)
def test_a_bad_line_is_told_with_its_place(line: object, column: int, part: str) -> None:
    results = check(call("a", verified=True, counterparty="customer"), line, says("a", "Hello."))
    found = faults(results)
    assert len(found) == 1, found
    assert found[0][:2] == (2, column)
    assert part in found[0][2]
    assert any(
        isinstance(result, Judged) and result.utterance.text == "Hello." for result in results
    )


def test_a_bad_header_is_one_fault_not_one_for_each_utterance() -> None:
    results = check(call("a", verified="yes"), says("a", "x"), says("a", "y"))
    ((line, _, message),) = faults(results)
    assert (line, message.split(":")[0]) == (1, "verified")


def test_a_call_without_a_pack_is_refused_and_the_others_go_on() -> None:
    def some_rules(jurisdiction: str, language: str) -> RuleSet:
        if jurisdiction == "hk":
            raise MissingPart("there is no rule pack for hk")
        return load_rules(jurisdiction, language)

    records = (
        call("h", jurisdiction="hk", language="zh-HK"),
        call("a", verified=True, counterparty="customer"),
        says("h", "x"),
        says("a", "You'll go to jail for this."),
    )
    lines = [json.dumps(record).encode() for record in records]
    results = [*check_transcript(lines, path="t.jsonl", rules_for=some_rules)]
    (refused,) = [result for result in results if isinstance(result, Refused)]
    assert refused.call == "h"
    assert refused.error.exit_status == 3
    assert rules_found(results, "a") == ["US-03"]


def test_jurisdiction_and_language_imply_each_other() -> None:
    results = check(
        {"type": "call", "call": "a", "language": "zh-TW"},
        {"type": "call", "call": "b", "jurisdiction": "cn"},
        {"type": "call", "call": "c"},
    )
    started = [result for result in results if isinstance(result, Started)]
    assert [(s.header.jurisdiction, s.header.language) for s in started] == [
        ("tw", "zh-TW"),
        ("cn", "zh-CN"),
    ]
    assert "neither a jurisdiction nor a language" in faults(results)[0][2]


def test_a_jurisdiction_given_lets_utterances_come_alone() -> None:
    results = check(says("a", "You'll go to jail for this."), jurisdiction="us")
    assert rules_found(results, "a") == ["US-03"]


def test_what_other_commands_write_can_be_checked_as_it_is() -> None:
    results = check(
        {"type": "started", "schema": 1, "call": "a"},
        call("a", verified=True, counterparty="customer"),
        {"type": "partial", "call": "a", "id": "x", "text": "hello"},
        says("a", "Hello.", id="x", at_s=1.5, start_s=0.0, end_s=2.5),
        b"",
        {"type": "ended", "call": "a"},
    )
    assert not faults(results)
    (judged,) = [result for result in results if isinstance(result, Judged)]
    assert judged.utterance.id == "x"
    (closed,) = [result for result in results if isinstance(result, Closed)]
    assert closed.duration_s == 2.5


SECRET = "Jordan Lee owes 4111111111111111"


@pytest.mark.parametrize(
    "line",
    [
        {"type": SECRET},
        {"type": [SECRET], "call": "a"},
        {"type": {"x": SECRET}},
        {"type": None},
        {**says("a", "x"), SECRET: 1},
        says("a", "x", SECRET),
        says("a", "x", words=[{"text": SECRET, SECRET: 2}]),
        call("b", facts={SECRET: "yes"}),
        call("b", jurisdiction=SECRET),
        call("b", jurisdiction="us", language=SECRET),
        call("b", jurisdiction="us", language="**"),
        call("b", jurisdiction="us", language="a/../../" + SECRET),
        call("b", jurisdiction="us", language="*-x"),
        call("b", collector=SECRET, started_at=SECRET, contacts=[{"at": SECRET}]),
        b'{"type": "utterance", "call": "a", "%s": 1, "%s": 2}' % ((SECRET.encode(),) * 2),
        b'{"type": "call", "call": "c", "x": %s}' % (b"[" * 400 + b"]" * 400),
        b'{"type": "utterance", "call": "a", "text": %s}' % (b"9" * 9000),
    ],
)
def test_what_a_bad_line_holds_is_never_told(line: object) -> None:
    results = check(call("a", verified=True), line, says("a", "You'll go to jail for this."))
    told = [result.fault for result in results if isinstance(result, BadLine | Refused)]
    errors = [result.error for result in results if isinstance(result, Refused)]
    assert told
    for text in [*map(str, told), *map(str, errors)]:
        assert "Jordan" not in text
        assert "4111" not in text
    assert rules_found(results, "a") == ["US-03"]


@pytest.mark.parametrize("name", ["facts", "contacts", "account", "verified", "collector"])
def test_null_is_unknown(name: str) -> None:
    results = check(call("a", **{name: None}), says("a", "Hello.", words=None))
    assert not faults(results)
    (started,) = [result for result in results if isinstance(result, Started)]
    assert not started.header.facts


def test_a_fact_that_is_null_is_unknown_and_the_others_count() -> None:
    results = check(call("a", facts={"judgment": None, "suit_filed": True}))
    assert not faults(results)
    (started,) = [result for result in results if isinstance(result, Started)]
    assert dict(started.header.facts) == {"suit_filed": True}


def test_a_key_twice_is_a_fault() -> None:
    line = b'{"type": "utterance", "call": "a", "speaker": "agent", "text": "x", "text": "y"}'
    nested = b'{"type": "call", "call": "b", "facts": {"judgment": true, "judgment": false}}'
    results = check(call("a"), line, nested)
    assert [(place, message) for place, _, message in faults(results)] == [
        (2, "the key 'text' is given twice"),
        (3, "the key 'judgment' is given twice"),
    ]


def test_many_faults_are_counted_rather_than_told() -> None:
    results = check(call("a"), *[b"{"] * 500, says("a", "You'll go to jail for this."))
    found = faults(results)
    assert len(found) == MAX_TOLD + 1
    assert found[-1] == (0, 0, f"… and {500 - MAX_TOLD} more lines with faults")
    assert rules_found(results, "a") == ["US-03"]


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ([json.dumps(call("a")).encode("utf-16"), b"\x00x\x00"], "UTF-16"),
        ([json.dumps(call("a")).encode("utf-16-le"), b"\x00x\x00"], "binary"),
        ([b"\x1f\x8b\x08\x00\x00", b"\x9c" * 40] * 50, "binary"),
        ([b"RIFF\x24\x00\x00\x00WAVEfmt "] * 50, "binary"),
        ([b"", b"\x7fELF\x02\x01\x01\x00"], "binary"),
    ],
)
def test_a_file_of_another_kind_is_one_fault(lines: list[bytes], part: str) -> None:
    results = list(check_transcript(lines, path="t", jurisdiction="us"))
    (found,) = faults(results)
    assert part in found[2]


KEYS = st.sampled_from(
    ("type", "call", "speaker", "text", "facts", "words", "start_s", "verified", "contacts", "id")
) | st.text(max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(("call", "utterance", "agent", "us", "en-US", "partial", "a")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
LINES = st.dictionaries(KEYS, VALUES, max_size=6).map(lambda d: json.dumps(d).encode()) | st.binary(
    max_size=30
)


@settings(deadline=None, max_examples=150)
@given(st.lists(LINES, max_size=5))
def test_no_line_whatever_it_holds_ends_the_check(noise: list[bytes]) -> None:
    first = json.dumps(call("!", verified=True, counterparty="customer")).encode()
    last = json.dumps(says("!", "You'll go to jail for this.")).encode()
    results = list(check_transcript([first, *noise, last], path="t"))
    assert rules_found(results, "!")[-1:] == ["US-03"]


def test_times_that_run_backwards_are_no_fault() -> None:
    results = check(
        call("a"),
        says("a", "one", start_s=9.0, end_s=10.0),
        says("a", "two", start_s=1.0, end_s=0.5),
    )
    assert not faults(results)


def test_rules_are_asked_for_once_for_each_pair() -> None:
    asked: list[tuple[str, str]] = []

    def rules_for(jurisdiction: str, language: str) -> RuleSet:
        asked.append((jurisdiction, language))
        return load_rules(jurisdiction, language)

    lines = [json.dumps(call(name)).encode() for name in "abc"]
    assert len(list(check_transcript(lines, path=Path("t"), rules_for=rules_for))) == 6
    assert asked == [("us", "en-US")]


def test_nothing_is_held_back(us: RuleSet) -> None:
    """Each line's results come before the next line is read."""
    read: list[int] = []

    def lines() -> list[bytes]:
        return [json.dumps(record).encode() for record in (call("a"), says("a", "x"))]

    def one_by_one() -> object:
        for number, line in enumerate(lines()):
            read.append(number)
            yield line

    results = check_transcript(one_by_one(), path="t", rules_for=lambda *_: us)  # type: ignore[arg-type]
    next(results)
    assert read == [0]
    next(results)
    assert read == [0, 1]


def test_what_the_header_alone_shows_comes_before_any_word(tmp_path: Path) -> None:
    hours = """
    - id: US-10
      family: hours
      kind: window
      verified_law: memory
      citation: Somewhere 10
      window: {from: '08:00', to: '21:00'}
    """
    rules = small_rules(tmp_path, rules=hours)
    header = {"type": "call", "call": "a", "jurisdiction": "us", "verified": True}
    late = {**header, "started_at": "2026-11-20T23:00:00+00:00", "number": "+12125550100"}
    known = {**late, "started_at": "2026-11-20T03:30:00+00:00"}
    said = {"type": "utterance", "call": "a", "speaker": "agent", "text": "Hello."}

    def check(first: dict[str, object]) -> list[Result]:
        lines = [json.dumps(record).encode() for record in (first, said)]
        return list(check_transcript(lines, path="t", rules_for=lambda *_: rules))

    assert [type(result) for result in check(late)] == [Started, Judged, Closed]
    started, opened, *_ = check(known)
    assert isinstance(started, Started)
    assert isinstance(opened, Opened)
    (finding,) = opened.findings
    assert (finding.rule, finding.utterance_index, finding.trial) == ("US-10", None, True)
    closed = check(header)[-1]
    assert isinstance(closed, Closed)
    assert dict(closed.closing.because) == {"US-10": "started_at"}


def test_a_time_zone_that_does_not_exist_is_told_and_counts_as_unknown(us: RuleSet) -> None:
    first = {"type": "call", "call": "a", "jurisdiction": "us", "customer_timezone": "Mars/Base"}
    results = list(check_transcript([json.dumps(first).encode()], path="t"))
    assert isinstance(results[0], BadLine)
    assert "no IANA time zone" in results[0].fault.message
    assert isinstance(results[1], Started)
    assert results[1].header.customer_timezone is None


def test_of_the_account_plain_values_are_kept() -> None:
    plain = {"balance": "652.18", "days": 90, "ok": True}
    account = {**plain, "identifiers": [{"kind": "x"}], "unknown": None}
    first = {"type": "call", "call": "a", "jurisdiction": "us", "account": account}
    (started, *_) = check_transcript([json.dumps(first).encode()], path="t")
    assert isinstance(started, Started)
    assert started.header.account == plain


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("started_at", "9999-12-31T23:59:59+00:00"),
        ("started_at", "0001-01-01T00:00:00"),
        ("contacts", [{"at": "0001-01-01T00:00:00"}]),
    ],
)
def test_a_time_at_which_nobody_telephoned_is_told_and_counts_as_unknown(
    field: str, value: object
) -> None:
    first = {"type": "call", "call": "a", "jurisdiction": "us", field: value}
    results = list(check_transcript([json.dumps(first).encode()], path="t"))
    assert isinstance(results[0], BadLine)
    assert "nobody" in results[0].fault.message or "anybody" in results[0].fault.message
    assert isinstance(results[1], Started)
    assert getattr(results[1].header, field) is None


def test_every_kind_of_line_that_a_call_writes_can_stand_in_a_transcript() -> None:
    kinds = ("stage", "objection", "promise", "recording", "hold", "customer", "account", "gap")
    lines = [json.dumps({"type": kind, "call": "a1"}).encode() for kind in kinds]
    assert not [r for r in check_transcript(lines, path="x") if isinstance(r, BadLine)]
