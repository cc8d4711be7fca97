"""How much recognition errors cost: the packs' own cases, as said and as they might be heard.

Owns the measurement behind `python -m compliance.learning robustness`: what share of breaches is
still found, and what share of lawful lines is flagged, with so many words (characters) misheard;
by words alone, and with the search by sounds.  It judges by the same monitor as a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from compliance.cases import Case, load_cases
from compliance.findings import Verdict
from compliance.labelled import Line, judge, lines_of_examples
from compliance.learning.corruption import corrupted
from compliance.learning.left_out import left_out
from compliance.learning.phrases_alone import JUDGES, READ
from compliance.monitor import Monitor
from compliance.packs import available, load_rules
from compliance.phrases import base_language
from compliance.places import LANGUAGE_OF
from compliance.rules import RuleSet
from compliance.sounds.search import SoundSearch
from compliance.transcript import Speaker, Utterance

_EACH = 3  # of the examples every third: some thousands
RATES = (0.0, 0.1, 0.2, 0.3)
SEEDS = (1, 2)  # each case is misheard so often, differently


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares, 0 to 1, at one rate of errors, by words `alone` and `with` the search by sounds.

    `found` of `breaches` lines that break a rule come back with a breach, `flagged` of `lawful`
    lines that break none.
    """

    rate: float
    breaches: int
    found_alone: float
    found_with: float
    lawful: int
    flagged_alone: float
    flagged_with: float


def measure(language: str, seeds: Sequence[int] = SEEDS) -> Iterator[Measured]:
    """The figures of a base language (`en`, `zh`), at each rate of errors.

    Raises:
        BadInput: a pack or its cases have faults.
    """
    sets = [
        (_deaf(load_rules(name, LANGUAGE_OF[name])), load_rules(name, LANGUAGE_OF[name]), cases)
        for name in available()
        if base_language(LANGUAGE_OF[name]) == language
        for cases in (_spoken(load_cases(name)),)
    ]
    for rate in RATES:
        breaches: list[tuple[bool, bool]] = []
        lawful: list[tuple[bool, bool]] = []
        for alone, with_sounds, cases in sets:
            for case in cases:
                told = breaches if case.breaks else lawful
                for seed in seeds if rate else (0,):
                    heard = corrupted(case.says, language, rate, seed) if rate else case.says
                    told.append(
                        (_breached(alone, case, heard), _breached(with_sounds, case, heard))
                    )
        yield Measured(
            rate,
            len(breaches),
            _share([by_words for by_words, _ in breaches]),
            _share([by_sounds for _, by_sounds in breaches]),
            len(lawful),
            _share([by_words for by_words, _ in lawful]),
            _share([by_sounds for _, by_sounds in lawful]),
        )


def measure_unseen(language: str) -> Iterator[Measured]:
    """The same, by words alone, on example utterances that neither phrases nor scorer learned from.

    Each author's lines are judged by a scorer that was trained without them.

    Raises:
        MissingPart: there are no examples, or what trains a scorer is not installed.
    """
    jurisdiction = JUDGES[language]
    spoken = LANGUAGE_OF[jurisdiction]
    found: dict[float, list[bool]] = {rate: [] for rate in RATES}
    flagged: dict[float, list[bool]] = {rate: [] for rate in RATES}
    for turn in left_out(language):
        rules = load_rules(jurisdiction, spoken, scorer=turn.scorer)
        rules.sounds = SoundSearch(rules.phrases, "")
        unread = [each for each in turn.examples if each.author not in READ]
        lines = [*lines_of_examples(unread[::_EACH], jurisdiction, spoken)]
        for rate in RATES:
            for judged in judge(rules, lines, _misheard(language, rate) if rate else None):
                told = found if judged.line.breach else flagged
                told[rate].append(judged.flagged())
    for rate in RATES:
        breaches, lawful = _share(found[rate]), _share(flagged[rate])
        counts = len(found[rate]), len(flagged[rate])
        yield Measured(rate, counts[0], breaches, breaches, counts[1], lawful, lawful)


def _misheard(language: str, rate: float) -> Callable[[Line], str]:
    return lambda line: corrupted(line.text, language, rate, SEEDS[0])


def table(rows: Sequence[Measured]) -> str:
    """The figures as text, one line a rate; falls are in points against nothing misheard."""
    lines = [
        "misheard   breaches found (fall)                      lawful lines flagged",
        "           words alone       with sounds              words alone   with sounds",
    ]
    first = rows[0]
    for row in rows:
        alone = f"{row.found_alone:.3f} ({100 * (first.found_alone - row.found_alone):4.1f})"
        both = f"{row.found_with:.3f} ({100 * (first.found_with - row.found_with):4.1f})"
        lines.append(
            f"{row.rate:7.0%}    {alone:17} {both:13} of {row.breaches:5}   "
            f"{row.flagged_alone:.3f}         {row.flagged_with:.3f} of {row.lawful}"
        )
    return "\n".join(lines) + "\n"


def _spoken(cases: Sequence[Case]) -> tuple[Case, ...]:
    """What an agent says that breaks a rule or none; what depends on facts is left out."""
    return tuple(
        case
        for case in cases
        if not case.todo and case.speaker is Speaker.AGENT and (case.breaks or not case.check)
    )


def _deaf(rules: RuleSet) -> RuleSet:
    """The rules without the search by sounds."""
    rules.sounds = SoundSearch(rules.phrases, "")
    return rules


def _breached(rules: RuleSet, case: Case, heard: str) -> bool:
    monitor = Monitor(rules, case.context.header)
    told = monitor.hear(Utterance("case", 0, case.speaker, heard), case.context)
    return any(finding.verdict is Verdict.BREACH for finding in told.findings)


def _share(answers: Sequence[bool]) -> float:
    return sum(answers) / max(len(answers), 1)
