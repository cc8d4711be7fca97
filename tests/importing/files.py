"""Invented transcripts of one call in every format."""

from __future__ import annotations

import json
from typing import Any

SAID = (
    ("AGENT", 0, 2500, "this call is recorded am i speaking with jordan lee"),
    ("CUSTOMER", 2600, 3900, "yes that is me"),
    ("AGENT", 4000, 7000, "if you do not pay by friday you will be arrested"),
)


def analysis(**changes: Any) -> dict[str, Any]:
    """What Contact Lens writes, with keys that are not read among those that are."""
    return {
        "Version": "1.1.0",
        "AccountId": "123456789012",
        "Channel": "VOICE",
        "ContentMetadata": {"Output": "Raw"},
        "JobStatus": "COMPLETED",
        "LanguageCode": "en-US",
        "Participants": [
            {"ParticipantId": "p-1", "ParticipantRole": "AGENT"},
            {"ParticipantId": "p-2", "ParticipantRole": "CUSTOMER"},
        ],
        "Categories": {"MatchedCategories": [], "MatchedDetails": {}},
        "ConversationCharacteristics": {"TotalConversationDurationMillis": 8000},
        "CustomerMetadata": {
            "ContactId": "c-1",
            "InputS3Uri": "s3://bucket/2026/05/12/c-1_20260512T10:15_UTC.wav",
        },
        "CustomModels": [],
        "Transcript": [
            {
                "Id": f"t-{n}",
                "ParticipantId": "p-1" if who == "AGENT" else "p-2",
                "Content": text,
                "BeginOffsetMillis": begin,
                "EndOffsetMillis": end,
                "Sentiment": "NEUTRAL",
                "LoudnessScore": [78.5, None],
            }
            for n, (who, begin, end, text) in enumerate(SAID)
        ],
        **changes,
    }


def analysis_file(**changes: Any) -> bytes:
    return json.dumps(analysis(**changes)).encode()


def turn(number: int, **changes: Any) -> list[dict[str, Any]]:
    """The turns, one of them changed."""
    turns: list[dict[str, Any]] = analysis()["Transcript"]
    turns[number] = {**turns[number], **changes}
    return turns


def lines(call: str = "a", **header: Any) -> bytes:
    """The same in the form of `check`."""
    records: list[dict[str, Any]] = [
        {"type": "call", "call": call, "jurisdiction": "us", "language": "en-US", **header},
        *(
            {
                "type": "utterance",
                "call": call,
                "speaker": who.lower(),
                "text": text,
                "start_s": begin / 1000,
                "end_s": end / 1000,
            }
            for who, begin, end, text in SAID
        ),
    ]
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


VTT = """WEBVTT - exported

NOTE
nothing that was said

STYLE
::cue { color: lime }

1
00:00.000 --> 00:02.500 align:start position:10%
<v Ann Lee>this call is recorded am i speaking with jordan lee.

second
00:00:02.600 --> 00:00:03.900
<v.loud Jordan>yes <i>that</i> is me</v>

00:04.000 --> 00:05.500
<v Ann Lee>if you do not pay by friday

00:05.600 --> 00:07.000
<v Ann Lee>you will be <b>arrested</b> &amp; more
"""
