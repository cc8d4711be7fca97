"""Written Cantonese: read as the Chinese that the packs know, whatever its spelling and script."""

from __future__ import annotations

from pathlib import Path

import pytest

from compliance.cantonese import read
from compliance.context import CallContext, CallHeader, Listener
from compliance.findings import Finding, Verdict
from compliance.monitor import Monitor
from compliance.phrases import Concepts, Phrase, PhraseSet
from compliance.rules import RuleSet
from compliance.sounds import jyutping
from compliance.text import SENTENCE, fold
from compliance.tongues import base_language, layers
from compliance.transcript import Speaker, Utterance

TALK = Path(__file__).parent / "service_talk" / "yue.txt"


def words(text: str) -> str:
    return "".join(read(text).tokens)


def found(rules: RuleSet, text: str, listener: Listener = Listener.CUSTOMER) -> tuple[Finding, ...]:
    verified = listener is Listener.CUSTOMER
    header = CallHeader("hk", "zh-HK", verified=verified, listener=listener)
    context = CallContext(header, verified, listener)
    return Monitor(rules, header).hear(Utterance("u", 0, Speaker.AGENT, text), context).findings


@pytest.mark.parametrize(
    ("written", "as_read"),
    [
        ("佢唔會嚟你屋企", "他不会来你家"),
        ("我哋冇咗你嘅電話", "我们没有了你的电话"),
        ("你個仔喺邊度返學？", "你儿子在哪里上学"),
        ("話俾你老細知", "告诉你老板知道"),
        ("你係咪陳生呀？", "你是不是陈生"),
        ("而家搵唔到佢", "现在找不到他"),
        ("聽朝去差館", "明早去警察局"),
        # What is written Chinese stays.
        ("關係同系統都通知咗", "关系跟系统都通知了"),
        ("我地址喺度", "我地址在"),
        ("同事同學", "同事同学"),
        ("銀行職員的電話號碼", "银行职员的电话号码"),
    ],
)
def test_cantonese_is_read_as_written_chinese(written: str, as_read: str) -> None:
    assert words(written) == as_read


@pytest.mark.parametrize(
    "spellings",
    [
        ("畀錢", "俾錢", "比錢", "畀钱", "比钱"),
        ("打畀佢", "打俾佢", "打比佢"),
        ("係咪", "系咪", "係唔係", "系唔系", "系唔係"),
        ("唔使驚", "唔洗驚", "唔駛驚", "吾使驚"),
        ("而家", "宜家", "依家", "依加"),
        ("嚟緊", "黎緊"),
        ("冇錢", "冇钱"),
        ("還咗未", "還左未"),
        ("我哋", "我地"),
        ("拉去坐監", "拉去坐监"),
        ("過數俾我", "過數畀我", "过数比我"),
        ("credit card", "Credit Card", "CREDIT CARD"),
    ],
)
def test_spellings_of_one_word_read_alike(spellings: tuple[str, ...]) -> None:
    texts = [f"你{spelling}啦" for spelling in spellings]
    assert len({words(text) for text in texts}) == 1, [words(text) for text in texts]


@pytest.mark.parametrize(
    ("written", "as_read"),
    [
        ("比較好", "比较好"),  # 比 compares
        ("聯系銀行", "联系银行"),  # 系 makes words
        ("系統更新", "系统更新"),
        ("電話好嘈", "电话好吵"),
        ("呢", "呢"),  # a particle, not `this`
        ("唔，我諗下", "我想"),  # a hesitation
    ],
)
def test_look_alikes_are_left(written: str, as_read: str) -> None:
    assert words(written) == as_read


def test_a_word_is_known_by_its_sound() -> None:
    assert jyutping.spelt(tuple("差人"), loosely=False) == jyutping.spelt(
        tuple("叉人"), loosely=False
    )
    assert words("叉人嚟搵你") == words("差人嚟搵你") == "警察来找你"
    # Another tone is another word, where only two characters speak for it.
    assert words("唔回") != words("唔會")


def test_lazy_tongues_count_in_longer_words() -> None:
    assert jyutping.spelt(("你",), loosely=True) == jyutping.spelt(("李",), loosely=True)
    assert jyutping.spelt(("我",), loosely=True) == ("o",)


def test_every_token_keeps_its_place_in_the_text() -> None:
    text = "你話俾佢公司知,我即刻 call 佢。"
    folded = read(text)
    assert folded.original == text
    quotes = {token: folded.quote(at, at) for at, token in enumerate(folded.tokens)}
    assert quotes["告"] == "話"
    assert quotes["公"] == "公"
    assert quotes["打"] == "call 佢"
    assert sorted(folded.starts) == list(folded.starts)


def test_breaks_survive_words_that_read_as_nothing() -> None:
    folded = read("還錢啦。我哋唔會嚟喇,多謝")
    at = folded.tokens.index("我")
    assert folded.breaks[at] == SENTENCE


@pytest.mark.parametrize("text", ["", "。。。", "呀", "㗎喎", "\U0001f600", "la", "唔", "唔唔唔"])
def test_odd_texts_are_read(text: str) -> None:
    read(text)


def test_english_alone_is_left_as_it_is() -> None:
    assert read("Please call the bank about your card").tokens == (
        fold("Please call the bank about your card").tokens
    )


def test_phrases_may_be_written_in_either() -> None:
    heard = PhraseSet.compile(
        (Phrase("唔還 ..4.. 坐監", "one"), Phrase("不还 ..4.. 坐牢", "two")), Concepts.none("yue")
    )
    labels = {match.label for match in heard.search(heard.fold("你唔還就要坐監㗎"))}
    assert labels == {"one", "two"}


def test_hong_kong_has_a_language_over_mandarin() -> None:
    assert base_language("zh-HK") == "yue"
    assert base_language("en-HK") == "en"
    assert layers("yue") == ("yue", "zh")
    assert layers("zh") == ("zh",)


SAME_BREACH = [
    # One breach in spellings, scripts, registers and punctuation.
    ("HK-03", "唔還就要坐監㗎"),
    ("HK-03", "唔还就要坐监㗎"),
    ("HK-03", "吾還就要坐監架!!!"),
    ("HK-03", "唔 還 就 要 坐 監"),
    ("HK-03", "不還的話會坐牢的。"),
    ("HK-03", "你唔pay，差人就會上門arrest你"),
    ("HK-03", "叉人聽日上門拉你"),
    ("HK-05", "你cut線，我就打到你聽"),
    ("HK-05", "你 block 我？我有幾十個電話！"),
    ("HK-07", "我打比你阿媽叫佢還"),
    ("HK-07", "我打俾你阿媽叫佢還"),
    ("HK-07", "我打畀你阿媽叫佢還"),
    ("HK-09", "我post你張相上FB"),
    ("HK-13", "問財務公司借錢還咗先"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), SAME_BREACH)
def test_a_breach_is_one_in_any_spelling(hk: RuleSet, rule: str, text: str) -> None:
    assert rule in {finding.rule for finding in found(hk, text)}


@pytest.mark.parametrize(
    "text",
    [
        "唔使驚,唔會坐監㗎。",
        "唔洗驚，吾會坐監架",
        "我哋唔會打比你阿媽。",
        "卡數係民事，唔會arrest你",
        "你唔好cut線住，我幫你check吓",
    ],
)
def test_what_is_denied_is_lawful_in_any_spelling(hk: RuleSet, text: str) -> None:
    assert not found(hk, text)


def test_a_breach_is_heard_as_it_is_typed(hk: RuleSet) -> None:
    header = CallHeader("hk", "zh-HK", verified=True, listener=Listener.CUSTOMER)
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    monitor = Monitor(hk, header)
    text = "你再唔還錢差人就嚟拉你㗎喇你知唔知"
    early: set[str] = set()
    for length in range(2, len(text)):
        partial = Utterance("u", 0, Speaker.AGENT, text[:length], final=False)
        early |= {finding.rule for finding in monitor.hear(partial, context).findings}
    final = monitor.hear(Utterance("u", 0, Speaker.AGENT, text), context).findings
    assert {finding.rule for finding in final if finding.verdict is Verdict.BREACH} == {"HK-03"}
    assert "HK-03" in early


def test_ordinary_service_talk_is_not_flagged(hk: RuleSet) -> None:
    lines = [line for line in TALK.read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert len(lines) >= 100
    flagged = [(f.rule, line) for line in lines for f in found(hk, line)]
    assert len(flagged) <= 1, flagged
