"""A scorer beside the phrases adds what is like a breach, and doubts what only looks like one."""

from __future__ import annotations

from compliance.context import CallContext, CallHeader, Listener
from compliance.findings import Finding, Verdict
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.rules import RuleSet
from compliance.scoring import Scored, likeness_of
from compliance.text import Folded
from compliance.transcript import Speaker, Utterance


class WordScorer:
    """Takes one word for a sign of one family, and doubts whatever holds another."""

    content_hash = "words-1"

    def __init__(
        self, family: str, sign: str = "", *, sure: bool = True, doubted: str = ""
    ) -> None:
        self._family = family
        self._sign = sign
        self._sure = sure
        self._doubted = doubted

    def score(self, folded: Folded, listener: Listener) -> tuple[Scored, ...]:
        if self._sign not in folded.tokens:
            return ()
        at = folded.tokens.index(self._sign)
        label = likeness_of(self._family)
        return (Scored(self._family, 0.9, label, at, at, "an example", self._sure),)

    def doubts(self, folded: Folded, listener: Listener, family: str) -> bool:
        return family == self._family and self._doubted in folded.tokens


def rules_with(scorer: WordScorer) -> RuleSet:
    return load_rules("us", "en-US", scorer=scorer)


def heard(
    rules: RuleSet, text: str, *, final: bool = True, listener: Listener = Listener.CUSTOMER
) -> dict[str, Finding]:
    header = CallHeader("us", "en-US", verified=listener is Listener.CUSTOMER, listener=listener)
    context = CallContext(header, header.verified, listener)
    utterance = Utterance("u0", 0, Speaker.AGENT, text, final=final)
    return {f.rule: f for f in Monitor(rules, header).hear(utterance, context).findings}


def test_what_is_like_a_breach_is_one_where_the_scorer_is_sure() -> None:
    text = "Grandma would notice the geraniums were gone."
    assert not heard(load_rules("us", "en-US"), text)
    finding = heard(rules_with(WordScorer("threat", "geraniums")), text)["US-01"]
    assert finding.verdict is Verdict.BREACH
    assert text[finding.start : finding.end] == "geraniums"
    assert not heard(rules_with(WordScorer("threat", "geraniums", sure=False)), text)


def test_a_likeness_waits_for_the_end_of_the_utterance() -> None:
    rules = rules_with(WordScorer("threat", "geraniums"))
    assert not heard(rules, "grandma would notice the geraniums", final=False)


def test_a_likeness_counts_for_the_rules_and_listeners_of_its_family_only() -> None:
    rules = rules_with(WordScorer("third_party_disclosure", "geraniums"))
    text = "The geraniums are behind with everything."
    assert set(heard(rules, text, listener=Listener.THIRD_PARTY)) == {"US-06"}
    assert "recording/~like" not in rules.rule("US-12").detectors


def test_another_persons_words_are_no_likeness() -> None:
    rules = rules_with(WordScorer("threat", "geraniums"))
    assert not heard(rules, "You told me that somebody said the geraniums would go.")


def test_what_the_scorer_doubts_falls_unless_it_is_critical() -> None:
    doubting = rules_with(WordScorer("workplace", doubted="umbrella"))
    text = "Put your supervisor on, umbrella."
    assert heard(load_rules("us", "en-US"), text)["US-09"].verdict is Verdict.BREACH
    assert not heard(doubting, text)
    critical = "You will be arrested, umbrella."
    doubting = rules_with(WordScorer("false_arrest", doubted="umbrella"))
    assert heard(doubting, critical)["US-03"].verdict is Verdict.CHECK_FACTS


def test_the_scorer_is_part_of_what_a_call_is_judged_by() -> None:
    plain = load_rules("us", "en-US").content_hash
    assert rules_with(WordScorer("threat")).content_hash != plain
