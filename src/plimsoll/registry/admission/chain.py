"""The plug-ins that see every write, in the API server's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from plimsoll.registry.attributes import Attributes


class Mutating(Protocol):
    """A plug-in that completes objects before they are checked."""

    def admit(self, attributes: Attributes) -> None:
        """Complete ``attributes.object`` in place, or raise ``ApiError``."""
        ...


class Validating(Protocol):
    """A plug-in that decides on objects as they would be stored."""

    def validate(self, attributes: Attributes) -> None:
        """Raise ``ApiError`` where the write must not be."""
        ...


class AdmissionChain:
    """All plug-ins of a server."""

    def __init__(
        self, mutating: Sequence[Mutating], validating: Sequence[Validating], lifecycle: Mutating, quotas: Validating
    ) -> None:
        """``lifecycle`` and ``quotas`` are those of the plug-ins whose answer may be another every time."""
        self._mutating = tuple(mutating)
        self._validating = tuple(validating)
        self._lifecycle = lifecycle
        self._quotas = quotas

    def admit(self, attributes: Attributes) -> None:
        """Let every mutating plug-in complete the object."""
        for plugin in self._mutating:
            plugin.admit(attributes)

    def validate(self, attributes: Attributes) -> None:
        """Let every validating plug-in decide."""
        for plugin in self._validating:
            plugin.validate(attributes)

    def recheck(self, attributes: Attributes) -> None:
        """Decide on one more of what was admitted before."""
        self._lifecycle.admit(attributes)
        self._quotas.validate(attributes)
