"""What was misheard, counted over sentences."""

from __future__ import annotations

import pytest

from assistant.speech.confusions import Confusion, confusions, differences


@pytest.mark.parametrize(
    ("said", "heard", "found"),
    [
        ("Shut your gob and listen.", "shut your job and listen", [("gob", "job")]),
        ("You're a thief.", "your a thief", [("you are", "your")]),
        ("憋死別人", "别 死 别人", [("憋", "别")]),
        ("What a waste of space.", "a waste of space two", [("what", ""), ("", "two")]),
        ("one two three four five", "six seven eight nine ten", []),  # too much at once
        ("the same", "The same!", []),
        ("it costs 75 today", "it costs seventy five today", []),
        ("", "", []),
    ],
)
def test_what_differs_is_told_by_stretches(
    said: str, heard: str, found: list[tuple[str, str]]
) -> None:
    assert [*differences(said, heard)] == found


def test_a_sentence_counts_once_and_losses_come_first() -> None:
    counted = confusions(
        [
            ("pay the fee", "pay the see", True),
            ("pay the fee", "pay the see", False),  # another voice
            ("the car is ours", "the card is ours", False),
            ("where is the car", "where is the card", False),
        ]
    )
    assert counted == (Confusion("fee", "see", 1, 1), Confusion("car", "card", 2, 0))
