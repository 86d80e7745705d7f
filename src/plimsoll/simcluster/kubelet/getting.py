"""The Get strategy: every read is a request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plimsoll.simcluster.kubelet.objects import Join, ReadDone

if TYPE_CHECKING:
    from plimsoll.simcluster.kubelet.needs import PodNeeds, Reference
    from plimsoll.simcluster.kubelet.objects import ObjectRequests


class GetManager:
    """Keeps nothing (simple_secret_manager in kubelet/secret)."""

    polls = True
    watches = 0

    def __init__(self, requests: ObjectRequests) -> None:
        self._requests = requests

    def register(self, namespace: str, needs: PodNeeds) -> None:
        """Nothing is kept."""

    def updated(self, namespace: str, needs: PodNeeds) -> None:
        """Nothing is kept."""

    def unregister(self, namespace: str, needs: PodNeeds) -> None:
        """Nothing is kept."""

    def read(self, namespace: str, needs: PodNeeds, references: Sequence[Reference], done: ReadDone) -> None:  # noqa: ARG002
        """Ask for each object."""
        if len(references) == 1:  # most pods have one secret, and read it every minute
            self._requests.get_only(namespace, references[0], done)
            return
        join = Join(done)
        for reference in references:
            self._requests.get((namespace, *reference), join.expect(reference))
        join.close()
