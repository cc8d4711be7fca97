"""The sound of a live call: whose voices are heard, and through which devices.

Owns the kinds of desk and the choice of devices for each.  It opens none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from assistant.interface_text import N_
from assistant.speech.desk import Wanted, agent_of, desk_channels
from assistant.speech.devices import input_devices, proposed_customer
from compliance.errors import AssistantError

BY_KEYS = "For a call without sound, led by keys: --no-audio"
NOBODY_ELSE = N_("no device hears the customer: say by keys what they do")


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
class Sides:
    """The channels of a desk, and one line to tell the agent, or none."""

    channels: tuple[Wanted, ...]
    notice: str = ""


def choose_sides(kind: DeskKind, agent_device: str | None, customer_device: str | None) -> Sides:
    """The devices of a desk: those named, else the pair that this computer most likely wants.

    Raises:
        MissingPart: there is no PortAudio, no device, or none as named.
    """
    if kind is DeskKind.NO_AUDIO:
        return Sides(())
    found = input_devices()
    alone = kind is DeskKind.AGENT_ONLY
    if kind is DeskKind.BOTH_SIDES and customer_device is None:
        agent = agent_of(found, agent_device)
        if agent is not None and proposed_customer(found, agent) is None:
            return Sides(desk_channels(found, agent_device, None, alone=True), NOBODY_ELSE)
    mixed = kind is DeskKind.MIXED
    return Sides(desk_channels(found, agent_device, customer_device, alone=alone, mixed=mixed))
