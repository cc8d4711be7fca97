"""A scorer beside the phrases adds what is like a breach, and doubts what only looks like one."""

from __future__ import annotations

from collections.abc import Mapping

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
        return (Scored(self._family, 0.9, label, at, at, self._sure),)

    def doubts(self, folded: Folded, listener: Listener, family: str | None = None) -> bool:
        return family in (None, self._family) and self._doubted in folded.tokens

    def nearest(self, text: str, family: str) -> str:
        return "an example"


def rules_with(scorer: WordScorer) -> RuleSet:
    return load_rules("us", "en-US", scorer=scorer)


def heard(
    rules: RuleSet,
    text: str,
    *,
    final: bool = True,
    listener: Listener = Listener.CUSTOMER,
    facts: Mapping[str, bool] | None = None,
) -> dict[str, Finding]:
    verified = listener is Listener.CUSTOMER
    header = CallHeader("us", "en-US", verified=verified, listener=listener, facts=facts or {})
    context = CallContext(header, header.verified, listener)
    utterance = Utterance("u0", 0, Speaker.AGENT, text, final=final)
    return {f.rule: f for f in Monitor(rules, header).hear(utterance, context).findings}


def test_what_is_like_a_breach_is_one_where_the_scorer_is_sure() -> None:
    text = "Grandma would notice the geraniums were gone."
    assert not heard(load_rules("us", "en-US", likeness=False), text)
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
    assert heard(load_rules("us", "en-US", likeness=False), text)["US-09"].verdict is Verdict.BREACH
    assert not heard(doubting, text)
    critical = "You will be arrested, umbrella."
    doubting = rules_with(WordScorer("false_arrest", doubted="umbrella"))
    assert heard(doubting, critical)["US-03"].verdict is Verdict.CHECK_FACTS


def test_the_scorer_is_part_of_what_a_call_is_judged_by() -> None:
    plain = load_rules("us", "en-US", likeness=False).content_hash
    assert rules_with(WordScorer("threat")).content_hash != plain


def test_a_likeness_knows_no_more_of_the_facts_than_a_phrase() -> None:
    rules = rules_with(WordScorer("false_legal_action", "geraniums"))
    both = "We already filed a lawsuit about the geraniums."
    for facts, verdict in (
        ({}, Verdict.CHECK_FACTS),
        ({"suit_filed": True}, None),
        ({"suit_filed": False}, Verdict.BREACH),
    ):
        found = heard(rules, both, facts=facts)
        assert (found["US-04"].verdict if "US-04" in found else None) is verdict, facts
    # Of this family most phrases leave it to the facts, and so does a likeness alone.
    assert heard(rules, "The geraniums will tell.")["US-04"].verdict is Verdict.CHECK_FACTS


def test_a_likeness_means_something_where_a_phrase_of_its_family_would() -> None:
    rules = rules_with(WordScorer("verify_first", "geraniums"))
    text = "About those geraniums."
    assert not heard(rules, text)  # to the verified customer
    assert set(heard(rules, text, listener=Listener.UNKNOWN)) == {"US-06-verify"}


def test_a_statement_that_must_be_made_is_like_nothing() -> None:
    rules = rules_with(WordScorer("payment_channel", "collect"))
    stated = "This is an attempt to collect a debt."
    assert "US-20" not in heard(rules, stated)
    # The rest of a longer sentence may still be like a breach.
    longer = f"{stated[:-1]} and you had better collect every last cent from your mattress today."
    assert "US-20" in heard(rules, longer)
