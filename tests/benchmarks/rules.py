"""What the rule packs cost, beside what others would use for the same: times per utterance.

Owns the measure and its yardsticks, taken in one run on the same lines: a loop of
`rapidfuzz.fuzz.partial_ratio` over as many phrases, its cutoff set so that it flags as many
near-misses as we do; one `re` alternation; and hyperscan's exact search as the floor.  The
yardsticks get each phrase as one plain string, its gaps and options gone.  A ratio of one run
decides; an absolute time informs, and other work on the machine only ever adds to it.
"""

from __future__ import annotations

import importlib
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeVar

from rapidfuzz import fuzz, process

from compliance.cases import Case, load_cases
from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.findings import Verdict
from compliance.grammar import Bar, Choice, Gap, Item, Slot, Word, parse
from compliance.grammar import Sequence as Tree
from compliance.monitor import Monitor
from compliance.pack_cache import PackCache
from compliance.packs import load_rules
from compliance.phrases import PACKS, Phrase, PhraseSet, base_language, load_concepts
from compliance.rules import RuleSet
from compliance.text import Folded, fold
from compliance.transcript import Speaker, Utterance
from compliance.word_rates import WordRates, word_rates
from tests.benchmarks.measuring import median, percentile
from tests.benchmarks.word_rates import CORPORA, corpus

PACK_LANGUAGES = (("us", "en-US", "sgd_banks_en"), ("tw", "zh-TW", "crosswoz_zh"))
_T = TypeVar("_T")
BAR_US = 150.0
_LAWFUL = 400  # ordinary lines in the mix, and as many from the cases


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds per utterance: each the least of several runs, so that only the work counts."""

    mean_us: float
    p95_us: float

    def __str__(self) -> str:
        return f"{self.mean_us:9.1f} {self.p95_us:9.1f}"


def run(rounds: int) -> None:
    """Measure and tell both packs."""
    for jurisdiction, language, name in PACK_LANGUAGES:
        _run_one(jurisdiction, language, name, rounds)


def _run_one(jurisdiction: str, language: str, name: str, rounds: int) -> None:
    cases = load_cases(jurisdiction)
    lines = _mix(cases, name)
    whole = load_rules(jurisdiction, language)
    rules = load_rules(jurisdiction, language, likeness=False)
    strings = plain_strings(rules)
    print(f"\n{jurisdiction} {language}: {len(rules.phrases.phrases)} phrases, {len(lines)} lines")
    print(f"  {'':44}   mean us    p95 us")
    ours = cost(_hearing(rules), lines, rounds)
    _tell("whole pack", ours, f"(bar {BAR_US:.0f})")
    if whole.scorer is not None:
        _tell("whole pack and likeness scorer", cost(_hearing(whole), lines, rounds))
    folded = [fold(line) for line in lines]
    _tell("  of it: folding", cost(fold, lines, rounds))
    _tell("  of it: finding phrases", cost(_searching(rules.phrases), folded, rounds))
    near = [case for case in cases if not case.breaks and not case.check]
    cutoff, our_rate, their_rate = _cutoff(rules, near, strings)
    sample = lines[:: max(1, len(lines) // 100)]
    loop = cost(fuzzy_loop(strings, cutoff), sample, 3)
    _tell(f"partial_ratio loop, cutoff {cutoff:.0f}", loop, f"{loop.mean_us / ours.mean_us:.1f} x")
    print(f"  {'':4}near-misses flagged: ours {our_rate:.1%}, the loop's {their_rate:.1%}")
    texts = [" ".join(line.tokens) for line in folded]
    alternation = re.compile("|".join(rf"\b{re.escape(string)}\b" for string in strings))
    found = cost(alternation.findall, texts, rounds)
    _tell("re alternation, exact", found, f"{found.mean_us / ours.mean_us:.1f} x")
    floor = _hyperscan(strings)
    if floor is None:
        print("  hyperscan is not installed (pip install hyperscan)")
    else:
        found = cost(floor, [text.encode() for text in texts], rounds)
        _tell("hyperscan, exact (the floor)", found, f"{found.mean_us / ours.mean_us:.2f} x")
    _scaling(rules, base_language(language), folded, rounds)
    _growth(rules, lines, rounds, " " if language.startswith("en") else "")
    _loading(jurisdiction, language)


def _tell(name: str, cost_: Cost, note: str = "") -> None:
    print(f"  {name:44} {cost_}  {note}")


def cost(work: Callable[[_T], object], items: Sequence[_T], rounds: int) -> Cost:
    """The cost of some work on each of the items."""
    least = [float("inf")] * len(items)
    for _ in range(rounds):
        for index, item in enumerate(items):
            begun = time.perf_counter_ns()
            work(item)
            least[index] = min(least[index], (time.perf_counter_ns() - begun) / 1000)
    return Cost(statistics.mean(least), percentile(least, 0.95))


# ---- the lines -----------------------------------------------------------------------------------


def _mix(cases: Iterable[Case], name: str) -> list[str]:
    """Ordinary talk where it is at hand, and the cases: breaches and near-misses."""
    random = Random(4)
    said = [case.says for case in cases if case.speaker is Speaker.AGENT]
    lines = random.sample(said, min(_LAWFUL, len(said)))
    if CORPORA.is_dir():
        talk = [*islice(corpus(name), 8000)]
        lines += random.sample(talk, min(_LAWFUL, len(talk)))
    random.shuffle(lines)
    return lines


def _context(rules: RuleSet) -> CallContext:
    header = CallHeader(
        rules.jurisdiction,
        rules.language,
        collector=Collector.AGENCY,
        verified=True,
        listener=Listener.CUSTOMER,
    )
    return CallContext(header, verified=True, listener=Listener.CUSTOMER)


def _hearing(rules: RuleSet) -> Callable[[str], object]:
    context = _context(rules)
    monitor = Monitor(rules, context.header)
    utterances = iter(range(10**9))

    def hear(text: str) -> object:
        index = next(utterances)
        return monitor.hear(Utterance(f"u{index}", index, Speaker.AGENT, text), context)

    return hear


def _searching(phrases: PhraseSet) -> Callable[[Folded], object]:
    """Searching as if each line had just been folded: what is remembered of it is let go."""

    def search(folded: Folded) -> object:
        return phrases.search(
            Folded(folded.original, folded.tokens, folded.starts, folded.ends, folded.breaks)
        )

    return search


# ---- the yardsticks ------------------------------------------------------------------------------


def plain_strings(rules: RuleSet) -> list[str]:
    """Each phrase as one plain string: the first of every choice, without what may be left out."""
    concepts: dict[str, str] = {}
    path = PACKS / "concepts" / f"{rules.language}.yaml"
    for block in re.finditer(r"^  (\w+):\n    - (.*)$", path.read_text("utf-8"), re.MULTILINE):
        concepts[block[1]] = block[2].strip("\"'")
    return [_plain(parse(phrase.text), concepts) for phrase in rules.phrases.phrases]


def _plain(tree: Tree, concepts: dict[str, str]) -> str:
    return " ".join(" ".join(_plain_words(item, concepts)) for item in tree.items).strip()


def _plain_words(item: Item, concepts: dict[str, str]) -> Iterator[str]:
    if isinstance(item, Word):
        yield item.token
    elif isinstance(item, Choice) and not item.optional:
        yield _plain(item.options[0], concepts)
    elif isinstance(item, Slot):
        known = concepts.get(item.name)
        yield _plain(parse(known), concepts) if known else "1000"


def _cutoff(
    rules: RuleSet, near: Sequence[Case], strings: Sequence[str]
) -> tuple[float, float, float]:
    """The loop's cutoff that flags as many near-misses as we do, and both rates."""
    ours = 0
    scores: list[float] = []
    for case in near:
        monitor = Monitor(rules, case.context.header)
        utterance = Utterance("near", 0, case.speaker, case.says)
        findings = monitor.hear(utterance, case.context).findings
        ours += any(finding.verdict is Verdict.BREACH for finding in findings)
        text = " ".join(fold(case.says).tokens)
        best = process.extractOne(text, strings, scorer=fuzz.partial_ratio)
        scores.append(best[1] if best else 0.0)
    ranked = sorted(scores, reverse=True)
    cutoff = ranked[ours] + 0.01 if ours < len(ranked) else 0.0
    flagged = sum(score >= cutoff for score in scores)
    return cutoff, ours / len(near), flagged / len(near)


def fuzzy_loop(strings: Sequence[str], cutoff: float) -> Callable[[str], object]:
    def loop(line: str) -> object:
        text = " ".join(fold(line).tokens)
        return [
            string
            for string in strings
            if fuzz.partial_ratio(string, text, score_cutoff=min(cutoff, 100.0))
        ]

    return loop


def _hyperscan(strings: Sequence[str]) -> Callable[[bytes], object] | None:
    try:
        hyperscan = importlib.import_module("hyperscan")
    except ModuleNotFoundError:
        return None
    database = hyperscan.Database()
    expressions = [re.escape(string).encode() for string in strings]
    database.compile(
        expressions=expressions,
        ids=[*range(len(expressions))],
        flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(expressions),
    )

    def scan(text: bytes) -> object:
        found: list[int] = []
        database.scan(text, match_event_handler=lambda number, *_: found.append(number))
        return found

    return scan


# ---- growth --------------------------------------------------------------------------------------


def _scaling(rules: RuleSet, language: str, folded: Sequence[Folded], rounds: int) -> None:
    """The search with 1, 4 and 16 times the phrases, all distinct, of words as common as theirs."""
    random = Random(16)
    own = [phrase.text for phrase in rules.phrases.phrases]
    others = _Others((parse(text) for text in own), language)
    concepts = load_concepts(language)
    once = 0.0
    for times in (1, 4, 16):
        texts = [*own]
        for _ in range(times - 1):
            texts += [others.varied(parse(text), random) for text in own]
        phrases = PhraseSet.compile((Phrase(text, "x") for text in texts), concepts)
        found = cost(_searching(phrases), folded, rounds)
        once = once or found.mean_us
        note = f"{found.mean_us / once:.2f} x for {times} x the phrases"
        _tell(f"finding {len(texts)} phrases", found, note)


class _Others:
    """Makes phrases of the same build in other words, each about as common as the one before.

    The words are the phrases' own: what is rare in them stays rare, as it would in other rules.
    """

    _NEAR = 12  # places up or down among the phrases' words, by how often they are said

    def __init__(self, trees: Iterable[Tree], language: str) -> None:
        rates = word_rates(language)
        said = {word for tree in trees for word in _words_in(tree)}
        self._whole = sorted((word for word in said if "*" not in word), key=_by_rate(rates))
        self._begun = sorted((word for word in said if "*" in word), key=_by_rate(rates))
        pools = (self._whole, self._begun)
        self._at = {word: at for pool in pools for at, word in enumerate(pool)}

    def varied(self, tree: Tree, random: Random) -> str:
        """One phrase of that build."""
        return " ".join(self._piece(item, random) for item in tree.items)

    def _piece(self, item: Item, random: Random) -> str:
        if isinstance(item, Word):
            pool = self._begun if "*" in item.token else self._whole
            at = self._at[item.token] + random.randint(-self._NEAR, self._NEAR)
            return pool[max(0, min(len(pool) - 1, at))]
        if isinstance(item, Gap):
            return "..." if item.width is None else f"..{item.width}.."
        if isinstance(item, Slot):
            return f"{{{item.name}}}"
        assert isinstance(item, Bar | Choice)
        choice = item.barred if isinstance(item, Bar) else item
        options = "|".join(self.varied(option, random) for option in choice.options)
        if isinstance(item, Bar):
            return f"!({options})"
        return f"[{options}]" if choice.optional else f"({options})"


def _by_rate(rates: WordRates) -> Callable[[str], tuple[float, str]]:
    return lambda word: (rates.of(word), word)


def _words_in(tree: Tree) -> Iterator[str]:
    for item in tree.items:
        if isinstance(item, Word):
            yield item.token
        elif isinstance(item, Bar | Choice):
            choice = item.barred if isinstance(item, Bar) else item
            for option in choice.options:
                yield from _words_in(option)


def _growth(rules: RuleSet, lines: Sequence[str], rounds: int, between: str) -> None:
    """What one more word costs in a short partial and in a long one."""
    random = Random(60)
    words = [word for line in lines for word in (line.split() if between else line)]
    context = _context(rules)
    lengths = (5, 60)
    times: dict[int, list[float]] = {length: [] for length in lengths}
    for _ in range(60):
        begin = random.randrange(len(words) - 70)
        said = words[begin : begin + 61]
        for length in lengths:
            texts = [between.join(said[: length + more]) for more in (0, 1)]
            least = float("inf")
            for _ in range(rounds):
                monitor = Monitor(rules, context.header)
                before, after = (
                    Utterance("u", 0, Speaker.AGENT, text, final=False) for text in texts
                )
                monitor.hear(before, context)
                begun = time.perf_counter_ns()
                monitor.hear(after, context)
                least = min(least, (time.perf_counter_ns() - begun) / 1000)
            times[length].append(least)
    short, long = (statistics.mean(times[length]) for length in lengths)
    unit = "word" if between else "character"
    print(
        f"  one more {unit} in a partial of {lengths[0]}: {short:.1f} us,"
        f" of {lengths[1]}: {long:.1f} us, {long / short:.2f} x (bar 2)"
    )


def _loading(jurisdiction: str, language: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        times_ms: list[float] = []
        for _ in range(6):
            begun = time.perf_counter()
            load_rules(jurisdiction, language, cache=PackCache(Path(folder) / "packs"))
            times_ms.append((time.perf_counter() - begun) * 1000)
    print(
        f"  loading: cold {times_ms[0]:.0f} ms,"
        f" from the cache {median(times_ms[1:]):.0f} ms (bar 300)"
    )
