"""Every line that ships: filled from varied accounts, heard by the engine, clean in its state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from compliance.context import Collector, Listener
from compliance.packs import load_rules
from compliance.places import jurisdiction_of
from compliance.rules import RuleSet
from compliance.transcript import Speaker, Utterance
from scripts.cases import history_of, specimen_account
from scripts.engine import ScriptEngine
from scripts.flow import BEFORE_VERIFICATION, EXITS, Flow, Line, Step
from scripts.flow_file import load_flow
from scripts.line_check import LISTENERS, Spoken, every_line, judged, situation_of
from scripts.strategy import Chosen, Strategy, Why
from tests.scripts.accounts import LANGUAGES, flows, varied

_COLLECTORS = tuple(Collector)


def _every_line(flow: Flow) -> Iterator[Spoken]:
    return every_line(flow, varied(flow))


@pytest.fixture(scope="module", params=LANGUAGES)
def rules(request: pytest.FixtureRequest) -> tuple[str, RuleSet]:
    language = str(request.param)
    return language, load_rules(jurisdiction_of(language), language)


@pytest.mark.parametrize("collector", _COLLECTORS)
def test_every_line_is_clean_under_our_own_rules(
    rules: tuple[str, RuleSet], collector: Collector
) -> None:
    language, rule_set = rules
    flow = load_flow(language, collector)
    seen: set[tuple[str, str, bool, bool, str]] = set()
    flagged: list[str] = []
    for spoken in _every_line(flow):
        situation, account = spoken.situation, spoken.account
        facts = dict(account.facts) if account else {}
        state = (situation.open, situation.inbound, repr(sorted(facts.items())))
        key = (spoken.step.id, spoken.text, *state)
        if key in seen:
            continue
        seen.add(key)
        flagged.extend(
            f"{spoken.step.id} ({situation.listener}): {spoken.text} -> {found.rule}"
            for found in judged(spoken, flow, rule_set)
        )
    assert flagged == []
    assert len(seen) > 60


def _main_line(flow: Flow, strategy: Strategy | None, *, inbound: bool) -> list[Step]:
    """The steps that a call of this kind goes through when nobody objects to anything."""
    return [
        step
        for step in flow.main_line
        if step.belongs(strategy, inbound=inbound) and strategy not in step.left_out
    ]


def _made_for_it(line: Line, step: Step, strategy: Strategy | None, *, inbound: bool) -> bool:
    """Whether a line is this kind of call's own; of a plain call, all of its lines are."""
    if strategy is None and not inbound:
        return True
    return bool(line.strategies or step.strategies or line.inbound or step.inbound)


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: f"{flow.language} {flow.collector}")
def test_a_line_read_out_ticks_off_its_step_and_nothing_beyond(flow: Flow) -> None:
    # An account of which all is known that some line needs to be said.
    needed = {
        fact: value for step in flow.main_line for line in step.lines for fact, value in line.facts
    }
    whole = replace(history_of(specimen_account(flow)), facts=needed)
    kinds = [(None, False), (None, True), *((strategy, False) for strategy in Strategy)]
    for account, (strategy, inbound) in ((None, kinds[0]), *((whole, kind) for kind in kinds)):
        main = _main_line(flow, strategy, inbound=inbound)
        for index, step in enumerate(main):
            is_open = step.stage not in BEFORE_VERIFICATION
            listener = Listener.CUSTOMER if is_open else Listener.UNKNOWN
            situation = situation_of(
                flow,
                account,
                is_open=is_open,
                listener=listener,
                strategy=strategy,
                inbound=inbound,
            )
            for line in (*step.lines, *step.otherwise):
                if not line.sayable(situation):
                    continue
                if not _made_for_it(line, step, strategy, inbound=inbound):
                    continue
                trial = ScriptEngine(
                    flow, account, chosen=Chosen(strategy, Why.DAYS), inbound=inbound
                )
                for _ in range(index):
                    if trial.prompt.step != step.id:
                        trial.act("step_done", verified=is_open, listener=listener)
                assert trial.prompt.step == step.id
                trial.hear(
                    Utterance("u", 0, Speaker.AGENT, line.fill(situation)),
                    verified=is_open,
                    listener=listener,
                )
                following = main[index + 1].id if index + 1 < len(main) else step.id
                if (
                    not is_open
                    and index + 1 < len(main)
                    and (main[index + 1].stage not in BEFORE_VERIFICATION)
                ):
                    following = flow.withheld.id
                assert trial.prompt.step == following, line.text


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: f"{flow.language} {flow.collector}")
def test_every_exit_line_moves_its_exit_on(flow: Flow) -> None:
    account = specimen_account(flow)
    for slug, leave in flow.exits.items():
        engine = ScriptEngine(flow, account)
        verified = leave.verified
        if slug in LISTENERS:
            verified = False
        engine.act("exit", slug, verified=verified, listener=Listener.UNKNOWN)
        for place, step in enumerate(leave.steps):
            assert engine.prompt.step == step.id
            assert engine.prompt.stage == slug
            engine.hear(
                Utterance(f"u{place}", place, Speaker.AGENT, engine.prompt.line),
                verified=verified,
                listener=Listener.UNKNOWN,
            )
            if place + 1 < len(leave.steps):
                assert engine.prompt.step == leave.steps[place + 1].id, step.id


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: f"{flow.language} {flow.collector}")
def test_lines_are_short_enough_to_say_in_a_breath(flow: Flow) -> None:
    limit = 90 if flow.language.startswith("zh") else 44
    for spoken in _every_line(flow):
        step, text = spoken.step, spoken.text
        length = len(text) if limit == 90 else len(text.split())
        assert length <= limit, f"{step.id}: {text}"
        assert not re.search(r"\{|\}|  |None", text)
        assert text == text.strip()


def test_before_verification_no_line_betrays_the_debt() -> None:
    betraying = re.compile(
        r"\bdebt|\bowe|past due|overdue|balance|collect|payment|\bbill|\baccount\b"
        r"|欠|逾期|帳款|账款|催|繳|还款|還款|卡費|帳單|账单|債|债|金額|金额",
        re.IGNORECASE,
    )
    for flow in flows():
        for spoken in _every_line(flow):
            if spoken.situation.open:
                continue
            step, text, account = spoken.step, spoken.text, spoken.account
            assert not betraying.search(text), f"{flow.language} {step.id}: {text}"
            if account is not None and flow.collector is not Collector.IN_HOUSE:
                assert account.bank_name not in text, f"{flow.language} {step.id}: {text}"


def test_openings_tell_of_the_recording_and_ask_by_full_name() -> None:
    for flow in flows():
        account = specimen_account(flow)
        situation = situation_of(flow, account, is_open=False, listener=Listener.UNKNOWN)
        greet = flow.main_line[0]
        for line in greet.lines:
            if not line.sayable(situation):
                continue
            text = line.fill(situation)
            assert account.customer_name in text
            assert "record" in text or "錄音" in text or "录音" in text
            named = account.bank_name in text
            assert named is (flow.collector is Collector.IN_HOUSE)


@pytest.mark.parametrize("collector", [Collector.AGENCY, Collector.DEBT_BUYER])
def test_american_collectors_disclose_before_the_substance(collector: Collector) -> None:
    flow = load_flow("en-US", collector)
    purpose = [step for step in flow.main_line if step.stage == "purpose"]
    assert [step.id for step in purpose if step.belongs(None, inbound=False)] == [
        "purpose.disclosure",
        "purpose.amount",
    ]
    for line in (*purpose[0].lines, *purpose[0].otherwise):
        assert "attempt to collect a debt" in line.text
        assert "any information obtained will be used for that purpose" in line.text


def test_an_agency_whose_name_betrays_is_not_named_to_a_stranger() -> None:
    for language in LANGUAGES:
        name = "和信資產管理有限公司" if language.startswith("zh") else "Acorn Collections"
        flow = load_flow(language, Collector.AGENCY)
        account = replace(specimen_account(flow), agency_name=name)
        for step in flow.every_step():
            for listener in Listener:
                situation = situation_of(flow, account, is_open=False, listener=listener)
                assert name not in step.say(situation, "call").line


def test_every_exit_of_the_trade_has_a_way_out() -> None:
    for flow in flows():
        assert set(flow.exits) == set(EXITS)
