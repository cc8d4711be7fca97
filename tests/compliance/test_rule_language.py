"""What a rule can say of when it applies, what it wants repeated, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from compliance.cases import evidence, load_cases
from compliance.context import CallHeader, Collector, Listener
from compliance.errors import BadInput
from compliance.findings import Severity, Status, Verdict, VerifiedLaw
from compliance.packs import load_rules
from compliance.rules import RuleSet, RuleStatus
from compliance.transcript import Speaker, Word
from tests.compliance.call import Talk
from tests.compliance.small_pack import PLAIN_RULE, small_rules, write_pack

UMBRELLA = "Take the green umbrella."


def one_rule(folder: Path, more: str, **parts: str) -> RuleSet:
    return small_rules(folder, rules=f"{PLAIN_RULE.rstrip()}\n  {more}\n", **parts)


def test_a_detector_may_be_heard_only_by_the_rules_that_name_it(tmp_path: Path) -> None:
    named = PLAIN_RULE.replace("US-01", "US-02").rstrip() + "\n  detectors: [threat/ours]\n"
    rules = small_rules(
        tmp_path,
        rules=PLAIN_RULE + named,
        detectors="""
            plain: {phrases: [green umbrella]}
            ours: {by_name: true, phrases: [silver ladder]}
        """,
    )
    talk = Talk(rules)
    assert talk.rules_said(UMBRELLA) == ["US-01"]
    assert talk.rules_said("Take the silver ladder.") == ["US-02"]


# ---- when ----------------------------------------------------------------------------------------


def test_a_rule_may_hold_for_some_minutes_of_the_call(tmp_path: Path) -> None:
    rules = one_rule(tmp_path, "when: {minutes: {from: 1, to: 2}}")
    talk = Talk(rules)
    assert [bool(talk.rules_said(UMBRELLA, at)) for at in (59.9, 60.0, 119.0, 120.0)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert "US-01" not in talk.open_rules()
    untimed = Talk(rules)
    assert not untimed.rules_said(UMBRELLA)
    assert untimed.open_rules()["US-01"] == "minutes"


@pytest.mark.parametrize(
    ("comparison", "value", "verdict"),
    [
        ("{gt: 90}", 120, True),
        ("{gt: 90}", "120", True),
        ("{gt: 90}", 90, False),
        ("{ge: 90}", 90, True),
        ("{lt: '2026-01-01'}", "2025-12-31", True),
        ("{lt: '2026-01-01'}", "2026-01-01T08:00:00", False),
        ("{eq: gold}", "gold", True),
        ("{eq: gold}", "silver", False),
        ("{eq: true}", True, True),
        ("{eq: 3000}", "3000.00", True),
        ("{exists: true}", "x", True),
        ("{exists: false}", "x", False),
        ("{exists: false}", None, True),
        ("{le: 5, ge: 3}", 4, True),
        ("{gt: 90}", "many", None),
        ("{gt: 90}", None, None),
    ],
)
def test_a_rule_may_depend_on_the_account(
    tmp_path: Path, comparison: str, value: str | int | bool | None, *, verdict: bool | None
) -> None:
    rules = one_rule(tmp_path, f"when: {{account: {{field: {comparison}}}}}")
    header = CallHeader("us", "en-US", verified=True, listener=Listener.CUSTOMER)
    talk = Talk(rules, replace(header, account={"field": value} if value is not None else {}))
    assert bool(talk.rules_said(UMBRELLA)) is (verdict is True)
    assert (talk.open_rules().get("US-01") == "account:field") is (verdict is None)


def test_without_an_account_what_depends_on_it_is_open(tmp_path: Path) -> None:
    talk = Talk(one_rule(tmp_path, "when: {account: {field: {exists: false}}}"))
    assert not talk.rules_said(UMBRELLA)
    assert talk.open_rules()["US-01"] == "account:field"


TWO_RULES = """
- id: US-01
  family: threat
  verified_law: verified
  citation: Somewhere 1
  detectors: [threat/plain]
- id: US-02
  family: threat
  verified_law: verified
  citation: Somewhere 2
  detectors: [threat/other]
  {more}
"""
TWO_DETECTORS = """
plain: {phrases: [green umbrella]}
other: {phrases: [purple hat]}
"""


def two_rules(folder: Path, more: str, **parts: str) -> RuleSet:
    return small_rules(
        folder, rules=TWO_RULES.replace("{more}", more), detectors=TWO_DETECTORS, **parts
    )


def test_a_rule_may_wait_for_another(tmp_path: Path) -> None:
    talk = Talk(two_rules(tmp_path, "when: {after: [US-01]}"))
    assert talk.rules_said("a purple hat") == []
    assert talk.rules_said(UMBRELLA) == ["US-01"]
    assert talk.rules_said("a purple hat") == ["US-02"]


def test_a_rule_may_hold_only_before_an_event(tmp_path: Path) -> None:
    events = "tea_served: {phrases: [tea is served]}"
    talk = Talk(two_rules(tmp_path, "when: {before: [event:tea_served]}", events=events))
    assert talk.rules_said("a purple hat") == ["US-02"]
    assert talk.rules_said("Now the tea is served") == []
    assert talk.rules_said("a purple hat") == []


def test_a_rule_may_hold_only_after_a_stage(tmp_path: Path) -> None:
    talk = Talk(two_rules(tmp_path, "when: {after: [stage:purpose]}"))
    assert talk.rules_said("a purple hat") == []
    talk.now(stage="opening")
    assert talk.rules_said("a purple hat") == []
    talk.now(stage="purpose")
    talk.says("hello")
    talk.now(stage="close")
    assert talk.rules_said("a purple hat") == ["US-02"]
    assert talk.open_rules()["US-02"] == "stage:purpose"  # no script ran when it was first said


def test_what_an_unknown_speaker_may_have_said_leaves_order_open(tmp_path: Path) -> None:
    talk = Talk(two_rules(tmp_path, "when: {before: [US-01]}"))
    talk.says("mumble", speaker=Speaker.UNKNOWN)
    assert talk.rules_said("a purple hat") == []
    assert talk.open_rules()["US-02"] == "US-01"


def test_a_state_is_set_by_one_rule_and_needed_by_another(tmp_path: Path) -> None:
    rules = """
    - id: US-01
      family: threat
      kind: route
      verified_law: verified
      citation: Somewhere 1
      sets: [wants_no_hats]
    - id: US-02
      family: threat
      verified_law: verified
      citation: Somewhere 2
      needs: [wants_no_hats]
    """
    detectors = """
    asked: {phrases: [no hats please], speakers: [customer]}
    other: {phrases: [purple hat]}
    """
    talk = Talk(small_rules(tmp_path, rules=rules, detectors=detectors))
    assert talk.rules_said("a purple hat") == []
    (asked,) = talk.hears("no hats please")
    assert (asked.rule, asked.kind, asked.verdict) == ("US-01", "route", Verdict.CHECK_FACTS)
    assert asked.do_now is not None
    assert talk.rules_said("a purple hat") == ["US-02"]
    assert talk.rules_said("no hats please") == []  # the agent's own words route nothing


def test_what_was_said_becomes_a_fact(tmp_path: Path) -> None:
    rules = """
    - {id: US-01, family: threat, kind: route, verified_law: verified, citation: A, sets: [ill]}
    - {id: US-02, family: threat, verified_law: verified, citation: B}
    """
    detectors = """
    ill: {phrases: [i am ill], speakers: [customer]}
    hat: {phrases: [purple hat], wrong_if: ill}
    """
    talk = Talk(small_rules(tmp_path, rules=rules, detectors=detectors), facts={"ill": False})
    assert talk.says("a purple hat") == ()
    talk.hears("i am ill")
    (finding,) = talk.says("a purple hat")
    assert finding.verdict is Verdict.BREACH


def test_faint_words_do_not_count_where_confidence_is_asked_for(tmp_path: Path) -> None:
    rules = one_rule(tmp_path, "when: {confidence: 0.6}")
    talk = Talk(rules)
    for confidence, found in ((0.59, False), (0.6, True), (None, True)):
        words = [
            Word("the", 0, 1, 0.1), Word("green", 1, 2, 0.9), Word("umbrella", 2, 3, confidence)
        ]  # fmt: skip
        assert bool(talk.says("the green umbrella", 0, 3, words=words)) is found
    assert talk.says("the green umbrella")  # typed: nothing doubts it


# ---- repetition and restraint ------------------------------------------------------------------


def test_only_repetition_may_break_a_rule(tmp_path: Path) -> None:
    talk = Talk(one_rule(tmp_path, "counts: {hits: 3, within_utterances: 5}"))
    said = [UMBRELLA, "fine", UMBRELLA, "fine", UMBRELLA, "fine", "well", "so", "good", UMBRELLA]
    found = [bool(talk.rules_said(text)) for text in said]
    assert found == [False, False, False, False, True, False, False, False, False, False]


def test_repetition_within_seconds_needs_times(tmp_path: Path) -> None:
    rules = one_rule(tmp_path, "counts: {hits: 2, within_s: 30}")
    talk = Talk(rules)
    assert [bool(talk.rules_said(UMBRELLA, at)) for at in (0.0, 40.0, 70.0, 100.5)] == [
        False, False, True, False,
    ]  # fmt: skip
    untimed = Talk(rules)
    untimed.says(UMBRELLA)
    assert not untimed.says(UMBRELLA)
    assert untimed.open_rules()["US-01"] == "times"


def test_the_same_again_and_again_is_more_than_one_of_each(tmp_path: Path) -> None:
    more = "counts: {hits: 2, same: true}"
    rules = f"{PLAIN_RULE.rstrip()}\n  {more}\n"
    talk = Talk(small_rules(tmp_path, rules=rules, detectors=TWO_DETECTORS))
    assert not talk.rules_said("a purple hat")
    assert not talk.rules_said(UMBRELLA)
    assert talk.rules_said("a purple hat")


def test_a_rule_is_told_so_often_and_then_keeps_silent(tmp_path: Path) -> None:
    talk = Talk(one_rule(tmp_path, "cooldown_s: 10\n  max_per_call: 2"))
    told = [bool(talk.rules_said(UMBRELLA, at)) for at in (1.0, 9.0, 12.0, 30.0)]
    assert told == [True, False, True, False]


def test_a_provisional_flag_of_a_silent_rule_is_never_shown(tmp_path: Path) -> None:
    talk = Talk(one_rule(tmp_path, "max_per_call: 1"))
    (born,) = talk.says(UMBRELLA, final=False)
    assert born.status is Status.PROVISIONAL
    (confirmed,) = talk.says(UMBRELLA)
    assert confirmed.id == born.id
    assert talk.says(UMBRELLA, final=False) == ()


# ---- the life of a rule ------------------------------------------------------------------------

VERSIONS = """
- id: US-01
  family: threat
  severity: minor
  verified_law: verified
  citation: The old law
  effective_to: '2026-06-30'
- id: US-01
  family: threat
  severity: critical
  verified_law: verified
  citation: The new law
  effective_from: '2026-07-01'
"""


@pytest.mark.parametrize(
    ("started_at", "zone", "citation"),
    [
        ("2026-06-30T23:30:00", None, "The old law"),
        ("2026-07-01T00:10:00", None, "The new law"),
        ("2026-07-01T03:00:00+00:00", "America/Los_Angeles", "The old law"),
        ("2026-07-01T08:00:00+00:00", "America/Los_Angeles", "The new law"),
        (None, None, "The new law"),
    ],
)
def test_a_call_is_judged_by_the_version_in_force_where_the_customer_is(
    tmp_path: Path, started_at: str | None, zone: str | None, citation: str
) -> None:
    rules = small_rules(tmp_path, rules=VERSIONS)
    header = CallHeader(
        "us",
        "en-US",
        verified=True,
        listener=Listener.CUSTOMER,
        started_at=datetime.fromisoformat(started_at) if started_at else None,
        customer_timezone=zone,
    )
    talk = Talk(rules, header, today=date(2026, 8, 1))
    (finding,) = talk.says(UMBRELLA)
    in_force = rules.at(date(2026, 8, 1)) if started_at is None else talk.monitor.rules
    assert in_force.rule("US-01").citation(None) == citation
    assert finding.severity is in_force.rule("US-01").severity


def test_a_rule_that_has_ended_is_judged_no_more(tmp_path: Path) -> None:
    rules = one_rule(tmp_path, "effective_to: '2020-12-31'")
    assert not Talk(rules, today=date(2026, 1, 1)).says(UMBRELLA)
    assert Talk(rules, today=date(2020, 12, 31)).says(UMBRELLA)


def test_a_draft_judges_nothing_and_can_be_read(tmp_path: Path) -> None:
    rules = small_rules(
        tmp_path,
        rules=f"{PLAIN_RULE}  status: draft\n"
        + TWO_RULES.replace("US-01", "US-03")
        .replace("{more}", "")
        .replace("threat/other", "threat/plain"),
    )
    assert [rule.id for rule in rules.drafts] == ["US-01"]
    assert rules.rule("US-01").status is RuleStatus.DRAFT
    assert [finding.rule for finding in Talk(rules).says(UMBRELLA)] == ["US-03", "US-02"][::-1]


def test_law_from_memory_starts_on_trial(tmp_path: Path) -> None:
    text = PLAIN_RULE.replace("verified_law: verified", "verified_law: memory")
    rules = small_rules(tmp_path, rules=text)
    (finding,) = Talk(rules).says(UMBRELLA)
    assert finding.trial
    with pytest.raises(BadInput, match="known from memory is not stable"):
        small_rules(tmp_path, rules=f"{text}  status: stable\n")
    approved = small_rules(tmp_path, rules=f"{text}  status: stable\n  approved_by: A. Counsel\n")
    (finding,) = Talk(approved).says(UMBRELLA)
    assert not finding.trial


def test_what_is_on_trial_changes_nothing_else(tmp_path: Path) -> None:
    more = "when: {after: [US-01]}"
    rules = TWO_RULES.replace("citation: Somewhere 1", "citation: A\n  status: trial")
    talk = Talk(small_rules(tmp_path, rules=rules.replace("{more}", more), detectors=TWO_DETECTORS))
    assert talk.says(UMBRELLA)[0].trial
    assert talk.rules_said("a purple hat") == []


def test_evidence_counts_breaches_and_near_misses_of_a_rule() -> None:
    rules = load_rules("us", "en-US")
    cases = load_cases("us")
    threat = evidence(rules.rule("US-01"), cases)
    assert threat.breaks >= 5
    assert threat.clean >= 3
    assert threat.enough
    assert not evidence(replace(rules.rule("US-01"), id="US-99"), cases).enough


# ---- faults --------------------------------------------------------------------------------------

FAULTS = [
    ({"rules": f"{PLAIN_RULE}{PLAIN_RULE}"}, "the id US-01 is given twice"),
    ({"rules": VERSIONS.replace("'2026-07-01'", "'2026-06-30'")}, "twice for the same days"),
    ({"rules": f"{PLAIN_RULE}  effective_from: '2026-02-01'\n  effective_to: '2026-01-01'\n"},
     "it ends before it begins"),
    ({"rules": f"{PLAIN_RULE}  effective_from: '2026-02-30'\n"}, "effective_from"),
    ({"rules": f"{PLAIN_RULE}  status: no\n"}, "status"),
    ({"rules": f"{PLAIN_RULE}  approved_by: no\n  status: 1\n"}, "status"),
    ({"rules": f"{PLAIN_RULE}  needs: [unset]\n"}, "no rule sets the state 'unset'"),
    ({"rules": f"{PLAIN_RULE}  when: {{after: [US-77]}}\n"}, "nothing called 'US-77'"),
    ({"rules": f"{PLAIN_RULE}  when: {{after: ['event:tee']}}\n"}, "nothing called 'event:tee'"),
    ({"rules": f"{PLAIN_RULE}  when: {{before: [soon]}}\n"}, "before"),
    ({"rules": f"{PLAIN_RULE}  when: {{stage: [tee]}}\n"}, "there is no stage 'tee'"),
    ({"rules": f"{PLAIN_RULE}  when: {{minutes: {{from: 3, to: 2}}}}\n"}, "ends before it begins"),
    ({"rules": f"{PLAIN_RULE}  when: {{account: {{f: {{above: 3}}}}}}\n"}, "account"),
    ({"rules": f"{PLAIN_RULE}  when: {{confidence: 60}}\n"}, "confidence"),
    ({"rules": f"{PLAIN_RULE}  counts: {{hits: 1}}\n"}, "counts.hits"),
    ({"rules": f"{PLAIN_RULE}  cooldown_s: 0\n"}, "cooldown_s"),
    ({"rules": f"{PLAIN_RULE}  kind: route\n  detectors: [threat/plain]\n"},
     "does not listen to customers"),
    ({"detectors": "plain: {guards: [negated]}"}, "a detector needs phrases"),
    ({"detectors": "plain: {sequence: [{parts: [a, b]}]}", "parts": "a: [x ray]"},
     "there is no part 'b'"),
    ({"detectors": "plain: {phrases: ['[x]']}"}, "it would match anything"),
    ({"detectors": "plain: {phrases: ['{nome}']}"}, "there is no concept {nome}"),
    ({"detectors": "Plain: {phrases: [green]}"}, "should match pattern"),
    ({"events": "verified: {phrases: [yes it is]}"}, "the event 'verified' is built in"),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "message"), FAULTS)
def test_a_fault_is_told_with_its_place(
    tmp_path: Path, parts: dict[str, str], message: str
) -> None:
    with pytest.raises(BadInput) as caught:
        small_rules(tmp_path, **parts)
    hits = [fault for fault in caught.value.faults if message in fault.message]
    assert hits, str(caught.value)
    assert all(fault.line > 0 and fault.column > 0 for fault in hits)


def test_faults_of_all_sorts_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        small_rules(
            tmp_path,
            rules=f"{PLAIN_RULE}  needs: [unset]\n  when: {{after: [US-77]}}\n",
            detectors="plain: {phrases: ['{nome}', '(open'], regex: ['(a+)+b']}",
        )
    told = " ".join(fault.message for fault in caught.value.faults)
    for part in ("unset", "US-77", "{nome}", "never closed", "itself repeats"):
        assert part in told


@pytest.mark.parametrize("encoding", ["gbk", "big5", "utf-16", "shift_jis"])
def test_a_pack_in_another_encoding_is_named(tmp_path: Path, encoding: str) -> None:
    folder = write_pack(tmp_path)
    path = folder / "detectors" / "threat.en.yaml"
    path.write_bytes((path.read_text("utf-8") + "  # 電話帳\n").encode(encoding))
    with pytest.raises(BadInput, match="UTF-") as caught:
        load_rules("us", "en-US", folder)
    assert {Path(fault.path).name for fault in caught.value.faults} == {"threat.en.yaml"}


def test_a_pack_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    path = folder / "us.yaml"
    path.write_text(path.read_text("utf-8"), "utf-8-sig")
    assert load_rules("us", "en-US", folder).rule("US-01")


# ---- what binds one kind of collector otherwise --------------------------------------------------


@pytest.mark.parametrize(
    ("collector", "severity", "law"),
    [
        (None, Severity.MAJOR, VerifiedLaw.SECONDARY),
        (Collector.AGENCY, Severity.MAJOR, VerifiedLaw.SECONDARY),
        (Collector.IN_HOUSE, Severity.MINOR, VerifiedLaw.POLICY),
    ],
)
def test_a_rule_may_weigh_less_for_whom_it_is_policy(
    tmp_path: Path, collector: Collector | None, severity: Severity, law: VerifiedLaw
) -> None:
    rules = small_rules(
        tmp_path,
        rules="""
        - id: US-01
          family: threat
          verified_law: secondary
          citation: Somewhere 1
          severity_by_collector: {in-house: minor}
          verified_law_by_collector: {in-house: policy}
        """,
    )
    header = CallHeader("us", "en-US", collector, verified=True, listener=Listener.CUSTOMER)
    (finding,) = Talk(rules, header).says("green umbrella")
    assert finding.severity is severity
    assert rules.rule("US-01").law(collector) is law


# ---- statements that are not asked for -----------------------------------------------------------

STATED = """
- id: US-12
  family: recording
  kind: required
  verified_law: verified
  citation: Somewhere 12
  detectors: []
"""


@pytest.mark.parametrize(
    ("listener", "missed"),
    [
        (Listener.UNKNOWN, True),
        (Listener.CUSTOMER, True),
        (Listener.THIRD_PARTY, False),
        (Listener.VOICEMAIL, False),
    ],
)
def test_nobody_is_asked_to_tell_a_stranger(
    tmp_path: Path, listener: Listener, *, missed: bool
) -> None:
    rules = small_rules(
        tmp_path,
        rules=STATED,
        statements="""
        - id: firm
          rule: US-12
          min_utterances: 1
          unless: {listener: [third_party, voicemail]}
          elements: {firm: [from the bank]}
        """,
    )
    talk = Talk(rules, CallHeader("us", "en-US", verified=False))
    talk.says("hello")
    talk.now(listener=listener)
    talk.says("goodbye")
    closing = talk.close()
    assert bool(closing.findings) is missed
    assert not closing.not_assessable


def test_what_is_never_asked_for_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        small_rules(
            tmp_path,
            rules=STATED,
            statements="""
            - {id: firm, rule: US-12, unless: {}, elements: {firm: [from the bank]}}
            """,
        )
    assert "never be asked for" in str(caught.value.faults[0])


# ---- one contact too many, and ceilings ----------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "found", "reason"),
    [
        ({"cease_contact": True}, True, ""),
        ({"cease_contact": True, "inbound": True}, False, ""),
        ({"cease_contact": False}, False, ""),
        ({}, False, "fact:cease_contact"),
    ],
)
def test_a_contact_that_may_not_be_needs_no_history(
    tmp_path: Path, facts: dict[str, bool], reason: str, *, found: bool
) -> None:
    rules = small_rules(
        tmp_path,
        rules="""
        - id: US-15
          family: ignored_request
          kind: limit
          verified_law: verified
          citation: Somewhere 15
          when: {facts: {cease_contact: true}}
          limit: {most: 0, days: 1, unless: [inbound]}
        """,
    )
    talk = Talk(rules, facts=facts)
    assert [finding.verdict for finding in talk.opening] == [Verdict.BREACH] * found
    assert talk.open_rules().get("US-15", "") == reason


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        ("Your rate is 16 percent.", [Verdict.BREACH]),
        ("Your rate is about 16 percent.", [Verdict.CHECK_FACTS]),
        ("Your rate is 15 percent.", []),
        ("Your rate is never 16 percent.", []),
        ("Your rate is in the letter.", []),
    ],
)
def test_the_law_may_set_a_ceiling(tmp_path: Path, said: str, verdicts: list[Verdict]) -> None:
    rules = small_rules(
        tmp_path,
        rules="""
        - id: US-17
          family: amount
          kind: fact
          verified_law: verified
          citation: Somewhere 17
          fact: {says: rate, most: 15, about: [your rate]}
        """,
    )
    talk = Talk(rules)
    assert [finding.verdict for finding in talk.says(said)] == verdicts
    assert "US-17" not in talk.open_rules()
