"""`assistant calls …` as its users and other programs run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Assistant
from tests.importing.files import VTT

DEMO_CALLS = Path(__file__).parents[2] / "assistant" / "demo" / "calls"


@pytest.fixture
def call(assistant: Assistant) -> str:
    """The id of a demonstration call that was kept."""
    kept = assistant("demo", "--language", "zh-TW", "--speed", "max", "--plain", "--keep")
    assert kept.status == 0
    (record,) = assistant("calls", "list", "--jsonl").records
    return str(record["call"])


def test_a_kept_call_is_listed_found_shown_and_carried(
    assistant: Assistant, call: str, tmp_path: Path
) -> None:
    assert call in assistant("calls", "list", "--interface", "zh-Hant").output
    assert assistant("calls", "list", "--jurisdiction", "us").output == ""
    # Said in Simplified characters by the recogniser; typed in either.
    for typed in ("房貸", "公司", "怎么可以", "怎麼可以"):
        finished = assistant("calls", "find", typed, "--jsonl")
        assert finished.status == 0
        assert all(record["type"] == "found" for record in finished.records)
        assert bool(finished.records) is (typed != "房貸"), typed
    shown = assistant("calls", "show", call, "--jsonl")
    assert shown.errors == ""
    types = [record["type"] for record in shown.records]
    assert (types[0], types[-1]) == ("started", "ended")
    assert {"utterance", "finding", "statement", "verification"} <= set(types)
    page = tmp_path / "page.html"
    made = assistant("calls", "dossier", call, "--to", page, "--interface", "zh-Hans")
    assert (made.status, made.output) == (0, "")
    written = page.read_text("utf-8")
    assert "没有任何更改、删除或插入" in written
    assert "该说的话" in written, "the rules are those of then: the screen can be shown again"
    number = json.loads((DEMO_CALLS / "zh-TW.account.json").read_text("utf-8"))["id"]
    laid_open = assistant("calls", "dossier", "--account", number, "--json")
    assert laid_open.errors == ""
    document = json.loads(laid_open.output)
    assert document["accounts"] == [number]
    (one,) = document["calls"]
    assert one["call"] == call
    assert {"stage", "flag"} <= {shown["type"] for shown in one["shown"]}
    packed = assistant("calls", "export", call, "--to", tmp_path / "c.zip")
    assert (packed.status, packed.output) == (0, "")
    other = ("--data-dir", tmp_path / "other")
    assert assistant("calls", "import", tmp_path / "c.zip", *other).output == f"{call}\n"
    again = assistant("calls", "show", call, "--jsonl", *other)
    assert again.output == shown.output
    assert assistant("record", "verify", "--audio", *other).status == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("find", "警"), "two Chinese characters or more"),
        (("find",), "Missing argument"),
        (("show", "nix"), "no kept call 'nix'"),
        (("dossier", "nix", "--to", "x.html"), "no kept call 'nix'"),
        (("dossier", "nix"), "Missing option '--to'"),
        (("dossier", "--to", "x.html"), "Name a call, or an account"),
        (("dossier", "nix", "--account", "A1", "--json"), "Name a call, or an account"),
        (("dossier", "nix", "--received", "2026-11-02", "--json"), "--received is for --account"),
        (("dossier", "--account", "A1", "--received", "soon", "--json"), "--received"),
        (("dossier", "--account", "A1", "--received", "9999-12-31", "--json"), "still to come"),
        (("dossier", "--account", "A1", "--to", "x.html"), "no attempt is of that account"),
        (("export", "nix", "--to", "x.zip"), "no kept call 'nix'"),
        (("import", "nix.zip"), "nix.zip"),
        (("list", "--since", "yesterday"), "is no day or moment"),
        (("list", "--limit", "-1"), "--limit"),
        (("list", "--severity", "dire"), "--severity"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    assistant: Assistant, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    finished = assistant("calls", *arguments)
    assert finished.status == 2
    assert finished.output == ""
    assert says in finished.errors
    assert "Traceback" not in finished.errors
    assert not list(tmp_path.glob("x.*"))


def test_transcripts_are_imported_once(assistant: Assistant, tmp_path: Path) -> None:
    (tmp_path / "a.vtt").write_text(VTT, "utf-8")
    vtt = ("calls", "import", "--webvtt", "a.vtt", "none.vtt", "--agent-voice", "ann lee",
           "--jurisdiction", "us")  # fmt: skip
    first = assistant(*vtt, "--report", "r.csv")
    assert first.status == 2
    (call,) = first.output.splitlines()
    assert "1 could not be imported: r.csv" in first.errors
    assert "none.vtt" in (tmp_path / "r.csv").read_text("utf-8")
    again = assistant("calls", "import", *vtt[2:4], *vtt[5:], "--interface", "zh-Hans")
    assert (again.status, again.output) == (0, "")
    assert "已导入：0。先前已有：1。" in again.errors
    (listed,) = assistant("calls", "list", "--jsonl").records
    assert (listed["call"], listed["imported"]) == (call, "webvtt")
