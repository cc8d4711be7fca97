"""The packs beyond words: header and dialogue in, findings out."""

from __future__ import annotations

import json
from collections.abc import Iterable

import pytest

from compliance.checking import Closed, Judged, Opened, Started, check_transcript
from compliance.findings import Finding, Kind, Severity, Verdict
from compliance.rules import RuleSet

Header = dict[str, object]
Lines = tuple[str, ...]

NOON = "2026-11-20T12:00:00"
MIRANDA = (
    "This is an attempt to collect a debt, and any information obtained will be used for that "
    "purpose."
)
NAMED = "This is Casey Jones with Acorn Financial."
RECORDED = "This call is recorded."
IN_FULL = (
    "This is Priya Shah from Northbank's credit card team, calling about your card account. "
    f"{RECORDED}"
)
DEBT = ("Your card is past due.", "When can you pay?", "Would Friday work?")
KNOWN: Header = {"verified": True, "counterparty": "customer"}
AGENCY: Header = {**KNOWN, "collector": "agency"}
BANK: Header = {**KNOWN, "collector": "in-house"}


def calls(*days: int, outcome: str = "no_answer") -> list[Header]:
    return [{"at": f"2026-11-{day:02d}T10:00:00", "outcome": outcome} for day in days]


def checked(
    jurisdiction: str, header: Header, lines: Iterable[str]
) -> tuple[list[Finding], dict[str, str], RuleSet]:
    """Findings, what was left open and why, and the rules; a line of the customer begins with >."""
    records: list[Header] = [{"type": "call", "call": "c", "jurisdiction": jurisdiction, **header}]
    for line in lines:
        speaker = "customer" if line.startswith(">") else "agent"
        text = line.removeprefix(">")
        records.append({"type": "utterance", "call": "c", "speaker": speaker, "text": text})
    raw = [json.dumps(record).encode() for record in records]
    found: list[Finding] = []
    because: dict[str, str] = {}
    rules: RuleSet | None = None
    for result in check_transcript(raw, path="t"):
        match result:
            case Started():
                rules = result.rules
            case Opened():
                found.extend(result.findings)
            case Judged():
                found.extend(result.heard.findings)
            case Closed():
                found.extend(result.closing.findings)
                because = dict(result.closing.because)
            case _:
                pytest.fail(str(result))
    assert rules is not None
    return found, because, rules


def measured(found: Iterable[Finding]) -> dict[str, str]:
    """By rule, but for what routes the call: a caller's words are held against nobody."""
    return {f.rule: f.verdict.value for f in found if f.kind is not Kind.ROUTE}


THIRD: Header = {"verified": False, "counterparty": "third_party"}
XINYUE = "您好，这里是新月银行信用卡中心，我姓林，工号二三零一，通话有录音。"
HEXIN = "您好，我们是和信公司，受新月银行委托，我姓林，通话有录音。"
OVERDUE = ("您的信用卡逾期了，本期三千元。", "什么时候方便？", "好的。")


def numbered(*days: int, outcome: str = "no_answer") -> list[Header]:
    return [{**one, "number": "13800000001"} for one in calls(*days, outcome=outcome)]


BREACH, CHECK = "breach", "check_facts"
UNTIL_21 = {"started_at": "2026-11-20T21:05:00"}

CASES: list[tuple[str, str, Header, Lines, dict[str, str]]] = [
    # ---- hours
    ("21:05 where the customer is", "us", {**AGENCY, **UNTIL_21}, (), {"US-10-window": BREACH}),
    ("21:00 is still allowed", "us", {**AGENCY, "started_at": "2026-11-20T21:00:00"}, (), {}),
    ("consent lifts it", "us", {**AGENCY, **UNTIL_21, "facts": {"consent_hours": True}}, (), {}),
    ("20:05 at the desk, 17:05 there", "us",
     {**AGENCY, "started_at": "2026-11-20T20:05:00-05:00", "customer_state": "CA"}, (), {}),
    ("21:05 in the zone of the number alone", "us",
     {**AGENCY, "started_at": "2026-11-20T18:05:00-08:00", "customer_state": "CA",
      "number": "2125550100"}, (), {"US-10-window": CHECK}),
    ("22:05 in Taipei", "tw", {**AGENCY, "started_at": "2026-11-20T14:05:00+00:00"}, (),
     {"TW-10-window": BREACH}),
    ("07:00 in Taipei", "tw", {**AGENCY, "started_at": "2026-11-20T07:00:00"}, (), {}),
    # ---- counts
    ("the eighth call in seven days", "us",
     {**AGENCY, "started_at": NOON, "contacts": calls(14, 15, 16, 17, 18, 19, 20)}, (),
     {"US-11-seven": BREACH}),
    ("the seventh", "us",
     {**AGENCY, "started_at": NOON, "contacts": calls(15, 16, 17, 18, 19, 20)}, (), {}),
    ("an eighth, one of them with consent", "us",
     {**AGENCY, "started_at": NOON, "contacts":
      [*calls(15, 16, 17, 18, 19, 20), *calls(14, outcome="consented")]}, (), {}),
    ("another debt's calls", "us",
     {**AGENCY, "started_at": NOON, "account": {"id": "A"}, "contacts":
      [{**one, "debt": "B"} for one in calls(14, 15, 16, 17, 18, 19, 20)]}, (), {}),
    ("the seventh day after a conversation", "us",
     {**AGENCY, "started_at": NOON, "contacts": calls(14, outcome="conversation")}, (),
     {"US-11-cooldown": CHECK}),
    ("the eighth day", "us",
     {**AGENCY, "started_at": NOON, "contacts": calls(13, outcome="conversation")}, (), {}),
    ("the third call in Massachusetts, by the bank itself", "us",
     {**BANK, "started_at": NOON, "customer_state": "ma", "contacts": calls(17, 18)}, (),
     {"US-11-ma": BREACH}),
    ("the second", "us",
     {**BANK, "started_at": NOON, "customer_state": "MA", "contacts": calls(18)}, (), {}),
    ("the third elsewhere", "us",
     {**BANK, "started_at": NOON, "customer_state": "OH", "contacts": calls(17, 18)}, (), {}),
    ("the fourth attempt of a day in Taiwan", "tw",
     {**BANK, "started_at": NOON, "contacts": calls(20, 20, 20)}, (), {"TW-11-attempts": BREACH}),
    ("talked today already", "tw",
     {**BANK, "started_at": NOON, "contacts": calls(20, outcome="promise")}, (),
     {"TW-11-conversation": CHECK}),
    # ---- the Mainland: hours, counts, others
    ("22:05 in Shanghai", "cn", {**AGENCY, "started_at": "2026-11-20T14:05:00+00:00"}, (),
     {"CN-10-window": BREACH}),
    ("22:05 by a bank's own desk", "cn", {**BANK, "started_at": "2026-11-20T22:05:00"}, (),
     {"CN-10-window": BREACH}),
    ("08:00 and 22:00 are allowed", "cn", {**AGENCY, "started_at": "2026-11-20T22:00:00"}, (),
     {}),
    ("with consent", "cn",
     {**AGENCY, "started_at": "2026-11-20T22:30:00", "facts": {"consent_hours": True}}, (), {}),
    ("08:30 in Beijing is 06:30 by the sun of Xinjiang", "cn",
     {**AGENCY, "started_at": "2026-11-20T00:30:00+00:00", "customer_state": "XJ"}, (),
     {"CN-10-window": CHECK}),
    ("the seventh try of a number", "cn",
     {**AGENCY, "started_at": NOON, "number": "13800000001",
      "contacts": numbered(20, 20, 20, 20, 20, 20)}, (), {"CN-11-attempts": BREACH}),
    ("the sixth", "cn",
     {**AGENCY, "started_at": NOON, "number": "13800000001",
      "contacts": numbered(20, 20, 20, 20, 20)}, (), {}),
    ("the seventh, of two numbers", "cn",
     {**AGENCY, "started_at": NOON, "number": "13900000002",
      "contacts": numbered(20, 20, 20, 20, 20, 20)}, (), {}),
    ("the fourth talk of a day", "cn",
     {**BANK, "started_at": NOON, "contacts": calls(20, 20, 20, outcome="conversation")}, (),
     {"CN-11-conversation": BREACH}),
    ("somebody else after two tries", "cn",
     {**THIRD, "collector": "agency", "started_at": NOON, "contacts": calls(19, 20)}, (),
     {"CN-09-attempts": BREACH}),
    ("after three", "cn",
     {**THIRD, "collector": "agency", "started_at": NOON, "contacts": calls(18, 19, 19)}, (), {}),
    ("the number is dead", "cn",
     {**THIRD, "collector": "agency", "started_at": NOON, "contacts": [],
      "facts": {"number_invalid": True}}, (), {}),
    ("who asked for no calls", "cn",
     {**THIRD, "collector": "in-house",
      "facts": {"third_party_refused": True, "number_invalid": True}}, (),
     {"CN-09-refused": BREACH}),
    ("called again within a week", "cn",
     {**THIRD, "collector": "agency", "started_at": NOON, "number": "13800000001",
      "contacts": numbered(18, outcome="third_party"), "facts": {"number_invalid": True}}, (),
     {"CN-09-once": BREACH}),
    # ---- facts of the file
    ("a lawyer", "us", {**AGENCY, "facts": {"represented": True}}, (), {"US-14-contact": BREACH}),
    ("cease", "us", {**AGENCY, "facts": {"cease_contact": True}}, (), {"US-15-contact": BREACH}),
    ("a dispute", "us", {**AGENCY, "facts": {"disputed": True}}, (), {"US-16-contact": CHECK}),
    ("they called us", "us",
     {**AGENCY, "facts": {"represented": True, "cease_contact": True, "inbound": True}}, (), {}),
    ("a dispute in Taiwan", "tw", {**BANK, "facts": {"disputed": True}}, (),
     {"TW-17-disputed": CHECK}),
    ("a negotiation in Taiwan", "tw", {**BANK, "facts": {"insolvency": True}}, (),
     {"TW-17-insolvency": CHECK}),
    ("died", "tw", {**BANK, "facts": {"deceased": True}}, (), {"TW-16-deceased": CHECK}),
    ("a plan that is kept", "cn", {**BANK, "facts": {"plan_active": True}}, (),
     {"CN-15-plan": CHECK}),
    ("a plan that is not", "cn",
     {**BANK, "facts": {"plan_active": True, "plan_broken": True}}, (), {}),
    ("a dispute, a complaint and a wish for no calls", "cn",
     {**AGENCY, "facts": {"disputed": True, "complaint_open": True, "cease_contact": True}}, (),
     {"CN-15-disputed": CHECK, "CN-15-complaint": CHECK, "CN-15-cease": CHECK}),
    ("a minor", "cn", {**BANK, "facts": {"minor": True}}, (), {"CN-18-minor": CHECK}),
    ("an agency that the bank has not announced", "cn",
     {**AGENCY, "facts": {"outsourcing_notified": False}}, (), {"CN-03-outsourced": CHECK}),
    # ---- statements
    ("an agency without mini-Miranda", "us", AGENCY, (NAMED, *DEBT), {"US-13": BREACH}),
    ("with one element only", "us", AGENCY,
     (f"{NAMED} This is an attempt to collect a debt.", *DEBT), {"US-13": BREACH}),
    ("with both", "us", AGENCY, (f"{NAMED} {MIRANDA}", *DEBT), {}),
    ("a debt buyer", "us", {**KNOWN, "collector": "debt_buyer"}, (NAMED, *DEBT),
     {"US-13": BREACH}),
    ("the bank itself", "us", BANK, (NAMED, *DEBT), {}),
    ("a later call", "us", {**AGENCY, "facts": {"disclosed_before": True}}, (NAMED, *DEBT),
     {"US-13-later": BREACH}),
    ("a later call that says so", "us", {**AGENCY, "facts": {"disclosed_before": True}},
     (f"{NAMED} This call is from a debt collector.", *DEBT), {}),
    ("another account", "us", AGENCY,
     (f"{NAMED} {MIRANDA}", "Turning to your other account.", *DEBT), {"US-13": BREACH}),
    ("nobody says who calls", "us", BANK, ("Hello.", *DEBT), {"US-12": BREACH}),
    ("a name without an institution", "us", BANK, ("My name is Casey Jones.", *DEBT),
     {"US-12": BREACH}),
    ("to a stranger a name is enough", "us",
     {"collector": "in-house", "verified": False, "counterparty": "third_party"},
     ("This is Casey. May I speak with Jordan Lee?", "Thank you.", "Goodbye.", "Bye."), {}),
    ("no institution in Taiwan", "tw", BANK,
     ("您好。", "您的信用卡逾期兩期了。", "什麼時候方便呢？", "本通電話會錄音。"),
     {"TW-12": BREACH, "TW-12-early": CHECK}),
    ("a dispute without its rights", "us", BANK,
     (NAMED, ">I dispute this.", "I see.", "How are you?", "Well.", "Thanks."),
     {"US-16-rights": CHECK}),
    ("recording in California", "us", {**BANK, "customer_state": "CA"},
     (NAMED, "How are you?", "Thank you.", "Goodbye."), {"US-22-notice": CHECK}),
    ("recording in Ohio", "us", {**BANK, "customer_state": "OH"},
     (NAMED, "How are you?", "Thank you.", "Goodbye."), {}),
    ("the bank says who it is", "cn", BANK, (XINYUE, *OVERDUE), {}),
    ("no institution", "cn", BANK, ("您好，我姓林，通话有录音。", *OVERDUE),
     {"CN-12": BREACH, "CN-12-early": CHECK}),
    ("no name and no notice", "cn", BANK, ("您好，这里是新月银行。", *OVERDUE),
     {"CN-12-staff": CHECK, "CN-12-notice": CHECK}),
    ("an agency that names its client", "cn", AGENCY, (HEXIN, *OVERDUE), {}),
    ("one that does not", "cn", AGENCY, ("您好，我们是和信公司，我姓林，通话有录音。", *OVERDUE),
     {"CN-03-agency": CHECK}),
    ("one that calls itself the bank", "cn", AGENCY, ("我们就是银行自己的催收团队。",),
     {"CN-03-posing": CHECK}),
    ("the bank itself may", "cn", BANK, ("我们就是银行自己的团队。",), {}),
    ("reporting without notice", "cn", BANK, (XINYUE, "逾期会报送征信。", "好的。", "再见。"),
     {"CN-06-notice": CHECK}),
    ("hardship without an offer", "cn", BANK,
     (XINYUE, ">我失业了。", "我了解。", "那您什么时候可以还？", "好的。"),
     {"CN-15-offer": CHECK}),
    ("a rate a day alone", "cn", BANK, (XINYUE, "日利率是万分之五。", "好的。", "再见。"),
     {"CN-17-annual": CHECK}),
    ("somebody who speaks of dying", "cn", BANK,
     (XINYUE, ">我不想活了。", "嗯。", "那您哪天方便？"), {"CN-18-distress": CHECK}),
    # ---- the account
    ("another balance", "us", {**BANK, "account": {"balance": "652.18"}},
     ("Your balance is $900.",), {"US-17-balance": BREACH}),
    ("the balance", "us", {**BANK, "account": {"balance": "652.18"}},
     ("Your balance is $652.18.",), {}),
    ("over fifteen percent", "tw", BANK, ("您的利率是百分之十八。",), {"TW-14-rate": BREACH}),
    ("another amount overdue", "cn", {**BANK, "account": {"overdue_amount": "12000"}},
     ("您的逾期金额是一万三千元。",), {"CN-17-overdue": BREACH}),
    ("twenty-four percent is no ceiling on the Mainland", "cn",
     {**BANK, "account": {"annual_rate_percent": "24"}}, ("您的年化利率是百分之二十四。",), {}),
    # ---- the United Kingdom
    ("21:05 in Britain is policy", "uk", {**BANK, **UNTIL_21}, (), {"UK-02-window": BREACH}),
    ("21:05 in London in July", "uk",
     {**AGENCY, "started_at": "2026-07-20T20:05:00+00:00"}, (), {"UK-02-window": BREACH}),
    ("20:05 in London in November", "uk",
     {**AGENCY, "started_at": "2026-11-20T20:05:00+00:00"}, (), {}),
    ("the fourth call of a day", "uk",
     {**BANK, "started_at": NOON, "contacts": calls(20, 20, 20)}, (), {"UK-03-day": CHECK}),
    ("the third", "uk", {**BANK, "started_at": NOON, "contacts": calls(20, 20)}, (), {}),
    ("breathing space", "uk", {**BANK, "facts": {"breathing_space": True}}, (),
     {"UK-13-breathing": BREACH}),
    ("breathing space, and they rang", "uk",
     {**BANK, "facts": {"breathing_space": True, "inbound": True}}, (IN_FULL,), {}),
    ("payment asked for in breathing space", "uk",
     {**BANK, "facts": {"breathing_space": True, "inbound": True}},
     (IN_FULL, "When can you pay?"), {"UK-13-demand": BREACH}),
    ("an adviser", "uk", {**BANK, "facts": {"represented": True}}, (), {"UK-13-contact": CHECK}),
    ("barred, and they will not pay", "uk",
     {**AGENCY, "facts": {"time_barred": True, "will_not_pay": True}}, (),
     {"UK-14-contact": BREACH}),
    ("barred, and they would", "uk",
     {**AGENCY, "facts": {"time_barred": True, "will_not_pay": False}}, (), {}),
    ("nobody says who calls in Britain", "uk", BANK, (f"Hello. {RECORDED}", *DEBT),
     {"UK-01-identify": BREACH}),
    ("who calls and why", "uk", BANK, (IN_FULL, *DEBT), {}),
    ("a dispute and nothing on it", "uk", BANK,
     (IN_FULL, ">I dispute this.", "I see.", "How are you?", "Well.", "Thanks."),
     {"UK-10-outcome": CHECK}),
    ("a payment pressed for after a dispute", "uk", BANK,
     (IN_FULL, ">That's not mine.", "We'll still need a payment from you."),
     {"UK-10": CHECK, "UK-10-outcome": CHECK}),
    ("a capacity in doubt and no pause", "uk", BANK,
     (IN_FULL, ">I have dementia.", "I see.", "So about the card.", "Would Friday do?", "Well."),
     {"UK-12-pause": CHECK}),
    ("the arrears", "uk", {**BANK, "account": {"arrears": "80.00"}},
     ("Your arrears are £160.",), {"UK-11-arrears": BREACH}),
    # ---- words have the rule of their provision
    ("a lawyer brushed aside", "us", AGENCY,
     ("You can hire all the lawyers you want, you still owe it.",), {"US-14": BREACH}),
    ("a request brushed aside", "us", AGENCY, ("You can't make us stop calling.",),
     {"US-15": BREACH}),
    ("a dispute brushed aside", "us", AGENCY,
     ("You can't dispute it, it's already been verified.",), {"US-16": BREACH}),
    ("wrongly told liable", "tw", {**AGENCY, "verified": False, "counterparty": "third_party"},
     ("你是附卡，正卡沒繳就是你要還。",), {"TW-06": BREACH, "TW-16": BREACH}),
    ("more than five years of instalments", "cn", BANK, ("给你分期分到八年都没问题。",),
     {"CN-15-terms": BREACH}),
    ("the same in Taiwan", "tw", BANK, ("給您分期分到八年都沒問題。",), {}),
    ("a visit by one", "cn", BANK, ("我一个人上门去跟你谈。",), {"CN-16-visit": BREACH}),
    # ---- Hong Kong
    ("21:05 in Hong Kong", "hk", {**AGENCY, "started_at": "2026-11-20T21:05:00"}, (),
     {"HK-06-window": BREACH}),
    ("21:00 in Hong Kong", "hk", {**AGENCY, "started_at": "2026-11-20T21:00:00"}, (), {}),
    ("21:05 there, by another clock", "hk",
     {**AGENCY, "started_at": "2026-11-20T13:05:00+00:00"}, (), {"HK-06-window": BREACH}),
    ("the fourth attempt of a day in Hong Kong", "hk",
     {**BANK, "started_at": NOON, "contacts": calls(20, 20, 20)}, (), {"HK-05-attempts": BREACH}),
    ("a bankrupt", "hk", {**AGENCY, "facts": {"bankrupt": True}}, (), {"HK-12-contact": BREACH}),
    ("an arrangement", "hk", {**BANK, "facts": {"insolvency": True}}, (),
     {"HK-12-insolvency": CHECK}),
    ("an agency without the bank's notice", "hk",
     {**AGENCY, "facts": {"outsourcing_notice_sent": False}}, (), {"HK-10-notice": CHECK}),
    ("the bank itself needs none", "hk",
     {**BANK, "facts": {"outsourcing_notice_sent": False}}, (), {}),
    ("nobody says who calls in Hong Kong", "hk", BANK,
     ("你好。", "你張卡過咗期未還。", "幾時方便還？", "多謝。"),
     {"HK-04-opening": BREACH, "HK-11-notice": CHECK}),
    ("said in Cantonese", "hk", BANK,
     ("你好，呢度係晨光銀行信用卡部，我係黃生，呢個電話會錄音。", "你張卡過咗期未還。",
      "幾時方便還？", "多謝。"), {}),
    ("nobody says who calls, in English", "hk", {**BANK, "language": "en-HK"},
     ("Hello.", *DEBT), {"HK-04-opening": BREACH, "HK-11-notice": CHECK}),
    ("said in English", "hk", {**BANK, "language": "en-HK"},
     ("This is Amy Wong calling from Dawn Bank. This call is recorded.", *DEBT), {}),
    ("another balance in Cantonese", "hk", {**BANK, "account": {"balance": "46800"}},
     ("欠款總額係五萬蚊。",), {"HK-10-balance": BREACH}),
    ("a rate that Taiwan would forbid", "hk", BANK, ("你嘅實際年利率係百分之三十四點五。",), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("jurisdiction", "header", "lines", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_what_a_header_and_a_dialogue_come_to(
    jurisdiction: str, header: Header, lines: Lines, expected: dict[str, str]
) -> None:
    found, _, _ = checked(jurisdiction, header, lines)
    assert measured(found) == expected


@pytest.mark.parametrize("jurisdiction", ["us", "uk", "tw", "cn", "hk"])
def test_what_an_empty_header_does_not_know_is_open_and_no_finding(jurisdiction: str) -> None:
    english = dict.fromkeys(("us", "uk"), "Thank you.")
    hello = {**english, "tw": "謝謝您。", "cn": "谢谢您。", "hk": "多謝你。"}[jurisdiction]
    found, because, rules = checked(jurisdiction, {}, [hello])
    assert found == []
    by_header = {
        rule.id
        for rule in rules.rules
        if rule.kind in {Kind.WINDOW, Kind.LIMIT} and not rule.when.states
    }
    assert len(by_header) >= 6
    assert by_header <= because.keys()


@pytest.mark.parametrize(
    ("jurisdiction", "header", "rule"),
    [
        ("us", UNTIL_21, "US-10-window"),
        ("us", {"started_at": NOON, "contacts": calls(14, 15, 16, 17, 18, 19, 20)}, "US-11-seven"),
        ("tw", {"started_at": "2026-11-20T22:05:00"}, "TW-10-window"),
    ],
)
def test_what_is_a_banks_own_policy_weighs_less_and_says_so(
    jurisdiction: str, header: Header, rule: str
) -> None:
    weights = {}
    for collector in ("agency", "in-house"):
        found, _, rules = checked(jurisdiction, {**header, "collector": collector}, ())
        (finding,) = found
        assert (finding.rule, finding.verdict) == (rule, Verdict.BREACH)
        texts = rules.rule(rule)
        weights[collector] = finding.severity
        law = texts.law(next(c for c in texts.laws if c == "in-house"))  # type: ignore[arg-type]
        assert law == "policy"
    assert weights == {"agency": Severity.MAJOR, "in-house": Severity.MINOR}


@pytest.mark.parametrize("jurisdiction", ["us", "uk", "tw", "cn", "hk"])
def test_policy_never_nags(jurisdiction: str) -> None:
    _, _, rules = checked(jurisdiction, {}, ())
    gentle = {Severity.MINOR, Severity.HINT}
    for rule in rules.rules:
        if rule.kind is Kind.ROUTE:
            continue  # it nags nobody: it says who needs help
        if rule.verified_law == "policy" or rule.kind is Kind.CONDUCT:
            assert rule.severity in gentle, rule.id


@pytest.mark.parametrize(
    ("jurisdiction", "last"), [("us", 23), ("uk", 17), ("tw", 22), ("cn", 19), ("hk", 14)]
)
def test_every_rule_of_the_notes_is_there(jurisdiction: str, last: int) -> None:
    _, _, rules = checked(jurisdiction, {}, ())
    numbers = {rule.id[:5] for rule in rules.rules if rule.kind is not Kind.ROUTE}
    assert numbers == {f"{jurisdiction.upper()}-{number:02d}" for number in range(1, last + 1)}
