"""The formats of transcripts: what is read, what is refused where, and that nothing breaks them."""

from __future__ import annotations

import json
import time
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.events import Source
from assistant.importing import written
from assistant.importing.contact_lens import read_contact_lens
from assistant.importing.json_lines import read_json_lines
from assistant.importing.webvtt import read_webvtt
from assistant.importing.written import Turn, Written, read_bounded, said
from compliance.errors import BadInput
from compliance.transcript import Speaker
from tests.importing.files import SAID, VTT, analysis, analysis_file, lines, turn

FILE = Path("call.x")
TURNS = tuple(
    (Speaker.AGENT if who == "AGENT" else Speaker.CUSTOMER, text, begin / 1000, end / 1000)
    for who, begin, end, text in SAID
)


def plain(turns: tuple[Turn, ...]) -> tuple[tuple[Speaker, str, float | None, float | None], ...]:
    return tuple((one.speaker, one.text, one.start_s, one.end_s) for one in turns)


def vtt(text: str, voice: str = "ann lee") -> Written:
    return read_webvtt(text.encode("utf-8", "surrogatepass"), FILE, agent_voice=voice)


# ---- Contact Lens ------------------------------------------------------------------------------


def test_contact_lens_is_read() -> None:
    found = read_contact_lens(analysis_file(), FILE)
    assert plain(found.turns) == TURNS
    assert found.source is Source.CONTACT_LENS
    assert (found.language, found.duration_s) == ("en-US", 8.0)
    assert found.started_at == datetime(2026, 5, 12, 10, 15, tzinfo=UTC)
    assert found.speakers == (Speaker.AGENT, Speaker.CUSTOMER)


def test_older_files_name_the_role_in_the_id() -> None:
    turns = [{**one, "ParticipantId": "AGENT"} for one in analysis()["Transcript"]]
    content = analysis_file(Transcript=turns, Participants=[], CustomerMetadata=None)
    found = read_contact_lens(content, FILE)
    assert {one.speaker for one in found.turns} == {Speaker.AGENT}
    assert found.started_at is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"Version": "2.0"}, "version"),
        ({"Version": 1}, "Version: input should be a valid string"),
        ({"Channel": "CHAT"}, "a chat"),
        ({"JobStatus": "FAILED"}, "not completed"),
        ({"Transcript": []}, "nothing was said"),
        ({"Transcript": "x"}, "Transcript: "),
        ({"Transcript": turn(1, BeginOffsetMillis=-1)}, "Transcript.1: begins before the call"),
        ({"Transcript": turn(2, EndOffsetMillis=3999)}, "Transcript.2: ends before it begins"),
        ({"Transcript": turn(2, EndOffsetMillis=9001)}, "beyond the end of the call"),
        ({"Transcript": turn(2, EndOffsetMillis=2**50)}, "beyond any call"),
        ({"Transcript": turn(2, EndOffsetMillis=2**60)}, "Transcript.2.EndOffsetMillis: "),
        ({"Transcript": turn(2, EndOffsetMillis="7000")}, "Transcript.2.EndOffsetMillis: "),
        ({"Transcript": turn(0, Content="you owe \x07 9,999")}, "Transcript.0: Content holds"),
        ({"Transcript": turn(0, Content="\ud800")}, "half a character"),
        ({"Transcript": turn(0, Content="x" * 20_001)}, "Transcript.0: Content is too long"),
        ({"Transcript": turn(0, Id="t-1")}, "Transcript.1: has the Id of an earlier turn"),
        ({"Transcript": turn(0, ParticipantId="p-3")}, "nobody among the Participants"),
        ({"ConversationCharacteristics": {"TotalConversationDurationMillis": -1}}, "length"),
    ],
)
def test_contact_lens_that_is_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_contact_lens(analysis_file(**changes), FILE)
    assert says in str(caught.value)
    assert "9,999" not in str(caught.value)
    assert "jordan" not in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[" * 10_000 + b"]" * 10_000, "out of bounds"),
        (b'{"Version": ' + b"9" * 5000 + b"}", "out of bounds"),
        (b'{"Version": "1.1.0", "Version": "1.1.0"}', "out of bounds"),
        (b'{"Version": NaN}', "out of bounds"),
        (b'{"Version": "1.1.0"', "call.x:1:20: this is not JSON"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[]", "the file: input should be an object"),
    ],
)
def test_what_is_no_analysis(content: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_contact_lens(content, FILE)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(analysis())), _JSON, st.integers(0, 2), st.data())
def test_any_value_in_any_place_is_read_or_refused(
    key: str, value: object, number: int, data: st.DataObject
) -> None:
    changed = analysis()
    if data.draw(st.booleans()):
        changed[key] = value
    else:
        changed["Transcript"][number][data.draw(st.sampled_from(list(turn(0)[0])))] = value
    try:
        found = read_contact_lens(json.dumps(changed).encode("utf-8", "surrogatepass"), FILE)
    except BadInput:
        return
    _holds(found)


def _holds(found: Written) -> None:
    """What every transcript that was read keeps."""
    assert found.turns
    for one in found.turns:
        assert one.text == " ".join(one.text.split()) != ""
        assert not {unicodedata.category(sign) for sign in one.text} & {"Cc", "Cf", "Cs"}
        if one.start_s is not None and one.end_s is not None:
            assert 0 <= one.start_s <= one.end_s <= written.LONGEST_S


# ---- WebVTT ------------------------------------------------------------------------------------


def test_webvtt_is_read() -> None:
    found = vtt(VTT)
    assert plain(found.turns)[:2] == (
        (Speaker.AGENT, "this call is recorded am i speaking with jordan lee.", 0.0, 2.5),
        (Speaker.CUSTOMER, "yes that is me", 2.6, 3.9),
    )
    sentence = "if you do not pay by friday you will be arrested & more"
    assert plain(found.turns)[2:] == ((Speaker.AGENT, sentence, 4.0, 7.0),)
    assert vtt(VTT.replace("\n", "\r\n")).turns == found.turns
    assert vtt("\ufeff" + VTT).turns == found.turns


def test_hours_may_have_more_than_two_figures_and_voices_share_a_cue() -> None:
    found = vtt("WEBVTT\n\n00:01.000 --> 01:00:02.000\n<v A>one\n<v B>two</v> three\n", "a")
    assert [(one.speaker, one.text) for one in found.turns] == [
        (Speaker.AGENT, "one"), (Speaker.CUSTOMER, "two"), (Speaker.UNKNOWN, "three"),
    ]  # fmt: skip
    with pytest.raises(BadInput, match=r"call\.x:3:1: the cue lies beyond any call"):
        vtt("WEBVTT\n\n100:00:01.000 --> 100:00:02.000\n<v A>one\n", "a")


def test_who_several_others_are_nobody_can_say() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>x\n\n00:03.000 --> 00:04.000\n<v B>y\n\n"
    text += "00:05.000 --> 00:06.000\n<v C>z\n"
    assert [one.speaker for one in vtt(text, "b").turns] == [
        Speaker.UNKNOWN, Speaker.AGENT, Speaker.UNKNOWN,
    ]  # fmt: skip


def test_chinese_sentences_are_joined_without_a_blank() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v 客服>我們會\n\n"
    text += "00:02.100 --> 00:03.000\n<v 客服>去你公司\n"
    assert [one.text for one in vtt(text, "客服").turns] == ["我們會去你公司"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", "call.x:1:1: does not begin with WEBVTT"),
        ("WEBVTTx\n", "does not begin"),
        ("WEBVTT\n", "nothing is said"),
        ("WEBVTT\n\n00:01.000 --> 00:00.500\n<v A>x", "call.x:3:1: the cue ends before it begins"),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\n<v A>x", "call.x:3:1: these are no times"),
        ("WEBVTT\n\n1\n00:01,000 --> 00:02,000\n<v A>x", "call.x:4:1: these are no times"),
        ("WEBVTT\n\n-00:01.000 --> 00:02.000\n<v A>x", "these are no times"),
        ("WEBVTT\n\n00:01.000-->00:02.000\n<v A>x", "these are no times"),
        ("WEBVTT\n\n" + "9" * 4000 + ":00:01.000 --> 00:02.000\n<v A>x", "ends before"),
        ("WEBVTT\n\nwhat\nis this\n", "call.x:3:1: this is neither a cue nor a note"),
        ("WEBVTT\n00:01.000 --> 00:02.000\n<v A>x", "call.x:1:1: an empty line is missing"),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>x\n00:03.000 --> 00:04.000\n<v A>y",
            "call.x:3:1: an empty line is missing after",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>x\x07", "call.x:3:1: the cue holds control"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v" + " " * 30_000, "call.x:3:1: the cue is too long"),
        (
            "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>&#" + "9" * 9_000,
            "the cue holds an entity that",
        ),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<v Pat Secret>x", "none of its 1 voices"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nx", "none of its cues without voices"),
    ],
)
def test_webvtt_that_is_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        vtt(text, "a")
    assert says in str(caught.value)
    assert "Secret" not in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize("piece", ["<v", "<v ", "<v.", "<b ", "<c.", "<lang", "<", "&#", "&lt"])
@pytest.mark.parametrize("filling", ["", " ", "\t", ".", "<", "9"])
def test_a_tag_that_is_never_closed_costs_no_more_than_its_length(piece: str, filling: str) -> None:
    """The worst of these took seconds, and a longer one stopped a whole import."""
    room = written.LONGEST_TEXT - 100
    repeated = (piece + filling) * (room // len(piece + filling))
    begun_s = time.process_time()
    for text in (repeated, piece + filling * room if filling else piece):
        with suppress(BadInput):
            _holds(vtt(f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>{text}", "a"))
    assert time.process_time() - begun_s < 1.0


def test_cues_are_joined_only_up_to_what_one_person_says() -> None:
    cue = "00:01.000 --> 00:02.000\n<v A>" + "x" * 900 + "\n\n"
    turns = vtt("WEBVTT\n\n" + cue * 50, "a").turns
    assert len(turns) > 1
    assert max(len(one.text) for one in turns) <= written.LONGEST_TEXT


_PIECES = st.sampled_from(
    ["WEBVTT", "\n", "\n\n", "00:01.000", " --> ", "00:02.500", "<v A>", "</v>", "<b>", "x", "&lt;",
     "NOTE", "STYLE", "\x07", "\u202e", "。", "9" * 30, ":", "<", ">", " "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_is_webvtt_or_refused(text: str) -> None:
    cue = "00:01.000 --> 00:02.000\n<v A>"
    for given_text in (text, f"WEBVTT\n\n{text}", f"WEBVTT\n\n{cue}{text}"):
        try:
            found = vtt(given_text, "a")
        except BadInput:
            continue
        _holds(found)


# ---- the form of `check` -----------------------------------------------------------------------


def calls(content: bytes, **options: Any) -> list[tuple[str, Written | str]]:
    found = read_json_lines(content.splitlines(keepends=True), FILE, **options)
    return [
        (one.place, one.what if isinstance(one.what, Written) else str(one.what)) for one in found
    ]


def test_calls_that_take_turns_are_told_apart() -> None:
    one, two = lines("one").splitlines(keepends=True), lines("two").splitlines(keepends=True)
    mixed = b"".join(line for pair in zip(one, two, strict=True) for line in pair)
    first, second = (what for _place, what in calls(mixed))
    assert isinstance(first, Written)
    assert isinstance(second, Written)
    assert plain(first.turns) == plain(second.turns) == TURNS
    assert first.digest != second.digest
    ((_place, alone),) = calls(lines("one"))
    assert isinstance(alone, Written)
    assert alone.digest == first.digest


def test_a_bad_line_refuses_its_call_and_no_other() -> None:
    broken = lines("bad").replace(b'"end_s": 3.9', b'"end_s": 1.0')
    broken = broken.replace(b'"speaker": "agent"', b'"speaker": "boss"', 1)
    content = lines("good") + broken + b'{"type":"utterance"}\nno json\n' + lines("more")
    (a, good), (b, bad), (c, more), (d, stray) = calls(content)
    assert isinstance(good, Written)
    assert isinstance(more, Written)
    assert isinstance(bad, str)
    assert isinstance(stray, str)
    assert (a, b, c, d) == ("line 1", "line 5", "line 11", "")
    assert "call.x:6:" in bad
    assert "call.x:7:1: text: it ends before it begins" in bad
    assert "call.x:9:1: this is neither a call nor an utterance" in stray
    assert "call.x:10:1: this is not JSON" in stray


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x00\x01\x02", "no text in UTF-8"),
        (b"[" * 10_000 + b"\n", "nesting is out of bounds"),
        (lines().replace(b'"jurisdiction": "us", "language": "en-US"', b'"facts": {}'), "neither"),
        (lines().splitlines()[0], "nothing is said"),
        (lines() + lines(), "a header after the call has begun"),
        (lines().replace(b"recorded", b"rec\\u0007orded"), "control characters"),
        (lines().replace(b"2.5", b"1e300"), "call.x:2:"),
    ],
)
def test_lines_that_are_refused(content: bytes, says: str) -> None:
    told = [what for _place, what in calls(content) if isinstance(what, str)]
    assert any(says in one for one in told), told


def test_what_lines_do_not_say_may_be_said_for_all() -> None:
    bare = lines().replace(b'"jurisdiction": "us", "language": "en-US"', b'"verified": false')
    ((_place, what),) = calls(bare, language="zh-TW")
    assert isinstance(what, Written)
    assert what.header is not None
    assert (what.header.jurisdiction, what.header.verified) == ("tw", False)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.sampled_from(lines().splitlines()), max_size=8))
def test_any_lines_are_calls_or_refused(given_lines: list[bytes]) -> None:
    for found in read_json_lines(given_lines, FILE, jurisdiction="us"):
        if isinstance(found.what, Written):
            _holds(found.what)


# ---- what holds of all -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("  two\n lines\t", "two lines"),
        ("ar\u200brest\u202eed", "arrested"),
        ("\u2066我們\u2069", "我們"),
        ("\u200f", ""),
    ],
)
def test_what_nobody_said_goes(text: str, wanted: str) -> None:
    assert said(text) == wanted


def test_files_are_bounded(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(2_000_000_000)  # no byte of it is on the disk
    for path, says in (
        (large, "larger than 64 MB"),
        (tmp_path / "none", "is not there"),
        (tmp_path, "no ordinary file"),
        (Path("a\0b"), "no file can have|is not there"),
    ):
        with pytest.raises(BadInput, match=says):
            read_bounded(path)
