"""What lies between a mouth and a recogniser: rooms, lines, noise, level.

Owns the distortion of one utterance, drawn at random, in a single Fourier transform: conversion to
8 kHz with a change of speed and pitch, band limits, an uneven response, a room.  Noise, level and
µ-law follow.  It returns how its clock runs, so that phone times can be carried over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from assistant.demo.telephone import through_mu_law
from assistant.speech.recipe.features import FRAME_SHIFT, RATE_HZ, Samples

FULL_SCALE = 32768.0
MOST_WARP = 0.12  # of speed and pitch together
SMALLEST_POWER = 1e-20


@dataclass(frozen=True, slots=True)
class Distorted:
    """Sound at 8 kHz on the scale of 16 bits.

    A sample at `t` of the utterance lies at `offset + t * factor` here.
    """

    sound: Samples
    offset: float
    factor: float


@dataclass(frozen=True, slots=True)
class Channel:
    """One draw of everything that distorts; levels in dB, `None` is "not at all"."""

    warp: float
    band_hz: tuple[float, float] | None
    equaliser_db: tuple[float, ...]
    room_s: float | None
    snr_db: float | None
    babble: bool
    tilt: float
    level_db: float
    mu_law: bool
    lead_s: float
    tail_s: float


def draw_channel(random: np.random.Generator) -> Channel:
    """A clean studio, a telephone, or anything between and beside them."""
    kind = random.random()
    clean, telephone = kind < 0.2, kind > 0.5
    noisy = not clean and random.random() < 0.92
    band = None
    if telephone:
        band = (random.uniform(220, 340), random.uniform(3250, 3600))
    elif not clean and random.random() < 0.5:
        band = (random.uniform(60, 400), random.uniform(2900, 3950))
    uneven = 0.0 if clean and random.random() < 0.6 else random.uniform(0, 6)
    slope = random.uniform(-10, 6) if uneven and random.random() < 0.5 else 0.0
    return Channel(
        warp=1.0 if random.random() < 0.15 else 1.0 + random.uniform(-MOST_WARP, MOST_WARP),
        band_hz=band,
        equaliser_db=tuple(random.normal(0, uneven, 7) + slope * np.linspace(-1, 1, 7)),
        room_s=random.uniform(0.08, 0.5) if not clean and random.random() < 0.3 else None,
        snr_db=random.triangular(3, 13, 36) if noisy else None,
        babble=random.random() < 0.2,
        tilt=random.uniform(-1.2, 0.2) if random.random() < 0.6 else 0.0,
        level_db=random.uniform(-36, -12),
        mu_law=telephone or random.random() < 0.25,
        lead_s=random.uniform(0.05, 0.8),
        tail_s=random.uniform(0.1, 0.9),
    )


def draw_line(random: np.random.Generator) -> Channel:
    """More telephone lines and fewer rooms than `draw_channel`, seldom quite without noise."""
    kind = random.random()
    clean, telephone = kind < 0.22, kind > 0.42
    noisy = not clean and random.random() < 0.94
    band = None
    if telephone:
        band = (random.uniform(240, 340), random.uniform(3250, 3600))
    elif not clean and random.random() < 0.5:
        band = (random.uniform(60, 400), random.uniform(2900, 3950))
    uneven = 0.0 if random.random() < 0.4 else random.uniform(0, 6)
    slope = random.uniform(-10, 6) if uneven and random.random() < 0.5 else 0.0
    return Channel(
        warp=1.0 if random.random() < 0.2 else 1.0 + random.uniform(-MOST_WARP, MOST_WARP),
        band_hz=band,
        equaliser_db=tuple(random.normal(0, uneven, 7) + slope * np.linspace(-1, 1, 7)),
        room_s=random.uniform(0.08, 0.5) if not clean and random.random() < 0.2 else None,
        snr_db=random.triangular(5, 13, 28) if noisy else None,
        babble=random.random() < 0.12,
        tilt=random.uniform(-1.2, 0.2) if random.random() < 0.5 else 0.0,
        level_db=random.uniform(-36, -12),
        mu_law=telephone or random.random() < 0.25,
        lead_s=random.uniform(0.05, 0.8),
        tail_s=random.uniform(0.1, 0.9),
    )


def distort(
    sound: npt.NDArray[np.int16],
    rate_hz: int,
    channel: Channel,
    random: np.random.Generator,
    others: list[Samples],
) -> Distorted:
    """One utterance through `channel`; `others` are utterances to make babble of, at 8 kHz."""
    lead, tail = round(channel.lead_s * rate_hz), round(channel.tail_s * rate_hz)
    native = np.concatenate((np.zeros(lead), sound / FULL_SCALE, np.zeros(tail)))
    # Lengths without large prime factors keep the transforms quick.
    native = np.pad(native, (0, -len(native) % 512))
    length = max(2, round(len(native) * RATE_HZ / rate_hz / channel.warp / FRAME_SHIFT)) * (
        FRAME_SHIFT
    )
    factor = length / len(native)
    spectrum = np.fft.rfft(native)
    wanted = length // 2 + 1
    spectrum = np.pad(spectrum, (0, max(0, wanted - len(spectrum))))[:wanted]
    hertz = np.fft.rfftfreq(length, 1 / RATE_HZ).astype(np.float64)
    response = _response(channel, hertz, length, random)
    wet = np.fft.irfft(spectrum * response, length) * factor
    spoken = wet[round(lead * factor) : length - round(tail * factor)]
    power = float(np.mean(spoken**2)) if len(spoken) else 0.0
    wet *= 10 ** (channel.level_db / 20) / np.sqrt(max(power, SMALLEST_POWER))
    if channel.snr_db is not None:
        noise = _noise(channel, hertz, length, random, others)
        loudness = 10 ** ((channel.level_db - channel.snr_db) / 20)
        wet += noise * (loudness / np.sqrt(max(float(np.mean(noise**2)), SMALLEST_POWER)))
    wet = np.clip(wet, -1.0, 1.0 - 1.0 / FULL_SCALE)
    if channel.mu_law:
        return Distorted(through_mu_law(wet).astype(np.float64), lead * factor, factor)
    return Distorted(np.round(wet * FULL_SCALE), lead * factor, factor)


def band_gain(hertz: Samples, low_hz: float, high_hz: float) -> Samples:
    """A pass band with shoulders of 100 Hz below and 200 Hz above."""
    rise = np.clip((hertz - (low_hz - 100)) / 100, 0, 1)
    fall = np.clip(((high_hz + 200) - hertz) / 200, 0, 1)
    return np.asarray(rise * fall)


def _response(
    channel: Channel, hertz: Samples, length: int, random: np.random.Generator
) -> npt.NDArray[np.complex128]:
    knots = np.linspace(0, RATE_HZ / 2, len(channel.equaliser_db))
    gain = 10 ** (np.interp(hertz, knots, channel.equaliser_db) / 20)
    if channel.band_hz is not None:
        gain = gain * band_gain(hertz, *channel.band_hz)
    response = gain.astype(np.complex128)
    if channel.room_s is not None:
        # A direct sound and a tail of noise that falls by 60 dB within `room_s`.
        size = min(length, round(channel.room_s * RATE_HZ))
        decay = np.exp(-6.9 * np.arange(size) / size)
        tail = random.standard_normal(size) * decay
        tail[0] = 0.0
        tail *= random.uniform(0.1, 0.7) / np.sqrt(np.sum(tail**2))
        tail[0] = 1.0
        response *= np.fft.rfft(tail, length)
    return response


def _noise(
    channel: Channel,
    hertz: Samples,
    length: int,
    random: np.random.Generator,
    others: list[Samples],
) -> Samples:
    if channel.babble and others:
        mixed = np.zeros(length)
        for _ in range(int(random.integers(2, 7))):
            other = others[int(random.integers(len(others)))]
            mixed += np.resize(np.roll(other, int(random.integers(len(other)))), length)
        return mixed
    shape = (np.maximum(hertz, 50.0) / 1000.0) ** (channel.tilt / 2)
    if channel.band_hz is not None and random.random() < 0.7:
        shape = shape * band_gain(hertz, *channel.band_hz)
    phases = random.standard_normal((2, len(hertz)))
    noise = np.fft.irfft((phases[0] + 1j * phases[1]) * shape, length)
    return np.asarray(noise, dtype=np.float64)
