"""What rules of the other kinds measure: windows, limits, order, conduct, facts; plain values.

Owns the values a pack may set, one class a kind.  Whether they are kept is the judges' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal

from compliance.findings import Verdict


@dataclass(frozen=True, slots=True)
class Window:
    """Hours in which a customer may be called, at the customer's place; both ends are allowed.

    `closed` are days on which no hour is: `mon` to `sun`, `holiday`.  Any fact of `unless` that is
    known to be so lifts the window.  Where only some of the zones that may apply are outside, it is
    `doubtful`; a call that lasts beyond the hours is `lasting` (`None`: no matter).
    """

    opens: time
    closes: time
    closed: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    verdict: Verdict = Verdict.BREACH
    doubtful: Verdict = Verdict.CHECK_FACTS
    lasting: Verdict | None = Verdict.CHECK_FACTS


@dataclass(frozen=True, slots=True)
class Limit:
    """How many contacts may fall into some days or hours, ending with this call.

    More than `most` break it.  Days are the customer's calendar days, this call's the last of them;
    `hours` roll.  Only contacts whose outcome is of a class in `outcomes` count (all, where empty),
    but none of those in `besides`; `per` narrows them to this `number` or this `debt`.  `this_call`
    is whether this call counts as well; with `most` 0 it then is one too many by itself.  Any fact
    of `unless` that is known to be so lifts it.  With `least` it is the other way round: so many
    contacts must have come before this call (attempts to reach the customer before anybody else is
    asked), and fewer break it.
    """

    most: int
    days: int | None = None
    hours: float | None = None
    outcomes: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    per: tuple[str, ...] = ()
    this_call: bool = True
    unless: tuple[str, ...] = ()
    verdict: Verdict = Verdict.BREACH
    least: int | None = None

    @property
    def period(self) -> str:
        """The period in words, for explanations."""
        if self.days is not None:
            return f"{self.days} days"
        return f"{self.hours:g} hours"


@dataclass(frozen=True, slots=True)
class Order:
    """What must come before what: none of the marks `then` before all those of `first` are made."""

    first: tuple[str, ...]
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interruption:
    """The agent begins while the customer speaks, and both speak for more than `overlap_s`.

    Shorter words of assent, under `least_words`, interrupt nobody.
    """

    overlap_s: float
    least_words: int = 3
    verdict: Verdict = Verdict.BREACH


@dataclass(frozen=True, slots=True)
class SpeechRate:
    """Words a minute (characters in Chinese) over the agent's last `over_s` seconds of speech."""

    most_per_minute: float
    over_s: float = 30.0
    verdict: Verdict = Verdict.BREACH


@dataclass(frozen=True, slots=True)
class DeadAir:
    """Silence on both sides for longer than `longest_s`.

    None is meant where the agent's last words held one of the events `unless_said`.
    """

    longest_s: float
    unless_said: tuple[str, ...] = ()
    verdict: Verdict = Verdict.BREACH


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the agent says of the account: an amount, a rate (percent) or a date.

    It must be that of one of the account's `fields`, by up to `tolerance` (units, percentage points
    or days); or, where the law sets a ceiling, no more than `most`, whatever the account has.  It
    counts where it stands within so many tokens of the words that say what it is.
    """

    says: str
    fields: tuple[str, ...]
    tolerance: Decimal = Decimal(0)
    within: int = 8
    verdict: Verdict = Verdict.BREACH
    most: Decimal | None = None


Conduct = Interruption | SpeechRate | DeadAir
Spec = Window | Limit | Order | Conduct | Spoken
