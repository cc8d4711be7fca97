"""How the agent talks, and what the agent says of the account: times, counts, numbers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.context import CallHeader, Listener, Plain
from compliance.errors import BadInput
from compliance.findings import Severity, Verdict
from compliance.quantities import Sort, quantities
from compliance.rules import RuleSet
from compliance.text import fold
from compliance.transcript import Speaker, Word
from tests.compliance.call import Talk
from tests.compliance.small_pack import small_rules

RULE = """
- id: US-30
  family: abuse
  kind: conduct
  severity: hint
  verified_law: policy
  citation: House rules
  conduct: {%s}
"""
EVENTS = "asked_to_wait: {phrases: [(please hold|one moment)]}"


def conduct(folder: Path, measure: str) -> RuleSet:
    return small_rules(folder, rules=RULE.replace("%s", measure), events=EVENTS)


# ---- cutting in ----------------------------------------------------------------------------------

INTERRUPTION = "interruption: {overlap_s: 1.0}"
LONG = "listen to me now"


def words(text: str, start_s: float, end_s: float, pause_after: int = 99) -> list[Word]:
    """Words spread over a time, with a pause of two seconds after one of them."""
    said = text.split()
    step = (end_s - start_s - (2.0 if pause_after < len(said) else 0.0)) / len(said)
    found, at = [], start_s
    for index, one in enumerate(said):
        found.append(Word(one, at, at + step, 0.9))
        at += step + (2.0 if index == pause_after else 0.0)
    return found


@pytest.mark.parametrize(
    ("customer", "agent", "found"),
    [
        ((0.0, 10.0), (5.0, 9.0), True),
        ((0.0, 10.0), (9.1, 12.0), False),  # under a second at once
        ((0.0, 10.0), (10.5, 12.0), False),
        ((5.0, 10.0), (4.0, 12.0), False),  # the customer cut in
        ((0.0, 10.0), (5.0, 5.8), False),  # short enough
    ],
)
def test_an_agent_who_begins_while_the_customer_speaks_interrupts(
    tmp_path: Path, customer: tuple[float, float], agent: tuple[float, float], *, found: bool
) -> None:
    rules = conduct(tmp_path, INTERRUPTION)
    # Whichever final comes first.
    first, second = Talk(rules), Talk(rules)
    first.hears("I was going to say", *customer)
    told = first.says(LONG, *agent)
    second_told = (*second.says(LONG, *agent), *second.hears("I was going to say", *customer))
    assert [bool(told), bool(second_told)] == [found, found]
    for finding in (*told, *second_told):
        assert (finding.rule, finding.severity) == ("US-30", Severity.HINT)
        assert finding.start_s == agent[0]
        assert finding.id.endswith(".US-30")


def test_a_word_of_assent_interrupts_nobody(tmp_path: Path) -> None:
    talk = Talk(conduct(tmp_path, INTERRUPTION))
    talk.hears("I was going to say", 0.0, 10.0)
    assert talk.says("mhm right", 5.0, 7.0) == ()


def test_a_pause_of_the_customer_may_be_filled(tmp_path: Path) -> None:
    rules = conduct(tmp_path, INTERRUPTION)
    said = "so I was going to say something"
    paused, flowing = Talk(rules), Talk(rules)
    spoken = words(said, 0.0, 10.0, pause_after=3)
    gap_s = spoken[3].end_s
    assert gap_s is not None
    paused.says(said, 0.0, 10.0, speaker=Speaker.CUSTOMER, words=spoken)
    assert paused.says(LONG, gap_s + 0.8, gap_s + 1.9) == ()
    spoken = words(said, 0.0, 10.0)
    flowing.says(said, 0.0, 10.0, speaker=Speaker.CUSTOMER, words=spoken)
    assert flowing.says(LONG, gap_s + 0.8, gap_s + 1.9)


# ---- pace and silence ----------------------------------------------------------------------------


def test_speech_that_is_too_fast_is_told_until_it_slows(tmp_path: Path) -> None:
    talk = Talk(conduct(tmp_path, "speech_rate: {most_per_minute: 180, over_s: 10}"))
    fast, slow = "word " * 20, "word " * 5
    told = [
        bool(talk.says(text, at, at + 5.0))
        for at, text in ((0.0, fast), (10.0, fast), (20.0, fast), (30.0, slow), (40.0, slow))
    ]
    assert told == [False, True, False, False, False]
    assert talk.says(fast, 50.0, 55.0) == ()
    assert talk.says(fast, 60.0, 65.0)


def test_characters_are_counted_in_chinese(tmp_path: Path) -> None:
    from compliance.judges.conduct import ConductJudge
    from compliance.packs import load_rules

    judge = ConductJudge(load_rules("tw", "zh-TW", likeness=False))
    assert judge._count("您好,我是 ABC 的小陳。") == 7
    english = ConductJudge(conduct(tmp_path, "speech_rate: {most_per_minute: 1}"))
    assert english._count("Don't you — ever — 'say' so, OK?") == 6


def test_silence_is_told_unless_the_agent_asked_to_wait(tmp_path: Path) -> None:
    rules = conduct(tmp_path, "dead_air: {longest_s: 15, unless_said: [asked_to_wait]}")
    talk = Talk(rules)
    assert talk.says("So let me see", 0.0, 2.0) == ()
    (finding,) = talk.says("Are you there?", 18.0, 19.0)
    assert (finding.utterance_id, finding.start_s, finding.end_s) == (None, 2.0, 18.0)
    assert talk.hears("yes", 19.5, 20.0) == ()
    assert talk.says("One moment please hold", 21.0, 22.0) == ()
    assert talk.hears("sure", 22.5, 23.0) == ()
    assert talk.says("Thanks for waiting", 60.0, 61.0) == ()
    assert talk.hears("hello?", 80.0, 81.0)


def test_conduct_without_times_is_not_assessable(tmp_path: Path) -> None:
    talk = Talk(conduct(tmp_path, INTERRUPTION))
    talk.says(LONG)
    assert talk.open_rules()["US-30"] == "times"
    timed = Talk(conduct(tmp_path / "b", INTERRUPTION))
    timed.says(LONG, 1.0, 2.0)
    assert "US-30" not in timed.open_rules()


TIMES = st.floats(-100, 4000, allow_nan=False)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.booleans(), TIMES | st.none(), TIMES | st.none(), st.text(max_size=40)),
        max_size=12,
    )
)
def test_times_that_run_backwards_or_lack_measure_nothing_false(
    said: list[tuple[bool, float | None, float | None, str]],
) -> None:
    from compliance.context import CallContext
    from compliance.judges.conduct import ConductJudge
    from compliance.transcript import Utterance

    if not _RULES:
        import tempfile

        folder = Path(tempfile.mkdtemp())
        measures = (INTERRUPTION, "speech_rate: {most_per_minute: 9}", "dead_air: {longest_s: 9}")
        _RULES.extend(conduct(folder / str(at), one) for at, one in enumerate(measures))
    header = CallHeader("us", "en-US")
    for rules in _RULES:
        judge = ConductJudge(rules)
        for at, (agent, start_s, end_s, text) in enumerate(said):
            speaker = Speaker.AGENT if agent else Speaker.CUSTOMER
            utterance = Utterance(f"u{at}", at, speaker, text, (), start_s, end_s)
            context = CallContext(header, None, Listener.UNKNOWN)
            for noticed in judge.hear(utterance, frozenset(), context):
                hit = noticed.hit
                assert hit.start_s is not None
                assert hit.end_s is not None
                assert hit.start_s <= hit.end_s


_RULES: list[RuleSet] = []


@pytest.mark.parametrize(
    ("measure", "part"),
    [
        ("interruption: {overlap_s: 0}", "overlap_s"),
        ("interruption: {overlap_s: 1}, dead_air: {longest_s: 3}", "it measures one of"),
        ("verdict: breach", "it measures one of"),
        ("dead_air: {longest_s: 3, unless_said: [tea]}", "nothing called 'event:tea'"),
    ],
)
def test_faults_of_conduct(tmp_path: Path, measure: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        conduct(tmp_path, measure)
    assert any(part in fault.message and fault.line for fault in caught.value.faults)


def test_conduct_is_gentle(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="minor or a hint"):
        small_rules(tmp_path, rules=RULE.replace("%s", INTERRUPTION).replace("hint", "critical"))


# ---- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "your balance is $652.18", ["652.18"]),
        ("en", "six hundred and fifty two dollars and eighteen cents", ["652.18"]),
        ("en", "four thousand two hundred bucks", ["4200"]),
        ("en", "a hundred dollars", ["100"]),
        ("en", "12 thousand dollars", ["12000"]),
        ("en", "one million two hundred thousand and five dollars", ["1200005"]),
        ("en", "twenty one dollars five cents", ["21.05"]),
        ("en", "two pounds and one penny", ["2.01"]),
        ("en", "two of us, four times, ten percent", []),
        ("zh", "新臺幣 12,300 元", ["12300"]),
        ("zh", "三千五百元", ["3500"]),
        ("zh", "三千五块", ["3500"]),
        ("zh", "三千零五块", ["3005"]),
        ("zh", "两万三千塊錢", ["23000"]),
        ("zh", "一万二元", ["12000"]),
        ("zh", "十二亿三千万元", ["1230000000"]),
        ("zh", "1.5万元", ["15000"]),
        ("zh", "3千5百块", ["3500"]),
        ("zh", "十块五毛", ["10.5"]),
        ("zh", "九十天,三个月,两次", []),
    ],
)
def test_amounts_are_read_as_spoken(language: str, text: str, expected: list[str]) -> None:
    found = quantities(fold(text), language)
    amounts = [one for one in found if one.sort is Sort.AMOUNT]
    assert [one.value for one in amounts] == [Decimal(value) for value in expected]
    assert all(one.exact and not one.hedged for one in amounts)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "six fifty two dollars"),
        ("zh", "一二三四元"),
    ],
)
def test_numbers_that_run_together_are_not_exact(language: str, text: str) -> None:
    (found,) = quantities(fold(text), language)
    assert not found.exact


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "about $600"),
        ("en", "roughly six hundred dollars"),
        ("en", "more than $600"),
        ("zh", "大约六百元"),
        ("zh", "六百多块"),
        ("zh", "六百元左右"),
    ],
)
def test_what_is_about_so_much_is_hedged(language: str, text: str) -> None:
    (found,) = quantities(fold(text), language)
    assert found.hedged
    assert found.value == 600


@pytest.mark.parametrize(
    ("language", "text", "rates", "days"),
    [
        ("en", "24.99%", ["24.99"], []),
        ("en", "twenty four point nine nine percent", ["24.99"], []),
        ("en", "fifteen per cent", ["15"], []),
        ("zh", "百分之十五点五", ["15.5"], []),
        ("zh", "年利率15%", ["15"], []),
        ("en", "December fifth, 2026", [], [(2026, 12, 5)]),
        ("en", "by December 5th", [], [(None, 12, 5)]),
        ("en", "the twenty first of May", [], [(None, 5, 21)]),
        ("zh", "十二月五號", [], [(None, 12, 5)]),
        ("zh", "2026年12月5日", [], [(2026, 12, 5)]),
        ("zh", "三月份,五个月", [], []),
    ],
)
def test_rates_and_dates(
    language: str, text: str, rates: list[str], days: list[tuple[int | None, int, int]]
) -> None:
    found = quantities(fold(text), language)
    assert [one.value for one in found if one.sort is Sort.RATE] == [Decimal(r) for r in rates]
    assert [one.day for one in found if one.sort is Sort.DATE] == days


ENGLISH_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
ENGLISH_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_english(value: int) -> str:
    if value < 20:
        return ENGLISH_ONES[value]
    if value < 100:
        rest = f" {ENGLISH_ONES[value % 10]}" if value % 10 else ""
        return ENGLISH_TENS[value // 10 - 2] + rest
    for unit, name in ((1_000_000, "million"), (1_000, "thousand"), (100, "hundred")):
        if value >= unit:
            rest = f" {in_english(value % unit)}" if value % unit else ""
            return f"{in_english(value // unit)} {name}{rest}"
    raise AssertionError(value)


def in_mandarin(value: int) -> str:
    digits, units = "零一二三四五六七八九", ("", "十", "百", "千")

    def section(number: int) -> str:
        text = ""
        for place, sign in enumerate(reversed(str(number))):
            text = (digits[int(sign)] + units[place] if sign != "0" else "零") + text
        while "零零" in text:
            text = text.replace("零零", "零")
        return text.strip("零")

    high, low = divmod(value, 10_000)
    if not high:
        return section(low)
    gap = "零" if 0 < low < 1_000 else ""
    return f"{section(high)}万{gap}{section(low) if low else ''}"


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 9_999_999))
def test_every_number_is_read_back_in_english(value: int) -> None:
    text = f"{in_english(value)} dollars"
    folded = fold(text)
    if "".join(folded.tokens) != text.replace(" ", ""):
        return  # folding took a word said twice for a stumble
    (found,) = quantities(folded, "en")
    assert (found.value, found.exact) == (Decimal(value), True)


@settings(deadline=None, max_examples=300)
@given(st.integers(1, 99_999_999))
def test_every_number_is_read_back_in_mandarin(value: int) -> None:
    text = f"{in_mandarin(value)}元"
    (found,) = quantities(fold(text), "zh")
    assert (found.value, found.exact) == (Decimal(value), True)


@settings(deadline=None, max_examples=200)
@given(
    st.text(
        alphabet="十百千万亿点分之月日年%$.,0123456789 one hundred thousand and point", max_size=40
    )
)
def test_no_text_is_too_odd_to_read(text: str) -> None:
    for language in ("en", "zh", "xx"):
        folded = fold(text)
        for found in quantities(folded, language):
            assert 0 <= found.first <= found.last < len(folded.tokens)


# ---- the ledger ----------------------------------------------------------------------------------

FACT = """
- id: US-17
  family: amount
  kind: fact
  verified_law: verified
  citation: A
  fact: {says: %s, about: ["(balance|total|rate|due)"]}
"""
KNOWN: dict[str, Plain] = {
    "balance": "652.18", "overdue": 200, "rate": 24.99, "due_date": "2026-12-05",
}  # fmt: skip


def fact(folder: Path, says: str) -> RuleSet:
    return small_rules(folder, rules=FACT.replace("%s", says))


def header(account: dict[str, Plain] | None) -> CallHeader:
    return CallHeader("us", "en-US", verified=True, listener=Listener.CUSTOMER, account=account)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Your balance is $652.18.", None),
        ("The total is $200.", None),  # any of the fields will do
        ("The total's $900.", Verdict.BREACH),
        ("Nine hundred dollars is your balance.", Verdict.BREACH),
        ("Your balance is about $900.", Verdict.CHECK_FACTS),
        ("Your balance is about $650.", None),
        ("Your balance is nine fifty two dollars.", Verdict.CHECK_FACTS),
        ("Your balance is not $900.", None),
        ("You said your balance is $900.", None),
        ("Would your balance be around $900 then?", Verdict.CHECK_FACTS),
        ("Your balance. Pay $900 today.", None),  # another sentence
        ("I see 900 points on your balance.", None),  # no money
        ("Pay $900.", None),  # of nothing in the account
    ],
)
def test_a_spoken_amount_is_held_against_the_ledger(
    tmp_path: Path, text: str, verdict: Verdict | None
) -> None:
    talk = Talk(fact(tmp_path, "amount, fields: [balance, overdue]"), header(KNOWN))
    found = talk.says(text)
    assert [finding.verdict for finding in found] == ([] if verdict is None else [verdict])
    for finding in found:
        assert finding.found_by is not None
        assert "900" not in str(finding.found_by)
        assert "652" not in str(finding.found_by)


def test_a_number_that_was_faintly_heard_is_not_certain(tmp_path: Path) -> None:
    talk = Talk(fact(tmp_path, "amount, fields: [balance]"), header(KNOWN))
    text = "your balance is nine hundred dollars"
    said = words(text, 0.0, 6.0)
    (sure,) = talk.says(text, 0.0, 6.0, words=said)
    said[4] = replace(said[4], confidence=0.3)
    (unsure,) = talk.says(text, 10.0, 16.0, words=said)
    assert (sure.verdict, unsure.verdict) == (Verdict.BREACH, Verdict.CHECK_FACTS)


@pytest.mark.parametrize(
    ("says", "text", "found"),
    [
        ("rate, fields: [rate]", "The rate is 24.99%.", False),
        ("rate, fields: [rate]", "The rate is 29.99 percent.", True),
        ("rate, fields: [rate], tolerance: 5", "The rate is 29.99 percent.", False),
        ("date, fields: [due_date]", "It is due December fifth.", False),
        ("date, fields: [due_date]", "It is due December sixth.", True),
        ("date, fields: [due_date], tolerance: 1", "It is due December sixth.", False),
        ("date, fields: [due_date]", "It was due December 5th 2025.", True),
        ("date, fields: [due_date]", "It is due on the thirty first of June.", True),
        ("amount, fields: [balance], within: 2", "The balance as of this morning was $900.", False),
    ],
)
def test_rates_dates_and_tolerance(tmp_path: Path, says: str, text: str, *, found: bool) -> None:
    assert bool(Talk(fact(tmp_path, says), header(KNOWN)).says(text)) is found


@pytest.mark.parametrize("account", [None, {}, {"balance": "many"}, {"balance": None}])
def test_without_a_ledger_what_is_said_of_it_is_not_assessable(
    tmp_path: Path, account: dict[str, Plain] | None
) -> None:
    talk = Talk(fact(tmp_path, "amount, fields: [balance]"), header(account))
    assert talk.says("Your balance is $900.") == ()
    assert talk.open_rules()["US-17"] == "account:balance"
