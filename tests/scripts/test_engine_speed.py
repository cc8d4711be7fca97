"""What makes an utterance cheap changes no result: each short way against the long one."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from compliance.context import Collector, Listener
from compliance.text import fold
from compliance.tongues import base_language, fold_in
from scripts.cases import history_of, specimen_account
from scripts.commitments_words import load_words
from scripts.commitments_zh_days import any_day_at, day_at
from scripts.flow import line_environment
from scripts.flow_file import load_flow
from scripts.hearing import StepEar
from scripts.line_check import situation_of
from scripts.telling import telling_tokens
from tests.scripts.accounts import LANGUAGES

_FLOWS = {language: load_flow(language) for language in ("en-US", "zh-TW", "zh-HK")}
_LINES = {
    language: tuple(line.text for step in flow.every_step() for line in step.lines)
    for language, flow in _FLOWS.items()
}
_TODAY = date(2026, 11, 28)


def _alike_one_by_one(language: str, before: str, text: str) -> set[str]:
    """The steps whose lines are like what was said, every line compared."""
    base = base_language(language)
    said_alone = telling_tokens(fold_in(base, text))
    said = telling_tokens(fold_in(base, f"{before} {text}"))
    if not said_alone:
        return set()
    earlier = said[: len(said) - len(said_alone)]
    found = set()
    for line in _FLOWS[language].tellings:
        together = LCSseq.similarity(line.tokens, said)
        if together < line.least:
            continue
        if not earlier or LCSseq.similarity(line.tokens, earlier) < together:
            found.add(line.step)
    return found


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(_FLOWS)), st.data())
def test_no_line_that_is_like_what_was_said_is_left_out(language: str, data: st.DataObject) -> None:
    pieces = st.tuples(
        st.sampled_from(_LINES[language]), st.integers(0, 60), st.integers(0, 120)
    ).map(lambda piece: piece[0][piece[1] : piece[2]])
    before, text = (" ".join(data.draw(st.lists(pieces, min_size=1, max_size=2))) for _ in "ab")
    ear = StepEar(_FLOWS[language])
    joined = fold_in(base_language(language), f"{before} {text}")
    assert set(ear._like(text, joined)) == _alike_one_by_one(language, before, text)


_OF_DAYS = "民国一百五十二三年月日号下个这本礼拜星期周天大后明早今晚底初发薪工资现在等我还元先的7"
_tokens = st.lists(st.sampled_from([*_OF_DAYS, "12", "2026"]), min_size=1, max_size=9)


@settings(max_examples=300, deadline=None)
@given(_tokens, st.booleans())
def test_what_may_begin_a_day_is_asked_and_nothing_else_is_one(
    tokens: list[str], republic: bool
) -> None:
    words = load_words("zh")
    for at in range(len(tokens)):
        asked = day_at(tokens, at, _TODAY, words, republic=republic)
        assert asked == any_day_at(tokens, at, _TODAY, words, republic=republic)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_is_filled_as_its_template_says(language: str) -> None:
    environment = line_environment()
    for collector in (Collector.IN_HOUSE, Collector.AGENCY):
        flow = load_flow(language, collector)
        account = history_of(specimen_account(flow))
        situation = situation_of(flow, account, is_open=True, listener=Listener.CUSTOMER)
        for step in flow.every_step():
            for line in (*step.lines, *step.otherwise):
                if line.slots <= situation.fields.keys():
                    rendered = environment.from_string(line.text).render(situation.fields)
                    assert line.fill(situation) == rendered


def test_what_was_folded_last_is_folded_once_and_equals_a_fresh_one() -> None:
    text = "We'll take the, the payment on Friday."
    assert fold_in("en", text) is fold_in("en", text)
    assert fold_in("en", text) == fold(text)
