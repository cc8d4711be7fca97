"""Which strategy a case gets, by what, and what follows for the lines: facts, never more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.context import CallHeader, Collector, Contact, Listener
from compliance.errors import BadInput
from compliance.outcomes import load_outcomes
from compliance.phrases import PACKS
from compliance.transcript import Speaker, Utterance
from scripts.account import Account, Promise, content_hash
from scripts.cases import history_of, specimen_account
from scripts.engine import ScriptEngine
from scripts.flow import Flow, Step
from scripts.flow_file import load_flow
from scripts.line_check import situation_of
from scripts.strategy import Case, Chooser, Chosen, Strategy, Why, case_of
from scripts.strategy_file import SHIPPED, read_strategies, shipped_strategies
from tests.scripts.accounts import LANGUAGES

_OUTCOMES = load_outcomes(PACKS / "outcomes.yaml")
_FLOWS = {
    (language, collector): load_flow(language, collector)
    for language in LANGUAGES
    for collector in Collector
}
_BROKEN = date(2026, 11, 5)


@pytest.mark.parametrize(
    ("jurisdiction", "collector", "days", "strategy"),
    [
        ("us", Collector.IN_HOUSE, 1, Strategy.REMINDER),
        ("us", Collector.IN_HOUSE, 14, Strategy.REMINDER),
        ("us", Collector.IN_HOUSE, 15, Strategy.EARLY),
        ("us", Collector.IN_HOUSE, 30, Strategy.MIDDLE),
        ("us", Collector.AGENCY, 62, Strategy.LATE),
        ("us", Collector.IN_HOUSE, 120, Strategy.PRE_LEGAL),
        ("us", Collector.DEBT_BUYER, 900, Strategy.LATE),
        ("tw", Collector.IN_HOUSE, 10, Strategy.REMINDER),
        ("tw", Collector.IN_HOUSE, 90, Strategy.MIDDLE),
        ("cn", Collector.IN_HOUSE, 91, Strategy.LATE),
        ("hk", Collector.AGENCY, 61, Strategy.LATE),
        ("uk", Collector.IN_HOUSE, 181, Strategy.PRE_LEGAL),
    ],
)
def test_days_past_due_choose_by_the_place(
    jurisdiction: str, collector: Collector, days: int, strategy: Strategy
) -> None:
    case = Case(jurisdiction, collector, days)
    assert shipped_strategies().choose(case) == Chosen(strategy, Why.DAYS, days=days)


@pytest.mark.parametrize("days", [None, -1, -36_525, 7301, 10**9])
def test_days_that_are_missing_or_cannot_be_choose_nothing(days: int | None) -> None:
    assert shipped_strategies().choose(Case("us", days_past_due=days)) == Chosen(
        None, Why.DAYS_UNKNOWN
    )


def test_who_is_not_past_due_hears_neutral_lines() -> None:
    assert shipped_strategies().choose(Case("uk", days_past_due=0)).why is Why.NOT_PAST_DUE


@pytest.mark.parametrize(
    ("facts", "broken", "unanswered", "strategy", "why"),
    [
        ({"emergency": True, "hardship": True}, _BROKEN, 9, Strategy.EMERGENCY, Why.FACT),
        ({"hardship": True}, _BROKEN, 9, Strategy.HARDSHIP, Why.FACT),
        ({"legal_review": True}, _BROKEN, 9, Strategy.PRE_LEGAL, Why.FACT),
        ({"legal_review": True, "time_barred": True}, None, 9, Strategy.LATE, Why.DAYS),
        ({"time_barred": True}, _BROKEN, 9, Strategy.LATE, Why.DAYS),
        ({}, _BROKEN, 6, Strategy.UNRESPONSIVE, Why.UNANSWERED),
        ({}, _BROKEN, 5, Strategy.BROKEN_PROMISE, Why.PROMISE),
        ({"inbound": True}, None, 9, Strategy.LATE, Why.DAYS),
        ({"inbound": False}, None, 9, Strategy.UNRESPONSIVE, Why.UNANSWERED),
        ({"suit_filed": True, "hardship": True}, None, 0, None, Why.FACT),
        ({"disputed": True, "legal_review": True}, _BROKEN, 9, None, Why.FACT),
        ({"vulnerable": True, "emergency": True}, None, 0, None, Why.FACT),
        ({"disputed": False, "hardship": False}, None, 0, Strategy.LATE, Why.DAYS),
    ],
)
def test_what_is_on_file_chooses_in_the_stated_order(
    facts: Mapping[str, bool],
    broken: date | None,
    unanswered: int,
    strategy: Strategy | None,
    why: Why,
) -> None:
    case = Case("us", Collector.IN_HOUSE, 90, broken, unanswered, facts)
    chosen = shipped_strategies().choose(case)
    assert (chosen.strategy, chosen.why) == (strategy, why)
    assert (chosen.day is not None) is (why is Why.PROMISE)
    assert (chosen.count is not None) is (why is Why.UNANSWERED)


def test_time_barred_debt_is_never_pre_legal() -> None:
    case = Case("us", days_past_due=2000, facts={"time_barred": True})
    assert shipped_strategies().choose(case).strategy is Strategy.LATE


# ---- the facts of a case -------------------------------------------------------------------------


def _contacts(*outcomes: str | None) -> tuple[Contact, ...]:
    """Contacts, the latest first; every other one without an offset."""
    last = datetime(2026, 11, 20, 12, tzinfo=UTC)
    moments = (last - timedelta(days=days) for days in range(len(outcomes)))
    return tuple(
        Contact(at if number % 2 else at.replace(tzinfo=None), outcome=outcome)
        for number, (at, outcome) in enumerate(zip(moments, outcomes, strict=True))
    )


@pytest.mark.parametrize(
    ("outcomes", "unanswered"),
    [
        ((), 0),
        (("no_answer", "busy", "voicemail"), 3),
        (("no_answer", "promise", "no_answer"), 1),
        (("no_answer", None, "no_answer"), 1),  # it may have been a conversation
        (("no_answer", "letter", "no_answer"), 2),
        (("conversation", "no_answer"), 0),
    ],
)
def test_contacts_without_an_answer_count_back_to_the_last_with_one(
    outcomes: tuple[str | None, ...], unanswered: int
) -> None:
    header = CallHeader("us", "en-US", contacts=_contacts(*outcomes))
    account = specimen_account(_FLOWS["en-US", Collector.IN_HOUSE])
    assert case_of(account, header, _OUTCOMES).unanswered == unanswered
    assert case_of(None, header, _OUTCOMES).unanswered == unanswered


def test_nobody_knows_of_contacts_that_are_not_listed() -> None:
    assert case_of(None, CallHeader("us", "en-US"), _OUTCOMES).unanswered is None


def test_only_the_promise_made_last_counts_and_only_when_known_to_be_broken() -> None:
    account = history_of(specimen_account(_FLOWS["en-US", Collector.IN_HOUSE]))
    header = CallHeader("us", "en-US")
    assert case_of(account, header, _OUTCOMES).broken_on == _BROKEN
    for kept in (True, None):
        later = Promise(date(2026, 11, 18), date(2026, 12, 1), Decimal(10), kept)
        newer = replace(account, promises=(*account.promises, later))
        assert case_of(newer, header, _OUTCOMES).broken_on is None


def test_what_the_file_says_outweighs_what_to_beware_of_and_the_call_outweighs_both() -> None:
    account = replace(
        specimen_account(_FLOWS["en-US", Collector.IN_HOUSE]),
        traps=("hardship", "vulnerable"),
        facts={"vulnerable": False, "emergency": True},
    )
    header = CallHeader("us", "en-US", facts={"emergency": False})
    assert Chooser(shipped_strategies(), _OUTCOMES)(account, header).strategy is Strategy.HARDSHIP


@pytest.mark.parametrize(
    ("ledger", "strategy"),
    [
        ({"days_past_due": 62}, Strategy.LATE),
        ({"days_past_due": 62, "broken_promise_on": "2026-11-05"}, Strategy.BROKEN_PROMISE),
        ({"days_past_due": 62, "broken_promise_on": "soon"}, Strategy.LATE),
        ({"days_past_due": 62, "unanswered_contacts": 7}, Strategy.UNRESPONSIVE),
        ({"days_past_due": -5}, None),
        ({"days_past_due": True}, None),
        ({"days_past_due": "62"}, None),
        ({"days_past_due": 6.2}, None),
        ({}, None),
    ],
)
def test_a_ledger_without_an_account_chooses_too(
    ledger: Mapping[str, str | int | float | bool], strategy: Strategy | None
) -> None:
    header = CallHeader("us", "en-US", account=ledger)
    assert Chooser(shipped_strategies(), _OUTCOMES)(None, header).strategy is strategy


# ---- what follows for the lines ------------------------------------------------------------------

_FACTS = ("emergency", "hardship", "legal_review", "reported", "suit_filed", "judgment",
          "time_barred", "disputed", "vulnerable", "outsourcing_notice_sent")  # fmt: skip
_DAYS = st.one_of(st.integers(0, 400), st.integers(0, 36_525))


@st.composite
def _calls(draw: st.DrawFn) -> tuple[Flow, Account, CallHeader]:
    flow = _FLOWS[draw(st.sampled_from(sorted(_FLOWS)))]
    facts = draw(st.dictionaries(st.sampled_from(_FACTS), st.booleans()))
    account = replace(
        specimen_account(flow),
        days_past_due=draw(_DAYS),
        due_date=draw(st.none() | st.just(date(2026, 10, 25))),
        respond_by=draw(st.none() | st.just(date(2026, 12, 18))),
        facts=facts,
    )
    if draw(st.booleans()):
        kept = draw(st.sampled_from([True, False, None]))
        promise = Promise(date(2026, 10, 28), _BROKEN, Decimal(320), kept)
        account = replace(account, promises=(promise,))
    outcomes = draw(st.none() | st.lists(st.sampled_from(["no_answer", "promise"]), max_size=8))
    header = CallHeader(
        flow.jurisdiction,
        flow.language,
        flow.collector,
        facts={**facts, "inbound": draw(st.booleans())},
        contacts=None if outcomes is None else _contacts(*outcomes),
    )
    return flow, account, header


def _engine(flow: Flow, account: Account, header: CallHeader) -> tuple[ScriptEngine, Chosen]:
    chosen = Chooser(shipped_strategies(), _OUTCOMES)(account, header)
    inbound = header.facts["inbound"]
    return ScriptEngine(flow, account, "c", chosen=chosen, inbound=inbound), chosen


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_calls(), st.lists(st.sampled_from(("done", "said", "cannot", "back")), max_size=14))
def test_no_line_is_said_whose_conditions_do_not_hold_and_a_replay_says_the_same(
    call: tuple[Flow, Account, CallHeader], moves: list[str]
) -> None:
    flow, account, header = call
    engine, chosen = _engine(flow, account, header)
    again, _ = _engine(flow, account, header)
    steps: Mapping[str, Step] = {step.id: step for step in flow.every_step()}
    verified = False
    for move in ("done", "done", *moves):
        if engine.prompt.withheld or engine.prompt.stage not in ("opening", "verification"):
            verified = True
        listener = Listener.CUSTOMER if verified else Listener.UNKNOWN
        for each in (engine, again):
            if move in ("said", "cannot"):
                agent = move == "said"
                cannot = {"en": "I can't pay that.", "zh": "我沒錢繳。"}[flow.language[:2]]
                utterance = Utterance(
                    "u",
                    0,
                    Speaker.AGENT if agent else Speaker.CUSTOMER,
                    each.prompt.line if agent else cannot,
                )
                each.hear(utterance, verified=verified, listener=listener)
            else:
                each.act(f"step_{move}", verified=verified, listener=listener)
        assert engine.prompt == again.prompt
        prompt = engine.prompt
        assert prompt.strategy == (chosen.strategy or "")
        situation = situation_of(
            flow,
            account,
            is_open=verified,
            listener=listener,
            strategy=chosen.strategy,
            inbound=header.facts["inbound"],
        )
        step = steps[prompt.step]
        assert step.belongs(chosen.strategy, inbound=header.facts["inbound"])
        sayable = [line for line in (*step.lines, *step.otherwise) if line.sayable(situation)]
        nearest = max(line.made_for for line in sayable)
        said = [line for line in sayable if line.fill(situation) == prompt.line]
        assert said
        if any(line in step.lines for line in sayable):
            assert any(line.made_for == nearest for line in said)


def test_linking_another_account_changes_the_strategy_and_keeps_the_place() -> None:
    flow = _FLOWS["en-US", Collector.IN_HOUSE]
    header = CallHeader("us", "en-US")
    chooser = Chooser(shipped_strategies(), _OUTCOMES)
    early = replace(specimen_account(flow), days_past_due=5)
    engine = ScriptEngine(flow, early, "c", chosen=chooser(early, header), chooser=chooser)
    for _ in range(3):
        engine.act("step_done", verified=True, listener=Listener.CUSTOMER)
    assert (engine.prompt.step, engine.prompt.strategy) == ("impact.explain", "reminder")
    review = replace(early, facts={"legal_review": True})
    assert engine.link(review, header)
    assert (engine.prompt.step, engine.prompt.strategy) == ("impact.explain", "pre_legal")
    engine.act("step_done", verified=True, listener=Listener.CUSTOMER)
    assert engine.prompt.step == "impact.referral"
    engine.link(early, header)  # a step that a reminder does not have
    assert engine.prompt.step == "commitment.ask"


def test_an_account_as_it_was_before_there_were_deadlines_keeps_its_hash() -> None:
    account = specimen_account(_FLOWS["en-US", Collector.IN_HOUSE])
    assert content_hash(account) == (
        "58597e2259c608843c9200c14dd13b84a53b0a3067dbae148b01be039f082fa1"
    )
    assert content_hash(replace(account, respond_by=date(2026, 12, 18))) != content_hash(account)


# ---- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("find", "put", "wanted"),
    [
        ("strategy: emergency}", "strategy: panic}", "strategy"),
        ("{facts: [hardship], strategy", "{strategy", "give one of 'facts'"),
        ("broken: true, strategy: broken_promise", "broken: true", "give the 'strategy'"),
        ("unanswered: 6, past_due: 60", "unanswered: 6", "come together"),
        ("{reminder: 1, early: 15, middle: 30", "{reminder: 1, early: 45, middle: 30", "in their"),
        ("{reminder: 1, early: 15, middle: 30", "{reminder: 1, early: 1, middle: 30", "one day"),
        ("{early: 1, late: 60}", "{early: 1, hardship: 60}", "not chosen by days"),
        ("    collector: [debt_buyer]\n", "", "an entry above takes all"),
        ("believable: 7300", "believable: 0", "believable"),
        ("verified_law: policy", "verified_law: hearsay", "verified_law"),
    ],
)
def test_a_file_that_could_choose_a_wrong_one_is_refused(
    tmp_path: Path, find: str, put: str, wanted: str
) -> None:
    text = SHIPPED.read_text("utf-8")
    assert find in text
    path = tmp_path / "strategies.yaml"
    path.write_text(text.replace(find, put, 1), "utf-8")
    with pytest.raises(BadInput) as caught:
        read_strategies(path)
    assert wanted in str(caught.value)
    assert f"{path}:" in str(caught.value)


def test_every_place_has_bands_for_everybody_who_collects() -> None:
    strategies = shipped_strategies()
    for jurisdiction in ("tw", "cn", "us", "hk", "uk"):
        for collector in Collector:
            bands = strategies.bands_of(jurisdiction, collector)
            assert bands is not None
            assert bands.verified_law == "policy"
