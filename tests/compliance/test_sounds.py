"""Phrases heard by their sounds: what was misheard is found, what sounds otherwise is not."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.context import CallContext, CallHeader, Collector, Listener
from compliance.findings import Verdict
from compliance.monitor import Heard, Monitor
from compliance.packs import load_rules
from compliance.phrases import Concepts, Phrase, PhraseSet
from compliance.rules import RuleSet
from compliance.sounds.inflections import Inflections
from compliance.sounds.phonology import phonology
from compliance.sounds.search import SoundMatch, SoundSearch
from compliance.text import fold, reworded
from compliance.transcript import Speaker, Utterance

ENGLISH = (
    Phrase("garnish your (wages|salary)", "legal"),
    Phrase("[a] warrant ..2.. for your arrest", "arrest"),
    Phrase("we will inform your employer", "boss"),
)
MANDARIN = (
    Phrase("转到..2..个人..2..账户", "channel"),
    Phrase("警察..4..逮捕你", "arrest"),
)


def _search(phrases: tuple[Phrase, ...], language: str) -> SoundSearch:
    return SoundSearch(PhraseSet.compile(phrases, Concepts.none(language)), language)


@pytest.fixture(scope="module")
def english() -> SoundSearch:
    return _search(ENGLISH, "en")


@pytest.fixture(scope="module")
def mandarin() -> SoundSearch:
    return _search(MANDARIN, "zh")


def _labels(found: tuple[SoundMatch, ...]) -> list[str]:
    return [match.match.label for match in found if match.enough]


@pytest.mark.parametrize(
    ("heard", "label"),
    [
        ("there is a warrant for your rest", "arrest"),
        ("there is a wore rent for your arrest", "arrest"),
        ("we are going to varnish your wages", "legal"),
        ("we are going to garnish your wedges", "legal"),
        ("we will in form your employer", "boss"),
    ],
)
def test_english_words_are_heard_by_their_phones(
    english: SoundSearch, heard: str, label: str
) -> None:
    assert _labels(english.search(fold(heard))) == [label]


@pytest.mark.parametrize(
    ("heard", "label"),
    [
        ("把钱转道我个人的张户", "channel"),  # other tones, another initial of its group
        ("把錢轉道我個人的張戶", "channel"),
        ("警察会来代不你", "arrest"),  # the same syllables, other characters
    ],
)
def test_mandarin_words_are_heard_by_their_syllables(
    mandarin: SoundSearch, heard: str, label: str
) -> None:
    assert _labels(mandarin.search(fold(heard))) == [label]


@pytest.mark.parametrize(
    "said",
    [
        "we will sell you a fire",
        "there is a parent for your guest",
        "the wages of a garden are small",
        "thank you for calling and have a good day",
    ],
)
def test_what_sounds_otherwise_is_not_heard(english: SoundSearch, said: str) -> None:
    assert english.search(fold(said)) == ()


def test_another_form_of_the_same_word_is_not_misheard(english: SoundSearch) -> None:
    assert _labels(english.search(fold("we will inform your employees"))) == []


@pytest.mark.parametrize(
    ("heard", "label"),
    [
        ("we will inform your employers", "boss"),
        ("we are informing your employer", ""),  # "will" is lost as well
        ("garnish your wage", "legal"),
        ("garnished your wages", "legal"),
        ("two arrest warrants for you", ""),
    ],
)
def test_a_word_may_have_lost_or_gained_an_ending(
    english: SoundSearch, heard: str, label: str
) -> None:
    assert "".join(_labels(english.search(fold(heard)))) == label


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("stop", ("stopped", "stopping", "stops")),
        ("settles", ("settle", "settled", "settling")),
        ("sing", ()),
        ("red", ()),
        ("is", ()),
        ("settle", ("settled", "settling")),
    ],
)
def test_the_forms_of_a_word(word: str, others: tuple[str, ...]) -> None:
    words = ("stop", "stops", "stopped", "stopping", "settle", "settled", "settling", "singe", "is")
    phrases = PhraseSet.compile((), Concepts.none("en"))
    assert Inflections(phrases, words).others(word) == others


def test_an_ending_is_shown_as_a_repair(english: SoundSearch) -> None:
    text = "So we garnished your wages."
    (match,) = english.search(fold(text))
    (repair,) = match.repairs
    assert (text[repair.start : repair.end], repair.meant) == ("garnished", "garnish")
    assert match.reading.original == text


_MANDARIN_CALL = (
    ("这么大人了，要死憋死在我电话里。", True),  # 别死
    ("要死别死在我电话里。", True),
    ("您别死记密码，写下来更安全。", False),
    ("房贷可以分二十年三十年，具体看您的年龄。", False),
)


@pytest.mark.parametrize(("said", "breaks"), _MANDARIN_CALL)
def test_mandarin_homophones_breach_and_what_is_only_like_them_does_not(
    said: str, breaks: bool
) -> None:
    rules = load_rules("cn", "zh-CN")
    header = CallHeader("cn", "zh-CN", collector=Collector.IN_HOUSE)
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    heard = Monitor(rules, header).hear(Utterance("u", 0, Speaker.AGENT, said), context)
    assert any(f.verdict is Verdict.BREACH for f in heard.findings) is breaks


def test_another_number_is_another_number() -> None:
    search = _search((Phrase("利息百分之三十", "rate"),), "zh")
    assert search.search(fold("利息百分之四十")) == ()


def test_a_match_shows_what_was_heard_and_what_was_meant(english: SoundSearch) -> None:
    text = "There is a wore rent for your arrest!"
    (match,) = english.search(fold(text))
    (repair,) = match.repairs
    assert (text[repair.start : repair.end], repair.meant) == ("wore rent", "warrant")
    assert match.reading.original == text
    assert "warrant" in match.reading.tokens
    assert "wore rent for your arrest" in text[match.match.start : match.match.end]
    assert 0.6 < match.closeness < 1


def test_small_words_may_be_lost(english: SoundSearch) -> None:
    assert _labels(english.search(fold("a wore rent your arrest"))) == ["arrest"]


def test_what_was_heard_by_its_words_is_passed_over(english: SoundSearch) -> None:
    heard = fold("there is a warrant for your rest")
    assert english.search(heard, frozenset(("arrest",))) == ()


def test_no_word_reaches_over_a_pause(english: SoundSearch) -> None:
    assert english.search(fold("what she wore. Rent for your arrest")) == ()


def test_a_language_without_sounds_hears_nothing() -> None:
    assert _search(ENGLISH, "fr").search(fold("a wore rent for your arrest")) == ()


@pytest.mark.parametrize(
    "text", ["", "🙂", "a", "\u202e warrant", "警察 arrest 12", "word " * 4000]
)
def test_odd_texts_are_no_error(english: SoundSearch, mandarin: SoundSearch, text: str) -> None:
    assert english.search(fold(text)) == ()
    assert mandarin.search(fold(text)) == ()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from("wore rent warrant your rest arrest for a garnish varnish wages".split()),  # noqa: SIM905 - a list of words reads best as a sentence
        max_size=12,
    )
)
def test_places_are_those_of_the_text(words: list[str]) -> None:
    text = " ".join(words)
    for match in _ENGLISH_SEARCH.search(fold(text)):
        assert 0 <= match.match.start < match.match.end <= len(text)
        assert match.repairs
        assert 0 <= match.closeness <= 1
        for repair in match.repairs:
            assert repair.meant not in text[repair.start : repair.end].split()


_ENGLISH_SEARCH = _search(ENGLISH, "en")


def test_words_read_otherwise_keep_their_place() -> None:
    text = "a wore rent, for you"
    folded = fold(text)
    read = reworded(folded, 1, 2, ("warrant",))
    assert read.tokens == ("a", "warrant", "for", "you")
    assert text[read.starts[1] : read.ends[1]] == "wore rent"
    assert read.breaks == (0, 0, 1, 0)
    more = reworded(folded, 0, 0, ("at", "her"))
    assert more.tokens[:3] == ("at", "her", "wore")
    assert (more.starts[1], more.ends[1]) == (0, 1)


@pytest.mark.parametrize(("language", "word"), [("en", "arrest"), ("zh", "逮捕")])
def test_a_sound_is_found_under_its_own_keys(language: str, word: str) -> None:
    sounds = phonology(language)
    assert sounds is not None
    tokens = fold(word).tokens
    ((fine, coarse), *_) = sounds.sounds(tokens)
    assert fine
    assert coarse in set(sounds.keys(coarse))
    assert coarse == "".join(map(sounds.coarse, tokens))


# ---- through the monitor --------------------------------------------------------------------


@pytest.fixture(scope="module")
def words_and_sounds() -> RuleSet:
    return load_rules("us", "en-US", likeness=False)


def _heard(rules: RuleSet, text: str, *, final: bool = True) -> Heard:
    header = CallHeader(
        "us", "en-US", collector=Collector.AGENCY, verified=True, listener=Listener.CUSTOMER
    )
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    utterance = Utterance("u", 0, Speaker.AGENT, text, final=final)
    return Monitor(rules, header).hear(utterance, context)


MISHEARD = "buy gift guards and read me the numbers"


def test_a_finding_by_sound_says_so(words_and_sounds: RuleSet) -> None:
    (finding,) = _heard(words_and_sounds, MISHEARD).findings
    assert finding.rule == "US-20"
    assert finding.verdict is Verdict.BREACH
    assert finding.found_by is not None
    assert finding.found_by.how == "sound"
    assert 0.8 < finding.found_by.closeness < 1
    assert "gift guards" in MISHEARD[finding.start : finding.end]


def test_a_denial_is_read_in_what_was_meant(words_and_sounds: RuleSet) -> None:
    assert _heard(words_and_sounds, f"we will never ask you to {MISHEARD}").findings == ()


def test_partials_are_not_searched_by_sound(words_and_sounds: RuleSet) -> None:
    assert _heard(words_and_sounds, MISHEARD, final=False).findings == ()


def test_a_fragment_before_is_not_told_again(words_and_sounds: RuleSet) -> None:
    header = CallHeader("us", "en-US", collector=Collector.AGENCY, verified=True)
    context = CallContext(header, verified=True, listener=Listener.CUSTOMER)
    monitor = Monitor(words_and_sounds, header)
    first = Utterance("a", 0, Speaker.AGENT, MISHEARD, start_s=0.0, end_s=3.0)
    second = Utterance("b", 1, Speaker.AGENT, "thank you", start_s=3.5, end_s=4.0)
    assert monitor.hear(first, context).findings
    assert monitor.hear(second, context).findings == ()


def test_phrases_that_nobody_needs_any_more_are_let_go() -> None:
    search = _search(ENGLISH, "en")
    assert search.search(fold("we will in form your employer"))
    kept = weakref.ref(search)
    del search
    gc.collect()
    assert kept() is None
