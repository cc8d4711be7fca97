"""Folds what was said into tokens for matching, each with its place in the text as given.

Owns the folding: width, case, accents, Traditional to Simplified character by character, 您 to 你,
English contractions, fillers and immediate repetitions, spaces that a Mandarin recogniser puts
between words.  A token is one English word, one number or one Han character.  Nothing is lost: a
`Folded` maps every token back to code points of the original.  It must not know phrases or rules.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from operator import eq

from compliance.flattening import flatten

# A break that ends a sentence, or only a clause, before a token.
SENTENCE = 2
CLAUSE = 1

SENTENCE_MARK = "\u00b6"  # stands in `Folded.line` where a sentence ends; no token contains it

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(
    rf"(?P<han>[{_HAN}])"
    r"|(?P<number>\d+(?:[.,:]\d+)*)"
    rf"|(?P<word>[^\W\d_{_HAN}]+(?:'[^\W\d_{_HAN}]+)*'?)"
    r"|(?P<money>[$£€¥%])"
    r"|(?P<sentence>[.!?;。！？；…\n\u2028\u2029]+)"
    r"|(?P<clause>[,:、，：—–\"“”「」『』()（）]+)"
)

# The same without names, and with a short way for plain English words: twice as fast.
_PIECE = re.compile(
    rf"[a-z]+(?:'[a-z]+)*+(?![^\W\d_{_HAN}]|')|{re.sub(r'[?]P<[a-z]+>', '?:', _TOKEN.pattern)}"
)

_SENTENCE_ENDS = frozenset(".!?;。！？；…")

_FILLERS = frozenset(
    (
        "uh", "uhh", "um", "umm", "er", "erm", "hmm", "mm", "mhm", "ah", "eh",
        "嗯", "呃", "哦", "喔", "噢", "唔", "欸", "诶", "哎",
    )
)  # fmt: skip

# Whole words whose parts are spoken together; the apostrophe may be missing after recognition.
_SPOKEN = {
    "can't": "can not", "cant": "can not", "cannot": "can not", "won't": "will not",
    "wont": "will not", "shan't": "shall not", "ain't": "is not", "aint": "is not",
    "let's": "let us", "y'all": "you all", "yall": "you all", "ya": "you", "gonna": "going to",
    "gotta": "got to", "wanna": "want to", "lemme": "let me", "gimme": "give me",
    "kinda": "kind of", "dunno": "do not know", "'em": "them", "ma'am": "madam",
    "c'mon": "come on", "o'clock": "oclock", "d'you": "do you", "whatcha": "what are you",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "isnt": "is not",
    "arent": "are not", "wasnt": "was not", "werent": "were not", "havent": "have not",
    "hasnt": "has not", "hadnt": "had not", "wouldnt": "would not", "shouldnt": "should not",
    "couldnt": "could not", "youre": "you are", "youve": "you have", "youll": "you will",
    "theyre": "they are", "theyll": "they will", "theyve": "they have", "weve": "we have",
    "im": "i am", "ive": "i have", "hes": "he is", "shes": "she is", "thats": "that is",
    "theres": "there is", "whats": "what is", "whos": "who is", "heres": "here is",
    "okay": "ok",
}  # fmt: skip
_ENDINGS = {"n't": "not", "'re": "are", "'ll": "will", "'ve": "have", "'m": "am", "'d": "would"}
# Words that end in -in by themselves: what stands after them is a closing quotation mark.
_NOT_DROPPED = frozenset(
    (
        "admin", "basin", "begin", "cabin", "cousin", "login", "margin", "origin", "plugin",
        "ruin", "skin", "spin", "thin", "twin", "within",
    )
)  # fmt: skip
_IS_AFTER = frozenset(
    (
        "he", "she", "it", "that", "there", "here", "who", "what", "where", "how", "when",
        "this", "someone", "somebody", "everyone", "nobody", "everything", "something",
    )
)  # fmt: skip

_LONGEST_REPETITION = 4  # tokens that are said again at once
_REMEMBERED = 50_000  # pieces whose folding is remembered
_REMEMBERED_LENGTH = 40

# A doubled Han character is mostly a word (天天, 谢谢); these are doubled only in stumbling.
_STUMBLED = frozenset("我你他是的就要会不这那在有没跟和")
_DIGIT_WORDS = frozenset(
    (
        "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
        "double", "triple",
    )
)  # fmt: skip


class Positions:
    """Where each token of a text stands, for searches that take all places at once.

    `pieces` are the tokens with `SENTENCE_MARK` between sentences; bit i of `masks[piece]` is set
    where piece i is that one.  `words` are the tokens and every two that stand together (`a b`).
    """

    __slots__ = ("_masks", "pieces", "words")

    def __init__(self, pieces: tuple[str, ...]) -> None:
        self.pieces = pieces
        self.words = {*pieces, *map(" ".join, pairwise(pieces))}
        self._masks: dict[str, int] | None = None

    @property
    def masks(self) -> dict[str, int]:
        """The places of each piece."""
        masks = self._masks
        if masks is None:
            masks = self._masks = {}
            bit = 1
            for piece in self.pieces:
                masks[piece] = masks.get(piece, 0) | bit
                bit <<= 1
        return masks


class _Laid:
    """What is worked out of a `Folded` when it is first asked for."""

    line: str | None = None
    offsets: tuple[int, ...] = ()
    pieces: tuple[str, ...] | None = None
    positions: Positions | None = None


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded into tokens.

    `starts` and `ends` are half-open code-point offsets in `original`; `breaks[i]` is 0, `CLAUSE`
    or `SENTENCE`: what stood before token i.  An expanded contraction gives several tokens with
    one place.
    """

    original: str
    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    breaks: tuple[int, ...]
    _laid: _Laid = field(default_factory=_Laid, init=False, compare=False, repr=False)

    @property
    def line(self) -> str:
        """The tokens, each after one space, with ` ¶` where a sentence ends, and a space last."""
        return self._lay().line or " "

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where in `line` the space before each token stands."""
        return self._lay().offsets

    @property
    def pieces(self) -> tuple[str, ...]:
        """The tokens with `SENTENCE_MARK` between sentences."""
        pieces = self._laid.pieces
        if pieces is None:
            pieces = self.tokens
            if SENTENCE in self.breaks[1:]:
                marked: list[str] = []
                for token, before in zip(self.tokens, self.breaks, strict=True):
                    if before == SENTENCE and marked:
                        marked.append(SENTENCE_MARK)
                    marked.append(token)
                pieces = tuple(marked)
            self._laid.pieces = pieces
        return pieces

    @property
    def positions(self) -> Positions:
        """Where each token stands."""
        positions = self._laid.positions
        if positions is None:
            positions = self._laid.positions = Positions(self.pieces)
        return positions

    def token_of(self, piece: int) -> int:
        """The index of the token that one of `pieces` is."""
        pieces = self.pieces
        if pieces is self.tokens:
            return piece
        return piece - pieces[:piece].count(SENTENCE_MARK)

    def token_at(self, offset: int) -> int:
        """The index of the token whose share of `line` holds `offset`; -1 before the first."""
        return bisect_right(self.offsets, offset) - 1

    def quote(self, first: int, last: int) -> str:
        """The original text from token `first` up to and including token `last`."""
        return self.original[self.starts[first] : self.ends[last]]

    def _lay(self) -> _Laid:
        laid = self._laid
        if laid.line is None:
            offsets: list[int] = []
            position = 0
            for token, before in zip(self.tokens, self.breaks, strict=True):
                if before == SENTENCE and offsets:
                    position += 2
                offsets.append(position)
                position += len(token) + 1
            laid.offsets = tuple(offsets)
            laid.line = f" {' '.join(self.pieces)} " if offsets else " "
        return laid


def fold(text: str) -> Folded:
    """Fold any text; empty and odd texts give no tokens, never an error."""
    tokens, starts, ends, breaks = _scanned(text, 0)
    if _may_repeat(tokens):
        _drop_repetitions(tokens, starts, ends, breaks, 1)
    return Folded(text, tuple(tokens), tuple(starts), tuple(ends), tuple(breaks))


def refold(before: Folded, text: str) -> Folded:
    """`fold(text)`, at the cost of what differs from the text folded before it.

    Made for a recogniser's partials, each of which mostly goes on from the one before.
    """
    same = _same_beginning(before.original, text)
    keep = bisect_right(before.ends, same)
    # A number goes on after its comma (`3,` `3,000`), so that a token is settled two places on.
    while keep and len(flatten(text[before.ends[keep - 1] : same])[0]) < 2:
        keep = bisect_left(before.ends, before.ends[keep - 1])
    if keep == 0:
        return fold(text)
    begin = before.ends[keep - 1]
    tokens, starts, ends, breaks = _scanned(text, begin)
    # What was said just before may now be said again.
    around = max(0, keep - 2 * _LONGEST_REPETITION)
    tokens[:0] = before.tokens[around:keep]
    starts[:0] = before.starts[around:keep]
    ends[:0] = before.ends[around:keep]
    breaks[:0] = before.breaks[around:keep]
    _drop_repetitions(tokens, starts, ends, breaks, keep - around)
    return Folded(
        text,
        before.tokens[:around] + tuple(tokens),
        before.starts[:around] + tuple(starts),
        before.ends[:around] + tuple(ends),
        before.breaks[:around] + tuple(breaks),
    )


_Columns = tuple[list[str], list[int], list[int], list[int]]


def _scanned(text: str, begin: int) -> _Columns:
    """Tokens, starts, ends and breaks of a text from `begin` on, repetitions and all."""
    rest = text[begin:] if begin else text
    flat, places = flatten(rest)
    tokens: list[str] = []
    spans: list[tuple[int, int]] = []
    broken: list[tuple[int, int]] = []
    readings = _READINGS
    for match in _PIECE.finditer(flat):
        reading = readings[match[0]]
        if isinstance(reading, str):
            tokens.append(reading)
            spans.append(match.span())
        elif isinstance(reading, int):
            broken.append((len(tokens), reading))
        else:
            tokens.extend(reading)
            spans.extend([match.span()] * len(reading))
    breaks = [0] * len(tokens)
    for index, strength in broken:
        # A sentence's end outweighs a comma; what ends the text stands before nothing.
        if index < len(tokens):
            breaks[index] = max(breaks[index], strength)
    if not tokens:
        return [], [], [], []
    starts, ends = map(list, zip(*spans, strict=True))
    if places is not None:
        starts = [places[start] for start in starts]
        ends = [places[end - 1] + 1 for end in ends]
    if begin:
        starts = [begin + start for start in starts]
        ends = [begin + end for end in ends]
    return tokens, starts, ends, breaks


def reworded(folded: Folded, first: int, last: int, tokens: tuple[str, ...]) -> Folded:
    """The same text with other tokens, at least one, read in the place of `first` to `last`.

    Each of the new tokens has the whole place in the text as given.
    """
    more = len(tokens) - 1
    start, end = folded.starts[first], folded.ends[last]
    return Folded(
        folded.original,
        (*folded.tokens[:first], *tokens, *folded.tokens[last + 1 :]),
        (*folded.starts[:first], start, *(start,) * more, *folded.starts[last + 1 :]),
        (*folded.ends[:first], end, *(end,) * more, *folded.ends[last + 1 :]),
        (*folded.breaks[: first + 1], *(0,) * more, *folded.breaks[last + 1 :]),
    )


class _Readings(dict[str, "str | int | tuple[str, ...]"]):
    """What a piece of flat text says: a token, several, none (a filler), or a break's strength.

    People say the same words again and again, so that what a word folds to is remembered.
    """

    def __missing__(self, piece: str) -> str | int | tuple[str, ...]:
        reading = _read_piece(piece)
        if len(piece) <= _REMEMBERED_LENGTH:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[piece] = reading
        return reading


def _read_piece(piece: str) -> str | int | tuple[str, ...]:
    match = _TOKEN.match(piece)
    kind = match.lastgroup if match else None
    if kind == "sentence":
        return SENTENCE
    if kind == "clause":
        return CLAUSE
    if piece in _FILLERS:
        return ()
    if kind == "number":
        return piece.replace(",", "")
    if kind == "word" and (piece in _SPOKEN or "'" in piece):
        words = _spoken(piece)
        return words[0] if len(words) == 1 else words
    return piece


_READINGS = _Readings()


def _same_beginning(one: str, other: str) -> int:
    """How many code points two texts have in common from their beginning."""
    if other.startswith(one):
        return len(one)
    same, beyond = 0, min(len(one), len(other))
    while same < beyond:
        middle = (same + beyond + 1) // 2
        if one[same:middle] == other[same:middle]:
            same = middle
        else:
            beyond = middle - 1
    return same


def joined(before: Folded, after: Folded, keep: int = 12) -> Folded:
    """`after` with the last `keep` tokens of `before` in front, as one stretch of speech.

    An endpoint may fall in the middle of a sentence.  Places are those of `after.original`; tokens
    of `before` have the empty place (0, 0).  If `before` ended its sentence, a break follows it.
    """
    tail = before.tokens[-keep:]
    breaks = after.breaks
    if breaks and before.original.rstrip()[-1:] in _SENTENCE_ENDS:
        breaks = (SENTENCE, *breaks[1:])
    nowhere = (0,) * len(tail)
    return Folded(
        after.original,
        tail + after.tokens,
        nowhere + after.starts,
        nowhere + after.ends,
        before.breaks[len(before.breaks) - len(tail) :] + breaks,
    )


def _spoken(word: str) -> tuple[str, ...]:
    """The words of a contraction; a possessive loses its ending, `callin'` gets its g back."""
    known = _SPOKEN.get(word)
    if known is not None:
        return tuple(known.split(" "))
    if "'" not in word:
        return (word,)
    for ending, meaning in _ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending):
            return (*_spoken(word[: -len(ending)]), meaning)
    if word.endswith("'s"):
        stem = word[:-2]
        return (stem, "is") if stem in _IS_AFTER else (stem,)
    if word.endswith("in'") and (word in ("doin'", "goin'") or _drops_its_g(word[:-1])):
        return (f"{word[:-1]}g",)
    return (word.replace("'", ""),)


def _drops_its_g(word: str) -> bool:
    """Whether this is a participle as many say it: `callin'`, not the quoted 'again'."""
    return len(word) > 4 and word not in _NOT_DROPPED and not word.endswith(("ain", "oin"))


def _may_repeat(tokens: list[str]) -> bool:
    """Whether any token, or two together, stand twice: without that nothing is said again."""
    if len(set(tokens)) == len(tokens):
        return False
    following = tokens[1:]
    return any(map(eq, tokens, following)) or len({*pairwise(tokens)}) < len(following)


def _drop_repetitions(
    tokens: list[str], starts: list[int], ends: list[int], breaks: list[int], index: int
) -> None:
    """Drop what is said again at once: a word (`we we will`), or two to four tokens (我们我们).

    What stands before `index` has been looked at.
    """
    while index < len(tokens):
        token = tokens[index]
        near = tokens[max(0, index - _LONGEST_REPETITION) : index]
        for length in range(len(near), 0, -1) if token in near else ():
            if tokens[index - length] != token:
                continue
            first = index - 2 * length + 1
            if first < 0 or tokens[first : first + length] != tokens[first + length : index + 1]:
                continue
            if starts[first] == starts[index] or not _is_stumble(tokens[first : first + length]):
                continue
            cut = slice(first + length, index + 1)
            for column in (tokens, starts, ends, breaks):
                del column[cut]
            index -= length
            break
        index += 1


def _is_stumble(repeated: list[str]) -> bool:
    if any(token[0].isdigit() or token in _DIGIT_WORDS for token in repeated):
        return False  # digits of a number
    if len(repeated) == 1:
        word = repeated[0]
        return len(word) > 1 or word.isascii() or word in _STUMBLED
    # Two Han characters twice are a stumble (我们我们); four times the same (天天天天) is not.
    return len(set(repeated)) > 1
