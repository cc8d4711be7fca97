"""The texts that the demonstration calls are made from.

Owns the form of `calls/<language>.yaml` and its strict loader.  A text says who speaks, after which
pause, in which voice, and which keys the agent presses meanwhile; it holds no sound and no times.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from assistant.demo.synthesis import Voice
from assistant.events import Act
from compliance.documents import Schema, load_document
from compliance.errors import BadInput

CHANNELS = ("agent", "customer")

Channel = Literal["agent", "customer"]


class Key(Schema):
    """A key the agent presses `after_s` seconds after the end of the turn it stands at."""

    after_s: Annotated[float, Field(ge=0.0)]
    act: str
    argument: str = ""


class Turn(Schema):
    """One stretch of speech; `pause_s` runs from the end of the turn before, negative overlaps."""

    speaker: Channel
    pause_s: Annotated[float, Field(ge=-5.0, le=10.0)]
    text: Annotated[str, Field(min_length=1)]
    keys: tuple[Key, ...] = ()


class VoiceText(Schema):
    """`assistant.demo.synthesis.Voice` as written."""

    name: str
    words_per_minute: int = 165
    pitch: int = 50
    pitch_range: int = 50

    def voice(self) -> Voice:
        """The voice itself."""
        return Voice(self.name, self.words_per_minute, self.pitch, self.pitch_range)


class CallText(Schema):
    """One demonstration call as written.

    `near_miss` and `breach` are stretches of the agent's words: what must pass and what must be
    flagged.  `started_at` is the invented wall clock of the call, with its offset.
    """

    language: str
    jurisdiction: str
    collector: Literal["in-house", "agency", "debt_buyer"]
    started_at: str
    customer_timezone: str
    customer_state: str = ""
    seed: int
    voices: dict[Channel, VoiceText]
    near_miss: str
    breach: str
    turns: Annotated[tuple[Turn, ...], Field(min_length=1)]


def load_call_text(path: Path) -> CallText:
    """Read one text.

    Raises:
        BadInput: with every fault and its place.
    """
    document = load_document(path, CallText)
    text = document.value
    faults = [
        document.fault(f"{channel} has no voice", "voices")
        for channel in CHANNELS
        if channel not in text.voices
    ]
    try:
        if datetime.fromisoformat(text.started_at).tzinfo is None:
            faults.append(document.fault("the time has no offset", "started_at"))
    except ValueError:
        faults.append(document.fault("this is not an ISO 8601 time", "started_at"))
    said = " ".join(turn.text for turn in text.turns if turn.speaker == "agent")
    faults += [
        document.fault("the agent never says this", name)
        for name, words in (("near_miss", text.near_miss), ("breach", text.breach))
        if words not in said
    ]
    known = {act.value for act in Act}
    for t, turn in enumerate(text.turns):
        faults += [
            document.fault(f"there is no act {key.act!r}", "turns", t, "keys", k, "act")
            for k, key in enumerate(turn.keys)
            if key.act not in known
        ]
    if faults:
        raise BadInput(f"{path} cannot be made into a call", tuple(faults))
    return text
