"""What a desk listens to: which devices, and whose voice each of their channels carries.

Owns the kinds of desk as channels of a live call (both sides, one device with two channels, the
agent's microphone alone, a mixed line).  It opens none and looks for none.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.speech.devices import InputDevice
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
