"""How many DNS servers a cluster has."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plimsoll.simcluster.settings import DnsSettings


def replicas(settings: DnsSettings, nodes: int, cores: float) -> int:
    """What the settings say; with the autoscaler at least ``max(ceil(cores/256), ceil(nodes/16))``, and two if there are
    nodes for two (cluster-proportional-autoscaler in cluster/addons/dns-horizontal-autoscaler, mode linear).
    """  # noqa: D205  the formula belongs into the first sentence
    if not settings.autoscaler:
        return settings.replicas
    wanted = max(ceil(cores / settings.cores_per_replica), ceil(nodes / settings.nodes_per_replica))
    return max(settings.replicas, wanted, 2 if nodes > 1 else 1)
