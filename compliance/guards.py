"""Reads the context around a match: what excuses words that would otherwise breach a rule.

Owns one small reader each for negation, the report of others' words, advice and correction, lawful
conditions, and questions.  A reader looks only at the utterance (with the fragment before it, where
an endpoint split a sentence).  Its cues are phrases of the pack, its scope is code: how far a cue
reaches and what stops it.  It knows no rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from compliance.phrases import Match
from compliance.rules import NEGATOR, Guard
from compliance.text import CLAUSE, SENTENCE, Folded
from compliance.tongues import beneath

# Cue labels in `packs/cues/<language>.yaml`.
NOT_NEGATOR = "not_negator"
BARRIER = "barrier"
SUBJECT = "subject"
QUOTE = "quote"
REPORT = "report"
NOT_REPORT = "not_report"
REPORT_ENDS = "report_ends"
WARNING = "warning"
ADVICE = "advice"
NOT_ADVICE = "not_advice"
CONDITION = "condition"
ASKING = "asking"

_FIRST_PERSON = frozenset(("i", "we", "我"))
_CAUSING = frozenset(
    ("ask", "let", "have", "make", "send", "get", "tell", "be", "让", "叫", "请", "派", "有", "是")
)
_REACH = {"en": 7, "zh": 8}  # how many tokens a negator reaches forward
_BESIDE = {"en": 12, "zh": 18}  # how many tokens may lie between a report or advice and a match


@dataclass(frozen=True, slots=True)
class Reading:
    """An utterance with the cues that were heard in it.

    `denying`: the phrase in question holds a negation of its own (`you can't dispute it`), so that
    one within its match denies nothing.
    """

    folded: Folded
    language: str
    cues: Mapping[str, tuple[Match, ...]]
    denying: bool = False

    @staticmethod
    def of(folded: Folded, language: str, matches: tuple[Match, ...]) -> Reading:
        """Sort the cues' matches by label."""
        cues: dict[str, list[Match]] = {}
        for match in matches:
            cues.setdefault(match.label, []).append(match)
        return Reading(folded, language, {label: tuple(found) for label, found in cues.items()})

    def heard(self, label: str) -> tuple[Match, ...]:
        """The matches of one kind of cue."""
        return self.cues.get(label, ())

    def broken(self, first: int, last: int, strength: int) -> bool:
        """Whether a break of at least this strength stands before one of the tokens."""
        return any(self.folded.breaks[index] >= strength for index in range(first, last + 1))


def negated(reading: Reading, match: Match) -> bool:
    """`We will not`, `nobody`, 不会: the words are denied.

    A negator counts some words before the match or within it, unless a new clause, a new subject or
    a word such as *otherwise* comes between.  Look-alikes (`if you don't pay`, `don't you`, 要不要)
    are cues of their own and cancel it; so does a negation that belongs to the phrase itself.
    """
    for negator in reading.heard(NEGATOR):
        if _cancelled(reading, negator, NOT_NEGATOR):
            continue
        if negator.first >= match.first:
            if negator.first <= match.last and not reading.denying:
                return True
            continue
        distance = match.first - negator.last - 1
        if distance <= _REACH.get(beneath(reading.language), 7) and not _stopped(
            reading, negator, match
        ):
            return True
    return False


def _cancelled(reading: Reading, cue: Match, label: str) -> bool:
    """Whether a cue is part of a look-alike."""
    return any(fake.first <= cue.first <= fake.last for fake in reading.heard(label))


def _stopped(reading: Reading, cue: Match, match: Match) -> bool:
    """Whether something between a cue and a match ends the cue's reach."""
    if reading.broken(cue.last + 1, match.first, CLAUSE):
        return True
    between = range(cue.last + 1, match.first)
    if any(barrier.first in between for barrier in reading.heard(BARRIER)):
        return True
    if all(reading.folded.tokens[index] in _CAUSING for index in between):
        return False  # `never ask the police to …`, 不会让警察…
    # The match may itself open with the new subject: `if you won't talk | we will …`.
    reach = range(cue.last + 1, match.first + 1)
    return any(
        subject.first in reach and not _caused(reading, cue, subject)
        for subject in reading.heard(SUBJECT)
    )


def _caused(reading: Reading, cue: Match, subject: Match) -> bool:
    """Whether what looks like a new subject is whom nobody is made to act (`never send the …`)."""
    between = reading.folded.tokens[cue.last + 1 : subject.first]
    return bool(between) and all(token in _CAUSING for token in between)


def reported(reading: Reading, match: Match) -> bool:
    """`You said he called you …`, 您說有人…: others' words, told or asked about.

    A report reaches some words on within its sentence, unless the agent's own words begin in
    between: a conclusion (`so`, `well now`, 所以, 结果), or a clause in the first person (`they
    said no, I'll …`).  Speech has no commas, so that what ends a report must be words.
    """
    return any(
        _reports(reading, cue, match) for label in (QUOTE, REPORT) for cue in reading.heard(label)
    )


def quoted(reading: Reading, match: Match) -> bool:
    """A report or advice that leaves no doubt: whose words they were, or that they are a fraud.

    Looser ones (`you said …`, `that is wrong`) leave open whose words the match is.
    """
    return any(_reports(reading, cue, match) for cue in reading.heard(QUOTE)) or any(
        _advises(reading, cue, match) for cue in reading.heard(WARNING)
    )


def _reports(reading: Reading, cue: Match, match: Match) -> bool:
    if cue.first > match.first or _cancelled(reading, cue, NOT_REPORT):
        return False
    start = min(cue.last + 1, match.first)
    if match.first - start > _BESIDE.get(beneath(reading.language), 12):
        return False
    if reading.broken(start, match.first, SENTENCE):
        return False
    # The match may itself open with what ends the report (`well you will be arrested`).
    between = range(start, match.first + 1)
    ends = (*reading.heard(BARRIER), *reading.heard(REPORT_ENDS))
    if any(end.first in between for end in ends):
        return False
    return not any(_own_clause(reading, index) for index in between)


def _own_clause(reading: Reading, index: int) -> bool:
    """Whether a clause in the agent's own person begins at a token."""
    first_person = reading.folded.tokens[index] in _FIRST_PERSON
    return first_person and reading.folded.breaks[index] >= CLAUSE


def advised(reading: Reading, match: Match) -> bool:
    """Advice against fraud, correction of a falsehood, an apology; not the match's own words."""
    return any(
        _advises(reading, cue, match) for label in (WARNING, ADVICE) for cue in reading.heard(label)
    )


def _advises(reading: Reading, cue: Match, match: Match) -> bool:
    """Whether advice stands beside the match, without another thought between the two."""
    if not (cue.first < match.first or cue.last > match.last):
        return False
    if _cancelled(reading, cue, NOT_ADVICE):
        return False
    if cue.first < match.first:
        between = range(min(cue.last + 1, match.first), match.first + 1)
    else:
        between = range(min(match.last + 1, cue.first), cue.first + 1)
    if len(between) > _BESIDE.get(beneath(reading.language), 12) + 1:
        return False
    ends = (*reading.heard(BARRIER), *reading.heard(REPORT_ENDS))
    return not any(end.first in between for end in ends if not _within(end, cue))


def _within(inner: Match, outer: Match) -> bool:
    return outer.first <= inner.first <= outer.last


def conditional(reading: Reading, match: Match) -> bool:
    """`Only if a court enters judgment`, 若取得執行名義: lawful because of its condition."""
    del match
    return bool(reading.heard(CONDITION))


def asked(reading: Reading, match: Match) -> bool:
    """An open question that asks for leave or knowledge: `would it be all right if …`."""
    return any(cue.first <= match.last for cue in reading.heard(ASKING))


READERS: Mapping[Guard, Callable[[Reading, Match], bool]] = {
    Guard.NEGATED: negated,
    Guard.REPORTED: reported,
    Guard.ADVISED: advised,
    Guard.CONDITIONAL: conditional,
    Guard.ASKED: asked,
}


def excuse(
    reading: Reading, match: Match, guards: tuple[Guard, ...], *, denying: bool = False
) -> Guard | None:
    """The first of the guards that excuses the match, or `None`; `denying` as in `Reading`."""
    if denying:
        reading = replace(reading, denying=True)
    for guard in guards:
        if READERS[guard](reading, match):
            return guard
    return None
