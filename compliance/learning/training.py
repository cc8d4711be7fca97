"""Trains the scorer of one language from example utterances.

Owns its material, the choice of its thresholds on authors that the training did not see, and the
making of its weights.  The same examples and packages give the same weights.  What a scorer is and
how it answers is `compliance.likeness`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from compliance.errors import MissingPart
from compliance.learning.examples import Example
from compliance.likeness import LAWFUL, Weights, features
from compliance.phrases import PhraseSet
from compliance.text import Folded, fold

# Above the first share a likeness is sure, below the second a phrase means little.  Chosen on lines
# of authors left out of the training, with the phrases beside: about 4 % of lawful look-alikes
# flagged, and one false alarm in an hour of service talk.
THRESHOLDS = {"en": (0.82, 0.32), "zh": (0.93, 0.42)}
TURNS = 3  # in each, a third of the authors is left out
PENALTY = 30.0  # inverse strength of the regularisation
MOST_STEPS = 80
SEEN_TWICE = 2  # a feature of one line only teaches nothing of others
SMALLEST_WEIGHT = 0.01  # of the largest; features below it in all classes are left out

Progress = Callable[[str], None]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Material:
    """Examples as the scorer sees them; `topics[i]` are the families whose topic line i is of."""

    language: str
    examples: tuple[Example, ...]
    rows: tuple[tuple[str, ...], ...]
    classes: npt.NDArray[np.str_]
    authors: npt.NDArray[np.str_]
    topics: tuple[frozenset[str], ...]

    @staticmethod
    def of(language: str, examples: Sequence[Example], topics: PhraseSet) -> Material:
        """Fold the examples and take their features."""
        folded = [fold(example.text) for example in examples]
        return Material(
            language,
            tuple(examples),
            tuple(
                tuple(features(each.tokens, language, example.listener))
                for each, example in zip(folded, examples, strict=True)
            ),
            np.array([e.family if e.breach else LAWFUL + e.family for e in examples]),
            np.array([example.author for example in examples]),
            tuple(_present(each, topics) for each in folded),
        )


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a scorer said of each example when its author was left out of the training.

    `share` is the share of breaches; `family` the breach most like it; `gated` whether that
    family's topic is present, without which nothing is told.
    """

    share: Shares
    family: npt.NDArray[np.str_]
    gated: npt.NDArray[np.bool_]


def _present(folded: Folded, topics: PhraseSet) -> frozenset[str]:
    return frozenset(match.label for match in topics.search(folded))


def unseen(material: Material, progress: Progress) -> Unseen:
    """Leave some authors out in turn, each once."""
    count = len(material.examples)
    share, family = np.zeros(count), np.empty(count, dtype="<U40")
    authors = sorted(set(material.authors))
    for turn in range(min(TURNS, len(authors))):
        left_out = authors[turn::TURNS]
        out = np.isin(material.authors, left_out)
        learned = _fit(material, ~out)
        share[out], family[out] = learned.of([material.rows[i] for i in np.flatnonzero(out)])
        progress(f"measured on authors {', '.join(left_out)}")
    gated = np.array([name in topics for name, topics in zip(family, material.topics, strict=True)])
    return Unseen(share, family, gated)


def train(material: Material) -> Weights:
    """Train on all examples."""
    sure, doubtful = THRESHOLDS[material.language]
    learned = _fit(material, np.ones(len(material.examples), dtype=bool))
    largest = np.abs(learned.table).max(axis=1)
    kept = np.flatnonzero(largest >= SMALLEST_WEIGHT * largest.max())
    return Weights(
        language=material.language,
        names={learned.names[at]: number for number, at in enumerate(kept)},
        classes=learned.classes,
        table=learned.table[kept].astype(np.float32),
        idf=learned.idf[kept].astype(np.float32),
        bias=learned.bias.astype(np.float32),
        sure=sure,
        doubtful=doubtful,
    )


@dataclass(frozen=True, slots=True)
class _Learned:
    vectorise: Any
    names: tuple[str, ...]
    classes: tuple[str, ...]
    table: Shares
    idf: Shares
    bias: Shares

    def of(self, rows: Sequence[tuple[str, ...]]) -> tuple[Shares, npt.NDArray[np.str_]]:
        """Shares of breach, and the family most like each row."""
        vectors = self.vectorise.transform(rows)
        # The table holds the inverse document frequencies already.
        decision = np.asarray(vectors @ (self.table / self.idf[:, None])) + self.bias
        likely = np.exp(decision - decision.max(axis=1, keepdims=True))
        breach = np.array([not name.startswith(LAWFUL) for name in self.classes])
        share = likely[:, breach].sum(axis=1) / likely.sum(axis=1)
        most = np.where(breach, likely, -1.0).argmax(axis=1)
        return share, np.array(self.classes)[most]


def _fit(material: Material, chosen: npt.NDArray[np.bool_]) -> _Learned:
    try:
        from sklearn.feature_extraction.text import (  # type: ignore[import-untyped] # noqa: PLC0415
            TfidfVectorizer,
        )
        from sklearn.linear_model import (  # type: ignore[import-untyped] # noqa: PLC0415
            LogisticRegression,
        )
    except ImportError as fault:
        raise MissingPart(
            "scikit-learn is not installed",
            "Install the project's training extra: pip install '.[training]'",
        ) from fault
    vectorise = TfidfVectorizer(analyzer=_as_it_is, binary=True, min_df=SEEN_TWICE)
    vectors = vectorise.fit_transform([material.rows[i] for i in np.flatnonzero(chosen)])
    model = LogisticRegression(C=PENALTY, max_iter=MOST_STEPS, tol=1e-3)
    model.fit(vectors, material.classes[chosen])
    idf = np.asarray(vectorise.idf_)
    return _Learned(
        vectorise,
        tuple(str(name) for name in vectorise.get_feature_names_out()),
        tuple(str(name) for name in model.classes_),
        model.coef_.T * idf[:, None],
        idf,
        np.asarray(model.intercept_),
    )


def _as_it_is(row: tuple[str, ...]) -> tuple[str, ...]:
    return row
