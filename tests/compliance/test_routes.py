"""What callers say that must route the call: how much of it is heard, and what is not taken for it.

The lines of `route_lines/held_out.<language>.yaml` were written before any phrase of the routes and
by nobody who then wrote phrases from them: what is heard of them is what may be hoped for of lines
that nobody has written yet.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.conditions import Condition
from compliance.context import CallContext, CallHeader, Listener
from compliance.documents import Schema, load_document
from compliance.findings import Finding, Kind, Severity, Status, Verdict, VerifiedLaw
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.places import LANGUAGE_OF
from compliance.rules import RuleSet
from compliance.transcript import Speaker, Utterance

HERE = Path(__file__).parent
CORPORA = HERE.parents[1].parent / "shared" / "corpora"

JURISDICTIONS = {"en": "us", "zh": "tw"}
VERIFIED = (Listener.CUSTOMER, True)
UNVERIFIED = (Listener.UNKNOWN, False)
# These three are asked only where nobody is verified yet.
BEFORE_VERIFICATION = frozenset(("wrong_person", "third_party", "minor"))
# Speech at an ordinary pace: words a minute in English, characters a minute in Mandarin.
PACES = {"en": 150, "zh": 240}


class _Lines(Schema):
    self_harm: tuple[str, ...]
    distress: tuple[str, ...]
    illness: tuple[str, ...]
    bereavement: tuple[str, ...]
    domestic_abuse: tuple[str, ...]
    dispute: tuple[str, ...]
    paid: tuple[str, ...]
    lawyer: tuple[str, ...]
    insolvency: tuple[str, ...]
    cease_contact: tuple[str, ...]
    inconvenient: tuple[str, ...]
    wrong_person: tuple[str, ...]
    third_party: tuple[str, ...]
    minor: tuple[str, ...]
    complaint: tuple[str, ...]
    threat_to_agent: tuple[str, ...]
    refuses_recording: tuple[str, ...]
    interpreter: tuple[str, ...]
    scam_question: tuple[str, ...]


KINDS = tuple(_Lines.model_fields)


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def ruled(language: str) -> RuleSet:
    jurisdiction = JURISDICTIONS[language]
    return load_rules(jurisdiction, LANGUAGE_OF[jurisdiction])


def routed(
    rules: RuleSet,
    text: str,
    state: tuple[Listener, bool] = VERIFIED,
    speaker: Speaker = Speaker.CUSTOMER,
) -> tuple[Finding, ...]:
    listener, verified = state
    header = CallHeader(rules.jurisdiction, rules.language, verified=verified, listener=listener)
    context = CallContext(header, verified, listener)
    return Monitor(rules, header).hear(Utterance("u0", 0, speaker, text), context).findings


def held_out(language: str) -> _Lines:
    return load_document(HERE / "route_lines" / f"held_out.{language}.yaml", _Lines).value


# ---- what is heard ------------------------------------------------------------------------------


def test_lines_that_no_phrase_was_written_from_are_heard(language: str, ruled: RuleSet) -> None:
    lines = held_out(language)
    weak: dict[str, list[str]] = {}
    for kind in KINDS:
        state = UNVERIFIED if kind in BEFORE_VERIFICATION else VERIFIED
        said: tuple[str, ...] = getattr(lines, kind)
        missed = [
            text
            for text in said
            if f"ROUTE-{kind}" not in {found.rule for found in routed(ruled, text, state)}
        ]
        wanted = 0.95 if kind == "self_harm" else 0.9
        if 1 - len(missed) / len(said) < wanted:
            weak[kind] = missed
    assert not weak


@pytest.mark.parametrize(("name", "language"), [("sgd_banks_en", "en"), ("crosswoz_zh", "zh")])
def test_ordinary_callers_are_left_in_peace(name: str, language: str) -> None:
    path = CORPORA / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip("the development corpora are not beside the project (../shared/corpora)")
    jurisdiction = {"en": "us", "zh": "cn"}[language]
    rules = load_rules(jurisdiction, LANGUAGE_OF[jurisdiction])
    for listener, verified in (VERIFIED, UNVERIFIED):
        header = CallHeader(jurisdiction, rules.language, verified=verified, listener=listener)
        context = CallContext(header, verified, listener)
        spoken = 0
        alarms: list[str] = []
        for index, text in enumerate(_callers(path)):
            spoken += len(text.split()) if language == "en" else len(text)
            # Each line is one of a call of its own, so that none is kept silent by another.
            heard = Monitor(rules, header).hear(
                Utterance("u", index, Speaker.CUSTOMER, text), context
            )
            alarms += [f"{found.rule}: {text}" for found in heard.findings]
        hours = spoken / PACES[language] / 60
        assert hours > 3
        assert len(alarms) <= hours / 2, alarms


def _callers(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record["speaker"] == "customer":
                yield str(record["text"])


def test_talk_of_dying_is_shown_early_and_seldom_taken_back(language: str, ruled: RuleSet) -> None:
    """What is heard of a beginning is shown at once, so that it must not be withdrawn often."""
    listener, verified = VERIFIED
    header = CallHeader(ruled.jurisdiction, ruled.language, verified=verified, listener=listener)
    context = CallContext(header, verified, listener)
    early = withdrawn = 0
    for text in held_out(language).self_harm:
        monitor = Monitor(ruled, header)
        pieces = text.split() if language == "en" else list(text)
        joint = " " if language == "en" else ""
        begun = any(
            found.rule == "ROUTE-self_harm"
            for end in range(1, len(pieces))
            for found in monitor.hear(
                Utterance("u", 0, Speaker.CUSTOMER, joint.join(pieces[:end]), final=False), context
            ).findings
        )
        ended = {
            found.status
            for found in monitor.hear(Utterance("u", 0, Speaker.CUSTOMER, text), context).findings
            if found.rule == "ROUTE-self_harm"
        }
        early += begun
        withdrawn += Status.WITHDRAWN in ended
    assert early >= 10
    assert withdrawn <= early * 0.05


# ---- what a route is ----------------------------------------------------------------------------


@pytest.mark.parametrize("jurisdiction", ["us", "tw", "cn"])
def test_every_pack_has_every_route_in_both_languages(jurisdiction: str) -> None:
    for tag in ("en-US", "zh-TW"):
        rules = load_rules(jurisdiction, tag)
        routes = {rule.id for rule in rules.rules if rule.kind is Kind.ROUTE}
        assert routes == {f"ROUTE-{kind}" for kind in KINDS}


def test_every_detector_of_a_route_is_listened_to(ruled: RuleSet) -> None:
    used = {name for rule in ruled.rules for name in rule.detectors}
    assert {name for name in ruled.detectors if name.startswith("route/")} <= used


def test_no_phrase_of_a_route_has_an_alternative_that_nobody_hears(language: str) -> None:
    """A filler (`er`, `喔`) folds to nothing, and a phrase with one would match anything."""
    rules = load_rules(JURISDICTIONS[language], LANGUAGE_OF[JURISDICTIONS[language]])
    ordinary = {
        "en": "to in at on the and of for from with is was it this that so well right okay",
        "zh": "的 了 是 在 有 這 那 好 對 明 天 上 下 大 小 來 去 會 也",
    }[language]
    for word in ordinary.split():
        for state in (VERIFIED, UNVERIFIED):
            assert not routed(rules, word, state), word


def test_a_route_is_no_breach_and_is_not_heard_of_the_agent(us: RuleSet) -> None:
    (found,) = routed(us, "I don't want to live any more.")
    assert (found.rule, found.kind, found.severity, found.verdict) == (
        "ROUTE-self_harm", Kind.ROUTE, Severity.CRITICAL, Verdict.CHECK_FACTS,
    )  # fmt: skip
    said = routed(us, "I don't want to live any more.", speaker=Speaker.AGENT)
    assert all(one.kind is not Kind.ROUTE for one in said)
    assert found.say_now is not None
    assert "988" in us.message(found.say_now.id, found.say_now.params)


def test_somebody_else_speaking_matters_until_the_customer_is_verified(us: RuleSet) -> None:
    says = "He's not here, this is his wife."
    assert {found.rule for found in routed(us, says, UNVERIFIED)} == {"ROUTE-third_party"}
    assert not routed(us, says, VERIFIED)
    assert routed(us, says, UNVERIFIED, Speaker.THIRD_PARTY)


def test_a_route_is_offered_the_law_of_its_place_or_policy(us: RuleSet, tw: RuleSet) -> None:
    assert us.rule("ROUTE-cease_contact").citation(None).startswith("FDCPA 805(c)")
    assert tw.rule("ROUTE-complaint").verified_law is VerifiedLaw.VERIFIED
    assert tw.rule("ROUTE-distress").verified_law is VerifiedLaw.POLICY


def test_a_route_never_offers_the_apology_for_a_breach(rules: RuleSet) -> None:
    neutral = {repair.text for repair in rules.rule(f"{rules.jurisdiction.upper()}-01").repairs}
    for rule in rules.rules:
        if rule.kind is Kind.ROUTE:
            assert rule.repairs
            assert rule.repairs[-1].when == Condition()
            assert not neutral & {repair.text for repair in rule.repairs}
