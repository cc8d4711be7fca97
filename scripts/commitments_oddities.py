"""What stands around a sum or a day and makes it another one than it seems.

Owns the look at the original text beside a part: units and currencies that the reader of sums does
not count with, lists and ranges, other calendars, and sums of other people.  It raises doubts and
changes no amount: what looks odd is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from compliance.text import Folded
from scripts.commitments_parts import MOST, Doubt, Part, Sort

# Behind a sum: what makes it smaller, larger, rougher, or money of another country.
_TAIL = re.compile(
    r"\s*(?:p\b|pence\b|cents?\b|¢|m\b|mm\b|million|billion|trillion|something\b|odd\b|ish\b"
    r"|and (?:change|a half|some)|point\b|\.\d{3,}|點|点|塊[一二兩两三四五六七八九半]"
    r"|兆|億|亿|萬億|万亿)",
    re.IGNORECASE,
)
_UNIT_AND_MORE = re.compile(r"[塊块元][一二兩两三四五六七八九半]\Z")
_FOREIGN = {
    "USD": r"euros?\b|pounds?\b|pesos?\b|quid\b|yuan\b|rmb\b|yen\b|canadian",
    "GBP": r"euros?\b|dollars?\b|bucks?\b|yuan\b|rmb\b|yen\b",
    "HKD": r"us dollars?\b|euros?\b|pounds?\b|yuan\b|rmb\b|renminbi\b"
    r"|人民[幣币]|美金|美元|台[幣币]",
    "TWD": r"美金|美元|人民[幣币]|港[幣币紙纸]|日[幣元]|歐元",
    "CNY": r"美金|美元|港[幣币]|台[幣币]|欧元|日元",
}
_LUNAR = re.compile(r"農曆|农历|陰曆|阴历|初[一二三四五六七八九十]")
_WEEK_AFTER = re.compile(r"\s*(?:week|fortnight)\b", re.IGNORECASE)
# Before a sum or day: the first half of a list or range.
_LIST_BEFORE = re.compile(r"[\d一二兩两三四五六七八九十]\s*(?:[、~～-]|到|至)\s*\Z")
_MINUS_BEFORE = re.compile(r"(?:\A|\s)[-−]\s*[$£€]?\Z|[$£€]\s*\.\Z|(?:\A|\s)\.\Z")
# Cantonese particles that turn a sentence round, or make it a question, and are not read.
_CANTONESE = re.compile(r"唔|冇|未必|點會|咗|佢|係咪|得唔得|好唔好")
# Whose sum it is, in the clause where it stands.
_TO_OTHERS = re.compile(
    r"\bto (?:the|my|a|an) (?!bank|card|account|fifth|rest|minimum|whole|branch|full)\w+"
    r"|\bfor (?:rent|child|the car|my (?:car|rent|kids?))|\bchild support|\b(?:car|rent|house)"
    r" payment|\bgive me\b|\bcoming (?:in|on)\b|\b(?:insurance|court|landlord|company)\b"
    r"|\btake (?:\w+ ){1,3}off (?!my|the)|\baway for\b"
    r"|\byou (?:said|told|people)|[給给](?!你|您|妳|貴|贵|銀|银|我)\S"
    r"|[給给還还]我(?!們|们)|房[東东]|朋友|[叫要]我|有人|法院|保[險险]|[還还]有\S{1,5}[張张]",
    re.IGNORECASE,
)
_TURNED_DOWN = re.compile(
    r"\bimpossible\b|\bi doubt\b|\bcancel\b|\binstead of\b|\brather than\b|\bforget it\b"
    r"|才怪|做[夢梦]|本[來来]要|原本|[想得]美|取消|作[罷罢廢废]",
    re.IGNORECASE,
)
_REFUSED_AFTER = re.compile(
    r"\b(?:can(?:'|no)?t|cannot|can not|won't|will not|not able|no i)\b"
    r"(?! (?:do |manage )?(?:any )?more)|沒辦法|没办法|沒錢|没钱"
    r"|不行|不能|不要|算了|做不到|不用了|不算",
    re.IGNORECASE,
)
_INSTALMENTS = re.compile(
    r"\b(?:\d+|two|three|four|five|six|ten|twelve) payments of\b", re.IGNORECASE
)


def oddities(text: str, folded: Folded, part: Part, currency: str) -> Iterator[Doubt]:
    """The doubts that what stands around a sum or a day throws on it."""
    before = text[: folded.starts[part.first]]
    behind = text[folded.ends[part.last] :]
    if part.sort is Sort.AMOUNT:
        foreign = _FOREIGN.get(currency)
        inside = text[folded.starts[part.first] : folded.ends[part.last]]
        if _TAIL.match(behind) or _MINUS_BEFORE.search(before):
            yield Doubt.AMOUNT_TWO_WAYS
        if _UNIT_AND_MORE.search(inside + behind[:1]):
            yield Doubt.AMOUNT_TWO_WAYS  # 三千塊五: half a piece, or 3050?
        if foreign and re.search(foreign, inside + behind[:14], re.IGNORECASE):
            yield Doubt.AMOUNT_TWO_WAYS
        if part.amount is not None and part.amount >= MOST:
            yield Doubt.AMOUNT_TWO_WAYS
    if part.sort is Sort.DAY and (_WEEK_AFTER.match(behind) or _LUNAR.search(text)):
        yield Doubt.DAY_TWO_WAYS
    if _LIST_BEFORE.search(before):
        yield Doubt.ALTERNATIVES


def doubts_of_the_whole(text: str, language: str, last_sum_ends: int) -> Iterator[Doubt]:
    """The doubts that the sentence throws on every sum and day in it.

    Args:
        text: as given.
        language: of the call.
        last_sum_ends: where the last sum or day ends, in code points of the text.
    """
    if language == "zh-HK" or _CANTONESE.search(text):
        yield Doubt.NOT_FIRM  # Cantonese is read as written Chinese: what turns it round is not
    if _TO_OTHERS.search(text):
        yield Doubt.OTHER_MATTER
    if _TURNED_DOWN.search(text) or _REFUSED_AFTER.search(text[last_sum_ends:]):
        yield Doubt.NOT_FIRM
    if _INSTALMENTS.search(text):
        yield Doubt.RECURRING


def takes_back(text: str) -> bool:
    """Whether an utterance without any sum takes back what was promised before it."""
    return bool(_REFUSED_AFTER.search(text) or _TURNED_DOWN.search(text))
