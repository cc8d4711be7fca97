"""The law decides which flow guides a call, and the language which of its flows."""

from __future__ import annotations

import pytest

from compliance.context import Collector
from compliance.places import JURISDICTION_OF
from scripts.flow_choice import flow_for, flow_language


@pytest.mark.parametrize(("language", "jurisdiction"), JURISDICTION_OF.items())
def test_each_language_has_the_flow_of_its_place(language: str, jurisdiction: str) -> None:
    assert flow_language(jurisdiction, language) == language


@pytest.mark.parametrize(
    ("jurisdiction", "language", "chosen"),
    [
        ("uk", "en-US", "en-GB"),
        ("us", "en-GB", "en-US"),
        ("hk", "en-US", "en-HK"),
        ("hk", "en-GB", "en-HK"),
        ("tw", "zh-CN", "zh-TW"),
        ("cn", "zh-TW", "zh-CN"),
        # Cantonese is no Mandarin: a script that the customer does not speak is none.
        ("hk", "zh-TW", ""),
        ("tw", "zh-HK", ""),
        ("uk", "zh-CN", ""),
        ("tw", "en-US", ""),
    ],
)
def test_the_law_comes_first_and_another_form_of_the_language_stands_in(
    jurisdiction: str, language: str, chosen: str
) -> None:
    assert flow_language(jurisdiction, language) == chosen
    flow = flow_for(jurisdiction, language)
    assert (flow.language if flow else "") == chosen


@pytest.mark.parametrize("collector", Collector)
@pytest.mark.parametrize("language", ["en-GB", "en-HK", "zh-HK"])
def test_no_other_law_speaks_in_british_and_hong_kong_calls(
    language: str, collector: Collector
) -> None:
    flow = flow_for(JURISDICTION_OF[language], language, collector)
    assert flow is not None
    assert flow.collector is collector
    said = "\n".join(
        line.text for step in flow.every_step() for line in (*step.lines, *step.otherwise)
    )
    american = ("attempt to collect a debt", "credit bureau", "988", "30 days of our notice")
    taiwanese = ("聯徵", "1925", "前置協商", "評議中心")
    assert [words for words in (*american, *taiwanese) if words in said] == []
    assert ("116 123" in said) is (language == "en-GB")
    assert ("18111" in said) is (language != "en-GB")


@pytest.mark.parametrize("collector", [Collector.AGENCY, Collector.DEBT_BUYER])
@pytest.mark.parametrize("language", ["en-GB", "en-HK", "zh-HK"])
def test_who_collects_for_a_bank_says_for_whom_before_the_substance(
    language: str, collector: Collector
) -> None:
    flow = flow_for(JURISDICTION_OF[language], language, collector)
    assert flow is not None
    purpose = [step for step in flow.main_line if step.stage == "purpose"]
    assert [step.id for step in purpose if step.belongs(None, inbound=False)] == [
        "purpose.disclosure",
        "purpose.amount",
    ]
    disclosed = [line for line in purpose[0].lines if line.collectors == {collector}]
    assert disclosed
    for line in disclosed:
        assert {"agency_name", "bank_name"} <= line.slots
