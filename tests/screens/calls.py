"""An invented call as a screen receives it, in three languages.

Owns the hand-written outputs, accounts and rule texts that the tests of the screens are fed with.
Nobody in it exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from assistant.events import (
    SCHEMA,
    Act,
    CallStarted,
    ChannelProgress,
    Ended,
    Envelope,
    FindingChanged,
    FindingStanding,
    IdentifierChanged,
    IdentifierState,
    LagChanged,
    ListenerChanged,
    Output,
    Progress,
    PromptChanged,
    Started,
    UtteranceFinal,
    UtterancePartial,
    VerificationChanged,
    VerificationPolicy,
)
from compliance.context import CallHeader, Listener
from compliance.findings import (
    Finding,
    Kind,
    Message,
    Severity,
    Status,
    Verdict,
    VerifiedLaw,
)
from compliance.transcript import Speaker
from scripts.account import Account, Identifier, Promise
from scripts.prompt import STAGES, Prompt


@dataclass(frozen=True, slots=True)
class Law:
    """What a rule says of its source."""

    citation: str
    verified_law: VerifiedLaw


class Texts:
    """Rule texts for the invented call."""

    MESSAGES: ClassVar[dict[tuple[str, str], str]] = {
        ("workplace.do_now", "en"): "Stop: take it back, say you will only discuss instalments.",
        ("workplace.do_now", "zh-Hant"): "停：收回剛才的話，說明只談分期",
        ("workplace.do_now", "zh-Hans"): "停：收回刚才的话，说明只谈分期",
        ("workplace.say_now", "zh-TW"): "剛才那句話不妥，我收回。我們不會聯絡您的公司。",
        ("workplace.say_now", "zh-CN"): "刚才那句话不妥，我收回。我们不会联系您的单位。",
        (
            "workplace.say_now",
            "en-US",
        ): "I take that back. We will not contact your workplace about this.",
        ("workplace.why", "en"): (
            "Threatening to go to the customer's workplace is pressure through third parties."
        ),
        ("workplace.why", "zh-Hant"): "揚言前往客戶公司，是以第三人施壓，屬不當催收。",
        ("workplace.why", "zh-Hans"): "扬言前往客户单位，是以第三人施压，属不当催收。",
        ("facts.do_now", "en"): "Check that a suit is on file before you mention court.",
        ("facts.do_now", "zh-Hant"): "先查明是否已起訴，再提法院",
        ("facts.do_now", "zh-Hans"): "先查明是否已起诉，再提法院",
        ("facts.why", "en"): "Speaking of a suit is lawful only where one is on file.",
        ("facts.why", "zh-Hant"): "未起訴而稱已起訴，為虛偽陳述。",
        ("facts.why", "zh-Hans"): "未起诉而称已起诉，为虚假陈述。",
    }

    def rule(self, rule_id: str, /) -> Law:
        if rule_id == "TW-08":
            return Law("金融機構委外辦法 第14條", VerifiedLaw.VERIFIED)
        return Law("15 U.S.C. § 1692e(5)", VerifiedLaw.SECONDARY)

    def message(self, message_id: str, _params: tuple[tuple[str, str], ...], locale: str, /) -> str:
        return self.MESSAGES[message_id, locale]


@dataclass(frozen=True, slots=True)
class Scene:
    """One language's words for the invented call."""

    language: str
    jurisdiction: str
    account: Account
    opening: str
    verify: str
    purpose: str
    situation: str
    next_line: str
    greeting: str
    yes: str
    birth: str
    near_miss: str
    threat_before: str
    threat: str
    hardship: str


def account(language: str) -> Account:
    """The account on the line."""
    chinese = language != "en-US"
    taiwan = language == "zh-TW"
    return Account(
        id="A-1007",
        jurisdiction={"en-US": "us", "zh-TW": "tw", "zh-CN": "cn"}[language],
        language=language,
        customer_name={"en-US": "Jordan Lee", "zh-TW": "王大明", "zh-CN": "王大明"}[language],
        family_name={"en-US": "Lee", "zh-TW": "王", "zh-CN": "王"}[language],
        honorific="mr",
        bank_name={"en-US": "First Harbor Bank", "zh-TW": "晨光銀行", "zh-CN": "和川银行"}[
            language
        ],
        currency={"en-US": "USD", "zh-TW": "TWD", "zh-CN": "CNY"}[language],
        overdue_amount=Decimal("652.18") if not chinese else Decimal(18420),
        days_past_due=34,
        minimum_due=Decimal("85.00") if not chinese else Decimal(3200),
        balance=Decimal("2310.40") if not chinese else Decimal(64310),
        due_date=date(2026, 9, 3),
        annual_rate_percent=Decimal("24.99") if not chinese else Decimal("14.5"),
        last_payment_on=date(2026, 8, 28),
        last_payment_amount=Decimal("40.00") if not chinese else Decimal(1500),
        collector="agency",
        agency_name="Lakeside Services",
        agent_name="Lin",
        product_name={"en-US": "Harbor card", "zh-TW": "晨光卡", "zh-CN": "和川卡"}[language],
        promises=(
            Promise(date(2026, 6, 2), date(2026, 6, 10), Decimal(40), kept=True),
            Promise(date(2026, 7, 1), date(2026, 7, 10), Decimal(40), kept=True),
            Promise(date(2026, 8, 1), date(2026, 8, 10), Decimal(40), kept=True),
            Promise(
                date(2026, 9, 5),
                date(2026, 9, 12),
                Decimal(85) if not chinese else Decimal(3200),
                kept=False,
                words=(
                    "等發薪日我就先繳三千二"
                    if taiwan
                    else "等发工资我就先还三千二"
                    if chinese
                    else "I'll pay the eighty-five as soon as I get my check"
                ),
            ),
        ),
        contacts_this_week=2,
        identifiers=(Identifier("birth_date", "1984-05-05"), Identifier("id_last4", "4471")),
        traps=("broken_promise", "shared_phone"),
        first_question=(
            "請問這個月是收入有變動，還是帳單上有什麼問題？"
            if taiwan
            else "请问这个月是收入有变动，还是账单上有什么问题？"
            if chinese
            else "Has your income changed this month, or is something wrong on the bill?"
        ),
    )


SCENES = {
    "zh-TW": Scene(
        "zh-TW",
        "tw",
        account("zh-TW"),
        "您好，這裡是晨光銀行客服中心，敝姓林，通話會錄音。請問是王大明先生嗎？",
        "為了保護您的資料，請您說一下出生年月日和身分證末四碼。",
        "王先生，您的信用卡有一筆逾期的金額，我想了解您的情況，一起找可行的辦法。",
        "請問這個月是收入有變動，還是帳單上有什麼問題？",
        "如果到下個月還沒有繳款，利息和違約金會再增加，信用紀錄也會受影響。",
        "您好 这里 是 晨光 银行 客服 中心 请问 是 王 大明 先生 吗",
        "我 是",
        "七十三年 五月 五日 末 四码 四四七一",
        "我们 不会 联络 您 的 家人 或 公司 请 放心",
        "你 再 不 缴",
        "我们 就 去 你 公司 找 你",
        "你们 不要 这样 我 上个月 被 裁员 现在 真的 没有 收入 后面 还要 付 房租",
    ),
    "zh-CN": Scene(
        "zh-CN",
        "cn",
        account("zh-CN"),
        "您好，这里是和川银行客服中心，我姓林，通话会录音。请问是王大明先生吗？",
        "为了保护您的信息，请您说一下出生年月日和身份证后四位。",
        "王先生，您的信用卡有一笔逾期的款项，我想了解您的情况，一起找可行的办法。",
        "请问这个月是收入有变动，还是账单上有什么问题？",
        "如果到下个月还没有还款，利息和违约金会再增加，征信记录也会受影响。",
        "您好 这里 是 和 川 银行 客服 中心 请问 是 王 大明 先生 吗",
        "我 是",
        "一九 八四年 五月 五日 后 四位 四四七一",
        "我们 不会 联系 您 的 家人 或 单位 请 放心",
        "你 再 不 还",
        "我们 就 去 你 单位 找 你",
        "你们 别 这样 我 上个月 被 裁员 现在 真的 没有 收入 后面 还要 付 房租",
    ),
    "en-US": Scene(
        "en-US",
        "us",
        account("en-US"),
        "Hello, my name is Lin, and this call is recorded. Am I speaking with Jordan Lee?",
        "To protect you, please tell me your date of birth and the last four of your social.",
        "Thank you, Mr. Lee. Your card is past due, and I would like to see what we can work out.",
        "Has your income changed this month, or is something wrong on the bill?",
        "If nothing is paid by next month, interest and late fees go on, and it is reported.",
        "hello my name is lin and this call is recorded am i speaking with jordan lee",
        "yes that's me",
        "may fifth nineteen eighty four and the last four are four four seven one",
        "we will not contact your family or your employer about this",
        "if you don't pay",
        "we will come to your work and talk to your boss",
        "please don't do that i lost my job last month and i do not know how to pay the rent",
    ),
}


def envelopes(events: Iterable[Output]) -> tuple[Envelope, ...]:
    """The events as they come from the session."""
    return tuple(Envelope(SCHEMA, "call-1", seq, event) for seq, event in enumerate(events))


def started(scene: Scene) -> Started:
    """The first output."""
    return Started(
        CallStarted(
            header=CallHeader(jurisdiction=scene.jurisdiction, language=scene.language),
            policy=VerificationPolicy.AGENT,
            version="0.1.0",
            started_at_utc="2026-10-07T02:14:00+00:00",
            zone="Asia/Taipei",
            rules_hash="0" * 64,
            scripts_hash="1" * 64,
            model="demonstration model",
            model_hash="2" * 64,
            account_hash="3" * 64,
            account=scene.account,
        )
    )


def progress(call_s: float, agent_s: float, customer_s: float, silence_s: float = 0.0) -> Progress:
    """The clock, with both channels' levels."""
    return Progress(
        call_s,
        (
            ChannelProgress(Speaker.AGENT, -22.0, agent_s),
            ChannelProgress(Speaker.CUSTOMER, -34.0, customer_s),
        ),
        silence_s,
    )


def prompt(scene: Scene, stage: str, line: str, next_line: str, *choices: str) -> Prompt:
    """The script at a stage of its main line."""
    return Prompt(
        stage=stage,
        step=f"{stage}-1",
        line=line,
        next_line=next_line,
        done=STAGES[: STAGES.index(stage)] if stage in STAGES else STAGES[:3],
        choices=choices,
        withheld=False,
    )


def finding(
    scene: Scene,
    utterance: str,
    index: int,
    span: tuple[int, int],
    status: Status,
    *,
    finding_id: str = "f1",
    severity: Severity = Severity.CRITICAL,
    verdict: Verdict = Verdict.BREACH,
    messages: str = "workplace",
    family: str = "workplace",
) -> Finding:
    """A finding about an utterance of the invented call."""
    return Finding(
        id=finding_id,
        rule="TW-08" if scene.jurisdiction == "tw" else "US-05",
        family=family,
        kind=Kind.FORBIDDEN,
        severity=severity,
        verdict=verdict,
        status=status,
        utterance_id=utterance,
        utterance_index=index,
        start=span[0],
        end=span[1],
        start_s=None,
        end_s=None,
        explanation=Message(f"{messages}.why"),
        do_now=Message(f"{messages}.do_now"),
        say_now=Message("workplace.say_now") if messages == "workplace" else None,
    )


def said(key: str, index: int, speaker: Speaker, text: str, start_s: float) -> UtteranceFinal:
    """An utterance, settled."""
    return UtteranceFinal(key, index, speaker, text, (), start_s, start_s + 3.0)


def before_verification(scene: Scene) -> list[Output]:
    """Connected, greeted; nobody is verified."""
    agent, customer = Speaker.AGENT, Speaker.CUSTOMER
    return [
        started(scene),
        PromptChanged(
            prompt(scene, "opening", scene.opening, scene.verify, "third_party", "wrong_number"),
            0.0,
        ),
        progress(1.0, 0.0, 0.0),
        said("u0", 0, agent, scene.greeting, 1.2),
        PromptChanged(prompt(scene, "verification", scene.verify, "", "refuse_identity"), 6.0),
        said("u1", 1, customer, scene.yes, 7.0),
        progress(8.0, 5.0, 1.0),
    ]


def while_verifying(scene: Scene) -> list[Output]:
    """The customer has said what only they should know; one box is decided, one proposed."""
    return [
        *before_verification(scene),
        UtterancePartial("u2", Speaker.CUSTOMER, scene.birth, (), 12.0, 15.0),
        IdentifierChanged("birth_date", IdentifierState.MATCHED, 15.0),
        IdentifierChanged("id_last4", IdentifierState.PROPOSED, 15.5),
        VerificationChanged(verified=False, proposed=True, reason="heard", call_s=15.5),
        progress(16.0, 5.0, 4.0, 1.0),
    ]


def verified(scene: Scene) -> list[Output]:
    """The right party is on the line and the purpose is told."""
    return [
        *while_verifying(scene),
        said("u2", 2, Speaker.CUSTOMER, scene.birth, 12.0),
        IdentifierChanged("id_last4", IdentifierState.MATCHED, 17.0),
        VerificationChanged(verified=True, proposed=False, reason="agent", call_s=17.2),
        ListenerChanged(Listener.CUSTOMER, 17.2),
        PromptChanged(
            prompt(
                scene,
                "situation",
                scene.situation,
                scene.next_line,
                "lost_job",
                "illness",
                "waiting_for_pay",
                "amount_wrong",
                "will_not_pay",
            ),
            24.0,
        ),
        said("u3", 3, Speaker.AGENT, scene.near_miss, 26.0),
        LagChanged("agent", 0.3, 0.0, 29.0),
        progress(30.0, 14.0, 6.0),
    ]


def flagged(scene: Scene, *, standing: bool = True) -> list[Output]:
    """The agent has said something prohibited, and goes on speaking."""
    text = f"{scene.threat_before} {scene.threat}"
    start = len(scene.threat_before) + 1
    provisional = finding(scene, "u4", 4, (start, len(text)), Status.PROVISIONAL)
    confirmed = finding(scene, "u4", 4, (start, len(text)), Status.CONFIRMED)
    events: list[Output] = [
        *verified(scene),
        UtterancePartial("u4", Speaker.AGENT, text, (), 131.0, 133.4),
        FindingChanged(provisional, scene.threat, 133.4),
    ]
    if standing:
        events += [
            said("u4", 4, Speaker.AGENT, text, 131.0),
            FindingChanged(confirmed, scene.threat, 134.0),
            UtterancePartial("u5", Speaker.CUSTOMER, scene.hardship, (), 135.0, 138.0),
        ]
    events.append(progress(135.0 if standing else 134.0, 70.0, 42.0))
    return events


def standing_provisional(scene: Scene) -> list[Output]:
    """The flag was provisional for two seconds."""
    return [*flagged(scene, standing=False), FindingStanding("f1", 135.4)]


def third_party(scene: Scene) -> list[Output]:
    """Somebody else has come to the telephone."""
    return [
        *verified(scene),
        VerificationChanged(verified=False, proposed=False, reason="third_party_cue", call_s=40.0),
        ListenerChanged(Listener.THIRD_PARTY, 40.0),
        progress(41.0, 15.0, 8.0),
    ]


def over(scene: Scene) -> list[Output]:
    """The call is over; one breach, one doubt."""
    doubt = finding(
        scene,
        "u3",
        3,
        (0, len(scene.near_miss)),
        Status.CONFIRMED,
        finding_id="f2",
        severity=Severity.MINOR,
        verdict=Verdict.CHECK_FACTS,
        messages="facts",
        family="false_legal_action",
    )
    return [
        *flagged(scene),
        said("u5", 5, Speaker.CUSTOMER, scene.hardship, 135.0),
        FindingChanged(doubt, scene.near_miss, 140.0),
        Ended(151.0, "hung_up", ()),
    ]


class RecordingDesk:
    """A desk that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def ready(self) -> None:
        self.asked.append(("ready",))

    def connect(self) -> None:
        self.asked.append(("connect",))

    def act(self, act: Act, argument: str = "") -> None:
        self.asked.append(("act", act.value, argument))

    def identifier_said(self, identifier: str, said: str) -> None:
        self.asked.append(("identifier_said", identifier, said))

    def end(self) -> None:
        self.asked.append(("end",))

    @property
    def acts(self) -> list[tuple[str, ...]]:
        """Only the acts, without the word."""
        return [asked[1:] for asked in self.asked if asked[0] == "act"]
