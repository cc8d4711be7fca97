"""What an utterance is likely about: the scorers that ship, their files, what follows of them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.errors import BadInput, MissingPart
from compliance.transcript import Speaker
from scripts.exit_ear import ExitEar
from scripts.flow_file import load_flow
from scripts.following import followed
from scripts.intents.calls import TALK, load_calls
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
from scripts.intents.talk import Belief, Talk, load_talk, turns_path
from scripts.intents.talk import unpacked as turns_unpacked
from scripts.intents.talk_learning import followed as talk_followed
from scripts.objection_ear import load_objections
from scripts.prompt import STAGES
from scripts.route import Frame, Place, Route

_HERE = Path("scorer")
_KINDS: tuple[Kind, ...] = ("objection", "exit", "talk_agent", "talk_customer")
_TOLD: tuple[Kind, ...] = ("objection", "exit")  # these know lines that are about nothing


def shipped(kind: Kind, language: str) -> Scorer:
    scorer = load_scorer(kind, language)
    assert scorer is not None
    return scorer


@pytest.mark.parametrize("language", ["en-US", "en-GB", "en-HK", "zh-TW", "zh-CN", "zh-HK"])
@pytest.mark.parametrize("kind", _KINDS)
def test_every_language_of_a_flow_has_its_scorers(kind: Kind, language: str) -> None:
    labels = shipped(kind, language).labels
    assert (NONE in labels) is (kind in _TOLD)
    assert kind in _TOLD or set(labels) == set(TALK)


# By nobody who wrote lines that the scorers learned from, and not in their words.
_OBJECTIONS = (
    ("en-US", "the plant shut its doors in june and i been home since", "lost_job"),
    ("en-US", "i would have to run that by my husband before i say a thing", "spouse_decides"),
    ("en-GB", "i owe my mate for the boiler and he gets his before you do", "another_debt_first"),
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
    assert objections.founded("my husband sees to all that") == ("spouse_decides", False)


def test_what_is_said_in_one_piece_is_not_lost_in_the_rest() -> None:
    said = (
        "yes that is the right address and the flat number is four b and no i am not on the deeds "
        "it was my ex who ran that card up and the phone you have is right as well"
    )
    scorer = shipped("objection", "en-US")
    assert scorer.likely(said).shares["partner_debt"] < 0.3
    assert scorer.likely_in_part(said).shares["partner_debt"] > 0.4
    assert scorer.likely_in_part("four b") == scorer.likely("four b")


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_a_piece_is_as_unlikely_as_anything_whatever_is_said(text: str) -> None:
    for language in ("en-US", "zh-TW"):
        scorer = shipped("objection", language)
        likely = scorer.likely_in_part(text)
        assert set(likely.shares) == {*scorer.labels} or likely.label == NONE
        assert all(0 <= share <= 1.001 for share in likely.shares.values())
        assert likely.share == max(likely.shares.values())


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_shares_are_shares_whatever_is_said(text: str) -> None:
    for language in ("en-US", "zh-TW"):
        for kind in _KINDS:
            likely = shipped(kind, language).likely(text)
            assert sum(likely.shares.values()) == pytest.approx(1, abs=1e-3)
            assert likely.share == max(likely.shares.values())


@pytest.mark.parametrize("kind", _KINDS)
def test_a_shared_vocabulary_changes_no_answer(kind: Kind) -> None:
    for language, said in (("en-GB", "i cannae pay till friday pal"), ("zh-HK", "我聽日先有糧出")):
        shared = shipped(kind, language)
        alone = replace(shared, rows=None)
        assert shared.likely(said).shares == pytest.approx(alone.likely(said).shares, abs=1e-6)


def test_nothing_known_is_nothing() -> None:
    likely = shipped("objection", "en-US").likely("")
    assert (likely.label, likely.share) in {(NONE, 1.0), (likely.label, likely.share)}
    bare = replace(shipped("objection", "en-US"), names={}, rows=None)
    assert (bare.likely("whatever").label, bare.likely("whatever").share) == (NONE, 1.0)


def test_english_words_count_by_beginnings_and_endings() -> None:
    seen = set(features(tokens_of("they unfairly charged me", "en"), "en"))
    assert {"charged", "^char", "ged$", "they unfairly", "they _ charged"} <= seen
    assert not {name for name in features(tokens_of("我沒錢", "zh"), "zh") if name[0] == "^"}


def test_weights_are_read_back_as_they_were_written() -> None:
    scorer = shipped("talk_agent", "en-US")
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
        load_examples("talk_agent", "en", tmp_path)
    assert {fault.line for fault in told.value.faults} == {2, 3, 4}
    with pytest.raises(MissingPart):
        load_examples("talk_agent", "zh", tmp_path)


def test_the_same_lines_give_the_same_weights() -> None:
    lines = [line for line in load_examples("talk_agent", "en") if line.author == "en/b"]
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


# ---- the talk of a call --------------------------------------------------------------------------


def talk_in(language: str) -> Talk:
    talk = load_talk(language)
    assert talk is not None
    return talk


def walked(language: str, *said: tuple[str, str]) -> list[str]:
    """Where the talk is after each utterance."""
    talk, belief, told = talk_in(language), None, []
    for who, text in said:
        speaker = Speaker.AGENT if who == "agent" else Speaker.CUSTOMER
        belief = talk.heard(belief, speaker, text)
        told.append(belief.label)
    return told


def test_talk_goes_through_a_call_in_words_that_nobody_wrote_down() -> None:
    assert walked(
        "en-GB",
        ("agent", "afternoon this is neil at fennel bank we record these is that miss orme"),
        ("customer", "speaking yeah"),
        ("agent", "lovely could you give me your birth date and the first line of the address"),
        ("customer", "fourth of may eighty one and it's nine copse lane"),
        ("agent", "that's you thanks so it's about your card which has slipped two months behind"),
        ("customer", "right"),
        ("agent", "what's been happening with you that made it hard to keep up"),
        ("customer", "mhm well the hours went down at the depot"),
    ) == [
        "opening", "opening", "verification", "verification", "purpose", "purpose", "situation",
        "situation",
    ]  # fmt: skip


def test_talk_leaves_for_somebody_else_and_comes_back() -> None:
    told = walked(
        "zh-TW",
        ("agent", "您好這裡是晨光銀行請問陳先生在嗎"),
        ("customer", "他不在我是他媽媽你要幹嘛"),
        ("agent", "不好意思這件事要跟陳先生本人談請問他什麼時候方便"),
        ("customer", "等一下他剛進門我叫他聽"),
        ("agent", "您好請問是陳先生本人嗎麻煩跟您核對出生年月日"),
        ("customer", "七十二年三月五號"),
    )
    assert told[0] == "opening"
    assert "third_party" in told[1:4]
    assert told[4:] == ["verification", "verification"]


@given(
    st.lists(
        st.tuples(st.sampled_from(list(Speaker)), st.text(max_size=40)), min_size=1, max_size=6
    ),
    st.sampled_from(["en-US", "zh-HK"]),
)
@settings(max_examples=60, deadline=None)
def test_a_belief_is_of_shares_whatever_is_said(
    said: list[tuple[Speaker, str]], language: str
) -> None:
    talk, belief = talk_in(language), None
    for speaker, text in said:
        belief = talk.heard(belief, speaker, text)
        assert sum(belief.shares) == pytest.approx(1, abs=1e-6)
        assert belief.of(belief.label) == belief.share
        assert belief.share == max(belief.shares) or max(belief.shares) < 0.35


def test_a_key_settles_where_the_talk_is_and_words_move_it_on() -> None:
    talk = talk_in("en-US")
    belief = talk.chosen("dispute")
    assert belief.label == "dispute"
    assert talk.heard(belief, Speaker.CUSTOMER, "uh huh").label == "dispute"


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04 nothing"])
def test_broken_turns_of_talk_say_what_to_do(broken: bytes) -> None:
    with pytest.raises(BadInput) as told:
        turns_unpacked(broken, _HERE)
    assert "scripts.intents.talk_learning" in str(told.value.faults[0])


def test_turns_of_other_labels_are_of_another_version() -> None:
    turns = turns_unpacked(turns_path("en").read_bytes(), _HERE)
    short = replace(turns, start=turns.start[:, :-1])
    with pytest.raises(BadInput):
        turns_unpacked(short.packed(), _HERE)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_learned_from_is_followed(language: str) -> None:
    told = talk_followed(talk_in(language), load_calls(language)[::12])
    assert told.within_one / told.utterances > 0.95  # it learned from them: no measure of others


def test_calls_with_faults_are_told_by_place(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    good = {"call": "1", "who": "agent", "text": "hello", "stage": "opening"}
    lines = (
        json.dumps(good),
        json.dumps({**good, "stage": "overture"}),
        "{",
        json.dumps({**good, "objection": "boredom"}),
        json.dumps({**good, "who": "cat"}),
    )
    (tmp_path / "en" / "x.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadInput) as told:
        load_calls("en", tmp_path)
    assert {fault.line for fault in told.value.faults} == {2, 3, 4, 5}
    with pytest.raises(MissingPart):
        load_calls("zh", tmp_path)


# ---- where the script follows --------------------------------------------------------------------


@pytest.fixture(scope="module")
def route() -> Route:
    return Route(load_flow("en-US"))


def _at(route: Route, stage: str) -> Place:
    index = next(i for i, step in enumerate(route.main) if step.stage == stage)
    return Place(open=True, main=index)


def believed(label: str, share: float = 0.9) -> Belief:
    rest = (1 - share) / (len(TALK) - 1)
    return Belief(label, share, tuple(share if each == label else rest for each in TALK))


def test_the_script_goes_to_the_stage_that_is_spoken_of_and_ticks_nothing_off(
    route: Route,
) -> None:
    place = _at(route, "impact")
    moved = followed(route, place, believed("options"), None, None, unconfirmed=False)
    assert route.stage(moved) == "options"
    assert moved.done == place.done
    assert followed(route, place, believed("options", 0.4), None, None, unconfirmed=False) == place


@pytest.mark.parametrize(
    ("slug", "said", "agents", "left"),
    [
        ("hardship", "options", None, True),
        ("dispute", "options", None, False),  # a stop is a stop …
        ("dispute", "options", "dispute", False),
        ("dispute", "options", "situation", True),  # … until the agent has gone on twice
        ("dispute", "impact", "options", False),  # what it does to the interest may be answered
        ("vulnerable", "options", "options", False),
        ("recording_refused", "verification", None, True),
    ],
)
def test_an_exit_is_left_when_the_agent_has_gone_on(
    route: Route, slug: str, said: str, agents: str | None, *, left: bool
) -> None:
    place = replace(
        _at(route, "situation"), frames=(Frame(slug, 1),), visited=frozenset({slug}),
        done=frozenset({route.flow.exits[slug].steps[0].id}),
    )  # fmt: skip
    was = believed(agents) if agents else None
    asked = believed("options")
    moved = followed(route, place, believed(said), asked, was, unconfirmed=False)
    assert (moved.frames == ()) is left
    again = route.customer_said(moved, (slug,))
    assert [frame.slug for frame in again.frames] == [slug]  # who repeats a stop is heard again
    assert (again.frames[0].index == 0) is left


def test_who_is_on_the_line_after_all_is_asked_who_they_are(route: Route) -> None:
    place = Place(main=route.verification, frames=(Frame("third_party"),))
    moved = followed(route, place, believed("verification"), None, None, unconfirmed=False)
    assert moved.frames == ()


@pytest.mark.parametrize(
    ("slug", "before", "share", "into"),
    [
        ("callback", "callback", 0.7, True),
        ("callback", "options", 0.9, False),  # one side's words alone
        ("represented", "represented", 0.7, False),
        ("represented", "represented", 0.9, True),
        ("vulnerable", "vulnerable", 0.99, False),  # what danger is was said outright
        ("hardship", "hardship", 0.99, False),  # who has no money gets their reply first
        ("third_party", "third_party", 0.99, False),  # who is confirmed is no third party
    ],
)
def test_an_exit_is_entered_where_both_talk_in_it(
    route: Route, slug: str, before: str, share: float, *, into: bool
) -> None:
    place = _at(route, "situation")
    was = believed(before, share)
    moved = followed(route, place, believed(slug, share), was, None, unconfirmed=False)
    assert ([frame.slug for frame in moved.frames] == [slug]) is into


def test_in_danger_no_key_brings_up_a_line_of_the_debt(route: Route) -> None:
    place = route.enter(_at(route, "situation"), "vulnerable")
    assert route.choose(place, "cannot_pay") == place


def test_past_a_confirmation_only_in_a_recording_and_never_open(route: Route) -> None:
    place = Place(main=route.verification)
    talk = believed("options")
    assert followed(route, place, talk, None, None, unconfirmed=False) == place
    recorded = followed(route, place, talk, None, None, unconfirmed=True)
    assert (recorded.ahead, recorded.open, recorded.main) == ("options", False, place.main)
    asked = believed("verification")
    assert followed(route, recorded, asked, talk, talk, unconfirmed=True).ahead == ""


def test_every_label_of_the_talk_is_a_stage_or_an_exit_of_every_flow(route: Route) -> None:
    assert set(TALK) == {*STAGES, *route.flow.exits}
