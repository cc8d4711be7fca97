"""What is said in the benchmarks' recordings.

Owns the sentences only.  In a breach the prohibited words stand in brackets; what follows the
closing bracket is still said.  All words are in the demonstration models' vocabularies, because
what is measured is how fast a flag follows its words, not how well a small model hears.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach by the agent, to a verified customer; `family` is a slug of the findings."""

    family: str
    text: str


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one language; `voices` are synthesiser voices, agents' then customers'."""

    agent: tuple[str, ...]
    customer: tuple[str, ...]
    breaches: tuple[Breach, ...]
    agent_voices: tuple[str, ...]
    customer_voices: tuple[str, ...]


ENGLISH = Sentences(
    agent=(
        "The amount overdue is six hundred and forty dollars.",
        "I understand, and I am sorry to hear that.",
        "We will not contact your family, and we will not contact your employer.",
        "You can not be arrested for a credit card bill.",
        "How much could you pay each month?",
        "You could pay eighty dollars a month, for eight months.",
        "We can change the date of your payment.",
        "Your last payment was received in September.",
        "When is your next payday?",
        "Would Friday be a good day for you?",
        "So, eighty dollars on Friday, by debit card.",
        "I will send you a letter to confirm.",
        "Thank you for telling me about this.",
        "Is this the right address for your letters?",
        "This is a difficult time, and we can help you.",
        "You can speak with my supervisor today.",
        "We can check again in January.",
        "Your account is private, and we do not discuss it with anyone.",
        "You can pay on our website at any time.",
        "Please tell me what happened in September.",
        "Let us start with a smaller payment.",
        "Would you like to receive a letter by mail?",
    ),
    customer=(
        "I lost my job in September.",
        "I was in the hospital for two weeks.",
        "I start a new job on Monday.",
        "I can pay eighty dollars a month.",
        "I think Friday is good for me.",
        "Yes, that is correct.",
        "No, I do not have that much money.",
        "Can I pay with my debit card?",
        "How long will this take?",
        "Please send me a letter.",
        "I do not understand this charge.",
        "I get paid at the end of the month.",
        "Could we make it sixty dollars a month?",
        "Thank you, that helps me.",
        "I will call you if anything changes.",
        "What happens if I miss a payment?",
        "Okay, I will do that.",
    ),
    breaches=(
        Breach("false_arrest", "If you do not pay this week, [you will be arrested]."),
        Breach("false_arrest", "If you do not pay today, [you will go to jail]."),
        Breach("false_arrest", "[You will be arrested] on Friday if you do not pay."),
        Breach("false_arrest", "[You could go to jail] for this."),
        Breach("false_arrest", "[We will have you arrested] this week."),
        Breach("false_arrest", "Pay today. If you do not, [you will be arrested] at work."),
        Breach("false_arrest", "[You will go to jail], and you will lose your job."),
        Breach("abuse", "[You are a liar]."),
        Breach("abuse", "[You are a thief]."),
        Breach("abuse", "[You are nothing but a liar]."),
        Breach("abuse", "[People like you make me sick]."),
        Breach("threat", "[We will send someone to your house] tonight."),
        Breach("threat", "[We will come to your home] and take your things."),
        Breach("threat", "[You will be sorry] if you do not pay."),
        Breach("threat", "I have your address, and [I will come to your house]."),
        Breach("workplace", "[I will call your boss] and tell your boss about your debt."),
        Breach("workplace", "[I will call your employer about your debt] tomorrow."),
        Breach("third_party_disclosure", "[We will tell your family about your debt]."),
        Breach("third_party_disclosure", "[I will tell your neighbor about your debt]."),
        Breach("third_party_disclosure", "[I will call your mother about your debt]."),
        Breach("false_legal_action", "[We are going to garnish your wages] right now."),
        Breach("false_legal_action", "[We will garnish your paycheck] tomorrow."),
    ),
    agent_voices=("en-us+f3", "en-us+m3", "en-us+f2", "en-us+max"),
    customer_voices=("en-us+max", "en-us+f4", "en-us+m7", "en-us+linda"),
)

MANDARIN = Sentences(
    agent=(
        "逾期金额是三千二百元。",
        "我了解您现在的情况，您辛苦了。",
        "我们不会联系您的家人和单位，请您放心。",
        "信用卡逾期不会被抓，请您放心。",
        "您每个月可以负担多少？",
        "您可以申请分期，每个月四百元。",
        "这个分期没有别的费用。",
        "请您稍等一下，我看一下您的账户。",
        "我们上个月收到了您的一千元。",
        "您可以用手机银行转账。",
        "您什么时候发工资？",
        "下个星期五可以吗？",
        "好的，跟您确认一下，十二月五号，四百元。",
        "如果有变动，请您打我们的客服电话。",
        "谢谢您告诉我。",
        "目前没有任何法律程序。",
        "您的地址有没有改变？",
        "您这个月可以还多少？",
        "请问您最近有什么困难吗？",
        "您的情况可以申请分期，您看可以吗？",
    ),
    customer=(
        "我上个月失业了。",
        "我生病住院了，还没有上班。",
        "我下个星期开始上班。",
        "每个月四百元，应该可以。",
        "对，没有问题。",
        "我可以用手机转账吗？",
        "我月底发工资。",
        "好的，谢谢你。",
        "我想还，可是我需要时间。",
        "地址没有改变。",
        "好的，我知道了。",
        "我跟家里人商量一下。",
        "现在真的没有办法。",
        "家里还有两个小孩。",
    ),
    breaches=(
        Breach("threat", "你再不还钱，[我们就派人去你家]。"),
        Breach("threat", "你今天不还，[明天我们的人就去你家]。"),
        Breach("threat", "[我们的人明天会到你家门口]。"),
        Breach("threat", "[出门小心一点]。"),
        Breach("threat", "不还钱，[后果自负]。"),
        Breach("threat", "[你的家人会有危险]。"),
        Breach("threat", "[你给我小心一点]，听到了吗？"),
        Breach("false_arrest", "你再不还钱，[就会被抓去坐牢]。"),
        Breach("false_arrest", "你不还钱，[警察会来抓你]。"),
        Breach("false_arrest", "[你会被警察抓走]。"),
        Breach("false_arrest", "[你会被抓去坐牢]，你知道吗？"),
        Breach("abuse", "[你真的不要脸]。"),
        Breach("abuse", "[你要不要脸]。"),
        Breach("abuse", "[你就是一个骗子]。"),
        Breach("abuse", "[你就是一个老赖]。"),
        Breach("abuse", "[你这种人就是骗子]，我看得多了。"),
        Breach("workplace", "你再不还钱，[我就打电话去你公司]。"),
        Breach("workplace", "[我会跟老板说你欠钱]。"),
        Breach("workplace", "[我明天就去告诉你的老板]。"),
        Breach("third_party_disclosure", "[我会告诉你的家人你欠钱]。"),
        Breach("third_party_disclosure", "[我会让你的同事都知道你欠钱]。"),
        Breach("third_party_pressure", "[我会打电话给你的父母]，请他们还。"),
    ),
    agent_voices=("cmn-latn-pinyin+f2", "cmn-latn-pinyin", "cmn-latn-pinyin+m3"),
    customer_voices=("cmn-latn-pinyin+m3", "cmn-latn-pinyin+f4", "cmn-latn-pinyin+f5"),
)


def sentences(language: str) -> Sentences:
    """The sentences of a language tag; `zh-…` is Mandarin, everything else English."""
    return MANDARIN if language.startswith("zh") else ENGLISH
