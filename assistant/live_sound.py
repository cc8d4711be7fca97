"""The sound of a live call: whose voices are heard, and the door through which they come.

Owns the kinds of desk and the form in which captured sound is handed over.  It opens no device
itself but to say that there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from assistant.pipeline import AudioSource
from assistant.speech.playback import import_sounddevice
from compliance.errors import AssistantError, MissingPart

BY_KEYS = "For a call without sound, led by keys: --no-audio"


class DeskKind(StrEnum):
    """What of a call reaches this computer."""

    BOTH_SIDES = "both_sides"
    AGENT_ONLY = "agent_only"
    MIXED = "mixed"
    NO_AUDIO = "no_audio"


_KINDS = {
    "agent,customer": DeskKind.BOTH_SIDES,
    "customer,agent": DeskKind.BOTH_SIDES,
    "agent": DeskKind.AGENT_ONLY,
    "unknown": DeskKind.MIXED,
    "mixed": DeskKind.MIXED,
}


def desk_kind(
    channels: str | None,
    *,
    no_audio: bool,
    agent_device: str | None,
    customer_device: str | None,
) -> DeskKind:
    """The kind of desk that options describe; a microphone named alone hears the agent alone.

    Raises:
        AssistantError: the options do not go together.
    """
    if no_audio:
        if channels or agent_device or customer_device:
            raise AssistantError(
                "--no-audio goes with no device and no channels", "Leave them out."
            )
        return DeskKind.NO_AUDIO
    if channels is None:
        if agent_device and not customer_device:
            return DeskKind.AGENT_ONLY
        return DeskKind.BOTH_SIDES
    kind = _KINDS.get(channels.replace(" ", ""))
    if kind is None:
        raise AssistantError(
            "The channels of a live call are not understood",
            "Write --channels agent,customer, --channels agent (the customer by keys), or "
            "--channels mixed (one line for both, who speaks unknown).",
        )
    if customer_device and kind is not DeskKind.BOTH_SIDES:
        raise AssistantError(
            "--customer-device needs a channel of the customer's",
            "Leave it out, or write --channels agent,customer.",
        )
    return kind


@dataclass(frozen=True, slots=True)
class LiveSound:
    """Captured sound, ready to be released.

    `source` paces itself: it gives a chunk when the device has it.  `microphone` closes the device
    (`False`) and opens it again; meanwhile the source goes on with silence.
    """

    source: AudioSource
    microphone: Callable[[bool], None] = lambda _open: None


class OpenSound(Protocol):
    """Opens what a desk hears with."""

    def __call__(
        self,
        kind: DeskKind,
        *,
        rate_hz: int,
        agent_device: str | None,
        customer_device: str | None,
        notice: Callable[[str], None],
    ) -> LiveSound:
        """The sound of one call at `rate_hz`; `notice` is told one line when a device fails.

        Raises:
            MissingPart: a device is missing or may not be used.
        """


def no_capture(
    kind: DeskKind,  # noqa: ARG001 - as `OpenSound`
    *,
    rate_hz: int,  # noqa: ARG001
    agent_device: str | None,  # noqa: ARG001
    customer_device: str | None,  # noqa: ARG001
    notice: Callable[[str], None],  # noqa: ARG001
) -> LiveSound:
    """What there is where no sound can be captured: a reason, and the way without."""
    check_devices()
    raise MissingPart("Sound of a live call cannot be captured by this version", BY_KEYS)


def check_devices() -> None:
    """See that there is something to hear with.

    Raises:
        MissingPart: there is no PortAudio, or no device that takes sound in.
    """
    sounddevice = import_sounddevice()
    if sounddevice is None:
        raise MissingPart("The sound library PortAudio is missing", BY_KEYS)
    try:
        devices = tuple(sounddevice.query_devices())
    except sounddevice.PortAudioError:
        devices = ()
    if not any(device["max_input_channels"] > 0 for device in devices):
        raise MissingPart("This computer has no sound device to listen with", BY_KEYS)
