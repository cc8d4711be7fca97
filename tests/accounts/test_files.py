"""Files as a source: what is read, every record that is not, and the search."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.files import FileSource
from assistant.accounts.source import SourceFailed
from compliance.errors import BadInput
from tests.accounts.records import COLUMNS, PEOPLE, own_form, record


def as_csv(records: Sequence[dict[str, object]], columns: Sequence[str] = COLUMNS) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def write(folder: Path, name: str, content: str | bytes) -> FileSource:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return FileSource(path)


def ids(source: FileSource, way: str, asked: str) -> list[str]:
    return [one.account.id for one in getattr(source, way)(asked).accounts]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", as_csv(PEOPLE)),
        ("a.csv", "\ufeff" + as_csv(PEOPLE)),
        ("a.json", json.dumps(PEOPLE)),
        ("a.json", json.dumps({"accounts": PEOPLE})),
        ("a.json", "\ufeff" + json.dumps(PEOPLE, ensure_ascii=False)),
        ("a.jsonl", "\n".join(json.dumps(one) for one in PEOPLE)),
    ],
)
def test_one_answer_from_every_form(tmp_path: Path, name: str, content: str) -> None:
    source = write(tmp_path, name, content)
    checked = source.check()
    assert (checked.read, checked.unread) == (5, ())
    assert checked.as_of is not None
    assert ids(source, "by_id", "T1") == ["T1"]
    assert ids(source, "by_id", "nobody") == []
    assert ids(source, "by_phone", "2125550100") == ["A1", "A2"]
    assert ids(source, "by_phone", "+886912345678") == ["T1"]
    assert ids(source, "by_name", "ann") == ["A1", "A2", "B1"]
    assert ids(source, "by_name", "美丽") == ["T1"]
    (found,) = source.by_id("A1").accounts
    assert found.account.overdue_amount == Decimal("1234.50")
    assert (found.source, found.numbers, found.as_of) == (name, ("+1 212-555-0100",), checked.as_of)


@pytest.mark.parametrize(("encoding", "name"), [("big5", "陳美麗"), ("gb18030", "陈美丽𠮷")])
def test_an_older_encoding_is_named_by_the_mapping(
    tmp_path: Path, encoding: str, name: str
) -> None:
    content = as_csv([record("T1", customer_name=name)], ("案件", *COLUMNS[1:]))
    content = content.replace("\r\n,", "\r\nT1,")
    mapping = tmp_path / "m.toml"
    mapping.write_text(f'encoding = "{encoding}"\n[columns]\naccount = "案件"\n', "utf-8")
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode(encoding))
    source = FileSource(path, mapping)
    assert [one.account.customer_name for one in source.by_name(name[:2]).accounts] == [name]
    with pytest.raises(BadInput, match=r"a\.csv:\d+:1: this is not utf-8"):
        FileSource(path).check()


BAD = (
    ({"overdue_amount": "-0.01"}, "overdue_amount: is negative"),
    ({"overdue_amount": "12,34"}, "overdue_amount: is no amount"),
    ({"overdue_amount": ""}, "overdue_amount: is needed for a whole account"),
    ({"currency": "JPY"}, "more decimals than JPY"),
    ({"currency": "XXX9"}, "currency"),
    ({"days_past_due": "-1"}, "days_past_due: is no number of days"),
    ({"days_past_due": "soon"}, "days_past_due: is no number of days"),
    ({"jurisdiction": "de"}, "jurisdiction: is none of"),
    ({"customer_name": ""}, "customer_name: is empty"),
    ({"account": "A1"}, "account: is that of"),
    ({"account": ""}, "account: is empty"),
    ({"number": "call me"}, "number: is no telephone number"),
)


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize(("change", "told"), BAD)
def test_a_rejected_record_is_told_with_its_row_and_never_its_value(
    tmp_path: Path, form: str, change: dict[str, object], told: str
) -> None:
    people = [record("A1"), {**record("A2"), **change}, record("A3")]
    content = as_csv(people) if form == "csv" else json.dumps(people)
    source = write(tmp_path, f"a.{form}", content)
    checked = source.check()
    assert checked.read == 2
    (bad,) = checked.unread
    assert str(bad).startswith(f"a.{form}:{3 if form == 'csv' else 2}: ")
    assert told in str(bad)
    value = str(next(iter(change.values())))
    assert len(value) < 4 or value not in str(bad).removeprefix("a.")
    assert ids(source, "by_id", "A3") == ["A3"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "account,name\nA1,Ann\n", "there is no column customer_name"),
        ("a.csv", b"", "the file is empty"),
        ("a.csv", b"PK\x03\x04\x00\x00", "binary"),
        ("a.json", "{", "a.json:1:2: this is not JSON"),
        ("a.json", "[" * 100_000, "this is not JSON"),
        ("a.json", b"\xff\xfe", "not utf-8"),
    ],
)
def test_what_is_no_file_of_accounts_is_refused_as_a_whole(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    source = write(tmp_path, name, content)
    with pytest.raises(BadInput) as caught:
        source.check()
    assert told in str(caught.value)
    with pytest.raises(SourceFailed, match="accounts check") as failed:
        source.by_id("A1")
    assert failed.value.exit_status == 3


def test_records_that_are_none(tmp_path: Path) -> None:
    content = '[3, "x", {"account": ["A1"]}, {"id": "A9"}, null]'
    checked = write(tmp_path, "a.json", content).check()
    assert (checked.read, [bad.row for bad in checked.unread]) == (0, [1, 2, 3, 4, 5])
    lines = json.dumps(record("A1")) + "\n{\n\n" + json.dumps(record("A2"))
    checked = write(tmp_path, "a.jsonl", lines).check()
    assert (checked.read, [str(bad) for bad in checked.unread]) == (
        2,
        ["a.jsonl:2: this is not JSON"],
    )


def test_an_accounts_own_form_with_identifiers_and_numbers(tmp_path: Path) -> None:
    whole = own_form(
        "A1",
        overdue_amount=1234.5,
        annual_rate_percent=19.99,
        identifiers=[{"kind": "id_last4", "expected": "6789"}],
        as_of="2026-11-29T08:00:00+08:00",
    )
    source = write(tmp_path, "a.json", json.dumps([whole, {**whole, "id": "A2", "surplus": 1}]))
    (found,) = source.by_phone("2125550100").accounts
    assert found.account.annual_rate_percent == Decimal("19.99")
    assert found.account.identifiers[0].expected == "6789"
    assert found.as_of is not None
    assert found.as_of.isoformat() == "2026-11-29T08:00:00+08:00"
    assert str(source.check().unread[0]) == "a.json:2: unknown key 'surplus'"


def test_a_changed_file_is_read_again_and_a_lost_one_is_told(tmp_path: Path) -> None:
    source = write(tmp_path, "a.csv", as_csv([record("A1")]))
    assert ids(source, "by_id", "A2") == []
    path = tmp_path / "a.csv"
    path.write_text(as_csv([record("A2")]), "utf-8")
    os.utime(path, ns=(1, 1))
    assert ids(source, "by_id", "A2") == ["A2"]
    path.unlink()
    with pytest.raises(SourceFailed):
        source.by_id("A2")


def test_a_folder_of_account_files(tmp_path: Path) -> None:
    for account in ("A1", "A2"):
        whole = own_form(account)
        del whole["number"]
        (tmp_path / f"{account}.json").write_text(json.dumps(whole), "utf-8")
    (tmp_path / "bad.json").write_text("{", "utf-8")
    source = FileSource(tmp_path)
    assert ids(source, "by_id", "A2") == ["A2"]
    assert [bad.place for bad in source.check().unread] == ["bad.json"]
    assert "the id is not there" in str(source.check("A7").unread[-1])


@given(raw=st.binary(max_size=200), form=st.sampled_from(["csv", "json", "jsonl"]))
def test_no_file_is_so_odd_that_reading_it_fails(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, form: str
) -> None:
    source = write(tmp_path_factory.getbasetemp(), f"odd-account.{form}", raw)
    try:
        read = source.check().read
    except BadInput:
        return
    assert read == 0
