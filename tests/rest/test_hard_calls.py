"""What makes a call hard: hostile words to the agent, distress, a threat, its length."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from assistant.events import CustomerDid, Ended, FindingChanged, Output, PromptChanged
from assistant.rest.hard_calls import CallStrain, HardCalls, load_hard_calls, read_hard_calls
from compliance.errors import BadInput
from compliance.findings import Status
from compliance.transcript import Speaker
from tests.rest.said import final, finding, prompt

HOSTILE = {
    "en-US": (
        "you people are nothing but bloodsuckers",
        "are you stupid or what you are so useless",
        "oh shut up I have heard enough",
        "screw you and screw your bank",
        "go to hell",
        "how do you sleep at night",
        "leave me the hell alone",
        "I am sick and tired of your calls",
        "you should be ashamed of yourself",
        "I hope you rot",
        "you stupid cow",
        "stop calling you fucking vultures",
    ),
    "en-GB": ("sod off the lot of you", "you are a right tosser", "get stuffed"),
    "zh-TW": (
        "你 们 银行 都 是 吸血鬼",
        "你們這些流氓",
        "你他妈的再打来试试",
        "滾開啦",
        "给 我 闭嘴",
        "你 是 白痴 吗",
        "靠北喔一直打來",
        "你们的良心被狗吃了",
        "你 有没有良心 啊",
        "烦不烦啊你们",
    ),
    "zh-CN": ("你们就是一群强盗", "王八蛋别再打了", "你们讲不讲理", "你算什么东西"),
    "zh-HK": (
        "仆街啦你哋",
        "你黐線㗎",
        "收皮啦",
        "冚家鏟",
        "你哋冇人性",
        "你們都是吸血鬼",
        "煩夠未",
    ),
}

CIVIL = {
    "en-US": (
        "I feel like such an idiot for signing that",
        "I was stupid I know",
        "do you think I am lying to you",
        "they shut up shop last year",
        "I am sick and I can not work",
        "could you call me back when I get home",
        "my ex is a bastard and left me with the bill",
        "I am ashamed that I can not pay",
        "you are very kind thank you",
        "I had to go to the hospital",
        "I hope you understand",
        "are you a real person or a robot",
    ),
    "en-GB": ("I'll pop to the branch and get it sorted", "can you get your manager"),
    "zh-TW": (
        "我 妈 的 医药费 还 没 付",
        "我真的是白痴才会办这张卡",
        "我是做垃圾清运的",
        "利滚利我还不起",
        "我神经痛要看医生",
        "你们干这行也很辛苦",
        "我被骗子骗了钱",
        "我有病历可以给你们看",
        "不好意思我现在不方便",
        "我儿子有智能障碍",
    ),
    "zh-CN": ("我被人渣前夫骗了", "这个月实在周转不过来", "请问你们是哪个银行"),
    "zh-HK": ("我而家冇錢還", "唔好意思我聽日再打俾你", "我阿媽入咗醫院"),
}


@pytest.mark.parametrize(
    ("language", "text"), [(each, text) for each, texts in HOSTILE.items() for text in texts]
)
def test_words_said_to_wound_the_agent_are_heard(language: str, text: str) -> None:
    assert load_hard_calls(language).is_hostile(text)


@pytest.mark.parametrize(
    ("language", "text"), [(each, text) for each, texts in CIVIL.items() for text in texts]
)
def test_what_callers_say_of_themselves_or_others_is_not_hostile(language: str, text: str) -> None:
    assert not load_hard_calls(language).is_hostile(text)


def said(*texts: str, speaker: Speaker = Speaker.CUSTOMER) -> list[Output]:
    numbers = count()
    return [final(text, speaker, 10.0 * next(numbers)) for text in texts]


@pytest.mark.parametrize(
    ("events", "hard"),
    [
        (said("go to hell"), False),
        (said("go to hell", "I have no money", "shut up"), True),
        (said("go to hell", "shut up", speaker=Speaker.AGENT), False),
        (said("go to hell", "shut up", speaker=Speaker.UNKNOWN), True),
        (said("I lost my job", "I am so sorry"), False),
        ([FindingChanged(finding("ROUTE-self_harm"), "", 9.0)], True),
        ([FindingChanged(finding("ROUTE-threat_to_agent"), "", 9.0)], True),
        ([FindingChanged(finding("ROUTE-self_harm", Status.PROVISIONAL), "", 9.0)], False),
        ([FindingChanged(finding("ROUTE-dispute"), "", 9.0)], False),
        ([CustomerDid("vulnerable", 9.0)], True),
        ([CustomerDid("dispute", 9.0)], False),
        ([PromptChanged(prompt("abuse"), 9.0)], True),
        ([PromptChanged(prompt("options"), 9.0)], False),
        ([Ended(24 * 60.0, "hung_up", ())], False),
        ([Ended(25 * 60.0, "hung_up", ())], True),
    ],
)
def test_what_makes_a_call_hard(events: list[Output], *, hard: bool) -> None:
    strain = CallStrain(load_hard_calls("en-US"))
    strain.take(events)
    assert strain.hard is hard
    strain.take([Ended(1.0, "hung_up", ())])
    assert strain.hard is hard, "once hard, hard to the end"


def broken(tmp_path: Path, text: str) -> HardCalls:
    path = tmp_path / "hard_calls.yaml"
    path.write_text(text, "utf-8")
    return read_hard_calls(path, "en-US")


WHOLE = "hostile_utterances: 2\nlong_minutes: 25\nroutes: []\nstages: []\nwords: {en: [%s]}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WHOLE % "go (to hell", ":5:"),
        ("hostile_utterances: 0\n", ":1:21: hostile_utterances"),
        (WHOLE.replace("en:", "fr:") % "merde", "no words of en"),
        (WHOLE % "..3..", ":5:"),
    ],
)
def test_a_broken_file_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        broken(tmp_path, text)
    assert told in str(caught.value)
