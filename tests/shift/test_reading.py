"""Work lists as people write them: good rows in, every bad one told with its line."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.shift.cells import Cells
from assistant.shift.csv_list import read_csv
from assistant.shift.folder import read_work_list
from assistant.shift.mapping import COLUMNS, ListMapping, load_mapping
from assistant.shift.row_reading import read_row
from assistant.shift.rows import NumberKind, PhoneNumber
from compliance.context import Collector, Contact
from compliance.errors import BadInput
from tests.shift.lists import HEAD, row, write

ACCOUNT = {
    "jurisdiction": "us", "language": "en-US", "customer_name": "Ann Lee", "bank_name": "Bank",
    "currency": "USD", "overdue_amount": "100.00", "days_past_due": 34, "minimum_due": "20.00",
}  # fmt: skip
CHINESE = '案件,姓名,電話,天數,金額,註記\nT1,歐陽美麗,０９１２-345-678,34,"18,420",none\n'
MAPPING = """
columns: {account: 案件, customer_name: 姓名, number: 電話, days_past_due: 天數,
          overdue_amount: 金額, flags: 註記}
constants: {jurisdiction: tw, currency: twd, collector: in-house, bank_name: 示範銀行,
            minimum_due: '3000'}
no: [minor]
contacts: journal
encoding: big5
"""


def test_a_whole_row(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        row("A1", "O'Neil, Ann", second="3105550101", second_kind="Work", days=34,
            flags="cease_contact; disputed",
            contacts="2026-11-25T10:00-05:00 no_answer 2125550100;2026-11-26T09:00Z promise",
            promises="2026-12-05;2027-01-05", callback="2026-11-28T10:00-05:00"),
    )  # fmt: skip
    (read,) = read_work_list(path).rows
    assert (read.id, read.customer_name, read.line) == ("A1", "O'Neil, Ann", 2)
    assert (read.days_past_due, read.overdue_amount) == (34, Decimal("1842.00"))
    assert (read.currency, read.collector, read.language) == ("USD", Collector.AGENCY, "en-US")
    assert read.numbers == (
        PhoneNumber("2125550100", NumberKind.MOBILE),
        PhoneNumber("3105550101", NumberKind.WORK),
    )
    assert read.facts == {"cease_contact": True, "disputed": True}
    assert read.facts_complete
    assert read.promises_due == (date(2026, 12, 5), date(2027, 1, 5))
    assert read.contacts is not None
    assert read.contacts[0].number == "2125550100"
    assert read.contacts[1] == Contact(
        datetime(2026, 11, 26, 9, tzinfo=UTC), number=None, outcome="promise"
    )
    assert read.callback_at == datetime(2026, 11, 28, 15, tzinfo=UTC)
    assert read.sources[0].as_of == datetime(2026, 11, 27, 14, tzinfo=UTC)


def test_an_empty_cell_is_unknown_and_none_is_none(tmp_path: Path) -> None:
    path = write(tmp_path, row("A1"), row("A2", flags="", contacts="", promises=""))
    known, unknown = read_work_list(path).rows
    assert (known.contacts, known.promises_due, known.facts_complete) == ((), (), True)
    assert (unknown.contacts, unknown.promises_due) == (None, None)
    assert not unknown.facts_complete


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (row("A2", days="x"), "days_past_due: is no number of days"),
        (row("A2", days="-3"), "days_past_due: is no number of days"),
        (row("A2", collector="agenzy"), "collector: is none of in-house, agency, debt_buyer"),
        (row("A2", kind="pager"), "number_kind: is none of mobile, home"),
        (row("A2", number="call me"), "number: is no telephone number"),
        (row("A2", callback="2026-11-28"), "callback_at: is no time with an offset"),
        (row("A2", callback="28/11/2026 10:00"), "callback_at: is no time with an offset"),
        (row("A2", as_of="0026-11-28T10:00Z"), "as_of: is no time with an offset"),
        (row("A2", contacts="yesterday no_answer"), "contacts: is no list of attempts"),
        (row("A2", promises="2026-13-01"), "promise_due_on: is no list of days"),
        (row("A2", flags="Cease Contact!"), "flags: is no list of facts"),
        (row("A2", "An\u202en"), "customer_name: holds control or invisible characters"),
        (row("A2", ""), "customer_name: is empty"),
        (row(""), "account: is empty"),
        (row("A1"), "account: is that of line 2"),
        ("A2,only,three", "has 3 cells where the first line names 17"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_spoils_no_other(
    tmp_path: Path, line: str, told: str
) -> None:
    path = write(tmp_path, row("A1"), "", '"A0', 'two lines",' + row("x").split(",", 1)[1], line,
                 row("A9"))  # fmt: skip
    read = read_work_list(path)
    assert [good.id for good in read.rows][::2] in (["A1"], ["A1", "A9"])
    assert "A9" in [good.id for good in read.rows]
    rejected = {bad.line: str(bad.fault(path)) for bad in read.rejected}
    assert told in rejected[6]
    assert 4 in rejected  # the id of two lines, told where it begins


def test_faults_withhold_what_stands_in_a_cell(tmp_path: Path) -> None:
    path = write(tmp_path, row("A1", number="sekret-4711-x", days="geheim"))
    (bad,) = read_work_list(path).rejected
    assert not [word for word in ("sekret", "4711", "geheim") if word in str(bad.fault(path))]


def test_a_mapping_names_the_sites_columns(tmp_path: Path) -> None:
    path = tmp_path / "tw.csv"
    path.write_bytes(CHINESE.encode("big5"))
    (tmp_path / "tw.mapping.yaml").write_text(MAPPING, "utf-8")
    read = read_work_list(path)
    (only,) = read.rows
    assert (only.id, only.customer_name, only.language) == ("T1", "歐陽美麗", "zh-TW")
    assert only.numbers == (PhoneNumber("0912-345-678"),)
    assert only.facts == {"minor": False}
    assert only.contacts == ()  # the journal is all there is
    assert only.account is not None  # the row says enough for a whole account
    assert only.account.overdue_amount == 18420
    assert read.unknown_columns == ()


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("columns: {acount: 案件}", "acount"),
        ("constants: {who: me}", "none of our columns"),
        ("encoding: klingon", "is no encoding"),
        ("delimiter: ';;'", "one character"),
        ("contacts: memory", "contacts"),
        ("[", "mapping"),
    ],
)
def test_a_bad_mapping_is_told_with_its_place(tmp_path: Path, mapping: str, told: str) -> None:
    path = tmp_path / "x.mapping.yaml"
    path.write_text(mapping, "utf-8")
    with pytest.raises(BadInput, match=r"mapping\.yaml:1:\d+") as caught:
        load_mapping(path)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"account,customer_name\n", "there is no column jurisdiction"),
        (b"account,account,customer_name,jurisdiction\n", "two columns are named for account"),
        ("account,姓名\n".encode("big5"), "this is not utf-8"),
        ("account,customer_name\n".encode("utf-16"), "not utf-8"),
        (b'account,customer_name,jurisdiction\n"A1,x,us\n', "this is no CSV"),
        (b"account,customer_name,jurisdiction\n\0,x,us\n", "binary"),
    ],
)
def test_what_is_no_list_is_refused_as_a_whole(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="cannot be read") as caught:
        read_work_list(path)
    assert told in str(caught.value)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such file"):
        read_work_list(tmp_path / "none.csv")
    with pytest.raises(BadInput, match="holds no accounts"):
        read_work_list(tmp_path)


def test_a_folder_of_accounts_with_and_without_a_list(tmp_path: Path) -> None:
    for name, broken in (("A1", False), ("A2", False), ("A3", True)):
        data = {**ACCOUNT, "id": name}
        if broken:
            data["overdue_amount"] = "a lot"
        (tmp_path / f"{name}.json").write_text(json.dumps(data), "utf-8")
    read = read_work_list(tmp_path)
    assert [one.id for one in read.rows] == ["A1", "A2"]
    assert [fault.path for fault in read.faults] == [tmp_path / "A3.json"]
    assert all(one.account is not None and one.contacts is None for one in read.rows)
    write(tmp_path, row("A2", days=12), row("B7"), name="worklist.csv")
    read = read_work_list(tmp_path)
    assert [(one.id, one.account is not None) for one in read.rows] == [
        ("A2", True), ("B7", False), ("A1", True),
    ]  # fmt: skip
    assert read.rows[0].days_past_due == 12  # the list is newer than the account


def test_a_row_may_name_its_account_file(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**ACCOUNT, "id": "A1"}), "utf-8")
    (tmp_path / "b.json").write_text("{", "utf-8")
    head = HEAD + ",account_file"
    path = write(tmp_path, row("A1") + ",a.json", row("A2") + ",a.json", row("A3") + ",b.json",
                 row("A4") + ",none.json", head=head)  # fmt: skip
    read = read_work_list(path)
    assert [(one.id, one.account is not None) for one in read.rows] == [("A1", True)]
    assert [bad.line for bad in read.rejected] == [3, 4, 5]
    assert read.rejected[0].why == (("account_file", "is another account's file"),)


def test_every_column_is_read(tmp_path: Path) -> None:
    """A column that nobody reads would be a promise not kept."""
    seen: set[str] = set()

    class Watching(dict[str, str]):
        def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
            seen.add(key)
            return super().get(key, default)

    cells = Cells(Watching())
    list(cells.numbers())
    source = Path(read_row.__code__.co_filename).read_text("utf-8")
    unread = [name for name in COLUMNS if name not in seen and f'"{name}"' not in source]
    assert unread == []


@given(st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(max_size=30)))
def test_no_cell_is_so_odd_that_reading_it_fails(values: dict[str, str]) -> None:
    cells = Cells(values)
    for column in COLUMNS:
        for read in (cells.amount, cells.days, cells.flags, cells.due_days):
            read(column)
        cells.moment(column, None)
        cells.contacts(column, None)
    list(cells.numbers())
    assert all(values.get(column, "") not in what or not values.get(column, "").strip()
               or len(values[column].strip()) < 4 for column, what in cells.faults)  # fmt: skip


@given(raw=st.binary(max_size=200))
def test_no_file_is_so_odd_that_reading_it_fails(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "odd.csv"
    path.write_bytes(b"account,customer_name,jurisdiction\n" + raw)
    try:
        read = read_csv(path, ListMapping())
    except BadInput:
        return
    assert all(one.id and one.jurisdiction for one in read.rows)


WHOLE = (
    "account,customer_name,jurisdiction,currency,bank_name,overdue_amount,minimum_due,days_past_due"
)


@pytest.mark.parametrize(
    ("amount", "currency", "read", "why"),
    [
        ("1,234.50", "USD", Decimal("1234.50"), ""),
        ("１，２３４．５０", "USD", Decimal("1234.50"), ""),
        ("１２３４", "TWD", Decimal(1234), ""),
        ("0.01", "USD", Decimal("0.01"), ""),
        ("0", "USD", Decimal(0), ""),
        ("18420", "JPY", Decimal(18420), ""),
        ("18420.5", "JPY", None, "more decimals than JPY has minor units (0)"),
        ("-0.01", "USD", None, "overdue_amount: is negative"),
        ("−12", "USD", None, "overdue_amount: is negative"),
        ("(12.00)", "USD", None, "overdue_amount: is negative"),
        ("1,23.50", "USD", None, "overdue_amount: is no amount"),
        ("1.234,50", "EUR", None, "overdue_amount: is no amount"),
        ("12²", "USD", None, "overdue_amount: is no amount"),
        ("1e3", "USD", None, "overdue_amount: is no amount"),
        ("NaN", "USD", None, "overdue_amount: is no amount"),
        ("12.00", "XYZ", None, "is no currency"),
    ],
)
def test_amounts_of_a_whole_account(
    tmp_path: Path, amount: str, currency: str, read: Decimal | None, why: str
) -> None:
    line = f'A1,Ann Lee,us,{currency},Bank,"{amount}",0,34'
    listed = read_work_list(write(tmp_path, line, head=WHOLE))
    if read is None:
        (bad,) = listed.rejected
        assert why in bad.fault(tmp_path).message
        return
    (row_,) = listed.rows
    assert row_.account is not None
    assert row_.account.overdue_amount == read


def test_every_amount_of_an_account_is_read_as_strictly_as_the_first(tmp_path: Path) -> None:
    head = WHOLE + ",balance"
    listed = read_work_list(write(tmp_path, 'A1,Ann Lee,us,USD,Bank,10,0,34,"1,23"', head=head))
    assert listed.rejected[0].why == (("balance", "is no amount (1234.50 or 1,234.50)"),)


def test_identifiers_traps_and_days_of_an_account(tmp_path: Path) -> None:
    head = WHOLE + ",identifiers,traps,due_date"
    mapping = tmp_path / "m.toml"
    mapping.write_text('dates = "%d/%m/%Y"\n', "utf-8")
    path = write(
        tmp_path,
        "A1,Ann Lee,us,USD,Bank,10,0,34,birth_date = 1984-03-12; id_last4=6789,"
        "broken_promise,5/12/2026",
        "A2,Ann Lee,us,USD,Bank,10,0,34,1984,,2026-12-05",
        head=head,
    )
    listed = read_work_list(path, mapping)
    account = listed.rows[0].account
    assert account is not None
    assert [(one.kind, one.expected) for one in account.identifiers] == [
        ("birth_date", "1984-03-12"),
        ("id_last4", "6789"),
    ]
    assert (account.traps, account.due_date) == (("broken_promise",), date(2026, 12, 5))
    assert {column for column, _ in listed.rejected[0].why} == {"due_date", "identifiers"}
