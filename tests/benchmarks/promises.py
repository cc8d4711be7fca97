"""What the agent's numbers cost: the list of options, and the reading of promises.

Owns the two measurements; both run on what ships.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

import click

from scripts.commitments import proposals
from scripts.repayment import Ledger
from scripts.repayment_options import Means, options
from scripts.repayment_terms import JURISDICTIONS, default_terms
from scripts.repayment_wording import shipped_wording
from tests.scripts.commitment_cases import load_cases, written, wrong_but_certain

_TODAY = date(2026, 11, 28)
_LANGUAGES = {"tw": "zh-TW", "cn": "zh-CN", "us": "en-US", "hk": "zh-HK", "uk": "en-GB"}


def run(rounds: int) -> None:
    """Print milliseconds for a list of options with its sentences, and exactness of promises."""
    for jurisdiction in JURISDICTIONS:
        click.echo(f"options {jurisdiction}: {_told(_options_of(jurisdiction), rounds)}")
    for language in ("en", "zh"):
        cases = load_cases(language)
        for group, said in cases.groups.items():
            found = [(proposals(text, cases.saying_of(text)), want) for text, want in said]
            exact = sum(written(item) == want for item, want in found)
            wrong = sum(wrong_but_certain(item, want) for item, want in found)
            if said:
                click.echo(
                    f"promises {language} {group}: {exact} of {len(said)} exact, "
                    f"{wrong} wrong and shown as certain"
                )
        text = max((text for text, _ in cases.groups["developed"]), key=len)
        saying = cases.saying
        click.echo(f"promises {language}: {_told(partial(proposals, text, saying), rounds)}")


def _options_of(jurisdiction: str) -> Callable[[], object]:
    terms, words = default_terms(jurisdiction), shipped_wording()
    ledger = Ledger(
        as_of=_TODAY,
        currency=terms.currency,
        principal=Decimal(62000),
        interest=Decimal(1500),
        fees=Decimal(300),
        overdue=Decimal(18420),
        minimum_due=Decimal(6300),
        bill=Decimal(63800),
        days_past_due=200,
        periods_missed=7,
        annual_percent=Decimal("14.99"),
    )
    means = Means(now=Decimal(3000), monthly=Decimal(1500), hardship=True)

    def listed() -> object:
        found = options(ledger, terms, means, _TODAY)
        return [words.sentence(option, terms, _LANGUAGES[jurisdiction]) for option in found]

    return listed


def _told(work: Callable[[], object], rounds: int) -> str:
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1000)
    taken.sort()
    return (
        f"median {statistics.median(taken):.2f} ms, 95% {taken[int(len(taken) * 0.95)]:.2f} ms, "
        f"most {taken[-1]:.2f} ms over {rounds}"
    )
