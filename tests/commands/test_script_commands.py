"""`assistant scripts …`: what there is, walked, drawn, tested and judged."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path

import pytest

import assistant.demo
from scripts.flow_file import FLOWS
from scripts.strategy_file import SHIPPED
from tests.commands.conftest import Assistant

_ACCOUNTS = Path(assistant.demo.__file__).parent / "calls"


@pytest.fixture
def flows(tmp_path: Path) -> Path:
    """A folder with one flow that ships, to be spoilt."""
    folder = tmp_path / "flows"
    folder.mkdir()
    for name in ("en-US.yaml", "en-US.cases.yaml"):
        shutil.copy(FLOWS / name, folder / name)
    return folder


def test_list_show_and_draw(assistant: Assistant, tmp_path: Path) -> None:
    listed = assistant("scripts", "list")
    assert "en-US" in listed.output
    shown = assistant("scripts", "show", "en-US", "--collector", "agency")
    assert "This is an attempt to collect a debt" in shown.output
    assert "[judgment" in shown.output or "time_barred: no" in shown.output
    drawn = assistant("scripts", "draw", "zh-TW")
    assert "self_harm" in drawn.output
    picture = tmp_path / "flow.svg"
    assert assistant("scripts", "draw", "zh-TW", "--svg", picture).status == 0
    assert ET.parse(picture).getroot().tag.endswith("svg")
    nowhere = assistant("scripts", "draw", "zh-TW", "--svg", tmp_path / "no" / "flow.svg")
    assert nowhere.status == 2
    assert "cannot be written" in nowhere.errors


def test_a_walk_goes_where_a_call_would(assistant: Assistant) -> None:
    typed = (
        "a: Hello, this call is recorded. May I speak with Jordan Lee, please?\n"
        "c: Speaking. May fifth nineteen eighty four, and one two three four.\n"
        "k: verified\n"
        "a: If you do not pay you will be arrested.\n"
        "c: Then my kids would be better off without me.\n"
        "nonsense\n"
        "k: fly\n"
    )
    walked = assistant("scripts", "walk", "en-US", stdin=typed)
    assert walked.status == 0, walked.errors
    places = [line.split()[1] for line in walked.output.splitlines() if line.startswith("  ▶")]
    assert places[0] == "opening.greet"
    assert places[1:3] == ["verification.identifiers"] * 2
    assert places[3] == "purpose.amount"
    assert places[-1] == "vulnerable.safe"
    assert "two identifiers match" in walked.output
    assert "⚠ US-03: breach" in walked.output
    assert "» ROUTE-self_harm" in walked.output
    assert "'nonsense' is no turn" in walked.output
    assert "no key 'fly'" in walked.output


def test_a_walk_goes_by_its_account_and_refuses_one_under_another_law(
    assistant: Assistant,
) -> None:
    hong_kong = _ACCOUNTS / "zh-HK.account.json"
    typed = "a: 你好，呢個電話會錄音，請問係咪陳志強先生？\nk: verified\nc: 冇咗我佢哋仲好過。\n"
    walked = assistant("scripts", "walk", "zh-HK", "--account", hong_kong, stdin=typed)
    assert walked.status == 0, walked.errors
    places = [line.split()[1] for line in walked.output.splitlines() if line.startswith("  ▶")]
    assert places[-2:] == ["purpose.disclosure", "vulnerable.safe"]  # the account is an agency's
    assert "銀行寄俾你嘅通知" in walked.output
    refused = assistant("scripts", "walk", "en-GB", "--account", hong_kong)
    assert refused.status == 2
    assert "of 'hk'" in refused.errors


def test_cases_and_lines_that_ship_are_well(assistant: Assistant) -> None:
    assert assistant("scripts", "test", "--language", "zh-CN").status == 0
    linted = assistant("scripts", "lint", "--language", "zh-CN")
    assert linted.status == 0
    assert " 0 faults" in linted.output


def test_a_line_that_breaks_a_rule_and_a_case_that_leads_elsewhere_are_told(
    assistant: Assistant, flows: Path
) -> None:
    flow = flows / "en-US.yaml"
    text = flow.read_text("utf-8")
    kind = "Can you tell me what's been going on?"
    assert kind in text
    flow.write_text(text.replace(kind, "If you do not pay today you will be arrested."), "utf-8")
    linted = assistant("scripts", "lint", "--folder", flows)
    assert linted.status == 2
    assert "situation.reason" in linted.output
    assert "US-03" in linted.output
    cases = flows / "en-US.cases.yaml"
    cases.write_text(
        cases.read_text("utf-8").replace("at: vulnerable.safe", "at: close.farewell"), "utf-8"
    )
    tested = assistant("scripts", "test", "--folder", flows)
    assert tested.status == 2
    assert "not 'close.farewell'" in tested.output


def test_there_is_no_flow(assistant: Assistant, flows: Path) -> None:
    missing = assistant("scripts", "show", "zh-HK", "--folder", flows)
    assert missing.status == 3
    assert "There is no script" in missing.errors


@pytest.mark.parametrize(
    ("options", "strategy"),
    [
        (("--days", "5"), "Reminder · 5 days past due"),
        (("--days", "0"), "Neutral lines · not past due"),
        (("--fact", "hardship"), "Hardship · noted on file"),
        (("--fact", "hardship=no", "--broken", "2026-11-05"), "Promise not kept · the one for Nov"),
        (("--days", "90", "--unanswered", "6"), "Long without an answer · 6 contacts unanswered"),
        (("--days", "90", "--unanswered", "6", "--inbound"), "Late stage · 90 days past due"),
    ],
)
def test_a_walk_is_led_as_its_case_asks(
    assistant: Assistant, options: tuple[str, ...], strategy: str
) -> None:
    walked = assistant("scripts", "walk", "en-US", *options)
    assert f"  strategy: {strategy}" in walked.output
    assert ("Thank you for calling" in walked.output) is ("--inbound" in options)


def test_strategies_of_ones_own_are_shown_walked_and_refused(
    assistant: Assistant, tmp_path: Path
) -> None:
    shown = assistant("scripts", "show", "zh-TW").output
    assert "reminder from 1, early from 11, middle from 31, late from 91" in shown
    assert "(policy: 內規" in shown
    assert "purpose.matter (the customer calls)" in shown
    assert "options.afford (left out in reminder)" in shown
    own = tmp_path / "strategies.yaml"
    text = SHIPPED.read_text("utf-8").replace("{reminder: 1, early: 15", "{reminder: 1, early: 3")
    own.write_text(text, "utf-8")
    walked = assistant("scripts", "walk", "en-US", "--days", "5", "--strategies", own)
    assert "strategy: Early stage · 5 days past due" in walked.output
    assert "early from 3" in assistant("scripts", "show", "en-US", "--strategies", own).output
    own.write_text(text.replace("early: 3", "early: 300"), "utf-8")
    refused = assistant("scripts", "walk", "en-US", "--strategies", own)
    assert refused.status == 2
    assert "put the bands in their order" in refused.errors
    assert assistant("scripts", "walk", "en-US", "--fact", "No way").status == 2


def test_a_transcripts_header_leads_its_script(assistant: Assistant, tmp_path: Path) -> None:
    lines: list[dict[str, object]] = [
        {"call": "a", "account": {"days_past_due": 62}},
        {"call": "b", "account": {"days_past_due": 62, "broken_promise_on": "2026-11-05"}},
        {"call": "c", "account": {"days_past_due": -62}, "facts": {"inbound": True}},
        {"call": "d"},
    ]
    form: dict[str, object] = {"type": "call", "jurisdiction": "us", "language": "en-US"}
    typed = "".join(json.dumps({**form, **line}) + "\n" for line in lines)
    records = assistant("check", "--jsonl", "-", stdin=typed).records
    stages = {one["call"]: one for one in records if one["type"] == "stage"}
    told = {call: one["strategy"] for call, one in stages.items()}
    assert told == {"a": "late", "b": "broken_promise", "c": None, "d": None}
    assert stages["c"]["line"].startswith("Thank you for calling.")
    # The bank's own file in the data folder takes the place of the one that ships.
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    own = SHIPPED.read_text("utf-8").replace("late: 60, pre_legal: 120", "late: 70, pre_legal: 120")
    (home / "strategies.yaml").write_text(own, "utf-8")
    (first, *_) = [
        one
        for one in assistant("check", "--jsonl", "-", stdin=typed).records
        if one["type"] == "stage"
    ]
    assert first["strategy"] == "middle"


def test_a_bank_says_itself_what_becomes_a_task_and_whose(
    assistant: Assistant, tmp_path: Path
) -> None:
    head = {"type": "call", "call": "a", "jurisdiction": "us", "language": "en-US"}
    said = {"type": "utterance", "call": "a", "speaker": "customer", "text": "I dispute this debt."}
    typed = "".join(json.dumps(line) + "\n" for line in (head, said))
    shipped = (files("scripts") / "tasks.yaml").read_text("utf-8")

    def told() -> tuple[str, str]:
        (task,) = [
            one for one in assistant("check", "--jsonl", "-", stdin=typed).records
            if one["type"] == "task"
        ]  # fmt: skip
        return task["kind"], task["owner"]

    assert told() == ("dispute", "disputes")
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    own = home / "tasks.yaml"
    own.write_text(re.sub(r"\bdisputes\b", "claims", shipped), "utf-8")
    assert told() == ("dispute", "claims")
    listed = assistant("tasks", "list", "--owner", "disputes")
    assert (listed.status, "claims" in listed.errors) == (2, True)
    own.write_text(shipped.replace("owner: disputes", "owner: nobody", 1), "utf-8")
    refused = assistant("check", "--jsonl", "-", stdin=typed)
    assert refused.status == 2
    assert re.search(r"tasks\.yaml:[0-9]+:[0-9]+: names no owner; there are: ", refused.errors)
    assert "without such a file the tasks that ship hold" in refused.errors
