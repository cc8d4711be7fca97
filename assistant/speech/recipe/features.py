"""What the network hears: log mel energies and the cepstra that Vosk computes from sound.

Owns Kaldi's MFCC arithmetic in numpy, with the options of `conf/mfcc.conf` (`CONFIG` here is that
file).  The mel energies are kept apart from the cepstra, because masking is done between the two;
both are linear in each other.  kaldi-native-fbank is the yardstick.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Samples = npt.NDArray[np.float64]

RATE_HZ = 8000
FRAME_LENGTH = 200  # 25 ms
FRAME_SHIFT = 80  # 10 ms
FFT_LENGTH = 256
MEL_BINS = CEPSTRA = 40
LOW_HZ, HIGH_HZ = 64.0, 3800.0
LIFTER = 22.0
PREEMPHASIS = 0.97
SMALLEST = float(np.finfo(np.float32).eps)  # Kaldi's floor below the logarithm

CONFIG = (
    "--use-energy=false\n"
    f"--sample-frequency={RATE_HZ}\n"
    f"--num-mel-bins={MEL_BINS}\n"
    f"--num-ceps={CEPSTRA}\n"
    f"--low-freq={LOW_HZ:.0f}\n"
    f"--high-freq={HIGH_HZ:.0f}\n"
    "--dither=0\n"
    "--allow-downsample=true\n"
)


def frame_count(samples: int) -> int:
    """Whole frames in so many samples."""
    return max(0, 1 + (samples - FRAME_LENGTH) // FRAME_SHIFT)


def log_mel(sound: Samples) -> Floats:
    """Log mel energies, [frames, `MEL_BINS`], of sound at `RATE_HZ` on the scale of 16 bits."""
    frames = frame_count(len(sound))
    if frames == 0:
        return np.zeros((0, MEL_BINS), dtype=np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(sound, FRAME_LENGTH)[::FRAME_SHIFT][:frames]
    centred = windows - windows.mean(axis=1, keepdims=True)
    emphasised = np.empty_like(centred)
    emphasised[:, 1:] = centred[:, 1:] - PREEMPHASIS * centred[:, :-1]
    emphasised[:, 0] = centred[:, 0] * (1.0 - PREEMPHASIS)
    spectrum = np.fft.rfft((emphasised * _window()).astype(np.float32), FFT_LENGTH, axis=1)
    power = (np.abs(spectrum) ** 2).astype(np.float32)
    energies = power[:, : FFT_LENGTH // 2] @ _mel_weights().T
    return np.asarray(np.log(np.maximum(energies, SMALLEST)), dtype=np.float32)


def cepstra(mel: Floats) -> Floats:
    """MFCC, [frames, `CEPSTRA`], of log mel energies."""
    return mel @ cosines().T


@cache
def cosines() -> Floats:
    """The liftered cosine transform, [`CEPSTRA`, `MEL_BINS`]."""
    k = np.arange(CEPSTRA)[:, None]
    n = np.arange(MEL_BINS)[None, :]
    matrix = np.sqrt(2.0 / MEL_BINS) * np.cos(np.pi / MEL_BINS * (n + 0.5) * k)
    matrix[0] = np.sqrt(1.0 / MEL_BINS)
    lifter = 1.0 + 0.5 * LIFTER * np.sin(np.pi * np.arange(CEPSTRA) / LIFTER)
    return np.asarray(matrix * lifter[:, None], dtype=np.float32)


@cache
def _window() -> Samples:
    """Kaldi's "Povey" window: a Hann window to the power 0.85."""
    at = np.arange(FRAME_LENGTH)
    return np.asarray((0.5 - 0.5 * np.cos(2 * np.pi * at / (FRAME_LENGTH - 1))) ** 0.85)


@cache
def _mel_weights() -> Floats:
    """Triangles on the mel scale, [`MEL_BINS`, `FFT_LENGTH` / 2]."""
    low, high = _mel(np.array([LOW_HZ, HIGH_HZ]))
    step = (high - low) / (MEL_BINS + 1)
    left = low + step * np.arange(MEL_BINS)[:, None]
    bins = _mel(np.arange(FFT_LENGTH // 2) * (RATE_HZ / FFT_LENGTH))[None, :]
    rising, falling = (bins - left) / step, (left + 2 * step - bins) / step
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)), dtype=np.float32)


def _mel(hertz: npt.NDArray[np.floating[Any]]) -> Samples:
    return np.asarray(1127.0 * np.log(1.0 + hertz / 700.0))
