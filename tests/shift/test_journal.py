"""The contact journal: whole lines, other writers, broken ends."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from assistant.shift.journal import Attempt, ContactJournal
from compliance.errors import AssistantError

NOON = datetime(2026, 11, 27, 12, tzinfo=timezone(timedelta(hours=8)))


def attempt(account: str = "A1", outcome: str = "busy", minutes: int = 0) -> Attempt:
    return Attempt(NOON + timedelta(minutes=minutes), account, outcome, "0912345678", None, "yes")


def test_what_is_added_is_there_for_the_next_reader(tmp_path: Path) -> None:
    path = tmp_path / "home" / "contacts.jsonl"
    first = ContactJournal(path)
    assert first.of("A1") == ()
    assert not first.refresh()
    first.add(attempt())
    first.add(attempt("阿", "voicemail"))
    second = ContactJournal(path)
    assert second.refresh()
    for journal in (first, second):
        (found,) = journal.of("A1")
        assert found == attempt()
        assert found.contact().outcome == "busy"
        assert journal.of("阿")[0].outcome == "voicemail"
        assert journal.unread == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_program_adds_meanwhile(tmp_path: Path) -> None:
    one, other = ContactJournal(tmp_path / "j"), ContactJournal(tmp_path / "j")
    one.add(attempt(minutes=0))
    other.add(attempt(minutes=5))
    one.add(attempt(minutes=9))
    assert len(one.of("A1")) == 3
    assert other.refresh()
    assert not other.refresh()
    assert other.of("A1") == one.of("A1")


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j"

    def write(writer: int) -> None:
        journal = ContactJournal(path)
        for number in range(20):
            journal.add(attempt(f"A{writer}", minutes=number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    journal = ContactJournal(path)
    journal.refresh()
    assert [len(journal.of(f"A{writer}")) for writer in range(4)] == [20] * 4
    assert journal.unread == 0


@pytest.mark.parametrize(
    ("broken", "unread"),
    [
        (b'{"type":"attempt","at":"2026-11-2', 1),
        (b"\n\n", 0),
        (b"\xff\xfe\n", 1),
        (b'{"type":"attempt","at":"2026-11-20T10:00:00","account":"A1","outcome":"busy"}\n', 1),
        (b'{"type":"attempt","at":"9999-11-20T10:00:00Z","account":"A1","outcome":"busy"}\n', 1),
        (b'{"type":"attempt"}\n[]\nnull\n', 3),
        (b"x" * 10_000 + b"\n", 1),
    ],
)
def test_a_broken_line_spoils_no_other(tmp_path: Path, broken: bytes, unread: int) -> None:
    path = tmp_path / "j"
    ContactJournal(path).add(attempt(minutes=0))
    with path.open("ab") as file:
        file.write(broken)
    journal = ContactJournal(path)
    journal.refresh()
    journal.add(attempt(minutes=5))
    again = ContactJournal(path)
    again.refresh()
    for read in (journal, again):
        assert len(read.of("A1")) == 2
        assert read.unread == unread


def test_an_unfinished_line_is_read_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "j"
    ContactJournal(path).add(attempt())
    line = path.read_bytes()
    with path.open("ab") as file:
        file.write(line[:30])
    journal = ContactJournal(path)
    journal.refresh()
    assert (len(journal.of("A1")), journal.unread) == (1, 0)
    with path.open("ab") as file:
        file.write(line[30:])
    assert journal.refresh()
    assert (len(journal.of("A1")), journal.unread) == (2, 0)


def test_a_file_put_in_its_place_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal = ContactJournal(path)
    journal.add(attempt("A1"))
    journal.add(attempt("A1", minutes=1))
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    journal.refresh()
    assert len(journal.of("A1")) == 1


def test_faults_say_what_to_do_and_hold_no_person(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        ContactJournal(tmp_path / "j").add(Attempt(NOON.replace(tzinfo=None), "A1", "busy"))
    (tmp_path / "folder").mkdir()
    journal = ContactJournal(tmp_path / "folder")
    with pytest.raises(AssistantError, match="by hand") as caught:
        journal.add(attempt("Ann Lee"))
    assert "Ann" not in str(caught.value)
    assert "0912345678" not in str(caught.value)
    with pytest.raises(AssistantError, match="no count of contacts is complete"):
        journal.refresh()
    if os.name == "posix":
        broken = tmp_path / "file"
        broken.write_text("")
        with pytest.raises(AssistantError, match="by hand"):
            ContactJournal(broken / "j").add(attempt())


def test_times_are_kept_as_moments(tmp_path: Path) -> None:
    journal = ContactJournal(tmp_path / "j")
    journal.add(attempt())
    assert b'"at": "2026-11-27T04:00:00+00:00"' in (tmp_path / "j").read_bytes()
    assert journal.of("A1")[0].at.astimezone(UTC).hour == 4


def test_a_line_of_a_later_version_is_read_and_counts(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_text(
        '{"type":"attempt","at":"2026-11-27T04:00:00+00:00","account":"A1","outcome":"busy",'
        '"invented_later":{"a":[1]}}\n'
    )
    journal = ContactJournal(path)
    assert journal.refresh()
    assert journal.unread == 0
    assert journal.of("A1")[0].outcome == "busy"


def test_the_list_an_attempt_was_made_from_comes_back(tmp_path: Path) -> None:
    journal = ContactJournal(tmp_path / "j")
    made = Attempt(NOON, "A1", "busy", list_as_of=NOON.replace(microsecond=123456),
                   stops=("dispute", "vulnerable"))  # fmt: skip
    journal.add(made)
    journal.add(attempt(minutes=-9))
    assert journal.latest == NOON
    assert ContactJournal(tmp_path / "j").latest is None, "nothing is read yet"
    assert journal.of("A1")[0] == made
