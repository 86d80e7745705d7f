"""The replication controller's controller: that of replica sets in all but names (pkg/controller/replication)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.kube.resources import REPLICATIONCONTROLLERS
from plimsoll.kube.selectors import selector_of_labels
from plimsoll.simcluster.controllers.replicaset import ReplicaSetController, ReplicatedKind

if TYPE_CHECKING:
    from plimsoll.simcluster.controllers.context import ControllerContext

REPLICATION_CONTROLLERS = ReplicatedKind(
    REPLICATIONCONTROLLERS, "replication-controller", selector_of_labels, counts_terminating=False
)


def replication_manager(context: ControllerContext) -> ReplicaSetController:
    """The controller of replication controllers."""
    return ReplicaSetController(
        context.environment, context.settings, context.api, context.ownership, REPLICATION_CONTROLLERS
    )
