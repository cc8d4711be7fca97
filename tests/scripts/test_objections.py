"""What customers object to: the cases beside the files, and files with faults."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.context import CallContext, CallHeader, Listener
from compliance.documents import Schema, load_document
from compliance.errors import BadInput, MissingPart
from compliance.monitor import Monitor
from compliance.packs import load_rules
from compliance.tongues import fold_in
from compliance.transcript import Speaker, Utterance
from scripts.called import routes_of
from scripts.objection_ear import FOLDER, load_objections
from scripts.prompt import OBJECTIONS

_LAW = {"en": ("us", "en-US"), "zh": ("tw", "zh-TW"), "yue": ("hk", "zh-HK")}


class _Cases(Schema):
    cases: dict[str, tuple[str, ...]]


@pytest.mark.parametrize("language", _LAW)
def test_each_case_is_the_objection_it_says(language: str) -> None:
    jurisdiction, tag = _LAW[language]
    rules = load_rules(jurisdiction, tag, likeness=False)
    objections = load_objections(tag)
    cases = load_document(FOLDER / f"{language}.cases.yaml", _Cases).value.cases
    assert set(cases) == {*OBJECTIONS, "none"}
    header = CallHeader(jurisdiction, tag)
    wrong = []
    for slug, lines in cases.items():
        for line in lines:
            said = Utterance("u", 0, Speaker.CUSTOMER, line)
            context = CallContext(header, True, Listener.CUSTOMER)
            routes = routes_of(Monitor(rules, header).hear(said, context).findings)
            heard = objections.heard(line, routes)
            if heard != slug.replace("none", ""):
                wrong.append((line, slug, heard))
    assert wrong == []


def test_a_language_without_objections_says_so(tmp_path: Path) -> None:
    with pytest.raises(MissingPart):
        load_objections("zh-TW", tmp_path)


def test_cantonese_lies_over_chinese_and_keeps_its_order() -> None:
    cantonese, chinese = load_objections("zh-HK"), load_objections("zh-TW")
    assert cantonese.slugs == chinese.slugs
    assert chinese.routes.items() <= cantonese.routes.items()
    written, spoken = fold_in("yue", "我沒錢還"), fold_in("yue", "我周轉唔到呀")
    assert {match.label for match in cantonese.phrases.search(spoken)} == {"cannot_pay"}
    assert {match.label for match in cantonese.phrases.search(written)} == {"cannot_pay"}
    assert not chinese.phrases.search(spoken)


def test_what_lies_over_need_not_be_whole_but_its_faults_are_told(tmp_path: Path) -> None:
    (tmp_path / "zh.yaml").write_text((FOLDER / "zh.yaml").read_text("utf-8"), "utf-8")
    above = tmp_path / "yue.yaml"
    above.write_text("language: yue\nobjections:\n  lost_job: {phrases: [搵緊工]}\n", "utf-8")
    assert load_objections("zh-HK", tmp_path).heard("我搵緊工呀") == "lost_job"
    above.write_text("language: yue\nobjections:\n  lost_jobs: {phrases: [搵緊工]}\n", "utf-8")
    with pytest.raises(BadInput) as told:
        load_objections("yue", tmp_path)
    assert "unknown objection 'lost_jobs'" in str(told.value.faults[0])


def test_all_faults_are_told_with_their_places(tmp_path: Path) -> None:
    text = (FOLDER / "en.yaml").read_text("utf-8")
    text = text.replace("  lost_job:", "  lost_jobs:").replace("[illness]", "[ilness]")
    (tmp_path / "en.yaml").write_text(text, "utf-8")
    with pytest.raises(BadInput) as told:
        load_objections("en-US", tmp_path)
    faults = [str(fault) for fault in told.value.faults]
    assert any("unknown objection 'lost_jobs'" in fault for fault in faults)
    assert any("unknown route 'ilness'" in fault for fault in faults)
    assert any("'lost_job' is missing" in fault for fault in faults)
    assert all(":0:" not in fault for fault in faults)
