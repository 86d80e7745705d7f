"""kube-controller-manager: which controllers a cluster has, and what happens to all of them when it is down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from plimsoll.kube.resources import (
    CRONJOBS,
    DAEMONSETS,
    HORIZONTALPODAUTOSCALERS,
    JOBS,
    PERSISTENTVOLUMECLAIMS,
    PERSISTENTVOLUMES,
    PODDISRUPTIONBUDGETS,
    REPLICATIONCONTROLLERS,
    RESOURCEQUOTAS,
    SERVICES,
    STATEFULSETS,
    Resource,
)
from plimsoll.simcluster.controllers.cronjob import CronJobController
from plimsoll.simcluster.controllers.daemonset import DaemonSetController
from plimsoll.simcluster.controllers.dependents import DependentsCollector
from plimsoll.simcluster.controllers.deployment import DeploymentController
from plimsoll.simcluster.controllers.disruption import DisruptionController
from plimsoll.simcluster.controllers.dormant import Dormant
from plimsoll.simcluster.controllers.endpoints import EndpointsController
from plimsoll.simcluster.controllers.endpointslices import EndpointSliceController
from plimsoll.simcluster.controllers.garbage import GarbageCollector
from plimsoll.simcluster.controllers.job import JobController
from plimsoll.simcluster.controllers.namespace import NamespaceController
from plimsoll.simcluster.controllers.namespacecontents import NamespaceContents
from plimsoll.simcluster.controllers.nodelifecycle import NodeLifecycle
from plimsoll.simcluster.controllers.ownership import Ownership
from plimsoll.simcluster.controllers.podautoscaler import HorizontalPodAutoscaler
from plimsoll.simcluster.controllers.replicaset import ReplicaSetController
from plimsoll.simcluster.controllers.replicationcontroller import replication_manager
from plimsoll.simcluster.controllers.resourcequota import ResourceQuotaController
from plimsoll.simcluster.controllers.rootca import CONFIG_MAP, RootCaPublisher
from plimsoll.simcluster.controllers.serviceaccounts import ServiceAccounts
from plimsoll.simcluster.controllers.statefulset import StatefulSetController
from plimsoll.simcluster.controllers.ttlafterfinished import TtlAfterFinished
from plimsoll.simcluster.controllers.volumebinder import VolumeBinder
from plimsoll.simcluster.controllers.volumeprotection import VolumeProtection

if TYPE_CHECKING:
    from plimsoll.kernel import Streams
    from plimsoll.simcluster.api import Api
    from plimsoll.simcluster.client import ClientEnvironment
    from plimsoll.simcluster.profile import Profile
    from plimsoll.simcluster.settings import ControllerSettings
    from plimsoll.simcluster.workqueue import WorkQueue


class Controller(Protocol):
    """Anything with a work queue."""

    queue: WorkQueue


Maker = Callable[["ClientEnvironment", "ControllerSettings", "Api", Ownership], Controller]

SLEEPERS: tuple[tuple[str, tuple[Resource, ...], Maker], ...] = (
    ("statefulset", (STATEFULSETS,), StatefulSetController),
    ("daemonset", (DAEMONSETS,), DaemonSetController),
    ("job", (JOBS,), JobController),
    ("ttlafterfinished", (JOBS,), TtlAfterFinished),
    ("cronjob", (CRONJOBS,), CronJobController),
    ("disruption", (PODDISRUPTIONBUDGETS,), DisruptionController),
    ("resourcequota", (RESOURCEQUOTAS,), ResourceQuotaController),
    ("persistentvolume-binder", (PERSISTENTVOLUMES, PERSISTENTVOLUMECLAIMS), VolumeBinder),
    ("persistentvolume-protection", (PERSISTENTVOLUMES, PERSISTENTVOLUMECLAIMS), VolumeProtection),
    ("horizontalpodautoscaling", (HORIZONTALPODAUTOSCALERS,), HorizontalPodAutoscaler),
)
"""Controllers of every cluster, each with the resources whose first object calls it into being."""

INSPECTABLE_SLEEPERS: tuple[tuple[str, tuple[Resource, ...], Maker], ...] = (
    ("endpointslice", (SERVICES,), EndpointSliceController),
    ("replicationcontroller", (REPLICATIONCONTROLLERS,), replication_manager),
)
"""Those that only a cluster has that people look into: nothing in a load run depends on what they write."""


class ControllerManager:
    """Every controller of one cluster."""

    def __init__(
        self,
        environment: ClientEnvironment,
        profile: Profile,
        api: Api,
        streams: Streams,
        *,
        inspectable: bool,
    ) -> None:
        self._environment = environment
        self._settings = profile.controllers
        self._api = api
        self.ownership = Ownership(api.store)
        self.queues: dict[str, WorkQueue] = {}
        self._pauses = 0
        self._publisher: RootCaPublisher | None = None
        self._add_builtin(profile, streams, inspectable=inspectable)
        self._add_sleepers(SLEEPERS)
        if inspectable:
            self._add_inspectable(profile)

    def _add_builtin(self, profile: Profile, streams: Streams, *, inspectable: bool) -> None:
        environment, settings, api = self._environment, self._settings, self._api
        self.lifecycle = NodeLifecycle(environment, settings, api, streams.stream("node-lifecycle"))
        namespace = profile.namespace
        if inspectable:  # the CA bundle has a publisher of its own, with something to publish
            config_maps = tuple(name for name in namespace.config_maps if name != CONFIG_MAP)
            namespace = namespace.model_copy(update={"config_maps": config_maps})
        contents = NamespaceContents(environment, namespace, settings, api)
        random = streams.stream("deployments")
        self.queues["deployment"] = DeploymentController(environment, settings, api, random, self.ownership).queue
        self.queues["replicaset"] = ReplicaSetController(environment, settings, api, self.ownership).queue
        self.queues["namespacecontents"] = contents.queue
        self.queues["namespace"] = NamespaceController(environment, settings, api).queue
        collector = DependentsCollector if inspectable else GarbageCollector
        self.queues["garbage"] = collector(environment, settings, api).queue

    def publish_ca_bundle(self, ca_bundle: str) -> None:
        """Publish the PEM certificates by which clients know the API server in every namespace, now and from now on."""
        if self._publisher is not None:
            self._publisher.publish(ca_bundle)

    def _add_inspectable(self, profile: Profile) -> None:
        environment, settings, api = self._environment, self._settings, self._api
        self._publisher = RootCaPublisher(environment, settings, api)
        self.queues["root-ca-certificate-publisher"] = self._publisher.queue
        accounts = ServiceAccounts(environment, settings, api, profile.namespace.service_accounts)
        self.queues["serviceaccount"] = accounts.queue
        Dormant(api.store, (SERVICES,), self._wake_endpoints)
        self._add_sleepers(INSPECTABLE_SLEEPERS)

    def _wake_endpoints(self) -> None:
        self._added("endpoint", EndpointsController(self._environment, self._settings, self._api))

    def _add_sleepers(self, sleepers: Sequence[tuple[str, tuple[Resource, ...], Maker]]) -> None:
        for name, resources, maker in sleepers:
            Dormant(self._api.store, resources, partial(self._wake, name, maker))

    def _wake(self, name: str, maker: Maker) -> None:
        self._added(name, maker(self._environment, self._settings, self._api, self.ownership))

    def _added(self, name: str, controller: Controller) -> None:
        self.queues[name] = controller.queue
        for _ in range(self._pauses):
            controller.queue.pause()

    # --- faults -----------------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        """The controller manager is down."""
        self._pauses += 1
        self.lifecycle.pause()
        for queue in self.queues.values():
            queue.pause()

    def resume(self) -> None:
        """The controller manager is back, once this was called as often as :meth:`pause`."""
        self._pauses -= 1
        self.lifecycle.resume()
        for queue in self.queues.values():
            queue.resume()
