"""What a call screen is given when it is made.

Owns `CallSetup` and `Mode`: plain values chosen by whoever starts the program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from assistant.events import Origin
from assistant.next_contact import ContactTimes
from assistant.shift.wanted import Wanted
from assistant.wording import Reader, RuleTexts
from scripts.account import Account
from scripts.outcomes import Outcome
from scripts.promising import currency_of
from scripts.repayment_terms import ProductTerms
from scripts.strategy import Chosen
from scripts.tasks import TaskKinds


class Mode(StrEnum):
    """Why the screen is up; it is named on the screen where it is not a real call."""

    DEMO = "demo"
    REPLAY = "replay"
    LIVE = "live"
    TRAIN = "train"


@dataclass(frozen=True, slots=True)
class CallSetup:
    """The choices behind a call screen.

    Args:
        rules: where rule texts come from.
        call_language: the language spoken, such as `zh-TW`.
        jurisdiction: `tw`, `cn`, `us`, `hk`, `uk`.
        account: the account on the line; `None` where nothing is known.
        mode: real call or not.
        interface: language of the interface, a tag such as `zh-TW`; empty: the call's.
        theme: `dark` or `light`.
        notices: lines for the status line from the start, message ids or finished text.
        talk_offs: the approved reply to each objection, by slug, finished and filled; shown only
            to a verified customer's agent.
        brief: whether the brief comes first; without it the call connects as soon as the screen
            is up.
        reader: who looks on.
        outcomes: how a call may have ended; with any of them a wrap-up follows the call.
        today: the desk's day, by which the next contact is understood and options are counted.
        terms: the product's terms, by which ways to repay are counted; `None`: none are offered.
        sought: the id of the account, where it must be looked up first; else empty.
        origin: where the account is known from, and how fresh; `None` where nobody says.
        now: the desk's clock, with an offset, by which it is told how old that is.
        replies: makes `talk_offs` for an account that is linked during the call.
        wanted: why the account is called, where a list says.
        dialled: whether the agent dials and may find nobody: the brief then takes what came of it.
        strategy: what an account's case asks for, and why; `None` where no script guides.
        kept: of a recording, whether it is kept, and with it its tasks; a live call says so itself.
        tasks: what the call may give others to do; `None`: what ships.
        others: the customer's other accounts, as far as they are known.
        contact_time: when the customer may be contacted after the call; `None`: nobody can say.
    """

    rules: RuleTexts
    call_language: str
    jurisdiction: str
    account: Account | None = None
    mode: Mode = Mode.DEMO
    interface: str = ""
    theme: str = "dark"
    notices: tuple[str, ...] = ()
    talk_offs: Mapping[str, str] = field(default_factory=dict)
    brief: bool = True
    reader: Reader = Reader.AGENT
    outcomes: tuple[Outcome, ...] = ()
    today: date = date.min
    terms: ProductTerms | None = None
    sought: str = ""
    origin: Origin | None = None
    now: Callable[[], datetime] | None = None
    replies: Callable[[Account], Mapping[str, str]] = lambda _account: {}
    wanted: tuple[Wanted, ...] = ()
    dialled: bool = False
    strategy: Callable[[Account], Chosen | None] = lambda _account: None
    kept: bool = False
    contact_time: ContactTimes | None = None
    tasks: TaskKinds | None = None
    others: tuple[Account, ...] = ()

    @property
    def currency(self) -> str:
        """The currency of the call's sums."""
        return currency_of(self.account, self.jurisdiction)
