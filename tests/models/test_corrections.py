"""What corrections change, and what they leave alone."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.events import RecognisedWord
from assistant.speech.account_names import names_of
from assistant.speech.correction_files import (
    SHIPPED,
    corrections_for,
    load_file,
    load_files,
    units_of,
)
from assistant.speech.corrections import Correction, Corrections, Corrector
from assistant.speech.recogniser import FinalHypothesis, PartialHypothesis, UnheardStretch
from compliance.errors import BadInput
from compliance.transcript import Speaker
from scripts.account import Account

AGENT, CUSTOMER = Speaker.AGENT, Speaker.CUSTOMER


def words(text: str, step: int = 1000) -> tuple[RecognisedWord, ...]:
    return tuple(
        RecognisedWord(word, number * step, number * step + 900, 0.9)
        for number, word in enumerate(text.split())
    )


def final(text: str) -> FinalHypothesis:
    return FinalHypothesis(90_000, text, words(text))


def corrector(language: str, *entries: Correction) -> Corrector:
    return Corrector((Corrections(entries),), characters=language == "zh")


PAST_DUE = Correction(("past", "do"), ("past", "due"), followed_by=(("amount",),))


def test_a_final_keeps_what_was_heard_beside_what_was_said() -> None:
    heard = final("The past do amount")
    mended = corrector("en", PAST_DUE).correct(AGENT, heard)
    assert isinstance(mended, FinalHypothesis)
    assert mended.text == "The past due amount"
    assert mended.heard == heard.words
    assert (mended.words[0].start, mended.words[0].end) == (0, 900)
    assert mended.words[1].start == heard.words[1].start
    assert mended.words[2].end == heard.words[2].end
    assert mended.sample == heard.sample


def test_what_is_right_is_handed_on_untouched() -> None:
    right = final("in the past do you")
    assert corrector("en", PAST_DUE).correct(AGENT, right) is right
    silent = UnheardStretch(10, 0, 10)
    assert corrector("en", PAST_DUE).correct(AGENT, silent) is silent
    assert Corrector().correct(AGENT, right) is right


def test_partials_are_corrected_once_their_context_is_there() -> None:
    mend = corrector("en", PAST_DUE)
    early = PartialHypothesis(1, "the past do")
    assert mend.correct(AGENT, early) is early
    assert mend.correct(AGENT, PartialHypothesis(2, "the past do amount")) == PartialHypothesis(
        2, "the past due amount"
    )


@pytest.mark.parametrize(
    ("entry", "heard", "said"),
    [
        (Correction(("a",), ("b",)), "a a", "b b"),
        (Correction(("a", "b"), ("c",)), "x a b y", "x c y"),
        (Correction(("a",), ("b", "c")), "a", "b c"),
        (Correction(("a",), ("b",), preceded_by=(("x", "y"),)), "x y a y a", "x y b y a"),
        (Correction(("a",), ("b",), preceded_by=(("x",), ("y",))), "y a a", "y b a"),
        (Correction(("a",), ("b",), followed_by=(("x",),)), "a a x", "a b x"),
        (Correction(("a",), ("b",), speakers=frozenset({CUSTOMER})), "a", "a"),
        (Correction(("a",), ("b",), speakers=frozenset({AGENT})), "A", "b"),
    ],
)
def test_corrections_by_context(entry: Correction, heard: str, said: str) -> None:
    mended = corrector("en", entry).words(words(heard), AGENT)
    assert " ".join(word.text for word in mended) == said


def test_the_longer_of_two_wins_and_an_earlier_finder_before_it() -> None:
    short, long = Correction(("a",), ("x",)), Correction(("a", "b"), ("y",))
    assert [word.text for word in corrector("en", short, long).words(words("a b"), AGENT)] == ["y"]
    both = Corrector((Corrections((short,)), Corrections((long,))))
    assert [word.text for word in both.words(words("a b"), AGENT)] == ["x", "b"]


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("秩序 要 先 还", "只需要 先 还"),
        ("您 秩 序要 先", "您 只需要 先"),
        ("守秩序 要", "守 只需要"),
        ("秩序 要求", "只需要 求"),
        ("vip 秩序 要", "vip 只需要"),
    ],
)
def test_mandarin_is_corrected_across_the_recognisers_word_borders(heard: str, said: str) -> None:
    mend = corrector("zh", Correction(tuple("秩序要"), ("只需要",)))
    mended = mend.words(words(heard), AGENT)
    assert " ".join(word.text for word in mended) == said


@given(st.lists(st.sampled_from(["a", "b", "past", "do", "amount", "秩序", "要求"]), max_size=12))
def test_times_stay_in_order_and_within_the_utterance(tokens: list[str]) -> None:
    heard = words(" ".join(tokens))
    for mend in (
        corrector("en", PAST_DUE, Correction(("a", "b"), ("c", "d", "e"))),
        corrector("zh", Correction(tuple("序要"), ("只", "需要")), PAST_DUE),
    ):
        mended = mend.words(heard, AGENT)
        if heard:
            assert mended[0].start == heard[0].start
            assert mended[-1].end == heard[-1].end
        for before, after in pairwise(mended):
            assert before.start <= before.end <= after.start
        assert all(word.confidence == 0.9 for word in mended)
        assert mend.words(mended, AGENT) == mended  # nothing is left to mend


# ---- files ------------------------------------------------------------------------


def test_every_correction_that_ships_mends_a_case_and_leaves_one_alone() -> None:
    files = load_files(None)
    assert {file.language for file in files} == {"en", "zh"}
    for file in files:
        text = file.path.read_text("utf-8")
        assert text.count("  - heard:") == len(file.entries)
        for block in text.split("  - heard:")[1:]:
            cases = [line for line in block.splitlines() if "{heard:" in line]
            same = [
                case.split("{heard: ")[1].split(", said: ")[0]
                == case.split(", said: ")[1].rstrip("}")
                for case in cases
            ]
            assert True in same, block
            assert False in same, block


def test_a_banks_own_file_goes_first_and_is_for_its_calls_alone(tmp_path: Path) -> None:
    folder = tmp_path / "corrections"
    folder.mkdir()
    (folder / "ours.yaml").write_text(
        "language: en\nbank: Autumn Hill Bank\ncorrections:\n"
        "  - {heard: automobile bank, said: Autumn Hill Bank, speaker: agent}\n"
    )
    files = load_files(tmp_path)
    ours = corrections_for(files, "en", "Autumn Hill Bank").entries
    assert ours[0].heard == ("automobile", "bank")
    assert ours[0].speakers == {AGENT}
    assert ours[0] not in corrections_for(files, "en", None).entries
    assert ours[0] not in corrections_for(files, "zh", "Autumn Hill Bank").entries
    assert len(ours) == len(load_file(SHIPPED / "corrections.en.yaml").entries) + 1


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{heard: a, said: A}", "changes nothing"),
        ("{heard: a, said: b}\n  - {heard: a, said: b}", "stands here twice"),
        ("{heard: a, said: b, cases: [{heard: a a, said: a b}]}", "this case gives 'b b'"),
        ("{heard: '', said: b}", "heard"),
        ("{heard: a, said: b, speaker: boss}", "speaker"),
        ("{heard: a, said: b, sometimes: true}", "sometimes"),
    ],
)
def test_faults_of_a_file_are_told_with_their_lines(
    tmp_path: Path, entry: str, message: str
) -> None:
    path = tmp_path / "corrections" / "x.yaml"
    path.parent.mkdir()
    path.write_text(f"language: en\ncorrections:\n  - {entry}\n")
    with pytest.raises(BadInput, match=message) as caught:
        load_files(tmp_path)
    assert caught.value.faults[0].line >= 3


def test_units() -> None:
    assert units_of("Past Due", "en") == ("past", "due")
    assert units_of("您 的VIP 卡 VIP", "zh") == ("您", "的", "V", "I", "P", "卡", "vip")


# ---- names ------------------------------------------------------------------------

ENGLISH = Account(
    id="1",
    jurisdiction="us",
    language="en-US",
    customer_name="Daniel Parker",
    family_name="Parker",
    bank_name="Autumn Hill Bank",
    agency_name="Bailey Ward Services",
    agent_name="Emily Carter",
    currency="USD",
    overdue_amount=Decimal(1),
    days_past_due=1,
    minimum_due=Decimal(1),
)
MANDARIN = replace(
    ENGLISH,
    language="zh-TW",
    customer_name="周美麗",
    family_name="周",
    bank_name="新月銀行",
    agency_name="",
    agent_name="林小姐",
)


def named(account: Account, speaker: Speaker, text: str) -> str:
    mend = Corrector((names_of(account),), characters=account.language.startswith("zh"))
    return " ".join(word.text for word in mend.words(words(text), speaker))


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("may i speak with daniel barker please", "may i speak with daniel parker please"),
        ("is this daniel park her", "is this daniel parker"),
        ("this is emily garter with bay lee ward services",
         "this is emily carter with bailey ward services"),
        ("for a tomb hill bank", "for autumn hill bank"),
        ("mr barker hello", "mr parker hello"),
        # Left alone: other names, other words, what was not heard at all.
        ("may i speak with david cooper", "may i speak with david cooper"),
        ("is this daniel [unk]", "is this daniel [unk]"),
        ("mr partner", "mr partner"),
        ("a barker on the street", "a barker on the street"),
        ("daniel parker", "daniel parker"),
        ("your card at the bank", "your card at the bank"),
    ],
)  # fmt: skip
def test_english_names_in_the_agents_speech(heard: str, said: str) -> None:
    assert named(ENGLISH, AGENT, heard) == said


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("请问 是 周 梅 莉 本人 吗", "请问 是 周美丽 本人 吗"),
        ("请问 是 邹 美丽 本人 吗", "请问 是 周美丽 本人 吗"),
        ("这里 是 心 悦 银行", "这里 是 新月银行"),
        ("州 小姐 您好", "周 小姐 您好"),
        ("王 小姐 您好", "王 小姐 您好"),
        ("邹 小姐 您好", "邹 小姐 您好"),
        ("一 周 没有 联络", "一 周 没有 联络"),
        ("天气 很 美丽", "天气 很 美丽"),
    ],
)
def test_mandarin_names_in_the_agents_speech(heard: str, said: str) -> None:
    assert named(MANDARIN, AGENT, heard) == said


@pytest.mark.parametrize("speaker", [CUSTOMER, Speaker.THIRD_PARTY, Speaker.UNKNOWN])
def test_the_account_never_puts_the_customers_name_into_the_callers_mouth(speaker: Speaker) -> None:
    for text in ("this is daniel barker", "mr barker speaking"):
        assert named(ENGLISH, speaker, text) == text
    assert named(MANDARIN, speaker, "我 是 周 梅 莉") == "我 是 周 梅 莉"
    assert named(ENGLISH, speaker, "bay lee ward services") == "bailey ward services"
    assert named(MANDARIN, speaker, "你们 是 心 悦 银行") == "你们 是 新月银行"
