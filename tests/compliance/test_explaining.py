"""The account of a sentence: it agrees with the monitor, and names what decided."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.cases import load_cases
from compliance.context import CallContext, CallHeader, Listener
from compliance.explaining import LISTENERS, Explained, Standing, explain
from compliance.findings import Kind, Verdict
from compliance.hearing import How
from compliance.monitor import Monitor
from compliance.near_misses import NearMisses
from compliance.rules import Guard, RuleSet
from compliance.transcript import Speaker, Utterance
from tests.compliance.small_pack import small_rules

HEADER = CallHeader("us", "en-US", verified=True, listener=Listener.CUSTOMER)
RULES = """
- id: US-01
  family: threat
  severity: critical
  verified_law: verified
  citation: Somewhere 1
  detectors: [threat/plain]
- id: US-02
  family: threat
  verified_law: secondary
  citation: Somewhere 2
  detectors: [threat/told]
- id: US-03
  family: threat
  verified_law: secondary
  citation: Somewhere 3
  detectors: [threat/filed, threat/unsure]
- id: US-04
  family: threat
  verified_law: secondary
  citation: Somewhere 4
  detectors: [threat/again]
  counts: {hits: 2}
"""
DETECTORS = """
plain:
  phrases: ["(green|blue) umbrella", "wooden {number} spoon"]
told:
  phrases: [silver ladder]
  when: {listener: [third_party]}
filed:
  phrases: [paper lantern]
  true_if: suit_filed
unsure:
  phrases: [iron kettle]
  check: true
again:
  phrases: [copper bell]
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    return small_rules(tmp_path_factory.mktemp("pack"), rules=RULES, detectors=DETECTORS)


def standings(explained: Explained) -> dict[str, Standing]:
    return {
        weighed.rule.id: weighed.standing for here in explained.heard for weighed in here.weighed
    }


def test_a_breach_is_told_with_the_phrase_that_matched_and_where_it_stands(rules: RuleSet) -> None:
    explained = explain(rules, "That's a green umbrella.", HEADER)
    (here,) = explained.heard
    assert here.words == "green umbrella"
    assert here.phrase is not None
    assert here.phrase.text == "(green|blue) umbrella"
    assert here.phrase.line > 0
    assert [finding.rule for finding in explained.findings] == ["US-01"]
    assert standings(explained) == {"US-01": Standing.BREACH}


def test_a_denial_is_told_with_the_words_that_deny(rules: RuleSet) -> None:
    explained = explain(rules, "We will never send a green umbrella.", HEADER)
    (weighed,) = explained.heard[0].weighed
    assert weighed.standing is Standing.EXCUSED
    (excuse,) = weighed.excuses
    assert (excuse.guard, excuse.cues) == (Guard.NEGATED, ("never",))
    assert not explained.findings


def test_the_wrong_listener_is_told_and_who_would_be_the_right_one(rules: RuleSet) -> None:
    explained = explain(rules, "Bring the silver ladder.", HEADER)
    (weighed,) = explained.heard[0].weighed
    assert weighed.standing is Standing.ELSEWHERE
    assert ("listener", False) in weighed.answers
    to_others = {other.listener: dict(other.verdicts) for other in explained.to_others}
    assert to_others["third_party"] == {"US-02": Verdict.BREACH}


def test_what_only_a_fact_decides_names_the_fact(rules: RuleSet) -> None:
    open_ = explain(rules, "A paper lantern, an iron kettle.", HEADER)
    assert {w.fact for here in open_.heard for w in here.weighed} == {"suit_filed", None}
    assert {w.standing for here in open_.heard for w in here.weighed} == {Standing.CHECK_FACTS}
    known = explain(rules, "A paper lantern.", replace(HEADER, facts={"suit_filed": True}))
    assert standings(known) == {"US-03": Standing.LAWFUL_BY_FACT}


def test_what_only_repetition_breaks_is_not_yet_broken(rules: RuleSet) -> None:
    explained = explain(rules, "Ring the copper bell.", HEADER)
    assert standings(explained) == {"US-04": Standing.NOT_YET}
    assert not explained.findings


def test_an_unknown_listener_leaves_a_rule_open(rules: RuleSet) -> None:
    header = replace(HEADER, verified=None, listener=Listener.UNKNOWN)
    explained = explain(rules, "Bring the silver ladder.", header)
    assert standings(explained) == {"US-02": Standing.NOT_ASSESSABLE}
    assert explained.undecided == (("US-02", "listener"),)


def test_a_phrase_that_almost_matched_says_what_was_missing(rules: RuleSet) -> None:
    explained = explain(rules, "There was a wooden spoon.", HEADER, near=NearMisses("en"))
    assert not explained.heard
    (miss,) = explained.nearly
    assert (miss.phrase.text, miss.missing) == ("wooden {number} spoon", "{number}")
    assert explained.folded.quote(miss.first, miss.last) == "wooden spoon"


def test_what_was_heard_is_not_told_as_almost_heard(rules: RuleSet) -> None:
    near = NearMisses("en")
    explained = explain(rules, "A green umbrella and a wooden spoon.", HEADER, near=near)
    assert not explained.nearly


def test_nothing_heard_is_an_account_too(rules: RuleSet) -> None:
    for text in ("", "…", "\u202eabc", "🙂" * 40):
        explained = explain(rules, text, HEADER, near=NearMisses("en"))
        assert not explained.heard
        assert not explained.findings
        assert not explained.nearly


def test_words_of_the_customer_break_nothing(rules: RuleSet) -> None:
    explained = explain(rules, "A green umbrella.", HEADER, speaker=Speaker.CUSTOMER)
    assert not explained.heard
    assert not explained.to_others


_STANDING = {
    Standing.BREACH: Verdict.BREACH,
    Standing.CHECK_FACTS: Verdict.CHECK_FACTS,
}
_SURENESS = (Verdict.CHECK_FACTS, Verdict.BREACH)


def account_of(explained: Explained) -> dict[str, Verdict]:
    """The verdicts that the account of each match adds up to."""
    verdicts: dict[str, Verdict] = {}
    for here in explained.heard:
        for weighed in here.weighed:
            verdict = _STANDING.get(weighed.standing)
            known = verdicts.get(weighed.rule.id, Verdict.CHECK_FACTS)
            if verdict is not None:
                verdicts[weighed.rule.id] = max(verdict, known, key=_SURENESS.index)
    return verdicts


def test_the_account_agrees_with_the_monitor_on_every_case(packaged: RuleSet) -> None:
    for case in load_cases(packaged.jurisdiction):
        explained = explain(packaged, case.says, case.context.header, speaker=case.speaker)
        found = {
            finding.rule: finding.verdict
            for finding in explained.findings
            if finding.utterance_id and finding.kind is not Kind.FACT  # told by the ledger
        }
        alike = {
            finding.rule
            for finding in explained.findings
            if finding.found_by is not None and finding.found_by.how in {How.SIMILAR, How.SOUND}
        }
        # Likenesses and sounds are told beside the account of the words, and may outweigh it.
        account = account_of(explained)
        for verdicts in (found, account):
            for rule in alike:
                verdicts.pop(rule, None)
        assert account == found, f"{case.place.line}: {case.says}"


@pytest.fixture(params=["us", "uk", "tw", "hk"])
def packaged(request: pytest.FixtureRequest) -> RuleSet:
    found: RuleSet = request.getfixturevalue(request.param)
    return found


WORDS = ("green umbrella", "silver ladder", "paper lantern", "iron kettle", "never", "he said",
         "if", "not", "would it be", "that is a scam", ".", ",", "we", "you")  # fmt: skip


@given(
    words=st.lists(st.sampled_from(WORDS), max_size=8),
    listener=st.sampled_from(sorted(LISTENERS)),
    fact=st.sampled_from([None, True, False]),
)
def test_the_account_agrees_with_the_monitor_whatever_is_said(
    rules: RuleSet, words: list[str], listener: str, fact: bool | None
) -> None:
    who, verified = LISTENERS[listener]
    facts = {} if fact is None else {"suit_filed": fact}
    header = replace(HEADER, listener=who, verified=verified, facts=facts)
    text = " ".join(words)
    heard = Monitor(rules, header).hear(
        Utterance("u", 0, Speaker.AGENT, text), CallContext(header, verified, who)
    )
    found = {finding.rule: finding.verdict for finding in heard.findings}
    assert account_of(explain(rules, text, header)) == found


def test_the_concepts_of_another_folder_are_used(tmp_path: Path) -> None:
    rules = small_rules(tmp_path, detectors="plain:\n  phrases: ['crimson {lamp} shade']\n", files={
        "concepts/en.yaml": "concepts:\n  lamp: [lantern]\n  kin: [aunt]\n",
        "cues/en.yaml": "cues:\n  negator: [not]\n",
    })  # fmt: skip
    explained = explain(
        rules, "A crimson lantern.", HEADER, near=NearMisses("en", tmp_path / "packs")
    )
    assert [miss.missing for miss in explained.nearly] == ["shade"]
