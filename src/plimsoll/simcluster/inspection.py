"""What only a cluster has that people look into: complete statuses, containers that crash, heartbeats, KWOK's nodes.

A load run never loads this module: it starts sooner without, and runs as fast as if there were nothing of the kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from plimsoll.simcluster.adoption import NodeAdoption
from plimsoll.simcluster.kubelet.fulldocuments import FullDocuments
from plimsoll.simcluster.kubelet.heartbeats import Heartbeats
from plimsoll.simcluster.kubelet.simulated import SimulatedContainers
from plimsoll.simcluster.stages.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plimsoll.kernel import Kernel, Random
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.kubelet.containers import Containers
    from plimsoll.simcluster.kubelet.documents import StatusDocuments
    from plimsoll.simcluster.kubelet.events import EventRecorder
    from plimsoll.simcluster.kubelet.kubelet import Kubelet


KUBELET_VERSION = "v1.36.0"
"""What nodes say of their kubelets."""


def full_documents(api: Api) -> StatusDocuments:
    """Makes pod statuses with everything in them."""
    return FullDocuments(api.timestamp)


def simulated_containers(kernel: Kernel, api: Api, events_of: Callable[[str], EventRecorder]) -> Containers:
    """Containers that end, crash and are restarted."""
    return SimulatedContainers(kernel, api.timestamp, events_of)


def attend_nodes(
    environment: ClientEnvironment,
    api: Api,
    random: Random,
    kubelets: Mapping[str, Kubelet],
    employ: Callable[[str], tuple[Kubelet, str] | None],
    dismiss: Callable[[str], None],
) -> Stages:
    """Have nodes renew leases, take over those that clients create, and follow the stages that there are."""
    Heartbeats(environment.kernel, api, kubelets.values)
    stages = Stages(environment, api, random, KUBELET_VERSION, kubelets)
    NodeAdoption(environment.kernel, api, KUBELET_VERSION, employ, dismiss, stages.initialize_nodes)
    return stages
