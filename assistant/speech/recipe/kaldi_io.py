"""Kaldi's binary primitives: what every one of its files is made of.

Owns numbers, tokens, vectors and matrices as bytes, both ways.  It knows no file format; a stream
that does not hold what is expected ends in `Malformed`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

LONGEST_TOKEN = 256


class Malformed(ValueError):
    """The bytes are not what the format says; the text tells where and what was expected."""


def int32(value: int) -> bytes:
    """A sized 32-bit integer."""
    return b"\x04" + struct.pack("<i", value)


def float32(value: float) -> bytes:
    """A sized single."""
    return b"\x04" + struct.pack("<f", value)


def float64(value: float) -> bytes:
    """A sized double."""
    return b"\x08" + struct.pack("<d", value)


def token(text: str) -> bytes:
    """A token and the space that ends it."""
    return text.encode("ascii") + b" "


def int_vector(values: list[int]) -> bytes:
    """`std::vector<int32>`: the size of one integer, a raw count, raw values."""
    return b"\x04" + struct.pack(f"<i{len(values)}i", len(values), *values)


def float_vector(values: Floats) -> bytes:
    """`Vector<float>`: `FV`, a sized count, raw values."""
    return token("FV") + int32(len(values)) + values.astype("<f4").tobytes()


def float_matrix(values: Floats) -> bytes:
    """`Matrix<float>`: `FM`, sized rows and columns, raw rows."""
    rows, columns = values.shape
    return token("FM") + int32(rows) + int32(columns) + values.astype("<f4").tobytes()


def byte_matrix(values: Floats) -> bytes:
    """`CompressedMatrix` of kind 3: each value one byte between the smallest and the largest.

    A quarter of `float_matrix`; a value is off by 1/510 of the matrix's range at most.
    """
    rows, columns = values.shape
    low, high = float(values.min()), float(values.max())
    spread = high - low or 1.0
    coded = np.round((values - low) * (255.0 / spread)).astype(np.uint8)
    return token("CM3") + struct.pack("<ffii", low, spread, rows, columns) + coded.tobytes()


@dataclass(slots=True)
class Reader:
    """Reads primitives one after another; `at` is the place of the next byte."""

    content: bytes
    at: int = 0

    def raw(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count < 0 or self.at + count > len(self.content):
            raise Malformed(f"{count} bytes are wanted at byte {self.at}; the file ends before")
        piece = self.content[self.at : self.at + count]
        self.at += count
        return piece

    def packed(self, layout: str) -> tuple[float, ...]:
        """Raw numbers by a `struct` layout."""
        return struct.unpack(layout, self.raw(struct.calcsize(layout)))

    def int32(self) -> int:
        """A sized 32-bit integer."""
        self._size(4)
        return int(self.packed("<i")[0])

    def float32(self) -> float:
        """A sized single."""
        self._size(4)
        return float(self.packed("<f")[0])

    def float64(self) -> float:
        """A sized double."""
        self._size(8)
        return float(self.packed("<d")[0])

    def token(self) -> str:
        """The next token, whatever it is."""
        end = self.content.find(b" ", self.at, self.at + LONGEST_TOKEN)
        if end < 0:
            raise Malformed(f"there is no token at byte {self.at}")
        text = self.raw(end - self.at)
        self.raw(1)
        return text.decode("ascii", "replace")

    def expect(self, *tokens: str) -> None:
        """The next tokens must be these."""
        for wanted in tokens:
            place = self.at
            found = self.token()
            if found != wanted:
                raise Malformed(f"{wanted} is wanted at byte {place}, not {found[:40]}")

    def line(self) -> str:
        """Text up to the next newline."""
        end = self.content.find(b"\n", self.at)
        if end < 0:
            raise Malformed(f"there is no line at byte {self.at}")
        text = self.raw(end - self.at)
        self.raw(1)
        return text.decode("ascii", "replace")

    def int_vector(self) -> list[int]:
        """`std::vector<int32>`."""
        self._size(4)
        count = int(self.packed("<i")[0])
        return [int(value) for value in self.packed(f"<{count}i")]

    def float_vector(self) -> Floats:
        """`Vector<float>`."""
        self.expect("FV")
        return np.frombuffer(self.raw(4 * self.int32()), dtype="<f4").copy()

    def matrix(self) -> Floats:
        """A matrix: plain, or compressed with one byte for each value."""
        place = self.at
        kind = self.token()
        if kind == "FM":
            rows, columns = self.int32(), self.int32()
            values = np.frombuffer(self.raw(4 * rows * columns), dtype="<f4")
            return values.reshape(rows, columns).copy()
        if kind in ("CM", "CM3"):
            low, spread, count, width = self.packed("<ffii")
            shape = int(count), int(width)
            if kind == "CM":
                return self._by_column(low, spread, *shape)
            coded = np.frombuffer(self.raw(shape[0] * shape[1]), dtype=np.uint8).reshape(shape)
            return np.asarray(low + coded.astype(np.float32) * (spread / 255.0), dtype=np.float32)
        raise Malformed(f"a matrix is wanted at byte {place}, not {kind[:40]}")

    def _by_column(self, low: float, spread: float, rows: int, columns: int) -> Floats:
        """`CompressedMatrix` of kind 1: every column has a scale of its own, in three straights."""
        marks = np.frombuffer(self.raw(8 * columns), dtype="<u2").reshape(columns, 4)
        coded = np.frombuffer(self.raw(rows * columns), dtype=np.uint8).reshape(columns, rows)
        heights = low + marks.astype(np.float64) * (spread / 65535.0)
        places = (0.0, 64.0, 192.0, 255.0)
        values = [
            np.interp(column, places, height) for column, height in zip(coded, heights, strict=True)
        ]
        return np.asarray(values, dtype=np.float32).T.copy()

    def _size(self, size: int) -> None:
        found = self.raw(1)[0]
        if found != size:
            raise Malformed(f"a number of {size} bytes is wanted at byte {self.at - 1}")
