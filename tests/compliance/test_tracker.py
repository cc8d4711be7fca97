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
    # To be asked for by name and to say yes is no verification, whatever is said then.
    (
        [
            (AGENT, "am i speaking with jordan"),
            (CUSTOMER, "yes"),
            (AGENT, "that's right thank you"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    (
        [
            (AGENT, "is this jordan hayes"),
            (CUSTOMER, "speaking"),
            (AGENT, "great thanks you are verified"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    # What was given did not match, or the agent cannot go on.
    (
        [
            (AGENT, "please tell me your date of birth and last four of your social"),
            (CUSTOMER, "may fifth nineteen eighty four"),
            (CUSTOMER, "seven two four one"),
            (AGENT, "i'm afraid that's not right thanks anyway"),
            (AGENT, "thank you goodbye"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    (
        [
            (AGENT, "please tell me your date of birth and last four of your social"),
            (CUSTOMER, "may fifth nineteen eighty four"),
            (CUSTOMER, "seven two four one"),
            (AGENT, "thank you but i can't verify you with that"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    # An answer that is no value: a month alone, a street alone, a refusal.
    (
        [
            (AGENT, "please tell me your date of birth and last four of your social"),
            (CUSTOMER, "why should i tell you my birthday was in march"),
            (CUSTOMER, "i live on oak street"),
            (AGENT, "all right"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    # What was given was not asked for.
    (
        [
            (AGENT, "please tell me your date of birth"),
            (CUSTOMER, "i live at five one two three oak street"),
            (CUSTOMER, "call me on five five five zero one four two"),
            (AGENT, "thank you"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    # One answer holds both; a question put back does not end the exchange.
    (
        [
            (AGENT, "your date of birth and zip code please"),
            (CUSTOMER, "what is this about"),
            (AGENT, "i can't discuss that until i know it's you"),
            (CUSTOMER, "fine the fifth of may nineteen eighty four and the zip is 90210"),
            (AGENT, "great thank you"),
        ],
        True,
        Listener.CUSTOMER,
    ),
    (
        [
            (AGENT, "the last four of your social and the zip code please"),
            (CUSTOMER, "four four one two and nine oh two one oh"),
            (AGENT, "thanks that all matches"),
        ],
        True,
        Listener.CUSTOMER,
    ),
    (
        [
            (AGENT, "what is your date of birth"),
            (CUSTOMER, "twelve hundred dollars is too much for me"),
            (AGENT, "your zip code then"),
            (CUSTOMER, "in may i lost my job"),
            (AGENT, "all right"),
        ],
        False,
        Listener.UNKNOWN,
    ),
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
    (
        [(AGENT, "請問是王大明先生嗎"), (CUSTOMER, "對"), (AGENT, "好的,核對好了")],
        False,
        Listener.UNKNOWN,
    ),
    (
        [(AGENT, "請問是王先生嗎"), (CUSTOMER, "是,你哪裡"), (AGENT, "確認是您本人了,謝謝")],
        False,
        Listener.UNKNOWN,
    ),
    (
        [
            (AGENT, "请报一下出生年月日和身份证后四位"),
            (CUSTOMER, "1984年5月5号,后四位7241"),
            (AGENT, "信息不一致,谢谢您"),
            (AGENT, "好的,谢谢"),
        ],
        False,
        Listener.UNKNOWN,
    ),
    (
        [
            (AGENT, "请报一下出生年月日和身份证后四位"),
            (CUSTOMER, "八四年五月五号,后四位七二四幺"),
            (AGENT, "好的,谢谢"),
        ],
        True,
        Listener.CUSTOMER,
    ),
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


@pytest.mark.parametrize(
    "said",
    [
        "my mother she passed away last month",
        "my wife is not home right now",
        "they are not able to do anything for me",
        "he moved out in june so i pay alone",
        "i will get them to send it on friday",
        "maybe you wrote down the wrong number",
    ],
)
def test_a_confirmed_customer_may_speak_of_others(us: RuleSet, said: str) -> None:
    tracker = Tracker(header(us), us.cues)
    tracker.set_verified(verified=True)
    assert follow(tracker, [(AGENT, "What happened?"), (CUSTOMER, said)]) == []


@pytest.mark.parametrize(
    "said",
    [
        "我太太現在住院,我真的拿不出錢",
        "我老公他现在不在家上班,工资拖着没发",
        "我爸上個月過世了,他走了以後家裡都靠我",
        "有什么事你直接跟我说",
        "我會叫他匯給我",
        "他是我先生的弟弟",
    ],
)
def test_a_confirmed_customer_may_speak_of_others_in_chinese(tw: RuleSet, said: str) -> None:
    tracker = Tracker(header(tw), tw.cues)
    tracker.set_verified(verified=True)
    assert follow(tracker, [(AGENT, "請問怎麼了"), (CUSTOMER, said)]) == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "this is his wife"),
        ("en", "you have the wrong number"),
        ("en", "he's not here, who is this?"),
        ("en", "i'm not him"),
        ("zh", "我是他太太"),
        ("zh", "他不在,您哪位"),
        ("zh", "你打錯了"),
        ("zh", "我不是本人"),
    ],
)
def test_a_new_voice_withdraws_what_was_confirmed(
    us: RuleSet, tw: RuleSet, language: str, said: str
) -> None:
    rules = us if language == "en" else tw
    tracker = Tracker(header(rules), rules.cues)
    tracker.set_verified(verified=True)
    follow(tracker, [(AGENT, "ok"), (CUSTOMER, said)])
    assert tracker.context.verified is False
    assert tracker.context.listener is Listener.THIRD_PARTY


@pytest.mark.parametrize(
    ("asked", "said", "listener"),
    [
        ("may i speak with daniel parker please", "he is at work", Listener.THIRD_PARTY),
        ("is daniel parker there", "no he moved out", Listener.THIRD_PARTY),
        ("am i speaking with daniel", "he is not home", Listener.THIRD_PARTY),
        ("what has happened since", "my father he passed away", Listener.UNKNOWN),
    ],
)
def test_an_absence_is_that_of_the_person_asked_for(
    us: RuleSet, asked: str, said: str, listener: Listener
) -> None:
    tracker = Tracker(header(us), us.cues)
    follow(tracker, [(AGENT, asked), (CUSTOMER, said)])
    assert tracker.context.listener is listener


def test_where_identifiers_are_known_only_a_match_verifies(us: RuleSet) -> None:
    tracker = Tracker(header(us), us.cues, identifiers_known=True)
    follow(tracker, ENGLISH[0][0])
    follow(tracker, [(AGENT, "Thanks, that all matches, you're verified.")])
    assert tracker.context.verified is False
    tracker.set_verified(verified=True)
    assert tracker.context.verified is True


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
