"""Scans what a Mandarin-speaking customer says for sums, days, methods, counts and telling words.

Its words are data (`commitments_words.zh.yaml`), in Simplified characters as texts are folded; it
decides nothing about promises.  What it does not understand of an amount or a day it marks with a
doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from compliance.text import Folded
from scripts.commitments_holidays import FIRST_OF_NAMES, named_day
from scripts.commitments_parts import (
    Doubt,
    Part,
    Sort,
    clause_end,
    in_named_month,
    number_at,
    text_at,
    token_at,
)
from scripts.commitments_words import Words, load_words, longest
from scripts.commitments_zh_dates import days_of_months, month_at, written_day
from scripts.commitments_zh_days import day_at, weekday_at
from scripts.commitments_zh_sums import count_of, parts_of, sum_at, sums_and_day

# Particles that end a clause; folding drops some of them, which the text still has.
_PARTICLES = frozenset("啦吧呢嘛齁呀啊喽咯吗")
_DROPPED = frozenset("喔哦噢欸誒诶")


# The characters that sums and days are told by, beside figures and the words of the file.
_TELLTALES = (
    frozenset("零〇一二两三四五六七八九十百千万几天日号月周拜期年隔张后明") | FIRST_OF_NAMES
)


def may_hold_a_sum_or_day(tokens: Sequence[str]) -> bool:
    """Whether an utterance holds any character that a sum or a day is told by."""
    rarest = load_words("zh").rarest
    return any(token in _TELLTALES or token in rarest or token[0].isdigit() for token in tokens)


def scan(folded: Folded, today: date, *, language: str) -> Iterator[Part]:
    """Every part of an utterance, in order; in `zh-TW` and `zh-HK` 115年 is a year of 民國."""
    words = load_words("zh")
    republic = language in {"zh-TW", "zh-HK"}
    tokens = folded.tokens
    at = 0
    last = -1  # of a sum or day just before
    conditional = paid = repeats = cannot = split = slot = False
    month: Part | None = None
    before: date | None = None  # the day named last
    while at < len(tokens):
        if at and folded.breaks[at]:
            yield Part(Sort.CLAUSE, at, at)
        elif at and (_begins(folded, at, words) or (cannot and tokens[at] == "先")):
            yield Part(Sort.START, at, at, word=tokens[at])  # 五千不可能 | 先還一千
        # Nothing is read on beyond a pause: 三千,二十號 is no 3,020.
        here = tokens[: clause_end(folded, at)]
        several = [*days_of_months(here, at, today), *sums_and_day(here, at, today, before)]
        if several:
            yield from several
            month = next((part for part in several if part.sort is Sort.MONTH), month)
            before = several[-1].day or before
            at = several[-1].last + 1
            continue
        found = (
            _alone(folded, at)
            or written_day(folded, at, today)
            or named_day(here, at, today, language)
            or _every_month(here, at)
            or _again_next_week(here, at, today, before if paid and not repeats else None)
            or day_at(here, at, today, words, republic=republic, before=before)
            or _every_week(here, at, today)
            or _half_of(here, at)
            or (None if slot else _no_money_yet(here, at, today, words))
            or _share(here, at, words)
            or parts_of(here, at)
            or (_first_of_them(here, at) if split else None)
            or count_of(here, at)
            or month_at(here, at)
            or _each(here, at)
            or _rather(folded, at, said=paid or before is not None)
            or sum_at(here, at, today)
            or _not_this_but_that(here, at)
            or words.part(here, at)
        )
        if found is None:
            at += 1
            continue
        if found.sort is Sort.DAY and text_at(here, found.last + 1, 3) == "前一天":
            found = replace(found, last=found.last + 3, day=None, doubt=Doubt.DAY_TWO_WAYS)
        found = in_named_month(found, month, today)
        month = found if found.sort is Sort.MONTH else month
        if found.sort is Sort.PAST and "把" in here[:at] and found.word in _DONE:
            found = replace(found, sort=Sort.SOFT)  # 五號把那三千還了: to come, or done
        said = text_at(here, found.first, found.last - found.first + 1)
        if conditional and said in _AT_ONCE:
            found = replace(found, day=None, doubt=Doubt.NO_DAY)  # 有钱了马上还
        conditional = conditional or found.sort is Sort.IF
        if not (said == "吧" and last != at - 1):
            yield found
        before = found.day or before
        if found.sort in {Sort.CORRECTION, Sort.NO} and before is not None:
            before = min(before, today + timedelta(days=1))  # what corrects may come earlier
        if found.sort is Sort.DAY:
            paid = False
        paid = paid or found.sort is Sort.AMOUNT
        slot = slot or found.sort in {Sort.AMOUNT, Sort.DAY}
        cannot = found.sort is Sort.CANNOT and (paid or before is not None)
        repeats = repeats or found.sort is Sort.EVERY
        split = split or found.sort is Sort.PARTS
        last = found.last if found.sort in {Sort.AMOUNT, Sort.DAY} else -1
        at = found.last + 1


_DONE = {"还了", "缴了", "付了", "汇了", "转了"}
# Today, where nothing has to happen before it.
_AT_ONCE = frozenset({"马上", "立刻", "立即", "现在"})


def _begins(folded: Folded, at: int, words: Words) -> bool:
    """Whether a clause begins here, though no pause was heard."""
    tokens = folded.tokens
    if tokens[at - 1] in _PARTICLES and tokens[at] not in _PARTICLES:
        return True
    gap = folded.original[folded.ends[at - 1] : folded.starts[at]]
    if not _DROPPED.isdisjoint(gap):
        return True
    if tokens[at - 1] in words.follows or text_at(tokens, at - 2, 2) in words.follows:
        return False
    return bool(longest(words.starts, tokens, at))


def _alone(folded: Folded, at: int) -> Part | None:
    """A 不 or 不是 between two clauses takes back what was said."""
    if not at or not folded.breaks[at]:
        return None
    for size in (2, 1):
        ends = at + size >= len(folded.tokens) or folded.breaks[at + size]
        if ends and text_at(folded.tokens, at, size) in {"不是", "不", "错了", "不不"}:
            return Part(Sort.CORRECTION, at, at + size - 1)
    return None


def _every_month(tokens: Sequence[str], at: int) -> Part | None:
    """一个月两千, 两千一个月: so much every month, and not after a month (一个月后)."""
    if text_at(tokens, at, 3) != "一个月" or text_at(tokens, at + 3, 1) in {
        "后",
        "内",
        "前",
        "以",
        "之",
    }:
        return None
    after = at + 3
    while token_at(tokens, after) in set("我就先还缴付给可以能"):
        after += 1
    before = token_at(tokens, at - 1)
    if number_at(tokens, after, "zh") is None and before not in set("元块千百万"):
        return None
    return Part(Sort.EVERY, at, at + 2, word="month")


def _each(tokens: Sequence[str], at: int) -> Part | None:
    """一次四千: so much each time; 五號一次: one of the times."""
    if text_at(tokens, at, 2) != "一次" or text_at(tokens, at, 3) == "一次性":
        return None
    number = number_at(tokens, at + 2, "zh")
    each = number is not None and number.value >= 100
    return Part(Sort.EACH if each else Sort.SKIP, at, at + 1)


def _first_of_them(tokens: Sequence[str], at: int) -> Part | None:
    """分三期，第一期六千: the sum of one of them, where no other one is told."""
    for phrase in ("第一期", "第一笔", "第一次", "首期", "头期"):
        if text_at(tokens, at, len(phrase)) == phrase and "第二" not in "".join(tokens[at:]):
            return Part(Sort.EACH, at, at + len(phrase) - 1)
    if text_at(tokens, at, 2) in {"一期", "一笔"}:
        number = number_at(tokens, at + 2, "zh")
        return Part(Sort.EACH, at, at + 1) if number and number.value >= 100 else None
    return None


_MOST_SAID_ANEW = 8
_HESITATES = frozenset("喔哦噢欸誒诶呃嗯额")


def _rather(folded: Folded, at: int, *, said: bool) -> Part | None:
    """三千，還是寫三千五好了; 下週四喔不是，是下週五: what was said is taken back."""
    tokens = folded.tokens
    if text_at(tokens, at, 2) == "还是":
        behind = text_at(tokens, at + 2, _MOST_SAID_ANEW + 2)
        sort = Sort.CORRECTION if said else Sort.SKIP
        return Part(sort, at, at + 1) if "好了" in behind else None
    if not said:
        return None
    if tokens[at] == "那" and not {"没", "不"}.isdisjoint(
        tokens[max(at - _MOST_SAID_ANEW, 0) : at]
    ):
        behind = text_at(tokens, at + 1, _MOST_SAID_ANEW)  # 明天銀行沒開，那禮拜一好了
        anew = "好了" in behind and not any(word in behind for word in ("再", "还要", "还有"))
        return Part(Sort.CORRECTION, at, at) if anew else None
    if text_at(tokens, at, 2) == "不是" and at + 2 < len(tokens):
        again = folded.original[folded.ends[at + 1] : folded.starts[at + 2]]
        before = folded.original[folded.ends[at - 1] : folded.starts[at]] + tokens[at - 1]
        taken_back = "是" in again or not _HESITATES.isdisjoint(before)
        return Part(Sort.CORRECTION, at, at + 1) if taken_back else None
    return None


_MOST_BETWEEN = 5


def _not_this_but_that(tokens: Sequence[str], at: int) -> Part | None:
    """不是刷卡是轉帳: what is denied is no sum or day, and not the promise."""
    if text_at(tokens, at, 2) != "不是":
        return None
    for end in range(at + 3, min(at + 2 + _MOST_BETWEEN, len(tokens))):
        if number_at(tokens, end - 1, "zh") is not None or tokens[end - 1] in set(
            "号周礼星说明后今"
        ):
            return None
        if tokens[end] == "是" and token_at(tokens, end + 1) not in {"吗", "吧"}:
            return Part(Sort.SKIP, at, end)
    return None


def _again_next_week(
    tokens: Sequence[str], at: int, today: date, before: date | None
) -> Part | None:
    """再下週一 behind a Monday, and 下禮拜五 behind that Friday, are a week later."""
    begin = at
    again = tokens[at] == "再"
    at += again
    if before is None or token_at(tokens, at) != "下":
        return None
    found = weekday_at(tokens, at, today)
    if found is None or found.day is None or found.day > before:
        return None
    if found.day.weekday() != before.weekday():
        return None
    day = before + timedelta(days=7)  # or 再 is only `then`
    return replace(found, first=begin, day=day, doubt=Doubt.DAY_TWO_WAYS)


def _every_week(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """每周五: every week, and its day is read next."""
    if tokens[at] != "每":
        return None
    last = at + (token_at(tokens, at + 1) == "个")
    found = weekday_at(tokens, last + 1, today)
    return Part(Sort.EVERY, at, last, word="week") if found is not None else None


def _half_of(tokens: Sequence[str], at: int) -> Part | None:
    """三千的一半: half of a sum that is named."""
    number = number_at(tokens, at, "zh")
    if number is None or number.value < 100:
        return None
    beyond = number.beyond + (token_at(tokens, number.beyond) in {"块", "元"})
    if text_at(tokens, beyond, 3) != "的一半":
        return None
    doubt = None if number.exact else Doubt.AMOUNT_TWO_WAYS
    return Part(Sort.AMOUNT, at, beyond + 2, amount=number.value / 2, doubt=doubt)


def _no_money_yet(tokens: Sequence[str], at: int, today: date, words: Words) -> Part | None:
    """現在沒錢，十號才能繳三千: what is denied ends before the day."""
    for phrase in ("没有工作", "没有钱", "没工作", "没钱"):
        if text_at(tokens, at, len(phrase)) == phrase:
            after = at + len(phrase)
            found = (
                day_at(tokens, after, today, words, republic=False)
                if token_at(tokens, after)
                else None
            )
            return Part(Sort.OTHER_MATTER, at, after - 1) if found is not None else None
    return None


def _share(tokens: Sequence[str], at: int, words: Words) -> Part | None:
    size = longest(words.shares, tokens, at)
    if not size:
        return None
    beyond = at + size
    beyond += token_at(tokens, beyond) in {"的", "那"}
    number = number_at(tokens, beyond, "zh")
    if number is not None and number.value >= 100:
        return Part(Sort.SKIP, at, at + size - 1)  # 剩下的1500
    share = words.shares[tuple(tokens[at : at + size])]
    return Part(Sort.AMOUNT, at, at + size - 1, share=share, doubt=Doubt.SHARE)
