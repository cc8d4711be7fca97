"""Bounded regular expressions, for what no phrase can say; they run over folded text.

Owns the subset of expressions that a pack may use and the proof that each stays cheap: no group is
repeated that itself repeats, `*` and `+` reach at most `MOST` characters, and the ways in which an
expression can be read multiply to at most `WAYS`, so that one look at a place takes bounded work
whatever was said.  Each needs letters of its own, by which it is passed over where they are absent.
It knows neither rules nor phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from compliance.errors import BadInput
from compliance.phrases import Match, Phrase
from compliance.text import Folded, fold

LONGEST = 200  # characters of an expression as written
MOST = 40  # how far `*`, `+` and `{n,}` reach
WAYS = 2_000  # ways to read an expression, the product of all its choices
NOT_A_PHRASE = -1  # the `phrase` of a match that no phrase made

_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_ESCAPES = frozenset("bBdDwWsS")
_REPEAT = re.compile(r"\{(\d{1,3})?(,)?(\d{1,3})?\}|[*+?]")


class _ExpressionError(ValueError):
    """An expression is not one that a pack may use; `column` counts from 0."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of an expression, rewritten with every repetition bounded.

    `ways` is in how many ways it can be read; `literal` the longest text that every reading holds;
    `repeats` whether something in it repeats; `exact` whether it is its literal and nothing else.
    """

    pattern: str
    ways: int = 1
    literal: str = ""
    repeats: bool = False
    exact: bool = False


class _Parser:
    """Reads the subset by recursive descent: choices, runs, atoms with a repetition each."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> _Piece:
        piece = self._choice(0)
        if self._at < len(self._text):
            raise self._error("a group is closed that was never opened")
        return piece

    def _error(self, message: str, at: int | None = None) -> _ExpressionError:
        return _ExpressionError(message, self._at if at is None else at)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _choice(self, depth: int) -> _Piece:
        if depth > 10:
            raise self._error("groups are nested too deeply")
        options = [self._run(depth)]
        while self._peek() == "|":
            self._at += 1
            options.append(self._run(depth))
        if len(options) == 1:
            return options[0]
        return _Piece(
            "|".join(option.pattern for option in options),
            sum(option.ways for option in options),
            "",
            any(option.repeats for option in options),
        )

    def _run(self, depth: int) -> _Piece:
        pieces: list[_Piece] = []
        while self._peek() not in {"", "|", ")"}:
            pieces.append(self._repeated(depth))
        ways = 1
        best, current = "", ""
        for piece in pieces:
            ways *= piece.ways
            current = current + piece.literal if piece.exact else ""
            best = max(best, current, piece.literal, key=len)
        return _Piece(
            "".join(piece.pattern for piece in pieces),
            ways,
            best,
            any(piece.repeats for piece in pieces),
            all(piece.exact for piece in pieces),
        )

    def _repeated(self, depth: int) -> _Piece:
        atom = self._atom(depth)
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return atom
        start, self._at = self._at, found.end()
        least, most = self._bounds(found, start)
        if self._peek() in {"?", "+"}:
            self._at += 1  # greedy, lazy, possessive: the bound is what matters
        if _REPEAT.match(self._text, self._at):
            raise self._error("a repetition of a repetition")
        if atom.repeats:
            raise self._error("a group is repeated that itself repeats", start)
        pattern = f"{atom.pattern}{{{least},{most}}}"
        span = most - least + 1
        ways = sum(atom.ways**count for count in range(least, most + 1)) if atom.ways > 1 else span
        literal = atom.literal if least else ""
        return _Piece(pattern, ways, literal, repeats=True)

    def _bounds(self, found: re.Match[str], start: int) -> tuple[int, int]:
        sign = found.group()
        if sign == "?":
            return 0, 1
        if sign in {"*", "+"}:
            return int(sign == "+"), MOST
        low, comma, high = found.groups()
        least = int(low or 0)
        most = int(high) if high else (max(MOST, least) if comma else least)
        if (low is None and high is None) or most < least or most > MOST:
            raise self._error(
                f"a repetition reaches from a smaller number to at most {MOST}", start
            )
        return least, most

    def _atom(self, depth: int) -> _Piece:
        sign, start = self._peek(), self._at
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            found = _CLASS.match(self._text, self._at)
            if found is None:
                raise self._error("a class is never closed")
            self._at = found.end()
            return _Piece(found.group())
        if sign == "\\":
            return self._escape()
        if sign in {"*", "+", "?", "{"}:
            raise self._error("a repetition of nothing")
        self._at += 1
        if sign in {".", "^", "$"}:
            return _Piece(sign)
        if fold(sign).line.strip() != sign and not sign.isspace() and sign not in "'-$€£¥%.":
            raise self._error(
                f"{sign!r} never stands in folded text; write it as it is folded", start
            )
        return _Piece(re.escape(sign), literal=sign, exact=True)

    def _group(self, depth: int) -> _Piece:
        start = self._at
        self._at += 1
        if self._peek() == "?":
            if self._text[self._at : self._at + 2] != "?:":
                raise self._error("only plain groups are allowed: no look-around, no name", start)
            self._at += 2
        inner = self._choice(depth + 1)
        if self._peek() != ")":
            raise self._error("a group is never closed", start)
        self._at += 1
        return _Piece(f"(?:{inner.pattern})", inner.ways, inner.literal, inner.repeats, inner.exact)

    def _escape(self) -> _Piece:
        sign, start = self._text[self._at + 1 : self._at + 2], self._at
        self._at += 2
        if sign in _ESCAPES:
            return _Piece(f"\\{sign}")
        if not sign or sign.isalnum():
            raise self._error("a back reference or an unknown escape", start)
        return _Piece(re.escape(sign), literal=sign, exact=True)


@dataclass(frozen=True, slots=True)
class _Expression:
    """A compiled expression and the text that must be present for it to match at all."""

    written: Phrase
    pattern: re.Pattern[str]
    literal: str


class ExpressionSet:
    """Regular expressions of one language, each under the label of its detector."""

    def __init__(self, expressions: tuple[_Expression, ...] = ()) -> None:
        self._expressions = expressions

    @staticmethod
    def compile(written: Iterable[Phrase]) -> ExpressionSet:
        """Compile expressions as written; each carries its label and place as phrases do.

        Raises:
            BadInput: with every expression that is no expression, too long, may take too much work,
                or has no letters of its own.
        """
        expressions: list[_Expression] = []
        faults = []
        for phrase in written:
            try:
                expressions.append(_compiled(phrase))
            except _ExpressionError as error:
                faults.append(phrase.fault(f"{error} (at {error.column + 1})"))
        if faults:
            raise BadInput("the regular expressions have faults", tuple(faults))
        return ExpressionSet(tuple(expressions))

    def __len__(self) -> int:
        return len(self._expressions)

    def search(self, folded: Folded) -> tuple[tuple[Match, str], ...]:
        """Every place where one matched, with the expression as written."""
        found = []
        line = folded.line
        for expression in self._expressions:
            if expression.literal not in line:
                continue
            for hit in expression.pattern.finditer(line):
                match = _match(expression.written.label, hit, folded)
                if match is not None:
                    found.append((match, expression.written.text))
        return tuple(found)


def _compiled(phrase: Phrase) -> _Expression:
    text = phrase.text
    if len(text) > LONGEST:
        raise _ExpressionError(f"it is longer than {LONGEST} characters", LONGEST)
    piece = _Parser(text).parse()
    if piece.ways > WAYS:
        raise _ExpressionError(f"it can be read in more than {WAYS} ways; say less at once", 0)
    literal = piece.literal.strip()
    han = any(ord(sign) >= 0x2E80 for sign in literal)
    if len(literal) < (1 if han else 2):
        raise _ExpressionError("it has no letters of its own that every match must hold", 0)
    try:
        return _Expression(phrase, re.compile(piece.pattern), piece.literal)
    except re.error as error:
        raise _ExpressionError(f"it is no expression: {error.msg}", error.pos or 0) from None


def _match(label: str, hit: re.Match[str], folded: Folded) -> Match | None:
    text = hit.group()
    start = hit.start() + len(text) - len(text.lstrip())
    end = hit.end() - (len(text) - len(text.rstrip()))
    if start >= end:
        return None
    first, last = folded.token_at(start), folded.token_at(end - 1)
    return Match(label, NOT_A_PHRASE, first, last, folded.starts[first], folded.ends[last])
