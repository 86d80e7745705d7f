"""Names: what the API accepts as one, and the names that controllers generate."""

from __future__ import annotations

import re
from typing import Protocol

LONGEST_LABEL = 63
"""Characters in a DNS-1123 label (RFC 1123 by way of ``k8s.io/apimachinery/pkg/util/validation``)."""

SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""What generated suffixes are made of: no vowels, so no words (``k8s.io/apimachinery/pkg/util/rand``)."""

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUFFIX_LENGTH = 5  # ``names.SimpleNameGenerator``
_HASH_LENGTH = 10  # characters of a 32-bit hash as ReplicaSet names carry it
_LONGEST_GENERATED_BASE = 58  # ``names.SimpleNameGenerator`` cuts the base so that the result is a label


class RandomSource(Protocol):
    """The part of ``random.Random`` that names need, so that this module imports no generator."""

    def choices(self, population: str, *, k: int) -> list[str]:
        """Draw ``k`` characters with replacement."""
        ...


def is_label(name: str) -> bool:
    """Whether a name is a DNS-1123 label, as namespaces, services and pods' host names must be."""
    return len(name) <= LONGEST_LABEL and _LABEL.fullmatch(name) is not None


def pod_suffix(random: RandomSource) -> str:
    """Return the five characters that make a generated name unique."""
    return "".join(random.choices(SAFE_ALPHABET, k=_SUFFIX_LENGTH))


def template_hash(random: RandomSource) -> str:
    """Return a ``pod-template-hash`` of the usual shape."""
    return "".join(random.choices(SAFE_ALPHABET, k=_HASH_LENGTH))


def pod_name(owner: str, random: RandomSource) -> str:
    """Return a name for a ReplicaSet's pod, cut as the API server cuts ``generateName``."""
    return f"{owner}-"[:_LONGEST_GENERATED_BASE] + pod_suffix(random)
