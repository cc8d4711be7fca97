"""The commands as a user gives them: what is printed where, and the exit status."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest
from ruamel.yaml import YAML

from assistant.cli import _run
from assistant.demo.calls import demonstration_call
from assistant.speech.correction_files import load_file
from assistant.speech.error_rates import (
    Tally,
    compare,
    proposals,
    units_of,
)
from compliance.transcript import Speaker
from tests.models.mirror import NAME, Mirror, model_archive, serving

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: str | Path) -> tuple[int, str, str]:
        given = [*map(str, arguments), "--data-dir", str(tmp_path / "home")]
        status = _run(["models", *given])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    with serving() as running:
        running.publish(NAME, model_archive(tmp_path / "published.zip"))
        yield running


def test_from_list_to_removal(command: Command, mirror: Mirror, tmp_path: Path) -> None:
    status, out, err = command("list")
    assert (status, err) == (0, "")
    for wanted in (NAME, "40 MB", "300 MB of memory", "Apache-2.0", "telephone", "Mandarin"):
        assert wanted in out
    assert "* demonstration-en" in out
    assert command("where")[1].strip() == str(tmp_path / "home" / "models")

    status, out, err = command("install", NAME, "--from", mirror.base)
    assert (status, out) == (0, f"{NAME} is installed in {tmp_path / 'home' / 'models' / NAME}\n")
    assert "Fetching" in err
    assert f"* {NAME}  (English, installed)" in command("list")[1]
    assert command("install", NAME, "--from", mirror.base)[0] == 2

    status, out, _ = command("verify", NAME)
    assert status == 0
    assert "files are as installed" in out

    bundle = tmp_path / "carried.zip"
    status, out, _ = command("bundle", NAME, bundle)
    assert status == 0
    assert "models install --from carried.zip" in out
    assert command("remove", NAME)[:2] == (0, f"{tmp_path / 'home' / 'models' / NAME} is removed\n")
    assert command("remove", NAME)[0] == 3
    assert command("install", "--from", bundle)[0] == 0
    assert command("remove", "demonstration-en")[0] == 2


def test_choosing(command: Command, mirror: Mirror, tmp_path: Path) -> None:
    command("install", NAME, "--from", mirror.base)
    installed = tmp_path / "home" / "models"
    shutil.copytree(installed / NAME, installed / "vosk-model-en-us-9")
    (installed / "vosk-model-en-us-9" / "graph" / "phones.txt").write_text("more\n" * 1000)
    shutil.copytree(installed / NAME, installed / "ours")

    def chosen() -> set[str]:
        records = json.loads(command("list", "--json")[1])
        return {record["name"] for record in records if record["chosen"]}

    assert chosen() == {"vosk-model-en-us-9", "demonstration-zh"}
    assert command("use", NAME) == (0, f"{NAME} hears calls in English\n", "")
    assert chosen() == {NAME, "demonstration-zh"}
    assert command("use", "ours")[0] == 2
    assert command("use", "ours", "--language", "zh")[0] == 0
    assert chosen() == {NAME, "ours"}
    assert command("use", "absent")[0] == 3
    command("remove", NAME)
    assert chosen() == {"vosk-model-en-us-9", "ours"}
    assert command("use", "best")[0] == 0
    assert chosen() == {"vosk-model-en-us-9", "demonstration-zh"}


def test_without_a_network_two_lines_say_what_to_do_by_hand(
    command: Command, tmp_path: Path
) -> None:
    status, out, err = command("install", NAME, "--from", "http://127.0.0.1:9/")
    assert (status, out) == (3, "")
    first, second = err.strip().splitlines()
    assert f"fetch http://127.0.0.1:9/{NAME}.zip elsewhere and unpack it" in first
    assert str(tmp_path / "home" / "models" / NAME) in first
    assert f"models bundle {NAME}" in second
    assert "Traceback" not in err


def test_a_mirror_can_be_named_for_all_desks(
    command: Command, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_MODELS_URL", mirror.base)
    assert command("install", NAME)[0] == 0
    assert command("install")[0] == 2


def test_ctrl_c_at_a_terminal_keeps_what_has_arrived(mirror: Mirror, tmp_path: Path) -> None:
    import threading

    mirror.gate = threading.Event()
    given = ["-m", "assistant.cli", "models", "install", NAME, "--from", mirror.base]
    child = pexpect.spawn(
        sys.executable, [*given, "--data-dir", str(tmp_path / "home")], encoding="utf-8", timeout=30
    )
    assert mirror.half_sent.wait(30)
    child.expect("Fetching")
    child.sendintr()
    child.expect("the same command goes on")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert not (tmp_path / "home" / "models" / NAME).exists()


# ---- report ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "most"), [("en-US", 0.05), ("zh-CN", 0.10)])
def test_a_report_is_figures_and_a_file_of_corrections(
    command: Command, tmp_path: Path, language: str, most: float
) -> None:
    shown = demonstration_call(language)
    given = ("--language", language, "--model", "demonstration")
    status, out, err = command("report", shown.audio, shown.transcript, *given)
    assert (status, err) == (0, "")
    rows = {
        row.split()[1]: float(row.split()[3]) / 100
        for row in out.splitlines()
        if row.startswith(("# agent", "# customer"))
    }
    assert set(rows) == {"agent", "customer"}
    assert all(rate <= most for rate in rows.values())
    (tmp_path / "offered.yaml").write_text(out, "utf-8")
    assert load_file(tmp_path / "offered.yaml").language == language[:2]
    assert YAML(typ="safe").load(out)["language"] == language[:2]


def test_folders_of_calls_and_what_is_missing(command: Command, tmp_path: Path) -> None:
    sounds, said = tmp_path / "sounds", tmp_path / "said"
    sounds.mkdir()
    said.mkdir()
    shown = demonstration_call("en-US")
    given = ("--model", "demonstration", "--corrected")
    assert command("report", sounds, said, *given)[0] == 2
    for name in ("one", "two"):
        shutil.copy(shown.audio, sounds / f"{name}.flac")
    shutil.copy(shown.transcript, said / "one.jsonl")
    status, _, err = command("report", sounds, said, *given)
    assert status == 2
    assert "two.flac has no transcript" in err
    shutil.copy(shown.transcript, said / "two.jsonl")
    status, out, _ = command("report", sounds, said, *given)
    assert status == 0
    assert "Calls: 2" in out


@pytest.mark.parametrize(
    ("transcript", "message"),
    [
        ("{", "t.jsonl:1:1: is no line of a transcript"),
        ('{"type":"utterance","call":"a","speaker":"boss","text":"x"}', "is no line"),
        ("", "holds no utterance"),
        (
            "\n".join(
                f'{{"type":"utterance","call":"{call}","speaker":"agent","text":"x"}}'
                for call in "ab"
            ),
            "holds 2 calls",
        ),
    ],
)
def test_transcripts_that_cannot_be_used(
    command: Command, tmp_path: Path, transcript: str, message: str
) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text(transcript)
    shown = demonstration_call("en-US")
    status, _, err = command("report", shown.audio, path, "--model", "demonstration")
    assert status == 2
    assert message in err


def tally(*calls: tuple[str, str], language: str = "en") -> Tally:
    told = Tally()
    for said, heard in calls:
        told.add(Speaker.AGENT, compare(units_of(said, language), units_of(heard, language)))
    return told


@pytest.mark.parametrize(
    ("language", "said", "heard", "counts"),
    [
        ("en", "a b c", "a b c", (0, 0, 0)),
        ("en", "A, b! C?", "a b c", (0, 0, 0)),
        ("en", "a b c", "a x c", (1, 0, 0)),
        ("en", "a c", "a b c", (0, 1, 0)),
        ("en", "a b c", "a c", (0, 0, 1)),
        ("en", "", "a", (0, 1, 0)),
        ("en", "it's due", "its due", (1, 0, 0)),
        ("zh", "您的帳單，逾期了。", "您 的 账单 预期 了", (1, 0, 0)),
        ("zh", "VIP 卡", "vip 卡", (0, 0, 0)),
    ],
)
def test_counting_errors(
    language: str, said: str, heard: str, counts: tuple[int, int, int]
) -> None:
    told = compare(units_of(said, language), units_of(heard, language))
    assert (told.substituted, told.inserted, told.deleted) == counts


def test_confusions_are_phrases_with_what_stands_around() -> None:
    told = tally(("the past due amount", "the pasture amount"), ("past due", "pasture"))
    assert told.frequent(1) == [(("past", "due"), ("pasture",), 2)]
    first = told.comparisons[0].confusions[0]
    assert (first.before, first.after) == ("the", "amount")
    assert told.rates[Speaker.AGENT].rate == 4 / 6


@pytest.mark.parametrize(
    ("calls", "offered"),
    [
        # Once is an accident.
        ([("past due", "past dew")], []),
        # A phrase that is never right.
        ([("is past due now", "is pass dew now"), ("a past due x", "a pass dew x")],
         [(("pass", "dew"), ("past", "due"), (), ())]),
        # Bound to what follows, because the same word is right elsewhere.
        ([("due date", "do date"), ("due amount", "do amount"), ("i do pay", "i do pay")],
         [(("do",), ("due",), (), (("amount",), ("date",)))]),
        # Bound to what goes before.
        ([("past due x", "past do x"), ("past due", "past do"), ("i do pay", "i do pay")],
         [(("do",), ("due",), (("past",),), ())]),
        # Nothing around tells them apart.
        ([("a due b", "a do b"), ("a due b", "a do b"), ("a do b", "a do b")], []),
        # Words left out or added are no corrections.
        ([("a b", "a"), ("a b", "a"), ("a", "a c"), ("a", "a c")], []),
    ],
)  # fmt: skip
def test_what_is_offered_as_corrections(
    calls: list[tuple[str, str]], offered: list[object]
) -> None:
    found = [each.correction for each in proposals(tally(*calls).comparisons, characters=False)]
    assert [
        (each.heard, each.said, each.preceded_by, each.followed_by) for each in found
    ] == offered


def test_mandarin_corrections_are_offered_as_words() -> None:
    told = tally(("帳單逾期了", "账单 预期 了"), ("逾期金額", "预期 金额"), language="zh")
    (offered,) = proposals(told.comparisons, characters=True)
    assert offered.correction.heard == ("预",)
    assert offered.correction.said == ("逾",)
    assert offered.correction.followed_by == (("期",),)


def test_replay_takes_the_option_to_isolate() -> None:
    shown = demonstration_call("en-US")
    given = ["-m", "assistant.cli", "replay", str(shown.audio), "--speed", "max", "--jsonl"]
    ended = subprocess.run(
        [sys.executable, *given, "--model", "demonstration", "--isolate"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert records[-1]["type"] == "ended"
    assert sum(record["type"] == "utterance" for record in records) > 10
