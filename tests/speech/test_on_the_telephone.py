"""What is heard of the rules' cases through a telephone, by the real synthesiser and model."""

from __future__ import annotations

import pytest

from assistant.demo import synthesis
from assistant.speech.correction_files import corrector_for, load_files
from assistant.speech.models import demonstration_model, open_model
from assistant.speech.on_the_telephone import (
    RATE_HZ,
    VOICES,
    as_said,
    heard,
    through_telephone,
)
from compliance.cases import load_cases
from compliance.labelled import lines_of_cases
from compliance.packs import load_rules
from compliance.reporting import Measurer

TEXTS = {
    "en-US": "If you don't pay today we will have you arrested.",
    "zh-CN": "你今天不还钱警察就会来抓你。",
}
WORDS = {"en-US": "arrested", "zh-CN": "警察"}


@pytest.mark.parametrize("language", TEXTS)
def test_each_voice_says_each_sentence_and_is_recognised(language: str) -> None:
    told: list[tuple[int, int]] = []
    found = [
        *heard(
            [TEXTS[language]] * 2,
            language,
            open_model(demonstration_model(language[:2])),
            corrector_for(load_files(None), language, None),
            voices=2,
            progress=lambda done, of: told.append((done, of)),
        )
    ]
    assert sorted(index for index, _ in found) == [0, 0, 1, 1]
    assert any(WORDS[language] in text.replace(" ", "") for _, text in found)
    assert told[-1] == (4, 4)


def test_a_line_keeps_its_length_and_gets_a_margin() -> None:
    speech = synthesis.synthesise(TEXTS["en-US"], "en", VOICES["en"][0], RATE_HZ)
    line = through_telephone(speech.pcm, seed=1)
    assert len(line) == len(speech.pcm) + round(0.8 * RATE_HZ)
    assert abs(line).max() > 1000


def test_what_cannot_be_said_is_known_beforehand() -> None:
    assert synthesis.readable("您好，请问您是王小姐吗？", "zh-CN")
    assert not synthesis.readable("您欠了3000元", "zh-CN")
    assert synthesis.readable("You owe $300.", "en-US")
    assert not synthesis.readable("…", "en-US")


def test_sound_has_a_column_of_its_own() -> None:
    rules = load_rules("us", "en-US")
    lines = [line for line in lines_of_cases(rules, load_cases("us")) if line.breach][:4]
    measurer = Measurer(rules)
    measurer.add(lines)
    lost = [
        lost
        for _, _, lost in measurer.add_heard(
            (line, line.text if number else "hello") for number, line in enumerate(lines)
        )
    ]
    assert lost == [True, False, False, False]
    overall = measurer.report().overall[0]
    assert overall.sound is not None
    assert overall.sound.of == 4
    assert overall.sound.count == overall.recall.count - 1
    assert overall.false_sound is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("The fee is $45.", "The fee is 45 dollars."),
        ("It is $6,521.80 now.", "It is 6,521 dollars and 80 cents now."),
        ("£1.01, then £0.50", "1 pound and 1 penny, then 0 pounds and 50 pence"),
        ("€20.00 or 20 percent", "20 euros or 20 percent"),
        ("US$ and 45 dollars", "US$ and 45 dollars"),
        ("", ""),
    ],
)
def test_money_is_said_after_its_number(written: str, said: str) -> None:
    assert as_said(written) == said
