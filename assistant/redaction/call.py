"""The redacted copy of a call: each utterance covered where it must be, and what to silence.

Owns the spells in which every figure goes (while identity is confirmed, while a card or an account
is read out), numbers that are spread over several utterances, and what the account itself tells
(names, numbers, addresses).  It fails closed: what has no times is silenced whole.  Pure; the call
it is given is not changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.redaction.figures import Stretch, is_figure, stretches, tokens_of
from assistant.redaction.kinds import Sort, sort_of, with_month
from assistant.redaction.names import announced
from assistant.redaction.places import addresses
from compliance.flattening import flatten
from compliance.transcript import Speaker, Utterance, Word
from scripts.account import Account

_LONG = 7  # figures over several utterances that are somebody's number
_PAYING = 6  # utterances without a figure after which nobody reads a number out any more
_PAD_S = 0.15  # a recogniser's times are no better than that
_ASKED = re.compile(
    r"\b(card|account|routing|sort|iban|security|phone|cell|mobile|social) (number|code)\b|\bcvv\b"
    r"|\bread (me|out) (the|your)\b|\blong number\b|\bnumber on (the|your) card\b"
    r"|卡号|卡號|卡片号码|卡片號碼|账号|帳號|账户号|帳戶號|安全码|安全碼|有效期|验证码|驗證碼|"
    r"手机号|手機號|电话号码|電話號碼|身分證|身份证",
    re.IGNORECASE,
)


# 一定, 一直, 一起: words that no figure is read out in.
_NO_FIGURE = re.compile("一[定直些般旦樣样起]")


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance and whether the right party was being confirmed when it was said."""

    utterance: Utterance
    verifying: bool = False


@dataclass(frozen=True, slots=True)
class Mask:
    """A covered place: code points of the text, half open, and what stood there."""

    start: int
    end: int
    sort: Sort


@dataclass(frozen=True, slots=True)
class Redacted:
    """An utterance as others may see it.

    `text` has the sort in brackets where something was covered; `words` are those that are left;
    `silent_s` are the stretches of its channel's sound, seconds of the call, that must be silenced.
    """

    utterance: Utterance
    masks: tuple[Mask, ...]
    text: str
    words: tuple[Word, ...]
    silent_s: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Strictness:
    """What more goes in a copy that leaves the people of a call behind.

    `figures`: every figure, lone ones, amounts and days too.  `announced`: names by the words
    around them, whether or not the account knows them.  `closed`: while identity is confirmed or a
    number is read out, the sound of everybody but the agent goes whole, and the agent's where
    anything in the utterance was covered; what was misheard there stands in no text.  `names` go
    wherever they are said.
    """

    figures: bool = False
    announced: bool = False
    closed: bool = False
    names: tuple[str, ...] = ()


AS_USUAL = Strictness()


def redacted(
    call: Sequence[Said],
    *,
    today: date,
    accounts: Sequence[Account] = (),
    strict: Strictness = AS_USUAL,
) -> tuple[Redacted, ...]:
    """The copy of a call's utterances, in their order.

    Args:
        call: the finals of all speakers, in the order said.
        today: the day of the call.
        accounts: whose names and numbers go wherever they are said: all that the call ever had.
        strict: what goes beyond that.
    """
    known = dict.fromkeys(secret for account in accounts for secret in _secrets(account))
    secrets = (*known, *((_pattern(name), Sort.NAME) for name in _parts(strict.names)))
    spread = _spread(call)
    sensitive = [*_sensitive(call)]
    return tuple(
        _covered(
            said.utterance, secrets, today, strict, whole=sensitive[index], spread=index in spread
        )
        for index, said in enumerate(call)
    )


def _covered(
    utterance: Utterance,
    secrets: tuple[tuple[re.Pattern[str], Sort], ...],
    today: date,
    strict: Strictness,
    *,
    whole: bool,
    spread: bool,
) -> Redacted:
    text = utterance.text
    tokens = tokens_of(text)
    runs = stretches(tokens)
    masks = [Mask(*span, Sort.ADDRESS) for span in addresses(text, tokens, runs)]
    for run in runs:
        sort = sort_of(run, tokens, text, today=today, sensitive=whole or strict.figures)
        if sort is None and spread:
            sort = Sort.NUMBER
        if sort is not None:
            masks.append(Mask(run.start, run.end, sort))
        day = with_month(run, tokens) if strict.figures else None
        if day is not None:
            masks.append(Mask(*day, sort or Sort.FIGURES))
    for pattern, sort in secrets:
        masks.extend(Mask(*span, sort) for span in _found(pattern, text))
    if strict.announced:
        flat, places = flatten(text)
        masks.extend(
            Mask(*_in_text(span, places), Sort.NAME)
            for span in announced(flat)
            if span[0] < span[1]
        )
    if strict.figures:
        # Figures that are said one at a time are a number all the same.
        masks.extend(
            Mask(run.start, run.end, Sort.FIGURES)
            for run in stretches(tokens, amounts=True)
            if not _NO_FIGURE.match(text, run.start)
        )
    merged = tuple(_merged(masks))
    words, silent = _heard(utterance, merged)
    if strict.closed and whole and (merged or utterance.speaker is not Speaker.AGENT):
        silent = _whole(utterance)
    return Redacted(utterance, merged, _written(text, merged), words, silent)


def _merged(masks: list[Mask]) -> Iterator[Mask]:
    """Masks in order, those that touch made one; the longer one names it."""
    current: Mask | None = None
    for mask in sorted(masks, key=lambda mask: (mask.start, -mask.end)):
        if current is None:
            current = mask
        elif mask.start < current.end:
            longer = max(current, mask, key=lambda one: one.end - one.start)
            current = Mask(current.start, max(current.end, mask.end), longer.sort)
        else:
            yield current
            current = mask
    if current is not None:
        yield current


def _written(text: str, masks: tuple[Mask, ...]) -> str:
    parts: list[str] = []
    at = 0
    for mask in masks:
        parts += [text[at : mask.start], f"[{mask.sort.value}]"]
        at = mask.end
    return "".join((*parts, text[at:]))


def _heard(
    utterance: Utterance, masks: tuple[Mask, ...]
) -> tuple[tuple[Word, ...], tuple[tuple[float, float], ...]]:
    """The words that are left, and the sound that must go."""
    if not masks:
        return utterance.words, ()
    whole = _whole(utterance)
    places = _places(utterance)
    if places is None:
        return (), whole
    kept: list[Word] = []
    silent: list[tuple[float, float]] = []
    for word, (start, end) in zip(utterance.words, places, strict=True):
        if not any(mask.start < end and start < mask.end for mask in masks):
            kept.append(word)
        elif word.start_s is None or word.end_s is None:
            return (), whole
        else:
            silent.append((max(0.0, word.start_s - _PAD_S), word.end_s + _PAD_S))
    return tuple(kept), tuple(_joined(silent))


def _whole(utterance: Utterance) -> tuple[tuple[float, float], ...]:
    """All of an utterance; all of the call where nobody knows when it was said."""
    start = 0.0 if utterance.start_s is None else max(0.0, utterance.start_s - _PAD_S)
    end = float("inf") if utterance.end_s is None else utterance.end_s + _PAD_S
    return ((start, end),)


def _places(utterance: Utterance) -> list[tuple[int, int]] | None:
    """Where each word stands in the text; `None` where the words are not those of the text."""
    places: list[tuple[int, int]] = []
    at = 0
    for word in utterance.words:
        found = utterance.text.find(word.text, at)
        if found < 0:
            return None
        at = found + len(word.text)
        places.append((found, at))
    return places or None


def _joined(spells: list[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    current: tuple[float, float] | None = None
    for start, end in sorted(spells):
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current


# ---- over several utterances ---------------------------------------------------------------------


def _sensitive(call: Sequence[Said]) -> Iterator[bool]:
    """Whether each utterance belongs to a spell in which personal figures are said."""
    quiet = _PAYING
    for said in call:
        asked = bool(_ASKED.search(said.utterance.text))
        figures = any(is_figure(token.text) for token in tokens_of(said.utterance.text))
        if asked:
            quiet = 0
        elif quiet < _PAYING:
            quiet = 0 if figures else quiet + 1
        yield said.verifying or quiet < _PAYING


def _spread(call: Sequence[Said]) -> frozenset[int]:
    """Utterances that hold a part of a number that its speaker says piece by piece."""
    found: set[int] = set()
    for speaker in Speaker:
        mine = [index for index, said in enumerate(call) if said.utterance.speaker is speaker]
        run: list[int] = []
        figures = 0
        for index in (*mine, -1):
            here = _bare_figures(call[index].utterance.text) if index >= 0 else 0
            if here:
                run.append(index)
                figures += here
                continue
            if figures >= _LONG and len(run) > 1:
                found.update(run)
            run, figures = [], 0
    return frozenset(found)


def _bare_figures(text: str) -> int:
    """How many figures an utterance has that is hardly anything but figures; else 0."""
    tokens = tokens_of(text)
    runs: tuple[Stretch, ...] = stretches(tokens)
    if any(run.money or run.counted for run in runs):
        return 0
    inside = sum(run.last - run.first + 1 for run in runs)
    return sum(run.figures for run in runs) if inside * 2 >= len(tokens) > 0 else 0


# ---- what the account tells ----------------------------------------------------------------------


def _secrets(account: Account) -> Iterator[tuple[re.Pattern[str], Sort]]:
    """Patterns of what the account holds and nobody else may read."""
    for name in _parts((account.customer_name, account.family_name)):
        yield _pattern(name), Sort.NAME
    for identifier in account.identifiers:
        if len(identifier.expected) > 1 and not identifier.expected.isdigit():
            yield _pattern(identifier.expected), Sort.IDENTITY


def _parts(names: Iterable[str]) -> tuple[str, ...]:
    """Whole names and what they are made of, the longest first."""
    parts = {part for name in names for part in name.split() if len(part) > 1}
    return tuple(sorted({*filter(str.strip, names), *parts}, key=len, reverse=True))


_CALLED = r"(?=\s*(?:先生|小姐|女士|太太))"  # how one character is known for a family name


def _pattern(value: str) -> re.Pattern[str]:
    """The value wherever it is said: any case, either script, spaces as a recogniser sets them."""
    letters = [re.escape(char) for char in flatten(value)[0] if not char.isspace()]
    spaced = r"\s*".join(letters)
    if value[:1].isascii():
        return re.compile(rf"\b{spaced}\b", re.IGNORECASE)
    return re.compile(spaced + (_CALLED if len(letters) == 1 else ""))


def _found(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Where a pattern holds in a text, both folded to one script and width."""
    flat, places = flatten(text)
    for match in pattern.finditer(flat):
        yield _in_text(match.span(), places)


def _in_text(span: tuple[int, int], places: Sequence[int] | None) -> tuple[int, int]:
    """A place of a folded text in the text as given."""
    return span if places is None else (places[span[0]], places[span[1] - 1] + 1)
