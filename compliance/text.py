"""Folds what was said into tokens for matching, each with its place in the text as given.

Owns the folding: width, case, accents, Traditional to Simplified character by character, 您 to 你,
English contractions, fillers and immediate repetitions, spaces that a Mandarin recogniser puts
between words.  A token is one English word, one number or one Han character.  Nothing is lost: a
`Folded` maps every token back to code points of the original.  It must not know phrases or rules.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

import opencc

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

_SENTENCE_ENDS = frozenset(".!?;。！？；…")

# Characters that mean the same to a matcher, beyond OpenCC's Traditional to Simplified.
_SAME = {
    "您": "你", "妳": "你", "她": "他", "它": "他", "牠": "他", "祂": "他",
    "著": "着", "账": "帐", "賬": "帐", "甚": "什", "呐": "吗", "噁": "恶",
    "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "＇": "'",
}  # fmt: skip

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
_IS_AFTER = frozenset(
    (
        "he", "she", "it", "that", "there", "here", "who", "what", "where", "how", "when",
        "this", "someone", "somebody", "everyone", "nobody", "everything", "something",
    )
)  # fmt: skip

# A doubled Han character is mostly a word (天天, 谢谢); these are doubled only in stumbling.
_STUMBLED = frozenset("我你他是的就要会不这那在有没跟和")
_DIGIT_WORDS = frozenset(
    (
        "zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
        "double", "triple",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded into tokens.

    `line` is the tokens, each after one space, with ` ¶` where a sentence ends, and a space last;
    patterns run over it.  `offsets[i]` is where token i's space stands in `line`; `starts` and
    `ends` are half-open code-point offsets in `original`; `breaks[i]` is 0, `CLAUSE` or `SENTENCE`:
    what stood before token i.  An expanded contraction gives several tokens with one place.
    """

    original: str
    tokens: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    breaks: tuple[int, ...]
    line: str
    offsets: tuple[int, ...]

    def token_at(self, offset: int) -> int:
        """The index of the token whose share of `line` holds `offset`; -1 before the first."""
        return bisect_right(self.offsets, offset) - 1

    def quote(self, first: int, last: int) -> str:
        """The original text from token `first` up to and including token `last`."""
        return self.original[self.starts[first] : self.ends[last]]


def fold(text: str) -> Folded:
    """Fold any text; empty and odd texts give no tokens, never an error."""
    flat = text.translate(_table())
    places: list[int] | None = None
    if len(flat) != len(text):
        flat, places = _flatten_slowly(text)
    tokens: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    breaks: list[int] = []
    pending = 0
    for match in _TOKEN.finditer(flat):
        kind = match.lastgroup
        if kind == "sentence":
            pending = SENTENCE
            continue
        if kind == "clause":
            pending = pending or CLAUSE
            continue
        start, end = match.span()
        word = match.group()
        if word in _FILLERS:
            continue
        if kind == "number":
            word = word.replace(",", "")
        elif kind == "word" and (word in _SPOKEN or "'" in word):
            *before, word = _spoken(word)
            for part in before:
                tokens.append(part)
                starts.append(start)
                ends.append(end)
                breaks.append(pending)
                pending = 0
        tokens.append(word)
        starts.append(start)
        ends.append(end)
        breaks.append(pending)
        pending = 0
    _drop_repetitions(tokens, starts, ends, breaks)
    if places is not None:
        starts = [places[start] for start in starts]
        ends = [places[end - 1] + 1 for end in ends]
    return _assemble(text, tokens, starts, ends, breaks)


def joined(before: Folded, after: Folded, keep: int = 12) -> Folded:
    """`after` with the last `keep` tokens of `before` in front, as one stretch of speech.

    An endpoint may fall in the middle of a sentence.  Places are those of `after.original`; tokens
    of `before` have the empty place (0, 0).  If `before` ended its sentence, a break follows it.
    """
    tail = before.tokens[-keep:]
    ended = before.original.rstrip()[-1:] in _SENTENCE_ENDS
    breaks = [*after.breaks]
    if breaks and ended:
        breaks[0] = SENTENCE
    return _assemble(
        after.original,
        [*tail, *after.tokens],
        [*([0] * len(tail)), *after.starts],
        [*([0] * len(tail)), *after.ends],
        [*before.breaks[len(before.breaks) - len(tail) :], *breaks],
    )


def _assemble(
    text: str, tokens: list[str], starts: list[int], ends: list[int], breaks: list[int]
) -> Folded:
    pieces: list[str] = []
    offsets: list[int] = []
    position = 0
    for token, before in zip(tokens, breaks, strict=True):
        if before == SENTENCE and pieces:
            pieces.append(SENTENCE_MARK)
            position += 2
        offsets.append(position)
        pieces.append(token)
        position += len(token) + 1
    line = f" {' '.join(pieces)} " if pieces else " "
    return Folded(
        text, tuple(tokens), tuple(starts), tuple(ends), tuple(breaks), line, tuple(offsets)
    )


def _spoken(word: str) -> tuple[str, ...]:
    """The words of a contraction; a possessive loses its ending."""
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
    return (word.replace("'", ""),)


def _drop_repetitions(
    tokens: list[str], starts: list[int], ends: list[int], breaks: list[int]
) -> None:
    """Drop what is said again at once: a word (`we we will`), or two to four tokens (我们我们)."""
    index = 1
    while index < len(tokens):
        token = tokens[index]
        for length in (4, 3, 2, 1):
            if length > index or tokens[index - length] != token:
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


def _flatten_slowly(text: str) -> tuple[str, list[int]]:
    table = _table()
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        piece = character.translate(table)
        pieces.append(piece)
        places.extend([place] * len(piece))
    return "".join(pieces), places


@cache
def _table() -> dict[int, str]:
    """Code point to folded text, for `str.translate`; built once in some 50 ms."""
    table: dict[int, str] = {}
    for code in range(0x20, 0x30000):
        if 0xAC00 <= code <= 0xDFFF or 0x3400 <= code <= 0x9FFF or 0x10000 <= code < 0x1D000:
            continue  # Hangul and surrogates stay; Han follows below
        if code >= 0x20000 and not unicodedata.decomposition(chr(code)):
            continue
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cf":  # zero width, direction marks
            table[code] = ""
            continue
        folded = unicodedata.normalize("NFKD", character).casefold()
        folded = "".join(part for part in folded if not unicodedata.combining(part))
        if folded != character:
            table[code] = folded
    han = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    simplified = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    for character, simple in zip(han, simplified, strict=True):
        if simple != character and len(simple) == 1:
            table[ord(character)] = simple
    for character, same in _SAME.items():
        table[ord(character)] = same
    return table
