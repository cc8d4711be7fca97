"""An invented call whose every text tries to be something else."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from assistant.event_codec import EventCodec
from assistant.events import (
    CallEnded,
    ChannelOpened,
    Ended,
    FinalRecognised,
    FindingChanged,
    Output,
    StatementChanged,
    UtteranceFinal,
    VerificationChanged,
)
from assistant.record.kept import KeptItem, KeptWrapUp
from assistant.record.opening import Doors
from assistant.record.reviews import Review, ReviewAct
from assistant.record.store import CallStore
from compliance.findings import Statement, StatementState
from compliance.transcript import Speaker, Word
from scripts.account import Account, Identifier
from tests.record.invented import RATE_HZ, chunks, envelopes, finding, started

CODEC = EventCodec()
DOORS = Doors({})
SCRIPT = "<script>alert(document)</script> we will have you arrested <img src=x onerror=y>"
NAME = "Quentin Zyxwvut"
CARD = "4556737586899855"
ACCOUNT = Account(
    "ACCT-7\u202e",
    "us",
    "en-US",
    NAME,
    "Bank <b>",
    "USD",
    Decimal("652.18"),
    40,
    Decimal(80),
    collector="agency",
    agency_name="Agency",
    agent_name="Ann \x1b[2J Lee",
    agent_id="a1",
    family_name="Zyxwvut",
    identifiers=(Identifier("birth_date", "1984-05-05"),),
)


def outputs() -> tuple[Output, ...]:
    start = SCRIPT.index("have")
    found = replace(finding(), start=start, end=start + len("have you arrested"))
    said = f"my card is {CARD} and my name is {NAME.lower()}"
    words = tuple(
        Word(word, 2.0 + n * 0.05, 2.05 + n * 0.05, 0.9) for n, word in enumerate(said.split())
    )
    return (
        VerificationChanged(verified=False, proposed=False, reason="start", call_s=0.0),
        UtteranceFinal("u1", 0, Speaker.AGENT, SCRIPT, (), 0.5, 2.0),
        FindingChanged(found, "have you arrested", 2.0),
        UtteranceFinal("u2", 1, Speaker.CUSTOMER, said, words, 2.0, 2.9, heard="other words"),
        StatementChanged(Statement("mini_miranda", StatementState.CANNOT_TELL), 2.9),
        Ended(3.0, "hung_up", ("US-20",)),
    )


def keep(store: CallStore, call: str = "c1", *, sound: bool = True) -> None:
    """Keep the call, judge it, wrap it up."""
    inputs = (
        replace(started(), account=ACCOUNT),
        ChannelOpened(0, "agent", Speaker.AGENT, RATE_HZ),
        ChannelOpened(1, "customer", Speaker.CUSTOMER, RATE_HZ),
        FinalRecognised(0, 16000, SCRIPT),
        CallEnded(24000, "hung_up"),
    )
    writer = store.record(call, with_sound=sound)
    writer.append(envelopes(inputs[:3], call))
    for chunk in chunks(3.0) if sound else ():
        writer.append_audio(chunk)
    writer.append([*envelopes(inputs[3:], call, 3), *envelopes(outputs(), call, 20)])
    writer.close()
    store.add_review(
        Review(call, "u1.US-03", ReviewAct.CONFIRM, "lin <i>", "2026-03-05T01:00:00+00:00", NAME)
    )
    store.add_wrap_up(
        KeptWrapUp(
            call,
            "promise",
            "2026-12-05",
            f"{NAME} <u>",
            "2026-03-04T02:00:00+00:00",
            values={"amount": "717.17", "due_on": "2026-12-04", "reason": f"{NAME} \x1b[2J<i>"},
            currency="USD",
            account=ACCOUNT.id,
            missing=("method",),
            happened=(
                KeptItem("reason", "hardship", 0.7, 1),
                KeptItem("objection", "fees_unfair", 0.9, 2),
                KeptItem("complaint", "fees_unfair", 0.9, 2),
            ),
        )
    )
