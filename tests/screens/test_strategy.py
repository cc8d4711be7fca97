"""What a strategy is called, and the line of the brief that tells it with its reason."""

from __future__ import annotations

from datetime import date

import pytest

from assistant import terms
from assistant.guidance import load_guidance
from assistant.interface_text import Interface
from assistant.rule_texts import CollectorTexts
from assistant.screens.brief import draw_brief
from assistant.strategy_words import strategy_words
from assistant.wording import Wording
from compliance.context import Collector
from scripts.strategy import Chosen, Strategy, Why
from tests.screens.driving import setup_of


def _wording(interface: str) -> Wording:
    rules = load_guidance("us", "en-US", Collector.AGENCY).rules
    return Wording(CollectorTexts(rules, Collector.AGENCY), Interface(interface), "en-US")


def test_every_strategy_has_a_name() -> None:
    assert set(terms.STRATEGIES) == set(Strategy)


@pytest.mark.parametrize(
    ("chosen", "english", "traditional", "simplified"),
    [
        (
            Chosen(Strategy.LATE, Why.DAYS, days=62),
            "Late stage · 62 days past due",
            "逾期後期 · 逾期 62 天",
            "逾期后期 · 逾期 62 天",
        ),
        (
            Chosen(Strategy.BROKEN_PROMISE, Why.PROMISE, day=date(2026, 11, 5)),
            "Promise not kept · the one for Nov 5, 2026",
            "約定未繳 · 2026/11/5 那一筆",
            "约定未还 · 2026/11/5 那一笔",
        ),
        (
            Chosen(Strategy.UNRESPONSIVE, Why.UNANSWERED, count=7),
            "Long without an answer · 7 contacts unanswered",
            "長期聯絡未接 · 連續 7 次聯絡未接",
            "长期联系未接 · 连续 7 次联系未接",
        ),
        (
            Chosen(Strategy.HARDSHIP, Why.FACT, fact="hardship"),
            "Hardship · noted on file",
            "困難 · 檔案已註記",
            "困难 · 档案已备注",
        ),
        (
            Chosen(Strategy.PRE_LEGAL, Why.FACT, fact="legal_review"),
            "Before legal steps · on file: legal steps are being examined",
            "法務處理前 · 檔案註記：法務評估中",
            "法务处理前 · 档案备注：法务评估中",
        ),
        (
            Chosen(None, Why.FACT, fact="disputed"),
            "Neutral lines · on file: open dispute",
            "中性話術 · 檔案註記：爭議未結",
            "中性话术 · 档案备注：异议未结",
        ),
        (
            Chosen(None, Why.DAYS_UNKNOWN),
            "Neutral lines · days past due not known",
            "中性話術 · 逾期天數不明",
            "中性话术 · 逾期天数不明",
        ),
        (
            Chosen(None, Why.NOT_PAST_DUE),
            "Neutral lines · not past due",
            "中性話術 · 未逾期",
            "中性话术 · 未逾期",
        ),
    ],
)
def test_a_strategy_and_its_reason_in_three_languages(
    chosen: Chosen, english: str, traditional: str, simplified: str
) -> None:
    told = [strategy_words(chosen, _wording(code)) for code in ("en", "zh-TW", "zh-CN")]
    assert told == [english, traditional, simplified]


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_brief_tells_it_in_one_line(width: int) -> None:
    chosen = Chosen(Strategy.LATE, Why.DAYS, days=62)
    setup = setup_of("en-US", strategy=lambda _account: chosen)
    lines = ["".join(run.text for run in line) for line in draw_brief(setup, _wording("en"), width)]
    (told,) = [line for line in lines if line.startswith("Strategy")]
    assert told.split(maxsplit=1) == ["Strategy", "Late stage · 62 days past due"]


def test_without_a_script_the_brief_says_nothing_of_it() -> None:
    lines = draw_brief(setup_of("en-US"), _wording("en"), 80)
    assert not any(run.text.startswith("Strategy") for line in lines for run in line)
