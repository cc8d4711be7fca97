"""Each reader of context: what excuses a phrase, and what only looks as if it did."""

from __future__ import annotations

import pytest

from compliance.guards import Reading, advised, conditional, excuse, negated, reported
from compliance.phrases import Phrase, PhraseSet, load_concepts
from compliance.rules import Guard, RuleSet
from compliance.text import fold, joined

ENGLISH = PhraseSet.compile(
    (
        Phrase("(be|get) {arrest}", "x"),
        Phrase("call* your {boss}", "x"),
        Phrase("sue you", "x"),
        Phrase("we ... {police} to your door", "x"),
    ),
    load_concepts("en"),
)
CHINESE = PhraseSet.compile(
    (
        Phrase("(抓去關|坐牢|被關)", "x"),
        Phrase("打給你..2..{kin}", "x"),
        Phrase("警察..4..(抓|去)", "x"),
        Phrase("(不要脸|廢物)", "x"),
        Phrase("查封", "x"),
    ),
    load_concepts("zh"),
)


def read(rules: RuleSet, phrases: PhraseSet, text: str) -> list[Guard | None]:
    folded = fold(text)
    reading = Reading.of(folded, rules.language, rules.cues.search(folded))
    guards = (Guard.NEGATED, Guard.REPORTED, Guard.ADVISED, Guard.CONDITIONAL)
    matches = phrases.search(folded)
    assert matches, f"nothing was heard in {text!r}"
    return [excuse(reading, match, guards) for match in matches]


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        # Negation
        ("You can't be arrested for a card.", Guard.NEGATED),
        ("you will not be arrested", Guard.NEGATED),
        ("Nobody would ever call your boss.", Guard.NEGATED),
        ("We would never ask the police to come to your door", None),  # no phrase spans it
        ("If you don't pay you'll be arrested", None),
        ("if you do not answer we will call your boss", None),
        ("Why don't you listen, you'll get arrested", None),
        ("I'm not asking, I'll call your boss", None),
        ("You don't want to be arrested", None),
        ("We won't wait, otherwise we sue you", None),
        ("Pay now, or you'll get arrested, no doubt", None),
        # Report
        ("You said he told you you'd be arrested.", Guard.REPORTED),
        ("I'm sorry you were told you would be arrested", Guard.REPORTED),
        ("You asked whether we would call your boss", Guard.REPORTED),
        ("You said you'd pay, so I'll call your boss", None),
        ("They said no, I'll call your boss", None),
        ("You said Friday. I'll call your boss.", None),
        # Advice
        (
            "If they say you'll be arrested, that's a scam, please hang up and call us",
            Guard.REPORTED,
        ),
        ("It was a scam, they said: be arrested or pay", Guard.REPORTED),
        ("Pay or be arrested? That is simply false.", Guard.ADVISED),
        # Condition
        ("Only if a court enters judgment could we sue you for costs", Guard.CONDITIONAL),
        ("We will sue you tomorrow", None),
    ],
)
def test_english(us: RuleSet, text: str, guard: Guard | None) -> None:
    try:
        found = read(us, ENGLISH, text)
    except AssertionError:
        assert guard is None
        return
    assert set(found) == {guard}


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("您不會因為卡費被抓去關", Guard.NEGATED),
        ("不会坐牢的您放心", Guard.NEGATED),
        ("我們絕對不會打給您的家人", Guard.NEGATED),
        ("我們 不會 叫 警察 去 抓 您", Guard.NEGATED),
        ("你不缴钱就会坐牢", None),
        ("你不還就被抓去關", None),
        ("不接电话,明天打给你老婆", None),
        ("你要不要试试坐牢", None),
        ("不然就等着坐牢", None),
        ("你以为不会坐牢", None),
        ("您說上一位同仁罵您廢物", Guard.REPORTED),
        ("您说有人打给您家人", Guard.REPORTED),
        ("网上说会坐牢", Guard.REPORTED),
        ("您說這是民事,所以我打給你老婆", None),
        ("說要坐牢的那是詐騙,請撥165", Guard.ADVISED),
        ("若取得執行名義,可以依法聲請查封", Guard.CONDITIONAL),
        ("明天就去查封", None),
    ],
)
def test_chinese(tw: RuleSet, text: str, guard: Guard | None) -> None:
    assert set(read(tw, CHINESE, text)) == {guard}


def test_a_negation_before_an_endpoint_still_denies(us: RuleSet) -> None:
    together = joined(fold("I promise we will not"), fold("call your boss"))
    reading = Reading.of(together, "en", us.cues.search(together))
    (match,) = ENGLISH.search(together)
    assert negated(reading, match)
    apart = joined(fold("No, we will not."), fold("Call your boss"))
    reading = Reading.of(apart, "en", us.cues.search(apart))
    (match,) = ENGLISH.search(apart)
    assert not negated(reading, match)


def test_a_phrase_with_its_own_negation_is_not_denied_by_it(us: RuleSet) -> None:
    phrases = PhraseSet.compile((Phrase("you cannot dispute", "x"),), load_concepts("en"))
    folded = fold("You can't dispute it")
    (match,) = phrases.search(folded)
    reading = Reading.of(folded, "en", us.cues.search(folded))
    assert excuse(reading, match, (Guard.NEGATED,)) is Guard.NEGATED
    assert excuse(reading, match, (Guard.NEGATED,), denying=True) is None


def test_advice_must_stand_beside_the_match(tw: RuleSet) -> None:
    phrases = PhraseSet.compile((Phrase("報案了", "x"), Phrase("立案", "x")), load_concepts("zh"))
    folded = fold("你這個已經立案了")
    (match,) = phrases.search(folded)
    reading = Reading.of(folded, "zh", tw.cues.search(folded))
    assert not advised(reading, match)
    assert not reported(reading, match)
    assert not conditional(reading, match)


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("We will never send the police to your door.", Guard.NEGATED),
        ("We don't have the police come to your door.", Guard.NEGATED),
        ("If you don't pay the police will be at your door.", None),
        ("If you won't talk the police will come to your door.", None),
    ],
)
def test_who_is_not_sent_is_no_new_subject(us: RuleSet, text: str, guard: Guard | None) -> None:
    phrases = PhraseSet.compile((Phrase("{police} ... door", "x"),), load_concepts("en"))
    assert read(us, phrases, text) == [guard]
