"""Flows that ship load; flows that could strand an agent are refused with every fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compliance import places
from compliance.context import Collector
from compliance.errors import AssistantError, BadInput, MissingPart
from scripts.flow_file import FLOWS, collector_of, flow_languages, load_flow, read_flow
from scripts.prompt import STAGES
from tests.scripts.accounts import LANGUAGES


def test_what_ships() -> None:
    assert set(flow_languages()) == set(places.LANGUAGES)  # none of a call's languages is without
    hashes = set()
    for language in LANGUAGES:
        for collector in Collector:
            flow = load_flow(language, collector)
            assert tuple(stage.slug for stage in flow.stages) == STAGES
            assert flow.content_hash == load_flow(language, collector).content_hash
            hashes.add(flow.content_hash)
    assert len(hashes) == len(LANGUAGES) * len(Collector)


def test_a_language_without_a_flow_names_those_there_are() -> None:
    with pytest.raises(MissingPart, match=r"fr-FR.*en-US, zh-CN, zh-HK, zh-TW"):
        load_flow("fr-FR")


def test_collectors_by_slug() -> None:
    assert collector_of("agency") is Collector.AGENCY
    with pytest.raises(AssistantError, match="in-house, agency, debt_buyer"):
        collector_of("bailiff")


_GREETING = "{{ person }}, please?"
_CLOSE = "  close:\n    choices"
_HARDSHIP = "answers: [situation.reason, situation.shortfall, impact.explain]\n    choices"
_STOP = "  wrong_number:\n    priority: 95\n    then: end"
_LAST = "        otherwise:\n          - Thank you for your time. Take care, and goodbye.\n"
_AGENCY = "this is {{ %s }}, calling on a recorded line."


@pytest.mark.parametrize(
    ("find", "put", "wanted"),
    [
        (_CLOSE, "  farewells:\n    choices", "unknown stage 'farewells'"),
        (_CLOSE, "  farewells:\n    choices", "stage 'close' is missing"),
        ("routes: [lawyer]", "routes: [lawyers]", "unknown route 'lawyers'"),
        (_GREETING, "{{ persn }}, please?", "unknown slot 'persn'"),
        (_GREETING, "{{ person.__class__ }}, please?", "only name slots"),
        (_GREETING, "{{ ().__class__ }}, please?", "only name slots"),
        (_GREETING, "{% for a in person %}{% endfor %}", "only name slots"),
        (_GREETING, "{{ person|upper }}, please?", "only name slots"),
        (_GREETING, "{{ person, please?", "the template is wrong"),
        (_GREETING, "{{ person }}, you owe {{ balance }}.", "speaks of the debt"),
        (_AGENCY % "agent_name", _AGENCY % "bank_name", "in an agency's mouth"),
        (_STOP, _STOP.replace("end", "nowhere"), "a dead end: 'nowhere'"),
        (_HARDSHIP, "answers: [situation.moon]\n    choices", "no step 'situation.moon'"),
        ("choices: [callback, complaint]\n", "choices: [dance]\n", "'dance' is no exit"),
        (_LAST, "", "last line must be one that can always be said"),
        ("- (kill|killing) myself\n", "- (kill|killing myself\n", "(kill|killing myself"),
        ("- id: safe\n", "- id: safe\n        colour: red\n", "unknown key 'colour'"),
        ("status: active", "status: asleep", "status"),
        ("withheld:\n  - Thank", "withheld:\n  - Of {{ balance }}. Thank", "speaks of the debt"),
        ("  vulnerable:\n    priority", "  panic:\n    priority", "unknown exit 'panic'"),
        ("  already_paid:\n    stages", "  paid:\n    stages", "unknown objection 'paid'"),
    ],
)
def test_faults_are_told_with_their_place(tmp_path: Path, find: str, put: str, wanted: str) -> None:
    text = (FLOWS / "en-US.yaml").read_text()
    assert find in text
    path = tmp_path / "en-US.yaml"
    path.write_text(text.replace(find, put))
    with pytest.raises(BadInput) as caught:
        read_flow(path, Collector.IN_HOUSE)
    told = str(caught.value)
    assert wanted in told
    assert re.search(rf"{re.escape(str(path))}:\d+:\d+: ", told)


def test_a_loop_is_told(tmp_path: Path) -> None:
    text = (FLOWS / "en-US.yaml").read_text()
    path = tmp_path / "en-US.yaml"
    path.write_text(text.replace(_STOP, _STOP.replace("end", "third_party")))
    assert read_flow(path).exits["wrong_number"].then == "third_party"
    back = "  third_party:\n    priority: 90\n    then: "
    text = path.read_text().replace(f"{back}end", f"{back}wrong_number")
    path.write_text(text)
    with pytest.raises(BadInput, match="a loop: wrong_number -> third_party -> wrong_number"):
        read_flow(path)


def test_all_faults_at_once(tmp_path: Path) -> None:
    text = (FLOWS / "zh-TW.yaml").read_text()
    text = text.replace("{{ overdue_amount }}", "{{ overdue }}").replace("then: end", "then: moon")
    path = tmp_path / "zh-TW.yaml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        read_flow(path)
    lines = [fault.line for fault in caught.value.faults]
    assert len(lines) > 15
    assert lines == sorted(lines)
