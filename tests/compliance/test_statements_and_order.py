"""What must be said, by when, again for whom, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.context import CallHeader, Listener
from compliance.errors import BadInput
from compliance.findings import StatementState, Verdict
from compliance.rules import RuleSet
from compliance.transcript import Speaker
from tests.compliance.call import Talk
from tests.compliance.small_pack import small_rules

RULES = """
- id: US-12
  family: recording
  kind: required
  verified_law: verified
  citation: A
  detectors: []
"""
NOTICE = """
- id: notice
  rule: US-12
  min_utterances: 1
  elements:
    line: [this line is recorded]
    purpose: [for training purposes]
"""
EVENTS = """
debt_mentioned: {phrases: [(past due|you owe)]}
payment_agreed: {phrases: [i will pay on], speakers: [customer]}
another_account: {phrases: [your other (card|account)]}
"""
FULL = "This line is recorded for training purposes."

State = tuple[str, ...]


def pack(folder: Path, more: str = "") -> RuleSet:
    extra = f"  {more}\n" if more else ""
    return small_rules(folder, rules=RULES, statements=f"{NOTICE}{extra}", events=EVENTS)


def states(talk: Talk) -> list[str]:
    return [statement.state.value for statement in talk.statements]


def test_without_a_deadline_the_end_of_the_call_decides(tmp_path: Path) -> None:
    talk = Talk(pack(tmp_path))
    talk.says("Hello.")
    assert states(talk) == ["due"]
    talk.says("This line is recorded.")
    closing = talk.close()
    assert closing.statements[0].state is StatementState.MISSED
    assert closing.statements[0].missing == ("purpose",)
    (finding,) = closing.findings
    assert finding.found_by is not None
    assert (finding.found_by.how, finding.found_by.what) == ("partly_said", "purpose")


@pytest.mark.parametrize(
    ("said", "missed_at"),
    [
        ([FULL, "fine"], None),
        (["hello", FULL], 0),
        (["hello", "so", FULL], 0),
        (["this line is recorded", "for training purposes"], 0),
    ],
)
def test_it_may_be_due_in_the_first_utterance(
    tmp_path: Path, said: list[str], missed_at: int | None
) -> None:
    talk = Talk(pack(tmp_path, "by: {event: first_utterance, within: 1}"))
    found = [index for index, text in enumerate(said) if talk.says(text)]
    assert found == ([] if missed_at is None else [missed_at])
    if missed_at is not None and len(said) > 1 and FULL in said:
        assert states(talk)[-1] == "said"  # late, and told as said all the same
    assert not talk.close().findings


def test_it_may_be_due_after_verification(tmp_path: Path) -> None:
    rules = pack(tmp_path, "by: {event: verified, within: 2}")
    header = CallHeader("us", "en-US", verified=False)
    talk = Talk(rules, header)
    for _ in range(5):
        assert talk.says("hello") == ()
    talk.now(verified=True, listener=Listener.CUSTOMER)
    assert talk.says("thank you") == ()
    (missed,) = talk.says("so, about Friday")
    assert (missed.rule, missed.verdict, missed.utterance_id) == ("US-12", Verdict.BREACH, None)
    assert missed.do_now is not None  # it can still be said


def test_it_may_be_due_with_the_mention_of_the_debt(tmp_path: Path) -> None:
    rules = pack(tmp_path, "by: {event: debt_mentioned, within: 1}")
    for said, found in (
        ([FULL, "you owe us"], False),
        (["hello", f"you owe us. {FULL}"], False),
        (["hello", "you owe us", FULL], True),
    ):
        talk = Talk(rules)
        told = [talk.says(text) for text in said]
        assert any(told) is found, said


def test_it_may_be_due_once_the_customer_agrees_to_pay(tmp_path: Path) -> None:
    talk = Talk(pack(tmp_path, "by: {event: payment_agreed, within: 1}"))
    assert talk.says("I will pay on Friday") == ()  # not the customer's words
    talk.hears("Okay, I will pay on Friday.")
    assert talk.says("Great.")


def test_it_may_be_due_by_a_time(tmp_path: Path) -> None:
    rules = pack(tmp_path, "by: {seconds: 60}")
    in_time, late, never, untimed = Talk(rules), Talk(rules), Talk(rules), Talk(rules)
    assert in_time.says(FULL, 59.0, 63.0) == ()
    assert late.says("hello", 1.0, 2.0) == ()
    assert late.says(FULL, 61.0, 63.0)
    assert states(late)[-1] == "missed"
    assert never.says("hello", 1.0, 2.0) == ()
    assert never.says("so", 61.0, 62.0)
    assert never.says("well", 71.0, 72.0) == ()  # told once
    assert untimed.says(FULL) == ()
    assert untimed.open_rules()["US-12"] == "times"


def test_it_may_be_due_before_a_stage_is_left(tmp_path: Path) -> None:
    talk = Talk(pack(tmp_path, "by: {stage: purpose}"))
    for stage in ("opening", "purpose"):
        talk.now(stage=stage)
        assert talk.says("hello") == ()
    talk.now(stage="options")
    assert talk.says("hello")
    without_script = Talk(pack(tmp_path / "b", "by: {stage: purpose}"))
    assert not any(without_script.says("hello") for _ in range(5))
    assert without_script.close().findings


def test_it_may_be_due_again_for_another_person_or_account(tmp_path: Path) -> None:
    talk = Talk(pack(tmp_path, "repeat_on: [new_listener, another_account]"))
    talk.says(FULL)
    talk.says("hello")
    talk.now(listener=Listener.THIRD_PARTY, verified=False)
    talk.says("hello")
    talk.now(listener=Listener.UNKNOWN)
    talk.says(FULL)
    talk.now(listener=Listener.CUSTOMER, verified=True)  # who was unknown is the same still
    talk.says("fine")
    talk.says("Now about your other card.")
    assert states(talk) == ["said", "due", "said", "due"]
    (finding,) = talk.close().findings
    assert finding.id == "call.US-12.notice.3"


def test_an_interrupted_statement_is_seen_as_such(tmp_path: Path) -> None:
    talk = Talk(pack(tmp_path))
    talk.says("This line is recorded", 1.0, 4.0)
    talk.hears("What?", 2.5, 5.0)
    assert talk.statements[-1].interrupted
    assert talk.statements[-1].missing == ("purpose",)
    talk.says("fine", 6.0, 7.0)
    (finding,) = talk.close().findings
    assert finding.found_by is not None
    assert finding.found_by.how == "interrupted"
    taken_up = Talk(pack(tmp_path / "b"))
    taken_up.says("This line is recorded", 1.0, 4.0)
    taken_up.hears("What?", 2.5, 5.0)
    taken_up.says("for training purposes", 6.0, 7.0)
    assert not taken_up.close().findings
    waited = Talk(pack(tmp_path / "c"))
    waited.says("This line is recorded", 1.0, 4.0)
    waited.hears("Yes.", 3.9, 5.0)
    assert not waited.statements[-1].interrupted


def test_what_an_unknown_speaker_or_a_gap_may_hide_is_not_missed_at_once(tmp_path: Path) -> None:
    rules = pack(tmp_path, "by: {event: first_utterance, within: 1}")
    talk = Talk(rules)
    talk.says("mumble", speaker=Speaker.UNKNOWN)
    assert talk.says("hello") == ()
    assert talk.close().statements[0].state is StatementState.CANNOT_TELL
    gap = Talk(rules)
    gap.monitor.lost()
    assert gap.says("hello") == ()


ORDER = """
- id: US-06
  family: verify_first
  kind: ordered
  severity: critical
  verified_law: verified
  citation: A
  order: {first: [FIRST], then: [THEN]}
"""


def ordered(folder: Path, first: str, then: str) -> RuleSet:
    rules = RULES + ORDER.replace("FIRST", first).replace("THEN", then)
    return small_rules(folder, rules=rules, statements=NOTICE, events=EVENTS)


def test_verify_before_the_debt_is_mentioned(tmp_path: Path) -> None:
    rules = ordered(tmp_path, "event:verified", "event:debt_mentioned")
    talk = Talk(rules, CallHeader("us", "en-US", verified=False))
    talk.says("hello")
    (finding,) = talk.says("Well, you owe us.", 1.0, 2.0)
    assert (finding.rule, finding.verdict, finding.start_s) == ("US-06", Verdict.BREACH, 1.0)
    assert "Well, you owe us."[finding.start : finding.end] == "you owe"
    assert talk.says("You owe us.") == ()  # told once
    verified = Talk(rules)
    assert verified.says("you owe us") == ()
    unknown = Talk(rules, CallHeader("us", "en-US"))
    assert unknown.says("you owe us") == ()
    assert unknown.open_rules()["US-06"] == "event:verified"
    withdrawn = Talk(rules)
    withdrawn.says("hello")
    withdrawn.now(verified=False)
    assert withdrawn.says("you owe us")


def test_one_statement_before_an_event_in_the_same_breath(tmp_path: Path) -> None:
    rules = ordered(tmp_path, "statement:notice", "event:debt_mentioned")
    for text, found in (
        (f"{FULL} You owe us.", False),
        (f"You owe us. {FULL}", True),
        ("This line is recorded. You owe us.", True),
    ):
        assert bool(Talk(rules).says(text)) is found, text
    parted = Talk(rules)
    parted.says(FULL)
    assert parted.says("you owe us") == ()


def test_a_stage_may_be_what_comes_too_early(tmp_path: Path) -> None:
    talk = Talk(ordered(tmp_path, "statement:notice", "stage:options"))
    talk.now(stage="opening")
    assert talk.says("hello") == ()
    talk.now(stage="options")
    (finding,) = talk.says("so")
    assert (finding.start, finding.end) == (0, 0)


@pytest.mark.parametrize(
    ("statements", "rules", "part"),
    [
        (f"{NOTICE}  by: {{event: tea}}\n", RULES, "nothing called 'event:tea'"),
        (f"{NOTICE}  by: {{stage: tea}}\n", RULES, "nothing called 'stage:tea'"),
        (f"{NOTICE}  by: {{stage: close, seconds: 3}}\n", RULES, "one of event, stage and"),
        (f"{NOTICE}  by: {{within: 3}}\n", RULES, "one of event, stage and seconds"),
        (f"{NOTICE}  repeat_on: [tea]\n", RULES, "nothing called 'event:tea'"),
        (NOTICE + NOTICE, RULES, "the id notice is given twice"),
        (NOTICE, RULES + ORDER.replace("FIRST", "event:tea").replace("THEN", "event:verified"),
         "nothing called 'event:tea'"),
        (NOTICE, RULES + ORDER.replace("FIRST", "event:verified").replace("THEN", "US-12"),
         "order.then"),
    ],
)  # fmt: skip
def test_faults(tmp_path: Path, statements: str, rules: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        small_rules(tmp_path, rules=rules, statements=statements, events=EVENTS)
    hits = [fault for fault in caught.value.faults if part in fault.message]
    assert hits, str(caught.value)
    assert all(fault.line > 0 for fault in hits)
