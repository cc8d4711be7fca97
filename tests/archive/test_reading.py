"""Kept calls listed, shown and found: on a terminal, as JSON Lines, redacted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from assistant.archive import desk
from assistant.archive.covering import covered, redactions
from assistant.archive.told import tell
from assistant.record.locations import Locations
from assistant.record.search import CallFilter
from assistant.record.store import CallStore
from compliance.errors import AssistantError
from tests.archive.invented import CARD, CODEC, DOORS, NAME, SCRIPT, keep


@pytest.fixture
def kept(places: Locations) -> Locations:
    with CallStore(places, CODEC, doors=DOORS) as store:
        keep(store)
        keep(store, "c2", sound=False)
    return places


@pytest.mark.parametrize("interface", ["en", "zh-Hant", "zh-Hans"])
def test_a_list_is_a_table_that_aligns(
    kept: Locations, interface: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.list_calls(kept, CallFilter(), limit=0, jsonl=False, interface=interface)
    head, *rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2
    assert not any("\x1b" in row or "\u202e" in row for row in rows)
    # The last column begins where its head does, counted in cells.
    promise = {"en": "Promise", "zh-Hant": "還款承諾", "zh-Hans": "还款承诺"}[interface]
    at = cell_len(head[: head.index(promise)])
    starts = {cell_len(row[: row.rindex("  ") + 2]) for row in rows}
    assert starts == {at}


def test_a_limit_is_told(kept: Locations, capsys: pytest.CaptureFixture[str]) -> None:
    desk.list_calls(kept, CallFilter(), limit=1, jsonl=True, interface="en")
    told = capsys.readouterr()
    (record,) = map(json.loads, told.out.splitlines())
    assert (record["type"], record["outcome"]) == ("kept_call", "promise")
    assert [mark["review"] for mark in record["findings"]] == ["confirm"]
    assert "--limit 2" in told.err
    desk.list_calls(kept, CallFilter(rule="TW"), limit=1, jsonl=True, interface="en")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "No kept call is like that.\n")


def test_words_are_found_in_their_place(
    kept: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    for jsonl in (False, True):
        desk.find_words(kept, "HAVE you", CallFilter(), limit=1, jsonl=jsonl, interface="en")
    told = capsys.readouterr()
    assert "we will «have you» arrested" in told.out
    record = json.loads(told.out.splitlines()[-1])
    assert record["text"] == SCRIPT
    assert SCRIPT[record["start"] : record["end"]] == "have you"
    assert told.err.count("--limit 2") == 2


def test_a_call_is_shown_whole(kept: Locations, capsys: pytest.CaptureFixture[str]) -> None:
    desk.show_call(kept, "c1", redacted=False, jsonl=False, interface="en")
    told = capsys.readouterr().out
    order = [NAME, SCRIPT, "breach: False arrest", "confirmed · lin <i>", CARD, "end of the call"]
    places = [told.index(words) for words in order]
    assert places == sorted(places)
    assert "\x1b" not in told
    assert "\u202e" not in told
    for row in (
        "Outcome       promise to pay · incomplete: Method",
        "Amount        $717.17",
        "Due on        Dec 4, 2026",
        "For the bank  fees are unfair ×2",
    ):
        assert row in told
    with pytest.raises(AssistantError, match="no kept call 'nix'"):
        desk.show_call(kept, "nix", redacted=False, jsonl=False, interface="en")


def test_the_events_are_the_published_ones(
    kept: Locations, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.show_call(kept, "c1", redacted=False, jsonl=True, interface="en")
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["type"] for record in records] == [
        "started", "verification", "utterance", "finding", "utterance", "statement", "review",
        "wrap_up", "promise_standing", "ended",
    ]  # fmt: skip
    assert records[3]["quote"] == SCRIPT[records[3]["start"] : records[3]["end"]]
    assert {record["call"] for record in records} == {"c1"}
    ended = records[7]
    assert ended["values"]["amount"] == "717.17"
    assert ended["missing"] == ["method"]
    assert ended["about"][0] == {"about": "reason", "slug": "hardship", "times": 1}


@pytest.mark.parametrize("jsonl", [True, False])
def test_a_redacted_call_holds_nothing_personal(
    kept: Locations, capsys: pytest.CaptureFixture[str], *, jsonl: bool
) -> None:
    desk.show_call(kept, "c1", redacted=True, jsonl=jsonl, interface="en")
    told = capsys.readouterr().out.lower()
    assert "have you arrested" in told
    assert "[card number]" in told
    assert "[name]" in told
    for secret in (
        "zyxwvut",
        "quentin",
        CARD,
        "652.18",
        "717.17",
        "2026-12-04",
        "acct-7",
        "other words",
    ):
        assert secret not in told, secret


def test_a_quote_is_cut_from_the_covered_text(kept: Locations) -> None:
    with CallStore(kept, CODEC, doors=DOORS) as store:
        told = tell(store, "c1")
        copy = covered(told)
    (changed,) = copy.findings
    text = copy.utterances[0].text
    assert text[changed.finding.start : changed.finding.end] == changed.quote
    assert changed.quote == "have you arrested"
    silent = dict(redactions(told))["u2"].silent_s
    assert silent, "the sound of the card number goes too"
    assert told.start.account is not None, "the original is as it was"


def test_every_command_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="nothing to look for"):
        desk.find_words(
            Locations(tmp_path), "警", CallFilter(), limit=1, jsonl=False, interface="en"
        )
    assert not list(tmp_path.iterdir()), "no store is made for a wrong question"
