"""Counting durations in log-linear buckets: 32 equal steps to each doubling, so that a quantile is within 1.6 %."""

from __future__ import annotations

_STEP_BITS = 5
_STEPS = 1 << _STEP_BITS


def bucket_of(nanoseconds: int) -> int:
    """The bucket of a duration. Up to 64 ns each nanosecond has its own; from there on steps double in width."""
    shift = nanoseconds.bit_length() - _STEP_BITS - 1
    return nanoseconds if shift <= 0 else (shift << _STEP_BITS) + (nanoseconds >> shift)


def bucket_bounds(bucket: int) -> tuple[int, int]:
    """The nanoseconds that a bucket holds: from the first, up to but without the second."""
    if bucket < 2 * _STEPS:
        return bucket, bucket + 1
    shift = (bucket >> _STEP_BITS) - 1
    lower = ((bucket & (_STEPS - 1)) + _STEPS) << shift
    return lower, lower + (1 << shift)


def bucket_middle_seconds(bucket: int) -> float:
    """What a duration counted in this bucket is taken to have been."""
    lower, upper = bucket_bounds(bucket)
    return (lower + upper - 1) / 2e9


class Durations:
    """Counts of durations. Not safe for several threads: each has its own, and they are merged at the end."""

    def __init__(self) -> None:
        self.buckets: dict[int, int] = {}
        self.count = 0
        self.sum_nanoseconds = 0
        self.max_nanoseconds = 0

    def add(self, nanoseconds: int) -> None:
        """Count one duration; a clock that was set back makes it 0."""
        if nanoseconds < 0:
            nanoseconds = 0
        bucket = bucket_of(nanoseconds)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.count += 1
        self.sum_nanoseconds += nanoseconds
        if nanoseconds > self.max_nanoseconds:
            self.max_nanoseconds = nanoseconds

    def quantile_seconds(self, share: float) -> float:
        """The duration that this share of all were not longer than; 0 where there were none."""
        rank = max(1, -(-int(self.count * share * 1000) // 1000))
        seen = 0
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            if seen >= rank:
                return min(bucket_middle_seconds(bucket), self.max_nanoseconds / 1e9)
        return 0.0

    def summary(self) -> dict[str, object]:
        """What a report says of them: count, mean, quantiles and maximum in seconds, and the counts themselves."""
        return {
            "count": self.count,
            "meanSeconds": self.sum_nanoseconds / self.count / 1e9 if self.count else 0.0,
            "p50Seconds": self.quantile_seconds(0.50),
            "p90Seconds": self.quantile_seconds(0.90),
            "p99Seconds": self.quantile_seconds(0.99),
            "p999Seconds": self.quantile_seconds(0.999),
            "maxSeconds": self.max_nanoseconds / 1e9,
            "buckets": {str(bucket): self.buckets[bucket] for bucket in sorted(self.buckets)},
        }
