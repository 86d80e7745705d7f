"""The head block: series that are scraped, and those of pods that are gone, until the head is cut.

Prometheus cuts the head once it spans one and a half blocks: what is older than the last full block is written to disk,
and a series without a sample since then leaves memory (tsdb ``head.go``: ``compactable``, ``Truncate``, ``gc``). So a
dead series stays for half a block to one and a half: one to three hours with blocks of two.
"""

from __future__ import annotations


class Head:
    """Counts of series. Blocks begin at multiples of their length."""

    def __init__(self, block_seconds: float) -> None:
        self._block_seconds = block_seconds
        self._dead: dict[int, int] = {}
        """Series by the block in which their last sample lies."""
        self.live = 0

    @property
    def series(self) -> int:
        """All in memory: ``prometheus_tsdb_head_series``."""
        return self.live + sum(self._dead.values())

    def add(self, series: int) -> None:
        """Something new is scraped."""
        self.live += series

    def retire(self, series: int, now_seconds: float) -> None:
        """Something is not scraped any more."""
        self.live -= series
        block = int(now_seconds // self._block_seconds)
        self._dead[block] = self._dead.get(block, 0) + series

    def cut(self, now_seconds: float) -> None:
        """Drop what may leave by now."""
        kept_from = int((now_seconds - self._block_seconds / 2) // self._block_seconds)
        for block in [block for block in self._dead if block < kept_from]:
            del self._dead[block]
