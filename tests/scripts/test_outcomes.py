"""The disposition codes, and which of them a call proposes."""

from __future__ import annotations

import pytest

from scripts.outcomes import load_outcomes, proposed
from scripts.prompt import EXITS, OBJECTIONS, PASSED_ON, STAGES

OUTCOMES = load_outcomes()


def test_the_trades_outcomes_are_there_each_with_a_number_of_its_own() -> None:
    numbers = [outcome.number for outcome in OUTCOMES]
    assert len(set(numbers)) == len(numbers) == 29
    wanted = {"no_answer", "busy", "voicemail", "disconnected", "quick_hang_up", "wrong_number",
              "third_party", "third_party_refused",
              "message_left", "attorney", "paid", "promise", "part_promise", "plan",
              "settlement", "hardship", "callback", "refused", "no_commitment", "broken_promise",
              "dispute", "fraud", "bankruptcy", "deceased", "cease_contact", "complaint",
              "vulnerable", "language_barrier", "passed_on"}  # fmt: skip
    assert {outcome.id for outcome in OUTCOMES} == wanted


def test_they_follow_from_slugs_of_the_script_and_every_exit_leads_to_one() -> None:
    leads = [slug for outcome in OUTCOMES for slug in outcome.after]
    assert set(leads) <= {*EXITS, *OBJECTIONS, *STAGES, PASSED_ON}
    assert len(leads) == len(set(leads)), "one outcome for each"
    assert set(EXITS) <= set(leads)


@pytest.mark.parametrize("code", ["en", "zh-Hant", "zh-Hans"])
def test_every_name_is_there_in_every_language_and_no_two_are_alike(code: str) -> None:
    names = [outcome.label.name(code) for outcome in OUTCOMES]
    assert len(set(names)) == len(names)
    assert all(names)


@pytest.mark.parametrize(
    ("happened", "outcome"),
    [
        ([], None),
        (["verified"], None),
        (["commitment"], "promise"),
        (["commitment", "dispute"], "dispute"),
        (["dispute", "passed_on"], "passed_on"),
        (["lost_job", "verified"], "hardship"),
        (["third_party", "customer_back", "commitment"], "promise"),
    ],
)
def test_what_happened_last_is_proposed(happened: list[str], outcome: str | None) -> None:
    found = proposed(OUTCOMES, happened)
    assert (found.id if found is not None else None) == outcome
