"""What a reviewer does with kept calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.record.locations import Locations
from assistant.record.reviews import ReviewAct
from assistant.record.store import CallStore
from assistant.review.desk import ReviewDesk
from assistant.review.texts import KeptTexts
from assistant.transcript_rows import MomentRow, UtteranceRow
from compliance.errors import AssistantError
from tests.review.kept import NOW, keep_some
from tests.screens.calls import SCENES

WORST = "20261007t021400-aa0001"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[CallStore]:
    with CallStore(Locations(tmp_path)) as store:
        keep_some(store)
        yield store


@pytest.fixture
def desk(store: CallStore) -> ReviewDesk:
    return ReviewDesk(store, "mei.chen", lambda: NOW)


def test_the_riskiest_call_comes_first(desk: ReviewDesk) -> None:
    assert [call.id[-4:] for call in desk.calls()] == ["0001", "0004", "0003", "0002"]


def test_an_opened_call_shows_its_words_and_flags(desk: ReviewDesk) -> None:
    opened = desk.open(WORST)
    rows = opened.view.rows
    texts = [row.text for row in rows if isinstance(row, UtteranceRow)]
    scene = SCENES["zh-TW"]
    assert texts[0] == scene.greeting
    assert texts[-1] == scene.hardship
    (flagged,) = (row for row in rows if isinstance(row, UtteranceRow) and row.id == "u4")
    (mark,) = flagged.marks
    assert flagged.text[mark.start : mark.end] == scene.threat
    assert any(isinstance(row, MomentRow) for row in rows)
    assert [changed.finding.id for changed in opened.findings] == ["f2", "f1"]
    assert opened.start.account is not None
    assert opened.view.ended is not None


def test_a_judgement_carries_who_and_when(desk: ReviewDesk, store: CallStore) -> None:
    desk.judge(WORST, "f1", ReviewAct.CONFIRM, "clear")
    (review,) = store.reviews(WORST)
    assert (review.reviewer, review.at_utc) == ("mei.chen", "2026-10-08T06:30:00+00:00")
    assert (review.act, review.note) == (ReviewAct.CONFIRM, "clear")
    opened = desk.refreshed(desk.open(WORST))
    assert opened.judged["f1"] == review
    assert opened.call.reviewed == 1


def test_a_judged_call_gives_way_to_an_open_one(desk: ReviewDesk) -> None:
    desk.judge(WORST, "f1", ReviewAct.CONFIRM)
    assert desk.calls()[0].id != WORST


def test_a_judgement_is_replaced_and_taken_back(desk: ReviewDesk) -> None:
    desk.judge(WORST, "f1", ReviewAct.DISMISS)
    desk.judge(WORST, "f1", ReviewAct.UNCERTAIN)
    desk.undo(WORST, "f1")
    assert desk.open(WORST).judged["f1"].act is ReviewAct.DISMISS
    desk.undo(WORST, "f1")
    desk.undo(WORST, "f1")
    opened = desk.open(WORST)
    assert "f1" not in opened.judged
    assert [review.act.value for review in opened.history] == [
        "dismiss",
        "uncertain",
        "undo",
        "undo",
    ]


def test_what_is_not_there_cannot_be_judged(desk: ReviewDesk) -> None:
    with pytest.raises(AssistantError, match="no finding f9"):
        desk.judge(WORST, "f9", ReviewAct.CONFIRM)
    with pytest.raises(AssistantError, match="no kept call"):
        desk.open("none")


def test_texts_of_rules_that_are_gone_are_empty() -> None:
    texts = KeptTexts(None)
    assert texts.message("workplace.why", (), "en") == ""
    assert texts.rule("US-99").citation == ""
