"""The list of a site's recordings: its columns, and what is wrong with a row."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.importing.items import Broken, Item, listed
from assistant.importing.recording_list import COLUMNS, About, read_recordings
from assistant.shift.mapping import ListMapping, load_mapping
from compliance.context import Collector
from compliance.errors import BadInput

HEAD = "file,started_at,zone,agent,account,jurisdiction,language,collector,direction,channels"
GOOD = 'a.wav,2026-03-04T10:15,Asia/Taipei,a1,ACC-1,tw,,agency,outbound,"agent,customer"'


def rows(tmp_path: Path, *lines: str, head: str = HEAD, **about: str) -> list[Item | Broken]:
    path = tmp_path / "list.csv"
    path.write_text("\n".join((head, *lines)), "utf-8")
    mapping = ListMapping()
    return [*listed(read_recordings(path, mapping, tmp_path, About(**about)))]  # type: ignore[arg-type]


def test_a_row_is_read(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, GOOD)
    assert isinstance(row, Item)
    assert row.path == tmp_path / "a.wav"
    assert row.place == "line 2"
    assert row.about == About(
        jurisdiction="tw",
        language="zh-TW",
        collector=Collector.AGENCY,
        started_at=row.about.started_at,
        zone="Asia/Taipei",
        agent_id="a1",
        account="ACC-1",
        direction="outbound",
        channels="agent,customer",
    )
    assert row.about.started_at is not None
    assert row.about.started_at.astimezone(UTC) == datetime(2026, 3, 4, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a.wav,2026-03-04T10:15,,,,us,,,,", "started_at: is no time with an offset"),
        ("a.wav,2026-03-04,Asia/Taipei,,,tw,,,,", "started_at: is no time"),
        ("a.wav,4.3.2026,,,,us,,,,", "started_at: is no time"),
        ("a.wav,,Nowhere/City,,,us,,,,", "zone: is no IANA time zone"),
        ("a.wav,,,,,xx,,,,", "jurisdiction: is none of tw, cn, us"),
        ("a.wav,,,,,,,,,", "jurisdiction: is empty, and so is the language"),
        ("a.wav,,,,,us,fr-FR,,,", "language: is none of"),
        ("a.wav,,,,,us,,bank,,", "collector: is none of"),
        ("a.wav,,,,,us,,,sideways,", "direction: is none of inbound, outbound"),
        (",,,,,us,,,,", "file: is empty"),
        ("a.wav,,,a\u202eb,,us,,,,", "agent: holds control or invisible"),
        ("a.wav,,", "has 3 cells"),
    ],
)
def test_a_bad_row_is_told_and_spoils_no_other(tmp_path: Path, line: str, says: str) -> None:
    first, bad, last = rows(tmp_path, GOOD, line, GOOD.replace("a.wav", "b.vtt"))
    assert isinstance(first, Item)
    assert isinstance(last, Item)
    assert isinstance(bad, Broken)
    assert bad.place == "line 3"
    assert says in bad.wrong


@pytest.mark.parametrize(
    ("file", "may"),
    [
        ("a.wav", True),
        ("deep/a.wav", True),
        ("deep/../a.wav", True),
        ("{folder}/a.wav", True),
        ("within.wav", True),
        ("../other/secret.vtt", False),
        ("deep/../../other/secret.vtt", False),
        ("{folder}/../other/secret.vtt", False),
        ("{folder}-other/secret.vtt", False),
        ("/etc/hostname", False),
        ("way/secret.vtt", False),
        ("secret.vtt", False),
        ("circle.wav", False),
    ],
)
def test_a_list_names_no_file_outside_its_folder(tmp_path: Path, file: str, may: bool) -> None:
    folder, other = tmp_path / "calls", tmp_path / "other"
    (folder / "deep").mkdir(parents=True)
    other.mkdir()
    (other / "secret.vtt").write_text("WEBVTT\n")
    (folder / "a.wav").write_bytes(b"")
    (folder / "within.wav").symlink_to(folder / "a.wav")
    (folder / "way").symlink_to(other)
    (folder / "secret.vtt").symlink_to(other / "secret.vtt")
    (folder / "circle.wav").symlink_to(folder / "circle.wav")
    (row,) = rows(folder, file.format(folder=folder), head="file", jurisdiction="uk")
    assert isinstance(row, Item) is may
    if isinstance(row, Broken):
        assert (row.place, row.wrong.partition(" (")[0]) == (
            "line 2", "file: lies outside the list's folder",
        )  # fmt: skip
        assert "secret" not in row.wrong


def test_what_a_list_does_not_say_may_be_said_for_all(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, "a.wav", head="file", jurisdiction="uk", agent_id="a9")
    assert isinstance(row, Item)
    assert (row.about.language, row.about.agent_id) == ("en-GB", "a9")


def test_a_list_is_mapped_and_must_name_its_files(tmp_path: Path) -> None:
    path, mapping = tmp_path / "list.csv", tmp_path / "map.yaml"
    path.write_text("Datei;Land\na.wav;us\n", "utf-8")
    mapping.write_text("columns: {file: Datei, jurisdiction: Land}\ndelimiter: ';'\n", "utf-8")
    found = read_recordings(path, load_mapping(mapping, COLUMNS), tmp_path, About())
    assert [row.file for row in found.rows] == ["a.wav"]
    with pytest.raises(BadInput, match="the list of recordings cannot be read"):
        read_recordings(path, ListMapping(), tmp_path, About())
    mapping.write_text("columns: {customer_name: Datei}\n", "utf-8")
    with pytest.raises(BadInput, match="none of our columns"):
        load_mapping(mapping, COLUMNS)
