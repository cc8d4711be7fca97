"""Replay, transcribe, check and doctor, and what they say to bad input."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from assistant.demo.calls import demonstration_call
from tests.commands.conftest import Assistant

ENGLISH = demonstration_call("en-US")


# ---- replay ------------------------------------------------------------------------------------


def breached(records: list[dict[str, object]]) -> set[object]:
    """The families of breaches; what the customer says may route the call and breaks nothing."""
    found = (record for record in records if record["type"] == "finding")
    return {record["family"] for record in found if record["kind"] != "route"}


def test_a_recording_without_an_account_is_judged_by_what_is_said(assistant: Assistant) -> None:
    finished = assistant("replay", ENGLISH.audio, "--speed", "max", "--jsonl")
    assert finished.status == 0
    assert "demonstration" in finished.errors
    records = finished.records
    assert breached(records) == {"false_arrest"}
    assert records[0]["account"] is None
    assert any(r["type"] == "verification" and r["verified"] for r in records)


def test_an_account_brings_its_language_and_script(assistant: Assistant) -> None:
    taiwan = demonstration_call("zh-TW")
    finished = assistant(
        "replay", taiwan.audio, "--account", taiwan.account, "--speed", "max", "--jsonl"
    )
    assert finished.status == 0
    stages = [r for r in finished.records if r["type"] == "stage"]
    assert stages[0]["stage"] == "opening"
    assert "周美麗" in stages[0]["line"]


def test_the_kept_call_replays_the_same(assistant: Assistant) -> None:
    fast = assistant("replay", ENGLISH.audio, "--speed", "max", "--jsonl").records
    paced = assistant("replay", ENGLISH.audio, "--speed", "60", "--jsonl").records

    def timeless(records: list[dict[str, object]]) -> list[dict[str, object]]:
        return [
            {key: value for key, value in record.items() if key not in ("at_s", "call")}
            for record in records
            if record["type"] != "lag"
        ]

    assert timeless(fast) == timeless(paced)


def sound(path: Path, channels: int, rate_hz: int, seconds: float, subtype: str) -> Path:
    noise = np.random.default_rng(1).uniform(-0.1, 0.1, (int(rate_hz * seconds), channels))
    soundfile.write(path, noise, rate_hz, subtype=subtype)
    return path


def test_any_format_plays_to_its_end(assistant: Assistant, tmp_path: Path) -> None:
    for name, channels, rate_hz, subtype in (
        ("eight.wav", 1, 8000, "PCM_U8"),
        ("fast.wav", 2, 192000, "PCM_24"),
        ("float.wav", 1, 44100, "FLOAT"),
        ("vorbis.ogg", 2, 16000, "VORBIS"),
    ):
        path = sound(tmp_path / name, channels, rate_hz, 1.0, subtype)
        finished = assistant("replay", path, "--speed", "max", "--jsonl")
        assert finished.status == 0, name
        assert finished.records[-1]["duration_s"] == pytest.approx(1.0, abs=0.05), name


def test_a_mixed_line_has_no_known_speaker(assistant: Assistant, tmp_path: Path) -> None:
    samples, rate_hz = soundfile.read(ENGLISH.audio)
    soundfile.write(tmp_path / "mixed.wav", samples.mean(axis=1), rate_hz)
    records = assistant("replay", tmp_path / "mixed.wav", "--speed", "max", "--jsonl").records
    assert {r["speaker"] for r in records if r["type"] == "utterance"} == {"unknown"}
    assert not [r for r in records if r["type"] == "finding"]
    assert records[-1]["not_assessable"]


def test_a_truncated_recording_tells_what_was_lost(assistant: Assistant, tmp_path: Path) -> None:
    whole = ENGLISH.audio.read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 3])
    finished = assistant("replay", tmp_path / "cut.flac", "--speed", "max", "--jsonl")
    assert finished.status == 0
    lost = [r for r in finished.records if r["type"] == "lag" and r["lost_s"]]
    assert {r["channel"] for r in lost} == {"agent", "customer"}
    assert finished.records[-1]["type"] == "ended"


BAD = {
    "missing.wav": (None, "does not exist"),
    "empty.wav": (b"", "is empty"),
    "header.wav": (
        b"RIFF"
        + struct.pack("<I", 36)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
        + b"data"
        + struct.pack("<I", 0),
        "no sound",
    ),
    "text.wav": ("這不是聲音".encode(), "not a sound file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_recording_that_cannot_be_used_is_named(
    assistant: Assistant, tmp_path: Path, name: str
) -> None:
    content, reason = BAD[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    finished = assistant("replay", name, "--speed", "max", "--jsonl")
    assert finished.status == 2
    assert finished.output == ""
    assert name in finished.errors
    assert reason in finished.errors
    assert "Traceback" not in finished.errors


def test_six_channels_ask_for_a_map(assistant: Assistant, tmp_path: Path) -> None:
    sound(tmp_path / "six.wav", 6, 16000, 1.0, "PCM_16")
    refused = assistant("replay", "six.wav", "--speed", "max")
    assert refused.status == 2
    assert "--channels" in refused.errors
    mapped = assistant(
        "replay", "six.wav", "--speed", "max", "--jsonl", "--channels", "agent=2,customer=5"
    )
    assert mapped.status == 0


def test_a_missing_model_is_status_3(assistant: Assistant) -> None:
    finished = assistant("replay", ENGLISH.audio, "--model", "no-such-model", "--jsonl")
    assert finished.status == 3
    assert "no-such-model" in finished.errors


def test_a_broken_account_tells_every_fault_with_its_place(
    assistant: Assistant, tmp_path: Path
) -> None:
    account = json.loads(ENGLISH.account.read_text(encoding="utf-8"))
    account["days_past_due"] = "many"
    account["colour"] = "blue"
    (tmp_path / "account.json").write_text(json.dumps(account, indent=1), encoding="utf-8")
    finished = assistant("replay", ENGLISH.audio, "--account", "account.json", "--jsonl")
    assert finished.status == 2
    assert "days_past_due" in finished.errors
    assert "colour" in finished.errors
    assert finished.errors.count("account.json:") == 2


def test_an_account_in_the_wrong_encoding_is_named(assistant: Assistant, tmp_path: Path) -> None:
    text = demonstration_call("zh-TW").account.read_text(encoding="utf-8")
    (tmp_path / "big5.json").write_bytes(text.encode("big5", errors="replace"))
    finished = assistant("replay", ENGLISH.audio, "--account", "big5.json", "--jsonl")
    assert finished.status == 2
    assert "UTF-8" in finished.errors


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "nan", "1e9"])
def test_a_wrong_speed_is_usage(assistant: Assistant, speed: str) -> None:
    assert assistant("demo", f"--speed={speed}").status == 2


# ---- transcribe --------------------------------------------------------------------------------


def test_a_transcript_can_be_checked(assistant: Assistant) -> None:
    written = assistant("transcribe", ENGLISH.audio, "--jsonl")
    assert written.status == 0
    utterances = [r for r in written.records if r["type"] == "utterance"]
    assert {r["speaker"] for r in utterances} == {"agent", "customer"}
    assert [r["start_s"] for r in utterances] == sorted(r["start_s"] for r in utterances)
    checked = assistant("check", "--jsonl", "-", stdin=written.output)
    assert checked.status == 1
    assert breached(checked.records) == {"false_arrest"}


def test_a_transcript_has_the_corrections_of_a_call_unless_it_is_wanted_as_heard(
    assistant: Assistant, tmp_path: Path
) -> None:
    folder = tmp_path / "corrections"
    folder.mkdir()
    (folder / "en.yaml").write_text(
        "language: en\ncorrections:\n  - {heard: daniel, said: danielle}\n",
        encoding="utf-8",
    )
    corrected = assistant("transcribe", ENGLISH.audio, f"--data-dir={tmp_path}")
    as_heard = assistant("transcribe", ENGLISH.audio, f"--data-dir={tmp_path}", "--as-heard")
    assert "danielle" in corrected.output.casefold()
    assert "danielle" not in as_heard.output.casefold()
    assert len(corrected.output.splitlines()) == len(as_heard.output.splitlines())


def test_a_bad_recording_among_good_ones_is_told_and_the_rest_goes_on(
    assistant: Assistant,
) -> None:
    finished = assistant("transcribe", "missing.wav", ENGLISH.audio)
    assert finished.status == 2
    assert "missing.wav" in finished.errors
    assert "Daniel" in finished.output or "daniel" in finished.output


# ---- check -------------------------------------------------------------------------------------

HEADER = {
    "type": "call",
    "call": "a",
    "jurisdiction": "us",
    "language": "en-US",
    "collector": "agency",
    "started_at": "2026-11-24T10:30:00-05:00",
    "customer_timezone": "America/New_York",
    "customer_state": "OH",
    "verified": True,
    "counterparty": "customer",
    "facts": {"judgment": False, "suit_filed": False},
    "contacts": [{"at": "2026-11-20T10:00:00-05:00", "number": "555-0100", "outcome": "no_answer"}],
}


def utterance(text: str, speaker: str = "agent", call: str = "a") -> dict[str, object]:
    return {"type": "utterance", "call": call, "speaker": speaker, "text": text}


def lines(*records: dict[str, object]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_a_breach_is_status_1_and_a_clean_call_0(assistant: Assistant) -> None:
    breach = assistant(
        "check", "--jsonl", "-", stdin=lines(HEADER, utterance("You will be arrested."))
    )
    assert breach.status == 1
    finding = next(r for r in breach.records if r["type"] == "finding")
    assert (finding["utterance"], finding["verdict"]) == (0, "breach")
    assert finding["quote"] == "You will be arrested"
    assert finding["rule"].startswith("US-03")
    clean = assistant(
        "check",
        "--jsonl",
        "-",
        stdin=lines(
            HEADER,
            utterance("We will not contact your family."),
            utterance("Are you going to have me arrested?", "customer"),
        ),
    )
    assert clean.status == 0
    assert not [r for r in clean.records if r["type"] == "finding"]


def test_a_finding_says_how_it_was_found_and_the_end_why_rules_stayed_open(
    assistant: Assistant,
) -> None:
    finished = assistant(
        "check", "--jsonl", "-", stdin=lines(HEADER, utterance("You will be arrested."))
    )
    finding = next(r for r in finished.records if r["type"] == "finding")
    found_by = finding["found_by"]
    assert found_by["detector"].startswith("false_arrest/")
    assert found_by["what"]
    assert 0 < found_by["closeness"] <= 1
    assert not any(found_by["guards"].values())
    assert found_by["context"]["verified"] == "true"
    assert "trial" not in finding
    ended = finished.records[-1]
    assert ended["type"] == "ended"
    assert list(ended["because"]) == ended["not_assessable"]
    assert all(ended["because"].values())


def test_calls_interleave_and_each_has_its_own_indices(assistant: Assistant) -> None:
    other = {**HEADER, "call": "b", "jurisdiction": "tw", "language": "zh-TW"}
    finished = assistant(
        "check",
        "--jsonl",
        "-",
        stdin=lines(
            HEADER,
            other,
            utterance("Good morning."),
            utterance("您好", call="b"),
            utterance("你再不還錢,我們就派人去你家找你。", call="b"),
            utterance("You will be arrested."),
        ),
    )
    found = {
        (r["call"], r["utterance"], r["rule"][:2])
        for r in finished.records
        if r["type"] == "finding"
    }
    assert found == {("a", 1, "US"), ("b", 1, "TW")}


def test_one_bad_line_in_ten_thousand_is_told_and_the_rest_is_judged(
    assistant: Assistant, tmp_path: Path
) -> None:
    talk = [utterance("Thank you for your patience today.") for _ in range(9_998)]
    written = lines(HEADER, *talk, utterance("You will be arrested.")).splitlines()
    written[5000] = "{broken"
    (tmp_path / "long.jsonl").write_text("\n".join(written), encoding="utf-8")
    finished = assistant("check", "--jsonl", "long.jsonl")
    assert finished.status == 2
    assert "long.jsonl:5001:" in finished.errors
    found = [r for r in finished.records if r["type"] == "finding" and r["utterance"] is not None]
    assert [r["utterance"] for r in found] == [9_997]


def test_a_wrong_field_is_told_and_counts_as_unknown(assistant: Assistant) -> None:
    header = {**HEADER, "customer_timezone": 5, "mood": "sunny"}
    finished = assistant(
        "check", "--jsonl", "-", stdin=lines(header, utterance("You will be arrested."))
    )
    assert finished.status == 2
    assert "customer_timezone" in finished.errors
    assert "mood" in finished.errors
    assert [r["rule"] for r in finished.records if r["type"] == "finding"] == ["US-03"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe{}\n", "UTF-8"),
        (b'{"type":"utterance","call":"a","speaker":"agent"}\n', "text"),
        (b'{"type":"utterance","call":"a","speaker":"robot","text":"hi"}\n', "speaker"),
        (b'{"type":"tomato"}\n', "type"),
        (b"[1,2]\n", "object"),
        (b'{"type":"utterance","call":"zz","speaker":"agent","text":"hi"}\n', "header"),
    ],
)
def test_a_wrong_line_is_status_2_with_its_place(
    assistant: Assistant, tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / "t.jsonl").write_bytes(lines(HEADER).encode() + content)
    finished = assistant("check", "--jsonl", "t.jsonl")
    assert finished.status == 2
    assert "t.jsonl:2:" in finished.errors
    assert told in finished.errors
    assert "Traceback" not in finished.errors


def test_a_missing_transcript_is_named(assistant: Assistant) -> None:
    finished = assistant("check", "nowhere.jsonl")
    assert finished.status == 2
    assert "nowhere.jsonl" in finished.errors


@pytest.mark.parametrize(
    ("jurisdiction", "language", "says"),
    [
        ("us", "en-US", "Pay today or you will be arrested."),
        ("uk", "en-GB", "Pay today or you will be arrested."),
        ("tw", "zh-TW", "你今天不還錢警察就會去抓你。"),
        ("cn", "zh-CN", "你今天不还钱警察就会去抓你。"),
        ("hk", "zh-HK", "你今日唔還錢差人就會嚟拉你。"),
        ("hk", "en-HK", "Pay today or you will be arrested."),
    ],
)
def test_every_jurisdiction_has_rules_in_its_languages(
    assistant: Assistant, jurisdiction: str, language: str, says: str
) -> None:
    header = {**HEADER, "jurisdiction": jurisdiction, "language": language}
    finished = assistant("check", "-", stdin=lines(header, utterance(says)))
    assert finished.status == 1, finished.errors
    assert f"{jurisdiction.upper()}-" in finished.output


# ---- the rest ----------------------------------------------------------------------------------


def test_the_doctor_reports_in_json(assistant: Assistant) -> None:
    finished = assistant("doctor", "--json")
    report = json.loads(finished.output)
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert states["model_demonstration-en"] == states["model_demonstration-zh"] == "ok"
    assert states["rules_us_en-US"] == states["script_zh-TW"] == "ok"
    assert finished.status == (0 if report["ok"] else 3)


@pytest.mark.parametrize("arguments", [["--nonsense"], ["nonsense"], ["replay"], ["check"]])
def test_wrong_usage_is_status_2(assistant: Assistant, arguments: list[str]) -> None:
    assert assistant(*arguments).status == 2


def test_an_empty_store_says_what_to_do(assistant: Assistant) -> None:
    finished = assistant("review", "--plain")
    assert finished.status == 0
    assert "--keep" in finished.output + finished.errors


def test_an_unknown_call_to_train_on_is_named(assistant: Assistant) -> None:
    finished = assistant("train", "replay", "no-such-call")
    assert finished.status == 2
    assert "no-such-call" in finished.errors
