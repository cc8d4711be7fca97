"""The monitor: the life of findings, who speaks, what is unknown, statements, hostile text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.findings import Finding, StatementState, Status, Verdict
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.rules import RuleSet
from compliance.transcript import Speaker, Utterance, Word

THREAT = "We will have you arrested by Friday."


class Call:
    """One call fed to one monitor, with whatever context each utterance is said in."""

    def __init__(
        self,
        rules: RuleSet,
        *,
        verified: bool | None = True,
        listener: Listener = Listener.CUSTOMER,
        collector: Collector | None = None,
        facts: dict[str, bool] | None = None,
    ) -> None:
        self.header = CallHeader(
            rules.jurisdiction,
            rules.language,
            collector,
            verified=verified,
            listener=listener,
            facts=facts or {},
        )
        self.context = CallContext(self.header, verified, listener)
        self.monitor = Monitor(rules, self.header)
        self.index = 0

    def partial(self, text: str, speaker: Speaker = Speaker.AGENT) -> tuple[Finding, ...]:
        utterance = Utterance(f"u{self.index}", self.index, speaker, text, final=False)
        return self.monitor.hear(utterance, self.context).findings

    def final(
        self,
        text: str,
        speaker: Speaker = Speaker.AGENT,
        start_s: float | None = None,
        end_s: float | None = None,
        words: tuple[Word, ...] = (),
    ) -> tuple[Finding, ...]:
        index = self.index
        utterance = Utterance(f"u{index}", index, speaker, text, words, start_s, end_s)
        self.index += 1
        return self.monitor.hear(utterance, self.context).findings


def test_a_provisional_flag_is_born_once_and_confirmed(us: RuleSet) -> None:
    call = Call(us)
    assert call.partial("we will") == ()
    (born,) = call.partial("we will have you arrested")
    assert (born.status, born.rule) == (Status.PROVISIONAL, "US-03")
    assert call.partial("we will have you arrested") == ()
    assert call.partial("we will have you arrested by") == ()
    (confirmed,) = call.final("we will have you arrested by friday")
    assert confirmed.status is Status.CONFIRMED
    assert confirmed.id == born.id == "u0.US-03"


def test_a_provisional_flag_is_withdrawn_by_the_final(us: RuleSet) -> None:
    call = Call(us)
    (born,) = call.partial("you could be arrested")
    (gone,) = call.final("you could be a happy person")
    assert gone.status is Status.WITHDRAWN
    assert gone.id == born.id


def test_a_partial_that_was_no_speech_withdraws_too(us: RuleSet) -> None:
    call = Call(us)
    (born,) = call.partial("you will be arrested")
    (gone,) = call.monitor.dropped("u0")
    assert (gone.id, gone.status) == (born.id, Status.WITHDRAWN)
    assert call.monitor.dropped("u0") == ()


def test_minor_rules_wait_for_the_final(us: RuleSet) -> None:
    call = Call(us)
    assert call.partial("just borrow it from anywhere") == ()
    (finding,) = call.final("just borrow it from anywhere")
    assert finding.rule == "US-20-borrow"


def test_an_open_provisional_flag_is_withdrawn_at_the_end(us: RuleSet) -> None:
    call = Call(us)
    call.partial("you will be arrested")
    closing = call.monitor.close(call.context)
    assert [finding.status for finding in closing.findings] == [Status.WITHDRAWN]


@pytest.mark.parametrize("speaker", [Speaker.CUSTOMER, Speaker.THIRD_PARTY])
def test_what_others_say_breaches_nothing(us: RuleSet, speaker: Speaker) -> None:
    call = Call(us)
    assert call.partial(THREAT, speaker) == ()
    assert call.final(THREAT, speaker) == ()
    assert not call.monitor.close(call.context).findings


def test_an_unknown_speaker_leaves_the_rule_undecided(us: RuleSet) -> None:
    call = Call(us)
    assert call.final(THREAT, Speaker.UNKNOWN) == ()
    assert "US-03" in call.monitor.close(call.context).not_assessable


def test_the_listener_decides_what_may_be_said(us: RuleSet) -> None:
    text = "Your card is past due and you owe four hundred dollars."
    expected = {
        (Listener.CUSTOMER, True): [],
        (Listener.CUSTOMER, False): ["US-06-verify"],
        (Listener.UNKNOWN, False): ["US-06-verify"],
        (Listener.THIRD_PARTY, False): ["US-06"],
        (Listener.VOICEMAIL, False): ["US-06"],
    }
    for (listener, verified), rules in expected.items():
        call = Call(us, listener=listener, verified=verified)
        assert [finding.rule for finding in call.final(text)] == rules, (listener, verified)


def test_unknown_verification_is_not_assessable_and_not_assumed(us: RuleSet) -> None:
    call = Call(us, listener=Listener.UNKNOWN, verified=None)
    assert call.final("Your card is past due.") == ()
    assert "US-06-verify" in call.monitor.close(call.context).not_assessable


@pytest.mark.parametrize(
    ("facts", "verdicts"),
    [
        ({}, [Verdict.CHECK_FACTS]),
        ({"suit_filed": True}, []),
        ({"suit_filed": False}, [Verdict.BREACH]),
    ],
)
def test_a_fact_decides_what_words_cannot(
    us: RuleSet, facts: dict[str, bool], verdicts: list[Verdict]
) -> None:
    call = Call(us, facts=facts)
    found = call.final("We already filed a lawsuit.")
    assert [finding.verdict for finding in found] == verdicts


def test_the_repair_fits_the_facts(us: RuleSet) -> None:
    for facts, part in (
        ({"suit_filed": False, "judgment": False}, "No lawsuit has been filed"),
        ({"suit_filed": True, "judgment": False}, "in writing"),
    ):
        call = Call(us, facts=facts)
        (finding,) = call.final("We're going to garnish your wages tomorrow.")
        assert finding.say_now is not None
        assert part in us.message(finding.say_now.id)


def test_offsets_and_times_are_those_of_the_text_as_given(us: RuleSet) -> None:
    texts = ["So", "uh", "we", "will", "have", "you", "ARRESTED", "by", "friday", "ok"]
    words = tuple(Word(text, float(at), at + 0.9, 1.0) for at, text in enumerate(texts))
    text = " ".join(texts)
    (finding,) = Call(us).final(text, start_s=0.0, end_s=11.0, words=words)
    assert text[finding.start : finding.end].startswith("have you ARRESTED")
    assert finding.start_s == 4.0
    assert finding.end_s is not None
    assert finding.end_s >= 6.9


def test_a_breach_split_by_an_endpoint_is_found(us: RuleSet) -> None:
    call = Call(us)
    assert call.final("we are going to have you", start_s=1.0, end_s=2.0) == ()
    (finding,) = call.final("arrested by friday", start_s=2.6, end_s=3.5)
    assert (finding.utterance_id, finding.start, finding.end) == ("u1", 0, len("arrested"))


def test_a_split_is_joined_only_across_a_short_pause_of_one_speaker(us: RuleSet) -> None:
    call = Call(us)
    call.final("we are going to have you", start_s=1.0, end_s=2.0)
    assert call.final("arrested development is on", start_s=9.0, end_s=10.0) == ()
    call.final("we are going to have you", start_s=11.0, end_s=12.0)
    call.final("what", Speaker.CUSTOMER, start_s=12.1, end_s=12.3)
    assert call.final("arrested development is on", start_s=12.5, end_s=13.0) == ()


def test_a_negation_before_the_endpoint_is_honoured(us: RuleSet) -> None:
    call = Call(us)
    assert call.final("i can promise that you will not", start_s=1.0, end_s=2.0) == ()
    assert call.final("be arrested for this", start_s=2.5, end_s=3.0) == ()


MIRANDA = "This is an attempt to collect a debt"


def test_a_required_statement_is_followed_element_by_element(us: RuleSet) -> None:
    call = Call(us, collector=Collector.AGENCY)
    states: dict[str, list[tuple[StatementState, tuple[str, ...]]]] = {}
    for text in (
        "Hello.",
        f"{MIRANDA}.",
        "Any information obtained will be used for that purpose.",
        "This is Dana with Acorn Financial.",
    ):
        utterance = Utterance(f"u{call.index}", call.index, Speaker.AGENT, text)
        call.index += 1
        for statement in call.monitor.hear(utterance, call.context).statements:
            states.setdefault(statement.id, []).append((statement.state, statement.missing))
    assert states["collector"] == [
        (StatementState.DUE, ("purpose", "use")),
        (StatementState.PARTIAL, ("use",)),
        (StatementState.SAID, ()),
    ]
    closing = call.monitor.close(call.context)
    assert [statement.id for statement in closing.statements] == ["recording_notice"]


def test_a_statement_that_was_never_said_is_missed(us: RuleSet) -> None:
    call = Call(us, collector=Collector.AGENCY)
    for text in ("Hello.", "How are you?", "When can we talk?", "Thanks."):
        call.final(text)
    closing = call.monitor.close(call.context)
    missed = {statement.id: statement.state for statement in closing.statements}
    assert missed == {
        "institution": StatementState.MISSED,
        "collector": StatementState.MISSED,
        # Where the customer lives and whether it was said before is not known.
        "recording_notice": StatementState.CANNOT_TELL,
        "from_collector": StatementState.CANNOT_TELL,
    }
    by_rule = {finding.rule: finding for finding in closing.findings}
    assert by_rule["US-13"].verdict is Verdict.BREACH
    assert by_rule["US-12"].utterance_id is None


def test_a_bank_owes_no_mini_miranda(us: RuleSet) -> None:
    call = Call(us, collector=Collector.IN_HOUSE)
    for text in ("Hello.", "How are you?", "When can we talk?", "Thanks."):
        call.final(text)
    rules = {finding.rule for finding in call.monitor.close(call.context).findings}
    assert "US-13" not in rules


def test_what_was_not_heard_is_never_missed(us: RuleSet) -> None:
    for spoiled in (True, False):
        call = Call(us, collector=Collector.AGENCY)
        for text in ("Hello.", "How are you?", "When can we talk?", "Thanks."):
            call.final(text)
        if not spoiled:
            call.final("who was that", Speaker.UNKNOWN)
        closing = call.monitor.close(call.context, agent_gaps=spoiled)
        states = {statement.state for statement in closing.statements}
        assert states == {StatementState.CANNOT_TELL}
        assert not closing.findings
        assert {"US-12", "US-13", "US-22-notice"} <= set(closing.not_assessable)


def test_of_a_fragment_of_a_call_nothing_can_be_told(us: RuleSet) -> None:
    call = Call(us, collector=Collector.AGENCY)
    call.final("Hello.")
    closing = call.monitor.close(call.context)
    assert not closing.findings
    assert {statement.state for statement in closing.statements} == {StatementState.CANNOT_TELL}
    assert {"US-12", "US-13", "US-22-notice"} <= set(closing.not_assessable)


def test_an_unknown_collector_is_not_assumed_to_be_a_bank(us: RuleSet) -> None:
    call = Call(us, collector=None)
    for text in ("Hello.", "How are you?", "When can we talk?", "Thanks."):
        call.final(text)
    closing = call.monitor.close(call.context)
    states = {statement.id: statement.state for statement in closing.statements}
    assert states["collector"] is StatementState.CANNOT_TELL
    assert "US-13" in closing.not_assessable
    assert "US-13" not in {finding.rule for finding in closing.findings}


WORD_RULES = {"US-01", "US-02", "US-03", "US-06-verify", "US-21"}


def test_an_agent_who_was_not_heard_has_kept_no_rule_for_certain(us: RuleSet) -> None:
    silent = Call(us)
    silent.final("Hello?", Speaker.CUSTOMER)
    assert set(silent.monitor.close(silent.context).not_assessable) >= WORD_RULES
    gone = Call(us)
    gone.final(THREAT)
    closing = gone.monitor.close(gone.context, agent_unheard=True)
    assert set(closing.not_assessable) >= WORD_RULES - {"US-03"}
    assert "US-03" not in closing.not_assessable  # its breach was heard
    heard = Call(us)
    heard.final("Hello.")
    closing = heard.monitor.close(heard.context, agent_gaps=True)
    assert not WORD_RULES & set(closing.not_assessable)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, True),
        ({"cease_contact": True}, True),
        ({"cease_contact": False}, True),
        ({"cease_contact": False, "represented": False, "disputed": False}, False),
    ],
)
def test_what_no_words_show_is_named(
    rules: RuleSet, facts: dict[str, bool], *, expected: bool
) -> None:
    call = Call(rules, facts=facts)
    call.monitor.opened(call.context)
    for _ in range(4):
        call.final("ok")
    closed = set(call.monitor.close(call.context).not_assessable)
    by_family: dict[str, set[str]] = {}
    for rule in rules.rules:
        by_family.setdefault(rule.family, set()).add(rule.id)
    assert by_family["hours"] & closed
    assert by_family["frequency"] & closed
    # Facts of their own: insolvency, a complaint, breathing space, a claim that it is settled.
    of_their_own = {"TW-17-insolvency", "CN-15-complaint", "CN-15-insolvency", "CN-15-plan"}
    of_their_own |= {"US-15-insolvency", "UK-13-insolvency"}
    of_their_own |= {"UK-13-demand", "UK-13-breathing", "UK-10-settled"}
    of_their_own |= {"HK-12-contact", "HK-12-insolvency", "HK-05-complaint"}
    assert bool((by_family["ignored_request"] - of_their_own) & closed) is expected


def test_what_must_be_said_in_a_language_without_words_for_it_is_not_missed() -> None:
    call = Call(load_rules("us", "zh-TW"), collector=Collector.AGENCY)
    for _ in range(6):
        call.final("您好")
    closing = call.monitor.close(call.context)
    assert not closing.findings
    assert {"US-12", "US-13", "US-22-notice"} <= set(closing.not_assessable)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\U0001f600" * 50,
        "\u202e\u200f we will \u200fhave you arrested\u202c",
        "你會被 arrested 喔 we call the police",
        "\ud83d",
        "a" * 20_000,
        "you will be arrested " * 1_000,
        "你不還就去坐牢" * 3_000,
        "not " * 5_000,
        "(" * 20_000,
    ],
)
def test_odd_texts_are_judged_without_fuss(rules: RuleSet, text: str) -> None:
    call = Call(rules)
    before = time.process_time()
    call.partial(text)
    for finding in call.final(text):
        assert 0 <= finding.start < finding.end <= len(text)
    assert time.process_time() - before < 8.0


WORDS = st.sampled_from(
    ["we", "you", "not", "will", "never", "arrested", "your", "boss", "call", "said", "if", "be"]
) | st.sampled_from(["jail", ".", ",", "wife", "is", "his", "debt", "不會", "坐牢"])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(WORDS, max_size=12), max_size=6))
def test_every_provisional_flag_is_confirmed_or_withdrawn(said: list[list[str]]) -> None:
    call = Call(load_rules_once())
    open_ids: set[str] = set()
    for words in said:
        for length in range(1, len(words)):
            for finding in call.partial(" ".join(words[:length])):
                assert finding.status is Status.PROVISIONAL
                assert finding.id not in open_ids
                open_ids.add(finding.id)
        for finding in call.final(" ".join(words)):
            assert finding.status is not Status.PROVISIONAL
            open_ids.discard(finding.id)
        assert not open_ids


def load_rules_once(cache: dict[str, RuleSet] = {}) -> RuleSet:  # noqa: B006 - hypothesis has no fixtures
    if "us" not in cache:
        cache["us"] = load_rules("us", "en-US")
    return cache["us"]
