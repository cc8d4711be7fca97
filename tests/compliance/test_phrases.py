"""The phrase language: what each construct hears, and what is refused with its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.errors import BadInput
from compliance.phrases import Concepts, Phrase, PhraseSet
from compliance.text import fold

CONCEPTS = Concepts.compile(
    "en",
    {
        "jail": (Phrase("jail", "jail"), Phrase("behind bars", "jail"), Phrase("{lock}", "jail")),
        "lock": (Phrase("lock* [you] up", "lock"),),
    },
)
HAN = Concepts.compile("zh", {"kin": (Phrase("(爸|媽)[媽]", "kin"), Phrase("家人", "kin"))})


def heard(phrase: str, text: str, concepts: Concepts = CONCEPTS) -> list[str]:
    matches = PhraseSet.compile((Phrase(phrase, "x"),), concepts).search(fold(text))
    return [text[match.start : match.end] for match in matches]


@pytest.mark.parametrize(
    ("phrase", "text", "quotes"),
    [
        ("we will sue you", "Well, we'll sue you!", ["we'll sue you"]),
        ("we will sue you", "we will sue them", []),
        ("sue", "pursue sues suede", []),
        ("sue*", "suing, sued", ["sued"]),
        ("(sue|take) you", "we sue you or take you", ["sue you", "take you"]),
        ("you [really] owe", "you owe, you really owe", ["you owe", "you really owe"]),
        ("he owe[s] us", "he owe us, he owes us", ["he owe us", "he owes us"]),
        ("call(ing|ed) you", "called you calling you call you", ["called you", "calling you"]),
        ("you ... {jail}", "You will end up behind bars", ["You will end up behind bars"]),
        ("you ... {jail}", "you one two three four five jail", []),
        ("you ... {jail}", "I like you. Jail is bad", []),
        ("you ..1.. {jail}", "you going jail", ["you going jail"]),
        ("you ..1.. {jail}", "you are going jail", []),
        ("they {jail}", "they lock you up", ["they lock you up"]),
        ("owe [$] {number}", "you owe $4,200", ["owe $4,200"]),
        ("owe {number} dollars", "owe four thousand two hundred dollars", None),
        ("we do not", "we don't", ["we don't"]),
        ("get up !to", "get up to date or get up", ["get up"]),
        ("get !(a|the) {jail}", "get behind bars", ["get behind bars"]),
        ("which ({jail} notice|notice)", "which jail notice", ["which jail notice"]),
        ("send it to me !(and|or) now", "send it to me now", ["send it to me now"]),
    ],
)
def test_english(phrase: str, text: str, quotes: list[str] | None) -> None:
    assert heard(phrase, text) == ([text] if quotes is None else quotes)


@pytest.mark.parametrize(
    ("phrase", "text", "quotes"),
    [
        ("打給你{kin}", "我 打给 您 媽媽 喔", ["打给 您 媽媽"]),
        ("聯絡...{kin}", "联系您的家人", []),
        ("(聯絡|联系)...{kin}", "聯絡你住台中的家人", ["聯絡你住台中的家人"]),
        ("坐牢", "會坐 牢的", ["坐 牢"]),
        ("轉給我!們", "轉給我們,轉給我吧", ["轉給我"]),
        ("還!(有|在)..2..錢", "還有沒有錢,還一點錢", ["還一點錢"]),
        ("欠{number}元", "欠三萬兩千元", ["欠三萬兩千元"]),
        ("不是 deadbeat", "你不是deadbeat吗", ["不是deadbeat"]),
    ],
)
def test_chinese(phrase: str, text: str, quotes: list[str]) -> None:
    assert heard(phrase, text, HAN) == quotes


@pytest.mark.parametrize(
    ("phrase", "part"),
    [
        ("get up !", "must stand before"),
        ("get up ![to]", "must stand before"),
        ("(a|b", "never closed"),
        ("a|b", "inside parentheses"),
        ("a)", "no partner"),
        ("[a)", "does not close"),
        ("()", "nothing stands between"),
        ("", "empty"),
        ("，。", "empty"),
        ("... a", "between two words"),
        ("a ..99.. b", "a gap reaches over"),
        ("{nope}", "no concept {nope}"),
        ("{Nope}", "no concept's name"),
        ("[x] [y]", "would match anything"),
        ("{number}", "would match anything"),
        ("* x", "follow a word"),
        (" ".join(f"w{n} ..12.. v{n}" for n in range(8)), "reaches over more than"),
    ],
)
def test_a_bad_phrase_is_a_fault_with_its_place(phrase: str, part: str) -> None:
    with pytest.raises(BadInput) as caught:
        PhraseSet.compile((Phrase("good", "x"), Phrase(phrase, "x", "f.yaml", 7, 5)), CONCEPTS)
    (fault,) = caught.value.faults
    assert (fault.path, fault.line, fault.column) == ("f.yaml", 7, 5)
    assert part in fault.message


def test_bad_concepts_are_told_together() -> None:
    with pytest.raises(BadInput) as caught:
        Concepts.compile(
            "en",
            {
                "a": (Phrase("x {b}", "a"),),
                "b": (Phrase("y {a}", "b"),),
                "c": (Phrase("{zz}", "c"),),
                "d": (Phrase("(", "d"),),
            },
        )
    messages = [fault.message for fault in caught.value.faults]
    assert any("uses itself: a -> b -> a" in message for message in messages)
    assert any("no concept {zz}" in message for message in messages)
    assert any("never closed" in message for message in messages)


def test_one_set_hears_many_labels() -> None:
    phrases = PhraseSet.compile(
        (Phrase("good morning", "greeting"), Phrase("your bank", "bank")), CONCEPTS
    )
    found = phrases.search(fold("Good morning, this is your bank"))
    assert [match.label for match in found] == ["greeting", "bank"]


def test_a_long_line_is_searched_to_its_end() -> None:
    phrases = PhraseSet.compile((Phrase("you ... {jail}", "x"),), CONCEPTS)
    text = "and so on " * 2000 + "you go to jail " + "and so on " * 2000
    (match,) = phrases.search(fold(text))
    assert text[match.start : match.end] == "you go to jail"


@given(st.text(max_size=80), st.text(max_size=80))
def test_literal_words_are_found_wherever_they_stand(before: str, after: str) -> None:
    text = f"{before} . unmistakable words . {after}"
    phrases = PhraseSet.compile((Phrase("unmistakable words", "x"),), CONCEPTS)
    found = phrases.search(fold(text))
    assert "unmistakable words" in {text[match.start : match.end] for match in found}


@given(st.text(max_size=40))
def test_any_phrase_compiles_or_is_a_fault(phrase: str) -> None:
    try:
        phrases = PhraseSet.compile((Phrase(phrase, "x"),), CONCEPTS)
    except BadInput:
        return
    phrases.search(fold(phrase))
