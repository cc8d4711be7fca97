"""The engine: stable, pure, never lost, and silent on the debt before verification."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compliance.context import Collector, Listener
from compliance.transcript import Speaker, Utterance
from scripts.account import Account
from scripts.cases import specimen_account
from scripts.engine import ScriptEngine
from scripts.fields import debt_fields
from scripts.flow import Flow
from scripts.flow_file import FLOWS, load_flow
from scripts.prompt import EXITS, OBJECTIONS, STAGES
from tests.scripts.accounts import LANGUAGES

_SPOKEN = re.compile(r'\b(?:agent|customer|third_party): "([^"]+)"')


def _spoken(language: str) -> tuple[str, ...]:
    """What is said in the cases beside a flow."""
    return tuple(_SPOKEN.findall((FLOWS / f"{language}.cases.yaml").read_text("utf-8")))


_SENTENCES = {language: _spoken(language) for language in LANGUAGES}
_KEYS = (
    "step_done",
    "step_back",
    "verified",
    "verification_withdrawn",
    "third_party",
    "customer_back",
    "moment_marked",
    "no_such_key",
)
_FLOWS = {
    (language, collector): load_flow(language, collector)
    for language in LANGUAGES
    for collector in Collector
}


def _agent(text: str) -> Utterance:
    return Utterance("u", 0, Speaker.AGENT, text)


def _customer(text: str) -> Utterance:
    return Utterance("u", 0, Speaker.CUSTOMER, text)


def _debt_words(account: Account, flow: Flow) -> re.Pattern[str]:
    values = debt_fields(account, flow.language)
    telling = [values[name] for name in ("overdue_amount", "minimum_due", "due_date")]
    return re.compile("|".join(re.escape(value) for value in telling))


_inputs = st.lists(
    st.one_of(
        st.tuples(
            st.just("say"),
            st.sampled_from(list(Speaker)),
            st.integers(0, 999),
            st.booleans(),
        ),
        st.tuples(st.just("key"), st.sampled_from(_KEYS), st.just(""), st.booleans()),
        st.tuples(
            st.just("key"),
            st.sampled_from(("exit", "objection")),
            st.sampled_from((*EXITS, *OBJECTIONS, "nonsense", "")),
            st.booleans(),
        ),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(_FLOWS)),
    _inputs,
    st.lists(st.tuples(st.booleans(), st.sampled_from(list(Listener))), min_size=31, max_size=31),
)
def test_no_sequence_breaks_it_or_makes_it_speak_of_the_debt_too_early(
    which: tuple[str, Collector],
    inputs: list[tuple[object, ...]],
    states: list[tuple[bool, Listener]],
) -> None:
    flow = _FLOWS[which]
    account = specimen_account(flow)
    debt = _debt_words(account, flow)
    sentences = _SENTENCES[flow.language]
    engine, again = ScriptEngine(flow, account, "c"), ScriptEngine(flow, account, "c")
    for (kind, what, argument, flag), (verified, listener) in zip(inputs, states, strict=False):
        before = engine.prompt
        for each in (engine, again):
            if kind == "say":
                text = sentences[int(str(argument)) % len(sentences)]
                utterance = Utterance("u", 0, Speaker(str(what)), text, final=bool(flag))
                changed = each.hear(utterance, verified=verified, listener=listener)
            else:
                changed = each.act(str(what), str(argument), verified=verified, listener=listener)
        prompt = engine.prompt
        assert prompt == again.prompt
        assert changed is (prompt != before)
        assert prompt.line
        assert prompt.stage in (*STAGES, *EXITS)
        closed = not verified or listener in (Listener.THIRD_PARTY, Listener.VOICEMAIL)
        if closed:
            assert not debt.search(prompt.line + prompt.next_line)
            assert not engine.fields & {"overdue_amount", "product_name", "agency_name"}
            assert prompt.stage not in STAGES[2:]


def test_the_wording_holds_for_a_call_and_varies_between_calls() -> None:
    flow = load_flow("en-US", Collector.IN_HOUSE)
    account = specimen_account(flow)
    lines = {call: ScriptEngine(flow, account, call).prompt.line for call in map(str, range(20))}
    assert len(set(lines.values())) > 1
    assert all(ScriptEngine(flow, account, call).prompt.line == lines[call] for call in lines)


def test_partials_move_nothing() -> None:
    engine = ScriptEngine(_FLOWS["en-US", Collector.IN_HOUSE], None)
    said = "This call is recorded, may I speak to Jordan Lee?"
    partial = Utterance("u", 0, Speaker.AGENT, said, final=False)
    assert not engine.hear(partial, verified=False, listener=Listener.UNKNOWN)
    assert engine.hear(_agent(said), verified=False, listener=Listener.UNKNOWN)


def test_an_unknown_speaker_ticks_off_steps_but_opens_no_exit() -> None:
    engine = ScriptEngine(_FLOWS["en-US", Collector.IN_HOUSE], None)
    for text in ("This call is recorded, may I speak to Jordan?", "I want to die. I dispute that."):
        engine.hear(
            Utterance("u", 0, Speaker.UNKNOWN, text), verified=False, listener=Listener.UNKNOWN
        )
    assert engine.prompt.step == "verification.identifiers"


def test_the_debt_is_withheld_until_the_customer_is_confirmed() -> None:
    flow = _FLOWS["en-US", Collector.AGENCY]
    engine = ScriptEngine(flow, specimen_account(flow))
    for _ in range(5):
        engine.act("step_done")
    assert engine.prompt.withheld
    assert engine.prompt.stage == "verification"
    assert engine.prompt.next_line == ""
    engine.hear(
        _agent("You owe three thousand dollars, it's past due."),
        verified=False,
        listener=Listener.UNKNOWN,
    )
    assert engine.prompt.withheld
    engine.act("verified")
    assert engine.prompt.step == "purpose.disclosure"
    assert not engine.prompt.withheld


def test_verified_before_hello_still_says_hello() -> None:
    flow = _FLOWS["en-US", Collector.IN_HOUSE]
    engine = ScriptEngine(flow, specimen_account(flow))
    engine.act("verified", verified=True, listener=Listener.CUSTOMER)
    assert engine.prompt.step == "opening.greet"
    engine.act("step_done", verified=True, listener=Listener.CUSTOMER)
    assert engine.prompt.step == "purpose.amount"


def test_going_back_shows_what_was_shown_before() -> None:
    flow = _FLOWS["zh-TW", Collector.IN_HOUSE]
    engine = ScriptEngine(flow, specimen_account(flow))
    engine.act("verified")
    shown = [engine.prompt.step]
    for _ in range(4):
        engine.act("step_done")
        shown.append(engine.prompt.step)
    for step in reversed(shown[:-1]):
        engine.act("step_back")
        assert engine.prompt.step == step
    engine.act("step_back")
    assert engine.prompt.step == shown[0]


def test_going_back_past_verification_does_not_uncover_the_debt() -> None:
    flow = _FLOWS["en-US", Collector.IN_HOUSE]
    account = specimen_account(flow)
    engine = ScriptEngine(flow, account)
    engine.act("step_done")
    engine.act("verified")
    engine.act("step_done")
    engine.act("third_party")
    for _ in range(4):
        engine.act("step_back")
        assert not _debt_words(account, flow).search(engine.prompt.line + engine.prompt.next_line)


def test_a_required_step_left_out_is_told() -> None:
    flow = _FLOWS["en-US", Collector.AGENCY]
    engine = ScriptEngine(flow, specimen_account(flow))
    engine.act("step_done", verified=True, listener=Listener.CUSTOMER)
    engine.hear(_agent("How would you like to pay?"), verified=True, listener=Listener.CUSTOMER)
    assert engine.skipped == ("purpose.disclosure", "purpose.amount")
    assert engine.prompt.step == "commitment.read_back"


def test_a_stop_is_a_stop_and_a_lesser_matter_does_not_undo_it() -> None:
    flow = _FLOWS["en-US", Collector.IN_HOUSE]
    engine = ScriptEngine(flow, specimen_account(flow))
    engine.act("verified")
    for text in ("I want to die.", "I dispute that.", "I lost my job.", "Stop calling me."):
        engine.hear(_customer(text), verified=True, listener=Listener.CUSTOMER)
        assert engine.prompt.stage == "vulnerable"
    engine.hear(
        _agent("The past due amount is two hundred. How would you like to pay?"),
        verified=True,
        listener=Listener.CUSTOMER,
    )
    assert engine.prompt.stage == "vulnerable"


def test_a_more_urgent_matter_interrupts_and_the_other_waits() -> None:
    flow = _FLOWS["en-US", Collector.IN_HOUSE]
    engine = ScriptEngine(flow, specimen_account(flow))
    engine.act("step_done", verified=True, listener=Listener.CUSTOMER)
    engine.act("step_done", verified=True, listener=Listener.CUSTOMER)
    engine.hear(
        _customer("I lost my job and I want to make a complaint."),
        verified=True,
        listener=Listener.CUSTOMER,
    )
    assert engine.prompt.stage == "complaint"
    while engine.prompt.stage == "complaint":
        engine.act("step_done", verified=True, listener=Listener.CUSTOMER)
    assert engine.prompt.stage == "hardship"


@pytest.mark.parametrize(("language", "collector"), itertools.product(LANGUAGES, Collector))
def test_replies_are_filled_for_the_confirmed_customer(language: str, collector: Collector) -> None:
    flow = _FLOWS[language, collector]
    replies = ScriptEngine(flow, specimen_account(flow)).replies()
    assert set(replies) == set(flow.talk_offs)
    assert all(replies.values())


def test_a_key_goes_to_a_stage_of_the_main_line_once_the_right_party_is_confirmed() -> None:
    engine = ScriptEngine(load_flow("en-US"), specimen_account(load_flow("en-US")), "a call")
    engine.act("exit", "commitment", verified=False, listener=Listener.UNKNOWN)
    assert engine.prompt.stage == "opening"
    engine.act("verified", verified=True, listener=Listener.CUSTOMER)
    engine.act("exit", "commitment", verified=True, listener=Listener.CUSTOMER)
    assert engine.prompt.stage == "commitment"
    engine.act("step_back", verified=True, listener=Listener.CUSTOMER)
    assert engine.prompt.stage != "commitment"


def test_danger_that_the_rules_heard_is_where_the_talk_is() -> None:
    engine = ScriptEngine(load_flow("en-US"), None)
    said = Utterance("1", 1, Speaker.CUSTOMER, "yes that is the date")
    engine.hear(said, verified=True, listener=Listener.CUSTOMER, routes=("self_harm",))
    assert engine.prompt.stage == engine.prompt.spoken_of == "vulnerable"
