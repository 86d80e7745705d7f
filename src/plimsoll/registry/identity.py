"""What makes a new object one of its own: a uid, a generated name, the time; all from the cluster's seed and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.apimachinery.naming import generated_name
from plimsoll.kube.timestamps import rfc3339, rfc3339_micro

if TYPE_CHECKING:
    from plimsoll.kernel import Kernel, Random

NAME_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Letters of generated names: none that makes a word (apimachinery, pkg/util/rand)."""

SUFFIX_LENGTH = 5


class Identity:
    """Gives out uids, names and times."""

    def __init__(self, kernel: Kernel, random: Random, epoch_seconds: float) -> None:
        self._kernel = kernel
        self._random = random
        self._epoch_seconds = epoch_seconds
        self._created = 0
        self._cluster = f"{random.getrandbits(16):04x}-4{random.getrandbits(12):03x}-8{random.getrandbits(12):03x}"
        """The middle of every uid: random, so that two clusters share none."""
        self._second = -1
        self._timestamp = ""

    @property
    def now_seconds(self) -> float:
        """The present on the cluster's clock, in Unix seconds."""
        return self._epoch_seconds + self._kernel.now

    def timestamp(self) -> str:
        """The present as ``metav1.Time``; one string for all objects of a second."""
        second = int(self.now_seconds)
        if second != self._second:
            self._second = second
            self._timestamp = rfc3339(second)
        return self._timestamp

    def micro_timestamp(self) -> str:
        """The present as ``metav1.MicroTime``."""
        return rfc3339_micro(self.now_seconds)

    def after(self, seconds: float) -> str:
        """The time that is so many seconds ahead."""
        return rfc3339(int(self.now_seconds) + seconds)

    def uid(self) -> str:
        """A UUID of version 4 in form; its first part counts what was created, since components compare ages by it."""
        self._created += 1
        return f"{self._created:08x}-{self._cluster}-{self._created:012x}"

    def suffix(self, length: int = SUFFIX_LENGTH) -> str:
        """Random letters that make a name unique."""
        return "".join(self._random.choices(NAME_ALPHABET, k=length))

    def generate_name(self, prefix: str) -> str:
        """A name from ``generateName``; a prefix that is too long loses its end."""
        return generated_name(prefix, self._random)
