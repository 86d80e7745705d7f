"""Where a pod goes: the decision of one scheduling cycle, as a function of what the scheduler knows.

Belongs here: parsing what pods ask for and nodes offer, filters, scores, and the counters that make one decision cost
as little with 150,000 placed pods as with none. :class:`ClusterView` is the whole surface.

Does not belong here: watches, queues, backoff, binding, and the time that any of it takes; those are the component's.
"""

from __future__ import annotations

from plimsoll.simcluster.scheduling.policy import DefaultSpreading, SchedulingPolicy, ScoreWeights
from plimsoll.simcluster.scheduling.view import ClusterView, Placement
from plimsoll.simcluster.scheduling.wording import CURRENT, LEGACY, Wording, failed_scheduling_message

__all__ = [
    "CURRENT",
    "LEGACY",
    "ClusterView",
    "DefaultSpreading",
    "Placement",
    "SchedulingPolicy",
    "ScoreWeights",
    "Wording",
    "failed_scheduling_message",
]
