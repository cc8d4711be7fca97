"""Weighs an utterance by its likeness to known breaches and known lawful lines.

Owns the small linear scorer that `compliance.learning` trains from example utterances: which
features an utterance has, their weights, and what is told of the answer.  It asks three questions
apart, because one answer to all of them is worse at each: is this ordinary talk; if not, is it a
breach or only looks like one (asked twice, over the families and over all of them at once); of
which family.  It is told as sure only where a concept of the family is present, because likeness
alone is no reason to accuse anybody.  It trains nothing and judges nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from compliance.context import Listener
from compliance.errors import BadInput
from compliance.phrases import PACKS, PhraseSet, base_language
from compliance.scoring import Scored, likeness_of
from compliance.text import Folded, fold
from compliance.tongues import beneath
from compliance.weight_archive import UNREADABLE, arrays_of, broken, text_array

EXAMPLES = Path(__file__).parent / "examples"
FORMAT = 2
LAWFUL = "ok:"  # the class of lines that are lawful and of a family's topic
ORDINARY = LAWFUL + "ordinary"  # the class of lawful talk of no family
_MOST_TOKENS = 90  # of an utterance; what is longer is scored by its beginning and its end
_LEAST_TOKENS = {"en": 6, "zh": 5}  # what is shorter is too little to be like anything for sure
_LEAST_PART = 0.125  # of the likeliest family's part, for another to be told instead
_WORTH_TELLING = 0.5  # what is likelier lawful is like no breach
_BORROWED = (
    0.4  # what a scorer says against a phrase of a language that it has not learned counts less
)
_LEAN = 12  # the longest stretch that an answer is said to lean on

Floats = npt.NDArray[np.float32]
Decisions = npt.NDArray[np.floating[Any]]
_TINY = 1e-9
_MOST_ODDS = 700.0  # beyond them an exponential is too large a number
NEVER = 2.0  # as a threshold: no share reaches it


def features(tokens: Sequence[str], language: str, listener: Listener) -> list[str]:
    """What the scorer sees of an utterance.

    English: words, pairs, pairs with one word between, triples.  Mandarin: one to three characters
    together.  Who listens is one feature, and one with each word where it is not the customer.
    """
    row = ("<", *tokens, ">")
    triples = [*zip(row, row[1:], row[2:], strict=False)]
    found = [*row, *map(" ".join, pairwise(row)), *map(" ".join, triples)]
    if language == "en":
        found += [f"{first} _ {third}" for first, _, third in triples]
    found.extend(_heard_by(tokens, listener))
    return found


def _placed(tokens: Sequence[str], language: str) -> Iterator[tuple[str, int]]:
    """The features of the words, each with the index of its first token in `tokens`."""
    row = ("<", *tokens, ">")
    for at, token in enumerate(row):
        yield token, at - 1
    for at, (one, two) in enumerate(pairwise(row)):
        yield f"{one} {two}", at - 1
    for at in range(len(row) - 2):
        if language == "en":
            yield f"{row[at]} _ {row[at + 2]}", at - 1
        yield f"{row[at]} {row[at + 1]} {row[at + 2]}", at - 1


def _heard_by(tokens: Sequence[str], listener: Listener) -> Iterator[str]:
    if listener in {Listener.THIRD_PARTY, Listener.VOICEMAIL}:
        yield f"@{listener.value}"
        for token in tokens:
            yield f"@ {token}"


@dataclass(frozen=True, slots=True)
class Weights:
    """A trained scorer.

    `classes` are families, and families after `LAWFUL`; `table` is [features, classes + 1], each
    row already times its feature's inverse document frequency `idf`; `bias` is [classes + 1].  The
    last column tells breaches from lawful look-alikes whatever the family.  `sure` is by family
    the share of breach above which an answer is sure where at most the share `ordinary` is ordinary
    talk, `doubtful` the share of breach below which a phrase means little; all were chosen on
    lines whose author the training did not see.
    """

    language: str
    names: Mapping[str, int]
    classes: tuple[str, ...]
    table: Floats
    idf: Floats
    bias: Floats
    sure: Mapping[str, float]
    doubtful: float
    ordinary: float

    def packed(self) -> bytes:
        """As a file: weights in 8 bits with one scale for each class."""
        scale = np.maximum(np.abs(self.table).max(axis=0), 1e-9) / 127
        head = {
            "format": FORMAT,
            "language": self.language,
            "classes": self.classes,
            "sure": dict(self.sure),
            "doubtful": self.doubtful,
            "ordinary": self.ordinary,
        }
        stream = BytesIO()
        np.savez_compressed(
            stream,
            head=text_array(json.dumps(head)),
            names=text_array("\n".join(sorted(self.names, key=self.names.__getitem__))),
            table=np.round(self.table / scale).astype(np.int8),
            scale=scale.astype(np.float32),
            idf=self.idf.astype(np.float16),
            bias=self.bias.astype(np.float32),
        )
        return stream.getvalue()

    @staticmethod
    def unpacked(content: bytes, path: Path) -> Weights:
        """What `packed` wrote.

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
            if table.shape != (len(names), len(head["classes"]) + 1):
                raise _broken(path, "its parts do not fit together")
            return Weights(
                head["language"],
                {name: number for number, name in enumerate(names)},
                tuple(head["classes"]),
                table,
                arrays["idf"].astype(np.float32),
                arrays["bias"],
                {str(name): float(value) for name, value in head["sure"].items()},
                float(head["doubtful"]),
                float(head["ordinary"]),
            )
        except UNREADABLE as fault:
            raise _broken(path, f"it cannot be read ({type(fault).__name__})") from fault


def _broken(path: Path, why: str) -> BadInput:
    return broken(path, why, "compliance.learning train")


@dataclass(frozen=True, slots=True)
class _Opinion:
    """What an utterance is like.

    `share` is that of breaches among what is not ordinary talk, `ordinary` that of ordinary talk
    among all; `families` are the shares of their breaches, in the order of the classes.
    """

    share: float
    ordinary: float
    families: Floats
    tokens: tuple[str, ...]
    listener: Listener

    @property
    def certain(self) -> float:
        """The share of breaches among everything."""
        return self.share * (1 - self.ordinary)


def breaches(classes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of the classes are breaches."""
    return np.array([not name.startswith(LAWFUL) for name in classes])


def shares(decision: Decisions) -> Decisions:
    """Decisions [lines, classes] as shares that add up to one."""
    likely = np.exp(decision - decision.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def together(decision: Decisions, classes: Sequence[str]) -> tuple[Decisions, Decisions]:
    """The share of breaches among what is not ordinary, and the share of ordinary talk.

    Args:
        decision: [lines, classes + 1], as `Weights.table` gives them.
        classes: their names.

    Returns:
        Two arrays [lines].  The first is the mean, in log odds, of what the families' classes say
        and what the last column says: each sees what the other misses.
    """
    parts = shares(decision[:, :-1])
    breach = parts[:, breaches(classes)].sum(axis=1)
    ordinary = parts[:, [name == ORDINARY for name in classes]].sum(axis=1)
    both = zip(breach, ordinary, decision[:, -1], strict=True)
    return np.array([_mean_share(*map(float, one)) for one in both]), ordinary


def _mean_share(breach: float, ordinary: float, decision: float) -> float:
    """The share of breaches among what is not ordinary, of two opinions' mean in log odds."""
    lawful = max(1.0 - breach - ordinary, _TINY)
    odds = (math.log(max(breach, _TINY) / lawful) + decision) / 2
    return 1.0 / (1.0 + math.exp(-max(odds, -_MOST_ODDS)))


def likely(
    families: Sequence[str], parts: Sequence[float] | Decisions, topics: Collection[str]
) -> Iterator[str]:
    """The likeliest family whose topic is present, then others as likely as half of that.

    A family that is far from the likeliest of all is not told, whatever its topic.
    """
    order = sorted(range(len(families)), key=lambda at: -parts[at])
    least = parts[order[0]] * _LEAST_PART
    for at in order:
        if parts[at] < least:
            return
        if families[at] in topics:
            least = max(least, parts[at] / 2)
            yield families[at]


class LikenessScorer:
    """The scorer of one language; see `compliance.scoring.Scorer`."""

    def __init__(self, weights: Weights, topics: PhraseSet, content_hash: str) -> None:
        """Score with `weights`; `topics` finds the families (its labels) whose topic is present."""
        self._weights = weights
        self._topics = topics
        self._hash = content_hash
        self._breaches = np.flatnonzero(breaches(weights.classes))
        self._families = tuple(weights.classes[at] for at in self._breaches)
        self._ordinary = np.flatnonzero([name == ORDINARY for name in weights.classes])
        self._last: tuple[tuple[str, ...], Listener, _Opinion] | None = None

    @property
    def content_hash(self) -> str:
        """What it was trained to."""
        return self._hash

    def score(self, folded: Folded, listener: Listener) -> tuple[Scored, ...]:
        """The families whose breaches this is like and whose topic is present, surest first."""
        if len(folded.tokens) < _LEAST_TOKENS[self._weights.language]:
            return ()
        opinion = self._opinion(folded.tokens, listener)
        if opinion.share < _WORTH_TELLING or opinion.ordinary > self._weights.ordinary:
            return ()
        topics = self._present(folded)
        return tuple(self._told(opinion, topics)) if topics else ()

    def doubts(self, folded: Folded, listener: Listener, family: str | None = None) -> bool:
        """Whether breaches, of any family, are this unlikely here.

        Never where a `family` is named of which nothing was learned.
        """
        if family is not None and family not in self._families:
            return False
        return self._opinion(folded.tokens, listener).certain < self._weights.doubtful

    def nearest(self, text: str, family: str) -> str:
        """The known breach of the family most like `text`, or nothing."""
        texts = _known_breaches(self._weights.language).get(family)
        if not texts:
            return ""
        found = process.extractOne(text, texts, scorer=fuzz.token_set_ratio)
        return str(found[0]) if found is not None else ""

    def share(self, folded: Folded, listener: Listener) -> tuple[float, str]:
        """The share of breaches among all classes, and the family most like it."""
        opinion = self._opinion(folded.tokens, listener)
        return opinion.share, self._families[int(opinion.families.argmax())]

    def _present(self, folded: Folded) -> frozenset[str]:
        return frozenset(match.label for match in self._topics.search(folded))

    def _told(self, opinion: _Opinion, topics: frozenset[str]) -> Iterator[Scored]:
        weights = self._weights
        for family in likely(self._families, opinion.families, topics):
            first, last = self._leans(opinion, family)
            yield Scored(
                family=family,
                probability=opinion.share,
                label=likeness_of(family),
                first=first,
                last=last,
                sure=opinion.share >= weights.sure.get(family, NEVER),
            )

    def _opinion(self, tokens: tuple[str, ...], listener: Listener) -> _Opinion:
        last = self._last
        if last is not None and last[0] is tokens and last[1] is listener:
            return last[2]
        weights = self._weights
        read = tokens
        if len(tokens) > _MOST_TOKENS:
            read = (*tokens[: _MOST_TOKENS // 2], *tokens[-_MOST_TOKENS // 2 :])
        names = weights.names
        known = {*map(names.get, features(read, weights.language, listener))} - {None}
        rows = np.fromiter(known, dtype=np.int64, count=len(known))
        rarity = weights.idf[rows]
        norm = float(np.dot(rarity, rarity)) ** 0.5 or 1.0
        decision = weights.table[rows].sum(axis=0) / norm + weights.bias
        likely = np.exp(decision[:-1] - decision[:-1].max())
        likely /= likely.sum()
        families = likely[self._breaches]
        ordinary = float(likely[self._ordinary].sum())
        share = _mean_share(float(families.sum()), ordinary, float(decision[-1]))
        opinion = _Opinion(share, ordinary, families, read, listener)
        self._last = (tokens, listener, opinion)
        return opinion

    def _leans(self, opinion: _Opinion, family: str) -> tuple[int, int]:
        """The stretch of tokens whose features speak most for the family."""
        weights = self._weights
        place = weights.classes.index(family)
        lawful = (
            weights.classes.index(LAWFUL + family) if LAWFUL + family in weights.classes else -1
        )
        adds = np.zeros(len(opinion.tokens), dtype=np.float64)
        for name, at in _placed(opinion.tokens, weights.language):
            row = weights.names.get(name)
            if row is None:
                continue
            value = weights.table[row, place]
            if lawful >= 0:
                value = value - weights.table[row, lawful]
            width = name.count(" ") + 1
            for token in range(max(0, at), min(len(adds), at + width)):
                adds[token] += float(value) / width
        return _best_stretch(adds - max(0.0, float(adds.mean()) / 2))


@cache
def _known_breaches(language: str) -> Mapping[str, tuple[str, ...]]:
    """The examples of each family, read once, when the first answer needs them."""
    found: dict[str, list[str]] = {}
    for path in sorted((EXAMPLES / language).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry["label"] == "breach":
                found.setdefault(entry["family"], []).append(entry["text"])
    return {family: tuple(texts) for family, texts in found.items()}


def _best_stretch(adds: npt.NDArray[np.float64]) -> tuple[int, int]:
    """First and last index of the stretch with the greatest sum, at most `_LEAN` long."""
    if not len(adds):
        return 0, 0
    sums = np.concatenate(([0.0], np.cumsum(adds)))
    best = (-np.inf, 0, 0)
    for first in range(len(adds)):
        beyond = min(len(adds), first + _LEAN)
        last = first + int(np.argmax(sums[first + 1 : beyond + 1]))
        best = max(best, (float(sums[last + 1] - sums[first]), first, last))
    return best[1], best[2]


def load_likeness(language: str, topics: PhraseSet, folder: Path = PACKS) -> LikenessScorer | None:
    """The scorer that lies beside the packs of a language; `None` where none does.

    Raises:
        BadInput: its file is broken.
    """
    base = beneath(base_language(language))
    path = likeness_path(base, folder)
    if not path.is_file():
        return None
    content = path.read_bytes()
    weights = Weights.unpacked(content, path)
    if base != base_language(language):
        weights = replace(weights, doubtful=weights.doubtful * _BORROWED)
    return LikenessScorer(weights, topics, hashlib.sha256(content).hexdigest())


def likeness_path(language: str, folder: Path = PACKS) -> Path:
    """Where the weights of a language lie."""
    return folder / "likeness" / f"{language}.npz"


def share_of(scorer: LikenessScorer, text: str, listener: Listener = Listener.CUSTOMER) -> float:
    """The share of breaches in what a text is like, for whoever explains or measures it."""
    return scorer.share(fold(text), listener)[0]
