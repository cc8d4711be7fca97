"""A bank's own folder of rules, as every command sees it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.commands.conftest import Assistant

BANK = """
jurisdiction: us
changes:
  - {rule: US-03, severity: minor, reason: our own way, by: Dana Reed, on: 2026-03-02}
  - {rule: US-02, off: true, reason: our own way, by: Dana Reed, on: 2026-03-02}
rules:
  - {id: US-90, family: amount, severity: hint, verified_law: policy, citation: House rule 4,
     detectors: [amount/house]}
"""
DETECTORS = "jurisdiction: us\ndetectors: {en: {amount/house: {phrases: [paper lantern]}}}\n"
CALL = "".join(
    json.dumps(record) + "\n"
    for record in (
        {"type": "call", "call": "a", "jurisdiction": "us", "language": "en-US",
         "collector": "agency", "verified": True, "counterparty": "customer"},
        {"type": "utterance", "call": "a", "speaker": "agent",
         "text": "If you do not pay by Friday you will be arrested."},
        {"type": "utterance", "call": "a", "speaker": "agent", "text": "You are a deadbeat."},
        {"type": "utterance", "call": "a", "speaker": "agent", "text": "The paper lantern."},
    )
)  # fmt: skip

CHANGED = {"US-03": "minor", "US-90": "hint"}


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    """The bank's folder, in the data folder."""
    folder = tmp_path / "home" / "rules"
    (folder / "us").mkdir(parents=True)
    (folder / "us.yaml").write_text(BANK, "utf-8")
    (folder / "us" / "house.yaml").write_text(DETECTORS, "utf-8")
    return folder


def found(assistant: Assistant, *more: str | Path) -> dict[str, str]:
    """The severity by rule."""
    finished = assistant("check", "--jsonl", "-", *more, stdin=CALL)
    records = [record for record in finished.records if record["type"] == "finding"]
    return {
        record["rule"]: record["severity"] for record in records if record["utterance"] is not None
    }


def rules_hash(assistant: Assistant) -> str:
    finished = assistant("check", "--jsonl", "-", stdin=CALL)
    return str(finished.records[0]["rules"])


def test_a_check_judges_by_the_banks_rules_and_says_so_by_the_hash(
    assistant: Assistant, bank: Path
) -> None:
    assert found(assistant) == CHANGED
    with_bank = rules_hash(assistant)
    shutil.rmtree(bank)
    assert found(assistant) == {"US-03": "critical", "US-02": "critical"}
    assert rules_hash(assistant) != with_bank


def test_the_folder_may_stand_elsewhere(
    assistant: Assistant, bank: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = bank.rename(tmp_path / "elsewhere")
    environment["ASSISTANT_RULES"] = str(elsewhere)
    assert found(assistant) == CHANGED


def test_a_folder_that_is_named_and_not_there_is_an_error(
    assistant: Assistant, environment: dict[str, str]
) -> None:
    environment["ASSISTANT_RULES"] = "/nowhere/rules"
    finished = assistant("check", "-", stdin=CALL)
    assert finished.status == 2
    assert "there is no such folder" in finished.errors
    assert not finished.output


def test_a_broken_folder_is_told_with_its_place_and_judges_nothing(
    assistant: Assistant, bank: Path
) -> None:
    (bank / "us.yaml").write_bytes(BANK.replace("our own", "原因").encode("gbk"))
    finished = assistant("check", "-", stdin=CALL)
    assert finished.status == 2
    assert "us.yaml:4:45: byte 0x" in finished.errors
    assert "is not UTF-8" in finished.errors
    assert not finished.output


def test_the_doctor_tells_of_the_banks_rules(assistant: Assistant, bank: Path) -> None:
    checks = json.loads(assistant("doctor", "--json").output)["checks"]
    details: Mapping[str, str] = {check["name"]: check["detail"] for check in checks}
    assert (
        "this bank's rules: 1 added, 1 switched off, 1 softened, 1 phrases added"
        in details["rules_us_en-US"]
    )
    assert "bank" not in details["rules_tw_zh-TW"]
