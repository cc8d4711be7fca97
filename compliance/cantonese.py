"""Reads written Cantonese as the Chinese that the packs know, each word with its place in the text.

Hong Kong writes Cantonese, written Chinese and English in one sentence: 「佢冇pay錢, 我哋會入稟」.
Owns the reading of such a text: which stretches of it are words of Cantonese (`packs/readings/
yue.tsv`), in whichever of their spellings, or spelt with characters that sound the same; what is a
word of written Chinese already stays.  So phrases, cues and examples written for Mandarin serve
for Cantonese too, and what they lack is written once, in either.  It must not know phrases or
rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compliance.sounds import jyutping
from compliance.text import Folded, fold

_PACKS = Path(__file__).parent / "packs"
WORDS = _PACKS / "readings" / "yue.tsv"
_STANDARD = _PACKS / "sounds" / "zh.tsv"

_PRONOUNS = frozenset("我你他佢")
_NOTHING = "-"
_FOLLOWED = "+"  # after a word: only where more of the clause follows
_LONGEST_STANDARD = 3  # characters, as in the list
_TOLD_BETWEEN = 6  # tokens between 話 and 知: 話你公司嘅人知
_LONGEST_ALIKE = 5
_LEAST_ALIKE = 2  # characters of a word that is known by its sound
_LOOSELY = 3  # … and of one whose sound may differ by tone and by what lazy tongues merge

# What the folding would drop or not tell apart: 唔 is a hesitation in Mandarin, 呃 too.
_DENYING = re.compile("[唔吾](?=[^\\W\\d_])")  # 吾 is how some spell it
_CHEATING = re.compile("呃(?=[人我你佢銀银錢钱咗緊紧晒])")
# 比 compares, but for 畀 it stands before who is given, or what.
_GIVING = re.compile(
    "(?<=[打還还交講讲話话寄轉转過过借發发傳传攞拎留唔未肯數数])比(?=[我你佢佢人公銀银屋老番返])"
    "|比(?=[錢钱返番咗面]|心機|心机)"
)
# 系 is 係 where no word is made with it.
_BEING = re.compile(
    "(?<![聯联關关派體体干星數数語语水譜谱科中外])系(?![統统列所主辦办數数裡里])|(?<![關关])係"
)


@dataclass(frozen=True, slots=True)
class _Words:
    """Spellings, as tokens, with what they read as; `followed` need more of their clause.

    `lengths` are, by first token, how long spellings are, longest first; `alike` are words by
    their sound; `longest` is the length of the longest word of any sort.
    """

    readings: dict[tuple[str, ...], tuple[str, ...]]
    followed: frozenset[tuple[str, ...]]
    lengths: dict[str, tuple[int, ...]]
    alike: dict[tuple[str, ...], tuple[str, ...]]
    longest: int


def read(text: str) -> Folded:
    """A text folded, with its Cantonese read as written Chinese.

    English words are words of Cantonese only among Han characters.
    """
    folded = _folded(text)
    if any("\u3400" <= token[0] <= "\u9fff" for token in folded.tokens):
        return _read(folded)
    return folded


def read_phrase(text: str) -> Folded:
    """A piece of a phrase, as `read` would have it among others; none of it reads as nothing."""
    return _read(_folded(text), whole=True)


def _folded(text: str) -> Folded:
    """A text folded, its original as given."""
    plain = _BEING.sub("是", _GIVING.sub("俾", _CHEATING.sub("骗", _DENYING.sub("不", text))))
    folded = fold(plain)
    return Folded(text, folded.tokens, folded.starts, folded.ends, folded.breaks)


def _read(folded: Folded, *, whole: bool = False) -> Folded:
    """The folded text with its words replaced; one that reads as nothing leaves its break.

    `whole`: what would read as nothing stays.
    """
    tokens: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: list[int] = []
    left = 0
    for first, beyond, reading in _pieces(folded):
        start, end = folded.starts[first], folded.ends[beyond - 1]
        left = max(left, folded.breaks[first])
        given = folded.tokens[first:beyond]
        words = given if reading is None or (whole and not reading) else reading
        changed = words != given
        for number, word in enumerate(words):
            tokens.append(word)
            starts.append(start if changed else folded.starts[first + number])
            ends.append(end if changed else folded.ends[first + number])
            breaks.append(
                left if number == 0 else (0 if changed else folded.breaks[first + number])
            )
            left = 0
    return Folded(folded.original, tuple(tokens), tuple(starts), tuple(ends), tuple(breaks))


def _pieces(folded: Folded) -> Iterator[tuple[int, int, tuple[str, ...] | None]]:
    """Stretches from first to beyond, with what they read as, `None` for as they are."""
    told = _told(folded)
    tokens, words, standard = folded.tokens, _words(), _standard()
    at = 0
    while at < len(tokens):
        if at in told:
            yield at, at + 1, told[at]
            at += 1
            continue
        ahead = _ahead(words, folded, at)
        length = _longest(words, ahead)
        known = _standard_length(ahead, standard)
        if length >= max(known, 1):
            yield at, at + length, words.readings[tokens[at : at + length]]
            at += length
            continue
        if known and not (tokens[at] in _PRONOUNS and _begins_within(words, folded, at, known)):
            yield at, at + known, None
            at += known
            continue
        sound = _by_sound(words, ahead)
        if sound is not None:
            yield at, at + sound[0], sound[1]
            at += sound[0]
            continue
        yield at, at + 1, None
        at += 1


def _begins_within(words: _Words, folded: Folded, at: int, known: int) -> bool:
    """Whether a spelling begins within a word of written Chinese and goes on beyond it: 你老|細."""
    return any(
        _longest(words, folded.tokens[inner : inner + _room(folded, inner, words.longest + 1)])
        > at + known - inner
        for inner in range(at + 1, at + known)
    )


def _ahead(words: _Words, folded: Folded, at: int) -> tuple[str, ...]:
    """The clause from a token on, as far as any word reaches, and one token more."""
    return folded.tokens[at : at + _room(folded, at, words.longest + 1)]


def _room(folded: Folded, at: int, most: int) -> int:
    """How many tokens from one on stand in its clause, counted no further than `most`."""
    room = 1
    most = min(most, len(folded.tokens) - at)
    while room < most and not folded.breaks[at + room]:
        room += 1
    return room


def _longest(words: _Words, ahead: tuple[str, ...]) -> int:
    """The length of the longest spelling that the tokens, the rest of a clause, begin with."""
    for length in words.lengths.get(ahead[0], ()):
        spelling = ahead[:length]
        if len(spelling) == length and spelling in words.readings:
            if spelling in words.followed and len(ahead) <= length:
                continue
            return length
    return 0


def _standard_length(ahead: tuple[str, ...], standard: frozenset[str]) -> int:
    for length in range(min(_LONGEST_STANDARD, len(ahead)), 1, -1):
        if "".join(ahead[:length]) in standard:
            return length
    return 0


def _told(folded: Folded) -> dict[int, tuple[str, ...]]:
    """話 … 知 around who is told: 話你公司知, `tell your company`."""
    tokens, found = folded.tokens, dict[int, tuple[str, ...]]()
    standard = _standard()
    for at, said in enumerate(tokens):
        if said != "话" or (at and tokens[at - 1] + said in standard):
            continue
        beyond = at + _room(folded, at, 2 + _TOLD_BETWEEN)
        for known in range(at + 2, beyond):
            if tokens[known] != "知" or tokens[known - 1] in {"不", "通", "想", "就", "都"}:
                continue
            if known + 1 < len(tokens) and tokens[known] + tokens[known + 1] in standard:
                break
            given = tokens[at + 1] in {"俾", "畀"}
            found[at] = ("告", "诉")
            found[known] = ("知", "道")
            if given:
                found[at + 1] = ()
            break
    return found


def _by_sound(words: _Words, ahead: tuple[str, ...]) -> tuple[int, tuple[str, ...]] | None:
    """A word that the tokens sound like, none of them the beginning of a known one."""
    for length in range(min(_LONGEST_ALIKE, len(ahead)), _LEAST_ALIKE - 1, -1):
        said = ahead[:length]
        sounds = jyutping.spelt(said, loosely=length >= _LOOSELY)
        spelling = words.alike.get(sounds) if sounds else None
        if spelling is None:
            continue
        same = sum(one == other for one, other in zip(said, spelling, strict=True))
        if same * 2 >= length:
            return length, words.readings.get(spelling, spelling)
    return None


@cache
def _standard() -> frozenset[str]:
    """Words of written Chinese, in two or three characters."""
    lines = _STANDARD.read_text(encoding="utf-8").splitlines()
    listed = (line.partition("\t")[0] for line in lines if not line.startswith("#"))
    return frozenset(word for word in listed if 1 < len(word) <= _LONGEST_STANDARD)


@cache
def _words() -> _Words:
    readings: dict[tuple[str, ...], tuple[str, ...]] = {}
    followed: set[tuple[str, ...]] = set()
    meant: list[tuple[str, ...]] = []
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        spellings, _, reading = line.partition("\t")
        words = () if reading == _NOTHING else fold(reading).tokens
        if len(words) >= _LEAST_ALIKE:
            meant.append(words)
        for spelling in spellings.split("|"):
            tokens = _folded(spelling.removesuffix(_FOLLOWED)).tokens
            if not tokens:
                continue
            readings.setdefault(tokens, words)
            if spelling.endswith(_FOLLOWED):
                followed.add(tokens)
    lengths: dict[str, set[int]] = {}
    for tokens in readings:
        lengths.setdefault(tokens[0], set()).add(len(tokens))
    return _Words(
        readings,
        frozenset(followed),
        {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()},
        _alike((*readings, *meant)),
        max(_LONGEST_ALIKE, _LONGEST_STANDARD, *map(len, readings)),
    )


def _alike(spellings: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Words by their sound; of several with one sound the first."""
    alike: dict[tuple[str, ...], tuple[str, ...]] = {}
    for tokens in spellings:
        if len(tokens) >= _LEAST_ALIKE:
            sounds = jyutping.spelt(tokens, loosely=len(tokens) >= _LOOSELY)
            if sounds:
                alike.setdefault(sounds, tokens)
    return alike
