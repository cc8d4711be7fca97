"""Strict documents: what is accepted, and where each fault is said to be."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

import pytest

from compliance.documents import Schema, load_document, parse_document
from compliance.errors import BadInput


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Inner(Schema):
    name: str
    size: Size = Size.SMALL


class Outer(Schema):
    title: str
    flag: bool = False
    amount: Decimal = Decimal(0)
    on: date | None = None
    items: tuple[Inner, ...] = ()


def faults_of(text: str | bytes, *, fmt: str = "yaml") -> list[tuple[int, int, str]]:
    with pytest.raises(BadInput) as caught:
        parse_document(text, Outer, path="f", format="json" if fmt == "json" else "yaml")
    return [(fault.line, fault.column, fault.message) for fault in caught.value.faults]


def test_yaml_is_version_1_2_and_types_come_from_the_schema() -> None:
    document = parse_document(
        "title: no\nflag: true\namount: 12.30\non: 2026-12-05\n"
        "items:\n  - {name: 'yes', size: large}\n",
        Outer,
    )
    value = document.value
    assert value.title == "no"
    assert value.flag is True
    assert value.amount == Decimal("12.3")
    assert value.on == date(2026, 12, 5)
    assert value.items[0] == Inner(name="yes", size=Size.LARGE)
    assert document.place("items", 0, "size") == (6, 25)
    assert document.fault("so", "items", 0, "name").line == 6


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("title: a\nflag: no\n", 2, 7, "flag: input should be a valid boolean"),
        ("title: 3\n", 1, 8, "title: input should be a valid string"),
        ("title: a\nunknown: 1\n", 2, 1, "unknown key 'unknown'"),
        ("title: a\nitems:\n  - size: small\n", 3, 5, "the key 'name' is missing"),
        ("title: a\nitems:\n  - name: b\n    size: huge\n", 4, 11, "items.0.size"),
        ("title: a\ntitle: b\n", 2, 1, "given twice"),
        ("title: &a x\n", 1, 8, "anchors and aliases"),
        ("title: !!python/name:os x\n", 1, 8, "not"),
        ("title: [a\n", 2, 1, "this is not YAML"),
        ("title: a\n---\ntitle: b\n", 3, 1, "only one document"),
        ("title: a\n\x07", 2, 1, "control character"),
        ("- 1\n", 1, 1, "input should be"),
    ],
)
def test_a_fault_has_its_place(text: str, line: int, column: int, part: str) -> None:
    found = faults_of(text)
    assert any(
        (fault_line, fault_column) == (line, column) and part in message
        for fault_line, fault_column, message in found
    ), found


def test_all_faults_come_at_once() -> None:
    found = faults_of("flag: 1\nitems:\n  - size: huge\n  - name: 2\nmore: x\n")
    assert [line for line, _, _ in found] == [1, 1, 3, 3, 4, 5]


@pytest.mark.parametrize(
    ("content", "place", "part"),
    [
        ("title: café".encode("latin-1"), (1, 11), "0xe9 is not UTF-8"),
        ("title: a\non: 帳".encode("big5"), (2, 5), "not UTF-8"),
        ("title: a".encode("utf-16"), (1, 1), "UTF-16"),
    ],
)
def test_wrong_encodings_are_named(content: bytes, place: tuple[int, int], part: str) -> None:
    ((line, column, message),) = faults_of(content)
    assert (line, column) == place
    assert part in message


def test_json_is_read_with_places() -> None:
    found = faults_of('{\n\t"title": "a",\n\t"flag": 3\n}', fmt="json")
    assert found == [(3, 10, "flag: input should be a valid boolean")]
    assert faults_of('{"title": }', fmt="json")[0][:2] == (1, 11)
    assert faults_of('{"title": "\\ud83d"}', fmt="json")[0][2].startswith("a text holds half")
    emoji = parse_document('{"title": "\\ud83d\\ude00"}', Outer, format="json").value
    assert emoji.title == "\U0001f600"


def test_hostile_documents_do_not_hang_or_crash() -> None:
    assert faults_of("[" * 5000)
    assert faults_of("[" * 5000, fmt="json")
    assert faults_of("title:\n" + "".join("  " * depth + "a:\n" for depth in range(1, 60)))
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\ntitle: [*b, *b]\n"
    assert any("aliases" in message for _, _, message in faults_of(bomb))
    assert faults_of("")[0][2] == "the document is empty"


def test_files(tmp_path: Path) -> None:
    good = tmp_path / "a.json"
    good.write_text(json.dumps({"title": "x"}), encoding="utf-8")
    assert load_document(good, Outer).value.title == "x"
    marked = tmp_path / "b.yaml"
    marked.write_text("title: x\n", encoding="utf-8-sig")
    assert load_document(marked, Outer).value.title == "x"
    with pytest.raises(BadInput, match="No such file"):
        load_document(tmp_path / "none.yaml", Outer)
    with pytest.raises(BadInput, match="cannot read"):
        load_document(tmp_path, Outer)
