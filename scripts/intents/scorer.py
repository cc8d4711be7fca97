"""Says what an utterance is most likely about, by its likeness to lines that people wrote.

Owns the small linear scorer: which features an utterance has, the file of weights, and the shares.
There are four of each language (English, and Chinese with Cantonese): which objection a customer
raises, which exit their words call for, in which stage or exit an agent or a customer speaks.  It
trains nothing, and what follows from an answer is the script's to decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from compliance.errors import BadInput
from compliance.tongues import base_language, fold_in
from compliance.weight_archive import UNREADABLE, arrays_of, broken, text_array

Kind = Literal["objection", "exit", "talk_agent", "talk_customer"]
NONE = "none"
"""What is about nothing that the script would have to deal with."""
FORMAT = 1
FOLDER = Path(__file__).parent
_MOST_TOKENS = 80  # of an utterance; a longer one is judged by its end, where its point mostly is
_LONG_WORD = 4  # letters of an English word that tell it from most others, whatever its ending
_ENDING = 3

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Likely:
    """The likeliest answer and its share of all answers, from 0 to 1; `shares` has every one."""

    label: str
    share: float
    shares: Mapping[str, float]


def features(tokens: Sequence[str], language: str) -> Iterator[str]:
    """What the scorer sees of an utterance: one to three tokens together, and pairs around one.

    English words count by their beginnings and endings as well: who was fired is fired by a firm.
    """
    row = ("<", *tokens, ">")
    yield from row
    yield from map(" ".join, pairwise(row))
    yield from map(" ".join, zip(row, row[1:], row[2:], strict=False))
    yield from (f"{first} _ {third}" for first, third in zip(row, row[2:], strict=False))
    if language == "en":
        for token in tokens:
            if len(token) > _LONG_WORD:
                yield f"^{token[:_LONG_WORD]}"
            if len(token) > _LONG_WORD + 1:
                yield f"{token[-_ENDING:]}$"


def tokens_of(text: str, language: str) -> tuple[str, ...]:
    """The tokens that an utterance is judged by."""
    return tuple(fold_in(language, text).tokens[-_MOST_TOKENS:])


@dataclass(frozen=True, slots=True)
class Scorer:
    """A trained scorer of one kind and language.

    `table` is [features, labels], each row times its feature's inverse document frequency `idf`.
    `rows` is, where the scorer shares its vocabulary with others, the row of each of its features,
    -1 for those that the scorer does not know.
    """

    language: str
    labels: tuple[str, ...]
    names: Mapping[str, int]
    table: Floats
    idf: Floats
    bias: Floats
    rows: Rows | None = None

    def likely(self, text: str) -> Likely:
        """What an utterance is most likely about; what has no known feature is about nothing."""
        at = self._known(text)
        if not at.size:
            return Likely(NONE, 1.0, {NONE: 1.0})
        length = float(np.sqrt((self.idf[at] ** 2).sum()))
        decision = self.table[at].sum(axis=0) / length + self.bias
        odds = np.exp(decision - decision.max())
        shares = odds / odds.sum()
        best = int(shares.argmax())
        return Likely(
            self.labels[best],
            float(shares[best]),
            dict(zip(self.labels, shares.tolist(), strict=True)),
        )

    def _known(self, text: str) -> Rows:
        """The rows of an utterance's features."""
        if self.rows is not None:
            at = self.rows[_seen(text, self.language)]
            return at[at >= 0]
        names = self.names
        seen = frozenset(features(tokens_of(text, self.language), self.language))
        return np.array([names[name] for name in seen if name in names], dtype=np.int64)

    def packed(self) -> bytes:
        """As a file: weights in 8 bits with one scale for each label."""
        scale = np.maximum(np.abs(self.table).max(axis=0), 1e-9) / 127
        stream = BytesIO()
        np.savez_compressed(
            stream,
            head=text_array(
                json.dumps(
                    {"format": FORMAT, "language": self.language, "labels": list(self.labels)}
                )
            ),
            names=text_array("\n".join(sorted(self.names, key=self.names.__getitem__))),
            table=np.round(self.table / scale).astype(np.int8),
            scale=scale.astype(np.float32),
            idf=self.idf.astype(np.float16),
            bias=self.bias.astype(np.float32),
        )
        return stream.getvalue()


def unpacked(content: bytes, path: Path) -> Scorer:
    """What `Scorer.packed` wrote.

    Raises:
        BadInput: the file is broken or of another version.
    """
    try:
        arrays = arrays_of(content)
        head = json.loads(arrays["head"].tobytes())
        if head["format"] != FORMAT:
            raise _broken(path, f"it is of version {head['format']}, not {FORMAT}")
        names = arrays["names"].tobytes().decode("utf-8").split("\n")
        table = arrays["table"].astype(np.float32) * arrays["scale"]
        if table.shape != (len(names), len(head["labels"])):
            raise _broken(path, "its parts do not fit together")
        return Scorer(
            head["language"],
            tuple(head["labels"]),
            {name: number for number, name in enumerate(names)},
            table,
            arrays["idf"].astype(np.float32),
            arrays["bias"],
        )
    except UNREADABLE as fault:
        raise _broken(path, f"it cannot be read ({type(fault).__name__})") from fault


def _broken(path: Path, why: str) -> BadInput:
    return broken(path, why, "scripts.intents.learning")


def weights_path(kind: Kind, language: str) -> Path:
    """Where the weights of a language (`en`, `zh`) stand."""
    return FOLDER / f"{kind}.{language}.npz"


@lru_cache(maxsize=8)
def load_scorer(kind: Kind, language: str) -> Scorer | None:
    """The scorer for a language tag (`en-GB`, `zh-HK`); `None` where none was trained.

    Raises:
        BadInput: its file is broken.
    """
    base = "en" if base_language(language) == "en" else "zh"
    scorer = _shipped(kind, base)
    if scorer is None:
        return None
    vocabulary = _vocabulary(base)
    rows = np.full(len(vocabulary), -1, dtype=np.int64)
    for name, row in scorer.names.items():
        rows[vocabulary[name]] = row
    return replace(scorer, rows=rows)


@lru_cache(maxsize=8)
def _shipped(kind: Kind, base: str) -> Scorer | None:
    path = weights_path(kind, base)
    return unpacked(path.read_bytes(), path) if path.exists() else None


@lru_cache(maxsize=2)
def _vocabulary(base: str) -> dict[str, int]:
    """The features that any scorer of a language knows: looked up once, not once a scorer."""
    scorers = [scorer for kind in get_args(Kind) if (scorer := _shipped(kind, base))]
    names = dict.fromkeys(name for scorer in scorers for name in scorer.names)
    return {name: number for number, name in enumerate(names)}


@lru_cache(maxsize=8)
def _seen(text: str, language: str) -> Rows:
    """The features of an utterance in the vocabulary, for all scorers that look at it in turn."""
    vocabulary = _vocabulary(language)
    seen = frozenset(features(tokens_of(text, language), language))
    return np.array([vocabulary[name] for name in seen if name in vocabulary], dtype=np.int64)
