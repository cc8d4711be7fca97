"""Names from the account, favoured by sound.

Owns finding near misses of the names that are known to be said on a call: the customer's, the
agent's, the bank's and the agency's.  A model for general speech does not know them and writes
something that sounds alike.  (Vosk can be bound to a list of phrases while it runs, but then it
hears nothing else: that is for drills, not for free speech.)

It is conservative, because a name put where it was not said is worse than a name misheard:

- The customer's name is favoured in the agent's speech alone.  Whether the caller is the customer
  is what verification has to find out; the account must not put its answer into their mouth.
- A whole name needs to sound nearly the same; a single name in addition needs a title or another
  cue beside it ("mr …", 「…先生」).
- What is not in a name's stretch of speech is never touched, and `[unk]` is never filled in.

English sounds are compared by Metaphone keys together with spelling, Mandarin by syllables without
tones, where the pairs that telephone lines and regional speech blur (zh/z, ch/c, sh/s, n/l, ing/in,
eng/en, ang/an) count as one in names of three characters and more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import jellyfish
from rapidfuzz import fuzz

from assistant.speech.corrections import Change
from compliance.text import fold
from compliance.transcript import Speaker
from scripts.account import Account

# Mean of spelling and Metaphone similarity, 0 to 1.  "daniel barker" for "daniel parker" has 0.89,
# "daniel baker" 0.82; different people's whole names lie below 0.7.
WHOLE_NAME = 0.86
SINGLE_NAME = 0.78
LEAST_LETTERS = 4  # shorter single names sound like too many words
UNKNOWN = "[unk]"
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mister", "missus", "doctor"})
CUES = frozenset({("speak", "with"), ("speaking", "with"), ("speak", "to"), ("looking", "for")})
MANDARIN_TITLES = ("先生", "小姐", "女士", "太太")
BLURRED = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^l"), "n"),
    (re.compile(r"([aei])ng$"), r"\1n"),
)


@dataclass(frozen=True, slots=True)
class EnglishNames:
    """A `Finder` of near misses of English names.

    `everywhere` are whole names favoured in anybody's speech, `agent_only` in the agent's; `single`
    are names that stand alone after a title, in the agent's speech.  All are tuples of words.
    """

    everywhere: tuple[tuple[str, ...], ...]
    agent_only: tuple[tuple[str, ...], ...]
    single: tuple[str, ...]

    def find(self, units: Sequence[str], speaker: Speaker) -> Iterable[Change]:
        names = self.everywhere
        if speaker is Speaker.AGENT:
            names += self.agent_only
        for name in names:
            yield from _near_whole(units, name)
        if speaker is Speaker.AGENT:
            for single in self.single:
                yield from _near_single(units, single)


@dataclass(frozen=True, slots=True)
class MandarinNames:
    """A `Finder` of near misses of Mandarin names, in Simplified characters.

    `family` is the customer's family name, favoured before a title.
    """

    everywhere: tuple[str, ...]
    agent_only: tuple[str, ...]
    family: str

    def find(self, units: Sequence[str], speaker: Speaker) -> Iterable[Change]:
        names = self.everywhere
        if speaker is Speaker.AGENT:
            names += self.agent_only
        for name in names:
            wanted = [_readings(character) for character in name]
            for first in range(len(units) - len(name) + 1):
                heard = units[first : first + len(name)]
                if all(len(unit) == 1 for unit in heard) and _alike(heard, wanted):
                    yield Change(first, first + len(name), (name,))
        if speaker is Speaker.AGENT and self.family:
            yield from self._before_title(units)

    def _before_title(self, units: Sequence[str]) -> Iterable[Change]:
        size = len(self.family)
        wanted = [_readings(character) for character in self.family]
        for first in range(len(units) - size - 1):
            after = "".join(units[first + size : first + size + 2])
            heard = units[first : first + size]
            if (
                after in MANDARIN_TITLES
                and all(len(unit) == 1 for unit in heard)
                and _alike(heard, wanted, blurred=False)
            ):
                yield Change(first, first + size, (self.family,))


def names_of(account: Account) -> EnglishNames | MandarinNames:
    """The finder for the names of an account, in its language."""
    companies = [account.bank_name, account.agency_name]
    people = [account.customer_name, account.agent_name]
    if account.language.startswith("zh"):
        simplified = [_simplified(name) for name in companies]
        return MandarinNames(
            everywhere=tuple(name for name in simplified if len(name) > 2),
            # Two characters sound like too many words; with a title the family name is enough.
            agent_only=tuple(name for name in map(_simplified, people) if len(name) > 2),
            family=_simplified(account.family_name),
        )
    split = [tuple(name.casefold().split()) for name in (*companies, *people)]
    return EnglishNames(
        everywhere=tuple(name for name in split[:2] if len(name) > 1),
        agent_only=tuple(name for name in split[2:] if len(name) > 1),
        single=(account.family_name.casefold(),)
        if len(account.family_name) >= LEAST_LETTERS
        else (),
    )


def _near_whole(units: Sequence[str], name: tuple[str, ...]) -> Iterable[Change]:
    """Windows about as long as the name that sound nearly like it; the best of overlapping ones."""
    best: tuple[float, Change] | None = None
    for size in range(max(2, len(name) - 1), len(name) + 2):
        for first in range(len(units) - size + 1):
            heard = tuple(units[first : first + size])
            if heard == name:
                return
            score = 0.0 if UNKNOWN in heard else _likeness(heard, name, WHOLE_NAME)
            if score and (best is None or score > best[0]):
                best = score, Change(first, first + size, name)
    if best is not None:
        yield best[1]


def _near_single(units: Sequence[str], name: str) -> Iterable[Change]:
    for place, heard in enumerate(units):
        cued = place > 0 and units[place - 1] in TITLES
        cued = cued or (place > 1 and tuple(units[place - 2 : place]) in CUES)
        if cued and heard not in (name, UNKNOWN) and _likeness((heard,), (name,), SINGLE_NAME):
            yield Change(place, place + 1, (name,))


def _likeness(heard: tuple[str, ...], name: tuple[str, ...], least: float) -> float:
    """How alike two stretches sound, 0 to 1, and 0 below `least`; where words end does not count.

    Spelling alone, which is quick, rules out nearly everything.
    """
    spelling = fuzz.ratio("".join(heard), "".join(name), score_cutoff=100 * (2 * least - 1))
    if not spelling:
        return 0.0
    score = (spelling + fuzz.ratio(_key(heard), _key(name))) / 200
    return score if score >= least else 0.0


def _key(words: tuple[str, ...]) -> str:
    return "".join(jellyfish.metaphone(word) for word in words)


def _alike(heard: Sequence[str], wanted: list[frozenset[str]], *, blurred: bool = True) -> bool:
    """Whether each character can be read like its counterpart."""
    for character, readings in zip(heard, wanted, strict=True):
        own = _readings(character)
        if own & readings:
            continue
        if not blurred or not {_blur(each) for each in own} & {_blur(each) for each in readings}:
            return False
    return True


@cache
def _readings(character: str) -> frozenset[str]:
    """The syllables that a character can be, without tones; nothing for what is no Han character.

    It imports the table of readings when first needed: 0.2 s that an English call never pays.
    """
    from pypinyin import Style, pinyin  # noqa: PLC0415

    (found,) = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore") or ([],)
    return frozenset(found)


def _blur(syllable: str) -> str:
    for pattern, replacement in BLURRED:
        syllable = pattern.sub(replacement, syllable)
    return syllable


def _simplified(name: str) -> str:
    """Models write Simplified characters."""
    return "".join("".join(fold(character).tokens) or character for character in name)
