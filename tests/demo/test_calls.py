"""The demonstration calls are complete, agree with themselves, and are heard right."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import opencc
import pytest
import soundfile
from rapidfuzz.distance import Levenshtein

from assistant.demo.calls import (
    FOLDER,
    DemonstrationCall,
    demonstration_call,
    demonstration_languages,
)
from assistant.demo.texts import CallText, load_call_text
from assistant.events import Act
from assistant.speech.models import demonstration_model, open_model
from assistant.speech.recording import Recording
from assistant.speech.transcription import transcribe
from compliance.errors import AssistantError, BadInput, MissingPart
from scripts.account import load_account, matches

LANGUAGES = ("en-US", "zh-CN", "zh-TW")
# Word error rate (English) and character error rate (Mandarin) that a demonstration bears.
MOST_ERRORS = 0.08


@dataclass(frozen=True)
class Heard:
    """What the demonstration model makes of a call, by speaker, folded for comparison."""

    agent: tuple[str, ...]
    customer: tuple[str, ...]

    def of(self, speaker: str) -> tuple[str, ...]:
        return self.agent if speaker == "agent" else self.customer


def folded(text: str, language: str) -> tuple[str, ...]:
    """Words of English, Simplified characters of Mandarin."""
    if language.startswith("zh"):
        simplified: str = opencc.OpenCC("t2s").convert(text)
        return tuple(re.findall(r"[㐀-鿿]", simplified))
    return tuple(re.findall(r"[a-z']+", text.lower().replace("cannot", "can not")))


def text_of(language: str) -> CallText:
    return load_call_text(FOLDER / f"{language}.yaml")


def reference(call: DemonstrationCall) -> list[dict[str, Any]]:
    lines = call.transcript.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@cache
def heard(language: str) -> Heard:
    """Both channels through the real recogniser, in the chunks of a live call."""
    said: dict[str, list[str]] = {"agent": [], "customer": []}
    model = open_model(demonstration_model(language[:2]))
    with Recording(demonstration_call(language).audio, rate_hz=model.rate_hz) as recording:
        for utterance in transcribe(recording, model):
            said[utterance.speaker.value].extend(folded(utterance.text, language))
    return Heard(tuple(said["agent"]), tuple(said["customer"]))


def occurs(wanted: tuple[str, ...], within: tuple[str, ...]) -> bool:
    width = len(wanted)
    return any(within[at : at + width] == wanted for at in range(len(within) - width + 1))


def test_there_is_a_call_for_each_language_that_has_a_model_and_rules() -> None:
    assert demonstration_languages() == LANGUAGES


@pytest.mark.parametrize("language", ["en-GB", "zh-HK", "", "../en-US"])
def test_a_language_without_a_call_names_those_with_one(language: str) -> None:
    with pytest.raises(AssistantError, match=r"en-US, zh-CN, zh-TW") as told:
        demonstration_call(language)
    assert told.value.exit_status == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_agree(language: str) -> None:
    call = demonstration_call(language)
    text = text_of(language)
    sound = soundfile.info(str(call.audio))
    assert (sound.samplerate, sound.channels, sound.subtype) == (8000, 2, "PCM_16")
    assert 60 <= sound.duration <= 120
    assert call.audio.stat().st_size < 1_300_000

    header, *utterances = reference(call)
    account = load_account(call.account)
    assert header["language"] == account.language == call.language == language
    assert header["jurisdiction"] == account.jurisdiction == call.jurisdiction
    assert header["collector"] == account.collector == call.collector == text.collector
    assert header["verified"] is False

    assert [(u["speaker"], u["text"]) for u in utterances] == [
        (turn.speaker, turn.text) for turn in text.turns
    ]
    for utterance in utterances:
        words = utterance["words"]
        assert [word["text"] for word in words], utterance
        times = [time for word in words for time in (word["start_s"], word["end_s"])]
        assert times == sorted(times)
        assert utterance["start_s"] == times[0]
        assert utterance["end_s"] == times[-1] <= sound.duration
        assert folded(" ".join(w["text"] for w in words), language) == folded(
            utterance["text"], language
        )
    starts = [utterance["start_s"] for utterance in utterances]
    assert starts == sorted(starts)
    assert 0 < min(act.at_s for act in call.desk) <= max(act.at_s for act in call.desk)
    assert max(act.at_s for act in call.desk) < sound.duration


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_agent_verifies_before_the_debt_is_named(language: str) -> None:
    call = demonstration_call(language)
    account = load_account(call.account)
    acts = [act.act for act in call.desk]
    assert acts[:3] == [Act.IDENTIFIER_MATCHED, Act.IDENTIFIER_MATCHED, Act.VERIFIED]
    asked = {act.argument for act in call.desk if act.act is Act.IDENTIFIER_MATCHED}
    assert asked == {identifier.kind for identifier in account.identifiers}

    verified_s = next(act.at_s for act in call.desk if act.act is Act.VERIFIED)
    debt = re.compile(r"debt|credit card|overdue|dollar|bank about|信用卡|帳單|账单|逾期|元")
    for utterance in reference(call)[1:]:
        if debt.search(utterance["text"]):
            assert utterance["start_s"] > verified_s, utterance["text"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_customer_says_the_identifiers_and_is_heard(language: str) -> None:
    call = demonstration_call(language)
    spoken = " ".join(heard(language).customer)
    for identifier in load_account(call.account).identifiers:
        assert matches(identifier, spoken, language), identifier.kind


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("speaker", ["agent", "customer"])
def test_the_demonstration_model_hears_the_call(language: str, speaker: str) -> None:
    said = tuple(
        token
        for utterance in reference(demonstration_call(language))[1:]
        if utterance["speaker"] == speaker
        for token in folded(utterance["text"], language)
    )
    assert Levenshtein.distance(said, heard(language).of(speaker)) / len(said) <= MOST_ERRORS


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_must_be_flagged_and_what_must_not_are_heard_word_for_word(language: str) -> None:
    text = text_of(language)
    for phrase in (text.near_miss, text.breach):
        wanted = folded(phrase, language)
        assert occurs(wanted, heard(language).agent), phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_and_banks_are_invented(language: str) -> None:
    """No number that could ring somewhere, and the same invented names in sound and account."""
    call = demonstration_call(language)
    account = load_account(call.account)
    fiction = {"us": r"\d{3}-555-01\d\d", "tw": r"0800-000-\d{3}", "cn": r"400-000-\d{4}"}
    assert re.fullmatch(fiction[account.jurisdiction], account.callback_number)
    opening = reference(call)[1]["text"]
    assert account.customer_name in opening
    assert (account.agency_name or account.bank_name) in opening


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in FOLDER.glob("en-US.*"):
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["transcript.jsonl", "account.json", "desk.jsonl"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / f"en-US.{name}").unlink()
    with pytest.raises(MissingPart, match=re.escape(f"en-US.{name}")):
        demonstration_call("en-US", folder)


@pytest.mark.parametrize(
    ("name", "damage", "place"),
    [
        ("desk.jsonl", lambda text: text.replace('"verified"', '"verify"'), "desk.jsonl:3"),
        ("desk.jsonl", lambda text: text.replace('"at_s"', '"at"', 1), "desk.jsonl:1"),
        ("desk.jsonl", lambda text: text + "{", "desk.jsonl:6"),
        ("desk.jsonl", lambda text: text + "[]\n", "desk.jsonl:6"),
        ("transcript.jsonl", lambda text: text[:0], "transcript.jsonl:1"),
        ("transcript.jsonl", lambda text: text.replace('"jurisdiction"', '"j"', 1), ":1"),
    ],
)
def test_a_damaged_file_is_told_with_its_line(
    folder: Path, name: str, damage: Callable[[str], str], place: str
) -> None:
    path = folder / f"en-US.{name}"
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(BadInput) as told:
        demonstration_call("en-US", folder)
    assert place in str(told.value)
