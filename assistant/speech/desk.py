"""What a desk listens to: which devices, and whose voice each of their channels carries.

Owns the kinds of desk as channels of a live call (both sides, one device with two channels, the
agent's microphone alone, a mixed line) and how names become devices.  It opens none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.speech.devices import InputDevice, chosen, proposed, proposed_customer
from compliance.errors import MissingPart
from compliance.transcript import Speaker


@dataclass(frozen=True, slots=True)
class Wanted:
    """A channel of a live call: whose it is, from which device, and which of its channels.

    `side` counts the device's channels from 0; `None` mixes all of them.
    """

    name: str
    speaker: Speaker
    device: InputDevice
    side: int | None = None


def wanted_channels(
    agent: InputDevice | None, customer: InputDevice | None, *, mixed: bool = False
) -> tuple[Wanted, ...]:
    """The channels of a desk: two devices, one with two channels, a microphone alone, a mixed line.

    Raises:
        MissingPart: there is no device at all.
    """
    if mixed and agent is not None:
        return (Wanted("mixed", Speaker.UNKNOWN, agent),)
    if agent is not None and customer is not None and agent.name == customer.name:
        if agent.channels < 2:
            raise MissingPart(
                f"{agent.label} has one channel, so both sides cannot be told apart",
                "Give the customer's side another device, or the line as a mixed one.",
            )
        return (
            Wanted("agent", Speaker.AGENT, agent, 0),
            Wanted("customer", Speaker.CUSTOMER, agent, 1),
        )
    wanted = []
    if agent is not None:
        wanted.append(Wanted("agent", Speaker.AGENT, agent))
    if customer is not None:
        wanted.append(Wanted("customer", Speaker.CUSTOMER, customer))
    if not wanted:
        raise MissingPart("no sound device was chosen", "See `assistant devices`.")
    return tuple(wanted)


def agent_of(devices: Sequence[InputDevice], named: str | None) -> InputDevice | None:
    """The microphone as named, else the one that is proposed; `None` where there is none.

    Raises:
        MissingPart: none is named so.
    """
    if named:
        return chosen(devices, named)
    pair = proposed(devices)
    return pair.agent if pair is not None else None


def desk_channels(
    devices: Sequence[InputDevice],
    agent: str | None,
    customer: str | None,
    *,
    alone: bool = False,
    mixed: bool = False,
) -> tuple[Wanted, ...]:
    """The channels of a desk by the names of its devices; what is not named is proposed.

    Args:
        devices: what there is, see `input_devices`.
        agent: the microphone, or the mixed line.
        customer: what hears the headset.
        alone: the agent's side only.
        mixed: both voices are on one line.

    Raises:
        MissingPart: a device is not there, or nothing hears what the headset plays.
    """
    first = agent_of(devices, agent)
    if alone or mixed:
        return wanted_channels(first, None, mixed=mixed)
    second = chosen(devices, customer) if customer else None
    if second is None and first is not None:
        second = proposed_customer(devices, first)
    if second is None:
        raise MissingPart(
            "there is no device that hears what the headset plays, so the customer is not heard",
            "Name one with --customer-device (see `assistant devices`), or hear the agent alone:"
            " --channels agent.",
        )
    return wanted_channels(first, second)
