"""Makes the scorers' weights from the example lines: `python -m scripts.intents.learning`.

Owns the training, and the measuring on authors whom it did not see.  The same lines and packages
give the same weights.  It needs the extra `training`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from compliance.errors import AssistantError, MissingPart
from scripts.intents.examples import Example, load_examples
from scripts.intents.scorer import Kind, Scorer, features, tokens_of, weights_path

LANGUAGES = ("en", "zh")
_KINDS: tuple[Kind, ...] = ("objection", "exit")  # the others are made by `talk_learning`
# Inverse strength of the regularisation: what follows the talk weighs many lines together, so each
# may say less.
PENALTIES: dict[Kind, float] = {
    "objection": 40.0,
    "exit": 40.0,
    "talk_agent": 3.0,
    "talk_customer": 3.0,
}
MOST_STEPS = 300
SEEN = 1  # lines that a feature stands in at the least: people say a thing in too many ways for two
SMALLEST_WEIGHT = 0.05  # of a large one; features below it in all labels are left out
_LARGE = 0.999  # where that stands among all: the few largest are far from the rest


@dataclass(frozen=True, slots=True)
class _Fitted:
    labels: tuple[str, ...]
    names: tuple[str, ...]
    table: npt.NDArray[np.float64]
    idf: npt.NDArray[np.float64]
    bias: npt.NDArray[np.float64]


def train(
    language: str, examples: Sequence[Example], penalty: float = PENALTIES["objection"]
) -> Scorer:
    """A scorer that has learned from the lines.

    Args:
        language: `en` or `zh`.
        examples: the lines.
        penalty: inverse strength of the regularisation.

    Raises:
        MissingPart: the extra `training` is not installed.
    """
    fitted = _fit(language, examples, penalty)
    largest = np.abs(fitted.table).max(axis=1)
    kept = np.flatnonzero(largest >= SMALLEST_WEIGHT * np.quantile(largest, _LARGE))
    return Scorer(
        language,
        fitted.labels,
        {fitted.names[at]: number for number, at in enumerate(kept)},
        fitted.table[kept].astype(np.float32),
        fitted.idf[kept].astype(np.float32),
        fitted.bias.astype(np.float32),
    )


def _fit(language: str, examples: Sequence[Example], penalty: float) -> _Fitted:
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
    rows = [tuple(features(tokens_of(line.text, language), language)) for line in examples]
    vectorise: Any = TfidfVectorizer(analyzer=_as_it_is, binary=True, min_df=SEEN)
    vectors = vectorise.fit_transform(rows)
    learned: Any = LogisticRegression(C=penalty, max_iter=MOST_STEPS, tol=1e-3)
    learned.fit(
        vectors,
        [line.label for line in examples],
        sample_weight=[line.weight for line in examples],
    )
    idf = np.asarray(vectorise.idf_)
    return _Fitted(
        tuple(str(label) for label in learned.classes_),
        tuple(str(name) for name in vectorise.get_feature_names_out()),
        learned.coef_.T * idf[:, None],
        idf,
        learned.intercept_,
    )


def _as_it_is(row: tuple[str, ...]) -> tuple[str, ...]:
    return row


def unseen(language: str, examples: Sequence[Example]) -> list[tuple[Example, str, float]]:
    """Of each line what a scorer that knows none of its author's says, and how sure it is."""
    answers = []
    authors = sorted({line.author for line in examples})
    for author in authors if len(authors) > 1 else ():
        scorer = train(language, [line for line in examples if line.author != author])
        for line in examples:
            if line.author == author:
                likely = scorer.likely(line.text)
                answers.append((line, likely.label, likely.share))
    return answers


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, measure or both; the exit status is 2 where the input is bad."""
    parser = argparse.ArgumentParser(prog="python -m scripts.intents.learning", description=__doc__)
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--kind", choices=_KINDS, action="append")
    parser.add_argument("--out", type=Path, help="folder of the weights; else where they ship")
    parser.add_argument("--unseen", action="store_true", help="measure on authors left out")
    options = parser.parse_args(arguments)
    try:
        for language in options.language or LANGUAGES:
            for kind in options.kind or _KINDS:
                _one(kind, language, options.out, unseen_too=options.unseen)
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _one(kind: Kind, language: str, out: Path | None, *, unseen_too: bool) -> None:
    examples = load_examples(kind, language)
    if unseen_too:
        told = unseen(language, examples)
        for author in sorted({line.author for line, _, _ in told}):
            own = [(line, label) for line, label, _ in told if line.author == author]
            right = sum(line.label == label for line, label in own)
            sys.stdout.write(f"{kind} {language} {author}: {right} of {len(own)} right, unseen\n")
    content = train(language, examples).packed()
    path = weights_path(kind, language)
    path = out / path.name if out is not None else path
    path.write_bytes(content)
    sys.stdout.write(f"{kind} {language}: {len(examples)} lines, {len(content) / 1024:.0f} KiB\n")


if __name__ == "__main__":
    sys.exit(main())
