"""The packs that ship: their cases, their texts, their repairs; and packs with faults."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import pytest

from compliance.cases import load_cases, require_cases
from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.errors import AssistantError, BadInput, MissingPart
from compliance.monitor import Monitor
from compliance.packs import available, load_rules
from compliance.phrases import PACKS
from compliance.rules import RuleSet
from compliance.transcript import Speaker, Utterance

STATES = (
    (Listener.CUSTOMER, True),
    (Listener.CUSTOMER, False),
    (Listener.UNKNOWN, False),
    (Listener.UNKNOWN, None),
    (Listener.THIRD_PARTY, False),
    (Listener.VOICEMAIL, False),
)
FACTS: tuple[dict[str, bool], ...] = (
    {},
    {"suit_filed": False, "judgment": False, "time_barred": False},
    {"suit_filed": True, "judgment": True, "time_barred": True},
    {"suit_filed": False, "judgment": False, "time_barred": True},
)


def contexts(rules: RuleSet) -> list[CallContext]:
    found = []
    for (listener, verified), collector, facts in product(STATES, (None, *Collector), FACTS):
        header = CallHeader(
            rules.jurisdiction,
            rules.language,
            collector,
            verified=verified,
            listener=listener,
            facts=facts,
        )
        found.append(CallContext(header, verified, listener))
    return found


def test_every_case_passes_and_known_gaps_are_still_gaps(rules: RuleSet) -> None:
    failing: list[str] = []
    mended: list[str] = []
    for case in load_cases(rules.jurisdiction, language=rules.language):
        if case.passes(rules) is case.todo:
            (mended if case.todo else failing).append(f"{case.place.line}: {case.says}")
    assert not failing, "cases fail"
    assert not mended, "known gaps are mended: take their `todo` away"


def test_every_rule_has_a_case_and_every_case_a_rule(rules: RuleSet) -> None:
    require_cases(rules, load_cases(rules.jurisdiction, language=rules.language))


def test_what_a_talking_agent_is_told_fits_one_glance(rules: RuleSet) -> None:
    for rule in rules.rules:
        assert len(rules.message(f"{rule.id}.do_now").split()) <= 12, rule.id
        for locale in ("zh-TW", "zh-Hans"):
            assert len(rules.message(f"{rule.id}.do_now", (), locale)) <= 20, rule.id


def test_every_text_exists_in_every_locale(rules: RuleSet) -> None:
    for rule in rules.rules:
        for part, locale in product(("title", "explanation", "do_now"), ("en", "zh_Hant", "zh-CN")):
            assert rules.message(f"{rule.id}.{part}", (), locale).strip()
        for collector in (None, *Collector):
            assert rule.citation(collector)


def test_every_repair_is_clean_in_the_state_in_which_it_is_offered(rules: RuleSet) -> None:
    offered = 0
    for context in contexts(rules):
        for rule in rules.rules:
            message = rules.repair(rule, context)
            assert message is not None, f"{rule.id} has nothing to say"
            text = rules.message(message.id, message.params)
            utterance = Utterance("u0", 0, Speaker.AGENT, text)
            heard = Monitor(rules, context.header).hear(utterance, context)
            assert not heard.findings, f"{rule.id} offers {text!r}"
            offered += 1
    assert offered > 1000


def test_every_line_of_advice_is_clean_when_said_aloud(us: RuleSet) -> None:
    header = CallHeader("us", "en-US", verified=True, listener=Listener.CUSTOMER)
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    for rule in us.rules:
        text = us.message(f"{rule.id}.do_now")
        heard = Monitor(us, header).hear(Utterance("u", 0, Speaker.AGENT, text), context)
        assert not heard.findings, (rule.id, text)


def test_an_unknown_message_or_rule_is_an_error(us: RuleSet) -> None:
    for message in ("US-99.title", "US-01.nothing", "US-01.say_now.99", "US-01.say_now.x"):
        with pytest.raises(AssistantError):
            us.message(message)


@pytest.mark.parametrize("jurisdiction", ["xx", ""])
def test_a_missing_pack_names_those_that_exist(jurisdiction: str) -> None:
    assert available() == ("cn", "hk", "tw", "uk", "us")
    with pytest.raises(MissingPart, match=r"no rule pack .*cn, hk, tw, uk, us") as caught:
        load_rules(jurisdiction, "en-GB")
    assert caught.value.exit_status == 3


def test_a_language_without_detectors_is_a_missing_part() -> None:
    with pytest.raises(MissingPart, match="no detectors for the language 'fr-FR'"):
        load_rules("us", "fr-FR")


def test_a_call_in_another_language_is_judged_without_offering_sentences() -> None:
    rules = load_rules("us", "zh-TW")
    header = CallHeader("us", "zh-TW", verified=True, listener=Listener.CUSTOMER)
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    utterance = Utterance("u0", 0, Speaker.AGENT, "你不還錢就會被抓去關。")
    (finding,) = Monitor(rules, header).hear(utterance, context).findings
    assert finding.rule == "US-03"
    assert finding.say_now is None


def test_the_hash_is_of_the_content(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    same = load_rules("us", "en-US", folder)
    assert same.content_hash == load_rules("us", "en-US").content_hash
    pack = folder / "us.yaml"
    pack.write_text(pack.read_text("utf-8") + "\n# a remark\n", "utf-8")
    assert load_rules("us", "en-US", folder).content_hash != same.content_hash
    assert load_rules("us", "zh-TW", folder).content_hash != same.content_hash


FAULTS = [
    ("us.yaml", "  - id: US-01\n", "  - id: US-02\n", "the id US-02 is given twice"),
    ("us.yaml", "family: threat", "family: treat", "no family 'treat'"),
    ("us.yaml", "severity: critical", "severity: terrible", "severity"),
    ("us.yaml", "verified_law: verified", "verified_law: no", "verified_law"),
    ("us.yaml", "jurisdiction: us", "jurisdiction: tw", "not the file's"),
    ("us.yaml", "detectors: [recording/nameless]", "detectors: [recording/nome]", "no detector"),
    ("us.yaml", "rule: US-13", "rule: US-77", "there is no rule US-77"),
    ("us.yaml", "    citation: FDCPA 806(1)", "    citaton: FDCPA 806(1)", "unknown key 'citaton'"),
    ("us.yaml", "        - used for that purpose", "        - used for {tat} purpose", "{tat}"),
    ("detectors/threat.en.yaml", "family: threat", "family: treat", "'treat' is no family"),
    ("detectors/threat.en.yaml", "      - be a shame if", "      - (be a shame if", "never closed"),
    ("detectors/threat.en.yaml", "      - be a shame if", "      - '{nome}'", "no concept {nome}"),
    ("concepts/en.yaml", '    - "{partner}"', '    - "{kin}"', "uses itself"),
    ("cues/en.yaml", "    - helpline", "    - '[helpline]'", "match anything"),
    ("families.yaml", "  threat:", "  thread:", "no family 'threat'"),
]


@pytest.mark.parametrize(("name", "good", "bad", "part"), FAULTS)
def test_a_fault_in_a_pack_is_told_with_its_place(
    tmp_path: Path, name: str, good: str, bad: str, part: str
) -> None:
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    text = (folder / name).read_text("utf-8")
    assert good in text
    (folder / name).write_text(text.replace(good, bad, 1), "utf-8")
    with pytest.raises(BadInput) as caught:
        load_rules("us", "en-US", folder)
    hits = [fault for fault in caught.value.faults if part in fault.message]
    assert hits, str(caught.value)
    assert all(fault.line > 0 and fault.column > 0 for fault in hits)


def test_faults_of_several_files_come_together(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    for name, good, bad, _ in FAULTS[0], FAULTS[9], FAULTS[10]:
        path = folder / name
        path.write_text(path.read_text("utf-8").replace(good, bad, 1), "utf-8")
    with pytest.raises(BadInput) as caught:
        load_rules("us", "en-US", folder)
    paths = {Path(fault.path).name for fault in caught.value.faults}
    assert {"us.yaml", "threat.en.yaml"} <= paths
