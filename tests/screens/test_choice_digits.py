"""Digits that stay where the hand expects them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.choice_digits import FIRST, OWN_KEYS, TEN, ChoiceDigits
from assistant.screens.keys import KEY_TABLE
from scripts.prompt import EXITS, OBJECTIONS

SLUGS = st.lists(st.sampled_from((*OBJECTIONS, *EXITS)), max_size=10, unique=True)


@given(st.lists(st.tuples(SLUGS, st.booleans()), max_size=12))
def test_a_choice_keeps_its_digit_and_no_digit_picks_two(
    offers: list[tuple[list[str], bool]],
) -> None:
    digits = ChoiceDigits()
    known: dict[tuple[bool, str], int] = {}
    for slugs, verified in offers:
        now = digits.offer(slugs, verified=verified)
        assert set(now) <= set(slugs) - set(OWN_KEYS)
        assert len(set(now.values())) == len(now)
        assert all(FIRST <= digit <= TEN for digit in now.values())
        for slug, digit in now.items():
            assert known.setdefault((verified, slug), digit) == digit


def test_what_is_offered_before_and_after_verification_keeps_its_digit() -> None:
    digits = ChoiceDigits()
    before = digits.offer(("refuse_identity", "third_party", "callback"), verified=False)
    assert before == {"refuse_identity": 3, "callback": 4}
    assert digits.offer(("cannot_pay", "illness", "callback"), verified=True) == {
        "cannot_pay": 3,
        "callback": 4,
        "illness": 5,
    }
    assert digits.offer(("illness",), verified=True) == {"illness": 5}, "a hole is left"
    assert digits.offer(("callback", "refuse_identity"), verified=False) == before


def test_more_match_boxes_push_the_choices_up_and_too_many_choices_get_none() -> None:
    assert ChoiceDigits().offer(("illness",), verified=False, boxes=4) == {"illness": 5}
    many = ChoiceDigits().offer(OBJECTIONS[:10], verified=True)
    assert list(many.values()) == [3, 4, 5, 6, 7, 8, 9, 10]


def test_letters_are_those_of_the_key_table() -> None:
    caps = {entry.command.value: entry.cap for entry in KEY_TABLE}
    assert {
        slug: caps["distress" if slug == "vulnerable" else slug] for slug in OWN_KEYS
    } == OWN_KEYS
