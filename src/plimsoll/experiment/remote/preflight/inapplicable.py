"""What a scenario says about a simulated cluster and a real one cannot heed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.scenario.model import Scenario


def inapplicable(scenario: Scenario, nodes: int) -> Iterator[str]:
    """One remark for each such part. ``nodes`` is how many the cluster has."""
    cluster = scenario.cluster
    fields = cluster.model_fields_set
    if "profile" in fields:
        yield f"cluster.profile {cluster.profile!r} describes simulated components; this cluster has its own"
    if cluster.settings:
        yield f"cluster.settings cannot be set from outside: {', '.join(sorted(cluster.settings))}"
    if cluster.nodes != nodes and nodes:
        yield f"the scenario is meant for {cluster.nodes:,} nodes, and {nodes:,} take pods here"
    if cluster.pools:
        yield "cluster.pools labels and taints simulated nodes; these are as they are"
    if "node" in fields:
        yield "cluster.node describes simulated nodes; these are as they are"
    if cluster.faults:
        yield f"none of the {len(cluster.faults)} faults of cluster.faults will happen"
    if scenario.load.demands:
        kinds = ", ".join(sorted({demand.kind for demand in scenario.load.demands}))
        yield f"load.demands describes what simulated applications ask for; nothing here will: {kinds}"
