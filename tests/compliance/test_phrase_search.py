"""The search against what it must equal, and against what must not stop it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.errors import BadInput
from compliance.phrases import Concepts, Phrase, PhraseSet
from compliance.text import Folded, fold, joined, refold
from tests.compliance.phrase_expressions import pattern

WORDS = ("we", "will", "sue", "you", "court", "calling", "called", "not", "four", "$", "9")
CONCEPTS = {
    "legal": ("(court|judge)", "sue [you]", "go ..2.. court"),
    "all": ("{legal}", "call*", "{number} (dollars|will)"),
}
COMPILED = Concepts.compile(
    "en", {name: tuple(Phrase(text, name) for text in texts) for name, texts in CONCEPTS.items()}
)

_text = st.lists(st.sampled_from((*WORDS, ".", ",")), max_size=14).map(" ".join)
_leaf = st.sampled_from((*WORDS[:8], "call*", "{legal}", "{all}", "{number}"))


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from((" ", " ... ", " ..1.. ")), inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"{two[0]} [{two[1]}]"),
        st.tuples(inner, st.sampled_from(WORDS[:8])).map(lambda two: f"{two[0]} !{two[1]}"),
        st.tuples(inner, inner).map(lambda two: f"{two[0]} !({two[1]}|court)"),
    )


_phrase = st.recursive(_leaf, _grown, max_leaves=8)


def compiled(*phrases: str) -> PhraseSet:
    return PhraseSet.compile((Phrase(text, f"p{n}") for n, text in enumerate(phrases)), COMPILED)


def compiled_or_none(phrase: str) -> PhraseSet | None:
    try:
        return compiled(phrase)
    except BadInput:
        return None


@settings(max_examples=400, deadline=None)
@given(_phrase, _text)
def test_a_phrase_is_heard_where_its_expression_matches(phrase: str, text: str) -> None:
    phrases = compiled_or_none(phrase)
    if phrases is None:
        return
    folded = fold(text)
    heard = phrases.search(folded)
    expected = re.search(pattern(phrase, "en", CONCEPTS), folded.line)
    assert bool(heard) == bool(expected)
    if expected:
        assert heard[0].first == folded.token_at(expected.start())


@settings(deadline=None)
@given(st.lists(_phrase, min_size=1, max_size=4), _text)
def test_what_is_found_lies_in_order_and_apart(texts: list[str], text: str) -> None:
    folded = fold(text)
    for phrase in texts:
        phrases = compiled_or_none(phrase)
        last = -1
        for match in phrases.search(folded) if phrases else ():
            assert last < match.first <= match.last < len(folded.tokens)
            assert folded.starts[match.first] == match.start < match.end <= len(text)
            last = match.last


@st.composite
def growing(draw: st.DrawFn) -> list[str]:
    """Partials: each goes on from the one before, or takes back some of it first."""
    partials = [""]
    for _ in range(draw(st.integers(1, 8))):
        before = partials[-1]
        kept = before[: len(before) - draw(st.sampled_from((0, 0, 0, 1, 4, 9)))]
        partials.append(kept + draw(st.sampled_from((" ", "", "'"))) + draw(_text))
    return partials


@settings(max_examples=200, deadline=None)
@given(st.lists(_phrase, min_size=1, max_size=6), growing())
def test_following_finds_what_searching_the_whole_finds(
    texts: list[str], partials: list[str]
) -> None:
    good = [text for text in texts if compiled_or_none(text)]
    phrases = compiled(*good)
    follower = phrases.follower()
    before = fold("you go on and we")
    for text in partials:
        assert follower.search(fold(text)) == phrases.search(fold(text))
        run_on = joined(before, fold(text))
        assert follower.search(run_on) == phrases.search(run_on)


_ODD = st.text(alphabet="we'll 三千3,000.5 嗯uh 我我们 é\u0301ﬁß\u00ad\u200f😀.,。", max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), _ODD), max_size=8))
def test_folding_on_is_folding_the_whole(steps: list[tuple[int, str]]) -> None:
    folded, text = fold(""), ""
    for back, more in steps:
        text = text[: len(text) - back] + more
        folded = refold(folded, text)
        assert folded == fold(text)
        assert folded.line == fold(text).line


# ---- nothing runs away ---------------------------------------------------------------------------


def calls(work: Callable[[], object]) -> int:
    """How many calls of Python functions and built-in ones some work takes."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


RUNAWAYS = [
    "a ..12.. a ..12.. a ..12.. a ..12.. a ..12.. b",
    "a [a] [a] [a] [a] [a] [a] [a] [a] [a] [a] b",
    "(a|a a|a a a) (a|a a|a a a) (a|a a|a a a) (a|a a|a a a) b",
    "a {number} {number} {number} {number} {number} {number} b",
    "a !(a ..12.. a ..12.. a ..12.. b) ... a ... b",
]


@pytest.mark.parametrize("phrase", RUNAWAYS)
@pytest.mark.parametrize("ending", ["", " b"])
def test_work_grows_no_faster_than_the_text(phrase: str, ending: str) -> None:
    phrases = compiled(phrase)

    def work(words: int) -> int:
        # Stumbling is dropped when speech is folded, so that the tokens are given as they are.
        tokens = ("a", "5") * words if "number" in phrase else ("a",) * 2 * words
        tokens += tuple(ending.split())
        places = tuple(range(len(tokens)))
        folded = Folded(" " * len(tokens), tokens, places, places, (0,) * len(tokens))
        return calls(lambda: phrases.search(folded))

    short, long = work(100), work(400)
    assert long <= 4.5 * short
    assert long <= 60 * 800  # tens of steps a token, not powers of the gaps' widths


ODD_TEXTS = [
    "我會打給你 " * 4000,
    "you will go to jail " * 1000,
    "a" * 20_000,
    "😀🏽‍🦱" * 4000,
    "\u202e\u200f\u202b we will sue you right then \u202c" * 500,
    "wé wíll 告 you الدعوى court דין 法院 " * 500,
    "'" * 20_000,
    "1,2.3:" * 3000,
    "。" * 20_000,
]


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
def test_odd_and_endless_texts_are_searched(text: str) -> None:
    phrases = compiled("we will sue you", "you ... jail", "call* ... {number}", "{all} ... {all}")
    heard = phrases.search(fold(text))
    for label, quote in (("p0", "we will sue you"), ("p1", "you will go to jail")):
        assert sum(match.label == label for match in heard) == text.count(quote)


def test_ten_thousand_phrases_are_told_apart() -> None:
    numbers = [f"w{n:x}" for n in range(200)]
    letters = [word.translate(str.maketrans("0123456789", "ghijklmnop")) for word in numbers]
    texts = [f"{one} ... {other}" for one in letters[:100] for other in letters[100:]]
    phrases = compiled(*texts)
    heard = phrases.search(fold(f"{letters[3]} and then {letters[104]}, {letters[199]}"))
    assert {phrases.phrases[match.phrase].text for match in heard} == {
        f"{letters[3]} ... {letters[104]}",
        f"{letters[3]} ... {letters[199]}",
    }


@pytest.mark.parametrize(
    ("phrase", "part"),
    [
        ("(" * 100 + "a" + ")" * 100, "nested"),
        ("a " * 5000, "longer than"),
        ("[a] {number}", "would match anything"),
        ("(a|{number}|b)", "would match anything"),
        ("!a [b]", "would match anything"),
    ],
)
def test_a_phrase_too_large_or_too_loose_is_a_fault(phrase: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        compiled(phrase)
    assert part in str(caught.value.faults[0].message)
