"""What a strategy and its reason are called, in the reader's language.

Owns the words and their order, for the brief and the commands alike.  It chooses nothing, and says
facts alone: what is on file, not what anybody meant by it.
"""

from __future__ import annotations

from assistant import terms
from assistant.shift.words import FACTS
from assistant.wording import Wording
from scripts.strategy import Chosen, Why


def strategy_words(chosen: Chosen, wording: Wording) -> str:
    """The strategy and why, in one short line: `Late stage · 62 days past due`."""
    if chosen.strategy is None:
        name = wording.text("Neutral lines")
    else:
        name = wording.term(terms.STRATEGIES, chosen.strategy)
    return f"{name} · {_why(chosen, wording)}"


def _why(chosen: Chosen, wording: Wording) -> str:
    match chosen.why:
        case Why.DAYS:
            return wording.text("{days} days past due", days=chosen.days or 0)
        case Why.NOT_PAST_DUE:
            return wording.text("not past due")
        case Why.DAYS_UNKNOWN:
            return wording.text("days past due not known")
        case Why.FACT if chosen.fact == chosen.strategy:
            return wording.text("noted on file")
        case Why.FACT:
            table = FACTS if chosen.fact in FACTS else terms.CASE_FACTS
            return wording.text("on file: {fact}", fact=wording.term(table, chosen.fact))
        case Why.PROMISE:
            assert chosen.day is not None
            day = wording.day(chosen.day)
            return wording.text("the one for {day}", day=day)
        case Why.UNANSWERED:
            return wording.text("{count} contacts unanswered", count=chosen.count or 0)
