"""Counts how often words are said, and writes `compliance/packs/rates/<language>.tsv` anew.

The search for phrases looks first for the rarest word that a phrase needs; which word is rare is
measured, not guessed.  Three kinds of talk weigh the same: service, casual, and the packs' own
cases, which are collections calls.  It needs the development corpora beside the project.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from compliance.cases import load_cases
from compliance.phrases import PACKS
from compliance.text import SENTENCE_MARK, fold

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"
_CORPORA = {
    "en": ("sgd_banks_en", "convabuse_en"),
    "zh": ("crosswoz_zh", "coldataset_safe_zh"),
}
_CASES = {"en": ("us",), "zh": ("tw", "cn")}
_PER = 10_000
_LEAST_WORD, _LEAST_PAIR = 4, 8  # what is said less often counts as rare

_HEAD = """\
# How often a word, or two that stand together, is said: times in 10,000 tokens of talk.
# Counted by `python -m tests.benchmarks word-rates` over service dialogues ({service}),
# casual talk ({casual}) and the packs' own cases, each with the same weight.
# Folded as speech is folded; what is not listed is rarer than what is.
"""


def corpus(name: str) -> Iterator[str]:
    """The texts of a development corpus, whoever speaks."""
    with gzip.open(CORPORA / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def run(folder: Path = PACKS) -> None:
    """Count and write the rates of every language."""
    if not CORPORA.is_dir():
        sys.exit(f"the development corpora are not at {CORPORA}")
    for language, names in _CORPORA.items():
        cases = [case.says for pack in _CASES[language] for case in load_cases(pack)]
        kinds = [*(_rates(corpus(name)) for name in names), _rates(iter(cases))]
        total: dict[str, float] = {}
        for rates in kinds:
            for key, rate in rates.items():
                total[key] = total.get(key, 0.0) + rate / len(kinds)
        chosen = sorted(
            (key for key, rate in total.items() if rate >= _least(key)),
            key=lambda key: (-total[key], key),
        )
        path = folder / "rates" / f"{language}.tsv"
        path.parent.mkdir(exist_ok=True)
        head = _HEAD.format(service=names[0], casual=names[1])
        lines = [f"{key}\t{total[key]:.0f}\n" for key in chosen]
        path.write_text(head + "".join(lines), encoding="utf-8")
        print(f"{path}: {len(chosen)} words and pairs")


def _least(key: str) -> float:
    return _LEAST_PAIR if " " in key else _LEAST_WORD


def _rates(texts: Iterator[str]) -> dict[str, float]:
    counts: Counter[str] = Counter()
    spoken = 0
    for text in texts:
        folded = fold(text)
        spoken += len(folded.tokens)
        counts.update(token for token in folded.tokens if not token[0].isdigit())
        counts.update(
            f"{one} {next_}"
            for one, next_ in pairwise(folded.line.split())
            if SENTENCE_MARK not in (one, next_) and not (one + next_)[0].isdigit()
        )
    return {key: count / spoken * _PER for key, count in counts.items()}
