"""The work list on the screen: answers first, two keys an attempt, nothing jumps."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from assistant.interface_text import LANGUAGES, Interface
from assistant.screens.pane import Pane
from assistant.screens.work_list import CallChosen, ShiftEnded
from assistant.screens.work_list_keys import LIST_KEYS, ListCommand, read_list_key
from assistant.shift.csv_list import ListRead
from assistant.shift.desk import ShiftDesk
from assistant.shift.folder import read_work_list
from assistant.shift.journal import ContactJournal
from assistant.shift.rule_change import RuleMemory
from assistant.shift.wanted import Barred, Wanted, WantedFor
from assistant.shift_app import WorkListApp
from compliance.permission import May
from tests.shift.lists import NOON, row, rules_for, write

SIZES = ((80, 24), (120, 40), (200, 60))


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOON.astimezone(datetime.fromisoformat("2026-11-27T12:00-05:00").tzinfo)

    def __call__(self) -> datetime:
        return self.at


ROWS = (
    row("A1", "Jordan Lee", days=90),
    row("B2", "歐陽美麗小姐非常長的名字放不下", days=60, number="6465550100"),
    row("C3", "Kim", days=99, flags="represented", number="7185550100"),
    row("D4", "Ünknown", days=98, flags="", number="9175550100"),
    row("E5", "Max", days=10, number="3475550100"),
)


def desk(folder: Path, clock: Callable[[], datetime], *lines: str) -> ShiftDesk:
    path = write(folder, *(lines or ROWS))
    journal = ContactJournal(folder / "contacts.jsonl")
    return ShiftDesk(lambda: read_work_list(path), rules_for, journal, None, clock)


def app(folder: Path, clock: Callable[[], datetime] | None = None, *lines: str) -> WorkListApp:
    return WorkListApp(desk(folder, clock or Clock(), *lines), Interface("en"))


def shown(pilot: Pilot[int], pane: str) -> list[str]:
    found = pilot.app.screen.query_one(f"#{pane}", Pane)
    return [found.render_line(y).text.rstrip() for y in range(found.size.height)]


def written(folder: Path) -> list[dict[str, str]]:
    path = folder / "contacts.jsonl"
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", [one.code for one in LANGUAGES])
async def test_the_answer_stands_first_as_sign_and_word_in_aligned_columns(
    tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    program = WorkListApp(desk(tmp_path, Clock()), Interface(language))
    async with program.run_test(size=size) as pilot:
        rows = [line for line in shown(pilot, "work_rows") if line.strip()]
        assert len(rows) == 5
        for line, sign, days in zip(rows, "✔✔✔?✘", (90, 60, 10, 98, 99), strict=True):
            assert line[3] == sign
            assert line[5:8].strip()  # a word beside the sign
            place = line.index(f" {days} ") if f" {days} " in line else line.index(f" {days}")
            assert cell_len(line[:place]) == cell_len(rows[0][: rows[0].index(" 90")])
            assert cell_len(line) <= size[0]
        assert all(cell_len(line) <= size[0] for line in shown(pilot, "work_answer"))
        assert "12:00" in shown(pilot, "work_top")[0]
        bar = shown(pilot, "work_keys")[0]
        assert all(f" {key} " in bar for key in ("n", "b", "m", "q"))
        assert "…" not in bar


async def test_two_keys_an_attempt_and_on_to_the_next_that_may_be_called(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        assert "no answer, 12:00" in shown(pilot, "work_status")[0]
        assert shown(pilot, "work_rows")[0].startswith("▸◌")
        assert written(tmp_path) == []
        await pilot.press("space")
        assert [(entry["account"], entry["outcome"]) for entry in written(tmp_path)] == [
            ("A1", "no_answer")
        ]
        assert shown(pilot, "work_rows")[1].startswith("▸")
        await pilot.press("b", "backspace", "m", "space")
        assert [entry["outcome"] for entry in written(tmp_path)] == ["no_answer", "voicemail"]
        assert shown(pilot, "work_rows")[2].startswith("▸")


@pytest.mark.parametrize("size", SIZES)
async def test_a_row_says_why_it_is_wanted_and_a_barred_one_is_not_called(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    owed = Wanted(WantedFor.BROKEN, date(2026, 11, 20), "c1", None, Decimal(300), "USD")
    back = Wanted(WantedFor.CALLBACK, date(2026, 11, 27), "c2", time(11, 30))

    def read() -> ListRead:
        listed = read_work_list(write(tmp_path, *ROWS[:2]))
        first, second = listed.rows
        barred = replace(second, wanted=(back,), barred=(Barred("dispute"),))
        return ListRead((barred, replace(first, wanted=(owed, back))))

    journal = ContactJournal(tmp_path / "contacts.jsonl")
    list_desk = ShiftDesk(read, rules_for, journal, None, Clock())
    program = WorkListApp(list_desk, Interface("en"))
    chosen: list[CallChosen] = []
    async with program.run_test(
        size=size, message_hook=lambda m: chosen.append(m) if isinstance(m, CallChosen) else None
    ) as pilot:
        rows = shown(pilot, "work_rows")
        assert ("✔" in rows[0], "promise of $300" in rows[0]) == (True, True)
        assert ("✘" in rows[1], "open dispute" in rows[1]) == (True, True)
        answer = "\n".join(shown(pilot, "work_answer"))
        assert "to be called for: promise of $300.00 for Nov 20, 2026: broken" in answer
        await pilot.press("down", "enter", "enter")
        assert chosen == []
        assert "this row is not called" in shown(pilot, "work_status")[0]


@pytest.mark.parametrize(
    ("keys", "ends"),
    [
        (["q"], True),
        (["escape"], False),
        (["f10"], False),
        (["escape", "escape"], True),
        (["f10", "f10"], True),
        (["escape", "down", "escape"], False),
        (["p", "escape", "escape"], False),  # the filter first
        (["p", "q"], True),
    ],
)
async def test_one_press_too_many_does_not_end_the_shift(
    tmp_path: Path, keys: list[str], *, ends: bool
) -> None:
    ended: list[object] = []
    async with app(tmp_path).run_test(
        size=(80, 24), message_hook=lambda m: ended.append(m) if isinstance(m, ShiftEnded) else None
    ) as pilot:
        await pilot.press(*keys)
        assert bool(ended) == ends
        if keys[-1] in ("escape", "f10") and not ends:
            assert "ends the shift" in shown(pilot, "work_status")[0]


@pytest.mark.parametrize(
    "keys", [["b", "q"], ["b", "escape"], ["b", "i"], ["b", "down", "n", "space"]]
)
async def test_what_was_marked_is_written_down_whatever_comes_next(
    tmp_path: Path, keys: list[str]
) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
    assert written(tmp_path)[0]["outcome"] == "busy"
    assert written(tmp_path)[0]["account"] == "A1"


async def test_enter_starts_the_call(tmp_path: Path) -> None:
    program = app(tmp_path)
    async with program.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
    chosen = program.chosen
    assert isinstance(chosen, CallChosen)
    assert (chosen.row.id, chosen.inbound, chosen.permitted) == ("A1", False, May.YES)
    assert chosen.number is not None
    assert chosen.number.number == "2125550100"


async def test_a_call_that_may_not_be_made_is_asked_for_twice(tmp_path: Path) -> None:
    program = app(tmp_path)
    async with program.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "enter")
        assert program.chosen is None
        assert "✘ Customer has a lawyer · Enter again" in shown(pilot, "work_status")[0]
        await pilot.press("up", "down", "enter")  # something else came between
        assert program.chosen is None
        await pilot.press("enter")
    assert program.chosen is not None
    assert (program.chosen.row.id, program.chosen.permitted) == ("C3", May.NO)


async def test_the_window_closes_between_looking_and_pressing(tmp_path: Path) -> None:
    clock = Clock()
    program = app(tmp_path, clock)
    async with program.run_test(size=(80, 24)) as pilot:
        assert shown(pilot, "work_rows")[0][3] == "✔"
        clock.at += timedelta(hours=10)
        await pilot.press("enter")
        assert program.chosen is None
        assert "✘" in shown(pilot, "work_status")[0]
        program._list.refresh_answers()
        await pilot.pause()
        rows = shown(pilot, "work_rows")
        assert [line[3] for line in rows[:5]] == ["✘", "✘", "✘", "✘", "✘"]
        assert "Jordan" in rows[0]  # what is being read has not jumped
        assert "11-28 08:00" in rows[0]
        await pilot.press("r")
        assert "Kim" in shown(pilot, "work_rows")[0]  # asked for: the longest overdue


async def test_a_clock_that_was_set_is_told_in_one_line(tmp_path: Path) -> None:
    clock = Clock()
    program = app(tmp_path, clock)
    set_s = iter([0.0, -3600.0, 0.0, 0.0])
    async with program.run_test(size=(120, 40)) as pilot:
        program._desk.called("A1", "no_answer", "2125550100")
        program._desk.clock_set = lambda: next(set_s, 0.0)
        program._list.refresh_answers()
        assert shown(pilot, "work_status")[0] == ""
        clock.at -= timedelta(hours=1)
        program._list.refresh_answers()
        assert "set back by 60 min" in shown(pilot, "work_status")[0]
        program._list.refresh_answers()
        assert "it counts all the same" in shown(pilot, "work_status")[0]
        row = next(line for line in shown(pilot, "work_rows") if "Jordan" in line)
        assert row[3] == "?"
        await pilot.press("down")
        program._list.refresh_answers()
        assert shown(pilot, "work_status")[0] == "", "said once"


async def test_an_inbound_call(tmp_path: Path) -> None:
    program = app(tmp_path)
    async with program.run_test(size=(80, 24)) as pilot:
        await pilot.press("end", "i")
    assert program.chosen is not None
    assert (program.chosen.row.id, program.chosen.inbound) == ("C3", True)


async def test_the_filter_follows_what_is_typed(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"max")
        assert "filter: max" in shown(pilot, "work_status")[0]
        assert shown(pilot, "work_rows")[0].count("Max") == 1
        await pilot.press("z")
        assert "No row has these words" in " ".join(shown(pilot, "work_rows"))
        await pilot.press("backspace", "enter", "p")
        assert "shown: 1" in shown(pilot, "work_top")[0]
        await pilot.press("escape")
        assert "shown" not in shown(pilot, "work_top")[0]
        await pilot.press("p")
        assert "shown: 3" in shown(pilot, "work_top")[0]
        await pilot.press("slash", "歐")
        assert "歐陽" in shown(pilot, "work_rows")[0]


async def test_every_reason_stands_on_the_sheet(tmp_path: Path) -> None:
    async with app(tmp_path).run_test(size=(120, 40)) as pilot:
        await pilot.press("end", "f4")
        page = pilot.app.screen.query_one("#page")
        text = " ".join(page.render_line(y).text for y in range(page.size.height))
        assert "Customer has a lawyer" in text
        assert "15 USC 1692c(a)(2)" in text
        assert "No lawyer has reviewed" in text or page.virtual_size.height > page.size.height


async def test_changed_rules_are_told_once(tmp_path: Path) -> None:
    memory = tmp_path / "shift-rules.json"
    rules = rules_for("us", "en-US")
    assert rules is not None
    old = RuleMemory(memory)
    old.remember(rules)
    kept = json.loads(memory.read_text("utf-8"))
    (place,) = kept["hashes"]
    kept["hashes"][place] = "another"
    del kept["rules"][place]["US-11-seven"]
    memory.write_text(json.dumps(kept), "utf-8")
    path = write(tmp_path, *ROWS)
    journal = ContactJournal(tmp_path / "contacts.jsonl")
    for told in (True, False):
        shift = ShiftDesk(
            lambda: read_work_list(path), rules_for, journal, RuleMemory(memory), Clock()
        )
        async with WorkListApp(shift, Interface("en")).run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            pages = pilot.app.screen.query("#page")
            assert bool(pages) is told
            if told:
                page = pages.first()
                text = " ".join(page.render_line(y).text for y in range(page.size.height))
                assert "New or stricter: More than seven calls" in " ".join(text.split())


@pytest.mark.parametrize(
    ("key", "character", "command"),
    [
        ("n", "n", ListCommand.NO_ANSWER),
        ("N", "N", ListCommand.NO_ANSWER),
        ("ㄙ", "ㄙ", ListCommand.NO_ANSWER),
        ("ｂ", "ｂ", ListCommand.BUSY),
        ("f7", None, ListCommand.VOICEMAIL),
        ("ㄥ", "ㄥ", ListCommand.FILTER),
        ("我", "我", None),
        ("x", "x", None),
    ],
)
def test_keys(key: str, character: str | None, command: ListCommand | None) -> None:
    assert read_list_key(key, character) is command


def test_no_key_has_two_meanings() -> None:
    keys = [key for entry in LIST_KEYS for key in entry.keys]
    assert len(keys) == len(set(keys))


async def test_rows_that_were_not_read_are_told(tmp_path: Path) -> None:
    async with app(tmp_path, None, row("A1"), row("A2", days="x")).run_test() as pilot:
        assert "1 rows were not read" in shown(pilot, "work_status")[0]


@pytest.mark.parametrize("size", SIZES)
async def test_wrap_ups_that_were_left_open_are_told_of_and_one_key_away(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    program = WorkListApp(desk(tmp_path, Clock()), Interface("en"), unfinished=2)
    async with program.run_test(size=size) as pilot:
        assert "2 wrap-ups to complete · w" in shown(pilot, "work_status")[0]
        await pilot.press("n")
        assert "no answer" in shown(pilot, "work_status")[0]
        await pilot.press("down", "w")
    assert program.completing
    assert [entry["outcome"] for entry in written(tmp_path)] == ["no_answer"]
    assert program.here == "B2"
