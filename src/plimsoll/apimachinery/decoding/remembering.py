"""Decoding the same part again costs no more than finding it: most objects of a cluster repeat one of a few specs."""

from __future__ import annotations

from typing import Any

import orjson

from plimsoll.apimachinery.decoding.scalars import Decode

_MOST_PARTS = 512  # for each kind; a burst of creates repeats far fewer
_LARGEST_BYTES = 16_384  # of JSON; larger parts are hardly ever repeated


def remembering(decode: Decode) -> Decode:
    """Return a decoder that remembers what it made of a part, and returns the same object for an equal one."""
    remembered: dict[bytes, Any] = {}

    def decode_once(value: Any, unknown: list[str]) -> Any:
        text = orjson.dumps(value)
        found = remembered.get(text)
        if found is not None:
            return found
        known = len(unknown)
        decoded = decode(value, unknown)
        if len(unknown) == known and len(text) <= _LARGEST_BYTES:
            if len(remembered) >= _MOST_PARTS:
                remembered.clear()
            remembered[text] = decoded
        return decoded

    return decode_once
