"""How long an MP3 file without a length of its own really is.

Owns counting MPEG layer III frames by their headers.  libsndfile reads no further than the length
it believes, and where a file of varying bit rate carries no length (no Xing, Info or VBRI frame:
recordings that were streamed) it guesses from the first frame and may stop half-way.  What is
counted here makes that loss known.  Nothing is decoded.

Frame headers: ISO/IEC 11172-3 section 2.4.1.3 and 13818-3 section 2.4.1.3; 2.5 is the usual
extension to low rates.
"""

from __future__ import annotations

import mmap
from pathlib import Path

# Kilobits a second by index; MPEG 1, then MPEG 2 and 2.5.
BIT_RATES = (
    (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
RATES_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
MPEG_1 = 3
LAYER_III = 1
HEADER_BYTES = 4
ID3_HEADER_BYTES = 10
LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")
TAG_WITHIN_BYTES = 64  # of the beginning of the first frame


def counted_samples(path: Path) -> int | None:
    """Samples per channel by counting frames.

    Returns `None` where the file tells its length itself or is not a plain row of frames.  Takes
    about 0.1 s for each hour of sound.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        position = _after_id3(whole)
        if any(tag in whole[position : position + TAG_WITHIN_BYTES] for tag in LENGTH_TAGS):
            return None
        samples = 0
        while (frame := _frame(whole[position : position + HEADER_BYTES])) is not None:
            length, its_samples = frame
            position += length
            samples += its_samples
        return samples or None


def _after_id3(whole: mmap.mmap) -> int:
    """Where the sound begins after an ID3 tag; its size has seven bits a byte."""
    if whole[:3] != b"ID3" or len(whole) < ID3_HEADER_BYTES:
        return 0
    a, b, c, d = whole[6:10]
    return ID3_HEADER_BYTES + (a << 21 | b << 14 | c << 7 | d)


def _frame(header: bytes) -> tuple[int, int] | None:
    """Length in bytes and samples per channel of the frame with this header."""
    if len(header) < HEADER_BYTES or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    bit_rate, rate, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if layer != LAYER_III or version not in RATES_HZ or not 1 <= bit_rate <= 14 or rate == 3:
        return None
    rate_hz = RATES_HZ[version][rate]
    half = 1 if version == MPEG_1 else 2
    kilobits = BIT_RATES[half - 1][bit_rate - 1]
    return 144_000 // half * kilobits // rate_hz + padding, 1152 // half
