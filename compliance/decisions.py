"""What a bank decided about the rules that ship: changed, softened, switched off, not listened for.

Owns the value `Decision` alone.  `overrides` reads decisions from a bank's folder, and a rule set
carries those that it was made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from compliance.errors import Fault
from compliance.findings import Severity


@dataclass(frozen=True, slots=True)
class Decision:
    """What a bank decided about one rule of the pack, or about one phrase (`phrase` not empty).

    `fields` are those it set; `was` and `now` its severity where that changed.
    """

    rule: str
    reason: str
    by: str
    on: date
    place: Fault
    off: bool = False
    fields: tuple[str, ...] = ()
    was: Severity | None = None
    now: Severity | None = None
    detector: str = ""
    phrase: str = ""

    @property
    def softened(self) -> bool:
        """Whether the rule weighs less than the pack has it."""
        order = list(Severity)
        return (
            self.was is not None
            and self.now is not None
            and (order.index(self.now) > order.index(self.was))
        )

    def __str__(self) -> str:
        if self.phrase:
            done = f"the phrase {self.phrase!r} is not listened for"
        elif self.off:
            done = "switched off"
        else:
            soft = "softened, " if self.softened else ""
            done = f"{soft}changed: {', '.join(self.fields)}"
        return f"{done} ({self.by}, {self.on.isoformat()}: {self.reason})"
