"""What a telephone line does to speech.

Owns the channel filter and the layout of turns on the two channels of a call.  Everything is
computed from its arguments; noise comes from a seed.  It knows no synthesiser and no files.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from assistant.demo.synthesis import Pcm

LOW_HZ, HIGH_HZ = 300.0, 3400.0  # ITU-T G.712: the band of a telephone channel
FULL_SCALE = 32767.0


def telephone(
    pcm: Pcm, rate_hz: int, *, seed: int, speech_db: float = -24.0, noise_db: float = -72.0
) -> Pcm:
    """One channel as it comes out of a telephone line.

    Args:
        pcm: mono speech.
        rate_hz: its sampling rate.
        seed: of the line noise.
        speech_db: level that speech is brought to, RMS over its loud half, full scale is 0.
        noise_db: level of the line noise, RMS, full scale is 0.

    Returns:
        As many samples: band-limited to 300–3400 Hz, with noise, through µ-law and back.
    """
    sound = _band_limited(pcm.astype(np.float64) / FULL_SCALE, rate_hz)
    loud = np.abs(sound) > 0.01
    if loud.any():
        sound *= 10 ** (speech_db / 20) / np.sqrt(np.mean(sound[loud] ** 2))
    noise = np.random.default_rng(seed).standard_normal(len(sound))
    noise = _band_limited(noise, rate_hz)
    power = np.sqrt(np.mean(noise**2)) if len(noise) else 0.0
    if power > 0:
        sound += noise * (10 ** (noise_db / 20) / power)
    return through_mu_law(np.clip(sound, -1.0, 1.0))


def lay_out(turns: Iterable[tuple[int, int, Pcm]], channels: int, samples: int) -> tuple[Pcm, ...]:
    """Place `(channel, first sample, sound)` on silent channels of `samples` each."""
    laid = tuple(np.zeros(samples, dtype=np.int16) for _ in range(channels))
    for channel, start, sound in turns:
        laid[channel][start : start + len(sound)] = sound
    return laid


def _band_limited(sound: npt.NDArray[np.float64], rate_hz: int) -> npt.NDArray[np.float64]:
    if not len(sound):
        return sound
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    # Shoulders of 100 Hz below and 200 Hz above keep the edges from ringing.
    gain = np.clip((hertz - (LOW_HZ - 100)) / 100, 0, 1) * np.clip(
        ((HIGH_HZ + 200) - hertz) / 200, 0, 1
    )
    return np.asarray(np.fft.irfft(spectrum * gain, len(sound)), dtype=np.float64)


def through_mu_law(sound: npt.NDArray[np.float64]) -> Pcm:
    """Coded and decoded again as ITU-T G.711 µ-law does: 14 bits, eight segments, 16 steps."""
    linear = np.round(sound * 8031).astype(np.int64)
    biased = np.minimum(np.abs(linear), 8031) + 33
    segment = np.floor(np.log2(biased)).astype(np.int64) - 5
    step = (biased >> (segment + 1)) & 0x0F
    magnitude = ((2 * step + 33) << segment) - 33
    # 14 bits are stored as the upper bits of 16, as telephone equipment does.
    return np.asarray(np.sign(linear) * magnitude * 4, dtype=np.int16)
