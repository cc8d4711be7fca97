"""The shift at one desk: the list, the journal and the rules, put together for whoever shows them.

Owns the list as read last, what is written down of attempts, and the change of rules to be told at
the start.  It draws nothing; a clock is handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assistant.shift.csv_list import ListRead
from assistant.shift.journal import Attempt, ContactJournal
from assistant.shift.learnt import newest
from assistant.shift.rows import PhoneNumber, WorkRow
from assistant.shift.rule_change import RuleChange, RuleMemory
from assistant.shift.work_list import STALE_AFTER, RulesFor, Standing, WorkList
from compliance.permission import CLOCK_MAY_BE_OFF
from compliance.rules import RuleSet


@dataclass(frozen=True, slots=True)
class Pending:
    """An outcome that was marked and is not written down yet: the next key confirms it."""

    row: WorkRow
    number: PhoneNumber | None
    outcome: str
    at: datetime
    permitted: str


class ShiftDesk:
    """One shift.

    Args:
        read: reads the list anew.
        rules_for: where rules come from.
        journal: the contact journal.
        memory: the rules of the last shift; `None`: nothing is compared.
        now: the wall clock, with an offset.
        stale_after: how old a source may be before a yes is none.
        clock_set: by how many seconds the wall clock was set since it was asked last.

    Raises:
        AssistantError: the list or the journal cannot be read.
    """

    def __init__(
        self,
        read: Callable[[], ListRead],
        rules_for: RulesFor,
        journal: ContactJournal,
        memory: RuleMemory | None,
        now: Callable[[], datetime],
        stale_after: timedelta = STALE_AFTER,
        clock_set: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._read = read
        self._rules: dict[tuple[str, str], RuleSet | None] = {}
        self._load_rules = rules_for
        self._journal = journal
        self._memory = memory
        self.now = now
        self.clock_set = clock_set
        self._stale_after = stale_after
        self.pending: Pending | None = None
        self.reload()

    def reload(self) -> None:
        """Read the list and the journal again.

        Raises:
            AssistantError: one of them cannot be read; the list is the one before.
        """
        listed = self._read()
        self._journal.refresh()
        self.listed = listed
        self._list = WorkList(listed.rows, self.rules_for, self._journal.of, self._stale_after)

    def learn(self) -> None:
        """Read what others have written into the journal since: the list then knows it.

        Raises:
            AssistantError: the journal cannot be read.
        """
        self._journal.refresh()

    @property
    def unread(self) -> int:
        """Lines of the journal that could not be read: some count may be too low."""
        return self._journal.unread

    @property
    def kept_calls(self) -> frozenset[str]:
        """The ids of the kept calls that were made from this desk."""
        return self._journal.calls

    @property
    def ahead(self) -> bool:
        """Whether the journal's last attempt lies in the future: a clock was set back."""
        latest = self._journal.latest
        return latest is not None and latest > self.now() + CLOCK_MAY_BE_OFF

    def rules_for(self, jurisdiction: str, language: str) -> RuleSet | None:
        """The rules of a place, loaded once."""
        key = (jurisdiction, language)
        if key not in self._rules:
            self._rules[key] = self._load_rules(jurisdiction, language)
        return self._rules[key]

    def standings(self) -> tuple[Standing, ...]:
        """Every row as it stands now, in the order in which they are to be called."""
        return self._list.standings(self.now())

    def standing(self, row: WorkRow) -> Standing:
        """One row as it stands now."""
        return self._list.standing(row, self.now())

    def mark(self, standing: Standing, outcome: str) -> None:
        """What came of dialling a row; `confirm` writes it down, `take_back` forgets it.

        An outcome that was marked before, of another row, is written down first.

        Raises:
            AssistantError: that cannot be written.
        """
        if self.pending is not None and self.pending.row.id != standing.row.id:
            self.confirm()
        self.pending = Pending(
            standing.row, standing.number, outcome, self.now(), standing.may.value
        )

    def confirm(self) -> None:
        """Write down what was marked.

        Raises:
            AssistantError: it cannot be written; it stays marked.
        """
        marked = self.pending
        if marked is not None:
            number = marked.number.number if marked.number is not None else None
            self._add(
                Attempt(
                    marked.at,
                    marked.row.id,
                    marked.outcome,
                    number,
                    None,
                    marked.permitted,
                    list_as_of=newest(marked.row),
                )
            )
            self.pending = None

    def take_back(self) -> None:
        """Forget what was marked."""
        self.pending = None

    def called(
        self,
        account: str,
        outcome: str,
        number: str | None = None,
        call: str | None = None,
        permitted: str | None = None,
        next_contact: date | None = None,
        stops: tuple[str, ...] = (),
    ) -> None:
        """A call that had its own screen has ended.

        Args:
            account: whose.
            outcome: a word of `outcomes.yaml`, or a disposition code; one of no class counts where
                a rule counts every attempt, and leaves open those that ask what came of it.
            number: the number on the line.
            call: the id under which the call is kept.
            permitted: what the list had answered.
            next_contact: the day agreed for the next contact; of a promise, when it is due.
            stops: the exits that stood in the call and stop or bar the next one.

        Raises:
            AssistantError: it cannot be written.
        """
        row = next((row for row in self.listed.rows if row.id == account), None)
        as_of = newest(row) if row is not None else None
        self._add(
            Attempt(
                self.now(), account, outcome, number, call, permitted, next_contact, as_of, stops
            )
        )

    def changes(self) -> tuple[tuple[RuleSet, RuleChange], ...]:
        """What changed in the rules of the list's places since the last shift here.

        Asked once: whoever asks shows it, and from then on these are the rules of the last shift.
        """
        if self._memory is None:
            return ()
        found: list[tuple[RuleSet, RuleChange]] = []
        for row in self.listed.rows:
            self.rules_for(row.jurisdiction, row.language)
        for rules in self._rules.values():
            if rules is None:
                continue
            change = self._memory.change(rules)
            if change is not None and not change.nothing:
                found.append((rules, change))
            self._memory.remember(rules)
        return tuple(found)

    def _add(self, attempt: Attempt) -> None:
        self._journal.add(attempt)
        self._list.changed(attempt.account)
