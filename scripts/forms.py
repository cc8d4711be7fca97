"""How money, dates, rates and persons are written and said in a call's language.

Owns two forms of each: the *display* form for a screen (`NT$ 18,420`, `2026/12/5`) and the *spoken*
form for a line that an agent reads aloud (`18,420元`, `December 5`).  It knows no account and no
template; amounts arrive as `Decimal`, dates as dates, and nothing is rounded.  Patterns come from
the locale tables of Babel (Unicode CLDR); what is the trade's custom and not the locale's (a space
after NT$, whole dollars in Taiwan, titles in Chinese) is stated here.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol

from compliance.errors import AssistantError

# Currencies that are named by one unit in Chinese speech; the others take their Chinese name.
_YUAN = frozenset({"TWD", "CNY"})
# Written with whole units unless there is a fraction: custom in these places.
_WHOLE_UNLESS_FRACTION = frozenset({"TWD", "CNY", "HKD", "GBP"})
_SPACED_SYMBOLS = frozenset({"NT$", "HK$"})
_TITLES = {
    "en": {"mr": "Mr.", "ms": "Ms.", "mx": "Mx."},
    # British English writes titles without a point, and so does Hong Kong.
    "en-GB": {"mr": "Mr", "ms": "Ms", "mx": "Mx"},
    "en-HK": {"mr": "Mr", "ms": "Ms", "mx": "Mx"},
    "zh-TW": {"mr": "先生", "ms": "小姐"},
    "zh-CN": {"mr": "先生", "ms": "女士"},
    "zh-HK": {"mr": "先生", "ms": "小姐"},
}
_COMPOUND_FAMILY_NAMES = re.compile(
    "歐陽|欧阳|司馬|司马|上官|諸葛|诸葛|司徒|夏侯|皇甫|尉遲|尉迟|公孫|公孙|慕容|令狐|張簡|范姜|東方|东方"
    "|端木|獨孤|独孤|南宮|南宫|宇文"
)


def locale_of(language: str) -> Locale:
    """Babel's locale for a call language such as `zh-TW`.

    Raises `AssistantError` for a tag that names no locale.
    """
    tag = {"zh-TW": "zh_Hant_TW", "zh-HK": "zh_Hant_HK", "zh-CN": "zh_Hans_CN"}.get(language)
    try:
        return Locale.parse(tag or language.replace("-", "_"))
    except ValueError as error:
        raise AssistantError(
            f"'{language}' is not a language tag", "Use one such as en-US, zh-TW or zh-CN."
        ) from error


def minor_digits(currency: str) -> int:
    """Digits after the decimal point that `currency` has (ISO 4217): 2 for USD, 0 for JPY."""
    return get_currency_precision(currency)


def _number(amount: Decimal, currency: str, locale: Locale) -> str:
    digits = minor_digits(currency)
    if currency in _WHOLE_UNLESS_FRACTION and amount == amount.to_integral_value():
        digits = 0
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(amount, format=pattern, locale=locale)


def money(amount: Decimal, currency: str, language: str) -> str:
    """The display form: `NT$ 18,420`, `¥3,200`, `$652.18`."""
    locale = locale_of(language)
    if currency == "TWD":
        symbol = "NT$"
    elif currency == "CNY":
        symbol = "¥"
    else:
        symbol = get_currency_symbol(currency, locale=locale)
    gap = " " if symbol in _SPACED_SYMBOLS or symbol[-1].isalpha() else ""
    sign = "-" if amount < 0 else ""
    return f"{sign}{symbol}{gap}{_number(abs(amount), currency, locale)}"


def spoken_money(amount: Decimal, currency: str, language: str) -> str:
    """The form for reading aloud: `18,420元`, `$652.18`; foreign money in Chinese by its name."""
    if not language.startswith("zh"):
        return money(amount, currency, language)
    locale = locale_of(language)
    unit = "元" if currency in _YUAN else locale.currencies.get(currency, currency)
    return f"{_number(amount, currency, locale)}{unit}"


def written_date(day: date, language: str) -> str:
    """The display form: `2026/12/5` in Chinese, `Dec 5, 2026` in English."""
    if language.startswith("zh"):
        return f"{day.year}/{day.month}/{day.day}"
    return format_date(day, "medium", locale=locale_of(language))


def spoken_date(day: date, language: str) -> str:
    """The form for reading aloud, without the year: `December 5`, `12月5日`."""
    return format_skeleton("MMMMd", day, locale=locale_of(language))


def weekday_date(day: date, language: str) -> str:
    """The form for whoever writes a day down: `Fri, Dec 4`, `12月4日週五`."""
    return format_skeleton("MMMEd", day, locale=locale_of(language))


def rate(percent: Decimal, language: str) -> str:
    """An annual rate: `24.99%`."""
    number = format_decimal(percent, format="#,##0.####", locale=locale_of(language))
    return f"{number}%"


def is_han(text: str) -> bool:
    """Whether `text` is written in Chinese characters throughout."""
    return bool(text) and all("CJK" in unicodedata.name(char, "") for char in text)


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody is asked for and addressed.

    `full` is the name as asked for (`王大明先生`, `Jordan Lee`); `addressed` the short form in talk
    (`王先生`, `Mr. Lee`), the full name where no title is known: a wrong title offends.
    """

    full: str
    addressed: str


def person(name: str, family_name: str, honorific: str, language: str) -> Person:
    """Name forms by the custom of the language.

    Args:
        name: the whole name as the account has it.
        family_name: empty where unknown; it is never guessed: a wrong guess is said to their face.
        honorific: slug `mr`, `ms`, `mx` or empty for unknown.
        language: the call's language; `ms` is 小姐 in Taiwan, 女士 in the Mainland.
    """
    titles = _TITLES.get(language, _TITLES["en"])
    title = titles.get(honorific, "")
    chinese = language.startswith("zh")
    if chinese:
        if not title:
            return Person(name, name)
        # A Latin name in a Chinese call is kept apart from its title by nothing either: Lee先生.
        return Person(f"{name}{title}", f"{family_name or name}{title}")
    # In English one asks for the person by full name, without a title.
    if not title:
        return Person(name, name)
    return Person(name, f"{title} {family_name or name}")


def chinese_family_name(name: str) -> str:
    """The family name in a Chinese personal name; empty where `name` is not written in Chinese.

    For the agent's own introduction (敝姓林), never for the customer's.
    """
    if not is_han(name):
        return ""
    compound = _COMPOUND_FAMILY_NAMES.match(name)
    return compound.group() if compound else name[:1]
