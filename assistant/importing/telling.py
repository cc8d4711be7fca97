"""Makes an imported call the events that a call is kept as: how it began, what was said, the end.

Owns what is claimed of a call that others recorded: when it took place if anybody said so, nobody
confirmed before the first word, times in milliseconds where a transcript was made elsewhere.  The
same session judges it as any other call.  Pure: the moment and the rules are passed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from assistant import __version__
from assistant.events import (
    SCHEMA,
    CallEnded,
    CallStarted,
    ChannelOpened,
    Envelope,
    FinalRecognised,
    Imported,
    Input,
    RecognisedWord,
    Source,
    VerificationPolicy,
)
from assistant.guidance import Guidance
from assistant.importing.recording_list import About
from assistant.importing.written import Turn, Written
from assistant.speech.models import ModelFolder
from compliance.context import CallHeader
from compliance.errors import AssistantError
from compliance.places import JURISDICTION_OF, LANGUAGES, jurisdiction_of, language_of
from compliance.transcript import Speaker

RATE_HZ = 1000
"""A transcript's unit of call time: milliseconds."""
END = "end_of_recording"
_ONE_ZONE = {"tw": "Asia/Taipei", "cn": "Asia/Shanghai", "hk": "Asia/Hong_Kong",
             "uk": "Europe/London"}  # fmt: skip
_ORDER = (Speaker.AGENT, Speaker.CUSTOMER, Speaker.THIRD_PARTY, Speaker.UNKNOWN)


def known_of(about: About, written: Written) -> About:
    """What is known of a transcript's call: what was said of it, else what it says itself.

    Raises:
        AssistantError: nobody says whose law holds, or in what language it was.
    """
    header = written.header
    if header is not None:
        return replace(
            about,
            jurisdiction=header.jurisdiction,
            language=header.language,
            collector=header.collector or about.collector,
            started_at=written.started_at or about.started_at,
            account=about.account or _account_of(header),
        )
    language = about.language or (written.language if written.language in LANGUAGES else None)
    jurisdiction = about.jurisdiction or JURISDICTION_OF.get(language or "")
    if jurisdiction is None:
        raise AssistantError(
            "nobody says whose law holds for this call",
            "Say so: --jurisdiction, or --language with one that implies it.",
        )
    return replace(
        about,
        jurisdiction=jurisdiction,
        language=language or language_of(jurisdiction),
        started_at=about.started_at or written.started_at,
    )


def started(
    about: About,
    source: Source,
    digest: str,
    *,
    guidance: Guidance,
    now: datetime,
    zone_here: str,
    model: ModelFolder | None = None,
    header: CallHeader | None = None,
) -> CallStarted:
    """The first event of an imported call.

    Args:
        about: what is known of it, jurisdiction and language among it.
        source: what it comes from.
        digest: what that is known by.
        guidance: what judges and guides it.
        now: when it is imported; stands in where nobody says when it took place.
        zone_here: this desk's zone.
        model: what recognised it here.
        header: what a transcript knows of it.
    """
    jurisdiction = about.jurisdiction or jurisdiction_of(about.language or "")
    at = about.started_at
    known = header or CallHeader(
        jurisdiction=jurisdiction, language=about.language or language_of(jurisdiction)
    )
    return CallStarted(
        header=replace(
            known,
            collector=known.collector or about.collector,
            started_at=known.started_at or at,
            customer_timezone=known.customer_timezone or about.customer_timezone,
            customer_state=known.customer_state or about.customer_state,
        ),
        policy=VerificationPolicy.HEARD,
        version=__version__,
        started_at_utc=(at or now).astimezone(UTC).isoformat(timespec="milliseconds"),
        zone=about.zone or _ONE_ZONE.get(jurisdiction, zone_here),
        rules_hash=guidance.rules.content_hash,
        scripts_hash=guidance.scripts_hash,
        model=model.name if model is not None else "",
        model_hash=model.content_hash() if model is not None else "",
        account_hash="",
        imported=Imported(
            source=source,
            digest=digest,
            time_known=known.started_at is not None or at is not None,
            direction=about.direction,
            account=about.account,
            agent_id=about.agent_id,
            agent_name=about.agent_name,
        ),
    )


def told(begun: CallStarted, written: Written, guidance: Guidance, call: str) -> list[Envelope]:
    """A transcript as the call that is kept: inputs, and what a session makes of them."""
    session = guidance.session()
    envelopes: list[Envelope] = []
    for event in (begun, *_inputs(written)):
        for happened in (event, *session.receive(event)):
            envelopes.append(Envelope(SCHEMA, call, len(envelopes), happened))
    return envelopes


def _inputs(written: Written) -> Iterator[Input]:
    spoke = {*written.speakers, *(turn.speaker for turn in written.turns)}
    channels = {speaker: n for n, speaker in enumerate(one for one in _ORDER if one in spoke)}
    for speaker, channel in channels.items():
        yield ChannelOpened(channel, speaker.value, speaker, RATE_HZ)
    now = 0
    for turn in written.turns:
        now = max(now, _sample(turn.end_s or 0.0))
        sample = _sample(turn.end_s) if turn.end_s is not None else now
        yield FinalRecognised(channels[turn.speaker], sample, turn.text, tuple(_words(turn)))
    yield CallEnded(max(now, _sample(written.duration_s or 0.0)), END)


def _words(turn: Turn) -> Iterator[RecognisedWord]:
    """A turn's words; one for all of it where only the whole has times."""
    if turn.start_s is None or turn.end_s is None:
        return
    if not turn.words:
        yield RecognisedWord(turn.text, _sample(turn.start_s), _sample(turn.end_s), 1.0)
    for word in turn.words:
        start_s = word.start_s if word.start_s is not None else turn.start_s
        end_s = word.end_s if word.end_s is not None else turn.end_s
        confidence = word.confidence if word.confidence is not None else 1.0
        yield RecognisedWord(word.text, _sample(start_s), _sample(end_s), confidence)


def _sample(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def _account_of(header: CallHeader) -> str:
    account = (header.account or {}).get("id")
    return account if isinstance(account, str) else ""
