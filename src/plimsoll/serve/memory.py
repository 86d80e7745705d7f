"""How the process of a server treats its memory: large, long-lived, and with a buffer of 256 KiB for each connection."""

from __future__ import annotations

import ctypes
import gc
import sys

YOUNG_OBJECTS = 50_000
"""Allocations between two collections of the youngest objects: the cluster's are many and live long."""

MMAP_THRESHOLD = -3
"""``M_MMAP_THRESHOLD`` of glibc's malloc.h."""

MAPPED_BYTES = 128 * 1024
"""From this size on memory comes from the kernel, page by page as it is used; glibc's own beginning."""


def map_large_buffers() -> None:
    """Have glibc always map large buffers, of which only what is used then takes memory.

    It raises its threshold as soon as such a buffer is freed, and takes the next ones from its heap. uvloop has a buffer
    of 256 KiB for each TLS connection, of which an idle one uses a few: there a watch takes 20 KiB more.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:  # musl has none, and maps anyway
            mallopt(MMAP_THRESHOLD, MAPPED_BYTES)


def settle() -> None:
    """Do not look for garbage again in what there is when a server becomes ready, and seldom in what is new."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 100)
