"""Counting the nodes of a cluster by whether they are ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plimsoll.cluster.port import Change
    from plimsoll.kube.resources import Object


def is_ready(node: Object) -> bool:
    """Whether the node's ``Ready`` condition is true; ``Unknown`` is not."""
    conditions = node.get("status", {}).get("conditions", ())
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)


class NodeCensus:
    """Readiness of every node, by name."""

    def __init__(self) -> None:
        self._ready_by_name: dict[str, bool] = {}

    @property
    def ready(self) -> int:
        """Nodes that are ready."""
        return sum(self._ready_by_name.values())

    @property
    def not_ready(self) -> int:
        """Nodes that are not, or of which nobody knows."""
        return len(self._ready_by_name) - self.ready

    def samples(self) -> Iterator[tuple[str, int]]:
        """Name and value of each series of this census."""
        ready = self.ready
        yield "nodes.ready", ready
        yield "nodes.notReady", len(self._ready_by_name) - ready

    def relist(self, nodes: Iterable[Object], seconds: float) -> None:  # noqa: ARG002 - a census has no history
        """Take a complete listing."""
        self._ready_by_name = {node["metadata"]["name"]: is_ready(node) for node in nodes}

    def update(self, changes: Sequence[Change]) -> None:
        """Take a batch of changes, oldest first."""
        for change in changes:
            name = change.object["metadata"]["name"]
            if change.type == "DELETED":
                self._ready_by_name.pop(name, None)
            else:
                self._ready_by_name[name] = is_ready(change.object)
