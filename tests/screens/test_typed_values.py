"""What agents type into fields, and how values stand in them and are kept."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import cn2an
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.typed_values import (
    MOST_DAYS,
    NotUnderstood,
    Reading,
    as_typed,
    day_typed,
    reading_for,
    time_typed,
    value_typed,
)
from scripts.commitments_parts import Doubt
from scripts.outcome_values import all_written, value_of, written
from scripts.outcomes import Outcome, OutcomeField, Value, load_outcomes, missing
from scripts.outcomes_file import FieldKind

TODAY = date(2026, 11, 28)
READING = Reading(TODAY)
TAIWAN = reading_for("tw", "zh-TW", TODAY)
BRITAIN = reading_for("uk", "en-GB", TODAY)
FIELDS = {
    item.id: item for outcome in load_outcomes() for item in (*outcome.mandatory, *outcome.optional)
}
FIFTH = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("typed", "reading", "day"),
    [
        ("2026-12-05", READING, FIFTH),
        ("2026/12/5", READING, FIFTH),
        ("12.05", READING, FIFTH),
        ("１２／５", READING, FIFTH),
        ("12月5日", READING, FIFTH),
        ("十二月五日", READING, FIFTH),
        ("民國一一五年十二月五日", TAIWAN, FIFTH),
        ("二〇二六年十二月五號", READING, FIFTH),
        ("下週五", TAIWAN, date(2026, 12, 4)),
        ("下周五", READING, date(2026, 12, 4)),
        ("下個月五號", TAIWAN, FIFTH),
        ("廿五號", TAIWAN, date(2026, 12, 25)),
        ("明天", READING, date(2026, 11, 29)),
        ("Friday", READING, date(2026, 12, 4)),
        ("December 5", READING, FIFTH),
        ("5 Dec", BRITAIN, FIFTH),
        ("tomorrow", READING, date(2026, 11, 29)),
        ("12 月 5 號", TAIWAN, FIFTH),
        ("2026年12月5日", READING, FIFTH),
        ("115-12-05", TAIWAN, FIFTH),
        ("115/12/5", TAIWAN, FIFTH),
        ("民國115年12月5日", TAIWAN, FIFTH),
        ("５／１２", BRITAIN, FIFTH),
        ("12-05", BRITAIN, FIFTH),
        ("2026/12/5", BRITAIN, FIFTH),
        ("+7", READING, FIFTH),
        ("＋７", READING, FIFTH),
        ("11-27", READING, date(2027, 11, 27)),
        ("", READING, None),
        ("　", READING, None),
    ],
)
def test_days_to_come(typed: str, reading: Reading, day: date | None) -> None:
    assert day_typed(typed, reading) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("11-20", date(2026, 11, 20)),
        ("12-05", date(2025, 12, 5)),
        ("-3", date(2026, 11, 25)),
        ("11-28", TODAY),
        ("115-11-20", date(2026, 11, 20)),
        ("民國114年12月5日", date(2025, 12, 5)),
        ("114/12/05", date(2025, 12, 5)),
        ("十一月二十日", date(2026, 11, 20)),
        ("昨天", date(2026, 11, 27)),
        ("Yesterday", date(2026, 11, 27)),
    ],
)
def test_days_gone_by(typed: str, day: date) -> None:
    assert day_typed(typed, TAIWAN, past=True) == day


@pytest.mark.parametrize(
    ("typed", "past"),
    [
        ("115-12-05", False), ("2026-11-27", False), ("-1", False), ("+1", True), ("02-30", False),
        ("2026-11-29", True), ("12-5-26", False), ("5", False), ("soon", False), ("12/32", False),
        ("99999-01-01", False), ("+9999", False), ("下週五", True), ("下週五或下週六", False),
        ("我下週五繳", False), ("friday I think", False), ("三千", False), ("十三月五日", False),
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(typed: str, *, past: bool) -> None:
    with pytest.raises(NotUnderstood):
        day_typed(typed, READING, past=past)


@pytest.mark.parametrize(
    ("typed", "reading", "doubt"),
    [
        ("next Friday", READING, Doubt.DAY_TWO_WAYS),  # on a Saturday: in six days, or in thirteen
        ("月底", TAIWAN, Doubt.DAY_TWO_WAYS),
        ("end of the month", READING, Doubt.DAY_TWO_WAYS),
        ("next week", READING, Doubt.NO_DAY),
        ("115/12/05", READING, Doubt.NO_SUCH_DAY),
        ("民國114年12月5日", TAIWAN, Doubt.DAY_PAST),
        ("2026-11-27", READING, Doubt.DAY_PAST),
        ("2028-01-01", READING, Doubt.FAR_AHEAD),
    ],
)
def test_a_day_in_doubt_is_asked_for_and_told_why(
    typed: str, reading: Reading, doubt: Doubt
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        day_typed(typed, reading)
    assert refused.value.doubt is doubt


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("三千", "TWD", "3000"), ("三千五", "TWD", "3500"), ("叁仟", "TWD", "3000"),
        ("參仟伍佰元", "TWD", "3500"), ("貳萬參仟", "TWD", "23000"), ("3萬", "TWD", "30000"),
        ("３.５万", "CNY", "35000"), ("一万二", "CNY", "12000"), ("一百五", "HKD", "150"),
        ("五十", "TWD", "50"), ("三千零五十塊", "TWD", "3050"), ("兩千三百", "", "2300"),
        ("三百块五毛", "CNY", "300.5"), ("three thousand", "USD", "3000"), ("fifty", "GBP", "50"),
        ("fifty pounds", "GBP", "50"), ("3k", "USD", "3000"), ("三千", "USD", "3000"),
        ("三千多", "TWD", None), ("兩三千", "TWD", None), ("三千美元", "TWD", None),
        ("三千元", "GBP", None), ("fifty dollars", "GBP", None), ("three fifty", "USD", None),
        ("三千下週五", "TWD", None), ("五號", "TWD", None),
        ("不是三千", "TWD", None), ("三千不行", "TWD", None), ("half", "USD", None),
    ],
)  # fmt: skip
def test_sums_as_people_say_them(typed: str, currency: str, amount: str | None) -> None:
    reading = Reading(TODAY, currency=currency)
    if amount is None:
        with pytest.raises(NotUnderstood):
            value_typed(FIELDS["amount"], typed, reading)
    else:
        assert value_typed(FIELDS["amount"], typed, reading) == Decimal(amount)


BLANKS = " " * 40
LONG = "nine hundred and ninety nine thousand nine hundred and ninety nine dollars"


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("1,500", "USD", "1500"), ("1,234.56", "USD", "1234.56"), ("12,345,678", "USD", "12345678"),
        ("３０００", "TWD", "3000"), ("1，500元", "TWD", "1500"), ("1,500 dollars", "USD", "1500"),
        ("3萬", "TWD", "30000"), ("1.5萬", "TWD", "15000"), ("1.5k", "USD", "1500"),
        ("3萬5", "TWD", "35000"), ("3萬500", "TWD", "30500"), ("3萬5千", "TWD", "35000"),
        ("三千五百五", "TWD", "3550"), ("五百块", "CNY", "500"), ("500 塊", "TWD", "500"),
        ("五百塊錢", "TWD", "500"), ("3元5角", "CNY", "3.5"), ("五百蚊", "HKD", "500"),
        ("三百三十三", "TWD", "333"), ("three hundred thirty three", "USD", "333"),
        ("fifty dollars and ten cents", "USD", "50.10"), ("a hundred", "USD", "100"),
        ("twelve thousand three hundred and forty five", "USD", "12345"),
        (LONG, "USD", "999999"),
    ],
)  # fmt: skip
def test_a_sum_is_read_from_its_first_sign_to_its_last(
    typed: str, currency: str, amount: str
) -> None:
    assert value_typed(FIELDS["amount"], typed, Reading(TODAY, currency=currency)) == Decimal(
        amount
    )


@pytest.mark.parametrize(
    "typed",
    [
        "1,50", "3,50", "12,34", "1,5k", "3,5萬", "3,500,5", "1,2345", "0,500", "1,,500", ",500",
        ".50", "500,", "10.000", "1.234", "3.500萬", "1,50 dollars", "3萬05", "3萬0500", "3千5000",
        "3萬3萬", "3千3千", "3.5萬5千", "一萬兩萬", "三千三千", "五百五百", "五百 五百",
        "三千五百二十三千五百二十", "fifty fifty", "fifty, fifty", "twenty twenty", "500 500",
        "three thousand three thousand", "three hundred three hundred dollars",
        "two eighty two eighty", "$ three thousand three thousand",
        "fifty dollars fifty dollars", "five hundred five hundred five hundred",
    ],
)  # fmt: skip
@pytest.mark.parametrize("currency", ["USD", "TWD"])
def test_a_doubtful_sum_is_asked_for_and_told_why(typed: str, currency: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        value_typed(FIELDS["amount"], typed, Reading(TODAY, currency=currency))
    assert refused.value.doubt is Doubt.AMOUNT_TWO_WAYS


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("€500", "USD"), ("500 €", "USD"), ("€ five hundred", "USD"), ("€500", "TWD"),
        ("¥三千", "TWD"), ("五百塊錢", "USD"), ("3元5角", "USD"), ("3元5角", "GBP"),
        ("五百蚊", "USD"), ("五百蚊", "TWD"), ("五毛", "USD"), ("1,500k", "USD"), ("-1,500", "USD"),
        (f"three thousand{BLANKS}but only if he sells the car", "USD"),
        (f"三千{BLANKS}如果車賣掉", "TWD"), (f"three thousand{BLANKS * 5}maybe", "USD"),
    ],
)  # fmt: skip
def test_what_is_more_than_a_sum_or_of_another_money_is_refused(typed: str, currency: str) -> None:
    with pytest.raises(NotUnderstood):
        value_typed(FIELDS["amount"], typed, Reading(TODAY, currency=currency))


@pytest.mark.parametrize(
    "typed",
    [
        f"Friday{BLANKS}or the week after",
        f"下週五{BLANKS}或下下週",
        "Friday Friday",
        "下週五下週五",
    ],
)
def test_what_is_more_than_a_day_is_refused(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        day_typed(typed, TAIWAN)


@given(st.integers(1, 999_999_999), st.sampled_from(["", ".5", ".50", ".05"]))
def test_a_sum_grouped_by_threes_is_itself(whole: int, cents: str) -> None:
    reading = Reading(TODAY, currency="USD")
    for typed in (f"{whole}{cents}", f"{whole:,}{cents}", f"${whole:,}{cents}"):
        assert value_typed(FIELDS["amount"], typed, reading) == Decimal(f"{whole}{cents}")


@given(
    st.integers(1, 999_999_999).map(str),
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.sampled_from(["", ".5", ".50", "k", " dollars", "萬", "元"]),
)
def test_a_sum_grouped_in_another_way_is_refused(
    figures: str, commas: list[int], after: str
) -> None:
    typed = figures
    for place in sorted((min(place, len(figures)) for place in commas), reverse=True):
        typed = f"{typed[:place]},{typed[place:]}"
    assume(typed != f"{int(figures):,}")
    for currency in ("USD", "TWD"):
        with pytest.raises(NotUnderstood):
            value_typed(FIELDS["amount"], typed + after, Reading(TODAY, currency=currency))


@given(st.integers(1, 99_999_999))
def test_every_sum_in_characters_is_that_sum(amount: int) -> None:
    said = cn2an.an2cn(amount)
    on_a_cheque = cn2an.an2cn(amount, "up")
    reading = Reading(TODAY, currency="CNY")
    for typed in (said, said + "元", on_a_cheque):
        assert value_typed(FIELDS["amount"], typed, reading) == amount


FORMS = (
    "{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0.year}年{0.month}月{0.day}日",
    "{1}-{0.month}-{0.day}", "民國{1}年{0.month}月{0.day}日",
)  # fmt: skip


@given(st.integers(0, MOST_DAYS), st.sampled_from(FORMS))
def test_every_way_to_write_a_day_means_that_day(days: int, form: str) -> None:
    day = TODAY + timedelta(days=days)
    wide = str.maketrans("0123456789-/", "０１２３４５６７８９－／")
    typed = form.format(day, day.year - 1911)
    assert day_typed(typed, TAIWAN) == day
    assert day_typed(typed.translate(wide), TAIWAN) == day


@given(st.text(max_size=12), st.booleans(), st.sampled_from([READING, TAIWAN, BRITAIN]))
def test_whatever_is_typed_is_a_day_within_a_year_or_refused(
    typed: str, past: bool, reading: Reading
) -> None:
    try:
        day = day_typed(typed, reading, past=past)
    except NotUnderstood:
        return
    assert day is None or abs((day - TODAY).days) <= MOST_DAYS


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("15:30", time(15, 30)), ("1530", time(15, 30)), ("9:05", time(9, 5)), ("930", time(9, 30)),
        ("３：３０ｐｍ", time(15, 30)), ("3pm", time(15)), ("3 pm", time(15)), ("12 am", time(0)),
        ("12pm", time(12)), ("下午3點半", time(15, 30)), ("下午３点", time(15)), ("15點", time(15)),
        ("上午9時15分", time(9, 15)), ("中午12點", time(12)), ("中午1點", time(13)),
        ("下午三點半", time(15, 30)), ("十五點三十分", time(15, 30)),
        ("晚上8點", time(20)), ("早上8點", time(8)), ("下午15:00", time(15)), ("", None),
    ],
)  # fmt: skip
def test_times(typed: str, at: time | None) -> None:
    assert time_typed(typed) == at


@pytest.mark.parametrize(
    "typed",
    ["3", "15", "25:00", "15:60", "2460", "下午", "晚上12點", "0am", "13 am", "下午3點pm", "3:半",
     "noon", ":30"],
)  # fmt: skip
def test_what_may_be_either_half_of_the_day_is_no_time(typed: str) -> None:
    with pytest.raises(NotUnderstood):
        time_typed(typed)


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("amount", "３，０００元", Decimal(3000)), ("amount", "$1,234.50", Decimal("1234.50")),
        ("method", "8", "debit_card"), ("method", "８", "debit_card"),
        ("method", "debit c", "debit_card"),
        ("method", "支票", "cheque"), ("method", "atm", "atm"), ("method", "金融", "debit_card"),
        ("consent", "y", True), ("consent", "２", False), ("consent", "同意", True),
        ("instalments", "６期", 6), ("instalments", "十二期", 12),
        ("reason", "  lost job ", "lost job"), ("reason", "   ", None),
        ("callback_at", "", None),
    ],
)  # fmt: skip
def test_fields(field: str, typed: str, value: Value | None) -> None:
    assert value_typed(FIELDS[field], typed, READING) == value


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount", "-5"), ("amount", "0"), ("amount", "1.2.3"), ("amount", "many"), ("method", "0"),
        ("method", "9"), ("method", "d"), ("method", "bank"), ("consent", "so"), ("consent", "3"),
        ("instalments", "0"), ("instalments", "6.5"), ("paid_on", "+1"), ("callback_at", "5"),
    ],
)  # fmt: skip
def test_what_a_field_cannot_hold_is_refused(field: str, typed: str) -> None:
    with pytest.raises(NotUnderstood):
        value_typed(FIELDS[field], typed, READING)


def values_of(item: OutcomeField) -> st.SearchStrategy[Value]:
    match item.kind:
        case FieldKind.AMOUNT:
            return st.decimals(Decimal("0.01"), Decimal(999999999), places=2)
        case FieldKind.PAST_DATE:
            return st.dates(TODAY - timedelta(days=MOST_DAYS), TODAY)
        case FieldKind.FUTURE_DATE:
            return st.dates(TODAY, TODAY + timedelta(days=MOST_DAYS))
        case FieldKind.TIME:
            return st.times().map(lambda at: at.replace(second=0, microsecond=0))
        case FieldKind.COUNT:
            return st.integers(1, 999)
        case FieldKind.CHOICE:
            return st.sampled_from([slug for slug, _named in item.choices])
        case FieldKind.YES_NO:
            return st.booleans()
        case FieldKind.TEXT:
            return st.text(min_size=1, max_size=500).map(str.strip).filter(bool)


@given(st.data(), st.sampled_from(sorted(FIELDS)), st.sampled_from([READING, TAIWAN, BRITAIN]))
def test_a_value_stands_in_its_field_as_it_would_be_typed(
    data: st.DataObject, name: str, reading: Reading
) -> None:
    item = FIELDS[name]
    value = data.draw(values_of(item))
    assert value_typed(item, as_typed(item, value), reading) == value


@given(st.data(), st.sampled_from(sorted(FIELDS)))
def test_a_value_comes_back_from_its_kept_form(data: st.DataObject, name: str) -> None:
    item = FIELDS[name]
    value = data.draw(values_of(item))
    assert value_of(item, written(value)) == value
    assert type(value_of(item, written(value))) is type(value)
    assert all_written({name: value}) == {name: written(value)}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("amount", "1e5"), ("amount", "NaN"), ("amount", ""), ("amount", "１"), ("due_on", "12-05"),
        ("due_on", "2026-13-01"), ("callback_at", "25:00"), ("callback_at", "9:00"),
        ("instalments", "-1"), ("consent", "true"),
    ],
)  # fmt: skip
def test_what_is_no_kept_form_is_refused(field: str, text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever the kind raises
        value_of(FIELDS[field], text)


@pytest.mark.parametrize("chosen", load_outcomes(), ids=lambda outcome: outcome.id)
def test_whatever_an_outcome_asks_for_can_be_typed(chosen: Outcome) -> None:
    typed = {
        FieldKind.AMOUNT: "80", FieldKind.PAST_DATE: "-1", FieldKind.FUTURE_DATE: "+1",
        FieldKind.TIME: "15:00", FieldKind.COUNT: "6", FieldKind.CHOICE: "1",
        FieldKind.YES_NO: "1", FieldKind.TEXT: "words",
    }  # fmt: skip
    values: dict[str, Value] = {}
    for item in (*chosen.mandatory, *chosen.optional):
        value = value_typed(item, typed[item.kind], READING)
        assert value is not None
        values[item.id] = value
    assert missing(chosen, values, TODAY) == ()
