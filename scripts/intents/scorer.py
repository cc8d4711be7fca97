"""Says what an utterance is most likely about, by its likeness to lines that people wrote.

Owns the small linear scorer: which features an utterance has, the file of weights, and the shares.
There are four of each language (English, and Chinese with Cantonese): which objection a customer
raises, which exit their words call for, in which stage or exit an agent or a customer speaks.  It
trains nothing, and what follows from an answer is the script's to decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
# A piece of a longer utterance that is looked at alone, and from piece to piece; tokens.
_PIECE = {"en": (9, 4), "zh": (12, 5)}

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
    for kind in _by_place(tokens, language):
        yield from (name for name in kind if name)


def _by_place(tokens: Sequence[str], language: str) -> Iterator[Iterable[str]]:
    """The features of each kind, in the order of their first tokens; empty where there is none."""
    row = ("<", *tokens, ">")
    yield row
    yield map(" ".join, pairwise(row))
    yield map(" ".join, zip(row, row[1:], row[2:], strict=False))
    yield (f"{first} _ {third}" for first, third in zip(row, row[2:], strict=False))
    if language == "en":
        yield (
            "",
            *(f"^{token[:_LONG_WORD]}" if len(token) > _LONG_WORD else "" for token in tokens),
        )
        yield (
            "",
            *(f"{token[-_ENDING:]}$" if len(token) > _LONG_WORD + 1 else "" for token in tokens),
        )


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
        at, _ = self._known(text)
        if not at.size:
            return Likely(NONE, 1.0, {NONE: 1.0})
        length = float(np.sqrt((self.idf[at] ** 2).sum()))
        return self._told(_shares(self.table[at].sum(axis=0) / length + self.bias))

    def likely_in_part(self, text: str) -> Likely:
        """As `likely`, but what is said in one piece of a long utterance is not lost in the rest.

        The shares are halfway between those of the whole and the greatest of any piece, and do not
        add up to one; that of nothing takes the least.
        """
        at, places = self._known(text)
        size, step = _PIECE[self.language]
        beyond = int(places.max()) + 1 if at.size else 0
        if beyond <= size + 2:  # with its beginning and its end
            return self.likely(text)
        rows, squares = self.table[at], self.idf[at] ** 2
        whole = _shares(rows.sum(axis=0) / float(np.sqrt(squares.sum())) + self.bias)
        order = np.argsort(places, kind="stable")
        begins = np.arange(0, beyond - size + step, step)
        first, last = np.searchsorted(places[order], (begins, begins + size))
        sums = _up_to(rows[order])
        weights = _up_to(squares[order])
        length = np.sqrt(np.maximum(weights[last] - weights[first], 1e-9))
        pieces = _shares((sums[last] - sums[first]) / length[:, None] + self.bias)
        best = pieces.max(axis=0)
        if NONE in self.labels:
            nothing = self.labels.index(NONE)
            best[nothing] = pieces[:, nothing].min()
        return self._told((whole + best) / 2)

    def _told(self, shares: Floats) -> Likely:
        best = int(shares.argmax())
        return Likely(
            self.labels[best],
            float(shares[best]),
            dict(zip(self.labels, shares.tolist(), strict=True)),
        )

    def _known(self, text: str) -> tuple[Rows, Rows]:
        """The rows of an utterance's features, and where each begins."""
        if self.rows is not None:
            seen, places = _seen(text, self.language)
            at = self.rows[seen]
            known = at >= 0
            return at[known], places[known]
        return _rows_in(self.names, text, self.language)

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
def _seen(text: str, language: str) -> tuple[Rows, Rows]:
    """The features of an utterance in the vocabulary, for all scorers that look at it in turn."""
    return _rows_in(_vocabulary(language), text, language)


def _rows_in(names: Mapping[str, int], text: str, language: str) -> tuple[Rows, Rows]:
    """The rows of the features that are among the names, and where each begins first."""
    known = [
        (names[name], place)
        for kind in _by_place(tokens_of(text, language), language)
        for place, name in enumerate(kind)
        if name in names
    ]
    first = dict(reversed(known))
    count = len(first)
    rows, places = np.fromiter(first, np.int64, count), np.fromiter(first.values(), np.int64, count)
    return rows, places


def _shares(decision: Floats) -> Floats:
    """Shares of the labels, by row where there are several."""
    odds = np.exp(decision - decision.max(axis=-1, keepdims=True))
    shares: Floats = odds / odds.sum(axis=-1, keepdims=True)
    return shares


def _up_to(values: Floats) -> Floats:
    """The sums of the rows before each place, with that of all behind the last."""
    sums: Floats = np.concatenate((np.zeros_like(values[:1]), np.cumsum(values, axis=0)))
    return sums
