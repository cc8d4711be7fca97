"""Learns how talk goes on in a call, and measures it: `python -m scripts.intents.talk_learning`.

Owns the counting of turns, from stage to stage, in the whole calls, and the figure: how often the
stage is right, at once and within one utterance, in calls of an author of whom nothing was learned.
The words' likeness is `scripts.intents.learning`'s.  It needs the extra `training`.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from compliance.errors import AssistantError
from compliance.transcript import Speaker
from scripts.intents.calls import TALK, Call, Turn, load_calls
from scripts.intents.examples import Example, load_examples
from scripts.intents.learning import LANGUAGES, PENALTIES, train
from scripts.intents.scorer import Kind, weights_path
from scripts.intents.talk import Belief, Floats, Talk, Turns, turns_path
from scripts.prompt import STAGES

_AT = {label: number for number, label in enumerate(TALK)}
_SIDES: tuple[Kind, Kind] = ("talk_agent", "talk_customer")
_EXPECTED = 20.0  # utterances that what is expected before any call was seen counts for
_OTHERS = 0.3  # of a turn of the other side
# Odds expected: it stays; the next stage, the one after, a later or an earlier one; an exit from a
# stage and back; from exit to exit.
_STAYS, _NEXT, _SECOND, _ANY, _LEAVES, _RETURNS, _CHANGES = 8.0, 1.0, 0.4, 0.15, 0.08, 0.2, 0.04


@dataclass(frozen=True, slots=True)
class Followed:
    """How many utterances of how many were told their stage, and within one utterance."""

    utterances: int
    at_once: int
    within_one: int


def learned_turns(calls: Sequence[Call], lines: Sequence[Sequence[Example]]) -> Turns:
    """How talk goes on in these calls.

    Args:
        calls: the calls.
        lines: what the scorers of agents and of customers learned from.
    """
    count = len(TALK)
    turned = np.zeros((2, count, count))
    start = np.full((2, count), 0.2 / count)
    start[:, _AT["opening"]] += len(calls) / 2
    for call in calls:
        places = [_AT[turn.stage] for turn in call.turns]
        start[_side(call.turns[0]), places[0]] += 1
        for turn, before, here in zip(call.turns[1:], places, places[1:], strict=False):
            turned[_side(turn), before, here] += 1
    pooled = turned + _OTHERS * turned[::-1]
    total = pooled.sum(axis=2, keepdims=True)
    onward = (pooled + _EXPECTED * _expected()) / (total + _EXPECTED)
    known = np.zeros((2, count))
    for side, examples in enumerate(lines):
        for line in examples:
            known[side, _AT[line.label]] += line.weight
    return Turns(
        onward, start / start.sum(axis=1, keepdims=True), known / known.sum(axis=1, keepdims=True)
    )


def _side(turn: Turn) -> int:
    return 0 if turn.who == "agent" else 1


def _expected() -> Floats:
    count, stages = len(TALK), len(STAGES)
    odds = np.full((count, count), _CHANGES)
    odds[:stages, stages:] = _LEAVES
    odds[stages:, :stages] = _RETURNS
    odds[:stages, :stages] = _ANY
    for here in range(stages):
        for ahead, share in ((1, _NEXT), (2, _SECOND)):
            if here + ahead < stages:
                odds[here, here + ahead] = share
    np.fill_diagonal(odds, _STAYS)
    shares: Floats = odds / odds.sum(axis=1, keepdims=True)
    return shares


def unseen(language: str, authors: Iterable[str] = ()) -> dict[str, Followed]:
    """For each author of calls how well they are followed by what learned nothing of theirs.

    The folders of a language have authors of their own; one letter is one person in all of them.
    """
    calls = load_calls(language)
    lines = [load_examples(kind, language) for kind in _SIDES]
    wanted = set(authors) or {_person(call.author) for call in calls}
    found = {}
    for person in sorted(wanted):
        theirs = {call.author for call in calls if _person(call.author) == person}
        known = [[line for line in side if line.author not in theirs] for side in lines]
        agent, customer = (
            train(language, side, PENALTIES[kind]) for kind, side in zip(_SIDES, known, strict=True)
        )
        others = [call for call in calls if call.author not in theirs]
        talk = Talk(agent, customer, learned_turns(others, known))
        for author in sorted(theirs):
            found[author] = followed(talk, [call for call in calls if call.author == author])
    return found


def _person(author: str) -> str:
    return author.rpartition("-")[2]


def followed(talk: Talk, calls: Iterable[Call]) -> Followed:
    """How well the talk of these calls is followed."""
    count: Counter[str] = Counter()
    for call in calls:
        told: list[str] = [STAGES[0]]
        belief: Belief | None = None
        for turn in call.turns:
            speaker = Speaker.AGENT if turn.who == "agent" else Speaker.CUSTOMER
            belief = talk.heard(belief, speaker, turn.text)
            told.append(belief.label)
        for number, turn in enumerate(call.turns):
            count["all"] += 1
            count["at once"] += told[number + 1] == turn.stage
            count["within"] += turn.stage in told[number : number + 3]
    return Followed(count["all"], count["at once"], count["within"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Learn, measure or both; the exit status is 2 where the input is bad."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.intents.talk_learning", description=__doc__
    )
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--unseen", action="store_true", help="measure on authors left out")
    options = parser.parse_args(arguments)
    try:
        for language in options.language or LANGUAGES:
            if options.unseen:
                for author, told in unseen(language).items():
                    sys.stdout.write(
                        f"{author}: {told.at_once / told.utterances:.3f} at once, "
                        f"{told.within_one / told.utterances:.3f} within one utterance, "
                        f"of {told.utterances}, unseen\n"
                    )
            lines = [load_examples(kind, language) for kind in _SIDES]
            for kind, side in zip(_SIDES, lines, strict=True):
                content = train(language, side, PENALTIES[kind]).packed()
                weights_path(kind, language).write_bytes(content)
                sys.stdout.write(
                    f"{kind} {language}: {len(side)} lines, {len(content) / 1024:.0f} KiB\n"
                )
            turns_path(language).write_bytes(learned_turns(load_calls(language), lines).packed())
    except AssistantError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
