"""The sentences about paying with the promises they come to, as `scripts/` ships them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from compliance.documents import Schema, load_document
from scripts.commitments import Proposal, Saying

GROUPS = (
    "developed",
    "kept_aside",
    "kept_aside_again",
    "kept_aside_later",
    "kept_aside_last",
    "kept_aside_spoken",
    "kept_aside_heard",
    "kept_aside_fresh",
)
_CURRENCIES = {"en-US": "USD", "en-GB": "GBP", "zh-TW": "TWD", "zh-CN": "CNY"}
FOLDER = Path(__file__).parents[2] / "scripts"


class _Case(Schema):
    say: str
    want: str
    language: str | None = None


class _File(Schema):
    now: datetime
    zone: str
    language: str
    currency: str
    overdue: Decimal
    minimum: Decimal
    developed: tuple[_Case, ...]
    kept_aside: tuple[_Case, ...]
    kept_aside_again: tuple[_Case, ...] = ()
    kept_aside_later: tuple[_Case, ...]
    kept_aside_last: tuple[_Case, ...]
    kept_aside_spoken: tuple[_Case, ...]
    kept_aside_heard: tuple[_Case, ...]
    kept_aside_fresh: tuple[_Case, ...]


@dataclass(frozen=True, slots=True)
class Cases:
    """A language's cases: what they are read against, and by group what was said and is wanted.

    `others` are what the sentences are read against that are spoken elsewhere.
    """

    saying: Saying
    groups: dict[str, tuple[tuple[str, str], ...]]
    others: dict[str, Saying]

    def saying_of(self, text: str) -> Saying:
        """What a sentence is read against."""
        return self.others.get(text, self.saying)


def load_cases(language: str) -> Cases:
    """The cases of `en` or `zh`."""
    read = load_document(FOLDER / f"commitments.{language}.cases.yaml", _File).value
    saying = Saying(
        read.now, ZoneInfo(read.zone), read.language, read.currency, read.overdue, read.minimum
    )
    groups = {
        name: tuple((case.say, _plain(case.want)) for case in getattr(read, name))
        for name in GROUPS
    }
    others = {
        case.say: replace(saying, language=case.language, currency=_CURRENCIES[case.language])
        for name in GROUPS
        for case in getattr(read, name)
        if case.language is not None
    }
    return Cases(saying, groups, others)


def _plain(want: str) -> str:
    """Amounts without trailing noughts."""
    promises = []
    for promise in want.split(";"):
        amount, mark, rest = promise.partition("@")
        if mark and amount != "?":
            amount = f"{Decimal(amount).normalize():f}"
        promises.append(f"{amount}{mark}{rest}")
    return ";".join(promises)


def written(found: tuple[Proposal, ...]) -> str:
    """Proposals as the cases write them."""
    return ";".join(map(_one, found)) or "-"


def _one(found: Proposal) -> str:
    amount = "?" if found.amount is None else f"{found.amount.normalize():f}"
    method = f"/{found.method}" if found.method else ""
    return f"{amount}@{found.day or '?'}{method}{'' if found.certain else '~'}"


def wrong_but_certain(found: tuple[Proposal, ...], want: str) -> bool:
    """Whether any proposal is shown as certain that is not wanted so."""
    wanted = want.split(";")
    return any(item.certain and _one(item) not in wanted for item in found)
