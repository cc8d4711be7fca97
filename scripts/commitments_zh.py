"""Scans what a Mandarin-speaking customer says for amounts, days, methods and telling words.

Owns the Mandarin words of `scripts.commitments`, in Simplified characters as texts are folded; it
decides nothing about promises.  What it does not understand of an amount or a day it marks with a
doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from compliance.quantities import SpokenNumber, number_at
from compliance.text import Folded
from scripts.commitments_parts import (
    Doubt,
    Part,
    Share,
    Sort,
    clause_end,
    day_of_month,
    full_date,
    last_of_month,
    weekday,
)

_DIGITS = frozenset("一二三四五六七八九两")
_UNITS = frozenset("十百千万")
_MONEY = frozenset("元块圆蚊")
_COUNTED = frozenset("个次期笔天月年点分岁张人趟遍位折成周楼秒季")
_FIGURES = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0}
_ROC = 1911  # year 1 of the Republic is 1912


def _table() -> dict[str, tuple[Sort, str, int]]:
    """Telling words, by the sort of part they are; the longest that fits counts."""
    words: dict[Sort, str] = {
        Sort.PAY: "缴 付 还 汇 给 存 交 处理 打款 拿 可以 行 清 会有 好了 先",
        Sort.NO: (
            "不 没 别 没有 不会 不能 不行 不了 不上 不出 不起 不想 不要 没办法 不可能 做不到 "
            "不可以 哪有 休想 没说 不是 甭"
        ),
        Sort.PAST: (
            "已经 昨天 前天 上个月 上个礼拜 上礼拜 上周 上个星期 上星期 刚刚 刚才 过了 缴过 还过 "
            "付过 还了 缴了 付了 汇了 转了 早就 之前已 去年 还完"
        ),
        Sort.OTHER_MATTER: (
            "欠 房租 薪水 工资 赚 利息 账单 帐单 多收 手续费 费用 领钱 领薪 发薪水 发工资 收入 才发 "
            "别家 别人 另一家 其他银行 打给 打电话 打我 手机 账号 帐号 卡号 末四码 尾号 学费 水电 你们说 是什么 借给"
        ),
        Sort.CORRECTION: "不对 啊不 说错了 说错 讲错了 讲错 更正 应该是说 我是说 改成 改一下",
        Sort.ASK: (
            "可以吗 能吗 行吗 好吗 能不能 可不可以 行不行 可否 能否 好不好 吗 可以不可以 行不 成不成"
        ),
        Sort.QUESTION: "为什么 为何 凭什么 多少 什么 怎么 谁 哪 是不是 还是 干嘛 有没有",
        Sort.IF: "如果 要是 假如 万一 的话 除非 只要 等到 等我 等公司 要看 到了再 下来再 看看",
        Sort.SOFT: (
            "应该 可能 也许 或许 尽量 争取 看看 试试 试着 大概会 希望 想办法 不一定 说不定 估计 恐怕 "
            "可能会 借"
        ),
        Sort.ABOUT: (
            "大概 大约 差不多 左右 上下 最多 顶多 至少 最少 起码 多 几 约 将近 不到 超过 以上 以内 "
            "多一点 出头 吧 之后 以后 过后 号后 才能"
        ),
        Sort.SOMEBODY: (
            "我先生 我老公 我太太 我老婆 我妈 我爸 我儿子 我女儿 我弟 我妹 我哥 我姐 我朋友 我家人 "
            "我同事 我老板 我爱人 我男友 我女友 我公公 我婆婆 我男朋友 我女朋友 他会 她会"
        ),
        Sort.OR: "或 或者 或是 要不",
        Sort.AND: "和 跟 再 然后 另外 还有",
        Sort.EVERY: "每个月 每月 每周 每个礼拜 每礼拜 每期 每个星期 月缴 一个月还 每半个月",
        Sort.CLAUSE: "但 但是 可是 只能 不过 所以 不然 要不然",
        Sort.SKIP: (
            "没问题 没关系 不好意思 没事 差不 对不起 还要 还是会 还清 缴清 付清 还款 还有一 不客气 "
            "一定 一共 总共 合计 一下 一起 一直 一样 一般 万一我 跟你们 等一下 可以了 别催 还在"
        ),
    }
    table = {phrase: (sort, phrase, 0) for sort, group in words.items() for phrase in group.split()}
    methods = {
        "bank_transfer": "汇款 转账 转帐 汇 转 打款",
        "convenience_store": "超商 便利店 便利商店 全家 小七",
        "bank_app": "手机银行 网银 网络银行 网路银行 行动银行 app",
        "branch": "分行 柜台 临柜 网点 银行柜",
        "direct_debit": "自动扣款 自动扣缴 自动还款 代扣",
        "cheque": "支票",
        "debit_card": "金融卡 借记卡",
        "atm": "atm 自动柜员机 提款机",
    }
    for slug, phrases in methods.items():
        for phrase in phrases.split():
            table[phrase] = (Sort.METHOD, slug, 0)
    for phrase in "还清 缴清 付清 结清 还完它".split():
        table[phrase] = (Sort.PAY, phrase, 0)
    return table


_TABLE = _table()
_LONGEST = max(map(len, _TABLE))
_SHARES = {
    "另一半": Share.REST, "另外一半": Share.REST, "剩下的": Share.REST, "剩下": Share.REST,
    "其余的": Share.REST, "其余": Share.REST, "余下的": Share.REST, "余款": Share.REST,
    "尾款": Share.REST, "一半": Share.HALF, "全部": Share.ALL, "全额": Share.ALL, "一次付清":
    Share.ALL, "全清": Share.ALL, "最低应缴": Share.MINIMUM, "最低还款额": Share.MINIMUM,
    "最低还款": Share.MINIMUM, "最低": Share.MINIMUM, "全数": Share.ALL,
}  # fmt: skip
_TODAY = (
    "今天 今晚 今日 现在 马上 立刻 立即 等一下 等下 等会 待会 一会儿 今天晚上 今天下午 今天上午 今早"
).split()
# 等一下 is also `wait`, 现在 also `as things are`.
_TODAY_IF_PAID = {"等一下", "等下", "等会", "待会", "一会儿", "现在"}
_VAGUE = (
    "过几天 这几天 这两天 明后天 改天 过两天 过阵子 下个月 下月 下周 下礼拜 下星期 下个礼拜 下个星期 "
    "这个月 本月 这礼拜 这周 这个礼拜 月初 月中 过年前 过年后 过年 年后 年前 春节 周末 下周末 "
    "一个月后 半个月后 下下个月 两个月后 中秋 最近 有空 晚点再说"
).split()
_PAYDAY = "发薪日 发工资那天 领薪日 发薪水那天 领薪水那天 发工资 领薪水 发薪 领工资 薪水下来 工资下来 领到薪水 发钱".split()


def scan(folded: Folded, today: date, *, republic: bool) -> Iterator[Part]:
    """Every part of an utterance, in order; `republic`: a year of two or three figures is 民國."""
    tokens = folded.tokens
    at = 0
    while at < len(tokens):
        if at and folded.breaks[at]:
            yield Part(Sort.CLAUSE, at, at)
        # Nothing is read on beyond a pause: 三千,二十號 is no 3,020.
        here = tokens[: clause_end(folded, at)]
        found = (
            _alone(folded, at)
            or _written_day(folded, at, today)
            or _day(here, at, today, republic=republic)
            or _share(here, at)
            or _parts(here, at)
            or _amount(here, at)
            or _word(here, at)
        )
        if found is None:
            at += 1
            continue
        yield found
        at = found.last + 1


def _at(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if 0 <= at < len(tokens) else ""


def _text(tokens: Sequence[str], at: int, length: int) -> str:
    return "".join(tokens[at : at + length])


def _match(tokens: Sequence[str], at: int, phrases: Sequence[str]) -> int:
    """The tokens of the longest phrase that stands here; 0 where none does."""
    best = 0
    for phrase in phrases:
        size = len(phrase)
        if size > best and _text(tokens, at, size) == phrase:
            best = size
    return best


def _alone(folded: Folded, at: int) -> Part | None:
    """A 不 or 不是 between two clauses takes back what was said."""
    if not at or not folded.breaks[at]:
        return None
    for size in (2, 1):
        ends = at + size >= len(folded.tokens) or folded.breaks[at + size]
        if ends and _text(folded.tokens, at, size) in {"不是", "不", "错了", "不不"}:
            return Part(Sort.CORRECTION, at, at + size - 1)
    return None


def _word(tokens: Sequence[str], at: int) -> Part | None:
    text = _text(tokens, at, _LONGEST)
    for length in range(min(_LONGEST, len(text)), 0, -1):
        found = _TABLE.get(text[:length])
        if found is not None:
            # Latin words are one token each.
            last = at if text[:length].isascii() else at + length - 1
            return Part(found[0], at, last, word=found[1])
    return None


def _share(tokens: Sequence[str], at: int) -> Part | None:
    size = _match(tokens, at, tuple(_SHARES))
    if not size:
        return None
    share = _SHARES[_text(tokens, at, size)]
    return Part(Sort.AMOUNT, at, at + size - 1, share=share, doubt=Doubt.SHARE)


def _parts(tokens: Sequence[str], at: int) -> Part | None:
    """分两次, 分三期."""
    if tokens[at] != "分":
        return None
    number = number_at(tokens, at + 1, "zh")
    if number is None or _at(tokens, number.beyond) not in {"次", "期", "笔"}:
        return None
    if not 2 <= number.value <= 120:
        return None
    return Part(Sort.PARTS, at, number.beyond, count=int(number.value))


def _amount(tokens: Sequence[str], at: int) -> Part | None:
    begin = at
    signed = tokens[at] in {"$", "¥"}
    at += signed
    if _at(tokens, at) == "几" and _at(tokens, at + 1) in _UNITS:
        last = at + 1
        while _at(tokens, last + 1) in {*_UNITS, *_MONEY, "钱"}:
            last += 1
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.NO_AMOUNT)
    number = number_at(tokens, at, "zh")
    if number is None:
        return None
    beyond, value = number.beyond, number.value
    said = _text(tokens, at, beyond - at)
    after = _at(tokens, beyond)
    if after in {"号", "日"} and value > 31:  # 三千二十号: where the sum ends is not heard
        return Part(Sort.AMOUNT, begin, beyond, doubt=Doubt.AMOUNT_TWO_WAYS)
    if (
        ":" in said
        or after in _COUNTED
        or after in {"号", "日", "%"}
        or _text(tokens, beyond, 2) in {"礼拜", "星期", "小时", "分钟"}
    ):
        return Part(Sort.SKIP, begin, beyond - 1 + (after in _COUNTED))
    if _at(tokens, begin - 1) in {"第", "周", "拜", "期"} and not _UNITS & set(said):
        return Part(Sort.SKIP, begin, beyond - 1)
    doubt = None if number.exact else Doubt.AMOUNT_TWO_WAYS
    if "点" in said and not _UNITS & set(said):
        return Part(Sort.SKIP, begin, beyond - 1)
    beside = said.isdigit() and (_at(tokens, beyond).isdigit() or _at(tokens, begin - 1).isdigit())
    if said.isdigit() and (len(said) > 8 or said[0] == "0" or beside):
        return Part(Sort.SKIP, begin, beyond - 1)
    if all(sign in {*_DIGITS, "零", "〇", "幺"} for sign in said) and len(said) > 6:
        return Part(Sort.SKIP, begin, beyond - 1)
    # A bare single figure is no sum: 一 in 一定, 三 in 三折.
    if len(said) == 1 and not said.isdigit() and after not in _MONEY and not signed:
        return None
    # 三五百, 两三千: a range and no number.
    if any(
        first in _DIGITS and second in _DIGITS and third in _UNITS
        for first, second, third in zip(said, said[1:], said[2:], strict=False)
    ):
        beyond += _at(tokens, beyond) in _MONEY
        return Part(Sort.AMOUNT, begin, beyond - 1, doubt=Doubt.APPROXIMATE)
    # 1万2 before 五号: the figures of an amount and of a day run together.
    if number.exact and said[-1] in _DIGITS and said[-1:] and after == "号":
        doubt = Doubt.AMOUNT_TWO_WAYS
    if after in {"多", "几", "来"}:
        doubt, beyond = Doubt.APPROXIMATE, beyond + 1
    if value < 100 and _at(tokens, beyond) not in _MONEY and not signed:
        doubt = doubt or Doubt.AMOUNT_TWO_WAYS  # 二十五 alone may count anything
    if _at(tokens, beyond) in _MONEY:
        beyond += 1
        beyond, value = _tenths(tokens, beyond, value)
    if _at(tokens, beyond) == "钱":
        beyond += 1
    if _at(tokens, beyond) == "到" and number_at(tokens, beyond + 1, "zh") is not None:
        more = number_at(tokens, beyond + 1, "zh")
        assert more is not None
        last = more.beyond - 1 + (_at(tokens, more.beyond) in _MONEY)
        return Part(Sort.AMOUNT, begin, last, doubt=Doubt.ALTERNATIVES)
    return Part(Sort.AMOUNT, begin, beyond - 1, amount=value, doubt=doubt)


def _tenths(tokens: Sequence[str], at: int, value: Decimal) -> tuple[int, Decimal]:
    """五毛, 三块五 after the unit of money."""
    number = number_at(tokens, at, "zh")
    if number is None or number.value >= 10 or number.beyond != at + 1:
        return at, value
    if _at(tokens, at + 1) in {"毛", "角"}:
        return at + 2, value + number.value / 10
    return at, value


# ---- days ----------------------------------------------------------------------------------------


def _made(first: int, last: int, found: tuple[date | None, Doubt | None]) -> Part:
    return Part(Sort.DAY, first, last, day=found[0], doubt=found[1])


def _day(tokens: Sequence[str], at: int, today: date, *, republic: bool) -> Part | None:
    return (
        _full_day(tokens, at, today, republic=republic)
        or _month_and_day(tokens, at, today)
        or _counted_day(tokens, at, today)
        or _weekday(tokens, at, today)
        or _day_number(tokens, at, today)
        or _named_day(tokens, at, today)
    )


def _named_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    for phrase, days in (("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("明早", 1),
                         ("明晚", 1)):  # fmt: skip
        if _text(tokens, at, len(phrase)) == phrase:
            return _made(at, at + len(phrase) - 1, (today + timedelta(days=days), None))
    size = _match(tokens, at, _PAYDAY)
    if size:
        return _made(at, at + size - 1, (None, Doubt.PAYDAY))
    for phrase, day in (
        ("下个月底", last_of_month(today, 1)), ("下月底", last_of_month(today, 1)),
        ("这个月底", last_of_month(today, 0)), ("本月底", last_of_month(today, 0)),
        ("月底", last_of_month(today, 0)), ("年底", date(today.year, 12, 31)),
    ):  # fmt: skip
        if _text(tokens, at, len(phrase)) == phrase:
            return _made(at, at + len(phrase) - 1, (day, Doubt.DAY_TWO_WAYS))
    today_size = _match(tokens, at, _TODAY)
    if today_size and (
        _text(tokens, at, today_size) not in _TODAY_IF_PAID
        or _at(tokens, at + today_size) in set("就去来缴付还转汇会给存拿")
    ):
        return _made(at, at + today_size - 1, (today, None))
    size = _match(tokens, at, _VAGUE)
    return _made(at, at + size - 1, (None, Doubt.NO_DAY)) if size else None


def _counted_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """三天后, 两个礼拜后, 三天内."""
    number = number_at(tokens, at, "zh")
    if number is None or not number.exact or number.value % 1 or number.value > 400:
        return None
    unit_at = number.beyond + (_at(tokens, number.beyond) == "个")
    if _at(tokens, unit_at) == "天":
        days, beyond = 1, unit_at + 1
    elif _at(tokens, unit_at) == "周":
        days, beyond = 7, unit_at + 1
    elif _text(tokens, unit_at, 2) in {"礼拜", "星期"}:
        days, beyond = 7, unit_at + 2
    else:
        return None
    beyond += _at(tokens, beyond) in {"之", "以"}
    if _at(tokens, beyond) not in {"后", "内"}:
        return None
    return _made(at, beyond, (today + timedelta(days=days * int(number.value)), None))


def _weekday(tokens: Sequence[str], at: int, today: date) -> Part | None:
    begin = at
    weeks: int | None = None
    for phrase, ahead in (("下下个", 2), ("下下", 2), ("下个", 1), ("下", 1), ("这个", 0), ("这", 0),
                          ("本", 0)):  # fmt: skip
        if _text(tokens, at, len(phrase)) == phrase:
            weeks, at = ahead, at + len(phrase)
            break
    for word in ("礼拜", "星期", "周", "拜"):
        if _text(tokens, at, len(word)) == word:
            at += len(word)
            break
    else:
        return None
    sign = _at(tokens, at)
    figure = "一二三四五六".find(sign) if sign else -1
    if sign in {"日", "天", "7"}:
        figure = 6
    elif sign.isdigit() and 1 <= int(sign) <= 6:
        figure = int(sign) - 1
    if figure < 0:
        return None
    if _at(tokens, at + 1) in _DIGITS and _at(tokens, at + 2) not in {*_UNITS, *_MONEY}:
        return _made(begin, at + 1, (None, Doubt.ALTERNATIVES))  # 礼拜三四
    day, doubt = weekday(today, figure, weeks)
    if doubt is not None and (weeks is None or doubt is Doubt.DAY_PAST):
        return _made(begin, at, (None, doubt))
    return _made(begin, at, (day, doubt))


def _day_number(
    tokens: Sequence[str], at: int, today: date, months: int | None = None, begin: int = -1
) -> Part | None:
    """五号, 二十八号."""
    number = number_at(tokens, at, "zh")
    begin = at if begin < 0 else begin
    if number is None or _at(tokens, number.beyond) not in {"号", "日"}:
        return None
    if _at(tokens, number.beyond + 1) == "码":
        return None
    if any(sign in "百千万块" for sign in _text(tokens, at, number.beyond - at)):
        return None  # 1万2五号: the figures before belong to a sum
    if not number.exact:
        return _made(begin, number.beyond, (None, Doubt.ALTERNATIVES))  # 五六号
    return _made(begin, number.beyond, day_of_month(today, int(number.value), months))


def _month_and_day(tokens: Sequence[str], at: int, today: date) -> Part | None:
    """下个月五号, 下下个月五号, 这个月三十号; the month alone is no day."""
    for phrase, months in (("下下个月", 2), ("下个月", 1), ("下月", 1), ("这个月", 0), ("本月", 0)):
        if _text(tokens, at, len(phrase)) == phrase:
            day_at = at + len(phrase) + (_at(tokens, at + len(phrase)) in {"的", ","})
            return _day_number(tokens, day_at, today, months, at)
    return None


def _full_day(tokens: Sequence[str], at: int, today: date, *, republic: bool) -> Part | None:
    """民国一百一十五年十二月五号, 2026年12月5日, 十二月五号."""
    begin = at
    told = _text(tokens, at, 2) == "民国"
    at += 2 * told
    first = _year(tokens, at) or number_at(tokens, at, "zh")
    if first is None:
        return None
    year: int | None = None
    doubt: Doubt | None = None
    month = first
    if _at(tokens, first.beyond) == "年":
        year = int(first.value)
        if told or year < 200:
            doubt = None if (told or republic) and year < 200 else Doubt.NO_SUCH_DAY
            year += _ROC
        elif year < 1990 or year > 2200:
            doubt = Doubt.NO_SUCH_DAY
        found = number_at(tokens, first.beyond + 1, "zh")
        if found is None:
            return None
        month = found
    elif told:
        return None
    if _at(tokens, month.beyond) != "月":
        return None
    day = number_at(tokens, month.beyond + 1, "zh")
    if day is None or _at(tokens, day.beyond) not in {"号", "日"}:
        return None
    if doubt is None and not day.exact:
        doubt = Doubt.ALTERNATIVES
    if doubt is not None:
        return _made(begin, day.beyond, (None, doubt))
    found_day = full_date(today, year, int(month.value), int(day.value))
    return _made(begin, day.beyond, found_day)


def _year(tokens: Sequence[str], at: int) -> SpokenNumber | None:
    """二〇二六年, 一一五年: figures one by one."""
    figures = ""
    while (sign := _at(tokens, at + len(figures))) and sign in _FIGURES:
        figures += str(_FIGURES[sign])
    if len(figures) not in {3, 4} or _at(tokens, at + len(figures)) != "年":
        return None
    return SpokenNumber(Decimal(figures), at, at + len(figures))


def _written_day(folded: Folded, at: int, today: date) -> Part | None:
    """`12/5`, `2026/12/5`, `115/12/5` is no date that one says: month before day."""
    tokens = folded.tokens
    figures: list[str] = []
    while at + len(figures) < len(tokens) and tokens[at + len(figures)].isdigit():
        if figures:
            left = at + len(figures) - 1
            if folded.original[folded.ends[left] : folded.starts[left + 1]] not in {"/", "-"}:
                break
        figures.append(tokens[at + len(figures)])
        if len(figures) == 3:
            break
    if len(figures) < 2:
        return None
    numbers = [int(figure) for figure in figures]
    year = numbers.pop(0) if len(numbers) == 3 else None
    if year is not None and year < 1000:
        return _made(at, at + 2, (None, Doubt.DAY_TWO_WAYS))
    return _made(at, at + len(figures) - 1, full_date(today, year, *numbers))
