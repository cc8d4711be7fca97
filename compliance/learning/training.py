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
from compliance.learning.choosing import Thresholds
from compliance.learning.examples import Example
from compliance.likeness import (
    LAWFUL,
    ORDINARY,
    Weights,
    breaches,
    features,
    likely,
    shares,
    together,
)
from compliance.phrases import PhraseSet
from compliance.text import Folded, fold

TURNS = 3  # in each, a third of the authors is left out
PENALTY = 30.0  # inverse strength of the regularisation
PENALTY_OF_TWO = 10.0  # the same, where there are only breaches and look-alikes
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

    `share` is the share of breach among what is not ordinary talk, `ordinary` that of ordinary
    talk; `family` the one that would be told, empty where no topic of a likely one is present.
    """

    share: Shares
    ordinary: Shares
    family: npt.NDArray[np.str_]


def _present(folded: Folded, topics: PhraseSet) -> frozenset[str]:
    return frozenset(match.label for match in topics.search(folded))


def unseen(material: Material, progress: Progress) -> Unseen:
    """Leave some authors out in turn, each once."""
    count = len(material.examples)
    share, ordinary = np.zeros(count), np.zeros(count)
    family = np.empty(count, dtype="<U40")
    authors = sorted(set(material.authors))
    for turn in range(min(TURNS, len(authors))):
        left_out = authors[turn::TURNS]
        out = np.isin(material.authors, left_out)
        learned = _fit(material, ~out)
        at = np.flatnonzero(out)
        share[out], ordinary[out], parts = learned.of([material.rows[i] for i in at])
        classes = [name for name in learned.classes if not name.startswith(LAWFUL)]
        for i, part in zip(at, parts, strict=True):
            family[i] = next(likely(classes, part, material.topics[i]), "")
        progress(f"measured on authors {', '.join(left_out)}")
    return Unseen(share, ordinary, family)


def train(material: Material, thresholds: Thresholds) -> Weights:
    """Train on all examples."""
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
        sure=dict(thresholds.sure),
        doubtful=thresholds.doubtful,
        ordinary=thresholds.ordinary,
    )


@dataclass(frozen=True, slots=True)
class _Learned:
    vectorise: Any
    names: tuple[str, ...]
    classes: tuple[str, ...]
    table: Shares
    idf: Shares
    bias: Shares

    def of(self, rows: Sequence[tuple[str, ...]]) -> tuple[Shares, Shares, Shares]:
        """Of each row: the share of breach, that of ordinary talk, those of all breaches."""
        vectors = self.vectorise.transform(rows)
        # The table holds the inverse document frequencies already.
        decision = np.asarray(vectors @ (self.table / self.idf[:, None])) + self.bias
        share, ordinary = together(decision, self.classes)
        parts = shares(decision[:, :-1])[:, breaches(self.classes)]
        return np.asarray(share), np.asarray(ordinary), np.asarray(parts)


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
    classes = material.classes[chosen]
    families = LogisticRegression(C=PENALTY, max_iter=MOST_STEPS, tol=1e-3)
    families.fit(vectors, classes)
    # Ordinary talk is left out here: what tells it from breaches tells nothing of look-alikes.
    near = classes != ORDINARY
    either = LogisticRegression(C=PENALTY_OF_TWO, max_iter=MOST_STEPS)
    either.fit(vectors[near], breaches(classes[near]))
    idf = np.asarray(vectorise.idf_)
    return _Learned(
        vectorise,
        tuple(str(name) for name in vectorise.get_feature_names_out()),
        tuple(str(name) for name in families.classes_),
        np.concatenate((families.coef_, either.coef_)).T * idf[:, None],
        idf,
        np.concatenate((families.intercept_, either.intercept_)),
    )


def _as_it_is(row: tuple[str, ...]) -> tuple[str, ...]:
    return row
