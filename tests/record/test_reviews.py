"""Which judgement stands."""

from __future__ import annotations

import pytest

from assistant.record.reviews import Review, ReviewAct, standing

C, D, U, UNDO = ReviewAct.CONFIRM, ReviewAct.DISMISS, ReviewAct.UNCERTAIN, ReviewAct.UNDO


@pytest.mark.parametrize(
    ("acts", "stands"),
    [
        ([], None),
        ([C], C),
        ([C, D], D),
        ([C, D, UNDO], C),
        ([C, UNDO], None),
        ([UNDO], None),
        ([UNDO, U], U),
        ([C, UNDO, UNDO, D], D),
    ],
)
def test_the_last_one_not_undone_stands(acts: list[ReviewAct], stands: ReviewAct | None) -> None:
    history = [Review("c", "f", act, "r", f"2026-01-0{n + 1}") for n, act in enumerate(acts)]
    found = standing([*history, Review("c", "other", C, "r", "2026-02-01")])
    assert found["other"].act is C
    assert (found["f"].act if "f" in found else None) is stands
