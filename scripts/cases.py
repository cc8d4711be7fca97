"""The cases beside a flow: dialogues with the place that each turn must lead to.

Owns `flows/<language>.cases.yaml`: its schema, the walk, and what is wrong where a case fails or a
stage, exit or talk-off has no case at all.  It drives the real engine and nothing else.

A case is a list of turns.  A turn is one of `agent`, `customer`, `third_party` (words), `key` (an
act, with its slug after a space: `exit dispute`), `verified` or `listener` (how the call stands
from here on); `at` is the step where the script must then be, `line` what must stand in its line.

A case with a `strategy` (a slug, or `none`) is of an account with these `days` past due, a promise
`broken` on a day, `unanswered` contacts and `facts`, `inbound` among them, and the strategy is what
must be chosen for it.  Cases without one are told by neutral lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from compliance.context import INBOUND, CallContext, CallHeader, Collector, Contact, Listener
from compliance.documents import Document, Schema, load_document
from compliance.errors import BadInput, Fault
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.transcript import Speaker, Utterance
from scripts.account import Account, Identifier, Promise
from scripts.called import routes_of
from scripts.engine import ScriptEngine
from scripts.flow import Flow
from scripts.flow_file import FLOWS, load_flow
from scripts.strategy import Chooser, Chosen, Strategy
from scripts.strategy_file import shipped_strategies


class _TurnSchema(Schema):
    agent: str | None = None
    customer: str | None = None
    third_party: str | None = None
    key: str | None = None
    verified: bool | None = None
    listener: Listener | None = None
    at: str | None = None
    line: str | None = None


class _CaseSchema(Schema):
    name: Annotated[str, Field(min_length=1)]
    collector: Collector = Collector.IN_HOUSE
    strategy: Strategy | Literal["none"] | None = None
    days: Annotated[int, Field(ge=0)] | None = None
    broken: date | None = None
    unanswered: Annotated[int, Field(ge=0)] = 0
    facts: dict[str, bool] = Field(default_factory=dict)
    turns: Annotated[tuple[_TurnSchema, ...], Field(min_length=1)]


class _CasesSchema(Schema):
    cases: Annotated[tuple[_CaseSchema, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class CasesReport:
    """How many cases and expectations there were, and every fault; none means all is well."""

    cases: int
    expectations: int
    faults: tuple[Fault, ...]


def walk_cases(language: str, folder: Path = FLOWS) -> CasesReport:
    """Walk every case of one language.

    Raises:
        BadInput: the flow or its cases cannot be read, or a flow has no cases.
    """
    path = folder / f"{language}.cases.yaml"
    if not path.exists():
        missing = Fault(path, 0, 0, "the flow has no cases; write some beside it")
        raise BadInput(f"{path} was not read", (missing,))
    document = load_document(path, _CasesSchema)
    flows = {collector: load_flow(language, collector, folder) for collector in Collector}
    walk = _Walk(document, flows)
    walk.run()
    return CasesReport(len(document.value.cases), walk.expectations, tuple(walk.faults))


class _Walk:
    """One pass over a cases file."""

    def __init__(self, document: Document[_CasesSchema], flows: dict[Collector, Flow]) -> None:
        self._document = document
        self._flows = flows
        flow = flows[Collector.IN_HOUSE]
        self._rules = load_rules(flow.jurisdiction, flow.language, likeness=False)
        self._reached: set[str] = set()
        self.expectations = 0
        self.faults: list[Fault] = []

    def run(self) -> None:
        for index, case in enumerate(self._document.value.cases):
            self._case(index, case)
        self.faults.extend(self._missing())

    def _case(self, index: int, case: _CaseSchema) -> None:
        flow = self._flows[case.collector]
        known = {step.id for step in flow.every_step()}
        account, header = self._told(flow, case)
        chosen = Chooser(shipped_strategies(), self._rules.around.outcomes)(account, header)
        inbound = header.facts.get(INBOUND) is True
        engine = ScriptEngine(
            flow, account, chosen=chosen if case.strategy else None, inbound=inbound
        )
        if case.strategy is not None:
            self._choice(index, case, chosen)
        monitor = Monitor(self._rules, header)
        verified, listener = False, Listener.UNKNOWN
        if not any(turn.at for turn in case.turns):
            self._fault("asserts nothing: give a turn an 'at'", index)
        for number, turn in enumerate(case.turns):
            where = ("turns", number)
            verified = verified if turn.verified is None else turn.verified
            listener = listener if turn.listener is None else turn.listener
            if turn.key is not None:
                name, _, argument = turn.key.partition(" ")
                engine.act(name, argument, verified=verified, listener=listener)
            for speaker, text in _words(turn):
                utterance = Utterance(str(number), number, speaker, text)
                heard = monitor.hear(utterance, CallContext(header, verified, listener))
                engine.hear(
                    utterance,
                    verified=verified,
                    listener=listener,
                    routes=routes_of(heard.findings),
                )
            if turn.verified is not None or turn.listener is not None:
                engine.act("", verified=verified, listener=listener)
            if turn.line is not None and turn.line not in engine.prompt.line:
                self._fault(f"{case.name}: the line is another one", index, *where, "line")
            if turn.at is None:
                continue
            self.expectations += 1
            self._reached.add(turn.at.split(".", 1)[0])
            self._reached.add(turn.at)
            if turn.at not in known:
                self._fault(f"there is no step {turn.at!r}", index, *where, "at")
            elif engine.prompt.step != turn.at:
                self._fault(
                    f"{case.name}: the script is at {engine.prompt.step!r}, not {turn.at!r}",
                    index,
                    *where,
                )

    @staticmethod
    def _told(flow: Flow, case: _CaseSchema) -> tuple[Account, CallHeader]:
        """The account of a case, and the header of its call."""
        account = specimen_account(flow)
        if case.days is not None:
            account = replace(account, days_past_due=case.days)
        if case.broken is not None:
            account = replace(account, promises=(_broken(case.broken),))
        account = replace(account, facts=dict(case.facts))
        last = datetime(2026, 11, 20, 12, tzinfo=UTC)
        header = CallHeader(
            flow.jurisdiction,
            flow.language,
            case.collector,
            facts=dict(case.facts),
            contacts=tuple(
                Contact(last - timedelta(days=days), outcome="no_answer")
                for days in range(case.unanswered)
            ),
        )
        return account, header

    def _choice(self, index: int, case: _CaseSchema, chosen: Chosen) -> None:
        self.expectations += 1
        wanted = None if case.strategy == "none" else case.strategy
        if chosen.strategy is not wanted:
            self._fault(
                f"{case.name}: the strategy is {chosen.strategy or 'none'}, not {case.strategy}",
                index,
                "strategy",
            )
        self._reached.add(f"strategy {chosen.strategy}")

    def _fault(self, message: str, index: int, *where: str | int) -> None:
        self.faults.append(self._document.fault(message, "cases", index, *where))

    def _missing(self) -> Iterator[Fault]:
        flow = self._flows[Collector.IN_HOUSE]
        wanted = [
            *(stage.slug for stage in flow.stages),
            *flow.exits,
            *(f"talk_off.{slug}" for slug in flow.talk_offs),
            *(f"strategy {strategy}" for strategy in Strategy),
        ]
        for slug in wanted:
            if slug not in self._reached:
                yield self._document.fault(f"no case leads to {slug!r}", "cases")


def _words(turn: _TurnSchema) -> Iterator[tuple[Speaker, str]]:
    if turn.agent is not None:
        yield Speaker.AGENT, turn.agent
    if turn.customer is not None:
        yield Speaker.CUSTOMER, turn.customer
    if turn.third_party is not None:
        yield Speaker.THIRD_PARTY, turn.third_party


def _broken(day: date) -> Promise:
    return Promise(day - timedelta(days=8), day, Decimal(320), kept=False)


def history_of(account: Account) -> Account:
    """The account with all that lines may speak of: a broken promise, a day to answer by."""
    day = date(2026, 11, 5)
    return replace(account, promises=(_broken(day),), respond_by=date(2026, 12, 18))


_CURRENCIES = {"tw": "TWD", "cn": "CNY", "us": "USD", "hk": "HKD", "uk": "GBP"}
_CALLBACK = {"uk": "0808 157 0142"}  # of the range that Ofcom keeps for invented numbers


def specimen_account(flow: Flow) -> Account:
    """An invented account in the flow's language, for cases, walks and previews of lines."""
    names = {
        "en-US": ("Jordan Lee", "Lee", "mr", "First Harbor Bank", "Casey Morgan"),
        "zh-TW": ("王大明", "王", "mr", "晨光銀行", "林雅婷"),
        "zh-CN": ("张海洋", "张", "mr", "和川银行", "李静"),
        "en-GB": ("Jordan Lee", "Lee", "mr", "Northbridge Bank", "Priya Shah"),
        "en-HK": ("Jordan Lee", "Lee", "mr", "Harbour Light Bank", "Karen Wong"),
        "zh-HK": ("陳大文", "陳", "mr", "晨光銀行", "黃美玲"),
    }
    customer, family, honorific, bank, agent = names.get(flow.language, names["en-US"])
    chinese = flow.language.startswith("zh")
    currency = _CURRENCIES[flow.jurisdiction]
    in_house = flow.collector is Collector.IN_HOUSE
    return Account(
        id="specimen",
        jurisdiction=flow.jurisdiction,
        language=flow.language,
        customer_name=customer,
        family_name=family,
        honorific=honorific,
        bank_name=bank,
        agency_name="" if in_house else ("和信服務" if chinese else "Bailey Ward Services"),
        collector=flow.collector.value,
        agent_name=agent,
        agent_id="2301",
        product_name="信用卡" if chinese else "credit card",
        callback_number=_CALLBACK.get(flow.jurisdiction, "800-555-0142"),
        currency=currency,
        overdue_amount=Decimal(3200),
        minimum_due=Decimal(320),
        days_past_due=34,
        annual_rate_percent=Decimal("14.5"),
        due_date=date(2026, 10, 25),
        identifiers=(
            Identifier("birth_date", "1984-05-05"),
            Identifier("id_last4", "1234"),
        ),
    )
