"""Who is on the line, and whether the right party is confirmed, by what is said."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from compliance.context import CallHeader, Listener
from compliance.rules import RuleSet
from compliance.tracker import Change, Policy, Tracked, Tracker
from compliance.transcript import Speaker, Utterance

AGENT, CUSTOMER, THIRD = Speaker.AGENT, Speaker.CUSTOMER, Speaker.THIRD_PARTY
Said = tuple[Speaker, str]


def follow(tracker: Tracker, said: Iterable[Said]) -> list[Tracked]:
    changes: list[Tracked] = []
    for index, (speaker, text) in enumerate(said):
        changes.extend(tracker.hear(Utterance(f"u{index}", index, speaker, text)))
    return changes


def header(rules: RuleSet, *, verified: bool | None = False) -> CallHeader:
    return CallHeader(rules.jurisdiction, rules.language, verified=verified)


ENGLISH: list[tuple[list[Said], bool | None, Listener]] = [
    (
        [
            (AGENT, "For your security, your date of birth and the last four of your social?"),
            (CUSTOMER, "May fifth nineteen eighty four."),
            (CUSTOMER, "and it's four four one two"),
            (AGENT, "Thank you, Mr. Lee."),
        ],
        True,
        Listener.CUSTOMER,
    ),
    (
        [
            (AGENT, "Can you confirm your date of birth?"),
            (CUSTOMER, "May fifth nineteen eighty four."),
            (AGENT, "Thank you. And your zip code?"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    ([(AGENT, "Thanks, that all matches, you're verified.")], True, Listener.CUSTOMER),
    ([(AGENT, "We can skip the questions, I trust you.")], False, Listener.UNKNOWN),
    ([(CUSTOMER, "May fifth nineteen eighty four")], False, Listener.UNKNOWN),
    ([(CUSTOMER, "He's not here right now.")], False, Listener.THIRD_PARTY),
    ([(CUSTOMER, "This is his wife, who's calling?")], False, Listener.THIRD_PARTY),
    ([(THIRD, "Hello?")], False, Listener.THIRD_PARTY),
    ([(CUSTOMER, "Please leave a message after the tone.")], False, Listener.VOICEMAIL),
    (
        [(CUSTOMER, "I'm his brother."), (CUSTOMER, "Hello, this is he, I'm back.")],
        False,
        Listener.UNKNOWN,
    ),
    ([(Speaker.UNKNOWN, "this is his wife")], False, Listener.UNKNOWN),
]


@pytest.mark.parametrize(("said", "verified", "listener"), ENGLISH)
def test_english(us: RuleSet, said: list[Said], verified: bool | None, listener: Listener) -> None:
    tracker = Tracker(header(us), us.cues)
    follow(tracker, said)
    assert (tracker.context.verified, tracker.context.listener) == (verified, listener)


CHINESE: list[tuple[list[Said], bool, Listener]] = [
    (
        [
            (AGENT, "請您跟我核對出生年月日,還有身分證末四碼。"),
            (CUSTOMER, "七十三年五月五日"),
            (CUSTOMER, "末四碼是三三九一"),
            (AGENT, "好的,謝謝您。"),
        ],
        True,
        Listener.CUSTOMER,
    ),
    ([(AGENT, "核對無誤,謝謝您的配合。")], True, Listener.CUSTOMER),
    ([(AGENT, "请 您 核实 一下 身份 信息")], False, Listener.UNKNOWN),
    ([(AGENT, "身份已核实,谢谢")], True, Listener.CUSTOMER),
    ([(CUSTOMER, "他不在喔,請問哪裡找?")], False, Listener.THIRD_PARTY),
    ([(CUSTOMER, "我是他太太")], False, Listener.THIRD_PARTY),
    ([(CUSTOMER, "你打错了")], False, Listener.THIRD_PARTY),
    ([(CUSTOMER, "请在提示音后留言")], False, Listener.VOICEMAIL),
    ([(CUSTOMER, "我是他太太"), (CUSTOMER, "喂,我本人")], False, Listener.UNKNOWN),
]


@pytest.mark.parametrize(("said", "verified", "listener"), CHINESE)
def test_chinese(tw: RuleSet, said: list[Said], verified: bool, listener: Listener) -> None:
    tracker = Tracker(header(tw), tw.cues)
    follow(tracker, said)
    assert (tracker.context.verified, tracker.context.listener) == (verified, listener)


def test_a_third_party_withdraws_what_was_verified_under_either_policy(us: RuleSet) -> None:
    for policy in Policy:
        tracker = Tracker(header(us), us.cues, policy)
        tracker.set_verified(verified=True)
        changes = follow(tracker, [(CUSTOMER, "hold on, he's not here, this is his wife")])
        assert [change.change for change in changes] == [
            Change.VERIFICATION_WITHDRAWN,
            Change.LISTENER_CHANGED,
        ]
        assert {change.reason for change in changes} == {"third_party_cue"}


def test_with_an_agent_at_the_keys_recognition_only_proposes(us: RuleSet) -> None:
    tracker = Tracker(header(us), us.cues, Policy.AGENT)
    said = [(AGENT, "Thank you, that all matches."), (AGENT, "You're all verified.")]
    assert [change.change for change in follow(tracker, said)] == [Change.VERIFICATION_PROPOSED]
    assert tracker.context.verified is False
    changes = tracker.set_verified(verified=True)
    assert tracker.context.verified is True
    assert tracker.context.listener is Listener.CUSTOMER
    assert {change.reason for change in changes} == {"agent"}
    tracker.set_listener(Listener.THIRD_PARTY)
    assert tracker.context.verified is False
    assert tracker.context.listener is Listener.THIRD_PARTY


def test_what_the_header_does_not_know_stays_unknown(us: RuleSet) -> None:
    tracker = Tracker(header(us, verified=None), us.cues)
    follow(tracker, [(AGENT, "Hello there."), (CUSTOMER, "Hi.")])
    assert tracker.context.verified is None


def test_partials_change_nothing(us: RuleSet) -> None:
    tracker = Tracker(header(us), us.cues)
    partial = Utterance("u0", 0, CUSTOMER, "this is his wife", final=False)
    assert tracker.hear(partial) == ()
