"""What a cluster's operator can configure about scheduling decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from plimsoll.simcluster.scheduling.wording import CURRENT, Wording


class DefaultSpreading(Enum):
    """How pods of one controller are kept apart when their template says nothing about it."""

    NONE = "none"
    SELECTOR = "selector"
    """``SelectorSpread``: fewest siblings on the node (1/3) and in its zone (2/3). The default before 1.20."""
    TOPOLOGY = "topology"
    """Soft constraints: ``maxSkew`` 3 over host names and 5 over zones. The default since 1.20."""


@dataclass(frozen=True, slots=True)
class ScoreWeights:
    """Weights of the score plugins; the defaults of Kubernetes 1.36 (before 1.23 they were all 1).

    ``ImageLocality`` is left out: pods of a load test use images that every node has or none has.
    """

    taint_toleration: int = 3
    node_affinity: int = 2
    pod_topology_spread: int = 2
    inter_pod_affinity: int = 2
    least_allocated: int = 1
    balanced_allocation: int = 1


@dataclass(frozen=True, slots=True)
class SchedulingPolicy:
    """One scheduler profile.

    ``percentage_of_nodes_to_score``: search for feasible nodes until this share of the cluster is found; 0 lets the
    share fall with the cluster's size, 100 looks at every node (as every scheduler did before 1.12).
    ``hard_pod_affinity_weight``: what a required affinity of a placed pod is worth to pods it would like to have near.
    """

    percentage_of_nodes_to_score: int = 0
    default_spreading: DefaultSpreading = DefaultSpreading.TOPOLOGY
    weights: ScoreWeights = field(default_factory=ScoreWeights)
    hard_pod_affinity_weight: int = 1
    wording: Wording = CURRENT
