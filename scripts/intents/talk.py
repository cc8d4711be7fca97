"""Where the talk of a call is: a belief over stages and exits that each utterance moves.

Owns the belief: what is known of the talk before an utterance, how talk goes on from one utterance
to the next, and how like each stage the words are, weighed together (a hidden Markov model, walked
forwards).  So one odd line does not move it and two of a kind do, and an "mhm" leaves it where it
was.  What follows from it is the script's to decide.  Pure; it trains nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt

from compliance.errors import BadInput
from compliance.tongues import base_language
from compliance.transcript import Speaker
from compliance.weight_archive import UNREADABLE, arrays_of, broken, text_array
from scripts.intents.calls import TALK
from scripts.intents.scorer import FOLDER, FORMAT, Likely, Scorer, load_scorer, tokens_of

Floats = npt.NDArray[np.float64]

# How much the words of each count beside how talk goes on, chosen on calls of authors whom the
# scorers had not learned from.  Words of either side, on a mixed line, count the least.
_AGENT, _CUSTOMER, _EITHER = 1.8, 1.3, 0.6
_LEAST = 1e-3  # share that anything may have
_SHORT = 3  # tokens; an utterance of fewer says less than its words are like
_ENOUGH = 0.35  # share from which on the talk is somewhere else than before
_LED = 5.0  # how much likelier an exit is that the script goes into for what was said
_CHOSEN = 0.97  # what is believed after the agent's own key


@dataclass(frozen=True, slots=True)
class Turns:
    """How talk goes on, learned from whole calls; labels are those of `TALK`.

    `onward` is [2, labels, labels]: the share of each label after each, for an agent's utterance
    and for a customer's.  `start` is [labels]: that of a first utterance.  `known` is [2, labels]:
    the share of each label among the lines that the scorer of either had learned from.
    """

    onward: Floats
    start: Floats
    known: Floats

    def packed(self) -> bytes:
        """As a file."""
        stream = BytesIO()
        np.savez_compressed(
            stream,
            head=text_array(json.dumps({"format": FORMAT, "labels": list(TALK)})),
            onward=self.onward.astype(np.float32),
            start=self.start.astype(np.float32),
            known=self.known.astype(np.float32),
        )
        return stream.getvalue()


def unpacked(content: bytes, path: Path) -> Turns:
    """What `Turns.packed` wrote.

    Raises:
        BadInput: the file is broken or of another version.
    """
    count = len(TALK)
    try:
        arrays = arrays_of(content)
        head = json.loads(arrays["head"].tobytes())
        turns = Turns(*(arrays[name].astype(float) for name in ("onward", "start", "known")))
        shapes = (turns.onward.shape, turns.start.shape, turns.known.shape)
        if head != {"format": FORMAT, "labels": list(TALK)} or shapes != (
            (2, count, count), (2, count), (2, count),
        ):  # fmt: skip
            raise _broken(path, "it is of another version")
    except UNREADABLE as fault:
        raise _broken(path, f"it cannot be read ({type(fault).__name__})") from fault
    return turns


def _broken(path: Path, why: str) -> BadInput:
    return broken(path, why, "scripts.intents.talk_learning")


@dataclass(frozen=True, slots=True)
class Belief:
    """What the talk is in, by its share from 0 to 1; `shares` are of `TALK`, in its order.

    The label stays what it was where nothing has much of a share.
    """

    label: str
    share: float
    shares: tuple[float, ...]

    def of(self, label: str) -> float:
        """The share of one label."""
        return self.shares[TALK.index(label)]


@dataclass(frozen=True, slots=True)
class Talk:
    """Follows the talk of one language."""

    agent: Scorer
    customer: Scorer
    turns: Turns

    def chosen(self, label: str) -> Belief:
        """The agent said by key where the talk is."""
        shares = np.full(len(TALK), (1 - _CHOSEN) / (len(TALK) - 1))
        shares[TALK.index(label)] = _CHOSEN
        return _belief(shares)

    def led(self, belief: Belief, label: str) -> Belief:
        """The script went into an exit for what was just said."""
        shares = np.asarray(belief.shares).copy()
        shares[TALK.index(label)] *= _LED
        return _belief(shares / shares.sum(), belief)

    def heard(self, belief: Belief | None, speaker: Speaker, text: str) -> Belief:
        """The belief after an utterance; `None` before it where nothing was said yet."""
        side = 1 if speaker in (Speaker.CUSTOMER, Speaker.THIRD_PARTY) else 0
        turns = self.turns
        before = (
            turns.start[side] if belief is None else np.asarray(belief.shares) @ turns.onward[side]
        )
        match speaker:
            case Speaker.AGENT:
                told = _AGENT * self._words(0, text)
            case Speaker.CUSTOMER | Speaker.THIRD_PARTY:
                told = _CUSTOMER * self._words(1, text)
            case _:
                told = _EITHER * (self._words(0, text) + self._words(1, text))
        weighed = np.log(before) + told
        shares = np.exp(weighed - weighed.max())
        return _belief(shares / shares.sum(), belief)

    def _words(self, who: int, text: str) -> Floats:
        """How much likelier the words are in each label than anywhere, as a logarithm."""
        scorer = (self.agent, self.customer)[who]
        likely: Likely = scorer.likely(text)
        shares = np.array([likely.shares.get(label, 0.0) for label in TALK])
        if not shares.any():  # no word of it is known
            return np.zeros(len(TALK))
        told: Floats = np.log(shares + _LEAST) - np.log(self.turns.known[who] + _LEAST)
        return told * min(1.0, len(tokens_of(text, scorer.language)) / _SHORT)


def _belief(shares: Floats, before: Belief | None = None) -> Belief:
    best = int(shares.argmax())
    if before is not None and shares[best] < _ENOUGH:
        best = TALK.index(before.label)
    return Belief(TALK[best], float(shares[best]), tuple(shares.tolist()))


def turns_path(language: str) -> Path:
    """Where a language's (`en`, `zh`) turns of talk stand."""
    return FOLDER / f"turns.{language}.npz"


@lru_cache(maxsize=4)
def load_talk(language: str) -> Talk | None:
    """What follows the talk in a language (`en-GB`, `zh-HK`); `None` where nothing was trained.

    Raises:
        BadInput: a file of it is broken.
    """
    base = "en" if base_language(language) == "en" else "zh"
    agent, customer = load_scorer("talk_agent", base), load_scorer("talk_customer", base)
    path = turns_path(base)
    if agent is None or customer is None or not path.exists():
        return None
    return Talk(agent, customer, unpacked(path.read_bytes(), path))
