"""The protobuf wire format: numbered fields, each a number or some bytes."""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
MAX_VARINT_BITS = 70
_SIGN = 1 << 63


def fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a message in the order in which they were written; ``ValueError`` where it is none."""
    position, end = 0, len(content)
    while position < end:
        key, position = _varint(content, position)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, position = _varint(content, position)
            yield number, value
            continue
        if kind == BYTES:
            length, position = _varint(content, position)
        elif kind in {FIXED_64, FIXED_32}:
            length = 8 if kind == FIXED_64 else 4
        else:
            raise ValueError(f"proto: illegal wireType {kind}")
        if position + length > end:
            raise ValueError("unexpected EOF")
        yield number, content[position : position + length]
        position += length


def signed(value: int) -> int:
    """A number as its sender meant it: negative ones are written as two's complement."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value & _SIGN else value


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if position >= len(content):
            raise ValueError("unexpected EOF")
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
            return value, position
        shift += 7
        if shift >= MAX_VARINT_BITS:
            raise ValueError("proto: integer overflow")
