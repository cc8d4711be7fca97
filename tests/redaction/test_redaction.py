"""What is covered in a call's copy, and what stays readable."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from assistant.redaction.call import Redacted, Said, Strictness, redacted
from assistant.redaction.kinds import Sort, is_hong_kong_id, is_taiwan_id
from compliance.transcript import Speaker, Utterance, Word
from scripts.account import Account, Identifier

TODAY = date(2026, 11, 28)
_NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_HAN = "零一二三四五六七八九"


def said(text: str, number: int = 0, speaker: Speaker = Speaker.CUSTOMER) -> Utterance:
    """An utterance whose words last half a second each."""
    words = tuple(
        Word(word, number * 60 + place * 0.5, number * 60 + place * 0.5 + 0.5, 0.9)
        for place, word in enumerate(text.split())
    )
    return Utterance(f"u{number}", number, speaker, text, words, words[0].start_s, words[-1].end_s)


def copy_of(text: str, *, verifying: bool = False) -> Redacted:
    return redacted([Said(said(text), verifying)], today=TODAY)[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("it's 4111 1111 1111 1111 thanks", "it's [card number] thanks"),
        (
            "four one one one one one one one one one one one one one one one okay",
            "[card number] okay",
        ),
        ("it is four triple one double one double one one one double one one one one one",
         "it is [card number]"),
        ("是 四 一 一 一 一 一 一 一 一 一 一 一 一 一 一 一 谢谢", "是 [card number] 谢谢"),
        ("身分證 A123456789 對", "身分證 [identity number] 對"),
        ("a one two three four five six seven eight nine", "[identity number]"),
        ("我的身份证号是11010519491231002X", "我的身份证号是[identity number]"),
        ("my social is five one nine oh eight six nine two four",
         "my social is [identity number]"),
        ("call me on 0912 345 678 later", "call me on [telephone number] later"),
        ("电话 零 九 一 二 三 四 五 六 七 八", "电话 [telephone number]"),
        ("the security code is seven eight nine", "the security code is [code]"),
        ("末四碼 是 一 二 三 四", "末四碼 是 [code]"),
        ("I was born on may fifth nineteen eighty four", "I was born on may [date of birth]"),
        ("1984-05-05", "[date of birth]"),
        ("生日 是 七 十 三 年 五 月 五 号", None),
        ("民國73年5月5日", None),
        ("I live at 12 Maple Grove Avenue now", "I live at [address] now"),
        ("flat four please", "[address] please"),
        ("寄到台北市大安區和平東路三段12號5樓", "寄到[address]"),
        ("我 住 大安区 和平 东路 十二 号", "我 住 [address]"),
        ("it's SW1A 1AA", "it's [address]"),
    ],
)  # fmt: skip
def test_covered(text: str, wanted: str | None) -> None:
    copy = copy_of(text)
    assert copy.masks
    if wanted is not None:
        assert copy.text == wanted
    assert not any(char.isdigit() for char in copy.text)
    assert copy.silent_s


@pytest.mark.parametrize(
    "text",
    [
        "I can pay three hundred and fifty dollars on the fifth",
        "the amount past due is $3,200.00 and the rate is 14.5 %",
        "我 下个月 五 号 先 缴 三 千 块",
        "你的逾期金額是一萬二千三百四十五元",
        "no one told me, one moment please",
        "December fifth twenty twenty six works for me",
        "十二月五号我用手机银行转账",
        "you have called me seven times in seven days",
        "一下 就 好 第一次 这样",
    ],
)
def test_amounts_and_days_of_payment_stay(text: str) -> None:
    copy = copy_of(text)
    assert copy.text == text
    assert copy.silent_s == ()


@pytest.mark.parametrize(
    "text",
    [
        "seven two for one",
        "it is nineteen eighty four and the card ends in twenty two ten",
        "七 十 三 年 五 月",
        "一 二 三",
        "three hundred twelve",
    ],
)
def test_while_identity_is_confirmed_every_run_of_figures_goes(text: str) -> None:
    left = copy_of(text, verifying=True).text
    assert "[" in left
    assert not any(word in _NAMES or word in _HAN for word in left.replace("]", " ").split())


def test_a_number_that_is_read_out_piece_by_piece_goes() -> None:
    pieces = ["four one two three", "five six", "seven eight nine oh", "and then three"]
    copies = redacted(
        [Said(said(piece, number)) for number, piece in enumerate(pieces)], today=TODAY
    )
    assert [copy.text for copy in copies[:3]] == ["[number]"] * 3


def test_after_a_card_is_asked_for_figures_go_until_no_more_are_read() -> None:
    talk = [
        ("may I have the card number please", Speaker.AGENT),
        ("one moment", Speaker.CUSTOMER),
        ("it is five five oh", Speaker.CUSTOMER),
        ("sorry again five five nine", Speaker.CUSTOMER),
        *[("thank you", Speaker.AGENT)] * 7,
        ("I can pay fifty two dollars", Speaker.CUSTOMER),
    ]
    copies = redacted(
        [Said(said(text, number, who)) for number, (text, who) in enumerate(talk)], today=TODAY
    )
    assert "five" not in copies[2].text + copies[3].text
    assert copies[-1].text == "I can pay fifty two dollars"


def test_names_of_the_account_go_in_either_script() -> None:
    account = Account(
        id="1", jurisdiction="tw", language="zh-TW", customer_name="陳大文", family_name="陳",
        honorific="mr", bank_name="晨光銀行", agency_name="", collector="in-house",
        agent_name="林雅婷", agent_id="1", product_name="信用卡", callback_number="1",
        currency="TWD", overdue_amount=Decimal(1), minimum_due=Decimal(1), days_past_due=1,
        identifiers=(Identifier("maiden_name", "歐陽春"),),
    )  # fmt: skip
    talk = ["请问 是 陈 大文 吗", "陈 先生 您好", "欧阳 春", "陈述 一下"]
    copies = redacted(
        [Said(said(text, number)) for number, text in enumerate(talk)],
        today=TODAY,
        accounts=(account,),
    )
    told = [copy.text for copy in copies]
    assert told[0] == "请问 是 [name] 吗"
    assert told[1] == "[name] 先生 您好"
    assert told[2] == "[identity number]"
    assert told[3] == "陈述 一下"


def test_the_sound_of_what_is_covered_is_silenced_and_the_rest_is_left() -> None:
    copy = copy_of("the security code is seven eight nine thank you")
    assert [word.text for word in copy.words] == ["the", "security", "code", "is", "thank", "you"]
    ((start, end),) = copy.silent_s
    assert start <= 2.0
    assert 3.5 <= end < 4.0


def test_without_times_everything_is_silenced() -> None:
    untimed = Utterance("u", 0, Speaker.CUSTOMER, "4111 1111 1111 1111", start_s=3.0, end_s=9.0)
    (copy,) = redacted([Said(untimed)], today=TODAY)
    ((start, end),) = copy.silent_s
    assert start <= 3.0
    assert end >= 9.0
    nowhere = Utterance("u", 0, Speaker.CUSTOMER, "4111 1111 1111 1111")
    (copy,) = redacted([Said(nowhere)], today=TODAY)
    assert copy.silent_s == ((0.0, float("inf")),)


@given(st.lists(st.integers(0, 9), min_size=14, max_size=14), st.booleans(), st.booleans())
def test_any_card_number_goes_however_it_is_said(
    figures: list[int], han: bool, spaced: bool
) -> None:
    body = "".join(map(str, figures))
    card = "4" + body + luhn.calc_check_digit("4" + body)
    names = list(_HAN) if han else _NAMES
    spoken = [names[int(figure)] for figure in card]
    text = ("" if han and not spaced else " ").join(spoken)
    copy = copy_of(f"好 {text} 嗯" if han else f"yes {text} right")
    assert copy.masks
    assert not any(name in copy.text.split() for name in names)
    assert copy.text in {"好 [card number] 嗯", "yes [card number] right"}


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_taiwan_id, "A123456789", "A123456788"),
        (is_taiwan_id, "F131104093", "F131104094"),
        (is_hong_kong_id, "A1234563", "A1234564"),
        (is_hong_kong_id, "AB9876543", "AB9876542"),
    ],
)
def test_checksums(check: object, good: str, bad: str) -> None:
    assert callable(check)
    assert check(good)
    assert not check(bad)


@given(st.text(max_size=80))
def test_any_text_is_taken_and_masks_lie_in_it(text: str) -> None:
    utterance = Utterance("u", 0, Speaker.CUSTOMER, text)
    (copy,) = redacted([Said(utterance, verifying=True)], today=TODAY)
    ends = 0
    for mask in copy.masks:
        assert ends <= mask.start < mask.end <= len(text)
        ends = mask.end
    assert all(mask.sort in Sort for mask in copy.masks)


STRICT = Strictness(figures=True, announced=True, closed=True, names=("Emily Carter",))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("you owe six hundred and forty dollars", "you owe [figures] dollars"),
        ("your balance is $3,241.50", "your balance is $[figures]"),
        ("on friday december fourth please", "on friday [figures] please"),
        ("on the fourth of december", "on the [figures]"),
        ("in may i was ill", "in may i was ill"),
        ("五月五号 先 缴 三千 元", "[figures] 先 缴 [figures] 元"),
        ("my name is quentin zyx and i called", "my name is [name] and i called"),
        ("am i speaking with mister jordan lee please", "am i speaking with mister [name] please"),
        ("thank you mister parker i will write", "thank you mister [name] i will write"),
        ("this is emily carter", "this is [name]"),
        ("this is an attempt to collect a debt", "this is an attempt to collect a debt"),
        ("請問是王大明先生嗎", "請問是[name]先生嗎"),
        ("我叫 陈 小 华", "我叫 [name]"),
        ("先生您好", "先生您好"),
        ("seven", "[figures]"),
        ("one right", "[figures] right"),
        ("so 三", "so [figures]"),
        ("一定 會 一起 處理", "一定 會 一起 處理"),
        ("i will pay a hundred dollars", "i will pay a [figures] dollars"),
        ("i owe you a thousand", "i owe you a [figures]"),
        ("half a grand", "half a [figures]"),
        ("a couple of hundred bucks", "a couple of [figures] bucks"),
        ("hundreds of dollars", "[figures] of dollars"),
        ("$9", "$[figures]"),
        ("nine dollars", "[figures] dollars"),
        ("上千块", "上[figures]块"),
        ("幾千塊", "幾[figures]塊"),
        ("付百八", "付[figures]"),
        ("千五蚊", "[figures]蚊"),
        ("半萬", "半[figures]"),
        ("卅蚊", "[figures]蚊"),
        ("廿五號", "[figures]"),
        ("萬先生您好", "[name]先生您好"),
    ],
)  # fmt: skip
def test_a_strict_copy_leaves_people_and_amounts_behind(text: str, wanted: str) -> None:
    (copy,) = redacted([Said(said(text))], today=TODAY, strict=STRICT)
    assert copy.text == wanted
    assert redacted([Said(said(text))], today=TODAY)[0].text.count("[") <= wanted.count("[")


def test_while_identity_is_confirmed_the_sound_of_a_strict_copy_goes_whole() -> None:
    """What was misheard stands in no text: a figure heard as a word, a name as another."""
    talk = [
        ("may I ask you something", Speaker.AGENT, True),
        ("ate won for sure", Speaker.CUSTOMER, True),
        ("seven eight nine", Speaker.AGENT, True),
        ("I lost my job", Speaker.CUSTOMER, False),
        ("may I have the card number please", Speaker.AGENT, False),
        ("one moment", Speaker.CUSTOMER, False),
    ]
    copies = redacted(
        [
            Said(said(text, number, who), verifying)
            for number, (text, who, verifying) in enumerate(talk)
        ],
        today=TODAY,
        strict=STRICT,
    )
    whole = [bool(copy.silent_s) for copy in copies]
    assert whole == [False, True, True, False, False, True]
    for copy in copies:
        for start, end in copy.silent_s:
            assert copy.utterance.start_s is not None
            assert copy.utterance.end_s is not None
            assert start <= copy.utterance.start_s
            assert end >= copy.utterance.end_s


def test_figures_said_one_at_a_time_are_neither_read_nor_heard() -> None:
    """A confirmation by the last four, read back; the agent's voice is silenced with it."""
    talk = [("the last digits please", Speaker.AGENT)]
    talk += [(word, Speaker.CUSTOMER) for word in ("seven", "three", "nine", "one")]
    talk += [(word, Speaker.AGENT) for word in ("so seven", "three", "nine", "one right")]
    first, *rest = redacted(
        [Said(said(text, n, who), verifying=True) for n, (text, who) in enumerate(talk)],
        today=TODAY,
        strict=STRICT,
    )
    assert first.silent_s == ()
    for copy in rest:
        assert "[figures]" in copy.text
        assert not set(copy.text.split()) & set(_NAMES)
        ((start, end),) = copy.silent_s
        assert start <= (copy.utterance.start_s or 0.0)
        assert end >= (copy.utterance.end_s or 0.0)


@given(st.text(max_size=60) | st.text("廿五一千萬百 ab$路號年", max_size=12))
def test_a_strict_copy_covers_no_less(text: str) -> None:
    utterance = Utterance("u", 0, Speaker.CUSTOMER, text, start_s=0.0, end_s=1.0)
    (usual,) = redacted([Said(utterance)], today=TODAY)
    (strict,) = redacted([Said(utterance)], today=TODAY, strict=STRICT)
    for mask in usual.masks:
        assert any(one.start <= mask.start and mask.end <= one.end for one in strict.masks)
