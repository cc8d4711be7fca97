"""Questions on threads of their own: answers, failures, and a source that never comes back."""

from __future__ import annotations

import queue
import threading

import pytest

from assistant.accounts.source import Checked, Found, SourceFailed
from assistant.look_ups import LookUps
from compliance.errors import AssistantError
from tests.accounts.test_source import Source, sourced


class Held(Source):
    """Answers by id once it is let go; asked for `fault` it fails as no source should."""

    def __init__(self) -> None:
        super().__init__(id=(sourced("A1"),))
        self.go = threading.Event()

    def by_id(self, account: str) -> Found:
        if account == "fault":
            raise RuntimeError("a name")
        self.go.wait(20)
        return super().by_id(account)

    def check(self, account: str = "") -> Checked:
        return Checked(0)


def test_no_more_than_a_few_questions_wait_and_the_next_is_told_so() -> None:
    source = Held()
    look_ups = LookUps(source)
    told: queue.Queue[Found | AssistantError] = queue.Queue()
    for _ in range(4):
        look_ups.ask("A1", told.put, by_id=True)
    assert told.empty()
    look_ups.ask("A1", told.put, by_id=True)
    assert isinstance(told.get(timeout=10), SourceFailed)
    source.go.set()
    for _ in range(4):
        answer = told.get(timeout=10)
        assert isinstance(answer, Found)
        assert [one.account.id for one in answer.accounts] == ["A1"]
    look_ups.ask("A1", told.put)
    assert isinstance(told.get(timeout=10), Found)


def test_an_unforeseen_fault_is_told_without_its_words() -> None:
    told: queue.Queue[Found | AssistantError] = queue.Queue()
    LookUps(Held()).ask("fault", told.put, by_id=True)
    fault = told.get(timeout=10)
    assert isinstance(fault, AssistantError)
    assert "RuntimeError" in str(fault)
    assert "a name" not in str(fault)


@pytest.mark.parametrize(("typed", "ways"), [("A1", ["id"]), ("Ann", ["id", "name"])])
def test_what_was_typed_is_looked_up_every_way_unless_it_is_an_id(
    typed: str, ways: list[str]
) -> None:
    told: queue.Queue[Found | AssistantError] = queue.Queue()
    source = Source(id=(sourced("A1"),) if typed == "A1" else ())
    LookUps(source).ask(typed, told.put)
    told.get(timeout=10)
    assert [way for way, _ in source.asked] == ways
    source.asked.clear()
    LookUps(source).ask(typed, told.put, by_id=True)
    told.get(timeout=10)
    assert [way for way, _ in source.asked] == ["id"]
