"""One customer's data as a file for them: every call of an account, readable without this program.

Owns the archive's form: a ZIP file with a table of contents, and for each call a file of JSON Lines
(call, account as it was shown, utterances, how it ended, what others were given to do) and its
sound as FLAC, an hour a file.  The account's payments are a file of their own.
What the program found in the agent's words is about the agent and not in it.  A call in which
another customer was shown as well is left out: somebody has to look at it.  It erases nothing.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import soundfile as sf

from assistant.event_codec import EventCodec
from assistant.record.faults import StoreFault, store_faults
from assistant.record.kept import KeptCall
from assistant.record.kept_sound import SideBySide
from assistant.record.payments import payments_of
from assistant.record.sealed_rows import SealedRows
from assistant.record.search_index import account_hash
from assistant.record.store import CallStore
from assistant.record.tasks import tasks_of_call
from assistant.record.whose import CallAccounts
from assistant.record.wrap_up_form import record_of

# A file of sound is made in memory: nothing lies in the clear elsewhere.
_SOUND_FILE_S = 3600
_BLOCK_S = 10
_PAYMENTS = "payments.jsonl"
_MADE = (
    "made by a machine unless they say otherwise; the sound, where there is any, is the evidence"
)


@dataclass(frozen=True, slots=True)
class CustomerCalls:
    """The ids of an account's calls: `own` ended as its and are about nobody else.

    `shared` had another customer's account linked too, or ended as another account's.
    """

    own: tuple[str, ...]
    shared: tuple[str, ...]


def customer_calls(store: CallStore, account: str) -> CustomerCalls:
    """The calls that an account ever was linked to, past the guard: it tells their ids alone."""
    opened, codec = store.opened, EventCodec()
    shown_in = CallAccounts(opened, SealedRows(opened, codec), codec)
    own: list[str] = []
    shared: list[str] = []
    for call, ids in sorted(store.accounts().items()):
        if account in ids:
            is_own = ids[-1] == account and shown_in.is_of_one_customer(call)
            (own if is_own else shared).append(call)
    return CustomerCalls(tuple(own), tuple(shared))


def export_customer(store: CallStore, account: str, file: Path, at_utc: str) -> int:
    """Write an account's calls, those of `customer_calls` that are its own; returns how many.

    Args:
        store: the kept calls, with whoever may open them.
        account: the account's id.
        file: the archive, which must not be there yet; readable by its owner alone.
        at_utc: now, ISO 8601.

    Raises:
        StoreFault: it is there, or cannot be written; nothing is left of it then.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    calls = [store.call(call) for call in customer_calls(store, account).own]
    with store_faults(file):
        if file.exists():
            raise StoreFault(f"{file} is there already", "Name another file.")
        try:
            descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            with (
                os.fdopen(descriptor, "w+b") as raw,
                zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                contents = [_add(archive, store, call, n) for n, call in enumerate(calls, 1)]
                about = {"account": account, "exported_at_utc": at_utc, "calls": contents}
                payments = _payments(store, account)
                if payments:
                    archive.writestr(_PAYMENTS, payments)
                    about["payments"] = _PAYMENTS
                about["transcripts"] = _MADE
                archive.writestr("contents.json", json.dumps(about, ensure_ascii=False, indent=2))
            os.link(draft, file)
        except FileExistsError:
            raise StoreFault(f"{file} is there already", "Name another file.") from None
        finally:
            draft.unlink(missing_ok=True)
    return len(calls)


def _add(archive: zipfile.ZipFile, store: CallStore, call: KeptCall, number: int) -> dict[str, Any]:
    """One call; its entry in the table of contents.  Ids are no file names, so files count."""
    lines = "".join(
        json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in _lines(store, call)
    )
    transcript = f"{number:04}.jsonl"
    archive.writestr(transcript, lines)
    sounds = []
    for part, content in enumerate(_sound(store, call.id), 1):
        name = f"{number:04}.{part:02}.flac"
        archive.writestr(name, content, zipfile.ZIP_STORED)
        sounds.append(name)
    return {
        "call": call.id,
        "started_at_utc": call.started_at_utc,
        "transcript": transcript,
        "sound": sounds,
    }


def _payments(store: CallStore, account: str) -> str:
    opened = store.opened
    hashed = account_hash(opened.vault, account)
    found = payments_of(opened, (hashed,)).get(hashed, [])
    return "".join(
        json.dumps({"type": "payment", **asdict(payment)}, ensure_ascii=False, default=str) + "\n"
        for payment in sorted(found, key=lambda payment: (payment.paid_on, payment.reference))
    )


def _lines(store: CallStore, call: KeptCall) -> Iterator[dict[str, Any]]:
    start = store.start(call.id)
    shown = store.shown_accounts(call.id)
    yield {
        "type": "call",
        "call": call.id,
        "jurisdiction": call.jurisdiction,
        "language": call.language,
        "collector": call.collector,
        "started_at": call.started_at_utc,
        "account": asdict(shown[-1]) if shown else None,
        "account_id": shown[-1].id if shown else start.account_id or None,
        "transcript": "made elsewhere"
        if start.imported is not None and start.imported.elsewhere
        else f"made by a machine ({start.model or 'no model'})",
        "imported_from": start.imported.source.value if start.imported is not None else None,
    }
    for said in store.utterances(call.id):
        yield {
            "type": "utterance",
            "call": call.id,
            "speaker": said.speaker.value,
            "text": said.text,
            "start_s": said.start_s,
            "end_s": said.end_s,
        }
    ended = store.wrap_up(call.id)
    if ended is not None:
        yield {"type": "wrap_up", **record_of(ended)}
    for task in tasks_of_call(store, call.id):
        yield {
            "type": "task",
            "call": call.id,
            "kind": task.kind,
            "owner": task.owner,
            "raised_at_utc": task.raised_at_utc,
            "due_at_utc": task.due_at_utc,
            "state": task.state.value,
            "acts": [
                {"act": deed.act.value, "at_utc": deed.at_utc, "note": deed.note}
                for deed in task.deeds
            ],
        }


def _sound(store: CallStore, call: str) -> Iterator[bytes]:
    sound = store.sound(call)
    if sound is None:
        return
    with sound:
        both = SideBySide(sound)
        step = _SOUND_FILE_S * both.rate_hz
        for begin in range(0, both.samples, step):
            end = min(begin + step, both.samples)
            made = io.BytesIO()
            channels = both.frames(0, 0).shape[1]
            with sf.SoundFile(
                made, "w", both.rate_hz, channels, format="FLAC", subtype="PCM_16"
            ) as out:
                for at in range(begin, end, _BLOCK_S * both.rate_hz):
                    out.write(both.frames(at, min(at + _BLOCK_S * both.rate_hz, end)))
            yield made.getvalue()
