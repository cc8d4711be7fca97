"""Texts as shown: recognised words, findings, catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

import assistant
from assistant.display_text import display_text, traditional
from assistant.interface_text import (
    LANGUAGES,
    Interface,
    Told,
    catalogue_source,
    interface_language,
    load_catalogue,
)
from assistant.speech.capture import GONE
from assistant.wording import Reader, Wording, is_short_enough
from compliance.errors import AssistantError
from compliance.findings import Status
from tests.screens import calls

# ---- recognised text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_text", "language", "shown"),
    [
        ("我们 就 去 你 公司 找 你", "zh-TW", "我們就去你公司找你"),
        ("我们 就 去 你 公司 找 你", "zh-CN", "我们就去你公司找你"),
        ("后面 还要 付 房租", "zh-TW", "後面還要付房租"),
        ("头发 发薪 皇后", "zh-TW", "頭髮發薪皇后"),
        ("用 line pay 缴", "zh-TW", "用line pay繳"),
        ("账单 账户", "zh-TW", "帳單帳戶"),
        ("賬單", "zh-TW", "帳單"),
        ("台湾 软件", "zh-TW", "臺灣軟件"),
        ("台灣的公司，這里不是", "zh-TW", "台灣的公司，這里不是"),
        ("we will not", "en-US", "we will not"),
        ("a\tb\x00c\u202ed", "en-US", "a b c d"),
        ("", "zh-TW", ""),
    ],
)
def test_recognised_text_is_shown_as_read(given_text: str, language: str, shown: str) -> None:
    assert display_text(given_text, language).text == shown


def test_flagged_words_keep_their_place() -> None:
    text = "你 再 不 缴 我们 就 去 你 公司 找 你"
    shown = display_text(text, "zh-TW")
    start = text.index("我们")
    first, last = shown.span(start, len(text))
    assert shown.text[first:last] == "我們就去你公司找你"


@given(st.text(max_size=60), st.sampled_from(["zh-TW", "zh-CN", "en-US"]))
def test_display_maps_back_to_the_given_text(text: str, language: str) -> None:
    shown = display_text(text, language)
    assert len(shown.text) == len(shown.origins)
    assert list(shown.origins) == sorted(set(shown.origins))
    assert all(0 <= origin < len(text) for origin in shown.origins)
    for start in range(len(text) + 1):
        first, last = shown.span(start, len(text))
        assert 0 <= first <= last <= len(shown.text)


@given(st.text(alphabet="发后里面干系余制台才复历汇团准几只云舍须松冲出症谷", max_size=20))
def test_traditional_never_changes_the_length(text: str) -> None:
    assert len(traditional(text)) == len(text)


# ---- findings ------------------------------------------------------------------------------------


def wording(interface: str, language: str = "zh-TW", reader: Reader = Reader.AGENT) -> Wording:
    return Wording(calls.Texts(), Interface(interface), language, reader)


def test_a_finding_is_told_in_the_readers_language_and_the_repair_in_the_calls() -> None:
    scene = calls.SCENES["zh-TW"]
    finding = calls.finding(scene, "u4", 4, (0, 4), Status.CONFIRMED)
    told = wording("en").finding(finding)
    assert told.do_now == "Stop: take it back, say you will only discuss instalments."
    assert told.say_now.startswith("剛才那句話不妥")
    assert told.law_status == "checked against the text of the law"
    assert told.rule == "", "a rule's number says nothing to an agent"
    assert wording("en", reader=Reader.REVIEWER).finding(finding).rule == "TW-08"
    assert wording("zh-TW").finding(finding).subject == "公司"
    assert wording("zh-CN").finding(finding).severity == "严重"


def test_money_and_dates_follow_the_readers_region() -> None:
    assert wording("zh-TW").amount(Decimal(18420), "TWD") == "NT$ 18,420"
    assert wording("en").amount(Decimal("652.18"), "USD") == "$652.18"


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ("Stop: take it back, say you will only discuss instalments.", True),
        ("one two three four five six seven eight nine ten eleven twelve", True),
        ("one two three four five six seven eight nine ten eleven twelve more", False),
        ("停：收回剛才的話，說明只談分期", True),
        ("一二三四五六七八九十一二三四五六七八九十", True),
        ("一二三四五六七八九十一二三四五六七八九十一", False),
        ("請改用 LINE Pay 以外的管道", True),
    ],
)
def test_what_fits_a_glance(line: str, *, short: bool) -> None:
    assert is_short_enough(line) is short


# ---- catalogues ----------------------------------------------------------------------------------

SOURCES = Path(assistant.__file__).parent


def message_ids() -> Iterator[tuple[str, str]]:
    """Every message id in the code: what is passed to `text` or `N_` as it stands.

    In the record, `text` is a statement of the database.
    """
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            names = ("N_",) if "record" in path.parts else ("text", "N_")
            if name in names and isinstance(first, ast.Constant):
                yield str(first.value), f"{path.relative_to(SOURCES)}:{node.lineno}"


@pytest.mark.parametrize("code", [lang.code for lang in LANGUAGES if lang.folder])
def test_every_message_is_translated_and_no_translation_is_idle(code: str) -> None:
    language = interface_language(code)
    with catalogue_source(language).open("rb") as stream:
        catalogue = read_po(stream, locale=language.folder, abort_invalid=True)
    translated = {str(message.id) for message in catalogue if message.id and message.string}
    used = dict(message_ids())
    assert not [
        f"{used[message]}: {message}" for message in sorted(used) if message not in translated
    ]
    assert not sorted(translated - set(used)), "no longer used in the code"
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    blanks = re.compile(r"\{(\w+)\}")
    for message in catalogue:
        if message.id:
            wanted = sorted(blanks.findall(str(message.id)))
            assert sorted(blanks.findall(str(message.string))) == wanted, message.id


def test_simplified_and_traditional_do_not_mix() -> None:
    """Each catalogue stays as it is when turned into the writing it is in."""
    for code, scheme in (("zh-Hant", "s2tw"), ("zh-Hans", "t2s")):
        converter = OpenCC(scheme)
        for message in load_catalogue(code).messages.values():
            # 台 is how Taiwan writes its own name in everyday use.
            assert converter.convert(message).replace("臺", "台") == message, code


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en-US", "en"),
        ("en_GB.UTF-8", "en"),
        ("zh-TW", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh-Hant-HK", "zh-Hant"),
    ],
)
def test_tags_lead_to_interface_languages(tag: str, code: str) -> None:
    assert interface_language(tag).code == code


def test_an_unknown_language_says_which_there_are() -> None:
    with pytest.raises(AssistantError, match="en, zh-Hant, zh-Hans"):
        interface_language("fr-FR")


def test_languages_go_round() -> None:
    interface = Interface("en-US")
    seen = []
    for _ in range(4):
        seen.append(interface.text("Overdue"))
        interface.switch_to_next()
    assert seen == ["Overdue", "逾期金額", "逾期金额", "Overdue"]


def test_a_line_made_elsewhere_is_said_in_the_language_of_the_screen() -> None:
    line = Told(GONE, device="Headset")
    assert line == "Headset is gone: the call goes on, that side is not heard."
    said = load_catalogue("zh-Hant").text(line.msgid, **line.params)
    assert said == "Headset 不見了：通話繼續，這一側暫時聽不到。"
