"""Events to JSON and back, for whatever keeps or carries them.

Owns the stored form of an `Envelope`: one JSON object on one line,
`{"schema":1,"call":ID,"seq":N,"type":"final_recognised","event":{…}}`, where `type` is the event's
class name in snake case, decimals are strings, dates ISO 8601, enumerations their values and tuples
arrays.  It also owns the table of upcasters by which an older schema is read.  It must not touch a
file, a database or a clock, and it must never guess: an unknown version or type is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Generic, TypeVar, get_args

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json, to_json

from assistant.events import SCHEMA, Envelope, Input, Output
from compliance.errors import AssistantError

_Event = TypeVar("_Event")

Record = dict[str, Any]
"""An envelope as a JSON object; it never leaves this module and the upcasters."""

Upcaster = Callable[[Record], Record]
"""Turns a record of one schema version into a record of the next; `schema` is set for it."""

UPCASTERS: Mapping[int, Upcaster] = MappingProxyType({})
"""From version n to n + 1.  Version 1 is the first, so there is nothing older to read yet."""


class UnreadableEvent(AssistantError):
    """A stored event cannot be read, or an event cannot be written."""


def type_tag(event_class: type) -> str:
    """The stored name of an event class: `FinalRecognised` is `final_recognised`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event_class.__name__).lower()


class EventCodec:
    """Writes and reads envelopes of one schema version; older ones are upcast on reading.

    Building one compiles every event class (some 0.1 s); build it once and pass it on.

    Args:
        schema: the version written, and the newest one read.
        upcasters: for each older version, what turns its records into the next version's.
    """

    def __init__(self, schema: int = SCHEMA, upcasters: Mapping[int, Upcaster] = UPCASTERS) -> None:
        self.schema = schema
        self._upcasters = upcasters
        classes: tuple[type, ...] = get_args(Input) + get_args(Output)
        self._tags = {cls: type_tag(cls) for cls in classes}
        self._adapters: dict[str, TypeAdapter[_Stored[Any]]] = {
            tag: _adapter(cls) for cls, tag in self._tags.items()
        }

    def encode(self, envelope: Envelope) -> bytes:
        """One envelope as one line of UTF-8 JSON, without the line end.

        Raises:
            UnreadableEvent: the envelope claims another schema version, or holds text that is not
                Unicode (a lone surrogate).
        """
        if envelope.schema != self.schema:
            raise UnreadableEvent(
                f"an event of schema {envelope.schema} cannot be written as schema {self.schema}",
                "Upcast it by reading it first.",
            )
        tag = self._tags[type(envelope.event)]
        record = _Stored(envelope.schema, envelope.call, envelope.seq, tag, envelope.event)
        try:
            return self._adapters[tag].dump_json(record, fallback=_plain, warnings=False)
        except PydanticSerializationError as error:
            raise UnreadableEvent(
                f"event {envelope.seq} ({tag}) holds text that cannot be written as UTF-8",
                "Check the encoding of the account file and of the transcript.",
            ) from error

    def decode(self, line: bytes | str, place: str = "") -> Envelope:
        """One line back to its envelope, upcast to the current version.

        Args:
            line: what `encode` gave, now or by an older version of this program.
            place: where the line stands (a path and line, a database row), for the error.

        Raises:
            UnreadableEvent: not JSON, an unknown version or type, or wrong fields.  The message
                names the field and never its value.
        """
        where = f"{place}: " if place else ""
        try:
            record = from_json(line)
        except ValueError as error:
            raise UnreadableEvent(
                f"{where}a stored event is not JSON",
                "The file is damaged; restore it from a backup.",
            ) from error
        if not isinstance(record, dict):
            raise UnreadableEvent(
                f"{where}a stored event is not a JSON object",
                "The file is damaged; restore it from a backup.",
            )
        if record.get("schema") != self.schema:
            record = self._upcast(record, where)
            line = to_json(record)
        tag = record.get("type")
        adapter = self._adapters.get(tag) if isinstance(tag, str) else None
        if adapter is None:
            shown = repr(tag[:40]) if isinstance(tag, str) else "missing"
            raise UnreadableEvent(
                f"{where}unknown event type {shown} in schema {self.schema}",
                "It was written by another version of this program; use that one, or update.",
            )
        try:
            checked = adapter.validate_json(line)
        except ValidationError as error:
            fields = "; ".join(
                f"{'.'.join(str(part) for part in fault['loc'])}: {fault['type']}"
                for fault in error.errors(include_input=False, include_context=False)[:5]
            )
            raise UnreadableEvent(
                f"{where}an event of type {tag} has wrong fields ({fields})",
                "The file is damaged or was edited by hand; restore it from a backup.",
            ) from None
        return Envelope(checked.schema, checked.call, checked.seq, checked.event)

    def decode_lines(self, lines: Iterable[bytes | str], place: str = "") -> Iterator[Envelope]:
        """Each line's envelope; an error names `place` and the line, counted from 1."""
        for number, line in enumerate(lines, start=1):
            yield self.decode(line, f"{place}:{number}" if place else f"line {number}")

    def _upcast(self, record: Record, where: str) -> Record:
        version = record.get("schema")
        if isinstance(version, bool) or not isinstance(version, int):
            raise UnreadableEvent(
                f"{where}a stored event names no schema version",
                "It is no event of this program, or the file is damaged.",
            )
        if version > self.schema:
            raise UnreadableEvent(
                f"{where}a stored event has schema {version}; "
                f"this program reads up to {self.schema}",
                "Update this program to the version that wrote it.",
            )
        while version < self.schema:
            upcaster = self._upcasters.get(version)
            if upcaster is None:
                raise UnreadableEvent(
                    f"{where}a stored event has schema {version}, which no version of this "
                    "program has written",
                    "The file is damaged, or is not one of this program's.",
                )
            version += 1
            record = {**upcaster(record), "schema": version}
        return record


@dataclass(frozen=True, slots=True)
class _Stored(Generic[_Event]):
    """The JSON object; its configuration reaches the dataclasses inside, which carry none.

    The level of digital silence is minus infinity and is kept as the token `-Infinity`: Python's
    and pydantic's readers take it, and nothing else reads the stored form.
    """

    __pydantic_config__: ClassVar = ConfigDict(
        strict=True, extra="forbid", ser_json_inf_nan="constants"
    )

    schema: int
    call: str
    seq: int
    type: str
    event: _Event


def _adapter(event_class: type[_Event]) -> TypeAdapter[_Stored[_Event]]:
    return TypeAdapter(_Stored[event_class])  # type: ignore[valid-type]


def _plain(value: object) -> dict[object, object]:
    """Facts may be any mapping (a read-only one, say); JSON knows one."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError
