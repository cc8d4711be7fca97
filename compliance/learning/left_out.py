"""Scorers that have not seen an author's lines, so that these can be measured as unseen.

Owns the leaving out; training itself is `training`'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from compliance.learning.choosing import Thresholds
from compliance.learning.examples import Example, load_examples
from compliance.learning.training import TURNS, Material, train
from compliance.likeness import LikenessScorer, Weights, likeness_path
from compliance.packs import load_topics
from compliance.phrases import PACKS
from compliance.scoring import Scorer


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A scorer, and the examples by authors that it was not trained on."""

    scorer: Scorer
    examples: tuple[Example, ...]


def left_out(language: str, folder: Path = PACKS) -> Iterator[LeftOut]:
    """All examples of a language, each with a scorer trained without its author.

    The thresholds are the shipped scorer's.

    Args:
        language: the base language (`en`, `zh`).
        folder: that of the packs.

    Raises:
        MissingPart: there are no examples, or what trains a scorer is not installed.
    """
    topics = load_topics(language, folder)
    path = likeness_path(language, folder)
    shipped = Weights.unpacked(path.read_bytes(), path)
    chosen = Thresholds(shipped.sure, shipped.doubtful, shipped.ordinary)
    examples = load_examples(language)
    authors = sorted({example.author for example in examples})
    for turn in range(min(TURNS, len(authors))):
        out = frozenset(authors[turn::TURNS])
        kept = [example for example in examples if example.author not in out]
        material = Material.of(language, kept, topics)
        weights = train(material, chosen)
        scorer = LikenessScorer(weights, topics, hashlib.sha256(weights.packed()).hexdigest())
        yield LeftOut(scorer, tuple(example for example in examples if example.author in out))
