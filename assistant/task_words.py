"""What tasks are called, and by when they are due, in the reader's language.

Owns the words of tasks for screens, lines and commands: kinds and owners by the names in their
file, states, reasons, days and hours by the desk's clock.  Pure: it reads no clock and opens
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from assistant import terms
from assistant.interface_text import N_
from assistant.wording import Wording
from compliance.local_time import zone_of
from scripts.tasks import Sign, SignOf, TaskKinds

ROUTES: Mapping[str, str] = {
    "self_harm": N_("talk of self-harm"),
    "distress": N_("upset or distressed"),
    "bereavement": N_("bereavement"),
    "domestic_abuse": N_("violence or control at home"),
    "dispute": N_("debt disputed"),
    "lawyer": N_("somebody represents them"),
    "insolvency": N_("insolvency"),
    "cease_contact": N_("wants no more contact"),
    "complaint": N_("complaint"),
    "threat_to_agent": N_("threat to the agent"),
    "interpreter": N_("does not understand"),
}
"""What the rules hear of the customer, as far as it raises a task."""

ASKED: Mapping[str, str] = {
    "help": N_("help asked for"),
    "authority": N_("approval asked for"),
    "unresponsive": N_("long without an answer"),
}

STATES: Mapping[str, str] = {
    "waiting": N_("waiting"),
    "received": N_("received"),
    "done": N_("done"),
    "withdrawn": N_("withdrawn"),
}
OVERDUE = N_("OVERDUE")
TODAY = N_("today")


class TaskWords:
    """Words of tasks for one reader.

    Args:
        wording: the reader's words.
        kinds: the kinds and owners that there are; without them, the wording's.
    """

    def __init__(self, wording: Wording, kinds: TaskKinds | None = None) -> None:
        self._wording = wording
        self._kinds = kinds if kinds is not None else wording.tasks

    def kind(self, kind: str) -> str:
        """What a task is about; one that this version does not know is shown by its slug."""
        known = self._kinds.kind(kind)
        return known.label.name(self._wording.interface_code) if known else _plain(kind)

    def owner(self, owner: str) -> str:
        """Whose a task is, likewise."""
        known = self._kinds.owner(owner)
        return known.label.name(self._wording.interface_code) if known else _plain(owner)

    def sign(self, sign: Sign) -> str:
        """What speaks for a task."""
        table = {
            SignOf.EXIT: terms.STAGES,
            SignOf.OBJECTION: terms.OBJECTIONS,
            SignOf.ROUTE: ROUTES,
            SignOf.ASKED: ASKED,
        }[sign.of]
        return self._wording.term(table, sign.slug)

    def state(self, state: str, *, overdue: bool) -> str:
        """How far it has come; what should have been done by now is said in a word."""
        word = self._wording.term(STATES, state)
        return f"{self._wording.text(OVERDUE)} · {word}" if overdue else word

    def due(self, due_at_utc: str, *, by_day: bool, zone: str, now: datetime) -> str:
        """By when, by the desk's clock: a day, or a day and a time; today is called so.

        Args:
            due_at_utc: as kept; nothing gives nothing.
            by_day: whether the whole day counts.
            zone: the desk's, an IANA name.
            now: the present, with an offset.
        """
        try:
            due_at = datetime.fromisoformat(due_at_utc)
        except ValueError:
            return ""
        here: tzinfo = zone_of(zone) or UTC
        try:
            at = due_at.astimezone(here)
        except OverflowError:
            return ""
        same = at.date() == now.astimezone(here).date()
        day = self._wording.text(TODAY) if same else self._wording.weekday(at.date())
        return day if by_day else f"{day} {at:%H:%M}"


def _plain(slug: str) -> str:
    return slug.replace("_", " ")
