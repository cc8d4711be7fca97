"""What an utterance is likely about: the scorers that ship, their files, what follows of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.errors import BadInput, MissingPart
from scripts.exit_ear import ExitEar
from scripts.flow_file import load_flow
from scripts.intents.examples import load_examples
from scripts.intents.learning import train
from scripts.intents.scorer import (
    NONE,
    Kind,
    Scorer,
    features,
    load_scorer,
    tokens_of,
    unpacked,
    weights_path,
)
from scripts.objection_ear import load_objections
from scripts.own_words import OwnWords
from scripts.route import Frame, Place, Route

_HERE = Path("scorer")
_KINDS: tuple[Kind, ...] = ("objection", "exit", "stage")


def shipped(kind: Kind, language: str) -> Scorer:
    scorer = load_scorer(kind, language)
    assert scorer is not None
    return scorer


@pytest.mark.parametrize("language", ["en-US", "en-GB", "en-HK", "zh-TW", "zh-CN", "zh-HK"])
@pytest.mark.parametrize("kind", _KINDS)
def test_every_language_of_a_flow_has_its_scorers(kind: Kind, language: str) -> None:
    assert NONE in shipped(kind, language).labels


# By nobody who wrote lines that the scorers learned from, and not in their words.
_OBJECTIONS = (
    ("en-US", "the plant shut its doors in june and i been home since", "lost_job"),
    ("en-US", "i would have to run that by my husband before i say a thing", "spouse_decides"),
    ("en-GB", "the gas people and the council are ahead of you in the queue", "another_debt_first"),
    ("en-GB", "right so that was a lovely weekend we had up in the lakes", ""),
    ("en-US", "four one seven two and it is maple street", ""),
    ("zh-TW", "工廠上個月收掉了我現在都在家裡", "lost_job"),
    ("zh-TW", "家裡的錢都是我太太在管要問她才行", "spouse_decides"),
    ("zh-CN", "我怎么知道你不是骗子", "is_this_a_scam"),
    ("zh-CN", "好的那我明天过去一趟", ""),
    ("zh-HK", "我老公話事㗎要問咗佢先", "spouse_decides"),
)  # fmt: skip


@pytest.mark.parametrize(("language", "said", "objection"), _OBJECTIONS)
def test_objections_in_words_that_no_phrase_has(language: str, said: str, objection: str) -> None:
    assert load_objections(language).heard(said) == objection


def test_an_objection_that_is_only_likely_is_not_founded() -> None:
    objections = load_objections("en-US")
    assert objections.founded("i lost my job in june") == ("lost_job", True)
    said, founded = objections.founded("how would i even know it is the bank ringing me")
    assert said
    assert not founded


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_shares_are_shares_whatever_is_said(text: str) -> None:
    for language in ("en-US", "zh-TW"):
        for kind in _KINDS:
            likely = shipped(kind, language).likely(text)
            assert sum(likely.shares.values()) == pytest.approx(1, abs=1e-3)
            assert likely.share == max(likely.shares.values())


def test_nothing_known_is_nothing() -> None:
    likely = shipped("objection", "en-US").likely("")
    assert (likely.label, likely.share) in {(NONE, 1.0), (likely.label, likely.share)}
    bare = replace(shipped("objection", "en-US"), names={})
    assert (bare.likely("whatever").label, bare.likely("whatever").share) == (NONE, 1.0)


def test_english_words_count_by_beginnings_and_endings() -> None:
    seen = set(features(tokens_of("they unfairly charged me", "en"), "en"))
    assert {"charged", "^char", "ged$", "they unfairly", "they _ charged"} <= seen
    assert not {name for name in features(tokens_of("我沒錢", "zh"), "zh") if name[0] == "^"}


def test_weights_are_read_back_as_they_were_written() -> None:
    scorer = shipped("stage", "en-US")
    again = unpacked(scorer.packed(), _HERE)
    said = "can i take your date of birth and the first line of your address please"
    assert again.likely(said).label == scorer.likely(said).label == "verification"


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 nothing", b"\x00" * 400])
def test_broken_weights_say_what_to_do(broken: bytes) -> None:
    with pytest.raises(BadInput) as told:
        unpacked(broken, _HERE)
    assert "train it again" in str(told.value.faults[0])


def test_weights_cut_short_are_broken() -> None:
    content = weights_path("exit", "zh").read_bytes()
    with pytest.raises(BadInput):
        unpacked(content[: len(content) // 2], _HERE)


# ---- examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", _KINDS)
def test_every_label_of_a_scorer_has_its_lines(kind: Kind, language: str) -> None:
    labels = {line.label for line in load_examples(kind, language)}
    assert labels == set(shipped(kind, language).labels)


def test_example_lines_with_faults_are_told_by_place(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    path = tmp_path / "en" / "x.jsonl"
    lines = (
        json.dumps({"who": "agent", "text": "hello", "label": "opening"}),
        json.dumps({"who": "agent", "text": "hello", "label": "overture"}),
        "{",
        json.dumps({"who": "cat", "text": "hello", "label": "opening"}),
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInput) as told:
        load_examples("stage", "en", tmp_path)
    assert {fault.line for fault in told.value.faults} == {2, 3, 4}
    with pytest.raises(MissingPart):
        load_examples("stage", "zh", tmp_path)


def test_the_same_lines_give_the_same_weights() -> None:
    lines = [line for line in load_examples("stage", "en") if line.author == "en/b"]
    first, second = train("en", lines), train("en", lines)
    assert first.packed() == second.packed()
    assert first.likely("thank you for your time goodbye").label == "close"


# ---- exits ---------------------------------------------------------------------------------------

_EXITS = frozenset(("third_party", "callback", "abuse", "complaint", "vulnerable", "hardship"))


@pytest.mark.parametrize(
    ("said", "called", "found", "kept"),
    [
        # A phrase of the flow that the words as a whole speak against.
        ("我明天早上會去繳三千塊", ("third_party",), (), ()),
        # The rules' own find stands against anything but nothing.
        ("我要找律師跟你談", (), ("represented",), ("represented",)),
        # Swearing is swearing.
        ("王八蛋", ("abuse",), (), ("abuse",)),
        # Talk of dying is never weighed away, and never likely alone.
        ("夠啦我太太也有在上班", ("vulnerable",), (), ("vulnerable",)),
        # Somebody else's words are not weighed.
        ("", ("third_party",), (), ("third_party",)),
    ],
)
def test_exits_are_weighed_against_the_whole(
    said: str, called: tuple[str, ...], found: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    exits = _EXITS | {"represented"}
    assert ExitEar("zh-TW").weighed(called, found, exits, said) == kept


# ---- the agent's own words -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def route() -> Route:
    return Route(load_flow("en-US"))


def _at(route: Route, stage: str) -> Place:
    index = next(i for i, step in enumerate(route.main) if step.stage == stage)
    return Place(open=True, main=index)


_OPTIONS = "we could split that over three months or move your due date whichever is easier for you"


def test_own_words_lead_to_their_stage_and_tick_nothing_off(route: Route) -> None:
    place = _at(route, "impact")
    moved = OwnWords("en-US").followed(route, place, _OPTIONS, unconfirmed=False)
    assert route.stage(moved) == "options"
    assert moved.done == place.done


def test_an_exit_is_left_when_the_agent_goes_on_about_the_account_twice(route: Route) -> None:
    words = OwnWords("en-US")
    place = replace(_at(route, "situation"), frames=(Frame("third_party"),))
    once = words.followed(route, place, _OPTIONS, unconfirmed=False)
    assert once.frames == place.frames
    assert route.stage(words.followed(route, once, _OPTIONS, unconfirmed=False)) == "options"
    other = words.followed(route, once, "all right take care now goodbye", unconfirmed=False)
    assert words.followed(route, other, _OPTIONS, unconfirmed=False).frames == place.frames


def test_whoever_talks_of_dying_is_not_left_for_money(route: Route) -> None:
    words = OwnWords("en-US")
    place = replace(_at(route, "situation"), frames=(Frame("vulnerable"),))
    for _ in range(4):
        place = words.followed(route, place, _OPTIONS, unconfirmed=False)
    assert [frame.slug for frame in place.frames] == ["vulnerable"]


def test_past_a_confirmation_only_in_a_recording_and_never_open(route: Route) -> None:
    words = OwnWords("en-US")
    place = Place(main=route.verification)
    assert words.followed(route, place, _OPTIONS, unconfirmed=False) == place
    recorded = words.followed(route, place, _OPTIONS, unconfirmed=True)
    assert (recorded.ahead, recorded.open, recorded.main) == ("options", False, place.main)
    asked = "before we go on could you confirm your date of birth for me please"
    assert words.followed(route, recorded, asked, unconfirmed=True).ahead == ""
