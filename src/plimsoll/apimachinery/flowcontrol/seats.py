"""How many seats a request takes (apiserver, util/flowcontrol/request)."""

from __future__ import annotations

from math import ceil

MAX_SEATS = 10
OBJECTS_PER_SEAT = 100


def estimated_seats(verb: str, objects: int, limit: int = 0) -> int:
    """One, but for a LIST: that takes one for each hundred objects that it reads, ten at most.

    ``objects`` are those of the resource, ``limit`` how many the client asked for at most, 0 for all.
    """
    if verb != "list":
        return 1
    read = min(objects, limit) if limit else objects
    return max(1, min(ceil(read / OBJECTS_PER_SEAT), MAX_SEATS))
