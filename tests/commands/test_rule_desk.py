"""The compliance officer's two short lists: what law to look up again, and what to tell agents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Assistant

BANK = """
jurisdiction: us
changes:
  - {rule: US-03, severity: minor, reason: our own way, by: Dana Reed, on: 2026-03-02}
rules:
  - {id: US-90, family: amount, severity: major, verified_law: policy, citation: House rule 4,
     review_by: 2020-01-31, detectors: [amount/house], title: {en: Lantern fee,
     zh-Hant: 燈籠費, zh-Hans: 灯笼费}}
  - {id: US-91, family: amount, severity: major, verified_law: memory, citation: Act 5,
     review_by: 2099-12-31, detectors: [amount/house]}
  - {id: US-92, family: amount, severity: major, verified_law: verified, citation: Act 6,
     review_by: 2099-12-31, detectors: [amount/house]}
"""
DETECTORS = "jurisdiction: us\ndetectors: {en: {amount/house: {phrases: [paper lantern]}}}\n"


@pytest.fixture(autouse=True)
def bank(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "rules"
    (folder / "us").mkdir(parents=True)
    (folder / "us.yaml").write_text(BANK, "utf-8")
    (folder / "us" / "house.yaml").write_text(DETECTORS, "utf-8")


def law(assistant: Assistant, *more: str) -> list[dict[str, object]]:
    finished = assistant("rules", "law", *more, "--json")
    assert finished.status == 0, finished.errors
    records: list[dict[str, object]] = json.loads(finished.output)
    return records


def test_what_is_due_comes_by_its_day_and_by_how_far_the_law_was_checked(
    assistant: Assistant,
) -> None:
    due = law(assistant, "--due", "--jurisdiction", "us")
    ours = {str(one["rule"]): one for one in due if str(one["rule"]) >= "US-90"}
    assert ours["US-90"]["due"] == ["its day has come"]
    assert ours["US-91"]["due"] == ["known from memory: check it against the text"]
    assert ours["US-91"]["status"] == "trial"  # nobody answers for it yet
    assert "US-92" not in ours
    days = [str(one["review_by"] or "") for one in due]
    assert days == sorted(days)
    later = law(assistant, "--due", "2099-12-31", "--jurisdiction", "us")
    assert "US-92" in {one["rule"] for one in later}
    everything = law(assistant)
    places = {str(one["rule"]).partition("-")[0] for one in everything}
    assert places == {"TW", "CN", "US", "UK", "HK", "ROUTE"}


def test_plain_lines_say_that_no_lawyer_has_seen_them(assistant: Assistant) -> None:
    told = assistant("rules", "law", "--due", "--jurisdiction", "us").output
    assert told.startswith("No lawyer has reviewed these rules")
    assert "2020-01-31" in told
    bad = assistant("rules", "law", "--due", "soon")
    assert bad.status == 2
    assert "soon is no day such as 2026-12-31" in bad.errors


@pytest.mark.parametrize(
    ("interface", "first", "second"),
    [
        ("en", "New or stricter: Lantern fee", "less gravely: False arrest or crime."),
        ("zh-Hant", "燈籠費", "虛偽刑事後果"),
        ("zh-Hans", "灯笼费", "虚假刑事后果"),
    ],
)
def test_a_note_for_agents_is_three_lines(
    assistant: Assistant, interface: str, first: str, second: str
) -> None:
    finished = assistant("rules", "diff", "--note", "--interface", interface)
    assert finished.status == 0, finished.errors
    lines = finished.output.splitlines()
    assert len(lines) == 3
    assert first in lines[0]
    assert second in lines[1]
    assert "US-91" not in finished.output  # on trial: agents do not see it
