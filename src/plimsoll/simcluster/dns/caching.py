"""How many answers a server finds in its cache.

A record that is asked for at random moments at rate r, and kept for τ seconds from when it was fetched, is found with
probability ``rτ / (1 + rτ)``, which is also the share of time in which it is there. A cache that is too small for all of
them forgets each sooner: at the age at which the records that are there just fill it (Che's approximation, for a
cache that forgets the oldest). Names of one stream are asked for equally often.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

_HALVINGS = 50


class Asked(NamedTuple):
    """Queries of one kind at one server, all of which can be cached."""

    per_second: float
    records: float
    """How many different ones."""


class Cached(NamedTuple):
    """A cache in its steady state."""

    hits: tuple[float, ...]
    """Of each stream, the share that is answered from the cache."""
    entries: float


def steady_cache(streams: Sequence[Asked], size: int, ttl_seconds: float) -> Cached:
    """What a cache of so many entries holds of these streams, and how often that helps."""
    if not size or ttl_seconds <= 0:
        return Cached((0.0,) * len(streams), 0.0)
    kept_seconds = ttl_seconds
    if _entries(streams, ttl_seconds) > size:
        shortest, longest = 0.0, ttl_seconds
        for _ in range(_HALVINGS):
            kept_seconds = (shortest + longest) / 2
            if _entries(streams, kept_seconds) > size:
                longest = kept_seconds
            else:
                shortest = kept_seconds
    return Cached(tuple(_present(one, kept_seconds) for one in streams), _entries(streams, kept_seconds))


def _present(stream: Asked, kept_seconds: float) -> float:
    asked = stream.per_second * kept_seconds
    return asked / (stream.records + asked) if asked else 0.0


def _entries(streams: Sequence[Asked], kept_seconds: float) -> float:
    return sum(stream.records * _present(stream, kept_seconds) for stream in streams)
