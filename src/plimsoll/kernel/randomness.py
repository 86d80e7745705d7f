"""Named streams of random numbers."""

from __future__ import annotations

from hashlib import blake2b
from random import Random

__all__ = ["Random", "Streams"]


class Streams:
    """Independent random streams, all derived from one seed.

    A stream depends on the seed and its own name only: a component that draws more, or a new component, changes no
    other component's numbers.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, Random] = {}

    def stream(self, name: str) -> Random:
        """Return the stream of that name, the same one every time; by convention ``component/instance``."""
        stream = self._streams.get(name)
        if stream is None:
            digest = blake2b(f"{self.seed}/{name}".encode(), digest_size=32).digest()
            stream = self._streams[name] = Random(int.from_bytes(digest))
        return stream
